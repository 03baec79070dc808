"""Sections of the validation page on rows that no constant is fitted on."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import numpy as np

from gigawatt.catalog import Catalog
from gigawatt.performance.inference.cases import predict_rows
from gigawatt.performance.inference.tables import layout_of, number, read_rows
from gigawatt.quantity.arrays import Array

COLUMNS = (
    ("TPOT", "predicted_tpot_ms", "tpot_ms"),
    ("throughput", "predicted_output_tok_s_per_gpu", "output_tok_s_per_gpu_derived"),
    ("TTFT", "predicted_ttft_ms", "ttft_ms"),
)
Rows = list[dict[str, str]]


def read(folder: Path, name: str, catalog: Catalog) -> tuple[Rows, Rows]:
    """Rows of a file and what is predicted for them."""
    rows, header = read_rows(folder / name)
    return rows, predict_rows(rows, layout_of(header, name), catalog)


def envelope_section(folder: Path, catalog: Catalog) -> str:
    """Aggregated rows that may run with speculation, and those that likely do."""
    rows, added = read(folder, "measured_serving_agg.csv", catalog)
    lines = [
        "\n## Speculation\n",
        "Where a row leaves open whether there is speculation, the prediction is without, and the "
        "band reaches to what it would give. Rows that likely have it are predicted with one "
        "drafted token; they are in no fit, the length of the draft was chosen on them.\n",
        "| rows | number | TPOT | inside | throughput | inside |",
        "|---|---|---|---|---|---|",
    ]
    for kind in ("unknown", "likely_mtp"):
        chosen = [i for i, r in enumerate(rows) if r["spec_decode"] == kind]
        lines.append(f"| {kind} | {len(chosen)} | " + _pair(rows, added, chosen) + " |")
    return "\n".join(lines)


def disaggregated_section(folder: Path, catalog: Catalog) -> str:
    """Rows of two pools, by system and engine; none is fitted."""
    rows, added = read(folder, "measured_serving_disagg.csv", catalog)
    lines = [
        "\n## Two pools\n",
        "No constant is fitted on these rows; speculation is unknown in all of them.\n",
        "| system, engine, precision | number | TPOT | inside | throughput | inside |",
        "|---|---|---|---|---|---|",
    ]
    groups = sorted({(r["gpu"], r["backend"], r["precision"]) for r in rows})
    every = list(range(len(rows)))
    for group in [*groups, ("all", "", "")]:
        chosen = every if group[0] == "all" else [
            i for i in every
            if (rows[i]["gpu"], rows[i]["backend"], rows[i]["precision"]) == group
        ]  # fmt: skip
        name = ", ".join(part for part in group if part)
        lines.append(f"| {name} | {len(chosen)} | " + _pair(rows, added, chosen) + " |")
    return "\n".join(lines)


def _pair(rows: Rows, added: Rows, chosen: list[int]) -> str:
    cells = []
    for _, predicted, column in COLUMNS[:2]:
        measured = np.array([number(rows[i], column, 0.0) for i in chosen])
        value, low, high = (
            np.array([number(added[i], predicted + end, 0.0) for i in chosen])
            for end in ("", "_low", "_high")
        )
        size = np.abs(value / measured - 1.0)
        inside = (measured >= low) & (measured <= high)
        cells.append(f"{100 * size.mean():.1f} % ({100 * np.median(size):.1f})")
        cells.append(f"{100 * inside.mean():.0f} %")
    return " | ".join(cells)


def limits_told(row: Mapping[str, str]) -> bool:
    """Whether a row names its limits, or has none."""
    text = row.get("limits", "")
    return text.strip().lower() in ("", "none") or any(c.isdigit() for c in text)


def mlperf_section(folder: Path, catalog: Catalog) -> str:
    """MLPerf rows by model, scenario and accelerator."""
    rows, added = read(folder, "mlperf_inference.csv", catalog)
    kept = [i for i, a in enumerate(added) if not a["problem"]]
    ratio = {
        i: number(added[i], "predicted_output_tok_s_per_gpu", 0.0)
        / number(rows[i], "tok_s_per_gpu", 1.0)
        for i in kept
    }
    size = np.array([abs(r - 1.0) for r in ratio.values()])
    told = np.array([limits_told(rows[i]) for i in kept])
    lines = [
        "\n## MLPerf\n",
        f"{len(kept)} of {len(rows)} rows are predicted. One rule leaves rows out of the score: a "
        "row whose limits and mean answer its results do not state can't be predicted from its "
        "columns (gpt-oss, computed with the lengths and limits of the other reasoning load).\n",
        "| rows | number | error |",
        "|---|---|---|",
        _scored("limits and answers stated", size[told]),
        _scored("not stated, left out by the rule", size[~told]),
        _scored("no row left out", size),
        "\nPrompt lengths are presumed. Factors of AMD's "
        "generations and of mixtures in v5.1 are fixed on rows of this table (catalog "
        "`serving/alone.*`, `benchmarks/round-v5.1`); Vera Rubin's row is in no fit.\n",
        "| model | scenario | accelerator | round | number | measured | predicted | ratio |",
        "|---|---|---|---|---|---|---|---|",
    ]
    by_row: dict[tuple[str, ...], list[int]] = {}
    for i in kept:
        r = rows[i]
        key = (r["model"], r["scenario"], f"{r['accelerator']} x{r['accelerators']}", r["round"])
        by_row.setdefault(key, []).append(i)
    for row_key, own in sorted(by_row.items()):
        measured = float(np.median([number(rows[i], "tok_s_per_gpu", 0.0) for i in own]))
        predicted = number(added[own[0]], "predicted_output_tok_s_per_gpu", 0.0)
        lines.append(
            f"| {' | '.join(row_key)} | {len(own)} | {measured:,.0f} | {predicted:,.0f} | "
            f"{np.median([ratio[i] for i in own]):.2f} |"
        )
    return "\n".join(lines)


def _scored(name: str, size: Array) -> str:
    if not size.size:
        return f"| {name} | 0 | – |"
    return f"| {name} | {size.size} | {100 * size.mean():.1f} % ({100 * np.median(size):.1f}) |"
