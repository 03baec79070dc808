"""Racks as a rate: closed form, inverse, first come first served, and what bound."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from factories import small_program
from hypothesis import given, settings
from hypothesis import strategies as st

from gigawatt.catalog import load_catalog
from gigawatt.program.blocks import Blocks, make_blocks
from gigawatt.quantity.calendar import MonthAxis
from gigawatt.schedule.racks import RackArrivals, equip, rack_arrivals
from gigawatt.schedule.result import Binding, BuildTimes
from gigawatt.uncertainty.distributions import Point, Triangular
from gigawatt.uncertainty.streams import Streams

COUNT = 4


def arrivals(
    first: float = 10.0, rate: float = 100.0, ramp: float = 6.0, growth_log: float = 0.02
) -> RackArrivals:
    one = np.ones((1, 1))
    return RackArrivals(
        ("vr",), np.array([True]), first * one, rate * one, ramp * one, growth_log * one
    )


def four_blocks(racks: float = 100.0) -> Blocks:
    """Four equal blocks of one system on one site, one draw."""
    sizes = np.full((1, COUNT), racks)
    number = np.arange(COUNT)
    return Blocks(
        ids=tuple(f"s/p/{n}" for n in number), sites=("s",), systems=("vr",), site=0 * number,
        system=0 * number, building=number, phases=(), it_power_mw=sizes, facility_power_mw=sizes,
        grid_power_mw=sizes, racks=sizes, packages=72 * sizes,
    )  # fmt: skip


def build(hall: list[float], lead: float = 12.0, **changes: object) -> BuildTimes:
    ready = np.array([hall])
    one = np.ones_like(ready)
    base = BuildTimes(
        cleared=ready - 15.0, hall_ready=ready, energised=ready, order_due=ready - lead,
        system_lead=lead * one, install=one, accept=2.0 * one, support_ready=ready,
        hall_cause=np.full((1, len(hall)), int(Binding.BUILDING)),
        power_cause=np.full((1, len(hall)), int(Binding.GRID)),
        fixed_in_service=np.nan * one,
    )  # fmt: skip
    return replace(base, **changes)  # type: ignore[arg-type]


def named(binding: np.ndarray) -> list[str]:
    return [Binding(int(b)).name for b in binding[0]]


@pytest.mark.parametrize(
    ("ramp", "growth_log"), [(6.0, 0.02), (6.0, 0.0), (0.0, 0.02), (6.0, -0.05), (6.0, 1e-14)]
)
def test_cumulative_racks_are_the_integral_of_the_rate(ramp: float, growth_log: float):
    supply = arrivals(ramp=ramp, growth_log=growth_log)
    step = 1e-3
    x = np.arange(0.5 * step, 40.0, step)
    rate = np.where(x < ramp, x / max(ramp, 1e-9), np.exp(growth_log * (x - ramp))) * 100.0
    summed = np.cumsum(rate) * step
    at = np.array([[10.0 + (x[i] + 0.5 * step) for i in (999, 5999, 20_000, 39_000)]])
    expected = summed[[999, 5999, 20_000, 39_000]]
    assert np.allclose(supply.cumulative(0, at)[0], expected, rtol=1e-6)
    assert np.all(supply.cumulative(0, np.array([[-5.0, 10.0]])) == 0.0)


def test_world_supply_of_the_first_months_against_a_published_reading():
    """A start in (mid) August 2026 and 26 weeks to 1,200 a week: about 8,600 racks by year end."""
    days_per_week, days_per_month = 7.0, 30.4375
    ramp = 26.0 * days_per_week / days_per_month
    supply = arrivals(first=7.5, rate=1200.0 * days_per_month / days_per_week, ramp=ramp)
    made = float(supply.cumulative(0, np.array([[12.0]]))[0, 0])
    print(f"racks by year end: {made:,.0f}, {made / 8600.0 - 1.0:+.1%}")
    assert made == pytest.approx(8600.0, rel=0.05)


@given(
    st.floats(0.0, 24.0),
    st.floats(-0.06, 0.06),
    st.lists(st.floats(0.0, 80.0), min_size=1, max_size=6),
)
def test_month_of_is_the_inverse_of_cumulative(ramp: float, growth_log: float, since: list[float]):
    supply = arrivals(ramp=ramp, growth_log=growth_log)
    month = 10.0 + np.array([since])
    racks = supply.cumulative(0, month)
    back = supply.month_of(0, racks)
    # Where the curve is flat (long after a shrinking rate, or just after the start) the month is
    # not determined by the count; there the counts agree.
    assert np.allclose(supply.cumulative(0, back), racks, rtol=1e-7, atol=1e-7)
    steep = (month > 11.0) & (growth_log * (month - 10.0) > -2.0)
    assert np.allclose(back[steep], month[steep], atol=1e-5)


def test_supply_that_never_gets_there():
    shrinking = arrivals(growth_log=-0.1)  # 300 in the ramp and at most 1,000 after it
    assert np.isinf(shrinking.month_of(0, np.array([[1301.0]])))[0, 0]
    assert np.isfinite(shrinking.month_of(0, np.array([[1299.0]])))[0, 0]
    assert np.isinf(arrivals(rate=0.0).month_of(0, np.array([[1.0]])))[0, 0]
    assert arrivals(rate=0.0).month_of(0, np.array([[0.0]]))[0, 0] == 10.0


def test_a_system_without_stated_supply_is_always_there():
    program = small_program(supplies=())
    streams = Streams(1, 8)
    blocks = make_blocks(program, load_catalog(), streams)
    axis = MonthAxis.between(program.start, program.horizon)
    supply = rack_arrivals(program, blocks, axis, streams)
    assert not supply.limited.any()
    assert np.all(supply.month_of(0, blocks.racks) == -np.inf)
    assert np.all(np.isinf(supply.cumulative(0, np.zeros((8, 1)))))


def test_supply_of_a_programme_is_drawn_in_its_units():
    program = small_program()
    flat = replace(
        program.supplies[0], slip_months=Point(2.0), ramp_months=Point(6.0),
        world_per_week=Point(700.0), growth_factor=Point(1.5), programme_share=Point(0.2),
    )  # fmt: skip
    streams = Streams(1, 4)
    blocks = make_blocks(program, load_catalog(), streams)
    axis = MonthAxis.between(program.start, program.horizon)
    supply = rack_arrivals(replace(program, supplies=(flat,)), blocks, axis, streams)
    assert np.all(supply.first_month == 9.0)  # August 2026 and two months, from January 2026
    assert np.allclose(supply.rate_per_month, 700.0 / 7.0 * 0.2 * 365.25 / 12.0)
    year = supply.growth_log_per_month * 12.0
    assert np.allclose(np.exp(year), 1.5)


def test_first_come_first_served_by_hand():
    # 100 a month from month 10 on without ramp or growth; halls in the order 2, 0, 3, 1.
    done = equip(build([11.5, 20.0, 11.0, 12.0]), four_blocks(), arrivals(ramp=0.0, growth_log=0.0))
    assert np.allclose(done.delivered, [[12.0, 20.0, 11.0, 13.0]])
    assert np.allclose(done.equipped, done.delivered + 1.0)
    assert np.allclose(done.in_service, done.delivered + 3.0)
    assert named(done.binding) == ["RACKS", "BUILDING", "BUILDING", "RACKS"]


def test_what_bound_follows_its_rule():
    blocks, plenty = four_blocks(1.0), arrivals(first=0.0)
    late = build([20.0] * COUNT)
    funded = late.order_due + np.array([[0.0, 3.0, 0.0, np.inf]])
    powered = replace(late, energised=np.array([[20.0, 20.0, 30.0, 20.0]]))
    done = equip(powered, blocks, plenty, funded)
    assert named(done.binding) == ["BUILDING", "FUNDING", "GRID", "FUNDING"]
    assert np.isinf(done.in_service[0, 3])
    backup = equip(replace(late, support_ready=late.hall_ready + 9.0), blocks, plenty)
    assert named(backup.binding) == ["EQUIPMENT"] * COUNT
    # Halls ready at 5, platform at 20: the first blocks wait for it, the last ones for the queue.
    slow = arrivals(first=20.0, rate=10.0, ramp=0.0, growth_log=0.0)
    waited = equip(build([5.0] * COUNT), four_blocks(60.0), slow)
    assert named(waited.binding) == ["PLATFORM", "PLATFORM", "RACKS", "RACKS"]
    # An order that could only be placed late is the systems' lead time.
    floored = equip(replace(late, order_due=late.order_due + 4.0), blocks, plenty)
    assert named(floored.binding) == ["RACKS"] * COUNT


def test_a_block_reported_in_service_keeps_its_date_and_takes_its_racks_first():
    fixed = np.array([[np.nan, 9.0, np.nan, np.nan]])
    supply = arrivals(first=0.0, ramp=0.0, growth_log=0.0)
    free = equip(build([2.0, 6.0, 2.0, 2.0]), four_blocks(300.0), supply)
    done = equip(build([2.0, 6.0, 2.0, 2.0], fixed_in_service=fixed), four_blocks(300.0), supply)
    assert done.in_service[0, 1] == 9.0
    assert done.delivered[0, 1] == 6.0
    assert np.isfinite(done.in_service).all()
    assert free.delivered[0, 1] == 12.0


@settings(max_examples=40, deadline=None)
@given(
    st.lists(st.floats(5.0, 40.0), min_size=COUNT, max_size=COUNT),
    st.integers(0, COUNT - 1),
    st.floats(0.1, 30.0),
)
def test_funding_is_causal(halls: list[float], which: int, delay: float):
    base = build(halls)
    blocks, supply = four_blocks(150.0), arrivals()
    before = equip(base, blocks, supply)
    funded = base.order_due.copy()
    funded[0, which] += delay
    after = equip(base, blocks, supply, funded)
    earlier = base.hall_ready[0] < base.hall_ready[0, which]
    assert np.array_equal(after.delivered[0, earlier], before.delivered[0, earlier])
    assert after.in_service[0, which] >= before.in_service[0, which]
    # What was behind it is never later for it, and nothing comes before its order and lead time.
    others = np.arange(COUNT) != which
    assert np.all(after.delivered[0, others] <= before.delivered[0, others] + 1e-9)
    assert np.all(after.delivered >= funded + base.system_lead - 1e-9)


@settings(max_examples=40, deadline=None)
@given(
    st.lists(st.floats(5.0, 40.0), min_size=COUNT, max_size=COUNT),
    st.floats(1.0, 5.0),
    st.floats(-0.03, 0.05),
)
def test_more_supply_is_never_later(halls: list[float], factor: float, growth_log: float):
    blocks = four_blocks(150.0)
    less = equip(build(halls), blocks, arrivals(growth_log=growth_log))
    more = equip(build(halls), blocks, arrivals(rate=100.0 * factor, growth_log=growth_log))
    assert np.all(more.in_service <= less.in_service + 1e-9)


def test_racks_given_out_never_exceed_supply():
    rng = np.random.default_rng(5)
    halls = list(rng.uniform(8.0, 30.0, COUNT))
    supply, blocks = arrivals(), four_blocks(400.0)
    done = equip(build(halls), blocks, supply)
    order = np.argsort(done.delivered[0])
    given_out = np.cumsum(blocks.racks[0, order])
    assert np.all(given_out <= supply.cumulative(0, done.delivered)[0, order] + 1e-6)


def test_slip_is_a_floor():
    program = small_program()
    late = replace(program.supplies[0], slip_months=Triangular(12.0, 12.0, 12.0))
    streams = Streams(1, 4)
    blocks = make_blocks(program, load_catalog(), streams)
    axis = MonthAxis.between(program.start, program.horizon)
    supply = rack_arrivals(replace(program, supplies=(late,)), blocks, axis, streams)
    assert np.all(supply.month_of(0, blocks.racks) > axis.position(late.first_racks) + 12.0)
