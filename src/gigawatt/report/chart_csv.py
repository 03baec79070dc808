"""A CSV file beside each chart: its numbers, unrounded by the page, one row a point of the axis."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence
from dataclasses import replace
from pathlib import Path

from gigawatt.report.figures import Trace
from gigawatt.report.page import Figure, Page

FOLDER = "charts"
LOW_EDGE = "P10"  # the lower edge of a band is named after the band, for the legend
Row = list[str | float | None]
Points = dict[str, float | None]


def path_of(figure: Figure) -> str:
    """Where the file of a chart stands, from the run folder.

    Ids are ours or names of results: none holds a slash.
    """
    return f"{FOLDER}/{figure.id}.csv"


def with_files(page: Page) -> Page:
    """Page whose charts name their files."""
    sections = tuple(
        replace(s, parts=tuple(
            replace(p, csv=path_of(p)) if isinstance(p, Figure) else p for p in s.parts
        ))
        for s in page.sections
    )  # fmt: skip
    return replace(page, sections=sections)


def write_files(page: Page, folder: Path) -> None:
    """Write the file of each chart into a run folder."""
    figures = [p for s in page.sections for p in s.parts if isinstance(p, Figure)]
    if figures:
        (folder / FOLDER).mkdir(exist_ok=True)
    for figure in figures:
        (folder / path_of(figure)).write_text(text(figure), encoding="utf-8")


def text(figure: Figure) -> str:
    """CSV of a chart: of its series where all are numbers over one axis, else of its table."""
    drawn = [t for t in figure.data if not _level(t)]
    rows: Iterable[Sequence[str | float | None]] = figure.numbers
    if not rows:
        rows = _series(figure, drawn) if all(map(_plain, drawn)) else _table(figure)
    out = io.StringIO()
    csv.writer(out, lineterminator="\n").writerows(rows)
    return out.getvalue()


def _level(trace: Trace) -> bool:
    """Whether it is a line across the whole chart, which the legend tells."""
    return "dash" in trace.get("line", {})


def _plain(trace: Trace) -> bool:
    return trace.get("mode") != "markers" and "name" in trace and trace.get("type") != "waterfall"


def _series(figure: Figure, traces: list[Trace]) -> Iterable[Row]:
    """One column a series, two more for whiskers; the rows are the places on the axis."""
    columns: dict[str, Points] = {}
    for trace in traces:
        along, across = ("y", "x") if trace.get("orientation") == "h" else ("x", "y")
        points: Points = dict(zip(trace[along], trace[across], strict=True))
        name = LOW_EDGE if trace.get("fill") == "tonexty" else str(trace["name"])
        columns[name] = points
        columns |= _whiskers(name, points, trace.get(f"error_{across}"))
    keys = list(dict.fromkeys(k for points in columns.values() for k in points))
    yield [f"{figure.title}, {figure.unit}", *columns]
    for key in keys:
        yield [key, *(points.get(key) for points in columns.values())]


def _whiskers(name: str, points: Points, error: Trace | None) -> dict[str, Points]:
    """Ends of the whiskers of a series as two more."""
    if not error:
        return {}
    down = error["arrayminus"] if "arrayminus" in error else error["array"]
    out: dict[str, Points] = {}
    for mark, sign, lengths in (("low", -1.0, down), ("high", 1.0, error["array"])):
        out[f"{name}, {mark}"] = {
            k: None if v is None or e is None else float(f"{v + sign * e:.6g}")
            for (k, v), e in zip(points.items(), lengths, strict=True)
        }
    return out


def _table(figure: Figure) -> Iterable[Row]:
    """Cells of the table below the chart; a range below a value gets a column of its own."""
    heads = figure.table.columns
    ranged = [any(row[i].sub for row in figure.table.rows) for i in range(len(heads))]
    title: Row = []
    for column, more in zip(heads, ranged, strict=True):
        title += [f"{column.title} ({column.unit})" if column.unit else column.title]
        title += [f"{column.title}, more"] if more else []
    yield title
    for row in figure.table.rows:
        cells: Row = []
        for cell, more in zip(row, ranged, strict=True):
            cells += [cell.text, cell.sub] if more else [cell.text]
        yield cells
