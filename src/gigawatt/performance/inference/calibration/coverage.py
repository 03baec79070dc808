"""How often bands hold rows that no fit has seen: a section of the validation page."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import numpy as np

from gigawatt.catalog import Catalog
from gigawatt.performance.inference.calibration.bands import gone_with_system, quantile_of
from gigawatt.performance.inference.calibration.data import Mask, Measured
from gigawatt.performance.inference.predict import band_of
from gigawatt.quantity.arrays import Array

# what is left out → its name, and the bands that such rows get: of dense models and of mixtures
LEFT_OUT = {
    "folds": ("sweep", "seen", "seen-moe"),
    "models": ("model", "dense", "moe"),
    "systems": ("system", "dense", "moe"),
}
HEAD = """
Rows left out of fits, by the band that they would get. Half-width is half of the band over the
central value. As the bands are quantiles of these very errors, the last two columns take that of a
left-out model from the other models' errors alone. Rows of a system left out count as a model on
another stack, unless another system of its generation has the same model on the same stack.

| left out | rows | number | half-width TPOT | throughput | TPOT inside | throughput inside | TPOT \
by other models | throughput |
|---|---|---|---|---|---|---|---|---|"""


def coverage_section(data: Measured, held: Mapping[str, Array], catalog: Catalog) -> Iterator[str]:
    """Lines of the section; empty without errors of rows left out."""
    tests = [test for test in LEFT_OUT if test in held]
    if not tests:
        return
    yield HEAD
    served = data.phase == 0.0
    for test in tests:
        name, *bands = LEFT_OUT[test]
        for band, kind, rows in zip(
            bands, ("dense", "mixtures"), (served & data.dense, served & ~data.dense), strict=True
        ):
            half = np.array(band_of(catalog, band)[:2])
            if test == "systems":
                usual = np.array(band_of(catalog, "seen" if kind == "dense" else "seen-moe")[:2])
                kept = rows & ~gone_with_system(data)
                yield _line(data, name, f"{kind}, on other systems too", held[test], kept, usual)
            own = rows & gone_with_system(data) if test == "systems" else rows
            yield _line(data, name, f"all {kind}", held[test], own, half, test == "models")
            labels = data.gpu if test == "systems" else data.model
            for label in np.unique(labels[own]) if test != "folds" else ():
                chosen = own & (labels == label)
                yield _line(
                    data, name, f"{label}, {kind}", held[test], chosen, half, test == "models"
                )


def _line(
    data: Measured,
    name: str,
    label: str,
    errors: Array,
    rows: Mask,
    half: Array,
    others: bool = False,
) -> str:
    inside = np.abs(errors[:2, rows]) <= half[:, None]
    cells = [f"{100 * np.sinh(h):.0f} %" for h in half]
    cells += [f"{100 * v:.0f} %" for v in inside.mean(axis=1)]
    cells += [f"{100 * v:.0f} %" for v in _by_others(data, errors, rows)] if others else ["", ""]
    return f"| {name} | {label} | {int(rows.sum())} | {' | '.join(cells)} |"


def _by_others(data: Measured, errors: Array, rows: Mask) -> Array:
    """Share of rows inside of a band that the other models of the same kind give, (2,)."""
    inside = np.zeros((2, data.phase.size), bool)
    for model in np.unique(data.model[rows]):
        own = data.model == model
        kind = data.dense[own][0]
        rest = (data.phase == 0.0) & (data.dense == kind) & ~own
        for k in (0, 1):
            size = np.abs(errors[k])
            inside[k, own] = size[own] <= quantile_of(size[rest], data.model[rest])
    share: Array = inside[:, rows].mean(axis=1)
    return share
