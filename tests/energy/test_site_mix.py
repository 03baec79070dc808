"""Plans in the accounts of a run: balances, limits, stages by the draw's own dates."""

from __future__ import annotations

import numpy as np
import pytest
from factories import small_phase, small_program, small_site
from hypothesis import given, settings
from hypothesis import strategies as st

from gigawatt.catalog import load_catalog
from gigawatt.catalog.sampling import sample_assumptions
from gigawatt.energy.assumptions import EnergyAssumptions
from gigawatt.energy.cooling import at_part_load, monthly_course
from gigawatt.energy.mix import LOADS, plan_table, supply_mix
from gigawatt.energy.plan_cache import load_plan, store_plan
from gigawatt.energy.site import accounts, in_service, site_conditions
from gigawatt.energy.site_plan import PART_LOADS, SitePlan, StageResult
from gigawatt.program.blocks import make_blocks
from gigawatt.program.load import Loaded
from gigawatt.quantity.calendar import MonthAxis
from gigawatt.schedule.result import BuildTimes, ScheduleResult
from gigawatt.study.chain import run_chain
from gigawatt.study.sites.site_supply import site_plans
from gigawatt.uncertainty.streams import Streams

CATALOG = load_catalog()
DRAWS = 30


def loaded(**changes):
    out = Loaded.__new__(Loaded)
    object.__setattr__(out, "program", small_program(**changes))
    object.__setattr__(out, "catalog", CATALOG)
    return out


@pytest.fixture(scope="module")
def case():
    """One site that begins on engines and gets the grid later; one on the grid."""
    phases = (small_phase("a", route="onsite"), small_phase("b"))
    one = loaded(sites=(small_site("mixed", phases=phases), small_site("plain")))
    return one, site_plans(one)


def conditions(one, plans, energised):
    program = one.program
    streams = Streams(seed=5, draws=DRAWS)
    axis = MonthAxis.between(program.start, program.horizon)
    blocks = make_blocks(program, CATALOG, streams)
    zero = np.zeros_like(blocks.packages)
    dates = zero + energised(blocks)
    build = BuildTimes(*(zero for _ in BuildTimes.__dataclass_fields__))
    sched = ScheduleResult(build=build, funded=zero, ordered=zero, delivered=zero, energised=dates,
                           equipped=dates, in_service=dates, binding=zero.astype(int))  # fmt: skip
    a = sample_assumptions(CATALOG, streams, "energy", EnergyAssumptions)
    mix = supply_mix(blocks, sched, axis, plans)
    cond = site_conditions(program, CATALOG, blocks, sched, axis, streams, a, mix)
    return blocks, sched, axis, streams, a, mix, cond


@settings(deadline=None, max_examples=20)
@given(st.floats(0.0, 1.0), st.integers(0, 2**31))
def test_sources_sum_to_the_facility_at_any_load(case, load, seed):
    one, plans = case
    blocks, sched, axis, streams, a, mix, cond = conditions(one, plans, lambda b: 3.0 * b.site)
    full = in_service(blocks.it_power_mw, blocks, sched, axis.count)
    it = load * full
    it = it * np.random.default_rng(seed).random(it.shape)
    energy = accounts(one.program, CATALOG, blocks, sched, cond, it, axis, streams, a, mix)
    part = np.divide(it, full, out=np.ones_like(it), where=full > 0.0)
    overhead = np.stack([
        at_part_load(monthly_course(s, CATALOG).overhead, axis.months_of_year(), part[:, n])
        for n, s in enumerate(one.program.sites)
    ], axis=1)  # fmt: skip
    used = (it + full * (cond.pue - 1.0) * overhead) * axis.hours()
    assert energy.supply_mwh.sum(axis=2) == pytest.approx(used, rel=1e-9, abs=1e-6)
    others = [k for k, name in enumerate(energy.sources) if name != "battery"]
    assert energy.supply_mwh[:, :, others].min() >= -1e-6
    assert energy.energy_cost_usd.min() >= 0.0
    assert energy.co2_t.min() >= -1e-9


