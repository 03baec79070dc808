"""A small programme with random dates, for tests of the ledger."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pytest
from factories import small_program

from gigawatt.catalog import load_catalog
from gigawatt.money.inputs import MoneyInputs, money_inputs
from gigawatt.money.result import Ledger
from gigawatt.money.settle import settle
from gigawatt.operations.result import Delivered
from gigawatt.program.blocks import make_blocks
from gigawatt.program.model import Program
from gigawatt.quantity.calendar import MonthAxis
from gigawatt.schedule.result import BuildTimes, Capacity, ScheduleResult
from gigawatt.uncertainty.streams import Streams


@dataclass(frozen=True)
class Case:
    """Inputs of `settle` with made-up dates, and what it gives."""

    program: Program
    inputs: MoneyInputs
    schedule: ScheduleResult
    capacity: Capacity
    energy_cost_usd: np.ndarray
    done: Delivered

    def settle(self) -> Ledger:
        return settle(self.inputs, self.schedule, self.capacity, self.energy_cost_usd, self.done)


def make_case(seed: int = 1, draws: int = 6, program: Program | None = None) -> Case:
    """Case with random dates: some before the start, some never."""
    program = program or small_program()
    catalog = load_catalog()
    streams = Streams(seed=seed, draws=draws)
    axis = MonthAxis.between(program.start, program.horizon)
    blocks = make_blocks(program, catalog, streams)
    inputs = money_inputs(program, catalog, blocks, axis, streams)
    rng = np.random.default_rng(seed)
    schedule = random_schedule(rng, (draws, blocks.count), axis.count)
    shape = (draws, len(blocks.sites), axis.count)
    hours = rng.uniform(0.0, 1e6, (draws, shape[1], len(blocks.systems), 2, axis.count))
    done = Delivered(hours, {"idle": rng.uniform(0.0, 1e6, shape)}, np.zeros(shape))
    capacity = Capacity(
        packages_end=np.zeros((1,)), packages_avg=np.zeros((1,)),
        facility_mw_end=np.zeros(shape), it_mw_avg=rng.uniform(0.0, 200.0, shape),
        racks_delivered=np.zeros((1,)),
    )  # fmt: skip
    return Case(program, inputs, schedule, capacity, rng.uniform(0.0, 1e7, shape), done)


def random_schedule(rng: np.random.Generator, shape: tuple[int, int], months: int):
    cleared = rng.uniform(-12.0, 0.5 * months, shape)
    ready = cleared + rng.uniform(0.0, 30.0, shape)
    ordered = rng.uniform(-6.0, 0.6 * months, shape)
    delivered = ordered + rng.uniform(3.0, 15.0, shape)
    in_service = np.maximum(ready, delivered) + rng.uniform(0.0, 6.0, shape)
    never = rng.random(shape)
    ready[never < 0.05] = np.inf
    cleared[never < 0.02] = np.inf
    ordered[(never > 0.93)] = np.inf
    delivered[never > 0.9] = np.inf
    in_service[(never > 0.85) | (never < 0.05)] = np.inf
    none = np.zeros(shape)
    build = BuildTimes(
        cleared=cleared, hall_ready=ready, energised=ready, order_due=ordered, system_lead=none,
        install=none, accept=none, support_ready=none, hall_cause=none.astype(int),
        power_cause=none.astype(int), fixed_in_service=np.full(shape, np.nan),
    )  # fmt: skip
    return ScheduleResult(
        build=build, funded=ordered, ordered=ordered, delivered=delivered, energised=ready,
        equipped=in_service, in_service=in_service, binding=none.astype(int),
    )  # fmt: skip


def fixed_schedule(shape: tuple[int, int], **dates: float) -> ScheduleResult:
    """All blocks on the same dates: cleared, ready, ordered, delivered, in_service."""
    full = {name: np.full(shape, float(value)) for name, value in dates.items()}
    none = np.zeros(shape)
    build = BuildTimes(
        cleared=full["cleared"], hall_ready=full["ready"], energised=full["ready"],
        order_due=full["ordered"], system_lead=none, install=none, accept=none, support_ready=none,
        hall_cause=none.astype(int), power_cause=none.astype(int),
        fixed_in_service=np.full(shape, np.nan),
    )  # fmt: skip
    return ScheduleResult(
        build=build, funded=full["ordered"], ordered=full["ordered"], delivered=full["delivered"],
        energised=full["ready"], equipped=full["in_service"], in_service=full["in_service"],
        binding=none.astype(int),
    )  # fmt: skip


@pytest.fixture(scope="session")
def case_of():
    return make_case


@pytest.fixture(scope="session")
def dates_of():
    return fixed_schedule
