"""Plans of sites: stages of a programme, months add up, kept plans are the same and found again."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from factories import small_program
from hypothesis import given
from hypothesis import strategies as st

from gigawatt.catalog.facts import Status
from gigawatt.catalog.loader import load_catalog
from gigawatt.energy.dispatch.many import YearChange, dispatch_years
from gigawatt.energy.plan_cache import load_plan, planned, store_plan
from gigawatt.energy.site_inputs import StageMegawatts, site_inputs
from gigawatt.energy.site_plan import by_month, plan_hours
from gigawatt.energy.stage_solution import stage_number, stage_solution
from gigawatt.errors import InputError
from gigawatt.program.load import load_program
from gigawatt.program.model import CleanPower
from gigawatt.study.sites.site_supply import plan_inputs, stages_of
from gigawatt.uncertainty.distributions import Point
from gigawatt.uncertainty.streams import Streams


@pytest.fixture(scope="module")
def cache(tmp_path_factory):
    return tmp_path_factory.mktemp("kept")


@pytest.fixture(scope="module")
def inputs(cache):
    program = small_program()
    site = next(s for s in program.sites if any(p.route == "onsite" for p in s.phases))
    stages = [StageMegawatts("a", 6.0, 200.0, 0.0), StageMegawatts("b", 30.0, 400.0, 200.0)]
    return site_inputs(site, load_catalog(), stages, 0.0, cache=cache)


@pytest.fixture(scope="module")
def solved(inputs):
    return plan_hours(inputs)


def test_months_add_up_to_the_load(solved, inputs):
    plan = solved.plan
    assert plan.gap <= 1e-4
    for n, stage in enumerate(plan.stages):
        charged = by_month(solved.hours[n].charge_mw - solved.hours[n].discharge_mw).sum(axis=1)
        assert stage.supply_mwh.sum(axis=0) == pytest.approx(stage.load_mwh + charged, rel=1e-9)
        assert stage.load_mwh.sum() == pytest.approx(inputs.stages[n].load_mw.sum())
        assert np.all(stage.deliverable_mw <= stage.load_mwh / 24.0 / 28.0)
        assert stage.cost_usd.sum() > 0.0
        usd = stage.cost_usd.sum() / stage.load_mwh.sum()
        print(f"{stage.name}: {usd:.1f} USD/MWh, {stage.capacity_mw.round(1)}")
        assert 30.0 < usd < 150.0


def test_first_islanded_then_on_the_grid(solved):
    plan = solved.plan
    grid = plan.sources.index("grid")
    assert plan.stages[0].supply_mwh[grid].sum() == pytest.approx(0.0, abs=1e-6)
    assert plan.stages[1].supply_mwh[grid].sum() > 0.0
    onsite = plan.capacities.index("recip-engine")
    assert plan.stages[1].capacity_mw[onsite] >= plan.stages[0].capacity_mw[onsite] - 1e-6
    wind = plan.capacities.index("wind-onshore")
    assert plan.stages[0].capacity_mw[wind] == 0.0  # takes longer to build


def test_kept_plans_come_back_the_same(inputs, solved, tmp_path):
    first = planned(inputs, tmp_path)
    files = list(tmp_path.glob("*.npz"))
    assert len(files) == 1
    second = planned(inputs, tmp_path)
    assert second.objective_usd == first.objective_usd == solved.plan.objective_usd
    for a, b in zip(first.stages, second.stages, strict=True):
        assert np.array_equal(a.supply_mwh, b.supply_mwh)
    files[0].write_bytes(b"broken")
    assert load_plan(files[0]) is None
    store_plan(first, tmp_path / "file" / "x.npz")
    assert load_plan(tmp_path / "file" / "x.npz").sources == first.sources


@given(st.sampled_from(["grid_demand_usd_per_mw_yr", "compute_share", "discount_rate"]))
def test_any_change_changes_the_fingerprint(inputs, name):
    moved = replace(inputs, **{name: getattr(inputs, name) * 1.0001 + 1e-9})
    assert moved.fingerprint() != inputs.fingerprint()
    assert replace(inputs).fingerprint() == inputs.fingerprint()


def test_stages_follow_the_phases():
    loaded = load_program("openai-nvidia-2025-09")
    found = plan_inputs(loaded, ["abu-dhabi"])["abu-dhabi"]
    loads = [s.load_mw.mean() for s in found.stages]
    assert loads == sorted(loads)
    assert [s.start_month for s in found.stages] == sorted(s.start_month for s in found.stages)
    with pytest.raises(InputError, match="abu-dhabi"):
        plan_inputs(loaded, ["abu-dabi"])


def test_phases_close_to_each_other_share_a_stage():
    from gigawatt.program.blocks import make_blocks

    program, catalog = small_program(), load_catalog()
    blocks = make_blocks(program, catalog, Streams(seed=1, draws=8))
    site = blocks.sites[0]
    same = stages_of(site, blocks, np.zeros_like(blocks.packages))
    assert len(same) == 1
    never = stages_of(site, blocks, np.full_like(blocks.packages, np.inf))
    assert never == []


def test_many_years_are_exact_and_name_what_they_change(solved):
    problem, x = solved.problems[1], solved.plan.stages[1].capacity_mw
    k = problem.offer_number("grid")
    changes = [YearChange(), YearChange(usd_per_mwh={"grid": problem.price[:, k] * 2.0})]
    found = dispatch_years(problem, x, changes)
    assert found.bound_usd == pytest.approx(found.cost_usd, rel=1e-9)
    assert found.cost_usd[1] > found.cost_usd[0]
    with pytest.raises(InputError, match="no offer 'coal'"):
        dispatch_years(problem, x, [YearChange(per_mw={"coal": problem.load_mw})])


def test_rented_turbines_do_not_take_the_place_of_a_contract(cache):
    """Where the grid is dearer than rented gas, what is declared on the grid stays on it."""
    site = next(s for s in small_program().sites if all(p.route == "grid" for p in s.phases))
    dear = replace(site, price_usd_per_mwh=Point(400.0))
    stages = [StageMegawatts("a", 6.0, 200.0, 200.0)]
    inputs = site_inputs(dear, load_catalog(), stages, -24.0, cache=cache)
    plan = plan_hours(inputs).plan
    rented = plan.stages[0].capacity_mw[plan.capacities.index("mobile-turbine")]
    above = max(0.0, inputs.stages[0].load_mw.max() - 200.0)
    assert rented <= above + 1e-6
    free = replace(inputs, sources=tuple(replace(s, beyond_grid=False) for s in inputs.sources))
    other = plan_hours(free).plan
    assert other.stages[0].capacity_mw[plan.capacities.index("mobile-turbine")] > 50.0


def test_own_pue_and_contracts_reach_the_plan(cache):
    program, catalog = small_program(), load_catalog()
    site = replace(
        program.sites[0], pue_annual=Point(1.3),
        clean_power=(
            CleanPower("w", "wind", 9e4, Status.ASSUMED), CleanPower("c", "nuclear", 5e4,
                                                                     Status.ASSUMED),
        ),
    )  # fmt: skip
    inputs = site_inputs(site, catalog, [StageMegawatts("a", 6.0, 130.0, 130.0)], 0.0, cache=cache)
    design = catalog.fact(f"cooling/{site.cooling}/pue_design").value
    assert inputs.stages[0].load_mw.mean() == pytest.approx(130.0 / design * 1.3)
    wind, steady = inputs.stages[0].contracts
    assert wind.energy_mwh.sum() == pytest.approx(9e4)
    assert wind.renewable and not steady.renewable
    assert np.ptp(wind.energy_mwh) > 0.0 == np.ptp(steady.energy_mwh)
    nowhere = replace(site, lat=-60.0, lon=-150.0)
    far = site_inputs(nowhere, catalog, [StageMegawatts("a", 6.0, 130.0, 130.0)], 0.0, cache=cache)
    assert [c.by_hour for c in far.stages[0].contracts] == [False, True]
    assert far.stages[0].load_mw == pytest.approx(130.0 / design * 1.3)


def test_a_stage_as_a_year_keeps_the_cost_of_the_plan(solved):
    for n, stage in enumerate(solved.plan.stages):
        problem, solution = stage_solution(solved, stage_number(solved, stage.name))
        assert solution.objective_usd == pytest.approx(stage.cost_usd.sum())
        assert solution.gap == pytest.approx(solved.plan.gap)
        assert [c.min_mw for c in problem.capacities] == stage.capacity_mw.tolist()
        assert n == stage_number(solved, stage.name)
    assert stage_number(solved, "") == 1
    with pytest.raises(InputError, match="Known: a, b"):
        stage_number(solved, "c")
