"""From the tables of a file to the dataclasses of `model`, entry by entry.

Every entry is turned on its own, so that the checks across entries (`rules`, `contracts`) can run
on what is sound while other entries are still wrong, and all mistakes are told at once.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError

from gigawatt.catalog.facts import Status
from gigawatt.program import schema, schema_values
from gigawatt.program.instruments import KINDS
from gigawatt.program.lines import entry_name
from gigawatt.program.model import (
    CleanPower,
    Declared,
    Instrument,
    Party,
    Phase,
    RackSupply,
    SharedLimit,
    Site,
    SiteEvent,
    Workload,
)
from gigawatt.program.read import KeyPath, RawProgram
from gigawatt.program.terms import read_terms
from gigawatt.uncertainty.distributions import Point

T = TypeVar("T", bound=BaseModel)


@dataclass(frozen=True, slots=True)
class Parts:
    """All entries of a file that are sound by themselves.

    Attributes
    ----------
    start, as_of, horizon : None where missing or wrong.
    sites, workloads, supplies, instruments : in the order of the file; progress of a site is not
        yet that of its first phase.
    systems : what the catalog knows.
    """

    start: dt.date | None
    as_of: dt.date | None
    horizon: dt.date | None
    parties: tuple[Party, ...]
    sites: tuple[Site, ...]
    workloads: tuple[Workload, ...]
    supplies: tuple[RackSupply, ...]
    instruments: tuple[Instrument, ...]
    systems: frozenset[str]


def parts_of(raw: RawProgram, context: schema_values.Context) -> Parts:
    """Turn what is sound of a file into dataclasses."""

    def sound(key: str, table: type[T]) -> Iterator[T]:
        yield from _sound(raw.data.get(key), table, context)

    return Parts(
        start=_date(raw, "start"),
        as_of=_date(raw, "as_of"),
        horizon=_date(raw, "horizon"),
        parties=tuple(Party(p.id, p.name, p.role) for p in sound("party", schema.PartyTable)),
        sites=tuple(_site(s) for s in sound("site", schema.SiteTable)),
        workloads=tuple(_workload(w) for w in sound("workload", schema.WorkloadTable)),
        supplies=tuple(RackSupply(**_fields(s)) for s in sound("supply", schema.SupplyTable)),
        instruments=tuple(_instrument(i) for i in sound("instrument", schema.InstrumentTable)),
        systems=frozenset(context.names.get("systems", ())),
    )


def entries(data: Mapping[str, object], key: str) -> list[Mapping[str, object]]:
    """Entries of an array of tables; those that are no tables are left out."""
    value = data.get(key)
    return [e for e in value if isinstance(e, Mapping)] if isinstance(value, list) else []


def named_entries(raw: RawProgram, key: str) -> Iterator[tuple[KeyPath, Mapping[str, object]]]:
    """Path and content of each entry of an array of tables of the file."""
    for number, entry in enumerate(entries(raw.data, key)):
        yield (key, entry_name(entry, number)), entry


def declared(table: schema.DeclaredTable) -> Declared:
    """What the announcement says."""
    return Declared(**_fields(table))


def shared_limit(table: schema.LimitTable, as_of: dt.date) -> SharedLimit:
    """Slots that sites share; without a date of their own they count from the as-of date on."""
    fields = _fields(table)
    return SharedLimit(**{**fields, "status": Status(table.status), "opens": table.opens or as_of})


def settled(site: Site, as_of: dt.date) -> Site:
    """`site` as known at `as_of`: what came later is cut, its progress set on its first phase."""
    own = _until(site.progress, as_of)
    phases = tuple(
        _with_progress(p, {**_until(p.progress, as_of), **(own if number == 0 else {})})
        for number, p in enumerate(site.phases)
    )
    events = tuple(e for e in site.events if e.date <= as_of)
    return replace(site, progress=own, phases=phases, events=events)


def _with_progress(phase: Phase, progress: Mapping[str, dt.date]) -> Phase:
    """`phase` with its progress; a clearing that was reached takes the place of the planned one."""
    if "cleared" not in progress:
        return replace(phase, progress=progress)
    return replace(
        phase, progress=progress, cleared=progress["cleared"], cleared_spread_months=Point(0.0)
    )


def _until(progress: Mapping[str, dt.date], as_of: dt.date) -> dict[str, dt.date]:
    return {milestone: date for milestone, date in progress.items() if date <= as_of}


def _sound(value: object, table: type[T], context: schema_values.Context) -> Iterator[T]:
    for entry in value if isinstance(value, list) else []:
        try:
            yield table.model_validate(entry, context=context)
        except ValidationError:
            continue  # told by the validation of the whole file


def _date(raw: RawProgram, key: str) -> dt.date | None:
    try:
        return schema_values.read_date(raw.data.get(key))
    except ValueError:
        return None


def _fields(table: BaseModel) -> dict[str, Any]:
    return {name: getattr(table, name) for name in type(table).model_fields}


def _phase(table: schema.PhaseTable) -> Phase:
    fields = _fields(table)
    fields |= {"status": Status(table.status), "progress": table.progress.reached()}
    return Phase(**fields)


def _event(table: schema.EventTable) -> SiteEvent:
    return SiteEvent(**{**_fields(table), "status": Status(table.status)})


def _clean_power(table: schema.CleanPowerTable) -> CleanPower:
    return CleanPower(**{**_fields(table), "status": Status(table.status)})


def _site(table: schema.SiteTable) -> Site:
    fields = _fields(table)
    events = (_event(e) for e in fields.pop("event"))
    fields |= {
        "status": Status(table.status),
        "progress": table.progress.reached(),
        "phases": tuple(_phase(p) for p in fields.pop("phase")),
        "events": tuple(sorted(events, key=lambda e: e.date)),
        "clean_power": tuple(_clean_power(c) for c in table.clean_power),
        "duties": tuple(table.duties),
    }
    for key in ("price_file", "weather_file", "weather_tz_hours"):
        del fields[key]  # by `with_prices`, `with_weather`
    return Site(**fields)


def _workload(table: schema.WorkloadTable) -> Workload:
    return Workload(**_fields(table))


def _instrument(table: schema.InstrumentTable) -> Instrument:
    fields = _fields(table)
    fields |= {
        "terms": read_terms(KINDS[table.kind], table.terms)[0],
        "sites": tuple(table.sites),
        "status": Status(table.status),
    }
    return Instrument(**fields)
