"""Rows as people write them: every one is predicted, plausibly, and strong scaling is monotone."""

from __future__ import annotations

import itertools
import math

import pytest

from gigawatt.catalog import load_catalog
from gigawatt.errors import InputError
from gigawatt.performance.models import resolve_model
from gigawatt.performance.names import parse_gpu
from gigawatt.performance.recompute_names import parse_recompute
from gigawatt.performance.training.case_input import number_of
from gigawatt.performance.training.cases import case_columns, predict_cases, resolve_case
from gigawatt.performance.training.choices import Stack
from gigawatt.performance.training.flops import peak_tflops

CATALOG = load_catalog()
ROWS = (
    ("meta-llama/Llama-3.1-70B", "8xH100 SXM", 64, {"tp": "4", "pp": "4", "precision": "BF16"}),
    ("Llama 3.1 8B", "NVIDIA H100 80GB HBM3", 8, {"fsdp_shard": "FSDP", "precision": "mixed"}),
    ("Llama-3.1-405B", "GB200 (1200W)", 128, {"tp": "4", "pp": "8", "precision": "FP8-CS"}),
    ("Llama-3.1-405B", "GB300 NVL72 1400W", 128, {"precision": "NVFP4"}),
    ("Llama3 70B", "MI355X", 8, {"tp": "8", "gbs": "32", "precision": "FP8"}),
    ("Llama3-70B", "B300-SXM 1100W", 8, {"tp": "8", "pp": "1", "precision": "MXFP8 (32x32)"}),
    ("DeepSeek-V3", "H800 SXM", 2048, {"pp": "16", "ep": "64", "precision": "FP8 blockwise"}),
    ("deepseek-ai/DeepSeek-V3-Base", "B300", 256, {"pp": "16", "ep": "8", "precision": "FP8-MX"}),
    ("Kimi K2", "GB300", 256, {"pp": "4", "ep": "64", "precision": "MXFP8"}),
    ("Nemotron-4 340B", "H100", 1536, {"tp": "8", "pp": "12", "gbs": "768"}),
    ("GPT-3 175B", "A100 40GB", 1024, {"tp": "8", "pp": "16", "precision": "fp16"}),
    ("1T", "A100", 3072, {"params_b": "1008", "precision": "fp16"}),
    ("Mixtral 8x7B", "H100", 64, {"ep": "8", "recompute": "not given"}),
    ("Qwen/Qwen3-235B-A22B", "GB200", 64, {"pp": "8", "ep": "8", "precision": "MXFP8"}),
    ("gpt-oss-120b", "GB200", 64, {"tp": "1", "pp": "1", "ep": "64", "mbs": "4"}),
    ("Nemotron-H-56B", "H100", 64, {"tp": "8", "pp": "1", "precision": "FP8"}),
    ("Llama 2 7B", "A100-PCIE-80GB", 8, {"gbs": "64", "recompute": "gradient checkpointing"}),
    ("Llama 2 7B", "V100-SXM2-32GB", 64, {"gbs": "256", "precision": "fp16"}),
    ("Llama 2 7B", "L40S", 8, {"gbs": "64", "precision": "AMP"}),
    ("Llama-2-70B", "MI300X", 64, {"gbs": "512", "precision": "bf16-mixed"}),
    ("Llama-2-70B", "A800", 128, {"tp": "8", "pp": "4", "recompute": "N/A"}),
    ("Llama3.1-405B", "VR200", 1024, {"precision": "NVFP4", "gbs": "1536"}),
    ("PaLM 540B", "TPU v4", 6144, {"gbs": "2048", "seq_len": "2048"}),
)


@pytest.mark.parametrize(("model", "gpu", "gpus", "more"), ROWS, ids=lambda v: str(v)[:24])
def test_rows_as_people_write_them(model: str, gpu: str, gpus: int, more: dict[str, str]) -> None:
    row = {"model": model, "gpu": gpu, "gpus": str(gpus), **more}
    told = case_columns(row, CATALOG)
    assert not told["problem"]
    assert told["fits"] == "1"
    case = resolve_case(row, CATALOG)
    mfu = float(told["predicted_tflops_per_gpu"]) / peak_tflops(case.system, case.plan.precision)
    assert 0.08 < mfu < 0.75
    assert 1.0 < float(told["predicted_memory_gib_per_gpu"]) <= case.system.hbm_gb


def test_shape_columns_alone_are_enough() -> None:
    told = case_columns(
        {"model": "", "gpu": "H200 141GB", "gpus": "64", "layers": "32", "hidden": "4096",
         "heads": "32", "kv_heads": "8", "ffn_hidden": "14336", "vocab": "128,256",
         "act_fn": "SwiGLU", "seq_len": "8,192", "gbs": "128"}, CATALOG)  # fmt: skip
    assert not told["problem"]
    assert 300.0 < float(told["predicted_tflops_per_gpu"]) < 700.0


