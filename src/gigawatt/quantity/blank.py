"""Words that people write into a cell of numbers where nothing is known."""

from __future__ import annotations

BLANKS = frozenset(
    ("", "-", "--", "?", "n/a", "na", "nan", "nil", "none", "not known", "not stated", "null",
     "tbd", "unknown")
)  # fmt: skip


def is_blank(text: str) -> bool:
    """Whether a cell that should hold a number says that the number is not known."""
    return text.strip().lower() in BLANKS
