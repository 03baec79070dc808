"""The page of a schedule: one HTML file with Gantt, capacity in service, stages and what binds."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from gigawatt.errors import InputError
from gigawatt.report.html import render
from gigawatt.report.page import Page, Section
from gigawatt.report.read import Run
from gigawatt.report.sections import binding, dates
from gigawatt.report.view import View

Tables = dict[str, list[dict[str, Any]]]


def write_schedule_page(
    tables: Tables, levers: list[dict[str, Any]], head: dict[str, Any], path: Path, lang: str = "en"
) -> None:
    """Write the page.

    Parameters
    ----------
    tables : as `gigawatt schedule --json` prints them.
    levers : rows of `study.reasons.levers` as plain values; empty = none were asked for.
    head : title, as_of, start, horizon, draws, seed and version of the schedule.
    path : file to write.
    lang : language of the words.

    Raises
    ------
    InputError : the file cannot be written, or the language is not known.
    """
    manifest = {"gigawatt_version": head["version"], "horizon": head["horizon"]}
    import polars as pl

    binds = pl.DataFrame(
        [{"year": r["year"], "constraint": r["cause"], "share": r["share"]}
         for r in tables["binding"]]
    )  # fmt: skip
    view = View.of(Run(path.parent, manifest, (), {"binding": binds}), lang)
    unfinished = path.with_name(f".{path.name}.part")
    try:
        unfinished.write_text(render(_page(view, tables, levers, head), view), encoding="utf-8")
        unfinished.replace(path)
    except OSError as error:
        raise InputError(f"{path}: cannot be written: {error.strerror}") from None


def _page(view: View, tables: Tables, levers: list[dict[str, Any]], head: dict[str, Any]) -> Page:
    say = view.say
    facts = (
        say("page.as_of", date=view.day(head["as_of"])),
        say("page.span", start=view.month(head["start"]), end=view.month(head["horizon"])),
        say("page.draws", draws=view.fixed(float(head["draws"]), 0)),
        say("compare.seed", seed=head["seed"]),
    )
    burn = tables["burn_down_mw"]
    parts = [
        dates.s_curve(view, burn), dates.gantt(view, tables["phases"]), dates.stages(view, burn),
    ]  # fmt: skip
    first = (dates.gigawatt_table(view, tables["gigawatts"]),) if tables["gigawatts"] else ()
    sections = [
        Section("gigawatts", say("dates.title"), say("dates.intro"), first),
        Section("phases", say("schedule.title"), say("schedule.intro"), tuple(parts)),
    ]
    binds = binding.section(view, "binding.note_schedule")
    if binds is not None:
        sections.append(binds)
    if levers:
        table = dates.lever_table(view, levers)
        sections.append(Section("levers", say("dates.levers"), say("dates.levers_intro"), (table,)))
    return Page(
        lang=say.lang, title=head["title"], description="", facts=facts, verdict="", tiles=(),
        sections=tuple(s for s in sections if s.parts),
    )  # fmt: skip
