"""Which file computes which kind of instrument: a new kind is one new file in `instruments`.

A file holds everything about its kind:

- ``KIND``, ``ORDER``: its name, and its place among the others when the ledger is settled;
- ``SPEC``: what a programme may write of it (`program.kind.Kind`);
- ``LEGS``: its payments, with their accounts (`accounts.Leg`);
- ``PAGE``: what the docs say beside the formula at its head, with a worked example (`page.Page`);

and any of these functions:

- ``plans(inputs, schedule, before)``: investment flows as closed forms of dates, which the funding
  gate can ask month by month; rules run by `ORDER` and see the plans of those before them;
- ``operate(op)``: entries of the running programme;
- ``close(op)``: entries that follow from all others (``op.paid``): taxes, shares of revenue,
  guarantees, distributions;
- ``memo(op)``: what moves no cash.

`bridge` closes what is left of the investment, see `funding`.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache
from types import ModuleType
from typing import Any

from gigawatt.money.accounts import ACCOUNTS, BUILT_IN, EXPENSE, INCOME, PAID_IN, Leg, Memo, Sides
from gigawatt.money.flows import Plan
from gigawatt.money.inputs import MoneyInputs
from gigawatt.money.operation import Operation
from gigawatt.money.page import Page
from gigawatt.money.result import Entry
from gigawatt.program.instruments import HOME, DeclarationError, instrument_files
from gigawatt.program.kind import Kind
from gigawatt.schedule.result import ScheduleResult

InvestmentRule = Callable[[MoneyInputs, ScheduleResult, Sequence[Plan]], list[Plan]]
OperationRule = Callable[[Operation], list[Entry]]


@dataclass(frozen=True, slots=True)
class Registered:
    """One instrument: what its file holds (see the head of this module)."""

    kind: str
    spec: Kind
    legs: tuple[Leg, ...]
    page: Page
    formula: str
    plans: InvestmentRule | None
    operate: OperationRule | None
    close: OperationRule | None
    memo: OperationRule | None


def _registered(module: ModuleType) -> Registered:
    def rule(name: str) -> Any:  # noqa: ANN401
        return getattr(module, name, None)

    if not isinstance(rule("PAGE"), Page) or not rule("LEGS"):
        raise DeclarationError(f"{module.__file__}: an instrument needs LEGS and a PAGE")
    return Registered(
        module.KIND, module.SPEC, tuple(module.LEGS), module.PAGE, module.__doc__ or "",
        rule("plans"), rule("operate"), rule("close"), rule("memo"),
    )  # fmt: skip


@cache
def registered(home: str = HOME) -> tuple[Registered, ...]:
    """All instruments of a folder in the order in which they settle."""
    return tuple(_registered(m) for m in instrument_files(home))


@cache
def leg_sides() -> dict[str | tuple[str, str], Sides]:
    """Accounts of every leg that does not simply cost the payer and earn the payee.

    Raises
    ------
    DeclarationError : an account that the books don't have, or two instruments that give a leg of
        one name different accounts.
    """
    out = dict(BUILT_IN)
    for leg in _legs():
        unknown = {*leg.sides, *(a for side in leg.memo or () for a in side)} - ACCOUNTS
        if unknown:
            raise DeclarationError(
                f"leg {leg.name!r} has the account {min(unknown)!r}; there are "
                f"{', '.join(sorted(ACCOUNTS))}"
            )
        if out.setdefault(leg.name, leg.sides) != leg.sides:
            raise DeclarationError(
                f"leg {leg.name!r} has the accounts {out[leg.name]} and {leg.sides}"
            )
    return out


@cache
def memo_sides() -> dict[str, Memo]:
    """What stands at both sides of a leg that moves no cash, debit first."""
    return {leg.name: leg.memo for leg in _legs() if leg.memo}


@cache
def under_contract() -> frozenset[str]:
    """Legs that a party in default no longer pays."""
    return frozenset(leg.name for leg in _legs() if leg.owed)


@cache
def equity_legs() -> frozenset[str]:
    """Legs by which equity is put in, of the kinds that say so (`Kind.equity`)."""
    return frozenset(
        leg.name for r in registered() if r.spec.equity for leg in r.legs
        if leg.payee_account == PAID_IN
    )  # fmt: skip


def sides(instrument: str, leg: str) -> Sides:
    """Accounts of a payment."""
    of_all = leg_sides()
    return of_all.get((instrument, leg)) or of_all.get(leg) or Sides(EXPENSE, INCOME)


def _legs() -> list[Leg]:
    return [leg for r in registered() for leg in r.legs]
