"""Statements that balance, returns, cover, claims, stakes and circularity."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gigawatt.money.by_tranche import paid_by_tranche
from gigawatt.money.instruments.dsra_and_waterfall import covenants
from gigawatt.money.metrics import (
    borrowers,
    claims_usd,
    cover,
    equity_stakes,
    party_results,
    payback_months,
    terminal_usd,
)
from gigawatt.money.result import Entry, Ledger
from gigawatt.money.statements import out_of_balance_usd, statements
from gigawatt.money.tracing import circularity
from gigawatt.program.load import load_program
from gigawatt.uncertainty.distributions import Point

CAMPUS = str(Path(__file__).parents[2] / "examples/financed-campus.toml")
SEEDS = st.integers(0, 10**6)


@pytest.fixture(scope="module")
def campus():
    return load_program(CAMPUS).program


def book(*entries, months=24, memo=(), tranche=None):
    """Ledger of (payer, payee, instrument, leg, investment, {month: usd})."""

    def made(payer, payee, instrument, leg, investment, paid):
        amount = np.zeros((1, months))
        for month, usd in paid.items():
            amount[0, month] = usd
        return Entry(payer, payee, instrument, leg, amount, investment)

    lines = tuple(made(*e) for e in entries)
    parties = tuple(dict.fromkeys(p for e in lines for p in (e.payer, e.payee)))
    released = np.zeros((1, months))
    for e in lines:
        if e.leg == "tranche":
            released += e.amount_usd
    return Ledger(lines, parties, np.zeros((1, months)), released, tuple(made(*e) for e in memo))


@given(SEEDS)
@settings(max_examples=15, deadline=None)
def test_every_balance_sheet_balances(case_of, campus, seed):
    for party, statement in statements(case_of(seed, program=campus).settle()).items():
        scale = max(np.abs(statement.balance["cash"]).max(), 1e9)
        assert np.abs(out_of_balance_usd(statement)).max() < 1e-9 * scale, party
        cash = statement.cash
        total = cash["operating"] + cash["investing"] + cash["financing"]
        np.testing.assert_allclose(total, cash["change"], atol=1.0)
        np.testing.assert_allclose(np.cumsum(cash["change"]), statement.balance["cash"], atol=10.0)


def test_a_purchase_becomes_an_asset_and_is_written_off():
    ledger = book(("cloud", "vendor", "systems", "delivery", True, {0: 72.0}), months=84)
    s = statements(ledger)["cloud"]
    assert s.balance["asset_it"][0] == pytest.approx(71.0)  # 72 months of life
    assert s.balance["asset_it"][71] == pytest.approx(0.0)
    assert s.income["depreciation"].sum() == pytest.approx(72.0)
    assert statements(ledger)["vendor"].income["income"][0] == 72.0


def test_a_loan_stands_on_both_sides():
    ledger = book(
        ("bank", "builder", "loan", "draw", True, {0: 100.0}),
        ("builder", "bank", "loan", "interest", False, {12: 6.0}),
        ("builder", "bank", "loan", "principal", False, {12: 40.0}),
        memo=(("builder", "bank", "loan", "capitalised_interest", False, {6: 3.0}),),
    )
    books = statements(ledger)
    assert books["builder"].balance["debt"][-1] == pytest.approx(63.0)
    assert books["bank"].balance["asset_loans"][-1] == pytest.approx(63.0)
    assert claims_usd(ledger)["bank", "builder"][-1] == pytest.approx(63.0)
    left = terminal_usd(ledger, np.array([0.7]))
    assert left["bank"][0] == pytest.approx(63.0)
    assert left["builder"][0] == pytest.approx(-63.0)


def test_value_return_and_payback_of_a_simple_investment():
    flows = dict.fromkeys(range(1, 13), 11.0)
    ledger = book(
        ("a", "b", "x", "equity", True, {0: 100.0}), ("b", "a", "x", "rent", False, flows)
    )
    r = party_results(ledger, 0.0)["a"]
    assert r.npv_usd[0] == pytest.approx(32.0)
    assert r.irr_roots[0] == 1
    rate = (1 + r.irr_share[0]) ** (1 / 12) - 1
    assert sum(11.0 / (1 + rate) ** m for m in range(1, 13)) == pytest.approx(100.0)
    assert r.payback_months[0] == 10.0
    assert r.peak_need_usd[0] == 100.0


def test_payback_needs_to_last():
    assert payback_months(np.array([[-1.0, 1.0, -1.0, 1.0]]))[0] == 3.0


def test_cover_and_its_life():
    rent = dict.fromkeys(range(1, 13), 13.0)
    service = dict.fromkeys(range(1, 13), 10.0)
    j = 0.01
    debt = sum(10.0 / (1 + j) ** m for m in range(1, 13))
    balance, interest, principal = debt, {}, {}
    for m in range(1, 13):
        interest[m] = balance * j
        principal[m] = service[m] - interest[m]
        balance -= principal[m]
    ledger = book(
        ("bank", "spv", "loan", "draw", True, {0: debt}),
        ("tenant", "spv", "lease", "rent", False, rent),
        ("spv", "bank", "loan", "interest", False, interest),
        ("spv", "bank", "loan", "principal", False, principal),
    )
    assert borrowers(ledger) == ["spv"]
    c = cover(ledger, "spv", np.repeat([2026, 2027], 12))
    assert c.least_dscr[0] == pytest.approx(1.3)
    assert c.llcr[0] == pytest.approx(1.3)
    assert c.peak_debt_usd[0] == pytest.approx(debt)


def test_life_cover_of_a_loan_that_outlives_the_calendar_is_over_what_is_repaid():
    j, months = 0.01, range(1, 24)  # 36 payments of 10, of which 23 fall into the calendar
    debt = sum(10.0 / (1 + j) ** m for m in range(1, 37))
    balance, interest, principal = debt, {}, {}
    for m in months:
        interest[m] = balance * j
        principal[m] = 10.0 - interest[m]
        balance -= principal[m]
    ledger = book(
        ("bank", "spv", "loan", "draw", True, {0: debt}),
        ("tenant", "spv", "lease", "rent", False, dict.fromkeys(months, 13.0)),
        ("spv", "bank", "loan", "interest", False, interest),
        ("spv", "bank", "loan", "principal", False, principal),
    )
    assert cover(ledger, "spv", np.repeat([2026, 2027], 12)).llcr[0] == pytest.approx(1.3)


def test_interest_before_the_first_receipt_is_paid_by_the_build_out():
    ledger = book(
        ("bank", "spv", "loan", "draw", True, {0: 100.0}),
        ("tenant", "spv", "lease", "rent", False, dict.fromkeys(range(12, 24), 13.0)),
        ("markets", "spv", "loan", "parked_interest", False, {1: 0.5}),
        ("spv", "bank", "loan", "interest", False, dict.fromkeys(range(1, 24), 1.0)),
        ("spv", "bank", "loan", "principal", False, dict.fromkeys(range(12, 24), 9.0)),
    )
    dscr = cover(ledger, "spv", np.repeat([2026, 2027], 12)).dscr[0]
    assert np.isinf(dscr[0])
    assert dscr[1] == pytest.approx(1.3)


def test_stakes_follow_value_before_the_money_and_the_whole_round():
    ledger = book(("nv", "lab", "round", "equity", True, {3: 30.0}))
    terms = {
        "pre_money_usd": np.array([730.0]), "valuation_yearly_factor": np.ones(1),
        "round_usd": np.array([110.0]),
    }  # fmt: skip
    held = equity_stakes(ledger, {"round": terms})["nv", "lab", "round"]
    assert held[0, 2] == 0.0
    assert held[0, -1] == pytest.approx(30 / 840)


def test_stakes_of_steps_dilute_each_other_and_never_exceed_the_whole():
    ledger = book(("nv", "lab", "t", "tranche", True, {0: 10.0, 12: 10.0}))
    terms = {"pre_money_usd": np.array([90.0]), "valuation_yearly_factor": np.array([2.0])}
    held = equity_stakes(ledger, {"t": terms})["nv", "lab", "t"]
    first = (10 / 90) / (1 + 10 / 90)
    assert held[0, 0] == pytest.approx(first)
    second = (10 / 90 + (1 + 10 / 90) * 10 / 180) / ((1 + 10 / 90) * (1 + 10 / 180))
    assert held[0, 12] == pytest.approx(second)
    assert held.max() < 1.0


def test_all_cash_of_a_closed_circle_comes_back():
    ledger = book(
        ("nv", "lab", "t", "tranche", True, {1: 10.0}),
        ("lab", "cloud", "p", "prepayment", True, {1: 10.0}),
        ("cloud", "nv", "systems", "deposit", True, {5: 10.0}),
    )
    c = circularity(ledger, "nv")
    assert c.back_share(3) == 0.0
    assert c.back_share(4) == pytest.approx(1.0)
    assert c.content_share == pytest.approx(1.0)


def test_money_of_others_is_mixed_in_and_what_leaves_does_not_come_back():
    ledger = book(
        ("nv", "cloud", "t", "tranche", True, {0: 10.0}),
        ("bank", "cloud", "loan", "draw", True, {0: 30.0}),
        ("cloud", "builders", "site_capex", "construction", True, {1: 20.0}),
        ("cloud", "nv", "systems", "delivery", True, {2: 20.0}),
    )
    c = circularity(ledger, "nv")
    assert c.back_share(24) == pytest.approx(0.5)  # half of the pool went to the builders
    assert c.content_share == pytest.approx(0.5)


@given(SEEDS)
@settings(max_examples=8, deadline=None)
def test_no_more_comes_back_than_was_paid_and_shares_rise_with_time(case_of, campus, seed):
    c = circularity(case_of(seed, program=campus).settle(), "vendor")
    assert np.all(np.diff(c.back_usd) >= -1e-6)
    assert c.back_usd[-1] <= c.paid_usd * (1 + 1e-9)


def test_spending_is_cut_at_the_tranches():
    ledger = book(
        ("nv", "lab", "t", "tranche", True, {2: 10.0, 5: 10.0}),
        ("cloud", "vendor", "systems", "deposit", True, {1: 4.0, 4: 7.0, 5: 2.0, 9: 1.0}),
        ("lab", "cloud", "prepaid", "prepayment", True, {2: 5.0, 5: 5.0}),
        ("gap", "cloud", "gap", "draw", True, {1: 4.0, 9: 3.0}),
        ("cloud", "gap", "gap", "repayment", True, {3: 1.0}),
    )
    parts = {
        "capacity": lambda e: float(e.leg == "deposit"),
        "equity": lambda e: float(e.leg == "prepayment"),
        "unnamed": lambda e: float(e.leg == "draw") - float(e.leg == "repayment"),
    }
    found = paid_by_tranche(ledger, parts, frozenset({"equity"}))
    np.testing.assert_allclose(found["capacity"], [4.0, 9.0, 1.0])
    np.testing.assert_allclose(found["equity"], [0.0, 5.0, 5.0])  # with the tranche of the row
    np.testing.assert_allclose(found["unnamed"], [4.0, -1.0, 3.0])


def test_covenants_are_those_of_the_contract(case_of, campus):
    terms = {"lockup_dscr": Point(1.4), "default_dscr": Point(1.2)}
    changed = tuple(replace(i, terms={**i.terms, **terms}) if i.id == "landlord-cash" else i
                    for i in campus.instruments)  # fmt: skip
    inputs = case_of(1, program=replace(campus, instruments=changed)).inputs
    assert [float(x[0]) for x in covenants(inputs, "landlord")] == [1.4, 1.2]
    assert [float(x[0]) for x in covenants(inputs, "cloud")] == [1.15, 1.05]


def test_rounding_after_the_last_payment_is_no_debt_service(case_of, campus):
    """A loan that ended leaves nothing due: its borrower is not in breach for the years after."""
    case = case_of(11, draws=4, program=campus)
    ledger = case.settle()
    for party in ("chip-company", "cloud", "landlord"):
        service = np.sum(
            [
                e.amount_usd
                for e in ledger.entries
                if e.payer == party and e.leg in ("interest", "principal")
            ],
            axis=0,
        )
        assert not np.any((service > 0.0) & (service < 1.0)), party
