"""How long a task takes, given how long it has been running.

The prior of a task is the distribution in the catalog with a Pareto tail: with the small
probability e a task of bounded length exceeds its maximum T_max. With S the survival function,

    S(t) = 1 - (1 - e) F(t)           t <= T_max
         = e (t / T_max)^-a           t >  T_max

A task that has run for the age h and is not finished is drawn from the part beyond h:
``T = S^-1( S(h) (1 - U) )``. Beyond its maximum a task's remaining time is in proportion to its
age, so that what is overdue does not end on one day.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from gigawatt.program.truncated import Truncated
from gigawatt.quantity.arrays import Array
from gigawatt.uncertainty.distributions import (
    Choices,
    Distribution,
    LogNormal,
    Normal,
    Point,
    Triangular,
    Uniform,
)


def cdf(distribution: Distribution, x: Array) -> Array:
    """Probability that `distribution` lies at or below `x`, elementwise.

    Raises
    ------
    TypeError : the distribution is of an unknown kind.
    """
    match distribution:
        case Point(value):
            return (x >= value).astype(float)
        case Choices(values, weights):
            return np.sum([w * (x >= v) for v, w in zip(values, weights, strict=True)], axis=0)
        case Uniform(low, high):
            return np.clip((x - low) / (high - low), 0.0, 1.0)
        case Triangular(low, mode, high):
            return _triangle_cdf(x, low, mode, high)
        case LogNormal(median, sd):
            return _normal_cdf(np.log(np.maximum(x, 1e-300) / median), sd)
        case Normal(mean, sd):
            return _normal_cdf(x - mean, sd)
        case Truncated(inner, low, high):
            below, above, at = (cdf(inner, np.asarray(v, dtype=float)) for v in (low, high, x))
            return np.clip((at - below) / (above - below), 0.0, 1.0)
    raise TypeError(f"no CDF for {distribution!r}")


def _triangle_cdf(x: Array, low: float, mode: float, high: float) -> Array:
    """Two parabolic arms; a side of no width never holds a value."""
    if high == low:
        return (x >= low).astype(float)
    rise, fall, width = mode - low, high - mode, high - low
    inside = np.clip(x, low, high)
    left = (inside - low) ** 2 / (width * rise) if rise else np.zeros_like(inside)
    right = 1.0 - (high - inside) ** 2 / (width * fall) if fall else np.ones_like(inside)
    return np.where(inside < mode, left, right)


def _normal_cdf(deviation: Array, sd: float) -> Array:
    from scipy.special import ndtr  # noqa: PLC0415  (SciPy costs 0.3 s at import)

    if sd == 0.0:
        return (deviation >= 0.0).astype(float)
    out: Array = ndtr(deviation / sd)
    return out


def beyond(distribution: Distribution, u: Array, floor: Array | float) -> Array:
    """Values of `distribution` at the probabilities `u`, given that they exceed `floor`."""
    below = cdf(distribution, np.asarray(floor, dtype=float))
    return np.maximum(distribution.ppf(below + (1.0 - below) * u), floor)


@dataclass(frozen=True, slots=True)
class Law:
    """Duration of a task in months, with its overdue tail.

    Attributes
    ----------
    body : the distribution in the catalog.
    overdue_share : e, probability of exceeding the maximum, (D, 1); not used where the body is a
        single number or has no maximum.
    overdue_index : a, index of the Pareto tail, (D, 1).
    """

    body: Distribution
    overdue_share: Array
    overdue_index: Array

    def sample(self, u: Array, age_months: Array | float = 0.0) -> Array:
        """Durations at the probabilities `u`, given that the task is older than `age_months`.

        Parameters
        ----------
        u : (D, 1) in (0, 1).
        age_months : 0 for a task that is not running; anything that broadcasts against `u`.
        """
        longest = float(self.body.ppf(np.array([1.0]))[0])
        bounded = np.isfinite(longest) and longest > 0.0 and not isinstance(self.body, Point)
        share = self.overdue_share if bounded else np.zeros_like(self.overdue_share)
        age = np.maximum(age_months, 0.0)
        remaining = 1.0 - u
        survival = remaining
        if np.any(age > 0.0):
            running = 1.0 - (1.0 - share) * cdf(self.body, age)
            survival = np.where(age > 0.0, remaining * running, remaining)
        within = self.body.ppf(np.clip((1.0 - survival) / (1.0 - share), 0.0, 1.0))
        out = np.maximum(within, 0.0)
        if bounded:
            stretch = (share / np.minimum(np.maximum(survival, 1e-300), share)) ** (
                1.0 / self.overdue_index
            )
            out = np.where(survival < share, longest * stretch, out)
        overdue = age * remaining ** (-1.0 / self.overdue_index)
        return np.where(age >= longest, overdue, np.maximum(out, age))
