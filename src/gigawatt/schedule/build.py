"""When the sites are ready: dates of all buildings before racks and funding.

Every duration of a site is multiplied by its pace, ``exp(mu + s_g z + s_s z_site)`` with z common
to all sites and z_site its own, and by a factor of its cause (utility, turbine makers, makers of
electrical equipment, permit authorities, system makers) that all sites share.

Sites are anchored on the date at which the ground is cleared; permits and design precede it. Where
a phase has no such date the network starts with land control at the as-of date.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, fields, replace

import numpy as np

from gigawatt.catalog import Catalog
from gigawatt.catalog.sampling import sample_assumptions
from gigawatt.errors import InputError
from gigawatt.program.blocks import Blocks
from gigawatt.program.model import Phase, Program, Site
from gigawatt.quantity.arrays import Array
from gigawatt.quantity.calendar import MonthAxis
from gigawatt.schedule.assumptions import ScheduleAssumptions
from gigawatt.schedule.durations import Chain, Law, beyond
from gigawatt.schedule.forward import Case, Drawn, Moment, Running, cause_of, forward, later
from gigawatt.schedule.network import CAUSES, ROUTES, Route, Task, on_route, read_tasks
from gigawatt.schedule.result import BuildTimes
from gigawatt.uncertainty.distributions import Point
from gigawatt.uncertainty.streams import Streams

REFERENCE_DRAWS = 256  # draws on which the length of a chain that is running is fitted


@dataclass(frozen=True, slots=True)
class Setting:
    """What all phases share.

    Attributes
    ----------
    catalog, axis, streams, assumptions : as given to `build_times`.
    networks : route → its tasks in order.
    as_of : the as-of date, months since the start.
    causes : cause → (D, 1) factor on durations; "" is no cause.
    paces : site id → (D, 1) factor on durations.
    """

    catalog: Catalog
    axis: MonthAxis
    streams: Streams
    assumptions: ScheduleAssumptions
    networks: Mapping[str, Route]
    as_of: float
    causes: Mapping[str, Array]
    paces: Mapping[str, Array]

    def law(self, path: str) -> Law:
        """Duration law of a catalog fact."""
        a = self.assumptions
        body = self.catalog.fact(path).distribution
        return Law(body, a.overdue_share[:, None], a.overdue_index[:, None])

    def uniform(self, name: str) -> Array:
        """Recorded uniform stream, (D, 1)."""
        u = self.streams.uniform(name)
        self.streams.record[name] = u
        return u[:, None]

    def per_phase(self, where: str, key: str) -> Array:
        """Own draw of a phase of a fact of ``assumptions/schedule``, (D, 1)."""
        fact = self.catalog.fact(f"assumptions/schedule/{key}")
        return self.streams.sample(f"{where}/{key}", fact.distribution)[:, None]


def build_times(
    program: Program,
    catalog: Catalog,
    blocks: Blocks,
    axis: MonthAxis,
    streams: Streams,
    assumptions: ScheduleAssumptions,
) -> BuildTimes:
    """Dates of all blocks that depend on sites only.

    Parameters
    ----------
    program, catalog : the programme and the facts it uses.
    blocks : of the same programme, B blocks.
    axis : calendar; months count from its start.
    streams : draws of this chunk, D draws.
    assumptions : sampled from section "schedule".

    Returns
    -------
    BuildTimes
        Arrays (D, B).

    Raises
    ------
    InputError : the task network is malformed, a technology lacks a lead time, or progress is dated
        after the as-of date.
    """
    tasks = read_tasks(catalog)
    networks = {route: on_route(tasks, route) for route in ROUTES}
    setting = _setting(program, catalog, networks, axis, streams, assumptions)
    # The same draws whatever the chunk, so that results do not depend on how a run is cut.
    few = Streams(streams.seed, REFERENCE_DRAWS)
    sampled = sample_assumptions(catalog, few, "schedule", ScheduleAssumptions)
    reference = _setting(program, catalog, networks, axis, few, sampled)
    parts = [
        _phase_times(setting, reference, site, phase)
        for site in program.sites
        for phase in site.phases
    ]
    joined = BuildTimes(
        **{f.name: np.concatenate([getattr(p, f.name) for p in parts], axis=1)
           for f in fields(BuildTimes)}
    )  # fmt: skip
    if joined.hall_ready.shape[1] != blocks.count:
        raise InputError("The blocks given to the schedule are not those of its programme.")
    return joined


def _setting(
    program: Program,
    catalog: Catalog,
    networks: Mapping[str, Route],
    axis: MonthAxis,
    streams: Streams,
    a: ScheduleAssumptions,
) -> Setting:
    common = a.common_pace_mean_log + a.common_pace_sd_log * streams.normal("schedule/common_pace")
    paces = {}
    for site in program.sites:
        own = a.site_pace_sd_log * streams.normal(f"schedule/site_pace/{site.id}")
        paces[site.id] = np.exp(common + own)[:, None]
    causes = {"": np.ones((streams.size, 1))}
    for cause in CAUSES:
        spread: Array = getattr(a, f"{cause}_sd_log")
        causes[cause] = np.exp(spread * streams.normal(f"schedule/cause/{cause}"))[:, None]
    as_of = axis.position(program.as_of)
    return Setting(catalog, axis, streams, a, networks, as_of, causes, paces)


def _phase_times(setting: Setting, reference: Setting, site: Site, phase: Phase) -> BuildTimes:
    """Dates of one phase, arrays (D, K) for its K buildings."""
    reached = _reached(setting, site, phase)
    network = setting.networks[_route(phase, reached)]
    case = _case(setting, site, phase, reached, network)
    case = replace(case, running=_running(case, reference, site, phase, reached, network))
    spans = forward(network.dated, case)
    nothing = Moment(np.full_like(case.early_order, -np.inf), np.zeros((1, 1, 1)))
    dates = {"support_ready": nothing}
    for task in network.dated:
        for result in task.gives:
            at = spans[task.id].finish
            dates[result] = later(dates[result], at) if result in dates else at
    lengths = {result: case.draw(task) for result, task in network.lengths.items()}
    cleared = spans[network.cleared].start
    return _assemble(setting, phase, reached, case.offsets, cleared, dates, lengths)


def _case(
    setting: Setting, site: Site, phase: Phase, reached: Mapping[str, float], network: Route
) -> Case:
    """What is known of a phase and how its tasks are drawn."""
    where = f"site/{site.id}/{phase.id}"
    pace = setting.paces[site.id]
    known = _known_dates(setting, phase, reached, where)
    drawn: dict[str, Drawn] = {}

    def draw(task: Task) -> Drawn:
        if task.id not in drawn:
            drawn[task.id] = _drawn(setting, phase, task, pace, where)
        return drawn[task.id]

    early = np.zeros_like(pace)
    if phase.framework_orders:
        early = setting.per_phase(where, "framework_order_months")
    return Case(
        as_of=setting.as_of,
        known=known,
        offsets=_offsets(setting, phase, known, pace, where),
        early_order=early,
        done_at_clearing=network.done_at_clearing if "cleared" in known else frozenset(),
        draw=draw,
    )


def _running(
    case: Case,
    reference: Setting,
    site: Site,
    phase: Phase,
    reached: Mapping[str, float],
    network: Route,
) -> Running | None:
    """Chain to the fit-out of a phase that may be under way, its length fitted to reference draws.

    None where fit-out is reached or clearing is not known to have begun.
    """
    milestone = "roof" if "roof" in reached else "cleared"
    begun = case.known.get(milestone)
    if begun is None or "fitted" in reached or not _may_have_begun(reached, phase, reference):
        return None
    other = replace(_case(reference, site, phase, reached, network), looks_back=False)
    spans = forward(network.to_fit_out, other)
    months = spans[network.to_fit_out[-1].id].finish.month - other.known[milestone]
    return Running(begun, Chain.fitted(months[:, 0]))


def _may_have_begun(reached: Mapping[str, float], phase: Phase, setting: Setting) -> bool:
    """Whether ground is, or may be, cleared by the as-of date; the same for every chunk."""
    if {"cleared", "roof"} & set(reached):
        return True
    return phase.cleared is not None and setting.axis.position(phase.cleared) <= setting.as_of


def _assemble(
    setting: Setting,
    phase: Phase,
    reached: Mapping[str, float],
    offsets: Array,
    cleared: Moment,
    dates: Mapping[str, Moment],
    lengths: Mapping[str, Drawn],
) -> BuildTimes:
    """Put a phase's dates together and let what has been reported overrule them."""
    shape = offsets.shape
    hall, energised, support = (
        np.broadcast_to(dates[r].month, shape).copy()
        for r in ("hall_ready", "energised", "support_ready")
    )
    install, accept = (np.broadcast_to(lengths[r].months(), shape) for r in ("install", "accept"))
    if "power" in reached:
        energised = reached["power"] + offsets
    energised[:, 1:] = np.maximum(energised[:, 1:], hall[:, 1:])
    fixed = np.full(shape, np.nan)
    # Acceptance that nobody has reported can't have begun before the as-of date.
    support = np.maximum(support, setting.as_of)
    if "in_service" in reached:
        fixed[:, 0] = reached["in_service"]
        racks_in = fixed[:, 0] - accept[:, 0]
        hall[:, 0] = np.minimum(hall[:, 0], racks_in - install[:, 0])
        energised[:, 0] = np.minimum(energised[:, 0], racks_in)
        support[:, 0] = np.minimum(support[:, 0], racks_in)
    order_due, lead = _orders(setting, phase, reached, hall, lengths["system_lead"])
    return BuildTimes(
        cleared=np.broadcast_to(cleared.month, shape),
        hall_ready=hall,
        energised=energised,
        order_due=order_due,
        system_lead=lead,
        install=install,
        accept=accept,
        support_ready=support,
        hall_cause=cause_of(dates["hall_ready"], shape),
        power_cause=cause_of(dates["energised"], shape),
        fixed_in_service=fixed,
    )


