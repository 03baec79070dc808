"""Weather of a site from the file that its programme names (`program.weather_file`)."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

from gigawatt.energy.weather.read import read_weather_at
from gigawatt.energy.weather.year import WeatherYear
from gigawatt.errors import InputError
from gigawatt.program.model import Site
from gigawatt.program.weather_file import KEY
from gigawatt.quantity.fingerprint import file_sha256


def site_file_year(site: Site) -> WeatherYear | None:
    """Year of a site's weather file; None where it names none.

    Raises
    ------
    InputError : the file can't be read or is not a sound year; names site, file and line.
    """
    if site.weather_file is None:
        return None
    try:
        return _year(site.weather_file.path, site.weather_file.sha256, site.lat, site.lon)
    except InputError as error:
        raise InputError(f"site {site.id}: {KEY}: {error}") from None


@lru_cache(maxsize=32)
def _year(path: str, sha256: str, lat: float, lon: float) -> WeatherYear:
    if file_sha256(Path(path)) != sha256:
        raise InputError(f"{path}: it changed after the programme was read.")
    return read_weather_at(Path(path), lat, lon)