@pytest.mark.parametrize(
    ("model", "gpu", "counts", "more"),
    [
        ("GPT-3 175B", "H100", (512, 1024, 2048, 4096, 8192), {"gbs": "1536", "precision": "FP8"}),
        ("Llama-3.1-405B", "GB200", (256, 512, 1024, 2048, 4096, 8192),
         {"gbs": "1152", "precision": "FP8", "tp": "4", "pp": "8", "seq_len": "8192"}),
        ("DeepSeek-V3", "GB200", (128, 256, 512, 1024), {"gbs": "4096", "precision": "MXFP8"}),
    ],
)  # fmt: skip
def test_more_packages_are_faster_and_less_efficient(
    model: str, gpu: str, counts: tuple[int, ...], more: dict[str, str]
) -> None:
    found = [
        case_columns({"model": model, "gpu": gpu, "gpus": str(n), **more}, CATALOG) for n in counts
    ]
    steps = [float(f["predicted_iter_time_s"]) for f in found]
    rates = [float(f["predicted_tokens_per_s_per_gpu"]) for f in found]
    assert steps == sorted(steps, reverse=True)
    assert all(b < 1.06 * a for a, b in itertools.pairwise(rates))


@pytest.mark.parametrize(
    ("text", "system"),
    [("8xH100 SXM", "h100-sxm"), ("16 x A100 80GB", "a100-sxm-80g"), ("4× B200", "b200-sxm"),
     ("A100-PCIE-40GB", "a100-pcie-40g"), ("A100 PCIe", "a100-pcie-80g"), ("MI250X", "mi250x"),
     ("A100-40", "a100-sxm-40g"), ("A100/80GB", "a100-sxm-80g"),
     ("H100, 8 nodes", "h100-sxm"), ("DGX H100 8-GPU", "h100-sxm"), ("H100 NVL 94GB", "h100-pcie"),
     ("HGX H100 8x80GB", "h100-sxm"), ("GB200 (4 per node)", "gb200-nvl72")],
)  # fmt: skip
def test_counts_and_modules_in_the_name(text: str, system: str) -> None:
    assert parse_gpu(text, CATALOG).system.id == system


@pytest.mark.parametrize(
    ("text", "pp", "zero", "shard"),
    [("ZeRO stage 3", "1", 3, 0), ("zero_stage_1", "1", 1, 0), ("DDP", "1", 0, 0),
     ("HSDP 64", "1", 3, 64), ("hybrid shard 8", "1", 3, 8), ("FSDP2", "1", 3, 0),
     ("FSDP v2", "4", 2, 0), ("128", "1", 3, 128), ("128", "4", 2, 0), ("ZeRO-3", "4", 3, 0)],
)  # fmt: skip
def test_sharding_as_people_write_it(text: str, pp: str, zero: int, shard: int) -> None:
    plan = resolve_case(
        {"model": "llama-3-8b", "gpu": "H100", "gpus": "512", "tp": "1 (none)", "pp": pp,
         "gbs": "1024", "mbs": "1", "seq_len": "4096", "precision": "bf16", "fsdp_shard": text},
        CATALOG,
    ).plan  # fmt: skip
    assert (plan.zero, plan.shard) == (zero, shard)


def test_the_stack_of_2021_is_not_that_of_tpus() -> None:
    """PaLM, 46.2 % of the peak on 6,144 TPU v4 (arXiv 2204.02311)."""
    row = {
        "model": "PaLM-540B", "gpu": "TPU v4", "gpus": "6144", "gbs": "2048", "seq_len": "2048",
        "precision": "bf16", "source": "PaLM (arXiv 2204.02311)",
    }  # fmt: skip
    out = case_columns(row, CATALOG)
    print(f"MFU {float(out['predicted_tflops_per_gpu']) / 275.0:.1%} against 46.2%")
    assert "tuned stack" in out["assumed"]
    assert float(out["predicted_tflops_per_gpu"]) / 275.0 == pytest.approx(0.462, rel=0.25)


def test_no_transformer_stands_for_a_state_space_model() -> None:
    out = case_columns(
        {"model": "Mamba-2 2.7B", "gpu": "A100", "gpus": "64", "params_b": "2.7"}, CATALOG
    )
    assert "no transformer" in out["problem"]


@pytest.mark.parametrize(
    ("text", "known", "parts", "layers"),
    [("full/block/5", True, ("full",), 5), ("10 layers", True, ("full",), 10),
     ("activation checkpointing", True, ("full",), 0), ("not used", True, (), 0),
     ("n/a", False, (), 0), ("partial", False, (), 0),
     ("SAC", True, ("core_attention",), 0), ("AC", True, ("full",), 0), ("offload", False, (), 0)],
)  # fmt: skip
def test_recomputation_as_people_write_it(
    text: str, known: bool, parts: tuple[str, ...], layers: int
) -> None:
    found = parse_recompute(text)
    assert (found.known, found.parts, found.layers) == (known, parts, layers)


