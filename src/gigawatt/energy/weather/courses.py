"""Random and smooth courses over the days of a year: what the synthetic weather is woven from."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from gigawatt.energy.weather.year import DAYS, MONTH_DAYS
from gigawatt.quantity.arrays import Array
from gigawatt.uncertainty.distributions import normal_ppf

MONTH_OF_DAY = np.repeat(np.arange(12), MONTH_DAYS)


def ar1(rng: np.random.Generator, count: int, persistence: float) -> Array:
    """Standard normal AR(1) series, (count,)."""
    shocks = (rng.standard_normal(count) * np.sqrt(1.0 - persistence**2)).tolist()
    value = float(rng.standard_normal())
    out = []
    for shock in shocks:
        value = persistence * value + shock
        out.append(value)
    return np.array(out)


def exact_normal(scores: Array, group: NDArray[np.integer]) -> Array:
    """Scores replaced by the quantiles of the normal distribution within each group, in order."""
    out = np.empty_like(scores)
    for g in np.unique(group):
        rows = np.flatnonzero(group == g)
        order = rows[np.argsort(scores[rows], kind="stable")]
        exact = normal_ppf((np.arange(rows.size) + 0.5) / rows.size)
        out[order] = exact / np.sqrt(np.mean(exact**2))
    return out


def seasonal(monthly: Array) -> Array:
    """Smooth daily course whose monthly means are the given ones, (365,)."""
    lengths = np.array(MONTH_DAYS, dtype=np.float64)
    centres: Array = np.cumsum(lengths) - 0.5 * lengths
    wrapped = np.concatenate([centres - DAYS, centres, centres + DAYS])
    days = np.arange(DAYS, dtype=np.float64) + 0.5
    knots = monthly.copy()
    course = np.zeros(DAYS)
    for _ in range(8):
        course = _smooth(days, wrapped, np.tile(knots, 3))
        knots = knots + monthly - by_month(course)
    return course + (monthly - by_month(course))[MONTH_OF_DAY]


def _smooth(at: Array, x: Array, y: Array) -> Array:
    """Cubic through equally weighted neighbours (Catmull and Rom)."""
    i = np.clip(np.searchsorted(x, at) - 1, 1, len(x) - 3)
    t = (at - x[i]) / (x[i + 1] - x[i])
    a, b, c, d = y[i - 1], y[i], y[i + 1], y[i + 2]
    out: Array = b + 0.5 * t * (
        c - a + t * (2.0 * a - 5.0 * b + 4.0 * c - d + t * (3.0 * (b - c) + d - a))
    )
    return out


def by_month(daily: Array) -> Array:
    """Mean of each month of a daily course (365,), (12,)."""
    out: Array = np.bincount(MONTH_OF_DAY, weights=daily, minlength=12) / np.array(MONTH_DAYS)
    return out
