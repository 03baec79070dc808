"""Energy by source, and its cost, carbon and water by year and by site; then the impact table."""

from __future__ import annotations

from gigawatt.quantity.units import MWH_PER_TWH
from gigawatt.report import figures
from gigawatt.report.page import Cell, Figure, Section, Table
from gigawatt.report.read import BAND, Row
from gigawatt.report.sections import yearly
from gigawatt.report.view import USD_PER_BN, View, years_of

ALL_SOURCES = ALL_SITES = "all"
GRID = "grid"  # stands first, so that it has one colour in every run
PER_MILLION = 1e-6
LEAST_MWH = 0.005 * MWH_PER_TWH  # less prints as 0.00 TWh; dollars over nearly nothing mislead
SUMS = ("supply_mwh_mean", "energy_cost_usd_mean", "co2_t_mean", "water_m3_mean")


def section(view: View) -> Section | None:
    """Chart of energy by source with the table by year, and the table by site."""
    rows = [r for r in view.run.rows("energy") if r["site"] != ALL_SITES]
    if not rows:
        return None
    say = view.say
    return Section(
        "footprint",
        say("footprint.title"),
        say("footprint.intro"),
        (_figure(view, rows), _table(view, rows, "site")),
    )


def impact_section(view: View) -> Section | None:
    """Table of work and footprint by year."""
    rows = view.run.rows("impact")
    if not rows:
        return None
    say = view.say
    years = sorted({str(r["year"]) for r in rows})
    metrics = dict.fromkeys((r["metric"], r["unit"]) for r in rows)
    held: dict[tuple[str, str], dict[str, Row]] = {m: {} for m in metrics}
    for r in rows:
        held[r["metric"], r["unit"]][str(r["year"])] = {k: r[k] for k in (*BAND, "mean")}
    body = tuple(
        yearly.row(view, Cell(say.label("metric", metric)), unit, bands, years)
        for (metric, unit), bands in held.items()
    )
    columns = view.columns(say("impact.metric"), say("word.unit"), *years, text=2)
    table = Table(say("impact.table"), columns, body, say("impact.note"))
    return Section("impact", say("impact.title"), say("impact.intro"), (table,))


def sums_by(rows: list[Row], key: str) -> dict[str, list[float]]:
    """Energy, cost, carbon and water summed over the rows of all sources, by year or site."""
    out: dict[str, list[float]] = {}
    for row in rows:
        if row["source"] == ALL_SOURCES:
            name = str(row["month"])[:4] if key == "year" else str(row[key])
            held = out.setdefault(name, [0.0] * len(SUMS))
            for index, column in enumerate(SUMS):
                held[index] += float(row[column] or 0.0)
    return out


def _figure(view: View, rows: list[Row]) -> Figure:
    say = view.say
    years = years_of(str(r["month"]) for r in rows)
    supply: dict[str, dict[str, float]] = {}
    for row in rows:
        if row["source"] != ALL_SOURCES:
            held = supply.setdefault(row["source"], {})
            year = str(row["month"])[:4]
            held[year] = held.get(year, 0.0) + float(row["supply_mwh_mean"] or 0.0) / MWH_PER_TWH
    series = {
        say.label("source", name): [held.get(y, 0.0) for y in years]
        for name, held in sorted(supply.items(), key=lambda item: item[0] != GRID)
        if any(held.values())
    }
    return Figure(
        id="footprint-energy",
        title=say("footprint.figure"),
        unit=say("unit.twh_year"),
        note=say("footprint.note"),
        data=figures.bars(years, series),
        layout=figures.bar_layout(say("unit.twh_year")),
        table=_table(view, rows, "year"),
        height_px=360,
    )


def _table(view: View, rows: list[Row], key: str) -> Table:
    say = view.say
    names = {r["site"]: r["name"] for r in view.run.rows("sites")}
    body = tuple(
        (
            Cell(names.get(name) or name),
            Cell(view.fixed(mwh / MWH_PER_TWH, 2)),
            Cell(view.fixed(usd / USD_PER_BN, 2)),
            Cell(view.fixed(usd / mwh, 0) if mwh >= LEAST_MWH else ""),
            Cell(view.fixed(co2_t * PER_MILLION, 2)),
            Cell(view.fixed(water_m3 * PER_MILLION, 2)),
        )
        for name, (mwh, usd, co2_t, water_m3) in sums_by(rows, key).items()
    )
    columns = view.columns(
        say("word.year" if key == "year" else "word.site"),
        (say("footprint.energy"), say("unit.twh")),
        (say("footprint.cost"), say("unit.bn_usd")),
        (say("footprint.cost"), say("unit.usd_mwh")),
        (say("footprint.co2"), say("unit.mt")),
        (say("footprint.water"), say("unit.million_m3")),
    )
    caption = say("footprint.table" if key == "year" else "footprint.by_site")
    return Table(caption, columns, body, folded=key != "year")
