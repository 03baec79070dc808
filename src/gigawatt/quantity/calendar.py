"""The month axis: dates as months since the start of the programme, and back.

Time inside the package is a float number of months since the first day of the start month. Months
are calendar months; a day is its share of its own month.
"""

from __future__ import annotations

import calendar
import datetime as dt
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True, slots=True)
class MonthAxis:
    """Calendar months from `start` to the month of `horizon`, both included.

    Attributes
    ----------
    start : first day of the first month.
    count : number of months.
    """

    start: dt.date
    count: int

    @classmethod
    def between(cls, start: dt.date, horizon: dt.date) -> MonthAxis:
        """Axis from the month of `start` to the month of `horizon`."""
        first = start.replace(day=1)
        count = (horizon.year - first.year) * 12 + horizon.month - first.month + 1
        return cls(first, count)

    def position(self, date: dt.date) -> float:
        """Months since the start, fractional; negative before it.

        >>> MonthAxis(dt.date(2025, 1, 1), 24).position(dt.date(2026, 2, 15))
        13.5
        """
        length = calendar.monthrange(date.year, date.month)[1]
        whole = (date.year - self.start.year) * 12 + date.month - self.start.month
        return whole + (date.day - 1) / length

    def date(self, position: float) -> dt.date | None:
        """Date at a position; None for infinity (never) and beyond the calendar's year 9999."""
        if not np.isfinite(position) or position >= 12 * (dt.MAXYEAR - self.start.year):
            return None
        whole = int(np.floor(position))
        month0 = self.start.month - 1 + whole
        year, month = self.start.year + month0 // 12, month0 % 12 + 1
        length = calendar.monthrange(year, month)[1]
        return dt.date(year, month, min(length, 1 + int((position - whole) * length)))

    def labels(self) -> list[str]:
        """Names of the months, "2026-09"."""
        return [self.first_day(m).strftime("%Y-%m") for m in range(self.count)]

    def first_day(self, month: int) -> dt.date:
        """First day of month number `month`."""
        month0 = self.start.month - 1 + month
        return dt.date(self.start.year + month0 // 12, month0 % 12 + 1, 1)

    def years(self) -> NDArray[np.int64]:
        """Calendar year of each month, shape (count,)."""
        return np.array([self.first_day(m).year for m in range(self.count)])

    def months_of_year(self) -> NDArray[np.int64]:
        """Month of the year (0 … 11) of each month, shape (count,)."""
        return (self.start.month - 1 + np.arange(self.count)) % 12

    def hours(self) -> NDArray[np.float64]:
        """Hours of each month, shape (count,); 29 February included where it exists."""
        days = [calendar.monthrange((d := self.first_day(m)).year, d.month)[1]
                for m in range(self.count)]  # fmt: skip
        return 24.0 * np.array(days, dtype=float)
