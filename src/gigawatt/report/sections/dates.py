"""Dates of a schedule: Gantt with bands, capacity in service, stages, levers; from plain tables.

The tables are those of `gigawatt schedule --json` (see `study.tables.schedule_tables`,
`study.reasons.levers`), so that the page of a schedule and the report of a run draw
the same charts.
"""

from __future__ import annotations

import json
import math
from collections.abc import Mapping, Sequence
from typing import Any

from gigawatt.quantity.units import MW_PER_GW
from gigawatt.report import figures
from gigawatt.report.page import Cell, Column, Figure, Table
from gigawatt.report.view import View

SCHEDULE_FILE = "schedule.json"
ROW_PX, FRAME_PX = 26, 70
USD_PER_BN = 1e9
SHOWN_ODDS = 0.005  # less is 0 % in the table
STAGES = ("announced", "contracted", "cleared", "powered", "in_service")
DASHES = ("dot", "dashdot", "dash", "longdash", "solid")
PHASE_COLUMNS = (
    "site", "phase", "buildings", "facility_mw",
    *(f"{k}_{q}" for k in ("cleared", "first_power", "first_in_service", "last_in_service")
      for q in ("p10", "p50", "p90")),
    "lost_share",
)  # fmt: skip
Rows = Sequence[Mapping[str, Any]]


def read_schedule(view: View) -> Mapping[str, Rows] | None:
    """Tables of the schedule of a run; None where it has none."""
    file = view.run.folder / SCHEDULE_FILE
    if not file.is_file():
        return None
    found: dict[str, Rows] = json.loads(file.read_text(encoding="utf-8"))
    return found


def capital(text: str) -> str:
    """Text with its first letter as a capital."""
    return text[:1].upper() + text[1:]


def gigawatt_table(view: View, rows: Rows) -> Table:
    """Date of each gigawatt with its range and odds by the end of years."""
    say = view.say
    odds = [k for k in rows[0] if k.startswith("by_year_end_")]
    # Years before any gigawatt may be there say nothing, and push the last ones off the page.
    begun = (n for n, k in enumerate(odds) if any(r[k] >= SHOWN_ODDS for r in rows))
    years = [k.removeprefix("by_year_end_") for k in odds[next(begun, 0) :]]
    heads = view.columns(say("dates.number"), "P10", "P50", "P90", say("dates.reached"))
    columns = (*heads, *(Column(y, "%", numeric=True) for y in years))
    body = tuple(
        (
            Cell(str(r["number"])),
            *(Cell(view.month(r[f"date_{k}"])) for k in ("p10", "p50", "p90")),
            Cell(view.percent(r["reached_share"])),
            *(Cell(view.fixed(100.0 * r[f"by_year_end_{y}"], 0)) for y in years),
        )
        for r in rows
    )
    return Table(say("dates.gigawatts"), columns, body, say("dates.gigawatts_note"), cards=True)


def gantt(view: View, rows: Rows) -> Figure:
    """Each phase from clearing to its last building in service, with the range of that."""
    say = view.say
    names = [f"{r['site']} {r['phase']}" for r in rows]
    edge = view.horizon
    build, fill, late = _segments(rows, edge)
    data = [
        _bar(names, build, say("dates.build"), "@c6"),
        _bar(names, fill, say("dates.fill"), "@c0"),
        _spread(names, late, say("dates.spread")),
    ]
    layout = {
        "xaxis": figures.dates_axis(),
        "yaxis": {"type": "category", "autorange": "reversed", "automargin": True},
        "hovermode": "closest",
    }
    columns = view.columns(
        say("word.site"), say("schedule.power"), say("dates.cleared"), say("dates.first_power"),
        say("schedule.first"), say("schedule.last"), say("dates.lost"), say("schedule.binding"),
    )  # fmt: skip
    body = tuple(_phase_cells(view, name, r) for name, r in zip(names, rows, strict=True))
    table = Table(say("dates.phases"), columns, body)
    height = FRAME_PX + ROW_PX * len(names)
    return Figure(
        "dates-gantt", say("dates.gantt"), say("dates.gantt_unit"), say("dates.gantt_note"),
        data, layout, table, height, numbers=_numbers(rows, PHASE_COLUMNS),
    )  # fmt: skip


def _numbers(rows: Rows, columns: Sequence[str]) -> tuple[tuple[Any, ...], ...]:
    """Head and rows of the file of a chart: the tables' own values."""
    return (tuple(columns), *(tuple(r.get(c) for c in columns) for r in rows))


def _segments(rows: Rows, edge: str) -> tuple[list[Any], list[Any], list[Any]]:
    """(start, end) of each bar; a date after the horizon ends at its edge, None = nothing drawn."""

    def pair(start: str | None, end: str | None) -> tuple[str, str] | None:
        return (start, end or edge) if start else None

    build = [pair(r["cleared_p50"], r["first_power_p50"]) for r in rows]
    fill = [pair(r["first_power_p50"], r["last_in_service_p50"]) for r in rows]
    late = [pair(r["last_in_service_p10"], r["last_in_service_p90"]) for r in rows]
    return build, fill, late


