"""Typical years of PVGIS (European Commission, Joint Research Centre), CSV form.

Rows are in UTC; irradiance is an instant at the label plus the file's "Irradiance Time Offset"
(none told: the label itself). The months come from different years.
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
    to_year,
    whole_hours,
)
from gigawatt.energy.weather.year import WeatherYear
from gigawatt.errors import InputError

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
    absent = [n for n in NAMES.values() if n not in names and n != "sp"]
    if absent:
        raise InputError(
            f"{where}:{start + 1}: columns are missing: {', '.join(absent)}: a typical year "
            "(TMY) of PVGIS is wanted."
        )
    body = []
    for line in text[start + 1 :]:
        if not line.strip():
            break
        body.append(line)
    rows = split_csv(where, body, start + 2, len(names))
    lines = line_numbers(len(rows), start + 2)
    stamps = []
    for row, line in zip(rows, lines, strict=True):
        found = STAMP.match(row[0].strip())
        if found is None:
            raise InputError(
                f"{where}:{int(line)}: time {row[0]!r}: wanted is year month day : hour "
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
