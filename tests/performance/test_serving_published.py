"""Published serving results against the compact model: prints its errors, asserts bounds."""

from __future__ import annotations

import csv
import math
from functools import cache
from pathlib import Path

import numpy as np
import pytest

from gigawatt.catalog import load_catalog
from gigawatt.performance.efficiency import PowerShares, load_constants, load_serve_constants
from gigawatt.performance.hardware import load_system
from gigawatt.performance.inference.batching import closed_loop
from gigawatt.performance.inference.compact import ServeSetting, serve_rate
from gigawatt.performance.inference.decode import Load, Replica, prefill_s
from gigawatt.performance.result import ServeRate
from gigawatt.performance.shapes import load_shape

CATALOG = load_catalog()
MODELS = {
    "Qwen/Qwen3-235B-A22B-FP8": "qwen3-235b-a22b",
    "Qwen/Qwen3-32B": "qwen3-32b",
    "nvidia/Qwen3-32B-NVFP4": "qwen3-32b",
    "meta-llama/Llama-3.1-70B": "llama-3.1-70b",
    "meta-llama/Llama-3.1-8B-Instruct": "llama-3.1-8b",
    "nvidia/Llama-3.1-8B-Instruct-FP8": "llama-3.1-8b",
    "openai/gpt-oss-120b": "gpt-oss-120b",
}
SYSTEMS = {
    "H100-SXM": "h100-sxm", "H200-SXM": "h200-sxm", "B200-SXM": "b200-sxm",
    "GB200-NVL72": "gb200-nvl72",
}  # fmt: skip

Row = dict[str, str]


def _rows(shared: Path) -> list[Row]:
    text = (shared / "reference/inference/measured_serving_agg.csv").read_text()
    return [r for r in csv.DictReader(text.splitlines()) if r["spec_decode"] == "none"]


def _sound(r: Row) -> bool:
    """Whether the row's labels can be right; rules from inputs and versions, not from residuals."""
    if r["backend_version"] in ("1.3.0rc1", "1.3.0rc5"):
        return False  # TPOT flat in batch and packages: another limiter than the model
    if r["backend_version"] == "0.11.2" and r["concurrency"] == "512":
        return False  # the label is the client limit, not the batch that ran
    short = r["mean_isl"] == "1000" and r["mean_osl"] == "100"
    return not (short and r["model_path"].startswith("nvidia/Llama-3.1-8B"))  # 0.73 of peak


def _load(r: Row) -> Load:
    system = load_system(CATALOG, SYSTEMS[r["gpu"]])
    model = MODELS[r["model_path"]]
    stored = "fp4" if model == "gpt-oss-120b" else r["precision"]
    # FP4 weights on hardware without FP4 are multiplied in BF16.
    math_precision = "bf16" if stored == "fp4" and system.fp4_tflops == 0.0 else stored
    return Load(
        load_shape(CATALOG, model), system, _constants(system.generation), stored, math_precision,
        float(r["mean_isl"]), float(r["mean_osl"]),
    )  # fmt: skip


@cache
def _constants(generation: str):
    return load_serve_constants(CATALOG, generation)


