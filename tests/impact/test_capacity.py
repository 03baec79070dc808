from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from factories import small_phase, small_program, small_site
from hypothesis import given, settings
from hypothesis import strategies as st

from gigawatt.impact.capacity import (
    main_system,
    packages_per_gw,
    reference_month,
    tokens_per_day_per_gw,
    training_flop_per_gw,
)
from gigawatt.uncertainty.distributions import Point


def test_by_hand(case_of, in_service):
    case = case_of(1)
    schedule = in_service(np.full(case.blocks.racks.shape, 7.3))
    per_gw = packages_per_gw(case.blocks, 0)
    np.testing.assert_allclose(
        per_gw, case.blocks.packages.sum(axis=1) / case.blocks.facility_power_mw.sum(axis=1) * 1e3
    )
    serve = case.rates.factor[:, 1, 0, 7] * case.demand.useful_share[:, 0, 1, 7]
    tokens = tokens_per_day_per_gw(case.blocks, case.rates, case.demand, schedule)
    np.testing.assert_allclose(tokens, per_gw * 3000 * serve * 86400)
    train = case.rates.factor[:, 0, 0, 7] * case.demand.useful_share[:, 0, 0, 7]
    flop = training_flop_per_gw(case.blocks, case.rates, case.demand, schedule)
    np.testing.assert_allclose(flop, per_gw * 2.0e4 * 2.5e11 * train * 86400)


def test_several_workloads_are_averaged_by_their_shares(case_of, in_service):
    case = case_of(2)
    schedule = in_service(np.zeros(case.blocks.racks.shape))
    slow = replace(case.rates.rates[1][0], output_tokens_per_s_per_package=1000.0)
    rates = replace(case.rates, rates=((slow,), case.rates.rates[1]),
                    factor=np.ones_like(case.rates.factor))  # fmt: skip
    demand = replace(case.demand, useful_share=np.ones_like(case.demand.useful_share),
                     workload_share=np.tile([0.3, 0.1], (5, 1)))  # fmt: skip
    tokens = tokens_per_day_per_gw(case.blocks, rates, demand, schedule)
    np.testing.assert_allclose(tokens, packages_per_gw(case.blocks, 0) * 1500.0 * 86400)
    assert np.all(training_flop_per_gw(case.blocks, rates, demand, schedule) == 0.0)


def test_the_main_system_has_most_planned_power(case_of):
    old = small_phase(system="gb300-nvl72", power_mw=Point(900.0))
    new = small_phase("p2", power_mw=Point(600.0), buildings=30)
    case = case_of(1, sites=(small_site(phases=(old, new)),))
    assert case.blocks.systems[main_system(case.blocks)] == "gb300-nvl72"


def test_the_reference_month_is_that_of_the_first_gigawatt(case_of, in_service):
    program = small_program()
    site = replace(program.sites[0], phases=(small_phase(power_mw=Point(3000.0), buildings=6),))
    case = case_of(1, sites=(site,))
    dates = np.tile([9.5, 3.2, 30.0, 12.1, np.inf, np.inf], (5, 1))
    dates[1] = np.inf
    dates[2, :2] = -4.0
    got = reference_month(case.blocks, in_service(dates), case.axis.count)
    assert got.tolist() == [9, 71, 0, 9, 9]


def test_a_programme_below_a_gigawatt_takes_its_last_block(case_of, in_service):
    case = case_of(1)
    dates = np.tile([9.5, 3.2, 30.0, 12.1], (5, 1))
    assert reference_month(case.blocks, in_service(dates), 72).tolist() == [30] * 5


@given(st.integers(0, 10**6))
@settings(max_examples=15, deadline=None)
def test_less_useful_work_is_less_capacity(case_of, in_service, seed):
    case = case_of(seed)
    rng = np.random.default_rng(seed)
    schedule = in_service(rng.uniform(-3.0, 90.0, case.blocks.racks.shape))
    half = replace(case.demand, useful_share=0.5 * case.demand.useful_share)
    for of in (tokens_per_day_per_gw, training_flop_per_gw):
        whole = of(case.blocks, case.rates, case.demand, schedule)
        assert np.all(whole > 0.0)
        np.testing.assert_allclose(of(case.blocks, case.rates, half, schedule), 0.5 * whole)


def test_the_first_gigawatt_is_of_the_right_size(case_of, in_service):
    """300,000 packages at 3,000 tokens/s: some 80 tn tokens a day at full use, a check of units."""
    case = case_of(1)
    demand = replace(case.demand, useful_share=np.ones_like(case.demand.useful_share))
    rates = replace(case.rates, factor=np.ones_like(case.rates.factor))
    tokens = tokens_per_day_per_gw(
        case.blocks, rates, demand, in_service(np.zeros(case.blocks.racks.shape))
    )
    assert np.median(tokens) == pytest.approx(8e13, rel=0.3)
