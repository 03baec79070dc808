"""Equity paid on a date, without milestones: the amount, in the month of the date."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from gigawatt.money.flows import Line, Lumps, Plan
from gigawatt.money.inputs import MoneyInputs
from gigawatt.schedule.result import ScheduleResult

KIND = "equity_plain"
ORDER = 24.5
LEG = "equity"


def plans(inputs: MoneyInputs, schedule: ScheduleResult, before: Sequence[Plan]) -> list[Plan]:
    """Payment of every such contract."""
    out: list[Plan] = []
    for c in inputs.of_kind(KIND):
        line = Line(c.parties["investor"], c.parties["issuer"], c.id, LEG)
        date = np.full((inputs.draws, 1), c.dates["date"])
        out.append(Lumps((line,), np.zeros(1, np.int64), c.terms["amount_usd"][:, None], date))
    return out
