"""A programme file from tables of sites: commented, sound, and with every guess said in it.

A site's rows with dates become phases: each rise of its power is one. What the table calls reached
by `as_of` stands as progress; what it forecasts is a plan, whose clearing date is guessed from the
date of service that the table tells.
"""

from __future__ import annotations

import datetime as dt
import math
import re
import tomllib
import unicodedata
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path
from string import Template
from typing import Any

from gigawatt.catalog import Catalog
from gigawatt.errors import InputError, Problem, ProblemsError, nearest
from gigawatt.program.model import MW_BASES, ROUTES
from gigawatt.program.shown import shown_value
from gigawatt.program.sites_csv import LEAST_MW, Step, Tables, TableSite
from gigawatt.program.sites_guess import (
    COUNTRIES,
    MONTHS_TO_BUILD,
    Place,
    known_country,
    place_of,
    system_at,
)

CATALOG_COLUMNS = {"grid": "grids", "cooling": "cooling", "system": "systems"}
CHOICES = {"mw_basis": MW_BASES, "route": ROUTES}
COOLING = "closed-loop-dry"
BUILDING_MW = 200.0  # size of a building where the table gives no count
MOST_BUILDINGS = 200  # likewise
HORIZON_YEARS = 6  # after the last date of the tables
MOST_YEARS = 50


@dataclass(frozen=True, slots=True)
class Stage:
    """One phase to be written.

    Attributes
    ----------
    id, power_mw, buildings : of the phase alone.
    service : date of service that the table tells, reached or not; None where it tells none.
    reached : whether it is in service at the as-of date.
    cleared : clearing that the table tells, reached or planned.
    """

    id: str
    power_mw: float
    buildings: int
    service: dt.date | None
    reached: bool
    cleared: dt.date | None = None


def programme_text(tables: Tables, name: str, as_of: dt.date, catalog: Catalog) -> str:
    """Text of a programme file with all sites of the tables.

    Parameters
    ----------
    tables : from `sites_csv.read_sites`.
    name : of the programme.
    as_of : what counts as reached: rows up to this date that are no forecast.
    catalog : names of systems, grids and cooling types are checked against it.

    Raises
    ------
    ProblemsError : cells name what does not exist, with file, line, column and value.
    InputError : dates lie too far ahead.
    """
    problems = [p for site in tables.sites for p in _name_problems(site, catalog)]
    if problems:
        raise ProblemsError(problems)
    stages = {site.name: _stages(site, as_of) for site in tables.sites}
    last = max([s.service for own in stages.values() for s in own if s.service] + [as_of])
    if last.year > as_of.year + MOST_YEARS - HORIZON_YEARS:
        raise InputError(f"{tables.files[0]}: a site's date, {last}, lies too far after {as_of}.")
    ids = _ids([site.name for site in tables.sites])
    parties = _Parties(tables.sites)
    sites = [
        _site_text(site, ids[site.name], parties, stages[site.name], as_of) for site in tables.sites
    ]
    systems = {_system(site, stage)[0] for site in tables.sites for stage in stages[site.name]}
    total = sum(stage.power_mw for own in stages.values() for stage in own)
    parts = _parts()
    head = _filled(
        parts["head"], name=name, as_of=as_of, months=MONTHS_TO_BUILD,
        files=" ".join(", ".join(tables.files).split()), total=f"{total:g}",
        title=shown_value(f"Sites of {Path(tables.files[0]).name}"),
        start=dt.date(as_of.year, 1, 1), horizon=dt.date(last.year + HORIZON_YEARS, 12, 31),
    )  # fmt: skip
    racks = [text for system, text in parts["supply"].items() if system in systems]
    body = [parties.text(), *sites, parts["workloads"], parts["supplies"], *racks]
    return "\n".join([head, *body, parties.contracts(parts)])


def _name_problems(site: TableSite, catalog: Catalog) -> Iterator[Problem]:
    """Names that the table uses and that do not exist."""
    known: dict[str, Collection[str]] = {
        **{c: catalog.records[kind].keys() for c, kind in CATALOG_COLUMNS.items()}, **CHOICES
    }  # fmt: skip
    for column, names in known.items():
        value = site.texts.get(column)
        if value is not None and value.lower() not in names:
            text = f"must be one of {', '.join(sorted(names))}"
            yield site.row.problem(column, text, nearest(value, names))
    system = site.texts.get("system", "").lower()
    supplied = _parts()["supply"]
    if system in catalog.records["systems"] and system not in supplied:
        text = f"no rack supply is known for it; there is one for {', '.join(supplied)}"
        yield site.row.problem("system", text)
    if not known_country(site):
        text = 'is not a country that is known; write its code of two letters, such as "US"'
        yield site.row.problem("country", text, nearest(site.texts["country"], COUNTRIES))


