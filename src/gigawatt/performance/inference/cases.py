"""`infer --cases`: a file of cases in, the same rows with predictions out.

Three layouts are known by their columns: aggregated serving, disaggregated serving, MLPerf. A row
that can't be evaluated keeps its place and says why in `problem`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from gigawatt.catalog import Catalog
from gigawatt.errors import GigawattError, InputError
from gigawatt.performance.inference.fitted import Fitted, load_fitted
from gigawatt.performance.inference.mlperf import predict_mlperf
from gigawatt.performance.inference.point import check_fits
from gigawatt.performance.inference.predict import (
    Prediction,
    Value,
    predict,
    with_speculation,
)
from gigawatt.performance.inference.tables import MLPERF, Situation, number, situation_of
from gigawatt.quantity.blank import is_blank

Row = Mapping[str, str]
QUANTITIES = ("predicted_ttft_ms", "predicted_tpot_ms", "predicted_output_tok_s_per_gpu")
ADDED = (
    *(f"{name}{end}" for name in QUANTITIES for end in ("", "_low", "_high")),
    "assumed",
    "problem",
)


def predict_rows(rows: Sequence[Row], layout: str, catalog: Catalog) -> list[dict[str, str]]:
    """Added columns of each row.

    Parameters
    ----------
    rows : cells as text.
    layout : one of `tables`' three.
    catalog : models, systems, constants.
    """
    fitted = load_fitted(catalog)
    rows = [_cleaned(row) for row in rows]
    if layout == MLPERF:
        return [_mlperf(row, fitted, catalog) for row in rows]
    out: list[dict[str, str]] = [{} for _ in rows]
    ready: list[tuple[int, Situation]] = []
    for i, row in enumerate(rows):
        try:
            situation = checked_situation(row, catalog)
        except GigawattError as error:
            out[i] = _problem(error)
        else:
            ready.append((i, situation))
    with np.errstate(all="ignore"):  # sizes no machine serves: found below
        predictions = predict([s for _, s in ready], fitted, catalog)
    for (i, situation), prediction in zip(ready, predictions, strict=True):
        told = prediction.ttft_s, prediction.tpot_s, prediction.output_tok_s_per_package
        if all(np.isfinite(v.value) and v.value > 0.0 for v in told):
            out[i] = _cells(rows[i], situation, prediction)
        else:
            out[i] = _problem(InputError("no rate comes out: lengths or concurrency out of range."))
    return out


WORDED = ("spec_decode", "limits")  # "none" is an answer there


def _cleaned(row: Row) -> Row:
    """The row with "n/a", "nan" and the like, and cells that a short line lacks, left empty."""
    return {
        key: "" if value is None or (key not in WORDED and is_blank(value.strip())) else value
        for key, value in row.items()
        if isinstance(key, str) and not isinstance(value, list)
    }


def checked_situation(row: Row, catalog: Catalog) -> Situation:
    """Read a row and make sure that it fits and divides.

    Raises
    ------
    InputError, InfeasibleError : what is wrong with it.
    """
    situation = situation_of(row, catalog)
    number(row, "gpus", 0.0)  # what `_cells` reads
    check_fits(situation)
    with_speculation(situation, catalog, sure=False)
    return situation


def _mlperf(row: Row, fitted: Fitted, catalog: Catalog) -> dict[str, str]:
    try:
        found = predict_mlperf(row, fitted, catalog)
    except GigawattError as error:
        return _problem(error)
    values = (found.ttft_s, found.tpot_s, found.output_tok_s_per_package)
    return _values(values) | {"assumed": "; ".join(found.assumed), "problem": ""}


def _cells(row: Row, s: Situation, p: Prediction) -> dict[str, str]:
    assumed = list(s.assumed)
    gpus = number(row, "gpus", 0.0)
    rate = p.output_tok_s_per_package
    if gpus and abs(gpus - p.packages) > 0.5:
        if s.plan.prefill is None:
            assumed.append(f"{p.packages:g} GPUs by the layout, not {gpus:g}")
        else:
            share = p.packages / gpus
            rate = Value(rate.value * share, rate.low * share, rate.high * share)
    if s.speculation == "unknown":
        assumed.append("no speculation; the band reaches to what it would give")
    assumed.append(f"band: {p.distance}")
    values = _values((p.ttft_s, p.tpot_s, rate))
    return values | {"assumed": "; ".join(assumed), "problem": ""}


def _values(values: Sequence[Value]) -> dict[str, str]:
    out = {}
    for name, value, scale in zip(QUANTITIES, values, (1e3, 1e3, 1.0), strict=True):
        out[name] = f"{value.value * scale:.6g}"
        out[f"{name}_low"] = f"{value.low * scale:.6g}"
        out[f"{name}_high"] = f"{value.high * scale:.6g}"
    return out


def _problem(error: GigawattError) -> dict[str, str]:
    return dict.fromkeys(ADDED, "") | {"problem": " ".join(str(error).split())}
