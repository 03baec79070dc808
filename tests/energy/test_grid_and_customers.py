"""What the grid sees, and what other customers pay, against closed forms."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gigawatt.energy.customers import LargeLoadTariff, UtilityInvestment, other_customers
from gigawatt.energy.grid_view import GridContract, coincident_hours, grid_view, longest_run
from gigawatt.energy.weather.year import MONTH_OF_HOUR
from gigawatt.errors import InputError

TARIFF = LargeLoadTariff(1000.0, 10.0, 0.8, 12, exit_years_paid=2.0, contribution_usd=100e6)
UTILITY = UtilityInvestment(900e6, 40, 0.09, 10e6, 20.0, 30e6)


def test_view_of_a_year():
    wanted = np.full(100, 800.0)
    limit = np.full(100, 1000.0)
    limit[40:44] = 500.0
    limit[70:71] = 0.0
    area = np.linspace(50_000.0, 80_000.0, 100)
    contract = GridContract(600.0, 400.0, ride_through_share=0.25, largest_drop_mw=500.0,
                            largest_ramp_mw_per_min=20.0)  # fmt: skip
    found = grid_view(wanted, limit, area, contract, ramp_mw_per_min=26.0, sudden_drop_mw=300.0)
    assert found.curtailed_hours == 5
    assert found.curtailed_longest_h == 4
    assert found.curtailed_mwh == pytest.approx(4 * 300.0 + 800.0)
    assert found.non_firm_hours == 95
    assert found.hourly_ramp_mw == 800.0
    assert found.coincident_peak_mw == 800.0
    assert found.area_peak_share == pytest.approx(0.01)
    assert found.load_drop_mw == pytest.approx(600.0)
    assert found.drop_over_limit_mw == pytest.approx(100.0)
    assert found.ramp_over_limit_mw_per_min == pytest.approx(6.0)


def test_coincident_peaks_are_one_of_each_summer_month():
    load = np.random.default_rng(0).random(8760)
    peaks = coincident_hours(load, MONTH_OF_HOUR)
    assert MONTH_OF_HOUR[peaks].tolist() == [5, 6, 7, 8]
    assert longest_run(np.array([False, True, True, False, True])) == 2
    assert longest_run(np.zeros(3, dtype=bool)) == 0


def test_series_must_be_of_one_length():
    with pytest.raises(InputError, match="same hours"):
        grid_view(np.zeros(3), np.zeros(4), np.zeros(3), GridContract(1.0))


def test_requirement_recovers_the_investment():
    found = other_customers(TARIFF, UTILITY, np.full(40, 1000.0))
    base = 800e6
    returns = 0.09 * base / 40 * sum(range(1, 41))
    assert found.requirement_usd.sum() == pytest.approx(base + returns + 40 * 10e6)
    assert found.paid_usd == pytest.approx(np.full(40, 1000e3 * 120.0))
    assert np.all(found.stranded_usd == 0.0)


def test_a_late_load_pays_its_minimum_take():
    peak = np.full(20, 1000.0)
    peak[:3] = 0.0
    found = other_customers(TARIFF, UTILITY, peak)
    assert found.paid_usd[:3] == pytest.approx(0.8 * 1000e3 * 120.0)
    without = other_customers(LargeLoadTariff(1000.0, 10.0, 0.0, 0), UTILITY, peak)
    assert np.all(without.shortfall_usd[:3] > 0.0)
    assert without.usd_per_mwh[0] == pytest.approx(without.shortfall_usd[0] / 30e6)


def test_leaving_early_strands_what_is_left():
    found = other_customers(TARIFF, UTILITY, np.full(20, 1000.0), left=5)
    exit_usd = 2.0 * 0.8 * 1000e3 * 120.0
    left_of_base = 800e6 * (1 - np.arange(20) / 40)
    assert found.paid_usd[5] == pytest.approx(exit_usd)
    assert found.paid_usd[6:] == pytest.approx(0.0)
    assert found.stranded_usd[5] == pytest.approx(left_of_base[5] - exit_usd)
    assert found.resold_usd[6] == pytest.approx(1000e3 * 20.0)
    after_term = other_customers(TARIFF, UTILITY, np.full(20, 1000.0), left=15)
    assert after_term.paid_usd[15] == 0.0


@settings(max_examples=60, deadline=None, derandomize=True)
@given(
    take=st.floats(0.0, 1.0), more=st.floats(0.0, 0.5), aid=st.floats(0.0, 900e6),
    left=st.integers(0, 19),
)  # fmt: skip
def test_stricter_terms_never_cost_others_more(take, more, aid, left):
    soft = LargeLoadTariff(1000.0, 10.0, take, 12, 1.0, 0.0)
    hard = LargeLoadTariff(1000.0, 10.0, min(1.0, take + more), 12, 1.0, aid)
    peak = np.full(20, 700.0)
    a, b = (other_customers(t, UTILITY, peak, left=left) for t in (soft, hard))
    assert np.all(b.shortfall_usd <= a.shortfall_usd + 1e-6)
    assert np.all(b.stranded_usd <= a.stranded_usd + 1e-6)


def test_bad_loads_are_told():
    with pytest.raises(InputError, match="at least 0"):
        other_customers(TARIFF, UTILITY, np.array([-1.0]))
    with pytest.raises(InputError, match="assets live 40"):
        other_customers(TARIFF, UTILITY, np.zeros(41))
