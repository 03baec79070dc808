"""Least-cost supply by site and stage, hours of the largest site, the grid's view, rules."""

from __future__ import annotations

from gigawatt.report import figures
from gigawatt.report.figures import Trace
from gigawatt.report.page import Cell, Figure, Section, Table
from gigawatt.report.read import Row
from gigawatt.report.view import View

ALL, LOAD, BATTERY = "all", "load", "battery"
KG_PER_T = 1e3
BAR_PX, FRAME_PX = 26, 90
SHOWN_MONTHS = (1, 4, 7, 10)
PERCENT = 100.0
GRID_VIEW = ("contract_mw", "import_peak_mw", "import_ramp_mw", "ramp_mw_per_min", "drop_mw")
APPLIES = ("yes", "open")


def section(view: View) -> Section | None:
    """Cost by source, stages, weeks, durations, carbon and rules; None without a plan."""
    rows = view.run.rows("supply")
    if not rows:
        return None
    weeks = view.run.rows("supply_weeks")
    hours = (
        _week(view, weeks, "january"), _week(view, weeks, "july"), _durations(view), _carbon(view),
    ) if weeks else ()  # fmt: skip
    rules = view.run.rows("rules")
    parts = (_cost(view, rows), _stages(view, rows), *hours, _grid(view, rows))
    return Section(
        "supply", view.say("supply.title"), view.say("supply.intro"),
        (*parts, *((_rules(view, rules),) if rules else ())),
    )  # fmt: skip


def _names(view: View) -> dict[str, str]:
    return {r["site"]: str(r["name"] or r["site"]) for r in view.run.rows("sites")}


def _last(rows: list[Row]) -> dict[str, list[Row]]:
    """Rows of the last stage of each site."""
    last = {r["site"]: r["number"] for r in rows}
    out: dict[str, list[Row]] = {}
    for r in rows:
        if r["number"] == last[r["site"]]:
            out.setdefault(r["site"], []).append(r)
    return out


def _cost(view: View, rows: list[Row]) -> Figure:
    say, names, last = view.say, _names(view), _last(rows)
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
    say, names = view.say, _names(view)
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


def _week(view: View, rows: list[Row], week: str) -> Figure:
    say = view.say
    own = [r for r in rows if r["week"] == week]
    series: dict[str, list[float]] = {}
    for r in own:
        series.setdefault(r["source"], []).append(r["mw"])
    load = series.pop(LOAD)
    hours = [str(h) for h in range(len(load))]
    given = {say.label("source", n): [max(v, 0.0) for v in mw] for n, mw in series.items()}
    data = [*figures.areas(hours, given), _line(hours, load, say.label("source", LOAD), "@ink")]
    return _figure(view, f"supply-{week}", f"supply.{week}", own[0]["site"], data, "supply.hour")


def _durations(view: View) -> Figure:
    say, rows = view.say, view.run.rows("supply_durations")
    series: dict[str, list[float]] = {}
    for r in rows:
        series.setdefault(r["source"], []).append(r["mw"])
    share = [f"{r['share_of_year'] * PERCENT:.0f}" for r in rows if r["source"] == LOAD]
    data = [
        _line(
            share, mw, say.label("source", n), "@ink" if n == LOAD else f"@c{k % figures.COLOURS}"
        )
        for k, (n, mw) in enumerate(series.items())
    ]
    return _figure(
        view, "supply-durations", "supply.durations", rows[0]["site"], data, "supply.share"
    )


def _carbon(view: View) -> Figure:
    say, rows = view.say, view.run.rows("supply_carbon")
    data = [
        _line(
            [str(r["hour"]) for r in rows if r["month_of_year"] == month],
            [r["co2_kg_per_mwh"] for r in rows if r["month_of_year"] == month],
            view.locale.months[month - 1], f"@c{k}",
        )
        for k, month in enumerate(SHOWN_MONTHS)
    ]  # fmt: skip
    site = rows[0]["site"]
    return _figure(
        view, "supply-carbon", "supply.carbon", site, data, "supply.day_hour", say("unit.kg_mwh")
    )


def _figure(
    view: View, name: str, title: str, site: str, data: list[Trace], along: str, unit: str = "MW"
) -> Figure:
    """Figure over numbers, its table holding every eighth of them at most."""
    say = view.say
    x = data[-1]["x"]
    step = max(len(x) // 24, 1)
    shown = range(0, len(x), step)
    body = tuple((Cell(x[i]), *(Cell(view.fixed(t["y"][i], 0)) for t in data)) for i in shown)
    heads = view.columns(say(along), *((t["name"], unit) for t in data))
    layout = {
        "xaxis": {"title": {"text": say(along)}, "type": "linear"},
        "yaxis": {"title": {"text": unit}, "rangemode": "tozero"},
        "hovermode": "x unified",
    }
    caption = f"{say(title)}: {_names(view).get(site, site)}"
    return Figure(
        id=name, title=caption, unit=unit, note=say("supply.hours_note"), data=data, layout=layout,
        table=Table(caption, heads, body), height_px=320,
    )  # fmt: skip


def _line(x: list[str], y: list[float], name: str, colour: str) -> Trace:
    return {"mode": "lines", "x": x, "y": figures.finite(y), "name": name,
            "line": {"color": colour, "width": 2}, "hovertemplate": "%{y:.4~g}"}  # fmt: skip


def _grid(view: View, rows: list[Row]) -> Table:
    say, names = view.say, _names(view)
    body = tuple(
        (
            Cell(names.get(r["site"]) or r["site"], r["phases"]),
            *(Cell(view.fixed(r[k], 0)) for k in GRID_VIEW),
        )
        for r in rows if r["source"] == ALL and r["contract_mw"]
    )  # fmt: skip
    columns = view.columns(
        say("supply.stage"), (say("supply.contract"), "MW"), (say("supply.peak"), "MW"),
        (say("supply.ramp"), "MW/h"), (say("supply.ramp"), "MW/min"), (say("shape.drop"), "MW"),
    )  # fmt: skip
    return Table(say("supply.grid"), columns, body, say("supply.grid_note"), folded=True)


def _rules(view: View, rows: list[Row]) -> Table:
    say, names = view.say, _names(view)

    def told(value: float | None, unit: str) -> str:
        return "" if value is None else f"{view.number(value)} {unit}".strip()

    body = tuple(
        (
            Cell(names.get(r["site"]) or r["site"]),
            Cell(r["name"], say.label("rule_stage", r["stage"])),
            Cell(say.label("told", r["applies"])),
            Cell(say.label("told", r["met"])),
            Cell(told(r["value"], r["unit"])),
            Cell(told(r["limit"], r["unit"])),
            Cell(told(r["short_by"], r["unit"]) if r["short_by"] else ""),
        )
        for r in rows if r["applies"] in APPLIES
    )  # fmt: skip
    columns = view.columns(
        say("word.site"), say("supply.rule"), say("supply.applies"), say("supply.met"),
        say("supply.value"), say("supply.limit"), say("supply.short"), text=4,
    )  # fmt: skip
    return Table(say("supply.rules"), columns, body, say("supply.rules_note"), cards=True)
