"""Accounts of energy: balances, limits, published anchors, bad input."""

from __future__ import annotations

import datetime as dt
from dataclasses import fields

import numpy as np
import pytest
from factories import small_phase, small_program, small_site
from hypothesis import given, settings
from hypothesis import strategies as st

from gigawatt.catalog.loader import load_catalog
from gigawatt.catalog.sampling import sample_assumptions
from gigawatt.energy.assumptions import EnergyAssumptions
from gigawatt.energy.cooling import at_part_load, monthly_course
from gigawatt.energy.facility import facility_hours, plant_of
from gigawatt.energy.gas import gas_prices, running_cost_usd_per_mwh
from gigawatt.energy.site import accounts, billed_mw, site_conditions
from gigawatt.energy.site_inputs import site_weather
from gigawatt.energy.supply import (
    grid_supply,
    plant,
    price_index,
    reserve_share,
    source_names,
)
from gigawatt.errors import InputError
from gigawatt.program.blocks import make_blocks
from gigawatt.program.reserve import reserve_of_load, unit_facts
from gigawatt.quantity.calendar import MonthAxis
from gigawatt.quantity.money import level_payment_factor
from gigawatt.schedule.result import BuildTimes, ScheduleResult
from gigawatt.uncertainty.distributions import Point
from gigawatt.uncertainty.streams import Streams

YEAR = 8760.0


def _schedule(blocks, energised=0.0, in_service=0.0):
    zero = np.zeros_like(blocks.packages)
    build = BuildTimes(*(zero for _ in fields(BuildTimes)))
    return ScheduleResult(
        build=build, funded=zero, ordered=zero, delivered=zero, energised=zero + energised,
        equipped=zero + in_service, in_service=zero + in_service, binding=zero.astype(int),
    )  # fmt: skip


class Case:
    def __init__(self, draws=40, start=0, stop=0, energised=0.0, in_service=0.0, **changes):
        self.program = small_program(**changes)
        self.catalog = load_catalog()
        self.streams = Streams(seed=11, draws=draws, start=start, stop=stop)
        self.axis = MonthAxis.between(self.program.start, self.program.horizon)
        self.blocks = make_blocks(self.program, self.catalog, self.streams)
        self.sched = _schedule(self.blocks, energised, in_service)
        self.a = sample_assumptions(self.catalog, self.streams, "energy", EnergyAssumptions)

    def conditions(self):
        return site_conditions(
            self.program, self.catalog, self.blocks, self.sched, self.axis, self.streams, self.a
        )

    def accounts(self, it_mw, cond=None):
        return accounts(
            self.program, self.catalog, self.blocks, self.sched, cond or self.conditions(), it_mw,
            self.axis, self.streams, self.a,
        )  # fmt: skip

    def it_in_service(self):
        out = np.zeros((self.streams.size, len(self.program.sites), self.axis.count))
        for b in range(self.blocks.count):
            out[:, self.blocks.site[b]] += self.blocks.it_power_mw[:, b, None]
        return out


@pytest.fixture(scope="module")
def case():
    return Case()


@pytest.fixture(scope="module")
def mixed():
    """One site with a grid phase, an engine phase and a fuel-cell phase."""
    phases = (
        small_phase("a"),
        small_phase("b", route="onsite"),
        small_phase("c", route="onsite", onsite_technology="fuel-cell"),
    )
    return Case(sites=(small_site("mixed", phases=phases),))


@settings(deadline=None, max_examples=25)
@given(st.floats(0.0, 1.0), st.integers(0, 2**31))
def test_energy_balance(mixed, load, seed):
    noise = np.random.default_rng(seed).random((40, 1, mixed.axis.count))
    it = mixed.it_in_service() * load * noise
    cond = mixed.conditions()
    energy = mixed.accounts(it, cond)
    assert energy.sources == ("grid", "recip-engine", "fuel-cell")
    full = mixed.it_in_service()
    course = monthly_course(mixed.program.sites[0], mixed.catalog)
    overhead = at_part_load(course.overhead, mixed.axis.months_of_year(), it / full)
    used = (it + full * (cond.pue - 1.0) * overhead) * mixed.axis.hours()
    assert energy.supply_mwh.sum(axis=2) == pytest.approx(used, rel=1e-12, abs=1e-9)
    assert np.all(used >= it * cond.pue * mixed.axis.hours() * (1.0 - 1e-12))
    assert energy.supply_mwh.min() >= 0.0
    assert energy.energy_cost_usd.min() >= 0.0
    assert energy.co2_t.min() >= 0.0
    assert energy.water_m3.min() >= 0.0


