from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gigawatt.money.flows import Levels, Line, Lumps, lines_of_blocks, monthly_steps

LINES = (Line("a", "b", "x", "one"), Line("c", "b", "x", "one"))


def random_plan(kind, seed):
    rng = np.random.default_rng(seed)
    shape = (3, 7)
    line = rng.integers(-1, 2, shape[1])
    amount = rng.uniform(0.0, 1e10, shape)
    start = rng.uniform(-10.0, 60.0, shape)
    start[rng.random(shape) < 0.2] = np.inf
    start[rng.random(shape) < 0.2] = rng.integers(0, 40)
    if kind is Lumps:
        return Lumps(LINES, line, amount, start)
    return Levels(LINES, line, amount, start, start + rng.uniform(0.0, 30.0, shape))


@given(st.sampled_from([Lumps, Levels]), st.integers(0, 10**6))
@settings(max_examples=60, deadline=None)
def test_what_is_paid_before_a_month_is_the_sum_of_the_months_before(kind, seed):
    plan = random_plan(kind, seed)
    monthly = plan.monthly(48)
    assert monthly.min() >= 0.0
    for month in (0, 1, 7, 30, 48):
        total = monthly[..., :month].sum(axis=-1)
        np.testing.assert_allclose(plan.before(month), total, rtol=1e-9, atol=1e-4)


def test_a_level_rate_pays_its_overlap_with_each_month():
    plan = Levels(
        LINES[:1], np.array([0]), np.array([[10.0]]), np.array([[1.25]]), np.array([[3.5]])
    )
    np.testing.assert_allclose(plan.monthly(6)[0, 0], [0.0, 7.5, 10.0, 5.0, 0.0, 0.0], atol=1e-12)


def test_a_level_rate_from_before_the_start_is_booked_from_the_start():
    plan = Levels(
        LINES[:1], np.array([0]), np.array([[10.0]]), np.array([[-5.0]]), np.array([[1.5]])
    )
    np.testing.assert_allclose(plan.monthly(3)[0, 0], [10.0, 5.0, 0.0], atol=1e-12)


def test_nothing_is_paid_before_the_first_step_exactly():
    steps = monthly_steps(
        np.array([[[1.0], [-1.0]]]), np.array([[[2.5], [3.3]]]), np.array([0]), 1, 5
    )
    assert np.all(steps[0, 0, :2] == 0.0)
    np.testing.assert_allclose(steps[0, 0], [0, 0, 0.5, 0.3, 0], atol=1e-12)


def test_a_party_does_not_pay_itself():
    lines, line = lines_of_blocks([Line("a", "a", "x", "y"), None, Line("a", "b", "x", "y")])
    assert lines == (Line("a", "b", "x", "y"),)
    assert line.tolist() == [-1, -1, 0]


@pytest.mark.parametrize("date", [-0.001, 48.0, np.inf])
def test_lumps_outside_the_calendar_are_dropped(date):
    plan = Lumps(LINES[:1], np.array([0]), np.array([[10.0]]), np.array([[date]]))
    assert plan.monthly(48).sum() == 0.0
