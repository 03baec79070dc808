"""Typical years of the NSRDB of 1991 to 2005 in their own CSV form ("TMY3").

Line 1 is the place: station, name, state, time zone, latitude, longitude, elevation. Line 2 names
the columns with their units. Time 01:00 is 00:00 to 01:00, values are for the hour that ends;
-9900 marks a gap (Wilcox and Marion, "Users Manual for TMY3 Data Sets", NREL/TP-581-43156, 2008).
"""

from __future__ import annotations

import csv

import numpy as np

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

HEADER_LINES = 2
GAP = -9000.0
# name: (begin of the column's name, factor)
NAMES = {
    "ghi_w_m2": ("ghi (", 1.0),
    "dni_w_m2": ("dni (", 1.0),
    "dhi_w_m2": ("dhi (", 1.0),
    "drybulb_c": ("dry-bulb (", 1.0),
    "rh_pct": ("rhum (", 1.0),
    "pressure_pa": ("pressure (", 100.0),
    "wind_ms": ("wspd (", 1.0),
}


def is_tmy3(text: list[str]) -> bool:
    """Whether the lines are a TMY3 file."""
    return len(text) > 1 and text[1].lower().startswith("date (mm/dd/yyyy),time (hh:mm)")


def read_tmy3(where: str, text: list[str], given: PlaceOptions) -> WeatherYear:
    """Read a TMY3 file.

    Raises
    ------
    InputError : the header or a row is wrong; names the line.
    """
    try:
        head = next(csv.reader([text[0]]))
        found: dict[str, float | None] = dict(
            zip(("tz", "lat", "lon", "elevation"), map(float, head[3:7]), strict=True)
        )
    except ValueError:
        raise InputError(
            f"{where}:1: station, name, state, time zone, latitude, longitude and elevation are "
            "wanted."
        ) from None
    names = [c.strip().lower() for c in text[1].split(",")]
    at = {k: next((i for i, n in enumerate(names) if n.startswith(b)), -1)
          for k, (b, _) in NAMES.items()}  # fmt: skip
    absent = [NAMES[k][0].rstrip(" (") for k, i in at.items() if i < 0]
    if absent:
        raise InputError(f"{where}:2: columns are missing: {', '.join(absent)}.")
    body = [t for t in text[HEADER_LINES:] if t.strip()]
    rows = split_csv(where, body, HEADER_LINES + 1, max(at.values()) + 1)
    lines = line_numbers(len(rows), HEADER_LINES + 1)
    cells = [(*f"{r[0]}/".split("/")[:2], r[1].split(":")[0]) for r in rows]
    stamps = stamps_from(where, cells, lines)
    columns = {}
    for name, index in at.items():
        values = NAMES[name][1] * numbers(where, name, [r[index] for r in rows], lines)
        columns[name] = np.where(values <= GAP, np.nan, values)
    place, notes = resolve_place(where, head[1].strip() or where, found, given)
    return to_year(
        Rows(where, [(m, d, h - 1) for m, d, h in stamps], lines, columns), place, notes=notes
    )
