"""Moist air: saturation, dew point, humidity ratio, wet bulb; all functions work on arrays.

Formulas of ASHRAE Handbook, Fundamentals, chapter 1 (SI): saturation over ice and over water by
Hyland and Wexler (equations 5 and 6), humidity ratio (20), thermodynamic wet bulb (33 and 35).
Valid from -100 to 200 °C. The wet-bulb equation has a step where the wick freezes (0 °C): within
some 0.4 K of it two temperatures satisfy it, and the bisection takes the one that psychrolib takes.

>>> round(float(wet_bulb_c(30.0, 50.0, 101325.0)), 2)
21.99
"""

from __future__ import annotations

import numpy as np

from gigawatt.quantity.arrays import Array

TRIPLE_POINT_C = 0.01
KELVIN = 273.15
WATER_TO_AIR = 0.621945  # ratio of molar masses
LEAST_HUMIDITY_RATIO = 1e-7
BISECTIONS = 18  # from the widest depression (some 45 K) to below 0.001 K
SEA_LEVEL_PA = 101325.0


def saturation_pressure_pa(temperature_c: Array | float) -> Array:
    """Vapour pressure at saturation, Pa: over ice up to the triple point, over water above."""
    c = np.asarray(temperature_c, dtype=np.float64)
    k = c + KELVIN
    log_k = np.log(k)
    ice = (
        -5.6745359e3 / k + 6.3925247 + k * (-9.677843e-3
        + k * (6.2215701e-7 + k * (2.0747825e-9 - 9.484024e-13 * k))) + 4.1635019 * log_k
    )  # fmt: skip
    water = (
        -5.8002206e3 / k + 1.3914993 + k * (-4.8640239e-2
        + k * (4.1764768e-5 - 1.4452093e-8 * k)) + 6.5459673 * log_k
    )  # fmt: skip
    out: Array = np.exp(np.where(c <= TRIPLE_POINT_C, ice, water))
    return out


def humidity_ratio(vapour_pressure_pa: Array | float, pressure_pa: Array | float) -> Array:
    """Kilograms of vapour per kilogram of dry air."""
    vapour = np.asarray(vapour_pressure_pa, dtype=np.float64)
    out: Array = np.maximum(WATER_TO_AIR * vapour / (pressure_pa - vapour), LEAST_HUMIDITY_RATIO)
    return out


def dew_point_c(vapour_pressure_pa: Array | float) -> Array:
    """Temperature at which the vapour saturates, °C: Newton on the logarithm of the pressure.

    The start is Magnus' form over water; six steps bring it to 1e-6 K between -60 and 60 °C.
    """
    log_p = np.log(np.maximum(np.asarray(vapour_pressure_pa, dtype=np.float64), 1e-2))
    x = log_p - np.log(611.2)
    t = 243.12 * x / (17.62 - x)
    step = 1e-3
    for _ in range(6):
        at = np.log(saturation_pressure_pa(t))
        slope = (at - np.log(saturation_pressure_pa(t - step))) / step
        t = t - np.clip((at - log_p) / np.maximum(slope, 1e-3), -5.0, 5.0)
    out: Array = t
    return out


def relative_humidity_pct(drybulb_c: Array | float, dewpoint_c: Array | float) -> Array:
    """Relative humidity in percent, at most 100."""
    ratio = saturation_pressure_pa(dewpoint_c) / saturation_pressure_pa(drybulb_c)
    out: Array = np.minimum(100.0 * ratio, 100.0)
    return out


def wet_bulb_c(
    drybulb_c: Array | float, rh_pct: Array | float, pressure_pa: Array | float
) -> Array:
    """Thermodynamic wet bulb, °C, within 0.001 K of the equation's root.

    Parameters
    ----------
    drybulb_c, rh_pct, pressure_pa : numbers or arrays that broadcast; humidity 0 to 100.
    """
    dry, rh, pressure = np.broadcast_arrays(
        np.asarray(drybulb_c, dtype=np.float64), rh_pct, pressure_pa
    )
    vapour = np.asarray(rh) / 100.0 * saturation_pressure_pa(dry)
    target = humidity_ratio(vapour, pressure)
    high = dry.copy()
    low = np.minimum(dew_point_c(vapour), high)
    for _ in range(BISECTIONS):
        wet = 0.5 * (low + high)
        too_wet = _humidity_at_wet_bulb(dry, wet, pressure) > target
        high = np.where(too_wet, wet, high)
        low = np.where(too_wet, low, wet)
    out: Array = 0.5 * (low + high)
    return out


def pressure_at_elevation_pa(elevation_m: float) -> float:
    """Standard pressure at a height (US Standard Atmosphere 1976)."""
    return float(SEA_LEVEL_PA * (1.0 - 2.25577e-5 * elevation_m) ** 5.2559)


def _humidity_at_wet_bulb(dry: Array, wet: Array, pressure: Array) -> Array:
    saturated = humidity_ratio(saturation_pressure_pa(wet), pressure)
    above = ((2501.0 - 2.326 * wet) * saturated - 1.006 * (dry - wet)) / (
        2501.0 + 1.86 * dry - 4.186 * wet
    )
    below = ((2830.0 - 0.24 * wet) * saturated - 1.006 * (dry - wet)) / (
        2830.0 + 1.86 * dry - 2.1 * wet
    )
    out: Array = np.maximum(np.where(wet >= 0.0, above, below), LEAST_HUMIDITY_RATIO)
    return out
