"""Rates, learning, covenants on value, capacity that leaves."""

from __future__ import annotations

import datetime as dt
from dataclasses import fields, replace
from pathlib import Path

import numpy as np
import pytest
from factories import small_phase, small_program, small_site
from hypothesis import given, settings
from hypothesis import strategies as st

from gigawatt.money.capex import capex_per_gw, site_usd
from gigawatt.money.funding import gap_usd
from gigawatt.money.inputs import order_cost_usd, racks_usd
from gigawatt.money.instruments import delayed_draw_loan
from gigawatt.money.learning import learning_factor
from gigawatt.money.metrics import terminal_usd
from gigawatt.money.rates import RateCurve
from gigawatt.money.retirement import retired_month
from gigawatt.money.returns import net_by_party
from gigawatt.money.statements import out_of_balance_usd, statements
from gigawatt.program.load import load_program
from gigawatt.schedule.capacity import capacity
from gigawatt.uncertainty.distributions import Point

CAMPUS = str(Path(__file__).parents[2] / "examples/financed-campus.toml")
SEEDS = st.integers(0, 10**6)
DATES = {"cleared": 2, "ready": 14, "ordered": 6, "delivered": 13.5, "in_service": 16}


@pytest.fixture(scope="module")
def campus():
    return load_program(CAMPUS).program


def with_terms(program, instrument_id, dates=None, **terms):
    def changed(i):
        new = {k: Point(v) for k, v in terms.items()}
        return replace(i, terms={**i.terms, **new}, dates=dates or i.dates)

    made = (changed(i) if i.id == instrument_id else i for i in program.instruments)
    return replace(program, instruments=tuple(made))


def assuming(case, **values):
    """Case whose assumptions are replaced by one number each."""
    a = case.inputs.assumptions
    full = {k: np.full(case.inputs.draws, float(v)) for k, v in values.items()}
    assert set(full) <= {f.name for f in fields(a)}
    return replace(case, inputs=replace(case.inputs, assumptions=replace(a, **full)))


def amount(ledger, leg, instrument=None):
    found = [e.amount_usd for e in ledger.entries
             if e.leg == leg and instrument in (None, e.instrument)]  # fmt: skip
    return np.sum(found, axis=0)


# Base rate


def test_the_curve_goes_through_its_years_and_its_error_grows_with_the_root_of_time():
    curve = RateCurve(np.array([0.0, 12.0, 48.0]), np.array([[0.04, 0.03, 0.036]]),
                      np.array([0.01]), 12.0)  # fmt: skip
    assert curve.at(0.0) == pytest.approx(0.04)
    assert curve.at(6.0) == pytest.approx(0.035)
    assert curve.at(-50.0) == pytest.approx(0.04)
    assert curve.at(12.0 + 15.0) == pytest.approx(0.0325 - 0.0 + 0.01 * 0.5)
    assert curve.at(12.0 + 60.0) == pytest.approx(0.036 + 0.01)
    assert replace(curve, error_share=np.array([-9.0])).at(60.0) == 0.0


@pytest.mark.parametrize("signing", [None, dt.date(2026, 3, 31), dt.date(2030, 7, 1)])
def test_a_loan_of_spread_is_priced_over_the_base_rate_of_its_signing(case_of, signing):
    dates = {"signing": signing} if signing else None
    program = with_terms(small_program(), "loan", dates, rate_share=0.0225, base_rate_weight=1.0)
    inputs = case_of(3, program=program).inputs
    month = inputs.axis.position(signing or program.as_of)
    base = inputs.base_rate.at(month)
    loan = next(c for c in inputs.contracts if c.id == "loan")
    np.testing.assert_allclose(loan.terms["rate_share"], 0.0225 + base)
    if signing == dt.date(2026, 3, 31):  # the fixed rate that was published beside the spread
        assert loan.terms["rate_share"].mean() == pytest.approx(0.059, abs=0.001)
    fixed = next(c for c in case_of(3).inputs.contracts if c.id == "loan")
    assert np.all(fixed.terms["rate_share"] == 0.065)


# Learning


