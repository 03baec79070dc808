"""Tables whose first line names columns with their units, as in the typical years of this project.

    month, day, hour, drybulb_c, rh_pct or dewpoint_c, pressure_pa or pressure_mbar (may be absent),
    ghi_w_m2, dni_w_m2, dhi_w_m2 (or _wh_m2), wind_10m_ms, wind_<height>m_ms (may be absent)

Hours are 0 to 23, hour beginning, local standard time; 1 to 24 is read as hour ending. A wet bulb
in the file is not used: it is computed.
"""

from __future__ import annotations

import re

from gigawatt.energy.weather.rows import (
    PlaceOptions,
    Rows,
    line_numbers,
    numbers,
    resolve_place,
    split_csv,
    stamps_from,
    to_year,
)
from gigawatt.energy.weather.year import WeatherYear
from gigawatt.errors import InputError
from gigawatt.quantity.arrays import Array

SCALES = {  # column of the file: (name, factor)
    "drybulb_c": ("drybulb_c", 1.0),
    "dewpoint_c": ("dewpoint_c", 1.0),
    "rh_pct": ("rh_pct", 1.0),
    "pressure_pa": ("pressure_pa", 1.0),
    "pressure_mbar": ("pressure_pa", 100.0),
    "pressure_hpa": ("pressure_pa", 100.0),
    "wind_10m_ms": ("wind_ms", 1.0),
    "wind_ms": ("wind_ms", 1.0),
    **{f"{k}_{unit}_m2": (f"{k}_w_m2", 1.0) for k in ("ghi", "dni", "dhi") for unit in ("w", "wh")},
}
HUB = re.compile(r"^wind_(\d+)m_ms$")


def is_columns(text: list[str]) -> bool:
    """Whether the first line names columns of this layout."""
    names = _names(text[0]) if text else []
    return "hour" in names and any(n in SCALES for n in names)


def read_columns(where: str, text: list[str], given: PlaceOptions) -> WeatherYear:
    """Read a table of named columns.

    Raises
    ------
    InputError : a column is missing, or a row is wrong; names the line.
    """
    names = _names(text[0])
    absent = [n for n in ("month", "day", "hour") if n not in names]
    if absent:
        raise InputError(f"{where}:1: columns are missing: {', '.join(absent)}.")
    rows = split_csv(where, [t for t in text[1:] if t.strip()], 2, len(names))
    lines = line_numbers(len(rows), 2)
    at = [names.index(n) for n in ("month", "day", "hour")]
    stamps = stamps_from(where, [[r[i] for i in at] for r in rows], lines)
    notes: tuple[str, ...] = ()
    hours = {h for _, _, h in stamps}
    if 24 in hours and 0 not in hours:
        stamps = [(m, d, h - 1) for m, d, h in stamps]
        notes = ("hours 1 to 24 were read as hour ending",)
    columns: dict[str, Array] = {}
    for index, name in enumerate(names):
        key, factor = SCALES.get(name, (name if HUB.match(name) else "", 1.0))
        if key:
            columns[key] = factor * numbers(where, name, [r[index] for r in rows], lines)
    place, told = resolve_place(where, where, {}, given)
    return to_year(
        Rows(where, stamps, lines, columns), place, hub=_highest_wind, notes=(*notes, *told)
    )


def _highest_wind(columns: dict[str, Array]) -> tuple[Array, float] | None:
    heights = {int(m[1]): n for n in columns if (m := HUB.match(n))}
    if not heights:
        return None
    height = max(heights)
    return columns[heights[height]], float(height)


def _names(line: str) -> list[str]:
    return [c.strip().strip("\ufeff").lower() for c in line.split(",")]
