"""When the sites are ready: dates of all buildings before racks and funding.

Every duration of a site is multiplied by its pace, ``exp(mu + s_g z + s_s z_site)`` with z common
to all sites and z_site its own, and by a factor of its cause (utility, turbine makers, makers of
electrical equipment, permit authorities, system makers) that all sites share.

Sites are anchored on the date at which the ground is cleared; permits and design precede it. Where
a phase has no such date the network starts with land control at the as-of date.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields, replace

import numpy as np

from gigawatt.catalog import Catalog
from gigawatt.catalog.sampling import sample_assumptions
from gigawatt.errors import InputError
from gigawatt.program.blocks import Blocks
from gigawatt.program.model import Phase, Program, Site
from gigawatt.quantity.arrays import Array
from gigawatt.quantity.calendar import MonthAxis
from gigawatt.schedule.assumptions import ScheduleAssumptions
from gigawatt.schedule.durations import Chain
from gigawatt.schedule.forward import Case, Drawn, Moment, Running, cause_of, forward, later
from gigawatt.schedule.milestones import (
    known_dates,
    may_have_begun,
    reached_milestones,
    route_of,
)
from gigawatt.schedule.network import ROUTES, Route, Task, on_route, read_tasks
from gigawatt.schedule.result import BuildTimes
from gigawatt.schedule.setting import Setting, make_setting
from gigawatt.uncertainty.streams import Streams

REFERENCE_DRAWS = 256  # draws on which the length of a chain that is running is fitted


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
    setting = make_setting(program, catalog, networks, axis, streams, assumptions)
    # The same draws whatever the chunk, so that results do not depend on how a run is cut.
    few = Streams(streams.seed, REFERENCE_DRAWS)
    sampled = sample_assumptions(catalog, few, "schedule", ScheduleAssumptions)
    reference = make_setting(program, catalog, networks, axis, few, sampled)
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


def _phase_times(setting: Setting, reference: Setting, site: Site, phase: Phase) -> BuildTimes:
    """Dates of one phase, arrays (D, K) for its K buildings."""
    reached = reached_milestones(setting, site, phase)
    network = setting.networks[route_of(phase, reached)]
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
    known = known_dates(setting, phase, reached, where)
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
    roofed = "roof" in reached and any(t.milestone == "roof" for t in network.to_fit_out)
    milestone = "roof" if roofed else "cleared"
    begun = case.known.get(milestone)
    if begun is None or "fitted" in reached or not may_have_begun(reached, phase, reference):
        return None
    other = replace(_case(reference, site, phase, reached, network), looks_back=False)
    spans = forward(network.to_fit_out, other)
    months = spans[network.to_fit_out[-1].id].finish.month - other.known[milestone]
    return Running(begun, Chain.fitted(months[:, 0]))


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
        lead[:, :1] = drawn.months(setting.as_of - due[:, :1])
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
    age = setting.as_of - known["fitted"] if "fitted" in known else None
    return drawn.months(age) * np.arange(phase.buildings)
