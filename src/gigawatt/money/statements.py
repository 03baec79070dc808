"""Income, cash flow and balance sheet of every party, from the ledger by double entry.

Every payment moves cash and one account at each side (`accounts`); what moves no cash comes
from the memo book; systems and sites are written off in straight lines over their book lives. All
of it is linear, so the statements of mean flows are the mean statements.

Debits count positive. The balances of a party sum to zero in every month (test).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import numpy as np

from gigawatt.money import accounts
from gigawatt.money.registry import memo_sides, sides
from gigawatt.money.result import Entry, Ledger
from gigawatt.quantity.arrays import Array
from gigawatt.quantity.units import MONTHS_PER_YEAR

CASH, DEPRECIATION = "cash", "depreciation"
ASSETS = (
    CASH, accounts.IT, accounts.SITE, accounts.LOANS, accounts.HELD, accounts.PREPAID,
    accounts.ESCROWED,
)  # fmt: skip
LIABILITIES = (accounts.DEBT, accounts.OWED, accounts.IN_TRUST)
EQUITY = (accounts.PAID_IN, "retained")
RESULT = (accounts.INCOME, accounts.EXPENSE, DEPRECIATION, accounts.TAX, accounts.DISTRIBUTED)
INVESTING = (accounts.IT, accounts.SITE, accounts.LOANS, accounts.HELD, accounts.ESCROWED)
FINANCING = (accounts.DEBT, accounts.PAID_IN, "distributed")


@dataclass(frozen=True, slots=True)
class Statement:
    """One party's books; arrays (M,) of mean nominal USD.

    Attributes
    ----------
    income : "income", "expense", "interest_paid", "depreciation", "tax", "result" of each month.
    cash : "operating", "investing", "financing" and their sum "change" of each month.
    balance : assets positive, liabilities and equity positive too, at the end of each month:
        assets = liabilities + equity.
    """

    income: dict[str, Array]
    cash: dict[str, Array]
    balance: dict[str, Array]


@dataclass(frozen=True, slots=True)
class BookLives:
    """Years over which books write off systems and sites in straight lines."""

    it_years: float = 6.0
    site_years: float = 20.0


def statements(ledger: Ledger, lives: BookLives | None = None) -> dict[str, Statement]:
    """Statements of all parties, by mean flows."""
    lives = lives or BookLives()
    posted = _posted(ledger)
    interest = _interest(ledger.entries)
    return {p: _statement(posted[p], interest[p], lives) for p in ledger.parties}


def _posted(ledger: Ledger) -> Mapping[str, dict[str, Array]]:
    """Party → account → debits less credits of each month."""
    months = ledger.gap_usd.shape[1]
    books: dict[str, dict[str, Array]] = defaultdict(lambda: defaultdict(lambda: np.zeros(months)))
    for e in ledger.entries:
        amount = e.amount_usd.mean(axis=0)
        account = sides(e.instrument, e.leg)
        books[e.payer][account.payer] = books[e.payer][account.payer] + amount
        books[e.payer][CASH] = books[e.payer][CASH] - amount
        books[e.payee][CASH] = books[e.payee][CASH] + amount
        books[e.payee][account.payee] = books[e.payee][account.payee] - amount
    memo = memo_sides()
    for e in ledger.memo:
        amount = e.amount_usd.mean(axis=0)
        for party, (debit, credit) in zip((e.payer, e.payee), memo[e.leg], strict=True):
            books[party][debit] = books[party][debit] + amount
            books[party][credit] = books[party][credit] - amount
    return books


def _interest(entries: Iterable[Entry]) -> Mapping[str, Array]:
    paid: dict[str, Array] = defaultdict(lambda: np.zeros(1))
    for e in entries:
        if e.leg == "interest":
            paid[e.payer] = paid[e.payer] + e.amount_usd.mean(axis=0)
    return paid


def _statement(book: Mapping[str, Array], interest: Array, lives: BookLives) -> Statement:
    months = len(book[CASH])

    def moved(account: str) -> Array:
        return book.get(account, np.zeros(months))

    it = _straight(moved(accounts.IT), lives.it_years)
    site = _straight(moved(accounts.SITE), lives.site_years)
    income = {
        "income": -moved(accounts.INCOME),
        "expense": moved(accounts.EXPENSE) - interest,
        "interest_paid": interest + np.zeros(months),
        "depreciation": it + site,
        "tax": moved(accounts.TAX),
    }
    income["result"] = income["income"] - sum(v for k, v in income.items() if k != "income")
    investing = -sum((_cash_part(book, a) for a in INVESTING), np.zeros(months))
    financing = -sum((_cash_part(book, a) for a in FINANCING), np.zeros(months))
    change = moved(CASH)
    cash = {
        "operating": change - investing - financing, "investing": investing,
        "financing": financing, "change": change,
    }  # fmt: skip
    balance = {a: np.cumsum(moved(a)) for a in ASSETS}
    balance[accounts.IT] = balance[accounts.IT] - np.cumsum(it)
    balance[accounts.SITE] = balance[accounts.SITE] - np.cumsum(site)
    balance |= {a: -np.cumsum(moved(a)) for a in (*LIABILITIES, accounts.PAID_IN)}
    balance["retained"] = np.cumsum(income["result"] - moved("distributed"))
    return Statement(income, cash, balance)


def _cash_part(book: Mapping[str, Array], account: str) -> Array:
    """Movement of an account against cash: with what the memo book moves, which nets out."""
    return book.get(account, np.zeros(len(book[CASH])))


def _straight(added: Array, years: float) -> Array:
    """Depreciation of each month, (M,), of what was added (or taken away), from that month on."""
    life = max(round(years * MONTHS_PER_YEAR), 1)
    total = np.concatenate([[0.0], np.cumsum(added)])
    end = np.arange(1, len(added) + 1)
    return np.asarray((total[end] - total[np.maximum(end - life, 0)]) / life)


def out_of_balance_usd(statement: Statement) -> Array:
    """Assets less liabilities and equity at the end of each month, (M,): zero but for rounding."""
    held = sum(statement.balance[a] for a in ASSETS)
    owed = sum(statement.balance[a] for a in (*LIABILITIES, *EQUITY))
    return np.asarray(held - owed)
