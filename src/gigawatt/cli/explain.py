"""`gigawatt explain`: from a result of a run through formulas to facts and sources."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from rich.tree import Tree

    from gigawatt.study.explain import Branch, Leaf
    from gigawatt.study.held import Value
    from gigawatt.study.stored import StoredRun

GIGAWATTS = "gigawatts"
MOST_LEAVES = 4  # of one pattern; more are told in one line, unless --all
MOST_VALUES = 4
WIDTH = 120  # where the output is no terminal

EPILOG = """\b
Examples:
  gigawatt explain runs/a                          what can be explained
  gigawatt explain runs/a capex_usd_per_gw
  gigawatt explain runs/a first_gw_in_service_date --depth 3
  gigawatt explain runs/a packages_per_gw --json
  gigawatt explain runs/a gigawatts                what binds each gigawatt, and what would help"""


@click.command(epilog=EPILOG)
@click.argument("run", type=click.Path())
@click.argument("metric", default="")
@click.option("--depth", type=int, help="Levels of formulas to take apart [default: to facts].")
@click.option("--all", "each", is_flag=True, help="Each fact by itself, with its note.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def command(run: str, metric: str, depth: int | None, each: bool, as_json: bool) -> None:
    """Explain METRIC of RUN: its value, formulas, intermediate quantities, facts and sources.

    METRIC is a named result, a quantity on the way to one, or "gigawatts" (what binds each).
    Without METRIC: the names.
    """
    from pathlib import Path

    from gigawatt.study.stored import open_run

    opened = open_run(Path(run))
    if not metric:
        _list(opened, as_json)
    elif metric == GIGAWATTS:
        _gigawatts(opened, as_json)
    else:
        from gigawatt.study.explain import explain

        branch = explain(opened, metric, depth)
        if as_json:
            _print_json(branch.data())
        else:
            _print_tree(branch, each)


def _list(run: StoredRun, as_json: bool) -> None:
    from gigawatt.study.derivations import bound, find
    from gigawatt.study.explain import explainable

    rows: list[dict[str, Any]] = []
    for name in explainable(run):
        found = find(name)
        title = bound(*found).title if found else str(run.answers[name]["title"])
        rows.append({"name": name, "title": title, "result": name in run.answers})
    if as_json:
        _print_json(rows)
        return
    width = max(len(r["name"]) for r in rows)
    for heading, is_result in (("Named results", True), ("Quantities below them", False)):
        click.echo(heading)
        for row in rows:
            if row["result"] == is_result:
                click.echo(f"  {row['name']:<{width}}  {row['title']}")


def _gigawatts(run: StoredRun, as_json: bool) -> None:
    from gigawatt.study.gigawatt_notes import COST_NOT_KNOWN, gigawatt_notes, reload

    notes = gigawatt_notes(*reload(run.manifest))
    if as_json:
        _print_json({"notes": [n.data() for n in notes], "remark": COST_NOT_KNOWN})
        return
    if not notes:
        click.echo("No draw of the programme holds a whole gigawatt.")
        return
    for note in notes:
        click.echo(note.text)
    click.echo(COST_NOT_KNOWN)


def _print_tree(branch: Branch, each: bool) -> None:
    from rich.console import Console

    console = Console(highlight=False)
    if not console.is_terminal:
        console = Console(highlight=False, width=WIDTH)
    leaves = [x for part in branch.walk() for group in part.leaves.values() for x in group]
    cited = {source: k for k, source in enumerate(dict.fromkeys(map(_cited, leaves)), start=1)}
    console.print(_tree(branch, each, cited))
    console.print(f"\nSources ({len(cited)})", style="bold")
    for source, number in cited.items():
        console.print(f"[{number}] {source}", markup=False)


def _cited(leaf: Leaf) -> str:
    return leaf.source + (f" ({leaf.source_date})" if leaf.source_date else "")


def _tree(branch: Branch, each: bool, cited: dict[str, int], parent: Tree | None = None) -> Tree:
    """Tree of a branch; `cited` numbers the sources."""
    from rich.text import Text
    from rich.tree import Tree

    label = Text(branch.title, style="bold")
    if branch.repeated:
        label.append("  (see above)", style="dim")
    else:
        label.append(f"  [{branch.id}]", style="dim")
        label.append(_values(branch.values, branch.unit), style="cyan")
        label.append(f"\n= {branch.formula}")
    here = Tree(label) if parent is None else parent.add(label)
    for child in branch.branches:
        _tree(child, each, cited, here)
    for pattern, group in branch.leaves.items():
        if len(group) > MOST_LEAVES and not each:
            here.add(Text(_many(pattern, group, cited), style="dim"))
            continue
        for leaf in group:
            note = f"\n{leaf.note}" if each and leaf.note else ""
            here.add(Text(_leaf(leaf, cited) + note, style="dim"))
    return here


def _values(values: Sequence[Value], unit: str) -> str:
    """Values of a quantity; the first and last of a long series."""
    from gigawatt.quantity.format import quantity, span

    if not values:
        return f"  ({unit})"
    lines = []
    for v in values:
        if v.p10 is None and v.p90 is None:  # one number, or a date that no draw reaches
            held = v.p50 if v.p50 is not None else v.mean
            text = "not reached" if held is None else quantity(held, unit)
        else:
            text = span(v.p10, v.p50, v.p90, unit)
        lines.append(f"\n{v.label}: {text}" if v.label else f"  {text}")
    if len(lines) > MOST_VALUES:
        left = len(lines) - MOST_VALUES
        lines = [*lines[: MOST_VALUES - 1], f"\n… {left} more", lines[-1]]
    return "".join(lines)


def _leaf(leaf: Leaf, cited: dict[str, int]) -> str:
    """A fact or an input on one line, with the number of its source."""
    source = cited[_cited(leaf)]
    held = f"{leaf.status}, as of {leaf.as_of}" if leaf.as_of else leaf.status
    title = leaf.path if leaf.kind == "fact" else f"{leaf.path} ({leaf.title})"
    return f"{title} = {_number(leaf.value, leaf)}{_range(leaf)}  {held} [{source}]"


def _many(pattern: str, group: Sequence[Leaf], cited: dict[str, int]) -> str:
    """Many facts or inputs of one pattern in one line."""
    from collections import Counter

    status = ", ".join(f"{n} {s}" for s, n in Counter(leaf.status for leaf in group).items())
    kind = "facts" if group[0].kind == "fact" else "inputs of the programme"
    numbers = ", ".join(map(str, sorted({cited[_cited(leaf)] for leaf in group})))
    return f"{len(group)} {kind} {pattern}{_ends(group)}  {status} [{numbers}]"


def _ends(group: Sequence[Leaf]) -> str:
    """Lowest and highest central value, where all are numbers of one unit."""
    values = [float(leaf.value) for leaf in group if _is_number(leaf.value)]
    if len({leaf.unit for leaf in group}) > 1 or len(values) < len(group):
        return ""
    low, high = min(values), max(values)
    return f" = {_number(low, group[0])}" + (f" … {_number(high, group[0])}" if high > low else "")


def _range(leaf: Leaf) -> str:
    if leaf.low is None or leaf.high is None or leaf.low == leaf.high:
        return ""
    return f" ({_number(leaf.low, leaf)} … {_number(leaf.high, leaf)})"


def _number(value: Any, leaf: Leaf) -> str:  # noqa: ANN401 - a number, date, flag or choice
    from gigawatt.quantity.format import quantity

    if isinstance(value, bool):
        return "yes" if value else "no"
    return quantity(value, leaf.unit, digits=4) if _is_number(value) else str(value)


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _print_json(data: dict[str, Any] | Iterable[Any]) -> None:
    import json

    click.echo(json.dumps(data, indent=2, ensure_ascii=False))
