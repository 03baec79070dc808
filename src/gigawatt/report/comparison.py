"""The page of a comparison: one HTML file, made from ``comparison.json`` alone."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from gigawatt.report.html import render
from gigawatt.report.page import Cell, Listing, Page, Section, Table
from gigawatt.report.read import Run
from gigawatt.report.sections.causes import causes_section
from gigawatt.report.sections.side_by_side import (
    difference_cell,
    read_comparison,
    result_title,
    results_section,
    side_cell,
)
from gigawatt.report.texts import in_language, texts_of
from gigawatt.report.view import View

FILE_NAME = "comparison.html"


def write_comparison_page(folder: Path, lang: str = "en") -> Path:
    """Write ``comparison.html`` into a folder that holds ``comparison.json``.

    Raises
    ------
    InputError : there is no such file, it is broken, or the language is not known.
    """
    held = read_comparison(folder)
    view = View.of(Run(folder, _manifest(held), (), {}), lang)
    path = folder / FILE_NAME
    unfinished = folder / f".{FILE_NAME}.part"
    unfinished.write_text(render(comparison_page(view, held), view), encoding="utf-8")
    unfinished.replace(path)
    return path


def comparison_page(view: View, held: Mapping[str, Any]) -> Page:
    """Everything that the page says, as data."""
    say, setting, text = view.say, held["setting"], texts_of(view.say.lang)
    facts = [
        say("page.span", start=view.month(setting["start"]), end=view.month(setting["horizon"])),
        say("page.draws", draws=view.fixed(float(setting["draws"]), 0)),
        say("compare.seed", seed=setting["seed"]),
    ]
    made = (
        results_section(view, held),
        causes_section(view, held),
        _years(view, held),
        _notes(view, held),
    )
    page = Page(
        lang=say.lang,
        title=say("compare.title", a=held["a"]["name"], b=held["b"]["name"]),
        description="",
        facts=tuple(facts),
        verdict=say("compare.verdict", a=text(held["a"]["title"]), b=text(held["b"]["title"])),
        tiles=(),
        sections=tuple(s for s in made if s is not None),
    )
    return in_language(page, say.lang)


def _manifest(held: Mapping[str, Any]) -> dict[str, Any]:
    setting = held["setting"]
    version, draws = setting.get("gigawatt_version", ""), setting.get("draws")
    return {"gigawatt_version": version, "horizon": setting.get("horizon", ""), "draws": draws}


def _years(view: View, held: Mapping[str, Any]) -> Section | None:
    """One table a result by year; years in which neither side has anything are left out."""
    tables = []
    for r in held["results"]:
        if r["kind"] != "by_year":
            continue
        rows = tuple(
            (
                Cell(str(year)),
                side_cell(view, e["a"], r["unit"]),
                side_cell(view, e["b"], r["unit"]),
                difference_cell(view, e["difference"], r["difference_unit"]),
            )
            for year, e in r["by_year"].items()
            if any((e[k] or {}).get("p50") for k in ("a", "b"))
        )
        columns = view.columns(view.say("word.year"), "A", "B", view.say("compare.difference"))
        if rows:
            tables.append(Table(result_title(view, r), columns, rows))
    if not tables:
        return None
    tables[-1] = replace(tables[-1], note=view.say("compare.results_note"))
    return Section("years", view.say("compare.years"), "", tuple(tables))


def _notes(view: View, held: Mapping[str, Any]) -> Section | None:
    notes = held.get("notes") or []
    if not notes:
        return None
    told = [texts_of(view.say.lang)(str(n)) for n in notes]
    listing = Listing(tuple(Cell(f"{n[:1].upper()}{n[1:]}.") for n in told))
    return Section("notes", view.say("compare.notes"), "", (listing,))
