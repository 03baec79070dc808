"""What moves the results: the ten strongest inputs of each headline result, as bars."""

from __future__ import annotations

from typing import Any

from gigawatt.errors import InputError
from gigawatt.report import figures
from gigawatt.report.page import Cell, Figure, Section, Table
from gigawatt.report.stored import stored_run
from gigawatt.report.texts import texts_of
from gigawatt.report.view import View
from gigawatt.study.reasons.influence import Driver
from gigawatt.study.reasons.run_influence import TOP, ResultInfluence, run_influences

RESULTS = (
    "first_gw_in_service_date",
    "tenth_gw_in_service_date",
    "capex_usd_per_gw",
    "packages_per_gw",
    "tokens_per_day_per_gw",
    "funding_gap_peak_usd",
)
DATED = ("influence.later", "influence.sooner")
SIZED = ("influence.raises", "influence.lowers")
ROW_PX, FRAME_PX = 42, 64
LABEL_PX = 16  # the name of an input stands above its bar
NAME_LENGTH = 52


def section(view: View) -> Section | None:
    """One chart a headline result that has a value in each draw."""
    found = [i for i in _influences(view) if i.found.drivers]
    if not found:
        return None
    say = view.say
    parts = tuple(_figure(view, i) for i in found)
    return Section("influence", say("influence.title"), say("influence.intro"), parts)


def _influences(view: View) -> list[ResultInfluence]:
    """None where the run has no draw matrix, or too few draws to tell."""
    run = stored_run(view)
    if run is None:
        return []
    try:
        return run_influences(run, RESULTS)
    except InputError:
        return []


def _figure(view: View, one: ResultInfluence) -> Figure:
    say = view.say
    top = one.found.drivers[:TOP]
    clear = [d for d in top if d.clear] or list(top)
    text = texts_of(say.lang)  # labels are cut, so they are in the language before
    names = {d.name: text(one.titles[d.name]) for d in clear}
    explained = view.percent(one.found.r2_adjusted)
    return Figure(
        id=f"influence-{one.metric}",
        title=say.titled(one.metric, one.title),
        unit=say("influence.unit"),
        note=say("influence.note", share=explained, count=len(clear)),
        data=_traces(view, clear, names, DATED if one.metric.endswith("_date") else SIZED),
        layout=_layout(clear, names),
        table=_table(view, one, top),
        height_px=FRAME_PX + ROW_PX * len(clear),
    )


def _traces(
    view: View, drivers: list[Driver], names: dict[str, str], words: tuple[str, str]
) -> list[figures.Trace]:
    """One trace for what raises the result and one for what lowers it."""
    out = []
    for key, colour, sign in zip(words, ("@c0", "@c1"), (1.0, -1.0), strict=True):
        kept = [d for d in drivers if d.coefficient * sign > 0.0]
        if not kept:
            continue
        out.append(
            {
                "type": "bar",
                "name": view.say(key),
                "orientation": "h",
                "y": [names[d.name] for d in kept],
                "x": figures.finite([d.coefficient for d in kept]),
                "error_x": {
                    "type": "data", "array": figures.finite([d.error for d in kept]),
                    "color": "@ink", "thickness": 1.2, "width": 3,
                },
                "marker": {"color": colour, "line": {"width": 0}},
                "width": 0.32,
                "hovertemplate": "%{y}: %{x:.2f}<extra></extra>",
            }
        )  # fmt: skip
    return out


def _layout(drivers: list[Driver], names: dict[str, str]) -> dict[str, Any]:
    order = [names[d.name] for d in drivers]
    labels = [
        {
            "xref": "paper", "x": 0, "xanchor": "left", "yref": "y", "y": name,
            "yshift": LABEL_PX, "text": _short(name), "showarrow": False, "align": "left",
            "font": {"size": 11.5},
        }
        for name in order
    ]  # fmt: skip
    layout = figures.lying_layout("")
    layout["barmode"] = "overlay"
    layout["yaxis"] = {
        **layout["yaxis"],
        "autorange": False,
        "range": [len(order) - 0.5, -0.85],
        "categoryorder": "array",
        "categoryarray": order,
        "showticklabels": False,
    }
    layout["xaxis"] = {"zeroline": True}
    return {**layout, "annotations": labels}


def _short(name: str) -> str:
    cut = name if len(name) <= NAME_LENGTH else name[: NAME_LENGTH - 1].rstrip() + "…"
    return cut.replace("<", "&lt;")  # plotly reads a little HTML


def _table(view: View, one: ResultInfluence, drivers: tuple[Driver, ...]) -> Table:
    say = view.say
    rows = tuple(
        (
            Cell(one.titles[d.name]),
            Cell(view.fixed(d.coefficient, 2)),
            Cell(view.fixed(d.error, 2)),
            Cell(view.fixed(d.rho, 2)),
            Cell(view.percent(d.share)),
            Cell(say("page.yes" if d.clear else "page.no")),
        )
        for d in drivers
    )
    heads = view.columns(
        say("influence.input"),
        say("influence.coefficient"),
        say("influence.error"),
        say("influence.rho"),
        say("influence.share"),
    )
    columns = (*heads, *view.columns(say("influence.clear")))
    return Table(say("influence.table"), columns, rows)
