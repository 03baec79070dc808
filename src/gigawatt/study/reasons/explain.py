"""Explains a result of a run: from its value through formulas to facts and their sources.

The derivations are data (`study.reasons.derivations`); the values, facts, programme inputs and
sources are those of the run's own folder, so that an explanation needs neither the catalog nor
the programme.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from fnmatch import translate
from typing import Any

from gigawatt.errors import InputError
from gigawatt.study.archive.folder import StoredRun
from gigawatt.study.reasons.derivations import Node, bound, find, names
from gigawatt.study.reasons.derivations.graph import NODES
from gigawatt.study.reasons.held import Value, held_values

NEAREST = 3
KEPT = 4  # lists of facts and inputs whose matches a process holds: a report walks many trees
_MATCHES: list[tuple[Sequence[Mapping[str, Any]], dict[str, list[Mapping[str, Any]]]]] = []


@dataclass(frozen=True, slots=True)
class Leaf:
    """A number that comes from outside: a fact of the catalog or an input of the programme.

    Attributes
    ----------
    path : address in the catalog, or of the programme's input.
    kind : "fact" or "input".
    title : what it is; "" for facts, whose path says it.
    value, low, high : central value and ends of its range (`low` None for dates and choices).
    unit, status : as in the catalog or the programme.
    as_of : date of a fact, "" for inputs.
    source : title of the source.
    source_date : its date, "" for inputs.
    note : what the catalog or the programme says of it.
    """

    path: str
    kind: str
    title: str
    value: float | str | bool
    low: float | str | None
    high: float | str | None
    unit: str
    status: str
    as_of: str
    source: str
    source_date: str
    note: str


@dataclass(frozen=True, slots=True)
class Branch:
    """A quantity of a derivation with what it is made of.

    Attributes
    ----------
    id, title, formula, unit : of the derivation's node.
    values : what the run holds of it, may be empty.
    leaves : facts and inputs of the programme that enter its formula, by pattern.
    branches : quantities that enter its formula.
    repeated : it stands earlier in the tree, where it is taken apart.
    """

    id: str
    title: str
    formula: str
    unit: str
    values: tuple[Value, ...]
    leaves: Mapping[str, tuple[Leaf, ...]]
    branches: tuple[Branch, ...]
    repeated: bool = False

    def walk(self) -> Iterator[Branch]:
        """Itself and all below."""
        yield self
        for branch in self.branches:
            yield from branch.walk()

    def data(self) -> dict[str, Any]:
        """Plain values for JSON; a repeated quantity is named and not taken apart again."""
        out: dict[str, Any] = {"id": self.id, "title": self.title}
        if self.repeated:
            return {**out, "repeated": True}
        return {
            **out, "formula": self.formula, "unit": self.unit,
            "values": [asdict(v) for v in self.values],
            "facts": [asdict(leaf) for group in self.leaves.values() for leaf in group],
            "made_of": [b.data() for b in self.branches],
        }  # fmt: skip


def explain(run: StoredRun, metric: str, depth: int | None = None) -> Branch:
    """Derivation of a named result, or of any quantity on the way to one.

    Parameters
    ----------
    run : see `folder.open_run`.
    metric : name of a result of ``answers.json``, or id of a derivation's node.
    depth : levels of formulas to take apart; None = down to facts.

    Raises
    ------
    InputError : there is no such result (with the nearest names), or `depth` is below 1.
    """
    if depth is not None and depth < 1:
        raise InputError(f"depth = {depth}: must be at least 1")
    found = find(metric)
    systems = systems_of(run)
    if found is None or (found[1] and found[1] not in systems):
        raise unknown_metric(metric, explainable(run))
    node, system = found
    return _Walk(run, system, depth).branch(node, 1)


def explainable(run: StoredRun) -> list[str]:
    """Names that `explain` takes: named results of the run first, then the quantities below."""
    return list(dict.fromkeys((*run.answers, *names(systems_of(run)))))


def systems_of(run: StoredRun) -> list[str]:
    """Systems of a run's programme, by its phases."""
    chosen = (i for i in run.manifest["inputs"] if i["path"].startswith("site/"))
    return list(dict.fromkeys(i["value"] for i in chosen if i["path"].endswith("/system")))


def unknown_metric(metric: str, valid: Sequence[str], command: str = "explain") -> InputError:
    """Error for a result that is not there, with the nearest names."""
    import difflib

    near = difflib.get_close_matches(metric, valid, n=NEAREST, cutoff=0.4)
    did = f" Did you mean {', '.join(map(repr, near))}?" if near else ""
    return InputError(
        f"Unknown result {metric!r}.{did} `gigawatt {command} RUN` lists all {len(valid)}."
    )


class _Walk:
    """One pass through a derivation; a quantity is taken apart where it is met first."""

    def __init__(self, run: StoredRun, system: str, depth: int | None) -> None:
        self.run, self.system, self.depth = run, system, depth
        self.seen: set[str] = set()
        self.sources = {s["id"]: s for s in run.manifest["sources"]}

    def branch(self, node: Node, level: int) -> Branch:
        """Branch of a node; `level` counts from 1."""
        here = bound(node, self.system)
        if node.id in self.seen:
            return Branch(here.id, here.title, here.formula, here.unit, (), {}, (), repeated=True)
        apart = self.depth is None or level <= self.depth
        if apart:
            self.seen.add(node.id)
        # What is held of the whole programme is not that of one system.
        fits = not self.system or "{system}" in node.id
        name = node.id.replace("{system}", self.system)
        values = held_values(self.run, name, here.held) if fits else ()
        return Branch(
            here.id, here.title, here.formula, here.unit, values,
            self._leaves(here) if apart else {},
            tuple(self.branch(NODES[i], level + 1) for i in here.inputs) if apart else (),
        )  # fmt: skip

    def _leaves(self, node: Node) -> dict[str, tuple[Leaf, ...]]:
        """Facts and inputs by pattern; what several patterns mean stands under the first."""
        out: dict[str, tuple[Leaf, ...]] = {}
        taken: set[str] = set()
        for patterns, key, leaf in (
            (node.facts, "facts_used", self._fact),
            (node.program, "inputs", _input),
        ):
            for pattern in patterns:
                found = [r for r in self._matching(key, pattern) if r["path"] not in taken]
                taken.update(row["path"] for row in found)
                if found:
                    out[pattern] = tuple(leaf(row) for row in found)
        return out

    def _matching(self, key: str, pattern: str) -> list[Mapping[str, Any]]:
        """Rows of the manifest whose path is meant by a pattern; kept with the manifest's rows."""
        rows = self.run.manifest[key]
        matches = next((found for held, found in _MATCHES if held is rows), None)
        if matches is None:
            matches = {}
            _MATCHES.append((rows, matches))
            del _MATCHES[:-KEPT]
        if pattern not in matches:
            means = re.compile(translate(pattern)).match
            matches[pattern] = [row for row in rows if means(row["path"])]
        return matches[pattern]

    def _fact(self, row: Mapping[str, Any]) -> Leaf:
        source = self.sources.get(row["source"], {})
        return Leaf(
            row["path"], "fact", "", row["value"], row["low"], row["high"], row["unit"],
            row["status"], row["as_of"], source.get("title", ""), source.get("date", ""),
            row.get("note", ""),
        )  # fmt: skip


def _input(row: Mapping[str, Any]) -> Leaf:
    return Leaf(
        row["path"], "input", row["title"], row["value"], row["low"], row["high"], row["unit"],
        row["status"], "", row["source"], "", row["note"],
    )  # fmt: skip
