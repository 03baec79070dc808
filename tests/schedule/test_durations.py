"""Durations given an age: against their own CDFs and against plain selection of draws."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gigawatt.program.truncated import Truncated
from gigawatt.schedule.durations import Chain, Law, beyond, cdf
from gigawatt.uncertainty.distributions import (
    Distribution,
    LogNormal,
    Normal,
    Point,
    Triangular,
    Uniform,
    choices,
)

SMOOTH = [
    Uniform(6.0, 24.0),
    Triangular(3.0, 5.0, 8.0),
    Triangular(3.0, 3.0, 8.0),
    Triangular(3.0, 8.0, 8.0),
    LogNormal(5.0, 0.4),
    Normal(5.0, 1.5),
    Truncated(Normal(5.0, 4.0), 0.0, 9.0),
]


def column(values: object) -> np.ndarray:
    return np.asarray(values, dtype=float).reshape(-1, 1)


def law(body: Distribution, share: float = 0.02, index: float = 8.0) -> Law:
    return Law(body, column([share]), column([index]))


@pytest.mark.parametrize("distribution", SMOOTH, ids=repr)
def test_cdf_is_the_inverse_of_ppf(distribution: Distribution):
    u = np.linspace(0.001, 0.999, 500)
    assert np.allclose(cdf(distribution, distribution.ppf(u)), u, atol=1e-9)


def test_cdf_of_what_jumps():
    x = np.array([0.5, 1.0, 2.5, 3.0, 4.0])
    assert np.allclose(cdf(choices([1.0, 3.0], [1.0, 3.0]), x), [0.0, 0.25, 0.25, 1.0, 1.0])
    assert np.allclose(cdf(Point(3.0), x), [0.0, 0.0, 0.0, 1.0, 1.0])


def test_cdf_of_an_unknown_kind_is_refused():
    with pytest.raises(TypeError, match="no CDF"):
        cdf("three months", np.zeros(1))  # type: ignore[arg-type]


@given(
    st.sampled_from([*SMOOTH, Point(4.0), choices([2.0, 6.0])]),
    st.lists(st.floats(0.0, 60.0), min_size=1, max_size=8),
    st.floats(0.001, 0.999),
)
def test_a_running_task_never_ends_before_its_age(body: Distribution, ages: list[float], u: float):
    drawn = law(body).sample(column([u]), np.array([ages]))
    assert np.all(np.isfinite(drawn))
    assert np.all(drawn >= np.array([ages]))
    # What is not running is drawn as if nobody had asked.
    assert np.array_equal(
        law(body).sample(column([u]), np.zeros((1, 1))), law(body).sample(column([u]))
    )


@pytest.mark.parametrize("age", [2.0, 4.5, 7.0, 7.9])
def test_truncation_agrees_with_selecting_draws(age: float):
    u = (np.arange(400_000) + 0.5) / 400_000
    body = law(Triangular(3.0, 5.0, 8.0))
    plain = body.sample(column(u))[:, 0]
    kept = plain[plain > age]
    drawn = body.sample(column(u[::200]), np.full((1, 1), age))[:, 0]
    levels = [0.05, 0.25, 0.5, 0.75, 0.95]
    assert np.allclose(np.quantile(drawn, levels), np.quantile(kept, levels), rtol=2e-3)


def test_overdue_share_and_tail():
    u = (np.arange(100_000) + 0.5) / 100_000
    drawn = law(Triangular(3.0, 5.0, 8.0)).sample(column(u))[:, 0]
    assert np.mean(drawn > 8.0) == pytest.approx(0.02, abs=1e-4)
    # Beyond the maximum the mean excess of a Pareto tail of index 8 is a seventh of the age.
    assert np.mean(drawn[drawn > 8.0]) == pytest.approx(8.0 * 8.0 / 7.0, rel=0.01)
    assert np.all(law(Point(4.0)).sample(column(u)) == 4.0)


def test_beyond_a_floor():
    u = np.linspace(0.01, 0.99, 99)
    assert np.allclose(beyond(Uniform(0.0, 4.0), u, 2.0), 2.0 + 2.0 * u)
    assert np.allclose(beyond(Uniform(0.0, 4.0), u, -np.inf), 4.0 * u)
    assert np.all(beyond(Normal(0.0, 2.0), u, 1.0) >= 1.0)


@pytest.mark.parametrize("age", [9.0, 14.0, 18.0])
def test_a_chain_under_way_agrees_with_selecting_draws(age: float):
    rng = np.random.default_rng(3)
    pace = np.exp(0.25 * rng.standard_normal(200_000))
    stages = [Triangular(5.0, 6.5, 9.0), Triangular(4.0, 5.5, 9.0)]
    months = pace * sum(s.ppf(rng.random(pace.size)) for s in stages)
    chain = Chain.fitted(months)
    kept = months[months > age] - age
    moved = chain.given(months, np.full_like(months, age)) - age
    for level in (0.1, 0.5, 0.9):
        error = np.quantile(moved, level) - np.quantile(kept, level)
        print(f"age {age}: P{100 * level:.0f} of the rest is off by {error:+.2f}")
        assert abs(error) < 0.4
    assert np.array_equal(chain.given(months, np.zeros_like(months)), months)


def test_a_chain_keeps_the_rank_of_its_draws_and_stays_finite():
    chain = Chain(2.6, 0.3)
    months = np.exp(2.6 + 0.3 * np.linspace(-3.0, 3.0, 50))
    moved = chain.given(months, np.full(50, 15.0))
    assert np.all(np.diff(moved) > 0.0)
    assert np.all(moved > 15.0)
    late = chain.given(months, np.full(50, 1e4))
    assert np.all(np.isfinite(late) & (late >= 1e4))
