"""Published steps: tables that fixed the constants, and runs that no constant has seen."""

from __future__ import annotations

import csv
from pathlib import Path
from statistics import mean

import pytest

from gigawatt.catalog import load_catalog
from gigawatt.performance.training.cases import case_columns, predict, resolve_case

CATALOG = load_catalog()
DEFECTS = ("41", "54")  # the next point release runs the same plan in less than 0.7 of the time
BARS = (
    ("megatron2021_table1_a100", "", 0.035, 0.08),
    ("megatron2021_table2_zero3_a100", "", 0.06, 0.15),
    ("llama3_405b_table4_h100", "", 0.05, 0.05),
    ("megatron_bridge_gb200_b200_h100", "dense", 0.04, 0.08),
    ("megatron_bridge_gb200_b200_h100", "mixture", 0.10, 0.35),
    ("simumax_b200_bf16_dense70b_dsv3", "", 0.06, 0.15),
)
# Korthikanti et al. 2022 (arXiv 2205.05198), seconds of a step: layers, hidden, heads, GPUs, pp,
# vp, batch, microbatch; with sequence parallelism and attention recomputed, and all recomputed.
ACTIVATIONS_2022 = (
    ("22B", 48, 6144, 64, 8, 1, 1, 4, 4, 1.10, 1.42),
    ("175B", 96, 12288, 96, 64, 8, 3, 64, 1, 13.75, 18.13),
    ("530B", 105, 20480, 128, 280, 35, 3, 280, 1, 37.83, 49.05),
    ("1T", 128, 25600, 160, 512, 64, 1, 512, 1, 71.49, 94.42),
)


def rows_of(shared: Path, name: str) -> list[dict[str, str]]:
    text = (shared / "reference/training" / f"{name}.csv").read_text(encoding="utf-8")
    return list(csv.DictReader(text.splitlines()))


def time_of(row: dict[str, str]) -> float:
    return float(predict(resolve_case(row, CATALOG)).step_s[0])


@pytest.mark.parametrize(("name", "kind", "most_mean", "most"), BARS)
def test_published_tables(
    shared: Path, name: str, kind: str, most_mean: float, most: float
) -> None:
    errors = []
    for row in rows_of(shared, name):
        if kind and (kind == "mixture") != bool(row["experts"]):
            continue
        if "bridge" in name and row["row_id"] in DEFECTS:
            continue
        case = resolve_case(row, CATALOG)
        out = predict(case)
        told = float(out.step_s[0])
        if row["iter_time_s"]:
            errors.append(abs(told / float(row["iter_time_s"]) - 1.0))
        else:  # model FLOP/s with causal attention
            from gigawatt.performance.training.flops import flop_per_token

            flop = flop_per_token(case.shape, case.plan.seq, case.convention)
            rate = float(out.tokens_per_s_per_gpu[0]) * flop / 1e12
            errors.append(abs(float(row["tflops_per_gpu"]) / rate - 1.0))
    print(f"{name} {kind}: mean {mean(errors):.1%}, largest {max(errors):.1%}")
    assert mean(errors) < most_mean
    assert max(errors) < most


def test_peak_memory_of_a_node(shared: Path) -> None:
    errors = []
    for row in rows_of(shared, "simumax_b200_bf16_dense70b_dsv3"):
        out = predict(resolve_case(row, CATALOG))
        errors.append(abs(float(out.memory_gib[0]) / float(row["memory_gib_per_gpu"]) - 1.0))
    print(f"memory: mean {mean(errors):.1%}, largest {max(errors):.1%}")
    assert mean(errors) < 0.03


@pytest.mark.parametrize("shape", ACTIVATIONS_2022, ids=lambda s: str(s[0]))
@pytest.mark.parametrize("full", [False, True])
@pytest.mark.parametrize("source", ["arXiv 2205.05198", "Korthikanti et al., MLSys 2023", ""])
def test_steps_of_2022_that_fixed_no_constant(
    shape: tuple[float, ...], full: bool, source: str
) -> None:
    name, layers, hidden, heads, gpus, pp, vp, gbs, mbs, selective_s, full_s = shape
    told = time_of({
        "model": f"GPT-{name}", "layers": str(layers), "hidden": str(hidden), "heads": str(heads),
        "vocab": "51200", "ffn_hidden": str(4 * int(hidden)), "act_fn": "gelu", "gpu": "A100 80GB",
        "gpus": str(gpus), "tp": "8", "pp": str(pp), "vp": str(vp), "gbs": str(gbs),
        "mbs": str(mbs), "seq_len": "2048", "precision": "fp16",
        "recompute": "full" if full else "selective (attention)",
        "seq_parallel": "0" if full else "1", "dist_optimizer": "0",
        "source": source,
    })  # fmt: skip
    measured = full_s if full else selective_s
    print(f"{name}: {told / measured - 1.0:+.1%}")
    assert told == pytest.approx(measured, rel=0.05)


