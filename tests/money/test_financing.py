"""Debt, leases, guarantees, warrants and taxes against closed forms and pyxirr."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import pyxirr
from factories import small_program
from hypothesis import given, settings
from hypothesis import strategies as st

from gigawatt.money.debt import balances, idc_usd, llcr, sculpted_debt, sculpted_service
from gigawatt.money.flows import capped
from gigawatt.money.funding import gap_usd
from gigawatt.money.instruments import (
    bond_amortizing,
    chip_lease_spv,
    compute_offtake,
    delayed_draw_loan,
    dsra_and_waterfall,
    equity_tranche_milestone,
    ppa_or_tariff,
    tax_and_depreciation,
    term_loan_sculpted,
    warrant_milestone,
)
from gigawatt.money.instruments.capacity_backstop import up_to
from gigawatt.money.instruments.residual_value_guarantee import payout_usd
from gigawatt.money.metrics import terminal_usd
from gigawatt.money.returns import net_by_party
from gigawatt.money.statements import statements
from gigawatt.program.load import load_program
from gigawatt.uncertainty.distributions import Point

CAMPUS = str(Path(__file__).parents[2] / "examples/financed-campus.toml")
SEEDS = st.integers(0, 10**6)
CENT = 1e-2


@pytest.fixture(scope="module")
def campus():
    return load_program(CAMPUS).program


def of(ledger, instrument, leg):
    book = (*ledger.entries, *ledger.memo)
    found = [e.amount_usd for e in book if (e.instrument, e.leg) == (instrument, leg)]
    return np.sum(found, axis=0)


# Closed forms


def test_sculpted_debt_repays_itself_and_llcr_is_the_target():
    cfads = np.array([[100.0, 120.0, 90.0, 130.0, 50.0]])
    debt = sculpted_debt(cfads, 1.3, 0.07, 4)
    service = sculpted_service(cfads, 1.3, 4)
    expected = sum(cfads[0, t] / 1.3 / 1.07 ** (t + 1) for t in range(4))
    assert debt[0] == pytest.approx(expected, rel=1e-14)
    assert balances(debt, service, 0.07)[0, 4] == pytest.approx(0.0, abs=1e-9)
    assert llcr(cfads, 0.07, 4, debt)[0] == pytest.approx(1.3)
    assert pyxirr.irr([-debt[0], *service[0]]) == pytest.approx(0.07, abs=1e-10)


def test_interest_during_construction_against_a_running_balance():
    draws, balance = np.array([10.0, 30.0, 25.0, 5.0]), 0.0
    for draw in draws:
        balance = balance * 1.006 + draw
    assert idc_usd(draws, 0.006) == pytest.approx(balance - draws.sum(), rel=1e-12)


@given(st.floats(0.001, 0.02), st.integers(12, 84), st.floats(0.0, 0.5))
@settings(max_examples=40, deadline=None)
def test_rent_in_advance_returns_the_lease_rate(rate, months, residual):
    rent = float(chip_lease_spv.rent_usd(np.array(1000.0), np.array(residual), np.array(rate),
                                         np.array(float(months))))  # fmt: skip
    flows = [-1000.0 + rent, *([rent] * (months - 1)), 1000.0 * residual]
    value = sum(f / (1 + rate) ** t for t, f in enumerate(flows))
    assert value == pytest.approx(0.0, abs=1e-8)


def test_bond_repays_in_level_payments_after_the_free_time():
    a, j, free, term = 1000.0, 0.0658 / 12, 36.0, 168.0
    months = np.arange(1.0, 200.0)
    interest, principal = bond_amortizing.service(
        *(np.array([[x]]) for x in (a, j, free, term)), months
    )
    assert np.all(principal[0, :36] == 0.0)
    np.testing.assert_allclose(interest[0, :36], a * j)
    paid = (interest + principal)[0]
    np.testing.assert_allclose(paid[36:168], paid[36])
    assert principal.sum() == pytest.approx(a)
    assert np.all(paid[168:] == 0.0)
    assert pyxirr.irr([-a, *paid]) == pytest.approx(j, abs=1e-10)


def test_years_of_level_amounts_have_the_value_of_their_months():
    amounts = np.repeat([10.0, 12.0, 9.0], 12)[:30]
    rate = 0.005
    found = term_loan_sculpted.debt_usd(
        np.array([[10.0, 12.0, 9.0]]), np.array([rate]), np.array([[12.0, 12.0, 6.0]])
    )
    assert found[0] == pytest.approx(pyxirr.npv(rate, [0.0, *amounts]), rel=1e-12)


def test_caps_are_used_first_come_first_served():
    amount, date = np.array([[5.0, 5.0, 5.0, 5.0]]), np.array([[3.0, 1.0, np.inf, 2.0]])
    np.testing.assert_allclose(capped(amount, date, np.array([12.0])), [[2.0, 5.0, 0.0, 5.0]])
    np.testing.assert_allclose(up_to(np.full((1, 3), 2.0), np.array([5.0])), [[2.0, 2.0, 1.0]])
    assert payout_usd(np.array(100.0), np.array(0.75), np.array(0.6)) == pytest.approx(15.0)


def test_minimum_take_is_paid_for_energy_that_is_not_taken():
    taken, missing = ppa_or_tariff.bill_usd(
        np.array([30.0, 80.0]), np.ones(2), np.full(2, 100.0), np.array(50.0), np.array(0.6)
    )
    np.testing.assert_allclose(taken, [1500.0, 4000.0])
    np.testing.assert_allclose(missing, [1500.0, 0.0])


def test_warrants_vest_when_gigawatts_and_price_are_there():
    gw = np.array([[0.0, 1.0, 2.0, 3.0, 3.0, 3.0]])
    price = np.array([[100.0, 150.0, 150.0, 250.0, 400.0, 700.0]])
    hurdles = np.array([[0.0, 200.0, 600.0]])
    vests = warrant_milestone.vested(gw, price, np.array([1.0]), hurdles, np.arange(6) < 5)
    np.testing.assert_allclose(vests, [[0, 1, 0, 1, 0, 0]])  # the third comes after the expiry


def test_warrants_of_a_campus_are_worth_price_less_strike(case_of, campus):
    case = case_of(3, draws=400, program=campus)
    contract = next(c for c in case.inputs.contracts if c.id == "warrants")
    mean = contract.share_price[:, -1].mean()
    assert mean == pytest.approx(1.08 ** (contract.share_price.shape[1] / 12), rel=0.25)
    ledger = case.settle()
    value, strike = of(ledger, "warrants", "warrant"), of(ledger, "warrants", "exercise")
    shares = strike / 0.01
    assert shares.sum(axis=1).max() <= 4e6 + 1e-3
    np.testing.assert_allclose(value, shares * (160.0 * contract.share_price - 0.01), atol=1.0)


def test_taxes_with_losses_carried_forward():
    income = np.array([[-100.0, 50.0, 200.0]])
    tax = tax_and_depreciation.tax_usd(
        income, np.full((1, 3), 10.0), np.array([0.25]), np.array([0.8])
    )
    # -110; 40 of which 80 % used: 8 taxed; 190 less 78 left: 112 taxed
    np.testing.assert_allclose(tax, [[0.0, 2.0, 28.0]])


def taxed(program, party, **terms):
    """`program` with a tax on a party's income."""
    table = tax_and_depreciation.SPEC.terms
    given = {k: Point(float(terms.get(k, t.default))) for k, t in table.items()}
    parties = {"taxpayer": party, "state": "state"}
    tax = replace(
        program.instruments[0], id="tax", kind=tax_and_depreciation.KIND, parties=parties,
        terms=given, dates={}, sites=(),
    )  # fmt: skip
    return replace(program, instruments=(*program.instruments, tax))


