"""What the grid sees: figures of a series, smoothing that balances, calls by tier."""

from __future__ import annotations

import math

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from gigawatt.operations.grid import Smoothing, Tier, answer_call, load_shape, smooth


def test_figures_of_a_step():
    power = np.array([50.0] * 60 + [80.0] * 60)
    shape = load_shape(power, 60.0)
    assert shape.ramp_up_mw_per_min == 30.0
    assert shape.ramp_down_mw_per_min == 0.0
    assert shape.swing_mw == 30.0
    assert shape.hourly_mw.tolist() == [50.0, 80.0]
    assert math.isclose(shape.load_factor, 65.0 / 80.0)


def test_a_ramp_is_no_less_than_a_jump_at_one_moment():
    power = np.array([50.0] * 30 + [65.0] + [80.0] * 29)  # a rise in the middle of a minute
    shape = load_shape(power, 60.0, drop_mw=4.0, rise_mw=30.0)
    assert (shape.ramp_up_mw_per_min, shape.ramp_down_mw_per_min) == (30.0, 4.0)
    assert load_shape(power, 60.0).ramp_up_mw_per_min == 15.0


@settings(max_examples=60)
@given(
    arrays(float, 200, elements=st.floats(0.0, 100.0)), st.floats(0.0, 40.0),
    st.floats(0.5, 50.0), st.floats(0.0, 20.0), st.floats(0.0, 100.0),
)  # fmt: skip
def test_smoothing_balances_and_keeps_the_limits(load, floor, ramp, energy, power):
    s = Smoothing(floor, ramp, energy, power)
    out = smooth(load, 60.0, s)
    hours = 60.0 / 3600.0
    into = out.drawn_mw.sum() * hours
    used = load.sum() * hours - out.held_back_mwh + out.burnt_mwh
    stored = out.stored_mwh + out.storage_loss_mwh
    assert math.isclose(into, used + stored, rel_tol=1e-9, abs_tol=1e-9)
    assert (out.drawn_mw >= floor - 1e-9).all()
    assert np.abs(np.diff(out.drawn_mw)).max() <= ramp + 1e-9
    assert out.burnt_mwh >= -1e-12
    assert out.held_back_mwh >= -1e-12


def test_without_limits_nothing_changes():
    load = np.random.default_rng(1).uniform(10, 90, 500)
    out = smooth(load, 60.0, Smoothing())
    np.testing.assert_allclose(out.drawn_mw, load)
    assert out.burnt_mwh == out.held_back_mwh == 0.0


def test_storage_spares_throughput():
    load = np.array([20.0] * 30 + [90.0] * 120 + [20.0] * 60)
    bare = smooth(load, 60.0, Smoothing(ramp_mw_per_min=2.0))
    helped = smooth(load, 60.0, Smoothing(0.0, 2.0, 60.0, 80.0))
    assert helped.held_back_mwh < 0.2 * bare.held_back_mwh
    assert helped.burnt_mwh < bare.burnt_mwh


TIERS = [Tier(0, 5e4, 50.0), Tier(1, 1e5, 100.0), Tier(3, 2e4, 20.0)]


def test_the_most_flexible_yield_first_and_tier_0_never():
    answers, missing = answer_call(TIERS, 10.0, 60.0, 2.0, 0.4)
    shed = {a.tier: a.shed_mw for a in answers}
    assert shed == {3: 10.0, 1: 0.0, 0: 0.0}
    assert missing == 0.0
    answers, missing = answer_call(TIERS, 1000.0, 60.0, 2.0, 0.4)
    by_tier = {a.tier: a for a in answers}
    assert by_tier[0].shed_mw == 0.0
    assert math.isclose(by_tier[3].throughput_lost_share, 0.5)
    assert math.isclose(by_tier[1].throughput_lost_share, 0.1)
    assert math.isclose(by_tier[1].gpu_hours_lost, 0.1 * 1e5 * 2.0)
    assert math.isclose(missing, 1000.0 - sum(a.shed_mw for a in answers))


def test_a_call_faster_than_caps_act_is_missed():
    assert answer_call(TIERS, 10.0, 5.0, 1.0, 0.4)[1] == 10.0
