"""Why: each named result taken apart through formulas to facts and their sources."""

from __future__ import annotations

import re
from collections.abc import Iterator

from gigawatt.quantity.format import shown_unit
from gigawatt.report.page import Cell, Fact, Facts, Section, Step, Tree
from gigawatt.report.stored import stored_run
from gigawatt.report.view import View
from gigawatt.study.archive.folder import StoredRun
from gigawatt.study.reasons.derivations import find
from gigawatt.study.reasons.explain import Branch, Leaf, explain
from gigawatt.study.reasons.held import Value

SHOWN_VALUES = 12


def section(view: View) -> Section | None:
    """One tree of named results; a quantity is taken apart where it is met first."""
    run = stored_run(view)
    names = explained(view)
    if run is None or not names:
        return None
    say = view.say
    tree = Tree(tuple(_steps(view, run, names)))
    return Section("why", say("why.title"), say("why.intro"), (tree,))


def explained(view: View) -> tuple[str, ...]:
    """Named results that have a derivation."""
    run = stored_run(view)
    return () if run is None else tuple(n for n in run.answers if find(n) is not None)


def anchor(name: str) -> str:
    """Anchor of a quantity in the page.

    >>> anchor("packages_per_gw_vr200-nvl72")
    'why-packages_per_gw_vr200-nvl72'
    """
    return "why-" + re.sub(r"[^A-Za-z0-9_-]", "-", name)


def _steps(view: View, run: StoredRun, names: tuple[str, ...]) -> Iterator[Step]:
    seen: set[str] = set()
    for name in names:
        yield _step(view, explain(run, name), seen)


def _step(view: View, branch: Branch, seen: set[str]) -> Step:
    if branch.repeated or branch.id in seen:
        return Step(anchor(branch.id), view.say.titled(branch.id, branch.title), "")
    seen.add(branch.id)
    single = len(branch.values) == 1
    unit = shown_unit(branch.id, branch.unit)
    below = tuple(_step(view, b, seen) for b in branch.branches)
    return Step(
        anchor(branch.id),
        view.say.titled(branch.id, branch.title),
        _line(view, branch.values[0], unit) if single else "",
        branch.formula,
        () if single else tuple(_value(view, v, unit) for v in _cut(branch.values)),
        tuple(_facts(view, pattern, leaves) for pattern, leaves in branch.leaves.items()),
        below,
    )


def _cut(values: tuple[Value, ...]) -> tuple[Value, ...]:
    """Values that fit; the first ones of what is long."""
    return values[:SHOWN_VALUES]


def _band(view: View, value: Value, unit: str) -> Cell:
    middle = value.p50 if value.p50 is not None else value.mean
    if middle is None and unit != "date":
        return Cell(value.label)
    held = {"p10": value.p10, "p50": middle, "p90": value.p90}
    return view.band_cell(held, unit)


def _line(view: View, value: Value, unit: str) -> str:
    cell = _band(view, value, unit)
    text = f"{cell.text} ({cell.sub})" if cell.sub else cell.text
    return f"{text}, {value.label}" if value.label and value.label != cell.text else text


def _value(view: View, value: Value, unit: str) -> Cell:
    cell = _band(view, value, unit)
    text = f"{value.label}: {cell.text}" if value.label != cell.text else cell.text
    return Cell(text, cell.sub)


def _facts(view: View, pattern: str, leaves: tuple[Leaf, ...]) -> Facts:
    title = view.say("why.group", count=len(leaves), pattern=pattern)
    return Facts(title, tuple(_fact(view, leaf) for leaf in leaves))


def _fact(view: View, leaf: Leaf) -> Fact:
    value = _scalar(view, leaf.value)
    if leaf.low is not None and leaf.high is not None and leaf.low != leaf.high:
        ends = (_scalar(view, leaf.low), _scalar(view, leaf.high))
        value = f"{value} ({view.say('word.range', low=ends[0], high=ends[1])})"
    unit = "" if leaf.unit in ("date", "text", "") else f" {leaf.unit}"
    source = ", ".join(t for t in (leaf.source, leaf.source_date or leaf.as_of) if t)
    return Fact(
        leaf.path, f"{value}{unit}", leaf.status, view.say.label("mark", leaf.status), source
    )


def _scalar(view: View, value: float | str | bool | None) -> str:
    if value is None or isinstance(value, str | bool):
        return str(value)
    return view.number(value, 4)
