from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gigawatt.catalog import load_catalog
from gigawatt.errors import InfeasibleError, InputError
from gigawatt.performance.efficiency import (
    PowerShares,
    TrainCommon,
    TrainEfficiency,
    load_constants,
)
from gigawatt.performance.hardware import full_power_w, load_system
from gigawatt.performance.result import TrainRate
from gigawatt.performance.shapes import load_shape, total_params
from gigawatt.performance.training.compact import TrainSetting, train_rate
from gigawatt.performance.training.compact_plan import candidates, memory_bytes
from gigawatt.performance.training.compact_step import Job, Plan, step_time

CATALOG = load_catalog()
COMMON = load_constants(CATALOG, "train-common", TrainCommon)
POWER = load_constants(CATALOG, "power", PowerShares)
SYSTEMS = ["h100-sxm", "b200-sxm", "gb200-nvl72", "gb300-nvl72", "vr200-nvl72", "mi355x"]
MODELS = ["llama-3.1-70b", "llama-3.1-405b", "deepseek-v3", "qwen3-235b-a22b"]


def rate(
    model: str = "deepseek-v3",
    system: str = "vr200-nvl72",
    packages: int = 8192,
    precision: str = "fp8",
    seq: int = 8192,
    batch: float = 6e7,
) -> TrainRate:
    chosen = load_system(CATALOG, system)
    return train_rate(
        load_shape(CATALOG, model),
        chosen,
        TrainSetting(packages, seq, batch, precision),
        load_constants(CATALOG, f"train-{chosen.generation}", TrainEfficiency),
        COMMON,
        POWER,
    )


def job(model: str, system: str, precision: str = "fp8", batch_sequences: float = 4096.0) -> Job:
    chosen = load_system(CATALOG, system)
    efficiency = load_constants(CATALOG, f"train-{chosen.generation}", TrainEfficiency)
    shape = load_shape(CATALOG, model)
    return Job(shape, chosen, 8192, batch_sequences, precision, efficiency, COMMON)


def test_chosen_plans_come_near_published_rates() -> None:
    """The rule's plan against a published one: tokens/s per package, Megatron-Bridge."""
    for system, model, packages, seq, sequences, precision, published in (
        ("gb200-nvl72", "deepseek-v3", 256, 4096, 4096, "fp8", 4928),
        ("gb200-nvl72", "llama-3.1-70b", 64, 8192, 256, "fp8", 3712),
        ("gb200-nvl72", "llama-3.1-70b", 64, 8192, 256, "fp4", 4864),
        ("b200-sxm", "deepseek-v3", 256, 4096, 4096, "fp8", 3328),
        ("h100-sxm", "llama-3.1-70b", 64, 8192, 256, "fp8", 1664),
    ):
        r = rate(model, system, packages, precision, seq, sequences * seq)
        got = r.tokens_per_s_per_package
        print(f"{system} {model} {precision}: {got:.0f} of {published}, {got / published - 1:+.1%}")
        print(f"   {r.setting}")
        assert got == pytest.approx(published, rel=0.25)


@given(
    model=st.sampled_from(MODELS),
    system=st.sampled_from(SYSTEMS),
    packages=st.integers(512, 65536),
    precision=st.sampled_from(["bf16", "fp8"]),
    seq=st.sampled_from([4096, 8192, 32768]),
)
@settings(max_examples=40, deadline=None)
def test_shares_power_and_efficiency_are_in_bounds(
    model: str, system: str, packages: int, precision: str, seq: int
) -> None:
    r = rate(model, system, packages, precision, seq)
    assert r.compute_share > 0.0
    assert r.communication_share >= 0.0
    assert r.compute_share + r.communication_share <= 1.0 + 1e-12
    assert 0.0 < r.mfu < 0.75
    assert r.packages <= packages
    full = full_power_w(load_system(CATALOG, system))
    assert r.power_idle_w < r.power_communication_w < r.power_compute_w < full
    done = r.tokens_per_s_per_package * r.packages * r.step_time_s
    assert done == pytest.approx(6e7)