@pytest.mark.parametrize("party", ["cloud", "lab"])
def test_a_prepayment_is_taxed_when_it_is_set_off(case_of, party):
    """What is billed is the income, whether it is paid at once or set off: the tax is the same."""
    paid, unpaid = small_program(), small_program()
    own = tuple(replace(i, terms={**i.terms, "share_of_equity": Point(0.0)})
                if i.id == "prepaid" else i for i in unpaid.instruments)  # fmt: skip
    programs = paid, replace(unpaid, instruments=own)
    ledgers = [case_of(3, program=taxed(p, party)).settle() for p in programs]
    assert sum(e.amount_usd.sum() for e in ledgers[0].memo if e.leg == "recognised") > 1e8
    first, second = (of(ledger, "tax", "tax") for ledger in ledgers)
    assert first.max() > 0.0
    np.testing.assert_allclose(first, second, rtol=1e-9, atol=1.0)


@pytest.mark.parametrize("party", ["builder", "bank"])
def test_interest_added_to_a_loan_is_capital_here_and_income_there(case_of, party):
    """The borrower writes it off with the site (here: at once), the lender is taxed on it."""
    case = case_of(4, draws=1, program=taxed(small_program(), party, site_life_years=1 / 12))
    ledger = case.settle()
    added = of(ledger, "loan", "capitalised_interest")
    assert added.sum() > 1e7
    books = statements(ledger)[party].income
    income = (books["income"] - books["expense"] - books["interest_paid"])[None]
    site = added + of(ledger, "site_capex", "construction") if party == "builder" else 0.0 * added
    year = np.unique(case.inputs.axis.years(), return_index=True)[1]
    income, site = np.add.reduceat(income, year, axis=1), np.add.reduceat(site, year, axis=1)
    expected = tax_and_depreciation.tax_usd(income, site, np.array([0.21]), np.array([0.8]))
    paid = np.add.reduceat(of(ledger, "tax", "tax"), year, axis=1)
    np.testing.assert_allclose(paid, expected, rtol=1e-9, atol=1.0)


