"""What a year of weather offers a site by hour: facility power per IT power, sun, wind, water."""

from __future__ import annotations

from dataclasses import dataclass

from gigawatt.catalog import Catalog
from gigawatt.energy.facility import facility_hours, plant_of
from gigawatt.energy.solar import (
    PVWATTS,
    Array1Axis,
    ArrayFixed,
    PlantTerms,
    pv_yield,
    sun_of,
)
from gigawatt.energy.weather.year import WeatherYear
from gigawatt.energy.wind import TURBINE, Turbine, wind_yield
from gigawatt.quantity.arrays import Array


@dataclass(frozen=True, slots=True)
class HourlyProfiles:
    """Series for the planning of a site's supply, (8760,) each.

    Attributes
    ----------
    pue : facility over IT power.
    water_l_per_kwh : site water per kWh of IT energy.
    pv_fixed_per_kwac, pv_tracked_per_kwac : output over AC nameplate, 0 to 1.
    wind_per_kw : output over nameplate, 0 to 1.
    drybulb_c : for the derating of turbines.
    """

    pue: Array
    water_l_per_kwh: Array
    pv_fixed_per_kwac: Array
    pv_tracked_per_kwac: Array
    wind_per_kw: Array
    drybulb_c: Array


def hourly_profiles(
    weather: WeatherYear,
    catalog: Catalog,
    cooling: str,
    *,
    load_share: Array | float = 1.0,
    terms: PlantTerms = PVWATTS,
    turbine: Turbine = TURBINE,
) -> HourlyProfiles:
    """Hourly profiles of a cooling type and of renewable plants in a year of weather.

    Parameters
    ----------
    weather : from a file or synthetic.
    catalog : for the cooling type.
    cooling : id in the table "coolers".
    load_share : IT load over full IT load, a number or (8760,).
    terms, turbine : of the photovoltaic plant and the turbines.
    """
    facility = facility_hours(
        plant_of(catalog, cooling), weather.drybulb_c, weather.wetbulb_c(), load_share,
        weather.pressure_pa,
    )  # fmt: skip
    sun = sun_of(weather.place, weather.sun_minute)
    return HourlyProfiles(
        pue=facility.pue,
        water_l_per_kwh=facility.wue_l_per_kwh,
        pv_fixed_per_kwac=pv_yield(weather, sun, ArrayFixed(), terms) * terms.dc_ac_ratio,
        pv_tracked_per_kwac=pv_yield(weather, sun, Array1Axis(), terms) * terms.dc_ac_ratio,
        wind_per_kw=wind_yield(weather, turbine),
        drybulb_c=weather.drybulb_c,
    )
