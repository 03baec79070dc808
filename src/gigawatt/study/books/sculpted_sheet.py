"""A sculpted loan month by month in formulas of a sheet, and what the formulas come to.

The loan is that of the block which owes most in draw 1. Its debt is rebuilt from the contracted
cash flow by year and the cover, its balance from the draws, its service from both.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from gigawatt.money.instruments import term_loan_sculpted
from gigawatt.money.instruments.term_loan_sculpted import Sculpted
from gigawatt.quantity.arrays import Array
from gigawatt.quantity.units import MONTHS_PER_YEAR
from gigawatt.study.books.debt_sheet import left_out
from gigawatt.study.books.ledger_view import LedgerView

FIRST = 16  # row of the first month and of the first year, counted from 1


@dataclass(frozen=True, slots=True)
class SculptedExample:
    """One sculpted loan of draw 1.

    Attributes
    ----------
    contract, block : which; the block as site and phase.
    rate_year : interest per year.
    draw_per_month, start, stop : level draws between two months.
    first, payments : month of the first payment, number of payments.
    dscr : target cover.
    cfads, months : (Y,) contracted cash flow a month by year since the first payment, months in it.
    paid, fallen : (M,) service and fall of the balance as the ledger's code has them.
    note : what of the loan the sheet leaves out, "" for nothing.
    """

    contract: str
    block: str
    rate_year: float
    draw_per_month: float
    start: float
    stop: float
    first: float
    payments: float
    dscr: float
    cfads: Array
    months: Array
    paid: Array
    fallen: Array
    note: str = ""


INPUTS = (
    ("rate_year", "B3", "interest", "share a year"),
    ("draw_per_month", "B4", "drawn evenly", "USD a month"),
    ("start", "B5", "from", "months since the start"),
    ("stop", "B6", "to", "months since the start"),
    ("first", "B7", "first payment, end of month", "months since the start"),
    ("payments", "B8", "payments", "number"),
    ("dscr", "B9", "target cover", "cash flow over service"),
)
COLUMNS = ("month", "name", "drawn", "opening", "interest accrued", "payment", "principal",
           "closing", "ledger payment", "ledger principal", "difference")  # fmt: skip
YEARS = ("year of service", "cash flow a month", "months", "service a month at full debt",
         "its present value")  # fmt: skip


def largest_sculpted(view: LedgerView) -> SculptedExample | None:
    """Sculpted loan of the block that owes most in draw 1 and pays within the calendar, or None."""
    inputs, schedule, months = view.chain.money, view.chain.schedule, view.chain.axis.count
    if not inputs.of_kind(term_loan_sculpted.KIND):
        return None
    loan = term_loan_sculpted.loans(inputs, schedule)
    owed = np.where(loan.first[0] < months, loan.balance_usd[0], 0.0)
    b = int(owed.argmax())
    if owed[b] <= 0.0 or loan.rate[0, b] <= 0.0:
        return None
    one = Sculpted(*(getattr(loan, n)[:1, b : b + 1] for n in Sculpted.__slots__))
    paid, fallen = term_loan_sculpted.service(one, np.zeros(1, np.int64), 1, months)
    contract = inputs.contract_of_block(term_loan_sculpted.KIND)[b]
    site = inputs.blocks.sites[inputs.blocks.site[b]]
    return SculptedExample(
        contract=contract.id if contract else "", block=f"{site}, {inputs.blocks.phases[b].id}",
        rate_year=MONTHS_PER_YEAR * float(loan.rate[0, b]),
        draw_per_month=float(loan.drawn_usd_per_month[0, b]), start=float(loan.start[0, b]),
        stop=float(loan.stop[0, b]), first=float(loan.first[0, b]),
        payments=float(loan.months[0, b].sum()),
        dscr=float(inputs.term(term_loan_sculpted.KIND, "target_dscr")[0, b]),
        cfads=loan.cfads_usd[0, b], months=loan.months[0, b], paid=paid[0, 0],
        fallen=fallen[0, 0], note=left_out(contract),
    )  # fmt: skip


def head_formulas(years: int) -> tuple[tuple[str, str, str], ...]:
    """Cells above the months: name of the cell, text, formula."""
    last = FIRST + years - 1
    return (
        ("B10", "interest a month", "=B3/12"),
        ("B11", "debt that the cash flow carries", f"=SUM(Q{FIRST}:Q{last})"),
        ("B12", "balance at the first payment",
         "=B4*((1+B10)^(B7-B5)-(1+B10)^(B7-B6))/LN(1+B10)"),
        ("B13", "part of it that is owed", "=B12/B11"),
    )  # fmt: skip


def year_formulas(row: int) -> dict[str, str]:
    """Formulas of a year of service on `row`, by column."""
    wait = f"(1+$B$10)^(-12*(M{row}-1))"
    return {
        "O": f"=MAX(0,MIN(12,$B$8-12*(M{row}-1)))",
        "P": f"=MAX(0,N{row})/$B$9",
        "Q": f"=P{row}*(1-(1+$B$10)^(-O{row}))/$B$10*{wait}",
    }


def row_formulas(row: int, years: int) -> dict[str, str]:
    """Formulas of the month on `row`, by column."""
    over = f"MAX(0,MIN($B$6,A{row}+1)-MAX($B$5,A{row}))"
    rest = f"MAX(0,A{row}+1-MIN($B$6,A{row}+1))"
    due = f"AND(A{row}>=$B$7,A{row}<$B$7+$B$8)"
    grown = f"$B$4*((1+$B$10)^({over})-1)/LN(1+$B$10)*(1+$B$10)^({rest})"
    year = f"INT((A{row}-$B$7)/12)+1"
    service = f"INDEX($P${FIRST}:$P${FIRST + years - 1},{year})"
    return {
        "C": f"=$B$4*{over}",
        "D": "=0" if row == FIRST else f"=H{row - 1}",
        "E": f"=D{row}*$B$10+{grown}-C{row}",
        "F": f"=IF({due},{service}*$B$13,0)",
        "G": f"=IF({due},F{row}-E{row},0)",
        "H": f"=D{row}+C{row}+E{row}-F{row}",
        "K": f"=ABS(F{row}-I{row})+ABS(G{row}-J{row})",
    }


def values(x: SculptedExample, months: int) -> dict[str, list[float]]:
    """What the formulas come to, by column and for B10 … B13: for readers that don't compute."""
    j = x.rate_year / MONTHS_PER_YEAR
    years = np.arange(len(x.cfads))
    service = np.maximum(x.cfads, 0.0) / x.dscr
    worth = service * (1 - (1 + j) ** -x.months) / j * (1 + j) ** (-MONTHS_PER_YEAR * years)
    debt = float(worth.sum())
    owed = x.draw_per_month * ((1 + j) ** (x.first - x.start) - (1 + j) ** (x.first - x.stop))
    owed /= np.log1p(j)
    out: dict[str, list[float]] = {c: [] for c in "CDEFGHK"}
    out |= {"O": x.months.tolist(), "P": service.tolist(), "Q": worth.tolist(),
            "B": [j, debt, float(owed), float(owed) / debt]}  # fmt: skip
    closing = 0.0
    for m in range(months):
        over = max(0.0, min(x.stop, m + 1.0) - max(x.start, m))
        rest = max(0.0, m + 1.0 - min(x.stop, m + 1.0))
        drawn = x.draw_per_month * over
        grown = x.draw_per_month * ((1 + j) ** over - 1) / np.log1p(j) * (1 + j) ** rest
        due = x.first <= m < x.first + x.payments
        accrued = closing * j + grown - drawn
        year = int((m - x.first) // MONTHS_PER_YEAR)
        paid = float(service[year]) * float(owed) / debt if due else 0.0
        principal = paid - accrued if due else 0.0
        opening, closing = closing, closing + drawn + accrued - paid
        off = abs(paid - x.paid[m]) + abs(principal - x.fallen[m])
        row = (drawn, opening, accrued, paid, principal, closing, off)
        for column, value in zip("CDEFGHK", row, strict=True):
            out[column].append(float(value))
    return out
