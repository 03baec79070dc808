"""Which file computes which kind of instrument: a new kind is one new file in this folder.

Its terms stand in the border table (`program/instruments.py`). A file names its `KIND` and any of

- ``plans(inputs, schedule, before)``: investment flows as closed forms of dates, which the funding
  gate can ask month by month; rules run by `ORDER` and see the plans of those before them;
- ``operate(op)``: entries of the running programme;
- ``close(op)``: entries that follow from all others (``op.paid``): taxes, shares of revenue,
  guarantees, distributions;
- ``memo(op)``: what moves no cash.

`bridge` closes what is left of the investment, see `funding`.
"""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Callable, Sequence
from types import ModuleType
from typing import Any

from gigawatt.money import instruments
from gigawatt.money.flows import Plan
from gigawatt.money.inputs import MoneyInputs
from gigawatt.money.operation import Operation
from gigawatt.money.result import Entry
from gigawatt.schedule.result import ScheduleResult

InvestmentRule = Callable[[MoneyInputs, ScheduleResult, Sequence[Plan]], list[Plan]]
OperationRule = Callable[[Operation], list[Entry]]


def _files() -> list[ModuleType]:
    """Files of the folder that name a kind, by `ORDER`, then by name."""
    names = [m.name for m in pkgutil.iter_modules(instruments.__path__) if m.name != "registry"]
    found = [importlib.import_module(f"{instruments.__name__}.{name}") for name in names]
    return sorted((m for m in found if hasattr(m, "KIND")), key=lambda m: (m.ORDER, m.KIND))


def _rules(name: str) -> dict[str, Any]:
    return {m.KIND: getattr(m, name) for m in FILES if hasattr(m, name)}


FILES = _files()
INVESTMENT: dict[str, InvestmentRule] = _rules("plans")
OPERATION: dict[str, OperationRule] = _rules("operate")
CLOSE: dict[str, OperationRule] = _rules("close")
MEMO: dict[str, OperationRule] = _rules("memo")
CLOSING = ("bridge",)
