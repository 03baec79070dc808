"""Calibration of the training step on published tables: the fitted constants of the catalog.

    python benchmarks/training_calibration.py FOLDER_OF_CSV

Least squares of ln(predicted / measured) with a soft-L1 loss at 4 % and log-normal priors around
the catalog's values at the start (their standard deviations are in `FITTED`). Rows with a known
software defect are left out. Rows that were not checked against their source fix only the constants
that no other row bears on (`SECOND_HAND`); for all others they are held out. Prints each constant
with its value in the catalog.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
from scipy.optimize import least_squares
from training_tables import Measured, log_error, read_tables

from gigawatt.performance.training.facts import TrainModel

SCALE = 0.04
# generation ("*": all), fact, prior's centre, its standard deviation (ln).
FITTED = (
    ("ampere", "gemm_bf16_share", 0.77, 0.15),
    ("hopper", "gemm_bf16_share", 0.66, 0.04),
    ("hopper", "gemm_fp8_share", 0.75, 0.2),
    ("hopper", "attention_share", 0.63, 0.12),
    ("blackwell", "gemm_bf16_share", 0.68, 0.08),
    ("blackwell", "gemm_fp8_share", 0.52, 0.2),
    ("blackwell", "gemm_mxfp8_share", 0.50, 0.2),
    ("blackwell", "gemm_fp4_share", 0.38, 0.2),
    ("blackwell", "plain_gemm_factor", 1.54, 0.2),
    ("blackwell", "attention_share", 0.52, 0.12),
    ("*", "tp_exposed", 0.43, 0.5),
    ("*", "a2a_exposed", 0.17, 0.5),
    ("*", "fsdp_bus", 0.42, 0.3),
    ("*", "zero3_bus", 0.11, 0.5),
    ("*", "zero3_power", 2.1, 0.3),
    ("*", "moe_host_ms", 6.7, 0.3),
    ("*", "moe_host_full", 0.12, 0.5),
    ("*", "permute_unfused", 1.7, 0.4),
    ("*", "dense_trend", 0.004, 0.3),
    ("*", "experts_trend", 0.08, 0.5),
    ("*", "production_factor", 1.15, 0.05),
    ("*", "production_2021_factor", 1.2, 0.08),
)
# Constants that no row bears on that was checked against its source: second-hand rows fix these.
SECOND_HAND = ("zero3_bus", "zero3_power", "production_2021_factor")
OWN = {("ampere", "tp_exposed")}  # held by the generation itself
FOLLOW = {
    "hopper": {"gemm_fp8_block_share": "gemm_fp8_share"},
    "blackwell": {"gemm_fp8_block_share": "gemm_mxfp8_share"},
}


def with_constants(model: TrainModel, values: Sequence[float]) -> TrainModel:
    """Constants of a generation with the fitted ones replaced."""
    new = dict(model.values)
    for (generation, key, _, _), value in zip(FITTED, values, strict=True):
        own = (model.generation, key) in OWN
        if generation == model.generation or (generation == "*" and not own):
            new[key] = float(value)
    for key, source in FOLLOW.get(model.generation, {}).items():
        new[key] = new[source]
    return replace(model, values=new)


def with_values(items: Sequence[Measured], values: Sequence[float]) -> list[Measured]:
    """Rows predicted with other constants (their plans stay)."""
    models: dict[str, TrainModel] = {}
    out = []
    for item in items:
        own = item.case.model
        if own.generation not in models:
            models[own.generation] = with_constants(own, values)
        out.append(replace(item, case=replace(item.case, model=models[own.generation])))
    return out


def errors(items: Sequence[Measured]) -> np.ndarray:
    """ln(predicted / measured) of every row."""
    return np.array([log_error(item) for item in items])


def centre() -> np.ndarray:
    """Centres of the priors."""
    return np.array([c for _, _, c, _ in FITTED])


def fit(items: Sequence[Measured], start: np.ndarray | None = None) -> np.ndarray:
    """Fitted constants, in the order of `FITTED`.

    Rows that were checked against their source fix all constants but those of `SECOND_HAND`, which
    none of them bears on; the other rows then fix these.
    """
    good = [item for item in items if not item.defect]
    x = np.zeros(len(FITTED)) if start is None else np.log(start / centre())
    late = np.array([key in SECOND_HAND for _, key, _, _ in FITTED])
    x[late] = 0.0
    x = _solved([item for item in good if item.checked], x, ~late)
    return centre() * np.exp(_solved([item for item in good if not item.checked], x, late))


def _solved(items: Sequence[Measured], x: np.ndarray, free: np.ndarray) -> np.ndarray:
    """Logarithms of the constants over their centres, the free ones fitted on the rows."""
    if not items:
        return x
    sigma = np.array([s for *_, s in FITTED])[free]

    def residuals(y: np.ndarray) -> np.ndarray:
        whole = x.copy()
        whole[free] = y
        e = errors(with_values(items, centre() * np.exp(whole))) / SCALE
        soft = np.sign(e) * np.sqrt(2.0 * (np.sqrt(1.0 + e * e) - 1.0))
        return np.concatenate([soft, y / sigma])

    found = least_squares(residuals, x[free], diff_step=3e-3, max_nfev=12, x_scale=sigma)
    out = x.copy()
    out[free] = found.x
    return out


def left_out(
    items: Sequence[Measured], key: Callable[[Measured], str], start: np.ndarray
) -> dict[tuple[str, str], float]:
    """Error of every row when the rows with its key are left out of the fit."""
    good = [item for item in items if not item.defect]
    found = {}
    for name in sorted({key(item) for item in good}):
        values = fit([item for item in good if key(item) != name], start)
        held = [item for item in good if key(item) == name]
        for item, e in zip(held, errors(with_values(held, values)), strict=True):
            found[item.table, item.row] = float(e)
    return found


def in_catalog(items: Sequence[Measured]) -> np.ndarray:
    """The fitted constants as the catalog has them."""
    models = {item.case.model.generation: item.case.model for item in items}
    found = []
    for generation, key, _, _ in FITTED:
        holders = [m for m in models.values() if (m.generation, key) not in OWN]
        found.append(models.get(generation, holders[0]).values[key])
    return np.array(found)


def main(folder: Path) -> None:
    """Fit and print."""
    items = read_tables(folder)
    values = fit(items, in_catalog(items))
    print(f"{len(FITTED)} constants on {sum(not i.defect for i in items)} rows")
    for (generation, key, prior, sigma), new, old in zip(
        FITTED, values, in_catalog(items), strict=True
    ):
        print(f"{generation:10s} {key:20s} {new:9.4g}  catalog {old:9.4g}  prior {prior} ({sigma})")
    for name, rows in (("catalog", items), ("fit", with_values(items, values))):
        for kind, checked in (("checked", True), ("second-hand", False)):
            e = np.abs(errors([i for i in rows if not i.defect and i.checked == checked]))
            print(f"mean |ln error| with the {name}, {kind} rows: {e.mean():.2%} of {len(e)}")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
