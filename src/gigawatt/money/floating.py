"""Bank loans whose rate floats in part, and that are refinanced at a date.

**Floating.** Principal follows the schedule of the rate at signing (lenders fix it with the hedge);
on the part f of the balance B that is not hedged the interest moves with the base rate b, reset
every `reset_months` of the calendar::

    interest(m) = B(m) (rate + f (b(reset) - b(signing))) / 12         from the first payment on

never below 0. Until the first payment the rate is that of signing. With a base rate that stays as
it is, and with f = 0, it is the fixed loan.

**Refinancing** at the beginning of month R, of every block then in repayment: what is owed is
repaid at once (`balloon`) and lent anew (`refinanced`), for `refinance_term_years` from R on, at
the rate of that date; a fee on it may be due. Blocks not yet in repayment keep their terms. A
borrower that is in default by then is not refinanced.

Leaves out: refusal of the lender, another lender, caps and floors, costs of breaking a hedge.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from gigawatt.money.accounts import DEBT, LOANS, Leg
from gigawatt.money.flows import Line, monthly_lumps
from gigawatt.money.inputs import Contract, MoneyInputs
from gigawatt.money.loan import Repayment, left_share, level_amounts, service_entries
from gigawatt.money.operation import Operation, entries_of
from gigawatt.money.rates import REFINANCE_RATE, REFINANCING, is_signed, signed_month
from gigawatt.money.result import Entry
from gigawatt.quantity.arrays import NEVER, Array
from gigawatt.quantity.units import MONTHS_PER_YEAR

BALLOON, REFINANCED, FEE = "balloon", "refinanced", "refinancing_fee"
REFINANCING_LEGS = (
    Leg(BALLOON, "borrower", "lender", DEBT, LOANS),
    Leg(REFINANCED, "lender", "borrower", LOANS, DEBT),
    Leg(FEE, "borrower", "lender"),
)


def base_rates(inputs: MoneyInputs, months: int) -> Array:
    """Base rate per year at the beginning of each month, (D, M)."""
    return np.stack([inputs.base_rate.moved(float(m)) for m in range(months)], axis=1)


def signing_base(inputs: MoneyInputs, contract: Contract) -> Array:
    """Base rate in a contract's rate at signing, (D,); with a test's shift where not signed yet."""
    curve = inputs.base_rate
    signed = is_signed(contract.dates, curve.as_of_month)
    base = curve.at(signed_month(contract.dates, curve.as_of_month))
    return base + (0.0 if signed else curve.shift_share)


def moved_share(
    inputs: MoneyInputs, contract: Contract, rate: Array, base: Array, months: int
) -> Array:
    """What a contract's interest at a fixed rate moves by, over it, (D, M); >= -1.

    Parameters
    ----------
    rate : (D,) per year, which the interest is at.
    base : (D,) base rate when that was fixed.
    """
    share = contract.terms["floating_share"][:, None]
    if not share.any():
        return np.zeros((inputs.draws, months))
    every = np.maximum(np.round(contract.terms["reset_months"]), 1.0)[:, None]
    reset = (np.floor(np.arange(months) / every) * every).astype(np.int64)
    now = np.take_along_axis(base_rates(inputs, months), reset, axis=1)
    safe = np.where(rate > 0.0, rate, 1.0)[:, None]
    moved = np.where(rate[:, None] > 0.0, share * (now - base[:, None]) / safe, 0.0)
    return np.asarray(np.maximum(moved, -1.0))


def floated(op: Operation, lines: tuple[Line, ...], accrued: Array) -> Array:
    """What floating parts add to the interest that accrues at the rate of signing, (D, L, M)."""
    contracts = {c.id: c for c in op.inputs.contracts}
    out = np.zeros_like(accrued)
    for k, line in enumerate(lines):
        c = contracts[line.instrument]
        rate, base = c.terms["rate_share"], signing_base(op.inputs, c)
        out[:, k] = accrued[:, k] * moved_share(op.inputs, c, rate, base, op.months)
    return out


def loan_service(op: Operation, kind: str, due: Repayment) -> list[Entry]:
    """Interest and principal of level loans, what floats of them, and what is refinanced."""
    lines, line = op.inputs.lines(kind, "borrower", "lender", "")
    if not lines:
        return []
    at = _refinanced_at(op.inputs, kind, due)
    moved = np.isfinite(at)
    kept = replace(due, balance_usd=np.where(moved, 0.0, due.balance_usd))
    interest, principal = level_amounts(kept, line, len(lines), op.months)
    if not moved.any():
        return service_entries(lines, interest + floated(op, lines, interest), principal)
    first = replace(due, balance_usd=due.balance_usd - kept.balance_usd)
    before = np.arange(op.months) < _month_of_line(op.inputs, lines)[:, None]
    early = [x * before for x in level_amounts(first, line, len(lines), op.months)]
    interest, principal = interest + early[0], principal + early[1]
    interest = interest + floated(op, lines, interest)
    anew = _anew(op.inputs, kind, first, at)
    later, repaid = level_amounts(anew, line, len(lines), op.months)
    later = later * (1.0 + _moved_anew(op, lines))
    lump = monthly_lumps(anew.balance_usd, at, line, len(lines), op.months)
    return [
        *service_entries(lines, interest + later, principal + repaid),
        *_exchanged(op.inputs, lines, lump),
    ]


def _refinanced_at(inputs: MoneyInputs, kind: str, due: Repayment) -> Array:
    """Month at whose beginning each block is refinanced, (D, B); inf = never."""
    out = np.full(due.first.shape, NEVER)
    for b, c in enumerate(inputs.contract_of_block(kind)):
        if c is None or REFINANCING not in c.dates:
            continue
        month = float(np.floor(c.dates[REFINANCING]))
        failed = inputs.first_default(c.parties["borrower"])
        running = (due.first[:, b] < month) & (month < due.first[:, b] + due.payments[:, b])
        out[:, b] = np.where(running & (month < failed), month, NEVER)
    return out


def _month_of_line(inputs: MoneyInputs, lines: tuple[Line, ...]) -> Array:
    """Month of refinancing of each line, (L,); inf = none."""
    dates = {c.id: c.dates.get(REFINANCING, NEVER) for c in inputs.contracts}
    return np.asarray(np.floor([dates[x.instrument] for x in lines]))


def _anew(inputs: MoneyInputs, kind: str, due: Repayment, at: Array) -> Repayment:
    """Loans from the refinancing on: what is owed then, at the new rate and for the new term."""
    moved = np.isfinite(at)
    made = np.where(moved, at, 0.0) - np.where(moved, due.first, 0.0)
    owed = np.where(moved, due.balance_usd * left_share(due.rate, made, due.payments), 0.0)
    rate = inputs.term(kind, REFINANCE_RATE) / MONTHS_PER_YEAR
    months = np.round(inputs.term(kind, "refinance_term_years") * MONTHS_PER_YEAR)
    return Repayment(owed, rate, at, np.maximum(months, 1.0))


def _moved_anew(op: Operation, lines: tuple[Line, ...]) -> Array:
    """`moved_share` of each line since its refinancing, (D, L, M)."""
    contracts = {c.id: c for c in op.inputs.contracts}
    out = np.zeros((op.inputs.draws, len(lines), op.months))
    for k, line in enumerate(lines):
        c = contracts[line.instrument]
        if REFINANCING in c.dates:
            base = op.inputs.base_rate.moved(c.dates[REFINANCING])
            out[:, k] = moved_share(op.inputs, c, c.terms[REFINANCE_RATE], base, op.months)
    return out


def _exchanged(inputs: MoneyInputs, lines: tuple[Line, ...], lump: Array) -> list[Entry]:
    """The old loan repaid, the new one paid out, and the fee; (D, L, M) amounts owed."""
    contracts = {c.id: c for c in inputs.contracts}
    fee = np.stack([contracts[x.instrument].terms["refinance_fee_share"] for x in lines], axis=1)
    out = [Line(x.payer, x.payee, x.instrument, BALLOON) for x in lines]
    back = [Line(x.payee, x.payer, x.instrument, REFINANCED) for x in lines]
    fees = [Line(x.payer, x.payee, x.instrument, FEE) for x in lines]
    entries = [
        *entries_of(out, lump), *entries_of(back, lump), *entries_of(fees, lump * fee[..., None])
    ]  # fmt: skip
    return [e for e in entries if e.amount_usd.any()]