def _stages(site: TableSite, as_of: dt.date) -> list[Stage]:
    """Phases of a site, in the order of their dates."""
    steps = list(site.steps) or _undated(site, as_of)
    stages: list[Stage] = []
    power = buildings = 0.0
    cleared = site.dates.get("cleared")
    for step in steps:
        if step.power_mw < power + LEAST_MW:
            continue  # a row that reports no rise
        reached = step.date <= as_of and not step.forecast
        if not stages and not reached and cleared is None:
            cleared = _clearing(steps, as_of)
        stages.append(
            Stage(
                id=f"p{len(stages) + 1}",
                power_mw=step.power_mw - power,
                buildings=_buildings(step, power, buildings, reached=reached),
                service=step.date if step.date != dt.date.max else None,
                reached=reached,
                cleared=None if reached else cleared,
            )
        )
        if not reached:
            cleared = None  # it holds for the first phase that is still to come
        power, buildings = step.power_mw, max(buildings, step.buildings or 0.0)
    planned = site.numbers.get("power_mw", 0.0)
    if site.steps and planned >= power + LEAST_MW:
        rest = planned - power
        stages.append(Stage(f"p{len(stages) + 1}", rest, _at_size(rest), None, reached=False))
    return stages


def _buildings(step: Step, power_mw: float, standing: float, *, reached: bool) -> int:
    """Buildings that a step adds; what stands is one block, because it has one date."""
    if reached:
        return 1
    if step.buildings is None:
        return _at_size(step.power_mw - power_mw)
    return max(1, min(MOST_BUILDINGS, round(step.buildings - standing)))


def _at_size(power_mw: float) -> int:
    return max(1, min(MOST_BUILDINGS, math.ceil(power_mw / BUILDING_MW)))


def _undated(site: TableSite, as_of: dt.date) -> list[Step]:
    """Steps of a site that has one row without a date: what stands, and what is planned."""
    count = site.numbers.get("buildings")
    now = site.numbers.get("current_mw", 0.0)
    planned = max(site.numbers.get("power_mw", 0.0), site.numbers.get("facility_power_mw", 0.0))
    steps = [Step(as_of, now, None, forecast=False, progress="")] if now else []
    service = site.dates.get("in_service")
    if planned > now:
        steps.append(Step(service or dt.date.max, planned, count, forecast=False, progress=""))
    return steps


def _clearing(steps: list[Step], as_of: dt.date) -> dt.date | None:
    """Date of the first row that tells of cleared ground, if it was reached."""
    for step in steps:
        if re.search(r"clear", step.progress, re.IGNORECASE) and not step.forecast:
            return step.date if step.date <= as_of else None
    return None


def _site_text(
    site: TableSite, site_id: str, parties: _Parties, stages: list[Stage], as_of: dt.date
) -> str:
    place = place_of(site)
    roles = parties.roles(site)
    lines = ["[[site]]", _line("id", site_id), _line("name", site.name)]
    lines += _place_lines(place)
    lines.append(_given(site, "cooling", COOLING))
    lines += [_line(role, party, parties.why(site, role)) for role, party in roles.items()]
    lines.append(_given(site, "mw_basis", "facility"))
    share = site.numbers.get("deal_share")
    lines.append(_line("deal_share", 1.0 if share is None else share,
                       "guess: the whole site" if share is None else ""))  # fmt: skip
    lines.append(_line("status", "assumed", "the table says how it knows; the guesses are guesses"))
    lines.append(_line("source", site.texts.get("source", Path(site.row.file).name)))
    lines.append(_line("note", _note(site)))
    for stage in stages:
        lines += ["", *(f"  {line}" for line in _phase_lines(site, stage, as_of))]
    return "\n".join(lines) + "\n"


def _place_lines(place: Place) -> list[str]:
    values = {"country": place.country, "region": place.region, "lat": place.lat,
              "lon": place.lon, "grid": place.grid}  # fmt: skip
    return [
        _line(k, v, f"guess: {place.why[k]}" if k in place.why else "") for k, v in values.items()
    ]


def _phase_lines(site: TableSite, stage: Stage, as_of: dt.date) -> list[str]:
    system, why = _system(site, stage)
    lines = ["[[site.phase]]", _line("id", stage.id), _line("power_mw", round(stage.power_mw, 3))]
    counted = "one block, because it has one date" if stage.reached else "as told"
    if not stage.reached and "buildings" not in site.row.headers:
        counted = f"guess: one for every {BUILDING_MW:g} MW begun"
    lines.append(_line("buildings", stage.buildings, counted))
    lines.append(_line("system", system, why))
    lines.append(_given(site, "route", "grid"))
    if stage.reached:
        progress = f"in_service = {stage.service}"
        known = "guess: not later than this" if stage.service == as_of and not site.steps else ""
        return [
            *lines,
            _line("status", "assumed"),
            "[site.phase.progress]",
            _note_of(progress, known),
        ]
    if stage.cleared and stage.cleared <= as_of:
        done = _note_of(f"cleared = {stage.cleared}", "as told")
        return [*lines, *_guess_of_power(), "[site.phase.progress]", done]
    if stage.cleared:
        return [*lines, _note_of(f"cleared = {stage.cleared}", "as told"), *_guess_of_power()]
    if stage.service:
        cleared = _months_before(stage.service, MONTHS_TO_BUILD)
        told = f"guess: {MONTHS_TO_BUILD} months before {stage.service}, the date of service told"
        spread = "cleared_spread_months = { low = -6, mode = 0, high = 12 }"
        lines += [_note_of(f"cleared = {cleared}", told), _note_of(spread, "guess")]
    else:
        lines.append(_note_of("# cleared = …", "no date told: the network of tasks decides"))
    return [*lines, *_guess_of_power()]


