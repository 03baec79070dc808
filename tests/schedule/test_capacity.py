"""Folding dates into months: by hand, against a plain loop, and invariants."""

from __future__ import annotations

import datetime as dt

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from gigawatt.program.blocks import Blocks
from gigawatt.quantity.calendar import MonthAxis
from gigawatt.schedule.capacity import capacity
from gigawatt.schedule.result import BuildTimes, ScheduleResult

AXIS = MonthAxis(dt.date(2026, 1, 1), 24)
SITES, SYSTEMS = 2, 2


def blocks_of(count: int, draws: int, seed: int = 0) -> Blocks:
    rng = np.random.default_rng(seed)
    it = rng.uniform(50.0, 200.0, (draws, count))
    return Blocks(
        ids=tuple(str(n) for n in range(count)), sites=("a", "b"), systems=("x", "y"),
        site=rng.integers(0, SITES, count), system=rng.integers(0, SYSTEMS, count),
        building=np.zeros(count, dtype=np.int64), phases=(), it_power_mw=it,
        facility_power_mw=1.25 * it, grid_power_mw=it, racks=5.0 * it, packages=360.0 * it,
    )  # fmt: skip


def scheduled(in_service: np.ndarray, delivered: np.ndarray | None = None) -> ScheduleResult:
    none = np.zeros_like(in_service)
    causes = none.astype(np.int64)
    build = BuildTimes(none, none, none, none, none, none, none, none, causes, causes, none)
    arrived = in_service - 2.0 if delivered is None else delivered
    return ScheduleResult(build, none, none, arrived, none, none, in_service, causes)


def test_one_block_by_hand():
    blocks = blocks_of(1, 1)
    result = capacity(scheduled(np.array([[3.25]])), blocks, AXIS)
    s, g = int(blocks.site[0]), int(blocks.system[0])
    packages = float(blocks.packages[0, 0])
    assert np.allclose(result.packages_end[0, s, g, :6] / packages, [0, 0, 0, 1, 1, 1])
    assert np.allclose(result.packages_avg[0, s, g, :6] / packages, [0, 0, 0, 0.75, 1, 1])
    assert np.allclose(result.racks_delivered[0, g, :3], [0, float(blocks.racks[0, 0]), 0])
    assert result.packages_end.shape == (1, SITES, SYSTEMS, AXIS.count)
    assert result.facility_mw_end.shape == (1, SITES, AXIS.count)
    assert result.racks_delivered.shape == (1, SYSTEMS, AXIS.count)


@settings(max_examples=30, deadline=None)
@given(st.integers(0, 10_000))
def test_agrees_with_a_plain_loop(seed: int):
    draws, count = 3, 7
    rng = np.random.default_rng(seed)
    dates = rng.uniform(-6.0, 30.0, (draws, count))
    dates[rng.random((draws, count)) < 0.15] = np.inf
    dates[0, 0] = 5.0  # on the first of a month
    blocks = blocks_of(count, draws, seed)
    result = capacity(scheduled(dates), blocks, AXIS)
    end = np.zeros_like(result.packages_end)
    average = np.zeros_like(result.packages_avg)
    it_average = np.zeros_like(result.it_mw_avg)
    facility = np.zeros_like(result.facility_mw_end)
    racks = np.zeros_like(result.racks_delivered)
    for d in range(draws):
        for b in range(count):
            s, g = blocks.site[b], blocks.system[b]
            for m in range(AXIS.count):
                there = min(max(m + 1 - dates[d, b], 0.0), 1.0)
                end[d, s, g, m] += blocks.packages[d, b] * (there > 0)
                facility[d, s, m] += blocks.facility_power_mw[d, b] * (there > 0)
                average[d, s, g, m] += blocks.packages[d, b] * there
                it_average[d, s, m] += blocks.it_power_mw[d, b] * there
                racks[d, g, m] += blocks.racks[d, b] * (m <= dates[d, b] - 2.0 < m + 1)
    assert np.allclose(result.packages_end, end)
    assert np.allclose(result.packages_avg, average, atol=1e-6)
    assert np.allclose(result.facility_mw_end, facility)
    assert np.allclose(result.it_mw_avg, it_average, atol=1e-6)
    assert np.allclose(result.racks_delivered, racks)


def test_capacity_never_falls_and_lies_between_two_month_ends():
    rng = np.random.default_rng(2)
    blocks = blocks_of(12, 20)
    result = capacity(scheduled(rng.uniform(0.0, 30.0, (20, 12))), blocks, AXIS)
    assert np.all(np.diff(result.packages_end, axis=3) >= 0.0)
    before = np.concatenate(
        [np.zeros_like(result.packages_end[..., :1]), result.packages_end[..., :-1]], axis=3
    )
    assert np.all(result.packages_avg >= before - 1e-6)
    assert np.all(result.packages_avg <= result.packages_end + 1e-6)


def test_never_is_never():
    result = capacity(scheduled(np.full((2, 3), np.inf)), blocks_of(3, 2), AXIS)
    for array in (result.packages_end, result.it_mw_avg, result.racks_delivered):
        assert not array.any()
