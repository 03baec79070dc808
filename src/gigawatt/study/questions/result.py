"""What a question is, and what an answer to it looks like."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from gigawatt.quantity.arrays import Array
from gigawatt.uncertainty.summary import bands

if TYPE_CHECKING:
    from gigawatt.study.questions.rundata import RunData

KINDS = ("date", "number", "table", "text")
ISSUES = {"TRAINING": 4, "INFERENCE": 5, "FLEET": 6, "ENERGY": 7, "SCHEDULE": 8, "MONEY": 9}
"""Open issues by topic: the first word of an issue's title, and its number."""
TOPICS = tuple(ISSUES)
ANSWERED, PARTLY, NOT_YET = "answered", "partly", "not yet"
Value = float | str | None


@dataclass(frozen=True, slots=True)
class Part:
    """One named result of an answer.

    Attributes
    ----------
    name, title : identifier and words for people.
    kind : one of `KINDS`.
    unit : of p10, p50 and p90 ("date" for dates, ISO text); of a table its columns tell.
    definition : what exactly is counted.
    data : which data of the run, and which facts, it comes from.
    p10, p50, p90 : percentiles of the quantity; None = never, or not applicable.
    text : what a text says; a remark on other kinds.
    columns : (heading, unit) of each column of a table; a unit "" is a word or plain number.
    rows : rows of a table.
    """

    name: str
    title: str
    kind: str
    unit: str
    definition: str
    data: str
    p10: Value = None
    p50: Value = None
    p90: Value = None
    text: str = ""
    columns: tuple[tuple[str, str], ...] = ()
    rows: tuple[tuple[Value, ...], ...] = ()

    def as_dict(self) -> dict[str, Any]:
        """Plain values, for JSON; what does not apply to the kind is left out."""
        out: dict[str, Any] = {
            key: getattr(self, key)
            for key in ("name", "title", "kind", "unit", "definition", "data")
        }
        if self.kind in ("date", "number"):
            out |= {"p10": self.p10, "p50": self.p50, "p90": self.p90}
        if self.kind == "table":
            out["columns"] = [{"name": name, "unit": unit} for name, unit in self.columns]
            out["rows"] = [list(row) for row in self.rows]
        return out | ({"text": self.text} if self.text else {})


@dataclass(frozen=True, slots=True)
class Need:
    """What a full answer still needs: the open issue, by its topic, and what of it."""

    topic: str
    what: str

    def __post_init__(self) -> None:
        """Refuse a topic that no issue has."""
        if self.topic not in TOPICS:
            raise ValueError(f"no issue has the topic {self.topic!r}")

    def __str__(self) -> str:
        """One line for people."""
        return f"not yet: needs issue {self.issue}, {self.topic} ({self.what})"

    @property
    def issue(self) -> int:
        """Number of the open issue."""
        return ISSUES[self.topic]


@dataclass(frozen=True, slots=True)
class Found:
    """What is known of an answer: named results, and what is still needed."""

    parts: tuple[Part, ...] = ()
    needs: tuple[Need, ...] = ()

    @property
    def status(self) -> str:
        """Return "answered", "partly" or "not yet"."""
        if not self.needs:
            return ANSWERED
        return PARTLY if self.parts else NOT_YET


@dataclass(frozen=True, slots=True)
class Question:
    """One of the questions that a reader brings.

    Attributes
    ----------
    number, id : how it is called on the command line.
    users : who asks it.
    text : the question.
    answer : from a run to what is known.
    """

    number: int
    id: str
    users: str
    text: str
    answer: Callable[[RunData], Found]


def number_part(
    name: str, title: str, unit: str, values: Array, definition: str, data: str
) -> Part:
    """Return P10, P50 and P90 of `values` (D,) as a named number."""
    p10, p50, p90 = (float(v) if np.isfinite(v) else None for v in bands(values))
    return Part(name, title, "number", unit, definition, data, p10, p50, p90)


def text_part(name: str, title: str, text: str, definition: str, data: str) -> Part:
    """Return a statement made from numbers of the run."""
    return Part(name, title, "text", "", definition, data, text=text)
