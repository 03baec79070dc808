"""Summaries over draws: p10, p50, p90, and how they treat what never happens."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]


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
        p10, p50, p90 = (quantile_with_never(values, q) for q in (0.1, 0.5, 0.9))
        return cls(p10, p50, p90)


def quantile_with_never(values: Array, q: float) -> float:
    """Quantile of values that may be ``inf`` (= never), by linear interpolation.

    Interpolating between a number and ``inf`` would be ``inf`` or ``nan``; here the quantile is
    ``inf`` as soon as its upper neighbour is.

    >>> quantile_with_never(np.array([1.0, 2.0, np.inf]), 0.5)
    2.0
    """
    ordered = np.sort(np.asarray(values, dtype=float))
    if ordered.size == 0:
        return float("nan")
    position = q * (ordered.size - 1)
    below = int(np.floor(position))
    above = min(below + 1, ordered.size - 1)
    weight = position - below
    if weight < 1e-12:
        return float(ordered[below])
    if not np.isfinite(ordered[above]):
        return float(ordered[above])
    return float(ordered[below] * (1.0 - weight) + ordered[above] * weight)
