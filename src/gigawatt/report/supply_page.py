"""Pictures of a dispatch on one page that loads nothing: weeks, durations, cost, carbon by hour."""

from __future__ import annotations

import html
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from gigawatt.energy.dispatch.problem import YearProblem
from gigawatt.energy.dispatch.solution import Solution
from gigawatt.quantity.arrays import Array
from gigawatt.report.html import plotly_script

Trace = dict[str, Any]
WEEK_H = 168
COLOURS = (
    "#e69f00", "#56b4e9", "#999999", "#009e73", "#0072b2", "#d55e00", "#cc79a7", "#f0e442",
    "#882255", "#332288", "#117733", "#ddcc77",
)  # fmt: skip
LOAD_COLOUR = "#444444"

STYLE = """body{font:15px/1.5 system-ui,sans-serif;max-width:1100px;margin:2rem auto;padding:0 1rem;
color:#1b1b1b;background:#fff}h1{font-size:1.4rem}h2{font-size:1.05rem;margin:2rem 0 .2rem}
p{margin:.2rem 0 .6rem;color:#555}.chart{width:100%;height:360px}"""


@dataclass(frozen=True, slots=True)
class Picture:
    """One chart: its title, what to see, traces and layout."""

    title: str
    note: str
    traces: list[Trace]
    layout: dict[str, Any]


def write_page(problem: YearProblem, solution: Solution, path: Path, name: str) -> None:
    """Write the page of a solved year."""
    charts = pictures(problem, solution)
    parts = [
        "<!doctype html><html lang='en'><head><meta charset='utf-8'>",
        "<meta name='viewport' content='width=device-width'>",
        f"<title>{html.escape(name)}: supply</title><style>{STYLE}</style></head><body>",
        f"<h1>Supply of {html.escape(name)}</h1>",
        f"<p>{solution.objective_usd / 1e6:,.2f} M USD a year, certified gap {solution.gap:.1e}, "
        f"{html.escape(solution.route)}.</p>",
    ]
    for n, c in enumerate(charts):
        parts.append(
            f"<h2>{html.escape(c.title)}</h2><p>{html.escape(c.note)}</p>"
            f"<div class='chart' id='c{n}' role='img' aria-label='{html.escape(c.title)}'></div>"
        )
    calls = [
        f"Plotly.newPlot('c{n}',{_json(c.traces)},{_json(c.layout)},{{responsive:true,displayModeBar:false}});"
        for n, c in enumerate(charts)
    ]
    parts.append(
        f"<script>{plotly_script()}</script><script>{''.join(calls)}</script></body></html>"
    )
    path.write_text("\n".join(parts), encoding="utf-8")


def pictures(problem: YearProblem, solution: Solution) -> list[Picture]:
    """All charts of a solved year."""
    out = [_durations(problem, solution), _cost(problem, solution), _carbon(problem, solution)]
    if problem.steps >= WEEK_H and problem.step_h == 1.0:
        for title, start in (("A week of January", 14 * 24), ("A week of July", 195 * 24)):
            if start + WEEK_H <= problem.steps:
                out.insert(0 if "January" in title else 1, _week(problem, solution, title, start))
    return out


def _week(problem: YearProblem, solution: Solution, title: str, start: int) -> Picture:
    d, span = solution.dispatch, slice(start, start + WEEK_H)
    hours = list(range(WEEK_H))
    traces: list[Trace] = []
    colours = _colours(problem)
    for k, o in enumerate(problem.offers):
        served = d.served_mw[span, k]
        if served.max() > 1e-6:
            traces.append(_area(hours, served, o.name, colours[o.name], "up"))
    for s, store in enumerate(problem.storages):
        if d.discharge_mw[span, s].max() > 1e-6:
            out, into, colour = d.discharge_mw[span, s], d.charge_mw[span, s], colours[store.name]
            traces.append(_area(hours, out, f"{store.name} out", colour, "up"))
            traces.append(_area(hours, -into, f"{store.name} in", colour, "down"))
    traces.append({"x": hours, "y": _round(problem.load_mw[span]), "name": "load", "mode": "lines",
                   "line": {"color": LOAD_COLOUR, "width": 2}})  # fmt: skip
    note = f"What serves each hour, from hour {start:,} of the series; below zero: charging."
    return Picture(title, note, traces, _layout("hour of the week", "MW"))


