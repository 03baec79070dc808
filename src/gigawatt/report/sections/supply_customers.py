"""What other customers of each site's grid pay if its load is late or leaves, by year."""

from __future__ import annotations

from collections.abc import Sequence

from gigawatt.report.page import Cell, Figure, Table
from gigawatt.report.read import Row
from gigawatt.report.sections.supply_hours import SHOWN_SITES, line, site_names, with_choice
from gigawatt.report.view import View

PER_MILLION = 1e6


def parts(view: View) -> tuple[Figure | Table, ...]:
    """Cost to others and what is stranded by year, a table of all sites and cases."""
    rows = view.run.rows("other_customers")
    if not rows:
        return ()
    order = sorted({(-r["contract_mw"], r["site"]) for r in rows})
    by_site = {site: [r for r in rows if r["site"] == site] for _, site in order}
    return (
        _figure(view, by_site, "usd_per_mwh", "unit.usd_mwh",
                ("supply-others", "supply.others", "supply.others_note")),
        _figure(view, by_site, "stranded_usd", "unit.usd_million",
                ("supply-stranded", "supply.stranded", "supply.stranded_note")),
        _table(view, by_site),
    )  # fmt: skip


def _cases(rows: Sequence[Row]) -> dict[str, list[Row]]:
    out: dict[str, list[Row]] = {}
    for r in rows:
        out.setdefault(r["case"], []).append(r)
    return out


def _figure(
    view: View, by_site: dict[str, list[Row]], key: str, unit: str, words: tuple[str, str, str]
) -> Figure:
    """Lines of the cases by year; `words` are the figure's id, title and note."""
    say, names, (name, title, note) = view.say, site_names(view), words
    scale = PER_MILLION if key == "stranded_usd" else 1.0
    years = sorted({r["year"] for rows in by_site.values() for r in rows})
    labels = [str(y) for y in years]

    def value(r: Row) -> float:
        return float("nan") if r[key] is None else r[key] / scale

    traces = {
        names.get(site, site): [
            line(labels, [value(r) for r in own], case, f"@c{k}")
            for k, (case, own) in enumerate(_cases(rows).items())
        ]
        for site, rows in by_site.items()
    }
    first = next(iter(traces))
    heads = view.columns(
        say("supply.service_year"), *((t["name"], say(unit)) for t in traces[first])
    )
    body = tuple(
        (Cell(label), *(_number(view, t["y"][i]) for t in traces[first]))
        for i, label in enumerate(labels)
    )
    numbers: list[tuple[str | float | None, ...]] = [
        (say("word.site"), say("supply.case"), say("supply.service_year"), say(unit))
    ]
    numbers += [
        (site, t["name"], x, y)
        for site, own in traces.items() for t in own for x, y in zip(t["x"], t["y"], strict=True)
    ]  # fmt: skip
    figure = Figure(
        id=name, title=say(title), unit=say(unit), note=say(note), data=[],
        layout={"xaxis": {"title": {"text": say("supply.service_year")}, "type": "category"},
                "yaxis": {"title": {"text": say(unit)}}, "hovermode": "x unified"},
        table=Table(f"{say(title)}: {first}", heads, body), numbers=tuple(numbers),
    )  # fmt: skip
    return with_choice(figure, dict(list(traces.items())[:SHOWN_SITES]))


def _number(view: View, value: float | None) -> Cell:
    return Cell("" if value is None else view.number(value))


def _table(view: View, by_site: dict[str, list[Row]]) -> Table:
    """Each site and case over the years."""
    say, names = view.say, site_names(view)

    def most(own: Sequence[Row], key: str) -> float | None:
        return max((r[key] for r in own if r[key] is not None), default=None)

    def millions(value: float | None) -> Cell:
        return Cell("" if value is None else view.fixed(value / PER_MILLION, 0))

    body = tuple(
        (
            Cell(names.get(site, site)), Cell(case),
            Cell(view.fixed(own[0]["contract_mw"], 0)),
            millions(sum(r["requirement_usd"] for r in own)),
            millions(sum(r["paid_usd"] for r in own)), millions(sum(r["resold_usd"] for r in own)),
            millions(sum(r["shortfall_usd"] for r in own)), millions(most(own, "shortfall_usd")),
            _number(view, most(own, "usd_per_mwh")), millions(most(own, "stranded_usd")),
        )
        for site, rows in by_site.items()
        for case, own in _cases(rows).items()
    )  # fmt: skip
    money = say("unit.usd_million")
    columns = view.columns(
        say("word.site"), say("supply.case"), (say("supply.contract"), "MW"),
        (say("supply.requirement"), money), (say("supply.load_pays"), money),
        (say("supply.resold"), money), (say("supply.on_others"), money),
        (say("supply.dearest"), money), (say("supply.dearest"), say("unit.usd_mwh")),
        (say("supply.stranded_short"), money), text=2,
    )  # fmt: skip
    return Table(say("supply.customers"), columns, body, say("supply.customers_note"), cards=True)