def _bar(names: Sequence[str], spans: Sequence[Any], name: str, colour: str) -> figures.Trace:
    """Thick lines from start to end, one a row."""
    x: list[str | None] = []
    y: list[str | None] = []
    for label, span in zip(names, spans, strict=True):
        if span:
            x += [*span, None]
            y += [label, label, None]
    line = {"color": colour, "width": 9}
    return {"mode": "lines", "x": x, "y": y, "name": name, "line": line, "hoverinfo": "x+name"}


def _spread(names: Sequence[str], spans: Sequence[Any], name: str) -> figures.Trace:
    thin = _bar(names, spans, name, "@ink")
    return {**thin, "line": {"color": "@ink", "width": 2}}


def _phase_cells(view: View, name: str, row: Mapping[str, Any]) -> tuple[Cell, ...]:
    def dated(key: str) -> Cell:
        low, middle, high = (row[f"{key}_{k}"] for k in ("p10", "p50", "p90"))
        return Cell(view.month(middle), view.range(low, high, "date"))

    causes = [k.removeprefix("causes_") for k in row if k.startswith("causes_") and row[k]]
    cause = view.say.label("constraint", causes[0]) if causes else view.locale.missing
    keys = ("cleared", "first_power", "first_in_service", "last_in_service")
    return (
        Cell(name), Cell(view.power(row["facility_mw"])), *(dated(k) for k in keys),
        Cell(view.percent(row["lost_share"])), Cell(cause),
    )  # fmt: skip


def s_curve(view: View, rows: Rows) -> Figure:
    """Capacity in service by quarter, with its band."""
    say = view.say
    held = [r for r in rows if r["stage"] == "in_service"]
    x = [str(r["date"]) for r in held]
    low, middle, high = ([r[k] / MW_PER_GW for r in held] for k in ("p10", "p50", "p90"))
    data = figures.band(x, low, middle, high, (say("capacity.band"), say("capacity.median")))
    return Figure(
        "dates-s-curve", say("dates.s_curve"), say("unit.gw"), say("dates.s_curve_note"), data,
        figures.time_layout(say("unit.gw")), _stage_table(view, held, ("in_service",)), 380,
    )  # fmt: skip


def stages(view: View, rows: Rows) -> Figure:
    """Announced, contracted, cleared, powered and in service, medians by quarter."""
    say = view.say
    data = []
    for number, stage in enumerate(STAGES):
        held = [r for r in rows if r["stage"] == stage]
        data.append(
            {
                "mode": "lines", "x": [str(r["date"]) for r in held],
                "y": figures.finite([r["p50"] / MW_PER_GW for r in held]),
                "name": say(f"dates.stage_{stage}"),
                "line": {"color": f"@c{number}", "width": 2.5, "dash": DASHES[number]},
                "hovertemplate": "%{y:.3~g}",
            }
        )  # fmt: skip
    return Figure(
        "dates-stages", say("dates.stages"), say("unit.gw"), say("dates.stages_note"), data,
        figures.time_layout(say("unit.gw")), _stage_table(view, rows, STAGES), 380,
        numbers=_numbers(rows, ("date", "stage", "p10", "p50", "p90")),
    )  # fmt: skip


def _stage_table(view: View, rows: Rows, names: Sequence[str]) -> Table:
    say = view.say
    ends = dict.fromkeys(str(r["date"]) for r in rows if str(r["date"]).endswith("12-31"))
    held = {(str(r["date"]), r["stage"]): r for r in rows}
    body = tuple(
        (Cell(end[:4]), *(_stage_cell(view, held[end, name]) for name in names)) for end in ends
    )
    titles = (say(f"dates.stage_{name}") for name in names)
    return Table(say("dates.stages"), view.columns(say("word.year"), *titles), body)


def _stage_cell(view: View, row: Mapping[str, Any]) -> Cell:
    low, high = (view.fixed(row[k] / MW_PER_GW, 1) for k in ("p10", "p90"))
    return Cell(view.fixed(row["p50"] / MW_PER_GW, 1), view.say("word.range", low=low, high=high))


def lever_table(view: View, rows: Rows) -> Table:
    """What each lever gains for each gigawatt, and what it costs."""
    say = view.say
    columns = view.columns(
        say("dates.lever"), say("dates.number"), say("dates.days_p50"), say("dates.days_p80"),
        say("dates.gw_months"), say("dates.cost"), say("dates.per_gw_month"),
    )  # fmt: skip
    body = tuple(
        (
            Cell(capital(say.label("lever", r["lever"])), say.label("lever_cost", r["lever"])),
            Cell(str(r["gigawatt"])),
            Cell(_days(view, r["days_p50"])),
            Cell(_days(view, r["days_p80"])),
            Cell(view.fixed(r["gw_months"], 1)),
            Cell(_usd_bn(view, r["cost_usd"])),
            Cell(_usd_bn(view, r["usd_per_gw_month"], 2)),
        )
        for r in rows
    )
    return Table(say("dates.levers"), columns, body, say("dates.levers_note"), cards=True)


def _days(view: View, days: float | str | None) -> str:
    """Days gained; "only" or inf: reached with the lever alone, None or nan: neither way."""
    if days == "only" or (isinstance(days, float) and math.isinf(days)):
        return view.say("dates.only")
    if days is None or isinstance(days, str) or math.isnan(days):
        return view.locale.missing
    return view.fixed(days, 0)


def _usd_bn(view: View, usd: float | None, decimals: int = 1) -> str:
    if usd is None:
        return view.say("dates.not_known")
    return view.fixed(usd / USD_PER_BN, decimals)
