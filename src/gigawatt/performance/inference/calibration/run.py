"""The whole calibration: fits, rows left out, bands, catalog text."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from gigawatt.catalog import Catalog
from gigawatt.performance.inference.calibration.bands import Band, bands_of
from gigawatt.performance.inference.calibration.data import Labels, Measured, load_measured
from gigawatt.performance.inference.calibration.fit import (
    Problem,
    as_fitted,
    fit,
    predict,
    predict_left_out,
    problem_of,
)
from gigawatt.performance.inference.fitted import Fitted
from gigawatt.quantity.arrays import Array

FOLDS = 5
SEED = 0
CORE_ROUNDS = 25
LEFT_OUT_ROUNDS = 12


@dataclass(frozen=True, slots=True)
class Calibration:
    """Result of a calibration; errors are logarithms of predicted over measured, (3, n).

    Attributes
    ----------
    data : rows.
    fitted, bands : for the catalog.
    errors : by test: "core", "sample", "folds", "models", "systems".
    """

    data: Measured
    fitted: Fitted
    bands: list[Band]
    errors: dict[str, Array]


def calibrate(
    folder: Path, catalog: Catalog, tell: Callable[[str], None] = lambda _: None
) -> Calibration:
    """Fit the constants on the rows of a folder, with and without groups left out.

    Takes about a minute and a half of one core.
    """
    data = load_measured(folder, catalog)
    problem = problem_of(data)
    tell(f"{len(data.rows)} rows, {problem.spread.size} unknowns")
    alone = fit(problem, core_only=True, rounds=CORE_ROUNDS)
    theta = fit(problem, start=alone)
    errors = {
        "core": predict(problem, alone) - data.log_seconds,
        "sample": predict(problem, theta) - data.log_seconds,
    }
    groups = {"folds": folds_of(data), "models": data.model, "systems": data.gpu}
    for name, labels in groups.items():
        tell(f"leaving out: {name}")
        errors[name] = left_out(problem, labels)
    bands = bands_of(data, errors["folds"], errors["models"])
    return Calibration(data, as_fitted(problem, theta, alone), bands, errors)


def folds_of(data: Measured) -> Labels:
    """Number of the fold of each row; whole sweeps share one."""
    sweeps, index = np.unique(data.sweep, return_inverse=True)
    shuffled = np.random.default_rng(SEED).permutation(len(sweeps)) % FOLDS
    out: Labels = shuffled[index]
    return out


def left_out(problem: Problem, labels: Labels) -> Array:
    """Errors of every row by a fit without its group; isolated phases are always kept.

    Each fit starts from nothing, so that it knows nothing of the rows left out.
    """
    data = problem.data
    errors = np.zeros_like(data.log_seconds)
    alone = data.phase > 0.0
    for label in np.unique(labels[~alone]):
        own = labels == label
        keep = ~own | alone
        start = fit(problem, keep, core_only=True, rounds=CORE_ROUNDS)
        refit = fit(problem, keep, start, rounds=LEFT_OUT_ROUNDS)
        errors[:, own] = (predict_left_out(problem, refit, keep) - data.log_seconds)[:, own]
    return errors
