"""Turns what pydantic finds wrong into our one phrasing, with the line of the file."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from gigawatt.errors import Problem, nearest
from gigawatt.program import schema
from gigawatt.program.lines import entry_name
from gigawatt.program.read import KeyPath, RawProgram

TABLES: dict[KeyPath, type[BaseModel]] = {
    (): schema.ProgramTable,
    ("declared",): schema.DeclaredTable,
    ("party",): schema.PartyTable,
    ("site",): schema.SiteTable,
    ("site", "progress"): schema.ProgressTable,
    ("site", "event"): schema.EventTable,
    ("site", "clean_power"): schema.CleanPowerTable,
    ("site", "phase"): schema.PhaseTable,
    ("site", "phase", "progress"): schema.ProgressTable,
    ("workload",): schema.WorkloadTable,
    ("supply",): schema.SupplyTable,
    ("limit",): schema.LimitTable,
    ("instrument",): schema.InstrumentTable,
}
ARRAYS = {
    ("party",), ("site",), ("site", "event"), ("site", "clean_power"), ("site", "phase"),
    ("workload",), ("supply",), ("limit",), ("instrument",),
}  # fmt: skip

Loc = tuple[int | str, ...]


def problems_of(error: ValidationError, raw: RawProgram) -> list[Problem]:
    """All that `error` says, as problems of the file."""
    return [_problem(detail, raw) for detail in error.errors(include_url=False)]


def _problem(detail: ErrorDetails, raw: RawProgram) -> Problem:
    path = path_of(detail["loc"], raw.data)
    phrase = _PHRASES.get(detail["type"], _otherwise)
    expected, hint = phrase(detail)
    value = None if detail["type"] in ("missing", "extra_forbidden") else detail["input"]
    if isinstance(value, BaseModel):
        value = None
    return raw.problem(path, value, expected, hint)


def path_of(loc: Sequence[int | str], data: object) -> KeyPath:
    """Key path of a pydantic location: entries of arrays by their id."""
    path: list[str] = []
    for part in loc:
        if isinstance(data, list) and isinstance(part, int):
            data = data[part] if part < len(data) else None
            path.append(entry_name(data, part))
        else:
            data = data.get(str(part)) if isinstance(data, Mapping) else None
            path.append(str(part))
    return tuple(path)


def header(keys: KeyPath) -> str:
    """How a table is opened in a file: ``[[site]]``, ``[declared]``, or "the programme"."""
    if not keys:
        return "the top of the file"
    name = ".".join(keys)
    return f"[[{name}]]" if keys in ARRAYS else f"[{name}]"


def _keys(loc: Loc) -> KeyPath:
    return tuple(part for part in loc if isinstance(part, str))


def _missing(detail: ErrorDetails) -> tuple[str, str]:
    keys = _keys(detail["loc"])
    field = TABLES[keys[:-1]].model_fields[keys[-1]]
    as_table = f", as {header(keys)}" if keys in TABLES else ""
    return f"is missing; {header(keys[:-1])} needs it: {field.description}{as_table}", ""


def _extra(detail: ErrorDetails) -> tuple[str, str]:
    keys = _keys(detail["loc"])
    table, key = keys[:-1], keys[-1]
    if key == "remove":
        return "only a file that extends another can remove an entry", ""
    for depth in range(len(table) - 1, -1, -1):
        if key in TABLES[table[:depth]].model_fields:
            above = header(table[:depth])
            text = (
                f"is not a key of {header(table)} but of {above}: write it before {header(table)}"
            )
            return text, ""
    hint = nearest(key, TABLES[table].model_fields)
    known = "" if hint else f"; it has {', '.join(TABLES[table].model_fields)}"
    return f"is not a key of {header(table)}{known}", hint


def _literal(detail: ErrorDetails) -> tuple[str, str]:
    allowed = re.findall(r"'([^']*)'", detail["ctx"]["expected"]) or [detail["ctx"]["expected"]]
    shown = ", ".join(a or '""' for a in allowed)
    hint = nearest(detail["input"], allowed, 0.7) if isinstance(detail["input"], str) else ""
    return f"must be {'one of ' if len(allowed) > 1 else ''}{shown}", hint


def _own(detail: ErrorDetails) -> tuple[str, str]:
    error = detail["ctx"]["error"]
    return str(error), getattr(error, "hint", "")


def _unknown_name(detail: ErrorDetails) -> tuple[str, str]:
    return detail["ctx"]["text"], detail["ctx"]["hint"]


def _pattern(detail: ErrorDetails) -> tuple[str, str]:
    if _keys(detail["loc"])[-1] == "country":
        return 'must be a country code of two capital letters, such as "US"', ""
    return ("must be a short name of small letters, digits, - and _ that begins with a letter or "
            'digit, such as "plains-2"'), ""  # fmt: skip


def _too_short(detail: ErrorDetails) -> tuple[str, str]:
    return "must not be empty", ""


def _table(detail: ErrorDetails) -> tuple[str, str]:
    keys = _keys(detail["loc"])
    return f"must be a table, written as {header(keys)} with its keys below", ""


def _list(detail: ErrorDetails) -> tuple[str, str]:
    keys = _keys(detail["loc"])
    if keys in ARRAYS:
        return f"must be a list of tables: write {header(keys)}, in double brackets, for each", ""
    return 'must be a list in brackets, such as ["a", "b"]', ""


def _short(detail: ErrorDetails) -> tuple[str, str]:
    return f"at least one {header(_keys(detail['loc']))} is needed", ""


def _otherwise(detail: ErrorDetails) -> tuple[str, str]:
    return detail["msg"][:1].lower() + detail["msg"][1:], ""


_PHRASES: dict[str, Callable[[ErrorDetails], tuple[str, str]]] = {
    "missing": _missing,
    "extra_forbidden": _extra,
    "literal_error": _literal,
    "value_error": _own,
    "unknown_name": _unknown_name,
    "string_pattern_mismatch": _pattern,
    "string_too_short": _too_short,
    "string_type": lambda detail: ('must be text in quotes, such as "name"', ""),
    "bool_type": lambda detail: ("must be true or false, without quotes", ""),
    "model_type": _table,
    "model_attributes_type": _table,
    "dict_type": _table,
    "list_type": _list,
    "too_short": _short,
}
