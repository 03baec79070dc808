"""Rate of a programme's workload from the searched plan."""

from __future__ import annotations

import pytest

from gigawatt.catalog import load_catalog
from gigawatt.errors import InfeasibleError, InputError
from gigawatt.performance.hardware import full_power_w, load_system
from gigawatt.performance.result import TrainRate
from gigawatt.performance.shapes import load_shape
from gigawatt.performance.training.rate import programme_case, programme_rate

CATALOG = load_catalog()


def rate(system: str = "gb200-nvl72", packages: int = 2048, precision: str = "fp8") -> TrainRate:
    shape = load_shape(CATALOG, "deepseek-v3")
    held = load_system(CATALOG, system)
    return programme_rate(shape, held, CATALOG, packages, 4096, 63e6, precision)


@pytest.mark.parametrize("system", sorted(CATALOG.records["systems"]))
def test_every_system_of_a_programme_trains(system: str) -> None:
    found = rate(system, precision="bf16")
    held = load_system(CATALOG, system)
    assert 0.05 < found.mfu < 0.7, found.mfu
    assert 0.9 * 2048 <= found.packages <= 2048
    assert found.power_idle_w < found.power_compute_w <= 1.05 * full_power_w(held)
    assert 0.0 < found.compute_share + found.communication_share <= 1.0
    assert "TP" in found.setting and "packages" in found.setting


def test_a_forecast_has_a_wider_band() -> None:
    assert rate("vr200-nvl72").sigma_log > 1.3 * rate("gb200-nvl72").sigma_log


def test_newer_systems_train_faster_and_lower_precision_too() -> None:
    a100, h100 = rate("a100-sxm-80g", precision="bf16"), rate("h100-sxm", precision="bf16")
    assert a100.tokens_per_s_per_package < h100.tokens_per_s_per_package
    h100_fp8, gb200 = rate("h100-sxm"), rate("gb200-nvl72")
    assert h100.tokens_per_s_per_package < h100_fp8.tokens_per_s_per_package
    assert h100_fp8.tokens_per_s_per_package < gb200.tokens_per_s_per_package
    assert gb200.tokens_per_s_per_package < rate("vr200-nvl72").tokens_per_s_per_package


def test_the_case_is_the_rates_plan() -> None:
    shape, held = load_shape(CATALOG, "deepseek-v3"), load_system(CATALOG, "gb200-nvl72")
    case = programme_case(shape, held, CATALOG, 2048, 4096, 63e6, "fp8")
    assert case.plan.gpus == rate().packages and case.plan.production


def test_what_cannot_be_trained_is_one_clear_error() -> None:
    with pytest.raises(InputError, match="does not support"):
        rate("h100-sxm", precision="fp4")
    with pytest.raises(InfeasibleError, match="fits"):
        rate("h100-sxm", packages=8)
    with pytest.raises(InputError, match="one or more"):
        rate(packages=0)