@pytest.mark.parametrize(("load", "rise"), [(1.0, 0.0), (0.6, 0.0097), (0.25, 0.071)])
def test_pue_rises_at_part_load(case, load, rise):
    """As the hourly model has it: at a steady load, the PUE of the year over that at full load."""
    it = load * case.it_in_service()
    energy, cond = case.accounts(it), case.conditions()
    hours = case.axis.hours()
    pue = energy.supply_mwh.sum(axis=(2, 3)) / (it * hours).sum(axis=2)
    full = (cond.pue * hours).sum(axis=2) / hours.sum()
    plant, weather = (
        plant_of(case.catalog, "closed-loop-dry"),
        site_weather(case.program.sites[0], case.catalog),
    )
    model = [
        facility_hours(
            plant, weather.drybulb_c, weather.wetbulb_c, part, weather.pressure_pa
        ).pue.mean()
        for part in (load, 1.0)
    ]
    ratio = np.median((pue[:, 0] - 1.0) / (full[:, 0] - 1.0))
    print(f"PUE at {load:g}: {model[0] - model[1]:+.4f} in the model")
    assert model[0] - model[1] == pytest.approx(rise, abs=0.003)
    assert ratio == pytest.approx((model[0] - 1.0) / (model[1] - 1.0), rel=0.02)


def test_sources_share_by_power_in_service(mixed):
    energy = mixed.accounts(0.8 * mixed.it_in_service())
    shares = energy.supply_mwh / energy.supply_mwh.sum(axis=2, keepdims=True)
    assert shares == pytest.approx(np.full_like(shares, 1 / 3))
    assert energy.contract_mw == pytest.approx(np.full_like(energy.contract_mw, 200.0))


@settings(deadline=None, max_examples=15)
@given(st.floats(1.0, 1.4), st.floats(0.0, 0.3), st.floats(0.0, 1.0), st.floats(0.0, 0.5))
def test_a_larger_pue_or_load_never_costs_less(pue, more, load, more_load):
    def run(annual, share):
        site = small_site(pue_annual=Point(annual))
        one = Case(draws=4, sites=(site,), horizon=dt.date(2027, 12, 31))
        return one.accounts(share * one.it_in_service())

    small, large = run(pue, load), run(pue + more, load + more_load)
    for name in ("supply_mwh", "energy_cost_usd", "co2_t", "water_m3"):
        assert np.all(getattr(large, name) >= getattr(small, name) * (1 - 1e-12))


def test_ten_gigawatts_at_full_load_use_87_6_twh():
    site = small_site(
        pue_annual=Point(1.2), phases=(small_phase(power_mw=Point(10_000.0), buildings=50),)
    )
    one = Case(draws=3, sites=(site,), start=0, horizon=dt.date(2027, 12, 31))
    it = np.full((3, 1, one.axis.count), 10_000.0 / 1.2)
    twh = one.accounts(it).supply_mwh[:, 0, 0, :12].sum(axis=1) / 1e6
    print(f"10 GW at full load in 2026: {twh[0]:.3f} TWh (87.6)")
    assert twh == pytest.approx(87.6, rel=2e-3)  # PUE x hours: seasons and months do not align


def test_energy_cost_of_an_it_gigawatt_year_is_in_the_published_range(case):
    # one cost model has 0.6 bn USD per IT GW-year; at full load 0.44 to 0.79 for 50 to 90 USD/MWh
    load = 0.85
    it = load * case.it_in_service()
    energy = case.accounts(it)
    for s, name in enumerate(case.blocks.sites):
        cost = energy.energy_cost_usd[:, s, :12].sum(axis=1)
        per_gw = cost / case.it_in_service()[:, s, 0] * 1e3 / 1e9
        per_mwh = cost / energy.supply_mwh[:, s, :, :12].sum(axis=(1, 2))
        q, p = (np.quantile(x, [0.1, 0.5, 0.9]) for x in (per_gw, per_mwh))
        print(f"{name}: {q.round(2)} bn USD per IT GW-year, {p.round(0)} USD/MWh")
        assert 0.45 < q[1] < 0.9
        assert 45.0 < p[1] < 110.0


