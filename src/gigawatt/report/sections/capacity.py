"""Capacity over time: band of facility power in service against the announced total."""

from __future__ import annotations

import calendar
from dataclasses import replace

from gigawatt.quantity.units import MW_PER_GW
from gigawatt.report import figures
from gigawatt.report.facts import ALL_SITES, capacity_months, declared_power_mw, year_ends
from gigawatt.report.page import Cell, Figure, Part, Section, Table
from gigawatt.report.read import BAND
from gigawatt.report.view import View, years_of


def section(view: View) -> Section | None:
    """Chart of the band, table at year end, and mean capacity by site."""
    if not capacity_months(view):
        return None
    say = view.say
    parts: tuple[Part, ...] = (_figure(view), *_site_figure(view))
    return Section("capacity", say("capacity.title"), say("capacity.intro"), parts)


def month_end(month: str) -> str:
    """ISO date of the last day of a month label; values hold at the end of their month."""
    year, number = int(month[:4]), int(month[5:7])
    return f"{month[:7]}-{calendar.monthrange(year, number)[1]:02d}"


def _figure(view: View) -> Figure:
    say = view.say
    rows = capacity_months(view)
    x = [month_end(str(r["month"])) for r in rows]
    low, middle, high = ([r[f"facility_mw_{k}"] / MW_PER_GW for r in rows] for k in BAND)
    data = figures.band(x, low, middle, high, (say("capacity.band"), say("capacity.median")))
    declared = declared_power_mw(view)
    if declared:
        name = say("capacity.announced", power=view.power(declared))
        data.append(figures.level(x, declared / MW_PER_GW, name))
    return Figure(
        id="capacity-band",
        title=say("capacity.figure"),
        unit=say("unit.gw"),
        note=say("capacity.note"),
        data=data,
        layout=figures.time_layout(say("unit.gw")),
        table=_year_table(view),
        height_px=400,
    )


def _year_table(view: View) -> Table:
    say = view.say
    rows = tuple(
        (
            Cell(end.year),
            *(Cell(view.fixed(v / MW_PER_GW, 2)) for v in (end.p10, end.p50, end.p90, end.mean)),
        )
        for end in year_ends(view)
    )
    columns = view.columns(say("word.year"), "P10", "P50", "P90", say("word.mean"))
    return Table(say("capacity.table"), columns, rows)


def _site_figure(view: View) -> list[Figure]:
    """Stacked areas of the means; the largest sites by name, the others together."""
    means: dict[str, dict[str, float]] = {}
    for row in view.run.rows("capacity"):
        if row["site"] != ALL_SITES:
            held = means.setdefault(str(row["site"]), {})
            held[str(row["month"])] = row["facility_mw_mean"] / MW_PER_GW
    tables = _by_site(view)
    if not means or not tables:
        return []
    say = view.say
    names = {r["site"]: r["name"] for r in view.run.rows("sites")}
    ranked = sorted(means, key=lambda s: -max(means[s].values()))
    kept = ranked if len(ranked) <= figures.COLOURS else ranked[: figures.COLOURS - 1]
    months = sorted({m for held in means.values() for m in held})
    series = {str(names.get(s) or s): [means[s].get(m, 0.0) for m in months] for s in kept}
    rest = [means[s] for s in ranked[len(kept) :]]
    if rest:
        series[say("capacity.others")] = [sum(h.get(m, 0.0) for h in rest) for m in months]
    return [
        Figure(
            id="capacity-sites",
            title=say("capacity.sites"),
            unit=say("unit.gw"),
            note=say("capacity.sites_note"),
            data=figures.areas([month_end(m) for m in months], series),
            layout=figures.time_layout(say("unit.gw")),
            table=replace(tables[0], folded=False),
            height_px=400,
        )
    ]


def _by_site(view: View) -> list[Table]:
    """Mean power by site at the end of each year; means add up to the line of all sites."""
    say = view.say
    rows = view.run.rows("capacity")
    years = years_of(str(r["month"]) for r in rows)
    last: dict[tuple[str, str], float] = {}
    for row in sorted(rows, key=lambda r: str(r["month"])):
        last[row["site"], str(row["month"])[:4]] = row["facility_mw_mean"] / MW_PER_GW
    sites = [s for s in dict.fromkeys(r["site"] for r in rows) if s != ALL_SITES]
    if not sites:
        return []
    names = {r["site"]: r["name"] for r in view.run.rows("sites")}
    body = [
        (Cell(names.get(s) or s), *(Cell(view.fixed(last.get((s, y)), 2)) for y in years))
        for s in sites
    ]
    total = (
        Cell(say("word.all"), strong=True),
        *(Cell(view.fixed(last.get((ALL_SITES, y)), 2), strong=True) for y in years),
    )
    columns = view.columns(say("word.site"), *((y, say("unit.gw")) for y in years))
    return [Table(say("capacity.by_site"), columns, (*body, total), folded=True)]
