"""Learning: what cost loses with every doubling of what was built, beside its drift over time.

    factor = ((V + own) / base) ^ log2(1 - learning share)
    V      = base x yearly factor ^ (years since the as-of date)       built by others
    own    = gigawatts of the programme whose date is earlier

so that the factor is 1 at the as-of date. Own gigawatts count by date, block by block and draw by
draw: what comes later never changes what came earlier, as the funding gate needs it. With a share
of 0, the default, the yearly factors of price hold all learning there is.
"""

from __future__ import annotations

import numpy as np

from gigawatt.money.assumptions import MoneyAssumptions
from gigawatt.quantity.arrays import Array
from gigawatt.quantity.money import price_factor


def earlier_gw(gw: Array, date: Array) -> Array:
    """Gigawatts of the blocks with an earlier date, (D, B); equal dates do not count.

    >>> earlier_gw(np.array([[1.0, 2.0, 4.0]]), np.array([[5.0, 3.0, 5.0]]))
    array([[2., 0., 2.]])
    """
    order = np.argsort(date, axis=1, kind="stable")
    sorted_gw = np.take_along_axis(gw, order, axis=1)
    sorted_date = np.take_along_axis(date, order, axis=1)
    before = np.cumsum(sorted_gw, axis=1) - sorted_gw
    # Of equal dates the first has the sum that all of them have.
    first = np.ones(date.shape, dtype=bool)
    first[:, 1:] = sorted_date[:, 1:] != sorted_date[:, :-1]
    before = np.maximum.accumulate(np.where(first, before, 0.0), axis=1)
    out = np.empty_like(before)
    np.put_along_axis(out, order, before, axis=1)
    return out


def learning_factor(
    gw: Array, date: Array, learning_share: Array, a: MoneyAssumptions, as_of_month: float
) -> Array | float:
    """Factor on the cost of each block, (D, B); 1 where nothing is learnt.

    Parameters
    ----------
    gw, date : (D, B) power, and month at which its price is struck; never counts as the as-of date.
    learning_share : (D,) cost lost a doubling, below 1.
    """
    if not learning_share.any():
        return 1.0
    known = np.isfinite(date)
    wait = np.where(known, date, as_of_month) - as_of_month
    base = a.learning_base_gw[:, None]
    others = base * price_factor(a.learning_base_yearly_factor[:, None], wait)
    own = np.where(known, earlier_gw(gw, date), 0.0)
    exponent = np.log2(1.0 - learning_share)[:, None]
    return np.asarray(((others + own) / base) ** exponent)
