"""Racks as a rate that all sites share, and the dates that follow.

The world makes racks of a system at the rate ``R(x)``, x months after the first racks in volume
(claimed date plus slip), of which the programme gets a share s:

    R(x) = R_full x / L                          0 <= x <= L    (ramp of L months)
         = R_full exp(c (x - L)),  c = ln g / 12      x >  L    (growth g a year)

    A(x) = s R_full x^2 / (2 L)                                             x <= L
         = s R_full ( L / 2 + (exp(c (x - L)) - 1) / c )                    x >  L

Racks go to blocks first come, first served, in the order in which the blocks could take them
(`key`: hall ready, and order placed plus lead time). A block has its last rack when the cumulative
supply covers it and all blocks before it. Racks that come before the halls wait in stock; a share
that is not taken up is not lost.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial

import numpy as np

from gigawatt.program.blocks import Blocks
from gigawatt.program.model import Program
from gigawatt.quantity.arrays import Array, BoolArray, IntArray
from gigawatt.quantity.calendar import MonthAxis
from gigawatt.quantity.units import DAYS_PER_MONTH, MONTHS_PER_YEAR
from gigawatt.schedule.queue import from_stock
from gigawatt.schedule.result import Binding, BuildTimes, ScheduleResult
from gigawatt.uncertainty.streams import Streams

DAYS_PER_WEEK = 7.0
_SAME_MONTHS = 1e-9  # dates that differ by less are the same date, computed in two ways
_FLAT = 1e-12  # growth per month below which the rate is taken as constant


@dataclass(frozen=True, slots=True)
class RackArrivals:
    """Cumulative racks that the programme is offered, by system; D draws, G systems.

    Attributes
    ----------
    systems : (G,) ids, as in `Blocks.systems`.
    limited : (G,) whether the programme states a supply; without one racks are always there.
    first_month : (D, G) first racks in volume, months since the start.
    rate_per_month : (D, G) the programme's racks a month at the full rate.
    ramp_months : (D, G) linear ramp from nothing to the full rate.
    growth_log_per_month : (D, G) growth of the full rate after the ramp.
    """

    systems: tuple[str, ...]
    limited: BoolArray
    first_month: Array
    rate_per_month: Array
    ramp_months: Array
    growth_log_per_month: Array

    def cumulative(self, system: int, month: Array) -> Array:
        """Racks offered by `month`, (D, n), of the system with this index; month is (D, n)."""
        if not self.limited[system]:
            return np.full(np.shape(month), np.inf)
        first, rate, ramp, growth = self._columns(system)
        since = np.maximum(month - first, 0.0)
        ramping = np.minimum(since, ramp)
        in_ramp = np.divide(ramping**2, 2.0 * ramp, out=np.zeros_like(since), where=ramp > 0.0)
        after = np.maximum(since - ramp, 0.0)
        steady = np.abs(growth) < _FLAT
        grown = np.expm1(growth * after) / np.where(steady, 1.0, growth)
        racks: Array = rate * (in_ramp + np.where(steady, after, grown))
        return racks

    def month_of(self, system: int, racks: Array) -> Array:
        """Month by which `racks` (D, n) have been offered; exact inverse of `cumulative`.

        inf where so many are never offered.
        """
        if not self.limited[system]:
            return np.full(np.shape(racks), -np.inf)
        first, rate, ramp, growth = self._columns(system)
        # Months of the full rate that make so many racks.
        months = np.divide(racks, rate, out=np.full(np.shape(racks), np.inf), where=rate > 0.0)
        months = np.where(racks <= 0.0, 0.0, months)
        in_ramp = np.sqrt(2.0 * ramp * np.minimum(months, 0.5 * ramp))
        after = np.maximum(months - 0.5 * ramp, 0.0)
        steady = np.abs(growth) < _FLAT
        argument = np.where(steady, 0.0, growth) * np.where(np.isinf(after) & steady, 0.0, after)
        with np.errstate(divide="ignore"):
            grown = np.log1p(np.maximum(argument, -1.0)) / np.where(steady, 1.0, growth)
        return first + in_ramp + np.where(steady, after, grown)

    def _columns(self, system: int) -> tuple[Array, Array, Array, Array]:
        one = slice(system, system + 1)
        return (
            self.first_month[:, one],
            self.rate_per_month[:, one],
            self.ramp_months[:, one],
            self.growth_log_per_month[:, one],
        )


def rack_arrivals(
    program: Program, blocks: Blocks, axis: MonthAxis, streams: Streams
) -> RackArrivals:
    """Draws of the supply of every system that the programme's blocks use."""
    draws = streams.size
    columns: list[tuple[Array, Array, Array, Array]] = []
    limited: list[bool] = []
    for system in blocks.systems:
        supply = program.supply(system)
        limited.append(supply is not None)
        if supply is None:
            none = np.zeros(draws)
            columns.append((none - np.inf, none, none, none))
            continue
        where = f"supply/{system}"
        slip, ramp, world, growth, share = (
            streams.sample(f"{where}/{key}", distribution)
            for key, distribution in (
                ("slip_months", supply.slip_months),
                ("ramp_months", supply.ramp_months),
                ("world_per_week", supply.world_per_week),
                ("growth_factor", supply.growth_factor),
                ("programme_share", supply.programme_share),
            )
        )
        rate = world * share * DAYS_PER_MONTH / DAYS_PER_WEEK
        first = axis.position(supply.first_racks) + slip
        # A factor of nothing ends the supply with its ramp; the logarithm must stay finite.
        growth_log = np.log(np.maximum(growth, 1e-12)) / MONTHS_PER_YEAR
        columns.append((first, rate, ramp, growth_log))
    first, rate, ramp, growth = (np.stack([c[k] for c in columns], axis=1) for k in range(4))
    return RackArrivals(blocks.systems, np.array(limited), first, rate, ramp, growth)


