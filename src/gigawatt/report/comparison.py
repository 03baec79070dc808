"""The page of a comparison: one HTML file, made from ``comparison.json`` alone."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from gigawatt.report import figures
from gigawatt.report.html import render
from gigawatt.report.page import Cell, Figure, Listing, Page, Section, Table
from gigawatt.report.read import Run
from gigawatt.report.sections.side_by_side import (
    PERCENT,
    difference_cell,
    read_comparison,
    result_title,
    results_section,
    side_cell,
)
from gigawatt.report.sections.yearly import row_scale
from gigawatt.report.texts import in_language, texts_of
from gigawatt.report.view import USD_PER_BN, View

FILE_NAME = "comparison.html"
BAR_PX, FRAME_PX = 40, 110
ROUNDING = 1e-9  # what sums in another order leave of a zero, relative to the result


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
        _causes(view, held),
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
    version = setting.get("gigawatt_version", "")
    return {"gigawatt_version": version, "horizon": setting.get("horizon", "")}


def _causes(view: View, held: Mapping[str, Any]) -> Section | None:
    """One waterfall a result that differs, from A by groups of inputs to B."""
    told = held.get("causes")
    if not told:
        return None
    chosen = [w for w in told["waterfalls"] if any(e["effect"] for e in w["effects"])]
    if not chosen:
        return None
    say = view.say
    groups = Listing(tuple(Cell(g["group"], sub=", ".join(g["changed"])) for g in told["groups"]))
    charts = tuple(_waterfall(view, w) for w in chosen)
    intro = say("compare.causes_intro", draws=view.fixed(float(told["draws"]), 0))
    return Section("causes", say("compare.causes"), intro, (*charts, groups))


def _waterfall(view: View, w: Mapping[str, Any]) -> Figure:
    say = view.say
    factor, unit = _scale(view, w)
    ends = max(abs(w["a"]), abs(w["b"]))
    names = ["A", *(str(e["group"]) for e in w["effects"]), "B"]
    effects = [0.0 if abs(e["effect"]) < ROUNDING * ends else e["effect"] for e in w["effects"]]
    steps = [v / factor for v in effects]
    values = [w["a"] / factor, *steps, w["b"] / factor]
    texts = [view.number(values[0]), *(_plus(view, v) for v in steps), view.number(values[-1])]
    measures = ["absolute", *("relative" for _ in steps), "total"]
    rows = tuple((Cell(n), Cell(t)) for n, t in zip(names, texts, strict=True))
    note = say("compare.capped") if w.get("capped") else say("compare.causes_note")
    layout = figures.lying_layout(unit)
    layout["xaxis"] = {**layout["xaxis"], "range": _window(values, steps)}
    return Figure(
        id=f"cause-{w['name']}",
        title=str(w["title"]),
        unit=unit,
        note=note,
        data=[figures.waterfall(names, values, measures, texts)],
        layout=layout,
        table=Table(str(w["title"]), view.columns("", unit), rows),
        height_px=FRAME_PX + BAR_PX * len(names),
    )


def _window(values: list[float], steps: list[float]) -> list[float]:
    """Part of the axis that shows the steps: from zero only where they are not small beside it."""
    reached = [values[0], values[-1]]
    for step in steps:
        reached.append(reached[-1] + step if len(reached) > 2 else values[0] + step)
    low, high = min(reached), max(reached)
    margin = 0.6 * (high - low)  # room for the number beside a bar, on a phone too
    start = low - margin if low > high - low else min(0.0, low - margin)
    return [start, high + margin]


def _plus(view: View, value: float) -> str:
    return "0" if value == 0.0 else f"{'+' if value > 0.0 else '−'}{view.number(abs(value))}"


def _scale(view: View, w: Mapping[str, Any]) -> tuple[float, str]:
    """Divisor and name of the unit of a chart."""
    say, unit = view.say, str(w["unit"])
    if unit in ("USD", "USD/GW"):
        return USD_PER_BN, say("unit.bn_usd" if unit == "USD" else "unit.bn_usd_gw")
    if unit == "months":
        return 1.0, say("compare.months_since")
    if unit == "share":
        return 1.0 / PERCENT, say("unit.percent")
    factor, name = row_scale(view, unit, {"": {"p50": max(abs(w["a"]), abs(w["b"]))}})
    return factor, f"{name} {view.unit(unit)}".strip()


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
    listing = Listing(tuple(Cell(f"{str(n)[:1].upper()}{str(n)[1:]}.") for n in notes))
    return Section("notes", view.say("compare.notes"), "", (listing,))
