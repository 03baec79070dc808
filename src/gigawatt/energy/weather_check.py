"""Weather of a programme's sites before anything is planned on it: mistakes in files, warnings."""

from __future__ import annotations

from gigawatt.catalog import Catalog
from gigawatt.energy.cooling import FARTHEST_KM, site_climate
from gigawatt.energy.weather.normals import nearest_climate
from gigawatt.energy.weather.site_file import site_file_year
from gigawatt.errors import InputError, Problem, ProblemsError
from gigawatt.program.load import Loaded
from gigawatt.program.model import Site
from gigawatt.program.weather_file import KEY

FAR_FILE_KM = 100.0  # from there on a reader should know how far its weather was taken


def check_weather(loaded: Loaded) -> list[str]:
    """Warnings on the weather of all sites: none near, a file from far away, what its rows needed.

    Raises
    ------
    ProblemsError : weather files that are not a sound year, one problem each, at the line of the
        programme that names the file.
    """
    problems: list[Problem] = []
    warnings: list[str] = []
    for site in loaded.program.sites:
        try:
            warnings += _warnings(site, loaded.catalog)
        except InputError as error:
            text = str(error).partition(f"{KEY}: ")[2].rstrip(".")
            name = site.weather_file.name if site.weather_file else ""
            problems.append(loaded.raw.problem(("site", site.id, KEY), name, text))
    if problems:
        raise ProblemsError(problems)
    return warnings


def _warnings(site: Site, catalog: Catalog) -> list[str]:
    found, year = site_climate(site, catalog), site_file_year(site)
    if year is not None:
        told = [f"site {site.id}: {KEY}: {note}" for note in year.notes]
        if found.distance_km > FAR_FILE_KM:
            told.append(
                f"site {site.id}: its {KEY} was taken {found.distance_km:,.0f} km from the site "
                f"(at {year.place.lat:g}, {year.place.lon:g})"
            )
        return told
    if found.climate:
        return []
    nearest, distance = nearest_climate(catalog, site.lat, site.lon)
    return [
        f"site {site.id}: no climate is known within {FARTHEST_KM:g} km (nearest: {nearest}, "
        f"{distance:,.0f} km). Its PUE follows a plain season, its plan has neither sun nor wind, "
        "and contracts for sun and wind match no hour, only the year. "
        f"Name a {KEY}, or a climate by id"
    ]
