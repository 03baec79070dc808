"""Serving rate of a programme's workload: limits, monotony, errors, what the market knows."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from gigawatt.catalog import load_catalog
from gigawatt.errors import InfeasibleError, InputError
from gigawatt.performance.hardware import System, full_power_w, load_system
from gigawatt.performance.inference.fitted import load_fitted
from gigawatt.performance.inference.service import spread_of
from gigawatt.performance.result import ServeRate
from gigawatt.performance.serving import served, service_of
from gigawatt.performance.shapes import load_shape
from gigawatt.program.model import Workload
from gigawatt.uncertainty.distributions import Point

CATALOG = load_catalog()
FITTED = load_fitted(CATALOG)
SYSTEMS = ["h200-sxm", "b200-sxm", "gb200-nvl72", "gb300-nvl72", "vr200-nvl72"]
MODELS = ["llama-3.1-70b", "llama-3.1-405b", "deepseek-v3", "qwen3-235b-a22b", "gpt-oss-120b"]
LENGTHS = st.tuples(st.floats(100.0, 20000.0), st.floats(50.0, 8000.0))


def rate(
    model: str = "deepseek-v3",
    system: str | System = "vr200-nvl72",
    speed: float = 50.0,
    precision: str = "fp8",
    lengths: tuple[float, float] = (4000.0, 1000.0),
    speculation: str = "auto",
    pools: str = "auto",
) -> ServeRate:
    chosen = load_system(CATALOG, system) if isinstance(system, str) else system
    workload = Workload(
        "serve", "serve", Point(1.0), model, precision, 0, 0, 0.0, *lengths, speed, "",
        speculation, pools,
    )  # fmt: skip
    return served(service_of(workload, chosen, CATALOG), workload, CATALOG)


@given(st.sampled_from(MODELS), st.sampled_from(SYSTEMS), LENGTHS, st.floats(5.0, 60.0))
@settings(max_examples=30, deadline=None)
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


@pytest.mark.parametrize("what", ["hbm_tb_s", "hbm_gb", "fp8_tflops", "scaleup_gb_s"])
@pytest.mark.parametrize("model", ["llama-3.1-405b", "deepseek-v3"])
def test_better_hardware_never_serves_less(model: str, what: str) -> None:
    system = load_system(CATALOG, "gb200-nvl72")
    base = rate(model, system).output_tokens_per_s_per_package
    for factor in (1.2, 1.5, 3.0):
        better = replace(system, **{what: getattr(system, what) * factor})
        assert rate(model, better).output_tokens_per_s_per_package >= base * 0.999


def test_vera_rubins_gain_differs_by_speed() -> None:
    gains = []
    for speed in (15.0, 60.0, 100.0):
        new, old = (
            rate(system=s, speed=speed, precision="fp4").output_tokens_per_s_per_package
            for s in ("vr200-nvl72", "gb300-nvl72")
        )
        gains.append(new / old)
    print("Vera Rubin over GB300 at 15, 60, 100 tokens/s:", [f"{g:.2f}" for g in gains])
    assert min(gains) > 1.3
    assert max(gains) / min(gains) > 1.15


def test_what_cannot_be_served_says_why() -> None:
    with pytest.raises(InfeasibleError, match="too fast; at most"):
        rate(speed=5000.0)
    with pytest.raises(InputError, match="does not support precision"):
        rate(system="h200-sxm", precision="fp4")
    with pytest.raises(InputError, match="output_tokens > 0"):
        rate(lengths=(100.0, 0.0))


def test_spread_grows_with_the_distance_to_the_rows() -> None:
    def spread(model: str, system: str) -> float:
        found = load_system(CATALOG, system)
        return spread_of(load_shape(CATALOG, model), found, "fp8", FITTED, CATALOG)

    seen, dense = spread("llama-3.1-70b", "h200-sxm"), spread("llama-3.1-405b", "h200-sxm")
    moe, rubin = spread("mixtral-8x22b", "h200-sxm"), spread("deepseek-v3", "vr200-nvl72")
    assert seen <= dense < moe < rubin < spread("deepseek-v3", "rubin-ultra-nvl144")
    assert spread("llama-3.1-70b", "mi355x") > rubin