@given(st.integers(1, 90), st.integers(0, 20))
@settings(max_examples=30, deadline=None)
def test_straight_line_writes_off_what_was_paid(life, month):
    paid = np.zeros((1, 120))
    paid[0, month] = 90.0
    written = tax_and_depreciation.straight_line(paid, np.array([float(life)]))
    assert written.sum() == pytest.approx(90.0)
    assert np.count_nonzero(written > 1e-9) == life
    assert np.all(written[:, :month] == 0.0)


# The waterfall


@given(SEEDS)
@settings(max_examples=40, deadline=None)
def test_waterfall_keeps_its_order_and_its_cash(seed):
    rng = np.random.default_rng(seed)
    cfads = rng.normal(10.0, 8.0, (5, 60))
    service = np.where(np.arange(60) < 48, 7.0, 0.0) * np.ones((5, 1))
    months, lockup = np.full(5, 6), np.full(5, 1.15)
    w = dsra_and_waterfall.waterfall(cfads, service, months, lockup)
    target = dsra_and_waterfall.coming(service, months)
    paid = w.distributed_usd > 1e-9
    assert np.all(w.dscr[paid] >= 1.15)  # nothing in lock-up
    assert np.all(w.reserve_usd[paid] >= target[paid] - 1e-9)  # nothing before the reserve is full
    assert np.all(w.cured_usd[paid] == 0.0)  # nothing while the owner cures
    assert np.all(w.reserve_usd >= 0.0)
    assert np.all(w.held_usd >= 0.0)
    cured = w.cured_usd > 1e-9
    assert np.all(w.reserve_usd[cured] <= 1e-9)  # the reserve comes before the owner
    cash = np.cumsum(cfads - service + w.cured_usd - w.distributed_usd, axis=1)
    np.testing.assert_allclose(cash, w.reserve_usd + w.held_usd, atol=1e-6)


def test_trailing_cover():
    cfads, service = np.full((1, 24), 13.0), np.full((1, 24), 10.0)
    cfads[0, 12:] = 11.0
    cover = dsra_and_waterfall.trailing_dscr(cfads, service)
    assert cover[0, 11] == pytest.approx(1.3)
    assert cover[0, 17] == pytest.approx(1.2)
    assert cover[0, 23] == pytest.approx(1.1)


# Invariants of a programme with every kind, for random dates


@given(SEEDS)
@settings(max_examples=15, deadline=None)
def test_cash_is_conserved_and_nothing_is_negative(case_of, campus, seed):
    ledger = case_of(seed, program=campus).settle()
    for e in (*ledger.entries, *ledger.memo, *ledger.unpaid):
        assert np.all(np.isfinite(e.amount_usd)), e.leg
        assert e.amount_usd.min() >= -CENT, (e.instrument, e.leg)
    net = net_by_party(ledger)
    assert np.abs(np.sum(list(net.values()), axis=0)).max() < CENT


@given(SEEDS)
@settings(max_examples=15, deadline=None)
def test_debt_is_never_negative_and_is_repaid_by_what_was_lent(case_of, campus, seed):
    """Draws and interest added to the balance, less principal, month by month."""
    case = case_of(seed, program=campus)
    ledger = case.settle()
    for loan in ("loan", "sculpted", "system-loan", "system-lease", "notes"):
        added = of(ledger, loan, "draw") + of(ledger, loan, "capitalised_interest")
        balance = np.cumsum(added - of(ledger, loan, "principal"), axis=1)
        scale = max(added.sum(axis=1).max(), 1.0)
        unpaid = [e.amount_usd for e in ledger.unpaid if (e.instrument, e.leg) == (loan, "")]
        assert balance.min() >= -1e-6 * scale, loan
        assert not unpaid


