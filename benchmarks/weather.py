"""Speed of the weather and cooling models: prints figures, asserts nothing.

python benchmarks/weather.py
"""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Callable

import numpy as np

from gigawatt.catalog import load_catalog
from gigawatt.energy.facility import facility_hours, plant_of
from gigawatt.energy.psychrometrics import wet_bulb_c
from gigawatt.energy.solar import Array1Axis, pv_yield, sun_of
from gigawatt.energy.weather.normals import normals_of
from gigawatt.energy.weather.synthetic import air, draw_scores, synthetic_year


def main() -> None:
    catalog = load_catalog()
    normals = normals_of(catalog, "dallas-tx")
    began = time.process_time()
    year = synthetic_year(normals)
    print(f"first synthetic year, pvlib imported     {time.process_time() - began:8.3f} s CPU")
    wet, sun = year.wetbulb_c(), sun_of(year.place)
    plant = plant_of(catalog, "evaporative")
    rng = np.random.default_rng(0)
    many = (30.0 * rng.random(100_000), 100.0 * rng.random(100_000), np.full(100_000, 1e5))
    tasks: dict[str, Callable[[], object]] = {
        "synthetic year": lambda: synthetic_year(normals, 1),
        "air of a synthetic year": lambda: air(normals, draw_scores("dallas-tx", 1)),
        "wet bulb, 100,000 states": lambda: wet_bulb_c(*many),
        "sun of a year": lambda: sun_of(year.place),
        "tracked yield of a year": lambda: pv_yield(year, sun, Array1Axis()),
        "PUE and water of a year": lambda: facility_hours(plant, year.drybulb_c, wet),
    }
    for name, task in tasks.items():
        print(f"{name:<40} {1e3 * _best(task):8.2f} ms CPU")
    command = [sys.executable, "-m", "gigawatt.cli.main", "weather", "dallas-tx", "--json"]
    began = time.perf_counter()
    subprocess.run(command, check=True, capture_output=True)
    print(f"gigawatt weather dallas-tx --json        {time.perf_counter() - began:8.2f} s")


def _best(task: Callable[[], object], times: int = 5) -> float:
    found = []
    for _ in range(times):
        began = time.process_time()
        task()
        found.append(time.process_time() - began)
    return min(found)


if __name__ == "__main__":
    main()
