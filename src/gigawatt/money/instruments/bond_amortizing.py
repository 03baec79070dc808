"""Notes issued at once: proceeds wait at interest, level payments after a free time.

    proceeds = amount, at issue                                     noteholders -> issuer
    coupon   = balance x coupon / 12, every month from the one after issue
    repaid   in level payments over term - free time                issuer -> noteholders
    parked interest = what is not spent yet x parked rate / 12      markets -> issuer
    not spent yet   = max(0, amount - the issuer's capital spending since issue), within the term

The coupon on money that waits, less what it earns, is the cost of carrying it. Leaves out: fees,
calls, a schedule of its own.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from gigawatt.money.accounts import Leg, loan_legs
from gigawatt.money.flows import Line, Lumps, Plan
from gigawatt.money.inputs import Contract, MoneyInputs
from gigawatt.money.loan import left_share, service_entries
from gigawatt.money.operation import Operation
from gigawatt.money.page import Figures, Page, millions, row
from gigawatt.money.result import Entry
from gigawatt.program.kind import BASE_RATE, Kind, Term
from gigawatt.quantity.arrays import Array
from gigawatt.quantity.money import level_payment_factor
from gigawatt.quantity.units import MONTHS_PER_YEAR
from gigawatt.schedule.result import ScheduleResult

KIND = "bond_amortizing"
ORDER = 23
SPEC = Kind(
    "Notes issued at once: proceeds wait at interest, level payments after a free time.",
    ("noteholders", "issuer"),
    {
        "amount_usd": Term("usd", "amount", positive=True),
        "coupon_share": Term("share", "interest per year"),
        "term_years": Term("years", "years from issue to the last payment", positive=True),
        "interest_only_years": Term("years", "years without repayment", 0.0),
        "parked_rate_share": Term("share", "interest earned on what is not spent yet", 0.0),
        **BASE_RATE,
    },
    required_dates=("issue",),
    below=(("interest_only_years", "term_years"),),
)
LEGS = (
    *loan_legs("noteholders", "issuer", capitalised=False),
    Leg("parked_interest", "markets", "issuer"),
)


def plans(inputs: MoneyInputs, schedule: ScheduleResult, before: Sequence[Plan]) -> list[Plan]:
    """Proceeds of every issue."""
    out: list[Plan] = []
    for c in inputs.of_kind(KIND):
        line = Line(c.parties["noteholders"], c.parties["issuer"], c.id, "draw")
        date = np.full((inputs.draws, 1), c.dates["issue"])
        out.append(Lumps((line,), np.zeros(1, np.int64), c.terms["amount_usd"][:, None], date))
    return out


def service(
    amount: Array, rate: Array, free: Array, term: Array, month: Array
) -> tuple[Array, Array]:
    """Interest and principal of payment number `month` = 1, 2, … after the issue.

    Parameters
    ----------
    amount : lent; (D, 1) as the others.
    rate : per month.
    free, term : months without repayment, and to the last payment.
    month : (M,) or (D, M); nothing is due before 1 and after the term.
    """
    count = np.maximum(term - free, 1.0)
    payment = amount * level_payment_factor(rate, count)
    made = np.clip(month - 1.0 - free, 0.0, count)  # payments of principal before this one
    left = left_share(rate, made, count)
    due = (month >= 1.0) & (month <= term)
    interest = np.where(due, amount * left * rate, 0.0)
    principal = np.where(due & (month > free), payment - interest, 0.0)
    return interest, principal


def operate(op: Operation) -> list[Entry]:
    """Coupons, principal, and interest on what waits."""
    out: list[Entry] = []
    for c in op.inputs.of_kind(KIND):
        t = c.terms
        months = np.arange(op.months) - np.floor(c.dates["issue"])
        free = np.round(t["interest_only_years"] * MONTHS_PER_YEAR)[:, None]
        term = np.round(t["term_years"] * MONTHS_PER_YEAR)[:, None]
        rate = t["coupon_share"][:, None] / MONTHS_PER_YEAR
        interest, principal = service(t["amount_usd"][:, None], rate, free, term, months)
        line = Line(c.parties["issuer"], c.parties["noteholders"], c.id, "")
        out += service_entries((line,), interest[:, None], principal[:, None])
        earned = parked_usd(op, c) * t["parked_rate_share"][:, None] / MONTHS_PER_YEAR
        out.append(Entry("markets", c.parties["issuer"], c.id, "parked_interest", earned, False))
    return out


def parked_usd(op: Operation, contract: Contract) -> Array:
    """Proceeds not spent at the beginning of each month, (D, M)."""
    issuer = contract.parties["issuer"]
    months = np.arange(op.months)
    since = months >= np.floor(contract.dates["issue"])
    spent = np.zeros((op.inputs.draws, op.months))
    for e in op.paid:
        if e.investment and e.payer == issuer:
            spent = spent + e.amount_usd * since
    before = np.cumsum(spent, axis=1) - spent
    term = contract.terms["term_years"][:, None] * MONTHS_PER_YEAR
    held = (months > contract.dates["issue"]) & (months - contract.dates["issue"] <= term)
    left = np.maximum(contract.terms["amount_usd"][:, None] - before, 0.0)
    return np.asarray(np.where(held, left, 0.0))


def example() -> Figures:
    """Figures of the worked example."""
    interest, principal = service(
        row(27.3e9), row(0.0658 / 12), row(36.0), row(282.0), np.array([1.0, 37.0, 282.0])
    )
    return [
        (f"payment {n}", f"interest {millions(i)}, principal {millions(p)}")
        for n, i, p in zip((1, 37, 282), interest[0], principal[0], strict=True)
    ]


PAGE = Page(
    "balance, proceeds not spent",
    "issue",
    "27.3 bn at 6.58 % for 23.5 years, three of them free",
    example,
)
