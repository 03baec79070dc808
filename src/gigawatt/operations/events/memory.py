"""Records at addresses: how compiled functions share a large state for the price of one pointer.

Passing thirty arrays from function to function costs more than the work inside (measured: 4.6 us an
event, and a minute to compile). Every function takes the record of the configuration instead, which
holds the addresses of all arrays; `Fleet` keeps them alive.
"""

from __future__ import annotations

from typing import Any

import numba
import numpy as np
from numba import types
from numba.extending import intrinsic


def record_type(dtype: np.dtype[Any]) -> Any:  # noqa: ANN401
    """Compiler's type of a record."""
    return numba.from_dtype(dtype)


def view_at(dtype: np.dtype[Any]) -> Any:  # noqa: ANN401
    """Compiled function from an address (int64) to the record of `dtype` that stands there."""
    record = record_type(dtype)

    @intrinsic  # type: ignore[untyped-decorator]
    def at(typing_context: Any, address: Any) -> Any:  # noqa: ANN401
        def code(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:  # noqa: ANN401
            return builder.inttoptr(arguments[0], context.get_value_type(record))

        return record(types.int64), code

    return at