@given(SEEDS)
@settings(max_examples=15, deadline=None)
def test_nothing_is_paid_for_use_before_service(case_of, campus, seed):
    case = case_of(seed, program=campus)
    ledger = case.settle()
    sites = case.inputs.blocks.site
    mesa = case.inputs.blocks.sites.index("mesa")
    first = np.floor(case.schedule.in_service[:, sites == mesa].min(axis=1))
    early = np.arange(case.inputs.axis.count) < first[:, None]
    for instrument, legs in {
        "system-lease": ("system_rent", "interest", "principal", "purchase", "sale"),
        "offtake-mesa": ("capacity", "renewal"),
        "sculpted": ("interest", "principal"),
        "value-guarantee": ("guarantee", "sale"),
        "power": ("energy", "minimum_take", "demand_charge"),
        "backstop": ("backstop",),
    }.items():
        for leg in legs:
            assert np.all(of(ledger, instrument, leg)[early] == 0.0), (instrument, leg)


@given(SEEDS)
@settings(max_examples=15, deadline=None)
def test_no_more_is_released_than_committed(case_of, campus, seed):
    ledger = case_of(seed, program=campus).settle()
    for instrument, legs, cap in (
        ("tranches", ("tranche",), 1.8e9), ("system-loan", ("draw",), 4e9),
        ("backstop", ("backstop",), 0.6e9), ("value-guarantee", ("guarantee",), 1e9),
        ("lease-guarantee", ("guarantee", "escrow_paid"), 0.4e9), ("notes", ("draw",), 0.5e9),
    ):  # fmt: skip
        paid = np.sum([of(ledger, instrument, leg) for leg in legs], axis=0)
        assert paid.sum(axis=1).max() <= cap * (1 + 1e-9), instrument


@given(SEEDS)
@settings(max_examples=10, deadline=None)
def test_a_lessor_stands_in_the_clouds_place_and_is_always_funded(case_of, campus, seed):
    case = case_of(seed, program=campus)
    net = net_by_party(case.settle(), investment=True)["chip-company"]
    assert np.abs(net).max() < CENT  # each payment is met by the loan and the sponsor
    ledger = case.settle()
    own = net_by_party(ledger, investment=False)["chip-company"]
    unpaid = sum((e.amount_usd for e in ledger.unpaid if e.payer == "chip-company"), 0.0 * own)
    arrears = np.cumsum(unpaid, axis=1) > CENT
    # What is left goes to the sponsor, unless lenders were left unpaid; what lacks comes from it.
    assert np.abs(np.where(arrears, 0.0, own)).max() < CENT
    assert own.min() > -CENT


def test_a_lessor_in_default_gives_its_sponsor_nothing(case_of, campus):
    case = case_of(5, draws=4, program=campus)
    month = np.array([20.0, 60.0, 90.0, np.inf])
    failed = replace(case.inputs, defaults={"chip-company": month})
    calm = replace(case.inputs, defaults={})
    before, after = (
        of(replace(case, inputs=i).settle(), "system-lease", "distribution") for i in (calm, failed)
    )
    late = np.arange(before.shape[1]) >= month[:, None]
    assert before[late].sum() > 0.0
    assert after[late].sum() == 0.0
    np.testing.assert_array_equal(after[~late], before[~late])


@pytest.mark.parametrize("party", ["vendor", "lab", "sponsor"])
def test_equity_stops_at_a_default_of_investor_or_issuer(case_of, dates_of, campus, party):
    """So does what the lab passes on; the funding gate sees the same."""
    case = case_of(5, draws=3, program=campus)
    shape = case.inputs.blocks.racks.shape
    schedule = dates_of(shape, cleared=2, ready=20, ordered=12, delivered=21, in_service=24)
    month = np.array([5.7, 25.2, 90.0])
    case = replace(case, schedule=schedule, inputs=replace(case.inputs, defaults={party: month}))
    ledger = case.settle()
    paid = {name: of(ledger, name, leg).sum(axis=1) > 0.0
            for name, leg in (("tranches", "tranche"), ("round", "equity"))}  # fmt: skip
    gigawatt = [False, False, True] if party != "sponsor" else [True] * 3  # due in month 25
    assert paid["tranches"].tolist() == gigawatt
    assert paid["round"].tolist() == ([False, True, True] if party != "vendor" else [True] * 3)
    for at in (0, 6, 26, 60, 100):
        seen = gap_usd(case.inputs, schedule, at)
        booked = ledger.gap_usd[:, at - 1] if at else 0.0
        np.testing.assert_allclose(seen, booked, rtol=1e-9, atol=1.0)