def _orders(
    setting: Setting, phase: Phase, reached: Mapping[str, float], hall: Array, drawn: Drawn
) -> tuple[Array, Array]:
    """Latest month to order each building's systems, and their lead time; both (D, K).

    An order that nobody has reported lies after the as-of date; under framework contracts it may
    have been placed from the start of the calendar on. Only systems that have arrived may have been
    ordered before the calendar starts.
    """
    lead = np.broadcast_to(drawn.months(), hall.shape).copy()
    earliest = min(setting.as_of, 0.0) if phase.framework_orders else setting.as_of
    due = np.maximum(hall - lead, earliest)
    if "first_racks" in reached or "in_service" in reached:
        arrived = np.minimum(hall[:, 0], reached.get("first_racks", np.inf))
        due[:, 0] = arrived - lead[:, 0]
    elif "fitted" in reached:
        age = np.maximum(setting.as_of - due[:, :1], 0.0)
        lead[:, :1] = drawn.months(age)
    return due, lead


def _drawn(setting: Setting, phase: Phase, task: Task, pace: Array, where: str) -> Drawn:
    path = task.duration.path
    if task.technology_lead:
        path = f"technologies/{phase.onsite_technology}/lead_time_months"
    scale = setting.causes[task.cause]
    if task.at_site_pace:
        scale = scale * pace
    if phase.route == "brownfield" and task.brownfield_factor is not None:
        fact = task.brownfield_factor
        scale = scale * setting.streams.sample(fact.path, fact.distribution)[:, None]
    return Drawn(setting.law(path), scale, setting.uniform(f"{where}/task/{task.id}"))


