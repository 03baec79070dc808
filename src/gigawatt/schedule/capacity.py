"""Installed capacity by month, folded from the blocks' dates.

A block counts from its date in service on, in the month of that date with the share of the month
that is left. At the end of their life a block's systems are replaced like for like, within its site
and power, unless its phase says otherwise (`refresh = false`): then it leaves on that date.

Weights that begin in a month are added up with one count and cumulated over months. The average of
a month is what is there at its end less the share of the month in which it was not yet there.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from gigawatt.program.blocks import Blocks
from gigawatt.quantity.arrays import Array, IntArray
from gigawatt.quantity.calendar import MonthAxis
from gigawatt.schedule.result import Capacity, ScheduleResult

LEAVING = ("packages_end", "packages_avg", "facility_mw_end", "it_mw_avg")


def capacity(
    schedule: ScheduleResult, blocks: Blocks, axis: MonthAxis, retired: Array | None = None
) -> Capacity:
    """Packages, facility power, IT power and rack deliveries of every month.

    Parameters
    ----------
    schedule : dates of D draws and B blocks.
    blocks : of the same programme; S sites, G systems.
    axis : calendar of M months. What is in service before it starts is there from its first month;
        what is delivered before it is not counted.
    retired : (D, B) month at which each block leaves, inf = never; None = none does.

    Returns
    -------
    Capacity
        Arrays (D, S, G, M), (D, S, M) and (D, G, M).
    """
    sites, systems = len(blocks.sites), len(blocks.systems)
    begun = np.maximum(schedule.in_service, 0.0)
    month, left = _month_and_rest(begun, axis.count)
    by_kind = blocks.site * systems + blocks.system
    kinds = sites * systems
    packages = _Fold(by_kind, kinds, month, axis.count)
    power = _Fold(blocks.site, sites, month, axis.count)
    shape = (len(month), sites, systems, axis.count)
    delivered, _ = _month_and_rest(schedule.delivered, axis.count)
    racks = _Fold(blocks.system, systems, delivered, axis.count)
    packages_end = packages.end(blocks.packages)
    there = Capacity(
        packages_end=packages_end.reshape(shape),
        packages_avg=packages.average(blocks.packages, left, packages_end).reshape(shape),
        facility_mw_end=power.end(blocks.facility_power_mw),
        it_mw_avg=power.average(blocks.it_power_mw, left),
        racks_delivered=racks.arriving(blocks.racks),
    )
    if retired is None or not np.isfinite(retired).any():
        return there
    gone = capacity(replace(schedule, in_service=retired), blocks, axis)
    less = {name: np.maximum(getattr(there, name) - getattr(gone, name), 0.0) for name in LEAVING}
    return replace(there, **less)


def _month_and_rest(date: Array, months: int) -> tuple[IntArray, Array]:
    """Month number of each date (`months` = outside the calendar) and share of it that is left."""
    inside = (date >= 0.0) & (date < months)
    whole = np.floor(np.where(inside, date, months))
    return whole.astype(np.int64), np.where(inside, whole + 1.0 - date, 0.0)


class _Fold:
    """Weighted counts of blocks by draw, group and month."""

    def __init__(self, group: IntArray, groups: int, month: IntArray, months: int) -> None:
        """Take each block's group (B,) and month (D, B), `months` for what never happens."""
        draws = month.shape[0]
        self._months = months
        # A spare month catches what lies outside the calendar.
        self._shape = (draws, groups, months + 1)
        cell = np.arange(draws)[:, None] * groups + group
        self._index: IntArray = (cell * (months + 1) + month).ravel()

    def arriving(self, weight: Array) -> Array:
        """Sum of the weights (D, B) that arrive in each month, (D, groups, M)."""
        return self._count(weight)[:, :, : self._months]

    def end(self, weight: Array) -> Array:
        """Sum of the weights that have begun by the end of each month."""
        return np.cumsum(self.arriving(weight), axis=2)

    def average(self, weight: Array, left: Array, end: Array | None = None) -> Array:
        """Mean over each month of the weights that have begun; `left` (D, B) as a share.

        `end` is what `end` returned for the same weights, where it is at hand.
        """
        missing = self._count(weight * (1.0 - left))[:, :, : self._months]
        return (self.end(weight) if end is None else end) - missing

    def _count(self, weight: Array) -> Array:
        size = int(np.prod(self._shape))
        counted = np.bincount(self._index, weights=weight.ravel(), minlength=size)
        return np.asarray(counted, dtype=float).reshape(self._shape)
