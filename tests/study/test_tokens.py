"""Tokens sold, their price and cost: sums agree with the ledger, and answers go the right way."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from gigawatt.catalog.facts import Catalog
from gigawatt.performance.hardware import load_system
from gigawatt.performance.rates import workload_rate
from gigawatt.performance.result import ServeRate
from gigawatt.program.load import Loaded, load_program
from gigawatt.study.books.stress import run_scenario, scenario, stress
from gigawatt.study.chain import Chain, run_chain
from gigawatt.study.comparison.hybrids import groups_of
from gigawatt.study.comparison.mixture import WORKLOADS, hybrid
from gigawatt.study.serving.renewals import late_blocks, renewed_hours
from gigawatt.study.serving.serving_fronts import serving_fronts
from gigawatt.study.serving.token_market import TokenMarket
from gigawatt.study.serving.token_sales import (
    PARTS,
    PhaseTokens,
    active_years,
    phase_tokens,
    token_sales,
)
from gigawatt.uncertainty.distributions import Point
from gigawatt.uncertainty.streams import Streams

DRAWS = 24
ANCHOR = "assumptions/money/revenue_usd_per_gw_year"
SERVING = "prices/served-tokens/anchor_serving_share"
FLEET = "world/market-fleet"


def on(basis: str, loaded: Loaded | None = None) -> Loaded:
    held = loaded or load_program("single-campus")
    return replace(held, program=replace(held.program, revenue_basis=basis))


def with_workload(loaded: Loaded, **changes: object) -> Loaded:
    """Serving workloads changed."""
    workloads = tuple(
        replace(w, **changes) if w.kind == "serve" else w  # type: ignore[arg-type]
        for w in loaded.program.workloads
    )
    return replace(loaded, program=replace(loaded.program, workloads=workloads))


def with_fact(loaded: Loaded, path: str, value: float) -> Loaded:
    catalog: Catalog = loaded.catalog
    fact = replace(catalog.fact(path), distribution=Point(value))
    return replace(loaded, catalog=catalog.with_facts([fact]))


def chain_of(loaded: Loaded) -> Chain:
    return run_chain(loaded, Streams(4, DRAWS))


def phases_of(chain: Chain) -> PhaseTokens:
    return phase_tokens(
        chain.sales, chain.market, chain.blocks, chain.schedule, chain.money, chain.owner,
        chain.delivered, chain.demand, chain.rates, chain.energy,
    )  # fmt: skip


def booked(chain: Chain) -> np.ndarray:
    """Revenue in the ledger, (D,)."""
    found = [e.amount_usd.sum(axis=1) for e in chain.ledger.entries if e.leg == "revenue"]
    return np.sum(found, axis=0)


@pytest.fixture(scope="module")
def tokens() -> Chain:
    return chain_of(on("tokens"))


@pytest.fixture(scope="module")
def capacity() -> Chain:
    return chain_of(on("gw_year"))


def test_token_revenue_of_the_phases_is_that_of_the_ledger(tokens, capacity):
    for chain in (tokens, capacity):
        phases = phases_of(chain)
        by_phase = phases.revenue_usd.sum(axis=(1, 2, 3))
        by_capacity = phases.capacity_revenue_usd.sum(axis=(1, 2))
        assert by_phase.min() > 0.0
        ledger, other = (by_phase, by_capacity) if chain is tokens else (by_capacity, by_phase)
        np.testing.assert_allclose(ledger, booked(chain), rtol=1e-9)
        assert np.abs(other / booked(chain) - 1.0).max() > 0.05


def test_the_basis_moves_no_date_and_no_token(tokens, capacity):
    for one, other in (
        (tokens.schedule.in_service, capacity.schedule.in_service),
        (tokens.sales.output_tokens, capacity.sales.output_tokens),
        (tokens.market.output_usd_per_million, capacity.market.output_usd_per_million),
    ):
        np.testing.assert_array_equal(one, other)


def test_tokens_of_the_phases_are_those_that_impact_counts(tokens):
    phases = phases_of(tokens)
    sold = phases.output_tokens.sum(axis=(1, 2))
    np.testing.assert_allclose(sold, tokens.impact.output_tokens * tokens.sales.fill, rtol=1e-9)


def test_parts_and_work_make_up_the_whole_cost(tokens):
    phases = phases_of(tokens)
    parts = sum(phases.serving_cost_usd(part) for part in PARTS)
    np.testing.assert_allclose(parts, phases.serving_cost_usd(), rtol=1e-12)
    whole = sum(phases.cost_usd.values())
    assert (phases.serving_cost_usd().sum(axis=2) <= whole * (1.0 + 1e-12)).all()
    bill = tokens.energy.energy_cost_usd.sum(axis=(1, 2))
    # What a site pays in a year before anything is in service is no phase's.
    share = phases.cost_usd["energy"].sum(axis=(1, 2)) / bill
    assert share.max() <= 1.0 + 1e-9 and share.min() > 0.95 and np.median(share) > 1.0 - 1e-9


def test_revenue_goes_with_the_anchor_on_both_bases():
    for basis in ("tokens", "gw_year"):
        low, high = (chain_of(with_fact(on(basis), ANCHOR, v)) for v in (6e9, 12e9))
        np.testing.assert_allclose(booked(high), 2.0 * booked(low), rtol=1e-9)
        np.testing.assert_array_equal(low.sales.output_tokens, high.sales.output_tokens)


def with_market(loaded: Loaded, systems: str) -> Loaded:
    """The market serves on other systems."""
    records = {k: dict(v) for k, v in loaded.catalog.records.items()}
    record = records["world"]["market-fleet"]
    new = replace(record, attributes={**record.attributes, "systems": systems})
    records["world"]["market-fleet"] = new
    return replace(loaded, catalog=replace(loaded.catalog, records=records))


def only_serving(loaded: Loaded) -> Loaded:
    """All capacity serves, on one system."""
    work = [replace(w, share=Point(1.0)) for w in loaded.program.workloads if w.kind == "serve"]
    sites = tuple(
        replace(s, phases=tuple(replace(p, system="gb300-nvl72") for p in s.phases))
        for s in loaded.program.sites
    )
    program = replace(loaded.program, workloads=tuple(work), sites=sites)
    return replace(loaded, program=program)


def test_bases_agree_where_the_fleet_is_the_markets():
    """All of it serves, on the market's only system, which stays as it is."""
    held = only_serving(with_market(on("tokens"), "gb300-nvl72"))
    held = with_fact(with_fact(held, SERVING, 1.0), f"{FLEET}/later_generation_yearly_factor", 1.0)
    chain = chain_of(held)
    phases = phases_of(chain)
    by_tokens = phases.revenue_usd.sum(axis=(1, 2))
    by_capacity = phases.capacity_revenue_usd.sum(axis=1)
    assert by_capacity[:, -1].min() > 0.0
    # Tokens count the hours of a month, capacity a twelfth of the year.
    np.testing.assert_allclose(by_tokens, by_capacity, rtol=0.03)
    np.testing.assert_allclose(by_tokens[:, -1], by_capacity[:, -1], rtol=1e-3)