@pytest.mark.parametrize(
    ("column", "text", "value"),
    [("tp", "TP8", 8), ("tp", "8-way", 8), ("gpus", "512 GPUs", 512), ("gpus", "16K", 16384),
     ("seq_len", "8k", 8192), ("gpus", "~2,000", 2000), ("pp", "PP = 4", 4), ("mbs", "n/a", None)],
)  # fmt: skip
def test_numbers_as_people_write_them(column: str, text: str, value: float | None) -> None:
    assert number_of({column: text}, column) == value


def test_a_size_in_an_unknown_name_is_enough_in_a_table() -> None:
    row = {"model": "Zephyria-70B", "gpu": "GH200", "gpus": "512", "params_b": ""}
    told = case_columns(row, CATALOG)
    assert not told["problem"]
    assert "nearest in parameters" in told["assumed"]
    del row["params_b"]  # one plan, asked by name: the name is an error
    assert "Unknown model" in case_columns(row, CATALOG)["problem"]


def test_a_batch_in_tokens_becomes_sequences() -> None:
    row = {"model": "llama-3.1-8b", "gpu": "H100", "gpus": "64", "tp": "1", "pp": "1",
           "seq_len": "8k", "gbs": "4.2M tokens"}  # fmt: skip
    assert resolve_case(row, CATALOG).plan.gbs == 513


def test_a_year_or_a_toolkit_in_the_source_tells_the_software() -> None:
    row = {"model": "GPT-3 175B", "gpu": "A100", "gpus": "512", "tp": "8", "pp": "8",
           "gbs": "1536", "precision": "bf16"}  # fmt: skip
    assert resolve_case({**row, "source": "A report, 2022"}, CATALOG).plan.stack is Stack.ERA_2021
    assert resolve_case({**row, "source": "A report, 2024"}, CATALOG).plan.stack is Stack.TUNED
    toolkit = resolve_case({**row, "source": "TorchTitan, 2024"}, CATALOG)
    assert toolkit.plan.stack is Stack.PLAIN


def test_older_software_takes_longer() -> None:
    row = {"model": "llama-3.1-70b", "gpu": "H100", "gpus": "64", "tp": "4", "pp": "4",
           "gbs": "128", "precision": "BF16"}  # fmt: skip
    times = [
        float(case_columns({**row, "source": f"NVIDIA NeMo ({y})"}, CATALOG)[
            "predicted_iter_time_s"]) for y in (2024, 2025, 2026)
    ]  # fmt: skip
    assert times == sorted(times, reverse=True)
    assert times[0] / times[-1] < 1.12


def test_less_power_lowers_the_clock() -> None:
    row = {"model": "llama-3.1-8b", "gpus": "8", "tp": "1", "pp": "1", "gbs": "64", "mbs": "1"}
    full, capped = (
        float(case_columns({**row, "gpu": g}, CATALOG)["predicted_iter_time_s"])
        for g in ("H100 700W", "H100 350W")
    )
    assert 1.1 < capped / full < math.sqrt(2.0)


def test_training_of_adapters_is_refused_by_name() -> None:
    row = {"model": "Llama 2 70B LoRA", "gpu": "H100", "gpus": "8", "gbs": "8"}
    assert "adapters" in case_columns(row, CATALOG)["problem"]


@pytest.mark.parametrize("changes", [
    {"precision": "BF16 w/ FP8 params"}, {"gpu": "A100-SXM4-80GB 400W"}, {"gpu": "H800"},
    {"gpu": "8xH100 SXM5"}, {"precision": "NVFP4 recipe", "gpu": "GB300 NVL72"},
    {"fsdp_shard": "FSDP"}, {"fsdp_shard": "HSDP"}, {"recompute": "selective + offload"},
    {"tp": "", "pp": ""}, {"gpu": "B300 1100W", "precision": "MXFP8"}, {"gpu": "GH200 96GB"},
])  # fmt: skip
def test_awkward_texts_predict_a_sane_step(changes: dict[str, str]) -> None:
    row = {"model": "llama-3.1-8b", "gpu": "H100", "gpus": "64", "tp": "1", "pp": "1", "gbs": "256",
           "seq_len": "8192", "precision": "bf16", **changes}  # fmt: skip
    told = case_columns(row, CATALOG)
    assert told["problem"] == ""
    assert told["fits"] == "1"
    assert told["assumed"]
    peak = 14_000 if "NVFP4" in row["precision"] else 2_500
    assert 60.0 < float(told["predicted_tflops_per_gpu"]) < 0.7 * peak


