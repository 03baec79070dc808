"""The week of the fleet in the supply of a site: energy kept, swing within full power."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from factories import small_program

from gigawatt.catalog import load_catalog
from gigawatt.energy.site_inputs import StageMegawatts, site_inputs
from gigawatt.energy.site_plan import PART_LOADS, by_month, hourly_course, plan_site
from gigawatt.program.load import load_program
from gigawatt.study.sites.operate import site_input, site_week
from gigawatt.study.sites.site_supply import site_stages, with_week

DAY = 1.0 + 0.2 * np.sin(2.0 * np.pi * np.arange(168) / 24.0)


@pytest.fixture(scope="module")
def inputs(tmp_path_factory):
    program = small_program()
    site = next(s for s in program.sites if any(p.route == "onsite" for p in s.phases))
    stages = [StageMegawatts("a", 6.0, 200.0, 100.0, DAY, 30.0, 40.0)]
    return site_inputs(site, load_catalog(), stages, 0.0, cache=tmp_path_factory.mktemp("kept"))


@pytest.mark.parametrize("part", [*PART_LOADS, 0.9, 0.99])
def test_months_keep_their_energy_and_hours_stay_within_full_power(inputs, part):
    stage = inputs.stages[0]
    course = hourly_course(stage, part)
    kept = by_month(course * stage.load_mw) / by_month(stage.load_mw)
    assert kept == pytest.approx(np.ones(12), rel=1e-12)
    assert part * course.max() <= 1.0 + 1e-12
    swing = course.max() - course.min()
    assert swing == pytest.approx(0.4, abs=0.02) if part <= 0.75 else swing < 0.3


def test_a_plan_with_a_week_bills_the_same_energy(inputs):
    """Part loads add up to their part of the load, month by month; import moves more."""
    steady = plan_site(replace(inputs, stages=(replace(inputs.stages[0], week_pu=None),)))
    moved = plan_site(inputs)
    for plan in (steady, moved):
        stage = plan.stages[0]
        for part, mwh in zip(PART_LOADS, stage.part_supply_mwh, strict=True):
            # a battery charges more than it gives back
            assert np.all(mwh.sum(axis=0) >= part * stage.load_mwh * (1.0 - 1e-9))
            assert mwh.sum() == pytest.approx(part * stage.load_mwh.sum(), rel=0.03)
    assert moved.stages[0].capacity_mw == pytest.approx(steady.stages[0].capacity_mw)
    # hours of dear power may set the largest change of both
    assert moved.stages[0].import_ramp_mw >= steady.stages[0].import_ramp_mw
    assert (moved.stages[0].ramp_mw_per_min, moved.stages[0].drop_mw) == (30.0, 40.0)
    print(steady.stages[0].import_ramp_mw, moved.stages[0].import_ramp_mw)


def test_stages_of_a_programme_get_the_week_of_their_phases():
    loaded = load_program("openai-nvidia-2025-09")
    stages = site_stages(loaded, ["saline"])["saline"]
    for n in range(len(stages)):
        stage = with_week(loaded, "saline", stages, n)
        phases = tuple(p for s in stages[: n + 1] for p in s.name.split("+"))
        week = site_week(loaded, "saline", phases)
        over = site_input(loaded, "saline", phases).facility_over_it
        assert stage.week_pu == pytest.approx(week.it_shape_pu, abs=5.1e-4)
        assert stage.drop_mw == pytest.approx(week.drop_mw * over)
        assert 0.0 < stage.drop_mw < stage.facility_mw
