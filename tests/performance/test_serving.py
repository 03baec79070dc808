from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from gigawatt.catalog import load_catalog
from gigawatt.errors import InfeasibleError, InputError
from gigawatt.performance.efficiency import PowerShares, load_constants, load_serve_constants
from gigawatt.performance.hardware import System, full_power_w, load_system
from gigawatt.performance.inference.batching import closed_loop, steady, tpot_s
from gigawatt.performance.inference.compact import ServeSetting, replicas, serve_rate
from gigawatt.performance.inference.decode import (
    Load,
    Replica,
    decode_s,
    most_requests,
    prefill_s,
    weights_on_package,
)
from gigawatt.performance.result import ServeRate
from gigawatt.performance.shapes import load_shape, total_params

CATALOG = load_catalog()
POWER = load_constants(CATALOG, "power", PowerShares)
SYSTEMS = ["h200-sxm", "b200-sxm", "gb200-nvl72", "gb300-nvl72", "vr200-nvl72"]
MODELS = ["llama-3.1-70b", "llama-3.1-405b", "deepseek-v3", "qwen3-235b-a22b", "gpt-oss-120b"]
LENGTHS = st.tuples(st.floats(100.0, 20000.0), st.floats(50.0, 8000.0))


def load_of(model: str, system: System, precision: str = "fp8") -> Load:
    constants = load_serve_constants(CATALOG, system.generation)
    shape = load_shape(CATALOG, model)
    return Load(shape, system, constants, precision, precision, 4000.0, 1000.0)


def rate(
    model: str = "deepseek-v3",
    system: str | System = "vr200-nvl72",
    speed: float = 50.0,
    precision: str = "fp8",
    lengths: tuple[float, float] = (4000.0, 1000.0),
) -> ServeRate:
    chosen = load_system(CATALOG, system) if isinstance(system, str) else system
    return serve_rate(
        load_shape(CATALOG, model),
        chosen,
        ServeSetting(*lengths, speed, precision),
        load_serve_constants(CATALOG, chosen.generation),
        0.15,
        POWER,
    )


@given(st.sampled_from(MODELS), st.sampled_from(SYSTEMS), LENGTHS, st.floats(5.0, 60.0))
@settings(max_examples=60, deadline=None)
def test_more_speed_never_gives_more_tokens(
    model: str, system: str, lengths: tuple[float, float], speed: float
) -> None:
    try:
        fast = rate(model, system, speed * 1.3, lengths=lengths)
    except InfeasibleError:
        assume(False)
    slow = rate(model, system, speed, lengths=lengths)
    assert slow.output_tokens_per_s_per_package >= fast.output_tokens_per_s_per_package * 0.9999
    for r, least in ((slow, speed), (fast, speed * 1.3)):
        assert r.tokens_per_s_per_user >= least * 0.9999
        assert r.tpot_ms == pytest.approx(1e3 / r.tokens_per_s_per_user)
        ratio = r.input_tokens_per_s_per_package / r.output_tokens_per_s_per_package
        assert ratio == pytest.approx(lengths[0] / lengths[1])
        assert r.ttft_ms > 0.0
        assert 0.0 < r.power_w < full_power_w(load_system(CATALOG, system))


@given(st.sampled_from(MODELS), st.floats(1.0, 4.0), st.floats(1.0, 2000.0))
def test_more_bandwidth_never_slows_decode(model: str, factor: float, requests: float) -> None:
    system = load_system(CATALOG, "gb200-nvl72")
    better = replace(system, hbm_tb_s=system.hbm_tb_s * factor)
    for replica in replicas(load_of(model, system)):
        assert decode_s(load_of(model, better), replica, requests) <= decode_s(
            load_of(model, system), replica, requests
        )


@pytest.mark.parametrize("what", ["hbm_tb_s", "hbm_gb", "fp8_tflops", "scaleup_gb_s"])
@pytest.mark.parametrize("model", ["llama-3.1-405b", "deepseek-v3"])
def test_better_hardware_never_serves_less(model: str, what: str) -> None:
    system = load_system(CATALOG, "gb200-nvl72")
    base = rate(model, system).output_tokens_per_s_per_package
    for factor in (1.1, 1.5, 3.0):
        better = replace(system, **{what: getattr(system, what) * factor})
        assert rate(model, better).output_tokens_per_s_per_package >= base * 0.9999


@given(st.sampled_from(MODELS), st.floats(1.0, 500.0), st.floats(1.01, 3.0))
def test_time_per_token_grows_with_requests(model: str, requests: float, more: float) -> None:
    load = load_of(model, load_system(CATALOG, "gb200-nvl72"))
    for replica in replicas(load):
        prefill = prefill_s(load, replica)
        few, many = (tpot_s(load, replica, n, prefill) for n in (requests, requests * more))
        assert many >= few


def test_closed_loop_never_runs_more_than_it_has_or_can_hold() -> None:
    load = load_of("llama-3.1-70b", load_system(CATALOG, "h200-sxm"))
    replica = Replica(tp=1)
    cap = most_requests(load, replica)
    for clients in (1.0, 16.0, 64.0, 400.0):
        served = closed_loop(load, replica, clients)
        assert served.requests <= min(cap, clients) * (1.0 + 1e-9)
        assert 0.0 <= served.prefill_share <= 1.0
    waiting = closed_loop(load, replica, 400.0)
    assert waiting.ttft_s > steady(load, replica, cap).ttft_s  # above the cap requests queue


def test_weights_of_all_packages_are_those_of_the_model() -> None:
    system = load_system(CATALOG, "gb200-nvl72")
    for model in ("llama-3.1-405b", "deepseek-v3"):
        load = load_of(model, system)
        held = 8 * weights_on_package(load, Replica(tp=8, moe_ep=8 if load.shape.is_moe else 1))
        tables = 2 * load.shape.hidden * load.shape.vocab
        assert held == pytest.approx(total_params(load.shape) + tables)  # FP8, tables in BF16


def test_too_fast_names_the_limit() -> None:
    with pytest.raises(InfeasibleError, match=r"5,000 tokens/s per user is too fast; at most \d+"):
        rate(speed=5000.0)


def test_what_does_not_fit_names_the_memory() -> None:
    small = replace(load_system(CATALOG, "h100-sxm"), scaleup_packages=1, hbm_gb=20.0)
    with pytest.raises(InfeasibleError, match=r"do not fit in any layout: at least .* 20 GB"):
        rate("llama-3.1-405b", small)


def test_unsupported_precision_names_what_there_is() -> None:
    with pytest.raises(InputError, match=r"h200-sxm does not support precision 'fp4'"):
        rate(system="h200-sxm", precision="fp4")


@pytest.mark.parametrize(
    ("lengths", "speed", "name"),
    [((0.0, 10.0), 50.0, "input_tokens"), ((10.0, 0.0), 50.0, "output_tokens"),
     ((10.0, 10.0), 0.0, "tokens_per_s_per_user")],
)  # fmt: skip
def test_numbers_out_of_range_are_told(
    lengths: tuple[float, float], speed: float, name: str
) -> None:
    with pytest.raises(InputError, match=f"{name} > 0"):
        rate(lengths=lengths, speed=speed)


def test_forecasts_have_the_wider_band() -> None:
    assert rate(system="vr200-nvl72").sigma_log > rate(system="gb200-nvl72").sigma_log
    assert rate(system="rubin-ultra-nvl144").sigma_log > rate(system="vr200-nvl72").sigma_log
