"""Nodes of a cluster and what jobs ask of them: GPUs on each of some nodes, and on one more."""

from __future__ import annotations

import numpy as np

from gigawatt.errors import InputError
from gigawatt.quantity.arrays import Array, IntArray

SLACK = 1e-9  # of a share of a GPU


def node_sizes(gpus: float, per_node: int) -> IntArray:
    """GPUs of each node of a cluster; the last may be smaller.

    >>> node_sizes(20, 8).tolist()
    [8, 8, 4]
    """
    full, rest = divmod(int(gpus), per_node)
    out: IntArray = np.array([per_node] * full + ([rest] if rest else []), dtype=np.int64)
    return out


def parts_of(size: Array, nodes: Array, most: int) -> IntArray:
    """GPUs on each of so many nodes, and on one more: (J, 3) of `per`, `many`, `rest`.

    Parameters
    ----------
    size : (J,) GPUs; a share below 1 stands as per 0.
    nodes : (J,) nodes that the trace names; NaN where it does not. Used where the GPUs share out
        evenly over them.
    most : GPUs of a node.
    """
    out = np.zeros((len(size), 3), dtype=np.int64)
    whole = np.floor(size + SLACK).astype(np.int64)
    named = np.where(np.isfinite(nodes), nodes, 0.0).astype(np.int64)
    even = (named > 0) & (whole % np.maximum(named, 1) == 0)
    even &= (whole // np.maximum(named, 1) <= most) & (whole >= named)
    small = ~even & (whole <= most)
    large = ~even & ~small
    out[even, 0], out[even, 1] = (whole // np.maximum(named, 1))[even], named[even]
    out[small, 0], out[small, 1] = whole[small], 1
    out[large, 0], out[large, 1] = most, whole[large] // most
    out[large, 2] = whole[large] % most
    return out


def check_fits(ask: IntArray, size: Array, node_gpus: IntArray) -> None:
    """Refuse a job that the empty cluster cannot hold."""
    most = int(node_gpus.max())
    at_least = np.array([(node_gpus >= k).sum() for k in range(most + 2)])
    per, many, rest = ask.T
    fits = (at_least[per] >= many) & ((rest == 0) | (at_least[rest] >= many + 1))
    if not fits.all():
        worst = int(np.flatnonzero(~fits)[0])
        raise InputError(
            f"a job of {float(size[worst]):g} GPUs fits on no {len(node_gpus):,} nodes of "
            f"{most:g} GPUs: it asks for {per[worst]} on each of {many[worst]}"
            + (f" and {rest[worst]} on one more" if rest[worst] else "")
        )
