"""What is paid between one tranche of milestone equity and the next.

Row k holds what is paid from the month after the k-th tranche to that of the next release; the last
row is what follows the last. The money of a tranche itself belongs to the row that it opens.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

import numpy as np

from gigawatt.money.result import Entry, Ledger
from gigawatt.quantity.arrays import Array, IntArray

Counts = Callable[[Entry], float]


def paid_by_tranche(
    ledger: Ledger, parts: Mapping[str, Counts], opening: frozenset[str] = frozenset()
) -> dict[str, Array] | None:
    """Name → (K,) mean USD paid in each row; None where nothing is released.

    Parameters
    ----------
    parts : name → how often a payment counts: 1, 0, or -1 for what is paid back.
    opening : names of parts that arrive with a tranche: the month of a release belongs to the row
        that it opens.
    """
    count = _released(ledger)
    if count is None:
        return None
    before = np.pad(count, ((0, 0), (1, 0)))[:, :-1]
    rows = int(count.max()) + 1
    out = {}
    for name, counts in parts.items():
        paid = np.zeros_like(ledger.gap_usd)
        for e in ledger.entries:
            sign = counts(e)
            if sign:
                paid += sign * e.amount_usd
        row = count if name in opening else before
        total = np.bincount(row.ravel(), paid.ravel(), minlength=rows)
        out[name] = np.asarray(total / ledger.gap_usd.shape[0])
    return out


def _released(ledger: Ledger) -> IntArray | None:
    """Tranches released up to each month, (D, M); None without any."""
    released = ledger.tranche_released_usd > 0.0
    if not released.any():
        return None
    size = np.where(released, ledger.tranche_released_usd, np.inf).min()
    count: IntArray = np.round(np.cumsum(ledger.tranche_released_usd, axis=1) / size).astype(
        np.int64
    )
    return count
