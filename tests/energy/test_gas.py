"""Gas by area: dearer for own plant in Europe, in the United States as before."""

from __future__ import annotations

from dataclasses import fields, replace

import numpy as np
import pytest
from factories import small_phase, small_program, small_site

from gigawatt.catalog import load_catalog
from gigawatt.catalog.sampling import sample_assumptions
from gigawatt.energy.assumptions import EnergyAssumptions
from gigawatt.energy.gas import COMMON_PATH, KEY, gas_fact, gas_prices, running_cost_usd_per_mwh
from gigawatt.energy.site import accounts, site_conditions
from gigawatt.energy.site_inputs import StageMegawatts, site_inputs
from gigawatt.energy.supply import plant
from gigawatt.program.blocks import make_blocks
from gigawatt.program.load import load_program
from gigawatt.quantity.calendar import MonthAxis
from gigawatt.schedule.result import BuildTimes, ScheduleResult
from gigawatt.study.chain import run_chain
from gigawatt.study.sites.site_supply import plan_inputs
from gigawatt.uncertainty.distributions import Point
from gigawatt.uncertainty.streams import Streams

CATALOG = load_catalog()
UNITED_STATES = ("ercot", "pjm", "miso", "wecc-southwest", "southern", "caiso", "nyiso")
EUROPE = ("great-britain", "germany", "ireland", "france", "norway-no4")
DRAWS = 40


def _site(grid):
    return small_site(grid=grid, phases=(small_phase("p1", route="onsite"),))


def _prices(grids, catalog=CATALOG):
    program = small_program(sites=tuple(replace(_site(g), id=g) for g in grids))
    streams = Streams(seed=3, draws=DRAWS)
    axis = MonthAxis.between(program.start, program.horizon)
    a = sample_assumptions(catalog, streams, "energy", EnergyAssumptions)
    found = gas_prices(program.sites, catalog, axis, streams, a)
    engine = plant("recip-engine", catalog, axis, streams, a)
    return found, engine, a, streams


def test_areas_of_the_united_states_share_the_common_price():
    found, engine, a, _ = _prices(UNITED_STATES)
    assert [g.sites for g in found] == [tuple(range(len(UNITED_STATES)))]
    assert np.array_equal(found[0].price_usd_per_mmbtu, a.gas_price_usd_per_mmbtu)
    fuel = engine.heat_rate_mmbtu_per_mwh * a.gas_price_usd_per_mmbtu
    cost = running_cost_usd_per_mwh(engine, found[0])
    assert np.array_equal(cost, fuel[:, None] * found[0].index + engine.upkeep_usd_per_mwh)


def test_every_grid_outside_the_united_states_has_a_price_of_its_own():
    for grid in CATALOG.records["grids"]:
        own = gas_fact(grid, CATALOG).path == f"grids/{grid}/{KEY}"
        assert own == (grid not in UNITED_STATES), grid
    common = CATALOG.fact(COMMON_PATH).value
    assert all(2.0 * common < gas_fact(g, CATALOG).value < 4.0 * common for g in EUROPE)


def test_a_draw_with_dear_gas_is_dear_in_every_area():
    found, _, a, streams = _prices(("ercot", "germany", "france"))
    order = np.argsort(a.gas_price_usd_per_mmbtu)
    for gas in found:
        assert np.all(np.diff(gas.price_usd_per_mmbtu[order]) > 0.0)
    assert COMMON_PATH in streams.record
    assert f"grids/germany/{KEY}" not in streams.record  # the common draws stand for it


def test_an_area_that_alone_has_a_spread_is_recorded():
    fixed = replace(CATALOG.fact(COMMON_PATH), distribution=Point(4.0))
    found, _, _, streams = _prices(("germany",), CATALOG.with_facts([fixed]))
    drawn = streams.record[f"grids/germany/{KEY}"]
    assert np.array_equal(drawn, found[0].price_usd_per_mmbtu)
    assert np.ptp(drawn) > 1.0