def test_every_doubling_costs_the_share(case_of):
    a = assuming(case_of(1), learning_base_gw=1.0, learning_base_yearly_factor=1.0).inputs
    gw = np.array([[1.0, 2.0, 4.0]])
    one = replace(a.assumptions, learning_base_gw=np.ones(1),
                  learning_base_yearly_factor=np.ones(1))  # fmt: skip
    date = np.array([[5.0, 7.0, 9.0]])  # 1, 2 and 4 GW stand when they are priced
    found = learning_factor(gw, date, np.array([0.1]), one, 0.0)
    np.testing.assert_allclose(found, [[1.0, 0.9, 0.81]])
    growing = replace(one, learning_base_yearly_factor=np.array([2.0]))
    found = learning_factor(np.zeros((1, 2)), np.array([[12.0, 36.0]]), np.array([0.2]), growing,
                            0.0)  # fmt: skip
    np.testing.assert_allclose(found, [[0.8, 0.512]])
    never = learning_factor(gw, np.full((1, 3), np.inf), np.array([0.2]), one, 0.0)
    np.testing.assert_allclose(never, 1.0)


def test_learning_leaves_prices_of_today_alone_and_lowers_later_ones(case_of, dates_of):
    plain = case_of(2, draws=3)
    learnt = assuming(plain, site_learning_share=0.1, system_learning_share=0.2)
    before, after = (capex_per_gw(x.inputs).total_usd_per_gw for x in (plain, learnt))
    np.testing.assert_allclose(before, after)
    np.testing.assert_allclose(order_cost_usd(plain.inputs), order_cost_usd(learnt.inputs))
    later = np.full(plain.inputs.blocks.racks.shape, 40.0)
    assert np.all(racks_usd(learnt.inputs, later) < racks_usd(plain.inputs, later))
    assert np.all(site_usd(learnt.inputs, later) < site_usd(plain.inputs, later))


@given(SEEDS, st.integers(1, 60))
@settings(max_examples=15, deadline=None)
def test_the_gate_does_not_look_ahead_where_cost_is_learnt_and_value_is_lent_on(
    case_of, campus, seed, month
):
    program = with_terms(campus, "system-loan", most_loan_to_value_share=0.6)
    case = assuming(case_of(seed, program=program), system_learning_share=0.15,
                    site_learning_share=0.05, learning_base_gw=0.2)  # fmt: skip
    s = case.schedule
    moved = {n: np.where(getattr(s, n) >= month, getattr(s, n) + 11.0, getattr(s, n))
             for n in ("funded", "ordered", "delivered", "in_service")}  # fmt: skip
    seen = gap_usd(case.inputs, s, month)
    np.testing.assert_allclose(gap_usd(case.inputs, replace(s, **moved), month), seen, atol=1e-2)
    np.testing.assert_allclose(seen, case.settle().gap_usd[:, month - 1], rtol=1e-9, atol=1e-2)


# Loan to value


@given(SEEDS, st.floats(0.2, 0.9))
@settings(max_examples=15, deadline=None)
def test_no_draw_takes_the_loan_above_its_part_of_the_value(case_of, campus, seed, most):
    base = with_terms(campus, "system-loan", commitment_usd=1e12, advance_share=1.0)
    free = case_of(seed, program=base)
    case = case_of(seed, program=with_terms(base, "system-loan", most_loan_to_value_share=most))
    drawn = delayed_draw_loan.drawn_usd(case.inputs, case.schedule)
    wanted = delayed_draw_loan.drawn_usd(free.inputs, free.schedule)
    assert np.all(drawn >= 0.0)
    assert np.all(drawn <= wanted + 1e-3)
    # The first draw is lent on new systems alone.
    own = wanted.any(axis=0)
    date = np.where(wanted > 0.0, case.schedule.delivered, np.inf)
    rows = np.flatnonzero(np.isfinite(date.min(axis=1)))
    first = date[rows].argmin(axis=1)
    np.testing.assert_allclose(drawn[rows, first], most * wanted[rows, first], rtol=1e-9)
    assert not drawn[:, ~own].any()


# Capacity that leaves


@pytest.fixture
def leaving(case_of, dates_of):
    def make(refresh=False, months_of_life=30.0):
        phase = small_phase(refresh=refresh)
        site, other = small_site(phases=(phase,)), small_program().sites[1]
        program = replace(small_program(), sites=(site, other))
        case = assuming(case_of(4, draws=3, program=program), it_life_years=months_of_life / 12)
        return replace(case, schedule=dates_of(case.inputs.blocks.racks.shape, **DATES))

    return make


