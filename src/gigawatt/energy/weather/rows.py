"""From the rows of a file to a year of weather: what all layouts have in common."""

from __future__ import annotations

import csv
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from gigawatt.energy.psychrometrics import (
    SEA_LEVEL_PA,
    pressure_at_elevation_pa,
    relative_humidity_pct,
)
from gigawatt.energy.weather.split import complete_irradiance
from gigawatt.energy.weather.year import (
    MID_HOUR_MINUTE,
    Place,
    WeatherYear,
    check_calendar,
    check_columns,
    check_sun,
)
from gigawatt.errors import InputError
from gigawatt.quantity.arrays import Array

NEEDED = ("drybulb_c", "wind_ms")
PLACES_DIFFER_DEG = 0.5  # a place given that differs by more from the file's is told


@dataclass(frozen=True, slots=True)
class PlaceOptions:
    """Place as the user gives it; None where the file is to tell."""

    lat: float | None = None
    lon: float | None = None
    tz_hours: float | None = None
    elevation_m: float | None = None


@dataclass(frozen=True, slots=True)
class Rows:
    """Rows of a file, columns in the units of `WeatherYear`.

    Attributes
    ----------
    where : file, for messages.
    stamps : month, day, hour (0 to 23, hour beginning) of each row in the file's own clock.
    lines : line of each row.
    columns : arrays by name; NaN marks a gap.
    """

    where: str
    stamps: list[tuple[int, int, int]]
    lines: Array
    columns: dict[str, Array]


def numbers(where: str, name: str, cells: Sequence[str], lines: Array) -> Array:
    """Cells of a column as numbers; an empty cell becomes NaN.

    Raises
    ------
    InputError : a cell is no number; names its line.
    """
    try:
        return np.array([c if c.strip() else "nan" for c in cells], dtype=np.float64)
    except ValueError:
        for cell, line in zip(cells, lines, strict=True):
            try:
                float(cell or "nan")
            except ValueError:
                raise InputError(f"{where}:{int(line)}: {name} = {cell!r} is no number.") from None
        raise


def line_numbers(count: int, first: int) -> Array:
    """Lines of the file of `count` rows that begin at line `first`."""
    return np.arange(count, dtype=np.float64) + first


def split_csv(where: str, text: list[str], first_line: int, width: int) -> list[list[str]]:
    """Rows of comma-separated lines that each have at least `width` cells.

    Raises
    ------
    InputError : a row is too short; names its line.
    """
    rows = list(csv.reader(text))
    for number, row in enumerate(rows):
        if len(row) < width:
            raise InputError(
                f"{where}:{first_line + number}: {len(row)} cells, {width} are wanted: "
                "the row is cut off."
            )
    return rows


def stamps_from(
    where: str, cells: Sequence[Sequence[str]], lines: Array
) -> list[tuple[int, int, int]]:
    """Month, day and hour of each row.

    Raises
    ------
    InputError : one is no whole number.
    """
    out = []
    for (month, day, hour), line in zip(cells, lines, strict=True):
        try:
            out.append((int(float(month)), int(float(day)), int(float(hour))))
        except (ValueError, OverflowError):
            raise InputError(
                f"{where}:{int(line)}: month {month!r}, day {day!r}, hour {hour!r}: "
                "whole numbers are wanted."
            ) from None
    return out


def resolve_place(
    where: str, name: str, found: Mapping[str, float | None], given: PlaceOptions
) -> tuple[Place, tuple[str, ...]]:
    """Place from the file and from what the user gives, which goes first.

    Raises
    ------
    InputError : latitude, longitude or time zone is known from neither.
    """
    options = {"lat": given.lat, "lon": given.lon, "tz": given.tz_hours}
    known = {k: options[k] if options[k] is not None else found.get(k) for k in options}
    missing = [f"--{k}" for k, v in known.items() if v is None]
    if missing:
        raise InputError(
            f"{where}: the file does not tell where it was taken: give {', '.join(missing)} "
            "(degrees north, degrees east, hours ahead of UTC)."
        )
    notes = tuple(
        f"{k} {options[k]:g} was given, the file says {found[k]:g}"
        for k in options
        if options[k] is not None and found.get(k) is not None
        and abs(float(options[k] or 0.0) - float(found[k] or 0.0)) > PLACES_DIFFER_DEG
    )  # fmt: skip
    height = given.elevation_m if given.elevation_m is not None else found.get("elevation")
    lat, lon, tz = (float(known[k] or 0.0) for k in ("lat", "lon", "tz"))
    return Place(name, lat, lon, tz, float("nan") if height is None else float(height)), notes


