"""Conditions of each site before the load is known, and the accounts of its energy after.

Per site and month, with the shares of the sources from `energy.mix`::

    deliverable IT power = MW in service x served share x sum over sources of (share x firm share)
                           / PUE
    facility energy      = [IT power + full IT power x (PUE - 1) x overhead at part load] x hours
    energy of a source   = facility energy x its share
    cost  = grid energy x mean price x price factor of the plan + billed demand x demand charge
            + on-site energy x (heat rate x gas price of the area + variable upkeep)
            + CO2 of own plant x price of CO2
            + on-site plant x capacity charge
    billed demand = max(minimum take x contract, min(contract, largest import)), where the largest
                    import is the plan's in the month, and mean grid load x peak factor at least
    CO2   = grid energy x mean intensity + on-site energy x heat rate x 53.06 kg/MMBtu
    water = full IT energy x WUE x water at part load + on-site energy x water of the plant

PUE and WUE are at full load (`energy.cooling`, with what a part of it takes).

Contract demand and on-site plant are paid from the day firm power stands, loaded or not. The
battery counts with what it gives less what it takes: its losses are energy of other sources.

Leaves out: coincident peaks of the grid, marginal emissions, methane upstream of
on-site plant, water of the grid's plants, tax credits.
"""

from __future__ import annotations

import numpy as np

from gigawatt.catalog import Catalog
from gigawatt.energy.assumptions import EnergyAssumptions
from gigawatt.energy.carbon_price import co2_prices
from gigawatt.energy.clean_power import contract_flows
from gigawatt.energy.cooling import (
    at_part_load,
    monthly_course,
    monthly_pue,
    monthly_wue_l_per_kwh,
)
from gigawatt.energy.gas import gas_prices, running_cost_usd_per_mwh
from gigawatt.energy.mix import SupplyMix, supply_mix
from gigawatt.energy.result import EnergyResult, SiteConditions
from gigawatt.energy.supply import (
    GRID,
    Plant,
    block_sources,
    generator,
    grid_sites,
    grid_supply,
    plant,
    reserve_at,
)
from gigawatt.program.blocks import Blocks
from gigawatt.program.model import Program
from gigawatt.quantity.arrays import Array
from gigawatt.quantity.calendar import MonthAxis
from gigawatt.quantity.units import KW_PER_MW
from gigawatt.schedule.result import ScheduleResult
from gigawatt.uncertainty.streams import Streams


def site_conditions(
    program: Program,
    catalog: Catalog,
    blocks: Blocks,
    sched: ScheduleResult,
    axis: MonthAxis,
    streams: Streams,
    a: EnergyAssumptions,
    mix: SupplyMix | None = None,
) -> SiteConditions:
    """PUE, water per kWh, and the IT power that each site's supply can carry, by month.

    Parameters
    ----------
    program, catalog, blocks, sched, axis, streams : of one chunk of draws.
    a : assumptions, (D,) each.
    mix : sources of the sites; None = the declared routes.
    """
    mix = mix or supply_mix(blocks, sched, axis, {})
    pue = np.stack([monthly_pue(s, catalog, axis, streams) for s in program.sites], axis=1)
    wue = np.stack(
        [monthly_wue_l_per_kwh(s, catalog, axis, streams) for s in program.sites], axis=1
    )
    firm = np.zeros_like(pue)  # share of the power that runs when units are out
    lost = np.zeros_like(pue)  # share of time without supply
    plants = _plants(mix, catalog, axis, streams, a)
    for k, name in enumerate(mix.sources):
        if name == GRID:
            available, capacity = np.ones((2, *pue.shape[:2]))
            for s in grid_sites(blocks):
                site = program.sites[s]
                available[:, s] = grid_supply(site, catalog, axis, streams, a).available_share
        else:
            available = plants[name].available_share[:, None]
            built = 1.0 - _reserve(mix, blocks, name, catalog, streams)
            capacity = np.minimum(1.0, plants[name].availability_share[:, None] / built)
        firm += mix.full_share[:, :, k] * capacity[:, :, None]
        lost += mix.full_share[:, :, k] * (1.0 - available)[:, :, None]
    service_mw = in_service(blocks.facility_power_mw, blocks, sched, axis.count)
    return SiteConditions(pue, wue, service_mw * mix.served * firm / pue, 1.0 - lost)