def test_a_phase_that_is_not_renewed_leaves_with_its_income_and_is_sold(leaving):
    case, kept = leaving(), leaving(refresh=True)
    gone = case.inputs.blocks.site == case.inputs.blocks.sites.index("plains")
    date = retired_month(case.inputs, case.schedule)
    assert np.all(date[:, gone] == 46.0)
    assert np.all(np.isinf(date[:, ~gone]))
    ledger, before = case.settle(), kept.settle()
    for leg in ("capacity", "renewal", "revenue"):
        assert np.all(amount(ledger, leg)[:, 46:] <= amount(before, leg)[:, 46:])
        np.testing.assert_allclose(amount(ledger, leg)[:, :46], amount(before, leg)[:, :46])
    assert amount(ledger, "revenue")[:, 46:].sum() < 0.9 * amount(before, "revenue")[:, 46:].sum()
    np.testing.assert_allclose(amount(ledger, "rent"), amount(before, "rent"))
    assert amount(ledger, "systems").sum() < amount(before, "systems").sum()
    factor = case.inputs.assumptions.resale_yearly_factor
    bill = racks_usd(case.inputs, case.schedule.ordered)[:, gone].sum(axis=1)
    share = case.inputs.assumptions.network_share + case.inputs.assumptions.storage_cpu_share
    expected = bill * (0.1 * factor ** (40 / 12) + (0.9 + share) * factor ** (32.5 / 12))
    sold = amount(ledger, "salvage")
    np.testing.assert_allclose(sold[:, 46], expected)
    assert np.all(np.delete(sold, 46, axis=1) == 0.0)


def test_what_was_sold_is_not_counted_at_the_end(leaving):
    case = leaving()
    ledger = case.settle()
    factor = case.inputs.assumptions.resale_yearly_factor
    end = terminal_usd(ledger, factor)["cloud"]
    without = replace(ledger, entries=tuple(e for e in ledger.entries if e.leg != "salvage"))
    age = (case.inputs.axis.count - 46.5) / 12.0
    gone = amount(ledger, "salvage")[:, 46] * factor**age
    np.testing.assert_allclose(terminal_usd(without, factor)["cloud"] - end, gone)


def test_capacity_falls_by_what_leaves(leaving):
    case = leaving()
    blocks, axis = case.inputs.blocks, case.inputs.axis
    date = retired_month(case.inputs, case.schedule)
    there = capacity(case.schedule, blocks, axis)
    left = capacity(case.schedule, blocks, axis, date)
    plains = blocks.sites.index("plains")
    assert np.all(left.it_mw_avg[:, plains, 46:] == 0.0)
    assert np.all(left.packages_end[:, plains, :, 46:] == 0.0)
    np.testing.assert_allclose(left.it_mw_avg[:, :, :46], there.it_mw_avg[:, :, :46])
    np.testing.assert_allclose(left.facility_mw_end[:, 1 - plains],
                               there.facility_mw_end[:, 1 - plains])  # fmt: skip
    np.testing.assert_allclose(left.racks_delivered, there.racks_delivered)


# After a default


def in_default(case, party, month):
    full = np.full(case.inputs.draws, float(month))
    return replace(case, inputs=replace(case.inputs, defaults={party: full}))


def test_capacity_of_a_customer_in_default_is_sold_to_others(case_of, dates_of):
    program = with_terms(small_program(), "compute", resell_share=0.5, resell_months=6.0)
    program = with_terms(program, "prepaid", share_of_equity=0.0)
    case = case_of(4, draws=3, program=program)
    case = replace(case, schedule=dates_of(case.inputs.blocks.racks.shape, **DATES))
    kept = case.settle()
    ledger = in_default(case, "lab", 30.5).settle()
    bill = amount(kept, "capacity")
    np.testing.assert_allclose(amount(ledger, "capacity")[:, :30], bill[:, :30])
    assert np.all(amount(ledger, "capacity")[:, 30:] == 0.0)
    resold = amount(ledger, "resold")
    assert np.all(resold[:, :36] == 0.0)
    assert np.all(resold[:, 36:] > 0.0)
    np.testing.assert_allclose(resold[:, 36:60], 0.5 * bill[:, 36:60])


def test_a_hall_is_let_again_after_a_default(case_of, dates_of, campus):
    """At the old rent times the share, from the void months on, for the rest of the term."""
    program = with_terms(campus, "lease", relet_share=0.8, relet_months=7.0, term_years=5.0)
    program = with_terms(program, "lease-guarantee", cap_usd=1e15, escrow_usd=0.0)
    case = case_of(4, draws=3, program=program)
    case = replace(case, schedule=dates_of(case.inputs.blocks.racks.shape, **DATES))
    kept, failed = amount(case.settle(), "rent"), in_default(case, "cloud", 30.5).settle()
    relet = amount(failed, "relet_rent")
    assert np.all(relet[:, :37] == 0.0)
    np.testing.assert_allclose(relet[:, 37:76], 0.8 * kept[:, 37:76])
    assert np.all(relet[:, 76:] == 0.0)  # five years from service in month 16
    paid = amount(failed, "guarantee", "lease-guarantee")
    np.testing.assert_allclose((paid + relet)[:, 30:76], kept[:, 30:76])
    unpaid = np.sum([e.amount_usd for e in failed.unpaid if e.leg == "rent"], axis=0)
    np.testing.assert_allclose(unpaid[:, 30:76], kept[:, 30:76])


