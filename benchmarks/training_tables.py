"""Published training tables as cases: one header for all; blank cells are filled by the rules."""

from __future__ import annotations

import csv
from dataclasses import dataclass, replace
from pathlib import Path

from gigawatt.catalog import load_catalog
from gigawatt.performance.hardware import System, load_system
from gigawatt.performance.shapes import ModelShape
from gigawatt.performance.training import defaults
from gigawatt.performance.training.choices import Graphs, Precision, Recompute, Stack
from gigawatt.performance.training.evaluate import evaluate_plan
from gigawatt.performance.training.facts import TrainModel, load_train_model
from gigawatt.performance.training.plan import Plan

FILES = (
    "megatron2021_table1_a100.csv",
    "megatron2021_table2_zero3_a100.csv",
    "llama3_405b_table4_h100.csv",
    "megatron_bridge_gb200_b200_h100.csv",
    "simumax_b200_bf16_dense70b_dsv3.csv",
)
MLA = {
    "kv_lora_rank": 512,
    "q_lora_rank": 1536,
    "qk_nope_dim": 128,
    "qk_rope_dim": 64,
    "v_dim": 128,
}
SYSTEMS = (
    ("GB300", "gb300-nvl72"),
    ("GB200", "gb200-nvl72"),
    ("B300", "b300-sxm"),
    ("B200", "b200-sxm"),
    ("H200", "h200-sxm"),
    ("H800", "h800"),
    ("H100", "h100-sxm"),
    ("A100", "a100-sxm-80g"),
)


@dataclass(frozen=True)
class Case:
    table: str
    row: str
    model: str
    shape: ModelShape
    system: System
    plan: Plan
    mbs_known: bool
    recompute_known: bool
    measured_s: float
    memory_gib: float
    release: str
    flop_per_gpu: float
    notes: str = ""


def number(row, key, default=0.0):
    text = (row[key] or "").strip()
    return float(text) if text else default


def read_shape(row) -> ModelShape:
    experts = int(number(row, "experts"))
    deepseek = "DeepSeek" in row["model"]
    layers = int(number(row, "layers"))
    heads = int(number(row, "heads"))
    mtp = 1 if row["model"] == "DeepSeek-V3" and "w/o MTP" not in row["notes"] else 0
    return ModelShape(
        id=row["model"],
        name=row["model"],
        layers=layers,
        hidden=int(number(row, "hidden")),
        heads=heads,
        kv_heads=int(number(row, "kv_heads", heads)),
        head_dim=int(number(row, "head_dim", number(row, "hidden") / heads)),
        vocab=int(number(row, "vocab")),
        attention="mla" if deepseek else "gqa",
        dense_ffn=int(number(row, "ffn_hidden")),
        dense_layers=int(number(row, "dense_layers")) if experts else layers,
        experts=experts,
        shared_experts=int(number(row, "shared_experts")),
        top_k=int(number(row, "top_k")),
        expert_ffn=int(number(row, "moe_ffn_hidden")),
        ffn_matrices=2 if row["act_fn"] == "gelu" else 3,
        mtp_layers=mtp,
        **(MLA if deepseek else {}),
    )


def read_precision(text: str, system: System) -> Precision:
    low = text.lower()
    if "fp4" in low:
        return Precision.NVFP4
    blackwell = system.generation not in ("hopper", "ampere")
    if "mx" in low or "other granularity" in low:
        return Precision.MXFP8 if blackwell else Precision.FP8_BLOCK
    if "fp8" in low:
        return Precision.FP8
    return Precision.BF16


def read_case(row, catalog) -> Case:
    shape = read_shape(row)
    system = load_system(catalog, next(i for key, i in SYSTEMS if key in row["gpu"]))
    month, _ = defaults.software_month(row["release"], row["source"])
    sp = {"1": True, "0": False}.get(row["seq_parallel"])
    stack, _ = defaults.software_stack(row["release"], month, system, row["precision"], sp)
    shard = int(number(row, "fsdp_shard")) if row["fsdp_shard"].strip().isdigit() else 0
    moe_shard = shape.is_moe
    full = "full" in row["recompute"]
    none = row["recompute"].startswith("none")
    pp = int(number(row, "pp", 1))
    vp = int(number(row, "vp", 0)) or defaults.virtual_stages(shape, pp, stack, False)[0]
    era = stack == Stack.ERA_2021
    plan = Plan(
        tp=int(number(row, "tp", 1)),
        pp=pp,
        vp=vp,
        cp=int(number(row, "cp", 1)),
        dp=int(number(row, "dp", 1)),
        ep=int(number(row, "ep", 1)) if shape.is_moe else 1,
        zero=3 if shard and not moe_shard else (0 if row["dist_optimizer"] == "0" or era else 1),
        shard=shard,
        mbs=int(number(row, "mbs", 1)),
        gbs=int(number(row, "gbs")),
        seq=int(number(row, "seq_len")),
        precision=read_precision(row["precision"], system),
        recompute=Recompute.FULL if full else Recompute.NONE,
        stack=stack,
        sequence_parallel=sp if sp is not None else not era,
        release_month=month,
        token_drop="tokendrop" in row["notes"],
    )
    graphs, _ = defaults.launch_graphs(shape, system, plan, plan.token_drop)
    plan = replace(plan, graphs=graphs)
    seconds = number(row, "iter_time_s") or _from_rate(row, shape, plan)
    return Case(
        row["table_id"],
        row["row_id"],
        row["model"],
        shape,
        system,
        plan,
        bool(row["mbs"].strip()),
        full or none,
        seconds,
        number(row, "memory_gib_per_gpu"),
        row["release"],
        plan.gbs * plan.seq / plan.gpus / seconds,
        row["notes"],
    )


def _from_rate(row, shape, plan):
    """Seconds of a row that gives only FLOP/s: causal model FLOP (docs/performance.md)."""
    from gigawatt.performance.shapes import train_flop_per_token

    flop = train_flop_per_token(shape, plan.seq) * plan.gbs * plan.seq
    return flop / plan.gpus / number(row, "tflops_per_gpu") / 1e12


def read_cases(folder: Path, catalog=None) -> list[Case]:
    catalog = catalog or load_catalog()
    cases = []
    for name in FILES:
        with (folder / name).open(newline="") as file:
            cases += [read_case(row, catalog) for row in csv.DictReader(file)]
    return cases


def models(catalog=None) -> dict[str, TrainModel]:
    catalog = catalog or load_catalog()
    return {g: load_train_model(catalog, g) for g in ("ampere", "hopper", "blackwell")}


def predict(case: Case, model: TrainModel):
    """Result and plan of a case with everything filled in."""

    def run(plan: Plan):
        result = evaluate_plan(case.shape, case.system, model, plan)
        return float(result.step_s[0]), bool(result.fits[0])

    plan = case.plan
    if not case.recompute_known:
        plan, _ = defaults.fitting_recompute(plan, run, offload=True)
    if not case.mbs_known:
        plan, _ = defaults.best_microbatch(plan, run)
    return evaluate_plan(case.shape, case.system, model, plan), plan
