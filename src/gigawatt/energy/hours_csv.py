"""The hours of a dispatch as CSV."""

from __future__ import annotations

import csv
from pathlib import Path

from gigawatt.energy.dispatch.problem import YearProblem
from gigawatt.energy.dispatch.solution import Solution


def write_hours(problem: YearProblem, solution: Solution, path: Path) -> None:
    """Write one row a step: load, what each offer gives, storage, price; MW, MWh, USD/MWh."""
    d = solution.dispatch
    names = ["step", "load_mw", *(f"{_key(o.name)}_mw" for o in problem.offers)]
    columns = [range(problem.steps), problem.load_mw, *d.served_mw.T]
    for n, s in enumerate(problem.storages):
        key = _key(s.name)
        names += [f"{key}_charge_mw", f"{key}_discharge_mw", f"{key}_level_mwh"]
        columns += [d.charge_mw[:, n], d.discharge_mw[:, n], d.level_mwh[:, n]]
    names.append("price_usd_per_mwh")
    columns.append(d.price_usd_per_mwh)
    with path.open("w", newline="", encoding="utf-8") as stream:
        writer = csv.writer(stream, lineterminator="\n")
        writer.writerow(names)
        for row in zip(*columns, strict=True):
            writer.writerow([row[0], *(f"{float(v):.6g}" for v in row[1:])])


def _key(name: str) -> str:
    return name.replace(" ", "_")
