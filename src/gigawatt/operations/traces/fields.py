"""Reads single fields of trace rows; each mistake names its column."""

from __future__ import annotations

import datetime as dt
import math
import re

from gigawatt.operations.traces.model import NONE, BadRowError

SECONDS = 1.0
LATEST_S = 4102444800.0  # 2100-01-01: an epoch second beyond it is in milliseconds
LONGEST_S = 366 * 86400.0  # no job of a published trace ran for longer than a year
MISSING = ("", "unknown", "none", "na", "n/a", "null", "nan", "invalid")

_ELAPSED = re.compile(r"(?:(\d+)-)?(\d{1,3}):(\d{2})(?::(\d{2}))?(?:\.\d+)?")


def number(fields: dict[str, str], key: str, default: float | None = None) -> float:
    """Finite number in column `key`; `default` where the field is empty.

    Raises
    ------
    BadRowError : no number, or empty without a default.
    """
    text = (fields.get(key) or "").strip()
    if text.lower() in MISSING:
        if default is None:
            raise BadRowError(key, text, "a number is needed")
        return default
    try:
        value = float(text)
    except ValueError:
        raise BadRowError(key, text, "must be a number without a unit") from None
    if not math.isfinite(value):
        raise BadRowError(key, text, "must be finite")
    return value


def time_s(fields: dict[str, str], key: str, default: float | None = None) -> float:
    """Time in s: a number, or a date and time as ISO 8601 (taken as UTC where it names no zone).

    Raises
    ------
    BadRowError : not a time, or one that can only be milliseconds.
    """
    text = (fields.get(key) or "").strip()
    if text.lower() in MISSING:
        if default is None:
            raise BadRowError(key, text, "a time is needed")
        return default
    if re.fullmatch(r"[-+]?[\d.]+(e[-+]?\d+)?", text, re.IGNORECASE):
        value = number(fields, key)
        if abs(value) > LATEST_S:
            raise BadRowError(
                key, text, "is past the year 2100 in seconds; it looks like milliseconds, give s"
            )
        return value
    try:
        moment = dt.datetime.fromisoformat(text)
    except ValueError:
        raise BadRowError(key, text, "must be seconds or a time as 2026-05-14T09:30:00") from None
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=dt.UTC)
    return moment.timestamp()


def elapsed_s(fields: dict[str, str], key: str, default: float | None = None) -> float:
    """Length of time in s, written as seconds or as [D-]HH:MM:SS.

    Raises
    ------
    BadRowError : neither.
    """
    text = (fields.get(key) or "").strip()
    match = _ELAPSED.fullmatch(text)
    if match is None:
        if ":" in text:
            raise BadRowError(key, text, "must be seconds or [D-]HH:MM:SS")
        return number(fields, key, default)
    days, first, second, third = match.groups()
    if third is None and days is None:  # MM:SS
        return float(int(first) * 60 + int(second))
    third = third or "0"  # D-HH:MM
    return float(int(days or 0) * 86400 + int(first) * 3600 + int(second) * 60 + int(third))


def duration(value: float, key: str) -> float:
    """Run time as given, if it can be one.

    Raises
    ------
    BadRowError : zero, negative or longer than a year.
    """
    if value <= 0.0:
        expected = "must be above 0" if value == 0.0 else "the job would end before it starts"
        raise BadRowError(key, value, expected)
    if value > LONGEST_S:
        raise BadRowError(
            key, value,
            f"is {value / 86400:,.0f} days in seconds; it looks like milliseconds, give s",
        )  # fmt: skip
    return value


def whole(value: float, key: str) -> float:
    """A count of at least 1 without fraction.

    Raises
    ------
    BadRowError : anything else.
    """
    if value < 1.0 or value != math.floor(value):
        raise BadRowError(key, value, "must be a whole number of at least 1")
    return value


def watts_per_gpu(power_w: float, gpus: float, key: str) -> float:
    """Power of a whole job as given, if 5 W to 20 kW a GPU (a share of its node included).

    Raises
    ------
    BadRowError : outside; the usual slip is kW or mW for W.
    """
    if math.isnan(power_w):
        return NONE
    each = power_w / gpus
    if not 5.0 <= each <= 20000.0:
        unit = "kW" if 0 < each < 5.0 else "mW" if each > 20000.0 else ""
        hint = f"; it looks like {unit}, give W of the whole job" if unit else ""
        raise BadRowError(key, power_w, f"is {each:,.3g} W a GPU, outside of 5 to 20,000{hint}")
    return power_w