def test_carbon_of_ercot_and_of_engines(case):
    energy = case.accounts(0.8 * case.it_in_service())
    intensity = energy.co2_t.sum(axis=2) / energy.supply_mwh.sum(axis=(2, 3))
    grid, engine = np.median(intensity, axis=0)
    print(f"t CO2/MWh: ERCOT 2026-31 {grid:.3f} (0.35 in 2022), engines {engine:.3f} (0.456)")
    assert 0.28 < grid < 0.35
    assert engine == pytest.approx(0.456, rel=0.03)


def test_grid_intensity_starts_at_its_year_and_falls():
    one = Case(draws=50, start=0)
    early = MonthAxis(dt.date(2022, 1, 1), 24)
    site = one.program.sites[0]
    grid = grid_supply(site, one.catalog, early, one.streams, one.a)
    fact = one.catalog.fact("grids/ercot/co2_t_per_mwh")
    drawn = one.streams.sample(fact.path, fact.distribution)
    between = 0.5 * (grid.co2_t_per_mwh[:, 5] + grid.co2_t_per_mwh[:, 6])  # 1 July 2022
    assert between == pytest.approx(drawn, rel=1e-4)
    assert np.all(np.diff(grid.co2_t_per_mwh, axis=1) <= 0.0)


def test_on_site_power_costs_what_an_annuity_says(case):
    """LCOE by hand from the same draws, in dollars of 2025, at a load factor of 0.8."""
    one = plant("ccgt", case.catalog, case.axis, case.streams, case.a)

    def draw(path):
        return case.streams.sample(path, case.catalog.fact(path).distribution)

    rate, life = case.a.onsite_return_share, draw("technologies/ccgt/life_years")
    annuity = rate / (1.0 - (1.0 + rate) ** -life)
    assert level_payment_factor(rate, life) == pytest.approx(annuity)
    fixed = annuity * draw("technologies/ccgt/capex_usd_per_kw") + draw(
        "technologies/ccgt/fixed_om_usd_per_kw_year"
    )
    expected = fixed * 1e3 / (YEAR * 0.8)
    inflation = price_index(2025, 0.0, case.catalog, case.axis, case.streams)
    real = one.charge_usd_per_kw_month / inflation
    found = real * 12.0 * 1e3 / (YEAR * 0.8)
    assert found == pytest.approx(np.broadcast_to(expected[:, None], found.shape), rel=1e-9)
    (gas,) = gas_prices((small_site(),), case.catalog, case.axis, case.streams, case.a)
    lcoe = found[:, 0] + running_cost_usd_per_mwh(one, gas)[:, 0] / inflation[:, 0]
    middle = np.median(lcoe)
    print(f"combined cycle without reserve: {middle:.0f} USD/MWh (Lazard 2025: 48 to 109)")
    assert 48.0 < middle < 109.0


def test_price_index_is_one_in_the_middle_of_the_price_year(case):
    axis = MonthAxis(dt.date(2025, 1, 1), 36)
    index = price_index(2025, 0.01, case.catalog, axis, case.streams)
    assert 0.5 * (index[:, 5] + index[:, 6]) == pytest.approx(1.0, abs=1e-5)
    assert index[:, 24] / index[:, 12] == pytest.approx(index[:, 12] / index[:, 0])


def test_deliverable_power_carries_the_halls_on_most_days(case):
    cond = case.conditions()
    ratio = cond.deliverable_it_mw / case.it_in_service()
    assert np.median(ratio) > 1.0  # annual PUE is below design
    assert ratio.min() > 0.9
    assert np.all(cond.available_share <= 1.0)
    assert np.median(1.0 - cond.available_share) < 0.02


def test_reserve_follows_unit_size(case):
    """Small units need little, a few large ones a lot; a larger site needs a smaller share."""
    shares = {}
    for technology in ("fuel-cell", "recip-engine", "aeroderivative", "ccgt"):
        facts = unit_facts(technology, case.catalog, case.streams)
        small, large = (
            np.median(reserve_of_load(np.full(case.streams.size, mw), *facts))
            for mw in (200.0, 1000.0)
        )
        print(f"{technology}: reserve {small:.2f} at 200 MW, {large:.2f} at 1,000 MW")
        assert large < small
        shares[technology] = large
    assert list(shares.values()) == sorted(shares.values())
    assert shares["fuel-cell"] < 0.12
    assert shares["recip-engine"] < 0.2


