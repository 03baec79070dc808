"""What the load of the largest site looks like over a week, and how it moves."""

from __future__ import annotations

from typing import Any

from gigawatt.report.page import Cell, Figure, Table
from gigawatt.report.read import Row
from gigawatt.report.view import View

HOURS_PER_DAY, DAYS = 24, 7
EVENTS = "events"


def parts(view: View) -> tuple[Figure, ...]:
    """Chart of the site with most IT power, with a table of all; nothing for older runs."""
    rows = view.run.rows("load_shape")
    last = last_stages(rows)
    if not last:
        return ()
    say = view.say
    names = {r["site"]: r["name"] for r in view.run.rows("sites")}
    largest = max(last, key=lambda site: float(last[site]["mean_it_mw"]))
    here = sorted(
        (r for r in rows if r["site"] == largest and r["stage"] == last[largest]["stage"]),
        key=lambda r: int(r["hour"]),
    )
    days = say("shape.days").split()
    hours = [f"{days[int(r['hour']) // HOURS_PER_DAY % DAYS]} {int(r['hour']) % HOURS_PER_DAY} h"
             for r in here]  # fmt: skip
    power = [float(r["it_shape_pu"]) * float(r["mean_it_mw"]) for r in here]
    by_events = last[largest]["engine"] == EVENTS
    line = {
        "mode": "lines", "x": hours, "y": [float(f"{p:.6g}") for p in power],
        "name": say("shape.line"), "line": {"color": "@c0", "width": 2.5},
        "hovertemplate": "%{y:.4~g}", "showlegend": False,
    }  # fmt: skip
    return (
        Figure(
            id="load-shape",
            title=say("shape.figure", site=str(names.get(largest) or largest)),
            unit=say("shape.unit"),
            note=say("shape.note_events") if by_events else say("shape.note_closed"),
            data=[line],
            layout=_layout(say("shape.unit")),
            table=_table(view, last, names),
        ),
    )


def last_stages(rows: list[Row]) -> dict[str, Row]:
    """First row of the last stage of each site."""
    out: dict[str, Row] = {}
    for row in rows:
        held = out.get(str(row["site"]))
        if held is None or row["stage"] > held["stage"]:
            out[str(row["site"])] = row
    return out


def _layout(title: str) -> dict[str, Any]:
    return {
        "xaxis": {"type": "category", "nticks": DAYS},
        "yaxis": {"title": {"text": title}},
        "hovermode": "x unified",
    }


def _table(view: View, last: dict[str, Row], names: dict[str, Any]) -> Table:
    """Mean, ramp and drop of every site, all its phases in service."""
    say = view.say
    columns = view.columns(
        say("word.site"), (say("shape.mean"), "MW"), (say("shape.ramp"), "MW/min"),
        (say("shape.drop"), "MW"),
    )  # fmt: skip
    body = tuple(
        (
            Cell(str(names.get(site) or site)), Cell(view.fixed(r["mean_it_mw"], 0)),
            Cell(view.fixed(r["ramp_mw_per_min"], 0)), Cell(view.fixed(r["drop_mw"], 0)),
        )
        for site, r in last.items()
    )  # fmt: skip
    return Table(say("shape.table"), columns, body)
