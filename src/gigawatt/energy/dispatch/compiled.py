"""Compilation of the dispatch kernel: numba, kept on disk between processes."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

from gigawatt.quantity import compiled as numba_compiled

F = TypeVar("F", bound=Callable[..., Any])


def compiled(function: F) -> F:
    """Compile a numeric function at its first call and cache the machine code on disk."""
    return numba_compiled.compiled(function, error_model="numpy")
