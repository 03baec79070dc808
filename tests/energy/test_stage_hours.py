"""Hours of a stage, folded: accounts by closed forms, peak hours, pictures that add up."""

from __future__ import annotations

import numpy as np
import pytest

from gigawatt.energy.dispatch.problem import Capacity, YearProblem, battery, offer
from gigawatt.energy.dispatch.solution import Dispatch
from gigawatt.energy.stage_hours import (
    BATTERY,
    DAYS,
    Area,
    Contract,
    fold_stage,
    peak_hours,
    site_year,
)

HOURS = 8760
DAY = (np.arange(HOURS) % 24 >= 6) & (np.arange(HOURS) % 24 < 18)
NAMES = {"grid": "grid", "unserved": ("shed",)}


def case(sun_mw, grid_mw, gas_mw, charge_mw, discharge_mw, shed_mw=0.0):
    """A flat load of 100 MW with what serves it, by the hour."""
    full = np.zeros(HOURS)
    offers = (
        offer("pv", HOURS, capacity=0), offer("gas", HOURS, 40.0, capacity=1, co2_t_per_mwh=0.5),
        offer("grid", HOURS, 50.0, limit_mw=60.0, co2_t_per_mwh=0.3),
        offer("shed", HOURS, 1e4, limit_mw=100.0),
    )  # fmt: skip
    problem = YearProblem(
        full + 100.0, (Capacity("pv", 1.0), Capacity("gas", 1.0), Capacity("bat", 1.0)), offers,
        (battery("bat", 2, 12.0, 1.0, 1.0),),
    )  # fmt: skip
    served = np.stack([full + mw for mw in (sun_mw, gas_mw, grid_mw, shed_mw)], axis=1)
    dispatch = Dispatch(served, (full + charge_mw)[:, None], (full + discharge_mw)[:, None],
                        full[:, None], full)  # fmt: skip
    return problem, dispatch


def test_sun_through_the_battery_matches_all_hours():
    problem, dispatch = case(200.0 * DAY, 0.0, 0.0, 100.0 * DAY, 100.0 * ~DAY)
    told = fold_stage(problem, dispatch, 60.0, Area(0.4), **NAMES).figure
    for name in ("ref", "matched_annual_share", "matched_hourly_share", "cfe_share"):
        assert told(name) == pytest.approx(1.0), name
    assert told("scope1_t") == told("scope2_location_t") == told("contract_hours") == 0.0


def test_gas_by_day_and_grid_by_night():
    problem, dispatch = case(40.0 * DAY, 60.0 * ~DAY, 60.0 * DAY, 0.0, 0.0, 40.0 * ~DAY)
    told = fold_stage(problem, dispatch, 60.0, Area(0.4), **NAMES).figure
    half = HOURS / 2
    served = half * (100.0 + 60.0)
    assert told("scope1_t") == pytest.approx(half * 60.0 * 0.5)
    assert told("scope2_location_t") == pytest.approx(half * 60.0 * 0.3)
    assert told("ref") == pytest.approx(half * 40.0 / served)
    assert told("matched_hourly_share") == pytest.approx(half * 40.0 / served)
    assert told("cfe_share") == pytest.approx(1.0 - (half * 60.0 * 0.6 + half * 60.0) / served)
    assert told("contract_hours") == half
    assert told("waiting_hours") == half
    assert told("waiting_mwh") == pytest.approx(half * 40.0)
    assert told("waiting_longest_h") == 12.0
    assert told("coincident_mw") == 0.0  # the area peaks by day, the grid serves by night
    at_night = fold_stage(problem, dispatch, 60.0, Area(0.4, 12, 2, 20), **NAMES)
    assert at_night.figure("coincident_mw") == 60.0


def test_what_is_stored_of_gas_is_not_clean():
    problem, dispatch = case(50.0 * DAY, 0.0, 150.0 * DAY, 100.0 * DAY, 100.0 * ~DAY)
    year = site_year(problem, dispatch, Area(), **NAMES)
    stored = year.sources[BATTERY].energy_mwh
    assert stored.max() == pytest.approx(50.0)  # half of what was taken was sun
    assert stored[DAY].max() == 0.0


def test_pictures_add_up():
    problem, dispatch = case(40.0 * DAY, 60.0 * ~DAY, 60.0 * DAY, 0.0, 0.0, 40.0 * ~DAY)
    hours = fold_stage(problem, dispatch, 60.0, Area(), **NAMES)
    assert hours.weeks_mw[:, :-1].sum(axis=1) == pytest.approx(hours.weeks_mw[:, -1])
    assert np.all(np.diff(hours.durations_mw, axis=1) <= 1e-9)
    assert hours.carbon_kg_per_mwh[:, 12] == pytest.approx(np.full(12, 300.0))
    assert hours.carbon_kg_per_mwh[:, 0] == pytest.approx(np.full(12, 180.0))


@pytest.mark.parametrize(
    ("first", "last", "months"), [(6, 9, {6, 7, 8, 9}), (11, 2, {11, 12, 1, 2})]
)
def test_peaks_fall_in_their_months_on_the_day_of_most_heat_or_cold(first, last, months):
    load = np.full(HOURS, 100.0)
    hot = 24 * (sum(DAYS[:6]) + 9) + 16  # 10 July
    load[hot] = 110.0
    cold = 24 * 19 + 16  # 20 January
    load[cold] = 90.0
    found = peak_hours(Area(0.4, first, last, 16), load)
    month = np.repeat(np.arange(1, 13), np.array(DAYS) * 24)
    assert set(month[found].tolist()) == months
    assert len(found) == len(months)
    assert np.all(found % 24 == 16)
    assert (hot if first < last else cold) in found


def test_contracts_cover_import_by_the_year_or_by_the_hour():
    problem, dispatch = case(40.0 * DAY, 60.0, 0.0, 0.0, 0.0, 40.0 * ~DAY)
    bought = HOURS * 60.0
    served = bought + HOURS / 2 * 40.0
    by_day = Contract("ppa", 60.0 * DAY, renewable=True, by_hour=True)
    paper = Contract("paper", np.full(HOURS, 15.0), renewable=False, by_hour=False)
    told = fold_stage(problem, dispatch, 60.0, Area(0.4), **NAMES, contracts=(by_day, paper)).figure
    assert told("scope2_location_t") == pytest.approx(0.3 * bought)
    assert told("scope2_market_t") == pytest.approx(0.3 * bought * (1.0 - 0.5 - 0.25))
    assert told("scope2_market_hourly_t") == pytest.approx(0.3 * bought * 0.5)
    assert told("ref") == pytest.approx((40.0 + 60.0) * HOURS / 2 / served)
    assert told("matched_annual_share") == pytest.approx((50.0 + 15.0) * HOURS / served)
    assert told("matched_hourly_share") == pytest.approx(50.0 * HOURS / served)
    assert told("cfe_share") == pytest.approx(1.0 - HOURS / 2 * 60.0 * 0.6 / served)
