"""Accounts of the sites by year at the load of the run: matching, carbon, water, cost by source."""

from __future__ import annotations

import calendar
import datetime as dt
from collections.abc import Mapping, Sequence

from gigawatt.report import figures
from gigawatt.report.figures import Trace
from gigawatt.report.page import Cell, Figure, Table
from gigawatt.report.read import Row
from gigawatt.report.sections.supply_hours import SHOWN_SITES, line, site_names, with_choice
from gigawatt.report.view import View

PERCENT, PER_KT, PER_GWH = 100.0, 1e3, 1e3
MONTHS = 12
SHARES = ("matched_annual_share", "matched_hourly_share", "cfe_share")
TONNES = ("scope1_t", "scope2_location_t", "scope2_market_t", "scope2_market_hourly_t")
TITLES = ("supply.matched_year", "supply.matched_hour", "supply.cfe")
Told = Mapping[tuple[str, int, str], Row]


def parts(view: View) -> tuple[Figure | Table, ...]:
    """Matching by year, accounts and cost of the last full year, water by day; none before."""
    rows = view.run.rows("site_years")
    if not rows:
        return ()
    told = {(r["site"], r["year"], r["metric"]): r for r in rows}
    year = _last_year(view, rows)
    water = view.run.rows("water_days")
    return (
        _matching(view, rows, told), _indicators(view, told, year), _carbon(view, told, year),
        _air_and_cost(view, told, year),
        *((_water(view, water),) if water else ()), _sources(view, year),
    )  # fmt: skip


def _last_year(view: View, rows: Sequence[Row]) -> int:
    """Last calendar year that is whole in the run."""
    last = int(max(r["year"] for r in rows))
    end = view.horizon
    part = bool(end) and int(end[:4]) == last and int(end[5:7]) < MONTHS
    years = {r["year"] for r in rows}
    return last - 1 if part and last - 1 in years else last


def _sites(told: Told, year: int | None = None) -> list[str]:
    """Sites that draw power (in the year), largest energy first."""
    most: dict[str, float] = {}
    for (site, when, metric), r in told.items():
        if metric == "facility_mwh" and year in (None, when):
            most[site] = max(most.get(site, 0.0), r["mean"] * r["draws_share"])
    return sorted(most, key=lambda site: (-most[site], site))


def _matching(view: View, rows: Sequence[Row], told: Told) -> Figure:
    """Shares of matching and the CFE score by year, a site at a time."""
    say, names = view.say, site_names(view)
    years = sorted({r["year"] for r in rows})
    shown = _sites(told)

    def course(site: str, metric: str) -> list[float | None]:
        found = (told.get((site, y, metric)) for y in years)
        return [None if r is None else float(r["mean"]) * PERCENT for r in found]

    labels = [str(y) for y in years]
    traces = {
        names.get(site, site): [
            line(labels, course(site, metric), say(title), f"@c{k}")
            for k, (metric, title) in enumerate(zip(SHARES, TITLES, strict=True))
        ]
        for site in shown
    }
    heads = view.columns(say("word.site"), *((str(y), "%") for y in years))
    body = tuple(
        (Cell(names.get(site, site)),
         *(Cell("" if v is None else view.fixed(v, 1)) for v in course(site, "cfe_share")))
        for site in shown
    )  # fmt: skip
    figure = Figure(
        id="supply-matching", title=say("supply.matching"), unit="%",
        note=say("supply.matching_note"), data=[],
        layout={"xaxis": {"type": "category"}, "hovermode": "x unified",
                "yaxis": {"title": {"text": "%"}, "range": [0, 102]}},
        table=Table(f"{say('supply.matching')}: {say('supply.cfe')}", heads, body),
        numbers=_numbers(view, (say("word.year"), "%"), traces),
    )  # fmt: skip
    return with_choice(figure, dict(list(traces.items())[:SHOWN_SITES]))


