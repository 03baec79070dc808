"""The figures on the page of money are near what its command makes of the programmes."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from gigawatt.study.books import ledger_page

PAGE = Path(__file__).parents[2] / "docs/money.md"
NEAR_BN, NEAR_SHARE = (
    4.0,
    0.15,
)  # of the larger; ledger_page renews the page


def cells(table):
    """(row, column) → text."""
    rows = [[c.strip() for c in line.strip("|").split("|")] for line in table.strip().splitlines()]
    return {(r[0], name): c for r in rows[2:] for name, c in zip(rows[0][1:], r[1:], strict=True)}


@pytest.mark.parametrize(("name", "make"), [("stress", ledger_page.stress_table),
                                            ("deal", ledger_page.deal_table)])  # fmt: skip
def test_the_page_tells_what_the_programmes_give(name, make, monkeypatch):
    monkeypatch.setattr(ledger_page, "DRAWS", 150)
    page = PAGE.read_text(encoding="utf-8")
    told = cells(page.split(ledger_page.mark(name))[1].split(ledger_page.mark(name, end=True))[0])
    found = cells(make())
    compared = 0
    for key in told.keys() & found.keys():
        number = re.fullmatch(r"(-?[\d.]+)(%?)", told[key])
        other = re.fullmatch(r"(-?[\d.]+)(%?)", found[key])
        if not number or not other:
            continue
        a, b = float(number[1]), float(other[1])
        assert abs(a - b) <= max(NEAR_BN, NEAR_SHARE * max(abs(a), abs(b))), (key, a, b)
        compared += 1
    assert compared >= (100 if name == "stress" else 10)
