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
repays: its balance stays with the lender. The rate may float in part, and the loan be refinanced
at a date (`money/floating.py`). Leaves out: fees, sculpting to cash flow, reserves, default.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from gigawatt.money.accounts import loan_legs
from gigawatt.money.capex import construction
from gigawatt.money.floating import REFINANCING_LEGS, loan_service
from gigawatt.money.flows import Levels, Plan
from gigawatt.money.inputs import MoneyInputs
from gigawatt.money.loan import Repayment, capitalised_entries
from gigawatt.money.operation import Operation
from gigawatt.money.page import Figures, Page, millions, row
from gigawatt.money.rates import REFINANCING
from gigawatt.money.result import Entry
from gigawatt.program.kind import BASE_RATE, FLOATING, REFINANCED, Kind, Term
from gigawatt.quantity.arrays import Array
from gigawatt.quantity.money import level_payment_factor
from gigawatt.quantity.units import MONTHS_PER_YEAR
from gigawatt.schedule.result import ScheduleResult

KIND = "site_debt"
ORDER = 20
SPEC = Kind(
    "Loan on the halls: drawn with the capex, repaid in level payments from service on.",
    ("lender", "borrower"),
    {
        "gearing_share": Term("share", "share of the site capex that is lent"),
        "rate_share": Term("share", "interest per year"),
        "term_years": Term("years", "years of repayment", positive=True),
        **BASE_RATE,
        **FLOATING,
        **REFINANCED,
    },
    ("signing", REFINANCING),
    site_roles={"borrower": "landlord"},
    group="loan on the halls",
    dated=(("refinance_rate_share", REFINANCING), ("refinance_fee_share", REFINANCING)),
    date_order=("signing", REFINANCING),
    ends=(REFINANCING,),
)
LEGS = (*loan_legs("lender", "borrower"), *REFINANCING_LEGS)


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
        drawing = self.draw_usd_per_month * grown(self.rate, self.start, drawn_to, month)
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
    owed = np.where(np.isfinite(first), draw * grown(rate, start, stop, first), 0.0)
    return Loans(draw, start, stop, rate, first, np.maximum(months, 1.0), owed)


def plans(inputs: MoneyInputs, schedule: ScheduleResult, before: Sequence[Plan]) -> list[Plan]:
    """Draws: the lenders' share of the site's cost, when it is paid."""
    loan = loans(inputs, schedule)
    lines = inputs.lines(KIND, "lender", "borrower", "draw")
    return [Levels(*lines, loan.draw_usd_per_month, loan.start, loan.stop)]


def operate(op: Operation) -> list[Entry]:
    """Interest and principal of all loans, by contract."""
    loan = loans(op.inputs, op.schedule)
    due = Repayment(loan.balance_usd, loan.rate, loan.first, loan.payments)
    return loan_service(op, KIND, due)


def memo(op: Operation) -> list[Entry]:
    """Interest added to the balance until the first payment."""
    loan = loans(op.inputs, op.schedule)
    drawn = loan.draw_usd_per_month * (loan.stop - loan.start)
    lines = op.inputs.lines(KIND, "borrower", "lender", "")
    return capitalised_entries(loan.balance_usd - drawn, loan.first, *lines, op.months)


def grown(rate: Array, start: Array, stop: Array, at: Array | float) -> Array:
    """Value at `at` of 1 a month paid between `start` and `stop`, compounded at `rate` a month."""
    force = np.log1p(rate)
    length = stop - start
    safe = np.where(force > 0.0, force, 1.0)
    value = np.where(force > 0.0, np.expm1(safe * length) / safe, length)
    later = np.where(np.isfinite(at), at, stop) - stop
    out: Array = value * np.exp(force * later)
    return out


def example() -> Figures:
    """Figures of the worked example."""
    rate = row(0.065 / 12)
    owed = 1e9 / 24.0 * grown(rate, row(0.0), row(24.0), row(27.0))
    loan = Repayment(owed, rate, row(27.0), row(180.0))
    return [("owed at the first payment", millions(float(owed[0, 0]))),
            ("service a month", millions(float(loan.payment_usd[0, 0])))]  # fmt: skip


PAGE = Page(
    "balance by block",
    "construction; in service",
    "1 bn drawn evenly over 24 months at 6.5 %, first payment in month 27, repaid over 15 years",
    example,
)
