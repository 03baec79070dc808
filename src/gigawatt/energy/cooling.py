"""PUE and water of a site by month.

::

    PUE(month) = 1 + (PUE_annual - 1) [1 + a_pue season(month)]
    WUE(month) = WUE_annual [1 + a_wue season(month)]
    season     = cos(2 pi (month - warmest) / 12),  mean 0 over the year

The warmest month is July north of the equator and January south of it.

Leaves out: the site's own climate (a cooling type has one annual PUE anywhere; a site may give its
own), hours of the day, rise of PUE at part load, heat reuse. Wrong by some 0.03 in PUE for a site
far from a mean climate, more for evaporative cooling in a humid one.
"""

from __future__ import annotations

import numpy as np

from gigawatt.catalog import Catalog
from gigawatt.program.model import Site
from gigawatt.quantity.arrays import Array
from gigawatt.quantity.calendar import MonthAxis
from gigawatt.uncertainty.streams import Streams

WARMEST_NORTH, WARMEST_SOUTH = 6, 0  # July, January


def season(axis: MonthAxis, lat: float) -> Array:
    """Course of the year at a latitude, (M,): 1 in the warmest month, -1 half a year later."""
    warmest = WARMEST_NORTH if lat >= 0.0 else WARMEST_SOUTH
    out: Array = np.cos(2.0 * np.pi * (axis.months_of_year() - warmest) / 12.0)
    return out


def annual_pue(site: Site, catalog: Catalog, streams: Streams) -> Array:
    """Annual PUE of a site, (D,): its own figure, else its cooling type's.

    The cooling type's is drawn at the quantile of its design PUE, so that a plant that is poor on
    the hottest day is poor over the year and the annual never passes the design value. It is not
    put on record beside the design PUE, whose draws hold the same information.
    """
    if site.pue_annual is not None:
        return streams.sample(f"site/{site.id}/pue_annual", site.pue_annual)
    record = catalog.record("cooling", site.cooling)
    quantile = streams.uniform(record.fact("pue_design").path)
    return record.fact("pue_annual").distribution.ppf(quantile)


def monthly_pue(site: Site, catalog: Catalog, axis: MonthAxis, streams: Streams) -> Array:
    """PUE of a site by month, (D, M), at least 1."""
    excess = annual_pue(site, catalog, streams) - 1.0
    swing = _sample(catalog, streams, site.cooling, "pue_season_share")
    return 1.0 + excess[:, None] * (1.0 + swing[:, None] * season(axis, site.lat))


def monthly_wue_l_per_kwh(site: Site, catalog: Catalog, axis: MonthAxis, streams: Streams) -> Array:
    """Site water per kWh of IT energy by month, (D, M), in L/kWh."""
    annual = _sample(catalog, streams, site.cooling, "wue_l_per_kwh")
    swing = _sample(catalog, streams, site.cooling, "wue_season_share")
    return annual[:, None] * (1.0 + swing[:, None] * season(axis, site.lat))


def _sample(catalog: Catalog, streams: Streams, cooling: str, key: str) -> Array:
    fact = catalog.record("cooling", cooling).fact(key)
    return streams.sample(fact.path, fact.distribution)
