"""A declining share of what an operator's customers pay goes to a partner.

    pay(m) = share (1 - decline)^y x receipts of the operator in month m

y whole years since the start: the date, else the first month with receipts; for the term. Receipts
are bills for capacity, renewals and revenue from users. Leaves out: floors, caps, buy-outs.
"""

from __future__ import annotations

import numpy as np

from gigawatt.money.accounts import Leg
from gigawatt.money.operation import Operation
from gigawatt.money.page import Figures, Page, millions
from gigawatt.money.result import Entry
from gigawatt.program.kind import Kind, Term, Total
from gigawatt.program.model import Instrument, Program
from gigawatt.quantity.arrays import Array
from gigawatt.quantity.units import MONTHS_PER_YEAR

KIND = "revenue_share"
ORDER = 60
BASE = ("capacity", "renewal", "resold", "revenue")
LEG = "revenue_share"


def idle(program: Program, instrument: Instrument) -> str:
    """Only who is cloud or tenant of a site has revenue here."""
    operator = instrument.parties.get("operator")
    earns = any(operator in (site.cloud, site.tenant) for site in program.sites)
    return "" if earns else f"{operator} is cloud or tenant of no site and sells no capacity"


SPEC = Kind(
    "A declining share of what an operator's customers pay goes to a partner.",
    ("operator", "partner"),
    {
        "share": Term("share", "share in the first year"),
        "decline_share": Term("share", "by how much the share falls per year", 0.0),
        "term_years": Term("years", "length", 10.0, positive=True),
    },
    ("start",),
    totals=(
        Total(
            "share", "operator", "{party} gives away {total:.3g} of its revenue in all; at most 1"
        ),
    ),
    idle=idle,
)
LEGS = (Leg(LEG, "operator", "partner", owed=True),)


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


def example() -> Figures:
    """Figures of the worked example."""
    share = declining(np.array(0.03), np.array(0.2), np.arange(0.0, 36.0, 12.0),
                                    np.array(6.0))  # fmt: skip
    return [
        (f"year {k + 1}, on 1,000 m USD", millions(float(s) * 1e9)) for k, s in enumerate(share)
    ]


PAGE = Page(
    "years since the start",
    "the date, else the first receipts",
    "3 %, falling by a fifth a year",
    example,
)