def _durations(problem: YearProblem, solution: Solution) -> Picture:
    share = np.linspace(0.0, 100.0, 200)
    traces: list[Trace] = []
    colours = _colours(problem)
    columns = [("load", problem.load_mw, LOAD_COLOUR)]
    columns += [
        (o.name, solution.dispatch.served_mw[:, k], colours[o.name])
        for k, o in enumerate(problem.offers)
    ]
    for name, values, colour in columns:
        if values.max() > 1e-6:
            curve = np.quantile(values, 1.0 - share / 100.0)
            traces.append({"x": _round(share), "y": _round(curve), "name": name, "mode": "lines",
                           "line": {"color": colour}})  # fmt: skip
    return Picture("Duration curves", "Each source's hours, largest first.", traces,
                   _layout("share of the year, %", "MW"))  # fmt: skip


def _cost(problem: YearProblem, solution: Solution) -> Picture:
    """Cost per MWh of load, fixed, running and both, by what it is paid for."""
    load = max(problem.load_mwh, 1e-9)
    running = (problem.price * solution.dispatch.served_mw).sum(axis=0) * problem.step_h / load
    fixed = problem.cost * solution.capacity_mw / load
    names = list(dict.fromkeys([*(c.name for c in problem.capacities),
                                *(o.name for o in problem.offers)]))  # fmt: skip
    by_fixed = dict(zip((c.name for c in problem.capacities), fixed, strict=True))
    by_running = dict(zip((o.name for o in problem.offers), running, strict=True))
    traces = []
    colours = _colours(problem)
    for name in names:
        parts = [by_fixed.get(name, 0.0), by_running.get(name, 0.0)]
        if max(abs(v) for v in parts) > 1e-4:
            stacks = np.array([*parts, sum(parts)])
            traces.append({"type": "bar", "x": ["fixed", "running", "in all"], "y": _round(stacks),
                           "name": name, "marker": {"color": colours[name]}})  # fmt: skip
    layout = {**_layout("", "USD per MWh of load"), "barmode": "relative"}
    total = solution.objective_usd / load
    return Picture("Cost per MWh", f"In all {total:,.2f} USD per MWh of load.", traces, layout)


def _carbon(problem: YearProblem, solution: Solution) -> Picture:
    rate = (problem.co2_t_per_mwh * solution.dispatch.served_mw).sum(axis=1)
    intensity = 1e3 * rate / np.maximum(problem.load_mw, 1e-9)
    day = max(round(24.0 / problem.step_h), 1)
    days = problem.steps // day
    grid = intensity[: days * day].reshape(days, day).T
    trace = {"type": "heatmap", "z": [_round(row) for row in grid], "colorscale": "Cividis",
             "x": list(range(1, days + 1)), "colorbar": {"title": {"text": "kg/MWh"}}}  # fmt: skip
    note = "kg CO2 per MWh of load, by day of the year and hour of the day (of the series)."
    return Picture("Carbon by hour of year", note, [trace], _layout("day of the year", "hour"))


def _colours(problem: YearProblem) -> dict[str, str]:
    """One colour a name in all charts: offers, storages, then what is only paid for."""
    offers, stores = [o.name for o in problem.offers], [s.name for s in problem.storages]
    order = dict.fromkeys([*offers, *stores, *(c.name for c in problem.capacities)])
    return {name: COLOURS[n % len(COLOURS)] for n, name in enumerate(order)}


def _area(x: list[int], y: Array, name: str, colour: str, stack: str) -> Trace:
    return {"x": x, "y": _round(y), "name": name, "stackgroup": stack, "mode": "none",
            "fillcolor": colour}  # fmt: skip


def _layout(x: str, y: str) -> dict[str, Any]:
    return {
        "margin": {"l": 60, "r": 20, "t": 10, "b": 45}, "xaxis": {"title": {"text": x}},
        "yaxis": {"title": {"text": y}}, "legend": {"orientation": "h", "y": 1.12},
        "paper_bgcolor": "rgba(0,0,0,0)", "plot_bgcolor": "rgba(0,0,0,0)",
    }  # fmt: skip


def _round(values: Array) -> list[float]:
    return [float(f"{v:.5g}") for v in values]


def _json(value: object) -> str:
    return json.dumps(value, separators=(",", ":")).replace("</", "<\\/")
