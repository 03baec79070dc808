"""Wind yield: speed at hub height, power curve, density of the air, losses.

The curve is that of a low-wind land-based turbine of the 2020s in the cubic form: 0 below cut-in,
(v^3 - in^3) / (rated^3 - in^3) up to rated, 1 up to cut-out. Density enters by the cube root
(IEC 61400-12-1, a pitch-controlled turbine). Hourly means are spread by turbulence of 10 % before
the curve, which rounds its knee. Typical years have the wind of an airport at 10 m: extrapolated
by a power law they understate good sites by far; give a file with the wind at hub height where it
matters.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from gigawatt.energy.psychrometrics import KELVIN
from gigawatt.energy.weather.year import WeatherYear
from gigawatt.quantity.arrays import Array

GAS_CONSTANT_DRY_AIR = 287.05  # J/(kg K)
STANDARD_DENSITY = 1.225  # kg/m3
SPREAD = ((-1.7321, 1.0 / 6.0), (0.0, 2.0 / 3.0), (1.7321, 1.0 / 6.0))  # Gauss, three points


@dataclass(frozen=True, slots=True)
class Turbine:
    """Wind plant.

    Attributes
    ----------
    hub_height_m : of the turbines.
    cut_in_ms, rated_ms, cut_out_ms : of the power curve.
    shear_exponent : of the power law between 10 m and the hub.
    turbulence_share : standard deviation of the speed within the hour over its mean.
    loss_share : wake, electrical, availability.
    """

    hub_height_m: float = 100.0
    cut_in_ms: float = 3.0
    rated_ms: float = 11.5
    cut_out_ms: float = 25.0
    shear_exponent: float = 0.2
    turbulence_share: float = 0.1
    loss_share: float = 0.12


TURBINE = Turbine()


def wind_yield(weather: WeatherYear, turbine: Turbine = TURBINE) -> Array:
    """Energy by hour per kW of nameplate, (8760,) in kWh/kW."""
    speed = speed_at_hub_ms(weather, turbine)
    density = weather.pressure_pa / GAS_CONSTANT_DRY_AIR / (weather.drybulb_c + KELVIN)
    effective = speed * np.cbrt(density / STANDARD_DENSITY)
    output = np.zeros_like(speed)
    for score, weight in SPREAD:
        output += weight * power_curve(
            effective * (1.0 + score * turbine.turbulence_share), turbine
        )
    return output * (1.0 - turbine.loss_share)


def speed_at_hub_ms(weather: WeatherYear, turbine: Turbine) -> Array:
    """Wind at hub height: from the greatest height that the file has, by the power law."""
    if weather.hub_wind_ms is None:
        speed, height = weather.wind_ms, 10.0
    else:
        speed, height = weather.hub_wind_ms, weather.hub_height_m
    out: Array = speed * (turbine.hub_height_m / height) ** turbine.shear_exponent
    return out


def power_curve(speed_ms: Array, turbine: Turbine) -> Array:
    """Output over nameplate at a speed; 0 below cut-in and above cut-out."""
    low, high = turbine.cut_in_ms**3, turbine.rated_ms**3
    rise = np.clip((speed_ms**3 - low) / (high - low), 0.0, 1.0)
    out: Array = np.where(speed_ms > turbine.cut_out_ms, 0.0, rise)
    return out
