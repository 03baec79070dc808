"""Photovoltaic yield of a year of weather, by the conventions of PVWatts.

Chain (Dobos, "PVWatts Version 5 Manual", NREL/TP-6A20-62641, 2014; module types and glass of
version 8): sun at mid hour (in the hours of sunrise and sunset: middle of the sunlit part); sky
diffuse by Perez 1990, ground of albedo 0.2; glass with anti-reflective coating on the beam by
Fresnel and Snell, on sky and ground at the effective angles of Brandemuehl and Beckman (1980);
cell temperature of an open rack by the Sandia model (King 2004); DC power linear in irradiance
with -0.37 %/K; system losses 14.08 %; inverter curve of PVWatts; output cut at the AC nameplate.

Difference from PVWatts: its cell temperature (Fuentes 1987) has thermal inertia, this one has none.
Against PVWatts 8 the annual yield of six typical years is -0.9 to -0.3 % (fixed) and -0.1 to
+0.5 % (tracked), see `docs/weather.md`. Yields are kWh of AC per kW of DC nameplate. No snow, no
shade by the horizon, no degradation.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from gigawatt.energy.weather.year import HOURS, MID_HOUR_MINUTE, Place, WeatherYear
from gigawatt.quantity.arrays import Array, BoolArray

STC_W_M2 = 1000.0
STC_C = 25.0
AR_COATING_INDEX = 1.3  # refractive index of the coating, PVWatts 8
SANDIA_A, SANDIA_B, SANDIA_DELTA_K = -3.56, -0.075, 3.0  # open rack, glass and polymer back
NOMINAL_YEAR = 2019  # any year without 29 February
HORIZON_DEG = 90.0


@dataclass(frozen=True, slots=True)
class Array1Axis:
    """Tracker on a horizontal north-south axis.

    Attributes
    ----------
    max_angle_deg : rotation either way.
    ground_cover_share : module area over ground area, for backtracking.
    """

    max_angle_deg: float = 45.0
    ground_cover_share: float = 0.35


@dataclass(frozen=True, slots=True)
class ArrayFixed:
    """Fixed rack that faces the equator, at a tilt."""

    tilt_deg: float = 20.0


@dataclass(frozen=True, slots=True)
class PlantTerms:
    """Electrical terms of a plant; defaults are the standard module and losses of PVWatts."""

    loss_share: float = 0.1408
    dc_ac_ratio: float = 1.3
    inverter_share: float = 0.96
    temperature_per_k: float = -0.0037
    albedo: float = 0.2


PVWATTS = PlantTerms()


@dataclass(frozen=True, slots=True)
class Sun:
    """Sun by hour, (8760,) each: angles, extraterrestrial normal irradiance, air mass."""

    zenith_deg: Array
    azimuth_deg: Array
    extra_w_m2: Array
    airmass: Array

    @property
    def up(self) -> BoolArray:
        """Whether the sun stands above the horizon."""
        out: BoolArray = self.zenith_deg < HORIZON_DEG
        return out


def sun_of(place: Place, minute: float = MID_HOUR_MINUTE) -> Sun:
    """Position of the sun that goes with each hour's irradiance.

    Parameters
    ----------
    place : where; hours are local standard time.
    minute : 30 for hourly means, which moves to the middle of the sunlit part in the hours of
        sunrise and sunset; otherwise the minute of the instant.
    """
    import pandas as pd  # noqa: PLC0415  pvlib and pandas take most of a second to import
    from pvlib import atmosphere, irradiance, solarposition  # noqa: PLC0415

    start = pd.Timestamp(NOMINAL_YEAR, 1, 1, tz="UTC") - pd.Timedelta(hours=place.tz_hours)

    def at(hours: Array) -> pd.DataFrame:
        times = start + pd.to_timedelta(np.round(hours * 3600.0), unit="s")
        return solarposition.get_solarposition(times, place.lat, place.lon, place.elevation_m)

    hours = np.arange(HOURS, dtype=np.float64)
    if minute == MID_HOUR_MINUTE:
        edges = at(np.arange(HOURS + 1, dtype=np.float64))["apparent_elevation"].to_numpy()
        begin, end = _sunlit(edges)
        hours = hours + 0.5 * (begin + end)
    else:
        hours = hours + minute / 60.0
    found = at(hours)
    zenith = found["apparent_zenith"].to_numpy()
    days = found.index.day_of_year.to_numpy()
    return Sun(
        zenith_deg=zenith,
        azimuth_deg=found["azimuth"].to_numpy(),
        extra_w_m2=np.asarray(irradiance.get_extra_radiation(days), dtype=np.float64),
        airmass=np.asarray(atmosphere.get_relative_airmass(np.minimum(zenith, 89.9))),
    )


def cell_power(weather: WeatherYear, sun: Sun, mount: ArrayFixed | Array1Axis,
               terms: PlantTerms = PVWATTS) -> Array:  # fmt: skip
    """DC power after system losses per kW of DC nameplate, (8760,)."""
    tilt, azimuth = orientation(weather.place, sun, mount)
    beam, sky, ground, incidence = plane_of_array(weather, sun, tilt, azimuth, terms.albedo)
    absorbed = beam * _glass(incidence)
    absorbed += sky * _glass(59.7 - 0.1388 * tilt + 0.001497 * tilt**2)
    absorbed += ground * _glass(np.minimum(90.0 - 0.5788 * tilt + 0.002693 * tilt**2, 89.9))
    received = beam + sky + ground
    module_c = weather.drybulb_c + received * np.exp(SANDIA_A + SANDIA_B * weather.wind_ms)
    cell_c = module_c + SANDIA_DELTA_K * received / STC_W_M2
    gain = 1.0 + terms.temperature_per_k * (cell_c - STC_C)
    out: Array = absorbed / STC_W_M2 * np.maximum(gain, 0.0) * (1.0 - terms.loss_share)
    return out


def pv_yield(weather: WeatherYear, sun: Sun, mount: ArrayFixed | Array1Axis,
             terms: PlantTerms = PVWATTS) -> Array:  # fmt: skip
    """AC energy by hour per kW of DC nameplate, (8760,) in kWh/kW.

    Parameters
    ----------
    weather, sun : of one place; `sun` from `sun_of(place, weather.sun_minute)`.
    mount : fixed rack or tracker.
    terms : losses, DC over AC nameplate, inverter, temperature coefficient, albedo.
    """
    dc = cell_power(weather, sun, mount, terms)
    nameplate = 1.0 / terms.dc_ac_ratio
    load = dc * terms.inverter_share / nameplate
    # eta x dc with eta = eta0/0.9637 (-0.0162 z - 0.0059/z + 0.9858): the 1/z is multiplied out
    ac = terms.inverter_share / 0.9637 * (
        dc * (0.9858 - 0.0162 * load) - 0.0059 * nameplate / terms.inverter_share
    )  # fmt: skip
    out: Array = np.clip(np.where(dc > 0.0, ac, 0.0), 0.0, nameplate)
    return out


def orientation(place: Place, sun: Sun, mount: ArrayFixed | Array1Axis) -> tuple[Array, Array]:
    """Tilt and azimuth of the modules by hour, (8760,) each, in degrees."""
    facing = 0.0 if place.southern else 180.0
    if isinstance(mount, ArrayFixed):
        return np.full(HOURS, mount.tilt_deg), np.full(HOURS, facing)
    from pvlib import tracking  # noqa: PLC0415

    with np.errstate(invalid="ignore", divide="ignore"):
        moved = tracking.singleaxis(
            sun.zenith_deg, sun.azimuth_deg, 0.0, 180.0,
            mount.max_angle_deg, True, mount.ground_cover_share,
        )  # fmt: skip
    tilt = np.nan_to_num(np.asarray(moved["surface_tilt"], dtype=np.float64))
    azimuth = np.nan_to_num(np.asarray(moved["surface_azimuth"], dtype=np.float64), nan=facing)
    return tilt, azimuth


def plane_of_array(
    weather: WeatherYear, sun: Sun, tilt_deg: Array, azimuth_deg: Array, albedo: float
) -> tuple[Array, Array, Array, Array]:
    """Beam, sky and ground irradiance on the modules in W/m2, and the angle of incidence.

    While the sun is down the file's diffuse counts as isotropic and its beam not at all.
    """
    from pvlib import irradiance  # noqa: PLC0415

    zenith, azimuth = sun.zenith_deg, sun.azimuth_deg
    dni = np.where(sun.up, weather.dni_w_m2, 0.0)
    incidence = np.asarray(irradiance.aoi(tilt_deg, azimuth_deg, zenith, azimuth))
    with np.errstate(invalid="ignore", divide="ignore"):
        perez = np.asarray(irradiance.perez(
            tilt_deg, azimuth_deg, weather.dhi_w_m2, dni, sun.extra_w_m2, zenith, azimuth,
            sun.airmass,
        ))  # fmt: skip
    seen = 0.5 * (1.0 + np.cos(np.radians(tilt_deg)))
    sky = np.where(sun.up, np.nan_to_num(np.maximum(perez, 0.0)), weather.dhi_w_m2 * seen)
    beam = np.maximum(np.cos(np.radians(incidence)), 0.0) * dni
    ground = albedo * weather.ghi_w_m2 * (1.0 - seen)
    return beam, sky, ground, incidence


def _glass(incidence_deg: Array) -> Array:
    """Transmission of coated glass over that at normal incidence."""
    from pvlib import iam  # noqa: PLC0415

    with np.errstate(invalid="ignore", divide="ignore"):
        out = np.asarray(iam.physical(incidence_deg, n_ar=AR_COATING_INDEX), dtype=np.float64)
    return np.nan_to_num(out)


def _sunlit(edges_deg: Array) -> tuple[Array, Array]:
    """Begin and end of the sunlit part of each hour, as shares of the hour.

    Parameters
    ----------
    edges_deg : (8761,) elevation of the sun at the edges of the hours.
    """
    first, last = edges_deg[:-1], edges_deg[1:]
    crossing = first / np.where(first == last, 1.0, first - last)
    rises = (first <= 0.0) & (last > 0.0)
    sets = (first > 0.0) & (last <= 0.0)
    return np.where(rises, crossing, 0.0), np.where(sets, crossing, 1.0)
