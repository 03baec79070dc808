"""Rows of a table by calendar year: one scale a row, so that years can be compared at a glance."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

from gigawatt.report.page import Cell
from gigawatt.report.view import View

Bands = Mapping[str, Mapping[str, float | None]]  # year → p10, p50, p90, mean
SCALED_FROM = 1e4
UNNAMED_FROM = 1e15  # no language has a name that people know for such a scale
UNITLESS = ("share", "count", "factor")


def row(
    view: View, title: Cell, unit: str, by_year: Bands, years: Sequence[str]
) -> tuple[Cell, ...]:
    """Title, unit with the row's scale, and P50 with P10 … P90 below it for each year."""
    factor, name = row_scale(view, unit, by_year)
    bare = "" if unit in UNITLESS else view.unit(unit)
    scaled = {
        year: {k: None if v is None else v / factor for k, v in values.items()}
        for year, values in by_year.items()
    }
    shown = unit if unit == "share" else ""  # a share is written as per cent, all else as number
    cells = (view.band_cell(scaled.get(year, {}), shown) for year in years)
    return (title, Cell(f"{name} {bare}".strip()), *cells)


def row_scale(view: View, unit: str, by_year: Bands) -> tuple[float, str]:
    """Factor of a thousand's power that the row's largest median calls for, and its name."""
    medians = [abs(v) for values in by_year.values() if (v := values.get("p50")) is not None]
    largest = max(medians, default=0.0)
    if unit == "share" or largest < SCALED_FROM or not math.isfinite(largest):
        return 1.0, ""
    if largest < UNNAMED_FROM:
        return next(scale for scale in view.locale.scales if scale[0] <= largest)
    factor = 10.0 ** (3 * (math.floor(math.log10(largest)) // 3))
    return factor, view.number(factor, 1)
