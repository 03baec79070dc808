"""Measured rows with their situations, sweeps and rules."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from gigawatt.catalog import Catalog
from gigawatt.errors import GigawattError
from gigawatt.performance.inference.build import Case, points_of
from gigawatt.performance.inference.calibration.rules import rules_of, ttft_rule
from gigawatt.performance.inference.evaluate import Aggregate, aggregate, stack_of
from gigawatt.performance.inference.tables import Situation, number, read_rows, situation_of
from gigawatt.quantity.arrays import Array

AGG_FILE = "measured_serving_agg.csv"
SWEEP = (
    "model_path", "gpu", "backend", "backend_version", "precision", "isl", "osl", "tp", "dp",
    "moe_tp", "moe_ep",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Measured:
    """Rows kept for fitting and scoring.

    Attributes
    ----------
    rows, situations : of each.
    arrays : for the model.
    log_seconds : ln of TPOT, ln of output tokens/s per GPU, ln of TTFT; (3, n).
    ttft_ok : whether the row's TTFT is used.
    strict : whether the row is known to run without speculation.
    dense : whether the model is dense.
    sweep, model, gpu, cell : labels of groups.
    rules : rule → rows left out by it, of the whole file.
    """

    rows: tuple[dict[str, str], ...]
    situations: tuple[Situation, ...]
    arrays: Aggregate
    log_seconds: Array
    ttft_ok: Array
    strict: Array
    dense: Array
    sweep: Array
    model: Array
    gpu: Array
    cell: Array
    rules: dict[str, int]


def load_measured(folder: Path, catalog: Catalog, leave_out: bool = True) -> Measured:
    """Rows of the aggregated serving file of a data folder.

    Parameters
    ----------
    folder : holds `measured_serving_agg.csv`.
    catalog : models and systems.
    leave_out : apply the rules; False keeps every row that can be computed.
    """
    rows, _ = read_rows(folder / AGG_FILE)
    read = [_readable(r, catalog) for r in rows]
    rules = rules_of(rows, read)
    if not leave_out:
        rules = [r if r == "does-not-fit" else "" for r in rules]
    kept = [
        (r, s)
        for r, s, rule in zip(rows, read, rules, strict=True)
        if not rule and s is not None
    ]
    counts = {rule: rules.count(rule) for rule in rules if rule}
    return _measured([r for r, _ in kept], [s for _, s in kept], counts)


def _readable(row: dict[str, str], catalog: Catalog) -> Situation | None:
    try:
        s = situation_of(row, catalog)
        points_of([Case(s.shape, s.system, s.plan, s.plan.layout, s.input_tokens, s.output_tokens)])
    except GigawattError:
        return None
    return s


def _measured(
    rows: list[dict[str, str]], situations: list[Situation], rules: dict[str, int]
) -> Measured:
    arrays = aggregate(situations)
    tpot = np.array([number(r, "tpot_ms", 0.0) / 1e3 for r in rows])
    ttft = np.array([number(r, "ttft_ms", 0.0) / 1e3 for r in rows])
    out = np.array([s.output_tokens for s in situations])
    clients = np.array([s.clients for s in situations])
    rate = clients * out / (ttft + (out - 1.0) * tpot) / arrays.packages
    stacks = [stack_of(s) for s in situations]
    return Measured(
        rows=tuple(rows),
        situations=tuple(situations),
        arrays=arrays,
        log_seconds=np.log(np.array([tpot, rate, ttft])),
        ttft_ok=np.array([not ttft_rule(r, s) for r, s in zip(rows, situations, strict=True)]),
        strict=np.array([s.speculation == "none" for s in situations]),
        dense=np.array([not s.shape.is_moe for s in situations]),
        sweep=np.array(["|".join(r.get(k, "") for k in SWEEP) for r in rows]),
        model=np.array([s.shape.id for s in situations]),
        gpu=np.array([s.system.id for s in situations]),
        cell=np.array(
            [
                "|".join((k.engine, k.generation, k.scheme, k.model, r.get("backend_version", "")))
                for k, r in zip(stacks, rows, strict=True)
            ]
        ),
        rules=rules,
    )
