"""Training and serving rates with the conditions under which they hold."""

from __future__ import annotations

from gigawatt.report.page import Cell, Section, Table
from gigawatt.report.read import Row
from gigawatt.report.view import View

SERVE = "serve"


def section(view: View) -> Section | None:
    """One table for training and research, one for serving."""
    rows = view.run.rows("performance")
    say = view.say
    groups = {
        say("performance.train"): [r for r in rows if r["kind"] != SERVE],
        say("performance.serve"): [r for r in rows if r["kind"] == SERVE],
    }
    parts = tuple(_table(view, title, held) for title, held in groups.items() if held)
    if not parts:
        return None
    return Section("performance", say("performance.title"), say("performance.intro"), parts)


def _table(view: View, caption: str, rows: list[Row]) -> Table:
    """One row a workload and system, one column a metric."""
    say = view.say
    metrics = list(dict.fromkeys((r["metric"], r["unit"]) for r in rows))
    cases: dict[tuple[str, ...], dict[str, float]] = {}
    for row in rows:
        case = (row["workload"], row["system"], row["model"], row["setting"])
        cases.setdefault(case, {})[row["metric"]] = row["value"]
    body = tuple(
        (
            Cell(workload, model),
            Cell(system),
            Cell(setting),
            *(Cell(view.quantity(held.get(m), unit, short=True)) for m, unit in metrics),
        )
        for (workload, system, model, setting), held in cases.items()
    )
    heads = [(say.label("metric", m), "" if unit == "share" else unit) for m, unit in metrics]
    columns = view.columns(
        say("performance.workload"),
        say("word.system"),
        say("performance.conditions"),
        *heads,
        text=3,
    )
    return Table(caption, columns, body, say("performance.note"), cards=True)
