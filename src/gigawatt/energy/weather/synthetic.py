"""A year of hourly weather made from monthly normals.

What is met by construction: monthly means of dry bulb, dew point, wind and irradiation; the mean
daily range of the dry bulb; the 1st and 99th percentile of the dry bulb and the 99th of the wet
bulb over the year. What is modelled: how hours hang together. Constants were fitted on six typical
years (Dallas, Phoenix, Chicago, Leesburg, Atlanta, Seattle), `docs/weather.md` gives the errors.

Air (NumPy alone): a seasonal course through the monthly means; daily anomalies as AR(1), their
spread by month a linear function of the climate, dew point correlated with dry bulb, skewed down in
humid months; a fixed shape of the day scaled to the daily range, wider on clear days; hourly noise.
Two factors on the spread of the dry bulb (warm and cold months) and one on that of the dew point
are found by bisection so that the percentiles are met.

Sky and wind are in `sky.py`. Scores of every AR(1) are replaced by the exact quantiles of the
normal distribution in each month, in the same order: percentiles then hardly depend on the seed.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from gigawatt.energy.psychrometrics import (
    pressure_at_elevation_pa,
    relative_humidity_pct,
    wet_bulb_c,
)
from gigawatt.energy.weather.courses import MONTH_OF_DAY, ar1, by_month, exact_normal, seasonal
from gigawatt.energy.weather.normals import Normals
from gigawatt.energy.weather.year import (
    DAYS,
    HOURS,
    MONTH_OF_HOUR,
    WeatherYear,
    monthly_mean,
)
from gigawatt.quantity.arrays import Array
from gigawatt.uncertainty.streams import generator

DAY_SHAPE = np.array([
    .32, .26, .21, .17, .14, .12, .14, .24, .38, .53, .66, .74,
    .81, .87, .91, .92, .88, .81, .71, .60, .51, .45, .40, .36,
])  # fmt: skip
PERSISTENCE_DAILY, PERSISTENCE_SKY = 0.65, 0.6
CLEAR_WIDENS = 0.28  # daily range over its mean, per score of clearness
CLEAR_DRIES = -0.45  # correlation of dew point with clearness
NOISE_K, NOISE_PERSISTENCE = 0.5, 0.8
DEW_NOISE_PERSISTENCE = 0.93
FACTOR_RANGE = (0.2, 3.0)
BISECTIONS, ROUNDS = 12, 2


@dataclass(frozen=True, slots=True)
class Scores:
    """Standard normal scores of a year; days (365,), hours (8760,)."""

    clear: Array
    dry: Array
    dew: Array
    dry_hours: Array
    dew_hours: Array


def synthetic_year(normals: Normals, seed: int = 0) -> WeatherYear:
    """Weather of a whole year, reproducible from the seed.

    Parameters
    ----------
    normals : of the place.
    seed : picks one of many possible years.
    """
    from gigawatt.energy.weather.sky import irradiance, wind  # noqa: PLC0415  imports pvlib

    scores = draw_scores(normals.id, seed)
    drybulb, dewpoint = air(normals, scores)
    ghi, dni, dhi = irradiance(normals, scores.clear, generator(seed, f"{normals.id}/sky"))
    return WeatherYear(
        place=normals.place,
        drybulb_c=drybulb,
        rh_pct=relative_humidity_pct(drybulb, dewpoint),
        pressure_pa=np.full(HOURS, pressure_at_elevation_pa(normals.place.elevation_m)),
        ghi_w_m2=ghi,
        dni_w_m2=dni,
        dhi_w_m2=dhi,
        wind_ms=wind(normals, generator(seed, f"{normals.id}/wind")),
        origin=f"synthetic year {seed} from the monthly normals of {normals.id}",
    )


def draw_scores(climate: str, seed: int) -> Scores:
    """Scores of the air and of daily clearness for one year."""
    rng = generator(seed, f"{climate}/air")
    clear = exact_normal(ar1(rng, DAYS, PERSISTENCE_SKY), MONTH_OF_DAY)
    return Scores(
        clear=clear,
        dry=exact_normal(ar1(rng, DAYS, PERSISTENCE_DAILY), MONTH_OF_DAY),
        dew=exact_normal(ar1(rng, DAYS, PERSISTENCE_DAILY), MONTH_OF_DAY),
        dry_hours=ar1(rng, HOURS, NOISE_PERSISTENCE),
        dew_hours=ar1(rng, HOURS, DEW_NOISE_PERSISTENCE),
    )


def air(normals: Normals, scores: Scores) -> tuple[Array, Array]:
    """Dry bulb and dew point by hour, (8760,) each, that meet the percentiles of the year."""
    base, warm, cold = _drybulb_parts(normals, scores)
    pressure = pressure_at_elevation_pa(normals.place.elevation_m)
    hot = chill = 1.0

    def p99(factor: float) -> float:
        return _percentile(base + factor * warm + chill * cold, 99.0)

    def p01(factor: float) -> float:
        return _percentile(base + hot * warm + factor * cold, 1.0)

    for _ in range(ROUNDS):
        hot = _bisect(p99, normals.drybulb_p99_c, rises=True)
        chill = _bisect(p01, normals.drybulb_p01_c, rises=False)
    dry = base + hot * warm + chill * cold
    mean, spread = _dewpoint_parts(normals, scores)

    def wet_p99(damp: float) -> float:
        dew = _cut(normals, mean + damp * spread, dry)
        likely = dew > np.partition(dew, int(0.6 * HOURS))[int(0.6 * HOURS)]
        # the wettest percent of the year is among these
        wet = wet_bulb_c(dry[likely], relative_humidity_pct(dry[likely], dew[likely]), pressure)
        return float(np.sort(wet)[-int(0.01 * HOURS)])

    damp = _bisect(wet_p99, normals.wetbulb_p99_c, rises=True)
    return dry, _cut(normals, mean + damp * spread, dry)


def _spreads(normals: Normals) -> tuple[Array, Array, Array]:
    """Standard deviation of daily dry bulb and dew point in a month, and their correlation."""
    dry, dew = normals.drybulb_mean_c, normals.dewpoint_mean_c
    half_year = 0.5 * (dry.max() - dry.min())
    drift_dry, drift_dew = (0.5 * np.abs(np.roll(v, -1) - np.roll(v, 1)) for v in (dry, dew))
    gap = dry - dew
    of_dry = np.clip(1.83 - 0.076 * dry + 0.173 * half_year + 0.231 * drift_dry, 1.2, 6.5)
    of_dew = np.clip(
        2.34 - 0.126 * dew - 0.040 * gap + 0.277 * drift_dew + 0.221 * half_year, 1.2, 7.0
    )
    together = np.clip(1.05 - 0.045 * gap - 0.02 * np.maximum(dry - 15.0, 0.0), -0.2, 0.95)
    # what the course of the season inside the month explains already is taken off
    of_dry = np.sqrt(np.maximum(of_dry**2 - drift_dry**2 / 12.0, 1.0))
    of_dew = np.sqrt(np.maximum(of_dew**2 - drift_dew**2 / 12.0, 1.0))
    return of_dry, of_dew, together


def _bisect(value_at: Callable[[float], float], wanted: float, *, rises: bool) -> float:
    """Factor within `FACTOR_RANGE` at which a monotone function comes nearest to a value."""
    low, high = FACTOR_RANGE
    for _ in range(BISECTIONS):
        middle = 0.5 * (low + high)
        if (value_at(middle) < wanted) == rises:
            low = middle
        else:
            high = middle
    return 0.5 * (low + high)


def _percentile(hourly: Array, percent: float) -> float:
    rank = round(percent / 100.0 * (HOURS - 1))
    return float(np.partition(hourly, rank)[rank])


def _drybulb_parts(normals: Normals, scores: Scores) -> tuple[Array, Array, Array]:
    """Dry bulb = first + warm factor x second + cold factor x third, (8760,) each."""
    spread, _, _ = _spreads(normals)
    mean = normals.drybulb_mean_c
    warmth = (mean - mean.min()) / max(float(mean.max() - mean.min()), 1e-6)
    shape = DAY_SHAPE - DAY_SHAPE.mean()
    width = (1.0 + CLEAR_WIDENS * scores.clear).clip(0.15)
    width = width / by_month(width)[MONTH_OF_DAY] * normals.diurnal_range_c[MONTH_OF_DAY]
    base = _noon_to_noon(seasonal(mean)) + np.outer(width, shape / np.ptp(shape)).ravel()
    base = base + NOISE_K * scores.dry_hours
    base = base + (mean - monthly_mean(base))[MONTH_OF_HOUR]
    anomalies = [
        _noon_to_noon((weight * spread)[MONTH_OF_DAY] * scores.dry)
        for weight in (warmth, 1.0 - warmth)
    ]
    warm, cold = (a - monthly_mean(a)[MONTH_OF_HOUR] for a in anomalies)
    return base, warm, cold


def _dewpoint_parts(normals: Normals, scores: Scores) -> tuple[Array, Array]:
    """Dew point before it is cut at the dry bulb = first + factor x second, (8760,) each."""
    _, spread, together = _spreads(normals)
    mean = normals.dewpoint_mean_c
    rest = np.sqrt(np.maximum(1.0 - together**2 - CLEAR_DRIES**2, 0.05))
    score = (
        together[MONTH_OF_DAY] * scores.dry
        + CLEAR_DRIES * scores.clear
        + rest[MONTH_OF_DAY] * scores.dew
    )
    skew = 0.15 * np.clip((mean - 5.0) / 15.0, 0.0, 1.0)[MONTH_OF_DAY]
    score = score - skew * (score**2 - 1.0)
    noise = 0.6 * np.clip(1.3 + 0.10 * normals.diurnal_range_c - 0.026 * mean, 0.8, 3.5)
    base = _noon_to_noon(seasonal(mean)) + noise[MONTH_OF_HOUR] * scores.dew_hours
    return base, _noon_to_noon(spread[MONTH_OF_DAY] * score)


def _cut(normals: Normals, dewpoint: Array, drybulb: Array) -> Array:
    """Dew point at most the dry bulb, with the monthly means kept: lift and cut three times."""
    out = dewpoint
    for _ in range(3):
        lift = normals.dewpoint_mean_c - monthly_mean(out)
        out = np.minimum(out + lift[MONTH_OF_HOUR], drybulb)
    return out


def _noon_to_noon(daily: Array) -> Array:
    """Daily values at noon, linear in between, (8760,)."""
    hours = np.arange(HOURS) + 0.5
    noons = 24.0 * np.arange(-1, DAYS + 1) + 12.0
    out: Array = np.interp(hours, noons, np.concatenate([daily[-1:], daily, daily[:1]]))
    return out
