"""The distributions that a person may write wherever a number stands.

Each is a frozen dataclass with an inverse cumulative distribution `ppf(u)`; sampling is `ppf` of a
stratified uniform stream (`streams`), so that one draw is the deterministic case and no formula is
written twice. Units are those of the field that holds the distribution.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import NormalDist
from typing import Protocol, runtime_checkable

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]

Z95 = NormalDist().inv_cdf(0.95)


@runtime_checkable
class Distribution(Protocol):
    """What every distribution offers: an inverse CDF, a centre and a range."""

    def ppf(self, u: Array) -> Array:
        """Values at the probabilities `u` in (0, 1), same shape as `u`."""
        ...

    @property
    def central(self) -> float:
        """The value used when a single number is wanted (median; the mode of a triangle)."""
        ...

    def scaled(self, factor: float) -> Distribution:
        """Return the distribution of ``factor`` times the quantity, for conversions of units."""
        ...


@dataclass(frozen=True, slots=True)
class Point:
    """A number without a range."""

    value: float

    def ppf(self, u: Array) -> Array:
        """Return the value everywhere."""
        return np.full(np.shape(u), self.value)

    @property
    def central(self) -> float:
        """The value."""
        return self.value

    def scaled(self, factor: float) -> Point:
        """Return the scaled number."""
        return Point(self.value * factor)


@dataclass(frozen=True, slots=True)
class Uniform:
    """Equally likely anywhere between `low` and `high`."""

    low: float
    high: float

    def ppf(self, u: Array) -> Array:
        """Straight line between the ends."""
        return self.low + (self.high - self.low) * np.asarray(u)

    @property
    def central(self) -> float:
        """The middle."""
        return 0.5 * (self.low + self.high)

    def scaled(self, factor: float) -> Uniform:
        """Return the distribution with both ends scaled."""
        return Uniform(*sorted((self.low * factor, self.high * factor)))


@dataclass(frozen=True, slots=True)
class Triangular:
    """Triangle from `low` over its peak at `mode` to `high`."""

    low: float
    mode: float
    high: float

    def ppf(self, u: Array) -> Array:
        """Inverse of the two parabolic arms of the triangle's CDF."""
        u = np.asarray(u, dtype=float)
        width = self.high - self.low
        if width == 0.0:
            return np.full(u.shape, self.low)
        rise, fall = self.mode - self.low, self.high - self.mode
        left = self.low + np.sqrt(u * width * rise)
        right = self.high - np.sqrt((1.0 - u) * width * fall)
        return np.where(u * width < rise, left, right)

    @property
    def central(self) -> float:
        """The mode: the value that the source calls typical."""
        return self.mode

    def scaled(self, factor: float) -> Triangular:
        """Return the triangle with its corners scaled."""
        low, high = sorted((self.low * factor, self.high * factor))
        return Triangular(low, self.mode * factor, high)


@dataclass(frozen=True, slots=True)
class LogNormal:
    """Lognormal with the given median and standard deviation of the natural logarithm."""

    median: float
    sd_log: float

    def ppf(self, u: Array) -> Array:
        """Median times the exponential of a scaled normal quantile."""
        return self.median * np.exp(self.sd_log * normal_ppf(u))

    @property
    def central(self) -> float:
        """The median."""
        return self.median

    def scaled(self, factor: float) -> LogNormal:
        """Return the distribution with its median scaled; `factor` > 0."""
        return LogNormal(self.median * factor, self.sd_log)


@dataclass(frozen=True, slots=True)
class Normal:
    """Normal with the given mean and standard deviation."""

    mean: float
    sd: float

    def ppf(self, u: Array) -> Array:
        """Mean plus a scaled normal quantile."""
        return self.mean + self.sd * normal_ppf(u)

    @property
    def central(self) -> float:
        """The mean."""
        return self.mean

    def scaled(self, factor: float) -> Normal:
        """Return the distribution with mean and spread scaled."""
        return Normal(self.mean * factor, self.sd * abs(factor))


@dataclass(frozen=True, slots=True)
class Choices:
    """One of several numbers, with weights that sum to one."""

    values: tuple[float, ...]
    weights: tuple[float, ...]

    def ppf(self, u: Array) -> Array:
        """Return the value whose cumulative weight first exceeds `u`."""
        edges = np.cumsum(self.weights)[:-1]
        return np.asarray(self.values)[np.searchsorted(edges, np.asarray(u), side="right")]

    @property
    def central(self) -> float:
        """The weighted median."""
        return float(self.ppf(np.array([0.5]))[0])

    def scaled(self, factor: float) -> Choices:
        """Return the choices with their values scaled."""
        return Choices(tuple(v * factor for v in self.values), self.weights)


def from_p05_p95(p05: float, p95: float) -> Distribution:
    """Distribution with the given 5th and 95th percentile.

    Lognormal when both are positive (costs, durations, rates are), else normal.

    >>> round(from_p05_p95(1.0, 4.0).central, 6)
    2.0
    """
    if p05 == p95:
        return Point(p05)
    if p05 > 0:
        return LogNormal(math.sqrt(p05 * p95), math.log(p95 / p05) / (2.0 * Z95))
    return Normal(0.5 * (p05 + p95), (p95 - p05) / (2.0 * Z95))


def choices(values: Sequence[float], weights: Sequence[float] | None = None) -> Choices:
    """Choices with normalised weights (equal when none are given)."""
    raw = tuple(weights) if weights else (1.0,) * len(values)
    total = math.fsum(raw)
    return Choices(tuple(float(v) for v in values), tuple(w / total for w in raw))


def normal_ppf(u: Array) -> Array:
    """Inverse of the standard normal CDF (SciPy's `ndtri`, imported when first used)."""
    from scipy.special import ndtri  # noqa: PLC0415  (SciPy costs 0.3 s; only sampling needs it)

    out: Array = ndtri(np.asarray(u, dtype=float))
    return out
