"""Hours of grid prices, price of CO2, plant that must run, matching: plan and bill."""

from __future__ import annotations

from dataclasses import fields, replace

import numpy as np
import polars as pl
import pytest
from factories import small_phase, small_program, small_site

from gigawatt.catalog import load_catalog
from gigawatt.catalog.facts import Status
from gigawatt.catalog.sampling import sample_assumptions
from gigawatt.energy.assumptions import EnergyAssumptions
from gigawatt.energy.case import read_case
from gigawatt.energy.case_problem import year_problem
from gigawatt.energy.least_cost import least_cost
from gigawatt.energy.price_hours import (
    COLD_MONTHS,
    MONTH,
    PROBABILITIES,
    SEASON,
    STEPS,
    departure,
    price_hours,
    price_shape,
)
from gigawatt.energy.site import accounts, site_conditions
from gigawatt.energy.site_inputs import StageMegawatts, site_inputs
from gigawatt.energy.site_plan import plan_hours
from gigawatt.energy.site_prices import grid_price_hours
from gigawatt.errors import ProblemsError
from gigawatt.program.blocks import make_blocks
from gigawatt.program.load import load_program
from gigawatt.program.model import CleanPower, PriceHours
from gigawatt.quantity.calendar import MonthAxis
from gigawatt.schedule.result import BuildTimes, ScheduleResult
from gigawatt.uncertainty.distributions import Point
from gigawatt.uncertainty.streams import Streams

CATALOG = load_catalog()
GRIDS = sorted(CATALOG.records["grids"])


@pytest.fixture(scope="module")
def cache(tmp_path_factory):
    return tmp_path_factory.mktemp("kept")


def _site(**changes):
    phase = small_phase("a", **changes.pop("phase", {}))
    return replace(small_site("one", phases=(phase,)), **changes)


def _plan(cache, site, grid_mw=130.0, load_mw=130.0):
    inputs = site_inputs(site, CATALOG, [StageMegawatts("a", 60.0, load_mw, grid_mw)], 0.0,
                         cache=cache)  # fmt: skip
    return inputs, plan_hours(inputs)


@pytest.mark.parametrize("grid", GRIDS)
def test_every_grid_has_a_shape_with_the_mean_and_duration_of_its_record(grid):
    shape = price_shape(grid, CATALOG)
    prices = price_hours(replace(shape, hourly_share=1.0), 70.0)
    assert prices.mean() == pytest.approx(70.0)
    table = np.quantile(prices, PROBABILITIES)
    told = np.interp((np.arange(STEPS) + 0.5) / STEPS, PROBABILITIES, shape.quantiles)
    assert table[1:-1] / 70.0 == pytest.approx(
        shape.quantiles[1:-1] / told.mean(), rel=0.05, abs=0.05
    )
    half = price_hours(replace(shape, hourly_share=0.5), 70.0)
    assert half == pytest.approx(35.0 + 0.5 * prices)
    assert np.array_equal(prices, price_hours(replace(shape, hourly_share=1.0), 70.0))


def test_weather_makes_prices_where_the_market_says_so():
    shape = price_shape("nyiso", CATALOG)
    rng = np.random.default_rng(1)
    heat = 10.0 + np.repeat(rng.normal(0.0, 5.0, 365), 24)
    dear = price_hours(shape, 50.0, heat, None)
    cold = np.isin(MONTH, COLD_MONTHS)
    summer = np.isin(MONTH, (5, 6, 7, 8))
    rank = departure(np.log(np.maximum(dear, 1.0)))
    hot = departure(heat)
    assert np.corrcoef(rank[cold], hot[cold])[0, 1] < -0.4
    assert np.corrcoef(rank[summer], hot[summer])[0, 1] > 0.4


def test_sun_earns_its_share_and_the_duration_curve_stays():
    shape = replace(price_shape("ercot", CATALOG), hourly_share=1.0)
    hour = np.arange(STEPS) % 24
    sun = np.clip(np.sin((hour - 6) / 12 * np.pi), 0.0, None)
    free, held = price_hours(shape, 50.0), price_hours(shape, 50.0, sun=sun)
    earned = [float(p @ sun / sun.sum() / 50.0) for p in (free, held)]
    assert earned[0] > 1.1 and earned[1] == pytest.approx(shape.sun_capture_share, abs=0.01)
    assert np.sort(held) == pytest.approx(np.sort(free))


