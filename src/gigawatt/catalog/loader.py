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

Numbers, and tables that hold one of the keys of `ranges`, become facts; everything else is an
attribute. The unit is read off the key's suffix or, for keys without one, given by ``unit``.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import re
import tomllib
from collections.abc import Iterator, Mapping
from functools import cache
from importlib.resources import files
from importlib.resources.abc import Traversable
from typing import TypeVar

from gigawatt.catalog.facts import Catalog, Fact, Record, Source, Status
from gigawatt.catalog.ranges import NUMBER_KEYS, distribution_of, is_number
from gigawatt.errors import InputError, nearest
from gigawatt.quantity.units import unit_of_key

T = TypeVar("T")
Entry = Mapping[str, object]

FACT_FIELDS = ("source", "as_of", "status", "basis", "note", "price_year")
RECORD_FIELDS = ("id", "name", *FACT_FIELDS)
FACT_KEYS = (*FACT_FIELDS, "unit", *sorted(NUMBER_KEYS))
SOURCE_KINDS = ("primary", "secondary", "digest", "judgement")

_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*")
_DATE = re.compile(r"\d{4}(-(0[1-9]|1[0-2])(-(0[1-9]|[12]\d|3[01]))?)?")


@cache
def load_catalog() -> Catalog:
    """Read the bundled catalog (once a process).

    Raises
    ------
    InputError : a file is malformed or a fact names a source that does not exist.
    """
    return read_catalog(files("gigawatt.catalog") / "data")


def read_catalog(folder: Traversable) -> Catalog:
    """Read all ``*.toml`` files of a folder (a `pathlib.Path` will do) as one catalog.

    Raises
    ------
    InputError : a file is malformed; the message names file or fact, value, and what would do.
    """
    digest = hashlib.sha256()
    sources: dict[str, Source] = {}
    tables: dict[str, dict[str, Record]] = {}
    for file in _files(folder):
        raw = _read(file, digest)
        if file.name.startswith("sources"):
            _add(sources, "sources", (_source(e, w) for e, w in _entries(raw, "source", file.name)))
        else:
            kind = _kind(file)
            _add(tables.setdefault(kind, {}), kind, _records(kind, raw, file.name))
    catalog = Catalog(tables, sources, digest.hexdigest())
    _check_sources(catalog)
    return catalog


def load_kind(kind: str) -> Mapping[str, Record]:
    """Bundled records of one kind alone, by id: an eighth of a second less than the whole catalog.

    For commands that need no more. That sources exist is seen where the catalog is read as a whole.

    Raises
    ------
    InputError : a file is malformed.
    """
    found: dict[str, Record] = {}
    for file in _files(files("gigawatt.catalog") / "data"):
        if _kind(file) == kind:
            _add(found, kind, _records(kind, _read(file, hashlib.sha256()), file.name))
    return found


def _files(folder: Traversable) -> list[Traversable]:
    """TOML files of a folder, by name."""
    return sorted((f for f in folder.iterdir() if f.name.endswith(".toml")), key=lambda p: p.name)


def _kind(file: Traversable) -> str:
    return file.name.split(".")[0]


def _records(kind: str, raw: Entry, file: str) -> Iterator[Record]:
    return (_record(kind, entry, where) for entry, where in _entries(raw, "record", file))


def _read(path: Traversable, digest: hashlib._Hash) -> Entry:
    content = path.read_bytes()
    digest.update(content)
    try:
        return tomllib.loads(content.decode())
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise InputError(f"catalog file {path.name}: {error}") from error


def _entries(raw: Entry, table: str, file: str) -> Iterator[tuple[Entry, str]]:
    """Entries of the only array of tables that a file may hold, each with its place."""
    for key in raw:
        if key != table:
            raise InputError(f"catalog file {file}: {key!r} stands outside of [[{table}]]")
    entries = raw.get(table, [])
    if not isinstance(entries, list):
        raise InputError(f"catalog file {file}: write [[{table}]], in two brackets")
    for number, entry in enumerate(entries, start=1):
        where = f"file {file}, {table} {number}"
        if not isinstance(entry, dict):
            raise InputError(f"catalog {where}: {entry!r} is not a table")
        yield entry, where


def _add(into: dict[str, T], kind: str, found: Iterator[T]) -> None:
    """Add records or sources; an id that is there already is an error."""
    for item in found:
        item_id = str(item.id)  # type: ignore[attr-defined]
        if item_id in into:
            raise InputError(f"catalog {kind}: {item_id!r} occurs twice")
        into[item_id] = item


def read_record(kind: str, entry: Entry, where: str) -> Record:
    """Record of a kind from the keys of one ``[[record]]``; `where` names its place in messages.

    Raises
    ------
    InputError : a key or value is wrong.
    """
    return _record(kind, entry, where)


