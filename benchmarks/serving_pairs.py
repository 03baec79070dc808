"""Each mixture on each stack left out: `python benchmarks/serving_pairs.py FOLDER`.

Compares predictions with and without the mixture's own factors, which come from its other stacks.
FOLDER holds `measured_serving_agg.csv`.
"""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np

from gigawatt.catalog import load_catalog
from gigawatt.performance.inference.calibration.data import load_measured
from gigawatt.performance.inference.calibration.fit import (
    fit,
    predict,
    predict_left_out,
    problem_of,
)
from gigawatt.performance.inference.stack import cell_of


def main():
    data = load_measured(Path(sys.argv[1]), load_catalog())
    problem = problem_of(data)
    start = fit(problem, start=fit(problem, core_only=True))
    cells = np.array([cell_of(s) for s in data.arrays.stacks])
    served, rows = data.phase == 0.0, []
    for model in np.unique(data.model[served & ~data.dense]):
        own = np.unique(cells[served & (data.model == model)])
        for cell in own if own.size > 1 else ():
            out = served & (cells == cell)
            theta = fit(problem, ~out, start, rounds=6)
            found = predict(problem, theta), predict_left_out(problem, theta, ~out)
            rows.append([np.abs(np.expm1(f - data.log_seconds))[:2, out].mean() for f in found])
            print(f"{cell}: {rows[-1][0]:.1%} with its factors, {rows[-1][1]:.1%} without")
    errors = np.array(rows)
    better = int((errors[:, 1] < errors[:, 0]).sum())
    print(f"{len(rows)} pairs: {errors[:, 0].mean():.1%} with, {errors[:, 1].mean():.1%} without")
    print(f"without is better in {better}")


if __name__ == "__main__":
    main()