def to_year(
    rows: Rows,
    place: Place,
    *,
    shift_hours: int = 0,
    sun_minute: float = MID_HOUR_MINUTE,
    hub: Callable[[dict[str, Array]], tuple[Array, float] | None] = lambda _: None,
    notes: tuple[str, ...] = (),
) -> WeatherYear:
    """Check the rows and put them into local standard time.

    Parameters
    ----------
    rows : of the file.
    place : with elevation NaN where it is not known (then from the pressure).
    shift_hours : local standard time less the file's clock.
    sun_minute : see `WeatherYear`.
    hub : picks the wind at a greater height out of the columns.
    notes : for the reader.
    """
    check_present(rows)
    keep = check_calendar(rows.where, rows.stamps, rows.lines)
    if len(keep) < len(rows.stamps):
        notes = (*notes, "29 February was left out")
    columns = {k: v[keep] for k, v in rows.columns.items()}
    check_columns(rows.where, columns, rows.lines[keep])
    if shift_hours:
        columns = {k: np.roll(v, shift_hours) for k, v in columns.items()}
        notes = (*notes, f"rows were moved by {shift_hours:+d} h to local standard time")
    sunny = columns["ghi_w_m2" if "ghi_w_m2" in columns else "dhi_w_m2"]
    check_sun(rows.where, place, sunny, sun_minute)
    place, pressure, told = _air_pressure(place, columns)
    columns, split = complete_irradiance(columns, place, sun_minute)
    beyond = hub(columns)
    return WeatherYear(
        place=place,
        drybulb_c=columns["drybulb_c"],
        rh_pct=np.minimum(_humidity(columns), 100.0),
        pressure_pa=pressure,
        ghi_w_m2=np.maximum(columns["ghi_w_m2"], 0.0),
        dni_w_m2=np.maximum(columns["dni_w_m2"], 0.0),
        dhi_w_m2=np.maximum(columns["dhi_w_m2"], 0.0),
        wind_ms=columns["wind_ms"],
        sun_minute=sun_minute,
        hub_wind_ms=beyond[0] if beyond else None,
        hub_height_m=beyond[1] if beyond else 10.0,
        origin=rows.where,
        notes=(*notes, *told, *split),
    )


def whole_hours(place: Place, clock_hours: float) -> tuple[Place, int, tuple[str, ...]]:
    """Hours by which rows of a clock go to local standard time, and the place that fits them.

    Rows stay whole hours: where the time zone is not a whole number of hours from the file's clock,
    rows and time zone of the place are those of the nearest one that is.
    """
    wanted = place.tz_hours - clock_hours
    whole = int(np.floor(wanted + 0.5))
    if whole == wanted:
        return place, whole, ()
    kept = clock_hours + whole
    told = f"time zone {place.tz_hours:+g} was rounded to {kept:+g} h: rows stay whole hours"
    return replace(place, tz_hours=kept), whole, (told,)


def check_present(rows: Rows) -> None:
    """Check that a file has what a year cannot do without.

    Raises
    ------
    InputError : columns are missing; names them all.
    """
    missing = [n for n in NEEDED if n not in rows.columns]
    if "rh_pct" not in rows.columns and "dewpoint_c" not in rows.columns:
        missing.append("rh_pct or dewpoint_c")
    if "ghi_w_m2" not in rows.columns:
        parts = [n for n in ("dni_w_m2", "dhi_w_m2") if n not in rows.columns]
        missing += ["ghi_w_m2", *parts] if parts else []
    if missing:
        raise InputError(f"{rows.where}: columns are missing: {', '.join(missing)}.")


def _humidity(columns: dict[str, Array]) -> Array:
    if "rh_pct" in columns:
        return columns["rh_pct"]
    return relative_humidity_pct(columns["drybulb_c"], columns["dewpoint_c"])


def _air_pressure(place: Place, columns: dict[str, Array]) -> tuple[Place, Array, tuple[str, ...]]:
    known = np.isfinite(place.elevation_m)
    if "pressure_pa" in columns:
        pressure = columns["pressure_pa"]
        if not known:
            height = 44_330.8 * (1.0 - (float(pressure.mean()) / SEA_LEVEL_PA) ** 0.190263)
            place = Place(place.name, place.lat, place.lon, place.tz_hours, round(height, 0))
        return place, pressure, ()
    height = place.elevation_m if known else 0.0
    place = Place(place.name, place.lat, place.lon, place.tz_hours, height)
    pressure = np.full(len(columns["drybulb_c"]), pressure_at_elevation_pa(height))
    return place, pressure, (f"no pressure in the file: standard pressure at {height:g} m",)
