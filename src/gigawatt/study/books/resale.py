"""What used systems are worth, and what is owed on them: resale by age, loan to value by year."""

from __future__ import annotations

from typing import Any

import numpy as np

from gigawatt.money import accounts
from gigawatt.money.instruments import chip_lease_spv, delayed_draw_loan
from gigawatt.money.loan import CAPITALISED
from gigawatt.money.registry import sides
from gigawatt.money.retirement import SALVAGE
from gigawatt.quantity.arrays import Array, IntArray
from gigawatt.quantity.units import MONTHS_PER_YEAR
from gigawatt.study.books.ledger_view import LedgerView
from gigawatt.uncertainty.summary import bands

AGES = range(9)
BORROWERS = {chip_lease_spv.KIND: "spv", delayed_draw_loan.KIND: "borrower"}


def resale_table(view: LedgerView) -> list[dict[str, Any]]:
    """Value of systems over their cost by age in years: the resale factor to the power of it."""
    factor = view.chain.money.assumptions.resale_yearly_factor
    out = []
    for age in AGES:
        low, middle, high = bands(factor**age)
        out.append({"age_years": age, "value_share_p10": float(low),
                    "value_share_p50": float(middle), "value_share_p90": float(high)})  # fmt: skip
    return out


def loan_to_value_table(view: LedgerView) -> list[dict[str, Any]]:
    """Loans on systems over the resale value of all systems that the borrower bought, by year end.

    Years without a loan are left out. Above 1 the lender is not covered by a sale. Where a loan has
    a covenant on it, `above_covenant_share` is the share of draws with a loan that break it; such a
    loan lends no more, what is lent stays.
    """
    money, axis = view.chain.money, view.chain.axis
    loans: dict[str, set[str]] = {}
    covenant: dict[str, Array] = {}
    for c in money.contracts:
        if c.kind in BORROWERS:
            party = c.parties[BORROWERS[c.kind]]
            loans.setdefault(party, set()).add(c.id)
            most = c.terms.get(delayed_draw_loan.COVENANT)
            if most is not None and np.isfinite(most).all():
                covenant[party] = np.minimum(most, covenant.get(party, most))
    last = np.flatnonzero(np.diff(axis.years(), append=-1))
    out = []
    for party, ids in loans.items():
        balance = balance_usd(view, party, ids)[:, last]
        value = systems_usd(view, party, last)
        for k, year in enumerate(axis.years()[last]):
            owing = (balance[:, k] > 1.0) & (value[:, k] > 0.0)
            if owing.mean() < 0.5:
                continue
            ratio = balance[owing, k] / value[owing, k]
            low, middle, high = bands(ratio)
            above = np.mean(ratio > covenant[party][owing]) if party in covenant else None
            out.append({
                "borrower": party, "year": str(year),
                "balance_usd_mean": float(balance[:, k].mean()),
                "value_usd_mean": float(value[:, k].mean()), "loan_to_value_share_p10": float(low),
                "loan_to_value_share_p50": float(middle), "loan_to_value_share_p90": float(high),
                "above_covenant_share": None if above is None else float(above),
            })  # fmt: skip
    return out


def balance_usd(view: LedgerView, party: str, ids: set[str]) -> Array:
    """What a party owes under some loans at the end of each month, (D, M)."""
    ledger = view.chain.ledger
    moved = np.zeros_like(ledger.gap_usd)
    for e in (*ledger.entries, *ledger.memo):
        if e.instrument not in ids:
            continue
        if (e.leg == "draw" and e.payee == party) or (e.leg == CAPITALISED and e.payer == party):
            moved += e.amount_usd
        elif e.leg == "principal" and e.payer == party:
            moved -= e.amount_usd
    return np.cumsum(moved, axis=1)


def systems_usd(view: LedgerView, party: str, months: IntArray) -> Array:
    """Resale value of the systems that a party bought, at the end of some months, (D, K)."""
    ledger, factor = view.chain.ledger, view.chain.money.assumptions.resale_yearly_factor
    bought = np.zeros_like(ledger.gap_usd)
    for e in ledger.entries:
        if e.payer == party and sides(e.instrument, e.leg).payer == accounts.IT:
            bought += e.amount_usd
        elif e.payee == party and e.leg == SALVAGE:
            bought -= e.amount_usd
    out = np.zeros((len(bought), len(months)))
    for k, month in enumerate(months):
        age = np.maximum(month + 0.5 - np.arange(bought.shape[1]), 0.0) / MONTHS_PER_YEAR
        held = np.arange(bought.shape[1]) <= month
        value = np.sum(bought * held * factor[:, None] ** age, axis=1)
        out[:, k] = np.maximum(value, 0.0)
    return out
