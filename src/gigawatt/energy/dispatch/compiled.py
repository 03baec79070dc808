"""Compilation of the dispatch kernel: numba, kept on disk between processes."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar, cast

from numba import njit

F = TypeVar("F", bound=Callable[..., Any])


def compiled(function: F) -> F:
    """Compile a numeric function at its first call and cache the machine code on disk."""
    return cast(F, njit(cache=True, error_model="numpy")(function))