def test_seasons_turn_south_of_the_equator():
    shape = price_shape("ercot", CATALOG)
    north, south = (price_hours(shape, 50.0, south=s) for s in (False, True))
    for prices, dear in ((north, 2), (south, 0)):
        assert max(range(4), key=lambda s: np.median(prices[s == SEASON])) == dear


def test_a_grid_without_statistics_is_flat():
    no_shape = replace(CATALOG, records={**CATALOG.records, "priceshapes": {}})
    assert np.ptp(grid_price_hours(_site(grid="ercot"), no_shape, 50.0, None)) == 0.0


def test_a_file_gives_the_course_and_utc_is_turned_to_local_time():
    given = tuple(np.arange(float(STEPS)))
    site = _site(price_hours=PriceHours(given, utc=False), lon=-97.0)
    local = grid_price_hours(site, CATALOG, 50.0, None)
    assert local.mean() == pytest.approx(50.0) and local[0] == 0.0
    utc = grid_price_hours(
        replace(site, price_hours=PriceHours(given, utc=True)), CATALOG, 50.0, None
    )
    assert utc[0] == local[6]  # midnight of UTC-6 is 6 h of UTC


def _programme(tmp_path, rows, head="price_usd_mwh", keys=""):
    (tmp_path / "prices.csv").write_text("\n".join([head, *rows]) + "\n")
    path = tmp_path / "p.toml"
    path.write_text('extends = "single-campus"\n[[site]]\nid = "plains"\n'
                    f'price_file = "prices.csv"\n{keys}')  # fmt: skip
    return str(path)


def test_price_file_is_the_price_of_plan_and_bill(tmp_path):
    rows = [f"{30 + n % 24}" for n in range(STEPS)]
    site = load_program(_programme(tmp_path, rows)).program.site("plains")
    assert site.price_usd_per_mwh == Point(41.5)
    assert site.price_hours.usd_per_mwh[25] == 31.0 and not site.price_hours.utc
    first = load_program(_programme(tmp_path, rows)).program.sha256
    stated = load_program(_programme(tmp_path, rows, keys="price_usd_per_mwh = 60\n"))
    assert stated.program.site("plains").price_usd_per_mwh == Point(60.0)
    rows[7] = "99"
    assert load_program(_programme(tmp_path, rows)).program.sha256 != first


@pytest.mark.parametrize(
    ("rows", "head", "words"),
    [
        (["40"] * 8784, "price_usd_mwh", "8760 hours of one year (a leap year"),
        (["40"] * 8000, "price_usd_mwh", "must be 8760 hours"),
        (["40"] * 8759 + [""], "price_usd_mwh,x", "cells"),
        (["40"] * 100 + ["n/a"] + ["40"] * 8659, "price_usd_mwh", "is no number; fill the gap"),
        (["40"] * 8760, "prices", "column is missing"),
        (["0.04"] * 8760, "price_usd_mwh", "is it USD/kWh?"),
        ([f"2022-01-01T00:00+02:00,{n}" for n in range(8760)], "utc,price_usd_mwh", "must be UTC"),
    ],
)  # fmt: skip
def test_wrong_price_files_are_one_clear_error(tmp_path, rows, head, words):
    with pytest.raises(ProblemsError, match=r"prices\.csv") as error:
        load_program(_programme(tmp_path, rows, head))
    assert words in str(error.value)
    assert len(error.value.problems) == 1


def test_a_file_that_is_not_there(tmp_path):
    name = _programme(tmp_path, [])
    (tmp_path / "prices.csv").unlink()
    with pytest.raises(ProblemsError, match="there is no such file"):
        load_program(name)


