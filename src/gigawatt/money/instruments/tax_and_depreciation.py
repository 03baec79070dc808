"""Tax on a party's income after interest and depreciation, losses carried forward.

By calendar year, for what a party receives and pays in the programme::

    income     = operating receipts - operating payments (not principal, not distributions, not
                 what it pays for systems at their renewal, which is capital), and what moves no
                 cash: a prepayment when it is set off, interest added to what a party has lent,
                 cost that is owed and, in a default, not paid
    written off: systems: bonus share in the year of payment, the rest straight over its life;
                 sites: straight over theirs, and so the interest that is added to loans
    state tax  = s x taxable;  federal = f x (taxable - state tax)
    taxable    = income - written off, less earlier losses up to `loss_use_share` of it

Paid in the last month of the year. A loss is carried forward without end. Leaves out: interest
limits, half-year conventions, credits, property and sales taxes, other income of the party.
"""

from __future__ import annotations

import numpy as np

from gigawatt.money.accounts import EXPENSE, INCOME, IT, SITE, TAX, Leg
from gigawatt.money.inputs import Contract
from gigawatt.money.operation import Operation
from gigawatt.money.page import Figures, Page, millions, row
from gigawatt.money.result import Entry
from gigawatt.program.kind import Kind, Term
from gigawatt.quantity.arrays import Array, IntArray
from gigawatt.quantity.units import MONTHS_PER_YEAR

KIND = "tax_and_depreciation"
ORDER = 80
COSTS = (EXPENSE, IT, SITE, TAX)  # accounts of what lowers income, now or over the years
FEE = "upfront_fee"  # on a loan: capital in the books, not written off for tax
SPEC = Kind(
    "Tax on a party's income after interest and depreciation, losses carried forward.",
    ("taxpayer", "state"),
    {
        "federal_rate_share": Term("share", "federal tax", 0.21),
        "state_rate_share": Term("share", "state tax, deducted before the federal one", 0.0),
        "bonus_share": Term("share", "share of systems written off in the first year", 1.0),
        "it_life_years": Term("years", "straight-line life of the rest", 5.0, positive=True),
        "site_life_years": Term("years", "straight-line life of sites", 39.0, positive=True),
        "loss_use_share": Term(
            "share", "most of a year's income that earlier losses may cover", 0.8
        ),
    },
    one_each="taxpayer",
)
LEGS = (Leg("tax", "taxpayer", "state", TAX),)


def close(op: Operation) -> list[Entry]:
    """Taxes of all taxpayers."""
    out: list[Entry] = []
    years = op.inputs.axis.years()
    for c in op.inputs.of_kind(KIND):
        income, it, site = _base(op, c.parties["taxpayer"])
        tax = tax_usd(
            _by_year(income, years), _by_year(written_off(c, it, site), years), _rate(c),
            c.terms["loss_use_share"],
        )  # fmt: skip
        paid = np.zeros((op.inputs.draws, op.months))
        last = [int(np.flatnonzero(years == y)[-1]) for y in np.unique(years)]
        paid[:, last] = tax
        out.append(Entry(c.parties["taxpayer"], c.parties["state"], c.id, "tax", paid, False))
    return out


def tax_usd(income: Array, written_off_usd: Array, rate: Array, loss_use_share: Array) -> Array:
    """Tax of each year, (D, Y), with losses carried forward.

    >>> tax_usd(np.array([[-50.0, 100.0]]), np.zeros((1, 2)), np.array([0.2]), np.array([0.8]))
    array([[ 0., 10.]])
    """
    out = np.zeros_like(income)
    losses = np.zeros(income.shape[0])
    for y in range(income.shape[1]):
        result = income[:, y] - written_off_usd[:, y]
        used = np.minimum(losses, np.maximum(result, 0.0) * loss_use_share)
        losses = losses - used + np.maximum(-result, 0.0)
        out[:, y] = rate * np.maximum(result - used, 0.0)
    return out


def straight_line(paid_usd: Array, life_months: Array) -> Array:
    """Monthly depreciation (D, M) of what was paid, from the month of payment over its life."""
    total = np.concatenate([np.zeros((paid_usd.shape[0], 1)), np.cumsum(paid_usd, axis=1)], axis=1)
    months = np.maximum(np.round(life_months), 1.0).astype(np.int64)[:, None]
    end = np.arange(1, paid_usd.shape[1] + 1)
    begin = np.maximum(end - months, 0)
    out: Array = (total[:, 1:] - np.take_along_axis(total, begin, axis=1)) / months
    return out


def written_off(contract: Contract, it_usd: Array, site_usd: Array) -> Array:
    """Depreciation for tax by month, (D, M), of what was paid for systems and sites."""
    t = contract.terms
    bonus = t["bonus_share"][:, None]
    rest = straight_line((1.0 - bonus) * it_usd, t["it_life_years"] * MONTHS_PER_YEAR)
    site = straight_line(site_usd, t["site_life_years"] * MONTHS_PER_YEAR)
    return np.asarray(bonus * it_usd + rest + site)


def _rate(contract: Contract) -> Array:
    """Both taxes on one unit of income; the state's is deducted before the federal one."""
    state, federal = contract.terms["state_rate_share"], contract.terms["federal_rate_share"]
    return np.asarray(state + federal * (1.0 - state))


def _base(op: Operation, party: str) -> tuple[Array, Array, Array]:
    """Income before depreciation, and payments for systems and sites, (D, M) each."""
    income = np.zeros((op.inputs.draws, op.months))
    it, site = np.zeros_like(income), np.zeros_like(income)
    for e in op.paid:
        account = op.sides(e.instrument, e.leg).payer
        if e.payer == party and account == IT:
            it += e.amount_usd
        elif e.payer == party and account == SITE and e.leg != FEE:
            site += e.amount_usd
        elif account not in COSTS or (e.investment and e.payee != party):
            continue
        elif e.payer == party:
            income -= e.amount_usd
        elif e.payee == party:
            income += e.amount_usd
    for e in op.unpaid:
        if e.payer == party and op.sides(e.instrument, e.leg).payer == EXPENSE:
            income -= e.amount_usd
    for e, accounts in op.no_cash:
        for debit, credit in (moved for at, moved in zip((e.payer, e.payee), accounts, strict=True)
                              if at == party):  # fmt: skip
            income += e.amount_usd * (float(credit == INCOME) - float(debit == EXPENSE))
            it += e.amount_usd * float(debit == IT)
            site += e.amount_usd * float(debit == SITE)
    return income, it, site


def _by_year(monthly: Array, years: IntArray) -> Array:
    return np.stack([monthly[:, years == y].sum(axis=1) for y in np.unique(years)], axis=1)


def example() -> Figures:
    """Figures of the worked example."""
    income = row(50e6, 100e6, 200e6)
    tax = tax_usd(income, row(120e6, 10e6, 10e6), np.array([0.21]),
                                       np.array([0.8]))[0]  # fmt: skip
    return [(f"year {k + 1}", millions(x)) for k, x in enumerate(tax)]


PAGE = Page(
    "losses carried forward",
    "end of the year",
    "income of 50, 100 and 200 m, written off 120, 10 and 10 m, 21 %, losses cover 80 % at most",
    example,
)
