"""Goodput of one job against published figures, simulation and limits."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gigawatt.catalog.loader import load_catalog
from gigawatt.operations.goodput import best_interval_s, replica, synchronous_restart

DAY = 86400.0

rates = st.floats(1e-9, 1e-2)
times = st.floats(0.1, 3000.0)


def _sum(w):
    return w.work + w.checkpoint + w.redo + w.detection + w.restart


@given(rates, times, times, times, st.floats(0.0, 0.5), st.none() | st.floats(10.0, 1e5))
def test_shares_sum_to_one_and_are_not_negative(rate, stall, detect, restart, again, interval):
    w = synchronous_restart(rate, stall, detect, restart, again, interval)
    parts = [w.work, w.checkpoint, w.redo, w.detection, w.restart]
    assert abs(float(_sum(w)) - 1.0) < 1e-9
    assert min(float(p) for p in parts) > -1e-12


@given(rates, times)
def test_best_interval_is_lambert_w(rate, stall):
    from scipy.special import lambertw

    c = rate * stall
    exact = float(np.real(1.0 + lambertw(-np.exp(-1.0 - c)))) / rate
    if c > 1e-9:  # below, the reference loses its digits
        assert float(best_interval_s(rate, stall)) == pytest.approx(
            exact, rel=2e-4 if c > 5 else 1e-6
        )


@given(rates, times, times, times, st.floats(0.3, 3.0))
def test_no_other_interval_is_better(rate, stall, detect, restart, factor):
    best = synchronous_restart(rate, stall, detect, restart)
    other = synchronous_restart(
        rate, stall, detect, restart, interval_s=factor * best_interval_s(rate, stall)
    )
    assert float(other.work) <= float(best.work) * (1.0 + 1e-6)


def test_llama_3_is_in_the_range_that_was_published():
    record = load_catalog().record("reliability", "llama3-405b")
    rate = record.value("interruptions_count") / (record.value("window_days") * DAY)
    restart = 63.0 + 8.54 * record.value("packages_count") / 1000.0
    cases = {
        "stall 5 s, detection 30 s, every 600 s": (5.0, 30.0, 600.0),
        "stall 60 s, detection 30 s, best interval": (60.0, 30.0, None),
        "stall 5 s, detection 600 s, every 1800 s": (5.0, 600.0, 1800.0),
    }
    found = {}
    for name, (stall, detect, interval) in cases.items():
        found[name] = float(synchronous_restart(rate, stall, detect, restart, 0.0, interval).work)
        print(f"Llama 3, {name}: {found[name]:.3f} (published: above 0.9)")
    assert max(found.values()) > record.fact("effective_share").distribution.low
    assert min(found.values()) < 0.9  # the published figure is a claim that could have failed


@pytest.mark.parametrize(
    ("packages", "expected"),
    [
        (1024, (0.979, 0.973, 0.965)),
        (16384, (0.904, 0.874, 0.828)),
        (32768, (0.845, 0.792, 0.711)),
        (98304, (0.579, 0.443, 0.275)),
        (200000, (0.207, 0.086, 0.017)),
    ],
)
def test_exact_ratio_against_simulated_tables(packages, expected):
    node_rate = np.array([2.34, 3.79, 6.50]) / (1000.0 * DAY)
    restart = 63.0 + 8.54 * packages / 1000.0
    w = synchronous_restart(packages / 8 * node_rate, 60.0, 120.0, restart)
    error = w.work / np.array(expected) - 1.0
    print(f"{packages} GPUs: work share {w.work.round(3)}, off by {(100 * error).round(2)} %")
    assert w.work == pytest.approx(np.array(expected), abs=6e-4)


@given(st.floats(1e-9, 1e-7), st.floats(10.0, 60.0), st.floats(5.0, 60.0), st.floats(30.0, 600.0))
def test_published_first_order_form_is_the_limit(rate, interval_minutes, stall, restart):
    # E[ETTR] = (1 - N r (u0 + dt/2)) / (1 + w/dt), arXiv:2410.21680
    interval, detect = 60.0 * interval_minutes, 30.0
    first = (1.0 - rate * (restart + detect + interval / 2.0)) / (1.0 + stall / interval)
    exact = synchronous_restart(rate, stall, detect, restart, 0.0, interval)
    small = rate * (restart + detect + interval + stall)
    assert float(exact.work) == pytest.approx(first, rel=2.0 * small * (small + stall / interval))


def test_agrees_with_a_simulation_of_events():
    rng = np.random.default_rng(3)
    rate, stall, interval, detect, restart, again = 1 / 5000.0, 60.0, 700.0, 120.0, 900.0, 0.15
    work = wall = 0.0
    for up in rng.exponential(1.0 / rate, 40_000):
        work += up // (interval + stall) * interval
        wall += up + detect
        while True:  # restart: struck again, or fails of itself
            strike = rng.exponential(1.0 / rate)
            if strike < restart:
                wall += strike
            else:
                wall += restart
                if rng.random() >= again:
                    break
            wall += detect
    w = synchronous_restart(rate, stall, detect, restart, again, interval)
    print(f"simulated {work / wall:.4f}, closed form {float(w.work):.4f}")
    assert float(w.work) == pytest.approx(work / wall, rel=0.02)


def test_nothing_fails():
    w = synchronous_restart(0.0, 30.0, 60.0, 300.0)
    assert (float(w.work), float(_sum(w))) == (1.0, 1.0)
    assert np.isinf(best_interval_s(0.0, 30.0))


@given(rates, times, times)
def test_replica_sums_to_one(rate, detect, restart):
    w = replica(rate, detect, restart)
    assert float(_sum(w)) == pytest.approx(1.0, abs=1e-12)
    assert float(w.work) == pytest.approx(1.0 / (1.0 + rate * (detect + restart)))