NO_CO2 = CATALOG.with_facts(
    [replace(CATALOG.fact("grids/germany/co2_price_usd_per_t"), distribution=Point(0.0))]
)


def test_the_plan_of_a_site_in_europe_pays_more_for_its_own_plant(tmp_path):
    """By the heat rate times the difference of the price, islanded or not."""
    stages = [StageMegawatts("a", 6.0, 200.0, 0.0)]
    here, there = (
        {s.name: s for s in site_inputs(_site(g), NO_CO2, stages, 0.0, cache=tmp_path).sources}
        for g in ("ercot", "germany")
    )
    more = gas_fact("germany", CATALOG).value - CATALOG.fact(COMMON_PATH).value
    for name in ("recip-engine", "mobile-turbine"):
        heat = CATALOG.record("technologies", name).value("heat_rate_mmbtu_per_mwh")
        difference = there[name].usd_per_mwh - here[name].usd_per_mwh
        assert difference == pytest.approx(heat * more)
        assert there[name].usd_per_mw_yr == here[name].usd_per_mw_yr


def test_the_accounts_of_a_run_pay_the_gas_of_each_sites_area():
    """At one load on the declared routes only the site that moved pays more, by its gas."""

    def energy(grid):
        sites = (_site(grid), replace(_site("ercot"), id="stays"))
        program = small_program(sites=sites)
        streams = Streams(seed=3, draws=DRAWS)
        axis = MonthAxis.between(program.start, program.horizon)
        blocks = make_blocks(program, NO_CO2, streams)
        zero = np.zeros_like(blocks.packages)
        build = BuildTimes(*(zero for _ in fields(BuildTimes)))
        sched = ScheduleResult(build, *(zero for _ in range(6)), zero.astype(int))
        a = sample_assumptions(NO_CO2, streams, "energy", EnergyAssumptions)
        common = (program, NO_CO2, blocks, sched)
        cond = site_conditions(*common, axis, streams, a)
        return accounts(*common, cond, np.full_like(cond.pue, 100.0), axis, streams, a), a, streams

    (here, a, streams), (there, _, _) = energy("ercot"), energy("germany")
    assert np.array_equal(here.supply_mwh, there.supply_mwh)
    assert np.array_equal(here.energy_cost_usd[:, 1], there.energy_cost_usd[:, 1])
    (gas,), _, _, _ = _prices(("germany",))
    heat = CATALOG.fact("technologies/recip-engine/heat_rate_mmbtu_per_mwh")
    burned = streams.sample(heat.path, heat.distribution)
    more = burned * (gas.price_usd_per_mmbtu - a.gas_price_usd_per_mmbtu)
    mwh = here.supply_mwh[:, 0, here.sources.index("recip-engine")]
    difference = there.energy_cost_usd[:, 0] - here.energy_cost_usd[:, 0]
    assert difference == pytest.approx(mwh * more[:, None] * gas.index, rel=1e-6)
    assert np.median(more) > 40.0  # USD/MWh


def test_a_programme_sets_the_price_of_an_area(tmp_path):
    """Through the whole chain: plan and bill of a campus moved to Germany follow `[facts]`."""

    def run(name, facts=""):
        path = tmp_path / f"{name}.toml"
        path.write_text(
            'extends = "single-campus"\n' + facts + '[[site]]\nid = "plains"\ngrid = "germany"\n'
        )
        loaded = load_program(str(path))
        (source,) = (
            s for s in plan_inputs(loaded)["plains"].sources if s.name == "recip-engine"
        )  # fmt: skip
        energy = run_chain(loaded, Streams(seed=1, draws=16)).energy
        return source.usd_per_mwh, energy.energy_cost_usd.sum(axis=(1, 2)).mean()

    plan, bill = run("as-told")
    cheap_plan, cheap_bill = run("cheap", f'[facts]\n"grids/germany/{KEY}" = 4.0\n')
    assert cheap_plan < plan - 50.0
    assert cheap_bill < 0.995 * bill  # sun and grid carry much of it there
