"""Blanks that published rows leave: expert ranks, virtual stages, sharding, round counts, kind."""

from __future__ import annotations

from typing import Any

import numba
import pytest

from gigawatt.catalog import load_catalog
from gigawatt.errors import InputError
from gigawatt.performance.hardware import System
from gigawatt.performance.names import parse_gpu
from gigawatt.performance.training.cases import Case, case_columns, predict, resolve_case
from gigawatt.performance.training.choices import Schedule
from gigawatt.performance.training.facts import load_train_model, machine_facts
from gigawatt.quantity.compiled import compiled

CATALOG = load_catalog()


def case(**row: str) -> Case:
    return resolve_case(row, CATALOG)


def system(name: str) -> System:
    return parse_gpu(name, CATALOG).system


def time_of(found: Case) -> float:
    return float(predict(found).step_s[0])


MIXTURE = {
    "model": "mixtral-8x22b", "gpu": "H100 SXM", "gpus": "128", "tp": "2", "pp": "8",
    "gbs": "256", "seq_len": "4096", "precision": "BF16", "release": "25.04",
}  # fmt: skip


def test_blank_expert_ranks_are_the_fastest_that_fit() -> None:
    found = case(**MIXTURE)
    times = []
    for ep in ("1", "2", "4", "8"):
        other = case(**MIXTURE, ep=ep)
        if bool(predict(other).fits[0]):
            times.append(time_of(other))
    assert time_of(found) == pytest.approx(min(times))
    assert any("fastest that fits" in w for w in found.assumed)


def test_large_bubbles_are_interleaved_and_small_ones_are_not() -> None:
    few = case(**MIXTURE, ep="8")
    many = case(**{**MIXTURE, "gbs": "2048"}, ep="8")
    assert few.plan.vp > 1
    assert many.plan.vp == 1
    assert case(**MIXTURE, ep="8", vp="1").plan.vp == 1


def test_a_published_plan_that_does_not_say_its_sharding_fits() -> None:
    row = {
        "model": "gpt-neox-20b", "gpu": "A100-SXM4-40GB", "gpus": "96", "tp": "2", "pp": "4",
        "gbs": "1536", "mbs": "4", "seq_len": "2048", "precision": "fp16", "recompute": "full",
        "source": "Black et al. 2022 (arXiv 2204.06745)", "layers": "44", "hidden": "6144",
        "heads": "64", "vocab": "50432",
    }  # fmt: skip
    assert bool(predict(case(**row)).fits[0])
    assert not bool(predict(case(**row, dist_optimizer="0")).fits[0])  # said is said


PIPELINE = {
    "model": "Llama 3.1 405B", "gpu": "H100", "gpus": "512", "tp": "8", "pp": "8", "gbs": "256",
    "mbs": "1", "seq_len": "8192", "precision": "FP8", "recompute": "full",
}  # fmt: skip


def test_fsdp_of_a_pipeline_gathers_parameters_once_a_step() -> None:
    """Gathered for every microbatch they would cost more than the step."""
    open_stage = case(**PIPELINE, fsdp_shard="FSDP2")
    third = case(**PIPELINE, fsdp_shard="ZeRO-3")
    assert open_stage.plan.zero == 2
    assert third.plan.zero == 3
    assert time_of(third) > 1.5 * time_of(open_stage)
    assert case(**{**PIPELINE, "pp": "1"}, fsdp_shard="FSDP").plan.zero == 3


def test_selective_that_would_not_fit_means_more_than_the_scores() -> None:
    row = {
        "model": "Llama 3.1 8B", "gpu": "H100", "gpus": "128", "tp": "1", "pp": "1", "gbs": "256",
        "mbs": "2", "seq_len": "8192", "precision": "BF16", "fsdp_shard": "FSDP2",
        "source": "TorchTitan (arXiv 2410.06511)",
    }  # fmt: skip
    assert bool(predict(case(**row, recompute="selective")).fits[0])
    assert not bool(predict(case(**row, recompute="selective (attention)")).fits[0])


