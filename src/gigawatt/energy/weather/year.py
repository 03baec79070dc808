"""One year of hourly weather at a place, and the checks that every layout's rows pass.

Hours are local standard time, hour beginning, without 29 February: index 0 is 1 January 00:00 to
01:00. A value is the mean (for irradiance: the sum) over its hour.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

import numpy as np

from gigawatt.energy.psychrometrics import wet_bulb_c
from gigawatt.errors import InputError
from gigawatt.quantity.arrays import Array

HOURS = 8760
LEAP_HOURS = 8784
DAYS = 365
MONTH_DAYS = (31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)
LEAP_MONTH_DAYS = (31, 29, *MONTH_DAYS[2:])
MID_HOUR_MINUTE = 30.0
MONTH_OF_HOUR = np.repeat(np.arange(12), [24 * n for n in MONTH_DAYS])
HOUR_OF_DAY = np.tile(np.arange(24), DAYS)


@dataclass(frozen=True, slots=True)
class Place:
    """Where weather was taken; degrees north and east, hours ahead of UTC, metres."""

    name: str
    lat: float
    lon: float
    tz_hours: float
    elevation_m: float

    @property
    def southern(self) -> bool:
        """Whether the place lies south of the equator."""
        return self.lat < 0.0


@dataclass(frozen=True, slots=True)
class WeatherYear:
    """A year of weather; arrays are (8760,).

    Attributes
    ----------
    place : where.
    drybulb_c, rh_pct, pressure_pa : air.
    ghi_w_m2, dni_w_m2, dhi_w_m2 : global horizontal, direct normal, diffuse horizontal.
    wind_ms : wind speed at 10 m.
    sun_minute : minute of the hour for which the sun's position goes with the irradiance: 30 for
        means over the hour, the moment itself for instants.
    hub_wind_ms, hub_height_m : speed at a greater height where the file has it.
    origin : file or method, in a phrase.
    notes : what was done to the rows, for the reader.
    """

    place: Place
    drybulb_c: Array
    rh_pct: Array
    pressure_pa: Array
    ghi_w_m2: Array
    dni_w_m2: Array
    dhi_w_m2: Array
    wind_ms: Array
    sun_minute: float = MID_HOUR_MINUTE
    hub_wind_ms: Array | None = None
    hub_height_m: float = 10.0
    origin: str = ""
    notes: tuple[str, ...] = ()

    def wetbulb_c(self) -> Array:
        """Thermodynamic wet bulb by hour, (8760,) in °C."""
        return wet_bulb_c(self.drybulb_c, self.rh_pct, self.pressure_pa)


def monthly_sum(hourly: Array) -> Array:
    """Sums of an hourly series by month, (12,)."""
    out: Array = np.bincount(MONTH_OF_HOUR, weights=hourly, minlength=12).astype(np.float64)
    return out


def monthly_mean(hourly: Array) -> Array:
    """Means of an hourly series by month, (12,)."""
    return monthly_sum(hourly) / (24.0 * np.asarray(MONTH_DAYS))


def calendar_rows(leap: bool) -> list[tuple[int, int, int]]:
    """Month, day and hour (0 to 23) of every row of a year, in order."""
    days = LEAP_MONTH_DAYS if leap else MONTH_DAYS
    return [
        (m + 1, d + 1, h) for m, count in enumerate(days) for d in range(count) for h in range(24)
    ]


@dataclass(frozen=True, slots=True)
class Limits:
    """Range of a column, with what a value outside it probably is."""

    low: float
    high: float
    unit: str
    hint: str


LIMITS = {
    "drybulb_c": Limits(-90.0, 62.0, "°C", "degrees Fahrenheit or kelvin?"),
    "dewpoint_c": Limits(-95.0, 40.0, "°C", "degrees Fahrenheit or kelvin?"),
    "rh_pct": Limits(0.0, 110.0, "percent", "not a relative humidity"),
    "pressure_pa": Limits(45_000.0, 110_000.0, "Pa", "hPa or kPa?"),
    "ghi_w_m2": Limits(-20.0, 1600.0, "W/m2", "kJ or J per m2?"),
    "dni_w_m2": Limits(-20.0, 1400.0, "W/m2", "kJ or J per m2?"),
    "dhi_w_m2": Limits(-20.0, 1000.0, "W/m2", "kJ or J per m2?"),
    "wind_ms": Limits(0.0, 75.0, "m/s", "km/h, mph or knots?"),
}
NOON_TOLERANCE_HOURS = 0.9  # clouds that prefer mornings or afternoons move the noon of GHI by less


def check_columns(where: str, columns: dict[str, Array], lines: Array) -> None:
    """Check that every value is there and in its range.

    Parameters
    ----------
    where : file, for messages.
    columns : arrays of one length by name.
    lines : line of the file of each row.

    Raises
    ------
    InputError : a gap or a value out of range; names the line and what would be right.
    """
    for name, values in columns.items():
        gaps = np.flatnonzero(~np.isfinite(values))
        if gaps.size:
            more = f" ({gaps.size} gaps in all)" if gaps.size > 1 else ""
            raise InputError(
                f"{where}:{int(lines[gaps[0]])}: {name} is missing{more}. "
                "Fill gaps before planning on the file: every hour must have a number."
            )
        limit = LIMITS.get(name)
        if limit is None:
            continue
        off = np.flatnonzero((values < limit.low) | (values > limit.high))
        if off.size:
            raise InputError(
                f"{where}:{int(lines[off[0]])}: {name} = {values[off[0]]:g} is outside "
                f"{limit.low:g} to {limit.high:g} {limit.unit}: {limit.hint}"
            )
    _check_scale(where, columns)


def _check_scale(where: str, columns: dict[str, Array]) -> None:
    if "rh_pct" in columns and columns["rh_pct"].max() <= 1.0:
        raise InputError(f"{where}: rh_pct never passes 1: a share? Percent are wanted (0 to 100).")
    if "ghi_w_m2" in columns and columns["ghi_w_m2"].max() < 50.0:
        top = columns["ghi_w_m2"].max()
        raise InputError(
            f"{where}: ghi_w_m2 never passes {top:g}: kW/m2 or kWh/m2? W/m2 are wanted."
        )
    if "wind_ms" in columns and columns["wind_ms"].mean() > 13.0:
        mean = columns["wind_ms"].mean()
        raise InputError(f"{where}: wind_ms is {mean:.1f} on average: km/h, mph or knots?")


def check_calendar(where: str, stamps: list[tuple[int, int, int]], lines: Array) -> Array:
    """Rows to keep, in order: all of them, or all but 29 February.

    Raises
    ------
    InputError : an hour is missing, doubled or out of order, or the year is not whole.
    """
    leap = (2, 29, 0) in stamps
    wanted = calendar_rows(leap)
    for row, (found, right) in enumerate(zip(stamps, wanted, strict=False)):
        if found != right:
            raise InputError(
                f"{where}:{int(lines[row])}: {_hour(found)} where {_hour(right)} is due: an hour "
                "is missing, doubled or out of order."
            )
    if len(stamps) != len(wanted):
        raise InputError(
            f"{where}: {len(stamps)} hours, {len(wanted)} are wanted: one whole year from 1 January"
            f" 00:00, by the hour (last row: {_hour(stamps[-1]) if stamps else 'none'})."
        )
    return np.array([i for i, s in enumerate(stamps) if s[:2] != (2, 29)])


def check_sun(
    where: str, place: Place, ghi_w_m2: Array, sun_minute: float = MID_HOUR_MINUTE
) -> None:
    """Check that noon and season of the irradiance fit the place and time zone.

    Raises
    ------
    InputError : the sun's noon is an hour or more off, or summer and winter are swapped.
    """
    if not (-90.0 <= place.lat <= 90.0 and -180.0 <= place.lon <= 180.0):
        raise InputError(
            f"{where}: latitude {place.lat:g}, longitude {place.lon:g}: wanted are degrees north "
            "(-90 to 90) and degrees east (-180 to 180; west is negative)."
        )
    if not -12.0 <= place.tz_hours <= 14.0:
        raise InputError(
            f"{where}: time zone {place.tz_hours:g}: hours ahead of UTC are wanted, -12 to 14."
        )
    if ghi_w_m2.sum() <= 0.0:
        raise InputError(f"{where}: no irradiance in the whole year.")
    mid = HOUR_OF_DAY + sun_minute / 60.0
    noon = float((ghi_w_m2 * mid).sum() / ghi_w_m2.sum())
    due = (12.0 + place.tz_hours - place.lon / 15.0) % 24.0  # the date line lies between some
    if abs(noon - due) > NOON_TOLERANCE_HOURS:
        raise InputError(
            f"{where}: the sun's noon in the file is at {_clock(noon)}; at longitude "
            f"{place.lon:g} in time zone {place.tz_hours:+g} it is due at {_clock(due)}. Check "
            "time zone (standard time, no summer time), sign of the longitude, and hour labels."
        )
    june, december = monthly_mean(ghi_w_m2)[[5, 11]]
    north = june > december
    if abs(place.lat) > 25.0 and north == place.southern:
        raise InputError(
            f"{where}: latitude {place.lat:g}, but irradiance is "
            f"{'higher' if north else 'lower'} in June than in December: sign of the latitude?"
        )


def _hour(stamp: tuple[int, int, int]) -> str:
    month, day, hour = stamp
    try:
        name = dt.date(2000, month, day).strftime("%-d %B")
    except ValueError:
        name = f"month {month} day {day}"
    return f"{name} {hour:02d}:00"


def _clock(hours: float) -> str:
    minutes = round((hours % 24.0) * 60.0)
    return f"{minutes // 60:02d}:{minutes % 60:02d}"
