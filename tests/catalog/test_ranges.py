"""Numbers and ranges as they are spelt in the catalog."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gigawatt.catalog.ranges import distribution_of, ends_of
from gigawatt.uncertainty.distributions import (
    Choices,
    LogNormal,
    Normal,
    Point,
    Triangular,
    Uniform,
)

POSITIVE = st.floats(1e-6, 1e12)


@pytest.mark.parametrize(
    ("spelt", "expected"),
    [
        ({"value": 3}, Point(3.0)),
        ({"low": 1, "high": 2}, Uniform(1.0, 2.0)),
        ({"low": 2, "high": 2}, Point(2.0)),
        ({"low": 1, "mode": 2, "high": 4}, Triangular(1.0, 2.0, 4.0)),
        ({"high": 4, "value": 2, "low": 1}, Triangular(1.0, 2.0, 4.0)),
        ({"median": 3, "sd_log": 0.2}, LogNormal(3.0, 0.2)),
        ({"choices": [1, 2], "weights": [1, 3]}, Choices((1.0, 2.0), (0.25, 0.75))),
        ({"value": 3, "source": "x", "note": "y"}, Point(3.0)),
        ({"p05": 5, "p95": 5}, Point(5.0)),
    ],
)
def test_forms(spelt, expected):
    assert distribution_of(spelt, "a/b/c") == expected


@given(st.tuples(POSITIVE, POSITIVE, POSITIVE))
def test_three_percentiles_keep_median_and_width(numbers):
    p05, median, p95 = sorted(numbers)
    held = distribution_of({"p05": p05, "median": median, "p95": p95}, "a/b/c")
    ends = ends_of(held)
    if p05 == p95:
        assert ends is None
        return
    assert held.central == median
    assert ends is not None
    assert ends[1] / ends[0] == pytest.approx(p95 / p05, rel=1e-9)


@given(st.tuples(POSITIVE, POSITIVE))
def test_two_percentiles_are_the_ends(numbers):
    p05, p95 = sorted(numbers)
    ends = ends_of(distribution_of({"p05": p05, "p95": p95}, "a/b/c")) or (p05, p95)
    assert ends == pytest.approx((p05, p95), rel=1e-9)


@pytest.mark.parametrize(
    "held",
    [
        Uniform(1.0, 2.0),
        Triangular(1.0, 1.5, 4.0),
        LogNormal(3.0, 0.4),
        Normal(-2.0, 1.0),
        Choices((3.0, 1.0, 2.0), (0.2, 0.5, 0.3)),
    ],
)
def test_ends_are_percentiles_of_the_distribution(held):
    low, high = ends_of(held)
    bounded = isinstance(held, Uniform | Triangular | Choices)
    u = np.array([1e-12, 1 - 1e-12] if bounded else [0.05, 0.95])
    assert sorted(held.ppf(u)) == pytest.approx([low, high], abs=1e-4) or isinstance(held, Choices)
    assert low <= held.central <= high


def test_a_distribution_of_another_kind_is_asked_for_its_percentiles():
    class Squared:
        central = 0.25

        def ppf(self, u):
            return u**2

    assert ends_of(Squared()) == pytest.approx((0.0025, 0.9025))
