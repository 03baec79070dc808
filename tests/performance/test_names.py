"""Free text of published tables to systems, formats and recomputed parts."""

from __future__ import annotations

import csv
from itertools import pairwise
from pathlib import Path

import pytest

from gigawatt.catalog import load_catalog
from gigawatt.errors import InputError
from gigawatt.performance.hardware import full_power_w, load_system, network_tiers, system_records
from gigawatt.performance.names import Format, parse_gpu, parse_precision
from gigawatt.performance.recompute_names import parse_recompute

CATALOG = load_catalog()


def column(shared: Path, *names: str) -> set[str]:
    seen: set[str] = set()
    for folder in ("training", "inference"):
        for table in sorted((shared / "reference" / folder).glob("*.csv")):
            with table.open() as rows:
                for row in csv.DictReader(rows):
                    seen |= {row[n] for n in names if row.get(n)}
    return seen


def test_every_text_of_the_reference_tables_is_read(shared: Path) -> None:
    gpus = column(shared, "gpu", "accelerator", "system")
    assert len(gpus) > 20
    for text in sorted(gpus):
        parse_gpu(text, CATALOG)
    for text in sorted(column(shared, "precision", "weight_data_types")):
        parse_precision(text)
    for text in sorted(column(shared, "recompute")):
        parse_recompute(text)


@pytest.mark.parametrize(
    ("text", "system", "watts"),
    [
        ("H100 SXM", "h100-sxm", 0), ("GB200 NVL72", "gb200-nvl72", 0), ("H800", "h800", 0),
        ("A100-80GB", "a100-sxm-80g", 0), ("A100-SXM4-40GB", "a100-sxm-40g", 0),
        ("B300 1100W", "b300-sxm", 1100), ("DGX-B300 (1.1 kW)", "b300-sxm", 1100),
        ("AMD Instinct MI355X 288GB HBM3e", "mi355x", 0), ("NVIDIA GB300", "gb300-nvl72", 0),
        ("H100-SXM-80GB (700 W, 80 GB HBM3, 400 Gb/s RoCE)", "h100-sxm", 700),
        ("VR NVL144", "vr200-nvl72", 0), ("Rubin Ultra NVL576", "rubin-ultra-nvl144", 0),
        ("NVIDIA H200-NVL-141GB", "h200-nvl", 0), ("H20", "h20-sxm", 0), ("TPU v4", "tpu-v4", 0),
        ("h100-sxm", "h100-sxm", 0), ("H200", "h200-sxm", 0),
    ],
)  # fmt: skip
def test_gpu_names(text: str, system: str, watts: float) -> None:
    choice = parse_gpu(text, CATALOG)
    assert (choice.system.id, choice.watts) == (system, watts)


@pytest.mark.parametrize("text", ["Rubin CPX", "NVIDIA Rubin CPX", "rubin-cpx"])
def test_a_gpu_without_public_numbers_is_not_taken_for_another(text: str) -> None:
    with pytest.raises(InputError, match="not all public"):
        parse_gpu(text, CATALOG)


@pytest.mark.parametrize("text", ["H900", "", "RTX 9090", "GB", "B2000"])
def test_a_gpu_that_is_not_known_is_an_error(text: str) -> None:
    with pytest.raises(InputError, match="Unknown GPU"):
        parse_gpu(text, CATALOG)


@pytest.mark.parametrize(
    ("text", "system", "weights", "compute"),
    [
        ("BF16", "h100-sxm", "bf16", "bf16"), ("fp16", "a100-sxm-80g", "fp16", "fp16"),
        ("FP8 (current scaling)", "h100-sxm", "fp8", "fp8"), ("fp8_cs", "h100-sxm", "fp8", "fp8"),
        ("FP8-MX", "b200-sxm", "mxfp8", "mxfp8"),
        ("FP8 blockwise", "h100-sxm", "fp8-block", "fp8-block"),
        ("NVFP4", "b200-sxm", "nvfp4", "nvfp4"), ("fp4", "b200-sxm", "nvfp4", "nvfp4"),
        ("fp4", "mi355x", "mxfp4", "mxfp4"), ("w4a16", "h100-sxm", "int4", "bf16"),
        ("w4a8", "h100-sxm", "int4", "fp8"), ("int4", "h100-sxm", "int4", "bf16"),
        ("bf16_with_fp8_mixed", "h100-sxm", "fp8", "fp8"),
        ("FP8 KV, BF16 weights", "h100-sxm", "bf16", "bf16"),
        ("FP8, other granularity (32x32 blocks = MXFP8 on B200/GB200; 128x128 sub-channel on H100)",
         "h100-sxm", "fp8-block", "fp8-block"),
        ("FP8, other granularity (32x32 blocks = MXFP8 on B200/GB200; 128x128 sub-channel on H100)",
         "gb200-nvl72", "mxfp8", "mxfp8"),
    ],
)  # fmt: skip
def test_precision(text: str, system: str, weights: str, compute: str) -> None:
    choice = parse_precision(text, load_system(CATALOG, system))
    assert (choice.weights, choice.compute) == (weights, compute)


def test_precision_of_parts() -> None:
    choice = parse_precision("FP8 GEMM, BF16 MLA")
    assert (choice.weights, choice.attention, choice.kv) == (Format.FP8, Format.BF16, None)
    assert parse_precision("NVFP4 weights, FP8 KV cache").kv is Format.FP8
    with pytest.raises(InputError, match="Unknown precision"):
        parse_precision("posit8")


@pytest.mark.parametrize(
    ("text", "known", "parts", "layers"),
    [
        ("none", True, (), 0), ("full", True, ("full",), 0), ("", False, (), 0),
        ("selective", True, ("core_attention",), 0), ("full (12 layers)", True, ("full",), 12),
        ("see recipe (src/megatron/bridge); NVIDIA recipes use none or selective", False, (), 0),
        ("layernorm, moe_act", True, ("norm", "activation"), 0),
        ("mla_up_proj,mlp", True, ("mla_up", "feed_forward"), 0),
        ("none at 8k (paper: tuned to run without activation checkpointing)", True, (), 0),
    ],
)  # fmt: skip
def test_recompute(text: str, known: bool, parts: tuple[str, ...], layers: int) -> None:
    choice = parse_recompute(text)
    assert (choice.known, choice.parts, choice.layers) == (known, parts, layers)


def test_recompute_that_says_nothing_known_is_an_error() -> None:
    with pytest.raises(InputError, match="Unknown recomputation"):
        parse_recompute("sometimes")


def test_every_system_has_what_the_models_need() -> None:
    for system_id in system_records(CATALOG):
        system = load_system(CATALOG, system_id)
        assert system.hbm_gb > 0 and system.hbm_tb_s > 0, system_id
        assert max(system.bf16_tflops, system.fp8_tflops) > 0, system_id
    assert full_power_w(load_system(CATALOG, "h100-sxm")) == pytest.approx(1275)


def test_tiers_widen_and_slow_down() -> None:
    tiers = network_tiers(CATALOG, load_system(CATALOG, "gb200-nvl72"))
    assert [t.name for t in tiers] == ["scaleup", "rail", "spine", "building", "wan"]
    assert all(a.span < b.span for a, b in pairwise(tiers))
    assert all(a.latency_s < b.latency_s for a, b in pairwise(tiers))
    rates = [t.bytes_per_s for t in tiers]
    assert rates == sorted(rates, reverse=True)
