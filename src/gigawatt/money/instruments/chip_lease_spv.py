"""A company of its own buys the systems with a loan and rents them to the cloud.

Per block, C the bill of racks, network and storage, n = 12 x term, i = lease rate / 12, j = loan's
rate / 12, R the residual share::

    draw      = debt share x each payment for the systems, on its date; the sponsor pays the rest
    rent      = C (1 - R (1 + i)^-n) i / (1 - (1 + i)^-n) / (1 + i), a month in advance
    balance   = draws with interest until the first payment, the month after service
    service   = level over n months
    at the end: the lessee buys its share at R x C, markets pay the sale value of the rest
    what rent and proceeds leave after service goes to the sponsor, what is missing comes from it;
    a company that has left service unpaid gives nothing more: the rest is its creditors'

A block that is never in service pays no rent and repays nothing. After a default of the lessee
whoever goes on with the systems (in the books under its name) pays the relet share of the rent,
from the void months after it on, for the rest of the term. Leaves out: the second generation of
systems (the cloud buys it), return conditions, subleases, covenants.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from gigawatt.money.accounts import DISTRIBUTED, HELD, IT, PAID_IN, Leg, loan_legs
from gigawatt.money.debt import dscr
from gigawatt.money.flows import Line, Lumps, Plan, monthly_lumps
from gigawatt.money.inputs import LEASE_OF_SYSTEMS, MoneyInputs
from gigawatt.money.instruments.dsra_and_waterfall import may_distribute
from gigawatt.money.instruments.equipment_purchase import system_payments
from gigawatt.money.loan import Repayment, between, capitalised_entries, level_service
from gigawatt.money.operation import Operation, entries_of
from gigawatt.money.page import Figures, Page, millions, row
from gigawatt.money.result import Entry
from gigawatt.program.kind import BASE_RATE, Kind, Term
from gigawatt.quantity.arrays import Array, IntArray
from gigawatt.quantity.money import level_payment_factor
from gigawatt.quantity.units import MONTHS_PER_YEAR
from gigawatt.schedule.result import ScheduleResult

KIND = LEASE_OF_SYSTEMS
ORDER = 15  # after purchases
RENT, RELET = "system_rent", "relet_system_rent"
SUPPORT, DISTRIBUTION, EQUITY = "support", "distribution", "equity"
SPEC = Kind(
    "A company of its own buys the systems with a loan and rents them to the cloud.",
    ("spv", "lessee", "lender", "sponsor"),
    {
        "term_years": Term("years", "length of the lease per block", 5.0, positive=True),
        "rate_share": Term("share", "yearly rate in the rent"),
        "residual_share": Term("share", "residual value at the end, over the cost", 0.1),
        "debt_share": Term("share", "share of the cost that is lent"),
        "debt_rate_share": Term("share", "interest of the loan per year"),
        "purchase_share": Term(
            "share", "share that the lessee buys at the end at the residual value", 1.0
        ),
        "sale_value_share": Term("share", "price of the rest on the market, over the cost", 0.1),
        "relet_share": Term(
            "factor",
            "after the lessee's default: rent of the new lease over the old; 0 = none",
            assumed="capacity_relet_share",
        ),
        "relet_months": Term(
            "months", "from the default until the new lease", assumed="relet_void_months"
        ),
        **BASE_RATE,
    },
    ("signing",),
    site_roles={"lessee": "cloud"},
    expected=False,
    group="finance of the systems",
)
LEGS = (
    *loan_legs("lender", "spv"),
    Leg(EQUITY, "sponsor", "spv", HELD, PAID_IN),
    Leg(RENT, "lessee", "spv", owed=True),
    Leg(RELET, "lessee", "spv"),
    Leg("purchase", "lessee", "spv", IT, owed=True),
    Leg("sale", "markets", "spv"),
    Leg(DISTRIBUTION, "spv", "sponsor", DISTRIBUTED),
    Leg(SUPPORT, "sponsor", "spv", HELD, PAID_IN, owed=True),
)


@dataclass(frozen=True, slots=True)
class Lease:
    """Leases of all blocks; (D, B) each, 0 where a block has none.

    Attributes
    ----------
    cost_usd : bill of the systems.
    months : length of the lease (a whole number).
    rent_usd : per month in advance.
    """

    cost_usd: Array
    months: Array
    rent_usd: Array


def rent_usd(cost_usd: Array, residual_share: Array, rate: Array, months: Array) -> Array:
    """Rent a month in advance that returns the cost at `rate` a month, with a residual value.

    >>> float(rent_usd(np.array(100.0), np.array(0.0), np.array(0.01), np.array(12.0)).round(6))
    8.796909
    """
    kept = 1.0 - residual_share * np.exp(-months * np.log1p(rate))
    out: Array = cost_usd * kept * level_payment_factor(rate, months) / (1.0 + rate)
    return out


def leases(inputs: MoneyInputs, schedule: ScheduleResult) -> Lease:
    """Cost, length and rent of every block's lease."""
    covered = inputs.cover[KIND] >= 0
    bills = np.sum([amount for _, amount, _ in system_payments(inputs, schedule)], axis=0)
    cost = np.where(covered, bills, 0.0)
    months = np.maximum(np.round(inputs.term(KIND, "term_years") * MONTHS_PER_YEAR), 1.0)
    rate = inputs.term(KIND, "rate_share") / MONTHS_PER_YEAR
    return Lease(cost, months, rent_usd(cost, inputs.term(KIND, "residual_share"), rate, months))


