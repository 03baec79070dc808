"""Charts as plotly.js JSON, made without importing plotly.

Colours are tokens ("@c0" … "@c7" series, "@ink", "@muted", "@band") that the page's script replaces
by the colours of the reader's theme. The eight series colours are told apart by colour-blind
readers (after Okabe and Ito 2008); from the ninth on a hatch is added.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

COLOURS = 8
HATCHES = ("", "/", "x", ".")
SYMBOLS = ("circle", "diamond")

Trace = dict[str, Any]
Numbers = Sequence[float | None]


@dataclass(frozen=True, slots=True)
class Swatch:
    """One entry of a legend.

    Attributes
    ----------
    name : of the series.
    shape : "box", "hatch", "line", "dash", "dot" or "diamond".
    colour : its colour token, without the "@".
    """

    name: str
    shape: str
    colour: str


def legend_of(data: Sequence[Trace]) -> tuple[Swatch, ...]:
    """Legend of the traces that want one, in their order; the page prints it as text."""
    return tuple(_swatch(t) for t in data if t.get("showlegend", True))


def _swatch(trace: Trace) -> Swatch:
    style = trace.get("marker") or {}
    line = trace.get("line") or {}
    if trace.get("type") == "bar":
        shape = "hatch" if "pattern" in style else "box"
    elif "fillcolor" in trace:
        shape, style = "box", {"color": trace["fillcolor"]}
    elif trace.get("mode") == "markers":
        shape = "diamond" if "diamond" in style["symbol"] else "dot"
    else:
        shape, style = ("dash" if "dash" in line else "line"), line
    return Swatch(str(trace["name"]), shape, str(style["color"]).removeprefix("@"))


def finite(values: Numbers) -> list[float | None]:
    """Values for JSON: what is not finite becomes null, the rest is cut to six digits."""
    return [None if v is None or not math.isfinite(v) else float(f"{v:.6g}") for v in values]


def marker(index: int) -> Trace:
    """Colour of the series at a position, hatched where the colours start again."""
    out: Trace = {"color": f"@c{index % COLOURS}", "line": {"width": 0}}
    hatch = HATCHES[index // COLOURS % len(HATCHES)]
    if hatch:
        out["pattern"] = {"shape": hatch, "fgcolor": "@paper", "fillmode": "overlay", "size": 6}
    return out


def dot(index: int) -> tuple[str, str]:
    """Colour and symbol of the dots of the series at a position."""
    return f"@c{index % COLOURS}", SYMBOLS[index // COLOURS % len(SYMBOLS)]


def band(
    x: Sequence[str], low: Numbers, middle: Numbers, high: Numbers, names: tuple[str, str]
) -> list[Trace]:
    """P10-P90 band with the median's line; `names` of the band and the line."""
    edge = {"mode": "lines", "line": {"width": 0}, "x": list(x), "hovertemplate": "%{y:.3~g}"}
    return [
        {**edge, "y": finite(high), "name": "P90", "showlegend": False},
        {
            **edge,
            "y": finite(low),
            "name": names[0],
            "fill": "tonexty",
            "fillcolor": "@band",
        },
        {
            **edge,
            "y": finite(middle),
            "name": names[1],
            "line": {"color": "@c0", "width": 2.5},
        },
    ]


def areas(x: Sequence[str], series: Mapping[str, Numbers]) -> list[Trace]:
    """Stacked areas of each series over `x`."""
    return [
        {
            "mode": "lines",
            "x": list(x),
            "y": finite(values),
            "name": name,
            "stackgroup": "all",
            "line": {"width": 0.5, "color": f"@c{index % COLOURS}"},
            "fillcolor": f"@c{index % COLOURS}",
            "hovertemplate": "%{y:.3~g}",
        }
        for index, (name, values) in enumerate(series.items())
    ]


def level(x: Sequence[str], value: float, name: str) -> Trace:
    """Dashed horizontal line over the whole of `x`."""
    return {
        "mode": "lines",
        "x": [x[0], x[-1]],
        "y": [value, value],
        "name": name,
        "line": {"color": "@ink", "width": 1.5, "dash": "dash"},
        "hovertemplate": "%{y:.3~g}",
    }


def bars(
    x: Sequence[str],
    series: Mapping[str, Numbers],
    styles: Mapping[str, int] | None = None,
    horizontal: bool = False,
) -> list[Trace]:
    """Bars of each series over the categories `x`; `styles` fixes the colour index of a name."""
    out = []
    for index, (name, values) in enumerate(series.items()):
        along, across = ("y", "x") if horizontal else ("x", "y")
        out.append(
            {
                "type": "bar",
                "name": name,
                "orientation": "h" if horizontal else "v",
                along: list(x),
                across: finite(values),
                "marker": marker(styles[name] if styles else index),
                "hovertemplate": f"%{{{across}:.3~g}}",
            }
        )
    return out


def whiskers(trace: Trace, low: Numbers, middle: Numbers, high: Numbers) -> Trace:
    """Bars with whiskers from `low` to `high`."""
    up = [None if h is None or m is None else h - m for h, m in zip(high, middle, strict=True)]
    down = [None if v is None or m is None else m - v for v, m in zip(low, middle, strict=True)]
    spread = {
        "type": "data",
        "symmetric": False,
        "array": finite(up),
        "arrayminus": finite(down),
        "color": "@ink",
        "thickness": 1.2,
        "width": 4,
    }
    return {**trace, "error_y": spread}


def waterfall(
    names: Sequence[str], values: Numbers, measures: Sequence[str], texts: Sequence[str]
) -> Trace:
    """Horizontal waterfall; measures are "absolute", "relative" or "total"; `texts` on the bars."""
    return {
        "type": "waterfall",
        "orientation": "h",
        "y": list(names),
        "x": finite(values),
        "measure": list(measures),
        "text": list(texts),
        "textposition": "outside",
        "cliponaxis": False,
        "hovertemplate": "%{y}: %{text} %<extra></extra>",
        "connector": {"line": {"color": "@line", "width": 1}},
        "increasing": {"marker": {"color": "@c2"}},
        "decreasing": {"marker": {"color": "@c1"}},
        "totals": {"marker": {"color": "@c0"}},
        "showlegend": False,
    }


def dates_axis() -> dict[str, Any]:
    """Axis over months, ticked at each January."""
    return {
        "type": "date",
        "tick0": "2000-01-01",
        "dtick": "M12",
        "tickformat": "%Y",
        "hoverformat": "%b %Y",
    }


def time_layout(y_title: str) -> dict[str, Any]:
    """Layout of a chart over months."""
    return {
        "xaxis": dates_axis(),
        "yaxis": {"title": {"text": y_title}, "rangemode": "tozero"},
        "hovermode": "x unified",
    }


def bar_layout(y_title: str, percent: bool = False) -> dict[str, Any]:
    """Layout of stacked bars over categories."""
    axis: dict[str, Any] = {"title": {"text": y_title}, "rangemode": "tozero"}
    if percent:
        axis["range"] = [0, 100]
    return {
        "barmode": "stack",
        "bargap": 0.25,
        "xaxis": {"type": "category"},
        "yaxis": axis,
        "hovermode": "x unified",
    }


def lying_layout(x_title: str) -> dict[str, Any]:
    """Layout of lying bars, first category on top."""
    return {
        "barmode": "stack",
        "bargap": 0.3,
        "xaxis": {"title": {"text": x_title}, "rangemode": "tozero"},
        "yaxis": {"type": "category", "autorange": "reversed", "showgrid": False},
        "hovermode": "closest",
    }