@pytest.mark.parametrize(
    ("text", "parts", "layers", "share"),
    [("full in 50% of the layers", ("full",), 0, 0.5), ("every second layer", ("full",), 0, 0.5),
     ("AC every 4 layers", ("full",), 0, 0.25), ("100%", ("full",), 0, 0.0),
     ("norm, activation", ("norm", "activation"), 0, 0.0),
     ("activation recomputation", ("full",), 0, 0.0), ("full, 10 layers", ("full",), 10, 0.0)],
)  # fmt: skip
def test_recomputation_in_a_part_of_the_layers(
    text: str, parts: tuple[str, ...], layers: int, share: float
) -> None:
    found = parse_recompute(text)
    assert (found.known, found.parts, found.layers, found.share) == (True, parts, layers, share)


def test_a_toolkit_whose_name_ends_in_core_is_plain() -> None:
    for source, stack in (("OLMo-core", Stack.PLAIN), ("Megatron Core", Stack.TUNED)):
        row = {"model": "Llama-3.1-8B", "gpu": "H100", "gpus": "8", "source": source}
        assert resolve_case(row, CATALOG).plan.stack == stack


def test_selective_in_a_plain_toolkit_is_half_of_the_forward_pass() -> None:
    row = {
        "model": "Llama-3.1-8B", "gpu": "H100", "gpus": "128", "tp": "1", "pp": "1", "mbs": "2",
        "gbs": "256", "seq_len": "8192", "recompute": "selective", "source": "TorchTitan",
        "fsdp_shard": "FSDP",
    }  # fmt: skip
    assert resolve_case(row, CATALOG).plan.recompute_share == 0.5
    vendors = resolve_case({**row, "source": "Megatron Core"}, CATALOG)
    assert vendors.plan.recompute_share == 1.0


def test_old_containers_slow_wide_experts_less() -> None:
    """Mixtral 8x7B in BF16 reached 468 TFLOP/s with the software of mid-2024."""
    row = {
        "model": "Mixtral-8x7B", "gpu": "H100", "gpus": "64", "tp": "1", "pp": "4", "ep": "8",
        "vp": "8", "gbs": "256", "seq_len": "4096",
    }  # fmt: skip
    old, new = (
        float(case_columns({**row, "release": r}, CATALOG)["predicted_tflops_per_gpu"])
        for r in ("24.07", "26.06")
    )
    assert 370 < old < new < 520


def test_plain_stacks_on_hopper_have_slower_attention() -> None:
    row = {
        "model": "Llama-3.1-8B", "gpu": "H100", "gpus": "64", "tp": "1", "pp": "1", "mbs": "1",
        "recompute": "none", "gbs": "64", "cp": "8",
    }  # fmt: skip

    def time(seq: str, source: str) -> float:
        told = case_columns({**row, "seq_len": seq, "source": source}, CATALOG)
        return float(told["predicted_iter_time_s"])

    short, long = (time(s, "TorchTitan") / time(s, "Megatron Core") for s in ("4096", "131072"))
    assert short < long


def test_a_table_without_the_column_of_parameters_reads_the_size_in_a_name() -> None:
    row = {"model": "OLMo-9-30B", "gpu": "H100", "gpus": "64"}
    told = next(iter(predict_cases([row], CATALOG)))
    assert not told["problem"]
    assert "shape of olmo-2-32b" in told["assumed"], "a sister before a stranger of nearer size"


@pytest.mark.parametrize(("name", "known"), [("Arctic", "arctic-480b"), ("BLOOM", "bloom-176b")])
def test_a_name_without_a_size_that_only_one_model_has(name: str, known: str) -> None:
    assert resolve_model(name, CATALOG).id == known


def test_a_name_without_a_size_that_several_models_have_is_not_guessed() -> None:
    with pytest.raises(InputError, match="Unknown model 'Falcon'"):
        resolve_model("Falcon", CATALOG)


@pytest.mark.parametrize(
    ("sizes", "told"),
    [({"ep": "7"}, "ep = 7 does not divide 256"), ({"pp": "64"}, "pp = 64 stages are more")],
)
def test_a_blank_plan_with_an_impossible_size_says_which(sizes: dict[str, str], told: str) -> None:
    row = {"model": "DeepSeek-V3", "gpu": "H100", "gpus": "2048", **sizes}
    assert told in case_columns(row, CATALOG)["problem"]


def test_an_imbalance_below_one_is_refused_and_idle_local_steps_are_told() -> None:
    row = {"model": "Mixtral-8x7B", "gpu": "H100", "gpus": "64", "tp": "2", "pp": "4"}
    assert (
        "imbalance = 0.5 must be" in case_columns({**row, "imbalance": "0.5"}, CATALOG)["problem"]
    )
    assert "not used" in case_columns({**row, "local_steps": "10"}, CATALOG)["assumed"]
