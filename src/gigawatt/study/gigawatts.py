"""Dates of whole gigawatts, from the dates of blocks."""

from __future__ import annotations

import numpy as np

from gigawatt.quantity.arrays import NEVER, Array
from gigawatt.quantity.units import MW_PER_GW


def gigawatt_dates(in_service: Array, facility_mw: Array) -> Array:
    """Date at which each whole facility gigawatt is in service.

    Parameters
    ----------
    in_service : (D, B) months since the start, inf = never.
    facility_mw : (D, B) facility power of the blocks.

    Returns
    -------
    (D, K) month at which the k-th gigawatt (k = 1 … K) is complete; inf = never. K is the largest
    number of whole gigawatts of any draw, at least 10.
    """
    order = np.argsort(in_service, axis=1, kind="stable")
    dates = np.take_along_axis(in_service, order, axis=1)
    reached = np.cumsum(np.take_along_axis(facility_mw, order, axis=1), axis=1) / MW_PER_GW
    count = max(10, int(np.floor(reached[:, -1].max())))
    out = np.full((len(in_service), count), NEVER)
    for k in range(count):
        enough = reached >= k + 1 - 1e-9
        first = np.argmax(enough, axis=1)
        rows = np.arange(len(first))
        out[:, k] = np.where(enough.any(axis=1), dates[rows, first], NEVER)
    return out
