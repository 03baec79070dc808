"""PUE and water of a site by month, from its climate and cooling type.

The hourly model (`facility.py`) gives PUE and water for the site's climate, a synthetic year from
the monthly normals nearest to the site; the facts of the table "cooling" say how plants of one type
differ in one climate::

    PUE(month) = 1 + [PUE_model(month) - 1] x (PUE_annual drawn - 1) / (PUE_annual central - 1)
    WUE(month) = WUE_model(month) x WUE drawn / WUE central   (towers, pads)
               = WUE drawn x [1 + a season(month)]            (closed loops: no evaporation)

A site's own `pue_annual` sets the mean; the climate then gives the course of the year. Where no
normals are near (`FARTHEST_KM`), or the cooling type is not in the table "coolers", the course is a
cosine with its peak in July (January south of the equator), the same in every climate. A site's
weather file takes the place of the climate.

All of these are at full load. At a part u of it the hourly model gives overhead and water over
those at full load, o(u) and w(u), both 1 at u = 1::

    facility power = IT power + full IT power x (PUE - 1) x o(u)
    water          = full IT energy x WUE x w(u)

Fixed losses, house load and pumps do not fall with the load, so o(u) > u; fans and pads rest, so
that w(u) < u where pads are. Where the course is not known, o(u) = w(u) = u.

Leaves out: heat reuse, years that differ.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from gigawatt.catalog import Catalog
from gigawatt.energy.facility import CoolingPlant, facility_hours, plant_of
from gigawatt.energy.psychrometrics import (
    pressure_at_elevation_pa,
    relative_humidity_pct,
    wet_bulb_c,
)
from gigawatt.energy.weather.normals import Normals, distance_km, nearest_climate, normals_of
from gigawatt.energy.weather.site_file import site_file_year
from gigawatt.energy.weather.synthetic import air, draw_scores
from gigawatt.energy.weather.year import DAYS, MONTH_DAYS, monthly_mean
from gigawatt.program.model import Site
from gigawatt.quantity.arrays import Array, IntArray
from gigawatt.quantity.calendar import MonthAxis
from gigawatt.quantity.units import HOURS_PER_DAY
from gigawatt.uncertainty.streams import Streams

WARMEST_NORTH, WARMEST_SOUTH = 6, 0  # July, January
FARTHEST_KM = 600.0
CLIMATE_SEED = 0  # one year of weather for all draws
LEAST_WATER_L_PER_KWH = 0.01  # of the model: below, a type is taken not to evaporate
COURSE_LOADS = np.array([0.0, 0.25, 0.5, 0.75, 1.0])  # of full load; between them a straight line
LEAST_HALL_LOAD = 1e-3


@dataclass(frozen=True, slots=True)
class SiteClimate:
    """Climate that a site is planned with.

    Attributes
    ----------
    climate : id in the table "climates", or name of the site's weather file; "" where none is near.
    distance_km : from the site to the place with normals, or to that of the file.
    """

    climate: str
    distance_km: float


@dataclass(frozen=True, slots=True)
class MonthlyCourse:
    """Hourly model at full load: PUE and water by month, (12,), water by day, (365,).

    `overhead`, `water` : (L, 12) facility less IT power, and water, at `COURSE_LOADS` over those at
    full load.
    """

    pue: Array
    wue_l_per_kwh: Array
    daily_wue_l_per_kwh: Array
    overhead: Array
    water: Array


def site_climate(site: Site, catalog: Catalog) -> SiteClimate:
    """Weather file or climate that a site names, else the nearest, none beyond `FARTHEST_KM`."""
    year = site_file_year(site)
    if year is not None and site.weather_file is not None:
        place = year.place
        distance = distance_km(site.lat, site.lon, place.lat, place.lon)
        return SiteClimate(site.weather_file.name, distance)
    if site.climate:
        own = catalog.record("climates", site.climate)
        distance = distance_km(site.lat, site.lon, own.value("lat"), own.value("lon"))
        return SiteClimate(site.climate, distance)
    climate, distance = nearest_climate(catalog, site.lat, site.lon)
    return SiteClimate(climate if distance <= FARTHEST_KM else "", distance)


def monthly_course(site: Site, catalog: Catalog) -> MonthlyCourse | None:
    """PUE and water of a site's climate and cooling type; None where either is not known."""
    if site.cooling not in catalog.records["coolers"]:
        return None
    plant = plant_of(catalog, site.cooling)
    year = site_file_year(site)
    if year is not None and site.weather_file is not None:
        key = f"{site.weather_file.sha256} {site.weather_file.tz_hours}".encode()
        if key not in _air_by_key:
            _air_by_key[key] = year.drybulb_c, year.wetbulb_c(), year.pressure_pa
        return _course(plant, key)
    found = site_climate(site, catalog)
    if not found.climate:
        return None
    return _course(plant, _outdoor_air(normals_of(catalog, found.climate)))


