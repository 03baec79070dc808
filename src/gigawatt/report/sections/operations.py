"""From installed package-hours to useful ones."""

from __future__ import annotations

from gigawatt.report import figures
from gigawatt.report.page import Cell, Figure, Part, Section, Table
from gigawatt.report.read import Row
from gigawatt.report.sections import load_shape
from gigawatt.report.view import View

USEFUL = ("useful", "delivered")  # names under which a run may hold the useful hours
INSTALLED = "installed"
HOURS_PER_BN = 1e9
BAR_PX, FRAME_PX = 30, 70


def section(view: View) -> Section | None:
    """Waterfall over the whole horizon and the shares of each year."""
    rows = [r for r in view.run.rows("operations") if r["cause"] != INSTALLED]
    hours = hours_by_cause(rows)
    installed = sum(hours.values())
    if installed <= 0.0:
        return None
    say = view.say
    losses = sorted((n for n in hours if not _is_useful(n)), key=lambda n: -hours[n])
    names = [say("operations.installed"), *(say.label("cause", n) for n in losses)]
    values = [100.0, *(-100.0 * hours[n] / installed for n in losses)]
    useful = 100.0 + sum(values[1:])
    figure = Figure(
        id="operations-waterfall",
        title=say("operations.figure"),
        unit=say("operations.unit"),
        note=say("operations.note"),
        data=[
            figures.waterfall(
                [*names, say("cause.useful")],
                [*values, useful],
                ["absolute", *["relative"] * len(losses), "total"],
                [view.fixed(abs(v)) for v in (*values, useful)],
            )
        ],
        layout=figures.lying_layout(say("unit.percent")),
        table=_table(view, rows),
        height_px=FRAME_PX + BAR_PX * (len(losses) + 2),
        numbers=_numbers(view, rows),
    )
    parts: tuple[Part, ...] = (figure, *_money(view, rows), *load_shape.parts(view))
    return Section("operations", say("operations.title"), say("operations.intro"), parts)


def _money(view: View, rows: list[Row]) -> tuple[Table, ...]:
    """Package-hours and their cost by cause over the horizon; none for runs without costs."""
    cost: dict[str, float] = {}
    for row in rows:
        if row.get("cost_usd_mean") is None:
            return ()
        cost[row["cause"]] = cost.get(row["cause"], 0.0) + float(row["cost_usd_mean"])
    say, hours = view.say, hours_by_cause(rows)
    body = tuple(
        (
            Cell(say.label("cause", c)),
            Cell(view.number(hours[c] / HOURS_PER_BN)),
            Cell(view.bn(cost[c])),
        )
        for c in sorted(hours, key=lambda c: (_is_useful(c), -hours[c]))
    )
    columns = view.columns(
        "", say("operations.hours"), (say("operations.cost"), say("unit.bn_usd"))
    )
    return (Table(say("operations.money"), columns, body, note=say("operations.money_note")),)


def hours_by_cause(rows: list[Row]) -> dict[str, float]:
    """Mean package-hours of each cause over all years, useful hours among them."""
    out: dict[str, float] = {}
    for row in rows:
        hours = float(row["package_hours_mean"] or 0.0)
        out[row["cause"]] = out.get(row["cause"], 0.0) + hours
    return out


def _is_useful(cause: str) -> bool:
    return cause.startswith(USEFUL)


def _numbers(view: View, rows: list[Row]) -> tuple[tuple[str | float | None, ...], ...]:
    """Shares of installed package-hours by cause and year, for the file beside the chart."""
    head = ("year", "cause", "share", "package_hours", "cost_usd")
    body = (
        (
            str(r["year"]), view.say.label("cause", r["cause"]), r["share"],
            r["package_hours_mean"], r.get("cost_usd_mean"),
        )
        for r in rows
    )  # fmt: skip
    return (head, *body)


def _table(view: View, rows: list[Row]) -> Table:
    say = view.say
    years = sorted({str(r["year"]) for r in rows})
    shares = {(r["cause"], str(r["year"])): r["share"] for r in rows}
    causes = sorted(dict.fromkeys(r["cause"] for r in rows), key=_is_useful)
    body = tuple(
        (
            Cell(say.label("cause", c)),
            *(Cell(view.percent(shares.get((c, y)))) for y in years),
        )
        for c in causes
    )
    return Table(say("operations.table"), view.columns("", *years), body)