def equip(
    build: BuildTimes, blocks: Blocks, arrivals: RackArrivals, funded: Array | None = None
) -> ScheduleResult:
    """Dates at which blocks get their racks and enter service, and what bound them.

    A block that is reported in service takes its racks before all others; its dates before that
    are reckoned back from the report.

    Parameters
    ----------
    build : what the sites do, D draws and B blocks.
    blocks : of the same programme.
    arrivals : supply of racks.
    funded : (D, B) month at which each block's order is funded, inf = never; by default the month
        at which it is due.
    """
    funded = build.order_due if funded is None else funded
    fixed = np.isfinite(build.fixed_in_service)
    ordered = np.where(fixed, build.order_due, np.maximum(build.order_due, funded))
    key = np.maximum(build.hall_ready, ordered + build.system_lead)
    key = np.where(fixed, build.fixed_in_service - build.accept - build.install, key)
    delivered = np.where(fixed, key, _first_come(key, blocks, arrivals))
    equipped = delivered + build.install
    in_service = np.maximum(np.maximum(equipped, build.energised), build.support_ready)
    in_service = np.where(fixed, build.fixed_in_service, in_service + build.accept)
    first = arrivals.first_month[:, blocks.system]
    return ScheduleResult(
        build=build,
        funded=funded,
        ordered=ordered,
        delivered=delivered,
        energised=build.energised,
        equipped=equipped,
        in_service=in_service,
        binding=_binding(build, funded, ordered, key, delivered, equipped, first),
    )


def _first_come(key: Array, blocks: Blocks, arrivals: RackArrivals) -> Array:
    """Month of each block's last rack: its key, or later if supply reaches it later; (D, B)."""
    delivered = np.empty_like(key)
    for system in range(len(blocks.systems)):
        here = np.flatnonzero(blocks.system == system)
        offered = partial(arrivals.month_of, system)
        delivered[:, here] = from_stock(key[:, here], blocks.racks[:, here], offered)
    return delivered


def _binding(
    build: BuildTimes,
    funded: Array,
    ordered: Array,
    key: Array,
    delivered: Array,
    equipped: Array,
    first_racks: Array,
) -> IntArray:
    """`Binding` of what was last to be ready, (D, B).

    Last rack installed: if supply came after the block could take it, PLATFORM where the wait for
    the first racks in volume was the longer part of the wait, else RACKS; if the order's lead time
    ended after the hall was ready, FUNDING where money came after the order was due, else RACKS;
    else the hall's cause. Back-up power and fibre count as EQUIPMENT.
    """
    with np.errstate(invalid="ignore"):  # never minus never
        to_platform = first_racks - key
        after_platform = delivered - np.maximum(first_racks, key)
        supply = np.where(to_platform > after_platform, Binding.PLATFORM, Binding.RACKS)
        order = np.where(funded - build.order_due > _SAME_MONTHS, Binding.FUNDING, Binding.RACKS)
        order_late = ordered + build.system_lead - build.hall_ready > _SAME_MONTHS
    cause = np.where(order_late, order, build.hall_cause)
    cause = np.where(delivered > key, supply, cause)
    cause = np.where(build.support_ready > equipped, Binding.EQUIPMENT, cause)
    powered_last = build.energised > np.maximum(equipped, build.support_ready)
    return np.where(powered_last, build.power_cause, cause).astype(np.int64)