def test_deepseek_v3_on_h800_by_its_report() -> None:
    """2.664 million GPU-hours for 14.8e12 tokens: 1,543 tokens/s per GPU."""
    row = {
        "model": "DeepSeek-V3", "gpu": "H800", "gpus": "2048", "tp": "1", "pp": "16", "ep": "64",
        "gbs": "15360", "mbs": "1", "seq_len": "4096", "precision": "FP8",
        "source": "DeepSeek-V3 Technical Report (arXiv 2412.19437)", "notes": "DualPipe",
    }  # fmt: skip
    out = predict(resolve_case(row, CATALOG))
    rate = float(out.tokens_per_s_per_gpu[0])
    print(f"{rate:,.0f} tokens/s per GPU against 1,543; fits: {bool(out.fits[0])}")
    assert rate == pytest.approx(1543, rel=0.12)
    assert bool(out.fits[0])


# Rows that fixed constants, without the tables: Nemotron-4 340B (arXiv 2406.11704, packages, batch,
# seconds) and strong scaling of GPT-3 175B (README of Megatron-LM, core 0.8, packages, MFU).
@pytest.mark.parametrize(("gpus", "gbs", "seconds"), [(1536, 768, 10.3), (6144, 2304, 8.0)])
def test_nemotron_4_by_its_report(gpus: int, gbs: int, seconds: float) -> None:
    told = time_of({
        "model": "Nemotron-4 340B", "gpu": "8xH100 SXM", "gpus": str(gpus), "tp": "8", "pp": "12",
        "gbs": str(gbs), "mbs": "1", "seq_len": "4096", "precision": "bf16",
        "source": "Nemotron-4 340B Technical Report (arXiv 2406.11704)",
    })  # fmt: skip
    print(f"{gpus}: {told / seconds - 1.0:+.1%}")
    assert told == pytest.approx(seconds, rel=0.07)


@pytest.mark.parametrize(("gpus", "mfu"), [(96, 0.47), (4608, 0.42)])
def test_strong_scaling_of_gpt_3_at_an_unknown_split(gpus: int, mfu: float) -> None:
    row = {
        "model": "GPT-3 175B", "gpu": "H100", "gpus": str(gpus), "gbs": "1152", "seq_len": "4096",
        "precision": "bf16", "release": "core 0.8", "source": "Megatron-LM, 2024",
        "flops_convention": "Megatron-Core model FLOPs",
    }  # fmt: skip
    told = float(case_columns(row, CATALOG)["predicted_tflops_per_gpu"]) / 989.0
    print(f"{gpus}: MFU {told:.1%} against {mfu:.0%}")
    assert told == pytest.approx(mfu, rel=0.12)


def test_megascale_on_12288_packages_that_fixed_no_constant() -> None:
    """55.2 % of the peak with 175B parameters (arXiv 2402.15627, abstract and table 2).

    Its own stack hides tensor-parallel traffic, which that of others on Ampere did not.
    """
    out = case_columns({
        "model": "GPT-175B", "layers": "96", "hidden": "12288", "heads": "128", "vocab": "64000",
        "ffn_hidden": "49152", "act_fn": "gelu", "gpu": "A100 80GB", "gpus": "12288", "tp": "8",
        "pp": "8", "vp": "6", "gbs": "6144", "mbs": "1", "seq_len": "2048", "precision": "bf16",
        "flops_convention": "Megatron-Core model FLOPs", "source": "MegaScale (arXiv 2402.15627)",
    }, CATALOG)  # fmt: skip
    told = float(out["predicted_tflops_per_gpu"]) / 312.0
    print(f"MFU {told:.1%} against 55.2%")
    assert told == pytest.approx(0.552, rel=0.12)


@pytest.mark.parametrize(("gbit_s", "seconds"), [(4.0, 38.0), (1.47, 103.0), (0.5, 303.0)])
def test_an_exchange_of_intellect_1_takes_what_its_links_allow(
    gbit_s: float, seconds: float
) -> None:
    """10.2 bn parameters in 8 bits, 14 sites (arXiv 2412.01152): 103 s within one country."""
    row = {
        "model": "INTELLECT-1", "layers": "42", "hidden": "4096", "heads": "32", "kv_heads": "8",
        "ffn_hidden": "14336", "vocab": "128256", "act_fn": "swiglu", "gpu": "H100", "gpus": "112",
        "tp": "1", "pp": "1", "gbs": "1792", "mbs": "1", "seq_len": "8192", "fsdp_shard": "8",
        "precision": "bf16", "sites": "14", "wan_gbit_s": str(gbit_s), "local_steps": "100",
        "wan_bits": "8",
    }  # fmt: skip
    out = predict(resolve_case(row, CATALOG))
    assert 100.0 * float(out.column("wan_s")[0]) == pytest.approx(seconds, rel=0.05)


@pytest.mark.parametrize(
    ("model", "gpus", "mfu"), [("Mixtral 8x22B", 128, 0.493), ("Qwen2-57B-A14B", 64, 0.39)]
)
def test_mixtures_on_h100_in_bf16_that_fixed_no_constant(model: str, gpus: int, mfu: float) -> None:
    """Best of the splits that the paper tried (MoE Parallel Folding, arXiv 2504.14960)."""
    row = {
        "model": model, "gpu": "H100", "gpus": str(gpus), "gbs": "256", "seq_len": "4096",
        "precision": "bf16", "source": "MoE Parallel Folding, Megatron-Core (arXiv 2504.14960)",
    }  # fmt: skip
    told = float(case_columns(row, CATALOG)["predicted_tflops_per_gpu"]) / 989.0
    print(f"{model}: MFU {told:.1%} against {mfu:.1%}")
    assert told == pytest.approx(mfu, rel=0.15)
