"""The compiler, with types: functions stay what they are for the type checker."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

from gigawatt.quantity import compiled as numba_compiled

F = TypeVar("F", bound=Callable[..., Any])


def compiled(function: F) -> F:
    """Compile a function of scalars and arrays; the machine code is kept between runs."""
    return numba_compiled.compiled(function, error_model="numpy")
