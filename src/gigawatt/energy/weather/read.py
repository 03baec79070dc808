"""Read a weather file of any layout that is known, by what its first lines look like."""

from __future__ import annotations

import gzip
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from gigawatt.energy.weather.columns import is_columns, read_columns
from gigawatt.energy.weather.epw import is_epw, read_epw
from gigawatt.energy.weather.nsrdb import is_nsrdb, read_nsrdb
from gigawatt.energy.weather.pvgis import is_pvgis, is_pvgis_json, read_pvgis, read_pvgis_json
from gigawatt.energy.weather.rows import PlaceOptions
from gigawatt.energy.weather.tmy3 import is_tmy3, read_tmy3
from gigawatt.energy.weather.year import WeatherYear
from gigawatt.errors import InputError

LAYOUTS: dict[
    str,
    tuple[Callable[[list[str]], bool], Callable[[str, list[str], PlaceOptions], WeatherYear]],
] = {
    "EPW": (is_epw, read_epw),
    "PVGIS": (is_pvgis, read_pvgis),
    "PVGIS JSON": (is_pvgis_json, read_pvgis_json),
    "NSRDB": (is_nsrdb, read_nsrdb),
    "TMY3": (is_tmy3, read_tmy3),
    "columns": (is_columns, read_columns),
}


def read_weather(path: Path, given: PlaceOptions | None = None) -> WeatherYear:
    """Read a year of weather; ``.gz`` is unpacked.

    Parameters
    ----------
    path : EPW, PVGIS typical year (CSV, JSON), NSRDB or SAM CSV, TMY3, or a table of named columns.
    given : place where the file has none, or to override it.

    Raises
    ------
    InputError : the file cannot be read, is of no known layout, or has a gap, a wrong length, a
        unit or time zone that cannot be right; names file and line.
    """
    text = _lines(path)
    for layout, (fits, read) in LAYOUTS.items():
        if fits(text):
            year = read(path.name, text, given or PlaceOptions())
            return replace(year, origin=f"{path.name} ({layout})")
    raise InputError(
        f"{path.name}:1: layout is not known. Read are EPW (first line LOCATION,…), typical years "
        "of PVGIS in CSV or JSON form, NSRDB or SAM CSV, TMY3, and tables with columns month, day, "
        "hour, drybulb_c, rh_pct or dewpoint_c, ghi_w_m2, dni_w_m2, dhi_w_m2, wind_10m_ms."
    )


def has_place(path: Path) -> bool:
    """Whether the layout of a file tells where it was taken.

    Raises
    ------
    InputError : the file cannot be read.
    """
    return not is_columns(_lines(path))


def _lines(path: Path) -> list[str]:
    try:
        raw = path.read_bytes()
        if raw[:2] == b"\x1f\x8b":
            raw = gzip.decompress(raw)
    except (OSError, EOFError, gzip.BadGzipFile) as error:
        raise InputError(f"{path}: cannot be read: {error}") from None
    text = raw.decode("utf-8-sig", errors="replace")
    return text.splitlines()
