"""Calendars: months in which work is slow, and dates on which an authority meets.

Winter work. Earthworks and shells go at the rate r in three winter months and at the full rate
otherwise. With t counted from the first winter month of the calendar,

    W(t) = sum over months of r (winter) or 1 (else)        work that could be done by t
    finish = W^-1( W(start) + duration )

Both are piecewise linear with a period of a year, so they are exact and cheap.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from gigawatt.quantity.arrays import Array
from gigawatt.quantity.units import MONTHS_PER_YEAR

WINTER_MONTHS = 3.0
FIRST_WINTER_MONTH_NORTH, FIRST_WINTER_MONTH_SOUTH = 12, 6  # December, June


@dataclass(frozen=True, slots=True)
class Winter:
    """Work calendar of a site with cold winters.

    Attributes
    ----------
    rate : (D, 1) work done in a winter month, in (0, 1].
    origin : month of the calendar (may be negative) at which a winter begins.
    """

    rate: Array
    origin: float

    @classmethod
    def of(cls, rate: Array, lat: float, first_month: int) -> Winter:
        """Calendar of a latitude; `first_month` (1 to 12) is the month that the axis starts in."""
        begins = FIRST_WINTER_MONTH_NORTH if lat >= 0.0 else FIRST_WINTER_MONTH_SOUTH
        return cls(rate, float((begins - first_month) % 12) - MONTHS_PER_YEAR)

    def worked(self, start: Array, finish: Array | float) -> Array:
        """Work that fits between two dates, months at the full rate."""
        return self._work(np.asarray(finish)) - self._work(start)

    def finish(self, start: Array, months: Array) -> Array:
        """Date at which work of so many months is done."""
        year = MONTHS_PER_YEAR - WINTER_MONTHS * (1.0 - self.rate)
        work = self._work(start) + months
        finite = np.isfinite(work)
        work = np.where(finite, work, 0.0)
        years = np.floor(work / year)
        rest = work - years * year
        cold = self.rate * WINTER_MONTHS
        within = np.where(rest < cold, rest / self.rate, WINTER_MONTHS + rest - cold)
        return np.where(finite, self.origin + MONTHS_PER_YEAR * years + within, np.inf)

    def _work(self, month: Array) -> Array:
        since = np.asarray(month) - self.origin
        finite = np.isfinite(since)
        known = np.where(finite, since, 0.0)
        years = np.floor(known / MONTHS_PER_YEAR)
        rest = known - years * MONTHS_PER_YEAR
        lost = (1.0 - self.rate) * (WINTER_MONTHS * years + np.minimum(rest, WINTER_MONTHS))
        return np.where(finite, known - lost, since)


def next_meeting(month: Array, cycle_months: Array) -> Array:
    """First meeting of an authority at or after `month`, meetings every `cycle_months` (> 0)."""
    return np.ceil(month / cycle_months - 1e-9) * cycle_months