@given(
    model=st.sampled_from(MODELS),
    system=st.sampled_from(SYSTEMS),
    packages=st.integers(256, 32768),
)
@settings(max_examples=30, deadline=None)
def test_twice_the_packages_never_take_longer(model: str, system: str, packages: int) -> None:
    few, many = rate(model, system, packages), rate(model, system, 2 * packages)
    assert many.step_time_s <= few.step_time_s * (1.0 + 1e-9)


@given(factor=st.floats(1.0, 4.0), what=st.sampled_from(["hbm_tb_s", "scaleup_gb_s", "fp8_tflops"]))
def test_better_hardware_never_slows_a_plan(factor: float, what: str) -> None:
    base = job("deepseek-v3", "gb200-nvl72")
    plan = Plan(tp=2, pp=4, dp=64, ep=64, virtual=4)
    better = replace(base.system, **{what: getattr(base.system, what) * factor})
    faster = step_time(replace(base, system=better), plan).step_s
    assert faster <= step_time(base, plan).step_s


def test_candidates_cut_what_they_are_given() -> None:
    for model, system in (("deepseek-v3", "gb200-nvl72"), ("llama-3.1-405b", "h100-sxm")):
        one = job(model, system)
        plans = list(candidates(one, 1000))
        assert plans
        for plan in plans:
            assert plan.packages <= 1000
            assert plan.dp * plan.microbatch <= one.batch_sequences
            assert (plan.tp * plan.cp * plan.dp) % plan.ep == 0
            assert one.shape.heads % plan.tp == 0


def test_memory_falls_with_every_kind_of_cutting() -> None:
    one = job("deepseek-v3", "gb200-nvl72")
    base = Plan(tp=1, pp=4, dp=64, ep=8, virtual=4)
    need = memory_bytes(one, base)
    for change in (
        {"tp": 2, "dp": 32}, {"ep": 64}, {"recompute": True}, {"pp": 8, "dp": 32}, {"cp": 2},
    ):  # fmt: skip
        assert memory_bytes(one, replace(base, **change)) < need


def test_checkpoint_holds_weights_and_optimizer() -> None:
    r = rate()
    assert r.checkpoint_bytes == pytest.approx(
        14 * total_params(load_shape(CATALOG, "deepseek-v3"))
    )


def test_forecasts_have_the_wider_band() -> None:
    assert rate(system="vr200-nvl72").sigma_log > rate(system="gb200-nvl72").sigma_log
    assert rate(system="rubin-ultra-nvl144").sigma_log > rate(system="vr200-nvl72").sigma_log


def test_setting_tells_the_nearest_number_of_packages() -> None:
    r = rate(packages=1000)
    assert r.packages < 1000
    assert f"{r.packages:,} packages (of 1,000: what the plan divides)" in r.setting
    assert "what the plan divides" not in rate(packages=8192).setting


def test_unsupported_precision_names_what_there_is() -> None:
    with pytest.raises(InputError, match=r"h100-sxm does not support precision 'fp4'.*bf16, fp8"):
        rate(system="h100-sxm", precision="fp4")
    with pytest.raises(InputError, match=r"Did you mean 'fp8'"):
        rate(precision="fp88")


def test_a_model_that_does_not_fit_is_infeasible() -> None:
    with pytest.raises(InfeasibleError, match=r"llama-3\.1-405b .* does not fit on 8 packages"):
        rate("llama-3.1-405b", "h100-sxm", packages=8, precision="bf16")


@pytest.mark.parametrize(
    ("change", "message"),
    [({"packages": 0}, "packages > 0"), ({"seq": 0}, "seq_len_tokens > 0"),
     ({"batch": 100.0}, "less than one sequence"), ({"batch": -1.0}, "batch_tokens > 0")],
)  # fmt: skip
def test_numbers_out_of_range_are_told(change: dict[str, float], message: str) -> None:
    with pytest.raises(InputError, match=message):
        rate(**change)  # type: ignore[arg-type]


def test_unknown_generation_names_the_known_ones() -> None:
    with pytest.raises(InputError, match=r"generation 'feynman'. Known: ampere, blackwell"):
        load_constants(CATALOG, "train-feynman", TrainEfficiency)
