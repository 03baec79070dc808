"""Compilation by numba, kept on disk between processes where a disk lets it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar, cast

F = TypeVar("F", bound=Callable[..., Any])


def compiled(function: F, **options: object) -> F:
    """Compile a function of scalars and arrays at its first call.

    The machine code is kept on disk. Where neither the installation nor the user's cache folder
    can be written (a read-only image, a service account), it is compiled again in each process.
    `options` are numba's.
    """
    from numba import njit  # noqa: PLC0415 (half a second to import)

    try:
        return cast(F, njit(cache=True, **options)(function))
    except RuntimeError as error:  # numba found no folder that it may write to
        if "cache" not in str(error):
            raise
        return cast(F, njit(**options)(function))
