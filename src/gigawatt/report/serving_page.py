"""The page of serving fronts: one HTML file with throughput per GPU and per MW by speed."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from gigawatt.errors import InputError
from gigawatt.report.html import render
from gigawatt.report.page import Page, Section
from gigawatt.report.read import Run
from gigawatt.report.sections.serving import MEASURES, Rows, front_figure
from gigawatt.report.view import View


def write_front_page(
    fronts: Mapping[str, Rows], head: Mapping[str, Any], path: Path, lang: str = "en"
) -> None:
    """Write the page.

    Parameters
    ----------
    fronts : name of a system → rows of its front.
    head : title, version, and conditions: model, precision, packages, input_tokens, output_tokens,
        ttft_limit (text), speculation, engine, date, pue.
    path : file to write.
    lang : language of the words.

    Raises
    ------
    InputError : the file cannot be written, or the language is not known.
    """
    view = View.of(Run(path.parent, {"gigawatt_version": head["version"]}, (), {}), lang)
    none = view.say("serving.none")
    values = {k: none if head[k] == "none" else head[k] for k in CONDITIONS}
    conditions = view.say("serving.conditions", **values)
    parts = tuple(front_figure(view, fronts, m, conditions) for m in MEASURES)
    section = Section("serving", view.say("serving.title"), view.say("serving.intro"), parts)
    page = Page(
        lang=view.say.lang, title=head["title"], description="", facts=(), verdict="", tiles=(),
        sections=(section,),
    )  # fmt: skip
    unfinished = path.with_name(f".{path.name}.part")
    try:
        unfinished.write_text(render(page, view), encoding="utf-8")
        unfinished.replace(path)
    except OSError as error:
        raise InputError(f"{path}: cannot be written: {error.strerror}") from None


CONDITIONS = (
    "model", "precision", "packages", "input_tokens", "output_tokens", "ttft_limit", "speculation",
    "engine", "date", "pue",
)  # fmt: skip
