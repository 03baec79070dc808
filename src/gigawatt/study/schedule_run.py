"""The schedule of a programme alone: dates of all blocks and draws, as the whole chain has them.

Money gates orders where the programme's bridge has a limit; without one every order is funded when
it is due, and the money layer is not asked.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from gigawatt.catalog.sampling import sample_assumptions
from gigawatt.program.blocks import Blocks, make_blocks
from gigawatt.program.load import Loaded
from gigawatt.quantity.arrays import NEVER, Array, IntArray
from gigawatt.quantity.calendar import MonthAxis
from gigawatt.schedule.assumptions import ScheduleAssumptions
from gigawatt.schedule.build import build_times
from gigawatt.schedule.racks import equip, rack_arrivals
from gigawatt.schedule.result import BuildTimes, ScheduleResult
from gigawatt.study.chain import bridge_limit_usd
from gigawatt.study.gigawatts import gigawatt_dates
from gigawatt.uncertainty.streams import Streams

CHUNK = 20_000  # draws at once: only dates are held, and every chunk makes all streams anew


@dataclass(frozen=True, slots=True)
class ScheduleRun:
    """Dates of a programme; D draws, B blocks, K whole gigawatts. Months since the start.

    Attributes
    ----------
    loaded : the programme.
    axis : its calendar.
    sites : (B,) site id of each block; phases : (B,) phase id.
    facility_mw : (D, B).
    cleared, powered, in_service : (D, B); powered = fitted and energised; inf = never.
    binding : (D, B) `Binding`.
    gigawatts : (D, K) whole gigawatts in service; inf = never, or after the horizon.
    """

    loaded: Loaded
    axis: MonthAxis
    sites: tuple[str, ...]
    phases: tuple[str, ...]
    facility_mw: Array
    cleared: Array
    powered: Array
    in_service: Array
    binding: IntArray
    gigawatts: Array

    @property
    def draws(self) -> int:
        """Number of draws."""
        return len(self.in_service)


def schedule_run(loaded: Loaded, draws: int, seed: int) -> ScheduleRun:
    """Schedule of all draws of a programme, and nothing else."""
    program = loaded.program
    axis = MonthAxis.between(program.start, program.horizon)
    parts: list[tuple[Array, Array, Array, Array, IntArray]] = []
    blocks: Blocks | None = None
    for start in range(0, draws, CHUNK):
        streams = Streams(seed, draws, start, min(start + CHUNK, draws))
        blocks = make_blocks(program, loaded.catalog, streams)
        build, done = _chunk(loaded, axis, blocks, streams)
        powered = np.maximum(build.hall_ready, build.energised)
        parts.append(
            (blocks.facility_power_mw, build.cleared, powered, done.in_service, done.binding)
        )
    assert blocks is not None
    power, cleared, powered, in_service = (np.concatenate([p[k] for p in parts]) for k in range(4))
    dates = gigawatt_dates(in_service, power)
    return ScheduleRun(
        loaded, axis, tuple(blocks.sites[s] for s in blocks.site),
        tuple(p.id for p in blocks.phases), power, cleared, powered, in_service,
        np.concatenate([p[4] for p in parts]), np.where(dates < axis.count, dates, NEVER),
    )  # fmt: skip


def _chunk(
    loaded: Loaded, axis: MonthAxis, blocks: Blocks, streams: Streams
) -> tuple[BuildTimes, ScheduleResult]:
    program = loaded.program
    a = sample_assumptions(loaded.catalog, streams, "schedule", ScheduleAssumptions)
    build = build_times(program, loaded.catalog, blocks, axis, streams, a)
    arrivals = rack_arrivals(program, blocks, axis, streams)
    limit = bridge_limit_usd(program, streams)
    if np.all(np.isinf(limit)):
        return build, equip(build, blocks, arrivals)
    from gigawatt.money.inputs import money_inputs
    from gigawatt.money.instruments.bridge import operating_share
    from gigawatt.study.chain import run_chain
    from gigawatt.study.sweep import funded_months

    inputs = money_inputs(program, loaded.catalog, blocks, axis, streams)
    if operating_share(inputs).any():  # what was earned decides what is funded
        return build, run_chain(loaded, streams).schedule
    funded = funded_months(build, blocks, arrivals, inputs, limit, axis.count)
    return build, equip(build, blocks, arrivals, funded)
