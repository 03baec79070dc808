"""What a question is, and what an answer to it looks like."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from gigawatt.study.questions.part import Part

if TYPE_CHECKING:
    from gigawatt.study.questions.rundata import RunData

ISSUES = {"TRAINING": 4, "INFERENCE": 5, "FLEET": 6, "ENERGY": 7, "SCHEDULE": 8, "MONEY": 9}
"""Open issues by topic: the first word of an issue's title, and its number."""
TOPICS = tuple(ISSUES)
ANSWERED, PARTLY, NOT_YET = "answered", "partly", "not yet"


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
