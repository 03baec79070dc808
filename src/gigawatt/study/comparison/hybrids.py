"""Programmes between two others: some groups of inputs as in B, the rest as in A.

A group is what one would change in one go: the as-of date, sites that come and go, sites that both
have, rack supplies, shared slots, workloads, instruments, and the facts of each section or table of
the catalog.
`mixture` keeps a mixture sound where it can. Where it can't (progress of B lies after the as-of
date of A, a contract lists a site whose parties changed), the groups are coupled: they move
together.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from typing import Any

from gigawatt.program.cover import covering, is_needed, mismatch
from gigawatt.program.instruments import site_kinds
from gigawatt.program.load import Loaded
from gigawatt.program.model import Program, Site
from gigawatt.study.comparison.mixture import (
    DATE,
    INSTRUMENTS,
    LIMITS,
    ROSTER,
    SITES,
    SUPPLIES,
    WORKLOADS,
    changed_facts,
    fact_group,
    hybrid,
)


@dataclass(frozen=True, slots=True)
class Group:
    """Inputs that move together.

    Attributes
    ----------
    parts : names of the elementary groups, one unless they are coupled.
    changed : what differs, in words ("abilene changed (power_mw)").
    reason : why its parts are coupled; "" for a single part.
    """

    parts: tuple[str, ...]
    changed: tuple[str, ...]
    reason: str = ""

    @property
    def label(self) -> str:
        """Name of the group."""
        return " + ".join(self.parts)


def groups_of(a: Loaded, b: Loaded) -> list[Group]:
    """Groups of inputs in which two programmes differ, in the order in which they move.

    The order is: as-of date, sites added or removed, sites of both, rack supplies, shared slots,
    workloads, instruments, sections of assumptions, tables of facts. Coupled groups stand at the
    place of their first part.
    """
    groups = [Group((name,), tuple(changed)) for name, changed in _changes(a, b) if changed]
    while True:
        found = _first_conflict(a, b, groups)
        if found is None:
            return groups
        groups = _coupled(groups, *found)


def path_states(groups: Sequence[Group]) -> Iterator[frozenset[str]]:
    """Parts moved at each step, first in the order of the groups, then in the reverse order."""
    for ordered in (groups, groups[::-1]):
        moved: frozenset[str] = frozenset()
        yield moved
        for group in ordered:
            moved |= frozenset(group.parts)
            yield moved


def _changes(a: Loaded, b: Loaded) -> Iterator[tuple[str, list[str]]]:
    p, q = a.program, b.program
    yield DATE, [] if p.as_of == q.as_of else [f"{p.as_of} to {q.as_of}"]
    sites = [{s.id: replace(s, source="", note="") for s in x.sites} for x in (p, q)]
    yield ROSTER, _added(*sites)
    yield SITES, _changed(*sites)
    # A supply that only one programme has goes with the sites that use its system.
    yield SUPPLIES, _changed(*({s.system: s for s in x.supplies} for x in (p, q)))
    slots = [{x.id: replace(x, source="", note="") for x in y.limits} for y in (p, q)]
    cuts = [dict.fromkeys(x.haircuts) for x in (p, q)]
    yield LIMITS, _changed(*slots) + _added(*slots) + _added(*cuts)
    workloads = [{w.id: w for w in x.workloads} for x in (p, q)]
    paid = [
        f"{key} {getattr(p, key)} to {getattr(q, key)}"
        for key in ("revenue_basis", "late_systems")
        if getattr(p, key) != getattr(q, key)
    ]
    yield WORKLOADS, _changed(*workloads) + _added(*workloads) + paid
    terms = [{i.id: replace(i, source="", note="") for i in x.instruments} for x in (p, q)]
    yield INSTRUMENTS, _changed(*terms) + _added(*terms)
    paths: dict[str, list[str]] = {}
    for path in changed_facts(a, b):
        paths.setdefault(fact_group(path), []).append(path)
    for name in sorted(paths, key=lambda n: (not n.startswith("assumptions"), n)):
        yield name, paths[name]


def _changed(a: Mapping[str, Any], b: Mapping[str, Any]) -> list[str]:
    return [
        f"{n} changed ({', '.join(dict.fromkeys(_fields(a[n], b[n])))})"
        for n in a
        if n in b and a[n] != b[n]
    ]


def _fields(a: Any, b: Any) -> Iterator[str]:  # noqa: ANN401 - any entry of a programme
    """Names of what differs between two entries; of a site's phases, those of the phases."""
    for name in (f.name for f in fields(a)):
        one, other = getattr(a, name), getattr(b, name)
        if one == other:
            continue
        if name != "phases":
            yield name
            continue
        left, right = ({p.id: p for p in phases} for phases in (one, other))
        if list(left) != list(right):
            yield "phases"
        for phase_id in left:
            if phase_id in right and left[phase_id] != right[phase_id]:
                yield from _fields(left[phase_id], right[phase_id])


