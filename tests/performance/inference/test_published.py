"""Published serving results against the bundled constants: prints errors, asserts bounds."""

from __future__ import annotations

from functools import cache

import numpy as np
import pytest

from gigawatt.catalog import load_catalog
from gigawatt.performance.inference.calibration.bands import UNSEEN_FACTOR
from gigawatt.performance.inference.calibration.data import load_measured
from gigawatt.performance.inference.calibration.fit import as_fitted, problem_of
from gigawatt.performance.inference.calibration.page import errors_of
from gigawatt.performance.inference.calibration.production import MEASURED_NODES, deepseek_fleet
from gigawatt.performance.inference.calibration.tables import limits_told
from gigawatt.performance.inference.cases import predict_rows
from gigawatt.performance.inference.fitted import load_fitted
from gigawatt.performance.inference.predict import band_of
from gigawatt.performance.inference.tables import layout_of, number, read_rows

CATALOG = load_catalog()


@cache
def measured(folder):
    data = load_measured(folder, CATALOG)
    return data, errors_of(data, CATALOG)


@pytest.fixture
def folder(shared):
    return shared / "reference" / "inference"


def size(errors, rows):
    return np.abs(np.expm1(errors[rows]))


def test_rows_without_speculation(folder):
    data, errors = measured(folder)
    tpot, rate = size(errors[0], data.strict), size(errors[1], data.strict)
    ttft = size(errors[2], data.strict & data.ttft_ok)
    print(
        f"{tpot.size} rows: TPOT {tpot.mean():.1%}, throughput {rate.mean():.1%}, "
        f"TTFT median {np.median(ttft):.1%}; left out: {data.rules}"
    )
    assert tpot.mean() <= 0.09
    assert rate.mean() <= 0.09
    assert np.median(ttft) <= 0.22


def test_the_core_alone(folder):
    """Global constants without deviations, as unreleased systems get them."""
    from dataclasses import replace

    from gigawatt.performance.inference.evaluate import run

    data, _ = measured(folder)
    fitted = load_fitted(CATALOG)
    core = replace(fitted, generations=frozenset(), cache={})
    loop = run(data.arrays, core)
    tpot = np.abs(loop.tpot_s / np.exp(data.log_seconds[0]) - 1.0)[data.strict]
    rate = loop.output_tok_s / data.arrays.packages
    rate = np.abs(rate / np.exp(data.log_seconds[1]) - 1.0)[data.strict]
    print(f"core of {len(fitted.alone)}: TPOT {tpot.mean():.1%}, throughput {rate.mean():.1%}")
    assert len(fitted.alone) <= 30
    assert tpot.mean() <= 0.16
    assert rate.mean() <= 0.16


@pytest.mark.parametrize("name", ["measured_serving_agg.csv", "measured_serving_disagg.csv"])
def test_unknown_speculation_lies_in_the_envelope(folder, name):
    rows, header = read_rows(folder / name)
    added = predict_rows(rows, layout_of(header, name), CATALOG)
    chosen = [(r, a) for r, a in zip(rows, added, strict=True) if r["spec_decode"] == "unknown"]
    for column, predicted in (
        ("tpot_ms", "predicted_tpot_ms"),
        ("output_tok_s_per_gpu_derived", "predicted_output_tok_s_per_gpu"),
    ):
        inside = np.mean(
            [
                number(a, f"{predicted}_low", 0.0) <= number(r, column, 0.0)
                <= number(a, f"{predicted}_high", 0.0)
                for r, a in chosen
            ]
        )  # fmt: skip
        print(f"{name} {column}: {inside:.0%} of {len(chosen)} rows in the envelope")
        assert inside >= 0.80


def test_rows_with_a_likely_draft(folder):
    rows, header = read_rows(folder / "measured_serving_agg.csv")
    own = [r for r in rows if r["spec_decode"] == "likely_mtp"]
    added = predict_rows(own, layout_of(header, ""), CATALOG)
    error = np.mean(
        [
            abs(number(a, "predicted_tpot_ms", 0.0) / number(r, "tpot_ms", 0.0) - 1.0)
            for r, a in zip(own, added, strict=True)
        ]
    )
    print(f"{len(own)} rows with a likely draft: TPOT {error:.1%}")
    assert error <= 0.15


def test_two_pools(folder):
    rows, header = read_rows(folder / "measured_serving_disagg.csv")
    added = predict_rows(rows, layout_of(header, ""), CATALOG)
    for predicted, column, bound in (
        ("predicted_tpot_ms", "tpot_ms", 0.20),
        ("predicted_output_tok_s_per_gpu", "output_tok_s_per_gpu_derived", 0.22),
    ):
        error = np.array(
            [
                abs(number(a, predicted, 0.0) / number(r, column, 0.0) - 1.0)
                for r, a in zip(rows, added, strict=True)
            ]
        )
        print(f"two pools, {column}: {error.mean():.1%}, median {np.median(error):.1%}")
        assert error.mean() <= bound


def test_mlperf(folder):
    rows, header = read_rows(folder / "mlperf_inference.csv")
    added = predict_rows(rows, layout_of(header, ""), CATALOG)
    ratio = np.array(
        [
            number(a, "predicted_output_tok_s_per_gpu", 0.0) / number(r, "tok_s_per_gpu", 1.0)
            for r, a in zip(rows, added, strict=True)
        ]
    )
    error = np.abs(ratio - 1.0)
    rubin = [i for i, r in enumerate(rows) if "Rubin" in r["accelerator"]]
    told = np.array([limits_told(r) for r in rows])
    print(
        f"MLPerf: {error.mean():.1%} of {len(rows)} rows, {error[told].mean():.1%} of those whose "
        f"limits are told; Vera Rubin {ratio[rubin[0]]:.2f}"
    )
    assert error[told].mean() <= 0.18
    assert error.mean() <= 0.20
    assert error[rubin].max() <= 0.20


def test_deepseeks_fleet():
    fleet = deepseek_fleet(load_fitted(CATALOG), CATALOG)
    print(f"DeepSeek's fleet: {fleet.nodes:.0f} nodes, measured {MEASURED_NODES}")
    assert fleet.nodes == pytest.approx(MEASURED_NODES, rel=0.20)


def test_what_has_rows_is_what_the_command_finds(folder):
    data, _ = measured(folder)
    problem = problem_of(data)
    start = np.zeros(problem.spread.size)
    found, bundled = as_fitted(problem, start, start), load_fitted(CATALOG)
    assert found.cells == bundled.cells
    assert found.mixtures == bundled.mixtures
    assert found.generations == bundled.generations


def test_a_generation_without_rows_has_the_widest_band():
    unseen, mixture = (band_of(CATALOG, name) for name in ("generation", "moe"))
    assert unseen == pytest.approx(tuple(UNSEEN_FACTOR * v for v in mixture), abs=2e-3)
