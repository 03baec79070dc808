"""Least-cost supply of one site over its stages, hour by hour, folded to months.

Each stage has a facility power, a part of it contracted from the grid, and the on-site technology
that the programme names. To choose from: that technology, rented mobile turbines (bridging power,
paid only while held), sun and wind of the site's climate, a battery, the grid up to its contract,
compute that waits at its value. Capacities carry over; what takes long to build comes in later
stages. Costs are real dollars of one price year at central values.

What is built serves full power in every hour. At part loads the load follows its week
(`StageLoad`): a fleet that works at 3/4 of its power does so with days and nights.

Leaves out: the price of the grid has no hours (a mean the year round), export, gas pipes, land.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass, fields, replace
from functools import partial

import numpy as np

from gigawatt.energy.climate_hours import code_hash
from gigawatt.energy.dispatch.problem import (
    Capacity,
    Offer,
    Storage,
    YearProblem,
    battery,
    offer,
)
from gigawatt.energy.dispatch.solution import Dispatch
from gigawatt.energy.dispatch.year import YearKernel
from gigawatt.energy.stage_hours import DAYS, NO_AREA, Area, Contract, StageHours, fold_stage
from gigawatt.energy.stages import Carry, SiteStage, StagedPlan, solve_stages
from gigawatt.quantity.arrays import Array
from gigawatt.quantity.units import HOURS_PER_YEAR

GRID, COMPUTE, SHED = "grid", "curtailed compute", "shed"
DEMAND = "grid demand"
BATTERY = "battery"
PLAN_GAP = 1e-4
PART_LOADS = (0.25, 0.5, 0.75)  # of the load asked for, with the same capacities
WEEK_H = 168
CODE = (
    "site_plan.py", "stage_hours.py", "site_accounts.py", "stages.py", "capacity/solve.py",
    "capacity/limits.py", "capacity/master.py", "capacity/relaxed.py",
    "dispatch/kernel.py", "dispatch/year.py", "dispatch/problem.py",
)  # fmt: skip  # what makes a plan: a change of it makes kept ones void


@dataclass(frozen=True, slots=True)
class Source:
    """A technology that can be built at a site.

    Attributes
    ----------
    name : catalog id.
    usd_per_mw_yr : annuity and fixed upkeep of a firm MW (reserve included).
    usd_per_mwh, co2_t_per_mwh : running cost and emissions.
    per_mw : (8760,) output per MW, or one number.
    lead_time_months : from the first month of the plan.
    rented : paid only in the stages in which it stands.
    beyond_grid : for load above the grid's contract alone: plant that nobody has declared does not
        take the place of the contract.
    """

    name: str
    usd_per_mw_yr: float
    usd_per_mwh: float
    co2_t_per_mwh: float
    per_mw: Array | float
    lead_time_months: float
    rented: bool = False
    beyond_grid: bool = False


@dataclass(frozen=True, slots=True)
class Store:
    """The battery: yearly cost of a MW, hours, efficiency each way, lead time."""

    usd_per_mw_yr: float
    hours: float
    eta: float
    lead_time_months: float


@dataclass(frozen=True, slots=True)
class StageLoad:
    """One stage.

    Attributes
    ----------
    name : of the stage, e.g. the phase that begins it.
    start_month : months from the first month of the plan.
    years : until the next stage.
    load_mw : (8760,) facility power asked for.
    grid_mw : contracted from the grid.
    facility_mw : of all phases in service, at design conditions.
    week_pu : (168,) load by hour of the week over its mean, tiled over the year from its first
        hour; None = steady.
    ramp_mw_per_min, drop_mw : largest change within a minute and fall at one moment, at the meter.
    """

    name: str
    start_month: float
    years: float
    load_mw: Array
    grid_mw: float
    facility_mw: float
    week_pu: Array | None = None
    ramp_mw_per_min: float = 0.0
    drop_mw: float = 0.0


@dataclass(frozen=True, slots=True)
class SiteInputs:
    """All that decides the supply of a site; what its fingerprint is taken from.

    Attributes
    ----------
    site : id.
    stages : in order of time.
    sources, store : what can be built.
    grid_usd_per_mwh, grid_co2_t_per_mwh : (8760,) or one number.
    grid_demand_usd_per_mw_yr : on the largest import.
    compute_usd_per_mwh, compute_share : value of compute that waits, and how much of the load can.
    lost_load_usd_per_mwh : value of what is not served.
    discount_rate : real, a year.
    co2_usd_per_t : price of CO2.
    area : balancing area of the grid.
    contracts : for clean power; they count in the accounts of each stage, not in what is built.
    """

    site: str
    stages: tuple[StageLoad, ...]
    sources: tuple[Source, ...]
    store: Store
    grid_usd_per_mwh: Array | float
    grid_co2_t_per_mwh: Array | float
    grid_demand_usd_per_mw_yr: float
    compute_usd_per_mwh: float
    compute_share: float
    lost_load_usd_per_mwh: float
    discount_rate: float
    co2_usd_per_t: float = 0.0
    area: Area = NO_AREA
    contracts: tuple[Contract, ...] = ()

    def fingerprint(self) -> str:
        """SHA-256 over all contents: equal inputs have equal results."""
        digest = hashlib.sha256(f"{code_hash(CODE)} gap {PLAN_GAP}".encode())
        _feed(digest, self)
        return digest.hexdigest()


@dataclass(frozen=True, slots=True)
class StageResult:
    """One stage, folded to the months of a year; K sources.

    Attributes
    ----------
    name, start_month, years, facility_mw, grid_mw : of the stage.
    import_peak_mw, import_ramp_mw : largest import, largest change of it from hour to hour, at any
        of the loads.
    ramp_mw_per_min, drop_mw : of the stage's load.
    capacity_mw : (J,) in service.
    supply_mwh : (K, 12) by source, load not served among them.
    part_supply_mwh : (P, K, 12) the same at the part loads `PART_LOADS`.
    fixed_usd, running_usd : (J,), (K,) of a year.
    hours : what its hours tell, at full load.
    part_hours : (P,) the same at the part loads; none where they are not known.
    co2_t, cost_usd, unserved_mwh : (12,) operational CO2; running cost and a twelfth of the fixed
        cost; load not served (waiting compute is a source).
    deliverable_mw : (12,) mean of the facility power that was served.
    load_mwh : (12,) asked for.
    """

    name: str
    start_month: float
    years: float
    facility_mw: float
    grid_mw: float
    import_peak_mw: float
    import_ramp_mw: float
    ramp_mw_per_min: float
    drop_mw: float
    capacity_mw: Array
    supply_mwh: Array
    co2_t: Array
    cost_usd: Array
    unserved_mwh: Array
    deliverable_mw: Array
    load_mwh: Array
    part_supply_mwh: Array
    fixed_usd: Array
    running_usd: Array
    hours: StageHours | None = None
    part_hours: tuple[StageHours, ...] = ()


@dataclass(frozen=True, slots=True)
class SitePlan:
    """Least-cost supply of a site.

    Attributes
    ----------
    site : id.
    capacities, sources : names of the J and K axes.
    stages : results in order of time.
    objective_usd, gap : present value of all costs, certified gap.
    fingerprint : of the inputs.
    """

    site: str
    capacities: tuple[str, ...]
    sources: tuple[str, ...]
    stages: tuple[StageResult, ...]
    objective_usd: float
    gap: float
    fingerprint: str


@dataclass(frozen=True, slots=True)
class SiteHours:
    """The plan with its hours, for pictures and exports: problem and dispatch of each stage."""

    plan: SitePlan
    problems: tuple[YearProblem, ...]
    hours: tuple[Dispatch, ...]


def plan_site(inputs: SiteInputs) -> SitePlan:
    """Solve a site; see `plan_hours` for the hours behind it."""
    return plan_hours(inputs).plan


def plan_hours(inputs: SiteInputs) -> SiteHours:
    """Least-cost supply of all stages, with hours."""
    problems = [_problem(inputs, stage) for stage in inputs.stages]
    stages = [SiteStage(s.name, s.years, p) for s, p in zip(inputs.stages, problems, strict=True)]
    found = solve_stages(stages, _carries(inputs), inputs.discount_rate, PLAN_GAP)
    results = tuple(_fold(inputs, problems[n], found, n) for n in range(len(problems)))
    plan = SitePlan(
        inputs.site, found.names, tuple(o.name for o in problems[0].offers), results,
        found.plan.objective_usd, found.plan.gap, inputs.fingerprint(),
    )  # fmt: skip
    return SiteHours(plan, tuple(problems), found.plan.hours)


def _problem(inputs: SiteInputs, stage: StageLoad) -> YearProblem:
    steps = len(stage.load_mw)
    beyond = max(0.0, float(stage.load_mw.max()) - stage.grid_mw)
    capacities = [
        Capacity(s.name, s.usd_per_mw_yr, max_mw=beyond if s.beyond_grid else np.inf)
        for s in inputs.sources
    ]
    offers: list[Offer] = [
        offer(s.name, steps, s.usd_per_mwh + inputs.co2_usd_per_t * s.co2_t_per_mwh, capacity=j,
              per_mw=s.per_mw, co2_t_per_mwh=s.co2_t_per_mwh)
        for j, s in enumerate(inputs.sources)
    ]  # fmt: skip
    storages: list[Storage] = [
        battery(BATTERY, len(capacities), inputs.store.hours, inputs.store.eta, inputs.store.eta)
    ]
    capacities.append(Capacity(BATTERY, inputs.store.usd_per_mw_yr))
    capacities.append(Capacity(DEMAND, inputs.grid_demand_usd_per_mw_yr, max_mw=stage.grid_mw))
    price = np.asarray(inputs.grid_usd_per_mwh) + inputs.co2_usd_per_t * np.asarray(
        inputs.grid_co2_t_per_mwh
    )
    offers.append(
        offer(GRID, steps, price, limit_mw=stage.grid_mw, capacity=len(capacities) - 1,
              co2_t_per_mwh=inputs.grid_co2_t_per_mwh)
    )  # fmt: skip
    share = inputs.compute_share
    offers.append(offer(COMPUTE, steps, inputs.compute_usd_per_mwh, limit_mw=share * stage.load_mw))
    offers.append(offer(SHED, steps, inputs.lost_load_usd_per_mwh, limit_mw=stage.load_mw))
    return YearProblem(stage.load_mw, tuple(capacities), tuple(offers), tuple(storages))


def _carries(inputs: SiteInputs) -> dict[str, Carry]:
    starts = [s.start_month for s in inputs.stages]

    def first(lead: float) -> int:
        return next((n for n, start in enumerate(starts) if start >= lead), len(starts))

    out = {s.name: Carry(first(s.lead_time_months), rented=s.rented) for s in inputs.sources}
    out[BATTERY] = Carry(first(inputs.store.lead_time_months))
    out[DEMAND] = Carry(rented=True)
    return out


def _fold(inputs: SiteInputs, problem: YearProblem, found: StagedPlan, n: int) -> StageResult:
    stage, hours = inputs.stages[n], found.plan.hours[n]
    served = by_month(hours.served_mw).T
    running = by_month(problem.price * hours.served_mw)
    fixed = problem.cost * found.plan.capacity_mw[n]
    imported = hours.served_mw[:, problem.offer_number(GRID)]
    lost = served[[problem.offer_number(SHED), problem.offer_number(COMPUTE)]].sum(axis=0)
    load = by_month(stage.load_mw)
    length = 24.0 * np.array(DAYS)
    told = partial(fold_stage, contract_mw=stage.grid_mw, area=inputs.area, grid=GRID,
                   unserved=(COMPUTE, SHED), contracts=inputs.contracts)  # fmt: skip
    parts, part_ramp, part_hours = _part_loads(stage, problem, found.plan.capacity_mw[n], told)
    return StageResult(
        name=stage.name,
        start_month=stage.start_month,
        years=stage.years,
        facility_mw=stage.facility_mw,
        grid_mw=stage.grid_mw,
        import_peak_mw=float(imported.max()),
        import_ramp_mw=max(_ramp(imported), part_ramp),
        ramp_mw_per_min=stage.ramp_mw_per_min,
        drop_mw=stage.drop_mw,
        capacity_mw=found.plan.capacity_mw[n],
        supply_mwh=served,
        co2_t=by_month(problem.co2_t_per_mwh * hours.served_mw).sum(axis=1),
        cost_usd=running.sum(axis=1) + fixed.sum() * length / HOURS_PER_YEAR,
        unserved_mwh=served[problem.offer_number(SHED)],
        deliverable_mw=(load - lost) / length,
        load_mwh=load,
        part_supply_mwh=parts,
        fixed_usd=fixed,
        running_usd=running.sum(axis=0),
        hours=told(problem, hours),
        part_hours=part_hours,
    )


def _ramp(imported_mw: Array) -> float:
    """Largest change from hour to hour."""
    return float(np.abs(np.diff(imported_mw)).max())


def _part_loads(
    stage: StageLoad, problem: YearProblem, capacity_mw: Array, fold: Callable[..., StageHours]
) -> tuple[Array, float, tuple[StageHours, ...]]:
    """Supply by source and month at each part load, (P, K, 12), largest ramp of import, hours."""
    kernel = YearKernel(problem)
    load, limit = kernel.load.copy(), kernel.limit.copy()
    out, ramp, told = [], 0.0, []
    for part in PART_LOADS:
        hourly = part * hourly_course(stage, part)
        kernel.load = hourly * load
        kernel.limit = limit.copy()
        for name in (COMPUTE, SHED):
            k = problem.offer_number(name)
            kernel.limit[:, k] = hourly * limit[:, k]
        kernel.evaluate(capacity_mw)
        out.append(by_month(kernel.served).T)
        ramp = max(ramp, _ramp(kernel.served[:, problem.offer_number(GRID)]))
        told.append(fold(replace(problem, load_mw=hourly * problem.load_mw), kernel.hours()))
    return np.array(out), ramp, tuple(told)


def hourly_course(stage: StageLoad, part: float) -> Array:
    """Load by hour over the same hour's load if it were steady, at a part of full load; (H,).

    The week is tiled and scaled so that the energy of each month stays what the steady load would
    use. Its swing shrinks where its peak would pass full power: full load is steady.
    """
    hours = len(stage.load_mw)
    if stage.week_pu is None:
        return np.ones(hours)
    swing = np.resize(stage.week_pu, hours)
    mean = by_month(swing * stage.load_mw) / by_month(stage.load_mw)
    swing = swing / np.repeat(mean, 24 * np.array(DAYS)) - 1.0
    room = (1.0 / part - 1.0) / max(float(swing.max()), 1e-12)
    return np.asarray(1.0 + swing * min(1.0, room))


def by_month(hourly: Array) -> Array:
    """Sums over the months of a year without 29 February: (8760, …) to (12, …)."""
    edges = np.concatenate([[0], np.cumsum(24 * np.array(DAYS))[:-1]])
    return np.asarray(np.add.reduceat(hourly, edges, axis=0))


def _feed(digest: hashlib._Hash, value: object) -> None:
    """Add the content of nested dataclasses, tuples and arrays to a hash."""
    if isinstance(value, np.ndarray):
        digest.update(str(value.shape).encode() + np.ascontiguousarray(value).tobytes())
    elif value is None or isinstance(value, str | int | float | bool):
        digest.update(repr(value).encode())
    elif isinstance(value, Sequence):
        digest.update(str(len(value)).encode())
        for item in value:
            _feed(digest, item)
    else:
        for f in fields(value):  # type: ignore[arg-type]
            digest.update(f.name.encode())
            _feed(digest, getattr(value, f.name))
