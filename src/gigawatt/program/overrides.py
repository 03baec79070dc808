"""Facts of the catalog that a programme replaces: ``[assumptions.<section>]`` and ``[facts]``."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Iterator, Mapping
from dataclasses import replace

from gigawatt.catalog import Catalog, Fact, Source, Status
from gigawatt.errors import Problem, nearest
from gigawatt.program.quantities import read_quantity, support, unit_named
from gigawatt.program.read import KeyPath, RawProgram

SOURCE_ID = "programme"
Written = tuple[str, KeyPath, object]  # fact path, where it is written, value


def replaced_facts(
    raw: RawProgram, catalog: Catalog, as_of: dt.date | None
) -> tuple[list[Fact], list[Problem]]:
    """Facts that the file replaces, in its own values, and what is wrong with them."""
    facts: dict[str, Fact] = {}
    problems: list[Problem] = []
    for path, place, value in _written(raw.data):
        wrong = _unknown(path, catalog)
        if wrong is not None:
            problems.append(raw.problem(place, value, *wrong))
        elif path in facts:
            problems.append(raw.problem(place, value, "this fact is already replaced above"))
        else:
            try:
                facts[path] = _replaced(catalog.fact(path), value, as_of)
            except ValueError as error:
                problems.append(raw.problem(place, value, str(error), getattr(error, "hint", "")))
    return list(facts.values()), problems


def programme_source(title: str, raw: RawProgram, as_of: dt.date) -> Source:
    """Return the programme file as a source of facts."""
    return Source(SOURCE_ID, f"{title} (programme file {raw.origin[0]})", as_of.isoformat(),
                  kind="judgement")  # fmt: skip


def _written(data: Mapping[str, object]) -> Iterator[Written]:
    sections = data.get("assumptions")
    for section, keys in sections.items() if isinstance(sections, Mapping) else ():
        for key, value in keys.items() if isinstance(keys, Mapping) else ():
            yield f"assumptions/{section}/{key}", ("assumptions", section, key), value
    facts = data.get("facts")
    for path, value in facts.items() if isinstance(facts, Mapping) else ():
        yield path, ("facts", path), value


def _unknown(path: str, catalog: Catalog) -> tuple[str, str] | None:
    """Return what is wrong with a fact path and the nearest valid name, or None if it is known."""
    parts = path.split("/")
    if len(parts) != 3:
        hint = nearest(path, (f.path for f in catalog.facts()))
        return "a fact is addressed as kind/record/key", hint
    kind, record, key = parts
    if kind not in catalog.records:
        return f"the catalog has no table {kind!r}", nearest(kind, catalog.records)
    records = catalog.records[kind]
    if record not in records:
        what = "section of assumptions" if kind == "assumptions" else f"record in {kind}"
        hint = nearest(record, records)
        known = "" if hint else f"; it has {', '.join(sorted(records)[:12])}"
        return f"the catalog has no {what} {record!r}{known}", hint
    facts = records[record].facts
    if key not in facts:
        return f"{kind}/{record} has no fact {key!r}", nearest(key, facts)
    return None


def _replaced(fact: Fact, value: object, as_of: dt.date | None) -> Fact:
    """`fact` with what the file says; it may not leave the kind of numbers that it was."""
    smallest, largest = support(fact.distribution)
    low = 0.0 if smallest >= 0.0 else -math.inf
    high = 1.0 if fact.unit == "share" and largest <= 1.0 else math.inf
    return replace(
        fact,
        distribution=read_quantity(value, unit_named(fact.unit), low, high),
        as_of=as_of.isoformat() if as_of else fact.as_of,
        source=SOURCE_ID,
        status=Status.ASSUMED,
        note=f"set by the programme; the catalog says {fact.value:g} ({fact.source})",
    )
