"""First come, first served: blocks that share a supply.

Two kinds of supply. What can be kept in stock (racks) is a cumulative curve A(t): block i has its
part when A covers it and all blocks with an earlier key. What can't be kept (crews, slots of a
factory) is a server of constant rate r: a slot that nobody takes is lost, so

    f_i = max( k_i, f_(i-1) + a_i / r )                       in the order of the keys k

which is a running maximum, ``f_i = C_i + max_(j<=i) ( k_j - C_j )`` with ``C = cumsum(a) / r``.

A block that comes later never moves one with an earlier key.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from gigawatt.quantity.arrays import Array, IntArray


def from_stock(key: Array, amount: Array, month_of: Callable[[Array], Array]) -> Array:
    """Month of each block's last part, (D, n): its key, or later if the supply is later.

    Parameters
    ----------
    key : (D, n) month from which each block can take its part.
    amount : (D, n) what it takes.
    month_of : cumulative amount (D, n) → month by which so much was offered.
    """
    order: IntArray = np.argsort(key, axis=1, kind="stable")
    offered = month_of(np.cumsum(np.take_along_axis(amount, order, axis=1), axis=1))
    return _back(np.maximum(np.take_along_axis(key, order, axis=1), offered), order)


def from_slots(key: Array, amount: Array, rate_per_month: Array, opens: Array) -> Array:
    """Month at which each block is served by slots that can't be kept, (D, n).

    Parameters
    ----------
    key : (D, n) month at which each would be done if it were alone; inf = never.
    amount : (D, n) what it takes of the rate; 0 = it takes none and is not moved.
    rate_per_month : (D, 1) amount a month, above 0.
    opens : (D, 1) month from which slots count; what is done before it takes none.
    """
    takes = np.where((key > opens) & np.isfinite(key), amount, 0.0)
    order: IntArray = np.argsort(key, axis=1, kind="stable")
    keys = np.take_along_axis(key, order, axis=1)
    own = np.take_along_axis(takes, order, axis=1) / rate_per_month
    worked = np.cumsum(own, axis=1)
    # A block's own work is inside its key; what takes no slot delays nobody.
    starts = np.where(own > 0.0, keys - worked, -np.inf)
    served = np.where(own > 0.0, worked + np.maximum.accumulate(starts, axis=1), keys)
    return _back(served, order)


def _back(values: Array, order: IntArray) -> Array:
    """Undo the sorting of columns."""
    out = np.empty_like(values)
    np.put_along_axis(out, order, values, axis=1)
    return out
