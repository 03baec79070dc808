"""Compute outside of private firms: its share, and what a programme does to it.

    share after   = share x (others' stock) / (others' stock + programme)
    share by date = share x (growth of the group / growth of all)^years

Shares are of the known clusters (10 to 20 % of the world), most of them in research; the private
stock that nobody lists makes the true public share smaller still.
"""

from __future__ import annotations

import numpy as np

from gigawatt.quantity.arrays import Array


def share_after(share: Array | float, others: Array | float, programme: Array | float) -> Array:
    """Share of a group after a programme to which the group has no access.

    >>> float(share_after(0.09, 20e6, 10e6))
    0.06
    """
    return np.asarray(share * np.asarray(others) / (np.asarray(others) + programme))


def share_by_date(
    share: Array | float,
    group_factor: Array | float,
    all_factor: Array | float,
    years: Array | float,
) -> Array:
    """Share of a group whose stock grows by another factor a year than the whole."""
    return np.asarray(share * np.power(np.asarray(group_factor) / all_factor, years))
