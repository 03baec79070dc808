"""What was last to be ready, by year of service; shares of megawatts."""

from __future__ import annotations

from gigawatt.report import figures
from gigawatt.report.page import Cell, Figure, Section, Table
from gigawatt.report.read import NOT_WITHIN_HORIZON
from gigawatt.report.view import View

STYLES = {
    "land": 6,
    "permit": 3,
    "grid": 0,
    "onsite": 5,
    "building": 1,
    "equipment": 4,
    "platform": 2,
    "racks": 10,
    "funding": 7,
    "tenant": 15,
}
"""Colour index of each constraint, the same in every chart and run."""


def section(view: View, note: str = "binding.note") -> Section | None:
    """Stacked bars of shares by year, and their table; `note` names the source."""
    shares = shares_by_year(view)
    if not shares:
        return None
    say = view.say
    years = list(shares)
    names = constraint_order(shares)
    series = {n: [100.0 * shares[y].get(n, 0.0) for y in years] for n in names}
    labels = {n: say.label("constraint", n) for n in names}
    figure = Figure(
        id="binding-years",
        title=say("binding.figure"),
        unit=say("binding.unit"),
        note=say(note),
        data=figures.bars(
            [year_label(view, y) for y in years],
            {labels[n]: v for n, v in series.items()},
            {labels[n]: STYLES.get(n, len(STYLES)) for n in names},
        ),
        layout=figures.bar_layout(say("unit.percent"), percent=True),
        table=_table(view, shares, names),
        height_px=400,
    )
    return Section("binding", say("binding.title"), say("binding.intro"), (figure,))


def shares_by_year(view: View) -> dict[str, dict[str, float]]:
    """Year → constraint → share, each year's shares summing to 1; late blocks come last."""
    out: dict[str, dict[str, float]] = {}
    for row in view.run.rows("binding"):
        held = out.setdefault(str(row["year"]), {})
        held[row["constraint"]] = held.get(row["constraint"], 0.0) + float(row["share"] or 0.0)
    scaled = {
        year: {n: v / total for n, v in held.items()}
        for year, held in out.items()
        if (total := sum(held.values())) > 0.0
    }
    return dict(sorted(scaled.items(), key=lambda item: (item[0] == NOT_WITHIN_HORIZON, item[0])))


def constraint_order(shares: dict[str, dict[str, float]]) -> list[str]:
    """Constraints that occur, in the order of construction, unknown ones last."""
    found = dict.fromkeys(n for held in shares.values() for n, v in held.items() if v > 0.0)
    order = list(STYLES)
    return sorted(found, key=lambda n: order.index(n) if n in order else len(order))


def year_label(view: View, year: str) -> str:
    """The year, or "after …" the horizon."""
    if year != NOT_WITHIN_HORIZON:
        return year
    return view.say("binding.late", year=view.horizon[:4])


def _table(view: View, shares: dict[str, dict[str, float]], names: list[str]) -> Table:
    say = view.say
    rows = tuple(
        (
            Cell(year_label(view, year)),
            *(Cell(view.percent(held[n]) if held.get(n) else "") for n in names),
        )
        for year, held in shares.items()
    )
    columns = view.columns(say("word.year"), *(say.label("constraint", n) for n in names))
    return Table(say("binding.figure"), columns, rows)