def test_storage_and_compute_earn_on_hours_that_differ(cache):
    """A battery is built where prices have hours, none where they are flat."""
    site = _site(grid="ercot", price_usd_per_mwh=Point(120.0))
    inputs, moving = _plan(cache, site)
    flat = plan_hours(replace(inputs, grid_usd_per_mwh=120.0))
    found = [
        p.plan.stages[0].capacity_mw[p.plan.capacities.index("battery")] for p in (moving, flat)
    ]
    assert found[0] > found[1] + 5.0


def test_bill_of_import_follows_the_plan(cache):
    """Sum of price x import of the plan's hours = import x mean price x factor."""
    inputs, found = _plan(cache, _site(grid="caiso"))
    stage, hours = found.plan.stages[0], found.hours[0]
    grid = found.plan.sources.index("grid")
    mean = inputs.grid_usd_per_mwh.mean()
    bill = (stage.supply_mwh[grid] * mean * stage.price_factor[-1]).sum()
    assert bill == pytest.approx((inputs.grid_usd_per_mwh * hours.served_mw[:, grid]).sum())
    assert stage.price_factor.shape == (4, 12)


def test_the_plan_pays_the_minimum_take(cache):
    inputs, found = _plan(cache, _site(grid="ercot"), grid_mw=130.0)
    stage = found.plan.stages[0]
    demand = stage.capacity_mw[found.plan.capacities.index("grid demand")]
    assert inputs.minimum_take_share == CATALOG.fact("assumptions/energy/minimum_take_share").value
    assert demand >= inputs.minimum_take_share * 130.0 - 1e-6


def test_plant_that_must_run_runs(cache):
    gas = {"route": "onsite", "onsite_technology": "recip-engine"}
    free_in, free = _plan(cache, _site(phase=gas), grid_mw=60.0)
    held_in, held = _plan(cache, _site(phase=gas, must_run_share=0.6), grid_mw=60.0)
    for inputs, found, least in ((free_in, free, 0.0), (held_in, held, 0.6)):
        k = found.plan.sources.index("recip-engine")
        mw = found.plan.stages[0].capacity_mw[k]
        share = found.hours[0].served_mw[:, k].min() / mw if mw > 1.0 else 1.0
        assert share >= least - 1e-6
        assert inputs.sources[0].must_run_share == least
        total = found.plan.stages[0].fixed_usd.sum() + found.plan.stages[0].running_usd.sum()
        weight = found.plan.objective_usd / total  # years x discount
        assert weight == pytest.approx(free.plan.objective_usd / (
            free.plan.stages[0].fixed_usd.sum() + free.plan.stages[0].running_usd.sum()
        ), rel=1e-3)  # fmt: skip
    assert held.plan.objective_usd >= free.plan.objective_usd * (1.0 - 1e-4)
    assert len(held.plan.sources) == len(free.plan.sources)


@pytest.mark.parametrize("share", [0.5, 0.9])
def test_matching_share_is_kept_and_contracts_count(cache, share):
    _, plain = _plan(cache, _site(grid="ercot"))
    _, own = _plan(cache, _site(grid="ercot", hourly_matching_share=share))
    contract = CleanPower("w", "steady", 6e5, Status.ASSUMED)
    _, bought = _plan(
        cache, _site(grid="ercot", hourly_matching_share=share, clean_power=(contract,))
    )
    for found in (own, bought):
        assert found.plan.stages[0].hours.figure("matched_hourly_share") >= share - 2e-3
    assert own.plan.objective_usd > bought.plan.objective_usd
    assert bought.plan.objective_usd >= plain.plan.objective_usd * (1.0 - 1e-3)


def test_contracts_hold_from_their_start_to_their_end(cache):
    import datetime as dt

    contract = CleanPower("w", "steady", 1e5, Status.ASSUMED, start=dt.date(2031, 1, 1),
                          end=dt.date(2032, 1, 1))  # fmt: skip
    axis = MonthAxis.between(dt.date(2026, 1, 1), dt.date(2040, 1, 1))
    stages = [StageMegawatts("a", 48.0, 90.0, 90.0), StageMegawatts("b", 72.0, 130.0, 130.0)]
    inputs = site_inputs(_site(clean_power=(contract,)), CATALOG, stages, 0.0, cache=cache,
                         month_of=axis.position)  # fmt: skip
    first, last = inputs.stages
    assert first.contracts[0].energy_mwh.sum() == pytest.approx(0.5e5)  # a year of two
    assert last.contracts == ()


