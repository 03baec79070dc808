"""Measured rows with their situations, sweeps and rules."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gigawatt.catalog import Catalog
from gigawatt.errors import GigawattError
from gigawatt.performance.inference.build import Case, points_of
from gigawatt.performance.inference.calibration.rules import rules_of, ttft_rule
from gigawatt.performance.inference.evaluate import Aggregate, aggregate, stack_of
from gigawatt.performance.inference.tables import Situation, number, read_rows, situation_of
from gigawatt.quantity.arrays import Array

BLOG_FILE = "production_and_blogs.csv"
# id, system, precision, expert ranks, requests per package; two packages of the FP4 row are too few
# to hold the model with BF16 attention: four are taken
PHASES = (
    ("sglang-h100-prefill-2000", "H100-SXM", "fp8", "32", "0"),
    ("sglang-h100-decode-2000", "H100-SXM", "fp8", "72", "256"),
    ("ds-profile-prefill", "H800", "fp8", "32", "0"),  # their own engine
    ("sglang-gb200-prefill-fp4", "GB200-NVL72", "fp4", "4", "0"),
    ("sglang-gb200-decode-fp8", "GB200-NVL72", "fp8", "48", "768"),
)
AGG_FILE = "measured_serving_agg.csv"
SWEEP = (
    "model_path", "gpu", "backend", "backend_version", "precision", "isl", "osl", "tp", "dp",
    "moe_tp", "moe_ep",
)  # fmt: skip


Labels = NDArray[Any]
Mask = NDArray[np.bool_]


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
    phase : 0 for served rows, 1 and 2 for isolated prefill and decode at the end of the arrays.
    phase_batch : requests per package of an isolated decode.
    """

    rows: tuple[dict[str, str], ...]
    situations: tuple[Situation, ...]
    arrays: Aggregate
    log_seconds: Array
    ttft_ok: Mask
    strict: Mask
    dense: Mask
    sweep: Labels
    model: Labels
    gpu: Labels
    cell: Labels
    rules: dict[str, int]
    phase: Array
    phase_batch: Array


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
        (r, s) for r, s, rule in zip(rows, read, rules, strict=True) if not rule and s is not None
    ]
    counts = {rule: rules.count(rule) for rule in rules if rule}
    phases = isolated(folder, catalog)
    return _measured(
        [r for r, _ in kept] + [r for r, _ in phases],
        [s for _, s in kept] + [s for _, s in phases],
        counts,
    )


def isolated(folder: Path, catalog: Catalog) -> list[tuple[dict[str, str], Situation]]:
    """Published rates of one phase alone, with wide expert parallel (`PHASES`)."""
    path = folder / BLOG_FILE
    if not path.is_file():
        return []
    rows, _ = read_rows(path)
    by_id = {r["id"]: r for r in rows}
    out = []
    for name, gpu, precision, ranks, batch in PHASES:
        row = by_id[name]
        decode = row["phase"] == "decode"
        tokens = row["kv_len"] if decode else row["input_len"]
        read = {
            "model_path": "deepseek-ai/DeepSeek-V3", "gpu": gpu, "precision": precision,
            "backend": "other" if gpu == "H800" else "sglang", "mean_isl": tokens,
            "mean_osl": "2", "concurrency": "1",
            "tp": "1", "dp": ranks, "moe_tp": "1", "moe_ep": ranks, "measured": row["date"],
            "rate": row["tok_s_per_gpu"], "phase": "2" if decode else "1", "batch": batch,
            "spec_decode": "none", "ttft_ms": "1000", "tpot_ms": "1000", "model": row["model"],
        }  # fmt: skip
        out.append((read, situation_of(read, catalog)))
    return out


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
    phase = np.array([number(r, "phase", 0.0) for r in rows])
    rate = clients * out / (ttft + (out - 1.0) * tpot) / arrays.packages
    rate = np.where(phase > 0.0, [number(r, "rate", 1.0) for r in rows], rate)
    stacks = [stack_of(s) for s in situations]
    return Measured(
        rows=tuple(rows),
        situations=tuple(situations),
        arrays=arrays,
        log_seconds=np.log(np.array([tpot, rate, ttft])),
        ttft_ok=np.array([not ttft_rule(r, s) for r, s in zip(rows, situations, strict=True)]),
        strict=np.array([s.speculation == "none" for s in situations]) & (phase == 0.0),
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
        phase=phase,
        phase_batch=np.array([number(r, "batch", 0.0) for r in rows]),
    )
