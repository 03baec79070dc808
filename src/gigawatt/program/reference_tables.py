"""Tables of all keys and instruments for docs/programme-files.md, from the schema itself.

``python -m gigawatt.program.reference_tables docs/programme-files.md`` puts them anew between the
two marks of that page; a test holds them together.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

from gigawatt.program.instruments import KINDS
from gigawatt.program.json_schema import json_schema
from gigawatt.program.kind import Kind
from gigawatt.program.quantities import unit_named

BEGIN, END = "<!-- tables: begin -->", "<!-- tables: end -->"
TITLES = {
    "ProgramTable": "Top of the file",
    "DeclaredTable": "`[declared]`",
    "PartyTable": "`[[party]]`",
    "SiteTable": "`[[site]]`",
    "EventTable": "`[[site.event]]`",
    "CleanPowerTable": "`[[site.clean_power]]`",
    "ProgressTable": "`[site.progress]` and `[site.phase.progress]`",
    "PhaseTable": "`[[site.phase]]`",
    "WorkloadTable": "`[[workload]]`",
    "SupplyTable": "`[[supply]]`",
    "InstrumentTable": "`[[instrument]]`",
}


def tables_markdown() -> str:
    """Markdown of all tables."""
    tables = json_schema()["$defs"]
    parts = [_table(title, tables[name]) for name, title in TITLES.items()]
    return "\n\n".join([*parts, "### Kinds of instruments", *map(_kind, KINDS)])


def with_tables(page: str) -> str:
    """`page` with the tables between its marks made anew."""
    before, rest = page.split(BEGIN)
    after = rest.split(END)[1]
    return f"{before}{BEGIN}\n\n{tables_markdown()}\n\n{END}{after}"


def _table(title: str, table: dict[str, Any]) -> str:
    required = table.get("required", [])
    lines = [f"### {title}", "", table.get("description", ""), ""]
    lines += ["| key | value | default | meaning |", "|---|---|---|---|"]
    for key, node in table["properties"].items():
        default = "needed" if key in required else _default(node)
        meaning = node.get("description", "")
        lines.append(f"| `{key}` | {_value(node)} | {default} | {meaning} |")
    return "\n".join(lines)


def _default(node: dict[str, Any]) -> str:
    value = node.get("default")
    if value is None or isinstance(value, dict | list):
        return "none"
    if isinstance(value, bool):
        return f"`{str(value).lower()}`"
    if isinstance(value, float):
        return f"`{value:g}`" if value < 1e6 else f"`{value:.2g}`"
    return f'`"{value}"`' if isinstance(value, str) else f"`{value}`"


def _value(node: dict[str, Any]) -> str:  # noqa: PLR0911  (one line for each kind of value)
    """What may be written, in a word or two."""
    if node.get("x-quantity"):
        return f"{_unit(node['x-quantity'])}, may be a range"
    if node.get("x-exact"):
        return f"{_unit(node['x-exact'])}, exact"
    if "enum" in node or "const" in node:
        allowed = node.get("enum", [node.get("const")])
        return ", ".join(f'`"{a}"`' if isinstance(a, str) else f"`{a}`" for a in allowed)
    if "anyOf" in node:
        return _value(next(n for n in node["anyOf"] if n.get("type") != "null"))
    if "$ref" in node:
        return "table"
    if node.get("type") == "array":
        return "list of tables" if "$ref" in node["items"] else "list of ids"
    if node.get("format") == "date":
        return "date"
    return {"string": "text", "boolean": "`true` or `false`", "object": "table"}[node["type"]]


def _unit(name: str) -> str:
    return "number" if name in ("count", "factor") else unit_named(name).shown


def _kind(name: str) -> str:
    kind: Kind = KINDS[name]
    lines = [f"#### `{name}`", "", kind.help, "", f"Parties: {_parties(kind)}."]
    dates = [f"`{d}`" for d in kind.required_dates]
    dates += [f"`{d}` (may be left out)" for d in kind.optional_dates]
    if dates:
        lines[-1] += f" Dates: {', '.join(dates)}."
    lines += ["", "| term | unit | default | meaning |", "|---|---|---|---|"]
    for term, spec in kind.terms.items():
        default = "needed" if spec.default is None else _number(spec.default)
        default = f"`assumptions/money/{spec.assumed}`" if spec.assumed else default
        lines.append(f"| `{term}` | {_unit(spec.unit)} | {default} | {spec.help} |")
    return "\n".join(lines)


def _parties(kind: Kind) -> str:
    return ", ".join(
        f"`{role}`" + (f" (the site's {kind.site_roles[role]})" if role in kind.site_roles else "")
        for role in kind.roles
    )


def _number(value: float) -> str:
    return "no limit" if value == float("inf") else f"`{value:g}`"


if __name__ == "__main__":
    path = Path(sys.argv[1])
    path.write_text(with_tables(path.read_text(encoding="utf-8")), encoding="utf-8")