def test_shares_of_a_party_in_default_are_worth_nothing(case_of, campus):
    case = case_of(6, draws=3, program=campus)
    ledger = case.settle()
    month = np.array([10.0, 100.0, np.inf])
    resale = case.inputs.assumptions.resale_yearly_factor
    whole = terminal_usd(ledger, resale)["vendor"]
    found = terminal_usd(ledger, resale, {"lab": month})["vendor"]
    cost = of(ledger, "tranches", "tranche").sum(axis=1)
    np.testing.assert_allclose(whole - found, np.where(month < 180.0, cost, 0.0), atol=CENT)


def test_cost_that_a_party_in_default_leaves_unpaid_still_lowers_its_tax(case_of):
    case = case_of(3, program=taxed(small_program(), "builder"))
    failed = replace(case.inputs, defaults={"builder": np.full(case.inputs.draws, 40.0)})
    ledgers = case.settle(), replace(case, inputs=failed).settle()
    assert sum(e.amount_usd.sum() for e in ledgers[1].unpaid if e.leg == "interest") > 1e6
    first, second = (of(ledger, "tax", "tax") for ledger in ledgers)
    np.testing.assert_allclose(first, second, atol=1.0)


def test_sculpted_loan_keeps_its_cover_where_the_hall_is_in_time(case_of, dates_of, campus):
    case = case_of(2, draws=3, program=campus)
    shape = case.inputs.blocks.racks.shape
    schedule = dates_of(shape, cleared=12, ready=30, ordered=20, delivered=28, in_service=30)
    loan = term_loan_sculpted.loans(case.inputs, schedule)
    mesa = case.inputs.blocks.site == case.inputs.blocks.sites.index("mesa")
    sized = np.any(loan.service_usd > 0.0, axis=2)
    assert np.all(sized[:, mesa])
    assert not sized[:, ~mesa].any()
    cover = (
        loan.cfads_usd[:, mesa]
        / np.where(loan.service_usd > 0.0, loan.service_usd, np.nan)[:, mesa]
    )
    # At most 1.3: one month of interest after the construction, or the gearing binds.
    assert np.nanmin(cover) >= 1.3 / (1 + 0.068 / 12) - 1e-9
    np.testing.assert_allclose(
        term_loan_sculpted.debt_usd(loan.service_usd, loan.rate, loan.months)[:, mesa],
        loan.balance_usd[:, mesa],
    )


def test_a_steep_lease_adds_interest_to_the_sculpted_balance_and_is_still_repaid(
    case_of, dates_of, campus
):
    """Early service below the interest: the rest is owed on, and the last payment clears it."""
    steep = {"lease": {"escalator_share": Point(0.3), "rent_usd_per_kw_month": Point(60.0)},
             "sculpted": {"term_years": Point(6.0), "gearing_share": Point(1.0)}}  # fmt: skip
    instruments = tuple(
        replace(i, terms={**i.terms, **steep.get(i.id, {})})
        for i in campus.instruments
        if i.kind not in ("lease_guarantee_with_escrow", "residual_value_guarantee")
    )
    case = case_of(2, draws=3, program=replace(campus, instruments=instruments))
    shape = case.inputs.blocks.racks.shape
    schedule = dates_of(shape, cleared=1, ready=14, ordered=6, delivered=13, in_service=14)
    ledger = replace(case, schedule=schedule).settle()
    drawn, added = of(ledger, "sculpted", "draw"), of(ledger, "sculpted", "capitalised_interest")
    repaid, interest = (of(ledger, "sculpted", leg) for leg in ("principal", "interest"))
    balance = np.cumsum(drawn + added - repaid, axis=1)
    assert balance.min() > -1.0
    np.testing.assert_allclose(balance[:, -1], 0.0, atol=10.0)
    assert added[:, 16:].sum() > 0.0  # beyond what the construction adds
    # Interest paid and added is the rate on what was owed, month by month.
    month = slice(16, 80)
    owed = np.pad(balance, ((0, 0), (1, 0)))[:, :-1][:, month]
    accrued = (interest + added)[:, month]
    np.testing.assert_allclose(accrued, owed * 0.068 / 12, rtol=1e-6, atol=10.0)