def _numbers(
    view: View, heads: tuple[str, str], traces: Mapping[str, Sequence[Trace]]
) -> tuple[tuple[str | float | None, ...], ...]:
    """Head and rows of a file of all sites."""
    rows: list[tuple[str | float | None, ...]] = [
        (view.say("word.site"), view.say("word.what"), *heads)
    ]
    rows += [
        (site, t["name"], x, y)
        for site, own in traces.items() for t in own for x, y in zip(t["x"], t["y"], strict=True)
    ]  # fmt: skip
    return tuple(rows)


def _indicators(view: View, told: Told, year: int) -> Table:
    """Indicators of ISO/IEC 30134 of the year."""
    say = view.say
    erf = {r["site"]: r["erf"] for r in view.run.rows("indicators")}
    shown = (("facility_mwh", 1.0 / PER_GWH, 0), ("pue", 1.0, 3), ("wue_l_per_kwh", 1.0, 2),
             ("cue_kg_per_kwh", 1.0, 3), ("ref", PERCENT, 1))  # fmt: skip
    body = tuple(
        (*row, Cell(view.fixed(erf.get(site, 0.0) * PERCENT, 1)))
        for site, row in _rows(view, told, year, shown)
    )
    columns = view.columns(
        say("word.site"), (say("supply.energy"), "GWh"), "PUE", ("WUE", "L/kWh"),
        ("CUE", "kg/kWh"), ("REF", "%"), ("ERF", "%"),
    )  # fmt: skip
    title = say("supply.indicators", year=year)
    return Table(title, columns, body, say("supply.indicators_note"), cards=True)


def _carbon(view: View, told: Told, year: int) -> Table:
    """Matching and carbon of the year."""
    say = view.say
    shown = [(metric, PERCENT, 1) for metric in SHARES] + [(t, 1.0 / PER_KT, 0) for t in TONNES]
    columns = view.columns(
        say("word.site"), *((say(title), "%") for title in TITLES), (say("supply.scope1"), "kt"),
        (say("supply.scope2"), "kt"), (say("supply.scope2_market"), "kt"),
        (say("supply.scope2_hourly"), "kt"),
    )  # fmt: skip
    body = tuple(row for _, row in _rows(view, told, year, shown))
    title = say("supply.accounts", year=year)
    return Table(title, columns, body, say("supply.accounts_note"), cards=True)


def _rows(
    view: View, told: Told, year: int, shown: Sequence[tuple[str, float, int]]
) -> list[tuple[str, tuple[Cell, ...]]]:
    """Sites with the cells of metrics, each with its scale and digits."""
    names = site_names(view)
    return [
        (
            site,
            (
                Cell(names.get(site, site)),
                *(_cell(view, told.get((site, year, name)), scale, digits)
                  for name, scale, digits in shown),
            ),
        )
        for site in _sites(told, year)
    ]  # fmt: skip


def _air_and_cost(view: View, told: Told, year: int) -> Table:
    """Water, NOx against the permit, cost of the year."""
    say = view.say
    rows = {r["site"]: r for r in view.run.rows("indicators") if r["year"] == year}
    shown = (("water_m3", 1.0 / PER_KT, 0), ("water_peak_day_m3", 1.0, 0), ("nox_t", 1.0, 0),
             ("nox_potential_t", 1.0, 0), ("usd_per_mwh", 1.0, 0))  # fmt: skip
    body = []
    for site, cells in _rows(view, told, year, shown):
        if site in rows:
            permit, standby = rows[site]["nox_class"], rows[site]["standby_usd_per_kw_year"]
            body.append((
                *cells[:-1], Cell(say.label("permit", permit) if permit else ""), cells[-1],
                Cell("" if standby is None else view.fixed(standby, 0)),
            ))  # fmt: skip
    columns = view.columns(
        say("word.site"), (say("supply.water"), say("unit.thousand_m3")),
        (say("supply.peak_day"), "m³"), ("NOx", "t"), (say("supply.nox_potential"), "t"),
        say("supply.permit"), (say("footprint.cost"), say("unit.usd_mwh")),
        (say("supply.standby"), "USD/kW"),
    )  # fmt: skip
    title = say("supply.air_and_cost", year=year)
    return Table(title, columns, tuple(body), say("supply.air_and_cost_note"), cards=True)


