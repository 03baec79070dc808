"""Weather file that a site names: that it is there, and what it holds as a hash.

What the rows say is read, and checked, where weather is used (`energy.weather.site_file`).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from gigawatt.errors import Problem
from gigawatt.program.model import Site
from gigawatt.program.parts import Parts, named_entries
from gigawatt.program.read import RawProgram
from gigawatt.program.site_series import WeatherFile
from gigawatt.quantity.fingerprint import file_sha256

KEY, TZ_KEY = "weather_file", "weather_tz_hours"


def weather_file_rule(_parts: Parts, raw: RawProgram) -> Iterator[Problem]:
    """Weather files exist and can be read, and no climate is named beside them."""
    for path, entry in named_entries(raw, "site"):
        name = entry.get(KEY)
        if not isinstance(name, str) or not name:
            if TZ_KEY in entry:
                yield raw.problem((*path, TZ_KEY), entry[TZ_KEY], f"it goes with a {KEY}")
            continue
        file = raw.file((*path, KEY), name)
        if not file.is_file():
            yield raw.problem((*path, KEY), name, f"there is no such file ({file})")
            continue
        try:
            file_sha256(file)
        except OSError as error:
            yield raw.problem((*path, KEY), name, f"it can't be read: {error.strerror}")
        if entry.get("climate"):
            yield raw.problem(
                (*path, "climate"), entry["climate"],
                f"a {KEY} is named too: leave one of them out",
            )  # fmt: skip


def with_weather(site: Site, raw: RawProgram) -> Site:
    """`site` with its weather file."""
    entry = next(e for path, e in named_entries(raw, "site") if path[-1] == site.id)
    name = entry.get(KEY)
    if not isinstance(name, str) or not name:
        return site
    file = raw.file(("site", site.id, KEY), name)
    tz = entry.get(TZ_KEY)
    tz_hours = float(tz) if isinstance(tz, int | float) else None
    return replace(site, weather_file=WeatherFile(str(file), file_sha256(file), name, tz_hours))