def _replica(r: Row) -> Replica:
    tp, dp, moe_tp, moe_ep = (int(r[k]) for k in ("tp", "dp", "moe_tp", "moe_ep"))
    if not load_shape(CATALOG, MODELS[r["model_path"]]).is_moe:
        return Replica(tp, dp)
    world = max(tp * dp, moe_tp * moe_ep)  # some rows copy attention without saying so
    return Replica(tp, world // tp, moe_tp, moe_ep)


def _errors(rows: list[Row]) -> np.ndarray:
    """ln(predicted/measured) of TPOT, throughput per replica and TTFT, (rows, 3)."""
    out = []
    for r in rows:
        replica = _replica(r)
        served = closed_loop(_load(r), replica, float(r["concurrency"]))
        measured = float(r["output_tok_s_per_gpu_derived"]) * int(r["gpus"])
        out.append(
            (
                math.log(served.tpot_s * 1e3 / float(r["tpot_ms"])),
                math.log(served.output_tokens_per_s / measured),
                math.log(served.ttft_s * 1e3 / float(r["ttft_ms"])),
            )
        )
    return np.array(out)


def _report(name: str, logs: np.ndarray) -> tuple[float, float]:
    off = np.abs(np.expm1(logs))
    mean, median = off.mean(axis=0), np.median(off, axis=0)
    print(
        f"{name}: {len(logs)} rows, TPOT {mean[0]:.1%} (median {median[0]:.1%}, bias "
        f"{logs[:, 0].mean():+.2f}), throughput {mean[1]:.1%} ({median[1]:.1%}, "
        f"{logs[:, 1].mean():+.2f}, sd of ln {logs[:, 1].std():.2f}), TTFT median {median[2]:.0%}"
    )
    return float(mean[0]), float(mean[1])


def test_measured_rows_without_speculation(shared: Path) -> None:
    every = _rows(shared)
    rows = [r for r in every if _sound(r)]
    print(f"\n{len(every)} rows, {len(every) - len(rows)} left out by rule")
    logs = _errors(rows)
    moe = np.array([load_shape(CATALOG, MODELS[r["model_path"]]).is_moe for r in rows])
    untuned = np.array(
        [r["backend_version"] == "0.12.0" and "235B" in r["model_path"] for r in rows]
    )
    tpot, throughput = _report("all", logs)
    assert tpot < 0.19
    assert throughput < 0.21
    tpot, throughput = _report("dense", logs[~moe])
    assert tpot < 0.13
    assert throughput < 0.14
    _report("mixture", logs[moe])
    tpot, throughput = _report("mixture without vLLM 0.12.0 on Qwen3-235B", logs[moe & ~untuned])
    assert tpot < 0.24
    assert throughput < 0.21
    for system in SYSTEMS:
        chosen = np.array([r["gpu"] == system for r in rows])
        if chosen.any():
            _report(system, logs[chosen])


def _served(system: str, precision: str, lengths: tuple[float, float], speed: float) -> ServeRate:
    chosen = load_system(CATALOG, system)
    return serve_rate(
        load_shape(CATALOG, "deepseek-v3"),
        chosen,
        ServeSetting(*lengths, speed, precision),
        _constants(chosen.generation),
        0.15,
        load_constants(CATALOG, "power", PowerShares),
    )


@pytest.mark.parametrize(
    ("system", "output", "measured"),
    [
        ("vr200-nvl72", 3792.0, 16332.0),
        ("gb300-nvl72", 3880.0, 8291.0),
        ("b200-sxm", 3880.0, 6984.0),
    ],
)
def test_mlperf_deepseek_r1_server_out_of_sample(
    system: str, output: float, measured: float
) -> None:
    """MLPerf v6.1; prompts of 800 tokens presumed; 80 ms at most, 48 ms at p99 on Vera Rubin."""
    for tpot_ms in (48.2, 40.0, 32.0):
        r = _served(system, "fp4", (800.0, output), 1000.0 / tpot_ms)
        got = r.output_tokens_per_s_per_package
        print(f"{system} at {tpot_ms} ms: {got:,.0f} of {measured:,.0f}, {got / measured - 1:+.0%}")
        assert abs(math.log(got / measured)) < math.log(1.7)


def test_isolated_prefill_and_production_fleet() -> None:
    """DeepSeek-V3: SGLang's prefill on GB200 (NVFP4, EP2), and DeepSeek's own fleet of H800."""
    system = load_system(CATALOG, "gb200-nvl72")
    constants = _constants("blackwell")
    load = Load(load_shape(CATALOG, "deepseek-v3"), system, constants, "fp4", "fp4", 2000.0, 1.0)
    got = 2000.0 / prefill_s(load, Replica(tp=1, dp=2, moe_ep=2))
    print(f"prefill on GB200: {got:,.0f} of 26,156 tokens/s, {got / 26156 - 1:+.0%}")
    assert got == pytest.approx(26156, rel=0.25)
    # 168e9 output and 608e9 input tokens a day on 226.75 nodes of 8, mean context 4,989 tokens,
    # 20 to 22 tokens/s per user; 56 % of the prompts came out of a cache.
    for name, prompt in (("all prompts computed", 4400.0), ("56 % reused", 4400.0 * 0.44)):
        fleet = _served("h800", "fp8", (prompt, 4400.0 * 168 / 608), 21.0)
        got = fleet.output_tokens_per_s_per_package
        print(f"H800 fleet, {name}: {got:,.0f} of 1,072 output tokens/s, {got / 1072 - 1:+.0%}")
        print(f"   {fleet.setting}")
        assert 1072 / 4 < got < 1072 * 1.3  # no speculation, no prefill packages of their own


def test_gains_of_rubin_differ_by_speed() -> None:
    """No single factor between generations: the gain depends on the speed per user."""
    gains = {}
    for speed in (10.0, 50.0, 100.0):
        new = _served("vr200-nvl72", "fp8", (4000.0, 1000.0), speed)
        old = _served("gb300-nvl72", "fp8", (4000.0, 1000.0), speed)
        gains[speed] = new.output_tokens_per_s_per_package / old.output_tokens_per_s_per_package
    print({k: round(v, 2) for k, v in gains.items()})
    assert max(gains.values()) > 1.3 * min(gains.values())
