"""Software gets better: throughput by month over that of the software the rates hold for.

Throughput over that of mature software, at age t months since the platform's first availability::

    level(t) = exp(-ln(gain) exp(-max(t, 0)/tau))

from 1/gain in the first month to 1. Efficiencies that were measured hold for the software of their
calibration month, so their factor is level(t)/level(t_calibrated): 1 in that month, a little more
later. Forecasts hold for mature software: their factor is level(t).

What it leaves out: jumps, setbacks, gains that need new models, ageing of a platform that is no
longer tuned.
"""

from __future__ import annotations

import datetime as dt

import numpy as np

from gigawatt.errors import InputError
from gigawatt.performance.assumptions import PerformanceAssumptions
from gigawatt.quantity.arrays import Array
from gigawatt.quantity.calendar import MonthAxis


def level(age_months: Array, log_gain: Array, saturation_months: Array) -> Array:
    """Throughput over that of mature software; arguments broadcast (equation of the module)."""
    out: Array = np.exp(-log_gain * np.exp(-np.maximum(age_months, 0.0) / saturation_months))
    return out


def system_gain(
    a: PerformanceAssumptions, kind: str, is_moe: bool, normal: Array
) -> tuple[Array, Array]:
    """ln(gain) and saturation time of one system, (D,) each.

    Parameters
    ----------
    a : drawn assumptions.
    kind : "train" or "serve".
    is_moe : whether the model is a mixture of experts.
    normal : standard normal draws of the system, which scatter its gain about the common one.
    """
    if kind == "serve":
        gain, months = a.serve_gain_factor, a.serve_saturation_months
    else:
        gain = a.train_moe_gain_factor if is_moe else a.train_dense_gain_factor
        months = a.train_saturation_months
    scattered = np.log(gain) * np.maximum(0.0, 1.0 + a.gain_scatter_share * normal)
    return scattered, months


def maturity(
    axis: MonthAxis,
    first_available: str,
    calibrated: str,
    log_gain: Array,
    saturation_months: Array,
) -> Array:
    """Factor on throughput by month, (D, M); middle of the month.

    Parameters
    ----------
    axis : months.
    first_available : month of the platform's first availability ("2026-08").
    calibrated : month of the software that the efficiencies hold for; "" for a forecast.
    log_gain, saturation_months : (D,) from `system_gain`.
    """
    first = axis.position(month_of(first_available, "first_available"))
    ages = np.arange(axis.count, dtype=np.float64) + (0.5 - first)
    now = level(ages[None, :], log_gain[:, None], saturation_months[:, None])
    if not calibrated:
        return now
    age = axis.position(month_of(calibrated, "calibrated")) + 0.5 - first
    return now / level(np.array([[age]]), log_gain[:, None], saturation_months[:, None])


def month_of(text: str, key: str) -> dt.date:
    """First day of a month written "2026-08" (a day after it is ignored).

    Raises
    ------
    InputError : the text is no month.
    """
    try:
        return dt.date.fromisoformat(f"{text[:7]}-01")
    except ValueError as error:
        raise InputError(f'{key} = {text!r} is not a month; write it as "2026-08".') from error
