"""Percentiles of dates that may never come."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gigawatt.uncertainty.summary import Band, bands, quantiles_with_never


@given(st.lists(st.floats(-1e9, 1e9), min_size=1, max_size=60), st.floats(0.01, 0.99))
def test_finite_values_agree_with_numpy(values, level):
    got = quantiles_with_never(np.array(values), (level,))[0]
    assert got == pytest.approx(np.quantile(values, level), rel=1e-9, abs=1e-6)


def test_never_counts_as_later_than_any_date():
    values = np.array([1.0] * 60 + [np.inf] * 40)
    band = Band.of(values)
    assert (band.p10, band.p50, band.p90) == (1.0, 1.0, np.inf)


def test_columns_are_taken_apart():
    values = np.array([[1.0, np.inf], [3.0, np.inf], [2.0, np.inf]])
    np.testing.assert_array_equal(bands(values)[1], [2.0, np.inf])


def test_no_draws_give_no_number():
    assert np.isnan(bands(np.empty((0, 2)))).all()
