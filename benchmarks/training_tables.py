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
# Same plan, next point release, time down by more than 30 %: a software defect in the slower row.
DEFECTS = {("megatron_bridge_perf", "41"), ("megatron_bridge_perf", "54")}


@dataclass(frozen=True)
class Measured:
    """One row: its case, where it stands, and what was measured (0 = not given)."""

    table: str
    row: str
    model: str
    release: str
    case: Case
    step_s: float
    memory_gib: float

    @property
    def defect(self) -> bool:
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
    catalog = catalog or load_catalog()
    found = []
    for name in FILES:
        with (folder / name).open(newline="", encoding="utf-8") as file:
            rows = list(csv.DictReader(file))
        found += [measured(row, catalog) for row in rows]
        if name == FILES[1]:
            found += [measured(mt_nlg(rows, dp, step), catalog) for dp, step in MT_NLG]
    return found


def measured(row: dict[str, str], catalog: Catalog) -> Measured:
    case = resolve_case(row, catalog)
    return Measured(
        table=row["table_id"],
        row=row["row_id"],
        model=row["model"],
        release=row["release"],
        case=case,
        step_s=measured_step(row, case),
        memory_gib=float(row["memory_gib_per_gpu"] or 0.0),
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
        "source": "Training MT-NLG with DeepSpeed and Megatron (arXiv 2201.11990)",
        "notes": "",
    }


def log_error(item: Measured) -> float:
    """ln(predicted / measured) of the step time."""
    return math.log(float(predict(item.case).step_s[0]) / item.step_s)
