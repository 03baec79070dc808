"""When the sites are ready: dates of all buildings before racks and funding.

Every duration of a site is multiplied by its pace, ``exp(mu + s_g z + s_s z_site)`` with z common
to all sites and z_site its own, and by a factor of its cause (utility, turbine makers, makers of
electrical equipment, permit authorities, system makers) that all sites share.

Sites are anchored on the date at which the ground is cleared; permits and design precede it. Where
a phase has no such date the network starts with land control at the as-of date.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
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
from gigawatt.schedule.changes import Plan, read_changes, with_changes
from gigawatt.schedule.durations import Chain
from gigawatt.schedule.forward import (
    Drawn,
    Moment,
    Running,
    cause_of,
    forward,
    later,
    weight_of,
)
from gigawatt.schedule.haircuts import read_haircuts, with_haircuts
from gigawatt.schedule.limits import with_limits
from gigawatt.schedule.milestones import (
    may_have_begun,
    reached_milestones,
    route_of,
)
from gigawatt.schedule.network import ROUTES, Route, on_route, read_tasks
from gigawatt.schedule.pace import Stretch
from gigawatt.schedule.phase_case import phase_case
from gigawatt.schedule.result import BuildTimes
from gigawatt.schedule.setting import Setting, make_setting
from gigawatt.uncertainty.distributions import Point
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
    prior = _prior(program, catalog, axis, streams.seed)
    setting = make_setting(program, catalog, prior.networks, axis, streams, assumptions, prior.seen)
    drafts = [
        _draft(setting, prior.chains[site.id, phase.id], site, phase)
        for site in program.sites
        for phase in site.phases
    ]
    given = plan = _joined([d.plan for d in drafts])
    if plan.hall_ready.shape[1] != blocks.count:
        raise InputError("The blocks given to the schedule are not those of its programme.")
    plan = with_limits(plan, program, blocks, axis, streams, setting.as_of)
    plan = with_changes(plan, program, blocks, read_changes(catalog), streams, setting.as_of)
    haircuts = read_haircuts(catalog, program.haircuts)
    plan = with_haircuts(plan, program, blocks, haircuts, streams)
    return _build_times(drafts, given, plan)


@dataclass(frozen=True, slots=True)
class Prior:
    """What does not depend on the chunk: made on the same few draws whatever the run is cut into.

    Attributes
    ----------
    networks : route → its tasks in order.
    seen : what progress says of the pace of each site.
    chains : (site, phase) → length of the chain to fit-out, where it may be running.
    """

    networks: Mapping[str, Route]
    seen: Mapping[str, Sequence[Stretch]]
    chains: Mapping[tuple[str, str], Chain | None]


KEPT = 4  # programmes whose priors a process holds: chunks, levers and stress tests ask again
_PRIORS: list[tuple[Program, Catalog, MonthAxis, int, Prior]] = []


def _prior(program: Program, catalog: Catalog, axis: MonthAxis, seed: int) -> Prior:
    """Prior of a programme, kept while the same programme and catalog are asked for."""
    for one, facts, calendar, number, prior in _PRIORS:
        if one is program and facts is catalog and calendar == axis and number == seed:
            return prior
    tasks = read_tasks(catalog)
    networks = {route: on_route(tasks, route) for route in ROUTES}
    few = Streams(seed, REFERENCE_DRAWS)
    sampled = sample_assumptions(catalog, few, "schedule", ScheduleAssumptions)
    seen = _stretches(program, make_setting(program, catalog, networks, axis, few, sampled, None))
    reference = make_setting(program, catalog, networks, axis, few, sampled, seen)
    chains = {
        (site.id, phase.id): _chain(reference, site, phase)
        for site in program.sites
        for phase in site.phases
    }
    made = Prior(networks, seen, chains)
    _PRIORS.append((program, catalog, axis, seed, made))
    del _PRIORS[:-KEPT]
    return made


def _joined(plans: Sequence[Plan]) -> Plan:
    """Plans of phases beside each other."""
    return Plan(
        **{f.name: np.concatenate([getattr(p, f.name) for p in plans], axis=1)
           for f in fields(Plan)}
    )  # fmt: skip


def _build_times(drafts: Sequence[Draft], given: Plan, plan: Plan) -> BuildTimes:
    """What the phases gave (`given`), with dates as they stand in `plan`; orders follow halls."""
    rest = {name: np.concatenate([getattr(d, name) for d in drafts], axis=1)
            for name in ("cleared", "order_due", "system_lead", "install", "accept",
                         "support_ready", "fixed_in_service")}  # fmt: skip
    before = given.hall_ready
    with np.errstate(invalid="ignore"):  # never minus never
        later_by = plan.hall_ready - before
    later_by[np.isnan(later_by)] = 0.0
    # An order that was late for its hall has that much less to wait for.
    slack = np.maximum(rest["order_due"] - (before - rest["system_lead"]), 0.0)
    rest["order_due"] = rest["order_due"] + np.maximum(later_by - slack, 0.0)
    return BuildTimes(
        hall_ready=plan.hall_ready, energised=plan.energised,
        hall_cause=plan.hall_cause, power_cause=plan.power_cause, **rest,
    )  # fmt: skip


def _stretches(program: Program, plain: Setting) -> dict[str, list[Stretch]]:
    """What progress to date says of each site's pace, from reference draws at pace 1."""
    out: dict[str, list[Stretch]] = {}
    for site in program.sites:
        for phase in site.phases:
            reached = reached_milestones(plain, site, phase)
            found = _phase_stretches(plain, site, phase, reached)
            out.setdefault(site.id, []).extend(found)
    return out


