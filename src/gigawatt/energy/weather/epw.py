"""EnergyPlus weather files (EPW).

Eight header lines, then 35 cells an hour; hour 1 is 00:00 to 01:00, values are for the hour that
ends. Missing values are marked by nines (EnergyPlus, Auxiliary Programs, "EPW data dictionary").
"""

from __future__ import annotations

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
from gigawatt.energy.weather.split import PARTS
from gigawatt.energy.weather.year import WeatherYear
from gigawatt.errors import InputError

HEADER_LINES = 8
WIDTH = 22  # cells up to the wind speed
# name: (cell, value that marks a gap)
CELLS = {
    "drybulb_c": (6, 99.9),
    "dewpoint_c": (7, 99.9),
    "rh_pct": (8, 999.0),
    "pressure_pa": (9, 999_999.0),
    "ghi_w_m2": (13, 9999.0),
    "dni_w_m2": (14, 9999.0),
    "dhi_w_m2": (15, 9999.0),
    "wind_ms": (21, 999.0),
}


def is_epw(text: list[str]) -> bool:
    """Whether the lines are an EPW file."""
    return bool(text) and text[0].upper().startswith("LOCATION,")


def read_epw(where: str, text: list[str], given: PlaceOptions) -> WeatherYear:
    """Read an EPW file.

    Raises
    ------
    InputError : the header or a row is wrong; names the line.
    """
    location = text[0].split(",")
    try:
        lat, lon, tz, height = (float(c) for c in location[6:10])
    except ValueError:
        raise InputError(
            f"{where}:1: LOCATION must give latitude, longitude, time zone and elevation in its "
            "cells 7 to 10."
        ) from None
    periods = next((t for t in text[:HEADER_LINES] if t.upper().startswith("DATA PERIODS")), "")
    cells = periods.split(",")
    if len(cells) > 2 and cells[2].strip() not in ("", "1"):
        raise InputError(f"{where}: {cells[2]} records an hour; only hourly files are read.")
    body = [t for t in text[HEADER_LINES:] if t.strip()]
    rows = split_csv(where, body, HEADER_LINES + 1, WIDTH)
    lines = line_numbers(len(rows), HEADER_LINES + 1)
    stamps = stamps_from(where, [r[1:4] for r in rows], lines)
    columns = {}
    for name, (cell, gap) in CELLS.items():
        values = numbers(where, name, [r[cell] for r in rows], lines)
        columns[name] = np.where(values >= gap, np.nan, values)
    if np.isnan(columns["dewpoint_c"]).any():  # not needed beside the relative humidity
        del columns["dewpoint_c"]
    for name in (*PARTS, "pressure_pa"):  # plain stations mark these as missing throughout
        if np.isnan(columns[name]).all():
            del columns[name]
    found = {"lat": lat, "lon": lon, "tz": tz, "elevation": height}
    place, notes = resolve_place(where, location[1].strip() or where, found, given)
    return to_year(
        Rows(where, [(m, d, h - 1) for m, d, h in stamps], lines, columns), place, notes=notes
    )
