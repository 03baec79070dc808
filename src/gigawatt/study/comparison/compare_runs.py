"""Two run folders compared, as far as what they keep allows.

The matrix of draws of a run holds the headline results draw by draw: their differences are taken
within each draw. Of other results a run keeps percentiles only; of them the difference of the
medians is given, without a range, and marked as not paired.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from gigawatt.errors import InputError
from gigawatt.quantity.arrays import Array
from gigawatt.quantity.calendar import MonthAxis
from gigawatt.study.answers import END_OF_2026
from gigawatt.study.archive.folder import Folder, open_folder
from gigawatt.study.comparison.compare import Comparison, one_sided
from gigawatt.study.comparison.difference import compared
from gigawatt.study.named import Named, inside_calendar

if TYPE_CHECKING:
    import polars as pl

FIRST = "result:first_gw_in_service_month"
COLUMNS = {
    "first_gw_in_service_date": FIRST,
    "tenth_gw_in_service_date": "result:tenth_gw_in_service_month",
    "probability_first_gw_by_2026_12_31": FIRST,
}
"""Columns of the draws that are not called after their result."""

SAME = (
    ("gigawatt_version", "run both with one version of gigawatt"),
    ("start", "run one programme again with the start of the other in its file"),
    ("horizon", "run one programme again with the horizon of the other in its file"),
    ("seed", "run one of them again with the --seed of the other"),
    ("draws", "run one of them again with the --draws of the other"),
)


def compare_runs(a: Path, b: Path) -> Comparison:
    """Compare two run folders.

    Raises
    ------
    InputError : one is not a run, or they differ in version, calendar, seed or draws; the message
        says both values and how to align them.
    """
    runs = (open_folder(a), open_folder(b))
    manifests = [r.manifest for r in runs]
    for key, remedy in SAME:
        one, other = (m.get(key) for m in manifests)
        if one != other:
            raise InputError(
                f"These runs can't be compared draw by draw: {key} is {one} in {a} and {other} "
                f"in {b}; {remedy}."
            )
    sides = [_named(r) for r in runs]
    names = dict.fromkeys((*sides[0], *sides[1]))
    results = [compared(sides[0].get(n), sides[1].get(n)) for n in names]
    notes = one_sided(results)
    if manifests[0].get("catalog_sha256") != manifests[1].get("catalog_sha256"):
        notes.append("the runs used different catalogs of facts: part of each difference is that")
    if any(not r["paired"] and r["kind"] != "shares_by_year" for r in results):
        notes.append(
            "a run keeps some results as percentiles only; their difference is that of the "
            "medians and has no range (compare the programmes themselves to get it)"
        )
    notes.append("causes are told where programmes are compared, not runs")
    setting = {key: manifests[0].get(key) for key, _ in SAME}
    return Comparison(_described(runs[0]), _described(runs[1]), setting, tuple(results),
                      notes=tuple(notes))  # fmt: skip


def _described(run: Folder) -> dict[str, Any]:
    program = run.manifest.get("program") or {}
    return {
        "name": str(program.get("name", run.path.name)), "title": str(program.get("title", "")),
        "sha256": str(program.get("sha256", "")), "origin": [str(run.path)],
        "as_of": str(run.manifest.get("as_of", "")),
    }  # fmt: skip


def _named(run: Folder) -> dict[str, Named]:
    draws = run.table("draws") if "draws" in run.tables() else None
    return {str(a["name"]): Named(a, _values(a, draws, run.manifest)) for a in run.answers}


def _values(
    answer: Mapping[str, Any], draws: pl.DataFrame | None, manifest: Mapping[str, Any]
) -> Array | None:
    name = str(answer["name"])
    per_system = name.replace("packages_per_gw_", "packages_per_gw/", 1)
    column = COLUMNS.get(name, f"result:{per_system}")
    if draws is None or column not in draws.columns:
        return None
    values = np.asarray(draws[column].to_numpy(), dtype=float)
    if name not in COLUMNS:
        return values
    axis = _axis(manifest)
    if name.startswith("probability_"):
        return (values < axis.position(END_OF_2026)).astype(float)
    return inside_calendar(values, axis.count)


def _axis(manifest: Mapping[str, Any]) -> MonthAxis:
    import datetime as dt

    try:
        ends = (dt.date.fromisoformat(str(manifest[k])) for k in ("start", "horizon"))
        return MonthAxis.between(*ends)
    except (KeyError, ValueError) as error:
        raise InputError("The manifest of a run has no start and horizon.") from error
