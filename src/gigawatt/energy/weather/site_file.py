"""Weather of a site from the file that its programme names (`program.weather_file`)."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

from gigawatt.energy.weather.read import has_place, read_weather
from gigawatt.energy.weather.rows import PlaceOptions
from gigawatt.energy.weather.year import WeatherYear
from gigawatt.errors import InputError
from gigawatt.program.model import Site
from gigawatt.program.site_series import WeatherFile
from gigawatt.program.weather_file import KEY, TZ_KEY
from gigawatt.quantity.fingerprint import file_sha256


def site_file_year(site: Site) -> WeatherYear | None:
    """Year of a site's weather file; None where it names none.

    Raises
    ------
    InputError : the file can't be read or is not a sound year; names site, file and line.
    """
    file = site.weather_file
    if file is None:
        return None
    try:
        return _year(file, site.lat, site.lon)
    except InputError as error:
        raise InputError(f"site {site.id}: {KEY}: {error}") from None


@lru_cache(maxsize=32)
def _year(file: WeatherFile, lat: float, lon: float) -> WeatherYear:
    """The year; a table without a place has the site's, and the time zone that the site gives."""
    path = Path(file.path)
    try:
        if file_sha256(path) != file.sha256:
            raise InputError(f"{path}: it changed after the programme was read.")
    except OSError as error:
        raise InputError(f"{path}: cannot be read: {error.strerror}") from None
    if has_place(path):
        return read_weather(path, PlaceOptions(tz_hours=file.tz_hours))
    if file.tz_hours is None:
        raise InputError(
            f"{path}: the file does not tell its time zone: give {TZ_KEY} beside it, hours of "
            "standard time ahead of UTC."
        )
    return read_weather(path, PlaceOptions(lat, lon, file.tz_hours))
