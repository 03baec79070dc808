"""Which sources carry a site in each draw and month, by its least-cost plan.

A plan (`energy.site_plan`) is one for all draws: stages of the site, and within each the months of
a year at several loads. A draw takes from it shares and not megawatts::

    stage of a month  = last stage of which, and of all before it, a block has power by then
    share of a source = its MWh over the MWh that are served, in that stage, month of the year and
                        at that load, between the loads of the plan in a straight line
                        (battery: discharge less charge, so that shares sum to 1)
    plant held        = MW with power x plan's MW of the plant / facility MW of the stage
    served            = 1 - (shed load and waiting compute) / load asked for, at full load

The declared routes hold instead (each source by its megawatts in service, all of it served) at
sites without a plan, before the first stage, and in months in which the draw has less grid
connection than the plan imports, because its phases came in another order.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from gigawatt.energy.site_plan import (
    BATTERY,
    COMPUTE,
    DEMAND,
    PART_LOADS,
    SHED,
    SitePlan,
    StageResult,
)
from gigawatt.energy.supply import megawatts_by_source, source_names
from gigawatt.program.blocks import Blocks
from gigawatt.quantity.arrays import Array, BoolArray, IntArray
from gigawatt.quantity.calendar import MonthAxis
from gigawatt.schedule.result import ScheduleResult

YEAR_MONTHS = 12
LOADS = np.array([0.0, *PART_LOADS, 1.0])
PHASES_JOINED = "+"  # in the name of a stage
USED_MW = 1e-3  # less plant than this is the tolerance of the plan
SLACK = 1.01  # of the import over the connection: losses of the battery, rounding of the plan
LEAST_LOAD = 1e-9


@dataclass(frozen=True, slots=True)
class PlanTable:
    """Plans of a programme over its sites, stages, loads and sources; S, N, L, K.

    Attributes
    ----------
    sources : "grid", on-site technologies of the programme, then what the plans add.
    stage_of_block : (B,) stage that the block's phase begins; -1 = none.
    supply : (S, N, K, L, 12) over the energy of full load; sums over K to `LOADS`.
    served : (S, N, 12) over what is asked for at full load.
    plant : (S, N, K) MW of plant per facility MW.
    price : (S, N, L, 12) price of what is imported over the mean price of the grid.
    peak : (S, N, L, 12) largest import of the month over the contract.
    """

    sources: tuple[str, ...]
    stage_of_block: IntArray
    supply: Array
    served: Array
    plant: Array
    price: Array
    peak: Array


@dataclass(frozen=True, slots=True)
class SupplyMix:
    """Sources of each draw; D, S, K, M.

    Attributes
    ----------
    sources : (K,) names.
    plant_mw : (D, S, K, M) plant held, without the reserve of gas plant; 0 for the grid.
    served : (D, S, M) part of the asked power that the plan serves.
    contract_mw : (D, S, M) power contracted from the grid.
    full_share : (D, S, K, M) of the facility energy at full load; sums to 1 where there is power.
    stage : (D, S, M) stage of the plan; -1 = the declared routes hold.
    month : (M,) of the year.
    table : the plans.
    """

    sources: tuple[str, ...]
    plant_mw: Array
    served: Array
    contract_mw: Array
    full_share: Array
    stage: IntArray
    month: IntArray
    table: PlanTable

    def share_at(self, load: Array) -> Array:
        """Share of each source, (D, S, K, M), at a part of full load, (D, S, M)."""
        return _shares_at(self.table, self.stage, self.month, load, self.full_share)

    def price_at(self, load: Array) -> Array:
        """Price of what is imported over the grid's mean price, (D, S, M), at a part of full load.

        1 where the declared routes hold.
        """
        return self._planned(self.table.price, load, 1.0)

    def peak_at(self, load: Array) -> Array:
        """Largest import of the month over the contract, (D, S, M), at a part of full load.

        0 where the declared routes hold.
        """
        return self._planned(self.table.peak, load, 0.0)

    def _planned(self, table: Array, load: Array, declared: float) -> Array:
        """A table (S, N, L, 12) at the stage, load and month of each draw, (D, S, M)."""
        out = np.full_like(load, declared)
        low, weight = _between(load)
        for s in np.flatnonzero((self.stage >= 0).any(axis=(0, 2))).tolist():
            at, below, values = self.stage[:, s], low[:, s], table[s]
            lower, upper = values[at, below, self.month], values[at, below + 1, self.month]
            out[:, s] = np.where(at >= 0, lower + (upper - lower) * weight[:, s], declared)
        return out


def plan_table(plans: Mapping[str, SitePlan], blocks: Blocks) -> PlanTable:
    """Plans by site id as arrays over the sites of `blocks`."""
    used = (name for plan in plans.values() for name in _plan_sources(plan))
    names = tuple(dict.fromkeys((*source_names(blocks), *used)))
    shape = (len(blocks.sites), max((len(p.stages) for p in plans.values()), default=0))
    table = PlanTable(
        names, np.full(blocks.count, -1, dtype=np.int64),
        np.zeros((*shape, len(names), len(LOADS), YEAR_MONTHS)), np.ones((*shape, YEAR_MONTHS)),
        np.zeros((*shape, len(names))), np.ones((*shape, len(LOADS), YEAR_MONTHS)),
        np.zeros((*shape, len(LOADS), YEAR_MONTHS)),
    )  # fmt: skip
    for s, site in enumerate(blocks.sites):
        if site in plans:
            for n, stage in enumerate(plans[site].stages):
                _fill(table, (s, n), plans[site], stage)
                begun = stage.name.split(PHASES_JOINED)
                for b in np.flatnonzero(blocks.site == s).tolist():
                    if blocks.phases[b].id in begun:
                        table.stage_of_block[b] = n
    return table


def _plan_sources(plan: SitePlan) -> list[str]:
    """What a plan builds in any stage; the battery among it."""
    most = np.max([s.capacity_mw for s in plan.stages], axis=0)
    pairs = zip(plan.capacities, most.tolist(), strict=True)
    return [name for name, mw in pairs if mw > USED_MW and name != DEMAND]


def _fill(table: PlanTable, at: tuple[int, int], plan: SitePlan, stage: StageResult) -> None:
    levels = [*stage.part_supply_mwh, stage.supply_mwh]
    for level, (load, mwh) in enumerate(zip(LOADS[1:], levels, strict=True), start=1):
        supply = dict(zip(plan.sources, mwh, strict=True))
        served = load * stage.load_mwh - supply.pop(SHED) - supply.pop(COMPUTE)
        supply[BATTERY] = served - np.sum(list(supply.values()), axis=0)
        got = np.where(served > LEAST_LOAD, served, np.inf)
        rows = table.supply[at][:, level]
        for k, name in enumerate(table.sources):
            rows[k] = load * supply.get(name, np.zeros(YEAR_MONTHS)) / got
        left = np.where(np.isfinite(got), load - rows.sum(axis=0), 0.0)
        rows[int(np.argmax(rows.sum(axis=1)))] += left  # of what is below USED_MW
    table.served[at] = np.clip(served / stage.load_mwh, 0.0, 1.0)
    table.price[at] = [stage.price_factor[0], *stage.price_factor]
    table.peak[at] = [np.zeros(YEAR_MONTHS), *stage.peak_share]
    held = dict(zip(plan.capacities, stage.capacity_mw.tolist(), strict=True))
    table.plant[at] = [held.get(name, 0.0) / stage.facility_mw for name in table.sources]


def supply_mix(
    blocks: Blocks, sched: ScheduleResult, axis: MonthAxis, plans: Mapping[str, SitePlan]
) -> SupplyMix:
    """Sources of each site, draw and month.

    Parameters
    ----------
    blocks, sched, axis : of one chunk of draws.
    plans : by site id; sites without one keep the declared routes.
    """
    table, month = plan_table(plans, blocks), axis.months_of_year()
    extra = len(table.sources) - len(source_names(blocks))
    pad = ((0, 0), (0, 0), (0, extra), (0, 0))
    service = megawatts_by_source(blocks.facility_power_mw, sched.in_service, blocks, axis.count)
    ready = megawatts_by_source(blocks.facility_power_mw, sched.energised, blocks, axis.count)
    contract, power = ready[:, :, 0].copy(), ready.sum(axis=2)
    declared, plant = np.pad(_shares(service), pad), np.pad(ready, pad)
    plant[:, :, 0] = 0.0
    stage = _stage(table, blocks, sched.energised, axis.count)
    full = _shares_at(table, stage, month, np.ones_like(contract), declared)
    holds: BoolArray = full[:, :, 0] * service.sum(axis=2) <= SLACK * contract + USED_MW
    stage = np.where(holds, stage, -1)
    full = np.where(holds[:, :, None], full, declared)
    served = np.ones_like(contract)
    for s in np.flatnonzero((stage >= 0).any(axis=(0, 2))).tolist():
        planned = stage[:, s] >= 0
        served[:, s] = np.where(planned, table.served[s][stage[:, s], month], 1.0)
        for k in range(1, len(table.sources)):
            own = table.plant[s, :, k][stage[:, s]] * power[:, s]
            plant[:, s, k] = np.where(planned, own, plant[:, s, k])
    return SupplyMix(table.sources, plant, served, contract, full, stage, month, table)


def _stage(table: PlanTable, blocks: Blocks, energised: Array, months: int) -> IntArray:
    """Stage of each draw, site and month, (D, S, M); -1 before the first."""
    start = np.full((len(energised), *table.served.shape[:2]), np.inf)
    for b in np.flatnonzero(table.stage_of_block >= 0).tolist():
        s, n = blocks.site[b], table.stage_of_block[b]
        start[:, s, n] = np.minimum(start[:, s, n], energised[:, b])
    start = np.maximum.accumulate(start, axis=2)
    ends = np.arange(1.0, months + 1.0)
    begun = start[:, :, :, None] < ends  # a month in which it begins counts
    out: IntArray = begun.sum(axis=2) - 1
    return out


def _shares_at(
    table: PlanTable, stage: IntArray, month: IntArray, load: Array, declared: Array
) -> Array:
    """Shares by the plan where it holds, else as declared; (D, S, K, M)."""
    out = declared.copy()
    load = np.clip(load, LEAST_LOAD, 1.0)
    low, weight = _between(load)
    for s in np.flatnonzero((stage >= 0).any(axis=(0, 2))).tolist():
        at, below, planned = stage[:, s], low[:, s], stage[:, s] >= 0
        for k in range(len(table.sources)):
            supply = table.supply[s, :, k]
            if supply.any():
                lower, upper = supply[at, below, month], supply[at, below + 1, month]
                mwh = lower + (upper - lower) * weight[:, s]
                out[:, s, k] = np.where(planned, mwh / load[:, s], out[:, s, k])
            else:
                out[:, s, k] = np.where(planned, 0.0, out[:, s, k])
    return out


def _between(load: Array) -> tuple[IntArray, Array]:
    """Load of `LOADS` at or below each, and how far it is on the way to the next."""
    load = np.clip(load, LEAST_LOAD, 1.0)
    low = np.minimum(np.searchsorted(LOADS, load, side="right") - 1, len(LOADS) - 2)
    return low, (load - LOADS[low]) / (LOADS[low + 1] - LOADS[low])


def _shares(megawatts: Array) -> Array:
    """Share of each source in the power of a site and month, (D, S, K, M); 0 without any."""
    total = megawatts.sum(axis=2, keepdims=True)
    out: Array = np.divide(megawatts, total, out=np.zeros_like(megawatts), where=total > 0.0)
    return out
