"""Files of NREL's National Solar Radiation Database, and SAM's CSV form of them.

Line 1 names, line 2 gives the place; line 3 names the columns. `Time Zone` is the clock of the
rows, `Local Time Zone` that of the place. Values are instants at the minute given (30 for hourly
files); files of 2, 4, 6 or 12 rows an hour are averaged by hour.
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
    whole_hours,
)
from gigawatt.energy.weather.year import HOURS, LEAP_HOURS, WeatherYear
from gigawatt.errors import InputError
from gigawatt.quantity.arrays import Array

HEADER_LINES = 3
PA_PER_HPA = 100.0
PER_HOUR = (2, 4, 6, 12)
PLACE = {  # names of SAM beside those of the NSRDB
    "latitude": ("latitude", "lat"),
    "longitude": ("longitude", "lon", "long", "lng"),
    "time zone": ("time zone", "timezone", "tz"),
    "elevation": ("elevation", "elev", "el", "site elevation"),
}
NAMES = {
    "ghi_w_m2": ("ghi", "gh"),
    "dni_w_m2": ("dni", "dn"),
    "dhi_w_m2": ("dhi", "df"),
    "drybulb_c": ("temperature", "tdry", "dry bulb", "air temperature"),
    "dewpoint_c": ("dew point", "tdew"),
    "rh_pct": ("relative humidity", "rh", "rhum"),
    "pressure_pa": ("pressure", "pres", "surface pressure"),
    "wind_ms": ("wind speed", "wspd"),
}


def is_nsrdb(text: list[str]) -> bool:
    """Whether the lines are an NSRDB or SAM file."""
    first = [c.strip().lower() for c in text[0].split(",")] if text else []
    return all(any(a in first for a in PLACE[k]) for k in ("latitude", "time zone"))


def read_nsrdb(where: str, text: list[str], given: PlaceOptions) -> WeatherYear:
    """Read an NSRDB file.

    Raises
    ------
    InputError : the header or a row is wrong; names the line.
    """
    header = _header(text)
    try:
        found: dict[str, float | None] = {
            "lat": float(header["latitude"]),
            "lon": float(header["longitude"]),
            "tz": float(header.get("local time zone") or header["time zone"]),
            "elevation": float(header["elevation"]) if header.get("elevation") else None,
        }
        clock = float(header["time zone"])
    except (KeyError, ValueError):
        raise InputError(
            f"{where}:2: Latitude, Longitude and Time Zone must be numbers under their names."
        ) from None
    names = [c.strip().lower() for c in text[2].split(",")]
    absent = [n for n in ("month", "day", "hour") if n not in names]
    if absent:
        raise InputError(f"{where}:3: columns are missing: {', '.join(absent)}.")
    body = [t for t in text[HEADER_LINES:] if t.strip()]
    rows = split_csv(where, body, HEADER_LINES + 1, len([n for n in names if n]))
    lines = line_numbers(len(rows), HEADER_LINES + 1)
    at = [names.index(n) for n in ("month", "day", "hour")]
    stamps = stamps_from(where, [[r[i] for i in at] for r in rows], lines)
    columns = _columns(where, names, rows, lines)
    minute = _minutes(where, names, rows, lines)
    merged = Rows(where, stamps, lines, columns)
    per_hour = next((n for n in PER_HOUR if len(rows) in (n * HOURS, n * LEAP_HOURS)), 1)
    if per_hour > 1:
        merged, minute = _by_hour(merged, per_hour), _middle(minute, per_hour)
    place, notes = resolve_place(where, header.get("city") or where, found, given)
    place, shift, told = whole_hours(place, clock)
    return to_year(
        merged, place, shift_hours=shift, sun_minute=float(minute[0]), notes=(*notes, *told)
    )


def _header(text: list[str]) -> dict[str, str]:
    """Cells of the place by their NSRDB name."""
    names, values = (next(csv.reader([t])) for t in text[:2])
    header = {k.strip().lower(): v.strip() for k, v in zip(names, values, strict=False)}
    for name, aliases in PLACE.items():
        header.setdefault(name, next((header[a] for a in aliases if a in header), ""))
    return header


def _columns(where: str, names: list[str], rows: list[list[str]], lines: Array) -> dict[str, Array]:
    out = {}
    for name, aliases in NAMES.items():
        index = next((names.index(a) for a in aliases if a in names), None)
        if index is not None:
            out[name] = numbers(where, name, [r[index] for r in rows], lines)
    if "pressure_pa" in out:
        out["pressure_pa"] = out["pressure_pa"] * PA_PER_HPA
    return out


def _minutes(where: str, names: list[str], rows: list[list[str]], lines: Array) -> Array:
    if "minute" not in names:
        return np.full(len(rows), 30.0)
    index = names.index("minute")
    minute = numbers(where, "minute", [r[index] for r in rows], lines)
    if len(rows) <= LEAP_HOURS and np.unique(minute).size > 1:
        raise InputError(f"{where}: the minute of an hourly file must be the same in all rows.")
    return minute


def _by_hour(rows: Rows, per_hour: int) -> Rows:
    """Means over the rows of each hour.

    Raises
    ------
    InputError : an hour has another number of rows.
    """
    first = rows.stamps[::per_hour]
    for k in range(1, per_hour):
        for n, (one, other) in enumerate(zip(first, rows.stamps[k::per_hour], strict=True)):
            if one != other:
                month, day, hour = one
                raise InputError(
                    f"{rows.where}:{int(rows.lines[n * per_hour + k])}: hour {hour:02d} of "
                    f"{day}.{month}. has not {per_hour} rows: one is missing, doubled or out of "
                    "order."
                )
    columns = {k: v.reshape(-1, per_hour).mean(axis=1) for k, v in rows.columns.items()}
    return Rows(rows.where, first, rows.lines[::per_hour], columns)


def _middle(minute: Array, per_hour: int) -> Array:
    """Mean minute of the rows of an hour; of labels at the begin of each step, the middle."""
    step = 60.0 / per_hour
    mean = float(minute[:per_hour].mean())
    return np.array([mean + step / 2.0 if minute[0] == 0.0 else mean])
