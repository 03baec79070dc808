"""Irradiance and wind of a synthetic year.

Sky: clear-sky irradiance by Ineichen and Perez with the world map of turbidity (pvlib); a clearness
of each day, distributed exponentially between overcast and clear (after Bendt, Collares-Pereira and
Rabl 1981), with the parameter that meets the month's irradiation; clouds within the day; the
diffuse part by clearness index. Wind: scores that persist over hours and days, with a course of
the day, through the quantiles of the place where these are known, else through a Weibull
distribution by month whose shape is that of Justus (1978).
"""

from __future__ import annotations

import numpy as np

from gigawatt.energy.weather.courses import MONTH_OF_DAY, ar1, exact_normal, seasonal
from gigawatt.energy.weather.normals import WIND_PROBABILITIES, Normals
from gigawatt.energy.weather.year import (
    DAYS,
    HOUR_OF_DAY,
    HOURS,
    MONTH_DAYS,
    MONTH_OF_HOUR,
    Place,
    monthly_mean,
)
from gigawatt.quantity.arrays import Array

LEAST_CLEARNESS, CLEAR = 0.08, 1.06  # of clear-sky irradiation of a day
CLOUD_PERSISTENCE, CLOUD_SPREAD = 0.75, 0.36
# Diffuse over global irradiance by clearness index (over extraterrestrial). Six typical years
# (TMYx) hold less diffuse than Erbs' correlation (0.71 on average against 0.95 at 0.25); the curve
# lies between the two, where tracked yields of the six come out right on average.
CLEARNESS_INDEX = (0.0, 0.05, 0.15, 0.25, 0.35, 0.45, 0.55, 0.65, 0.75, 0.85, 1.0)
DIFFUSE_SHARE = (1.0, 0.985, 0.93, 0.80, 0.61, 0.49, 0.36, 0.24, 0.16, 0.15, 0.17)
HOURLY_PERSISTENCE, DAILY_PERSISTENCE = 0.72, 0.45
# Weight of the daily score: weather systems rule the wind but in deserts, where the course of the
# day does. For the spread of daily means of wind yield five of six typical years want 0.66 to 0.76,
# for the length of calms 0.50 to 0.72; the desert wants less than 0.5. It is told by how far the
# dew point lies below the dry bulb (21 K there, 5 to 9 K elsewhere).
DAILY_WEIGHT, DAILY_WEIGHT_PER_K, DAILY_WEIGHT_FROM_K = 0.64, -0.016, 9.0
LEAST_DAILY_WEIGHT = 0.45
# Wind follows the sun: a heated ground mixes the air, after sunset the lowest layer comes to rest.
# In scores per sine of the sun's elevation some time ago, of the hourly means of six typical years.
WIND_OF_SUN, WIND_LAG_HOURS = 0.85, 1.5
JUSTUS = 0.94  # Weibull shape over the root of the mean in m/s
SHAPES = (1.2, 3.0)
BEAM_LIMIT_W_M2 = 1100.0


def irradiance(
    normals: Normals, clear_scores: Array, rng: np.random.Generator
) -> tuple[Array, Array, Array]:
    """Global, direct normal and diffuse irradiance by hour, (8760,) each, in W/m2.

    Parameters
    ----------
    normals : of the place; each month's irradiation is met where the clear sky allows it.
    clear_scores : (365,) normal scores of clearness.
    rng : for clouds within the day.
    """
    from gigawatt.energy.solar import sun_of  # noqa: PLC0415  imports pvlib

    sun = sun_of(normals.place)
    sky = _clear_sky(normals, sun.zenith_deg, sun.extra_w_m2)
    clearness = _daily_clearness(normals, sky.reshape(DAYS, 24).sum(axis=1), clear_scores)
    spread = CLOUD_SPREAD * np.clip(4.0 * clearness * (CLEAR - clearness), 0.02, 1.0)
    clouds = ar1(rng, HOURS, CLOUD_PERSISTENCE).reshape(DAYS, 24)
    ghi = sky.reshape(DAYS, 24) * clearness[:, None] * np.exp(spread[:, None] * clouds)
    ghi = np.minimum(ghi, sky.reshape(DAYS, 24) * 1.1)
    wanted = sky.reshape(DAYS, 24).sum(axis=1) * clearness
    got = ghi.sum(axis=1)
    ghi = ghi * np.divide(wanted, got, out=np.zeros(DAYS), where=got > 0.0)[:, None]
    ghi = _meet(ghi.ravel(), normals.ghi_kwh_m2_day)
    return _split(ghi, sun.zenith_deg, sun.extra_w_m2, normals.dhi_kwh_m2_day)


