"""What a gigawatt costs to build, by system and component."""

from __future__ import annotations

from gigawatt.report import figures
from gigawatt.report.page import Cell, Figure, Part, Section, Table
from gigawatt.report.read import Row
from gigawatt.report.view import USD_PER_BN, View

TOTAL = "total"
BAR_PX, FRAME_PX = 56, 80
WHOLE, ALONE = "site_and_systems", ("site", "systems")  # what a row of capex_bases holds


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
    parts: list[Part] = [figure, *_bases(view)]
    return Section("capex", say("capex.title"), say("capex.intro"), tuple(parts))


def _bases(view: View) -> list[Part]:
    """The same cost by what the gigawatt counts and what is in it."""
    rows = view.run.rows("capex_bases")
    if not rows:
        return []
    say = view.say
    cost = {(r["system"], r["gigawatt"], r["covers"]): r for r in rows}
    body = tuple(
        (
            Cell(system),
            Cell(say.label("counted", gigawatt)),
            *(Cell(view.bn(cost[system, gigawatt, WHOLE][f"usd_per_gw_{k}"], 1))
              for k in ("p10", "p50", "p90")),
            *(Cell(view.bn(cost[system, gigawatt, part]["usd_per_gw_p50"], 1)) for part in ALONE),
        )
        for system, gigawatt in dict.fromkeys((s, g) for s, g, _ in cost)
    )  # fmt: skip
    parts = (say(f"covers.{part}") for part in ALONE)
    heads = (say("word.system"), say("capex.gigawatt"), "P10", "P50", "P90", *parts)
    columns = view.columns(*heads, text=2)
    title = f"{say('capex.bases')}, {say('unit.bn_usd_per_gw')}"
    return [Table(title, columns, body, say("capex.bases_note"))]


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
