"""`Fact`, `Source` and the records that hold them.

A fact is one value or range with its unit, as-of date, source, basis and status. A record is one
thing of the catalog (a system, a model, a site, a cost item) with facts and plain attributes
(names, text). Layers turn records into typed frozen dataclasses of their own at their border.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum

from gigawatt.errors import unknown_name
from gigawatt.uncertainty.distributions import Distribution, Point


class Status(StrEnum):
    """How a fact is known. Announced, reported and assumed are three different things."""

    MEASURED = "measured"  # by a published measurement or audited filing
    SPECIFIED = "specified"  # by the maker's data sheet or a standard, for a product that ships
    ANNOUNCED = "announced"  # by the party itself, not yet done
    REPORTED = "reported"  # by a third party: press, analyst
    ESTIMATED = "estimated"  # computed from other facts, or a fit on named data
    ASSUMED = "assumed"  # judgement, no source


@dataclass(frozen=True, slots=True)
class Source:
    """Where facts come from.

    Attributes
    ----------
    id : short name used by the facts.
    title : what it is, with authors or publisher.
    date : publication date, ISO text of any precision ("2026", "2026-05", "2026-05-14").
    url : stable address or identifier (arXiv, DOI), may be empty.
    kind : primary, secondary, digest, or judgement.
    licence : licence of the data where it matters (e.g. CC-BY 4.0).
    """

    id: str
    title: str
    date: str
    url: str = ""
    kind: str = "secondary"
    licence: str = ""


@dataclass(frozen=True, slots=True)
class Fact:
    """One number with everything needed to judge it.

    Attributes
    ----------
    path : address in the catalog, ``kind/record/key``.
    distribution : value or range, in `unit`.
    unit : the unit that the key's suffix names, as text.
    as_of : ISO date at which it held.
    source : id of a `Source`.
    status : see `Status`.
    basis : denominator or definition where a name is not enough ("facility GW, with IT").
    note : anything a reader must know.
    price_year : year of the dollars, 0 where money plays no part.
    """

    path: str
    distribution: Distribution
    unit: str
    as_of: str
    source: str
    status: Status
    basis: str = ""
    note: str = ""
    price_year: int = 0

    @property
    def value(self) -> float:
        """Central value."""
        return self.distribution.central

    @property
    def is_range(self) -> bool:
        """Whether the fact carries a spread."""
        return not isinstance(self.distribution, Point)


@dataclass(frozen=True, slots=True)
class Record:
    """One thing of the catalog.

    Attributes
    ----------
    kind : table it is from ("systems", "models", …).
    id, name : its identifier and display name.
    facts : numbers by key.
    attributes : text, dates, lists and flags by key (no numbers to compute with).
    """

    kind: str
    id: str
    name: str
    facts: Mapping[str, Fact] = field(default_factory=dict)
    attributes: Mapping[str, object] = field(default_factory=dict)

    def fact(self, key: str) -> Fact:
        """Return the fact called `key`, or raise an error with the nearest name."""
        if key not in self.facts:
            raise unknown_name(f"fact of {self.kind}/{self.id}", key, self.facts)
        return self.facts[key]

    def value(self, key: str, default: float | None = None) -> float:
        """Central value of a fact; `default` where the fact is not known."""
        if key not in self.facts and default is not None:
            return default
        return self.fact(key).value

    def text(self, key: str, default: str = "") -> str:
        """Return a text attribute."""
        return str(self.attributes.get(key, default))


@dataclass(frozen=True, slots=True)
class Catalog:
    """All records by kind and id, and all sources by id.

    Attributes
    ----------
    records : kind → id → `Record`.
    sources : id → `Source`.
    sha256 : hash of the files it was read from, for a run's manifest.
    """

    records: Mapping[str, Mapping[str, Record]]
    sources: Mapping[str, Source]
    sha256: str
    loaded: dt.date = field(default_factory=dt.date.today)

    def record(self, kind: str, record_id: str) -> Record:
        """Return one record, or raise an error with the nearest name."""
        if kind not in self.records:
            raise unknown_name("catalog table", kind, self.records)
        table = self.records[kind]
        if record_id not in table:
            raise unknown_name(_singular(kind), record_id, table)
        return table[record_id]

    def fact(self, path: str) -> Fact:
        """Return the fact at ``kind/record/key``."""
        parts = path.split("/")
        if len(parts) != 3:
            raise unknown_name("fact path", path, (f.path for f in self.facts()))
        return self.record(parts[0], parts[1]).fact(parts[2])

    def with_facts(self, changed: Iterable[Fact], sources: Iterable[Source] = ()) -> Catalog:
        """Return a catalog in which the facts of these paths are replaced or added.

        A fact may be added to a record that exists; the record itself must exist.
        """
        records = {kind: dict(table) for kind, table in self.records.items()}
        for fact in changed:
            kind, record_id, key = fact.path.split("/")
            record = self.record(kind, record_id)
            held = records[kind][record_id]
            records[kind][record_id] = replace(record, facts={**held.facts, key: fact})
        known = {**self.sources, **{s.id: s for s in sources}}
        return replace(self, records=records, sources=known)

    def facts(self) -> Iterator[Fact]:
        """All facts, in file order."""
        for table in self.records.values():
            for record in table.values():
                yield from record.facts.values()

    def kinds(self) -> list[str]:
        """Names of the tables."""
        return list(self.records)


def _singular(kind: str) -> str:
    """Name of one thing of a table, for messages: "systems" → "system"."""
    return f"{kind[:-3]}y" if kind.endswith("ies") else kind.rstrip("s")
