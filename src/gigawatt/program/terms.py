"""Reads the terms of an instrument: which it may have stands in its declaration (`kind`)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from gigawatt.errors import nearest
from gigawatt.program.kind import Kind, Term
from gigawatt.program.quantities import read_quantity, support, unit_named
from gigawatt.uncertainty.distributions import Distribution, Point


@dataclass(frozen=True, slots=True)
class WrongTerm:
    """A term that can't be read: its name, what would be right, the nearest valid name."""

    name: str
    expected: str
    hint: str = ""


def read_terms(
    kind: Kind, written: Mapping[str, object]
) -> tuple[dict[str, Distribution], list[WrongTerm]]:
    """Terms of an instrument in canonical units, defaults filled in, and what is wrong."""
    terms: dict[str, Distribution] = {}
    wrong: list[WrongTerm] = []
    for name, value in written.items():
        if name not in kind.terms:
            hint = nearest(name, kind.terms)
            wrong.append(WrongTerm(name, f"is not a term; it has {', '.join(kind.terms)}", hint))
            continue
        try:
            terms[name] = _read(kind.terms[name], value)
        except ValueError as error:
            wrong.append(WrongTerm(name, str(error), getattr(error, "hint", "")))
    for name, term in kind.terms.items():
        if name in written:
            continue
        if term.required:
            wrong.append(WrongTerm(name, f"is missing: {term.help}"))
        elif term.default is not None:
            terms[name] = Point(term.default)
    return {name: terms[name] for name in kind.terms if name in terms}, wrong


def _read(term: Term, value: object) -> Distribution:
    high = 1.0 if term.unit == "share" else float("inf")
    read = read_quantity(value, unit_named(term.unit), 0.0, high)
    if term.positive and support(read)[0] <= 0.0:
        raise ValueError("must be above 0")
    if term.whole and isinstance(read, Point) and read.central != round(read.central):
        raise ValueError("must be a whole number")
    return read