def test_leased_systems_are_let_again_after_a_default(case_of, dates_of, campus):
    """At the old rent times the share until the old term ends; it serves the lessor's loan."""
    program = with_terms(campus, "system-lease", relet_share=0.9, relet_months=4.0, term_years=5.0)
    program = with_terms(program, "lease-guarantee", default_yearly_share=0.0)
    case = case_of(4, draws=3, program=program)
    case = replace(case, schedule=dates_of(case.inputs.blocks.racks.shape, **DATES))
    kept, failed = case.settle(), in_default(case, "cloud", 30).settle()
    rent, relet = amount(kept, "system_rent"), amount(failed, "relet_system_rent")
    assert np.all(relet[:, :34] == 0.0)
    np.testing.assert_allclose(relet[:, 34:76], 0.9 * rent[:, 34:76])
    assert np.all(relet[:, 76:] == 0.0)
    due = amount(kept, "interest", "system-lease") + amount(kept, "principal", "system-lease")
    paid = amount(failed, "interest", "system-lease") + amount(failed, "principal", "system-lease")
    assert np.all(paid[:, 30:34] == 0.0)
    np.testing.assert_allclose(paid[:, 34:76], np.minimum(due, relet)[:, 34:76], rtol=1e-6)


def test_capacity_is_let_again_where_nobody_renews(case_of, dates_of):
    program = with_terms(small_program(), "compute", resell_share=0.4, resell_months=5.0,
                         term_years=3.0)  # fmt: skip
    program = with_terms(program, "prepaid", share_of_equity=0.0)
    case = case_of(4, draws=3, program=program)
    case = replace(case, schedule=dates_of(case.inputs.blocks.racks.shape, **DATES))
    stays = assuming(case, offtake_renewal_share=1.0).settle()
    leaves = assuming(case, offtake_renewal_share=0.0).settle()
    ends = 16 + 36
    assert np.all(amount(leaves, "renewal") == 0.0)
    resold = amount(leaves, "resold")
    assert np.all(resold[:, : ends + 5] == 0.0)
    np.testing.assert_allclose(resold[:, ends + 5 :], 0.4 * amount(stays, "renewal")[:, ends + 5 :])
    assert not [e for e in stays.entries if e.leg == "resold"]


@given(SEEDS, st.sampled_from(["cloud", "lab", "landlord"]), st.floats(0.0, 2.0))
@settings(max_examples=15, deadline=None)
def test_letting_again_conserves_cash_and_never_hurts_who_lets(case_of, campus, seed, party, share):
    """Landlord, cloud and lenders get at least what they get where all stays empty."""

    def settled(relet, renewal):
        program = with_terms(campus, "lease", relet_share=relet)
        for offtake in ("offtake", "offtake-mesa"):
            program = with_terms(program, offtake, resell_share=min(relet, 1.0))
        case = assuming(case_of(seed, draws=2, program=program), offtake_renewal_share=renewal)
        return in_default(case, party, 45.0).settle()

    empty, let = settled(0.0, 0.0), settled(share, 0.0)
    net = np.sum(list(net_by_party(let).values()), axis=0)
    assert np.abs(net).max() <= 1e-9 * max(e.amount_usd.max() for e in let.entries)
    for leg in ("relet_rent", "resold"):
        assert min((e.amount_usd.min() for e in let.entries if e.leg == leg), default=0.0) >= 0.0
        assert not any(e.amount_usd.any() for e in empty.entries if e.leg == leg)
    for leg in ("interest", "principal"):
        assert np.all(amount(let, leg) >= amount(empty, leg) - 1.0)
    for books in statements(let).values():
        assert np.abs(out_of_balance_usd(books)).max() < 1.0


