"""The causal sweep: which month each block's systems are funded, given the ledger before it.

With an unlimited bridge (the default of the bundled programmes) money never waits and every order
is funded when it is due. With a limit the sweep goes month by month: orders that are due ask, first
come first served, and are funded while the gap of the months before, what is already committed, and
their own cost stay below the limit. Nothing of a later month is looked at, so running the sweep on
its own result changes nothing (property test).
"""

from __future__ import annotations

import numpy as np

from gigawatt.money.funding import committed_usd, gap_usd
from gigawatt.money.inputs import MoneyInputs, order_cost_usd
from gigawatt.program.blocks import Blocks
from gigawatt.quantity.arrays import NEVER, Array, BoolArray
from gigawatt.schedule.racks import RackArrivals, equip
from gigawatt.schedule.result import BuildTimes


def funded_months(
    build: BuildTimes,
    blocks: Blocks,
    arrivals: RackArrivals,
    inputs: MoneyInputs,
    limit_usd: Array,
    months: int,
    repaid: Array | None = None,
) -> Array:
    """Month at which each block's order is funded.

    Parameters
    ----------
    build, blocks, arrivals, inputs : of the same chunk, D draws and B blocks.
    limit_usd : (D,) most that may be outstanding at the bridge; inf = no limit.
    months : length of the calendar; what is not funded within it is never funded.
    repaid : (D, P, M) what operating cash has repaid by the end of each month; None = nothing.

    Returns
    -------
    (D, B) months since the start, inf = never.
    """
    if np.all(np.isinf(limit_usd)):
        return build.order_due.copy()
    cost = order_cost_usd(inputs)
    funded = np.where(np.isinf(limit_usd)[:, None], build.order_due, NEVER)
    for month in range(months):
        asks: BoolArray = (build.order_due < month + 1) & np.isinf(funded)
        if not asks.any():
            continue
        schedule = equip(build, blocks, arrivals, funded)
        spent = gap_usd(inputs, schedule, month, repaid)
        spent = spent + committed_usd(inputs, schedule, month)
        granted = asks & _fits(asks, build.order_due, cost, limit_usd - spent)
        funded = np.where(granted, np.maximum(build.order_due, month), funded)
    return funded


def _fits(asks: BoolArray, due: Array, cost: Array, room_usd: Array) -> BoolArray:
    """Whether each ask fits the room with all asks that were due before it, (D, B) booleans."""
    order = np.argsort(np.where(asks, due, NEVER), axis=1, kind="stable")
    queued = np.take_along_axis(np.where(asks, cost, 0.0), order, axis=1)
    fits = np.cumsum(queued, axis=1) <= room_usd[:, None]
    out: BoolArray = np.empty_like(fits)
    np.put_along_axis(out, order, fits, axis=1)
    return out
