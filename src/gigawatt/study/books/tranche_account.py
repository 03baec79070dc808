"""Uses and sources of the money between one tranche of milestone equity and the next."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from gigawatt.money.accounts import POWER_BILL
from gigawatt.money.by_tranche import paid_by_tranche
from gigawatt.money.registry import equity_legs
from gigawatt.money.result import Entry
from gigawatt.study.books.ledger_view import PAID_BACK, LedgerView

USES = {
    "capacity": ("systems_paid", "network", "storage_cpu", "site_capex", "deposit", "delivery",
                 "acceptance", "refresh"),
    "energy": (*POWER_BILL, "connection"),
    "other": ("opex", "interest", "commitment_fee", "upfront_fee", "tax"),
}  # fmt: skip
FROM = ("equity", "loans", "unnamed", "own_cash")  # what pays for the uses; the last closes


def tranche_table(view: LedgerView) -> list[dict[str, Any]]:
    """What those who build spend after each tranche of milestone equity until the next, and whence.

    Equity is what reaches them, at once or as a prepayment; their own cash (receipts less what they
    repay and pay out) closes each row, and is negative where more came in than was spent.
    """
    entries = view.chain.ledger.entries
    builders = {e.payer for e in entries if e.investment and e.leg in ("deposit", "construction")}
    loans = {e.instrument for e in entries if e.leg in ("interest", "principal")}

    def spent(names: tuple[str, ...]) -> Callable[[Entry], float]:
        return lambda e: float(e.payer in builders and (e.instrument in names or e.leg in names))

    def equity(e: Entry) -> float:
        passed = (e.leg == "prepayment" or e.leg in equity_legs()) and e.payer not in builders
        return float(passed and e.payee in builders)

    def lent(e: Entry) -> float:
        return float(e.leg == "draw" and e.payee in builders and e.instrument in loans)

    def unnamed(e: Entry) -> float:
        if e.leg == "draw" and e.payee in builders and e.instrument not in loans:
            return 1.0
        return -float(e.leg in PAID_BACK and e.payer in builders)

    parts = {u: spent(names) for u, names in USES.items()}
    parts |= {"equity": equity, "loans": lent, "unnamed": unnamed}
    found = paid_by_tranche(view.chain.ledger, parts, frozenset({"equity"}))
    if found is None:
        return []
    uses, money = (np.sum([found[n] for n in names], axis=0) for names in (USES, FROM[:-1]))
    found["own_cash"] = uses - money
    return [
        {"tranches_released": k, **{f"{name}_usd": float(v[k]) for name, v in found.items()}}
        for k in range(len(found["own_cash"]))
    ]
