"""Least supply cost on synthetic against typical years: an islanded gigawatt of IT.

python benchmarks/synthetic_supply.py FOLDER [PLACE]

FOLDER holds `weather_tmyx_<place>.csv.gz` and a case `case_campus_ercot2022_base` whose technology
costs are taken. Prints the difference in least cost, with gas free and with a cap on CO2. For one
PLACE (such as seattle-wa) it prints what each part does under the cap: sun or wind alone synthetic.
"""

from __future__ import annotations

import gzip
import json
import subprocess
import sys
import tempfile
from dataclasses import replace
from pathlib import Path

from gigawatt.catalog import load_catalog
from gigawatt.energy.weather.hours import hourly_profiles
from gigawatt.energy.weather.normals import Normals, normals_of
from gigawatt.energy.weather.read import read_weather
from gigawatt.energy.weather.rows import PlaceOptions
from gigawatt.energy.weather.synthetic import synthetic_year
from gigawatt.energy.weather.year import WeatherYear, calendar_rows

IT_MW, CAP_T, SEEDS = 1000.0, 1.5e6, (0, 1)


def main(folder: Path, place: str = "") -> None:
    base = json.loads((folder / "case_campus_ercot2022_base/case.json").read_text())
    for path in sorted(folder.glob("weather_tmyx_*.csv.gz")):
        climate = path.name.removeprefix("weather_tmyx_").split(".")[0].replace("_", "-")
        if place not in ("", climate):
            continue
        normals = normals_of(load_catalog(), climate)
        p = normals.place
        given = PlaceOptions(p.lat, p.lon, p.tz_hours, p.elevation_m)
        typical = read_weather(path, given)
        if place:
            _parts(typical, normals, base["technologies"])
            continue
        for cap in (None, CAP_T):
            real = _cost(typical, base["technologies"], cap)
            made = [_cost(synthetic_year(normals, s), base["technologies"], cap) for s in SEEDS]
            told = ", ".join(f"{m / real - 1.0:+.1%}" for m in made)
            limit = "none" if cap is None else f"{cap / 1e6:.1f} Mt"
            print(f"{climate:<14} CO2 cap {limit:<7} {told}", flush=True)


def _parts(typical: WeatherYear, normals: Normals, technologies: dict[str, float]) -> None:
    """Difference in capped cost where only the sun, or only the wind, is synthetic."""
    real = _cost(typical, technologies, CAP_T)
    for seed in SEEDS:
        made = synthetic_year(normals, seed)
        sun = {k: getattr(made, k) for k in ("ghi_w_m2", "dni_w_m2", "dhi_w_m2")}
        years = {
            "sun": replace(typical, **sun),
            "wind": replace(typical, wind_ms=made.wind_ms),
            "all": made,
        }
        told = (f"{k} {_cost(y, technologies, CAP_T) / real - 1.0:+.1%}" for k, y in years.items())
        print(f"{normals.id:<14} seed {seed}: synthetic {', '.join(told)}", flush=True)


def _cost(weather: WeatherYear, technologies: dict[str, float], cap: float | None) -> float:
    hours = hourly_profiles(weather, load_catalog(), "closed-loop-dry")
    lines = ["utc,load_mw,pv_pu,wind_pu,price_usd_mwh,grid_ci_t_per_mwh"]
    for i, (m, d, h) in enumerate(calendar_rows(leap=False)):
        lines.append(
            f"2022-{m:02d}-{d:02d}T{h:02d}:00Z,{IT_MW * hours.pue[i]:.3f},"
            f"{hours.pv_tracked_per_kwac[i]:.5f},{hours.wind_per_kw[i]:.5f},50,0.35"
        )
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        case = {
            "technologies": technologies,
            "settings": {"grid_limit_mw": 0, "co2_cap_t": cap},
        }
        (folder / "case.json").write_text(json.dumps(case))
        (folder / "timeseries.csv.gz").write_bytes(gzip.compress("\n".join(lines).encode()))
        command = [sys.executable, "-m", "gigawatt.cli.main", "supply", str(folder), "--json"]
        done = subprocess.run(command, check=True, capture_output=True, text=True)
    return float(json.loads(done.stdout)["objective_usd_per_yr"])


if __name__ == "__main__":
    main(Path(sys.argv[1]), *sys.argv[2:3])
