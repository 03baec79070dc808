"""Flows of money as closed forms of dates: what is paid before a month, and month by month.

A plan is a kind of payment of all blocks at once (all deposits, all construction). It can be asked
two ways, by one formula each:

- ``before(month)``: what was paid before the start of a month, from dates before it only. The
  funding gate asks this way, so it never looks ahead.
- ``monthly(months)``: what is paid in each month. A lump falls into the month of its date. A level
  rate r on [s, e) pays r times the overlap of [s, e) with the month; it is a step up at s and one
  down at e, so all steps of all blocks go into one array of monthly changes that is summed once.

Dates are months since the start; what lies before it is not booked.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Protocol

import numpy as np

from gigawatt.quantity.arrays import Array, IntArray

ROUNDING = 1e-12  # of the largest amount of a line


@dataclass(frozen=True, slots=True)
class Line:
    """Who pays whom under what: the labels of a ledger entry."""

    payer: str
    payee: str
    instrument: str
    leg: str


class Plan(Protocol):
    """Payments of one kind; D draws, L lines, M months."""

    @property
    def lines(self) -> tuple[Line, ...]:
        """(L,) labels."""
        ...

    def before(self, month: int) -> Array:
        """Paid from the start to the beginning of `month`, (D, L) USD."""
        ...

    def monthly(self, months: int) -> Array:
        """Paid in each month, (D, L, M) USD, >= 0."""
        ...


def lines_of_blocks(labels: Iterable[Line | None]) -> tuple[tuple[Line, ...], IntArray]:
    """Distinct lines of the blocks and the line of each, (B,); -1 where there is none.

    A block has no line where `labels` says None or where payer and payee are the same party.
    """
    wanted = [x if x is not None and x.payer != x.payee else None for x in labels]
    lines = tuple(dict.fromkeys(x for x in wanted if x is not None))
    place = {line: k for k, line in enumerate(lines)}
    return lines, np.array([-1 if x is None else place[x] for x in wanted], dtype=np.int64)


@dataclass(frozen=True, slots=True)
class Lumps:
    """One payment a block on a date.

    Attributes
    ----------
    lines : (L,) labels.
    line : (B,) line of each block, -1 = none.
    amount_usd, date : (D, B); infinite dates never come.
    """

    lines: tuple[Line, ...]
    line: IntArray
    amount_usd: Array
    date: Array

    def before(self, month: int) -> Array:
        """Sum of the amounts dated from the start to before `month`, (D, L)."""
        due = (self.date >= 0.0) & (self.date < month)
        return sum_by_line(np.where(due, self.amount_usd, 0.0), self.line, len(self.lines))

    def monthly(self, months: int) -> Array:
        """Amounts in the months of their dates, (D, L, M)."""
        return monthly_lumps(self.amount_usd, self.date, self.line, len(self.lines), months)


@dataclass(frozen=True, slots=True)
class Levels:
    """A level rate of payment a block between two dates.

    Attributes
    ----------
    lines : (L,) labels.
    line : (B,) line of each block, -1 = none.
    usd_per_month, start, stop : (D, B), start <= stop.
    """

    lines: tuple[Line, ...]
    line: IntArray
    usd_per_month: Array
    start: Array
    stop: Array

    def before(self, month: int) -> Array:
        """Rate times the time from its start (or month 0) to its stop or `month`, (D, L)."""
        time = np.minimum(self.stop, month) - np.maximum(self.start, 0.0)
        paid = self.usd_per_month * np.maximum(time, 0.0)
        return sum_by_line(paid, self.line, len(self.lines))

    def monthly(self, months: int) -> Array:
        """Rate times overlap with each month, (D, L, M)."""
        changes = np.stack([self.usd_per_month, -self.usd_per_month], axis=1)
        times = np.stack([self.start, self.stop], axis=1)
        return monthly_steps(changes, times, self.line, len(self.lines), months)


def sum_by_line(amount: Array, line: IntArray, lines: int) -> Array:
    """Sum a (D, B) array over the blocks of each line, (D, L).

    Not by a matrix product, whose last bits depend on the number of draws.
    """
    everything = np.zeros((1, 1, amount.shape[1]), dtype=np.int64)
    return _scatter(amount[:, None], everything, line, lines, 0)[..., 0]


def monthly_lumps(amount: Array, date: Array, line: IntArray, lines: int, months: int) -> Array:
    """Sum (D, B) amounts into the months of their dates, (D, L, M); outside the axis: dropped."""
    inside = (date >= 0.0) & (date < months)
    slot = np.where(inside, date, months).astype(np.int64)
    return _scatter(amount[:, None], slot[:, None], line, lines, months)[..., :months]


def capped(amount: Array, date: Array, cap: Array) -> Array:
    """Amounts (D, B) cut so that, first come first served, no more than `cap` (D,) is paid in all.

    What comes later never changes what came earlier; amounts that never come (inf) get nothing.
    """
    wanted = np.where(np.isfinite(date), amount, 0.0)
    order = np.argsort(date, axis=1, kind="stable")
    queued = np.take_along_axis(wanted, order, axis=1)
    before = np.cumsum(queued, axis=1) - queued
    given = np.clip(cap[:, None] - before, 0.0, queued)
    out = np.empty_like(wanted)
    np.put_along_axis(out, order, given, axis=1)
    return out


def monthly_steps(
    changes: Array, times: Array, line: IntArray, lines: int, months: int, signed: bool = False
) -> Array:
    """Amount of each month where a monthly rate changes at given times.

    Parameters
    ----------
    changes, times : (D, E, B) steps of the rate (USD per month) and their dates; the sum of the
        steps up to any time must not be negative, unless `signed`.
    line, lines, months : line of each block (B,), number of lines and of months.

    Returns
    -------
    (D, L, M), >= 0 unless `signed` (rounding of a rate that has ended is cut off).
    """
    at = np.clip(times, 0.0, float(months))
    slot = at.astype(np.int64)
    into = at - slot
    first = _scatter(changes * (1.0 - into), slot, line, lines, months)
    rest = _scatter(changes * into, slot, line, lines, months)
    first[..., 1:] += rest[..., :-1]
    out: Array = np.cumsum(first[..., :months], axis=-1)
    if signed:
        return out
    # What a rate leaves behind when it has ended is rounding, and must not count as a payment due.
    out *= out > ROUNDING * out.max(axis=-1, keepdims=True, initial=0.0)
    return np.maximum(out, 0.0, out=out)


def _scatter(amount: Array, slot: IntArray, line: IntArray, lines: int, months: int) -> Array:
    """Sum (D, E, B) amounts by line and slot 0 … months, (D, L, M + 1)."""
    known = line >= 0
    if not known.all():
        amount, slot, line = amount[..., known], slot[..., known], line[known]
    draws = amount.shape[0]
    row = np.arange(draws)[:, None, None] * lines + line
    flat = row * (months + 1) + slot
    total = np.bincount(flat.ravel(), amount.ravel(), minlength=draws * lines * (months + 1))
    out: Array = total.reshape(draws, lines, months + 1).astype(float, copy=False)
    return out
