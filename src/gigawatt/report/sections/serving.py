"""Fronts of serving: throughput against the speed that a user sees, from plain rows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from gigawatt.report import figures
from gigawatt.report.page import Cell, Figure, Section, Table
from gigawatt.report.read import Row
from gigawatt.report.view import View

Rows = Sequence[Mapping[str, Any]]
MEASURES = {
    "output_tok_s_per_gpu": ("serving.per_gpu", "serving.per_gpu_unit"),
    "output_tok_s_per_mw": ("serving.per_mw", "serving.per_mw_unit"),
}


def section(view: View) -> Section | None:
    """Fronts of each serving workload, and what the systems give at the programme's speed."""
    rows = view.run.rows("serving")
    if not rows:
        return None
    parts: list[Table | Figure] = []
    for workload in dict.fromkeys(r["workload"] for r in rows):
        held = [r for r in rows if r["workload"] == workload]
        conditions = _conditions(view, held)
        parts.append(_asked_table(view, workload, held, conditions))
        fronts = _fronts(view, held)
        parts += [front_figure(view, fronts, m, conditions, workload) for m in MEASURES]
    return Section(
        "serving", view.say("serving.section"), view.say("serving.section_intro"), tuple(parts)
    )


def _conditions(view: View, rows: list[Row]) -> str:
    """What all rows of a workload hold under."""

    def each(key: str) -> str:
        return ", ".join(dict.fromkeys(str(r[key]) for r in rows))

    first, methods = rows[0], [m for m in each("speculation").split(", ") if m != "none"]
    return view.say(
        "serving.conditions", model=first["model"], precision=each("precision").upper(),
        packages=each("packages"), input_tokens=view.fixed(first["input_tokens"], 0),
        output_tokens=view.fixed(first["output_tokens"], 0),
        ttft_limit=f"{view.number(first['ttft_p99_limit_s'])} s",
        speculation=", ".join([view.say("serving.none"), *methods]), engine=each("engine"),
        date=each("software"), pue=view.number(first["pue"]),
    )  # fmt: skip


def _fronts(view: View, rows: list[Row]) -> dict[str, Rows]:
    """Line name → rows of its front."""
    out: dict[str, list[Row]] = {}
    for row in rows:
        if not row["at_programme_speed"]:
            name, method = _name(view, row), row["speculation"]
            if method != "none":
                name = view.say("serving.drafted", system=name, method=method)
            out.setdefault(name, []).append(row)
    return dict(out)


def _name(view: View, row: Row) -> str:
    """Name of a system, with a mark where the programme does not have it."""
    name = str(row["system"])
    return name if row["in_programme"] else view.say("serving.reference", system=name)


def _asked_table(view: View, workload: str, rows: list[Row], conditions: str) -> Table:
    """One row a system and method at the speed that the programme asks for."""
    say = view.say
    held = [r for r in rows if r["at_programme_speed"]]
    columns = view.columns(
        say("serving.system"), say("serving.plan"), say("serving.speed"),
        say("serving.gpu_column"), say("serving.mw_column"), say("serving.drawn"),
        say("serving.ttft_column"), text=2,
    )  # fmt: skip
    body = tuple(
        (
            Cell(_name(view, r)),
            Cell(r["plan"], _held(view, r)),
            Cell(view.fixed(r["tok_s_per_user"], 1)),
            _rate_cell(view, r),
            Cell(view.number(r["output_tok_s_per_mw"])),
            Cell(view.fixed(r["drawn_w_per_gpu"], 0)),
            Cell(view.fixed(r["ttft_ms"], 0), view.fixed(r["ttft_p99_ms"], 0)),
        )
        for r in held
    )
    speed = view.number(rows[0]["programme_tok_s_per_user"])
    return Table(
        say("serving.asked", workload=workload, speed=speed), columns, body,
        say("serving.asked_note", conditions=conditions), cards=True,
    )  # fmt: skip


def _held(view: View, r: Row) -> str:
    """What a row does not share with the others: precision, packages, software, speculation."""
    method = str(r["speculation"])
    return view.say(
        "serving.held", speculation=view.say("serving.none") if method == "none" else method,
        precision=str(r["precision"]).upper(), packages=r["packages"],
        engine=r["engine"], date=r["software"],
    )  # fmt: skip


def _rate_cell(view: View, r: Mapping[str, Any]) -> Cell:
    low, high = (view.fixed(r[f"output_tok_s_per_gpu_{k}"], 0) for k in ("low", "high"))
    return Cell(
        view.fixed(r["output_tok_s_per_gpu"], 0), view.say("word.range", low=low, high=high)
    )


def front_figure(
    view: View, fronts: Mapping[str, Rows], measure: str, note: str, name: str = ""
) -> Figure:
    """Throughput by speed, a line a system.

    Parameters
    ----------
    fronts : name of a system → rows of its front (`performance.inference.front_rows`).
    measure : "output_tok_s_per_gpu" or "output_tok_s_per_mw".
    note : conditions under which the front holds.
    name : makes the figure's id unique where there are several.
    """
    say = view.say
    title, unit = (say(key) for key in MEASURES[measure])
    systems = list(dict.fromkeys(rows[0]["system"] for rows in fronts.values()))
    data = [_line(systems, name, rows, measure) for name, rows in fronts.items()]
    layout = {
        "xaxis": {"type": "log", "title": {"text": say("serving.speed")}},
        "yaxis": {"rangemode": "tozero", "title": {"text": say("serving.rate")}},
        "hovermode": "closest",
    }
    anchor = "-".join(["serving", *filter(None, [name]), measure.replace("_", "-")])
    table = front_table(view, fronts, title)
    return Figure(anchor, title, unit, note, data, layout, table, 380)


def _line(systems: list[str], name: str, rows: Rows, measure: str) -> dict[str, Any]:
    """Line of one front; those with speculation are dashed, in the colour of their system."""
    index = systems.index(rows[0]["system"])
    drafted = rows[0].get("speculation", "none") != "none"
    return {
        "type": "scatter",
        "mode": "lines",
        "name": name,
        "x": figures.finite([r["tok_s_per_user"] for r in rows]),
        "y": figures.finite([r[measure] for r in rows]),
        "text": [r["plan"] for r in rows],
        "line": {
            "color": f"@c{index % figures.COLOURS}",
            "width": 2,
            **({"dash": "dash"} if drafted else {}),
        },
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
            _rate_cell(view, r),
            Cell(view.number(r["output_tok_s_per_mw"])),
            Cell(view.fixed(r["ttft_ms"], 0), view.fixed(r["ttft_p99_ms"], 0)),
            Cell(r["plan"]),
        )
        for name, rows in fronts.items()
        for r in rows
    )  # fmt: skip
    return Table(caption, columns, body)
