"""Contracts that a programme names and that can pay nothing: what they rest on is not there."""

from __future__ import annotations

from collections.abc import Iterator

from gigawatt.program.cover import covers
from gigawatt.program.instruments import KINDS
from gigawatt.program.model import Instrument, Program


def idle(program: Program) -> Iterator[str]:
    """One sentence a contract that has nothing to work on."""
    for i in program.instruments:
        text = _why(program, i)
        if text:
            yield f"instrument {i.id} ({i.kind}): {text}: nothing is paid under it"


def _why(program: Program, i: Instrument) -> str:
    """What a contract lacks, "" for nothing."""
    kind = KINDS[i.kind]
    if kind.site_roles and not any(covers(i, site) for site in program.sites):
        return f"{_misplaced(program, i)}, so that it covers no block"
    return kind.idle(program, i) if kind.idle else ""


def _misplaced(program: Program, i: Instrument) -> str:
    """Which party of a contract has no such part at the sites that it lists."""
    roles = KINDS[i.kind].site_roles
    sites = [s for s in program.sites if not i.sites or s.id in i.sites]
    for role, of_site in roles.items():
        if all(i.parties.get(role) != getattr(site, of_site) for site in sites):
            return f"its {role}, {i.parties.get(role)}, is the {of_site} of none of its sites"
    return f"its parties are never together {' and '.join(roles.values())} of one site"