def test_a_better_market_pays_less_for_the_same_tokens(tokens):
    later = f"{FLEET}/later_generation_yearly_factor"
    kept = with_fact(on("tokens"), "assumptions/money/it_life_years", 20.0)  # nothing is renewed
    slow, quick = (booked(chain_of(with_fact(kept, later, v))) for v in (1.0, 1.6))
    assert (quick < slow).all()
    old = booked(chain_of(with_market(on("tokens"), "h100-sxm")))
    assert booked(tokens).mean() < old.mean()


def test_better_systems_earn_more_of_the_same_market():
    chain = chain_of(load_program("openai-nvidia-2025-09"))
    phases = phases_of(chain)
    earned = phases.revenue_usd.sum(axis=(0, 2)) / np.maximum(phases.gw_years.sum(axis=0), 1e-9)
    system = np.array([s for *_, s in phases.phases])
    tokens = phases.output_tokens.sum(axis=(0, 2)) / np.maximum(phases.gw_years.sum(axis=0), 1e-9)
    y = -2
    for key in (earned, tokens):
        ultra, vera = (key[system == s, y].mean() for s in ("rubin-ultra-nvl144", "vr200-nvl72"))
        assert ultra > vera > 0.0


def test_one_month_by_hand():
    """Revenue = revenue of a GW-year x tokens served here over those that the market sells."""
    chain = chain_of(with_fact(on("tokens"), "assumptions/money/it_life_years", 20.0))
    market = chain.market
    month = int(np.flatnonzero(chain.axis.years() == 2029)[0])
    served = np.zeros(DRAWS)
    for g, rate in enumerate(chain.rates.rates[0]):
        assert isinstance(rate, ServeRate)
        per_s = rate.output_tokens_per_s_per_package + rate.input_tokens_per_s_per_package
        hours = chain.delivered.delivered_package_hours[:, 0, g, 0, month]
        served += hours * 3600.0 * per_s * chain.rates.factor[:, 0, g, month]
    anchor = chain.money.prices.revenue_usd_per_gw_year.at(np.array([month + 0.5]))[:, 0]
    np.testing.assert_allclose(
        served / market.sold_tokens_per_gw_year[:, 0, month] * anchor,
        chain.sales.revenue_usd[:, 0, month], rtol=1e-9,
    )  # fmt: skip