def test_import_never_passes_the_connection(case):
    one, plans = case
    rng = np.random.default_rng(1)
    blocks, sched, axis, streams, a, mix, cond = conditions(
        one, plans, lambda b: rng.uniform(0.0, 30.0, (DRAWS, b.count))
    )
    it = np.minimum(
        in_service(blocks.it_power_mw, blocks, sched, axis.count), cond.deliverable_it_mw
    )
    energy = accounts(one.program, CATALOG, blocks, sched, cond, it, axis, streams, a, mix)
    imported = energy.supply_mwh[:, :, 0] / axis.hours()
    assert np.all(imported <= energy.contract_mw * 1.1 + 1e-2)


def test_a_site_without_plan_keeps_its_declared_routes(case):
    one, plans = case
    *_, with_plan, _ = conditions(one, plans, lambda b: 0.0)
    *_, without, _ = conditions(one, {"plain": plans["plain"]}, lambda b: 0.0)
    assert with_plan.stage[:, 0].max() >= 0
    assert np.all(without.stage[:, 0] == -1)
    shares = dict(zip(without.sources, without.full_share[0, 0, :, 5].tolist(), strict=True))
    assert shares["grid"] == pytest.approx(0.5)
    assert shares["recip-engine"] == pytest.approx(0.5)


def test_stage_follows_the_draws_own_dates(case):
    one, plans = case
    names = plans["mixed"].stages[0].name.split("+")

    def dates(blocks):
        late = np.array([p.id not in names for p in blocks.phases])
        return np.where(late, 12.0, 4.0)[None, :] + np.arange(DRAWS)[:, None]

    blocks, _, axis, _, _, mix, _ = conditions(one, plans, dates)
    begun = mix.stage[:, 0] >= 0
    assert begun.any()
    first = begun.argmax(axis=1)[begun.any(axis=1)]
    assert np.all(np.diff(first) == 1)  # a draw a month later begins a month later
    assert first[0] == 4
    del axis, blocks


def flat_plan(shed_share):
    """A plan of 100 MW whose grid serves all but a share."""
    load = np.full(12, 100.0)
    full = np.array([(1.0 - shed_share) * load, np.zeros(12), shed_share * load])
    parts = np.array([p * full for p in PART_LOADS])
    zero = np.zeros(12)
    stage = StageResult("a", 0.0, 1.0, 100.0, 100.0, 100.0, 0.0, 0.0, 0.0, np.zeros(0), full, zero,
                        zero, full[2], load, load, parts, np.zeros(0), np.zeros(3),
                        *np.ones((2, len(PART_LOADS) + 1, 12)))  # fmt: skip
    return SitePlan("plain", (), ("grid", "curtailed compute", "shed"), (stage,), 0.0, 0.0, "")


def test_what_a_plan_sheds_caps_the_site():
    one = loaded(sites=(small_site("plain", phases=(small_phase("a"),)),))
    *_, whole = conditions(one, {"plain": flat_plan(0.0)}, lambda b: 0.0)
    *_, short = conditions(one, {"plain": flat_plan(0.3)}, lambda b: 0.0)
    assert short.deliverable_it_mw == pytest.approx(0.7 * whole.deliverable_it_mw)


def test_table_sums_to_the_loads(case):
    one, plans = case
    blocks = make_blocks(one.program, CATALOG, Streams(seed=1, draws=2))
    table = plan_table(plans, blocks)
    for s, site in enumerate(blocks.sites):
        for n in range(len(plans[site].stages)):
            sums = table.supply[s, n].sum(axis=0)
            assert sums == pytest.approx(np.repeat(LOADS[:, None], 12, axis=1), abs=1e-9)


def test_a_run_has_the_same_bytes_with_kept_and_fresh_plans(case, tmp_path):
    one, plans = case
    kept = {}
    for name, plan in plans.items():
        store_plan(plan, tmp_path / f"{name}.npz")
        kept[name] = load_plan(tmp_path / f"{name}.npz")
    runs = [run_chain(one, Streams(1, 20), None, p).energy for p in (plans, kept)]
    assert np.array_equal(runs[0].energy_cost_usd, runs[1].energy_cost_usd)
    assert np.array_equal(runs[0].supply_mwh, runs[1].supply_mwh)
