"""Hand-made results of the earlier layers for a small programme."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pytest
from factories import small_program

from gigawatt.catalog import Catalog, load_catalog
from gigawatt.catalog.sampling import sample_assumptions
from gigawatt.energy.result import EnergyResult
from gigawatt.impact.accounts import impact
from gigawatt.impact.assumptions import ImpactAssumptions
from gigawatt.impact.result import ImpactResult
from gigawatt.operations.result import Delivered, Demand
from gigawatt.performance.result import RateTable, ServeRate, TrainRate
from gigawatt.program.blocks import Blocks, make_blocks
from gigawatt.program.model import Program
from gigawatt.quantity.calendar import MonthAxis
from gigawatt.schedule.result import BuildTimes, Capacity, ScheduleResult
from gigawatt.uncertainty.streams import Streams

TRAIN = TrainRate(
    model="m", system="vr200-nvl72", setting="", packages=8192, tokens_per_s_per_package=2.0e4,
    flop_per_token=2.5e11, mfu=0.3, step_time_s=1.0, power_compute_w=1.0, power_communication_w=1.0,
    power_idle_w=1.0, compute_share=0.9, communication_share=0.1, checkpoint_bytes=1.0,
    sigma_log=0.1,
)  # fmt: skip
SERVE = ServeRate(
    model="m", system="vr200-nvl72", setting="", input_tokens=4000.0, output_tokens=1000.0,
    output_tokens_per_s_per_package=3000.0, input_tokens_per_s_per_package=12000.0,
    tokens_per_s_per_user=50.0, ttft_ms=1.0, tpot_ms=1.0, power_w=1.0, sigma_log=0.1,
)  # fmt: skip


@dataclass(frozen=True)
class Case:
    program: Program
    catalog: Catalog
    axis: MonthAxis
    blocks: Blocks
    streams: Streams
    capacity: Capacity
    done: Delivered
    demand: Demand
    rates: RateTable
    energy: EnergyResult
    assumptions: ImpactAssumptions

    def run(self) -> ImpactResult:
        return impact(
            self.program, self.catalog, self.blocks, self.capacity, self.done, self.rates,
            self.energy, self.axis, self.streams, self.assumptions,
        )  # fmt: skip


def make_case(seed: int = 1, draws: int = 5, **changes: object) -> Case:
    program = small_program(**changes)
    catalog = load_catalog()
    streams = Streams(seed=seed, draws=draws)
    axis = MonthAxis.between(program.start, program.horizon)
    blocks = make_blocks(program, catalog, streams)
    rng = np.random.default_rng(seed)
    s, g, w, m = len(blocks.sites), len(blocks.systems), 2, axis.count

    def some(*shape: int) -> np.ndarray:
        return rng.uniform(0.0, 1.0, (draws, *shape))

    return Case(
        program, catalog, axis, blocks, streams,
        Capacity(some(s, g, m) * 1e5, some(s, g, m) * 1e5, some(s, m), some(s, m), some(g, m)),
        Delivered(some(s, g, w, m) * 1e7, {"idle": some(s, m)}, some(s, m)),
        Demand(some(s, g, m), some(g, w, m), {}, some(w), some(s, m)),
        RateTable(("train", "serve"), blocks.systems, ((TRAIN,) * g, (SERVE,) * g),
                  some(w, g, m) + 0.5),
        EnergyResult(("grid",), some(s, 1, m) * 1e5, some(s, m), some(s, m), some(s, m) * 1e5,
                     some(s, m) * 1e5, *(some(s, m) for _ in range(3)),
                     *(some(s, 1, m) for _ in range(3))),
        sample_assumptions(catalog, streams, "impact", ImpactAssumptions),
    )  # fmt: skip


def schedule_of(in_service: np.ndarray) -> ScheduleResult:
    none = np.zeros_like(in_service)
    whole = none.astype(int)
    build = BuildTimes(none, none, none, none, none, none, none, none, whole, whole, none)
    return ScheduleResult(build, none, none, none, none, none, in_service, whole)


@pytest.fixture(scope="session")
def case_of():
    return make_case


@pytest.fixture(scope="session")
def in_service():
    return schedule_of