def _added(a: Mapping[str, object], b: Mapping[str, object]) -> list[str]:
    added = [f"{n} added" for n in b if n not in a]
    return added + [f"{n} removed" for n in a if n not in b]


def _first_conflict(a: Loaded, b: Loaded, groups: Sequence[Group]) -> tuple[str, str, str] | None:
    """Two parts that must move together, and why; None where all steps are sound."""
    place = {part: number for number, group in enumerate(groups) for part in group.parts}
    shared = {s.id for s in a.program.sites} & {s.id for s in b.program.sites}
    bare = set(_uncovered(a.program)) | set(_uncovered(b.program))
    for moved in path_states(groups):
        program = hybrid(a, b, moved).program
        for site in program.sites:
            one = SITES if site.id in shared else ROSTER
            for other, why in (*_of_contracts(program, site, bare), *_of_dates(program, site)):
                # The ends passed all checks, so only what differs between them can clash.
                if one in place and other in place and place[one] != place[other]:
                    return one, other, why
    return None


def _of_contracts(
    program: Program, site: Site, bare: set[tuple[str, str]]
) -> Iterator[tuple[str, str]]:
    """Clashes of a site with the contracts."""
    for instrument in program.instruments:
        if site.id in instrument.sites and mismatch(instrument, site):
            yield INSTRUMENTS, f"{instrument.id} lists {site.id}, whose parties are others"
    ids = {i.id for i in program.instruments}
    for phase in site.phases:
        where = f"{site.id}/{phase.id}"
        if phase.contract and phase.contract not in ids:
            yield INSTRUMENTS, f"{where} stands under {phase.contract}"
        for kind in site_kinds():
            found = covering(program, site, phase, kind)
            if len(found) > 1:
                yield INSTRUMENTS, f"{where} would be under two contracts, {kind}"
            if not found and is_needed(site, kind) and (where, kind) not in bare:
                yield INSTRUMENTS, f"{where} would be without {kind}"


def _of_dates(program: Program, site: Site) -> Iterator[tuple[str, str]]:
    for phase in site.phases:
        if any(date > program.as_of for date in phase.progress.values()):
            yield DATE, f"progress of {site.id}/{phase.id} lies after {program.as_of}"


def _uncovered(program: Program) -> Iterator[tuple[str, str]]:
    """Phases, and the kinds of contract that they need and do not have."""
    for kind in site_kinds():
        for site in program.sites:
            for phase in site.phases:
                if is_needed(site, kind) and not covering(program, site, phase, kind):
                    yield f"{site.id}/{phase.id}", kind


def _coupled(groups: Sequence[Group], one: str, other: str, why: str) -> list[Group]:
    """Groups with those of two parts made one, at the place of the first."""
    joined = [g for g in groups if one in g.parts or other in g.parts]
    reasons = dict.fromkeys((*(g.reason for g in joined if g.reason), why))
    new = Group(
        tuple(p for g in joined for p in g.parts),
        tuple(c for g in joined for c in g.changed),
        "; ".join(reasons),
    )
    first = groups.index(joined[0])
    rest = [g for g in groups if g not in joined]
    return [*rest[:first], new, *rest[first:]]
