"""Equity paid on a date, without milestones: the amount, in the month of the date.

Nothing is paid once either party is in default.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from gigawatt.money.accounts import HELD, PAID_IN, Leg
from gigawatt.money.flows import Line, Lumps, Plan
from gigawatt.money.inputs import MoneyInputs
from gigawatt.money.page import Figures, Page
from gigawatt.program.kind import PRICE_OF_SHARES, Kind, Term
from gigawatt.quantity.arrays import NEVER
from gigawatt.schedule.result import ScheduleResult

KIND = "equity_plain"
ORDER = 24.5
LEG = "equity"
SPEC = Kind(
    "Equity paid on a date, without milestones.",
    ("investor", "issuer"),
    {
        "amount_usd": Term("usd", "amount paid"),
        "round_usd": Term("usd", "whole of the round, with others; 0 = this amount alone", 0.0),
        **PRICE_OF_SHARES,
    },
    required_dates=("date",),
    whole_of=(("round_usd", "amount_usd"),),
    equity="amount_usd",
)
LEGS = (Leg(LEG, "investor", "issuer", HELD, PAID_IN),)


def plans(inputs: MoneyInputs, schedule: ScheduleResult, before: Sequence[Plan]) -> list[Plan]:
    """Payment of every such contract."""
    out: list[Plan] = []
    for c in inputs.of_kind(KIND):
        line = Line(c.parties["investor"], c.parties["issuer"], c.id, LEG)
        ends = inputs.first_default(c.parties["investor"], c.parties["issuer"])[:, None]
        date = np.where(c.dates["date"] < ends, c.dates["date"], NEVER)
        out.append(Lumps((line,), np.zeros(1, np.int64), c.terms["amount_usd"][:, None], date))
    return out


def example() -> Figures:
    """Figures of the worked example."""
    amount, before, whole = 30e9, 730e9, 110e9
    return [("stake after the round", f"{amount / (before + whole):.2%}")]


PAGE = Page(
    "stake where a value is told",
    "a date",
    "30 bn in a round of 110 bn at 730 bn before the money",
    example,
)
