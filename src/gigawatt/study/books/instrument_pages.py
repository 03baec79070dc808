"""The page of instruments: parties, legs, state, trigger, formula, and a worked example of each.

    python -m gigawatt.study.books.instrument_pages docs/instruments.md

writes it between the marks. Formulas are those at the head of each instrument's file, and the
figures of the examples come from the functions that settle the ledger.
"""

from __future__ import annotations

import inspect
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from gigawatt.money.debt import dscr
from gigawatt.money.flows import capped, monthly_steps
from gigawatt.money.inputs import Contract
from gigawatt.money.instruments import (
    bond_amortizing,
    capacity_backstop,
    chip_lease_spv,
    colocation_lease,
    customer_prepayment,
    dsra_and_waterfall,
    equity_tranche_milestone,
    ppa_or_tariff,
    registry,
    residual_value_guarantee,
    revenue_share,
    tax_and_depreciation,
    term_loan_sculpted,
    warrant_milestone,
)
from gigawatt.money.loan import Repayment
from gigawatt.program.instruments import KINDS
from gigawatt.quantity.arrays import Array
from gigawatt.quantity.units import MONTHS_PER_YEAR

MARK = ("<!-- instruments: start -->", "<!-- instruments: end -->")
Figures = list[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class Page:
    """What a reader must know of an instrument beside its formula.

    Attributes
    ----------
    legs, state, trigger : who pays whom, what it remembers, what sets it off.
    given : the example in words.
    figures : what the code makes of it.
    """

    legs: str
    state: str
    trigger: str
    given: str
    figures: Callable[[], Figures]


def _one(*values: float) -> Array:
    return np.array([values])


def _m(usd: float) -> str:
    return f"{usd / 1e6:,.2f} m USD"


def _tranches() -> Figures:
    t = equity_tranche_milestone.Tranches(
        lines=(), commitment_usd=np.array([100e9]), tranche_usd=np.array([10e9]),
        gw_per_tranche=np.array([1.0]), tranches_at_signing=np.array([1.0]), signing=2.0,
        gw=_one(0.6, 0.6, 1.0), in_service=_one(8.5, 13.2, 20.0),
    )  # fmt: skip
    paid = t.monthly(30)[0, 0]
    return [(f"month {m}", _m(paid[m])) for m in np.flatnonzero(paid)]


def _plain() -> Figures:
    amount, before, whole = 30e9, 730e9, 110e9
    return [("stake after the round", f"{amount / (before + whole):.2%}")]


def _purchase() -> Figures:
    bill = 1000 * 7.8e6
    deposit, accepted = 0.1 * bill, 0.1 * bill
    return [("deposit", _m(deposit)), ("delivery", _m(bill - deposit - accepted)),
            ("acceptance", _m(accepted))]  # fmt: skip


def _chip_lease() -> Figures:
    cost, months = 20e9, 60.0
    rent = float(chip_lease_spv.rent_usd(np.array(cost), np.array(0.1), np.array(0.095 / 12),
                                         np.array(months)))  # fmt: skip
    loan = Repayment(_one(0.625 * cost), _one(0.08 / 12), _one(0.0), _one(months))
    service = float(loan.payment_usd[0, 0])
    return [("rent a month, in advance", _m(rent)), ("debt service a month", _m(service)),
            ("cover", f"{float(dscr(np.array(rent), np.array(service))):.2f}"),
            ("to the sponsor a month", _m(rent - service))]  # fmt: skip


def _lease() -> Figures:
    kw = 100_000.0
    steps = colocation_lease.escalating(_one(kw * 165.0), _one(0.025), _one(3.5), _one(15.0), 40)
    rent = monthly_steps(*steps, np.zeros(1, np.int64), 1, 40)[0, 0]
    return [("month 3, half of it", _m(rent[3])), ("month 4", _m(rent[4])),
            ("month 16, second year", _m(rent[16]))]  # fmt: skip


def _value_guarantee() -> Figures:
    cost = np.array(16e9)
    payout = residual_value_guarantee.payout_usd(cost, np.array(0.75), np.array(0.6))
    return [("sale", _m(0.6 * 16e9)), ("payout", _m(float(payout)))]


def _power() -> Figures:
    taken, missing = ppa_or_tariff.bill_usd(
        _one(50_000.0), _one(100.0), np.array([730.0]), np.array(58.0), np.array(0.8)
    )
    return [("energy", _m(taken.item())), ("minimum take", _m(missing.item())),
            ("demand charge", _m(100e3 * 6.0))]  # fmt: skip


def _offtake() -> Figures:
    rate = 1.0 * 12.5e9 / MONTHS_PER_YEAR
    return [("bill at a use of 60 %, take or pay 70 %", _m(rate * max(0.6, 0.7))),
            ("bill at a use of 85 %", _m(rate * max(0.85, 0.7)))]  # fmt: skip


def _backstop() -> Figures:
    due = np.full((1, 12), 0.3 * 8e9 / MONTHS_PER_YEAR)
    paid = capacity_backstop.up_to(due, np.array([0.6e9]))[0]
    return [(f"month {m}", _m(x)) for m, x in enumerate(paid[:5], start=1)]


def _share() -> Figures:
    share = revenue_share.declining(np.array(0.03), np.array(0.2), np.arange(0.0, 36.0, 12.0),
                                    np.array(6.0))  # fmt: skip
    return [(f"year {k + 1}, on 1,000 m USD", _m(float(s) * 1e9)) for k, s in enumerate(share)]


def _warrants() -> Figures:
    gw = _one(1.0, 2.0, 3.0, 4.0, 5.0, 6.0)
    price = _one(165.0, 210.0, 250.0, 330.0, 480.0, 640.0)
    hurdles = _one(*np.linspace(100.0, 600.0, 6))
    vests = warrant_milestone.vested(gw, price, np.array([1.0]), hurdles, np.ones(6, bool))[0]
    worth = vests * 160e6 / 6 * (price[0] - 0.01) / 1e9
    return [(f"gigawatt {k + 1}, at {price[0, k]:.0f} USD",
             f"tranches: {vests[k]:.0f}, worth {worth[k]:.2f} bn USD")
            for k in range(6)]  # fmt: skip


def _sculpted() -> Figures:
    cfads = np.array([[15.0e6 * 1.025**y for y in range(15)]])
    months = np.full((1, 15), 12.0)
    debt = float(term_loan_sculpted.debt_usd(cfads / 1.3, np.array([0.068 / 12]), months)[0])
    return [("debt", _m(debt)), ("service a month, year 1", _m(cfads[0, 0] / 1.3)),
            ("service a month, year 15", _m(cfads[0, 14] / 1.3)), ("LLCR", "1.30")]  # fmt: skip


def _delayed() -> Figures:
    want, date = _one(1.5e9, 1.5e9, 1.5e9), _one(4.0, 9.0, 15.0)
    given = capped(want, date, np.array([4e9]))[0]
    grown = given[0] * (1.0 + 0.085 / 12) ** 4.0
    loan = Repayment(_one(grown), _one(0.085 / 12), _one(8.0), _one(60.0))
    return [("draws", ", ".join(_m(x) for x in given)),
            ("first, with 4 months of interest", _m(grown)),
            ("its service a month", _m(float(loan.payment_usd[0, 0])))]  # fmt: skip


def _bond() -> Figures:
    interest, principal = bond_amortizing.service(
        _one(27.3e9), _one(0.0658 / 12), _one(36.0), _one(282.0), np.array([1.0, 37.0, 282.0])
    )
    return [(f"payment {n}", f"interest {_m(i)}, principal {_m(p)}")
            for n, i, p in zip((1, 37, 282), interest[0], principal[0], strict=True)]  # fmt: skip


def _waterfall() -> Figures:
    cfads = np.full((1, 24), 13.0e6)
    cfads[0, 14:16] = 2.0e6
    flow = dsra_and_waterfall.waterfall(
        cfads, np.full((1, 24), 10.0e6), np.array([2]), np.array([1.15])
    )
    return [
        (f"month {m}", f"cover {flow.dscr[0, m]:.2f}, reserve {_m(flow.reserve_usd[0, m])}, "
         f"to the owner {_m(flow.distributed_usd[0, m])}")
        for m in (0, 6, 8, 14, 15, 16)
    ]  # fmt: skip


def _guarantee() -> Figures:
    unpaid = np.full((1, 6), 30e6)
    paid = capacity_backstop.up_to(unpaid, np.array([120e6]))
    escrow = capacity_backstop.up_to(paid, np.array([50e6]))[0]
    return [(f"month {m + 1}", f"escrow {_m(escrow[m])}, guarantor {_m(paid[0, m] - escrow[m])}")
            for m in range(5)]  # fmt: skip


def _tax() -> Figures:
    income = _one(50e6, 100e6, 200e6)
    tax = tax_and_depreciation.tax_usd(income, _one(120e6, 10e6, 10e6), np.array([0.21]),
                                       np.array([0.8]))[0]  # fmt: skip
    return [(f"year {k + 1}", _m(x)) for k, x in enumerate(tax)]


def _prepaid() -> Figures:
    contract = Contract("p", "customer_prepayment", {}, {"recognition_years": np.array([1.0])}, {})
    paid, bills = np.zeros((1, 16)), np.full((1, 16), 6e6)
    paid[0, 0] = 120e6
    done = customer_prepayment.recognised_usd(contract, paid, bills)[0]
    return [("due a month", _m(10e6)), ("set off in month 2, as bills allow", _m(done[1])),
            ("set off in 16 months", _m(done.sum())),
            ("still owed", _m(120e6 - done.sum()))]  # fmt: skip


PAGES: dict[str, Page] = {
    "equity_tranche_milestone": Page(
        "tranche: investor → issuer", "released so far; stake where a value is told",
        "gigawatts in service, the month before; the first also at signing",
        "100 bn in steps of 10 bn per GW, one at signing (month 2); blocks of 0.6, 0.6 and 1.0 GW "
        "in service in months 8, 13 and 20", _tranches),
    "equity_plain": Page(
        "equity: investor → issuer", "stake where a value is told", "a date",
        "30 bn in a round of 110 bn at 730 bn before the money", _plain),
    "equipment_purchase": Page(
        "deposit, delivery, acceptance: buyer → vendor", "orders not yet paid",
        "order, last rack on the dock, in service",
        "1,000 racks at 7.8 m USD, a tenth at order, a tenth at acceptance", _purchase),
    "chip_lease_spv": Page(
        "draw: lender → SPV; equity: sponsor → SPV; rent, purchase: lessee → SPV; interest, "
        "principal: SPV → lender; sale: markets → SPV; distribution, support: SPV ↔ sponsor",
        "balance of the loan, months left", "payments for the systems; in service",
        "20 bn of systems for 60 months at 9.5 %, residual 10 %; 62.5 % lent at 8 % (interest "
        "before service left out)", _chip_lease),
    "colocation_lease": Page(
        "rent: tenant → landlord", "whole years since service", "in service",
        "100 MW of IT at 165 USD per kW and month, rising 2.5 % a year, in service in the "
        "middle of month 3", _lease),
    "residual_value_guarantee": Page(
        "guarantee: guarantor → landlord; sale: markets → landlord", "what is left of the cap",
        "the tenant leaves after the first years of the lease",
        "a site of 16 bn, floor of 75 %, sold for 60 %", _value_guarantee),
    "ppa_or_tariff": Page(
        "energy, minimum take, demand charge, connection: buyer → seller", "none",
        "clearing (connection); first block in service",
        "50,000 MWh in a month of 730 hours by 100 MW at 58 USD per MWh, minimum take 80 %, 6 USD "
        "per kW", _power),
    "compute_offtake": Page(
        "capacity, renewal: customer → provider", "prepayment not yet set off", "in service",
        "1 GW at 12.5 bn a year", _offtake),
    "capacity_backstop": Page(
        "backstop: guarantor → provider", "what is left of the cap", "capacity without a customer",
        "0.3 GW unsold at 8 bn per GW and year, cap 600 m", _backstop),
    "revenue_share": Page(
        "revenue share: operator → partner", "years since the start",
        "the date, else the first receipts", "3 %, falling by a fifth a year", _share),
    "warrant_milestone": Page(
        "exercise: holder → issuer (cash); warrant: issuer → holder (no cash)",
        "tranches vested, share price", "gigawatts delivered and share price, both",
        "160 m shares at 0.01 USD in six equal steps of 1 GW and hurdles from 100 to 600 USD, with "
        "a price path; steps, but for the first and last, are assumed", _warrants),
    "term_loan_sculpted": Page(
        "draw: lender → borrower; fee, interest, principal: borrower → lender",
        "balance by block", "construction; in service",
        "cash flow of 15 m a month rising 2.5 % a year, 15 years, cover 1.3, 6.8 %", _sculpted),
    "delayed_draw_loan": Page(
        "draw: lender → borrower; fee, interest, principal: borrower → lender",
        "drawn, balance by block", "delivery; in service",
        "commitment of 4 bn, three deliveries that want 1.5 bn each; 8.5 %, 60 months; the first "
        "in service four months after delivery", _delayed),
    "bond_amortizing": Page(
        "draw: noteholders → issuer; interest, principal: issuer → noteholders; parked interest: "
        "markets → issuer", "balance, proceeds not spent", "issue",
        "27.3 bn at 6.58 % for 23.5 years, three of them free", _bond),
    "dsra_and_waterfall": Page(
        "distribution: company → owner; cure: owner → company", "reserve, cash kept",
        "every month",
        "cash flow 13 m and service 10 m a month, two months of 2 m; two months in reserve, "
        "lock-up 1.15", _waterfall),
    "lease_guarantee_with_escrow": Page(
        "escrow: guarantor → escrow; escrow paid: escrow → landlord; guarantee: guarantor → "
        "landlord", "escrow and cap left", "the tenant's default",
        "30 m of rent a month unpaid, 50 m in escrow, cap 120 m", _guarantee),
    "tax_and_depreciation": Page(
        "tax: taxpayer → state", "losses carried forward", "end of the year",
        "income of 50, 100 and 200 m, written off 120, 10 and 10 m, 21 %, losses cover 80 % at "
        "most", _tax),
    "customer_prepayment": Page(
        "prepayment: customer → provider; recognised (no cash)", "what is not set off yet",
        "equity received", "120 m paid in month 1, due over a year, bills of 6 m a month",
        _prepaid),
}  # fmt: skip


def page_text() -> str:
    """All instruments as Markdown, in the order of the border table."""
    return "\n\n".join(_page(kind, PAGES[kind]) for kind in KINDS if kind in PAGES)


def _page(kind: str, page: Page) -> str:
    module = next(m for m in registry.FILES if kind == m.KIND)
    doc = inspect.cleandoc(module.__doc__ or "")
    head, _, body = doc.partition("\n")
    lines = [
        f"## `{kind}`", "", head, "",
        f"- **Parties**: {', '.join(KINDS[kind].roles)}. **Legs**: {page.legs}.",
        f"- **State**: {page.state}. **Trigger**: {page.trigger}.", "",
        body.strip("\n"), "", f"**Example.** {page.given[0].upper()}{page.given[1:]}:", "",
        "| | |", "|---|---|", *(f"| {name} | {value} |" for name, value in page.figures()),
    ]  # fmt: skip
    return "\n".join(lines)


def with_pages(text: str) -> str:
    """`text` with the instruments between its marks made anew."""
    before, rest = text.split(MARK[0])
    _, after = rest.split(MARK[1])
    return f"{before}{MARK[0]}\n\n{page_text()}\n\n{MARK[1]}{after}"


if __name__ == "__main__":
    target = Path(sys.argv[1])
    target.write_text(with_pages(target.read_text(encoding="utf-8")), encoding="utf-8")