def _record(kind: str, entry: Entry, where: str) -> Record:
    record_id = _identifier(entry, where)
    place = f"{kind}/{record_id}"
    for field in ("name", "source", "status", "basis", "note"):
        _text(entry, field, place)
    facts: dict[str, Fact] = {}
    attributes: dict[str, object] = {
        k: entry[k] for k in ("source", "as_of", "status", "note", "basis") if k in entry
    }
    for key, value in entry.items():
        if key in RECORD_FIELDS:
            continue
        if is_number(value) or (isinstance(value, dict) and NUMBER_KEYS & set(value)):
            facts[key] = _fact(f"{place}/{key}", key, value, entry)
        else:
            attributes[key] = value
    return Record(kind, record_id, str(entry.get("name", record_id)), facts, attributes)


def _fact(path: str, key: str, value: object, entry: Entry) -> Fact:
    own: Entry = value if isinstance(value, dict) else {"value": value}
    for written in own:
        if written not in FACT_KEYS:
            raise InputError(
                f"catalog {path}: no key {written!r} in a fact.{_meant(written, FACT_KEYS)}"
            )
    merged = {**{k: entry[k] for k in FACT_FIELDS if k in entry}, **own}
    for needed in ("source", "as_of", "status"):
        if needed not in merged:
            raise InputError(f"catalog {path}: no {needed}, neither here nor at the record")
    return Fact(
        path=path,
        distribution=distribution_of(own, path),
        unit=_text(merged, "unit", path) or unit_of_key(key),
        as_of=_date(merged["as_of"], path),
        source=_text(merged, "source", path),
        status=_status(merged["status"], path),
        basis=_text(merged, "basis", path),
        note=_text(merged, "note", path),
        price_year=_price_year(merged.get("price_year", 0), path),
    )


def _identifier(entry: Entry, where: str) -> str:
    if "id" not in entry:
        raise InputError(f"catalog {where}: no id")
    value = entry["id"]
    if not isinstance(value, str) or not _ID.fullmatch(value):
        raise InputError(
            f"catalog {where}: id = {value!r}: text of letters, digits, '.', '-' and '_'"
        )
    return value


def _text(entry: Entry, key: str, place: str) -> str:
    value = entry.get(key, "")
    if not isinstance(value, str):
        raise InputError(f"catalog {place}: {key} = {value!r} must be text in quotes")
    return value


def _date(value: object, place: str) -> str:
    text = value.isoformat() if isinstance(value, dt.date) else str(value)
    if not isinstance(value, str | dt.date) or not _DATE.fullmatch(text):
        raise InputError(
            f'catalog {place}: as_of = {value!r} must be a date as "2026", "2026-05" or '
            f'"2026-05-14"'
        )
    return text


def _status(value: object, place: str) -> Status:
    if not isinstance(value, str) or value not in list(Status):
        hint = _meant(value, [str(s) for s in Status])
        raise InputError(
            f"catalog {place}: status {value!r} is not one of {', '.join(Status)}.{hint}"
        )
    return Status(value)


def _price_year(value: object, place: str) -> int:
    if not isinstance(value, int) or isinstance(value, bool) or not (value == 0 or value > 1900):
        raise InputError(f"catalog {place}: price_year = {value!r} must be a year")
    return value


def _source(entry: Entry, where: str) -> Source:
    place = f"source {_identifier(entry, where)!r}"
    known = tuple(Source.__dataclass_fields__)
    for key in entry:
        if key not in known:
            raise InputError(f"catalog {place}: no key {key!r}.{_meant(key, known)}")
    for needed in ("title", "date"):
        if not entry.get(needed):
            raise InputError(f"catalog {place}: no {needed}")
    dated = {**entry, "date": _date(entry["date"], place)}
    source = Source(**{key: _text(dated, key, place) for key in dated})
    if source.kind not in SOURCE_KINDS:
        hint = _meant(source.kind, SOURCE_KINDS)
        raise InputError(
            f"catalog {place}: kind {source.kind!r} is not one of {', '.join(SOURCE_KINDS)}.{hint}"
        )
    return source


def _check_sources(catalog: Catalog) -> None:
    for fact in catalog.facts():
        if fact.source not in catalog.sources:
            hint = _meant(fact.source, list(catalog.sources))
            raise InputError(f"catalog {fact.path}: there is no source {fact.source!r}.{hint}")


def _meant(name: object, valid: tuple[str, ...] | list[str]) -> str:
    hint = nearest(str(name), valid)
    return f" Did you mean {hint!r}?" if hint else ""
