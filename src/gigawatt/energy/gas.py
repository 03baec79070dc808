"""Price of gas at a site, by the area that its grid names, and what a MWh of on-site plant costs.

A record of the table `grids` may hold a price of its own (Europe, the Gulf); where it holds none
(the areas of the United States) the price is that of `assumptions/energy`. An islanded site names
a grid too and pays the gas of that area.

All areas share the quantile of the common price in a draw: cargoes of LNG tie their markets, so a
draw with dear gas is dear everywhere, each area within its own range.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from gigawatt.catalog import Catalog, Fact
from gigawatt.energy.assumptions import EnergyAssumptions
from gigawatt.energy.supply import Plant, price_index
from gigawatt.program.model import Site
from gigawatt.quantity.arrays import Array
from gigawatt.quantity.calendar import MonthAxis
from gigawatt.uncertainty.streams import Streams

KEY = "gas_price_usd_per_mmbtu"
COMMON_PATH = f"assumptions/energy/{KEY}"


@dataclass(frozen=True, slots=True)
class GasPrice:
    """Gas of one market; D draws, M months.

    Attributes
    ----------
    sites : numbers of the sites that pay it.
    price_usd_per_mmbtu : (D,) delivered, HHV, in dollars of the price year.
    index : (D, M) nominal price of a month over that.
    """

    sites: tuple[int, ...]
    price_usd_per_mmbtu: Array
    index: Array


def gas_fact(grid: str, catalog: Catalog) -> Fact:
    """Fact that prices gas in the area of a grid: its own, else the common one."""
    return catalog.record("grids", grid).facts.get(KEY) or catalog.fact(COMMON_PATH)


def gas_prices(
    sites: Sequence[Site],
    catalog: Catalog,
    axis: MonthAxis,
    streams: Streams,
    a: EnergyAssumptions,
) -> list[GasPrice]:
    """Prices of gas at sites, one entry a market."""
    markets: dict[str, list[int]] = {}
    for number, site in enumerate(sites):
        markets.setdefault(gas_fact(site.grid, catalog).path, []).append(number)
    return [
        _gas_price(catalog.fact(path), tuple(at), catalog, axis, streams, a)
        for path, at in markets.items()
    ]


def running_cost_usd_per_mwh(plant: Plant, gas: GasPrice) -> Array:
    """Nominal fuel and variable upkeep of on-site plant, (D, M)."""
    fuel = plant.heat_rate_mmbtu_per_mwh * gas.price_usd_per_mmbtu
    out: Array = fuel[:, None] * gas.index + plant.upkeep_usd_per_mwh
    return out


def _gas_price(
    fact: Fact,
    sites: tuple[int, ...],
    catalog: Catalog,
    axis: MonthAxis,
    streams: Streams,
    a: EnergyAssumptions,
) -> GasPrice:
    index = price_index(fact.price_year, a.gas_real_growth_share, catalog, axis, streams)
    if fact.path == COMMON_PATH:
        return GasPrice(sites, a.gas_price_usd_per_mmbtu, index)
    price = fact.distribution.ppf(streams.uniform(COMMON_PATH))
    if fact.is_range and COMMON_PATH not in streams.record:  # else the common draws stand for it
        streams.record[fact.path] = price
    return GasPrice(sites, price, index)
