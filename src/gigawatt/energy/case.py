"""Read a case directory: ``case.json`` and ``timeseries.csv(.gz)``, strictly.

What is wrong is told all at once, with file, line, value and what would be right. An ``answer`` in
the file is never read.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from gigawatt.energy.case_keys import (
    CURTAILABLE_KEYS,
    FREE_TEXT,
    IGNORED,
    PLANT_KEYS,
    SETTING_KEYS,
    STORAGE_KEYS,
    TECHNOLOGY_KEYS,
    TOP_KEYS,
    Key,
)
from gigawatt.energy.case_series import read_series
from gigawatt.errors import InputError, Problem, ProblemsError, nearest
from gigawatt.quantity.hourly_csv import HourlyColumns

CASE_FILE = "case.json"


@dataclass(frozen=True, slots=True)
class PlantCase:
    """One entry of ``plants`` or ``storages``: its name, numbers and column of availability."""

    name: str
    values: dict[str, float | None]
    column: str = ""


@dataclass(frozen=True, slots=True)
class Case:
    """A case as written, checked.

    Attributes
    ----------
    name : of the case.
    technologies, settings : numbers by key, defaults filled in; None where there is none.
    plants, storages : further ones.
    curtailable : (share of load, USD/MWh) pairs.
    series : columns of the time series.
    warnings : what looks odd but was taken.
    """

    name: str
    technologies: dict[str, float | None]
    settings: dict[str, float | None]
    plants: tuple[PlantCase, ...]
    storages: tuple[PlantCase, ...]
    curtailable: tuple[tuple[float, float], ...]
    series: HourlyColumns
    warnings: tuple[str, ...]


@dataclass
class _Reader:
    """Collects what is wrong while the file is read."""

    where: str
    lines: list[str]
    problems: list[Problem] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)

    def wrong(self, key: str, value: object, expected: str, suggestion: str = "") -> None:
        if value is None and any(p.key == key for p in self.problems):
            return  # what is wrong has been told, so it is not missing
        word = f'"{key.rsplit(".", 1)[-1].partition("[")[0]}"'
        line = next((n for n, text in enumerate(self.lines, 1) if word in text), 0)
        self.problems.append(Problem(self.where, line, key, value, expected, suggestion))

    def numbers(self, place: str, table: object, keys: dict[str, Key]) -> dict[str, float | None]:
        """Check a table of numbers; fill defaults."""
        out: dict[str, float | None] = {name: key.default for name, key in keys.items()}
        if not isinstance(table, dict):
            self.wrong(place, table, "must be a table of numbers")
            return out
        for name, value in table.items():
            full = f"{place}.{name}"
            if name not in keys:
                self.wrong(full, value, "is not a known key", nearest(name, keys))
            elif value is not None:
                out[name] = self._number(full, value, keys[name])
        return out

    def _number(self, full: str, value: object, key: Key) -> float | None:
        sound = isinstance(value, int | float) and not isinstance(value, bool)
        if not sound or not np.isfinite(value):  # type: ignore[call-overload]
            self.wrong(full, value, f"must be a number ({key.text})")
        elif not key.low <= value <= key.high:  # type: ignore[operator]
            self.wrong(full, value, f"must lie in {key.low:g} to {key.high:g} ({key.text})")
        else:
            return float(value)  # type: ignore[arg-type]
        return key.default


def read_case(folder: Path) -> Case:
    """Read and check a case directory.

    Raises
    ------
    ProblemsError, InputError : the directory, a key or the series is wrong.
    """
    path = folder / CASE_FILE
    data, reader = _load(path, folder)
    for key in data:
        if key not in TOP_KEYS:
            reader.wrong(key, data[key], "is not a known key", nearest(key, TOP_KEYS))
        elif key in FREE_TEXT and not isinstance(data[key], str):
            reader.wrong(key, data[key], "must be text")
    data = {k: v for k, v in data.items() if k not in IGNORED}
    for key in ("technologies", "settings"):
        if key not in data:
            reader.wrong(key, None, "is missing")
    technologies = reader.numbers("technologies", data.get("technologies", {}), TECHNOLOGY_KEYS)
    settings = reader.numbers("settings", data.get("settings", {}), SETTING_KEYS)
    if "grid_limit_mw" not in (data.get("settings") or {}):
        reader.wrong("settings.grid_limit_mw", None, "is missing (0 = islanded, null = no limit)")
    plants = _entries(reader, "plants", data.get("plants", []), PLANT_KEYS)
    storages = _entries(reader, "storages", data.get("storages", []), STORAGE_KEYS)
    curtailable = _curtailable(reader, data.get("curtailable", []))
    _complete(reader, technologies, settings)
    series = read_series(folder, needed_columns(technologies, settings, plants), reader.problems,
                         reader.warnings)  # fmt: skip
    if reader.problems or series is None:
        raise ProblemsError(reader.problems)
    name = data.get("name", folder.name)
    return Case(name, technologies, settings, plants, storages, curtailable, series,
                tuple(reader.warnings))  # fmt: skip


def needed_columns(
    technologies: dict[str, float | None],
    settings: dict[str, float | None],
    plants: tuple[PlantCase, ...],
) -> dict[str, str]:
    """Columns that a case can't do without, and why."""
    out = {"load_mw": "the load"}
    for name in ("pv", "wind"):
        if technologies[f"{name}_usd_per_mw_yr"] is not None:
            out[f"{name}_pu"] = f"technologies.{name}_usd_per_mw_yr is given"
    if settings["grid_limit_mw"] != 0.0:
        out["price_usd_mwh"] = "the site has a grid"
        counted = ("co2_cap_t", "co2_price_usd_per_t")
        used = [k for k in counted if settings[k] not in (None, 0.0, np.inf)]
        if used:
            out["grid_ci_t_per_mwh"] = f"settings.{used[0]} counts import"
    for plant in plants:
        if plant.column:
            out[plant.column] = f"plants.{plant.name} names it"
    return out


