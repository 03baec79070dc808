"""Photovoltaic yields against PVWatts 8 on six typical years, wind against a closed form."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from pvlib import inverter

from gigawatt.energy.solar import (
    Array1Axis,
    ArrayFixed,
    PlantTerms,
    Sun,
    cell_power,
    pv_yield,
    sun_of,
)
from gigawatt.energy.weather.read import read_weather
from gigawatt.energy.weather.rows import PlaceOptions
from gigawatt.energy.weather.year import HOURS, Place, WeatherYear
from gigawatt.energy.wind import Turbine, power_curve, wind_yield

# PVWatts 8 (PySAM 7.1.1), kWh per kWdc: fixed 20 degrees, tracked +-60 degrees, ground cover 0.4,
# DC over AC 1.2
PVWATTS = {
    "dallas_tx": (PlaceOptions(32.898, -97.019, -6.0), 1497, 1767),
    "phoenix_az": (PlaceOptions(33.428, -112.004, -7.0), 1783, 2124),
    "chicago_il": (PlaceOptions(41.96, -87.932, -6.0), 1382, 1569),
    "leesburg_va": (PlaceOptions(39.078, -77.558, -5.0), 1364, 1554),
    "atlanta_ga": (PlaceOptions(33.63, -84.442, -5.0), 1432, 1674),
    "seattle_wa": (PlaceOptions(47.444, -122.314, -8.0), 1131, 1318),
}

# The same as the command asks it: ground cover 0.35, DC over AC 1.3, +-45 degrees: year fixed, year
# tracked
AS_ASKED = {
    "dallas_tx": (1497.8, 1776.9), "phoenix_az": (1783.3, 2136.0), "chicago_il": (1382.6, 1578.7),
    "leesburg_va": (1364.9, 1563.1), "atlanta_ga": (1433.8, 1682.7), "seattle_wa": (1132.4, 1327.0),
}  # fmt: skip


@pytest.mark.parametrize("site", AS_ASKED)
def test_the_commands_yields_against_pvwatts(site, shared):
    weather = read_weather(
        shared / f"reference/energy/weather_tmyx_{site}.csv.gz", PVWATTS[site][0]
    )
    sun, (fixed, tracked) = sun_of(weather.place), AS_ASKED[site]
    errors = (
        pv_yield(weather, sun, ArrayFixed(20.0)).sum() / fixed - 1.0,
        pv_yield(weather, sun, Array1Axis()).sum() / tracked - 1.0,
    )
    print(f"{site}: fixed {errors[0]:+.2%}, tracked {errors[1]:+.2%}")
    assert max(abs(e) for e in errors) < 0.012


@pytest.mark.parametrize("site", PVWATTS)
def test_against_pvwatts(site, shared):
    given, fixed, tracked = PVWATTS[site]
    weather = read_weather(shared / f"reference/energy/weather_tmyx_{site}.csv.gz", given)
    sun, terms = sun_of(weather.place), PlantTerms(dc_ac_ratio=1.2)
    errors = (
        pv_yield(weather, sun, ArrayFixed(20.0), terms).sum() / fixed - 1.0,
        pv_yield(weather, sun, Array1Axis(60.0, 0.4), terms).sum() / tracked - 1.0,
    )
    print(f"{site}: fixed {errors[0]:+.2%}, tracked {errors[1]:+.2%}")
    assert abs(errors[0]) < 0.015
    assert abs(errors[1]) < 0.015


def test_panhandle_against_its_own_columns(shared):
    # the file's own factors: tracker +-60 degrees; cubic curve on the 100 m wind, 12 % losses
    path = shared / "reference/energy/tx_panhandle_2012_nsrdb_wtk.csv.gz"
    weather = read_weather(path, PlaceOptions(35.21, -101.94, -6.0))
    terms = PlantTerms(loss_share=0.14)
    tracked = pv_yield(weather, sun_of(weather.place), Array1Axis(60.0), terms)
    calm = Turbine(turbulence_share=0.0)
    print(f"pv {tracked.mean() * 1.3:.3f} (0.307), wind {wind_yield(weather, calm).mean():.3f}")
    assert tracked.mean() * 1.3 == pytest.approx(0.307, rel=0.03)
    assert weather.hub_wind_ms is not None
    standard = power_curve(weather.hub_wind_ms, calm).mean() * 0.88
    assert standard == pytest.approx(0.425, rel=0.01)


def _flat(lat: float = 30.0) -> tuple[WeatherYear, Sun]:
    place = Place("x", lat, 0.0, 0.0, 0.0)
    one = np.ones(HOURS)
    sun = sun_of(place)
    weather = WeatherYear(
        place, 20 * one, 50 * one, 101325 * one, 600 * one * sun.up, 500 * one * sun.up,
        200 * one * sun.up, 8.0 * one,
    )  # fmt: skip
    return weather, sun


def test_output_never_passes_the_nameplate_and_is_zero_at_night():
    weather, sun = _flat()
    for mount in (ArrayFixed(20.0), Array1Axis()):
        out = pv_yield(weather, sun, mount)
        assert out.max() <= 1.0 / 1.3 + 1e-12
        assert np.all(out[~sun.up] == 0.0)


def test_inverter_is_that_of_pvwatts_at_the_loading_of_the_command():
    weather, sun = _flat()
    weather = replace(weather, dni_w_m2=2.0 * weather.dni_w_m2)
    dc = cell_power(weather, sun, Array1Axis())
    limit = 1.0 / 1.3 / 0.96  # DC input at the AC nameplate
    wanted = inverter.pvwatts(dc, limit, 0.96, 0.9637)
    assert pv_yield(weather, sun, Array1Axis()) == pytest.approx(wanted, abs=1e-12)
    assert np.any(dc > limit)


def test_fixed_racks_face_the_equator():
    north, south = _flat(30.0), _flat(-30.0)
    yields = [pv_yield(w, s, ArrayFixed(20.0)).sum() for w, s in (north, south)]
    assert yields[0] == pytest.approx(yields[1], rel=0.02)


def test_sun_of_an_instant_moves_with_its_minute():
    place = Place("x", 30.0, 0.0, 0.0, 0.0)
    early, late = sun_of(place, 0.0), sun_of(place, 59.9)
    morning = np.arange(HOURS) % 24 == 9
    assert np.all(late.zenith_deg[morning] < early.zenith_deg[morning])


def test_power_curve_and_shear():
    turbine = Turbine()
    at = power_curve(np.array([0.0, 2.9, 3.0, 11.5, 20.0, 25.1]), turbine)
    assert at.tolist() == [0.0, 0.0, 0.0, 1.0, 1.0, 0.0]
    weather, _ = _flat()
    speed = 8.0 * 10.0**0.2
    density = 101325.0 / 287.05 / 293.15 / 1.225
    low = 3.0**3
    wanted = (speed**3 * density - low) / (11.5**3 - low)
    calm = Turbine(turbulence_share=0.0, loss_share=0.0)
    assert speed * density ** (1 / 3) < 13.0
    assert wind_yield(weather, calm)[0] == pytest.approx(min(1.0, wanted))
