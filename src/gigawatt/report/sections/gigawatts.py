"""Each gigawatt: when it comes, what it waits for and where, and what would bring it forward.

From ``gigawatts.json`` of the run (see `study.reasons.gigawatt_notes`): the block that completes a
gigawatt is known in each draw, and so is what was last to be ready there.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from gigawatt.report.page import Cell, Column, Listing, Part, Section, Table
from gigawatt.report.sections import dates
from gigawatt.report.sections.dates import capital, read_schedule
from gigawatt.report.texts import texts_of
from gigawatt.report.view import View

FILE_NAME = "gigawatts.json"
CAUSES = 2
LEAST_SHARE = 0.1  # of draws, for a further cause to be told
LEAST_GAIN_MONTHS = 0.1
Note = Mapping[str, Any]


def read_notes(folder: Path) -> list[Note]:
    """Notes of a run; none where it has no such file."""
    file = folder / FILE_NAME
    if not file.is_file():
        return []
    told: list[Note] = json.loads(file.read_text(encoding="utf-8"))["notes"]
    return told


def section(view: View) -> Section | None:
    """One sentence for each gigawatt, and what each lever gains."""
    notes = read_notes(view.run.folder)
    if not notes:
        return None
    say = view.say
    items = tuple(Cell(sentence(view, note)) for note in notes)
    levers = (read_schedule(view) or {}).get("levers") or ()
    priced = (dates.lever_table(view, levers),) if levers else ()
    parts: tuple[Part, ...] = (Listing(items), *_gains(view, notes), *priced)
    return Section("gigawatts", say("gigawatts.title"), say("gigawatts.intro"), parts)


def sentence(view: View, note: Note) -> str:
    """Date with its range, what it waits for and where, and the largest relief."""
    if not note["causes"]:
        return f"{_when(view, note)}."
    clauses = (f"{_when(view, note)}{_because(view, note)}", _relief(view, note))
    return f"{view.locale.joint.join(c for c in clauses if c)}."


def _when(view: View, note: Note) -> str:
    say, number = view.say, note["number"]
    if note["p50"]:
        low, middle, high = (view.month(note[k]) for k in ("p10", "p50", "p90"))
        return say("gigawatts.when", number=number, p50=middle, p10=low, p90=high)
    share = view.percent(note["reached_share"])
    return say("gigawatts.late", number=number, horizon=view.month(view.horizon), share=share)


def _because(view: View, note: Note) -> str:
    say, text = view.say, texts_of(view.say.lang)
    ranked = list(note["causes"].items())
    told = [c for k, c in enumerate(ranked[:CAUSES]) if k == 0 or c[1] >= LEAST_SHARE]
    causes = ", ".join(
        say("gigawatts.cause", cause=say.label("constraint", c), share=view.percent(s))
        for c, s in told
    )
    sites = ", ".join(text(s) for s in note["sites"])
    return say("gigawatts.because" if sites else "gigawatts.because_only", causes=causes,
               sites=sites)  # fmt: skip


def _relief(view: View, note: Note) -> str:
    say, reliefs = view.say, note["reliefs"]
    if not reliefs:
        return ""
    if not note["p50"]:
        late = [r for r in reliefs if r["p50"]]
        if not late:
            return say("gigawatts.no_relief")
        best = min(late, key=lambda r: str(r["p50"]))
        lever = say.label("lever", best["lever"])
        return say("gigawatts.relief_to", lever=lever, p50=view.month(best["p50"]))
    best = max(reliefs, key=lambda r: r["months_gained"] or 0.0)
    if (best["months_gained"] or 0.0) < LEAST_GAIN_MONTHS:
        return say("gigawatts.no_relief")
    lever, months = say.label("lever", best["lever"]), view.number(best["months_gained"], 2)
    cheap = _cheapest(reliefs)
    if cheap is not None and cheap is best:
        cost = view.quantity(best["usd_per_gw_month"], "usd", short=True)
        return say("gigawatts.relief_both", lever=lever, months=months, cost=cost)
    largest = say("gigawatts.relief", lever=lever, months=months)
    return view.locale.joint.join(t for t in (largest, _told_cheapest(view, cheap)) if t)


def _cheapest(reliefs: Sequence[Mapping[str, Any]]) -> Mapping[str, Any] | None:
    """Least cost per capacity and time among levers that have a price and help."""
    priced = [
        r for r in reliefs
        if r.get("usd_per_gw_month") is not None
        and (r["months_gained"] or 0.0) >= LEAST_GAIN_MONTHS
    ]  # fmt: skip
    return min(priced, key=lambda r: r["usd_per_gw_month"]) if priced else None


def _told_cheapest(view: View, best: Mapping[str, Any] | None) -> str:
    if best is None:
        return ""
    return view.say(
        "gigawatts.cheapest",
        lever=view.say.label("lever", best["lever"]),
        months=view.number(best["months_gained"], 2),
        cost=view.quantity(best["usd_per_gw_month"], "usd", short=True),
    )


def _gains(view: View, notes: Sequence[Note]) -> tuple[Table, ...]:
    """Months that each lever gains, one row a gigawatt; none where nothing was tried."""
    say = view.say
    levers = [r["lever"] for r in notes[0]["reliefs"]]
    if not levers:
        return ()
    order = sorted(levers, key=lambda name: -sum(_months(n, name) for n in notes))
    rows = tuple(
        (Cell(f"GW {n['number']}"), *(Cell(_gain(view, n, name)) for name in order)) for n in notes
    )
    columns = (
        Column(say("gigawatts.which")),
        *(Column(capital(say.label("lever", name)), say("compare.months"), True) for name in order),
    )
    return (Table(say("gigawatts.levers"), columns, rows, say("gigawatts.levers_note")),)


def _relief_of(note: Note, lever: str) -> Mapping[str, Any]:
    return next((r for r in note["reliefs"] if r["lever"] == lever), {})


def _months(note: Note, lever: str) -> float:
    return float(_relief_of(note, lever).get("months_gained") or 0.0)


def _gain(view: View, note: Note, lever: str) -> str:
    found = _relief_of(note, lever)
    if found.get("months_gained") is None:
        return view.month(found["p50"]) if found.get("p50") else "–"
    gained = float(found["months_gained"])
    if abs(gained) < LEAST_GAIN_MONTHS:
        return "0"
    sign = "+" if gained > 0.0 else "−"
    return f"{sign}{view.number(abs(gained), 2)}"
