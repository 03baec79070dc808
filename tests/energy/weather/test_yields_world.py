"""Photovoltaic yields at places all over the world against PVWatts 8, on years made here.

The years are no weather of the places: clear sky with clouds that last, temperature by the season,
the same in every run. What they try is the sun: both hemispheres, the equator, beyond the polar
circle, time zones of half hours and far from the sun's. The yields of PVWatts 8 are those of
PySAM 7 on the same hours (standard modules, 14.08 % losses, DC over AC 1.3, inverter 96 %, ground
cover 0.35, 45 degrees, albedo 0.2).
"""

from __future__ import annotations

import numpy as np
import pandas as pd
import pvlib
import pytest

from gigawatt.energy.solar import Array1Axis, ArrayFixed, pv_yield, sun_of
from gigawatt.energy.weather.year import HOURS, Place, WeatherYear

PER_HOUR = 6
# place: latitude, longitude, time zone, elevation, mean and swing of temperature, cloudiness
PLACES = {
    "Sydney": (-33.95, 151.18, 10.0, 6.0, 18.0, 5.0, 0.35),
    "Delhi": (28.57, 77.12, 5.5, 216.0, 25.0, 9.0, 0.25),
    "Tromsø": (69.68, 18.92, 1.0, 10.0, 3.0, 8.0, 0.6),
    "Nairobi": (-1.32, 36.93, 3.0, 1624.0, 19.0, 1.5, 0.4),
    "Santiago": (-33.38, -70.78, -4.0, 474.0, 15.0, 6.5, 0.2),
    "Reykjavik": (64.13, -21.9, 0.0, 61.0, 5.0, 6.0, 0.65),
    "Urumqi": (43.8, 87.65, 8.0, 935.0, 7.0, 19.0, 0.35),
    "Adelaide": (-34.93, 138.58, 9.5, 51.0, 17.0, 6.0, 0.3),
}
PVWATTS = {  # fixed 20°, tracked; kWh AC per kW DC
    "Sydney": (1423.6, 1610.6),
    "Delhi": (1586.2, 1859.8),
    "Tromsø": (613.5, 714.0),
    "Nairobi": (1419.4, 1754.7),
    "Santiago": (1681.7, 1949.9),
    "Reykjavik": (641.1, 720.0),
    "Urumqi": (1327.8, 1476.5),
    "Adelaide": (1493.8, 1696.5),
}


def made_year(name: str) -> WeatherYear:
    """A year of whole watts and tenths of a degree, as files hold them."""
    lat, lon, tz, height, mean, swing, cloudy = PLACES[name]
    step = 60 // PER_HOUR
    times = pd.date_range("2021-01-01", periods=PER_HOUR * HOURS, freq=f"{step}min")
    times += pd.Timedelta(minutes=step / 2)
    utc = (times - pd.Timedelta(hours=tz)).tz_localize("UTC")
    zenith = pvlib.solarposition.get_solarposition(utc, lat, lon, height).zenith
    clear = pvlib.clearsky.haurwitz(zenith)["ghi"].to_numpy()
    rng, lasting = np.random.default_rng(7), np.zeros(HOURS)
    shock = rng.normal(size=HOURS)
    for i in range(1, HOURS):
        lasting[i] = 0.93 * lasting[i - 1] + np.sqrt(1.0 - 0.93**2) * shock[i]
    share = np.clip(1.0 - 0.75 * cloudy * (1.0 + np.tanh(lasting)), 0.08, 1.0)
    ghi = clear * np.repeat(share, PER_HOUR)
    dni = np.nan_to_num(np.asarray(pvlib.irradiance.erbs(ghi, zenith, utc)["dni"]))
    dni = np.where(zenith.to_numpy() < 87.0, np.minimum(dni, 1050.0), 0.0)
    beam = dni * np.maximum(np.cos(np.radians(zenith.to_numpy())), 0.0)
    hour = np.arange(HOURS)
    warm = -np.cos(2.0 * np.pi * (hour / 24.0 - 15.0) / 365.0) * (1.0 if lat >= 0.0 else -1.0)
    day = np.cos(2.0 * np.pi * (hour % 24 - 15) / 24.0)

    def hourly(values: np.ndarray) -> np.ndarray:
        return np.round(values.reshape(HOURS, PER_HOUR).mean(axis=1))

    pressure = float(pvlib.atmosphere.alt2pres(height))
    return WeatherYear(
        Place(name, lat, lon, tz, height), np.round(mean + swing * warm + 4.0 * day, 1),
        np.clip(65.0 - 12.0 * day, 10.0, 100.0), np.full(HOURS, round(pressure, -2)), hourly(ghi),
        hourly(dni), hourly(np.maximum(ghi - beam, 0.0)),
        np.round(np.clip(4.0 + 1.5 * lasting + 0.8 * day, 0.2, None), 1),
    )  # fmt: skip


@pytest.mark.parametrize("name", PVWATTS)
def test_yields_are_those_of_pvwatts(name):
    year = made_year(name)
    sun = sun_of(year.place, year.sun_minute)
    found = [float(pv_yield(year, sun, array).sum()) for array in (ArrayFixed(), Array1Axis())]
    errors = [one / told - 1.0 for one, told in zip(found, PVWATTS[name], strict=True)]
    print(f"{name}: fixed {errors[0]:+.1%}, tracked {errors[1]:+.1%}")
    assert abs(errors[0]) < 0.02
    assert abs(errors[1]) < 0.03
