"""PyPSA's example network "model-energy" as a supply problem."""

from __future__ import annotations

import csv
import gzip
import json

import numpy as np

from gigawatt.energy.dispatch.problem import Capacity, Storage, YearProblem, battery, offer


def model_energy(folder):
    """Problem and the optimum that is told with it."""
    data = json.loads((folder / "case.json").read_text())
    with gzip.open(folder / "timeseries.csv.gz", "rt") as stream:
        rows = list(csv.DictReader(stream))
    column = {k: np.array([float(r[k]) for r in rows]) for k in rows[0] if k != "time"}
    steps = len(rows)
    given = data["inputs"]
    plant = {g["name"]: g for g in given["generators"]}
    link = {g["name"]: g for g in given["links"]}
    unit, store = given["storage_units"][0], given["stores"][0]
    capacities = (
        Capacity("solar", plant["solar"]["capital_cost"]),
        Capacity("wind", plant["wind"]["capital_cost"]),
        Capacity("battery", unit["capital_cost"]),
        Capacity("electrolysis", link["electrolysis"]["capital_cost"]),
        Capacity("turbine", link["turbine"]["capital_cost"]),
        Capacity("hydrogen", store["capital_cost"]),
    )
    shed = plant["load shedding"]
    offers = (
        offer("solar", steps, capacity=0, per_mw=column["solar_pu"]),
        offer("wind", steps, capacity=1, per_mw=column["wind_pu"]),
        offer("shed", steps, shed["marginal_cost"], limit_mw=shed["p_nom"]),
    )
    out = link["turbine"]["efficiency"]
    storages = (
        battery("battery", 2, unit["max_hours"], unit["efficiency_store"],
                unit["efficiency_dispatch"]),
        Storage("hydrogen", 3, 4, 5, 1.0, link["electrolysis"]["efficiency"], out, out),
    )  # fmt: skip
    problem = YearProblem(column["load_mw"], capacities, offers, storages, (),
                          given["snapshot_weight_h"])  # fmt: skip
    return problem, data["answer"]["objective"]
