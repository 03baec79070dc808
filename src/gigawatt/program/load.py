"""Loads a programme file: read, check everything, turn into `model.Program` and its catalog."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from pydantic import ValidationError

from gigawatt.catalog import Catalog, load_catalog
from gigawatt.errors import InputError, Problem, ProblemsError
from gigawatt.program.contracts import CONTRACT_RULES
from gigawatt.program.model import Program
from gigawatt.program.overrides import programme_source, replaced_facts
from gigawatt.program.parts import (
    Parts,
    declared,
    named_entries,
    parts_of,
    settled,
    shared_limit,
)
from gigawatt.program.price_file import price_file_rule, with_prices
from gigawatt.program.problems import problems_of
from gigawatt.program.read import RawProgram, read_program
from gigawatt.program.rules import RULES
from gigawatt.program.schema import ProgramTable
from gigawatt.program.schema_values import Context
from gigawatt.program.shown import shown_value
from gigawatt.program.weather_file import weather_file_rule, with_weather

CATALOG_TABLES = ("systems", "grids", "cooling", "climates", "technologies", "models", "haircuts")


@dataclass(frozen=True, slots=True)
class Loaded:
    """A programme that passed all checks.

    Attributes
    ----------
    program : what the layers take.
    catalog : the catalog with the facts that the programme replaces already in place.
    raw : the file as read, with its lines.
    replaced : paths of the facts that the programme replaces.
    """

    program: Program
    catalog: Catalog
    raw: RawProgram
    replaced: tuple[str, ...]


def load_program(
    name: str,
    *,
    base: Path | None = None,
    as_of: dt.date | None = None,
    catalog: Catalog | None = None,
) -> Loaded:
    """Load a bundled programme by name, or a file by path.

    Parameters
    ----------
    name : name of a bundled programme, or path of a TOML file.
    base : folder that a relative path starts from; default the current one.
    as_of : see the world as of an earlier date: progress after it is forgotten.
    catalog : facts to use; default the bundled catalog.

    Raises
    ------
    InputError : there is no such programme, or `as_of` is outside what it covers.
    ProblemsError : the file has mistakes; all of them, each with its line.
    """
    return resolve(read_program(name, base), catalog or load_catalog(), as_of)


def resolve(raw: RawProgram, facts: Catalog, as_of: dt.date | None = None) -> Loaded:
    """Check a programme that was read and turn it into what the layers take.

    Parameters and errors as of `load_program`.
    """
    context = context_of(raw, facts)
    parts = parts_of(raw, context)
    problems = list(raw.problems)
    table: ProgramTable | None = None
    try:
        table = ProgramTable.model_validate(raw.data, context=context)
    except ValidationError as error:
        problems += problems_of(error, raw)
    for rule in (*RULES, *CONTRACT_RULES, price_file_rule, weather_file_rule):
        problems += rule(parts, raw)
    changed, wrong = replaced_facts(raw, facts, parts.as_of)
    problems += wrong
    if table is None or problems:
        raise ProblemsError(_in_file_order(problems, raw))
    program = _program(table, parts, raw, _known_at(as_of, table))
    own = [programme_source(program.title, raw, program.as_of)] if changed else []
    return Loaded(program, facts.with_facts(changed, own), raw, tuple(f.path for f in changed))


def context_of(raw: RawProgram, catalog: Catalog) -> Context:
    """Names that the file may refer to: of the catalog, and of its own entries."""
    own = {
        kind: [path[1] for path, entry in named_entries(raw, kind) if "id" in entry]
        for kind in ("party", "site", "instrument")
    }
    of_catalog = {kind: list(catalog.records.get(kind, ())) for kind in CATALOG_TABLES}
    return Context(names={**of_catalog, **own})


def _in_file_order(problems: Iterable[Problem], raw: RawProgram) -> list[Problem]:
    order = {name: number for number, name in enumerate(raw.origin)}
    unique = {str(p): p for p in problems}.values()
    return sorted(unique, key=lambda p: (order.get(p.where, len(order)), p.line))


def _known_at(as_of: dt.date | None, table: ProgramTable) -> dt.date:
    """Date of what is known: the file's own, or an earlier one that was asked for."""
    if as_of is None:
        return table.as_of
    if not table.start <= as_of <= table.as_of:
        raise InputError(
            f"as of {as_of}: must be from {table.start} (start of {table.name}) "
            f"to {table.as_of} (the file's own as_of; nothing later is in it)."
        )
    return as_of


def _program(table: ProgramTable, parts: Parts, raw: RawProgram, as_of: dt.date) -> Program:
    return Program(
        name=table.name,
        title=table.title,
        description=table.description.strip(),
        start=table.start,
        as_of=as_of,
        horizon=table.horizon,
        declared=declared(table.declared),
        parties={p.id: p for p in parts.parties},
        sites=tuple(with_weather(with_prices(settled(s, as_of), raw), raw) for s in parts.sites),
        workloads=parts.workloads,
        supplies=parts.supplies,
        instruments=parts.instruments,
        origin=raw.origin,
        sha256=_digest(raw, as_of, parts),
        limits=tuple(shared_limit(limit, as_of) for limit in table.limit),
        haircuts=tuple(table.haircuts),
        revenue_basis=table.revenue_basis or _basis(parts),
        late_systems=table.late_systems,
    )


def _basis(parts: Parts) -> str:
    """What users pay for where the file does not say: tokens, if any workload serves."""
    return "tokens" if any(w.kind == "serve" for w in parts.workloads) else "gw_year"


def _digest(raw: RawProgram, as_of: dt.date, parts: Parts) -> str:
    """Hash of the merged content and the as-of date; comments and order of keys play no part.

    Files of prices and weather count by what they hold.
    """
    data = {key: value for key, value in raw.data.items() if key != "extends"}
    whole: dict[str, object] = {"data": data, "as_of": as_of}
    prices = {s.id: s.price_hours.usd_per_mwh for s in (with_prices(s, raw) for s in parts.sites)
              if s.price_hours}  # fmt: skip
    if prices:
        whole["price_files"] = prices
    weather = {s.id: s.weather_file.sha256 for s in (with_weather(s, raw) for s in parts.sites)
               if s.weather_file}  # fmt: skip
    if weather:
        whole["weather_files"] = weather
    content = json.dumps(whole, sort_keys=True, default=shown_value)
    return hashlib.sha256(content.encode()).hexdigest()
