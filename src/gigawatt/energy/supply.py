"""What supplies a site: megawatts by source and month, how firm they are, what a MWh costs.

Sources are "grid" (routes grid and brownfield) and the on-site technologies of the programme.
On-site plant has more nameplate than the site draws: nameplate = facility power / (1 - reserve),
with the reserve of N + k units by technology, unit size and size of the site (`program.reserve`).

    capacity share of on-site plant = min(1, unit availability / (1 - reserve))

What stops the whole supply at once is a share of time: outage and curtailment for
the grid, the common outage for on-site plant.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from gigawatt.catalog import Catalog, Fact, Record
from gigawatt.energy.assumptions import EnergyAssumptions
from gigawatt.program.blocks import Blocks
from gigawatt.program.model import Site
from gigawatt.program.reserve import reserve_of_load, unit_facts
from gigawatt.quantity.arrays import Array
from gigawatt.quantity.calendar import MonthAxis
from gigawatt.quantity.money import level_payment_factor, price_factor, price_year_position
from gigawatt.quantity.units import KG_PER_T, MONTHS_PER_YEAR
from gigawatt.uncertainty.streams import Streams

GRID = "grid"
INFLATION_PATH = "assumptions/money/inflation_yearly_factor"
RENTED = "mobile-turbine"
RENT_PATH = "assumptions/siteplan/rent_factor"


@dataclass(frozen=True, slots=True)
class GridSupply:
    """Grid of one site; D draws, M months.

    Attributes
    ----------
    available_share : (D,) share of time with supply.
    price_usd_per_mwh, demand_charge_usd_per_kw_month : (D, M) nominal.
    co2_t_per_mwh : (D, M) mean intensity.
    """

    available_share: Array
    price_usd_per_mwh: Array
    demand_charge_usd_per_kw_month: Array
    co2_t_per_mwh: Array


@dataclass(frozen=True, slots=True)
class Plant:
    """On-site plant of one technology; D draws, M months.

    Attributes
    ----------
    availability_share : (D,) of one unit.
    available_share : (D,) share of time with supply.
    heat_rate_mmbtu_per_mwh : (D,) gas burned, HHV; its price is that of the site (`energy.gas`).
    upkeep_usd_per_mwh : (D, M) nominal variable upkeep.
    charge_usd_per_kw_month : (D, M) nominal return, depreciation and fixed upkeep, per kW of
        nameplate.
    co2_t_per_mwh, water_m3_per_mwh : (D,) at the stack; on site.
    """

    availability_share: Array
    available_share: Array
    heat_rate_mmbtu_per_mwh: Array
    upkeep_usd_per_mwh: Array
    charge_usd_per_kw_month: Array
    co2_t_per_mwh: Array
    water_m3_per_mwh: Array


def block_sources(blocks: Blocks) -> tuple[str, ...]:
    """Source of each block: "grid", or the id of its on-site technology."""
    return tuple(p.onsite_technology if p.route == "onsite" else GRID for p in blocks.phases)


def source_names(blocks: Blocks) -> tuple[str, ...]:
    """Sources of a programme: "grid" first, then on-site technologies in order of the blocks."""
    return tuple(dict.fromkeys((GRID, *block_sources(blocks))))


def grid_sites(blocks: Blocks) -> list[int]:
    """Numbers of the sites that have a block on the grid."""
    pairs = zip(blocks.site.tolist(), block_sources(blocks), strict=True)
    return sorted({site for site, source in pairs if source == GRID})


def megawatts_by_source(power_mw: Array, since: Array, blocks: Blocks, months: int) -> Array:
    """Power by site, source and month, (D, S, K, M): each block counts from its date on.

    Parameters
    ----------
    power_mw : (D, B) power of each block.
    since : (D, B) months since the start; a month counts by the part of it after the date.
    months : length of the axis.
    """
    names = source_names(blocks)
    out = np.zeros((power_mw.shape[0], len(blocks.sites), len(names), months))
    ends = np.arange(1.0, months + 1.0)
    for b, source in enumerate(block_sources(blocks)):
        part = np.clip(ends - since[:, b, None], 0.0, 1.0)
        out[:, blocks.site[b], names.index(source)] += power_mw[:, b, None] * part
    return out


def price_index(
    fact_year: int, real_growth: Array | float, catalog: Catalog, axis: MonthAxis, streams: Streams
) -> Array:
    """Nominal price of a month over the price in dollars of `fact_year`, (D, M).

    General inflation is the fact that `money` uses, so both see the same draws.
    """
    fact = catalog.fact(INFLATION_PATH)
    yearly = streams.sample(fact.path, fact.distribution) * (1.0 + real_growth)
    months = np.arange(axis.count, dtype=np.float64) + 0.5 - price_year_position(fact_year, axis)
    return price_factor(yearly[:, None], months)


def grid_supply(
    site: Site, catalog: Catalog, axis: MonthAxis, streams: Streams, a: EnergyAssumptions
) -> GridSupply:
    """Grid of a site. A price of the site's own counts as dollars of the catalog's price year."""
    record = catalog.record("grids", site.grid)
    price = record.fact("price_usd_per_mwh")
    index = price_index(price.price_year, a.price_real_growth_share, catalog, axis, streams)
    own = site.price_usd_per_mwh
    energy = (
        _draw(price, streams) if own is None
        else streams.sample(f"site/{site.id}/price_usd_per_mwh", own)
    )  # fmt: skip
    charge = _draw(record.fact("demand_charge_usd_per_kw_month"), streams)
    co2 = record.fact("co2_t_per_mwh")
    years = (np.arange(axis.count) + 0.5 - _middle_of_year(co2, axis)) / MONTHS_PER_YEAR
    decline = (1.0 - a.co2_decline_share[:, None]) ** years
    without = _draw(record.fact("outage_share"), streams) + _draw(
        record.fact("curtailment_share"), streams
    )
    return GridSupply(
        available_share=np.maximum(1.0 - without, 0.0),
        price_usd_per_mwh=energy[:, None] * index,
        demand_charge_usd_per_kw_month=charge[:, None] * index,
        co2_t_per_mwh=_draw(co2, streams)[:, None] * decline,
    )


def plant(
    technology: str, catalog: Catalog, axis: MonthAxis, streams: Streams, a: EnergyAssumptions
) -> Plant:
    """On-site plant of a technology, owned by a power provider who is paid for it.

    The provider's capital comes back as a level real payment over the plant's life, which rises
    with inflation; so the plant is an energy cost and no capital cost of the programme.
    """
    record = catalog.record("technologies", technology)

    def drawn(key: str) -> Array:
        return _draw(record.fact(key), streams)

    heat_rate = drawn("heat_rate_mmbtu_per_mwh")
    charge, inflation = _standing(record, catalog, axis, streams, a)
    if technology == RENTED:
        rent = catalog.fact(RENT_PATH)
        charge = charge * streams.sample(rent.path, rent.distribution)[:, None]
    return Plant(
        availability_share=drawn("availability_share"),
        available_share=1.0 - drawn("common_outage_share"),
        heat_rate_mmbtu_per_mwh=heat_rate,
        upkeep_usd_per_mwh=drawn("var_om_usd_per_mwh")[:, None] * inflation,
        charge_usd_per_kw_month=charge,
        co2_t_per_mwh=heat_rate * a.gas_co2_kg_per_mmbtu / KG_PER_T,
        water_m3_per_mwh=drawn("water_l_per_kwh"),
    )


def generator(
    name: str, catalog: Catalog, axis: MonthAxis, streams: Streams, a: EnergyAssumptions
) -> Plant:
    """Sun, wind or battery on site: only the standing charge; the plan knows its hours."""
    charge, _ = _standing(catalog.record("generators", name), catalog, axis, streams, a)
    one, none = np.ones(len(charge)), np.zeros(len(charge))
    return Plant(one, one, none, np.zeros_like(charge), charge, none, none)


def _standing(
    record: Record, catalog: Catalog, axis: MonthAxis, streams: Streams, a: EnergyAssumptions
) -> tuple[Array, Array]:
    """Annuity and fixed upkeep, nominal USD per kW and month, and the price index; (D, M)."""
    capex, life, upkeep = (
        _draw(record.fact(key), streams)
        for key in ("capex_usd_per_kw", "life_years", "fixed_om_usd_per_kw_year")
    )
    year = record.fact("capex_usd_per_kw").price_year
    inflation = price_index(year, 0.0, catalog, axis, streams)
    yearly = capex * level_payment_factor(a.onsite_return_share, life) + upkeep
    return (yearly / MONTHS_PER_YEAR)[:, None] * inflation, inflation


def reserve_share(blocks: Blocks, technology: str, catalog: Catalog, streams: Streams) -> Array:
    """Reserve in the nameplate of a technology at each site, (D, S); 0 where it has none there."""
    power = np.zeros((blocks.facility_power_mw.shape[0], len(blocks.sites)))
    for b, source in enumerate(block_sources(blocks)):
        if source == technology:
            power[:, blocks.site[b]] += blocks.facility_power_mw[:, b]
    return reserve_at(power, technology, catalog, streams)


def reserve_at(power_mw: Array, technology: str, catalog: Catalog, streams: Streams) -> Array:
    """Reserve in the nameplate of a technology that carries `power_mw`, (D, S)."""
    facts = (f[:, None] for f in unit_facts(technology, catalog, streams))
    return reserve_of_load(power_mw, *np.broadcast_arrays(*facts))


def _draw(fact: Fact, streams: Streams) -> Array:
    return streams.sample(fact.path, fact.distribution)


def _middle_of_year(fact: Fact, axis: MonthAxis) -> float:
    return price_year_position(int(fact.as_of[:4]), axis)
