"""Whole runs: tokens, budgets and losses agree; bands hold; published runs; bad input."""

from __future__ import annotations

import csv
from dataclasses import replace
from pathlib import Path

import pytest

from gigawatt.catalog import load_catalog
from gigawatt.errors import InfeasibleError, InputError
from gigawatt.performance.training.cases import resolve_case
from gigawatt.study.training.training_run import RunAsk, training_run
from gigawatt.study.training.training_run_cases import ADDED, predict_runs, run_columns, tokens_of

CATALOG = load_catalog()
CASE = resolve_case(
    {"model": "llama-3.1-405b", "gpu": "H100 SXM", "gpus": "16384", "tp": "8", "pp": "16",
     "gbs": "2048", "seq_len": "8192", "mbs": "1", "precision": "bf16", "recompute": "none",
     "source": "The Llama 3 Herd of Models, arXiv 2407.21783"},
    CATALOG,
)  # fmt: skip
TOKENS = 15.6e12


def test_llama_3_405b_takes_about_its_published_package_hours() -> None:
    """30.84 million package-hours on the model card; they hold restarts and other phases."""
    run = training_run(CASE, RunAsk(tokens=TOKENS), CATALOG)
    print(
        f"{run.gpu_hours.median:,.0f} package-hours against 30,840,000; {run.days.median:.1f} days"
    )
    assert run.gpu_hours.median == pytest.approx(30.84e6, rel=0.15)
    assert 3.6e25 < run.flop < 4.1e25  # 3.8e25 by 6 N D
    assert 0.85 < run.work_share.median < 0.97  # above 0.90 of effective time by the paper
    assert 4.0 < run.failures_per_day < 12.0  # 7.8 in the paper


def test_tokens_budget_and_loss_are_three_ways_to_one_run() -> None:
    by_tokens = training_run(CASE, RunAsk(tokens=TOKENS), CATALOG)
    by_flop = training_run(CASE, RunAsk(flop=by_tokens.flop), CATALOG)
    by_loss = training_run(CASE, RunAsk(loss=by_tokens.loss), CATALOG)
    assert by_flop.tokens == pytest.approx(TOKENS)
    assert by_loss.tokens == pytest.approx(TOKENS, rel=1e-6)
    assert by_loss.days.median == pytest.approx(by_tokens.days.median, rel=1e-6)


def test_parts_hang_together() -> None:
    run = training_run(CASE, RunAsk(tokens=TOKENS, usd_per_gpu_hour=2.0), CATALOG)
    assert run.healthy_days < run.days.median < run.healthy_days * 1.3
    assert run.days.low < run.days.median < run.days.high
    assert run.gpu_hours.median == pytest.approx(run.days.median * 24 * run.gpus)
    assert run.gpu_mwh.median < run.it_mwh.median < run.facility_mwh.median
    per_package_w = run.gpu_mwh.median * 1e6 / run.gpu_hours.median
    assert 0.5 * 700 < per_package_w <= 700  # of the design power
    assert run.cost_usd is not None
    assert run.cost_usd.median == pytest.approx(2.0 * run.gpu_hours.median)
    more = training_run(
        CASE, RunAsk(tokens=TOKENS, usd_per_gpu_hour=2.0, usd_per_mwh=50.0), CATALOG
    )
    assert more.cost_usd is not None
    assert more.cost_usd.median > run.cost_usd.median


def test_twice_the_tokens_take_twice_the_time() -> None:
    one = training_run(CASE, RunAsk(tokens=TOKENS), CATALOG)
    two = training_run(CASE, RunAsk(tokens=2 * TOKENS), CATALOG)
    assert two.days.median == pytest.approx(2 * one.days.median)
    assert two.loss < one.loss


def test_the_same_seed_gives_the_same_run_and_another_nearly_so() -> None:
    one, two, other = (
        training_run(CASE, RunAsk(tokens=TOKENS, seed=s), CATALOG) for s in (1, 1, 2)
    )
    assert one == two
    assert other.days.median == pytest.approx(one.days.median, rel=0.01)


