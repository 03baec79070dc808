"""The compiler, with types: functions stay what they are for the type checker."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

import numba

F = TypeVar("F", bound=Callable[..., Any])


def compiled(function: F) -> F:
    """Compile a function of scalars and arrays; the machine code is kept between runs."""
    out: F = numba.njit(cache=True, error_model="numpy")(function)
    return out
