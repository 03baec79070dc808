"""What one facility gigawatt can do, if all of it does one kind of work.

Of the programme's main system (the one with most planned power), in the month in which its first
gigawatt comes into service (`reference_month`)::

    tokens per day = packages per GW x output tokens/s x factor x useful share x 86,400
    FLOP per day   = packages per GW x tokens/s x FLOP/token x factor x useful share x 86,400

`useful share` holds failures, restarts and waiting (operations); the whole gigawatt is given to the
work, so idle time and curtailment are not in it. Several workloads of the kind are averaged by
their shares of the fleet.
"""

from __future__ import annotations

import numpy as np

from gigawatt.operations.result import Demand
from gigawatt.performance.result import RateTable, ServeRate, TrainRate
from gigawatt.program.blocks import Blocks
from gigawatt.quantity.arrays import Array, IntArray
from gigawatt.quantity.units import MW_PER_GW, SECONDS_PER_DAY
from gigawatt.schedule.result import ScheduleResult


def tokens_per_day_per_gw(
    blocks: Blocks, rates: RateTable, demand: Demand, schedule: ScheduleResult
) -> Array:
    """Output tokens a day of one gigawatt that only serves, (D,); 0 where nothing is served."""
    system = main_system(blocks)
    per_package = [
        rate.output_tokens_per_s_per_package if isinstance(rate, ServeRate) else None
        for rate in (of_workload[system] for of_workload in rates.rates)
    ]
    return _per_gw(blocks, rates, demand, schedule, per_package)


def training_flop_per_gw(
    blocks: Blocks, rates: RateTable, demand: Demand, schedule: ScheduleResult
) -> Array:
    """Model FLOP a day of one gigawatt that only trains, (D,); 0 where nothing is trained."""
    system = main_system(blocks)
    per_package = [
        rate.tokens_per_s_per_package * rate.flop_per_token if isinstance(rate, TrainRate) else None
        for rate in (of_workload[system] for of_workload in rates.rates)
    ]
    return _per_gw(blocks, rates, demand, schedule, per_package)


def main_system(blocks: Blocks) -> int:
    """Index of the system with most planned power (central values, so the same in all chunks)."""
    planned = np.array([p.power_mw.central / p.buildings for p in blocks.phases])
    return int(np.argmax(np.bincount(blocks.system, planned, minlength=len(blocks.systems))))


def packages_per_gw(blocks: Blocks, system: int) -> Array:
    """Packages per facility GW of the blocks with `system`, (D,)."""
    of_system = blocks.system == system
    gw = blocks.facility_power_mw[:, of_system].sum(axis=1) / MW_PER_GW
    out: Array = blocks.packages[:, of_system].sum(axis=1) / gw
    return out


def reference_month(blocks: Blocks, schedule: ScheduleResult, months: int) -> IntArray:
    """Month in which the first GW (or all of a smaller programme) is in service, (D,).

    Draws in which it never is take the last month of the calendar.
    """
    power = blocks.facility_power_mw
    order = np.argsort(schedule.in_service, axis=1, kind="stable")
    reached = np.cumsum(np.take_along_axis(power, order, axis=1), axis=1)
    needed = np.minimum(MW_PER_GW, reached[:, -1:]) * (1.0 - 1e-9)
    at = np.argmax(reached >= needed, axis=1)
    dates = np.take_along_axis(schedule.in_service, order, axis=1)
    date = np.take_along_axis(dates, at[:, None], axis=1)[:, 0]
    return np.clip(date, 0.0, months - 1.0).astype(np.int64)


def _per_gw(
    blocks: Blocks,
    rates: RateTable,
    demand: Demand,
    schedule: ScheduleResult,
    per_package: list[float | None],
) -> Array:
    """Daily work of one GW, (D,); `per_package` (W,) per second, None = another kind of work."""
    system = main_system(blocks)
    draws, _, _, months = rates.factor.shape
    row, month = np.arange(draws), reference_month(blocks, schedule, months)
    total, weight = np.zeros(draws), np.zeros(draws)
    for w, rate in enumerate(per_package):
        if rate is None:
            continue
        share = np.maximum(demand.workload_share[:, w], 1e-12)  # a share of 0 still has a rate
        useful = rates.factor[row, w, system, month] * demand.useful_share[row, system, w, month]
        total += share * rate * useful
        weight += share
    mean = total / np.where(weight > 0.0, weight, 1.0)
    return packages_per_gw(blocks, system) * mean * SECONDS_PER_DAY
