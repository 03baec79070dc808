"""One loan month by month in formulas of a sheet, and what the formulas come to.

The loan is that of the block which owes most in draw 1: a level loan on a hall, drawn evenly over
the construction, or a loan on systems, drawn at their delivery.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from gigawatt.money.flows import Line
from gigawatt.money.inputs import Contract, MoneyInputs
from gigawatt.money.instruments import delayed_draw_loan, site_debt
from gigawatt.money.loan import Repayment, level_service
from gigawatt.money.rates import REFINANCING
from gigawatt.quantity.arrays import Array
from gigawatt.schedule.result import ScheduleResult
from gigawatt.study.books.ledger_view import LedgerView

FIRST = 14  # row of the first month on the debt sheet, counted from 1


@dataclass(frozen=True, slots=True)
class LoanExample:
    """One loan of draw 1: the block whose loan is largest.

    Attributes
    ----------
    contract, kind, block : which; the block as site, phase and number.
    rate_year : interest per year.
    draw_per_month, start, stop : level draws between two months (0 where drawn at once).
    lump, date : drawn at once on a date (0 where drawn evenly).
    first, payments : month of the first payment, number of payments.
    interest, principal : (M,) as the ledger's code has them.
    note : what of the loan the sheet leaves out, "" for nothing.
    """

    contract: str
    kind: str
    block: str
    rate_year: float
    draw_per_month: float
    start: float
    stop: float
    lump: float
    date: float
    first: float
    payments: float
    interest: Array
    principal: Array
    note: str = ""


def largest_loan(view: LedgerView) -> LoanExample | None:
    """Loan of the block that owes most at its first payment in draw 1; None without such loans."""
    inputs, schedule = view.chain.money, view.chain.schedule
    best: LoanExample | None = None
    for make in (_level_loan, _lump_loan):
        found = make(inputs, schedule, view.chain.axis.count)
        if found is not None and (best is None or found.principal.sum() > best.principal.sum()):
            best = found
    return best


def _level_loan(inputs: MoneyInputs, schedule: ScheduleResult, months: int) -> LoanExample | None:
    loan = site_debt.loans(inputs, schedule)
    block = int(loan.balance_usd[0].argmax())
    if loan.balance_usd[0, block] <= 0.0:
        return None
    due = Repayment(loan.balance_usd, loan.rate, loan.first, loan.payments)
    return _example(
        inputs, site_debt.KIND, block, due, months,
        draw_per_month=float(loan.draw_usd_per_month[0, block]),
        start=float(loan.start[0, block]), stop=float(loan.stop[0, block]), lump=0.0, date=0.0,
    )  # fmt: skip


def _lump_loan(inputs: MoneyInputs, schedule: ScheduleResult, months: int) -> LoanExample | None:
    if not inputs.of_kind(delayed_draw_loan.KIND):
        return None
    due = delayed_draw_loan.loan(inputs, schedule)
    block = int(due.balance_usd[0].argmax())
    if due.balance_usd[0, block] <= 0.0:
        return None
    return _example(
        inputs, delayed_draw_loan.KIND, block, due, months, draw_per_month=0.0, start=0.0, stop=0.0,
        lump=float(delayed_draw_loan.drawn_usd(inputs, schedule)[0, block]),
        date=float(schedule.delivered[0, block]),
    )  # fmt: skip


def _example(
    inputs: MoneyInputs, kind: str, block: int, due: Repayment, months: int, **draws: float
) -> LoanExample:
    one = Repayment(*(x[:1, block : block + 1] for x in
                      (due.balance_usd, due.rate, due.first, due.payments)))  # fmt: skip
    line = (Line("borrower", "lender", "loan", ""),)
    interest, principal = level_service(one, line, np.zeros(1, np.int64), months)
    contract = inputs.contract_of_block(kind)[block]
    phase = inputs.blocks.phases[block]
    site = inputs.blocks.sites[inputs.blocks.site[block]]
    return LoanExample(
        contract=contract.id if contract else "", kind=kind, block=f"{site}, {phase.id}",
        rate_year=12.0 * float(due.rate[0, block]), first=float(due.first[0, block]),
        payments=float(due.payments[0, block]), interest=interest.amount_usd[0],
        principal=principal.amount_usd[0], note=left_out(contract), **draws,
    )  # fmt: skip


def left_out(contract: Contract | None) -> str:
    """What the ledger adds to the loan at its rate of signing."""
    if contract is None:
        return ""
    parts = {
        "its floating part": contract.terms["floating_share"].any(),
        "its refinancing": REFINANCING in contract.dates,
    }
    told = " and ".join(name for name, there in parts.items() if there)
    return f"at the rate of signing; in the ledger only: {told}" if told else ""


INPUTS = (
    ("rate_year", "B3", "interest", "share a year"),
    ("draw_per_month", "B4", "drawn evenly", "USD a month"),
    ("start", "B5", "from", "months since the start"),
    ("stop", "B6", "to", "months since the start"),
    ("lump", "B7", "or drawn at once", "USD"),
    ("date", "B8", "on", "months since the start"),
    ("first", "B9", "first payment, end of month", "months since the start"),
    ("payments", "B10", "payments", "number"),
)
COLUMNS = ("month", "name", "drawn", "opening", "interest accrued", "payment", "principal",
           "closing", "ledger interest", "ledger principal", "difference")  # fmt: skip


def row_formulas(row: int) -> dict[str, str]:
    """Formulas of the month on `row` of the debt sheet, by column."""
    over = f"MAX(0,MIN($B$6,A{row}+1)-MAX($B$5,A{row}))"
    rest = f"MAX(0,A{row}+1-MIN($B$6,A{row}+1))"
    at_once = f"IF(AND($B$8>=A{row},$B$8<A{row}+1),1,0)"
    due = f"AND(A{row}>=$B$9,A{row}<$B$9+$B$10)"
    grown = f"$B$4*((1+$B$11)^({over})-1)/LN(1+$B$11)*(1+$B$11)^({rest})"
    lump = f"$B$7*(1+$B$11)^(A{row}+1-$B$8)*{at_once}"
    return {
        "C": f"=$B$4*{over}+$B$7*{at_once}",
        "D": "=0" if row == FIRST else f"=H{row - 1}",
        "E": f"=D{row}*$B$11+{grown}+{lump}-C{row}",
        "F": f"=IF({due},D{row}*$B$11/(1-(1+$B$11)^(-MAX(1,$B$9+$B$10-A{row}))),0)",
        "G": f"=IF({due},F{row}-E{row},0)",
        "H": f"=D{row}+C{row}+E{row}-F{row}",
        "K": f"=IF({due},ABS(E{row}-I{row}),ABS(I{row}))+ABS(G{row}-J{row})",
    }


def debt_values(loan: LoanExample, months: int) -> dict[str, list[float]]:
    """What the formulas of the debt sheet come to, by column: for readers that don't compute."""
    j = loan.rate_year / 12.0
    force = np.log1p(j) if j > 0.0 else 1.0
    out: dict[str, list[float]] = {c: [] for c in "CDEFGHK"}
    closing = 0.0
    for m in range(months):
        over = max(0.0, min(loan.stop, m + 1.0) - max(loan.start, m))
        rest = max(0.0, m + 1.0 - min(loan.stop, m + 1.0))
        at_once = 1.0 if m <= loan.date < m + 1 else 0.0
        due = loan.first <= m < loan.first + loan.payments
        drawn = loan.draw_per_month * over + loan.lump * at_once
        grown = loan.draw_per_month * ((1 + j) ** over - 1) / force * (1 + j) ** rest
        lump = loan.lump * (1 + j) ** (m + 1 - loan.date) * at_once
        accrued = closing * j + grown + lump - drawn
        left = loan.first + loan.payments - m
        paid = closing * j / (1 - (1 + j) ** -left) if due else 0.0
        principal = paid - accrued if due else 0.0
        opening, closing = closing, closing + drawn + accrued - paid
        off = abs(accrued - loan.interest[m]) if due else abs(float(loan.interest[m]))
        off += abs(principal - loan.principal[m])
        row = (drawn, opening, accrued, paid, principal, closing, off)
        for column, value in zip("CDEFGHK", row, strict=True):
            out[column].append(float(value))
    return out