def _cell(view: View, r: Row | None, scale: float, digits: int) -> Cell:
    """Mean with P10 … P90 below it, where they differ."""
    if r is None:
        return Cell("")
    low, high = (view.fixed(r[k] * scale, digits) for k in ("p10", "p90"))
    below = "" if low == high else view.say("word.range", low=low, high=high)
    return Cell(view.fixed(r["mean"] * scale, digits), below)


def _water(view: View, rows: Sequence[Row]) -> Figure:
    """Site water by day of the typical year at the load of the run."""
    say, names = view.say, site_names(view)
    by_site: dict[str, list[Row]] = {}
    for r in rows:
        by_site.setdefault(r["site"], []).append(r)
    order = sorted(by_site, key=lambda s: (-sum(r["water_m3"] for r in by_site[s]), s))
    year = rows[0]["year"]
    leap = calendar.isleap(year)
    days = [
        (dt.date(year, 1, 1) + dt.timedelta(n + (leap and n >= 59))).isoformat()  # 59: 1 March
        for n in range(len(by_site[order[0]]))
    ]
    traces = {
        names.get(site, site): [
            line(days, [r["water_m3"] for r in by_site[site]], say("supply.water"), "@c0"),
            line(days, [r["plant_m3"] for r in by_site[site]], say("supply.plant_water"), "@c1"),
        ]
        for site in order
    }
    heads = view.columns(
        say("word.site"), (say("supply.year_water"), "m³"), (say("supply.peak_day"), "m³"),
        say("supply.peak_date"),
    )  # fmt: skip
    body = []
    for site in order:
        daily = [r["water_m3"] for r in by_site[site]]
        peak = max(range(len(daily)), key=daily.__getitem__)
        body.append((
            Cell(names.get(site, site)), Cell(view.fixed(sum(daily), 0)),
            Cell(view.fixed(daily[peak], 0)), Cell(view.day(days[peak])),
        ))  # fmt: skip
    layout = figures.time_layout("m³")
    layout["xaxis"] = {**layout["xaxis"], "dtick": "M1", "tickformat": "%b", "hoverformat": "%d %b"}
    title = say("supply.water_days", year=year)
    figure = Figure(
        id="supply-water", title=title, unit="m³", note=say("supply.water_note"), data=[],
        layout=layout, table=Table(title, heads, tuple(body)),
        numbers=_numbers(view, (say("supply.day"), "m³"), traces),
    )  # fmt: skip
    return with_choice(figure, dict(list(traces.items())[:SHOWN_SITES]))


def _sources(view: View, year: int) -> Table:
    """LCOE and stand-by of each source at each site in the year."""
    say, names = view.say, site_names(view)
    rows = [r for r in view.run.rows("source_costs") if r["year"] == year]

    def cost(r: Row) -> Cell:
        if r["usd_per_mwh"] is None:
            return Cell("")
        ends = [r[f"usd_per_mwh_{k}"] for k in ("p10", "p90")]
        low, high = ("" if v is None else view.fixed(v, 0) for v in ends)
        below = say("word.range", low=low, high=high) if low and high else ""
        return Cell(view.fixed(r["usd_per_mwh"], 0), below)

    body = tuple(
        (
            Cell(names.get(r["site"]) or str(r["site"])), Cell(say.label("source", r["source"])),
            Cell(view.fixed(r["supply_mwh"] / PER_GWH, 0)), Cell(view.fixed(r["nameplate_mw"], 0)
                 if r["nameplate_mw"] > 0.0 else ""),
            cost(r),
            Cell("" if r["standby_usd_per_kw_year"] is None
                 else view.fixed(r["standby_usd_per_kw_year"], 0)),
        )
        for r in rows
    )  # fmt: skip
    columns = view.columns(
        say("word.site"), say("word.source"), (say("supply.energy"), "GWh"),
        (say("supply.nameplate"), "MW"), (say("supply.lcoe"), say("unit.usd_mwh")),
        (say("supply.standby"), "USD/kW"), text=2,
    )  # fmt: skip
    return Table(say("supply.sources", year=year), columns, body, say("supply.sources_note"),
                 cards=True, folded=True)  # fmt: skip
