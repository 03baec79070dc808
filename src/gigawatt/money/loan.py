"""Level repayment of loans, block by block, summed by line and month.

A loan of balance B at the beginning of month m0 (a whole number) is repaid by n equal payments at
the end of months m0 … m0 + n - 1, j = rate per month::

    payment      = B j / (1 - (1 + j)^-n)
    principal(m) = payment (1 + j)^(m - m0 - n),   interest(m) = payment - principal(m)
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from gigawatt.money.flows import Line, monthly_lumps, monthly_steps
from gigawatt.money.operation import entries_of
from gigawatt.money.result import Entry
from gigawatt.quantity.arrays import Array, IntArray
from gigawatt.quantity.money import level_payment_factor

INTEREST, PRINCIPAL, CAPITALISED = "interest", "principal", "capitalised_interest"


@dataclass(frozen=True, slots=True)
class Repayment:
    """Loans in repayment; (D, B) each, balance 0 where there is none.

    Attributes
    ----------
    balance_usd : owed at the beginning of `first`.
    rate : interest per month.
    first : month of the first payment (a whole number; inf = never).
    payments : number of payments (a whole number >= 1).
    """

    balance_usd: Array
    rate: Array
    first: Array
    payments: Array

    @property
    def payment_usd(self) -> Array:
        """Level payment per month."""
        return self.balance_usd * level_payment_factor(self.rate, self.payments)


def left_share(rate: Array, made: Array, payments: Array) -> Array:
    """Balance over the first one after `made` of `payments` level payments, `rate` a period.

    >>> left_share(np.array(0.0), np.array(3.0), np.array(12.0))
    array(0.75)
    """
    force = np.log1p(rate)
    with np.errstate(invalid="ignore", divide="ignore"):
        level = np.expm1((made - payments) * force) / np.expm1(-payments * force)
    return np.asarray(np.where(rate > 0.0, level, 1.0 - made / payments))


def between(
    amount: Array, start: Array, stop: Array, line: IntArray, lines: int, months: int
) -> Array:
    """Monthly sums of a level (D, B) amount per month between two dates, (D, L, M)."""
    changes = np.stack([amount, -amount], axis=1)
    return monthly_steps(changes, np.stack([start, stop], axis=1), line, lines, months)


def level_service(
    loan: Repayment, lines: tuple[Line, ...], line: IntArray, months: int
) -> list[Entry]:
    """Interest and principal by line; all blocks of a line have one rate."""
    if not lines:
        return []
    return service_entries(lines, *level_amounts(loan, line, len(lines), months))


def level_amounts(loan: Repayment, line: IntArray, lines: int, months: int) -> tuple[Array, Array]:
    """Interest and principal of each line and month, (D, L, M) each, of `lines` >= 1 lines."""
    last = loan.first + loan.payments
    payment = loan.payment_usd
    paid = between(payment, loan.first, last, line, lines, months)
    scaled = payment * scale(loan.rate, last)
    amount = between(scaled, loan.first, last, line, lines, months)
    principal = np.minimum(growth(loan.rate, line, lines, months) * amount, paid)
    return paid - principal, principal


def service_entries(lines: tuple[Line, ...], interest: Array, principal: Array) -> list[Entry]:
    """Entries of interest and principal, (D, L, M) each."""
    of_interest = tuple(Line(x.payer, x.payee, x.instrument, INTEREST) for x in lines)
    of_principal = tuple(Line(x.payer, x.payee, x.instrument, PRINCIPAL) for x in lines)
    return [*entries_of(of_interest, interest), *entries_of(of_principal, principal)]


def scale(rate: Array, month: Array) -> Array:
    """(1 + j)^-month of each block, 1 where the month never comes.

    What grows by (1 + j) a month is summed over the blocks of a line without its growth, which
    `growth` puts back: one array of steps instead of one row a block.
    """
    exponent = -np.where(np.isfinite(month), month, 0.0)
    out: Array = np.exp(exponent * np.log1p(rate))
    return out


def growth(rate: Array, line: IntArray, lines: int, months: int) -> Array:
    """(1 + j)^m of each line, (D, L, M)."""
    by_line = {k: b for b, k in enumerate(line) if k >= 0}
    of_line = rate[:, [by_line[k] for k in range(lines)]]
    out: Array = np.exp(np.log1p(of_line)[:, :, None] * np.arange(months))
    return out


def capitalised_entries(
    added: Array, first: Array, lines: tuple[Line, ...], line: IntArray, months: int
) -> list[Entry]:
    """Interest that was added to the balance until the first payment: moves no cash."""
    labels = tuple(Line(x.payer, x.payee, x.instrument, CAPITALISED) for x in lines)
    amount = monthly_lumps(np.maximum(added, 0.0), first, line, len(lines), months)
    return entries_of(labels, amount) if lines else []
