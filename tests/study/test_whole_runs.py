"""Published whole runs against predictions, by the benchmark that makes the page."""

from __future__ import annotations

import sys
from pathlib import Path
from statistics import median
from types import ModuleType

import pytest

from gigawatt.catalog import load_catalog

FOLDER = Path(__file__).parents[2] / "benchmarks"


@pytest.fixture(scope="module")
def runs() -> ModuleType:
    sys.path.insert(0, str(FOLDER))
    try:
        import training_whole_runs
    finally:
        sys.path.remove(str(FOLDER))
    module: ModuleType = training_whole_runs
    return module


def test_hours_and_energy_of_published_runs(runs: ModuleType) -> None:
    found = runs.compared(load_catalog())
    assert not [one.told["problem"] for one in found if one.told["problem"]]
    hours = [one for one in found if one.hours]
    large = [abs(one.hours_error) for one in hours if one.hours >= 4e5]
    metered = [abs(one.mwh_error) for one in found if one.mwh and one.row["boundary"] != "tdp"]
    inside = sum(one.hours_inside for one in hours) / len(hours)
    print(f"large runs {median(large):.0%}, metered energy {median(metered):.0%}, in {inside:.0%}")
    assert median(large) < 0.15
    assert median(metered) < 0.20
    assert inside >= 0.75


def test_the_section_lists_every_run(runs: ModuleType) -> None:
    text = "\n".join(runs.section(load_catalog()))
    assert text.count("| LLaMA-65B |") == 2
    assert "Metered energy" in text