def _load(path: Path, folder: Path) -> tuple[dict[str, Any], _Reader]:
    if not folder.is_dir():
        raise InputError(f"{folder}: no such case directory (it holds {CASE_FILE} and a series).")
    if not path.is_file():
        raise InputError(f"{folder}: has no {CASE_FILE}.")
    text = path.read_text(encoding="utf-8")
    reader = _Reader(str(path), text.splitlines())
    try:
        data = json.loads(text, object_pairs_hook=lambda pairs: _once(reader, pairs))
    except json.JSONDecodeError as error:
        raise InputError(f"{path}:{error.lineno}: not valid JSON: {error.msg}.") from None
    if not isinstance(data, dict):
        raise InputError(f"{path}: must hold one table with 'technologies' and 'settings'.")
    return data, reader


def _once(reader: _Reader, pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    names = [name for name, _ in pairs]
    for name in {n for n in names if names.count(n) > 1}:
        reader.wrong(name, None, "stands twice")
    return dict(pairs)


def _entries(
    reader: _Reader, place: str, entries: object, keys: dict[str, Key]
) -> tuple[PlantCase, ...]:
    if not isinstance(entries, list):
        reader.wrong(place, entries, "must be a list of tables")
        return ()
    out: list[PlantCase] = []
    taken = {"pv", "wind", "gas", "bat", "grid", "shed"}
    for n, entry in enumerate(entries):
        if not isinstance(entry, dict) or not isinstance(entry.get("name"), str):
            reader.wrong(f"{place}[{n}]", entry, "must be a table with a name")
            continue
        name = entry["name"]
        if name in taken:
            reader.wrong(f"{place}[{n}].name", name, "is taken; names must differ")
        taken.add(name)
        numbers = {k: v for k, v in entry.items() if k not in ("name", "availability_column")}
        values = reader.numbers(f"{place}.{name}", numbers, keys)
        if values["usd_per_mw_yr"] is None:
            reader.wrong(f"{place}.{name}.usd_per_mw_yr", None, "is missing")
        out.append(PlantCase(name, values, str(entry.get("availability_column", ""))))
    return tuple(out)


def _curtailable(reader: _Reader, entries: object) -> tuple[tuple[float, float], ...]:
    if not isinstance(entries, list):
        reader.wrong("curtailable", entries, "must be a list of tables")
        return ()
    out = []
    for n, entry in enumerate(entries):
        values = reader.numbers(f"curtailable[{n}]", entry, CURTAILABLE_KEYS)
        share, price = values["load_share"], values["usd_per_mwh"]
        if share is None or price is None:
            reader.wrong(f"curtailable[{n}]", entry, "needs load_share and usd_per_mwh")
        else:
            out.append((share, price))
    if sum(share for share, _ in out) > 1.0 + 1e-9:
        reader.wrong("curtailable", sum(s for s, _ in out), "shares must not add up to more than 1")
    return tuple(out)


def _complete(
    reader: _Reader, t: dict[str, float | None], settings: dict[str, float | None]
) -> None:
    """What must come together."""
    if t["gas_usd_per_mw_yr"] is not None and t["gas_var_usd_per_mwh"] is None:
        reader.wrong(
            "technologies.gas_var_usd_per_mwh", None, "is missing beside gas_usd_per_mw_yr"
        )
    if t["bat_usd_per_mw_yr"] is not None:
        if t["bat_hours"] is None and t["bat_usd_per_mwh_yr"] is None:
            reader.wrong("technologies.bat_hours", None, "is missing beside bat_usd_per_mw_yr")
        for name in ("bat_eta_charge", "bat_eta_discharge"):
            if t[name] is None:
                reader.wrong(f"technologies.{name}", None, "is missing beside bat_usd_per_mw_yr")
    for name in ("pv", "wind", "gas", "bat"):
        low, high = t[f"{name}_min_mw"], t[f"{name}_max_mw"]
        if low is not None and high is not None and low > high:
            reader.wrong(f"technologies.{name}_min_mw", low, f"is above {name}_max_mw {high:g}")
    if settings["demand_charge_usd_per_mw_yr"] and settings["demand_charge_usd_per_mw_month"]:
        reader.wrong("settings.demand_charge_usd_per_mw_month", None,
                     "can't stand beside demand_charge_usd_per_mw_yr; give one")  # fmt: skip