def test_fused_attention_on_ampere_has_a_wider_band_than_its_calibration() -> None:
    row = {"model": "GPT-175B", "gpu": "A100", "gpus": "512", "tp": "8", "pp": "8", "gbs": "768"}
    old = predict(case(**row, precision="FP16", source="Megatron-LM, 2021-04"))
    new = predict(case(**row, precision="BF16", source="Megatron-LM, 2024-02"))
    assert float(new.sigma_log[0]) > float(old.sigma_log[0]) + 0.02


def test_what_packages_and_data_ranks_leave_is_the_split() -> None:
    row = {"model": "llama-3-70b", "gpu": "H100", "gpus": "64", "dp": "4", "gbs": "128",
           "precision": "FP8", "seq_len": "8192"}  # fmt: skip
    both = case(**row, tp="4", pp="4")
    assert case(**row, tp="4").plan.pp == 4
    assert case(**row, pp="4").plan.tp == 4
    free = case(**row).plan
    assert free.tp * free.pp == 16
    assert free.dp == both.plan.dp == 4


@pytest.mark.parametrize(("gpus", "gbs"), [(2000, 1024), (11616, 2048), (10007, 2048)])
def test_an_odd_count_of_packages_gets_a_split_and_keeps_its_batch(gpus: int, gbs: int) -> None:
    found = case(model="llama-2-7b", gpu="A100", gpus=str(gpus), gbs=str(gbs), seq_len="4096")
    assert found.plan.gpus == gpus
    assert found.plan.gbs in (gbs, gpus)  # one a package, where no other batch has a split
    assert any("does not divide over the GPUs" in w for w in found.assumed)


def test_the_band_is_wider_where_the_kind_of_source_is_not_said() -> None:
    row = {"model": "llama-3.1-70b", "gpu": "H100", "gpus": "64", "tp": "4", "pp": "4",
           "gbs": "128", "seq_len": "4096", "precision": "BF16"}  # fmt: skip
    told, unknown = case(**row, release="26.04"), case(**row, source="A paper (2025)")
    assert predict(unknown).sigma_log[0] > predict(told).sigma_log[0]
    assert time_of(unknown) == pytest.approx(time_of(case(**row, source="NVIDIA NeMo (2025)")))


def test_the_report_of_a_run_gives_its_schedule() -> None:
    found = case(model="deepseek-v3", gpu="H800", gpus="2048", tp="1", pp="16", ep="64",
                 gbs="15360", seq_len="4096", precision="FP8",
                 source="DeepSeek-V3 Technical Report (arXiv 2412.19437)")  # fmt: skip
    assert found.plan.schedule == Schedule.DUAL


def test_a_microbatch_that_does_not_divide_is_told() -> None:
    row = {"model": "llama-3.1-70b", "gpu": "H100", "gpus": "64", "tp": "8", "pp": "8",
           "gbs": "512", "mbs": "3"}  # fmt: skip
    with pytest.raises(InputError, match="mbs = 3 does not divide 512 sequences"):
        case(**row)
    assert "mbs = 3" in case_columns(row, CATALOG)["problem"]


def test_power_sets_the_rate_of_one_die_and_no_package_beats_its_peak() -> None:
    def rates(name: str) -> Any:
        return machine_facts(system(name), load_train_model(CATALOG, system(name).generation))

    low, middle, high = rates("b200-sxm"), rates("gb200-nvl72"), rates("gb300-nvl72")
    assert low.rate_bf16 < middle.rate_bf16 < high.rate_bf16
    assert high.rate_nvfp4 / middle.rate_nvfp4 > high.rate_fp8 / middle.rate_fp8
    assert rates("h20-sxm").rate_bf16 <= 0.95e12 * system("h20-sxm").bf16_tflops
    assert high.forecast_sigma > middle.forecast_sigma == 0.0


def test_code_compiles_where_no_folder_can_be_written(monkeypatch: pytest.MonkeyPatch) -> None:
    real = numba.njit
    asked = []

    def refusing(**options: Any) -> Any:
        asked.append(options)
        if options.get("cache"):
            raise RuntimeError("cannot cache function 'f': no locator available")
        return real(**options)

    monkeypatch.setattr(numba, "njit", refusing)
    assert compiled(lambda a: a + 1.0)(1.0) == 2.0
    assert [o.get("cache", False) for o in asked] == [True, False]
