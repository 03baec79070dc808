"""Hourly prices of a site from a file that its programme names."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from functools import lru_cache
from pathlib import Path

import numpy as np

from gigawatt.errors import Problem
from gigawatt.program.model import Site
from gigawatt.program.parts import Parts, named_entries
from gigawatt.program.read import RawProgram
from gigawatt.program.site_series import PriceHours
from gigawatt.quantity.hourly_csv import Range, read_hourly
from gigawatt.uncertainty.distributions import Point

KEY, COLUMN = "price_file", "price_usd_mwh"
ALLOWED: Range = (-1e5, 1e5, "USD/MWh")
LEAST_MEAN_USD = 1.0  # a mean below it is likely in USD/kWh


def price_file_rule(_parts: Parts, raw: RawProgram) -> Iterator[Problem]:
    """Files of hourly prices hold one year without gaps."""
    for path, entry in named_entries(raw, "site"):
        name = entry.get(KEY)
        if not isinstance(name, str) or not name:
            continue
        file = raw.file((*path, KEY), name)
        if not file.is_file():
            yield raw.problem((*path, KEY), name, f"there is no such file ({file})")
            continue
        found, problems = _read(file, file.stat().st_mtime_ns)
        yield from problems
        if found is not None and np.mean(found.usd_per_mwh) < LEAST_MEAN_USD:
            mean = float(np.mean(found.usd_per_mwh))
            yield raw.problem(
                (*path, KEY), name,
                f"its mean is {mean:.3g} USD/MWh; it must be {LEAST_MEAN_USD:g} or more "
                "(is it USD/kWh?)",
            )  # fmt: skip


def with_prices(site: Site, raw: RawProgram) -> Site:
    """`site` with the hours of its price file; their mean is its price where none is stated."""
    entry = next(e for path, e in named_entries(raw, "site") if path[-1] == site.id)
    name = entry.get(KEY)
    if not isinstance(name, str) or not name:
        return site
    file = raw.file(("site", site.id, KEY), name)
    found, _ = _read(file, file.stat().st_mtime_ns)
    if found is None:
        return site
    price = site.price_usd_per_mwh or Point(float(np.mean(found.usd_per_mwh)))
    return replace(site, price_hours=found, price_usd_per_mwh=price)


@lru_cache(maxsize=64)
def _read(path: Path, _changed: int) -> tuple[PriceHours | None, tuple[Problem, ...]]:
    problems: list[Problem] = []
    needed = {COLUMN: f"a site's {KEY} names this file"}
    found = read_hourly(path, needed, {}, ALLOWED, problems, [])
    if found is None:
        return None, tuple(problems)
    return PriceHours(tuple(found.columns[COLUMN].tolist()), found.timed), ()
