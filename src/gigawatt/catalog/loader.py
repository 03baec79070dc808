"""Reads the catalog's TOML files.

Files called ``sources*.toml`` hold ``[[source]]`` records. Every other file belongs to a kind, the
part of its name before the first dot (``assumptions.energy.toml`` is of kind "assumptions"), with
one ``[[record]]`` a thing. A record's `source`, `as_of` and `status` hold for all
its facts; a fact may override them with an inline table::

    [[record]]
    id = "vr200-nvl72"
    name = "Vera Rubin NVL72"
    source = "mlperf-inference-v6.1"
    as_of = "2026-09"
    status = "reported"
    gpu_tdp_w = 2300
    rack_power_kw = { low = 190, mode = 210, high = 230, source = "rack-notes" }

Numbers, and tables that hold ``value``, ``low``/``mode``/``high``, ``p05``/``p95``, ``median`` or
``choices``, become facts; everything else is an attribute. The unit is read off the key's suffix
or, for keys without one, given by ``unit``.
"""

from __future__ import annotations

import hashlib
import tomllib
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from importlib.resources.abc import Traversable
from typing import TypeVar

from gigawatt.catalog.facts import Catalog, Fact, Record, Source, Status
from gigawatt.errors import InputError
from gigawatt.quantity.units import unit_of_key
from gigawatt.uncertainty.distributions import (
    Distribution,
    LogNormal,
    Point,
    Triangular,
    Uniform,
    choices,
    from_p05_p95,
)

T = TypeVar("T")

RECORD_FIELDS = ("id", "name", "source", "as_of", "status", "basis", "note", "price_year")
VALUE_KEYS = {"value", "low", "p05", "median", "choices"}


@cache
def load_catalog() -> Catalog:
    """Read the bundled catalog (once a process).

    Raises
    ------
    InputError : a file is malformed or a fact names a source that does not exist.
    """
    folder = files("gigawatt.catalog") / "data"
    names = sorted(p.name for p in folder.iterdir() if p.name.endswith(".toml"))
    digest = hashlib.sha256()
    sources: dict[str, Source] = {}
    tables: dict[str, dict[str, Record]] = {}
    for name in names:
        raw = _read(folder / name, digest)
        if name.startswith("sources"):
            _add(sources, "sources", {str(s["id"]): _source(s) for s in raw.get("source", [])})
        else:
            kind = name.split(".")[0]
            _add(tables.setdefault(kind, {}), kind, _table(kind, raw))
    catalog = Catalog(tables, sources, digest.hexdigest())
    _check_sources(catalog)
    return catalog


def _add(into: dict[str, T], kind: str, new: Mapping[str, T]) -> None:
    """Add records of one file; an id that another file of the kind has is an error."""
    twice = sorted(set(into) & set(new))
    if twice:
        raise InputError(f"catalog {kind}: {twice[0]!r} occurs in two files")
    into |= new


def _read(path: Traversable, digest: hashlib._Hash) -> dict[str, list[dict[str, object]]]:
    content = path.read_bytes()
    digest.update(content)
    try:
        return tomllib.loads(content.decode())
    except tomllib.TOMLDecodeError as error:
        raise InputError(f"catalog file {path.name}: {error}") from error


def _table(kind: str, raw: Mapping[str, list[dict[str, object]]]) -> dict[str, Record]:
    table: dict[str, Record] = {}
    for entry in raw.get("record", []):
        record = _record(kind, entry)
        if record.id in table:
            raise InputError(f"catalog {kind}: record {record.id!r} occurs twice")
        table[record.id] = record
    return table


def _record(kind: str, entry: Mapping[str, object]) -> Record:
    record_id = str(entry["id"])
    facts: dict[str, Fact] = {}
    attributes: dict[str, object] = {
        k: entry[k] for k in ("source", "as_of", "status", "note", "basis") if k in entry
    }
    for key, value in entry.items():
        if key in RECORD_FIELDS:
            continue
        if _is_number(value) or (isinstance(value, dict) and VALUE_KEYS & set(value)):
            facts[key] = _fact(f"{kind}/{record_id}/{key}", key, value, entry)
        else:
            attributes[key] = value
    return Record(kind, record_id, str(entry.get("name", record_id)), facts, attributes)


def _fact(path: str, key: str, value: object, entry: Mapping[str, object]) -> Fact:
    own: Mapping[str, object] = value if isinstance(value, dict) else {"value": value}
    merged = {**{k: entry[k] for k in RECORD_FIELDS if k in entry}, **own}
    for needed in ("source", "as_of", "status"):
        if needed not in merged:
            raise InputError(f"catalog {path}: no {needed}")
    try:
        status = Status(str(merged["status"]))
    except ValueError as error:
        allowed = ", ".join(Status)
        raise InputError(f"catalog {path}: status {merged['status']!r}, not {allowed}") from error
    return Fact(
        path=path,
        distribution=distribution_of(own, path),
        unit=str(merged.get("unit", unit_of_key(key))),
        as_of=str(merged["as_of"]),
        source=str(merged["source"]),
        status=status,
        basis=str(merged.get("basis", "")),
        note=str(merged.get("note", "")),
        price_year=int(str(merged.get("price_year", 0))),
    )


def distribution_of(own: Mapping[str, object], path: str) -> Distribution:
    """Distribution that a table of numbers spells (see the module's header).

    Raises
    ------
    InputError : the numbers are missing or out of order.
    """

    def number(key: str) -> float:
        if not _is_number(own[key]):
            raise InputError(f"catalog {path}: {key} = {own[key]!r} is not a number")
        return float(str(own[key]))

    if "choices" in own:
        values = own["choices"]
        weights = own.get("weights")
        if not isinstance(values, list) or not values:
            raise InputError(f"catalog {path}: choices must be a list of numbers")
        return choices(values, weights if isinstance(weights, list) else None)
    if "p05" in own:
        return from_p05_p95(number("p05"), number("p95"))
    if "median" in own:
        return LogNormal(number("median"), number("sd_log"))
    if "low" in own:
        low, high = number("low"), number("high")
        mode = number("mode") if "mode" in own else number("value") if "value" in own else None
        if not low <= (low if mode is None else mode) <= high:
            raise InputError(f"catalog {path}: {low} … {mode} … {high} is not in order")
        if low == high:
            return Point(low)
        return Uniform(low, high) if mode is None else Triangular(low, mode, high)
    return Point(number("value"))


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _check_sources(catalog: Catalog) -> None:
    missing = {f.source for f in catalog.facts()} - set(catalog.sources)
    if missing:
        users = [f.path for f in catalog.facts() if f.source in missing][:3]
        raise InputError(
            f"catalog: no source {sorted(missing)} in sources.toml (used by {', '.join(users)})"
        )


def _source(entry: Mapping[str, object]) -> Source:
    known = {f: str(entry[f]) for f in Source.__dataclass_fields__ if f in entry}
    extra = set(entry) - set(known)
    if extra or not {"id", "title", "date"} <= set(known):
        raise InputError(f"catalog source {entry.get('id')!r}: unknown or missing keys {extra}")
    return Source(**known)