def test_a_late_hall_costs_cover(case_of, dates_of, campus):
    case = case_of(2, draws=3, program=campus)
    shape = case.inputs.blocks.racks.shape
    days = {"cleared": 12, "ready": 30, "ordered": 20, "delivered": 28}
    on_time = term_loan_sculpted.loans(case.inputs, dates_of(shape, **days, in_service=30))
    late = term_loan_sculpted.loans(case.inputs, dates_of(shape, **days, in_service=42))
    mesa = case.inputs.blocks.site == case.inputs.blocks.sites.index("mesa")
    ratio = late.balance_usd[:, mesa] / on_time.balance_usd[:, mesa]
    np.testing.assert_allclose(ratio, (1 + 0.068 / 12) ** 12)


def test_draws_stop_at_commitment_and_last_day(case_of, dates_of, campus):
    case = case_of(2, draws=2, program=campus)
    shape = case.inputs.blocks.racks.shape
    late = dates_of(shape, cleared=1, ready=50, ordered=40, delivered=48, in_service=50)
    assert np.all(delayed_draw_loan.drawn_usd(case.inputs, late) == 0.0)
    early = dates_of(shape, cleared=1, ready=14, ordered=6, delivered=13, in_service=14)
    drawn = delayed_draw_loan.drawn_usd(case.inputs, early)
    np.testing.assert_allclose(drawn.sum(axis=1), 4e9)


def test_ramp_and_credits_of_an_offtake(case_of, dates_of, campus):
    case = case_of(2, draws=2, program=campus)
    shape = case.inputs.blocks.racks.shape
    schedule = dates_of(shape, cleared=1, ready=14, ordered=6, delivered=13, in_service=24)
    case = type(case)(case.program, case.inputs, schedule, case.capacity, case.energy_cost_usd,
                      case.done)  # fmt: skip
    bill = of(case.settle(), "offtake-mesa", "capacity")
    assert compute_offtake.RAMP_STEPS == 6
    use = bill[:, 24:72] / bill[:, 29:30]
    assert np.all(bill[:, :24] == 0.0)
    assert np.all(bill[:, 72:] == 0.0)
    assert np.all(use[:, 0] < 0.5)  # a sixth of the price, up to differences of use


def test_unpaid_rent_is_met_from_escrow_then_from_the_guarantor(case_of, campus):
    case = case_of(7, draws=300, program=campus)
    ledger = case.settle()
    rent = np.sum([e.amount_usd for e in ledger.unpaid if e.leg == "rent"], axis=0)
    escrow = of(ledger, "lease-guarantee", "escrow_paid")
    own = of(ledger, "lease-guarantee", "guarantee")
    assert (rent.sum(axis=1) > 0).any()
    relet = np.sum([e.amount_usd for e in ledger.entries if e.leg == "relet_rent"], axis=0)
    assert (relet.sum(axis=1) > 0).any()
    covered = np.minimum(np.maximum(rent - relet, 0.0).sum(axis=1), 0.4e9)
    np.testing.assert_allclose((escrow + own).sum(axis=1), covered, rtol=1e-9, atol=CENT)
    assert escrow.sum(axis=1).max() <= 0.05e9 + CENT
    later = np.cumsum(escrow, axis=1) < 0.05e9 - CENT
    assert np.all(own[later] <= CENT)


def test_tranches_have_a_price(campus):
    terms = next(i for i in campus.instruments if i.id == "tranches").terms
    assert terms["pre_money_usd"].central == 50e9
    assert equity_tranche_milestone.KIND == "equity_tranche_milestone"


@given(SEEDS)
@settings(max_examples=10, deadline=None)
def test_the_gate_sees_the_gap_of_the_ledger_with_every_instrument(case_of, campus, seed):
    case = case_of(seed, program=campus)
    ledger = case.settle()
    for month in (1, 14, 45, 120):
        seen = gap_usd(case.inputs, case.schedule, month)
        np.testing.assert_allclose(seen, ledger.gap_usd[:, month - 1], rtol=1e-9, atol=CENT)
