"""JSON Schema of programme files, for editors that complete and check TOML."""

from __future__ import annotations

from typing import Any

from gigawatt.program.instruments import KINDS
from gigawatt.program.kind import Kind, Term
from gigawatt.program.quantities import Quantity, range_schemas
from gigawatt.program.schema import ProgramTable

DRAFT = "https://json-schema.org/draft/2020-12/schema"
ENTRIES = (
    "PartyTable",
    "SiteTable",
    "EventTable",
    "PhaseTable",
    "WorkloadTable",
    "SupplyTable",
    "InstrumentTable",
)
RANGE = "Range"
CHANGE = "Change"  # suffix of the tables of a file that extends another: nothing is required there


def json_schema() -> dict[str, Any]:
    """Schema of a programme file; of a whole one, or of one that ``extends`` another."""
    whole = ProgramTable.model_json_schema()
    tables: dict[str, Any] = whole.pop("$defs")
    tables["InstrumentTable"]["properties"]["kind"]["enum"] = list(KINDS)
    tables["InstrumentTable"]["allOf"] = [_of_kind(name, kind) for name, kind in KINDS.items()]
    tables["ProgramTable"] = whole
    tables = {name: _compact(table) for name, table in tables.items()}
    changes = {f"{name}{CHANGE}": _loosened(table) for name, table in tables.items()}
    for name in tables:
        changes[f"{name}{CHANGE}"]["properties"]["remove"] = _removal(entry=name in ENTRIES)
    return {
        "$schema": DRAFT,
        "title": "gigawatt programme file",
        "description": whole.get("description", ""),
        "type": "object",
        "if": {"required": ["extends"]},
        "then": {"$ref": f"#/$defs/ProgramTable{CHANGE}"},
        "else": {"$ref": "#/$defs/ProgramTable"},
        "$defs": {**tables, **changes, RANGE: {"anyOf": range_schemas()}},
    }


def _removal(*, entry: bool) -> dict[str, Any]:
    """What ``remove`` may be in a table of a file that extends another."""
    keys = {"type": "array", "items": {"type": "string"}}
    if not entry:
        return {**keys, "description": "keys to drop of the table that is changed"}
    return {
        "anyOf": [{"type": "boolean"}, keys],
        "description": "true drops this entry of the programme that is extended; a list drops keys",
    }


def _of_kind(name: str, kind: Kind) -> dict[str, Any]:
    """What an instrument of one kind must hold, as an if-then of the instrument's table."""
    required = [term for term, spec in kind.terms.items() if spec.required]
    dates = (*kind.required_dates, *kind.optional_dates)
    date = {"type": "string", "format": "date"}
    then = {
        "description": kind.help,
        "properties": {
            "parties": _table({r: {"type": "string"} for r in kind.roles}, list(kind.roles)),
            "terms": _table({t: _term(spec) for t, spec in kind.terms.items()}, required),
            "dates": _table(dict.fromkeys(dates, date), list(kind.required_dates)),
        },
        "required": [
            *(["terms"] if required else []),
            *(["dates"] if kind.required_dates else []),
        ],
    }
    return {"if": {"properties": {"kind": {"const": name}}, "required": ["kind"]}, "then": then}


def _table(properties: dict[str, Any], required: list[str]) -> dict[str, Any]:
    return {
        "type": "object",
        "properties": properties,
        "required": required,
        "additionalProperties": False,
    }


def _term(term: Term) -> dict[str, Any]:
    return {**Quantity(term.unit).json_schema(), "description": term.help}


def _compact(node: Any) -> Any:  # noqa: ANN401
    """Copy of a schema in which the ranges of all quantities are one shared definition."""
    if isinstance(node, list):
        return [_compact(item) for item in node]
    if not isinstance(node, dict):
        return node
    if node.get("x-quantity"):
        either = [{"type": ["number", "string"]}, {"$ref": f"#/$defs/{RANGE}"}]
        return {**node, "anyOf": either}
    return {key: _compact(value) for key, value in node.items()}


def _loosened(node: Any) -> Any:  # noqa: ANN401
    """Copy of a schema in which no key of a table is required and references follow suit.

    What makes up a distribution stays required.
    """
    if isinstance(node, list):
        return [_loosened(item) for item in node]
    if not isinstance(node, dict):
        return node
    if node.get("x-quantity"):
        return node
    out = {}
    for key, value in node.items():
        if key == "$ref":
            out[key] = f"{value}{CHANGE}"
        elif key == "if":
            out[key] = value  # the condition of an instrument's kind
        elif key not in ("required", "minItems"):
            out[key] = _loosened(value)
    return out
