"""Accounts of each site by calendar year and draw, at the load that operations draw.

The hours are those of the site's plan at its part loads, folded to months (`stage_hours.MONTHLY`)::

    own clean  = facility energy x (own clean MWh / MWh served), at the draw's part of full load
    covered    = import that contracts cover within its hour, at the draw's energy over the plan's
                 full energy of the stage x what contracts with hours give in the month over what
                 they give in the stage's; at most the import, and what they give
    matched, hourly = own clean + covered
    matched, annual = min(1, (own clean + contracts of the year) / facility energy)
    CFE        = facility energy - (import - covered) x (1 - clean share of the grid)
                 - own energy that is not clean
    scope 2, market, annual = max(0, 1 - contracts of the year / import) x scope 2 by location
    scope 2, market, hourly = (import - covered) / import x scope 2 by location, month by month
    peak day of water = largest over the months of (cooling water x largest day over mean day)
                        + plant water of a mean day

Contracts count by their dates, month by month, from that in which the site draws power: a stage of
the plan holds their mean over its time, so that cover within the hour is in proportion only. Where
the declared routes hold, there is no own clean power, and contracts cover what they would in the
site's first stage.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields

import numpy as np

from gigawatt.energy.clean_power import ContractMonths
from gigawatt.energy.mix import LOADS, YEAR_MONTHS, SupplyMix
from gigawatt.energy.result import EnergyResult
from gigawatt.energy.site_inputs import PV, WIND
from gigawatt.energy.site_plan import COMPUTE, SHED, SitePlan, StageResult
from gigawatt.energy.stage_hours import DAYS, MONTHLY
from gigawatt.quantity.arrays import Array, IntArray
from gigawatt.quantity.calendar import MonthAxis
from gigawatt.quantity.units import HOURS_PER_DAY, HOURS_PER_YEAR, KG_PER_T

LEAST_MWH = 1e-9
BEYOND = 1.2  # of the plan's full load, in draws with a poorer PUE: the last line goes on


@dataclass(frozen=True, slots=True)
class SiteYears:
    """Accounts by site and year, (D, S, Y) each; MWh, tonnes, m3, nominal USD.

    Attributes
    ----------
    it_mwh, facility_mwh : energy at the IT equipment, at the meter.
    water_m3, water_peak_day_m3 : site water of the year, and of its largest day.
    scope1_t, scope2_location_t, scope2_market_t, scope2_market_hourly_t : CO2.
    matched_annual_mwh, matched_hourly_mwh, cfe_mwh, renewable_mwh : of the facility's energy.
    nox_t, nox_potential_t : as burned; with all plant at nameplate all year round.
    cost_usd : of energy, with contracts for clean power: their price less what they are worth.
    """

    it_mwh: Array
    facility_mwh: Array
    water_m3: Array
    water_peak_day_m3: Array
    scope1_t: Array
    scope2_location_t: Array
    scope2_market_t: Array
    scope2_market_hourly_t: Array
    matched_annual_mwh: Array
    matched_hourly_mwh: Array
    cfe_mwh: Array
    renewable_mwh: Array
    nox_t: Array
    nox_potential_t: Array
    cost_usd: Array


SITE_YEARS = tuple(f.name for f in fields(SiteYears))


@dataclass(frozen=True, slots=True)
class SiteFigures:
    """What the accounts need of the sites beside the run; S sites, K sources.

    Attributes
    ----------
    carbon_free_share : (S,) of the grid's generation.
    peak_day_ratio : (S, 12) water of the month's largest day over that of its mean day.
    nox_kg_per_mwh : (K,) of the sources.
    """

    carbon_free_share: Array
    peak_day_ratio: Array
    nox_kg_per_mwh: Array


@dataclass(frozen=True, slots=True)
class MatchingTable:
    """Plans over sites, stages, loads and months of the year; S, N, L, 12.

    Attributes
    ----------
    own_clean, covered : (S, N, L, 12) MWh at `LOADS`.
    served : (S, N, L, 12) MWh at `LOADS`.
    hourly_contracts : (S, N, 12) MWh of contracts that have hours, the mean over the stage.
    """

    own_clean: Array
    covered: Array
    served: Array
    hourly_contracts: Array


def matching_table(plans: Mapping[str, SitePlan], sites: tuple[str, ...]) -> MatchingTable:
    """What the hours of the plans tell of matching, over the sites in order."""
    most = max((len(p.stages) for p in plans.values()), default=1)
    shape = (len(sites), max(most, 1))
    own, covered, served = (np.zeros((*shape, len(LOADS), YEAR_MONTHS)) for _ in range(3))
    contracts = np.zeros((*shape, YEAR_MONTHS))
    for s, site in enumerate(sites):
        for n, stage in enumerate(plans[site].stages if site in plans else ()):
            served[s, n, 1:] = _served(plans[site], stage)
            if stage.hours is None:
                continue
            levels = np.array([h.months for h in (*stage.part_hours, stage.hours)])
            told = dict(zip(MONTHLY, levels.transpose(1, 0, 2), strict=True))
            own[s, n, 1:], covered[s, n, 1:] = told["own_clean"], told["covered"]
            contracts[s, n] = told["hourly_contracts"][-1]
    return MatchingTable(own, covered, served, contracts)


def _served(plan: SitePlan, stage: StageResult) -> Array:
    """MWh that are served at each load above 0, (L - 1, 12)."""
    lost = [plan.sources.index(name) for name in (COMPUTE, SHED) if name in plan.sources]
    supply = np.array([*stage.part_supply_mwh, stage.supply_mwh])
    asked = LOADS[1:, None] * stage.load_mwh
    return np.asarray(asked - supply[:, lost].sum(axis=1))


def site_years(
    energy: EnergyResult,
    it_mwh: Array,
    mix: SupplyMix,
    table: MatchingTable,
    given: ContractMonths,
    figures: SiteFigures,
    axis: MonthAxis,
) -> SiteYears:
    """Accounts by site and year of one chunk of draws.

    Parameters
    ----------
    energy, mix : of the chunk.
    it_mwh : (D, S, M) energy at the IT equipment.
    table, given, figures : of the programme's sites, in their order.
    axis : months of the run.
    """
    facility = energy.supply_mwh.sum(axis=2)
    grid = energy.supply_mwh[:, :, 0]
    drawn = facility > LEAST_MWH
    own = facility * _own_clean_share(table, mix, energy.load_share)
    covered = np.minimum(_by_contracts(energy, mix, table, given, axis), grid)
    contracts = given.all_mwh * drawn
    renewable = given.renewable_mwh * drawn
    renewable += sum(energy.supply_mwh[:, :, k] for k, s in enumerate(energy.sources)
                     if s in (PV, WIND))  # fmt: skip
    not_free = (grid - covered) * (1.0 - figures.carbon_free_share[None, :, None])
    not_free += np.maximum(facility - grid - own, 0.0)
    nox = figures.nox_kg_per_mwh[None, None, :, None] / KG_PER_T

    def by_year(monthly: Array) -> Array:
        return _by_year(monthly, axis)

    imported, whole = by_year(grid), by_year(facility)
    location, bought = by_year(energy.grid_co2_t), by_year(contracts)
    left = 1.0 - np.minimum(1.0, _ratio(bought, imported))
    hourly = _ratio(grid - covered, grid) * energy.grid_co2_t
    potential = (energy.nameplate_mw * nox).sum(axis=2) * HOURS_PER_YEAR
    return SiteYears(
        it_mwh=by_year(it_mwh),
        facility_mwh=whole,
        water_m3=by_year(energy.water_m3),
        water_peak_day_m3=_largest(_peak_day(energy, figures, axis), axis),
        scope1_t=by_year(energy.co2_t) - location,
        scope2_location_t=location,
        scope2_market_t=left * location,
        scope2_market_hourly_t=by_year(hourly),
        matched_annual_mwh=np.minimum(whole, by_year(own) + bought),
        matched_hourly_mwh=by_year(own + covered),
        cfe_mwh=np.maximum(whole - by_year(not_free), 0.0),
        renewable_mwh=np.minimum(whole, by_year(renewable)),
        nox_t=by_year((energy.supply_mwh * nox).sum(axis=2)),
        nox_potential_t=_largest(potential, axis),
        cost_usd=by_year(_cost(energy)),
    )


def _cost(energy: EnergyResult) -> Array:
    """Cost of energy by month with what contracts for clean power cost beyond their worth."""
    out = energy.energy_cost_usd.copy()
    for flow in energy.contracts:
        out[:, flow.site] += flow.paid_usd - flow.value_usd
    return out


def _own_clean_share(table: MatchingTable, mix: SupplyMix, load: Array) -> Array:
    """Share of the energy that own clean sources give in its hour, (D, S, M); 0 as declared."""
    stage = np.maximum(mix.stage, 0)
    own = _at_load(table.own_clean, stage, mix.month, load)
    served = _at_load(table.served, stage, mix.month, load)
    return np.where(mix.stage >= 0, np.clip(_ratio(own, served), 0.0, 1.0), 0.0)


def _by_contracts(
    energy: EnergyResult, mix: SupplyMix, table: MatchingTable, given: ContractMonths,
    axis: MonthAxis,
) -> Array:  # fmt: skip
    """What contracts with hours cover within the hour, MWh, (D, S, M), by their dates."""
    facility = energy.supply_mwh.sum(axis=2)
    stage, month = np.maximum(mix.stage, 0), mix.month
    days = axis.hours() / (HOURS_PER_DAY * np.array(DAYS)[month])  # over the plan's: leap years
    sites = np.arange(facility.shape[1])[None, :, None]
    in_plan = table.hourly_contracts[sites, stage, month] * days
    covered = days * _covered(table, stage, month, facility / days)
    return np.minimum(covered * _ratio(given.hourly_mwh[None], in_plan), given.hourly_mwh)


def _covered(table: MatchingTable, stage: IntArray, month: IntArray, facility_mwh: Array) -> Array:
    """Import that contracts cover within its hour, MWh, at the stage's own energy."""
    sites = np.arange(facility_mwh.shape[1])[None, :, None]
    full = table.served[sites, stage, -1, month]
    return _at_load(table.covered, stage, month, _ratio(facility_mwh, full))


