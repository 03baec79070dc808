"""`gigawatt catalog`: what the catalog holds, how each fact is known, and by which source."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from gigawatt.catalog import Catalog, Fact, Record

Row = dict[str, Any]

EPILOG = """\b
Examples:
  gigawatt catalog list systems
  gigawatt catalog show vr200-nvl72
  gigawatt catalog show deals/openai-oracle
  gigawatt catalog show vr200-nvl72/system_power_kw
  gigawatt catalog list --facts --csv > facts.csv
  gigawatt catalog sources capex-bernstein-2025-10"""

_UNITS = {
    "tflops": "TFLOP/s", "flop": "FLOP", "gb": "GB", "tb": "TB", "gb_s": "GB/s", "tb_s": "TB/s",
    "gbit_s": "Gbit/s", "gw": "GW", "gwh": "GWh", "twh": "TWh", "m3": "m3", "b": "bn",
    "h100e": "H100e", "count": "", "factor": "",
}  # fmt: skip
_DIGITS = 7
_SCALED_FROM = 1e6


@click.group(invoke_without_command=True, epilog=EPILOG)
@click.pass_context
def command(ctx: click.Context) -> None:
    """List, show and source the facts of the catalog.

    Every number carries its unit, date, status, source and, where it is not exact, a range.
    Without a subcommand: the tables and their size.
    """
    if ctx.invoked_subcommand is None:
        _print_rows(_table_rows(_catalog()))


@command.command("list", short_help="List the tables, or the records of one.")
@click.argument("kind", default="")
@click.option("--facts", "each_fact", is_flag=True, help="One row a fact, not one a record.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@click.option("--csv", "as_csv", is_flag=True, help="Print CSV.")
def list_(kind: str, each_fact: bool, as_json: bool, as_csv: bool) -> None:
    """List the tables, or the records of table KIND."""
    from gigawatt.errors import InputError, unknown_name

    if as_json and as_csv:
        raise InputError("--json and --csv: choose one of them.")
    catalog = _catalog()
    if kind and kind not in catalog.records:
        raise unknown_name("catalog table", kind, catalog.records)
    if each_fact:
        chosen = [f for f in catalog.facts() if not kind or f.path.split("/")[0] == kind]
        rows = [_fact_data(f) if as_json or as_csv else _fact_row(f, f.path) for f in chosen]
    else:
        rows = _record_rows(catalog, kind) if kind else _table_rows(catalog)
    if as_json:
        _print_json(rows)
    elif as_csv:
        _print_csv(rows)
    else:
        _print_rows(rows)


@command.command(short_help="Show a record with its facts, ranges and notes.")
@click.argument("record")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def show(record: str, as_json: bool) -> None:
    """Show RECORD with its facts: an id, kind/id, or id/key for one fact."""
    catalog = _catalog()
    found, key = _find(catalog, record)
    facts = [found.fact(key)] if key else list(found.facts.values())
    if as_json:
        _print_json(
            {
                "kind": found.kind,
                "id": found.id,
                "name": found.name,
                "attributes": dict(found.attributes),
                "facts": {f.path.split("/")[2]: _fact_data(f) for f in facts},
            }
        )
    else:
        _print_record(found, facts, catalog)


@command.command(short_help="List the sources, or the facts from one.")
@click.argument("source_id", metavar="[ID]", default="")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def sources(source_id: str, as_json: bool) -> None:
    """List all sources with the number of facts from each, or one with these facts."""
    from gigawatt.errors import unknown_name

    catalog = _catalog()
    if source_id and source_id not in catalog.sources:
        raise unknown_name("source", source_id, catalog.sources)
    count = Counter(f.source for f in catalog.facts())
    if not source_id:
        rows = [_source_data(catalog, s, count[s]) for s in sorted(catalog.sources)]
        if as_json:
            _print_json(rows)
        else:
            _print_rows([{k: r[k] for k in ("id", "kind", "date", "facts", "title")} for r in rows])
        return
    data = _source_data(catalog, source_id, count[source_id])
    paths = [f.path for f in catalog.facts() if f.source == source_id]
    if as_json:
        _print_json({**data, "paths": paths})
        return
    click.echo("\n".join(f"{k:<8} {v}" for k, v in data.items() if v != ""))
    if paths:
        click.echo("\n" + "\n".join(paths))


def _catalog() -> Catalog:
    from gigawatt.catalog import load_catalog

    return load_catalog()


def _find(catalog: Catalog, name: str) -> tuple[Record, str]:
    """Record (and fact key, or "") that `kind/id/key`, `kind/id`, `id/key` or `id` means.

    Raises
    ------
    InputError : there is no such record or fact, or several tables have the id.
    """
    from gigawatt.errors import InputError, nearest

    parts = name.split("/")
    if parts[0] in catalog.records:
        if len(parts) == 1:
            raise InputError(
                f"{name!r} is a table, not a record; see `gigawatt catalog list {name}`."
            )
        kind, parts = parts[0], parts[1:]
        found = [catalog.record(kind, parts[0])]
    else:
        found = [table[parts[0]] for table in catalog.records.values() if parts[0] in table]
    if not found:
        hint = nearest(parts[0], _record_ids(catalog))
        did = f" Did you mean {hint!r}?" if hint else ""
        raise InputError(
            f"No record {parts[0]!r} in the catalog.{did} See `gigawatt catalog list`."
        )
    if len(found) > 1:
        which = ", ".join(f"{r.kind}/{r.id}" for r in found)
        raise InputError(f"{parts[0]!r} is in several tables; say which: {which}.")
    if len(parts) > 2:
        raise InputError(f"{name!r} is not a record; write kind/id or kind/id/key.")
    key = parts[1] if len(parts) == 2 else ""
    return found[0], found[0].fact(key).path.split("/")[2] if key else ""


def _record_ids(catalog: Catalog) -> list[str]:
    return [record_id for table in catalog.records.values() for record_id in table]


def _table_rows(catalog: Catalog) -> list[Row]:
    return [
        {
            "table": kind,
            "records": len(table),
            "facts": sum(len(r.facts) for r in table.values()),
            "ranges": sum(f.is_range for r in table.values() for f in r.facts.values()),
        }
        for kind, table in catalog.records.items()
    ]


def _record_rows(catalog: Catalog, kind: str) -> list[Row]:
    return [
        {
            "id": r.id,
            "name": r.name,
            "facts": len(r.facts),
            "as of": r.text("as_of"),
            "status": r.text("status"),
            "source": r.text("source"),
        }
        for r in catalog.records[kind].values()
    ]


def _fact_row(fact: Fact, name: str) -> Row:
    """One line about a fact, for people."""
    from gigawatt.catalog.ranges import ends_of

    ends = ends_of(fact.distribution)
    return {
        "fact": name,
        "value": _shown_number(fact.value),
        "range": " … ".join(map(_shown_number, ends)) if ends else "",
        "unit": _shown_unit(fact.unit),
        "as of": fact.as_of,
        "status": str(fact.status),
        "source": fact.source,
    }


def _fact_data(fact: Fact) -> Row:
    """All about a fact, for machines."""
    from dataclasses import asdict

    from gigawatt.catalog.ranges import ends_of

    low, high = ends_of(fact.distribution) or (fact.value, fact.value)
    data = asdict(fact)
    shape = {"type": type(fact.distribution).__name__.lower(), **data.pop("distribution")}
    path = data.pop("path")
    return {"path": path, "value": fact.value, "low": low, "high": high, **data} | {
        "status": str(fact.status),
        "distribution": shape,
    }


def _source_data(catalog: Catalog, source_id: str, facts: int) -> Row:
    from dataclasses import asdict

    return {**asdict(catalog.sources[source_id]), "facts": facts}


def _shown_number(value: float) -> str:
    """Number as the source gives it; millions and more on a short scale."""
    from gigawatt.quantity.format import number, scaled

    return scaled(value, _DIGITS) if abs(value) >= _SCALED_FROM else number(value, _DIGITS)


def _shown_unit(unit: str) -> str:
    from gigawatt.quantity.units import UNITS

    if unit in UNITS and unit not in _UNITS:
        return UNITS[unit].shown
    return _UNITS.get(unit, unit.replace("_per_", "/").replace("usd", "USD").replace("_", " "))


def _print_record(record: Record, facts: Sequence[Fact], catalog: Catalog) -> None:
    click.echo(f"{record.name}\n{record.kind}/{record.id}\n")
    shown = {k: v for k, v in record.attributes.items() if k not in ("source", "status", "as_of")}
    width = max((len(k) for k in shown), default=0)
    for key, value in shown.items():
        click.echo(f"{key:<{width}}  {value}")
    if shown:
        click.echo("")
    own = {"basis": record.text("basis"), "note": record.text("note")}
    _print_rows(
        [_fact_row(f, f.path.split("/")[2]) for f in facts], [_remarks(f, own) for f in facts]
    )
    used = dict.fromkeys(f.source for f in facts)
    if used:
        click.echo("")
        for source in (catalog.sources[s] for s in used):
            where = f" {source.url}" if source.url else ""
            click.echo(f"[{source.id}] {source.title} ({source.date}, {source.kind}).{where}")


def _remarks(fact: Fact, own: dict[str, str]) -> list[str]:
    """What is to be known of a fact beyond its line; what holds for the record is said there."""
    year = [f"in dollars of {fact.price_year}"] if fact.price_year else []
    basis = [fact.basis] if fact.basis and fact.basis != own["basis"] else []
    return basis + year + ([fact.note] if fact.note and fact.note != own["note"] else [])


def _print_rows(rows: Sequence[Row], remarks: Sequence[list[str]] = ()) -> None:
    """Aligned table for people.

    Parameters
    ----------
    rows : one a line, all with the same keys.
    remarks : a row's remarks, printed under it.
    """
    import textwrap

    if not rows:
        click.echo("Nothing to list.", err=True)
        return
    names = list(rows[0])
    width = {n: max(len(n), *(len(str(r[n])) for r in rows)) for n in names}
    right = {n for n in names if _is_numeric(r[n] for r in rows)}

    def line(cells: Iterable[str]) -> str:
        padded = (
            c.rjust(width[n]) if n in right else c.ljust(width[n])
            for n, c in zip(names, cells, strict=True)
        )
        return "  ".join(padded).rstrip()

    lines = [(line(names), "bold")]
    for number, row in enumerate(rows):
        lines.append((line(str(row[n]) for n in names), ""))
        if number < len(remarks) and remarks[number]:
            text = "; ".join(remarks[number])
            indent = " " * 4
            lines += [
                (part, "dim")
                for part in textwrap.wrap(text, 96, initial_indent=indent, subsequent_indent=indent)
            ]
    _print_lines(lines)


def _print_lines(lines: Iterable[tuple[str, str]]) -> None:
    """Lines with their styles; plain text where stdout is not a terminal."""
    import sys

    if not sys.stdout.isatty():
        click.echo("\n".join(text for text, _ in lines))
        return
    from rich.console import Console
    from rich.text import Text

    console = Console()
    for text, style in lines:
        console.print(Text(text, style), soft_wrap=True)


def _is_numeric(values: Iterable[object]) -> bool:
    """Whether all cells are numbers, so that they stand better at the right."""
    return all(isinstance(v, int) or str(v).replace(",", "")[:1].isdigit() for v in values)


def _print_json(data: object) -> None:
    import json

    click.echo(json.dumps(data, indent=2, ensure_ascii=False, default=str))


def _print_csv(rows: Sequence[Row]) -> None:
    import csv
    import io
    import json

    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(rows[0])
    for row in rows:
        cells = (json.dumps(v) if isinstance(v, dict) else v for v in row.values())
        writer.writerow(cells)
    click.echo(out.getvalue(), nl=False)
