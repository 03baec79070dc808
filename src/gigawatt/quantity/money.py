"""Money over time: price years, yearly factors of price, annuities.

Inside the package money is nominal USD. Facts carry dollars of a price year, which are taken as
dollars of the middle of that year; they are inflated once, on entry to `money`.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

import numpy as np

from gigawatt.quantity.arrays import Array
from gigawatt.quantity.calendar import MonthAxis
from gigawatt.quantity.units import MONTHS_PER_YEAR

USD_PER_BN = 1e9


def price_year_position(price_year: int, axis: MonthAxis) -> float:
    """Month of the axis at which dollars of `price_year` are nominal: 1 July of that year.

    >>> price_year_position(2026, MonthAxis(dt.date(2026, 1, 1), 12))
    6.0
    """
    return axis.position(dt.date(price_year, 7, 1))


def price_factor(yearly_factor: Array | float, months: Array | float) -> Array:
    """Factor on a price after `months`, at `yearly_factor` per year, compounded without steps.

    Parameters
    ----------
    yearly_factor : price a year later over the price now, > 0.
    months : time that passes, negative for the past; broadcasts against `yearly_factor`. Infinite
        (never) counts as no time, so that what never happens keeps a finite price.

    >>> float(round(price_factor(1.1, 24.0), 6))
    1.21
    """
    time = np.asarray(months, dtype=float)
    years = np.where(np.isfinite(time), time, 0.0) / MONTHS_PER_YEAR
    out: Array = np.exp(np.log(np.asarray(yearly_factor, dtype=float)) * years)
    return out


def level_payment_factor(rate_per_period: Array, periods: Array) -> Array:
    """Payment per period that repays a loan of 1 in `periods` equal payments in arrears.

    r / (1 - (1 + r)^-n); 1 / n for r = 0.

    >>> level_payment_factor(np.array([0.01]), np.array([12.0])).round(6)
    array([0.088849])
    """
    rate, count = np.broadcast_arrays(
        np.asarray(rate_per_period, dtype=float), np.asarray(periods, dtype=float)
    )
    safe = np.where(rate > 0.0, rate, 1.0)
    out: Array = np.where(rate > 0.0, safe / -np.expm1(-count * np.log1p(safe)), 1.0 / count)
    return out


@dataclass(frozen=True, slots=True)
class Price:
    """A price that moves with time; D draws.

    Attributes
    ----------
    usd : (D,) nominal at `base_month`.
    yearly_factor : (D,) nominal price a year later over the price now.
    base_month : month of the axis.
    """

    usd: Array
    yearly_factor: Array
    base_month: float

    def at(self, months: Array) -> Array:
        """Nominal USD at months (k,) or (D, k), shape (D, k); infinity counts as the base month."""
        factor = price_factor(self.yearly_factor[:, None], np.asarray(months) - self.base_month)
        out: Array = self.usd[:, None] * factor
        return out
