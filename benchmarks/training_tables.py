"""Published tables of training runs as cases: the rows' plans by the command's own rules."""

from __future__ import annotations

import csv
import math
from dataclasses import dataclass
from pathlib import Path

from gigawatt.catalog import Catalog, load_catalog
from gigawatt.performance.training.cases import Case, predict, resolve_case
from gigawatt.performance.training.flops import flop_per_token

FILES = (
    "megatron2021_table1_a100.csv",
    "megatron2021_table2_zero3_a100.csv",
    "llama3_405b_table4_h100.csv",
    "megatron_bridge_gb200_b200_h100.csv",
    "simumax_b200_bf16_dense70b_dsv3.csv",
)
# Rows of MT-NLG 530B in whole_runs.csv as text (arXiv 2201.11990): data-parallel ranks, step in s.
MT_NLG = ((8, 60.1), (10, 50.2), (12, 44.4))
# Nemotron-4 340B Technical Report (arXiv 2406.11704), table of pre-training: packages, batch in
# sequences, step in s; tensor parallel 8, 12 interleaved stages, 4,096 tokens, BF16.
NEMOTRON_4 = ((1536, 768, 10.3), (6144, 2304, 8.0))
# Strong scaling of GPT-3 175B in the README of Megatron-LM (2024, core 0.8): batch of 1,152
# sequences of 4,096 tokens in BF16 on H100, from 47 % of the peak on 96 packages to 42 % on 4,608;
# model FLOP with attention in full. Their splits are not published.
CORE_2024 = ((96, 0.47), (4608, 0.42))
# Same plan, next point release, time down by more than 30 %: a software defect in the slower row.
DEFECTS = {("megatron_bridge_perf", "41"), ("megatron_bridge_perf", "54")}


@dataclass(frozen=True)
class Measured:
    """One row: its case, where it stands, what was measured (0 = not given), and whether the
    numbers were checked against the source.
    """

    table: str
    row: str
    model: str
    release: str
    case: Case
    step_s: float
    memory_gib: float
    checked: bool

    @property
    def defect(self) -> bool:
        """Whether the row has a known defect of the software."""
        return (self.table, self.row) in DEFECTS

    @property
    def group(self) -> str:
        """Table, with dense and mixture models apart."""
        return f"{self.table} {'MoE' if self.case.shape.is_moe else 'dense'}"

    @property
    def family(self) -> str:
        """Model, whatever its depth: what is left out together."""
        name = self.model.split(" cut to")[0]
        return "GPT-530B" if name in ("MT-NLG", "GPT-529.6B") else name


def measured_step(row: dict[str, str], case: Case) -> float:
    """Step time of a row, from its FLOP/s where it gives only that."""
    if row["iter_time_s"]:
        return float(row["iter_time_s"])
    plan = case.plan
    flop = flop_per_token(case.shape, plan.seq, case.convention) * plan.gbs * plan.seq
    return flop / plan.gpus / float(row["tflops_per_gpu"]) / 1e12


def read_tables(folder: Path, catalog: Catalog | None = None) -> list[Measured]:
    """All rows of the published tables, with those that stand in this file."""
    catalog = catalog or load_catalog()
    found = []
    for name in FILES:
        with (folder / name).open(newline="", encoding="utf-8") as file:
            rows = list(csv.DictReader(file))
        found += [measured(row, catalog) for row in rows]
        if name == FILES[1]:
            found += [measured(mt_nlg(rows, dp, step), catalog) for dp, step in MT_NLG]
    found += [measured(core_2024(*one), catalog) for one in CORE_2024]
    return found + [measured(nemotron_4(*one), catalog) for one in NEMOTRON_4]


def measured(row: dict[str, str], catalog: Catalog) -> Measured:
    """A row with its case and what was measured."""
    case = resolve_case(row, catalog)
    return Measured(
        table=row["table_id"],
        row=row["row_id"],
        model=row["model"],
        release=row["release"],
        case=case,
        step_s=measured_step(row, case),
        memory_gib=float(row["memory_gib_per_gpu"] or 0.0),
        checked=row.get("verified", "").startswith("yes"),
    )


def mt_nlg(rows: list[dict[str, str]], dp: int, step: float) -> dict[str, str]:
    """Row of MT-NLG: the shape and split of table 2's largest model, batch 1,920."""
    like = next(r for r in rows if r["model"] == "GPT-530B" and r["pp"] == "35")
    return {
        **like,
        "table_id": "mt_nlg",
        "row_id": str(dp),
        "model": "MT-NLG",
        "gpus": str(280 * dp),
        "dp": str(dp),
        "gbs": "1920",
        "iter_time_s": str(step),
        "verified": "",
        "source": "Training MT-NLG with DeepSpeed and Megatron (arXiv 2201.11990)",
        "notes": "",
    }


def nemotron_4(gpus: int, gbs: int, step: float) -> dict[str, str]:
    """Row of Nemotron-4 340B."""
    return {
        "table_id": "nemotron4",
        "row_id": str(gpus),
        "model": "Nemotron-4 340B",
        "gpu": "H100-SXM-80GB",
        "gpus": str(gpus),
        "tp": "8",
        "pp": "12",
        "gbs": str(gbs),
        "mbs": "1",
        "seq_len": "4096",
        "precision": "bf16",
        "iter_time_s": str(step),
        "tflops_per_gpu": "",
        "memory_gib_per_gpu": "",
        "release": "",
        "source": "Nemotron-4 340B Technical Report (arXiv 2406.11704)",
    }


def core_2024(gpus: int, mfu: float) -> dict[str, str]:
    """Row of the strong scaling of GPT-3 175B."""
    return {
        "table_id": "core_2024",
        "row_id": str(gpus),
        "model": "GPT-3 175B",
        "gpu": "H100-SXM-80GB",
        "gpus": str(gpus),
        "gbs": "1152",
        "seq_len": "4096",
        "precision": "bf16",
        "iter_time_s": "",
        "tflops_per_gpu": str(989.0 * mfu),
        "flops_convention": "Megatron-Core model FLOPs",
        "memory_gib_per_gpu": "",
        "release": "core 0.8",
        "source": "README of NVIDIA Megatron-LM, 2024",
    }


def log_error(item: Measured) -> float:
    """ln(predicted / measured) of the step time."""
    return math.log(float(predict(item.case).step_s[0]) / item.step_s)
