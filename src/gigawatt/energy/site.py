"""Conditions of each site before the load is known, and the accounts of its energy after.

Per site and month::

    deliverable IT power = sum over sources of (MW in service x firm share) / PUE
    facility energy      = IT power x PUE x hours
    energy of a source   = facility energy x its share of the facility power in service
    cost  = grid energy x price + billed demand x demand charge
            + on-site energy x (fuel + variable upkeep) + on-site power x capacity charge
    billed demand = max(minimum take x contract, min(contract, mean grid load x peak factor))
    CO2   = grid energy x mean intensity + on-site energy x heat rate x 53.06 kg/MMBtu
    water = IT energy x WUE + on-site energy x water of the plant

Contract demand and on-site power are paid from the day firm power stands, loaded or not.

Leaves out: hours (price shape, coincident peaks, storage, solar and wind on site), the order in
which sources run, marginal emissions, methane upstream of on-site plant, water of the grid's
plants, tax credits.
"""

from __future__ import annotations

import numpy as np

from gigawatt.catalog import Catalog
from gigawatt.energy.assumptions import EnergyAssumptions
from gigawatt.energy.cooling import monthly_pue, monthly_wue_l_per_kwh
from gigawatt.energy.result import EnergyResult, SiteConditions
from gigawatt.energy.supply import (
    GRID,
    Plant,
    grid_sites,
    grid_supply,
    megawatts_by_source,
    plant,
    reserve_share,
    source_names,
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
) -> SiteConditions:
    """PUE, water per kWh, and the IT power that each site's supply can carry, by month.

    Parameters
    ----------
    program, catalog, blocks, sched, axis, streams : of one chunk of draws.
    a : assumptions, (D,) each.
    """
    pue = np.stack([monthly_pue(s, catalog, axis, streams) for s in program.sites], axis=1)
    wue = np.stack(
        [monthly_wue_l_per_kwh(s, catalog, axis, streams) for s in program.sites], axis=1
    )
    service = megawatts_by_source(blocks.facility_power_mw, sched.in_service, blocks, axis.count)
    plants = _plants(blocks, catalog, axis, streams, a)
    firm_mw = np.zeros_like(pue)
    lost_mw = np.zeros_like(pue)  # in service x share of time without supply
    for k, name in enumerate(source_names(blocks)):
        if name == GRID:
            available = np.ones(pue.shape[:2])
            for s in grid_sites(blocks):
                site = program.sites[s]
                available[:, s] = grid_supply(site, catalog, axis, streams, a).available_share
            capacity = np.ones(pue.shape[:2])
        else:
            available = plants[name].available_share[:, None]
            built = 1.0 - reserve_share(blocks, name, catalog, streams)
            capacity = np.minimum(1.0, plants[name].availability_share[:, None] / built)
        firm_mw += service[:, :, k] * capacity[:, :, None]
        lost_mw += service[:, :, k] * (1.0 - available)[:, :, None]
    total = service.sum(axis=2)
    lost = np.divide(lost_mw, total, out=np.zeros_like(total), where=total > 0.0)
    return SiteConditions(pue, wue, firm_mw / pue, 1.0 - lost)


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
) -> EnergyResult:
    """Energy by source, cost, carbon and water of the IT power that was drawn.

    Parameters
    ----------
    program, catalog, blocks, sched, axis, streams : of one chunk of draws.
    cond : result of `site_conditions`.
    it_power_avg_mw : (D, S, M) IT power drawn on average.
    a : assumptions, (D,) each.
    """
    names = source_names(blocks)
    service = megawatts_by_source(blocks.facility_power_mw, sched.in_service, blocks, axis.count)
    ready = megawatts_by_source(blocks.facility_power_mw, sched.energised, blocks, axis.count)
    facility_mw = it_power_avg_mw * cond.pue
    load_mw = facility_mw[:, :, None] * _shares(service)
    supply = load_mw * axis.hours()
    cost, co2 = np.zeros_like(facility_mw), np.zeros_like(facility_mw)
    water = it_power_avg_mw * axis.hours() * cond.wue_l_per_kwh  # L/kWh = m3/MWh
    contract = ready[:, :, 0]
    for s in grid_sites(blocks):
        grid = grid_supply(program.sites[s], catalog, axis, streams, a)
        billed = billed_mw(load_mw[:, s, 0], contract[:, s], a)
        cost[:, s] = supply[:, s, 0] * grid.price_usd_per_mwh
        cost[:, s] += billed * KW_PER_MW * grid.demand_charge_usd_per_kw_month
        co2[:, s] = supply[:, s, 0] * grid.co2_t_per_mwh
    for name, one in _plants(blocks, catalog, axis, streams, a).items():
        k = names.index(name)
        cost += supply[:, :, k] * one.price_usd_per_mwh[:, None]
        built = 1.0 - reserve_share(blocks, name, catalog, streams)
        nameplate_kw = ready[:, :, k] / built[:, :, None] * KW_PER_MW
        cost += nameplate_kw * one.charge_usd_per_kw_month[:, None]
        co2 += supply[:, :, k] * one.co2_t_per_mwh[:, None, None]
        water += supply[:, :, k] * one.water_m3_per_mwh[:, None, None]
    return EnergyResult(names, supply, cost, contract, co2, water)


def billed_mw(load_mw: Array, contract_mw: Array, a: EnergyAssumptions) -> Array:
    """Demand that is billed in a month, MW: between the minimum take and the contract.

    Parameters
    ----------
    load_mw, contract_mw : (D, M) mean load on the grid; contract demand.
    a : assumptions, (D,) each.
    """
    peak = np.minimum(contract_mw, load_mw * a.billed_peak_factor[:, None])
    out: Array = np.maximum(a.minimum_take_share[:, None] * contract_mw, peak)
    return out


def _shares(megawatts: Array) -> Array:
    """Share of each source in the power of a site and month, (D, S, K, M); 0 without any."""
    total = megawatts.sum(axis=2, keepdims=True)
    out: Array = np.divide(megawatts, total, out=np.zeros_like(megawatts), where=total > 0.0)
    return out


def _plants(
    blocks: Blocks, catalog: Catalog, axis: MonthAxis, streams: Streams, a: EnergyAssumptions
) -> dict[str, Plant]:
    names = (n for n in source_names(blocks) if n != GRID)
    return {n: plant(n, catalog, axis, streams, a) for n in names}
