"""Loss of load: convolution against the binomial, sampling against convolution."""

from __future__ import annotations

from math import comb

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gigawatt.energy.dispatch.problem import Capacity, YearProblem, offer
from gigawatt.energy.reliability import (
    Units,
    capacity_distribution,
    loss_of_load,
    net_load_mw,
    sampled_shortfall,
    spares_needed,
)
from gigawatt.errors import InputError


@given(st.integers(1, 12), st.floats(0.01, 0.3), st.integers(1, 9))
def test_table_is_the_binomial(count, out, size):
    table = capacity_distribution([Units("gas", size, count, out)])
    assert table.sum() == pytest.approx(1.0)
    for up in range(count + 1):
        expected = comb(count, up) * (1 - out) ** up * out ** (count - up)
        assert table[up * size] == pytest.approx(expected, abs=1e-12)


def test_loss_of_load_by_hand():
    """Two units of 50 MW against 60 MW: short unless both run."""
    found = loss_of_load(np.full(100, 60.0), [Units("gas", 50.0, 2, 0.1)])
    assert found.lole_hours == pytest.approx(100 * (1 - 0.81))
    assert found.unserved_mwh == pytest.approx(100 * (0.18 * 10 + 0.01 * 60))


def test_sampling_agrees_with_convolution():
    steps = 8760
    load = np.full(steps, 95.0)
    offers = (offer("gas", steps, 40.0, capacity=0), offer("shed", steps, 1e4, limit_mw=load))
    problem = YearProblem(load, (Capacity("gas", 1.0),), offers)
    fleet = [Units("gas", 10.0, 11, 0.05, repair_hours=24.0)]
    x = np.array([110.0])
    table = loss_of_load(net_load_mw(problem, x, fleet), fleet)
    sample = sampled_shortfall(problem, x, fleet, 30)
    print(f"LOLE {table.lole_hours:.0f} h by table, {sample.lole_hours:.0f} h by 30 years")
    assert sample.lole_hours == pytest.approx(table.lole_hours, rel=0.12)
    assert sample.unserved_mwh == pytest.approx(table.unserved_mwh, rel=0.12)


def test_spares_are_the_fewest():
    net = np.full(8760, 300.0)
    units = Units("gas", 10.0, 0, 0.04)
    spare, found = spares_needed(net, units, 2.4)
    assert found.lole_hours <= 2.4
    fewer = loss_of_load(net, [Units("gas", 10.0, 30 + spare - 1, 0.04)])
    assert fewer.lole_hours > 2.4
    with pytest.raises(InputError, match="spares"):
        spares_needed(net, units, 1e-9, most_spares=2)


def test_wrong_units_are_told():
    with pytest.raises(InputError, match="size above 0"):
        Units("gas", 0.0, 3, 0.1)
