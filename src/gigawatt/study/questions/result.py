"""What a question is, and what an answer to it looks like."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from gigawatt.study.questions.part import Part

if TYPE_CHECKING:
    from gigawatt.study.questions.rundata import RunData

ANSWERED, PARTLY, NOT_YET = "answered", "partly", "not yet"


@dataclass(frozen=True, slots=True)
class Need:
    """What the run lacks for a full answer."""

    what: str

    def __str__(self) -> str:
        """One line for people."""
        return f"not in this run: {self.what}"


@dataclass(frozen=True, slots=True)
class Found:
    """What is known of an answer: named results, and what the run lacks."""

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
