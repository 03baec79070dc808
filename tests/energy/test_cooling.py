"""PUE and water by month: means, seasons, consistency with the design value, published anchors."""

from __future__ import annotations

import datetime as dt

import numpy as np
import pytest
from factories import small_program, small_site
from hypothesis import given, settings
from hypothesis import strategies as st

from gigawatt.catalog.loader import load_catalog
from gigawatt.energy.cooling import annual_pue, monthly_pue, monthly_wue_l_per_kwh, season
from gigawatt.program.blocks import make_blocks
from gigawatt.quantity.calendar import MonthAxis
from gigawatt.uncertainty.distributions import Point, Uniform
from gigawatt.uncertainty.streams import Streams

AXIS = MonthAxis(dt.date(2026, 1, 1), 48)
COOLING = ("closed-loop-dry", "closed-loop-chiller", "evaporative")


def _streams():
    return Streams(seed=5, draws=500)


@given(st.floats(-70.0, 70.0), st.integers(1, 12))
def test_season_has_mean_zero_and_peaks_in_summer(lat, first_month):
    axis = MonthAxis(dt.date(2026, first_month, 1), 24)
    course = season(axis, lat)
    assert abs(course.mean()) < 1e-12
    assert axis.months_of_year()[course.argmax()] == (6 if lat >= 0 else 0)


@pytest.mark.parametrize("cooling", COOLING)
def test_annual_pue_never_passes_the_design_value(cooling):
    catalog, streams = load_catalog(), _streams()
    fact = catalog.fact(f"cooling/{cooling}/pue_design")
    design = streams.sample(fact.path, fact.distribution)
    annual = annual_pue(small_site(cooling=cooling), catalog, streams)
    print(f"{cooling}: annual {np.quantile(annual, [0.1, 0.5, 0.9]).round(3)}")
    assert np.all(annual < design)
    assert np.all(annual > 1.0)


@pytest.mark.parametrize("cooling", COOLING)
def test_monthly_values_average_to_the_annual_ones(cooling):
    catalog, streams, site = load_catalog(), _streams(), small_site(cooling=cooling)
    pue = monthly_pue(site, catalog, AXIS, streams)
    wue = monthly_wue_l_per_kwh(site, catalog, AXIS, streams)
    annual_wue = streams.sample(
        f"cooling/{cooling}/wue_l_per_kwh",
        catalog.fact(f"cooling/{cooling}/wue_l_per_kwh").distribution,
    )
    assert pue.mean(axis=1) == pytest.approx(annual_pue(site, catalog, streams), rel=1e-12)
    assert wue.mean(axis=1) == pytest.approx(annual_wue, rel=1e-12, abs=1e-15)
    assert pue.min() >= 1.0
    assert wue.min() >= 0.0


def test_a_sites_own_pue_replaces_the_catalogs():
    site = small_site(pue_annual=Uniform(1.3, 1.4))
    found = annual_pue(site, load_catalog(), _streams())
    assert np.all((found >= 1.3) & (found <= 1.4))
    flat = annual_pue(small_site(pue_annual=Point(1.25)), load_catalog(), _streams())
    assert np.all(flat == 1.25)


def test_facility_power_per_rack_is_in_the_published_range():
    # Vera Rubin NVL72: 190 to 230 kW a rack, 218 to 264 kW of facility power, 72 packages
    blocks = make_blocks(small_program(), load_catalog(), _streams())
    per_rack_kw = (blocks.facility_power_mw / blocks.racks * 1e3)[:, 0]
    quantiles = np.quantile(per_rack_kw, [0.1, 0.5, 0.9])
    packages_per_gw = 1e6 / quantiles * 72
    print(f"facility kW per rack {quantiles.round(0)}, packages per GW {packages_per_gw.round(0)}")
    assert 218.0 < quantiles[1] < 270.0
    assert 265_000 < packages_per_gw[1] < 340_000


def test_closed_loop_uses_next_to_no_water():
    # Abilene: about 12,000 US gallons a year per building after the first fill
    building_it_mwh = 130.0 * 8760.0
    told = 12_000 * 3.785 / (building_it_mwh * 1e3)
    fact = load_catalog().fact("cooling/closed-loop-dry/wue_l_per_kwh")
    drawn = _streams().sample(fact.path, fact.distribution)
    print(f"told {told:.5f} L/kWh, assumed mean {drawn.mean():.4f}")
    assert told < drawn.mean() < 0.03
    tower = load_catalog().fact("cooling/evaporative/wue_l_per_kwh")
    assert tower.distribution.central > 100.0 * drawn.mean() / 2.0


@settings(deadline=None, max_examples=20)
@given(st.floats(1.0, 1.5), st.floats(0.0, 0.4))
def test_larger_annual_pue_is_never_smaller_in_any_month(pue, more):
    catalog = load_catalog()
    low, high = (
        monthly_pue(small_site(pue_annual=Point(p)), catalog, AXIS, Streams(seed=1, draws=8))
        for p in (pue, pue + more)
    )
    assert np.all(high >= low)