@pytest.mark.parametrize("name", ["price-down-40", "it-life-3", "rates-up-300"])
def test_a_stress_on_a_base_is_that_of_the_whole_chain(tokens, name):
    case = scenario(name)
    on_base, whole = (
        run_scenario(on("tokens"), Streams(4, DRAWS), case, base=base) for base in (tokens, None)
    )
    for party, value in whole.npv_usd.items():
        np.testing.assert_allclose(on_base.npv_usd[party], value, rtol=1e-9, atol=1.0)


def test_a_workload_may_state_its_price(tokens):
    prices = {
        "input_price_usd_per_million_tokens": Point(0.05),
        "output_price_usd_per_million_tokens": Point(0.4),
    }
    chain = chain_of(with_workload(on("tokens"), **prices))
    before = int(np.floor(chain.money.as_of_month))
    assert chain.market.output_usd_per_million[:, 0, before] == pytest.approx(0.4)
    assert chain.market.input_usd_per_million[:, 0, before] == pytest.approx(0.05)
    own, other = (c.market.output_usd_per_million[:, 0] for c in (chain, tokens))
    np.testing.assert_allclose(own / own[:, :1], other / other[:, :1])


def test_a_faster_service_sells_fewer_and_dearer_tokens(tokens):
    quick = chain_of(with_workload(on("tokens"), tokens_per_s_per_user=110.0))
    total = [c.sales.output_tokens.sum() for c in (tokens, quick)]
    assert total[1] < total[0]
    price = [c.market.output_usd_per_million.mean() for c in (tokens, quick)]
    assert price[1] > price[0]


def test_speculation_and_pools_never_serve_less(tokens):
    best = tokens.rates.rates[0][0].output_tokens_per_s_per_package
    rates = {}
    for speculation in ("none", "auto"):
        for pools in ("one", "two", "auto"):
            held = with_workload(on("tokens"), speculation=speculation, pools=pools)
            rates[speculation, pools] = run_chain(held, Streams(4, 1)).rates.rates[0][0]
    found = {k: r.output_tokens_per_s_per_package for k, r in rates.items()}
    assert found["auto", "auto"] == best == max(found.values())
    assert found["none", "auto"] == max(found["none", "one"], found["none", "two"])
    assert (
        rates["none", "one"].accepted_tokens_per_step
        == 1.0
        < (rates["auto", "one"].accepted_tokens_per_step)
    )
    assert (
        "prefill" not in rates["none", "one"].setting and "prefill" in rates["none", "two"].setting
    )


def test_the_rates_are_the_points_of_the_front():
    loaded = load_program("openai-nvidia-2025-09")
    systems = ("vr200-nvl72", "rubin-ultra-nvl144")
    (workload,) = [w for w in loaded.program.workloads if w.kind == "serve"]
    rows = serving_fronts(loaded, systems)
    for system in systems:
        rate = workload_rate(workload, load_system(loaded.catalog, system), loaded.catalog)
        (row,) = [
            r for r in rows
            if r["system"] == system and r["at_programme_speed"] and r["speculation"] != "none"
        ]  # fmt: skip
        assert isinstance(rate, ServeRate)
        assert row["output_tok_s_per_gpu"] == pytest.approx(rate.output_tokens_per_s_per_package)
        assert row["tok_s_per_user"] == pytest.approx(rate.tokens_per_s_per_user)
        assert row["drawn_w_per_gpu"] == pytest.approx(rate.power_w)
        assert row["plan"].split(",")[0] in rate.setting