def _offsets(
    setting: Setting, phase: Phase, known: Mapping[str, Array], pace: Array, where: str
) -> Array:
    """How much later than the first each building comes, (D, K).

    When the first hall is fitted and no other is reported, the second comes after the as-of date.
    """
    if phase.buildings == 1:
        return np.zeros_like(pace)
    law = setting.law("assumptions/schedule/stagger_months")
    drawn = Drawn(law, pace, setting.uniform(f"{where}/stagger_months"))
    age = np.maximum(setting.as_of - known["fitted"], 0.0) if "fitted" in known else 0.0
    return drawn.months(age) * np.arange(phase.buildings)


def _route(phase: Phase, reached: Mapping[str, float]) -> str:
    """Network that a phase follows.

    Power and framework orders in hand make the fast chain. A hall that is fitted and has no power
    shows that the power was not in hand: such a phase follows its own route.
    """
    waits_for_power = "fitted" in reached and "power" not in reached
    in_hand = phase.power_contracted and phase.framework_orders
    return (
        "fast" if in_hand and phase.route != "brownfield" and not waits_for_power else phase.route
    )


def _reached(setting: Setting, site: Site, phase: Phase) -> dict[str, float]:
    """Milestones reached by a phase's first building, with what they imply, months since start."""
    first = phase is site.phases[0]
    progress: dict[str, dt.date] = {**(site.progress if first else {}), **phase.progress}
    reached = {m: setting.axis.position(d) for m, d in progress.items()}
    for milestone, month in reached.items():
        if month > setting.as_of:
            raise InputError(
                f"site {site.id}, phase {phase.id}: progress {milestone} = {progress[milestone]} "
                "lies after the programme's as_of; progress is what has been reached by then"
            )
    if "in_service" in reached:
        for implied in ("fitted", "power"):
            reached.setdefault(implied, reached["in_service"])
    if "cleared" not in reached and phase.cleared is None:
        later_ones = [reached[m] for m in ("roof", "fitted", "power", "in_service") if m in reached]
        if later_ones:
            reached["cleared"] = min(later_ones)
    return reached


def _known_dates(
    setting: Setting, phase: Phase, reached: Mapping[str, float], where: str
) -> dict[str, Array]:
    """Dates of milestones by report, plan or contract, (D, 1) each."""
    ones = np.ones((setting.streams.size, 1))
    known = {m: month * ones for m, month in reached.items()}
    if "cleared" not in known and phase.cleared is not None:
        planned = setting.axis.position(phase.cleared)
        known["cleared"] = planned + _cleared_spread(setting, phase, planned, where)
    if "power_contract" not in known and phase.power_contracted:
        if "cleared" in known:
            elapsed = setting.per_phase(where, "contract_elapsed_months")
            known["power_contract"] = known["cleared"] - elapsed
        else:
            known["power_contract"] = setting.as_of * ones
    return known


def _cleared_spread(setting: Setting, phase: Phase, planned: float, where: str) -> Array:
    """What is added to a clearing date, (D, 1); a planned date stays after the as-of date."""
    if isinstance(phase.cleared_spread_months, Point):
        return np.full((setting.streams.size, 1), phase.cleared_spread_months.value)
    u = setting.uniform(f"{where}/cleared_spread_months")
    margin = setting.as_of - planned if planned > setting.as_of else -np.inf
    return beyond(phase.cleared_spread_months, u, margin)
