"""Capacity that leaves: phases whose systems are not renewed at the end of their life.

    retired = in service + IT life,   for phases with `refresh = false`;   never for the others

From then on the block does no work: its offtake and its users' payments end, upkeep and energy with
the capacity, and the used systems are sold (unless a lessor owns them)::

    salvage = sum over payments of amount x resale factor ^ years since     markets -> cloud

The rent of the hall goes on for the term of its lease, and so do contracts of power.
"""

from __future__ import annotations

import numpy as np

from gigawatt.money.flows import Line, lines_of_blocks, monthly_lumps
from gigawatt.money.inputs import LEASE_OF_SYSTEMS, MoneyInputs
from gigawatt.money.instruments.equipment_purchase import system_payments
from gigawatt.money.operation import entries_of
from gigawatt.money.result import Entry
from gigawatt.quantity.arrays import NEVER, Array, BoolArray
from gigawatt.quantity.units import MONTHS_PER_YEAR
from gigawatt.schedule.result import ScheduleResult

SALVAGE = "salvage"


def renewed(inputs: MoneyInputs) -> BoolArray:
    """Whether each block's systems are replaced at the end of their life, (B,)."""
    return np.array([p.refresh for p in inputs.blocks.phases], dtype=bool)


def retired_month(inputs: MoneyInputs, schedule: ScheduleResult) -> Array:
    """Month at which each block leaves service, (D, B); inf = never."""
    life = inputs.assumptions.it_life_years[:, None] * MONTHS_PER_YEAR
    return np.where(renewed(inputs), NEVER, schedule.in_service + life)


def salvage(inputs: MoneyInputs, schedule: ScheduleResult, months: int) -> list[Entry]:
    """What the systems of blocks that leave service bring."""
    kept = renewed(inputs) | (inputs.cover[LEASE_OF_SYSTEMS] >= 0)
    if kept.all():
        return []
    lines, line = lines_of_blocks(
        None if stays else Line("markets", cloud, SALVAGE, SALVAGE)
        for stays, cloud in zip(kept, inputs.party_of_block(inputs.cloud), strict=True)
    )
    date = retired_month(inputs, schedule)
    factor = inputs.assumptions.resale_yearly_factor[:, None]
    worth = np.zeros_like(date)
    for _, amount, paid in system_payments(inputs, schedule):
        known = np.isfinite(date) & np.isfinite(paid) & (paid >= 0.0)
        age = np.where(known, date, 0.0) - np.where(known, paid, 0.0)
        worth += np.where(known, amount * factor ** (age / MONTHS_PER_YEAR), 0.0)
    return entries_of(lines, monthly_lumps(worth, date, line, len(lines), months))