def _energy(site, catalog=CATALOG):
    program = small_program(sites=(site,))
    streams = Streams(seed=3, draws=20)
    axis = MonthAxis.between(program.start, program.horizon)
    blocks = make_blocks(program, catalog, streams)
    zero = np.zeros_like(blocks.packages)
    build = BuildTimes(*(zero for _ in fields(BuildTimes)))
    sched = ScheduleResult(build, *(zero for _ in range(6)), zero.astype(int))
    a = sample_assumptions(catalog, streams, "energy", EnergyAssumptions)
    common = (program, catalog, blocks, sched)
    cond = site_conditions(*common, axis, streams, a)
    drawn = np.full_like(cond.pue, 50.0)
    return accounts(*common, cond, drawn, axis, streams, a), axis


def test_co2_of_own_plant_is_paid_in_plan_and_bill(cache):
    gas = {"route": "onsite", "onsite_technology": "recip-engine"}
    free, paid = (_site(phase=gas, co2_price_usd_per_t=Point(v)) for v in (0.0, 100.0))
    stages = [StageMegawatts("a", 6.0, 100.0, 0.0)]
    plant = [site_inputs(s, CATALOG, stages, 0.0, cache=cache).sources[0] for s in (free, paid)]
    assert plant[1].usd_per_mwh - plant[0].usd_per_mwh == pytest.approx(
        100 * plant[0].co2_t_per_mwh
    )
    (without, _), (with_it, axis) = _energy(free), _energy(paid)
    more = with_it.energy_cost_usd - without.energy_cost_usd
    per_t = more / with_it.co2_t
    assert np.all(per_t > 80.0)  # 100 in dollars of the price year, with inflation
    assert per_t[:, 0, -1].mean() > per_t[:, 0, 0].mean()
    del axis


def test_europe_has_a_price_of_co2_and_texas_none(cache):
    gas = {"route": "onsite", "onsite_technology": "recip-engine"}
    for grid, least, most in (("germany", 60, 140), ("great-britain", 50, 130), ("ercot", 0, 0)):
        fact = CATALOG.record("grids", grid).facts.get("co2_price_usd_per_t")
        value = 0.0 if fact is None else fact.value
        assert least <= value <= most
        stages = [StageMegawatts("a", 6.0, 100.0, 0.0)]
        site = _site(grid=grid, phase=gas)
        own = site_inputs(site, CATALOG, stages, 0.0, cache=cache).sources[0]
        free = replace(site, co2_price_usd_per_t=Point(0.0))
        other = site_inputs(free, CATALOG, stages, 0.0, cache=cache).sources[0]
        assert own.usd_per_mwh - other.usd_per_mwh == pytest.approx(value * own.co2_t_per_mwh)


def test_least_cost_on_made_prices_is_near_that_on_the_true_ones(shared):
    """The campus on ERCOT 2022: true prices against ones made from the catalog's statistics."""
    folder = shared / "reference" / "energy" / "case_campus_ercot2022_base"
    market = pl.read_csv(shared / "reference" / "energy" / "market_2022_ercot.csv.gz")
    problem = year_problem(read_case(folder))
    k = problem.offer_number("grid")
    true = np.asarray(problem.offers[k].usd_per_mwh)
    heat, wind = (np.roll(market[c].to_numpy(), -6) for c in ("drybulb_c", "wind_10m_ms"))
    shape = replace(price_shape("ercot", CATALOG), hourly_share=1.0, month_share=1.0)
    found = []
    for prices in (true, *(np.roll(price_hours(shape, true.mean(), heat, wind, n), 6)
                           for n in range(3))):  # fmt: skip
        offers = list(problem.offers)
        offers[k] = replace(offers[k], usd_per_mwh=prices)
        found.append(least_cost(replace(problem, offers=tuple(offers)), 1e-4).objective_usd)
    error = np.array(found[1:]) / found[0] - 1.0
    print("error of least cost:", [f"{e:+.2%}" for e in error])
    assert np.all(np.abs(error) < 0.03)