def wind(normals: Normals, rng: np.random.Generator) -> Array:
    """Wind at 10 m by hour, (8760,) in m/s; monthly means are met."""
    gap = float((normals.drybulb_mean_c - normals.dewpoint_mean_c).mean())
    dry = max(gap - DAILY_WEIGHT_FROM_K, 0.0)
    weight = max(DAILY_WEIGHT + DAILY_WEIGHT_PER_K * dry, LEAST_DAILY_WEIGHT)
    hourly = np.sqrt(1.0 - weight**2) * ar1(rng, HOURS, HOURLY_PERSISTENCE)
    daily = weight * np.repeat(ar1(rng, DAYS, DAILY_PERSISTENCE), 24)
    course = WIND_OF_SUN * _sine_of_sun(normals.place, WIND_LAG_HOURS)
    below = _normal_cdf(exact_normal(hourly + daily + course, MONTH_OF_HOUR))
    if normals.wind_quantiles is None:
        shape = np.clip(JUSTUS * np.sqrt(normals.wind_mean_ms), *SHAPES)[MONTH_OF_HOUR]
        relative = (-np.log1p(-np.minimum(below, 1.0 - 1e-9))) ** (1.0 / shape)
    else:
        relative = np.interp(below, WIND_PROBABILITIES, normals.wind_quantiles)
    out: Array = relative * (normals.wind_mean_ms / monthly_mean(relative))[MONTH_OF_HOUR]
    return out


def _sine_of_sun(place: Place, ago_hours: float) -> Array:
    """Sine of the sun's elevation so many hours ago, 0 at night, (8760,); good to a degree.

    Declination by Cooper (1969), no equation of time.
    """
    day = np.repeat(np.arange(1, DAYS + 1), 24)
    declination = np.radians(23.45) * np.sin(2.0 * np.pi * (284.0 + day) / DAYS)
    noon = 12.0 + place.tz_hours - place.lon / 15.0
    hour = np.radians(15.0) * (HOUR_OF_DAY + 0.5 - ago_hours - noon)
    lat = np.radians(place.lat)
    sine = np.sin(lat) * np.sin(declination) + np.cos(lat) * np.cos(declination) * np.cos(hour)
    return np.asarray(np.maximum(sine, 0.0))


def _clear_sky(normals: Normals, zenith: Array, extra: Array) -> Array:
    import pandas as pd  # noqa: PLC0415
    from pvlib import atmosphere, clearsky  # noqa: PLC0415

    place = normals.place
    months = pd.date_range("2019-01-15", periods=12, freq=pd.DateOffset(months=1), tz="UTC")
    monthly = clearsky.lookup_linke_turbidity(
        months, place.lat, place.lon, interp_turbidity=False
    ).to_numpy()
    relative = atmosphere.get_relative_airmass(np.minimum(zenith, 89.9))
    absolute = relative * atmosphere.alt2pres(place.elevation_m) / 101325.0
    found = clearsky.ineichen(
        np.minimum(zenith, 90.0),
        absolute,
        np.repeat(seasonal(monthly), 24),
        place.elevation_m,
        extra,
    )
    out: Array = np.where(zenith < 90.0, np.nan_to_num(np.asarray(found["ghi"])), 0.0)
    return out


