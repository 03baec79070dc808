"""Tables of a run about its sites' energy: indicators and rules."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

import numpy as np
import pytest
from factories import small_program

from gigawatt.catalog import load_catalog
from gigawatt.catalog.facts import Status
from gigawatt.energy.site_inputs import central_reserve
from gigawatt.program.load import Loaded
from gigawatt.program.model import CleanPower
from gigawatt.study.chain import run_chain
from gigawatt.study.frame import Frame
from gigawatt.study.outputs import chunk_output
from gigawatt.study.sites.site_indicators import indicator_rows
from gigawatt.study.sites.site_rules import rule_rows, site_facts
from gigawatt.study.sites.site_supply import site_plans
from gigawatt.study.sites.site_years import (
    METRICS,
    accounts,
    permit_class,
    source_rows,
    water_rows,
    with_accounts,
    year_rows,
)
from gigawatt.study.tables.customer_tables import LATE, LEAVES, PLANNED, customer_rows
from gigawatt.study.tables.grid_tables import account_rows, grid_view_rows
from gigawatt.uncertainty.streams import Streams

CATALOG = load_catalog()


@pytest.fixture(scope="module")
def run():
    program = small_program()
    loaded = Loaded.__new__(Loaded)
    for name, value in (("program", program), ("catalog", CATALOG)):
        object.__setattr__(loaded, name, value)
    streams = Streams(seed=1, draws=50)
    plans = site_plans(loaded)
    chain = run_chain(loaded, streams, plans=plans)
    kept = with_accounts(chunk_output(chain, streams.record), chain, loaded, plans)
    return Frame(program, chain.axis, chain.blocks, kept), chain


@pytest.fixture(scope="module")
def plans(run):
    frame, _ = run
    loaded = Loaded.__new__(Loaded)
    for name, value in (("program", frame.program), ("catalog", CATALOG)):
        object.__setattr__(loaded, name, value)
    return site_plans(loaded)


def test_indicators_add_up_to_the_energy_of_the_run(run):
    frame, chain = run
    rows = indicator_rows(frame, CATALOG, chain.energy.sources)
    facility = chain.energy.supply_mwh.sum(axis=(1, 2, 3)).mean()
    assert sum(r["facility_mwh"] for r in rows) == pytest.approx(facility)
    for row in rows:
        assert 1.03 < row["pue"] < 1.4
        assert row["wue_l_per_kwh"] >= 0.0
        assert 0.1 < row["cue_kg_per_kwh"] < 1.0
    on_site = sum(r["nox_t"] for r in rows)
    burned = sum(
        chain.energy.supply_mwh[:, :, k].sum(axis=(1, 2)).mean()
        * CATALOG.fact(f"emissions/{s}/nox_kg_per_mwh").value
        for k, s in enumerate(chain.energy.sources) if s in CATALOG.records["emissions"]
    )  # fmt: skip
    assert on_site == pytest.approx(burned / 1e3)


def test_accounts_by_year_hold_together(run):
    frame, chain = run
    told = accounts(frame)
    for name, values in told.items():
        assert np.all(np.isfinite(values)), name
        assert np.all(values >= -1e-6), name
    whole = told["facility_mwh"]
    assert np.all(told["matched_hourly_mwh"] <= told["matched_annual_mwh"] * (1 + 1e-9) + 1e-6)
    assert np.all(told["matched_hourly_mwh"] <= told["cfe_mwh"] + 1e-3 * whole + 1e-6)
    assert np.all(told["scope2_market_hourly_t"] <= told["scope2_location_t"] * (1 + 1e-9) + 1e-6)
    assert told["co2_t"].sum() == pytest.approx(chain.energy.co2_t.sum())
    assert told["cost_usd"].sum() == pytest.approx(chain.energy.energy_cost_usd.sum())
    clean = [k for k, s in enumerate(chain.energy.sources)
             if s in ("pv-tracked", "wind-onshore", "battery")]  # fmt: skip
    own = chain.energy.supply_mwh[:, :, clean].sum()
    assert told["matched_hourly_mwh"].sum() == pytest.approx(
        own, rel=1e-2, abs=1.0
    )  # losses of grid power


def test_tables_of_years_sources_and_days(run):
    frame, chain = run
    rows = year_rows(frame)
    assert {r["metric"] for r in rows} == set(METRICS)
    for row in rows:
        assert row["p10"] <= row["p50"] <= row["p90"]
    by_site = {(r["site"], r["year"]): r for r in indicator_rows(frame, CATALOG, ())}
    for row in rows:
        mean = by_site[row["site"], row["year"]].get(row["metric"])
        if mean is not None and row["draws_share"] == 1.0:
            assert row["mean"] == pytest.approx(mean), row
    sources = source_rows(frame, chain.energy.sources)
    paid = sum(r["fixed_usd"] + r["running_usd"] for r in sources)
    assert paid == pytest.approx(chain.energy.energy_cost_usd.sum() / frame.count)
    days = water_rows(frame, CATALOG)
    year = days[0]["year"]
    at = frame.axis.years() == year
    water = chain.energy.water_m3[:, :, at].sum() / frame.count
    assert sum(r["water_m3"] for r in days) == pytest.approx(water)
    assert len(days) == 365 * len({r["site"] for r in days})
    for site in {r["site"] for r in days}:
        largest = max(r["water_m3"] for r in days if r["site"] == site)
        told = by_site[site, year]["water_peak_day_m3"]
        assert largest <= told * (1 + 1e-9)  # mean of each draw's largest day


def test_class_of_the_air_permit_follows_the_thresholds():
    psd = CATALOG.fact("siterules/us-psd/threshold").value
    assert permit_class(CATALOG, "US", psd, steam=False) == "PSD"
    assert permit_class(CATALOG, "US", psd - 1e-6, steam=False) == "Title V"
    assert permit_class(CATALOG, "US", psd - 1e-6, steam=True) == "PSD"
    assert permit_class(CATALOG, "US", 90.0, steam=True) == "minor"
    assert permit_class(CATALOG, "US", 23.0, steam=False, ozone_area="severe") == "NNSR"
    assert permit_class(CATALOG, "US", 22.0, steam=False, ozone_area="severe") == "minor"
    assert permit_class(CATALOG, "US", 0.0, steam=False) == ""
    assert permit_class(CATALOG, "DE", 1e6, steam=False) == ""


def test_contracts_match_the_year_before_they_match_the_hour():
    def share(kind, factor):
        base = small_program()
        grid = next(s for s in base.sites if s.phases[0].route == "grid")
        power = sum(p.power_mw.central for p in grid.phases)
        bought = CleanPower("c", kind, factor * power * 8760.0, Status.ASSUMED)
        program = replace(base, sites=(replace(grid, clean_power=(bought,)),))
        loaded = Loaded.__new__(Loaded)
        for name, value in (("program", program), ("catalog", CATALOG)):
            object.__setattr__(loaded, name, value)
        streams = Streams(seed=1, draws=8)
        plans = site_plans(loaded)
        chain = run_chain(loaded, streams, plans=plans)
        kept = with_accounts(chunk_output(chain, streams.record), chain, loaded, plans)
        told = accounts(Frame(program, chain.axis, chain.blocks, kept))
        last = {name: values[:, 0, -1].sum() for name, values in told.items()}
        whole = last["facility_mwh"]
        return {n: last[f"{n}_mwh"] / whole for n in ("matched_annual", "matched_hourly", "cfe")}

    sun, flat, paper = share("solar", 2.0), share("nuclear", 2.0), share("certificates", 2.0)
    assert sun["matched_annual"] == flat["matched_annual"] == paper["matched_annual"] == 1.0
    assert 0.2 < sun["matched_hourly"] < 0.7
    assert flat["matched_hourly"] == pytest.approx(1.0, abs=1e-3)
    assert paper["matched_hourly"] < min(0.5, sun["matched_hourly"])  # its own sun alone
    assert paper["cfe"] < sun["cfe"] < flat["cfe"] == pytest.approx(1.0, abs=1e-3)
    half = share("nuclear", 0.2)
    assert half["matched_hourly"] == pytest.approx(half["matched_annual"], rel=0.02)


def test_rules_see_the_plant_of_the_plans(run, plans):
    frame, _ = run
    emissions = CATALOG.records["emissions"]
    for s, site in enumerate(frame.blocks.sites):
        if site not in plans:
            continue
        facts, last = site_facts(frame, CATALOG, s, plans[site]), plans[site].stages[-1]
        held = dict(zip(plans[site].capacities, last.capacity_mw, strict=True))
        engines = sum(mw for name, mw in held.items()
                      if name in CATALOG.records["technologies"] and mw > 0.05)  # fmt: skip
        assert facts.facility_mw == pytest.approx(last.facility_mw)
        assert facts.onsite_mw == pytest.approx(engines)
        assert facts.contract_margin_mw == pytest.approx(last.grid_mw - last.import_peak_mw)
        assert facts.renewable_share == pytest.approx(last.hours.figure("ref"))
        burned = sum(
            float(last.supply_mwh[k].sum()) * emissions[n].value("nox_kg_per_mwh")
            for k, n in enumerate(plans[site].sources) if n in emissions
        ) / 1e3  # fmt: skip
        row = next(r for r in account_rows(plans, CATALOG, frame.program.sites)
                   if r["site"] == site and r["number"] == len(plans[site].stages)
                   and r["load_share"] == 1.0)  # fmt: skip
        assert row["nox_t"] == pytest.approx(burned)
        assert (
            facts.nox_t_per_year >= row["nox_t"] - 0.1
        )  # plant of less than 0.05 MW; potential: reserve, all hours


def test_accounts_agree_with_the_plan(run, plans):
    frame, _ = run
    for row in account_rows(plans, CATALOG, frame.program.sites):
        stage = plans[row["site"]].stages[row["number"] - 1]
        assert row["matched_hourly_share"] <= row["cfe_share"] + 1e-4  # losses of the battery
        if row["load_share"] < 1.0:
            part = round(row["load_share"] / 0.25) - 1
            assert row["load_mwh"] == pytest.approx(stage.part_supply_mwh[part].sum(), rel=1e-2)
            continue
        assert row["scope1_t"] + row["scope2_location_t"] == pytest.approx(stage.co2_t.sum())
        assert (
            0.0 <= row["matched_hourly_share"] <= row["matched_annual_share"] + 1e-9 <= 1.0 + 1e-9
        )
        grid = plans[row["site"]].sources.index("grid")
        imported = stage.supply_mwh[grid].sum()
        paid = imported * (row["grid_usd_per_mwh"] or 0.0)
        own = (stage.cost_usd.sum() - paid) if row["own_usd_per_mwh"] else 0.0
        assert own >= 0.0


def test_grid_view(run, plans):
    frame, _ = run
    shape = {"site": "", "phases": "", "ramp_mw_per_min": 3.0, "drop_mw": 40.0}
    shapes = [{**shape, "site": site, "phases": " ".join(p.id for p in one.phases)}
              for site, one in ((s.id, s) for s in frame.program.sites)]  # fmt: skip
    rows = grid_view_rows(frame, CATALOG, plans, shapes)
    assert rows
    for row in rows:
        assert row["firm_mw"] + row["non_firm_mw"] == pytest.approx(row["contract_mw"])
        assert row["coincident_mw"] <= row["import_peak_mw"] + 1e-6
        peak = CATALOG.fact(f"areas/{row['grid']}/peak_load_mw").value
        assert row["area_share"] == pytest.approx(row["coincident_mw"] / peak)
        share = CATALOG.fact(f"grids/{row['grid']}/curtailment_share").value
        assert row["curtailed_mwh"] == pytest.approx(share * row["import_mwh"])


def test_other_customers_by_year(run, plans):
    frame, _ = run
    rows = customer_rows(frame.program, CATALOG, plans)
    assert {r["case"] for r in rows} == set(LEAVES)
    for row in rows:
        paid = row["paid_usd"] + row["resold_usd"]
        assert row["shortfall_usd"] == pytest.approx(row["requirement_usd"] - paid)
        sales = CATALOG.fact(f"areas/{row['grid']}/sales_twh").value * 1e6
        assert row["usd_per_mwh"] == pytest.approx(row["shortfall_usd"] / sales)
        left = LEAVES[row["case"]]
        gone = left is not None and row["year"] > left
        assert gone or row["stranded_usd"] == 0.0
    first = [r["paid_usd"] for r in rows if r["case"] == LATE and r["year"] <= 2]
    ready = [r["paid_usd"] for r in rows if r["case"] == PLANNED and r["year"] <= 2]
    assert sum(first) <= sum(ready)


def test_every_grid_has_an_area():
    assert set(CATALOG.records["areas"]) == set(CATALOG.records["grids"])


def test_rules_of_the_sites(run):
    frame, _ = run
    rows = rule_rows(frame, CATALOG)
    assert {r["site"] for r in rows} == set(frame.blocks.sites)
    for s in range(len(frame.blocks.sites)):
        facts = site_facts(frame, CATALOG, s)
        assert facts.grid_mw + facts.onsite_mw == pytest.approx(facts.facility_mw)
        assert facts.started is None or facts.started > dt.date(2026, 1, 1)
        reserve = central_reserve("recip-engine", CATALOG, facts.onsite_mw)
        potential = facts.onsite_mw / (1.0 - reserve) * 8760 * 0.10 / 1e3
        assert facts.nox_t_per_year == pytest.approx(potential)
    for row in rows:
        assert row["applies"] in ("yes", "no", "open")
        assert (row["met"] == "") == (row["applies"] == "no")
        assert row["short_by"] is None or np.isfinite(row["short_by"])
