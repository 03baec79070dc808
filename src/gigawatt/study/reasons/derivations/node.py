"""What a derivation is made of."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Node:
    """One quantity: how it follows from others, from facts, and from the programme.

    Ids, titles and patterns may hold ``{system}``: a node whose id does stands for one quantity a
    system, and passes the system on to what it is made of. Where no system is bound, a pattern
    means all of them.

    Attributes
    ----------
    id : its name; a named result has the name that it has in ``answers.json``.
    title : for people.
    formula : how it follows, in words and symbols.
    unit : as shown to people.
    inputs : ids of the nodes that enter the formula.
    facts : patterns (``*`` stands for anything) of catalog paths that enter it.
    program : patterns of the programme's own inputs, as in the manifest's ``inputs``.
    held : where a run holds its value, ``table:what`` (see `explain.value`); "" = not kept.
    """

    id: str
    title: str
    formula: str
    unit: str
    inputs: tuple[str, ...] = ()
    facts: tuple[str, ...] = ()
    program: tuple[str, ...] = ()
    held: str = ""
