"""A programme with some groups of inputs as in B and the rest as in A, kept sound where possible.

What belongs to a site follows it: a contract that lists a site which is not there lets go of it (a
contract left without sites is dropped), a site that is new keeps the contracts that it has in its
own programme, and the rack supply of a system that only one programme uses stays at hand. So the
number of sites and the terms of contracts can be told apart.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import replace

from gigawatt.program.cover import covering
from gigawatt.program.instruments import site_kinds
from gigawatt.program.load import Loaded
from gigawatt.program.model import Instrument, Program, RackSupply, Site

DATE, ROSTER, SITES = "as-of date", "sites added or removed", "sites of both changed"
SUPPLIES, LIMITS = "rack supplies", "shared slots and haircuts"
WORKLOADS, INSTRUMENTS = "workloads", "instruments"


def hybrid(a: Loaded, b: Loaded, moved: Collection[str]) -> Loaded:
    """Programme A with the groups `moved` as in B.

    Parties are those of both: one that no contract or site names pays and gets nothing.
    """
    p, q = a.program, b.program
    sites = _sites(p, q, moved)
    program = replace(
        p,
        as_of=(q if DATE in moved else p).as_of,
        sites=sites,
        supplies=_supplies(p, q, SUPPLIES in moved),
        limits=(q if LIMITS in moved else p).limits,
        haircuts=(q if LIMITS in moved else p).haircuts,
        workloads=(q if WORKLOADS in moved else p).workloads,
        revenue_basis=(q if WORKLOADS in moved else p).revenue_basis,
        late_systems=(q if WORKLOADS in moved else p).late_systems,
        instruments=_instruments(p, q, INSTRUMENTS in moved, sites),
        parties={**p.parties, **q.parties},
    )
    facts = [b.catalog.fact(path) for path in changed_facts(a, b) if fact_group(path) in moved]
    catalog = a.catalog.with_facts(facts, b.catalog.sources.values())
    return replace(a, program=program, catalog=catalog)


def changed_facts(a: Loaded, b: Loaded) -> list[str]:
    """Paths of the facts whose value or range differs, or that only B has."""
    held = {f.path: f.distribution for f in a.catalog.facts()}
    return [f.path for f in b.catalog.facts() if held.get(f.path) != f.distribution]


def fact_group(path: str) -> str:
    """Group of a fact: its section of assumptions, or its table of the catalog."""
    kind, record, _ = path.split("/")
    return f"assumptions: {record}" if kind == "assumptions" else f"facts: {kind}"


def _sites(p: Program, q: Program, moved: Collection[str]) -> tuple[Site, ...]:
    """Sites in the order of the programme that says which there are."""
    roster, content = (q if part in moved else p for part in (ROSTER, SITES))
    told = {s.id: s for s in content.sites}
    both = {s.id for s in p.sites} & {s.id for s in q.sites}
    return tuple(told[s.id] if s.id in both else s for s in roster.sites)


def _supplies(p: Program, q: Program, moved: bool) -> tuple[RackSupply, ...]:
    first, second = (q, p) if moved else (p, q)
    known = {s.system for s in first.supplies}
    return (*first.supplies, *(s for s in second.supplies if s.system not in known))


def _instruments(
    p: Program, q: Program, moved: bool, sites: tuple[Site, ...]
) -> tuple[Instrument, ...]:
    """Instruments of one programme, fitted to the sites that are there."""
    own, other = (q, p) if moved else (p, q)
    there = {s.id for s in sites}
    kept = {i.id: i for i in _released(own.instruments, there)}
    home = {s.id for s in own.sites}
    for site in sites:
        if site.id not in home:
            for needed in _contracts_of(site, other):
                held = kept.get(needed.id)
                if held is None:
                    kept[needed.id] = replace(needed, sites=(site.id,))
                elif held.sites:
                    listed = dict.fromkeys((*held.sites, site.id))
                    kept[needed.id] = replace(held, sites=tuple(listed))
    return tuple(kept.values())


def _released(instruments: tuple[Instrument, ...], there: set[str]) -> Iterator[Instrument]:
    """Contracts without the sites that are gone; those of which none is left are dropped."""
    for instrument in instruments:
        left = tuple(s for s in instrument.sites if s in there)
        if left or not instrument.sites:
            yield replace(instrument, sites=left)


def _contracts_of(site: Site, home: Program) -> list[Instrument]:
    """Contracts that cover the phases of a site in its own programme, each once."""
    found = [
        i
        for kind in site_kinds()
        for phase in site.phases
        for i in covering(home, site, phase, kind)
    ]
    return list({i.id: i for i in found}.values())