@given(SEEDS)
@settings(max_examples=10, deadline=None)
def test_a_backstop_pays_for_capacity_of_a_customer_in_default_until_it_is_resold(
    case_of, campus, seed
):
    def paid(share):
        terms = {"resell_share": share, "resell_months": 9.0}
        program = with_terms(with_terms(campus, "offtake-mesa", **terms), "backstop",
                             cap_usd=1e15)  # fmt: skip
        case = case_of(seed, draws=2, program=program)
        none, failed = case.settle(), in_default(case, "lab", 50.0).settle()
        return amount(none, "backstop"), amount(failed, "backstop")

    (before, unsold), (_, sold) = paid(0.0), paid(0.6)
    assert np.all(unsold >= before - 1e-2)
    assert np.all(sold <= unsold + 1e-2)
    np.testing.assert_allclose(unsold[:, :50], before[:, :50])


def test_a_guarantee_of_rent_serves_the_landlords_loans_while_it_lasts(case_of, dates_of, campus):
    program = with_terms(campus, "lease-guarantee", cap_usd=0.2e9, escrow_usd=0.05e9)
    program = with_terms(program, "lease", relet_share=0.0)
    case = case_of(2, draws=2, program=program)
    schedule = dates_of(case.inputs.blocks.racks.shape, cleared=1, ready=14, ordered=6,
                        delivered=13, in_service=14)  # fmt: skip
    case = replace(case, schedule=schedule)
    kept, ledger = case.settle(), in_default(case, "cloud", 40).settle()
    paid = amount(ledger, "guarantee", "lease-guarantee") + amount(ledger, "escrow_paid")
    np.testing.assert_allclose(paid.sum(axis=1), 0.2e9)
    due, service = (
        np.sum([e.amount_usd for e in x.entries if e.payer == "landlord"
                and e.leg in ("interest", "principal")], axis=0) for x in (kept, ledger)
    )  # fmt: skip
    # All that comes in less the cost of the halls, but no more than is due.
    cost = sum(e.amount_usd for e in ledger.entries
               if e.payer == "landlord" and e.instrument == "opex")  # fmt: skip
    right = np.clip(paid - cost, 0.0, due)
    np.testing.assert_allclose(service[:, 40:60], right[:, 40:60], rtol=1e-6, atol=1.0)
    assert np.all(service[:, :40] == due[:, :40])


def test_draws_stop_at_the_borrowers_default(case_of, dates_of, campus):
    case = case_of(2, draws=2, program=campus)
    schedule = dates_of(case.inputs.blocks.racks.shape, cleared=1, ready=14, ordered=6,
                        delivered=13, in_service=14)  # fmt: skip
    assert np.all(delayed_draw_loan.drawn_usd(in_default(case, "cloud", 12).inputs, schedule) == 0)
    assert delayed_draw_loan.drawn_usd(in_default(case, "cloud", 14).inputs, schedule).sum() > 1e9


@given(SEEDS, st.sampled_from(["landlord", "cloud"]))
@settings(max_examples=10, deadline=None)
def test_owners_get_nothing_while_lenders_go_unpaid(case_of, campus, seed, party):
    """Neither from a company in default nor from one whose rent no longer serves its loans."""
    program = with_terms(campus, "lease-guarantee", default_yearly_share=0.0)
    ledger = in_default(case_of(seed, draws=2, program=program), party, 60.0).settle()
    unpaid = np.sum([e.amount_usd for e in ledger.unpaid if e.payer == "landlord"
                     and e.leg in ("interest", "principal")], axis=0)  # fmt: skip
    paid = amount(ledger, "distribution", "landlord-cash")
    assert np.all(paid[np.cumsum(unpaid, axis=1) > 1.0] == 0.0)


def test_a_loan_that_is_served_again_is_worth_its_balance_less_half_of_the_arrears(
    case_of, dates_of
):
    program = with_terms(small_program(), "halls", relet_share=2.0, relet_months=6.0)
    case = case_of(2, draws=2, program=program)
    case = replace(case, schedule=dates_of(case.inputs.blocks.racks.shape, **DATES))
    ledger = in_default(case, "cloud", 40).settle()
    resale = case.inputs.assumptions.resale_yearly_factor
    overdue = np.sum([e.amount_usd for e in ledger.unpaid
                      if e.instrument == "loan" and e.leg == "principal"], axis=0)  # fmt: skip
    assert np.all(overdue[:, 40:46] > 0.0)
    assert np.all(overdue[:, 46:] == 0.0)
    added = np.sum([e.amount_usd for e in ledger.memo if e.instrument == "loan"], axis=0)
    balance = amount(ledger, "draw", "loan") + added - amount(ledger, "principal", "loan")
    right = balance.sum(axis=1) - 0.5 * overdue.sum(axis=1)
    np.testing.assert_allclose(terminal_usd(ledger, resale)["bank"], right, rtol=1e-9)
