"""Rates of return against pyxirr and against polynomials with known roots."""

from __future__ import annotations

import numpy as np
import pytest
import pyxirr
from hypothesis import given, settings
from hypothesis import strategies as st

from gigawatt.money.irr import all_rates, irr


def test_rates_agree_with_pyxirr():
    rng = np.random.default_rng(1)
    flows = np.abs(rng.normal(0.02, 0.01, (300, 180)))
    flows[:, :24] *= -5.0
    found = irr(flows, 12.0)
    expected = [(1.0 + pyxirr.irr(row)) ** 12 - 1.0 for row in flows]
    np.testing.assert_allclose(found.rate, expected, rtol=0, atol=1e-10)
    assert np.all(found.roots == 1)


@given(st.lists(st.floats(-0.5, 1.5), min_size=1, max_size=4))
@settings(max_examples=60, deadline=None)
def test_roots_of_a_product_are_found_and_counted(rates):
    """Flows whose value is the product of (1 - v (1 + r_k)) have exactly these rates."""
    gaps = np.diff(sorted(rates))
    if np.any(gaps < 0.02):
        return
    flows = np.array([1.0])
    for rate in rates:
        flows = np.convolve(flows, [1.0, -(1.0 + rate)])
    assert irr(flows[None]).roots[0] == len(rates)
    np.testing.assert_allclose(all_rates(flows), sorted(rates), atol=1e-7)


def test_two_rates_between_two_points_of_the_grid_are_seen():
    flows = np.convolve([1.0, -1.1], [1.0, -1.1001])
    assert irr(flows[None]).roots[0] == 2
    np.testing.assert_allclose(all_rates(flows), [0.1, 0.1001], atol=1e-9)
    assert irr(np.array([[1.0, -2.2, 1.2101]])).roots[0] == 0  # misses zero by a hair


@pytest.mark.parametrize("flows", [[1.0, 1.0], [-1.0, -2.0], [0.0, 0.0]])
def test_without_a_root_there_is_no_rate(flows):
    found = irr(np.array([flows]))
    assert found.roots[0] == 0
    assert np.isnan(found.rate[0])


def test_value_at_the_rate_is_zero_and_the_nearest_to_zero_is_taken():
    flows = np.array([[-100.0, 230.0, -132.0]])
    found = irr(flows)
    assert found.roots[0] == 2
    assert found.rate[0] == pytest.approx(0.1, abs=1e-12)