def test_acceptance_is_drawn_and_moves_the_rate(tokens):
    rate = tokens.rates.rates[0][0]
    assert rate.low_draft_factor < 1.0 < rate.high_draft_factor
    low, high = (
        chain_of(with_fact(on("tokens"), "assumptions/performance/draft_text_factor", v))
        for v in (0.7, 1.0)
    )
    assert low.sales.output_tokens.sum() < high.sales.output_tokens.sum()


def test_the_price_is_what_a_gigawatt_earns_over_what_it_sells(tokens):
    market, money = tokens.market, tokens.money
    months = np.arange(0.5, tokens.axis.count)
    of_gw = (
        market.sold_tokens_per_gw_year[:, 0]
        / 5e6
        * (market.output_usd_per_million[:, 0] + 4.0 * market.input_usd_per_million[:, 0])
    )
    np.testing.assert_allclose(of_gw, money.prices.revenue_usd_per_gw_year.at(months), rtol=1e-9)


def test_revenue_of_a_gigawatt_is_about_as_wide_as_the_anchor(tokens):
    """Price and productivity are one shock: a gigawatt's revenue is known as its tokens are not."""
    phases = phases_of(tokens)

    def width(values: np.ndarray) -> float:
        low, high = np.quantile(values, [0.1, 0.9])
        return float(high / low)

    gw = phases.gw_years.sum(axis=1)[:, -1]
    by_tokens = width(phases.revenue_usd.sum(axis=(1, 2))[:, -1] / gw)
    by_capacity = width(phases.capacity_revenue_usd.sum(axis=1)[:, -1] / gw)
    assert by_tokens < 3.0 * by_capacity


def test_no_one_buys_more_tokens_than_the_world_asks_for(tokens):
    elasticity = "prices/served-tokens/demand_elasticity_factor"
    small = with_fact(on("tokens"), f"{FLEET}/facility_2025_gw", 1e-5)
    unsold, cheap = (chain_of(with_fact(small, elasticity, e)) for e in (0.8, 1.5))
    last = slice(-3, None)
    assert (unsold.sales.fill[:, last] < 1.0).all() and (unsold.sales.price_share == 1.0).all()
    assert (cheap.sales.fill == 1.0).all() and (cheap.sales.price_share[:, last] < 1.0).all()
    whole = tokens.sales.output_tokens.sum(axis=(1, 2, 3))
    np.testing.assert_allclose(
        unsold.sales.output_tokens.sum(axis=(1, 2, 3)), whole * unsold.sales.fill, rtol=1e-9
    )
    assert (booked(unsold) < booked(cheap)).all() and (booked(cheap) < booked(tokens)).all()
    for chain in (unsold, cheap):
        np.testing.assert_allclose(
            phases_of(chain).revenue_usd.sum(axis=(1, 2, 3)), booked(chain), rtol=1e-9
        )


def test_renewed_systems_serve_what_the_market_then_buys(tokens):
    short = chain_of(with_fact(on("tokens"), "assumptions/money/it_life_years", 3.0))
    long = chain_of(with_fact(on("tokens"), "assumptions/money/it_life_years", 20.0))
    before, after = (c.sales.output_tokens.sum(axis=(1, 2, 3)) for c in (long, short))
    assert (after >= before * (1.0 - 1e-12)).all() and (after[:, -1] > before[:, -1]).all()
    np.testing.assert_array_equal(  # package-hours themselves are what they were
        short.delivered.delivered_package_hours, long.delivered.delivered_package_hours
    )


def test_late_phases_serve_on_what_is_then_sold(tokens):
    held = on("tokens")
    market = replace(held, program=replace(held.program, late_systems="market"))
    at_once, never = (
        chain_of(with_fact(market, "prices/served-tokens/sold_after_successor_months", months))
        for months in (0.0, 1e4)
    )
    np.testing.assert_array_equal(never.sales.revenue_usd, tokens.sales.revenue_usd)
    before, after = (c.sales.output_tokens.sum(axis=(1, 2, 3)) for c in (tokens, at_once))
    assert (after >= before * (1.0 - 1e-12)).all() and after.sum() > 1.1 * before.sum()
    late = late_blocks(at_once.market, at_once.money, at_once.schedule)
    assert late.any() and not late_blocks(never.market, never.money, never.schedule).any()
    np.testing.assert_array_equal(
        at_once.delivered.delivered_package_hours, tokens.delivered.delivered_package_hours
    )


