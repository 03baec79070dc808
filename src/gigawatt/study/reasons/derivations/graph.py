"""All derivations by id, and the search for the one that a name means."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import replace

from gigawatt.study.reasons.derivations import accounts, money, results, sites, tokens, work
from gigawatt.study.reasons.derivations.node import Node

SYSTEM = "{system}"
NODES: dict[str, Node] = {
    n.id: n
    for n in (
        *results.NODES,
        *sites.NODES,
        *accounts.NODES,
        *work.NODES,
        *money.NODES,
        *tokens.NODES,
    )
}


def find(name: str) -> tuple[Node, str] | None:
    """Node that `name` means and the system that its name binds ("" = none); None = no such node.

    >>> find("packages_per_gw_vr200-nvl72")[1]
    'vr200-nvl72'
    """
    if name in NODES:
        return NODES[name], ""
    for node in NODES.values():
        if SYSTEM in node.id:
            pattern = re.escape(node.id).replace(re.escape(SYSTEM), "(.+)")
            match = re.fullmatch(pattern, name)
            if match:
                return node, match[1]
    return None


def bound(node: Node, system: str) -> Node:
    """Node with its system put in; without one, its patterns mean all systems."""
    one, every = system or "one system", system or "*"
    return replace(
        node,
        id=node.id.replace(SYSTEM, one),
        title=node.title.replace(SYSTEM, one),
        formula=node.formula.replace(SYSTEM, one),
        facts=tuple(p.replace(SYSTEM, every) for p in node.facts),
        program=tuple(p.replace(SYSTEM, every) for p in node.program),
        held=node.held.replace(SYSTEM, system),
    )


def names(systems: Iterable[str]) -> list[str]:
    """Names that can be explained, with one a system where a name holds a system."""
    known = list(systems)
    out: list[str] = []
    for name in NODES:
        out += [name.replace(SYSTEM, s) for s in known] if SYSTEM in name else [name]
    return out
