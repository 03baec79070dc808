"""Price of CO2 that own plant of a site pays, by the area that its grid names.

A site may state one; else a record of the table `grids` may hold one (where a trading system covers
the plant: the European Union, Great Britain); else it is that of `assumptions/energy`, which is 0.
What a grid's plants pay is in the grid's price, and is not counted again.
"""

from __future__ import annotations

from gigawatt.catalog import Catalog, Fact
from gigawatt.energy.assumptions import EnergyAssumptions
from gigawatt.energy.supply import price_index
from gigawatt.program.model import Site
from gigawatt.quantity.arrays import Array
from gigawatt.quantity.calendar import MonthAxis
from gigawatt.uncertainty.streams import Streams

KEY = "co2_price_usd_per_t"
COMMON_PATH = f"assumptions/energy/{KEY}"


def co2_fact(site: Site, catalog: Catalog) -> Fact:
    """Fact that prices CO2 in the area of a site: its own, else the common one."""
    return catalog.record("grids", site.grid).facts.get(KEY) or catalog.fact(COMMON_PATH)


def co2_price(site: Site, catalog: Catalog) -> float:
    """Central price, USD/t in dollars of the price year."""
    own = site.co2_price_usd_per_t
    return co2_fact(site, catalog).value if own is None else own.central


def co2_prices(
    site: Site, catalog: Catalog, axis: MonthAxis, streams: Streams, a: EnergyAssumptions
) -> Array:
    """Nominal price of each month, (D, M): constant in real terms.

    Areas with a price of their own share its quantile in a draw: their systems are tied.
    """
    fact, own = co2_fact(site, catalog), site.co2_price_usd_per_t
    if own is not None:
        drawn = streams.sample(f"site/{site.id}/{KEY}", own)
    elif fact.path == COMMON_PATH:
        drawn = a.co2_price_usd_per_t
    else:
        drawn = fact.distribution.ppf(streams.uniform(KEY))
        areas = [p for p in streams.record if p.startswith("grids/") and p.endswith(KEY)]
        if fact.is_range and not areas:
            streams.record[fact.path] = drawn  # the first area's stands for all
    out: Array = drawn[:, None] * price_index(fact.price_year, 0.0, catalog, axis, streams)
    return out
