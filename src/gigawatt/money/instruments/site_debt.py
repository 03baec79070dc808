r"""Loan on the halls: drawn with the site's cost, repaid in level payments from service on.

Per block, with g the gearing, c the construction's USD per month between its dates t0 and t1, j =
rate / 12 and n = 12 x term::

    draws       g c per month, from max(t0, 0) to t1
    m0          = first whole month after the later of in service and t1
    balance(m0) = g c ((1 + j)^(m0 - t0) - (1 + j)^(m0 - t1)) / ln(1 + j)
    payment     = balance(m0) j / (1 - (1 + j)^-n)         at the end of months m0 … m0 + n - 1
    principal   = payment (1 + j)^(m - m0 - n)             in month m
    interest    = payment - principal

Interest until m0 is added to the balance (no cash moves). A block that is never in service never
repays: its balance stays with the lender. Leaves out: fees, sculpting to cash flow, reserves,
refinancing, default.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from gigawatt.money.capex import construction
from gigawatt.money.flows import Levels, Line, Plan, lines_of_blocks, monthly_steps
from gigawatt.money.inputs import Contract, MoneyInputs
from gigawatt.money.operation import Operation, entries_of
from gigawatt.money.result import Entry
from gigawatt.quantity.arrays import Array, IntArray
from gigawatt.quantity.money import level_payment_factor
from gigawatt.quantity.units import MONTHS_PER_YEAR
from gigawatt.schedule.result import ScheduleResult

KIND = "site_debt"


@dataclass(frozen=True, slots=True)
class Loans:
    """Loans of all blocks; (D, B) each, 0 where a block has none.

    Attributes
    ----------
    draw_usd_per_month, start, stop : draws between two months.
    rate : interest per month.
    first : month of the first payment (a whole number; inf = never).
    payments : number of payments (a whole number).
    balance_usd : owed at the beginning of `first`; 0 where that never comes.
    """

    draw_usd_per_month: Array
    start: Array
    stop: Array
    rate: Array
    first: Array
    payments: Array
    balance_usd: Array

    @property
    def payment_usd(self) -> Array:
        """Level payment per month."""
        return self.balance_usd * level_payment_factor(self.rate, self.payments)

    def balance_at(self, month: float) -> Array:
        """Owed at the beginning of `month` with the interest added by then, (D, B)."""
        drawn_to = np.clip(month, self.start, self.stop)
        drawing = self.draw_usd_per_month * _grown(self.rate, self.start, drawn_to, month)
        paid = np.clip(month - self.first, 0.0, self.payments)  # number of payments made
        left = self.payments - paid
        annuity = self.payment_usd / level_payment_factor(self.rate, np.maximum(left, 1.0))
        repaying = np.where(left > 0.0, annuity, 0.0)
        out: Array = np.where(month < self.first, drawing, repaying)
        return out


def loans(inputs: MoneyInputs, schedule: ScheduleResult) -> Loans:
    """Loans of all blocks under a contract of site debt."""
    rate_usd, start, stop = construction(inputs, schedule)
    start = np.maximum(start, 0.0)
    stop = np.maximum(stop, start)
    covered = inputs.cover[KIND] >= 0
    draw = np.where(covered, rate_usd * inputs.term(KIND, "gearing_share"), 0.0)
    rate = inputs.term(KIND, "rate_share") / MONTHS_PER_YEAR
    first = np.floor(np.maximum(schedule.in_service, stop)) + 1.0
    months = np.round(inputs.term(KIND, "term_years") * MONTHS_PER_YEAR)
    owed = np.where(np.isfinite(first), draw * _grown(rate, start, stop, first), 0.0)
    return Loans(draw, start, stop, rate, first, np.maximum(months, 1.0), owed)


def plans(inputs: MoneyInputs, schedule: ScheduleResult, before: Sequence[Plan]) -> list[Plan]:
    """Draws: the lenders' share of the site's cost, when it is paid."""
    loan = loans(inputs, schedule)
    labels = [_line(c, "lender", "borrower", "draw") for c in inputs.contract_of_block(KIND)]
    lines = lines_of_blocks(labels)
    return [Levels(*lines, loan.draw_usd_per_month, loan.start, loan.stop)]


def operate(op: Operation) -> list[Entry]:
    """Interest and principal of all loans, by contract."""
    contracts = op.inputs.contract_of_block(KIND)
    lines, line = lines_of_blocks(_line(c, "borrower", "lender", "principal") for c in contracts)
    if not lines:
        return []
    loan = loans(op.inputs, op.schedule)
    last = loan.first + loan.payments
    payment = loan.payment_usd
    paid = _between(payment, loan.first, last, line, len(lines), op.months)
    # Principal grows by (1 + j) a month: take the factor of the month out, sum, put it back.
    never = ~np.isfinite(loan.first)
    exponent = -np.where(never, 0.0, last)
    scaled = payment * np.exp(exponent * np.log1p(loan.rate))
    by_line = {k: b for b, k in enumerate(line) if k >= 0}
    rate = loan.rate[:, [by_line[k] for k in range(len(lines))]]
    growth = np.exp(np.log1p(rate)[:, :, None] * np.arange(op.months))
    principal = growth * _between(scaled, loan.first, last, line, len(lines), op.months)
    principal = np.minimum(principal, paid)
    interest_lines = tuple(Line(x.payer, x.payee, x.instrument, "interest") for x in lines)
    return [*entries_of(interest_lines, paid - principal), *entries_of(lines, principal)]


def _between(
    amount: Array, start: Array, stop: Array, line: IntArray, lines: int, months: int
) -> Array:
    changes = np.stack([amount, -amount], axis=1)
    return monthly_steps(changes, np.stack([start, stop], axis=1), line, lines, months)


def _grown(rate: Array, start: Array, stop: Array, at: Array | float) -> Array:
    """Value at `at` of 1 a month paid between `start` and `stop`, compounded at `rate` a month."""
    force = np.log1p(rate)
    length = stop - start
    safe = np.where(force > 0.0, force, 1.0)
    grown = np.where(force > 0.0, np.expm1(safe * length) / safe, length)
    later = np.where(np.isfinite(at), at, stop) - stop
    out: Array = grown * np.exp(force * later)
    return out


def _line(contract: Contract | None, payer: str, payee: str, leg: str) -> Line | None:
    if contract is None:
        return None
    return Line(contract.parties[payer], contract.parties[payee], contract.id, leg)
