"""Least-cost supply by site and stage, its hours and accounts, the grid's view, rules."""

from __future__ import annotations

from gigawatt.report import figures
from gigawatt.report.page import Cell, Figure, Section, Table
from gigawatt.report.read import Row
from gigawatt.report.sections import supply_customers, supply_hours, supply_years
from gigawatt.report.sections.supply_hours import site_names
from gigawatt.report.view import View

ALL = "all"
KG_PER_T = 1e3
BAR_PX, FRAME_PX = 26, 90
PERCENT = 100.0
SHARE, TONNES = "share", "t/year"
APPLIES = ("yes", "open")


def section(view: View) -> Section | None:
    """Cost, stages, hours, accounts by year, grid, other customers, rules; None without a plan."""
    rows = view.run.rows("supply")
    if not rows:
        return None
    rules = view.run.rows("rules")
    tables = (_grid(view), *supply_customers.parts(view), _rules(view, rules) if rules else None)
    return Section(
        "supply", view.say("supply.title"), view.say("supply.intro"),
        (
            _cost(view, rows), _stages(view, rows), *supply_hours.parts(view),
            *supply_years.parts(view),
            *(t for t in tables if t is not None),
        ),
    )  # fmt: skip


def _last(rows: list[Row]) -> dict[str, list[Row]]:
    """Rows of the last stage of each site."""
    last = {r["site"]: r["number"] for r in rows}
    out: dict[str, list[Row]] = {}
    for r in rows:
        if r["number"] == last[r["site"]]:
            out.setdefault(r["site"], []).append(r)
    return out


def _cost(view: View, rows: list[Row]) -> Figure:
    say, names, last = view.say, site_names(view), _last(rows)
    sources = list(dict.fromkeys(r["source"] for r in rows if r["source"] != ALL))
    paid = {
        (site, r["source"]): r["fixed_usd_per_mwh"] + r["running_usd_per_mwh"]
        for site, own in last.items() for r in own
    }  # fmt: skip
    series = {
        say.label("source", name): [paid.get((site, name), 0.0) for site in last]
        for name in sources
    }
    titles = (say.label("source", s) for s in sources)
    heads = view.columns(say("word.site"), *titles, say("word.total"))
    body = tuple(
        (
            Cell(names.get(site, site)),
            *(Cell(view.fixed(paid[site, s], 1) if (site, s) in paid else "") for s in sources),
            Cell(view.fixed(paid[site, ALL], 1), strong=True),
        )
        for site in last
    )
    return Figure(
        id="supply-cost", title=say("supply.cost"), unit=say("unit.usd_mwh"),
        note=say("supply.cost_note"),
        data=figures.bars([names.get(s, s) for s in last], series, horizontal=True),
        layout=figures.lying_layout(say("unit.usd_mwh")),
        table=Table(say("supply.cost"), heads, body),
        height_px=FRAME_PX + BAR_PX * len(last),
    )  # fmt: skip


def _stages(view: View, rows: list[Row]) -> Table:
    say, names = view.say, site_names(view)
    built: dict[tuple[str, int], list[str]] = {}
    for r in rows:
        if r["source"] != ALL and r["capacity_mw"]:
            text = f"{say.label('source', r['source'])} {view.power(r['capacity_mw'])}"
            built.setdefault((r["site"], r["number"]), []).append(text)
    body = tuple(
        (
            Cell(names.get(r["site"]) or r["site"], r["phases"]),
            Cell(", ".join(built.get((r["site"], r["number"]), ()))),
            Cell(view.power(r["facility_mw"])),
            Cell(view.fixed(r["fixed_usd_per_mwh"] + r["running_usd_per_mwh"], 1)),
            Cell(view.fixed(r["co2_t_per_mwh"] * KG_PER_T, 0)),
            Cell(view.fixed(r["deliverable_share"] * PERCENT, 2)),
        )
        for r in rows if r["source"] == ALL
    )  # fmt: skip
    columns = view.columns(
        say("supply.stage"), say("supply.built"), say("supply.power"),
        (say("footprint.cost"), say("unit.usd_mwh")), (say("footprint.co2"), say("unit.kg_mwh")),
        (say("supply.served"), "%"), text=2,
    )  # fmt: skip
    return Table(say("supply.stages"), columns, body, say("supply.stages_note"), cards=True)


def _grid(view: View) -> Table | None:
    """What the grid sees of each site and stage; None where no site has a contract."""
    say, names, rows = view.say, site_names(view), view.run.rows("grid_view")
    if not rows:
        return None

    def cell(value: float | None, digits: int = 0, scale: float = 1.0) -> Cell:
        return Cell("" if value is None else view.fixed(value * scale, digits))

    body = tuple(
        (
            Cell(names.get(r["site"]) or r["site"], r["phases"]),
            cell(r["firm_mw"]), cell(r["non_firm_mw"]), cell(r["import_peak_mw"]),
            cell(r["coincident_mw"]), cell(r["area_share"], 2, PERCENT),
            cell(r["curtailed_hours"], 1), cell(r["curtailed_mwh"]), cell(r["waiting_hours"]),
            cell(r["import_ramp_mw"]), cell(r["ramp_mw_per_min"]),
        )
        for r in rows
    )  # fmt: skip
    columns = view.columns(
        say("supply.stage"), (say("supply.firm"), "MW"), (say("supply.non_firm"), "MW"),
        (say("supply.peak"), "MW"), (say("supply.coincident"), "MW"),
        (say("supply.area_share"), "%"), (say("supply.curtailed"), "h"),
        (say("supply.curtailed"), "MWh"), (say("supply.waits"), "h"), (say("supply.ramp"), "MW/h"),
        (say("supply.ramp"), "MW/min"),
    )  # fmt: skip
    return Table(say("supply.grid"), columns, body, say("supply.grid_note"), cards=True)


def _rules(view: View, rows: list[Row]) -> Table:
    say, names = view.say, site_names(view)

    def told(value: float | None, unit: str) -> str:
        if value is None:
            return ""
        if unit == SHARE:
            value, unit = value * PERCENT, "%"
        return f"{view.number(value)} {unit}".strip()

    def sized(r: Row) -> str:
        value = say("supply.not_told") if r["size_value"] is None else view.number(r["size_value"])
        unit = say("unit.tonnes_year") if r["size_unit"] == TONNES else r["size_unit"]
        size, least = say.label("rule_size", r["size"]), view.number(r["threshold"])
        return say("supply.sized", size=size, value=value, least=f"{least} {unit}".strip())

    def stage(r: Row) -> str:
        told = say.label("rule_stage", r["stage"])
        sure = r.get("confidence")
        return f"{told}, {say.label('rule_sure', sure)}" if sure else told

    body = tuple(
        (
            Cell(names.get(r["site"]) or r["site"]),
            Cell(r["name"], stage(r)),
            Cell(say.label("told", r["applies"]), sized(r)),
            Cell(say.label("told", r["met"])),
            Cell(told(r["value"], r["unit"]) if r["unit"] else ""),
            Cell(told(r["limit"], r["unit"]) if r["unit"] else ""),
            Cell(told(r["short_by"], r["unit"]) if r["short_by"] else ""),
        )
        for r in rows if r["applies"] in APPLIES
    )  # fmt: skip
    columns = view.columns(
        say("word.site"), say("supply.rule"), say("supply.applies"), say("supply.met"),
        say("supply.value"), say("supply.limit"), say("supply.short"), text=4,
    )  # fmt: skip
    return Table(say("supply.rules"), columns, body, say("supply.rules_note"), cards=True)
