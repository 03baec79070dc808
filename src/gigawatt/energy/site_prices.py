"""Hours of the grid's price at a site: from its file, else from the statistics of its market."""

from __future__ import annotations

import zlib

import numpy as np

from gigawatt.catalog import Catalog
from gigawatt.energy.climate_hours import ClimateHours
from gigawatt.energy.price_hours import STEPS, price_hours, price_shape
from gigawatt.program.model import Site
from gigawatt.quantity.arrays import Array

DEGREES_PER_HOUR = 15.0


def grid_price_hours(
    site: Site, catalog: Catalog, mean_usd_per_mwh: float, weather: ClimateHours | None
) -> Array:
    """Price by hour of local standard time, (8760,), whose mean is `mean_usd_per_mwh`.

    A file gives the course and not the level: that is its mean unless the site states a price
    (`program.price_file`). Sites on one grid share what the weather does not explain.
    """
    if site.price_hours is not None:
        hours = np.array(site.price_hours.usd_per_mwh)
        if site.price_hours.utc:
            hours = np.roll(hours, round(site.lon / DEGREES_PER_HOUR))
        return np.asarray(hours * (mean_usd_per_mwh / float(hours.mean())))
    shape = price_shape(site.grid, catalog)
    if shape is None:
        return np.full(STEPS, mean_usd_per_mwh)
    heat = None if weather is None else weather.drybulb_c
    wind = None if weather is None else weather.wind_pu
    seed = zlib.crc32(site.grid.encode())
    sun = None if weather is None else weather.pv_per_dc
    return price_hours(shape, mean_usd_per_mwh, heat, wind, seed, sun=sun, south=site.lat < 0.0)