@pytest.mark.parametrize(
    ("ask", "message"),
    [
        (RunAsk(), "give one of"),
        (RunAsk(tokens=1e12, flop=1e25), "not tokens and FLOP"),
        (RunAsk(tokens=-1.0), "more than zero"),
        (RunAsk(tokens=1e12, usd_per_gpu_hour=-1.0), "must not be negative"),
        (RunAsk(tokens=1e12, pue=0.5), "from 1 to 5"),
    ],
)
def test_bad_asks_are_one_clear_error(ask: RunAsk, message: str) -> None:
    with pytest.raises(InputError, match=message):
        training_run(CASE, ask, CATALOG)


def test_a_loss_below_what_the_model_can_reach_is_infeasible() -> None:
    with pytest.raises(InfeasibleError, match="no number of tokens"):
        training_run(CASE, RunAsk(loss=1.82), CATALOG)
    fat = replace(CASE, plan=replace(CASE.plan, tp=1, pp=1, dp=16384, gbs=16384))
    with pytest.raises(InfeasibleError, match="does not fit"):
        training_run(fat, RunAsk(tokens=1e12), CATALOG)


def test_published_whole_runs_keep_their_rows(shared: Path) -> None:
    path = shared / "reference/training/whole_runs.csv"
    rows = list(csv.DictReader(path.read_text().splitlines()))
    told = list(predict_runs(rows, CATALOG))
    assert len(told) == len(rows)
    for given, got in zip(rows, told, strict=True):
        assert bool(got["problem"]) == (not given["tokens_t"]), got["problem"]
        if given["gpu_hours"] and not got["problem"]:
            ratio = float(given["gpu_hours"]) / float(got["predicted_gpu_hours"])
            print(f"{given['model']:32s} stated / predicted package-hours {ratio:.2f}")


def test_a_run_without_packages_gets_a_usual_number() -> None:
    told = run_columns({"model": "llama-3.1-8b", "gpu": "H100", "tokens_t": "1"}, CATALOG)
    assert not told["problem"] and "not given" in told["assumed"]
    assert set(told) == set(ADDED)


def test_energy_is_told_at_each_boundary() -> None:
    run = training_run(CASE, RunAsk(tokens=TOKENS, pue=1.1), CATALOG)
    assert run.tdp_mwh.median == pytest.approx(700e-6 * run.gpu_hours.median)
    assert run.gpu_mwh.median < run.tdp_mwh.median
    beside = run.facility_mwh.median / run.it_mwh.median / 1.1
    assert 1.0 < beside < 1.15  # network and storage
    row = {"model": "llama-3.1-8b", "gpu": "H100", "gpus": "512", "tokens_t": "15", "pue": "1.1"}
    told = run_columns(row, CATALOG)
    ends = [float(told[f"predicted_{k}_mwh"]) for k in ("gpu", "tdp", "it", "facility")]
    assert ends == sorted(ends)


def test_a_small_run_takes_longer_than_its_steps_and_says_so() -> None:
    row = {"model": "llama-3.1-8b", "gpu": "H100", "gpus": "512"}
    small, large = (run_columns({**row, "tokens_t": t}, CATALOG) for t in ("0.15", "15"))
    ratio = float(small["predicted_gpu_hours"]) / float(large["predicted_gpu_hours"])
    assert 0.0105 < ratio < 0.015
    assert "as published runs of this size" in small["assumed"]
    assert "as published runs of this size" not in large["assumed"]


@pytest.mark.parametrize(
    ("row", "tokens"),
    [({"tokens_t": "15.6"}, 15.6e12), ({"tokens_b": "300"}, 3e11), ({"tokens": "1.4T"}, 1.4e12),
     ({"tokens": "366 billion tokens"}, 3.66e11), ({"tokens": "2e12"}, 2e12), ({}, None)],
)  # fmt: skip
def test_tokens_as_people_write_them(row: dict[str, str], tokens: float | None) -> None:
    assert tokens_of(row) == (None if tokens is None else pytest.approx(tokens))


def test_more_tokens_than_anyone_trained_on_are_told() -> None:
    many = training_run(CASE, RunAsk(tokens=3e14), CATALOG)
    assert any("8 times the most that a published run had" in w for w in many.assumed)
    few = training_run(CASE, RunAsk(tokens=TOKENS), CATALOG)
    assert not any("times the most" in w for w in few.assumed)
