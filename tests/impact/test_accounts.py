from __future__ import annotations

import datetime as dt
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gigawatt.catalog import load_catalog
from gigawatt.errors import InputError
from gigawatt.impact.accounts import by_year, last_months
from gigawatt.impact.assumptions import ImpactAssumptions
from gigawatt.impact.world import h100_equivalents_per_package, world_stock


@given(st.integers(0, 10**6))
@settings(max_examples=20, deadline=None)
def test_years_hold_all_months_and_nothing_is_negative(case_of, seed):
    case = case_of(seed)
    result = case.run()
    np.testing.assert_allclose(
        result.energy_twh.sum(axis=1), case.energy.supply_mwh.sum(axis=(1, 2, 3)) / 1e6
    )
    np.testing.assert_allclose(result.co2_mt.sum(axis=1), case.energy.co2_t.sum(axis=(1, 2)) / 1e6)
    water = case.energy.water_m3.sum(axis=(1, 2)) / 1e6
    np.testing.assert_allclose(result.water_million_m3.sum(axis=1), water)
    for name in ("training_flop", "output_tokens", "input_tokens", "share_of_world_stock"):
        assert np.all(getattr(result, name) >= 0.0)
    assert result.share_of_world_stock.max() < 1.0
    assert result.years.tolist() == [2026, 2027, 2028, 2029, 2030, 2031]


def test_work_is_hours_times_rates(case_of):
    case = case_of(3)
    hours = case.done.delivered_package_hours.sum(axis=1)
    result = case.run()
    flop = (hours[:, 0, 0] * case.rates.factor[:, 0, 0]).sum(axis=1) * 3600 * 2.0e4 * 2.5e11
    np.testing.assert_allclose(result.training_flop.sum(axis=1), flop)
    seconds = (hours[:, 0, 1] * case.rates.factor[:, 1, 0]).sum(axis=1) * 3600
    np.testing.assert_allclose(result.output_tokens.sum(axis=1), seconds * 3000)
    np.testing.assert_allclose(result.input_tokens, 4.0 * result.output_tokens)


def test_more_hours_are_as_much_more_work(case_of):
    case = case_of(4)
    done = replace(case.done, delivered_package_hours=2.0 * case.done.delivered_package_hours)
    twice = replace(case, done=done).run()
    np.testing.assert_allclose(twice.training_flop, 2.0 * case.run().training_flop)
    np.testing.assert_allclose(twice.output_tokens, 2.0 * case.run().output_tokens)


def test_part_years_are_sums_of_their_months():
    years = np.array([2025, 2025, 2026, 2026, 2026, 2027])
    assert by_year(np.arange(6.0)[None], years).tolist() == [[1.0, 9.0, 5.0]]
    assert last_months(years).tolist() == [1, 4, 5]


def test_the_stock_is_that_of_the_last_month_of_the_year(case_of):
    case = case_of(2, start=dt.date(2025, 9, 1), horizon=dt.date(2027, 3, 31))
    result = case.run()
    packages = case.capacity.packages_end.sum(axis=1)[:, 0]
    np.testing.assert_allclose(
        result.h100_equivalents_end, packages[:, [3, 15, 18]] * 17500 / 1979, rtol=1e-6
    )


def test_equivalents_against_the_data_sheets():
    systems = ("h100-sxm", "b200-sxm", "gb200-nvl72", "vr200-nvl72", "a100-sxm-80g")
    got = h100_equivalents_per_package(load_catalog(), systems)
    np.testing.assert_allclose(got, [1.0, 2.27, 2.53, 8.84, 0.315], rtol=0.01)


def test_a_system_without_rates_is_refused():
    catalog = load_catalog()
    record = catalog.record("systems", "a100-sxm-80g")
    bare = replace(record, facts={k: v for k, v in record.facts.items() if "tflops" not in k})
    table = {**catalog.records["systems"], "a100-sxm-80g": bare}
    changed = replace(catalog, records={**catalog.records, "systems": table})
    with pytest.raises(InputError, match="systems/a100-sxm-80g: no dense"):
        h100_equivalents_per_package(changed, ("a100-sxm-80g",))


def growth(stock, factor, decay):
    return ImpactAssumptions(*(np.array([x]) for x in (stock, factor, decay)))


def test_world_stock_compounds_by_hand():
    years = np.arange(2024, 2029)
    got = world_stock(years, growth(20e6, 3.0, 0.5))[0]
    np.testing.assert_allclose(got[1:4], [20e6, 60e6, 60e6 * 3**0.5])
    steady = world_stock(years, growth(20e6, 3.0, 1.0))[0]
    np.testing.assert_allclose(steady, 20e6 * 3.0 ** np.arange(-1, 4))


def test_world_stock_against_the_counts(case_of, shared):
    """Sum by owner at the end of 2025, and of 2024 one year back along the same growth."""
    text = (shared / "reference/impact/concentration.csv").read_text().splitlines()
    total = {line.split(",")[0]: float(line.split(",")[1]) for line in text[1:]}
    record = load_catalog().record("assumptions", "impact")
    assert record.value("world_stock_h100e_count") == pytest.approx(total["Q4 2025"], rel=0.01)
    seen = total["Q4 2025"] / total["Q4 2024"]
    assert record.fact("world_growth_yearly_factor").distribution.ppf(np.array([0.0, 1.0])) == (
        pytest.approx([2.3, 3.4])
    )
    assert 2.3 < seen < 3.4


def test_the_stock_of_2030_stays_within_the_power_that_is_foreseen(case_of):
    """At Vera Rubin's 8.84 equivalents and 3.35 kW a package: of the order of 100 GW."""
    case = case_of(1, draws=400)
    stock = world_stock(np.array([2030]), case.assumptions)[:, 0]
    gw = stock / 8.84 * 3.35e-6
    assert 60.0 < np.median(gw) < 250.0
