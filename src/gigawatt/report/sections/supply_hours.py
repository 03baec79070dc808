"""Hours of the sites' supply: weeks, durations, carbon; the largest site, others by choice."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

from gigawatt.report import figures
from gigawatt.report.figures import Trace
from gigawatt.report.page import Cell, Figure, Table
from gigawatt.report.read import Row
from gigawatt.report.texts import texts_of
from gigawatt.report.view import View

LOAD = "load"
SHOWN_SITES = 6  # largest first; all sites are in the tables
PERCENT = 100.0
TABLE_ROWS = 24
SCALE = [[0.0, "@panel"], [1.0, "@c1"]]
FULL_LOAD = 1.0
Axis = tuple[str, list[str]]
Key = tuple[str, float]  # site, part of its full load


def parts(view: View) -> tuple[Figure, ...]:
    """Two weeks, duration curves and carbon; none where the run keeps no hours."""
    weeks = view.run.rows("supply_weeks")
    if not weeks:
        return ()
    return (
        _week(view, weeks, "january"), _week(view, weeks, "july"), _durations(view), _carbon(view),
    )  # fmt: skip


def site_names(view: View) -> dict[str, str]:
    """Names of the sites by id, in the language of the page."""
    words = texts_of(view.say.lang)
    return {r["site"]: words(str(r["name"] or r["site"])) for r in view.run.rows("sites")}


def _by_site(rows: Sequence[Row]) -> dict[Key, list[Row]]:
    """Rows by site and load, in the order of the table, at most `SHOWN_SITES`."""
    out: dict[Key, list[Row]] = {}
    for r in rows:
        out.setdefault((r["site"], r.get("load_share", FULL_LOAD)), []).append(r)
    shown = list(dict.fromkeys(site for site, _ in out))[:SHOWN_SITES]
    return {key: own for key, own in out.items() if key[0] in shown}


def _title(view: View, titles: dict[str, str], key: Key) -> str:
    """Name of a site with the load at which its hours are."""
    site, load = titles.get(key[0], key[0]), key[1]
    if load == FULL_LOAD:
        return view.say("supply.at_full", site=site)
    return view.say("supply.at_load", site=site, load=view.percent(load))


def _series(rows: Sequence[Row]) -> dict[str, list[float]]:
    out: dict[str, list[float]] = {}
    for r in rows:
        out.setdefault(r["source"], []).append(r["mw"])
    return out


def _week(view: View, rows: list[Row], week: str) -> Figure:
    say, own = view.say, [r for r in rows if r["week"] == week]
    colours = _colours(own)
    hours = [str(h) for h in range(max(r["hour"] for r in own) + 1)]

    def traces(series: dict[str, list[float]]) -> list[Trace]:
        given = [
            {
                **figures.areas(hours, {say.label("source", n): [max(v, 0.0) for v in mw]})[0],
                **_fill(colours[n]),
            }
            for n, mw in series.items()
            if n != LOAD
        ]
        return [*given, line(hours, series[LOAD], say.label("source", LOAD), "@ink")]

    return _figure(view, f"supply-{week}", f"supply.{week}", own, ("supply.hour", hours), traces)


def _durations(view: View) -> Figure:
    say, rows = view.say, view.run.rows("supply_durations")
    colours = _colours(rows)
    first = [r for r in next(iter(_by_site(rows).values())) if r["source"] == LOAD]
    share = [f"{r['share_of_year'] * PERCENT:.0f}" for r in first]

    def traces(series: dict[str, list[float]]) -> list[Trace]:
        return [
            line(share, mw, say.label("source", n), "@ink" if n == LOAD else colours[n])
            for n, mw in series.items()
        ]

    return _figure(
        view, "supply-durations", "supply.durations", rows, ("supply.share", share), traces
    )


def _figure(
    view: View, name: str, title: str, rows: list[Row], along: Axis,
    traces: Callable[[dict[str, list[float]]], list[Trace]],
) -> Figure:  # fmt: skip
    """Figure of the largest site with a choice of the others, and the table of the largest."""
    say, (label, x) = view.say, along
    titles = site_names(view)
    sites = {_title(view, titles, k): traces(_series(own)) for k, own in _by_site(rows).items()}
    largest = next(iter(sites))
    shown = range(0, len(x), max(len(x) // TABLE_ROWS, 1))
    body = tuple(
        (Cell(x[i]), *(Cell(view.fixed(t["y"][i], 0)) for t in sites[largest])) for i in shown
    )
    heads = view.columns(say(label), *((t["name"], "MW") for t in sites[largest]))
    layout = {
        "xaxis": {"title": {"text": say(label)}, "type": "linear"},
        "yaxis": {"title": {"text": "MW"}, "rangemode": "tozero"},
        "hovermode": "x unified",
    }
    numbers: list[tuple[str | float | None, ...]] = [
        (say("word.site"), say("word.source"), say(label), "MW")
    ]
    numbers += [
        (site, t["name"], place, y)
        for site, own in sites.items() for t in own for place, y in zip(x, t["y"], strict=True)
    ]  # fmt: skip
    figure = Figure(
        id=name, title=say(title), unit="MW", note=say("supply.hours_note"), data=[], layout=layout,
        table=Table(f"{say(title)}: {largest}", heads, body), height_px=360,
        numbers=tuple(numbers),
    )  # fmt: skip
    return with_choice(figure, sites)


def _carbon(view: View) -> Figure:
    """Heat map of carbon by month and hour of the day."""
    say, rows = view.say, view.run.rows("supply_carbon")
    unit, titles = say("unit.kg_mwh"), site_names(view)
    hours, months = [str(h) for h in range(24)], list(view.locale.months)
    sites: dict[str, list[Trace]] = {}
    tables: dict[str, list[list[float]]] = {}
    for key, own in _by_site(rows).items():
        site = _title(view, titles, key)
        found = [[0.0] * len(months) for _ in hours]
        for r in own:
            found[r["hour"]][r["month_of_year"] - 1] = r["co2_kg_per_mwh"]
        tables[site] = found
        sites[site] = [{
            "type": "heatmap", "x": months, "y": hours,
            "z": [figures.finite(row) for row in found], "name": unit, "colorscale": SCALE,
            "showlegend": False, "hovertemplate": "%{x}, %{y} h: %{z:.4~g}",
            "colorbar": {"title": {"text": unit}, "thickness": 12, "outlinewidth": 0},
        }]  # fmt: skip
    largest = next(iter(tables))
    body = tuple(
        (Cell(hour), *(Cell(view.fixed(v, 0)) for v in tables[largest][h]))
        for h, hour in enumerate(hours)
    )
    numbers: list[tuple[str | float | None, ...]] = [
        (say("word.site"), say("supply.month"), say("supply.day_hour"), unit)
    ]
    numbers += [
        (site, months[m], hours[h], table[h][m])
        for site, table in tables.items() for m in range(len(months)) for h in range(len(hours))
    ]  # fmt: skip
    figure = Figure(
        id="supply-carbon", title=say("supply.carbon"), unit=unit, note=say("supply.hours_note"),
        data=[], height_px=420, numbers=tuple(numbers),
        layout={
            "xaxis": {"type": "category", "title": {"text": say("supply.month")}},
            "yaxis": {"title": {"text": say("supply.day_hour")}, "type": "category"},
        },
        table=Table(
            f"{say('supply.carbon')}: {largest}",
            view.columns(say("supply.day_hour"), *((m, unit) for m in months)), body,
        ),
    )  # fmt: skip
    return with_choice(figure, sites)


def with_choice(figure: Figure, sites: dict[str, list[Trace]]) -> Figure:
    """Figure with the traces of all sites, the first shown, and a menu where there are several."""
    data: list[Trace] = []
    told: set[str] = set()
    owner: list[str] = []
    for n, (site, traces) in enumerate(sites.items()):
        for t in traces:
            again = t["name"] in told
            told.add(t["name"])
            more = {"showlegend": False} if again else {}
            group = {"stackgroup": f"{t['stackgroup']}{n}"} if "stackgroup" in t else {}
            data.append({**t, **more, **group, "visible": n == 0})
            owner.append(site)
    menu = {
        "type": "dropdown", "x": 0, "xanchor": "left", "y": 1.02, "yanchor": "bottom",
        "bgcolor": "@panel", "bordercolor": "@line", "font": {"color": "@ink"},
        "buttons": [
            {"label": site, "method": "restyle", "args": [{"visible": [s == site for s in owner]}]}
            for site in sites
        ],
    }  # fmt: skip
    layout = {**figure.layout, "margin": {"l": 8, "r": 16, "t": 44, "b": 8}}
    if len(sites) > 1:
        layout["updatemenus"] = [menu]
    return replace(figure, data=data, layout=layout)


def _colours(rows: Sequence[Row]) -> dict[str, str]:
    """One colour a source, the same for all sites."""
    names = dict.fromkeys(r["source"] for r in rows if r["source"] != LOAD)
    return {name: f"@c{k % figures.COLOURS}" for k, name in enumerate(names)}


def _fill(colour: str) -> Trace:
    return {"line": {"width": 0.5, "color": colour}, "fillcolor": colour}


def line(x: list[str], y: figures.Numbers, name: str, colour: str) -> Trace:
    """A line of a colour with its name."""
    return {"mode": "lines", "x": x, "y": figures.finite(y), "name": name,
            "line": {"color": colour, "width": 2}, "hovertemplate": "%{y:.4~g}"}  # fmt: skip
