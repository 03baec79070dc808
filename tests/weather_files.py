"""Weather files of every layout, written from one synthetic year."""

from __future__ import annotations

import json
from functools import cache

import numpy as np

from gigawatt.catalog import load_catalog
from gigawatt.energy.weather.normals import normals_of
from gigawatt.energy.weather.synthetic import synthetic_year
from gigawatt.energy.weather.year import WeatherYear, calendar_rows

PLACE = "dallas-tx"


@cache
def year() -> WeatherYear:
    return synthetic_year(normals_of(load_catalog(), PLACE))


def columns_file(leap: bool = False) -> list[str]:
    y = year()
    out = ["month,day,hour,drybulb_c,rh_pct,pressure_pa,ghi_wh_m2,dni_wh_m2,dhi_wh_m2,wind_10m_ms"]
    i = 0
    for m, d, h in calendar_rows(leap):
        k = i % 8760
        out.append(
            f"{m},{d},{h},{y.drybulb_c[k]:.3f},{y.rh_pct[k]:.3f},{y.pressure_pa[k]:.1f},"
            f"{y.ghi_w_m2[k]:.2f},{y.dni_w_m2[k]:.2f},{y.dhi_w_m2[k]:.2f},{y.wind_ms[k]:.3f}"
        )
        if (m, d) != (2, 29):
            i += 1
    return out


def epw_file() -> list[str]:
    y = year()
    p = y.place
    head = [
        f"LOCATION,Dallas,TX,USA,TMYx,722590,{p.lat},{p.lon},{p.tz_hours},{p.elevation_m}",
        "DESIGN CONDITIONS,0", "TYPICAL/EXTREME PERIODS,0", "GROUND TEMPERATURES,0",
        "HOLIDAYS/DAYLIGHT SAVINGS,No,0,0,0", "COMMENTS 1,x", "COMMENTS 2,x",
        "DATA PERIODS,1,1,Data,Sunday, 1/ 1,12/31",
    ]  # fmt: skip
    rows = []
    for i, (m, d, h) in enumerate(calendar_rows(leap=False)):
        rows.append(
            f"2010,{m},{d},{h + 1},0,x,{y.drybulb_c[i]:.3f},99.9,{y.rh_pct[i]:.3f},"
            f"{y.pressure_pa[i]:.1f},0,0,0,{y.ghi_w_m2[i]:.2f},{y.dni_w_m2[i]:.2f},"
            f"{y.dhi_w_m2[i]:.2f},0,0,0,0,180,{y.wind_ms[i]:.3f},0,0,0"
        )
    return head + rows


def nsrdb_file(utc: bool = False) -> list[str]:
    y = year()
    p = y.place
    shift = -int(p.tz_hours) if utc else 0
    head = [
        "Source,Location ID,City,Latitude,Longitude,Time Zone,Elevation,Local Time Zone",
        f"NSRDB,1,Dallas,{p.lat},{p.lon},{0 if utc else p.tz_hours},{p.elevation_m},{p.tz_hours}",
        "Year,Month,Day,Hour,Minute,GHI,DNI,DHI,Temperature,Relative Humidity,Pressure,Wind Speed",
    ]
    rows = []
    for i, (m, d, h) in enumerate(calendar_rows(leap=False)):
        k = (i - shift) % 8760
        rows.append(
            f"2012,{m},{d},{h},30,{y.ghi_w_m2[k]:.2f},{y.dni_w_m2[k]:.2f},{y.dhi_w_m2[k]:.2f},"
            f"{y.drybulb_c[k]:.3f},{y.rh_pct[k]:.3f},{y.pressure_pa[k] / 100:.2f},"
            f"{y.wind_ms[k]:.3f}"
        )
    return head + rows


def pvgis_file() -> list[str]:
    y = year()
    p = y.place
    head = [
        f"Latitude (decimal degrees): {p.lat}", f"Longitude (decimal degrees): {p.lon}",
        f"Elevation (m): {p.elevation_m}", "Irradiance Time Offset (h): 0.5", "month,year",
        *(f"{m},2010" for m in range(1, 13)), "",
        "time(UTC),T2m,RH,G(h),Gb(n),Gd(h),IR(h),WS10m,WD10m,SP",
    ]  # fmt: skip
    rows = []
    for i, (m, d, h) in enumerate(calendar_rows(leap=False)):
        k = (i + int(p.tz_hours)) % 8760
        rows.append(
            f"2010{m:02d}{d:02d}:{h:02d}00,{y.drybulb_c[k]:.3f},{y.rh_pct[k]:.3f},"
            f"{y.ghi_w_m2[k]:.2f},{y.dni_w_m2[k]:.2f},{y.dhi_w_m2[k]:.2f},300,"
            f"{y.wind_ms[k]:.3f},90,{y.pressure_pa[k]:.1f}"
        )
    return [*head, *rows, "", "T2m: 2-m air temperature (degree Celsius)"]


def pvgis_json() -> list[str]:
    lines = pvgis_file()
    start = next(i for i, t in enumerate(lines) if t.startswith("time(UTC)"))
    names = lines[start].split(",")
    hours = []
    for line in lines[start + 1 : -2]:
        time, *values = line.split(",")
        hours.append({names[0]: time, **dict(zip(names[1:], map(float, values), strict=True))})
    p = year().place
    place = {"latitude": p.lat, "longitude": p.lon, "elevation": p.elevation_m,
             "irradiance_time_offset": 0.5}  # fmt: skip
    return json.dumps(
        {"inputs": {"location": place}, "outputs": {"tmy_hourly": hours}, "meta": {}}, indent=1
    ).splitlines()


def tmy3_file() -> list[str]:
    y = year()
    p = y.place
    head = [
        f'722590,"DALLAS",TX,{p.tz_hours},{p.lat},{p.lon},{p.elevation_m}',
        "Date (MM/DD/YYYY),Time (HH:MM),ETR (W/m^2),GHI (W/m^2),GHI source,DNI (W/m^2),"
        "DHI (W/m^2),Dry-bulb (C),Dry-bulb source,RHum (%),Pressure (mbar),Wspd (m/s)",
    ]
    rows = [
        f"{m:02d}/{d:02d}/1988,{h + 1:02d}:00,0,{y.ghi_w_m2[i]:.2f},1,{y.dni_w_m2[i]:.2f},"
        f"{y.dhi_w_m2[i]:.2f},{y.drybulb_c[i]:.3f},A,{y.rh_pct[i]:.3f},"
        f"{y.pressure_pa[i] / 100:.3f},{y.wind_ms[i]:.3f}"
        for i, (m, d, h) in enumerate(calendar_rows(leap=False))
    ]
    return head + rows


def total_w_m2(y: WeatherYear) -> float:
    return float(np.sum(y.ghi_w_m2))
