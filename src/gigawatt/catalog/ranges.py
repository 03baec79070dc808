"""How a number or a range is spelt in the catalog's files, and read.

The forms, each with exactly its own keys::

    { value = 3.4 }                            a number
    { low = 3.3, high = 4.0 }                  uniform
    { low = 3.3, mode = 3.4, high = 4.0 }      triangular; `value` may stand for `mode`
    { p05 = 3.0, p95 = 4.2 }                   lognormal if both are positive, else normal
    { p05 = 3.0, median = 3.5, p95 = 4.2 }     lognormal about this median
    { median = 3.5, sd_log = 0.2 }             lognormal
    { choices = [1, 2], weights = [0.3, 0.7] } one of these; equally likely without weights
"""

from __future__ import annotations

import math
from collections.abc import Mapping

import numpy as np

from gigawatt.errors import InputError
from gigawatt.uncertainty.distributions import (
    Z95,
    Choices,
    Distribution,
    LogNormal,
    Normal,
    Point,
    Triangular,
    Uniform,
    choices,
    from_p05_p95,
)

NUMBER_KEYS = frozenset(
    ("value", "low", "mode", "high", "p05", "median", "p95", "sd_log", "choices", "weights")
)
FORMS = (
    ("value",),
    ("low", "high"),
    ("low", "mode", "high"),
    ("low", "value", "high"),
    ("p05", "p95"),
    ("p05", "median", "p95"),
    ("median", "sd_log"),
    ("choices",),
    ("choices", "weights"),
)


def is_number(value: object) -> bool:
    """Whether a TOML value is a number (truth values are not)."""
    return isinstance(value, int | float) and not isinstance(value, bool)


def distribution_of(own: Mapping[str, object], path: str) -> Distribution:
    """Distribution that a table of numbers spells (see the module's header).

    Parameters
    ----------
    own : the table; keys that are not of numbers are ignored.
    path : where it stands, for messages.

    Raises
    ------
    InputError : the keys are of no known form, or the numbers are not finite or not in order.
    """
    form = tuple(key for key in own if key in NUMBER_KEYS)
    known = {frozenset(keys): keys for keys in FORMS}.get(frozenset(form))
    if known is None:
        spelt = "; ".join(", ".join(keys) for keys in FORMS)
        raise InputError(
            f"catalog {path}: {', '.join(form) or 'no number'} is not a form of a number or range. "
            f"Forms: {spelt}."
        )
    if "choices" in known:
        return _choices(own, path)
    number = {key: _number(own[key], key, path) for key in known}
    if "sd_log" in number:
        return _lognormal(number["median"], number["sd_log"], path)
    _check_order(list(number.values()), path)
    if "p05" in number:
        return _percentiles(number, path)
    if "low" in number:
        return _between(number["low"], number.get("mode", number.get("value")), number["high"])
    return Point(number["value"])


def ends_of(distribution: Distribution) -> tuple[float, float] | None:
    """Ends of a range: limits or extreme choices where there are any, else P5 and P95.

    None for a number without a range.

    >>> ends_of(Triangular(1.0, 2.0, 4.0)), ends_of(Point(3.0))
    ((1.0, 4.0), None)
    """
    match distribution:
        case Point():
            return None
        case Choices():
            return min(distribution.values), max(distribution.values)
        case LogNormal():
            spread = math.exp(Z95 * distribution.sd_log)
            return distribution.median / spread, distribution.median * spread
        case Normal():
            return (
                distribution.mean - Z95 * distribution.sd,
                distribution.mean + Z95 * distribution.sd,
            )
        case Uniform() | Triangular():
            return distribution.low, distribution.high
    low, high = distribution.ppf(np.array([0.05, 0.95]))
    return float(low), float(high)


def _between(low: float, mode: float | None, high: float) -> Distribution:
    if low == high:
        return Point(low)
    return Uniform(low, high) if mode is None else Triangular(low, mode, high)


def _percentiles(number: Mapping[str, float], path: str) -> Distribution:
    p05, p95 = number["p05"], number["p95"]
    if "median" not in number or p05 == p95:
        return from_p05_p95(p05, p95)
    if p05 <= 0:
        raise InputError(f"catalog {path}: p05 = {p05:g} with a median must be above 0")
    return _lognormal(number["median"], math.log(p95 / p05) / (2.0 * Z95), path)


def _lognormal(median: float, sd_log: float, path: str) -> Distribution:
    if median <= 0 or sd_log < 0:
        raise InputError(
            f"catalog {path}: median = {median:g}, sd_log = {sd_log:g}: "
            "the median must be above 0 and sd_log not below 0"
        )
    return LogNormal(median, sd_log)


def _choices(own: Mapping[str, object], path: str) -> Distribution:
    values = _numbers(own["choices"], "choices", path)
    if "weights" not in own:
        return choices(values)
    weights = _numbers(own["weights"], "weights", path)
    if len(weights) != len(values) or min(weights) < 0 or sum(weights) <= 0:
        raise InputError(
            f"catalog {path}: weights = {own['weights']!r}: one number of 0 or more a choice, "
            f"not all 0; there are {len(values)} choices"
        )
    return choices(values, weights)


def _numbers(value: object, key: str, path: str) -> list[float]:
    if not isinstance(value, list) or not value:
        raise InputError(f"catalog {path}: {key} = {value!r} must be a list of numbers")
    return [_number(v, key, path) for v in value]


def _number(value: object, key: str, path: str) -> float:
    if not isinstance(value, int | float) or isinstance(value, bool) or not math.isfinite(value):
        raise InputError(f"catalog {path}: {key} = {value!r} is not a finite number")
    return float(value)


def _check_order(numbers: list[float], path: str) -> None:
    if numbers != sorted(numbers):
        shown = " … ".join(f"{n:g}" for n in numbers)
        raise InputError(f"catalog {path}: {shown} is not in order, lowest first")
