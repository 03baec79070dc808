"""What a gigawatt costs to build, by system and component."""

from __future__ import annotations

from gigawatt.report import figures
from gigawatt.report.page import Cell, Figure, Section, Table
from gigawatt.report.read import Row
from gigawatt.report.view import USD_PER_BN, View

TOTAL = "total"
BAR_PX, FRAME_PX = 56, 80


def section(view: View) -> Section | None:
    """Lying stacked bars, one a system, and the table with percentiles."""
    rows = view.run.rows("capex")
    if not rows:
        return None
    say = view.say
    cost = {(r["system"], r["component"]): float(r["usd_per_gw_mean"]) for r in rows}
    systems = list(dict.fromkeys(r["system"] for r in rows))
    components = list(dict.fromkeys(r["component"] for r in rows if r["component"] != TOTAL))
    series = {
        say.label("component", c): [cost.get((s, c), 0.0) / USD_PER_BN for s in systems]
        for c in components
    }
    figure = Figure(
        id="capex-components",
        title=say("capex.figure"),
        unit=say("unit.bn_usd_gw"),
        note=say("capex.note"),
        data=figures.bars(systems, series, horizontal=True),
        layout=figures.lying_layout(say("unit.bn_usd_gw")),
        table=_table(view, rows),
        height_px=FRAME_PX + BAR_PX * len(systems),
    )
    return Section("capex", say("capex.title"), say("capex.intro"), (figure,))


def _table(view: View, rows: list[Row]) -> Table:
    say = view.say
    body = tuple(
        (
            Cell(r["system"]),
            Cell(say.label("component", r["component"]), strong=r["component"] == TOTAL),
            *(Cell(view.bn(r[k], 2)) for k in ("usd_per_gw_mean", "p10", "p50", "p90")),
        )
        for r in rows
    )
    columns = view.columns(
        say("word.system"), say("capex.component"), say("word.mean"), "P10", "P50", "P90", text=2
    )
    return Table(f"{say('capex.figure')}, {say('unit.bn_usd_gw')}", columns, body)
