"""`gigawatt explain`: from a result of a run through formulas to facts and sources."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from pathlib import Path

    from rich.tree import Tree

    from gigawatt.report.speech import Speech
    from gigawatt.study.archive.folder import StoredRun
    from gigawatt.study.reasons.explain import Branch, Leaf
    from gigawatt.study.reasons.held import Value

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
@click.option(
    "--lang", type=click.Choice(("en", "fr")), default="en", show_default=True, help="Language."
)
@click.option("--json", "as_json", is_flag=True, help="Print JSON (in English).")
def command(run: str, metric: str, depth: int | None, each: bool, lang: str, as_json: bool) -> None:
    """Explain METRIC of RUN: its value, formulas, intermediate quantities, facts and sources.

    METRIC is a named result, a quantity on the way to one, or "gigawatts" (what binds each).
    Without METRIC: the names.
    """
    from pathlib import Path

    from gigawatt.report.speech import Speech
    from gigawatt.study.archive.folder import open_run

    opened = open_run(Path(run))
    speech = Speech.of(lang, int(opened.manifest["draws"]))
    if not metric:
        _list(opened, as_json, speech)
    elif metric == GIGAWATTS:
        _gigawatts(opened.folder.path, as_json, lang)
    else:
        from gigawatt.study.reasons.explain import explain

        branch = explain(opened, metric, depth)
        if as_json:
            _print_json(branch.data())
        else:
            _print_tree(branch, each, speech)


def _list(run: StoredRun, as_json: bool, speech: Speech) -> None:
    from gigawatt.study.reasons.derivations import bound, find
    from gigawatt.study.reasons.explain import explainable

    rows: list[dict[str, Any]] = []
    for name in explainable(run):
        found = find(name)
        title = bound(*found).title if found else str(run.answers[name]["title"])
        rows.append({"name": name, "title": title, "result": name in run.answers})
    if as_json:
        _print_json(rows)
        return
    width = max(len(r["name"]) for r in rows)
    for heading, is_result in (("explain.results", True), ("explain.below", False)):
        click.echo(speech.say(heading))
        for row in rows:
            if row["result"] == is_result:
                click.echo(f"  {row['name']:<{width}}  {_title(row['name'], row['title'], speech)}")


def _title(name: str, title: str, speech: Speech) -> str:
    return speech.say.titled(name, speech.text(title))


def _gigawatts(folder: Path, as_json: bool, lang: str) -> None:
    from gigawatt.report.read import read_run
    from gigawatt.report.sections.gigawatts import read_notes, sentence
    from gigawatt.report.view import View

    notes = read_notes(folder)
    view = View.of(read_run(folder), lang)
    remark = view.say("gigawatts.levers_note")
    if as_json:
        _print_json({"notes": notes, "remark": remark})
        return
    if not notes:
        click.echo(view.say("explain.no_gigawatt"))
        return
    for note in notes:
        click.echo(sentence(view, note))
    click.echo(remark)


def _print_tree(branch: Branch, each: bool, speech: Speech) -> None:
    from rich.console import Console

    console = Console(highlight=False)
    if not console.is_terminal:
        console = Console(highlight=False, width=WIDTH)
    leaves = [x for part in branch.walk() for group in part.leaves.values() for x in group]
    cited = {source: k for k, source in enumerate(dict.fromkeys(map(_cited, leaves)), start=1)}
    console.print(_tree(branch, each, cited, speech))
    console.print("\n" + speech.say("explain.sources", count=len(cited)), style="bold")
    for source, number in cited.items():
        console.print(f"[{number}] {source}", markup=False)


def _cited(leaf: Leaf) -> str:
    return leaf.source + (f" ({leaf.source_date})" if leaf.source_date else "")


def _tree(
    branch: Branch,
    each: bool,
    cited: dict[str, int],
    speech: Speech,
    parent: Tree | None = None,
) -> Tree:
    """Tree of a branch; `cited` numbers the sources."""
    from rich.text import Text
    from rich.tree import Tree

    from gigawatt.quantity.format import shown_unit

    label = Text(_title(branch.id, branch.title, speech), style="bold")
    if branch.repeated:
        label.append(f"  ({speech.say('explain.above')})", style="dim")
    else:
        label.append(f"  [{branch.id}]", style="dim")
        unit = shown_unit(branch.id, branch.unit)
        label.append(_values(branch.values, unit, speech), style="cyan")
        label.append(f"\n= {speech.text(branch.formula)}")
    here = Tree(label) if parent is None else parent.add(label)
    for child in branch.branches:
        _tree(child, each, cited, speech, here)
    for pattern, group in branch.leaves.items():
        if len(group) > MOST_LEAVES and not each:
            here.add(Text(_many(pattern, group, cited, speech), style="dim"))
            continue
        for leaf in group:
            note = f"\n{leaf.note}" if each and leaf.note else ""
            here.add(Text(_leaf(leaf, cited, speech) + note, style="dim"))
    return here


def _values(values: Sequence[Value], unit: str, speech: Speech) -> str:
    """Values of a quantity; the first and last of a long series."""
    if not values:
        return f"  ({speech.unit(unit)})"
    lines = []
    for v in values:
        if v.p10 is None and v.p90 is None:  # one number, or a date that no draw reaches
            held = v.p50 if v.p50 is not None else v.mean
            never = speech.say("explain.never")
            text = never if held is None else speech.quantity(held, unit)
        else:
            text = speech.span(v.p10, v.p50, v.p90, unit)
        lines.append(f"\n{speech.text(v.label)}: {text}" if v.label else f"  {text}")
    if len(lines) > MOST_VALUES:
        left = speech.say("explain.more", count=len(lines) - MOST_VALUES)
        lines = [*lines[: MOST_VALUES - 1], f"\n{left}", lines[-1]]
    return "".join(lines)


def _leaf(leaf: Leaf, cited: dict[str, int], speech: Speech) -> str:
    """A fact or an input on one line, with the number of its source."""
    held = speech.say.label("mark", leaf.status)
    if leaf.as_of:
        held = speech.say("explain.as_of", status=held, date=leaf.as_of)
    title = leaf.path if leaf.kind == "fact" else f"{leaf.path} ({speech.text(leaf.title)})"
    number = _number(leaf.value, leaf, speech)
    return f"{title} = {number}{_range(leaf, speech)}  {held} [{cited[_cited(leaf)]}]"


def _many(pattern: str, group: Sequence[Leaf], cited: dict[str, int], speech: Speech) -> str:
    """Many facts or inputs of one pattern in one line."""
    from collections import Counter

    counted = Counter(leaf.status for leaf in group)
    status = ", ".join(f"{n} {speech.say.label('mark', s)}" for s, n in counted.items())
    key = "explain.facts" if group[0].kind == "fact" else "explain.inputs"
    numbers = ", ".join(map(str, sorted({cited[_cited(leaf)] for leaf in group})))
    what = speech.say(key, count=len(group), pattern=pattern)
    return f"{what}{_ends(group, speech)}  {status} [{numbers}]"


def _ends(group: Sequence[Leaf], speech: Speech) -> str:
    """Lowest and highest central value, where all are numbers of one unit."""
    values = [float(leaf.value) for leaf in group if _is_number(leaf.value)]
    if len({leaf.unit for leaf in group}) > 1 or len(values) < len(group):
        return ""
    low, high = (_number(v, group[0], speech) for v in (min(values), max(values)))
    return f" = {low}" if min(values) == max(values) else f" = {low} … {high}"


def _range(leaf: Leaf, speech: Speech) -> str:
    if leaf.low is None or leaf.high is None or leaf.low == leaf.high:
        return ""
    return f" ({_number(leaf.low, leaf, speech)} … {_number(leaf.high, leaf, speech)})"


def _number(value: Any, leaf: Leaf, speech: Speech) -> str:  # noqa: ANN401 - number, date, choice
    if isinstance(value, bool):
        return speech.say("page.yes" if value else "page.no")
    return speech.quantity(value, leaf.unit, digits=4) if _is_number(value) else str(value)


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _print_json(data: dict[str, Any] | Iterable[Any]) -> None:
    import json

    click.echo(json.dumps(data, indent=2, ensure_ascii=False))
