"""Distributions against closed forms and against what they promise."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from gigawatt.uncertainty.distributions import (
    Choices,
    LogNormal,
    Normal,
    Point,
    Triangular,
    Uniform,
    choices,
    from_p05_p95,
)

U = (np.arange(1000) + 0.5) / 1000
ordered = st.lists(st.floats(-1e6, 1e6), min_size=3, max_size=3).map(sorted)


@given(ordered)
def test_triangle_agrees_with_scipy(corners):
    low, mode, high = corners
    got = Triangular(low, mode, high).ppf(U)
    if high - low < 1e-3:
        assert np.all((got >= low - 1e-9) & (got <= high + 1e-9))
        return
    reference = stats.triang((mode - low) / (high - low), loc=low, scale=high - low).ppf(U)
    np.testing.assert_allclose(got, reference, rtol=1e-7, atol=1e-6 * max(1.0, high - low))


@pytest.mark.parametrize(
    "distribution",
    [Point(3.0), Uniform(1.0, 4.0), Triangular(1.0, 1.0, 4.0), LogNormal(2.0, 0.5),
     Normal(-1.0, 2.0), Choices((1.0, 5.0), (0.3, 0.7))],
)  # fmt: skip
def test_inverse_rises_and_scales(distribution):
    values = distribution.ppf(U)
    assert (np.diff(values) >= 0).all()
    np.testing.assert_allclose(distribution.scaled(10.0).ppf(U), 10.0 * values)
    assert values.min() - 0.01 <= distribution.central <= values.max() + 0.01


@given(st.floats(0.01, 1e6), st.floats(1.0, 50.0))
def test_a_range_keeps_its_percentiles(p05, ratio):
    got = from_p05_p95(p05, p05 * ratio).ppf(np.array([0.05, 0.95]))
    np.testing.assert_allclose(got, [p05, p05 * ratio], rtol=1e-6)


def test_a_range_below_zero_is_normal():
    got = from_p05_p95(-2.0, 4.0)
    assert isinstance(got, Normal)
    np.testing.assert_allclose(got.ppf(np.array([0.05, 0.5, 0.95])), [-2.0, 1.0, 4.0], atol=1e-9)


def test_choices_come_by_weight():
    drawn = choices([10.0, 20.0], [1.0, 3.0]).ppf(U)
    assert np.mean(drawn == 10.0) == pytest.approx(0.25, abs=0.002)