def accounts(
    program: Program,
    catalog: Catalog,
    blocks: Blocks,
    sched: ScheduleResult,
    cond: SiteConditions,
    it_power_avg_mw: Array,
    axis: MonthAxis,
    streams: Streams,
    a: EnergyAssumptions,
    mix: SupplyMix | None = None,
) -> EnergyResult:
    """Energy by source, cost, carbon and water of the IT power that was drawn.

    Parameters
    ----------
    program, catalog, blocks, sched, axis, streams : of one chunk of draws.
    cond : result of `site_conditions`.
    it_power_avg_mw : (D, S, M) IT power drawn on average.
    a : assumptions, (D,) each.
    mix : sources of the sites; None = the declared routes.
    """
    mix = mix or supply_mix(blocks, sched, axis, {})
    it_mw = in_service(blocks.it_power_mw, blocks, sched, axis.count)
    used = np.divide(it_power_avg_mw, it_mw, out=np.ones_like(it_mw), where=it_mw > 0.0)
    overhead, wetted = _at_part_load(program, catalog, axis, used)
    facility_mw = it_power_avg_mw + it_mw * (cond.pue - 1.0) * overhead
    full_mw = it_mw * cond.pue
    load = np.divide(facility_mw, full_mw, out=np.ones_like(it_mw), where=it_mw > 0.0)
    load_mw = facility_mw[:, :, None] * mix.share_at(load)
    supply = load_mw * axis.hours()
    fixed, running, nameplate = (np.zeros_like(supply) for _ in range(3))
    grid_co2 = np.zeros_like(facility_mw)
    cooling = it_mw * wetted * axis.hours() * cond.wue_l_per_kwh  # L/kWh = m3/MWh
    water = cooling.copy()
    price_factor, peak = mix.price_at(load), mix.peak_at(load)
    for s in grid_sites(blocks):
        grid = grid_supply(program.sites[s], catalog, axis, streams, a)
        billed = billed_mw(load_mw[:, s, 0], mix.contract_mw[:, s], a, peak[:, s])
        running[:, s, 0] = supply[:, s, 0] * grid.price_usd_per_mwh * price_factor[:, s]
        fixed[:, s, 0] = billed * KW_PER_MW * grid.demand_charge_usd_per_kw_month
        grid_co2[:, s] = supply[:, s, 0] * grid.co2_t_per_mwh
    co2 = grid_co2.copy()
    gas_markets = gas_prices(program.sites, catalog, axis, streams, a)
    carbon = np.stack([co2_prices(s, catalog, axis, streams, a) for s in program.sites], axis=1)
    for name, one in _plants(mix, catalog, axis, streams, a).items():
        k = mix.sources.index(name)
        for gas in gas_markets:
            usd_per_mwh = running_cost_usd_per_mwh(one, gas)
            running[:, gas.sites, k] = supply[:, gas.sites, k] * usd_per_mwh[:, None]
        running[:, :, k] += supply[:, :, k] * one.co2_t_per_mwh[:, None, None] * carbon
        built = 1.0 - _reserve(mix, blocks, name, catalog, streams)
        nameplate[:, :, k] = mix.plant_mw[:, :, k] / built[:, :, None]
        fixed[:, :, k] = nameplate[:, :, k] * KW_PER_MW * one.charge_usd_per_kw_month[:, None]
        co2 += supply[:, :, k] * one.co2_t_per_mwh[:, None, None]
        water += supply[:, :, k] * one.water_m3_per_mwh[:, None, None]
    cost = (fixed + running).sum(axis=2)
    contracts = contract_flows(program, catalog, blocks, sched, axis, streams, a)
    return EnergyResult(mix.sources, supply, cost, mix.contract_mw, co2, water, grid_co2, cooling,
                        load, fixed, running, nameplate, contracts)  # fmt: skip


def _at_part_load(
    program: Program, catalog: Catalog, axis: MonthAxis, used: Array
) -> tuple[Array, Array]:
    """Overhead and water of each site over those at full load, (D, S, M), at parts `used` of it."""
    month = axis.months_of_year()
    overhead, water = used.copy(), used.copy()
    for s, site in enumerate(program.sites):
        course = monthly_course(site, catalog)
        if course is not None:
            overhead[:, s] = at_part_load(course.overhead, month, used[:, s])
            water[:, s] = at_part_load(course.water, month, used[:, s])
    return overhead, water


def in_service(power_mw: Array, blocks: Blocks, sched: ScheduleResult, months: int) -> Array:
    """Power (D, B) in service, (D, S, M): each block counts from its date on."""
    out = np.zeros((len(power_mw), len(blocks.sites), months))
    ends = np.arange(1.0, months + 1.0)
    for b, s in enumerate(blocks.site.tolist()):
        part = np.clip(ends - sched.in_service[:, b, None], 0.0, 1.0)
        out[:, s] += power_mw[:, b, None] * part
    return out


def billed_mw(
    load_mw: Array, contract_mw: Array, a: EnergyAssumptions, peak_share: Array | float = 0.0
) -> Array:
    """Demand that is billed in a month, MW: between the minimum take and the contract.

    Parameters
    ----------
    load_mw, contract_mw : (D, M) mean load on the grid; contract demand.
    a : assumptions, (D,) each.
    peak_share : (D, M) largest import of the month over the contract by the plan; 0 = not told.
    """
    largest = np.maximum(load_mw * a.billed_peak_factor[:, None], peak_share * contract_mw)
    peak = np.minimum(contract_mw, largest)
    out: Array = np.maximum(a.minimum_take_share[:, None] * contract_mw, peak)
    return out


def _reserve(
    mix: SupplyMix, blocks: Blocks, name: str, catalog: Catalog, streams: Streams
) -> Array:
    """Reserve of plant at each site, (D, S): of its own blocks, else as if it carried the site."""
    reserve = np.zeros(mix.served.shape[:2])
    if name not in catalog.records["technologies"]:
        return reserve
    held = np.flatnonzero(mix.plant_mw[:, :, mix.sources.index(name)].any(axis=(0, 2)))
    sources = block_sources(blocks)
    power = np.zeros_like(reserve)
    for s in held.tolist():
        at = np.flatnonzero(blocks.site == s)
        own = [b for b in at if sources[b] == name]
        power[:, s] = blocks.facility_power_mw[:, own or at].sum(axis=1)
    reserve[:, held] = reserve_at(power[:, held], name, catalog, streams)
    return reserve


def _plants(
    mix: SupplyMix, catalog: Catalog, axis: MonthAxis, streams: Streams, a: EnergyAssumptions
) -> dict[str, Plant]:
    return {
        n: (plant if n in catalog.records["technologies"] else generator)(
            n, catalog, axis, streams, a
        )
        for n in mix.sources
        if n != GRID
    }
