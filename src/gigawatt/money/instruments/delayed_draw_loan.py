"""Loan on systems, drawn as they are delivered, with interest added until service.

Per block, in the order of the deliveries, j = rate / 12, n = 12 x term::

    draw    = advance x bill of racks, network and storage, at delivery, up to what is left of the
              commitment; nothing after the last day of availability or a default of either party
    covenant: draw <= most loan to value x V - balances of earlier draws at that date, V the resale
              value then of all systems that were delivered under it, the new ones at cost
    balance = draw (1 + j)^(m0 - delivery),   m0 = the month after service
    service = level over n months from m0
    fee(m)  = fee / 12 x (commitment - drawn), from signing (else month 0) to the last day

A block that is never in service never repays. The rate may float in part, and the loan be
refinanced at a date (`money/floating.py`). Leaves out: sculpting, prepayment where value
falls below the loan later (told as a breach, see `study.books.resale`).
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from gigawatt.money.accounts import Leg, loan_legs
from gigawatt.money.floating import REFINANCING_LEGS, loan_service
from gigawatt.money.flows import Lumps, Plan, capped, monthly_lumps
from gigawatt.money.inputs import Contract, MoneyInputs, it_cost_factor, racks_usd
from gigawatt.money.loan import Repayment, capitalised_entries, left_share
from gigawatt.money.operation import Operation
from gigawatt.money.page import Figures, Page, millions, row
from gigawatt.money.rates import REFINANCING
from gigawatt.money.result import Entry
from gigawatt.program.kind import BASE_RATE, FLOATING, REFINANCED, Kind, Term
from gigawatt.quantity.arrays import Array
from gigawatt.quantity.units import MONTHS_PER_YEAR
from gigawatt.schedule.result import ScheduleResult

KIND = "delayed_draw_loan"
ORDER = 22
COVENANT = "most_loan_to_value_share"
SPEC = Kind(
    "Loan on systems, drawn as they are delivered, with interest added until service.",
    ("lender", "borrower"),
    {
        "commitment_usd": Term("usd", "most that is lent", positive=True),
        "advance_share": Term("share", "share of the cost that is lent"),
        "rate_share": Term("share", "interest per year"),
        "term_years": Term("years", "years of repayment from service on", positive=True),
        "commitment_fee_share": Term("share", "fee per year on what is not drawn", 0.0),
        "most_loan_to_value_share": Term(
            "factor",
            "covenant: draws stop where the loan would pass this part of the resale value of "
            "all systems that it has paid for; not given = no test",
            float("inf"),
            positive=True,
        ),
        **BASE_RATE,
        **FLOATING,
        **REFINANCED,
    },
    ("signing", REFINANCING),
    ("available_until",),
    site_roles={"borrower": "cloud"},
    expected=False,
    group="finance of the systems",
    dated=(("refinance_rate_share", REFINANCING), ("refinance_fee_share", REFINANCING)),
    date_order=("signing", "available_until", REFINANCING),
    ends=("available_until", REFINANCING),
)
LEGS = (
    *loan_legs("lender", "borrower"),
    *REFINANCING_LEGS,
    Leg("commitment_fee", "borrower", "lender", owed=True),
)


def drawn_usd(inputs: MoneyInputs, schedule: ScheduleResult) -> Array:
    """Draw of each block at its delivery, (D, B)."""
    bill = racks_usd(inputs, schedule.ordered) * it_cost_factor(inputs)[:, None]
    date = schedule.delivered
    out = np.zeros_like(bill)
    for k, c in enumerate(inputs.contracts):
        own = inputs.cover[KIND] == k
        if c.kind != KIND or not own.any():
            continue
        in_time = (date[:, own] >= 0.0) & (date[:, own] <= c.dates["available_until"])
        ends = inputs.first_default(c.parties["borrower"], c.parties["lender"])
        in_time &= date[:, own] < ends[:, None]
        wanted = np.where(in_time, bill[:, own] * c.terms["advance_share"][:, None], 0.0)
        if np.all(np.isinf(c.terms[COVENANT])):
            out[:, own] = capped(wanted, date[:, own], c.terms["commitment_usd"])
        else:
            service = schedule.in_service[:, own]
            out[:, own] = _within_value(inputs, c, wanted, bill[:, own], date[:, own], service)
    return out


def _within_value(
    inputs: MoneyInputs, contract: Contract, wanted: Array, bill: Array, date: Array, service: Array
) -> Array:
    """Draws (D, n) cut to the commitment and to the part of the systems' value that is lent.

    Delivery by delivery, in the order of their dates: what comes later changes nothing before.
    """
    terms = contract.terms
    order = np.argsort(date, axis=1, kind="stable")
    wanted, bill, date, service = (
        np.take_along_axis(x, order, axis=1) for x in (wanted, bill, date, service)
    )
    counted = (date >= 0.0) & np.isfinite(date)
    when = np.where(counted, date, 0.0)
    yearly = inputs.assumptions.resale_yearly_factor[:, None]
    rate = terms["rate_share"][:, None] / MONTHS_PER_YEAR
    payments = np.maximum(np.round(terms["term_years"][:, None] * MONTHS_PER_YEAR), 1.0)
    first = np.floor(service) + 1.0
    drawn = np.zeros_like(wanted)
    for k in range(wanted.shape[1]):
        now = when[:, k, None]
        age = (now - when[:, : k + 1]) / MONTHS_PER_YEAR
        value = np.sum(np.where(counted[:, : k + 1], bill[:, : k + 1], 0.0) * yearly**age, axis=1)
        owed = _balance(drawn[:, :k], when[:, :k], first[:, :k], rate, payments, now)
        room = np.minimum(terms[COVENANT] * value - owed.sum(axis=1),
                          terms["commitment_usd"] - drawn.sum(axis=1))  # fmt: skip
        drawn[:, k] = np.clip(np.where(counted[:, k], room, 0.0), 0.0, wanted[:, k])
    out = np.empty_like(drawn)
    np.put_along_axis(out, order, drawn, axis=1)
    return out


def _balance(
    drawn: Array, date: Array, first: Array, rate: Array, payments: Array, now: Array
) -> Array:
    """Owed at `now` (D, 1) on draws (D, n): with interest until the first payment, then level."""
    made = np.clip(np.floor(now) - first, 0.0, payments)
    start = np.where(made > 0.0, first, np.minimum(now, first))
    grown = drawn * np.exp(np.log1p(rate) * (start - date))
    return grown * left_share(rate, made, payments)


def plans(inputs: MoneyInputs, schedule: ScheduleResult, before: Sequence[Plan]) -> list[Plan]:
    """Draws at delivery."""
    lines = inputs.lines(KIND, "lender", "borrower", "draw")
    if not lines[0]:
        return []
    return [Lumps(*lines, drawn_usd(inputs, schedule), schedule.delivered)]


def loan(inputs: MoneyInputs, schedule: ScheduleResult) -> Repayment:
    """Loans in repayment."""
    rate = inputs.term(KIND, "rate_share") / MONTHS_PER_YEAR
    first = np.floor(schedule.in_service) + 1.0
    known = np.isfinite(first) & np.isfinite(schedule.delivered)
    wait = np.where(known, first, 0.0) - np.where(known, schedule.delivered, 0.0)
    grown = drawn_usd(inputs, schedule) * np.exp(np.log1p(rate) * wait)
    months = np.maximum(np.round(inputs.term(KIND, "term_years") * MONTHS_PER_YEAR), 1.0)
    return Repayment(np.where(known, grown, 0.0), rate, first, months)


def operate(op: Operation) -> list[Entry]:
    """Fees on what is not drawn, interest and principal."""
    inputs = op.inputs
    if not inputs.of_kind(KIND):
        return []
    return [*_fees(op), *loan_service(op, KIND, loan(inputs, op.schedule))]


def memo(op: Operation) -> list[Entry]:
    """Interest during construction, added to the balance."""
    due = loan(op.inputs, op.schedule)
    added = due.balance_usd - drawn_usd(op.inputs, op.schedule)
    lines = op.inputs.lines(KIND, "borrower", "lender", "")
    return capitalised_entries(added, due.first, *lines, op.months)


def _fees(op: Operation) -> list[Entry]:
    inputs = op.inputs
    drawn = drawn_usd(inputs, op.schedule)
    months = np.arange(op.months)
    out: list[Entry] = []
    for k, c in enumerate(inputs.contracts):
        if c.kind != KIND:
            continue
        own = np.where(inputs.cover[KIND] == k, 0, -1)
        total = np.cumsum(monthly_lumps(drawn, op.schedule.delivered, own, 1, op.months)[:, 0], 1)
        left = np.maximum(c.terms["commitment_usd"][:, None] - total, 0.0)
        open_ = (months >= np.floor(c.dates.get("signing", 0.0))) & (
            months < c.dates["available_until"]
        )
        fee = left * open_ * c.terms["commitment_fee_share"][:, None] / MONTHS_PER_YEAR
        pair = c.parties["borrower"], c.parties["lender"]
        out.append(Entry(*pair, c.id, "commitment_fee", fee, False))
    return out


def example() -> Figures:
    """Figures of the worked example."""
    want, date = row(1.5e9, 1.5e9, 1.5e9), row(4.0, 9.0, 15.0)
    given = capped(want, date, np.array([4e9]))[0]
    grown = given[0] * (1.0 + 0.085 / 12) ** 4.0
    loan = Repayment(row(grown), row(0.085 / 12), row(8.0), row(60.0))
    return [
        ("draws", ", ".join(millions(x) for x in given)),
        ("first, with 4 months of interest", millions(grown)),
        ("its service a month", millions(float(loan.payment_usd[0, 0]))),
    ]


PAGE = Page(
    "drawn, balance by block",
    "delivery; in service",
    "commitment of 4 bn, three deliveries that want 1.5 bn each; 8.5 %, 60 months; the first "
    "in service four months after delivery",
    example,
)