@lru_cache(maxsize=256)
def _course(plant: CoolingPlant, air_key: bytes) -> MonthlyCourse:
    """Course of a plant in a year of air; kept, as chunks ask again."""
    dry, wet, pressure = _air_by_key[air_key]
    full = facility_hours(plant, dry, wet, 1.0, pressure)
    overhead, water = np.zeros((2, len(COURSE_LOADS), len(MONTH_DAYS)))
    for n, load in enumerate(np.maximum(COURSE_LOADS, LEAST_HALL_LOAD).tolist()):
        hours = full if load == 1.0 else facility_hours(plant, dry, wet, load, pressure)
        overhead[n] = monthly_mean((hours.pue - 1.0) * load)
        water[n] = monthly_mean(hours.wue_l_per_kwh * load)
    daily = full.wue_l_per_kwh.reshape(-1, int(HOURS_PER_DAY)).mean(axis=1)
    pue, wue = monthly_mean(full.pue), monthly_mean(full.wue_l_per_kwh)
    steady = np.repeat(COURSE_LOADS[:, None], len(MONTH_DAYS), axis=1)
    wet_months = np.divide(water, wue, out=steady, where=wue >= LEAST_WATER_L_PER_KWH)
    return MonthlyCourse(pue, wue, daily, overhead / overhead[-1], wet_months)


def at_part_load(course: Array, month: IntArray, load: Array) -> Array:
    """A course (L, 12) at loads (..., M) of months (M,), in a straight line between `COURSE_LOADS`.

    Above full load it goes on in proportion.
    """
    low = np.clip(np.searchsorted(COURSE_LOADS, load, side="right") - 1, 0, len(COURSE_LOADS) - 2)
    weight = (load - COURSE_LOADS[low]) / (COURSE_LOADS[low + 1] - COURSE_LOADS[low])
    lower, upper = course[low, month], course[low + 1, month]
    between = lower + (upper - lower) * weight
    return np.asarray(np.where(load <= 1.0, between, course[-1, month] * load))


def water_of_day_over_month(site: Site, catalog: Catalog) -> Array:
    """Cooling water of each day over that of the mean day of its month, (365,).

    Of the hourly model at full load; 1 where it has no water to speak of, or no climate.
    """
    course = monthly_course(site, catalog)
    if course is None or course.wue_l_per_kwh.mean() < LEAST_WATER_L_PER_KWH:
        return np.ones(DAYS)
    mean = np.repeat(course.wue_l_per_kwh, MONTH_DAYS)
    return np.divide(course.daily_wue_l_per_kwh, mean, out=np.ones_like(mean), where=mean > 0.0)


def season(axis: MonthAxis, lat: float) -> Array:
    """Course of the year at a latitude, (M,): 1 in the warmest month, -1 half a year later."""
    warmest = WARMEST_NORTH if lat >= 0.0 else WARMEST_SOUTH
    out: Array = np.cos(2.0 * np.pi * (axis.months_of_year() - warmest) / 12.0)
    return out


def annual_pue(site: Site, catalog: Catalog, streams: Streams) -> Array:
    """Annual PUE in a mean climate, (D,): a site's own figure, else its cooling type's.

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
    course = monthly_course(site, catalog)
    if course is None:
        swing = _sample(catalog, streams, site.cooling, "pue_season_share")
        return 1.0 + excess[:, None] * (1.0 + swing[:, None] * season(axis, site.lat))
    model = course.pue - 1.0
    central = catalog.fact(f"cooling/{site.cooling}/pue_annual").value - 1.0
    scale = central if site.pue_annual is None else float(model.mean())
    return 1.0 + excess[:, None] / scale * model[axis.months_of_year()]


def monthly_wue_l_per_kwh(site: Site, catalog: Catalog, axis: MonthAxis, streams: Streams) -> Array:
    """Site water per kWh of IT energy by month, (D, M), in L/kWh."""
    drawn = _sample(catalog, streams, site.cooling, "wue_l_per_kwh")
    course = monthly_course(site, catalog)
    if course is None or course.wue_l_per_kwh.mean() < LEAST_WATER_L_PER_KWH:
        swing = _sample(catalog, streams, site.cooling, "wue_season_share")
        return drawn[:, None] * (1.0 + swing[:, None] * season(axis, site.lat))
    central = catalog.fact(f"cooling/{site.cooling}/wue_l_per_kwh").value
    return drawn[:, None] / central * course.wue_l_per_kwh[axis.months_of_year()]


_air_by_key: dict[bytes, tuple[Array, Array, Array | float]] = {}


def _outdoor_air(normals: Normals) -> bytes:
    """Key of dry bulb, wet bulb and pressure of a climate's synthetic year; made once."""
    key = normals.fingerprint()
    if key not in _air_by_key:
        dry, dew = air(normals, draw_scores(normals.id, CLIMATE_SEED))
        pressure = pressure_at_elevation_pa(normals.place.elevation_m)
        wet = wet_bulb_c(dry, relative_humidity_pct(dry, dew), pressure)
        _air_by_key[key] = dry, wet, pressure
    return key


def _sample(catalog: Catalog, streams: Streams, cooling: str, key: str) -> Array:
    fact = catalog.record("cooling", cooling).fact(key)
    return streams.sample(fact.path, fact.distribution)
