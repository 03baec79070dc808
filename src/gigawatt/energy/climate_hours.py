"""Hours of a climate that supply needs: air, sun and wind yields; kept on disk by their normals."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass, fields
from functools import cache
from pathlib import Path

from gigawatt.energy.cooling import CLIMATE_SEED
from gigawatt.energy.weather.normals import Normals
from gigawatt.energy.weather.site_file import site_file_year
from gigawatt.energy.weather.year import WeatherYear
from gigawatt.errors import InputError
from gigawatt.program.model import Site
from gigawatt.quantity.arrays import Array
from gigawatt.quantity.kept_arrays import cache_folder, read_arrays, save_arrays

CODE = ("weather/synthetic.py", "weather/sky.py", "solar.py", "wind.py", "psychrometrics.py",
        "climate_hours.py")  # fmt: skip  # a change of these makes kept hours void
READERS = tuple(f"weather/{name}.py" for name in (
    "columns", "epw", "nsrdb", "pvgis", "read", "rows", "site_file", "split", "tmy3", "year",
))  # fmt: skip


@dataclass(frozen=True, slots=True)
class ClimateHours:
    """A synthetic year, (8760,) each.

    Attributes
    ----------
    drybulb_c, wetbulb_c, pressure_pa : air.
    pv_per_dc, wind_pu : yield of a tracked plant per unit of DC nameplate, of wind per nameplate.
    """

    drybulb_c: Array
    wetbulb_c: Array
    pressure_pa: Array
    pv_per_dc: Array
    wind_pu: Array


@cache
def code_hash(files: tuple[str, ...]) -> str:
    """SHA-256 over source files of this package's folder."""
    digest = hashlib.sha256()
    for name in files:
        digest.update((Path(__file__).parent / name).read_bytes())
    return digest.hexdigest()


def climate_hours(normals: Normals, folder: Path | None = None) -> ClimateHours:
    """Hours of a climate: out of the cache, or made and kept."""
    content = _content(normals) + f"{code_hash(CODE)}{CLIMATE_SEED}".encode()
    return _kept(content, lambda: synthetic_hours(normals), folder)


def file_hours(site: Site, folder: Path | None = None) -> ClimateHours:
    """Hours of a site's weather file: out of the cache, or made and kept.

    Raises
    ------
    InputError : the site names none, or it is not a sound year.
    """
    file = site.weather_file
    if file is None:
        raise InputError(f"site {site.id} names no weather_file.")
    content = f"{file.sha256} {file.tz_hours} {site.lat} {site.lon} {code_hash(CODE + READERS)}"

    def made() -> ClimateHours:
        year = site_file_year(site)
        assert year is not None
        return hours_of(year)

    return _kept(content.encode(), made, folder)


def _kept(content: bytes, make: Callable[[], ClimateHours], folder: Path | None) -> ClimateHours:
    """Hours under the hash of what they are made from: out of the cache, or made and kept."""
    path = (folder or cache_folder()) / f"climate-{hashlib.sha256(content).hexdigest()}.npz"
    names = [f.name for f in fields(ClimateHours)]
    held = read_arrays(path)
    if all(name in held for name in names):
        return ClimateHours(*(held[name] for name in names))
    made = make()
    save_arrays(path, {name: getattr(made, name) for name in names})
    return made


def _content(normals: Normals) -> bytes:
    """Bytes that are equal for equal normals, sun and wind among them."""
    told = [normals.fingerprint(), repr(normals.place).encode()]
    series = (normals.ghi_kwh_m2_day, normals.wind_mean_ms, normals.wind_quantiles,
              normals.dhi_kwh_m2_day)  # fmt: skip
    return b"|".join([*told, *(b"" if one is None else one.tobytes() for one in series)])


def synthetic_hours(normals: Normals) -> ClimateHours:
    """Synthesise the year of a climate and its yields."""
    from gigawatt.energy.weather.synthetic import synthetic_year  # noqa: PLC0415

    return hours_of(synthetic_year(normals, CLIMATE_SEED))


def hours_of(weather: WeatherYear) -> ClimateHours:
    """Air and yields of a year of weather."""
    from gigawatt.energy.solar import Array1Axis, pv_yield, sun_of  # noqa: PLC0415  imports pvlib
    from gigawatt.energy.wind import wind_yield  # noqa: PLC0415

    sun = sun_of(weather.place, weather.sun_minute)
    return ClimateHours(
        weather.drybulb_c, weather.wetbulb_c(), weather.pressure_pa,
        pv_yield(weather, sun, Array1Axis()), wind_yield(weather),
    )  # fmt: skip
