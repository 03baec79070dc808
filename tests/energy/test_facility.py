"""The hourly model of cooling: limits, orders, closed forms, published ranges."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gigawatt.catalog import load_catalog
from gigawatt.energy.facility import (
    capacity_share,
    design_day,
    facility_hours,
    plant_of,
)
from gigawatt.energy.psychrometrics import wet_bulb_c
from gigawatt.errors import InputError

CATALOG = load_catalog()
TYPES = list(CATALOG.records["coolers"])


@settings(max_examples=60, deadline=None, derandomize=True)
@given(
    cooling=st.sampled_from(TYPES),
    dry=st.floats(-35.0, 50.0),
    rh=st.floats(5.0, 100.0),
    load=st.floats(0.1, 1.0),
)
def test_within_bounds_at_any_hour(cooling, dry, rh, load):
    wet = wet_bulb_c(dry, rh, 101325.0)
    found = facility_hours(plant_of(CATALOG, cooling), np.array(dry), wet, load)
    assert 1.03 < float(found.pue) < 1.7
    assert 0.0 <= float(found.wue_l_per_kwh) < 4.5
    assert 0.0 <= float(found.chiller_share) <= 1.0


@pytest.mark.parametrize("cooling", TYPES)
def test_pue_rises_with_the_weather_and_falls_with_load(cooling):
    plant = plant_of(CATALOG, cooling)
    dry = np.linspace(-10.0, 46.0, 113)
    wet = wet_bulb_c(dry, np.full(113, 30.0), np.full(113, 101325.0))
    pue = facility_hours(plant, dry, wet).pue
    # where pads switch on PUE falls; everything else rises
    falls = np.diff(pue) < -1e-9
    assert falls.sum() <= (3 if plant.pad_share else 0)
    cold = facility_hours(plant, dry[:1], wet[:1], np.array([0.25, 0.5, 1.0])).pue
    assert np.all(np.diff(cold) < 0.0)


def test_cold_hour_of_a_dry_plant_in_closed_form():
    plant = plant_of(CATALOG, "closed-loop-dry")
    cold = facility_hours(plant, np.array(-20.0), np.array(-21.0))
    losses = plant.loss_fixed_share + plant.loss_linear_share + plant.loss_square_share
    heat = 1.0 + losses
    fans = sum(
        share * plant.fan_share * max(0.2, plant.approach_k / (supply + 20.0)) ** 2.5
        for share, supply in (
            (plant.liquid_share, plant.liquid_supply_c),
            (1.0 - plant.liquid_share, plant.air_supply_c),
        )
    )
    moved = plant.pump_share + plant.air_fan_share * (1.0 - plant.liquid_share) + fans
    assert float(cold.pue) == pytest.approx(1.0 + heat * moved + losses + plant.house_share)
    assert float(cold.chiller_share) == 0.0


def test_water_of_a_tower_is_bounded_by_latent_heat():
    plant = plant_of(CATALOG, "evaporative")
    dry = np.linspace(0.0, 45.0, 46)
    wet = wet_bulb_c(dry, np.full(46, 25.0), np.full(46, 101325.0))
    water = facility_hours(plant, dry, wet).wue_l_per_kwh
    blow_down = plant.cycles_ratio / (plant.cycles_ratio - 1.0)
    latent = 3600.0 / 2430.0 * 1.06 * blow_down
    assert np.all(water > 0.55 * latent)  # in cold air part of the heat is sensible
    assert np.all(water < 1.5 * latent)  # hot dry air is itself cooled by evaporation


def test_design_day_and_heat_wave():
    rng = np.random.default_rng(1)
    dry = 20.0 + 10.0 * rng.standard_normal(8760)
    wet = dry - np.abs(5.0 + 2.0 * rng.standard_normal(8760))
    for cooling in TYPES:
        plant = plant_of(CATALOG, cooling)
        day = design_day(plant, dry, wet)
        assert day.drybulb_c == pytest.approx(np.quantile(dry, 0.996))
        at = capacity_share(plant, (day.drybulb_c, day.wetbulb_c), day.drybulb_c, day.wetbulb_c)
        assert float(at) == 1.0
        worse = [
            float(capacity_share(plant, (day.drybulb_c, day.wetbulb_c), day.drybulb_c + k,
                                 day.wetbulb_c + k))
            for k in (0.0, 8.0, 16.0, 24.0)
        ]  # fmt: skip
        assert worse == sorted(worse, reverse=True)
        assert worse[-1] < 1.0


def test_ends_of_the_parameters_span_published_pue():
    # new liquid-cooled halls are quoted at 1.05 to 1.15; fleets with towers 1.09; chillers to 1.3
    from dataclasses import replace

    plant = plant_of(CATALOG, "closed-loop-dry")
    dry, wet = np.array([10.0, 20.0, 30.0]), np.array([7.0, 15.0, 22.0])
    central = facility_hours(plant, dry, wet).pue.mean()
    record = CATALOG.record("coolers", "closed-loop-dry")
    ends = {}
    for name, rises in (("loss_linear_share", 1), ("pump_share", 1), ("liquid_supply_c", -1)):
        fact = record.fact(name).distribution
        ends[name] = [
            facility_hours(replace(plant, **{name: float(v)}), dry, wet).pue.mean()
            for v in fact.ppf(np.array([0.01, 0.99]))[::rises]
        ]
        assert ends[name][0] < central < ends[name][1]
    assert 1.07 < central < 1.13


def test_unknown_type_is_told():
    with pytest.raises(InputError, match="closed-loop-dry"):
        plant_of(CATALOG, "closed-loop-dri")