def _at_load(values: Array, stage: IntArray, month: IntArray, load: Array) -> Array:
    """Values (S, N, L, 12) between the loads in a straight line, (D, S, M)."""
    load = np.clip(load, 0.0, BEYOND)
    low = np.minimum(np.searchsorted(LOADS, load, side="right") - 1, len(LOADS) - 2)
    weight = (load - LOADS[low]) / (LOADS[low + 1] - LOADS[low])
    sites = np.arange(load.shape[1])[None, :, None]
    lower, upper = (values[sites, stage, low + step, month] for step in (0, 1))
    return np.asarray(lower + (upper - lower) * weight)


def _peak_day(energy: EnergyResult, figures: SiteFigures, axis: MonthAxis) -> Array:
    """Water of the largest day of each month, m3, (D, S, M)."""
    days = axis.hours() / HOURS_PER_DAY
    ratio = figures.peak_day_ratio[:, axis.months_of_year()]
    plants = energy.water_m3 - energy.cooling_water_m3
    return np.asarray((energy.cooling_water_m3 * ratio + plants) / days)


def _by_year(monthly: Array, axis: MonthAxis) -> Array:
    """Sums over calendar years along the last axis."""
    return np.asarray(np.add.reduceat(monthly, _firsts(axis), axis=-1))


def _largest(monthly: Array, axis: MonthAxis) -> Array:
    """Largest month of each calendar year along the last axis."""
    return np.asarray(np.maximum.reduceat(monthly, _firsts(axis), axis=-1))


def _firsts(axis: MonthAxis) -> IntArray:
    return np.unique(axis.years(), return_index=True)[1].astype(np.int64)


def _ratio(part: Array, whole: Array) -> Array:
    """Part over whole; 0 where there is nothing."""
    some = whole > LEAST_MWH
    return np.divide(part, whole, out=np.zeros(np.broadcast(part, whole).shape), where=some)


def sources_by_year(energy: EnergyResult, axis: MonthAxis) -> dict[str, Array]:
    """Energy, fixed and running cost by source and year, and mean nameplate; (D, S, K, Y)."""
    return {
        "supply_mwh": _by_year(energy.supply_mwh, axis),
        "fixed_usd": _by_year(energy.fixed_usd, axis),
        "running_usd": _by_year(energy.running_usd, axis),
        "nameplate_mw_years": _by_year(energy.nameplate_mw * axis.hours(), axis) / HOURS_PER_YEAR,
    }
