"""Typical years of PVGIS (European Commission, Joint Research Centre), CSV and JSON form.

Rows are in UTC; irradiance is an instant at the label plus the file's "Irradiance Time Offset"
(none told: the label itself). The months come from different years.
"""

from __future__ import annotations

import json
import re
from typing import Any

from gigawatt.energy.weather.rows import (
    PlaceOptions,
    Rows,
    line_numbers,
    numbers,
    resolve_place,
    split_csv,
    to_year,
    whole_hours,
)
from gigawatt.energy.weather.year import WeatherYear
from gigawatt.errors import InputError
from gigawatt.quantity.arrays import Array

NAMES = {
    "drybulb_c": "t2m",
    "rh_pct": "rh",
    "ghi_w_m2": "g(h)",
    "dni_w_m2": "gb(n)",
    "dhi_w_m2": "gd(h)",
    "wind_ms": "ws10m",
    "pressure_pa": "sp",
}
STAMP = re.compile(r"^(\d{4})(\d{2})(\d{2}):(\d{2})(\d{2})$")
HEADER = re.compile(r"^\s*([A-Za-z ]+?)\s*\(([^)]*)\)\s*:\s*([-+0-9.]+)")


def is_pvgis(text: list[str]) -> bool:
    """Whether the lines are a PVGIS file."""
    return bool(text) and text[0].lower().startswith("latitude (decimal degrees)")


def read_pvgis(where: str, text: list[str], given: PlaceOptions) -> WeatherYear:
    """Read a PVGIS typical year.

    Raises
    ------
    InputError : no table of a typical year, or a row is wrong; names the line.
    """
    start = next((i for i, t in enumerate(text) if t.lower().startswith("time")), None)
    if start is None:
        raise InputError(
            f"{where}: no table that begins with time(UTC): a typical year (TMY) of PVGIS in CSV "
            "form is wanted."
        )
    head = {m[1].lower(): float(m[3]) for t in text[:start] if (m := HEADER.match(t))}
    names = [c.strip().lower() for c in text[start].split(",")]
    body = []
    for line in text[start + 1 :]:
        if not line.strip():
            break
        body.append(line)
    rows = split_csv(where, body, start + 2, len(names))
    lines = line_numbers(len(rows), start + 2)
    return _year(where, names, rows, lines, head, given)


def is_pvgis_json(text: list[str]) -> bool:
    """Whether the lines are JSON."""
    return bool(text) and text[0].lstrip().startswith("{")


def read_pvgis_json(where: str, text: list[str], given: PlaceOptions) -> WeatherYear:
    """Read a PVGIS typical year in JSON form; rows are counted from 1 in messages.

    Raises
    ------
    InputError : it is no JSON of a typical year, or a row is wrong.
    """
    try:
        data = json.loads("\n".join(text))
        place, hours = data["inputs"]["location"], data["outputs"]["tmy_hourly"]
        head = {k.replace("_", " "): float(v) for k, v in place.items()
                if isinstance(v, int | float)}  # fmt: skip
        cells: list[dict[str, Any]] = [{k.lower(): v for k, v in hour.items()} for hour in hours]
    except (ValueError, KeyError, TypeError, AttributeError):
        raise InputError(
            f"{where}:1: JSON without inputs.location and outputs.tmy_hourly: a typical year (TMY) "
            "of PVGIS is wanted."
        ) from None
    names = list(cells[0]) if cells else []
    rows = [["" if (v := hour.get(n)) is None else str(v) for n in names] for hour in cells]
    return _year(where, names, rows, line_numbers(len(rows), 1), head, given)


def _year(
    where: str,
    names: list[str],
    rows: list[list[str]],
    lines: Array,
    head: dict[str, float],
    given: PlaceOptions,
) -> WeatherYear:
    """A year from the table of either form; `head` holds the place by PVGIS' names."""
    absent = [n for n in ("time(utc)", *NAMES.values()) if n not in names and n != "sp"]
    if absent:
        raise InputError(
            f"{where}:{int(lines[0]) - 1 if len(lines) else 1}: columns are missing: "
            f"{', '.join(absent)}: a typical year (TMY) of PVGIS is wanted."
        )
    stamps = []
    at = names.index("time(utc)")
    for row, line in zip(rows, lines, strict=True):
        found = STAMP.match(row[at].strip())
        if found is None:
            raise InputError(
                f"{where}:{int(line)}: time {row[at]!r}: wanted is year month day : hour "
                "minute, such as 20160131:0700."
            )
        stamps.append((int(found[2]), int(found[3]), int(found[4])))
    columns = {
        name: numbers(where, name, [r[names.index(key)] for r in rows], lines)
        for name, key in NAMES.items()
        if key in names
    }
    place, notes = resolve_place(where, where, _place(head, given), given)
    place, zone, told = whole_hours(place, 0.0)
    if given.tz_hours is None:
        told = (*told, f"time zone {zone:+d} h was taken from the longitude")
    offset = head.get("irradiance time offset", 0.0)
    return to_year(
        Rows(where, stamps, lines, columns), place,
        shift_hours=zone, sun_minute=60.0 * offset, notes=(*notes, *told),
    )  # fmt: skip


def _place(head: dict[str, float], given: PlaceOptions) -> dict[str, float | None]:
    lon = given.lon if given.lon is not None else head.get("longitude")
    return {
        "lat": head.get("latitude"),
        "lon": head.get("longitude"),
        "tz": None if lon is None else float(round(lon / 15.0)),
        "elevation": head.get("elevation"),
    }
