"""Fronts of serving: throughput against the speed that a user sees, from plain rows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from gigawatt.report import figures
from gigawatt.report.page import Cell, Figure, Table
from gigawatt.report.view import View

Rows = Sequence[Mapping[str, Any]]
MEASURES = {
    "output_tok_s_per_gpu": ("serving.per_gpu", "serving.per_gpu_unit"),
    "output_tok_s_per_mw": ("serving.per_mw", "serving.per_mw_unit"),
}


def front_figure(view: View, fronts: Mapping[str, Rows], measure: str, note: str) -> Figure:
    """Throughput by speed, a line a system.

    Parameters
    ----------
    fronts : name of a system → rows of its front (`performance.inference.front_rows`).
    measure : "output_tok_s_per_gpu" or "output_tok_s_per_mw".
    note : conditions under which the front holds.
    """
    say = view.say
    title, unit = (say(key) for key in MEASURES[measure])
    data = [_line(i, name, rows, measure) for i, (name, rows) in enumerate(fronts.items())]
    layout = {
        "xaxis": {"type": "log", "title": {"text": say("serving.speed")}},
        "yaxis": {"rangemode": "tozero", "title": {"text": say("serving.rate")}},
        "hovermode": "closest",
    }
    return Figure(
        f"serving-{measure.replace('_', '-')}", title, unit, note, data, layout,
        front_table(view, fronts, title), 380,
    )  # fmt: skip


def _line(index: int, name: str, rows: Rows, measure: str) -> dict[str, Any]:
    return {
        "type": "scatter",
        "mode": "lines",
        "name": name,
        "x": figures.finite([r["tok_s_per_user"] for r in rows]),
        "y": figures.finite([r[measure] for r in rows]),
        "text": [r["plan"] for r in rows],
        "line": {"color": f"@c{index % figures.COLOURS}", "width": 2},
    }


def front_table(view: View, fronts: Mapping[str, Rows], caption: str) -> Table:
    """All points of the fronts."""
    say = view.say
    columns = view.columns(
        say("serving.system"), say("serving.speed"), say("serving.gpu_column"),
        say("serving.mw_column"), say("serving.ttft_column"), say("serving.plan"),
    )  # fmt: skip
    body = tuple(
        (
            Cell(name),
            Cell(view.fixed(r["tok_s_per_user"], 1)),
            Cell(
                view.fixed(r["output_tok_s_per_gpu"], 0),
                say(
                    "word.range", low=view.fixed(r["output_tok_s_per_gpu_low"], 0),
                    high=view.fixed(r["output_tok_s_per_gpu_high"], 0),
                ),
            ),
            Cell(view.number(r["output_tok_s_per_mw"])),
            Cell(view.fixed(r["ttft_ms"], 0), view.fixed(r["ttft_p99_ms"], 0)),
            Cell(r["plan"]),
        )
        for name, rows in fronts.items()
        for r in rows
    )  # fmt: skip
    return Table(caption, columns, body)
