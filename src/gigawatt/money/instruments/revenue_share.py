"""A declining share of what an operator's customers pay goes to a partner.

    pay(m) = share (1 - decline)^y x receipts of the operator in month m

y whole years since the start: the date, else the first month with receipts; for the term. Receipts
are bills for capacity, renewals and revenue from users. Leaves out: floors, caps, buy-outs.
"""

from __future__ import annotations

import numpy as np

from gigawatt.money.operation import Operation
from gigawatt.money.result import Entry
from gigawatt.quantity.arrays import Array
from gigawatt.quantity.units import MONTHS_PER_YEAR

KIND = "revenue_share"
ORDER = 60
BASE = ("capacity", "renewal", "resold", "revenue")


def close(op: Operation) -> list[Entry]:
    """Payments of all such contracts."""
    out: list[Entry] = []
    for c in op.inputs.of_kind(KIND):
        operator, partner = c.parties["operator"], c.parties["partner"]
        received = np.zeros((op.inputs.draws, op.months))
        for e in op.paid:
            if e.payee == operator and e.leg in BASE:
                received = received + e.amount_usd
        months = np.arange(float(op.months))
        begun = received > 0.0
        first = np.where(begun.any(axis=1), begun.argmax(axis=1), op.months)[:, None]
        start = np.floor(c.dates["start"]) if "start" in c.dates else first
        share = declining(
            c.terms["share"][:, None], c.terms["decline_share"][:, None], months - start,
            c.terms["term_years"][:, None],
        )  # fmt: skip
        out.append(Entry(operator, partner, c.id, "revenue_share", share * received, False))
    return out


def declining(share: Array, decline: Array, months: Array, term_years: Array) -> Array:
    """Share after `months` since the start; 0 before it and after the term.

    >>> declining(np.array(0.2), np.array(0.5), np.array([-1, 0, 12, 24]), np.array(2.0))
    array([0. , 0.2, 0.1, 0. ])
    """
    year = np.floor(np.maximum(months, 0) / MONTHS_PER_YEAR)
    within = (months >= 0) & (months < term_years * MONTHS_PER_YEAR)
    out: Array = np.where(within, share * (1.0 - decline) ** year, 0.0)
    return out
