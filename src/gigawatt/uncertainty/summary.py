"""Summaries over draws: p10, p50, p90, and how they treat what never happens."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from gigawatt.quantity.arrays import Array

LEVELS = (0.1, 0.5, 0.9)


@dataclass(frozen=True, slots=True)
class Band:
    """Percentiles of a quantity over the draws; P90 is always the 90th percentile of it.

    A percentile is ``inf`` where more than its complement of the draws never get there.
    """

    p10: float
    p50: float
    p90: float

    @classmethod
    def of(cls, values: Array) -> Band:
        """Band of `values` (shape (draws,)); ``inf`` counts as larger than any number."""
        p10, p50, p90 = bands(values)
        return cls(float(p10), float(p50), float(p90))


def bands(values: Array) -> Array:
    """P10, P50 and P90 over the first axis, shape (3, …); see `quantiles_with_never`."""
    return quantiles_with_never(values, LEVELS)


def quantiles_with_never(values: Array, levels: tuple[float, ...]) -> Array:
    """Quantiles over the first axis of values that may be ``inf`` (= never).

    Linear interpolation between neighbours in order; interpolating between a number and ``inf``
    would be ``inf`` or ``nan``, here the quantile is ``inf`` as soon as its upper neighbour is.

    Returns
    -------
    Array of shape (len(levels), …); ``nan`` where there are no draws.

    >>> quantiles_with_never(np.array([1.0, 2.0, np.inf]), (0.5, 0.75))
    array([ 2., inf])
    """
    ordered = np.sort(np.asarray(values, dtype=float), axis=0)
    count = ordered.shape[0]
    if count == 0:
        return np.full((len(levels), *ordered.shape[1:]), np.nan)
    out = np.empty((len(levels), *ordered.shape[1:]))
    for k, level in enumerate(levels):
        position = level * (count - 1)
        below = int(np.floor(position))
        weight = position - below
        low, high = ordered[below], ordered[min(below + 1, count - 1)]
        if weight < 1e-12:
            out[k] = low
        else:
            safe = np.where(np.isfinite(high), high, 0.0)
            mixed = np.where(np.isfinite(low), low, 0.0) * (1.0 - weight) + safe * weight
            out[k] = np.where(np.isfinite(high), mixed, high)
    return out
