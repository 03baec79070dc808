"""How long a task takes, given how long it has been running.

The prior of a task is the distribution in the catalog with a Pareto tail: with the small
probability e a task of bounded length exceeds its maximum T_max. With S the survival function,

    S(t) = 1 - (1 - e) F(t)           t <= T_max
         = e (t / T_max)^-a           t >  T_max

A task that has run for the age h and is not finished is drawn from the part beyond h:
``T = S^-1( S(h) (1 - U) )``. Beyond its maximum a task's remaining time is in proportion to its
age, so that what is overdue does not end on one day.

A chain of tasks of which only the whole is observed (ground cleared, hall not yet fitted) is
treated as one task, pace and causes included. Its prior is a lognormal fitted to its own draws; a
draw X of the chain keeps its rank: ``X' = Q^-1( Q(h) + (1 - Q(h)) Q(X) )``. Given that a site is
late, slow paces become as likely as they should.
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
    normal_ppf,
)

_NEGLIGIBLE = 1e-12  # survival below which an unbounded distribution has no more to say


def cdf(distribution: Distribution, x: Array) -> Array:
    """Probability that `distribution` lies at or below `x`, elementwise.

    Raises
    ------
    TypeError : the distribution is of an unknown kind.
    """
    out: Array
    match distribution:
        case Point(value):
            out = (x >= value).astype(float)
        case Choices(values, weights):
            out = np.sum([w * (x >= v) for v, w in zip(values, weights, strict=True)], axis=0)
        case Uniform(low, high):
            out = np.clip((x - low) / (high - low), 0.0, 1.0)
        case Triangular(low, mode, high):
            out = _triangle_cdf(x, low, mode, high)
        case LogNormal(median, sd):
            out = _normal_cdf(np.log(np.maximum(x, 1e-300) / median), sd)
        case Normal(mean, sd):
            out = _normal_cdf(x - mean, sd)
        case Truncated(inner, low, high):
            below, above, at = (cdf(inner, np.asarray(v, dtype=float)) for v in (low, high, x))
            out = np.clip((at - below) / (above - below), 0.0, 1.0)
        case _:
            raise TypeError(f"no CDF for {distribution!r}")
    return out


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
    if sd == 0.0:
        return (deviation >= 0.0).astype(float)
    return _ndtr(deviation / sd)


def _ndtr(z: Array) -> Array:
    from scipy.special import ndtr  # noqa: PLC0415  (SciPy costs 0.3 s at import)

    out: Array = ndtr(z)
    return out


def beyond(distribution: Distribution, u: Array, floor: Array | float) -> Array:
    """Values of `distribution` at the probabilities `u`, given that they exceed `floor`."""
    below = cdf(distribution, np.asarray(floor, dtype=float))
    return np.maximum(distribution.ppf(below + (1.0 - below) * u), floor)


def _longest(distribution: Distribution) -> float:
    """Largest value of a distribution; inf where it has none."""
    if isinstance(distribution, Triangular | Uniform):
        return distribution.high
    return float(distribution.ppf(np.array([1.0]))[0])


@dataclass(frozen=True, slots=True)
class Law:
    """Duration of a task in months, with its overdue tail.

    Attributes
    ----------
    body : the distribution in the catalog.
    overdue_share : e, probability of exceeding the maximum, (D, 1); not used where the body is a
        single number or has no maximum.
    overdue_index : a, index of the Pareto tail, (D, 1).
    at_most : (D, 1) months that nobody would have begun to wait for; None = no such limit. What has
        run longer is drawn without it.
    """

    body: Distribution
    overdue_share: Array
    overdue_index: Array
    at_most: Array | None = None

    def sample(self, u: Array, age_months: Array | None = None) -> Array:
        """Durations at the probabilities `u`, given that the task is older than `age_months`.

        Parameters
        ----------
        u : (D, 1) in (0, 1).
        age_months : anything that broadcasts against `u`; not above 0 where the task has not begun,
            None where it is not known whether it still runs.
        """
        drawn = self._sampled(u, age_months)
        if self.at_most is None:
            return drawn
        limit = self.at_most if age_months is None else np.where(
            age_months < self.at_most, self.at_most, np.inf
        )  # fmt: skip
        return np.minimum(drawn, limit)

    def _sampled(self, u: Array, age_months: Array | None) -> Array:
        longest = _longest(self.body)
        bounded = np.isfinite(longest) and longest > 0.0 and not isinstance(self.body, Point)
        share = self.overdue_share if bounded else np.zeros_like(self.overdue_share)
        remaining = 1.0 - u
        if age_months is None:
            return self._at(remaining, share, longest)
        age = np.maximum(age_months, 0.0)
        running = 1.0 - (1.0 - share) * cdf(self.body, age)
        survival = np.where(age > 0.0, remaining * running, remaining)
        drawn = np.maximum(self._at(survival, share, longest), age)
        exhausted = (age > 0.0) & ((age >= longest) | (running < _NEGLIGIBLE))
        return np.where(exhausted, age * remaining ** (-1.0 / self.overdue_index), drawn)

    def _at(self, survival: Array, share: Array, longest: float) -> Array:
        """Duration that is exceeded with the probability `survival`."""
        body = self.body.ppf(np.clip((1.0 - survival) / (1.0 - share), 0.0, 1.0))
        within = np.maximum(body, 0.0)
        late = survival < share
        if late.any():  # few: powers are taken of these alone
            beyond_maximum = np.broadcast_to(share, late.shape)[late] / np.maximum(
                survival[late], 1e-300
            )
            index = np.broadcast_to(self.overdue_index, late.shape)[late]
            within[late] = longest * np.maximum(beyond_maximum, 1.0) ** (1.0 / index)
        return within


@dataclass(frozen=True, slots=True)
class Chain:
    """Duration of a whole chain of tasks as one lognormal, with all that varies in it.

    Attributes
    ----------
    mean_log, sd_log : of the logarithm of its months.
    """

    mean_log: float
    sd_log: float

    @classmethod
    def fitted(cls, months: Array) -> Chain:
        """Lognormal with the moments of draws of the chain."""
        logs = np.log(np.maximum(months, 1e-6))
        return cls(float(np.mean(logs)), float(np.std(logs)))

    def given(self, months: Array, age_months: Array) -> Array:
        """Draws of the chain, each moved to its rank among those that exceed the age.

        Parameters
        ----------
        months : draws without knowledge of the age.
        age_months : how long the chain has run; what has not begun (<= 0) stays as drawn.
        """
        sd = max(self.sd_log, 1e-6)
        started = np.maximum(age_months, 1e-6)
        z, z_age = ((np.log(x) - self.mean_log) / sd for x in (np.maximum(months, 1e-6), started))
        # Probability of a longer chain; its floor keeps what is far overdue finite.
        longer = np.maximum(_ndtr(-z_age) * _ndtr(-z), 1e-300)
        moved = np.exp(self.mean_log - sd * normal_ppf(longer))
        return np.where(age_months > 0.0, np.maximum(moved, age_months), months)
