"""Batch of a whole run by its budget, and the price of packages without a published cost."""

from __future__ import annotations

import pytest

from gigawatt.catalog import load_catalog
from gigawatt.performance.hardware import system_records
from gigawatt.performance.training.cases import Case, resolve_case
from gigawatt.study.training.run_price import _like, package_hour_usd
from gigawatt.study.training.training_run import RunAsk, training_run
from gigawatt.study.training.training_run_batch import with_batch
from gigawatt.study.training.training_run_cases import predict_runs, run_columns
from gigawatt.uncertainty.streams import Streams

CATALOG = load_catalog()


def tokens_of(model: str, flop: float, gpus: int, seq: int = 4096) -> float:
    row = {"model": model, "gpu": "H100", "gpus": str(gpus), "seq_len": str(seq)}
    return int(with_batch(row, RunAsk(flop=flop), CATALOG)[0]["gbs"]) * seq


def test_batches_are_near_those_of_published_runs() -> None:
    """Llama 3.1 405B took 16 million tokens on 3.8e25 FLOP, DeepSeek-V3 63 million on 3e24."""
    assert tokens_of("llama-3.1-405b", 3.8e25, 8192, 8192) == pytest.approx(16e6, rel=0.5)
    assert tokens_of("deepseek-v3", 3e24, 2048) == pytest.approx(63e6, rel=0.5)


def test_a_larger_budget_never_has_a_smaller_batch() -> None:
    sizes = [tokens_of("llama-3.1-70b", f, 4096) for f in (1e22, 1e24, 1e26, 1e28)]
    assert sizes == sorted(sizes)
    assert sizes[0] < sizes[-1]


def test_a_given_batch_stays() -> None:
    row = {"model": "llama-3.1-8b", "gpu": "H100", "gpus": "64", "gbs": "640"}
    assert with_batch(row, RunAsk(flop=1e24), CATALOG) == (row, ())


def case(gpu: str) -> Case:
    return resolve_case({"model": "llama-3.1-8b", "gpu": gpu, "gpus": "64", "tp": "1", "pp": "1",
                         "gbs": "512", "precision": "BF16"}, CATALOG)  # fmt: skip


@pytest.mark.parametrize(("gpu", "share"), [("h100", 1.04), ("b200", 0.87), ("gb300", 1.01)])
def test_prices_by_systems_are_near_published_costs(gpu: str, share: float) -> None:
    known = CATALOG.record("prices", "gpu-hour-cost").value(f"{gpu}_usd_per_gpu_hour")
    prices, words = _like(case(gpu).system, CATALOG, Streams(0, 10))
    price = float(prices[0])
    print(f"{gpu}: {price:.2f} of {known:.2f}")
    assert price / known == pytest.approx(share, abs=0.01)
    assert "by the prices of the systems" in words[0]


def test_every_system_with_a_price_has_a_cost_of_a_run() -> None:
    found = training_run(case("VR200"), RunAsk(tokens=1e12), CATALOG)
    assert found.cost_usd is not None
    assert found.cost_usd.median > 0.0


@pytest.mark.parametrize("system", list(system_records(CATALOG)))
def test_every_system_of_the_catalog_has_a_cost_and_energy(system: str) -> None:
    row = {"model": "llama-2-7b", "gpu": system, "gpus": "256", "tokens": "1T", "tp": "1"}
    told = run_columns({**row, "pp": "1"}, CATALOG)
    assert told["problem"] == ""
    assert float(told["predicted_cost_usd"]) > 0.0
    assert float(told["predicted_gpu_mwh"]) > 0.0
    assert float(told["predicted_it_mwh"]) > float(told["predicted_gpu_mwh"])


def test_a_rent_is_told_as_an_owners_cost_with_its_range() -> None:
    price, words = package_hour_usd(None, case("A100 PCIe").system, CATALOG, Streams(0, 100))
    assert price.min() < 0.9 * price.max()
    assert "rent" in words[0]


def test_known_hours_give_energy_and_cost_but_not_the_prediction_of_hours() -> None:
    row = {"model": "llama-2-7b", "gpu": "A100", "gpus": "256", "tokens": "1T", "tdp_w": "400"}
    free = run_columns(row, CATALOG)
    hours = float(free["predicted_gpu_hours"])
    slow = run_columns({**row, "gpu_hours": f"{2.0 * hours}"}, CATALOG)
    assert slow["predicted_gpu_hours"] == free["predicted_gpu_hours"]
    assert float(slow["predicted_tdp_mwh"]) == pytest.approx(2.0 * hours * 400 / 1e6, rel=1e-3)
    ratio = float(slow["predicted_gpu_mwh"]) / float(free["predicted_gpu_mwh"])
    assert 1.1 < ratio < 1.8  # the same work, and waiting
    assert "hours that are given" in slow["assumed"]
    text = run_columns({**row, "gpu_hours": "54 (thousand)"}, CATALOG)
    assert text["predicted_gpu_mwh"] == free["predicted_gpu_mwh"]


def test_a_budget_in_flop_is_read_in_tables() -> None:
    row = {"model": "llama-3-8b", "gpu": "H100", "gpus": "512", "flop": "7.2e23", "gbs": "1024"}
    told = run_columns(row, CATALOG)
    assert told["problem"] == ""
    assert float(told["predicted_gpu_hours"]) > 0.0


def test_a_past_run_of_an_early_model_is_of_its_software() -> None:
    row = {"model": "BLOOM-176B", "tokens_t": "0.366", "gpu": "A100-80GB", "gpus_peak": "384"}
    old = run_columns(row, CATALOG)
    new = run_columns({**row, "source": "a run of 2025"}, CATALOG)
    assert "when the model came out" in old["assumed"]
    assert float(old["predicted_gpu_hours"]) > 1.2 * float(new["predicted_gpu_hours"])
    late = run_columns({**row, "model": "llama-3-70b", "gpu": "H100"}, CATALOG)
    assert "when the model came out" not in late["assumed"]


def test_an_early_model_on_later_packages_runs_on_their_software() -> None:
    rows = [
        {"model": model, "gpu": gpu, "gpus": "1024", "tokens_t": "0.3"}
        for model, gpu in (("GPT-3 175B", "A100"), ("GPT-3 175B", "H100"), ("Foo-7B", "A100"))
    ]
    told = [row["assumed"] for row in predict_runs(rows, CATALOG)]
    assert ["when the model came out" in words for words in told] == [True, False, False]
