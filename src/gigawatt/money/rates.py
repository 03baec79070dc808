"""Base rate by date with its range: what loans that are priced as a spread are priced over.

    base(t) = path(t) + error x sqrt(years from the as-of date to t / 5), never below 0

The path goes straight from one known date to the next and stays where it ends; the error
is one draw for the whole calendar, its size that of five years ahead. A contract is fixed at its
signing (swapped, as the lenders of such loans ask): `rate at signing = term + weight x base`. What
of it floats (`floating`) moves with the base rate from then on, what is refinanced is fixed anew.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from gigawatt.money.assumptions import MoneyAssumptions
from gigawatt.quantity.arrays import Array
from gigawatt.quantity.calendar import MonthAxis
from gigawatt.quantity.units import MONTHS_PER_YEAR

PATH = {  # assumption → when it holds
    "base_rate_2025_share": dt.date(2025, 10, 1),
    "base_rate_2026_share": dt.date(2026, 3, 31),
    "base_rate_later_share": dt.date(2030, 7, 1),
}
ERROR_YEARS = 5.0
RATE_TERMS = ("rate_share", "debt_rate_share", "coupon_share")
WEIGHT = "base_rate_weight"
REFINANCING, REFINANCE_RATE = "refinancing", "refinance_rate_share"  # date and term
SIGNED = ("signing", "issue")  # dates at which a contract's rate is fixed


@dataclass(frozen=True, slots=True)
class RateCurve:
    """Base rate over time; D draws, K dates of the path.

    Attributes
    ----------
    months : (K,) where the path is known, rising.
    path_share : (D, K) per year.
    error_share : (D,) added five years ahead.
    as_of_month : until when nothing is unsure.
    shift_share : added from the as-of date on, where a stress test moves the base rate; `at` is
        without it.
    """

    months: Array
    path_share: Array
    error_share: Array
    as_of_month: float
    shift_share: float = 0.0

    def moved(self, month: float) -> Array:
        """Rate per year at a month with what a stress test adds, (D,)."""
        return self.at(month) + (self.shift_share if month >= self.as_of_month else 0.0)

    def at(self, month: float) -> Array:
        """Rate per year at a month, (D,)."""
        place = np.interp(month, self.months, np.arange(len(self.months)))
        left = int(place)
        right = min(left + 1, len(self.months) - 1)
        part = place - left
        path = (1.0 - part) * self.path_share[:, left] + part * self.path_share[:, right]
        ahead = max(month - self.as_of_month, 0.0) / (ERROR_YEARS * MONTHS_PER_YEAR)
        return np.asarray(np.maximum(path + self.error_share * np.sqrt(ahead), 0.0))


def rate_curve(a: MoneyAssumptions, axis: MonthAxis, as_of_month: float) -> RateCurve:
    """Curve of the sampled assumptions."""
    months = np.array([axis.position(date) for date in PATH.values()])
    path = np.stack([getattr(a, name) for name in PATH], axis=1)
    return RateCurve(months, path, a.base_rate_error_share, as_of_month)


def signed_month(dates: Mapping[str, float], as_of_month: float) -> float:
    """Month at which a contract's rate is fixed: its signing or issue, else the as-of date."""
    return next((dates[name] for name in SIGNED if name in dates), as_of_month)


def is_signed(dates: Mapping[str, float], as_of_month: float) -> bool:
    """Whether a contract says that it was signed by the as-of date."""
    return any(dates[name] <= as_of_month for name in SIGNED if name in dates)


def priced(
    terms: Mapping[str, Array], dates: Mapping[str, float], curve: RateCurve
) -> dict[str, Array]:
    """Terms with every rate that is a spread made a whole rate."""
    out = dict(terms)
    weight = terms.get(WEIGHT)
    if weight is None:
        return out
    base = weight * curve.at(signed_month(dates, curve.as_of_month))
    out |= {k: terms[k] + base for k in RATE_TERMS if k in terms}
    if REFINANCING in dates:
        own = terms[REFINANCE_RATE]
        spread = np.where(own > 0.0, own, terms["rate_share"])
        out[REFINANCE_RATE] = spread + weight * curve.at(dates[REFINANCING])
    return out