def _guess_of_power() -> list[str]:
    return [
        _note_of("power_contracted = false", "guess: no contract for power is known"),
        _line("status", "assumed"),
    ]


def _system(site: TableSite, stage: Stage) -> tuple[str, str]:
    given = site.texts.get("system", "").lower()
    if given:
        return given, ""
    if stage.service:
        return system_at(stage.service), "guess: by the date of service"
    return "vr200-nvl72", "guess: no date told"


def _given(site: TableSite, column: str, guess: str) -> str:
    given = site.texts.get(column, "").lower()
    return _line(column, given or guess, "" if given else "guess: not given")


def _note(site: TableSite) -> str:
    parts = [site.texts.get("note", "")[:300]]
    if site.steps and site.steps[-1].progress:
        parts.append(f"last row: {site.steps[-1].progress[:200]}")
    if "cost_usd_bn" in site.numbers:
        parts.append(f"capital cost told: {site.numbers['cost_usd_bn']:g} bn USD")
    return "; ".join(p for p in parts if p)


def _months_before(date: dt.date, months: int) -> dt.date:
    month = date.year * 12 + date.month - 1 - months
    return dt.date(month // 12, month % 12 + 1, min(date.day, 28))


def _ids(names: list[str]) -> dict[str, str]:
    """Short name of each name, no two alike."""
    ids: dict[str, str] = {}
    for name in names:
        plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().lower()
        base = "-".join(re.findall(r"[a-z0-9]+", plain))[:40].strip("-") or "site"
        number, one = 2, base
        while one in ids.values():
            one, number = f"{base}-{number}", number + 1
        ids[name] = one
    return ids


def _line(key: str, value: object, comment: str = "") -> str:
    return _note_of(f"{key} = {shown_value(value)}", comment)


def _note_of(text: str, comment: str) -> str:
    return f"{text:<47} # {comment}" if comment else text


class _Parties:
    """Who owns, rents and uses the sites, and the contracts that follow."""

    def __init__(self, sites: tuple[TableSite, ...]) -> None:
        self._of = {site.name: _names_of(site) for site in sites}
        names = {name for own in self._of.values() for name in own.values()}
        self._ids = _ids([VENDOR, UNNAMED, *sorted(names - {VENDOR, UNNAMED})])

    def roles(self, site: TableSite) -> dict[str, str]:
        """Role → party id of a site."""
        return {role: self._ids[name] for role, name in self._of[site.name].items()}

    def why(self, site: TableSite, role: str) -> str:
        """Why a site's role has the party that it has; "" where the table says so."""
        if role in site.texts:
            return ""
        return "guess: the owner" if "owner" in site.texts else "guess: no owner given"

    def text(self) -> str:
        """The parties."""
        entries = (
            f"[[party]]\n{_line('id', i)}\n{_line('name', name)}\n" for name, i in self._ids.items()
        )
        return "\n".join(entries)

    def contracts(self, parts: Mapping[str, str]) -> str:
        """One purchase a cloud, one lease and one offtake a pair of different parties, a bridge."""
        own = self._of.values()
        pairs = {
            "purchase": {(p["cloud"], VENDOR) for p in own},
            "lease": {(p["landlord"], p["cloud"]) for p in own},
            "offtake": {(p["cloud"], p["tenant"]) for p in own},
            "bridge": {(UNNAMED, "")},
        }
        texts = [parts["contracts"]]
        for kind, found in pairs.items():
            two = sorted((a, b) for a, b in found if a != b)
            texts += [
                _filled(parts[kind], number=n, first=self._ids[a], second=self._ids.get(b, ""))
                for n, (a, b) in enumerate(two, 1)
            ]
        return "\n".join(texts)


VENDOR, UNNAMED = "Vendor of systems", "Unnamed funding"


def _names_of(site: TableSite) -> Mapping[str, str]:
    """Role → name of the party: as given, else the owner, who then holds and uses all of it."""
    owner = _first_name(site.texts.get("owner", "Unnamed owner"))
    return {
        role: _first_name(site.texts.get(role, owner)) for role in ("landlord", "cloud", "tenant")
    }


def _first_name(text: str) -> str:
    """First of several names, without the marks of confidence that Epoch AI adds to them."""
    plain = re.sub(r"\s*#\w+", "", text)
    return re.split(r"[;,/]", plain)[0].strip() or "Unnamed owner"


def _parts() -> dict[str, Any]:
    text = (files("gigawatt.program") / "sites_parts.toml").read_text(encoding="utf-8")
    return tomllib.loads(text)


def _filled(part: str, **values: object) -> str:
    return Template(part).substitute(values)
