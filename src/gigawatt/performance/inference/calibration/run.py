"""The whole calibration: fits, rows left out, bands, catalog text."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from gigawatt.catalog import Catalog
from gigawatt.performance.inference.calibration.bands import Band, bands_of
from gigawatt.performance.inference.calibration.data import (
    Labels,
    Mask,
    Measured,
    load_measured,
)
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
    errors : by test: "core", "sample", "folds", "models", "systems"; "models-every" has those of
        "models" for the rows that the rules leave out too, in the order of the whole file.
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
        fits = refits(problem, labels)
        errors[name] = left_out(problem, labels, fits)
        if name == "models":
            whole = load_measured(folder, catalog, leave_out=False)
            errors["models-every"] = left_out_every(problem, whole, fits)
    bands = bands_of(data, errors["folds"], errors["models"])
    return Calibration(data, as_fitted(problem, theta, alone), bands, errors)


def folds_of(data: Measured) -> Labels:
    """Number of the fold of each row; whole sweeps share one."""
    sweeps, index = np.unique(data.sweep, return_inverse=True)
    shuffled = np.random.default_rng(SEED).permutation(len(sweeps)) % FOLDS
    out: Labels = shuffled[index]
    return out


def refits(problem: Problem, labels: Labels) -> dict[str, tuple[Mask, Array]]:
    """Group → rows that are kept without it, and the unknowns fitted on them.

    Isolated phases are always kept. Each fit starts from nothing, so that it knows nothing of the
    rows left out.
    """
    alone = problem.data.phase > 0.0
    out: dict[str, tuple[Mask, Array]] = {}
    for label in np.unique(labels[~alone]):
        keep = (labels != label) | alone
        start = fit(problem, keep, core_only=True, rounds=CORE_ROUNDS)
        out[str(label)] = keep, fit(problem, keep, start, rounds=LEFT_OUT_ROUNDS)
    return out


def left_out(problem: Problem, labels: Labels, fits: dict[str, tuple[Mask, Array]]) -> Array:
    """Errors of every row by the fit without its group."""
    data = problem.data
    errors = np.zeros_like(data.log_seconds)
    for label, (keep, theta) in fits.items():
        own = labels.astype(str) == label
        errors[:, own] = (predict_left_out(problem, theta, keep) - data.log_seconds)[:, own]
    return errors


def left_out_every(problem: Problem, whole: Measured, fits: dict[str, tuple[Mask, Array]]) -> Array:
    """Errors of every row, those that the rules leave out too, by the fit without its model."""
    other = problem_of(whole)
    place = {label: problem.core_size + i for i, label in enumerate(problem.labels)}
    kept = {id_of(row): i for i, row in enumerate(problem.data.rows)}
    errors = np.zeros_like(whole.log_seconds)
    for label, (keep, theta) in fits.items():
        spread = np.zeros(other.spread.size)
        spread[: other.core_size] = theta[: problem.core_size]
        for i, name in enumerate(other.labels):
            if name in place:
                spread[other.core_size + i] = theta[place[name]]
        known = np.array([
            bool(keep[kept[id_of(row)]]) if id_of(row) in kept else False for row in whole.rows
        ])  # fmt: skip
        own = whole.model == label
        errors[:, own] = (predict_left_out(other, spread, known) - whole.log_seconds)[:, own]
    return errors


def id_of(row: Mapping[str, str]) -> tuple[str, ...]:
    """What tells rows apart."""
    return tuple(row.values())
