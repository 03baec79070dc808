"""Yearly slots that all sites of the programme share: crews, on-site plant, transformers.

`[[limit]]` of a programme states how many megawatts a year of each can be served. Slots that are
not taken are lost; blocks are served in the order in which they would be ready
(`queue.from_slots`).

    crews          fit-out of halls               moves hall_ready of every block
    onsite         makers of on-site plant        moves power of blocks whose plant is not in hand
    transformers   makers of large transformers   moves power of blocks whose grid is not in hand
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from gigawatt.program.blocks import Blocks
from gigawatt.program.model import Phase, Program, SharedLimit
from gigawatt.quantity.arrays import Array, BoolArray
from gigawatt.quantity.calendar import MonthAxis
from gigawatt.quantity.units import MONTHS_PER_YEAR
from gigawatt.schedule.changes import Plan
from gigawatt.schedule.queue import from_slots
from gigawatt.schedule.result import Binding
from gigawatt.uncertainty.streams import Streams

BINDINGS = {
    "crews": Binding.BUILDING, "onsite": Binding.ONSITE, "transformers": Binding.EQUIPMENT,
}  # fmt: skip


def with_limits(
    plan: Plan, program: Program, blocks: Blocks, axis: MonthAxis, streams: Streams, as_of: float
) -> Plan:
    """`plan` with the shared slots of the programme."""
    for limit in program.limits:
        takes = np.array([_takes(limit.resource, p) for p in blocks.phases], dtype=np.bool_)
        rate = streams.sample(f"limit/{limit.id}/mw_per_year", limit.mw_per_year)
        opens = np.full((streams.size, 1), max(as_of, axis.position(limit.opens)))
        amount = np.where(takes & plan.open, blocks.facility_power_mw, 0.0)
        plan = _served(plan, limit, amount, (rate / MONTHS_PER_YEAR)[:, None], opens)
    return plan


def _served(plan: Plan, limit: SharedLimit, amount: Array, rate: Array, opens: Array) -> Plan:
    binding = BINDINGS[limit.resource]
    if limit.resource == "crews":
        hall = from_slots(plan.hall_ready, amount, rate, opens)
        moved = _gained(hall, plan.hall_ready)
        binds: BoolArray = moved > plan.hall_weight
        # A building is not energised before its hall stands.
        power = np.where(
            plan.energised >= plan.hall_ready - 1e-9,
            np.maximum(plan.energised, hall), plan.energised,
        )  # fmt: skip
        late = binds & (power > plan.energised)
        return replace(
            plan, hall_ready=hall, energised=power,
            hall_cause=np.where(binds, binding, plan.hall_cause),
            hall_weight=np.where(binds, moved, plan.hall_weight),
            power_cause=np.where(late, binding, plan.power_cause),
            power_weight=np.where(late, moved, plan.power_weight),
        )  # fmt: skip
    takers = np.flatnonzero(amount.any(axis=0))  # the others are neither moved nor in the queue
    power = plan.energised.copy()
    power[:, takers] = from_slots(plan.energised[:, takers], amount[:, takers], rate, opens)
    moved = _gained(power, plan.energised)
    binds = moved > plan.power_weight
    return replace(
        plan, energised=power,
        power_cause=np.where(binds, binding, plan.power_cause),
        power_weight=np.where(binds, moved, plan.power_weight),
    )  # fmt: skip


def _gained(after: Array, before: Array) -> Array:
    with np.errstate(invalid="ignore"):  # never minus never
        gained = after - before
    gained[~np.isfinite(gained)] = 0.0
    return gained


def _takes(resource: str, phase: Phase) -> bool:
    """Whether blocks of a phase take slots of a resource."""
    if resource == "crews":
        return True
    return phase.route == {"onsite": "onsite", "transformers": "grid"}[resource] and not (
        phase.power_contracted
    )