def test_late_phases_that_retire_serve_one_life():
    held = with_fact(on("tokens"), "prices/served-tokens/sold_after_successor_months", 0.0)
    held = with_fact(held, "assumptions/money/it_life_years", 3.0)
    sites = tuple(
        replace(s, phases=tuple(replace(p, refresh=False) for p in s.phases))
        for s in held.program.sites
    )
    chains = [
        chain_of(replace(held, program=replace(held.program, sites=sites, late_systems=kind)))
        for kind in ("declared", "market")
    ]
    (before, after) = (c.sales.output_tokens.sum(axis=(1, 2, 3)) for c in chains)
    assert after.sum() > 1.1 * before.sum()
    assert ((before == 0.0) == (after == 0.0)).all()


def test_a_change_of_basis_is_told_and_carried():
    a, b = on("gw_year"), on("tokens")
    found = hybrid(a, b, {WORKLOADS})
    assert found.program.revenue_basis == "tokens" and a.program.revenue_basis == "gw_year"
    assert [g.parts for g in groups_of(a, b)] == [(WORKLOADS,)]


def test_chunks_do_not_change_the_sales():
    held = on("tokens")
    whole = run_chain(held, Streams(4, 12))
    parts = [run_chain(held, Streams(4, 12, a, b)) for a, b in ((0, 5), (5, 12))]
    for name in ("revenue_usd", "output_tokens", "fill"):
        joined = np.concatenate([getattr(p.sales, name) for p in parts])
        np.testing.assert_array_equal(getattr(whole.sales, name), joined)


def test_falling_prices_are_a_stress_of_tokens_too():
    base, down = stress(on("tokens"), 8, 4, ("price-down-40",))
    assert (down.npv_usd["users"] > base.npv_usd["users"]).all()  # they pay less


def test_a_programme_without_serving_sells_nothing():
    held = on("gw_year")
    work = tuple(w for w in held.program.workloads if w.kind != "serve")
    chain = chain_of(replace(held, program=replace(held.program, workloads=work)))
    assert isinstance(chain.market, TokenMarket) and chain.market.workloads == ()
    assert not chain.sales.revenue_usd.any()
    assert phases_of(chain).capacity_revenue_usd.sum() > 0.0


def test_sales_again_are_the_same(tokens):
    worth = renewed_hours(
        tokens.market, tokens.delivered, tokens.rates, tokens.money, tokens.schedule,
        tokens.capacity.packages_avg,
    )  # fmt: skip
    again = token_sales(tokens.market, worth, tokens.rates, tokens.axis)
    np.testing.assert_array_equal(again.revenue_usd, tokens.sales.revenue_usd)


def test_a_programme_is_paid_for_tokens_where_it_serves():
    assert load_program("single-campus").program.revenue_basis == "tokens"


def test_years_in_service_by_hand():
    years = np.repeat([2026, 2027], [6, 12])
    got = active_years(np.array([[0.0, 3.0, 12.0, np.inf]]), years)[0]
    np.testing.assert_allclose(got, [[0.5, 1.0], [0.25, 1.0], [0.0, 0.5], [0.0, 0.0]])
    gone = active_years(np.array([[0.0, 3.0]]), years, np.array([[12.0, 4.0]]))[0]
    np.testing.assert_allclose(gone, [[0.5, 0.5], [1.0 / 12.0, 0.0]])


def test_phases_that_are_not_renewed_stop_selling():
    loaded = with_fact(on("tokens"), "assumptions/money/it_life_years", 3.0)
    sites = tuple(
        replace(s, phases=tuple(replace(p, refresh=False) for p in s.phases))
        for s in loaded.program.sites
    )
    gone = chain_of(replace(loaded, program=replace(loaded.program, sites=sites)))
    phases = phases_of(gone)
    np.testing.assert_allclose(phases.revenue_usd.sum(axis=(1, 2, 3)), booked(gone), rtol=1e-9)
    stays = phases_of(chain_of(loaded))
    assert phases.gw_years.sum() < 0.9 * stays.gw_years.sum()
    assert phases.cost_usd["systems"].sum() < 0.9 * stays.cost_usd["systems"].sum()
    np.testing.assert_allclose(
        phases.capacity_revenue_usd.sum() / phases.gw_years.sum(),
        stays.capacity_revenue_usd.sum() / stays.gw_years.sum(), rtol=0.1,
    )  # fmt: skip
