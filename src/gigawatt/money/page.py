"""What an instrument's file says for its page of the docs, beside its formulas."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from gigawatt.quantity.arrays import Array

Figures = list[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class Page:
    """What a reader must know of an instrument beside its formula.

    Attributes
    ----------
    state, trigger : what it remembers, what sets it off.
    given : a worked example in words.
    figures : what the instrument's own functions make of it.
    """

    state: str
    trigger: str
    given: str
    figures: Callable[[], Figures]


def row(*values: float) -> Array:
    """One draw of some values, (1, n)."""
    return np.array([values])


def millions(usd: float) -> str:
    """Money as the pages write it.

    >>> millions(1_234_567.0)
    '1.23 m USD'
    """
    return f"{usd / 1e6:,.2f} m USD"
