"""Instruments one by one, against numbers worked out by hand."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

import numpy as np
import pytest
from factories import small_phase, small_program, small_site
from hypothesis import given, settings
from hypothesis import strategies as st

from gigawatt.errors import InputError
from gigawatt.money.flows import Levels
from gigawatt.money.inputs import Contract
from gigawatt.money.instruments import (
    compute_offtake,
    customer_prepayment,
    equity_tranche_milestone,
    site_debt,
)
from gigawatt.money.registry import registered
from gigawatt.program.instruments import KINDS
from gigawatt.uncertainty.distributions import Point

DATES = {"cleared": 2, "ready": 14, "ordered": 6, "delivered": 13.5, "in_service": 16}


def amounts(ledger, instrument, leg):
    found = [e for e in ledger.entries if (e.instrument, e.leg) == (instrument, leg)]
    assert found, (instrument, leg)
    return sum(e.amount_usd for e in found)


def with_terms(program, instrument_id, kind=None, dates=None, **terms):
    """Programme with one instrument changed: its kind (then with these terms only) or its terms."""
    new = {k: Point(v) for k, v in terms.items()}

    def changed(i):
        kept = {} if kind else i.terms
        return replace(i, kind=kind or i.kind, terms={**kept, **new}, dates=dates or i.dates)

    instruments = (changed(i) if i.id == instrument_id else i for i in program.instruments)
    return replace(program, instruments=tuple(instruments))


@pytest.fixture
def on_dates(case_of, dates_of):
    def make(program=None, **dates):
        case = case_of(4, draws=3, program=program)
        schedule = dates_of(case.inputs.blocks.racks.shape, **{**DATES, **dates})
        return replace(case, schedule=schedule)

    return make


def test_every_kind_has_a_rule():
    assert {r.kind for r in registered()} == set(KINDS)
    idle = {r.kind for r in registered() if not any((r.plans, r.operate, r.close))}
    assert idle == {"bridge"}  # it closes what the others leave


# Purchases and site


def test_a_purchase_is_a_deposit_at_order_and_the_rest_at_delivery(on_dates):
    case = on_dates()
    ledger = case.settle()
    deposit = amounts(ledger, "systems", "deposit")
    rest = amounts(ledger, "systems", "delivery")
    price = case.inputs.prices.rack[0].at(np.array([6.0]))[:, 0]
    bill = case.inputs.blocks.racks.sum(axis=1) * price
    np.testing.assert_allclose(deposit[:, 6], 0.1 * bill)
    np.testing.assert_allclose(rest[:, 13], 0.9 * bill)
    np.testing.assert_allclose((deposit + rest).sum(axis=1), bill)
    cost = amounts(ledger, "cost_of_sales", "cost")
    margin = case.inputs.assumptions.vendor_gross_margin_share
    np.testing.assert_allclose(cost[:, :16].sum(axis=1), (1 - margin) * bill)


def test_blocks_without_a_purchase_contract_buy_from_suppliers(on_dates):
    program = small_program()
    kept = tuple(i for i in program.instruments if i.kind != "equipment_purchase")
    ledger = on_dates(replace(program, instruments=kept)).settle()
    payees = {e.payee for e in ledger.entries if e.instrument == "systems"}
    assert payees == {"suppliers"}


def test_a_site_is_paid_in_equal_amounts_and_what_lies_before_the_start_is_left_out(on_dates):
    paid = amounts(on_dates(cleared=-6, ready=6).settle(), "site_capex", "construction")
    np.testing.assert_allclose(paid[:, :6], paid[:, :1] * np.ones(6))
    assert np.all(paid[:, 6:] < 1e-2)
    case = on_dates(cleared=2, ready=14)
    whole = amounts(case.settle(), "site_capex", "construction").sum(axis=1)
    at_clearing = np.array([2.0])
    prices = case.inputs.prices
    per_gw = sum(p.at(at_clearing)[:, 0] for p in (
        prices.shell_usd_per_gw, prices.power_cooling_usd_per_gw, prices.soft_usd_per_gw
    ))  # fmt: skip
    np.testing.assert_allclose(whole, per_gw * case.inputs.facility_gw.sum(axis=1))


def test_a_hall_that_stands_costs_no_shell(on_dates):
    brown = small_site(phases=(small_phase(route="brownfield"),))
    green = small_site()
    totals = []
    for site in (brown, green):
        case = on_dates(replace(small_program(), sites=(site,)))
        totals.append(amounts(case.settle(), "site_capex", "construction").sum(axis=1))
    shell = case.inputs.prices.shell_usd_per_gw.at(np.array([2.0]))[:, 0]
    np.testing.assert_allclose(totals[1] - totals[0], shell * case.inputs.facility_gw.sum(axis=1))


def test_systems_are_bought_again_after_their_life(on_dates):
    program = small_program(horizon=dt.date(2045, 12, 31))
    case = on_dates(program)
    life = case.inputs.assumptions.it_life_years
    paid = amounts(case.settle(), "refresh", "systems")
    for d, years in enumerate(life):
        dates = [16 + 12 * years * k for k in range(1, 20)]
        expected = {int(x) for x in dates if x < case.inputs.axis.count}
        assert set(np.flatnonzero(paid[d])) == expected
        assert len(expected) >= 2


# Equity and prepayment


def tranche_plan(in_service, gw, commitment=10e9, tranche=1e9, per=1.0, at_signing=0.0, signing=0):
    return equity_tranche_milestone.Tranches(
        (), *(np.array([x]) for x in (commitment, tranche, per, at_signing)),
        float(signing), np.array([gw]), np.array([in_service]),
    )  # fmt: skip


def test_a_tranche_is_paid_the_month_after_its_gigawatt():
    plan = tranche_plan([3.2, 5.9, 9.0], [0.5, 0.5, 2.0])
    expected = np.zeros(12)
    expected[6], expected[10] = 1e9, 2e9
    np.testing.assert_allclose(plan.monthly(12)[0, 0], expected)


def test_tenths_that_make_a_gigawatt_count_as_one():
    plan = tranche_plan(list(np.full(10, 2.5)), list(np.full(10, 0.1)))
    assert plan.monthly(6)[0, 0].tolist() == [0, 0, 0, 1e9, 0, 0]


def test_a_tranche_at_signing_counts_against_the_commitment():
    plan = tranche_plan([1.0, 2.0], [1.0, 1.0], commitment=2e9, at_signing=1.0, signing=0.5)
    assert plan.monthly(6)[0, 0].tolist() == [1e9, 0, 1e9, 0, 0, 0]


@given(st.integers(0, 10**6), st.floats(-3, 20))
@settings(max_examples=40, deadline=None)
def test_tranches_before_a_month_are_the_sum_of_the_months(seed, signing):
    rng = np.random.default_rng(seed)
    gw = list(rng.uniform(0.0, 1.0, 8))
    plan = tranche_plan(list(rng.uniform(-4.0, 40.0, 8)), gw, 4e9, at_signing=1.0, signing=signing)
    monthly = plan.monthly(36)[:, 0]
    for month in (0, 1, 2, 11, 36):
        np.testing.assert_allclose(plan.before(month)[:, 0], monthly[:, :month].sum(axis=1))


def test_plain_equity_is_paid_in_its_month_and_passed_on(on_dates):
    program = with_terms(small_program(), "tranches", kind="equity_plain",
                         dates={"date": dt.date(2026, 4, 20)}, amount_usd=3e9)  # fmt: skip
    program = with_terms(program, "prepaid", share_of_equity=0.4)
    ledger = on_dates(program).settle()
    equity = amounts(ledger, "tranches", "equity")
    assert np.all(equity[:, 3] == 3e9)
    assert np.all(equity.sum(axis=1) == 3e9)
    np.testing.assert_allclose(amounts(ledger, "prepaid", "prepayment"), 0.4 * equity)


def slow_recognition(paid, bills, months):
    """Month by month: a straight-line schedule, carried forward when the bills are too small."""
    out = np.zeros_like(paid)
    backlog = 0.0
    for m in range(paid.size):
        backlog += sum(paid[p] / months for p in range(max(0, m - months), m))
        out[m] = min(backlog, bills[m])
        backlog -= out[m]
    return out


@given(st.integers(0, 10**6))
@settings(max_examples=50, deadline=None)
def test_recognition_is_the_queue_worked_off_by_the_bills(seed):
    rng = np.random.default_rng(seed)
    paid = np.where(rng.random((4, 50)) < 0.1, rng.uniform(0, 10, (4, 50)), 0.0)
    bills = np.where(np.arange(50) > rng.integers(0, 40), rng.uniform(0, 2, (4, 50)), 0.0)
    years = rng.choice([1.0, 2.0, 0.5], 4)
    contract = Contract("p", "customer_prepayment", {}, {"recognition_years": years}, {})
    got = customer_prepayment.recognised_usd(contract, paid, bills)
    for d in range(4):
        by_hand = slow_recognition(paid[d], bills[d], int(12 * years[d]))
        np.testing.assert_allclose(got[d], by_hand, atol=1e-9)
    assert np.all(np.cumsum(got, axis=1) <= np.cumsum(paid, axis=1) + 1e-9)
    assert np.all(got <= bills)


def test_bills_are_paid_net_of_what_is_recognised(on_dates):
    gross_of = with_terms(small_program(), "prepaid", share_of_equity=0.0)
    gross = amounts(on_dates(gross_of).settle(), "compute", "capacity")
    ledger = on_dates().settle()
    net = amounts(ledger, "compute", "capacity")
    assert np.all(net <= gross + 1e-6)
    prepaid = amounts(ledger, "prepaid", "prepayment").sum(axis=1)
    recognised = (gross - net).sum(axis=1)
    assert np.all(recognised <= prepaid + 1.0)
    assert np.all(recognised > 0.7 * prepaid)  # most of five years fit into the calendar


# Leases, offtakes, debt


def test_rent_starts_with_service_and_rises_once_a_year(on_dates):
    case = on_dates(in_service=16.5)
    rent = amounts(case.settle(), "halls", "rent")
    level = case.inputs.blocks.it_power_mw.sum(axis=1) * 1e3 * 150.0
    assert np.all(rent[:, :16] == 0.0)
    np.testing.assert_allclose(rent[:, 16], 0.5 * level)
    np.testing.assert_allclose(rent[:, 17], level)
    np.testing.assert_allclose(rent[:, 29], 1.02 * level)
    np.testing.assert_allclose(rent[:, 53], 1.02**3 * level)


def test_rent_ends_with_the_term(on_dates):
    program = with_terms(small_program(), "halls", term_years=1.5)
    case = on_dates(program, in_service=16)
    rent = amounts(case.settle(), "halls", "rent")
    level = case.inputs.blocks.it_power_mw.sum(axis=1) * 1e3 * 150.0
    np.testing.assert_allclose(rent.sum(axis=1), level * (12 + 6 * 1.02))
    assert np.all(rent[:, 34:] < 1e-2)


@pytest.mark.parametrize("least", [1.0, 0.7, 0.0])
def test_an_offtake_pays_for_use_or_for_the_least_share(on_dates, least):
    program = with_terms(small_program(), "compute", take_or_pay_share=least, term_years=2.0)
    program = with_terms(program, "prepaid", share_of_equity=0.0)
    case = on_dates(program, in_service=16)
    op_use = case.done.delivered_package_hours.sum(axis=(2, 3))
    op_use = op_use / (op_use + case.done.lost_package_hours["idle"])
    by_site = case.inputs.facility_gw.reshape(3, 2, 2).sum(axis=2)
    full = by_site[:, :, None] * 12e9 / 12.0 * np.maximum(op_use, least)
    ledger = case.settle()
    got = amounts(ledger, "compute", "capacity")
    np.testing.assert_allclose(got[:, 16:40], full.sum(axis=1)[:, 16:40])
    assert np.all(got[:, 40:] < 1e-2)
    after = amounts(ledger, "compute", "renewal")
    share = case.inputs.assumptions.offtake_renewal_share[:, None]
    np.testing.assert_allclose(after[:, 40:], share * full.sum(axis=1)[:, 40:])


def test_a_phase_serves_the_contract_that_it_names(on_dates):
    program = small_program()
    compute = next(i for i in program.instruments if i.id == "compute")
    cheap = replace(
        compute, id="cheap", terms={**compute.terms, "price_usd_per_gw_year": Point(0.0)}
    )
    site = small_site(phases=(small_phase(contract="cheap"), small_phase("p2", contract="compute")))
    case = on_dates(replace(program, sites=(site,), instruments=(*program.instruments, cheap)))
    covered = [c.id for c in case.inputs.contract_of_block(compute_offtake.KIND)]
    assert covered == ["cheap", "cheap", "compute", "compute"]


def test_debt_service_is_the_level_annuity(on_dates):
    program = with_terms(small_program(), "loan", gearing_share=1.0, term_years=2.0)
    case = on_dates(program, cleared=2, ready=14, in_service=16.4)
    ledger = case.settle()
    draws = amounts(ledger, "loan", "draw")
    interest, principal = (amounts(ledger, "loan", leg) for leg in ("interest", "principal"))
    j = 0.065 / 12
    spend = draws.sum(axis=1) / 12.0
    t = np.linspace(2.0, 14.0, 200_001)
    mean_growth = np.mean((1 + j) ** (17.0 - 0.5 * (t[1:] + t[:-1])))
    owed = spend * 12.0 * mean_growth
    payment = owed * j / (1 - (1 + j) ** -24)
    np.testing.assert_allclose(
        (interest + principal)[:, 17:41], payment[:, None] * np.ones(24), rtol=1e-8
    )
    np.testing.assert_allclose(interest[:, 17], owed * j, rtol=1e-8)
    np.testing.assert_allclose(principal.sum(axis=1), owed, rtol=1e-8)
    assert np.all((interest + principal)[:, 41:] < 1e-2)
    assert np.all((interest + principal)[:, :17] == 0.0)


def test_debt_service_agrees_with_pyxirr(on_dates):
    pyxirr = pytest.importorskip("pyxirr")
    program = with_terms(small_program(), "loan", term_years=3.0)
    case = on_dates(program)
    loan = site_debt.loans(case.inputs, case.schedule)
    ledger = case.settle()
    total = loan.balance_usd.sum(axis=1)
    interest = amounts(ledger, "loan", "interest")
    for k in (1, 2, 20, 36):
        theirs = -pyxirr.ipmt(0.065 / 12, k, 36, total[0])
        assert interest[0, 16 + k] == pytest.approx(theirs, rel=1e-9)


@given(st.integers(0, 10**6))
@settings(max_examples=25, deadline=None)
def test_debt_moves_by_draws_interest_and_payments_and_ends_at_zero(case_of, seed):
    """The corkscrew: balance + draws + interest - payments = next balance."""
    program = with_terms(small_program(), "loan", term_years=1.5)
    case = case_of(seed, program=program)
    inputs, schedule = case.inputs, case.schedule
    loan = site_debt.loans(inputs, schedule)
    balance = np.stack([loan.balance_at(m) for m in range(inputs.axis.count + 1)], axis=2)
    assert balance.min() >= 0.0
    ended = loan.first + loan.payments <= inputs.axis.count
    assert np.all(balance[..., -1][ended] == 0.0)
    paying = loan.first[..., None] <= np.arange(inputs.axis.count)
    step = np.where(paying, balance[..., :-1] * (1 + loan.rate[..., None]) - balance[..., 1:], 0.0)
    ledger = case.settle()
    paid = amounts(ledger, "loan", "interest") + amounts(ledger, "loan", "principal")
    np.testing.assert_allclose(step.sum(axis=1), paid, rtol=1e-6, atol=1.0)
    drawn = Levels(
        (None,), np.zeros(inputs.blocks.count, int), loan.draw_usd_per_month, loan.start, loan.stop
    ).before(inputs.axis.count)
    assert np.all(balance[..., -1].sum(axis=1) <= drawn[:, 0] * 1.065 ** (inputs.axis.count / 12))


# Mistakes


def test_tranches_at_signing_need_a_date(case_of):
    program = with_terms(small_program(), "tranches", tranches_at_signing=1.0)
    with pytest.raises(InputError, match=r"tranches.*date of signing"):
        case_of(1, program=program)


def test_a_term_without_default_must_be_given(case_of):
    program = small_program()
    bare = replace(program.instruments[2], terms={})
    with pytest.raises(InputError, match="instrument halls: no rent_usd_per_kw_month"):
        case_of(1, program=replace(program, instruments=(bare,)))
