"""Errors that a person can act on.

Every mistake of a user ends in one of these, never in a traceback: the message names the place,
the value, what would be right, and the nearest valid name. `exit_code` is what the command
returns: 1 failed, 2 bad input, 3 infeasible.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable
from dataclasses import dataclass


class GigawattError(Exception):
    """Base of all errors that are told to the user in one message."""

    exit_code = 1


class InputError(GigawattError):
    """The user's input is wrong; the message says where, what, and what would be right."""

    exit_code = 2


class InfeasibleError(GigawattError):
    """The question is well posed but has no answer; the message names the limit that binds."""

    exit_code = 3


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing wrong in an input file.

    Attributes
    ----------
    where : file, or name of the input.
    line : line of the file, counted from 1; 0 if not known.
    key : dotted key, e.g. ``site.abilene.it_power``.
    value : the value as written.
    expected : what would be right, as a phrase.
    suggestion : nearest valid name, or empty.
    """

    where: str
    line: int
    key: str
    value: object
    expected: str
    suggestion: str = ""

    def __str__(self) -> str:
        """One line: ``file:line: key = value: expected (did you mean …?)``."""
        place = f"{self.where}:{self.line}" if self.line else self.where
        shown = "" if self.value is None else f" = {_shorten(self.value)}"
        hint = f" Did you mean {self.suggestion!r}?" if self.suggestion else ""
        return f"{place}: {self.key}{shown}: {self.expected}.{hint}"


class ProblemsError(InputError):
    """Everything that is wrong with one input, told at once."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = tuple(problems)
        super().__init__("\n".join(str(p) for p in self.problems))


def nearest(name: str, valid: Iterable[str], cutoff: float = 0.55) -> str:
    """Return the valid name closest to `name`, or an empty string.

    >>> nearest("vr200-nvl27", ["vr200-nvl72", "gb200-nvl72"])
    'vr200-nvl72'
    """
    pool = {v.lower(): v for v in valid}
    close = difflib.get_close_matches(name.lower(), list(pool), n=1, cutoff=cutoff)
    return pool[close[0]] if close else ""


def unknown_name(kind: str, name: str, valid: Iterable[str]) -> InputError:
    """Error for a name that is not in a list, with the nearest valid one and a few others."""
    names = sorted(valid)
    hint = nearest(name, names)
    did = f" Did you mean {hint!r}?" if hint else ""
    shown = ", ".join(names[:12]) + (", …" if len(names) > 12 else "")
    return InputError(f"Unknown {kind} {name!r}.{did} Known: {shown}.")


def _shorten(value: object, limit: int = 80) -> str:
    text = repr(value)
    return text if len(text) <= limit else text[: limit - 1] + "…"
