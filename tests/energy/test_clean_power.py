"""Contracts for clean power: what they pay, what their power is worth, what the ledger holds."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

import numpy as np
import pytest
from factories import small_program, small_site

from gigawatt.catalog import load_catalog
from gigawatt.catalog.facts import Status
from gigawatt.energy.clean_power import central_year, contract_months, month_factors
from gigawatt.energy.site_inputs import site_weather
from gigawatt.energy.site_prices import grid_price_hours
from gigawatt.errors import ProblemsError
from gigawatt.program.load import load_program
from gigawatt.program.model import CleanPower
from gigawatt.quantity.calendar import MonthAxis
from gigawatt.study.chain import run_chain
from gigawatt.uncertainty.distributions import Point
from gigawatt.uncertainty.streams import Streams

CATALOG = load_catalog()
DRAWS = 12


def _contract(kind, **more):
    given = {"price_usd_per_mwh": Point(40.0), **more}
    return CleanPower("c", kind, 1e5, Status.ASSUMED, **given)


@pytest.mark.parametrize("kind", ["solar", "wind", "steady", "nuclear", "certificates"])
def test_power_is_worth_the_price_of_its_hours(kind):
    site = replace(small_site("one"), grid="ercot")
    share, factor = month_factors(site, _contract(kind), CATALOG)
    assert share.sum() == pytest.approx(1.0)
    if kind == "certificates":
        assert not factor.any()
        return
    price = grid_price_hours(site, CATALOG, 1.0, site_weather(site, CATALOG))
    if kind in ("steady", "nuclear"):
        assert share @ factor == pytest.approx(1.0)
        return
    weather = site_weather(site, CATALOG)
    course = weather.pv_per_dc if kind == "solar" else weather.wind_pu
    assert share @ factor == pytest.approx(price @ course / course.sum())
    assert share @ factor < 1.0  # sun and wind earn less than the mean


def test_a_year_at_central_values():
    site = replace(small_site("one"), grid="ercot", clean_power=(_contract("nuclear"),),
                   price_usd_per_mwh=Point(55.0))  # fmt: skip
    (row,) = central_year(site, CATALOG)
    assert row["paid_usd_per_year"] == pytest.approx(4e6)
    assert row["value_usd_per_year"] == pytest.approx(5.5e6)
    assert central_year(replace(site, clean_power=()), CATALOG) == []


KEYS = """
[[site]]
id = "plains"
  [[site.clean_power]]
  id = "steady"
  kind = "steady"
  mwh_per_year = 87600
  start = 2030-01-01
  end = 2032-01-01
  {more}
"""


def _chain(tmp_path, more):
    path = tmp_path / "p.toml"
    path.write_text('extends = "single-campus"\n' + KEYS.format(more=more))
    return run_chain(load_program(str(path)), Streams(seed=1, draws=DRAWS))


def test_the_ledger_holds_the_contract_once_and_all_else_is_as_before(tmp_path):
    terms = 'price_usd_per_mwh = 40\n  escalation_share = 0.10\n  seller = "windco"'
    without, bought = _chain(tmp_path, ""), _chain(tmp_path, terms)
    legs = {}
    for e in bought.ledger.entries:
        if e.instrument == "plains/steady":
            legs[e.leg] = e
    assert set(legs) == {"contract_price", "market_value"}
    paid, worth = legs["contract_price"], legs["market_value"]
    assert (paid.payer, paid.payee) == ("cloud", "windco") == (worth.payee, worth.payer)
    assert not paid.investment
    by_month = paid.amount_usd[0]
    held = np.flatnonzero(by_month)
    assert len(held) == 24
    mwh = bought.energy.contracts[0].energy_mwh
    assert mwh.sum(axis=1) == pytest.approx(np.full(DRAWS, 2 * 87600.0))
    rise = by_month[held[12:]].sum() / by_month[held[:12]].sum()
    assert rise == pytest.approx(1.10, rel=1e-6)
    others = [e for e in bought.ledger.entries if e.instrument != "plains/steady"]
    before = {(e.payer, e.payee, e.instrument, e.leg): e.amount_usd for e in without.ledger.entries}
    for e in others:
        was = before[e.payer, e.payee, e.instrument, e.leg]
        if "bridge" not in e.instrument and e.leg not in ("tax", "distribution"):
            assert e.amount_usd == pytest.approx(was), e
    assert bought.energy.energy_cost_usd == pytest.approx(without.energy.energy_cost_usd)


def test_a_contract_at_the_grids_price_costs_nothing(tmp_path):
    """Steady power over whole years at the area's own price: both legs are the same."""
    chain = _chain(tmp_path, "price_usd_per_mwh = 40")
    flow = chain.energy.contracts[0]
    worth = flow.value_usd.sum(axis=1) / flow.energy_mwh.sum(axis=1)
    again = _chain(tmp_path, f"price_usd_per_mwh = {worth[0]:.6f}")
    same = again.energy.contracts[0]
    net = same.paid_usd[0].sum() - same.value_usd[0].sum()
    assert abs(net) < 1e-5 * same.paid_usd[0].sum()


@pytest.mark.parametrize(
    ("more", "words"),
    [
        ("escalation_share = 0.02", "give price_usd_per_mwh too"),
        ("price_usd_per_mwh = -5", "price_usd_per_mwh"),
        ('price_usd_per_mwh = "40 $/MW"', "price_usd_per_mwh"),
        ('seller = "No Body"', "seller"),
        ("price = 40", "price"),
    ],
)
def test_bad_terms_are_told(tmp_path, more, words):
    with pytest.raises(ProblemsError) as error:
        _chain(tmp_path, more)
    assert words in str(error.value)
    assert "clean_power" in str(error.value)


def test_an_end_before_the_start_is_told(tmp_path):
    path = tmp_path / "p.toml"
    text = 'extends = "single-campus"\n' + KEYS.format(more="")
    path.write_text(text.replace("2032-01-01", "2029-01-01"))
    with pytest.raises(ProblemsError, match="must be after start"):
        load_program(str(path))


def test_contracts_count_by_their_dates_month_by_month():
    """Sun from 2028 to mid-2032, nuclear from the first month, certificates in 2029 alone."""
    contracts = (
        replace(_contract("solar"), id="s", start=dt.date(2028, 1, 1), end=dt.date(2032, 7, 1)),
        replace(_contract("nuclear"), id="n"),
        replace(
            _contract("certificates"), id="c", start=dt.date(2029, 1, 1), end=dt.date(2030, 1, 1)
        ),
    )
    site = replace(small_site("one"), grid="ercot", clean_power=contracts)
    program = small_program(sites=(site,))
    axis = MonthAxis(dt.date(2026, 1, 1), 9 * 12)
    given = contract_months(program, CATALOG, axis)
    years = {
        name: getattr(given, name)[0].reshape(9, 12).sum(axis=1) / 1e5
        for name in ("all_mwh", "renewable_mwh", "hourly_mwh")
    }
    leap = 366 / 365
    first_half = month_factors(site, contracts[0], CATALOG)[0][:6].sum()
    assert years["hourly_mwh"][:2] == pytest.approx([1.0, 1.0])
    assert years["all_mwh"][3] == pytest.approx(3.0)
    assert years["renewable_mwh"][3] == pytest.approx(2.0)
    assert years["hourly_mwh"][2] == pytest.approx(2.0 * leap, rel=2e-3)
    assert years["renewable_mwh"][6] == pytest.approx(first_half, rel=0.01)
    assert years["renewable_mwh"][7:] == pytest.approx([0.0, 0.0])
