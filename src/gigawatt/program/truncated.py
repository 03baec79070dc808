"""A normal or lognormal that is cut at the bounds of its field, so that no draw is impossible."""

from __future__ import annotations

import math
from dataclasses import dataclass
from statistics import NormalDist

import numpy as np

from gigawatt.quantity.arrays import Array
from gigawatt.uncertainty.distributions import LogNormal, Normal

_STANDARD = NormalDist()
NEGLIGIBLE = 1e-9  # probability beyond a bound below which nothing is cut


@dataclass(frozen=True, slots=True)
class Truncated:
    """`inner`, conditional on ``low <= value <= high``.

    With F the CDF of `inner`, the inverse CDF is ``F^-1(F(low) + u (F(high) - F(low)))``.
    """

    inner: LogNormal | Normal
    low: float
    high: float

    def ppf(self, u: Array) -> Array:
        """Values at the probabilities `u`; all within the bounds."""
        below, above = cdf(self.inner, self.low), cdf(self.inner, self.high)
        values = self.inner.ppf(below + (above - below) * np.asarray(u, dtype=float))
        return np.clip(values, self.low, self.high)

    @property
    def central(self) -> float:
        """Median of the uncut distribution: what the person wrote."""
        return min(max(self.inner.central, self.low), self.high)

    def scaled(self, factor: float) -> Truncated:
        """Return the distribution with centre, spread and bounds scaled; `factor` > 0."""
        return Truncated(self.inner.scaled(factor), self.low * factor, self.high * factor)


def cdf(distribution: LogNormal | Normal, value: float) -> float:
    """Probability that `distribution` lies at or below `value`."""
    match distribution:
        case LogNormal(median, sd):
            if value <= 0.0:
                return 0.0
            if math.isinf(value) or sd == 0.0:
                return float(value >= median)
            return _STANDARD.cdf(math.log(value / median) / sd)
        case Normal(mean, sd):
            if math.isinf(value) or sd == 0.0:
                return float(value >= mean)
            return _STANDARD.cdf((value - mean) / sd)


def cut(
    distribution: LogNormal | Normal, low: float, high: float
) -> LogNormal | Normal | Truncated:
    """`distribution` within the bounds; itself where it hardly reaches beyond them."""
    beyond = 1.0 - cdf(distribution, high) + (cdf(distribution, low) if math.isfinite(low) else 0.0)
    return distribution if beyond < NEGLIGIBLE else Truncated(distribution, low, high)