def test_reserve_is_of_the_site_and_its_technology(case):
    share = reserve_share(case.blocks, "recip-engine", case.catalog, case.streams)
    assert (
        share.shape == case.blocks.facility_power_mw[:, :1].repeat(len(case.blocks.sites), 1).shape
    )
    assert np.all(share[:, 0] == 0.0)  # on the grid
    assert np.all((share[:, 1] > 0.0) & (share[:, 1] < 0.6))


def test_nothing_in_service_draws_nothing_but_contracts_are_paid():
    one = Case(draws=5, energised=6.0, in_service=np.inf)
    cond = one.conditions()
    energy = one.accounts(np.zeros_like(cond.pue), cond)
    assert np.all(cond.deliverable_it_mw == 0.0)
    assert np.all(cond.available_share == 1.0)
    assert np.all(energy.supply_mwh == 0.0)
    assert np.all(energy.energy_cost_usd[:, :, :6] == 0.0)
    assert np.all(energy.energy_cost_usd[:, :, 6:] > 0.0)
    assert np.all(energy.contract_mw[:, 0, 6:] == 200.0)
    assert np.all(energy.contract_mw[:, 1] == 0.0)  # on-site plant needs no contract


@given(st.floats(0.0, 300.0), st.floats(0.0, 300.0))
def test_billed_demand_lies_between_minimum_take_and_contract(load, contract):
    a = Case(draws=2).a
    billed = billed_mw(np.full((2, 1), load), np.full((2, 1), contract), a)
    assert np.all(billed >= a.minimum_take_share[:, None] * contract)
    assert np.all(billed <= contract)


def test_a_sites_own_price_replaces_the_grids(case):
    site = small_site(price_usd_per_mwh=Point(100.0))
    grid = grid_supply(site, case.catalog, case.axis, case.streams, case.a)
    index = price_index(2025, case.a.price_real_growth_share, case.catalog, case.axis, case.streams)
    assert grid.price_usd_per_mwh == pytest.approx(100.0 * index)


def test_results_do_not_depend_on_the_cut_into_chunks():
    whole, parts = Case(draws=20), [Case(20, s, s + 10) for s in (0, 10)]
    results = [c.accounts(0.7 * c.it_in_service()) for c in (whole, *parts)]
    for f in fields(results[0]):
        if f.name != "sources":
            joined = np.concatenate([getattr(r, f.name) for r in results[1:]])
            assert np.array_equal(joined, getattr(results[0], f.name))


@pytest.mark.parametrize(
    ("change", "message"),
    [({"grid": "erkot"}, "'ercot'"), ({"cooling": "closed-lop-dry"}, "'closed-loop-dry'")],
)
def test_unknown_names_say_the_nearest(case, change, message):
    site = small_site(**change)
    with pytest.raises(InputError, match=message):
        grid_supply(site, case.catalog, case.axis, case.streams, case.a)
        from gigawatt.energy.cooling import annual_pue

        annual_pue(site, case.catalog, case.streams)


def test_every_technology_and_grid_has_all_that_is_asked(case):
    (gas,) = gas_prices((small_site(),), case.catalog, case.axis, case.streams, case.a)
    for technology in case.catalog.records["technologies"]:
        one = plant(technology, case.catalog, case.axis, case.streams, case.a)
        cost = np.median(running_cost_usd_per_mwh(one, gas)[:, 0])
        co2 = np.median(one.co2_t_per_mwh)
        print(f"{technology}: {cost:.0f} USD/MWh running, {co2:.3f} t CO2/MWh")
        assert 15.0 < cost < 80.0
        assert 0.3 < co2 < 0.65
    for grid in case.catalog.records["grids"]:
        supply = grid_supply(small_site(grid=grid), case.catalog, case.axis, case.streams, case.a)
        assert np.all(supply.available_share > 0.97)
    assert source_names(case.blocks) == ("grid", "recip-engine")


def test_demand_is_billed_on_the_largest_import_of_the_plan(case):
    contract = np.full((case.streams.size, 3), 100.0)
    mean = np.full_like(contract, 50.0)
    assert np.all(billed_mw(mean, contract, case.a, 0.97) == 97.0)  # above the minimum take
    assert np.all(billed_mw(mean, contract, case.a, 1.3) == 100.0)  # never above the contract
    take = case.a.minimum_take_share[:, None] * contract
    assert billed_mw(mean, contract, case.a, 0.2) == pytest.approx(take)