def plans(inputs: MoneyInputs, schedule: ScheduleResult, before: Sequence[Plan]) -> list[Plan]:
    """Draws of the loan and the sponsor's equity, when the systems are paid."""
    lent = inputs.lines(KIND, "lender", "spv", "draw")
    if not lent[0]:
        return []
    own = inputs.lines(KIND, "sponsor", "spv", "equity")
    share = inputs.term(KIND, "debt_share")
    amounts = [(amount, date) for _, amount, date in system_payments(inputs, schedule)]
    # One plan a leg: the payments of a block stand side by side as if they were blocks.
    usd = np.concatenate([a for a, _ in amounts], axis=1)
    date = np.concatenate([d for _, d in amounts], axis=1)
    shares = np.tile(share, (1, len(amounts)))
    return [
        Lumps(lent[0], np.tile(lent[1], len(amounts)), usd * shares, date),
        Lumps(own[0], np.tile(own[1], len(amounts)), usd * (1.0 - shares), date),
    ]


def loan(inputs: MoneyInputs, schedule: ScheduleResult) -> tuple[Repayment, Array]:
    """Loans in repayment, and what was drawn, (D, B)."""
    covered = inputs.cover[KIND] >= 0
    rate = inputs.term(KIND, "debt_rate_share") / MONTHS_PER_YEAR
    first = np.floor(schedule.in_service) + 1.0
    known = np.isfinite(first)
    drawn, balance = np.zeros_like(rate), np.zeros_like(rate)
    for _, amount, date in system_payments(inputs, schedule):
        inside = covered & (date >= 0.0) & np.isfinite(date)
        lent = np.where(inside, amount * inputs.term(KIND, "debt_share"), 0.0)
        wait = np.where(known & inside, first, 0.0) - np.where(known & inside, date, 0.0)
        drawn += lent
        balance += lent * np.exp(np.log1p(rate) * wait)
    months = np.maximum(np.round(inputs.term(KIND, "term_years") * MONTHS_PER_YEAR), 1.0)
    return Repayment(np.where(known, balance, 0.0), rate, first, months), drawn


