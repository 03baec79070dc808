"""Tables of the page on money: who loses what, and the announcement against what came of it.

    python -m gigawatt.study.books.ledger_page docs/money.md

runs the bundled programmes and writes the tables between the marks.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import numpy as np

from gigawatt.money.registry import equity_legs
from gigawatt.program.load import load_program
from gigawatt.study.books import ledger_view as v
from gigawatt.study.books.ledger_view import LedgerView, ledger_view
from gigawatt.study.books.stress import losses_usd, stress
from gigawatt.study.books.tranche_account import tranche_table

DRAWS, SEED = 500, 1
ANNOUNCED, SIGNED = "openai-nvidia-2025-09", "openai-nvidia-2026-02"
SHOWN_USD = 1e9  # parties whose largest loss is smaller are left out
BN = 1e9


def mark(name: str, end: bool = False) -> str:
    """Comment that opens or closes a table."""
    return f"<!-- {name}: {'end' if end else 'start'} -->"


def stress_table() -> str:
    """Mean loss of value by party and scenario, bn USD."""
    outcomes = stress(load_program(ANNOUNCED), DRAWS, SEED)
    losses = [losses_usd(outcomes[0], o) for o in outcomes[1:]]
    none = np.zeros(1)
    losses = [{p: x.get(p, none) for p in {k for y in losses for k in y}} for x in losses]
    size = {p: max(abs(float(x[p].mean())) for x in losses) for p in losses[0]}
    parties = [p for p in sorted(size, key=lambda p: -size[p]) if size[p] >= SHOWN_USD]
    names = [o.scenario.name for o in outcomes[1:]]
    body = [f"| {p} | " + " | ".join(f"{float(x[p].mean()) / BN:.1f}" for x in losses) + " |"
            for p in parties]  # fmt: skip
    return "\n".join([f"| party | {' | '.join(names)} |", "|---" * (len(names) + 1) + "|", *body])


def deal_table() -> str:
    """Figures of both programmes beside what was told."""
    views = [ledger_view(load_program(n), DRAWS, SEED, "year") for n in (ANNOUNCED, SIGNED)]
    a, b = (_figures(x) for x in views)
    told = {
        "equity": ("100 in ten steps, one a GW", "30 at once, 27 February 2026"),
        "first": ("at the first GW, H2 2026", "February 2026"),
        "before": ("", ""),
        "part": ("10 over 35 a GW: 29 %; over 25: 40 %", "6 a GW over 35: 17 %"),
        "back": ("", ""),
        "stake": ("not told", "30 of 840 after the round"),
        "gap": ("", ""),
        "need": ("", ""),
    }
    names = {
        "equity": "NVIDIA's equity within the calendar", "first": "first payment",
        "before": "spent on capacity before the first step",
        "part": "equity over systems sold", "back": "back as purchases within 12 months",
        "stake": "stake", "gap": "peak of the funding gap, P50",
        "need": "the same with operating cash, P50",
    }  # fmt: skip
    head = ["| | told of the letter | programme of September 2025 | told of the round "
            "| programme of February 2026 |", "|---|---|---|---|---|"]  # fmt: skip
    rows = [f"| {names[k]} | {told[k][0]} | {a[k]} | {told[k][1]} | {b[k]} |" for k in names]
    return "\n".join([*head, *rows])


def _figures(view: LedgerView) -> dict[str, str]:
    circle = v.circularity_table(view)[0]
    paid = [r for r in v.rows(view) if r["leg"] in equity_legs()]
    tranches, stakes, gap = tranche_table(view), v.stake_table(view), v.gap_table(view)
    return {
        "equity": f"{circle['equity_usd'] / BN:.0f}",
        "first": _first(view, paid),
        "before": f"{tranches[0]['capacity_usd'] / BN:.0f}" if tranches else "all of it follows",
        "part": f"{circle['equity_over_systems_share']:.0%}",
        "back": f"{circle['back_within_12_months_share']:.0%}",
        "stake": f"{stakes[0]['stake_share_p50']:.1%}" if stakes else "no value is told",
        "gap": f"{gap['investment_gap_peak_usd_p50'] / BN:.0f}",
        "need": f"{gap['gap_with_operation_peak_usd_p50'] / BN:.0f}",
    }


def _first(view: LedgerView, paid: list[dict[str, Any]]) -> str:
    """Year by whose end half of the draws have had a payment."""
    for year in sorted({r["period"] for r in paid}):
        so_far = sum(r["usd_p50"] for r in paid if r["period"] <= year)
        if so_far > 0.0:
            return f"{year} (median draw)"
    return "never in half of the draws"


def with_tables(page: str) -> str:
    """`page` with both tables made anew."""
    for name, made in (("stress", stress_table), ("deal", deal_table)):
        before, rest = page.split(mark(name))
        _, after = rest.split(mark(name, end=True))
        page = f"{before}{mark(name)}\n\n{made()}\n\n{mark(name, end=True)}{after}"
    return page


if __name__ == "__main__":
    target = Path(sys.argv[1])
    target.write_text(with_tables(target.read_text(encoding="utf-8")), encoding="utf-8")
