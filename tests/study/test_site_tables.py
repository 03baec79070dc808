"""Tables of a run about its sites' energy: indicators and rules."""

from __future__ import annotations

import datetime as dt

import numpy as np
import pytest
from factories import small_program

from gigawatt.catalog import load_catalog
from gigawatt.energy.site_inputs import central_reserve
from gigawatt.program.load import Loaded
from gigawatt.study.answers import Frame
from gigawatt.study.chain import run_chain
from gigawatt.study.outputs import chunk_output
from gigawatt.study.site_indicators import indicator_rows
from gigawatt.study.site_rules import rule_rows, site_facts
from gigawatt.uncertainty.streams import Streams

CATALOG = load_catalog()


@pytest.fixture(scope="module")
def run():
    program = small_program()
    loaded = Loaded.__new__(Loaded)
    for name, value in (("program", program), ("catalog", CATALOG)):
        object.__setattr__(loaded, name, value)
    streams = Streams(seed=1, draws=50)
    chain = run_chain(loaded, streams)
    return Frame(program, chain.axis, chain.blocks, chunk_output(chain, streams.record)), chain


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
    engines = [k for k, s in enumerate(chain.energy.sources) if s == "recip-engine"]
    burned = chain.energy.supply_mwh[:, :, engines].sum(axis=(1, 2, 3)).mean()
    per_mwh = CATALOG.fact("emissions/recip-engine/nox_kg_per_mwh").value
    assert on_site == pytest.approx(burned * per_mwh / 1e3)


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
