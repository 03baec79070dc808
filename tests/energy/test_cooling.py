"""PUE and water by month: means, seasons, consistency with the design value, published anchors."""

from __future__ import annotations

import datetime as dt

import numpy as np
import pytest
from factories import small_program, small_site
from hypothesis import given, settings
from hypothesis import strategies as st

from gigawatt.catalog.loader import load_catalog
from gigawatt.energy.cooling import (
    annual_pue,
    monthly_course,
    monthly_pue,
    monthly_wue_l_per_kwh,
    season,
    site_climate,
)
from gigawatt.energy.weather.normals import normals_of
from gigawatt.program.blocks import make_blocks
from gigawatt.quantity.calendar import MonthAxis
from gigawatt.uncertainty.distributions import Point, Uniform
from gigawatt.uncertainty.streams import Streams

AXIS = MonthAxis(dt.date(2026, 1, 1), 48)
COOLING = ("closed-loop-dry", "closed-loop-adiabatic", "closed-loop-chiller", "evaporative")
PLACES = {"abu-dhabi": (24.35, 54.65), "dallas": (32.9, -97.0), "narvik": (68.44, 17.43)}


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
def test_far_from_any_climate_monthly_values_average_to_the_annual_ones(cooling):
    site = small_site(cooling=cooling, lat=-55.0, lon=-140.0)
    catalog, streams = load_catalog(), _streams()
    assert site_climate(site, catalog).climate == ""
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


@pytest.mark.parametrize("cooling", ["closed-loop-dry", "closed-loop-chiller"])
def test_hot_climates_cost_more(cooling):
    catalog = load_catalog()
    found = {}
    for name, (lat, lon) in PLACES.items():
        site = small_site(cooling=cooling, lat=lat, lon=lon)
        found[name] = monthly_pue(site, catalog, AXIS, _streams()).mean()
        assert site_climate(site, catalog).climate
    print(cooling, {k: round(float(v), 3) for k, v in found.items()})
    assert found["abu-dhabi"] > found["dallas"] + 0.02 > found["narvik"] + 0.03


def test_a_site_may_name_its_climate():
    catalog, site = load_catalog(), small_site(climate="narvik-no")
    assert site_climate(site, catalog).climate == "narvik-no"
    assert site_climate(small_site(), catalog).climate == "abilene-tx"


def test_spread_of_plants_is_kept_in_every_climate():
    catalog, streams = load_catalog(), _streams()
    fact = catalog.fact("cooling/closed-loop-dry/pue_annual")
    for lat, lon in PLACES.values():
        site = small_site(lat=lat, lon=lon)
        course = monthly_course(site, catalog)
        assert course is not None
        excess = monthly_pue(site, catalog, AXIS, streams) - 1.0
        quality = (annual_pue(site, catalog, streams) - 1.0) / (fact.value - 1.0)
        assert excess[:, 7] == pytest.approx((course.pue[7] - 1.0) * quality, rel=1e-12)


def test_central_plants_of_the_facts_are_those_of_the_hourly_model():
    # a mean climate: six typical places of the US
    catalog = load_catalog()
    places = ("dallas-tx", "phoenix-az", "chicago-il", "leesburg-va", "atlanta-ga", "seattle-wa")
    for cooling in COOLING:
        means = []
        for climate in places:
            place = normals_of(catalog, climate).place
            course = monthly_course(
                small_site(cooling=cooling, lat=place.lat, lon=place.lon), catalog
            )
            assert course is not None
            means.append(course.pue.mean())
        fact = catalog.fact(f"cooling/{cooling}/pue_annual").value
        print(f"{cooling}: model {np.mean(means):.3f}, fact {fact:.3f}")
        assert np.mean(means) == pytest.approx(fact, abs=0.008)


def test_towers_drink_most_in_summer_and_closed_loops_never():
    catalog = load_catalog()
    lat, lon = PLACES["dallas"]
    tower = monthly_course(small_site(cooling="evaporative", lat=lat, lon=lon), catalog)
    dry = monthly_course(small_site(cooling="closed-loop-dry", lat=lat, lon=lon), catalog)
    assert tower is not None
    assert dry is not None
    assert tower.wue_l_per_kwh.argmax() in (6, 7)
    assert 1.2 < tower.wue_l_per_kwh.mean() < 2.2  # latent heat 1.5, published towers 1.8
    assert dry.wue_l_per_kwh.max() == 0.0


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
