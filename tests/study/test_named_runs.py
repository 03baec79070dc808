"""One run of 10^26 FLOP on each phase: a row a phase, bands in order, money that adds up."""

from __future__ import annotations

from itertools import pairwise

import pytest

from gigawatt.program.load import load_program
from gigawatt.study.run import Settings, simulate
from gigawatt.study.training.named_runs import KIND, NEAR, _packages, named_runs

LOADED = load_program("single-campus")


@pytest.fixture(scope="module")
def runs() -> dict[str, dict[str, float]]:
    simulated = simulate(LOADED, Settings(draws=50, seed=1))
    found: dict[str, dict[str, float]] = {}
    for row in named_runs(simulated.frame, LOADED):
        assert row["kind"] == KIND and row["setting"]
        found.setdefault(row["workload"], {})[row["metric"]] = row["value"]
    return found


def test_every_phase_has_its_run(runs: dict[str, dict[str, float]]) -> None:
    phases = {f"{s.id}/{p.id}" for s in LOADED.program.sites for p in s.phases}
    assert set(runs) == phases


def test_bands_are_in_order_and_of_the_right_size(runs: dict[str, dict[str, float]]) -> None:
    for phase, held in runs.items():
        for name in ("run_days", "run_mwh", "run_usd"):
            low, mid, high = (held[f"{name}_{b}"] for b in ("p10", "p50", "p90"))
            assert 0.0 < low < mid < high, (phase, name)
        hours = held["run_days_p50"] * 24 * held["packages"]
        assert 0.3 < held["run_mwh_p50"] * 1e6 / hours / 1e3 < 6.0  # kW a package
        assert 0.5 < held["run_usd_p50"] / hours < 20.0  # USD a package-hour
        flop_per_package_s = 1e26 / (hours * 3600)
        assert 1e13 < flop_per_package_s < 2e16


def test_a_larger_phase_is_no_slower() -> None:
    loaded = load_program("openai-nvidia-2025-09")
    frame = simulate(loaded, Settings(draws=20, seed=1)).frame
    days = {
        (row["workload"], row["system"]): row["value"]
        for row in named_runs(frame, loaded)
        if row["metric"] == "run_days_p50"
    }
    sized = sorted(
        (system, packages, days[f"{site}/{phase}", system])
        for (site, phase, system), packages in _packages(frame).items()
    )
    assert len({packages for _, packages, _ in sized}) > 5
    for (one, _, small), (other, _, large) in pairwise(sized):
        assert one != other or large <= NEAR * small
