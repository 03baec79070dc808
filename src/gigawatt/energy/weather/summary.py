"""What a year of weather means for a data centre, in the numbers that `gigawatt weather` prints."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from gigawatt.catalog import Catalog
from gigawatt.energy.facility import design_day, facility_hours, plant_of
from gigawatt.energy.solar import Array1Axis, ArrayFixed, Sun, pv_yield, sun_of
from gigawatt.energy.weather.year import (
    MONTH_DAYS,
    Place,
    WeatherYear,
    monthly_mean,
    monthly_sum,
)
from gigawatt.energy.wind import Turbine, wind_yield
from gigawatt.quantity.arrays import Array
from gigawatt.quantity.units import W_PER_KW

CLOSURE_TOLERANCE = 0.12  # typical years are within 2 % with their own hours, 8 % half an hour off


@dataclass(frozen=True, slots=True)
class ByMonth:
    """A quantity of the year and of its months, (12,)."""

    year: float
    month: Array


@dataclass(frozen=True, slots=True)
class CoolingSummary:
    """PUE and water (L/kWh of IT) of a cooling type at full load, and what it is built for."""

    pue: ByMonth
    pue_p99: float
    pue_design_day: float
    wue_l_per_kwh: ByMonth
    water_m3_per_mw_day_peak: float
    chiller_mw_per_mw_it: float
    heat_wave_share: float


@dataclass(frozen=True, slots=True)
class WeatherSummary:
    """Summary of a year; yields are kWh per kW of nameplate (DC for photovoltaics).

    Attributes
    ----------
    place, origin, notes : of the weather.
    drybulb_mean_c, drybulb_p99_c, wetbulb_p99_c : passed in 1 % of the hours; `month` likewise.
    ghi_kwh_per_m2 : global horizontal irradiation.
    pv_fixed20_kwh_per_kwdc : fixed rack at 20 degrees, facing the equator.
    pv_tracked_kwh_per_kwdc : one horizontal axis, backtracking.
    wind_kwh_per_kw : at hub height `wind_hub_m`.
    cooling : by cooling type.
    """

    place: Place
    origin: str
    notes: tuple[str, ...]
    drybulb_mean_c: ByMonth
    drybulb_p99_c: ByMonth
    wetbulb_p99_c: ByMonth
    ghi_kwh_per_m2: ByMonth
    pv_fixed20_kwh_per_kwdc: ByMonth
    pv_tracked_kwh_per_kwdc: ByMonth
    wind_kwh_per_kw: ByMonth
    wind_hub_m: float
    cooling: dict[str, CoolingSummary]


def summarise(weather: WeatherYear, catalog: Catalog) -> WeatherSummary:
    """Summary of a year of weather with all cooling types of the catalog."""
    wet = weather.wetbulb_c()
    sun = sun_of(weather.place, weather.sun_minute)
    turbine = Turbine()
    closure = components_over_global(weather, sun)
    told = (
        (f"direct and diffuse add up to {closure:.0%} of global irradiance: check the columns",)
        if abs(closure - 1.0) > CLOSURE_TOLERANCE
        else ()
    )
    return WeatherSummary(
        place=weather.place,
        origin=weather.origin,
        notes=(*weather.notes, *told),
        drybulb_mean_c=_means(weather.drybulb_c),
        drybulb_p99_c=_p99(weather.drybulb_c),
        wetbulb_p99_c=_p99(wet),
        ghi_kwh_per_m2=_sums(weather.ghi_w_m2 / W_PER_KW),
        pv_fixed20_kwh_per_kwdc=_sums(pv_yield(weather, sun, ArrayFixed(20.0))),
        pv_tracked_kwh_per_kwdc=_sums(pv_yield(weather, sun, Array1Axis())),
        wind_kwh_per_kw=_sums(wind_yield(weather, turbine)),
        wind_hub_m=turbine.hub_height_m,
        cooling={c: cooling_summary(weather, wet, catalog, c) for c in catalog.records["coolers"]},
    )


def components_over_global(weather: WeatherYear, sun: Sun) -> float:
    """Direct on the horizontal and diffuse over global irradiance, of the year; 1 when they fit."""
    cosine = np.maximum(np.cos(np.radians(sun.zenith_deg)), 0.0)
    parts = weather.dni_w_m2 * cosine + weather.dhi_w_m2
    return float(parts.sum() / weather.ghi_w_m2.sum())


def cooling_summary(
    weather: WeatherYear, wetbulb_c: Array, catalog: Catalog, cooling: str
) -> CoolingSummary:
    """One cooling type over a year of weather at full load."""
    plant = plant_of(catalog, cooling)
    hours = facility_hours(plant, weather.drybulb_c, wetbulb_c, 1.0, weather.pressure_pa)
    design = design_day(plant, weather.drybulb_c, wetbulb_c)
    return CoolingSummary(
        pue=_means(hours.pue),
        pue_p99=float(np.percentile(hours.pue, 99.0)),
        pue_design_day=design.pue,
        wue_l_per_kwh=_means(hours.wue_l_per_kwh),
        water_m3_per_mw_day_peak=float(hours.wue_l_per_kwh.reshape(-1, 24).sum(axis=1).max()),
        chiller_mw_per_mw_it=design.chiller_mw_per_mw_it,
        heat_wave_share=design.heat_wave_share,
    )


def as_json(summary: WeatherSummary) -> dict[str, object]:
    """Summary as plain data.

    Numbers of the year stand at the top; the two photovoltaic yields are ``{"year": …, "month":
    [twelve]}``; months of everything else are under ``by_month``.
    """
    place = summary.place
    months = {
        name: value
        for name in WeatherSummary.__slots__
        if isinstance(value := getattr(summary, name), ByMonth)
    }
    return {
        "place": {
            "name": place.name, "lat": place.lat, "lon": place.lon,
            "tz_hours": place.tz_hours, "elevation_m": place.elevation_m,
        },
        "origin": summary.origin,
        "notes": list(summary.notes),
        **{k: _plain(v) if k.startswith("pv_") else _number(v.year) for k, v in months.items()},
        "wind_hub_m": summary.wind_hub_m,
        "pue": {c: _number(s.pue.year) for c, s in summary.cooling.items()},
        "wue_l_per_kwh": {c: _number(s.wue_l_per_kwh.year) for c, s in summary.cooling.items()},
        "cooling": {
            c: {
                "pue_p99": _number(s.pue_p99),
                "pue_design_day": _number(s.pue_design_day),
                "water_m3_per_mw_day_peak": _number(s.water_m3_per_mw_day_peak),
                "chiller_mw_per_mw_it": _number(s.chiller_mw_per_mw_it),
                "heat_wave_share": _number(s.heat_wave_share),
            }
            for c, s in summary.cooling.items()
        },
        "by_month": {
            **{k: _numbers(v.month) for k, v in months.items()},
            "pue": {c: _numbers(s.pue.month) for c, s in summary.cooling.items()},
            "wue_l_per_kwh": {
                c: _numbers(s.wue_l_per_kwh.month) for c, s in summary.cooling.items()
            },
        },
    }  # fmt: skip


def _plain(value: ByMonth) -> dict[str, object]:
    return {"year": _number(value.year), "month": _numbers(value.month)}


def _number(value: float) -> float:
    return round(float(value), 5)


def _numbers(values: Array) -> list[float]:
    return [_number(v) for v in values]


def _means(hourly: Array) -> ByMonth:
    return ByMonth(float(hourly.mean()), monthly_mean(hourly))


def _sums(hourly: Array) -> ByMonth:
    return ByMonth(float(hourly.sum()), monthly_sum(hourly))


def _p99(hourly: Array) -> ByMonth:
    ends = np.cumsum(MONTH_DAYS) * 24
    months = np.split(hourly, ends[:-1])
    return ByMonth(
        float(np.percentile(hourly, 99.0)),
        np.array([np.percentile(m, 99.0) for m in months]),
    )