def operate(op: Operation) -> list[Entry]:
    """Rent, debt service, and what the systems bring at the end."""
    inputs = op.inputs
    rents, line = inputs.lines(KIND, "lessee", "spv", RENT)
    if not rents:
        return []
    lease = leases(inputs, op.schedule)
    start = op.schedule.in_service
    stop = start + lease.months
    rent = between(lease.rent_usd, start, stop, line, len(rents), op.months)
    bought = inputs.term(KIND, "purchase_share")
    option = lease.cost_usd * bought * inputs.term(KIND, "residual_share")
    sold = lease.cost_usd * (1.0 - bought) * inputs.term(KIND, "sale_value_share")
    options = tuple(Line(x.payer, x.payee, x.instrument, "purchase") for x in rents)
    sales = tuple(Line("markets", x.payee, x.instrument, "sale") for x in rents)
    due, _ = loan(inputs, op.schedule)
    return [
        *entries_of(rents, rent),
        *_relet(op, rents, line, lease),
        *entries_of(options, monthly_lumps(option, stop, line, len(rents), op.months)),
        *entries_of(sales, monthly_lumps(sold, stop, line, len(rents), op.months)),
        *level_service(due, *inputs.lines(KIND, "spv", "lender", ""), op.months),
    ]


def _relet(op: Operation, rents: tuple[Line, ...], line: IntArray, lease: Lease) -> list[Entry]:
    """Rents of new leases after a default of the lessee, for what was left of the old."""
    inputs, service = op.inputs, op.schedule.in_service
    lines = [Line(x.payer, x.payee, x.instrument, RELET) for x in rents]
    if not any(x.payer in inputs.defaults for x in lines):
        return []
    stop = service + lease.months
    failed = np.maximum(inputs.default_of_block(inputs.cloud), service)
    start = np.minimum(failed + inputs.term(KIND, "relet_months"), stop)
    rate = lease.rent_usd * inputs.term(KIND, "relet_share")
    paid = entries_of(lines, between(rate, start, stop, line, len(lines), op.months))
    return [e for e in paid if e.payer in inputs.defaults]


def close(op: Operation) -> list[Entry]:
    """What is left goes to the sponsor, what is missing comes from it."""
    out: list[Entry] = []
    for c in op.inputs.of_kind(KIND):
        spv, sponsor = c.parties["spv"], c.parties["sponsor"]
        mine = [e for e in op.paid if e.instrument == c.id and not e.investment]
        if not mine:
            continue
        net = np.zeros((op.inputs.draws, op.months))
        for e in mine:
            net += e.amount_usd if e.payee == spv else 0.0
            net -= e.amount_usd if e.payer == spv else 0.0
        left = np.maximum(net, 0.0) * may_distribute(op, spv)
        out.append(Entry(spv, sponsor, c.id, DISTRIBUTION, left, False))
        out.append(Entry(sponsor, spv, c.id, SUPPORT, np.maximum(-net, 0.0), False))
    return out


def memo(op: Operation) -> list[Entry]:
    """Interest added to the loans until the first payment."""
    due, drawn = loan(op.inputs, op.schedule)
    lines = op.inputs.lines(KIND, "spv", "lender", "")
    return capitalised_entries(due.balance_usd - drawn, due.first, *lines, op.months)


def example() -> Figures:
    """Figures of the worked example."""
    cost, months = 20e9, 60.0
    rent = float(rent_usd(np.array(cost), np.array(0.1), np.array(0.095 / 12),
                                         np.array(months)))  # fmt: skip
    loan = Repayment(row(0.625 * cost), row(0.08 / 12), row(0.0), row(months))
    service = float(loan.payment_usd[0, 0])
    return [
        ("rent a month, in advance", millions(rent)),
        ("debt service a month", millions(service)),
        ("cover", f"{float(dscr(np.array(rent), np.array(service))):.2f}"),
        ("to the sponsor a month", millions(rent - service)),
    ]


PAGE = Page(
    "balance of the loan, months left",
    "payments for the systems; in service",
    "20 bn of systems for 60 months at 9.5 %, residual 10 %; 62.5 % lent at 8 % (interest "
    "before service left out)",
    example,
)
