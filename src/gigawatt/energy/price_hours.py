"""Hours of a grid's price: from the statistics of its market and the weather of the site.

A price is a mean times a course around 1::

    price(t)  = mean x [1 - h + h x course(t)],       h: part of the price that has hours
    course(t) = D(rank of y(t)),    D: the market's price-duration curve, mean 1
    y(t)      = log[month(m) x hour of day(season, t)] + spread x z(t) + b x sun(t)
    z(t)      = a_hot T(t) + a_cold T(t) + a_wind W(t) + rest(t)

T and W are the dry bulb and the wind of the hour less their mean of month and hour, in standard
deviations; a_hot holds from June to September, a_cold from December to February (south of the
equator six months off). The rest is a random walk that returns: a part that is the same all day and
changes from day to day, and one that changes by the hour. So hot afternoons, cold spells and calm
nights are dear at the site where its weather makes them dear, and the spikes of the market have
their number and height.

The fleet of sun grows after the year of the statistics and makes its hours cheap: b is found so
that a plant of the site's sun earns a stated part of the mean price (`sun_capture_share`).

What it leaves out: rules of scarcity pricing that change, batteries of the market that flatten
evenings, ties of several days between regions.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import accumulate

import numpy as np

from gigawatt.catalog import Catalog, Record
from gigawatt.errors import InputError
from gigawatt.quantity.arrays import Array, BoolArray

TABLE = "priceshapes"
PROBABILITIES = (
    0.0, 0.001, 0.01, 0.05, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 0.95, 0.98, 0.99, 0.995,
    0.999, 1.0,
)  # fmt: skip
DAYS = np.array((31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31))
HOURS_A_DAY, STEPS = 24, 8760
MONTH = np.repeat(np.arange(12), HOURS_A_DAY * DAYS)
HOUR = np.tile(np.arange(HOURS_A_DAY), int(DAYS.sum()))
SEASONS = ("winter", "spring", "summer", "autumn")  # December to February first
SEASON = ((MONTH + 1) % 12) // 3
HOT_MONTHS, COLD_MONTHS = (5, 6, 7, 8), (11, 0, 1)
HALF_YEAR = 6
LEAST_COURSE = 0.02  # of the mean: month x hour stays above it
PRICE_SEED = 20220101
MOST_SUN_WEIGHT, SUN_STEPS = 5.0, 16  # of the logarithm of the price, at full sun
CAPTURE = "sun_capture_share"


@dataclass(frozen=True, slots=True)
class PriceShape:
    """Statistics of a market's prices, in local standard time; means over the year are 1.

    Attributes
    ----------
    months : (12,) mean of the month.
    hours : (4, 24) mean of the hour over its day's, by `SEASONS`.
    quantiles : (19,) of the price, at `PROBABILITIES`: the price-duration curve.
    spread : standard deviation of the logarithm of the price over month x hour.
    hot_weight, cold_weight, wind_weight : of dry bulb and wind in the score, standard deviations.
    day_share : of the rest's variance that is the same all day.
    day_memory, hour_memory : correlation of the rest from day to day, from hour to hour.
    hourly_share : part of the price that has hours; the rest of a tariff is flat.
    month_share : part of the months' departure from 1 that is taken as season: one year's months
        hold its gas price too.
    sun_capture_share : mean price that sun earns over the mean of all hours; None = as it falls.
    """

    months: Array
    hours: Array
    quantiles: Array
    spread: float = 0.4
    hot_weight: float = 0.0
    cold_weight: float = 0.0
    wind_weight: float = 0.0
    day_share: float = 0.6
    day_memory: float = 0.6
    hour_memory: float = 0.9
    hourly_share: float = 1.0
    month_share: float = 1.0
    sun_capture_share: float | None = None


SCALARS = ("spread", "hot_weight", "cold_weight", "wind_weight", "day_share", "day_memory",
           "hour_memory", "hourly_share", "month_share")  # fmt: skip


def price_shape(grid: str, catalog: Catalog) -> PriceShape | None:
    """Shape of the market behind a grid, central values; None where the catalog has none.

    A record may take the lists of another one (``like = "pjm"``).

    Raises
    ------
    InputError : a list of the record has another length.
    """
    record = catalog.records.get(TABLE, {}).get(grid)
    if record is None:
        return None
    lists = catalog.record(TABLE, str(record.attributes.get("like", grid)))
    return PriceShape(
        _list(lists, "months", len(DAYS)),
        np.stack([_list(lists, f"hours_{name}", HOURS_A_DAY) for name in SEASONS]),
        _list(lists, "quantiles", len(PROBABILITIES)),
        **{name: record.value(name) for name in SCALARS},
        sun_capture_share=record.value(CAPTURE) if CAPTURE in record.facts else None,
    )


def price_hours(
    shape: PriceShape,
    mean_usd_per_mwh: float,
    drybulb_c: Array | None = None,
    wind: Array | None = None,
    seed: int = PRICE_SEED,
    *,
    sun: Array | None = None,
    south: bool = False,
) -> Array:
    """Price by hour, (8760,) USD/MWh, whose mean is `mean_usd_per_mwh`.

    Parameters
    ----------
    shape : of the market.
    drybulb_c, wind : (8760,) weather of the site in local standard time, wind in any unit; None
        where it is not known.
    seed : of what the weather does not explain.
    sun : (8760,) yield of a plant there, in any unit; None = its share of the price is left free.
    south : south of the equator: seasons are half a year off.
    """
    shift = HALF_YEAR if south else 0
    score = _rest(shape, np.random.default_rng(seed))
    explained = weather_score(shape, drybulb_c, wind, shift)
    score = explained + score * np.sqrt(max(1.0 - float(explained.var()), 0.0))
    months = 1.0 + shape.month_share * (np.roll(shape.months, shift) - 1.0)
    season = (SEASON + 2) % 4 if south else SEASON
    typical = np.maximum(months[MONTH] * shape.hours[season, HOUR], LEAST_COURSE)
    score = np.log(typical) + shape.spread * score
    course = _course(shape, score)
    if sun is not None and shape.sun_capture_share is not None:
        course = _with_sun(shape, score, sun / max(float(sun.max()), 1e-12))
    return np.asarray(mean_usd_per_mwh * (1.0 - shape.hourly_share * (1.0 - course)))


def _course(shape: PriceShape, score: Array) -> Array:
    """Prices of the duration curve in the order of a score, mean 1."""
    course = np.empty(STEPS)
    ranks = (np.arange(STEPS) + 0.5) / STEPS
    course[np.argsort(score, kind="stable")] = np.interp(ranks, PROBABILITIES, shape.quantiles)
    return course / float(course.mean())


def _with_sun(shape: PriceShape, score: Array, sun: Array) -> Array:
    """The course with sunny hours moved so that sun earns its share; bisection on the weight."""
    low, high = -MOST_SUN_WEIGHT, MOST_SUN_WEIGHT
    wanted = float(shape.sun_capture_share or 0.0) * float(sun.sum())
    course = _course(shape, score)
    for _ in range(SUN_STEPS):
        middle = 0.5 * (low + high)
        course = _course(shape, score + middle * sun)
        if float(course @ sun) > wanted:
            high = middle
        else:
            low = middle
    return course


def weather_score(
    shape: PriceShape, drybulb_c: Array | None, wind: Array | None, shift: int = 0
) -> Array:
    """What dry bulb and wind add to the score of each hour, (8760,)."""
    out = np.zeros(STEPS)
    if drybulb_c is not None:
        heat = departure(drybulb_c)
        for weight, months in ((shape.hot_weight, HOT_MONTHS), (shape.cold_weight, COLD_MONTHS)):
            out += weight * _within(months, shift) * heat
    if wind is not None:
        out += shape.wind_weight * departure(wind)
    return out


def departure(values: Array) -> Array:
    """Values less their mean of month and hour of day, over the standard deviation of that."""
    rest = values - cell_means(values)
    return np.asarray(rest / max(float(rest.std()), 1e-12))


def cell_means(values: Array) -> Array:
    """Mean of the month and hour of the day of each hour, (8760,)."""
    cell = MONTH * HOURS_A_DAY + HOUR
    return np.asarray((np.bincount(cell, values) / np.bincount(cell))[cell])


def _within(months: tuple[int, ...], shift: int) -> BoolArray:
    return np.isin((MONTH + shift) % 12, months)


def _rest(shape: PriceShape, rng: np.random.Generator) -> Array:
    """Score that the weather does not explain: variance 1."""
    days = _returning(rng.standard_normal(int(DAYS.sum())), shape.day_memory)
    hours = _returning(rng.standard_normal(STEPS), shape.hour_memory)
    noon = np.arange(STEPS) / HOURS_A_DAY - 0.5  # days pass into each other from noon to noon
    daily = np.interp(noon, np.arange(len(days)), days)
    daily, hours = (x / x.std() for x in (daily, hours))
    score = np.sqrt(shape.day_share) * daily + np.sqrt(1.0 - shape.day_share) * hours
    return np.asarray(score / score.std())


def _returning(noise: Array, memory: float) -> Array:
    """First-order autoregression of unit variance."""
    drive = noise * np.sqrt(1.0 - memory**2)
    drive[0] = noise[0]
    course = accumulate(drive.tolist(), lambda last, new: new + memory * last)
    return np.array(list(course))


def _list(record: Record, key: str, count: int) -> Array:
    values = record.attributes.get(key)
    if not isinstance(values, list) or len(values) != count:
        raise InputError(f"{TABLE}/{record.id}: {key} must be a list of {count} numbers")
    return np.array(values, dtype=np.float64)
