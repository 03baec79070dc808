"""Two programmes side by side, from the ``comparison.json`` of a folder."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from gigawatt.errors import InputError
from gigawatt.quantity.format import shown_unit
from gigawatt.report.page import Cell, Section, Table
from gigawatt.report.read import BAND, Answer, Row
from gigawatt.report.texts import texts_of
from gigawatt.report.view import View

DATA_NAME = "comparison.json"
PERCENT = 100.0


def section(view: View) -> Section | None:
    """Section of a run's report; None where the run holds no comparison."""
    if not has_comparison(view.run.folder):
        return None
    held = read_comparison(view.run.folder)
    made = results_section(view, held)
    text = texts_of(view.say.lang)
    titles = {"a": text(held["a"]["title"]), "b": text(held["b"]["title"])}
    intro = f"{view.say('compare.verdict', **titles)} {made.intro}"
    return Section("side-by-side", view.say("compare.side_by_side"), intro, made.parts)


def has_comparison(folder: Path) -> bool:
    """Whether a folder holds a comparison."""
    return (folder / DATA_NAME).is_file()


def read_comparison(folder: Path) -> dict[str, Any]:
    """Content of ``comparison.json``.

    Raises
    ------
    InputError : the file is missing or is no comparison.
    """
    path = folder / DATA_NAME
    if not path.is_file():
        raise InputError(
            f"{folder} has no {DATA_NAME}. Give the folder that `gigawatt compare … --out` wrote."
        )
    try:
        held = json.loads(path.read_text(encoding="utf-8"))
    except ValueError as error:
        raise InputError(f"{path} is not valid JSON: {error}.") from error
    lacking = [k for k in ("a", "b", "setting", "results") if k not in held]
    if lacking:
        raise InputError(f"{path} is not a comparison: it lacks {', '.join(lacking)}.")
    return dict(held)


def results_section(view: View, held: Mapping[str, Any]) -> Section:
    """Table of the results that have one value, with both sides and their difference."""
    say = view.say
    rows = tuple(
        (
            Cell(result_title(view, r)),
            side_cell(view, r["a"], shown_unit(r["name"], r["unit"])),
            side_cell(view, r["b"], shown_unit(r["name"], r["unit"])),
            difference_cell(view, r["difference"], r["difference_unit"]),
        )
        for r in held["results"]
        if "by_year" not in r
    )
    columns = view.columns("", "A", "B", say("compare.difference"))
    table = Table(say("compare.results"), columns, rows, say("compare.results_note"), cards=True)
    return Section("headline", say("compare.results"), say("compare.intro"), (table,))


def result_title(view: View, row: Row) -> str:
    """Title of a result in the page's language."""
    return view.say.answer(Answer.of(row)).title


def side_cell(view: View, values: Mapping[str, Any] | None, unit: str) -> Cell:
    """P50 of one side with its range; words where it has none."""
    if values is None or values.get("status") == "not in programme":
        return Cell(view.say("word.not_in_programme"))
    if unit != "date" and values.get("p50") is None:
        return Cell("–")
    return view.band_cell(values, unit)


def difference_cell(view: View, values: Mapping[str, Any] | None, unit: str) -> Cell:
    """Median of the difference within a draw, P10 and P90 below it."""
    if not values or values.get("p50") is None:
        return Cell("–")
    low, middle, high = (values.get(k) for k in BAND)
    text = _signed(view, middle, unit)
    if low is None or high is None:
        return Cell(text)
    ends = [_signed(view, v, unit) for v in (low, high)]
    same = ends[0] == ends[1] == text
    return Cell(text, "" if same else view.say("word.range", low=ends[0], high=ends[1]))


def _signed(view: View, value: float | None, unit: str) -> str:
    """Number with its sign; shares in percentage points."""
    if value is None:
        return "–"
    if value == 0.0:
        return "0"
    sign, size = ("+" if value > 0.0 else "−"), abs(value)
    if unit == "share":
        return f"{sign}{view.number(PERCENT * size, 2)} {view.say('compare.points')}"
    if unit == "months":
        return f"{sign}{view.number(size, 2)} {view.say('compare.months')}"
    return f"{sign}{view.quantity(size, unit, short=True)}"
