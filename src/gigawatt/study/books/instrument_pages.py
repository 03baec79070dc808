"""The page of instruments: parties, legs, state, trigger, formula, and a worked example of each.

    python -m gigawatt.study.books.instrument_pages docs/instruments.md

writes it between the marks. All of it stands in the instruments' own files: formulas at their
heads, the rest in `SPEC`, `LEGS` and `PAGE`; the figures of the examples come from the functions
that settle the ledger.
"""

from __future__ import annotations

import inspect
import sys
from pathlib import Path

from gigawatt.money.accounts import Leg
from gigawatt.money.registry import Registered, registered

MARK = ("<!-- instruments: start -->", "<!-- instruments: end -->")


def page_text() -> str:
    """All instruments as Markdown, in the order in which they settle."""
    return "\n\n".join(_page(instrument) for instrument in registered())


def _page(instrument: Registered) -> str:
    page = instrument.page
    head, _, body = inspect.cleandoc(instrument.formula).partition("\n")
    lines = [
        f"## `{instrument.kind}`", "", head, "",
        f"- **Parties**: {', '.join(instrument.spec.roles)}. **Legs**: {_legs(instrument.legs)}.",
        f"- **State**: {page.state}. **Trigger**: {page.trigger}.", "",
        body.strip("\n"), "", f"**Example.** {page.given[0].upper()}{page.given[1:]}:", "",
        "| | |", "|---|---|", *(f"| {name} | {value} |" for name, value in page.figures()),
    ]  # fmt: skip
    return "\n".join(lines)


def _legs(legs: tuple[Leg, ...]) -> str:
    """Payments by payer and payee, in words."""
    pairs: dict[tuple[str, str], list[str]] = {}
    for leg in legs:
        name = leg.name.replace("_", " ") + (" (no cash)" if leg.memo else "")
        pairs.setdefault((leg.payer, leg.payee), []).append(name)
    return "; ".join(f"{', '.join(n)}: {payer} → {payee}" for (payer, payee), n in pairs.items())


def with_pages(text: str) -> str:
    """`text` with the instruments between its marks made anew."""
    before, rest = text.split(MARK[0])
    _, after = rest.split(MARK[1])
    return f"{before}{MARK[0]}\n\n{page_text()}\n\n{MARK[1]}{after}"


if __name__ == "__main__":
    target = Path(sys.argv[1])
    target.write_text(with_pages(target.read_text(encoding="utf-8")), encoding="utf-8")
