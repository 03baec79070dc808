"""Reserve of on-site plant: the binomial against sums, monotone in its inputs."""

from __future__ import annotations

from math import comb

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gigawatt.program.reserve import (
    firm_units,
    reserve_of_load,
    reserve_of_nameplate,
    running_probability,
    units_for,
)

ONE = np.ones(1)
availability = st.floats(0.8, 0.995)
firm = st.floats(0.9, 0.9999)


@given(st.integers(1, 30), st.integers(0, 8), availability)
def test_probability_is_the_binomial_sum(needed, spare, a):
    total = needed + spare
    by_hand = sum(comb(total, r) * a**r * (1 - a) ** (total - r) for r in range(needed, total + 1))
    found = running_probability(needed * ONE, total * ONE, a * ONE)[0]
    assert found == pytest.approx(by_hand, rel=1e-9)


@given(st.integers(1, 400), availability, firm)
def test_fewest_units_that_do(needed, a, share):
    units = units_for(needed * ONE, a * ONE, share * ONE)
    assert running_probability(needed * ONE, units, a * ONE)[0] >= share
    if units[0] > needed:
        assert running_probability(needed * ONE, units - 1.0, a * ONE)[0] < share


@given(st.integers(2, 400), availability, firm)
def test_firm_units_are_the_most_that_do(units, a, share):
    firm_count = firm_units(units * ONE, a * ONE, share * ONE)
    if firm_count[0] > 1:
        assert running_probability(firm_count, units * ONE, a * ONE)[0] >= share
    if firm_count[0] < units:
        assert running_probability(firm_count + 1.0, units * ONE, a * ONE)[0] < share


@given(st.floats(50.0, 3000.0), st.floats(1.0, 50.0), st.floats(0.0, 0.2), availability, firm)
def test_a_plant_built_for_a_load_carries_it(load, unit, derate, a, share):
    reserve = reserve_of_load(load * ONE, unit * ONE, derate * ONE, a * ONE, share * ONE)
    nameplate = load / (1.0 - reserve)
    back = reserve_of_nameplate(nameplate, unit * ONE, derate * ONE, a * ONE, share * ONE)
    assert 0.0 <= reserve[0] < 1.0
    assert (nameplate * (1.0 - back))[0] >= load * (1.0 - 1e-9)


def test_no_load_needs_no_reserve():
    assert reserve_of_load(0.0 * ONE, ONE, 0.0 * ONE, 0.9 * ONE, 0.99 * ONE)[0] == 0.0
