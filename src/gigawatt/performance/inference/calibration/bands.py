"""Bands from residuals of rows that were left out, by distance to the data.

Few models and versions have rows, and most of a model's rows are of one month: what is measured
next differs more than rows of one sweep do. The bands are widened by a factor of judgement for it.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from gigawatt.performance.inference.calibration.data import Labels, Mask, Measured
from gigawatt.performance.inference.stack import cell_of
from gigawatt.quantity.arrays import Array

QUANTILE = 0.90
UNSEEN_FACTOR = 1.5  # on the band of a mixture without rows, for a generation without rows


@dataclass(frozen=True, slots=True)
class Band:
    """Half of a 90 % band, as a logarithm, for one distance to the data."""

    id: str
    name: str
    tpot: float
    rate: float
    ttft: float
    note: str


def bands_of(data: Measured, sweeps: Array, models: Array) -> list[Band]:
    """Bands of all distances.

    Parameters
    ----------
    data : rows.
    sweeps : errors (logarithms, 3 x n) with whole sweeps left out (five folds).
    models : errors with each model left out.
    """
    served = data.phase == 0.0
    parts: tuple[tuple[str, str, Array, Mask, float], ...] = (
        ("seen", "dense model and stack have rows", sweeps, served & data.dense, 1.3),
        ("seen-moe", "mixture and stack have rows", sweeps, served & ~data.dense, 1.05),
        ("dense", "dense model without rows", models, served & data.dense, 1.0),
        ("moe", "mixture without rows", models, served & ~data.dense, 1.05),
    )  # fmt: skip
    out = [_band(data, *part) for part in parts]
    out.append(_wider(out[-1], "generation", "generation without rows", UNSEEN_FACTOR))
    return out


def gone_with_system(data: Measured) -> Mask:
    """Rows whose model has no row on their stack (`stack.cell_of`) on any other system."""
    cells = np.array([cell_of(s) for s in data.arrays.stacks])
    served = data.phase == 0.0
    return np.array(
        [
            not (served & (cells == cell) & (data.gpu != gpu)).any()
            for cell, gpu in zip(cells, data.gpu, strict=True)
        ]
    )


def _wider(band: Band, band_id: str, name: str, factor: float) -> Band:
    note = f"judgement: {factor:g} times {band.name}"
    return Band(band_id, name, band.tpot * factor, band.rate * factor, band.ttft * factor, note)


def _band(
    data: Measured, band_id: str, name: str, errors: Array, rows: Mask, factor: float
) -> Band:
    size = factor * np.abs(errors)
    tpot, rate = (quantile_of(size[k, rows], data.model[rows]) for k in (0, 1))
    kept = rows & data.ttft_ok
    ttft = quantile_of(size[2, kept], data.model[kept])
    note = f"{int(rows.sum())} rows left out of fits, times {factor:g} for newer software"
    return Band(band_id, name, tpot, rate, ttft, note)


def quantile_of(size: Array, models: Labels) -> float:
    """Quantile of sizes; a model counts by the root of its rows."""
    _, index, count = np.unique(models, return_inverse=True, return_counts=True)
    order = np.argsort(size)
    weight = (1.0 / np.sqrt(count[index]))[order]
    share = np.cumsum(weight) / weight.sum()
    return float(np.interp(QUANTILE, share, size[order]))