def _phase_stretches(
    plain: Setting, site: Site, phase: Phase, reached: Mapping[str, float]
) -> Iterator[Stretch]:
    """Stretches between the milestones of a phase that have a date, the last one open."""
    network = plain.networks[route_of(phase, reached)]
    ends = {t.milestone: t for t in network.to_fit_out if t.milestone in ("roof", "fitted")}
    start, exact = reached.get("cleared"), "cleared" in reached
    if start is None and phase.cleared is not None:
        start = plain.axis.position(phase.cleared)
        exact = isinstance(phase.cleared_spread_months, Point)
    if start is None or not exact or start >= plain.as_of or "in_service" in reached:
        return
    begun = "cleared"
    error = float(np.mean(plain.assumptions.milestone_error_months))
    for milestone, task in ends.items():
        finished = milestone in reached
        if not finished and (task.seldom_reported or "fitted" in reached):
            continue
        at = reached[milestone] if finished else plain.as_of
        if at - start > error:
            case = phase_case(plain, site, phase, {begun: start}, network)
            case = replace(
                case, looks_back=False, known={**case.known, begun: np.full((1, 1), start)}
            )
            spans = forward(network.to_fit_out, case)
            logs = np.log(np.maximum(spans[task.id].finish.month[:, 0] - start, 1e-6))
            noise = 2.0 * (error / (at - start)) ** 2 if finished else 0.0
            yield Stretch(at - start, float(logs.mean()), float(logs.var()) + noise, finished)
        if not finished:
            return
        start, begun = at, milestone


@dataclass(frozen=True, slots=True)
class Draft:
    """Dates of one phase by itself, (D, K): what `BuildTimes` holds, and the plan to be moved."""

    plan: Plan
    cleared: Array
    order_due: Array
    system_lead: Array
    install: Array
    accept: Array
    support_ready: Array
    fixed_in_service: Array


def _draft(setting: Setting, chain: Chain | None, site: Site, phase: Phase) -> Draft:
    """Dates of one phase, arrays (D, K) for its K buildings."""
    reached = reached_milestones(setting, site, phase)
    network = setting.networks[route_of(phase, reached)]
    case = phase_case(setting, site, phase, reached, network)
    if chain is not None:
        case = replace(case, running=Running(case.known[_begun(reached, network)], chain))
    spans = forward(network.dated, case)
    nothing = Moment(np.full_like(case.early_order, -np.inf), {})
    dates = {"support_ready": nothing}
    for task in network.dated:
        for result in task.gives:
            at = spans[task.id].finish
            dates[result] = later(dates[result], at) if result in dates else at
    lengths = {result: case.draw(task) for result, task in network.lengths.items()}
    cleared = spans[network.cleared].start
    return _assemble(setting, phase, reached, case.offsets, cleared, dates, lengths)


def _begun(reached: Mapping[str, float], network: Route) -> str:
    """Milestone that the chain to fit-out starts at."""
    roofed = "roof" in reached and any(t.milestone == "roof" for t in network.to_fit_out)
    return "roof" if roofed else "cleared"


def _chain(reference: Setting, site: Site, phase: Phase) -> Chain | None:
    """Length of the chain to the fit-out of a phase that may be under way, on reference draws.

    None where fit-out is reached or clearing is not known to have begun.
    """
    reached = reached_milestones(reference, site, phase)
    network = reference.networks[route_of(phase, reached)]
    case = replace(phase_case(reference, site, phase, reached, network), looks_back=False)
    milestone = _begun(reached, network)
    unknown = milestone not in case.known or "fitted" in reached
    if unknown or not may_have_begun(reached, phase, reference):
        return None
    spans = forward(network.to_fit_out, case)
    months = spans[network.to_fit_out[-1].id].finish.month - case.known[milestone]
    return Chain.fitted(months[:, 0])


def _assemble(
    setting: Setting,
    phase: Phase,
    reached: Mapping[str, float],
    offsets: Array,
    cleared: Moment,
    dates: Mapping[str, Moment],
    lengths: Mapping[str, Drawn],
) -> Draft:
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
    hall_moment, power_moment = dates["hall_ready"], dates["energised"]
    plan = Plan(
        hall_ready=hall,
        energised=energised,
        hall_cause=cause_of(hall_moment, shape),
        power_cause=cause_of(power_moment, shape),
        hall_weight=weight_of(hall_moment, shape),
        power_weight=weight_of(power_moment, shape),
        open=np.isnan(fixed),
    )
    return Draft(
        plan=plan,
        cleared=np.broadcast_to(cleared.month, shape),
        order_due=order_due,
        system_lead=lead,
        install=install,
        accept=accept,
        support_ready=support,
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