def _daily_clearness(normals: Normals, sky_wh: Array, scores: Array) -> Array:
    """Clearness of each day, (365,), whose irradiation meets the normals of the month."""
    below = _normal_cdf(scores)
    out = np.zeros(DAYS)
    for m in range(12):
        days = m == MONTH_OF_DAY
        possible = float(sky_wh[days].sum()) / 1000.0
        wanted = normals.ghi_kwh_m2_day[m] * MONTH_DAYS[m]
        if possible <= 0.0:
            continue
        mean = wanted / possible
        top = max(CLEAR, mean + 0.04)
        low, high = -60.0, 60.0
        for _ in range(50):
            slope = 0.5 * (low + high)
            drawn = _exponential(below[days], slope, top)
            short = float((drawn * sky_wh[days]).sum()) / 1000.0 < wanted
            low, high = (slope, high) if short else (low, slope)
        out[days] = _exponential(below[days], 0.5 * (low + high), top)
    return out


def _exponential(below: Array, slope: float, top: float) -> Array:
    """Quantiles of the density exp(slope x) between least clearness and `top`."""
    span = top - LEAST_CLEARNESS
    if abs(slope * span) < 1e-6:
        return LEAST_CLEARNESS + span * below
    # written so that neither sign overflows
    if slope > 0.0:
        out: Array = top + np.log(below + (1.0 - below) * np.exp(-slope * span)) / slope
    else:
        out = LEAST_CLEARNESS + np.log1p(below * np.expm1(slope * span)) / slope
    return out


def _meet(ghi: Array, per_day_kwh: Array) -> Array:
    """Scale each month to its irradiation."""
    got = monthly_mean(ghi) * 24.0 / 1000.0
    factor = np.divide(per_day_kwh, got, out=np.zeros(12), where=got > 0.0)
    out: Array = ghi * factor[MONTH_OF_HOUR]
    return out


def _split(
    ghi: Array, zenith: Array, extra: Array, wanted: Array | None
) -> tuple[Array, Array, Array]:
    """Global irradiance with its direct and diffuse parts.

    `wanted` : diffuse irradiation of a mean day by month, (12,) in kWh/m2, which then is met.
    """
    cosine = np.maximum(np.cos(np.radians(zenith)), 0.0)
    index = ghi / np.maximum(extra * np.maximum(cosine, 0.065), 1e-9)
    share = np.interp(index, CLEARNESS_INDEX, DIFFUSE_SHARE)
    if wanted is not None:
        share = _bent(share, ghi, wanted)
    dhi = ghi * share
    dni = np.where(cosine > 0.02, (ghi - dhi) / np.maximum(cosine, 0.02), 0.0)
    dni = np.clip(dni, 0.0, BEAM_LIMIT_W_M2)
    dhi = ghi - dni * cosine
    return ghi, dni, np.maximum(dhi, 0.0)


def _bent(share: Array, ghi: Array, wanted: Array) -> Array:
    """Diffuse share by hour raised to the power at which each month has its diffuse irradiation.

    Clouds of places differ: the same clearness has more or less diffuse light.
    """
    out = share.copy()
    for m in range(12):
        hours = m == MONTH_OF_HOUR
        target = wanted[m] * MONTH_DAYS[m] * 1000.0
        low, high = 0.2, 5.0
        for _ in range(40):
            power = np.sqrt(low * high)
            much = float((ghi[hours] * share[hours] ** power).sum()) > target
            low, high = (power, high) if much else (low, power)
        out[hours] = share[hours] ** np.sqrt(low * high)
    return out


def _normal_cdf(scores: Array) -> Array:
    """Standard normal distribution function (Abramowitz and Stegun 26.2.17, error 8e-8)."""
    x = np.abs(scores)
    t = 1.0 / (1.0 + 0.2316419 * x)
    series = t * (0.319381530 + t * (-0.356563782 + t * (
        1.781477937 + t * (-1.821255978 + t * 1.330274429))))  # fmt: skip
    upper = np.exp(-0.5 * x * x) / np.sqrt(2.0 * np.pi) * series
    out: Array = np.where(scores >= 0.0, 1.0 - upper, upper)
    return out
