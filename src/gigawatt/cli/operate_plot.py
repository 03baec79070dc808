"""Charts of a run of a site or a fleet, one for each of its outputs, as one HTML page."""

from __future__ import annotations

import textwrap
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    import plotly.graph_objects as go

    from gigawatt.operations.events.simulate import FleetRun

Told = dict[str, Any]
COLUMNS, HEIGHT_PX = 2, 400
LABEL, SIDE_LABEL = 12, 17  # characters of a line of a label: longer names are broken
GREEN, GREY, BLUE, RED = "#009e73", "#7f7f7f", "#0072b2", "#d55e00"
STATES = {"busy": "jobs", "pool": "serving pool", "free": "free", "out": "repair and upkeep"}
NOT_AVAILABLE = ("repair", "maintenance", "stranded")


def write_plots(run: FleetRun, told: Told, path: Path) -> None:
    """Write all charts of a run.

    Parameters
    ----------
    run : whose series are drawn.
    told : its account, with "power".
    path : HTML file, which needs nothing else.
    """
    from plotly.subplots import make_subplots

    panels: list[tuple[str, Callable[[go.Figure, Told, int, int], None]]] = [
        ("Availability: GPU-hours that may be used", _availability),
        ("Goodput: GPU-hours by cause", _goodput),
        ("Effective time by size of job", _ettr),
        ("Mean time between failures by size of job", _mttf),
        ("Wait until the first start by class", _waits),
        ("Timeline: racks by state, hour by hour", lambda f, t, r, c: _use(f, run, r, c)),
        ("Timeline: IT power, hour by hour", lambda f, t, r, c: _power(f, run, t, r, c)),
        ("Power: installed, drawn, stranded", _stranded),
        ("Spare racks: held and advised", _spares),
        ("Failures by cause", _failures),
    ]
    rows = -(-len(panels) // COLUMNS)
    figure = make_subplots(
        rows=rows, cols=COLUMNS, subplot_titles=[title for title, _ in panels],
        vertical_spacing=0.34 / rows, horizontal_spacing=0.11,
    )  # fmt: skip
    for k, (_, draw) in enumerate(panels):
        draw(figure, told, k // COLUMNS + 1, k % COLUMNS + 1)
    figure.update_xaxes(automargin=False, title_standoff=8)
    figure.update_layout(
        showlegend=False, height=HEIGHT_PX * rows, template="plotly_white", barmode="stack",
        title=f"{', '.join(told['sites'])}: {told['gpus']:,} GPUs, {told['days']:g} days",
    )  # fmt: skip
    figure.write_html(path, include_plotlyjs=True)
    click.echo(f"charts written to {path}", err=True)


def _axes(figure: go.Figure, row: int, col: int, x: str, y: str) -> None:
    figure.update_xaxes(title_text=x, row=row, col=col)
    figure.update_yaxes(title_text=y, rangemode="tozero", row=row, col=col)


def _label(name: str, most: int = LABEL) -> str:
    """Name in lines short enough to stand at an axis."""
    return "<br>".join(textwrap.wrap(name.replace("_", " "), most))


def _fall(
    figure: go.Figure, row: int, col: int, steps: list[tuple[str, float]], start: str, end: str
) -> None:
    """Waterfall in millions of GPU-hours: what there is, what is lost to what, what is left."""
    total = sum(value for _, value in steps)
    losses = [(name, value) for name, value in steps if name != end]
    figure.add_waterfall(
        x=[start, *(_label(name) for name, _ in losses), end],
        y=[total / 1e6, *(-value / 1e6 for _, value in losses), 0.0],
        measure=["absolute", *("relative" for _ in losses), "total"],
        decreasing={"marker": {"color": RED}}, totals={"marker": {"color": GREEN}},
        increasing={"marker": {"color": GREEN}}, row=row, col=col,
    )  # fmt: skip
    _axes(figure, row, col, "", "million GPU-hours")


def _availability(figure: go.Figure, told: Told, row: int, col: int) -> None:
    hours = told["gpu_hours"]
    out = [(k, v * hours) for k, v in told["availability"].items() if k in NOT_AVAILABLE and v > 0]
    rest = hours - sum(v for _, v in out)
    _fall(figure, row, col, [*out, ("available", rest)], "installed", "available")


def _goodput(figure: go.Figure, told: Told, row: int, col: int) -> None:
    useful = sum(w["gpu_hours"] for w in told["waterfall"] if w["useful"])
    lost = [(w["cause"], w["gpu_hours"]) for w in told["waterfall"]
            if not w["useful"] and w["share"] > 0.0]  # fmt: skip
    _fall(figure, row, col, [*lost, ("useful", useful)], "installed", "useful")


def _sizes(told: Told) -> list[str]:
    return [f"{r['smallest_gpus']:,.0f}+" for r in told["by_size"]]


def _ettr(figure: go.Figure, told: Told, row: int, col: int) -> None:
    y = [r["ettr"] for r in told["by_size"]]
    figure.add_scatter(x=_sizes(told), y=y, mode="lines+markers", line_color=BLUE, row=row, col=col)
    _axes(figure, row, col, "GPUs of a job, from", "useful over held time")


def _mttf(figure: go.Figure, told: Told, row: int, col: int) -> None:
    y = [r["mttf_h"] for r in told["by_size"]]
    figure.add_scatter(x=_sizes(told), y=y, mode="lines+markers", line_color=BLUE, row=row, col=col)
    figure.update_xaxes(title_text="GPUs of a job, from", row=row, col=col)
    figure.update_yaxes(title_text="h, logarithmic", type="log", row=row, col=col)


def _waits(figure: go.Figure, told: Told, row: int, col: int) -> None:
    names = [
        _label(k["name"] + (" (none started)" if k["mean_wait_h"] is None else ""))
        for k in told["kinds"]
    ]
    for key, colour in (("mean_wait_h", BLUE), ("p90_wait_h", GREY)):
        figure.add_bar(
            x=names, y=[k[key] for k in told["kinds"]], marker_color=colour, offsetgroup=key,
            name="mean" if key == "mean_wait_h" else "P90", row=row, col=col,
        )  # fmt: skip
    _axes(figure, row, col, "class of job (blue: mean, grey: P90)", "h")


def _use(figure: go.Figure, run: FleetRun, row: int, col: int) -> None:
    colours = dict(zip(STATES, (BLUE, GREEN, GREY, RED), strict=True))
    for name, racks in run.racks_by_hour().items():
        figure.add_scatter(
            y=racks, mode="lines", stackgroup="racks", line={"width": 0, "color": colours[name]},
            name=STATES[name], row=row, col=col,
        )  # fmt: skip
    _axes(figure, row, col, "h (blue: jobs, green: serving, grey: free, red: out)", "racks")


def _power(figure: go.Figure, run: FleetRun, told: Told, row: int, col: int) -> None:
    per_hour = round(3600.0 / float(run.fleet.config["bin_s"][0]))
    power = run.power_mw().sum(axis=0)
    hours = power[: len(power) // per_hour * per_hour].reshape(-1, per_hour).mean(axis=1)
    figure.add_scatter(y=hours, mode="lines", line_color=BLUE, row=row, col=col)
    figure.add_hline(y=told["power"]["installed_mw"], line_dash="dot", row=row, col=col)
    _axes(figure, row, col, "h (dots: installed)", "MW of IT")


def _stranded(figure: go.Figure, told: Told, row: int, col: int) -> None:
    p = told["power"]
    parts = {
        "mean draw": p["mean_mw"], "up to the peak": p["peak_mw"] - p["mean_mw"],
        "never drawn": p["stranded_mw"],
    }  # fmt: skip
    figure.add_bar(x=list(parts), y=list(parts.values()), marker_color=[GREEN, BLUE, RED],
                   row=row, col=col)  # fmt: skip
    _axes(figure, row, col, "", "MW of IT")


def _spares(figure: go.Figure, told: Told, row: int, col: int) -> None:
    values = {
        "in repair, mean": told["mean_racks_in_repair"], "held": told["held_spare_racks"],
        "advised": told["advised_spare_racks"],
    }  # fmt: skip
    figure.add_bar(x=list(values), y=list(values.values()), marker_color=[RED, GREY, GREEN],
                   row=row, col=col)  # fmt: skip
    _axes(figure, row, col, "", "racks")


def _failures(figure: go.Figure, told: Told, row: int, col: int) -> None:
    names = [_label(f["cause"], SIDE_LABEL) for f in told["failures"]]
    hit = [f["jobs_hit"] for f in told["failures"]]
    rest = [max(0, f["hits"] - f["jobs_hit"]) for f in told["failures"]]
    for values, colour, name in ((hit, RED, "jobs hit"), (rest, GREY, "no job hit")):
        figure.add_bar(
            y=names, x=values, orientation="h", marker_color=colour, name=name, row=row, col=col
        )
    _axes(figure, row, col, "failures (red: jobs hit, grey: no job hit)", "")
    figure.update_yaxes(autorange="reversed", row=row, col=col)
