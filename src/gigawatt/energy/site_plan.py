"""Least-cost supply of one site over its stages, hour by hour, folded to months.

Each stage has a facility power, a part of it contracted from the grid, and the on-site technology
that the programme names. To choose from: that technology, rented mobile turbines (bridging power,
paid only while held), sun and wind of the site's climate, a battery, the grid up to its contract,
compute that waits at its value. Capacities carry over; what takes long to build comes in later
stages. Costs are real dollars of one price year at central values.

What is built serves full power in every hour. At part loads the load follows its week
(`StageLoad`): a fleet that works at 3/4 of its power does so with days and nights.

The grid's price has hours (`price_hours`, or a file of the site). The demand charge is on the
largest import of the year, and on the minimum take of the contract at least.

Leaves out: export, gas pipes, land.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial

import numpy as np

from gigawatt.energy.dispatch.problem import YearProblem
from gigawatt.energy.dispatch.solution import Dispatch
from gigawatt.energy.dispatch.year import YearKernel
from gigawatt.energy.site_problem import (
    BATTERY,
    COMPUTE,
    DEMAND,
    GRID,
    PLAN_GAP,
    SHED,
    SiteInputs,
    Source,
    StageLoad,
    StageProblem,
    Store,
    stage_problem,
)
from gigawatt.energy.stage_hours import DAYS, StageHours, fold_stage
from gigawatt.energy.stages import Carry, SiteStage, StagedPlan, solve_stages
from gigawatt.quantity.arrays import Array
from gigawatt.quantity.units import HOURS_PER_YEAR

__all__ = [
    "BATTERY", "COMPUTE", "DEMAND", "GRID", "SHED", "SiteHours", "SiteInputs", "SitePlan", "Source",
    "StageLoad", "StageResult", "Store",
]  # fmt: skip
PART_LOADS = (0.25, 0.5, 0.75)  # of the load asked for, with the same capacities
WEEK_H = 168
LEAST_PRICE_USD, LEAST_MWH = 0.01, 1e-3


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
    price_factor : (P + 1, 12) price of what is imported over the grid's mean price, at the part
        loads and at full load; that of the whole month where nothing is imported.
    peak_share : (P + 1, 12) largest import of the month over the contract, at the same loads.
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
    price_factor: Array
    peak_share: Array
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
    problems = [stage_problem(inputs, stage) for stage in inputs.stages]
    stages = [
        SiteStage(s.name, s.years, p.solved) for s, p in zip(inputs.stages, problems, strict=True)
    ]
    found = solve_stages(stages, _carries(inputs), inputs.discount_rate, PLAN_GAP)
    results = tuple(_fold(inputs, problems[n], found, n) for n in range(len(problems)))
    plan = SitePlan(
        inputs.site, found.names, tuple(o.name for o in problems[0].told.offers), results,
        found.plan.objective_usd, found.plan.gap, inputs.fingerprint(),
    )  # fmt: skip
    hours = tuple(p.together(h) for p, h in zip(problems, found.plan.hours, strict=True))
    return SiteHours(plan, tuple(p.told for p in problems), hours)


def _carries(inputs: SiteInputs) -> dict[str, Carry]:
    starts = [s.start_month for s in inputs.stages]

    def first(lead: float) -> int:
        return next((n for n, start in enumerate(starts) if start >= lead), len(starts))

    out = {s.name: Carry(first(s.lead_time_months), rented=s.rented) for s in inputs.sources}
    out[BATTERY] = Carry(first(inputs.store.lead_time_months))
    out[DEMAND] = Carry(rented=True)
    return out


def _fold(inputs: SiteInputs, both: StageProblem, found: StagedPlan, n: int) -> StageResult:
    stage, problem = inputs.stages[n], both.told
    hours = both.together(found.plan.hours[n])
    served = by_month(hours.served_mw).T
    running = by_month(problem.price * hours.served_mw)
    fixed = problem.cost * found.plan.capacity_mw[n]
    imported = hours.served_mw[:, problem.offer_number(GRID)]
    lost = served[[problem.offer_number(SHED), problem.offer_number(COMPUTE)]].sum(axis=0)
    load = by_month(stage.load_mw)
    length = 24.0 * np.array(DAYS)
    told = partial(fold_stage, contract_mw=stage.grid_mw, area=inputs.area, grid=GRID,
                   unserved=(COMPUTE, SHED), contracts=stage.contracts)  # fmt: skip
    course = np.broadcast_to(inputs.grid_usd_per_mwh, imported.shape)
    parts = _part_loads(stage, both, found, n, told)
    return StageResult(
        name=stage.name,
        start_month=stage.start_month,
        years=stage.years,
        facility_mw=stage.facility_mw,
        grid_mw=stage.grid_mw,
        import_peak_mw=float(imported.max()),
        import_ramp_mw=max(_ramp(mw) for mw in (*parts.imported_mw, imported)),
        ramp_mw_per_min=stage.ramp_mw_per_min,
        drop_mw=stage.drop_mw,
        capacity_mw=found.plan.capacity_mw[n],
        supply_mwh=served,
        co2_t=by_month(problem.co2_t_per_mwh * hours.served_mw).sum(axis=1),
        cost_usd=running.sum(axis=1) + fixed.sum() * length / HOURS_PER_YEAR,
        unserved_mwh=served[problem.offer_number(SHED)],
        deliverable_mw=(load - lost) / length,
        load_mwh=load,
        part_supply_mwh=parts.supply_mwh,
        fixed_usd=fixed,
        running_usd=running.sum(axis=0),
        hours=told(problem, hours),
        part_hours=parts.hours,
        price_factor=np.array([
            _price_factor(course, mw) for mw in (*parts.imported_mw, imported)
        ]),
        peak_share=np.array([
            _largest_by_month(mw) for mw in (*parts.imported_mw, imported)
        ]) / max(stage.grid_mw, LEAST_MWH),
    )  # fmt: skip


def _ramp(imported_mw: Array) -> float:
    """Largest change from hour to hour."""
    return float(np.abs(np.diff(imported_mw)).max())


def _largest_by_month(hourly: Array) -> Array:
    """Largest value of each month, (12,)."""
    first = np.concatenate([[0], np.cumsum(24 * np.array(DAYS))[:-1]])
    return np.asarray(np.maximum.reduceat(hourly, first))


def _price_factor(price: Array, imported_mw: Array) -> Array:
    """Price of what is imported in each month over the mean of the year, (12,)."""
    bought, mean = by_month(imported_mw), float(price.mean())
    if abs(mean) < LEAST_PRICE_USD:
        return np.ones(len(bought))
    whole = by_month(price) / (24 * np.array(DAYS))
    paid = np.divide(by_month(price * imported_mw), bought, out=whole, where=bought > LEAST_MWH)
    return np.asarray(paid / mean)


@dataclass(frozen=True, slots=True)
class _Parts:
    """Part loads: supply by source and month (P, K, 12), import by hour, what the hours tell."""

    supply_mwh: Array
    imported_mw: tuple[Array, ...]
    hours: tuple[StageHours, ...]


def _part_loads(
    stage: StageLoad, both: StageProblem, found: StagedPlan, n: int,
    fold: Callable[..., StageHours],
) -> _Parts:  # fmt: skip
    """Stage `n` at each part load, with its capacities and the multipliers of its limits."""
    problem, grid = both.told, both.told.offer_number(GRID)
    kernel = YearKernel(both.solved)
    load, limit = kernel.load.copy(), kernel.limit.copy()
    supply, imported, told = [], [], []
    for part in PART_LOADS:
        hourly = part * hourly_course(stage, part)
        kernel.load = hourly * load
        kernel.limit = limit.copy()
        for name in (COMPUTE, SHED):
            k = problem.offer_number(name)
            kernel.limit[:, k] = hourly * limit[:, k]
        kernel.evaluate(found.plan.capacity_mw[n], found.plan.tau[n][0])
        hours = both.together(kernel.hours())
        supply.append(by_month(hours.served_mw).T)
        imported.append(hours.served_mw[:, grid])
        told.append(fold(replace(problem, load_mw=hourly * problem.load_mw), hours))
    return _Parts(np.array(supply), tuple(imported), tuple(told))


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
