"""Loans that float in part and loans that are refinanced, against closed forms."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import pyxirr
from factories import small_program
from hypothesis import given, settings
from hypothesis import strategies as st

from gigawatt.errors import ProblemsError
from gigawatt.money.rates import RateCurve
from gigawatt.money.returns import net_by_party
from gigawatt.money.statements import out_of_balance_usd, statements
from gigawatt.program.load import load_program
from gigawatt.study.books.stress import Scenario, _changed
from gigawatt.uncertainty.distributions import Point

CAMPUS = str(Path(__file__).parents[2] / "examples/financed-campus.toml")
DATES = {"cleared": 2, "ready": 14, "ordered": 6, "delivered": 13.5, "in_service": 16}
LOANS = {"loan": "site_debt", "sculpted": "term_loan_sculpted", "system-loan": "delayed_draw_loan"}
SEEDS = st.integers(0, 10**6)


@pytest.fixture(scope="module")
def campus():
    """The campus without defaults of its own."""
    return with_terms(load_program(CAMPUS).program, "lease-guarantee", default_yearly_share=0.0)


def with_terms(program, instrument_id, dates=None, **terms):
    new = {k: Point(v) for k, v in terms.items()}
    return replace(program, instruments=tuple(
        replace(i, terms={**i.terms, **new}, dates={**i.dates, **(dates or {})})
        if i.id == instrument_id else i for i in program.instruments
    ))  # fmt: skip


def with_curve(case, *points):
    """Case whose base rate goes through (month, rate) points, without error."""
    draws = case.inputs.draws
    curve = RateCurve(
        np.array([float(m) for m, _ in points]),
        np.tile([r for _, r in points], (draws, 1)).astype(float), np.zeros(draws),
        case.inputs.as_of_month,
    )  # fmt: skip
    return replace(case, inputs=replace(case.inputs, base_rate=curve))


def paid(ledger, instrument, leg):
    found = [e.amount_usd for e in ledger.entries if (e.instrument, e.leg) == (instrument, leg)]
    return np.sum(found, axis=0) if found else np.zeros_like(ledger.gap_usd)


def owed(ledger, instrument):
    """Balance at the beginning of each month from what the ledger moves, (D, M)."""
    added = sum(e.amount_usd for e in ledger.memo
                if (e.instrument, e.leg) == (instrument, "capitalised_interest"))  # fmt: skip
    change = paid(ledger, instrument, "draw") + added - paid(ledger, instrument, "principal")
    return np.cumsum(change, axis=1) - change + added


@given(SEEDS, st.sampled_from(sorted(LOANS)), st.floats(0.0, 1.0))
@settings(max_examples=12, deadline=None)
def test_a_level_curve_gives_the_fixed_loan(case_of, campus, seed, loan, share):
    fixed = with_curve(case_of(seed, draws=2, program=campus), (0, 0.04), (100, 0.04)).settle()
    program = with_terms(campus, loan, floating_share=share, reset_months=1.0)
    floats = with_curve(case_of(seed, draws=2, program=program), (0, 0.04), (100, 0.04)).settle()
    for leg in ("interest", "principal"):
        np.testing.assert_allclose(
            paid(floats, loan, leg), paid(fixed, loan, leg), rtol=1e-12, atol=1e-6
        )


@pytest.mark.parametrize("loan", sorted(LOANS))
@pytest.mark.parametrize("every", [1, 3])
def test_interest_is_the_balance_at_the_rate_of_the_last_reset(
    case_of, dates_of, campus, loan, every
):
    program = with_terms(campus, loan, floating_share=0.6, reset_months=float(every))
    case = with_curve(case_of(2, draws=3, program=program), (0, 0.03), (180, 0.09))
    case = replace(case, schedule=dates_of(case.inputs.blocks.racks.shape, **DATES))
    ledger = case.settle()
    contract = next(c for c in case.inputs.contracts if c.id == loan)
    signed = contract.dates.get("signing", case.inputs.as_of_month)
    months = np.arange(ledger.gap_usd.shape[1])
    base = 0.03 + 0.06 * (months // every * every) / 180.0
    start = 0.03 + 0.06 * max(signed, 0.0) / 180.0
    rate = contract.terms["rate_share"][:, None] + 0.6 * (base - start)
    pays = paid(ledger, loan, "principal") > 1.0
    found, right = paid(ledger, loan, "interest"), owed(ledger, loan) * rate / 12.0
    assert pays.sum() > 100
    np.testing.assert_allclose(found[pays], right[pays], rtol=1e-6, atol=1.0)


@pytest.mark.parametrize("loan", sorted(LOANS))
def test_a_stress_on_rates_moves_only_what_is_not_hedged(case_of, dates_of, campus, loan):
    """Of a loan that is signed: by three points on the floating share of the balance."""

    def settled(share, points):
        program = with_terms(campus, loan, floating_share=share, dates={
            "signing": dt.date(2026, 3, 1)})  # fmt: skip
        case = with_curve(case_of(2, draws=2, program=program), (0, 0.04), (100, 0.04))
        case = replace(case, schedule=dates_of(case.inputs.blocks.racks.shape, **DATES))
        shock = Scenario("rates", "rates", rate_share=points)
        return replace(case, inputs=_changed(case.inputs, shock)).settle()

    assert np.array_equal(*(paid(settled(0.0, x), loan, "interest") for x in (0.0, 0.03)))
    base, more = settled(0.4, 0.0), settled(0.4, 0.03)
    pays = paid(base, loan, "principal") > 1.0
    extra = paid(more, loan, "interest") - paid(base, loan, "interest")
    right = 0.4 * 0.03 / 12.0 * owed(base, loan)
    np.testing.assert_allclose(extra[pays], right[pays], rtol=1e-6, atol=1.0)
    np.testing.assert_allclose(paid(more, loan, "principal"), paid(base, loan, "principal"))


def test_a_stress_before_the_signing_moves_the_whole_rate_once(case_of, dates_of, campus):
    """What is not signed yet is dearer by three points, floating or not."""

    def interest(share, points):
        program = with_terms(campus, "loan", floating_share=share)
        case = with_curve(case_of(2, draws=2, program=program), (0, 0.04), (100, 0.04))
        case = replace(case, schedule=dates_of(case.inputs.blocks.racks.shape, **DATES))
        shock = Scenario("rates", "rates", rate_share=points)
        return paid(replace(case, inputs=_changed(case.inputs, shock)).settle(), "loan", "interest")

    np.testing.assert_allclose(interest(1.0, 0.03), interest(0.0, 0.03))
    assert interest(0.0, 0.03).sum() > interest(0.0, 0.0).sum()


def test_refinancing_on_the_same_terms_changes_nothing(case_of, dates_of):
    """At the same rate for what is left of the term the payments are those of the old loan."""
    program = with_terms(small_program(), "loan", rate_share=0.066, term_years=15.0)
    dates = {"refinancing": dt.date(2030, 1, 1)}

    def settled(p):
        case = case_of(3, draws=2, program=p)
        return replace(case, schedule=dates_of(case.inputs.blocks.racks.shape, **DATES)).settle()

    old = settled(program)
    start = case_of(3, draws=2, program=program).inputs.axis
    month, first = round(start.position(dates["refinancing"])), 17
    left = (first + 180 - month) / 12.0
    new = settled(with_terms(program, "loan", dates, refinance_term_years=left))
    for leg in ("interest", "principal"):
        np.testing.assert_allclose(paid(new, "loan", leg), paid(old, "loan", leg), rtol=1e-9)
    balloon = paid(new, "loan", "balloon")
    assert np.all(np.flatnonzero(balloon[0]) == [month])
    np.testing.assert_allclose(balloon[:, month], owed(old, "loan")[:, month], rtol=1e-9)
    np.testing.assert_array_equal(balloon, paid(new, "loan", "refinanced"))


def test_a_refinanced_loan_pays_the_annuity_of_what_is_owed(case_of, dates_of):
    dates = {"refinancing": dt.date(2030, 1, 1)}
    terms = {"refinance_rate_share": 0.09, "refinance_term_years": 1.0, "refinance_fee_share": 0.01}
    program = with_terms(small_program(), "loan", dates, rate_share=0.066, **terms)
    case = case_of(3, draws=2, program=program)
    ledger = replace(case, schedule=dates_of(case.inputs.blocks.racks.shape, **DATES)).settle()
    month = round(case.inputs.axis.position(dates["refinancing"]))
    balloon = paid(ledger, "loan", "balloon")[:, month]
    service = paid(ledger, "loan", "interest") + paid(ledger, "loan", "principal")
    for d in range(2):
        right = -pyxirr.pmt(0.09 / 12.0, 12, balloon[d])
        np.testing.assert_allclose(service[d, month : month + 12], right, rtol=1e-9)
    assert service.shape[1] > month + 12
    np.testing.assert_allclose(service[:, month + 12 :], 0.0, atol=1e-3)
    np.testing.assert_allclose(paid(ledger, "loan", "refinancing_fee").sum(axis=1), 0.01 * balloon)
    np.testing.assert_allclose(owed(ledger, "loan")[:, -1], 0.0, atol=1.0)


@given(SEEDS, st.floats(0.0, 1.0), st.floats(0.0, 0.12), st.sampled_from(["", "landlord", "cloud"]))
@settings(max_examples=12, deadline=None)
def test_cash_is_conserved_and_books_balance(case_of, campus, seed, share, rate, fails):
    when = {"refinancing": dt.date(2031, 5, 17)}
    program = campus
    for loan in LOANS:
        program = with_terms(program, loan, floating_share=share)
    for loan in ("loan", "system-loan"):
        program = with_terms(program, loan, when, refinance_rate_share=rate)
    case = case_of(seed, draws=2, program=program)
    if fails:
        default = {fails: np.array([40.0, 90.0])}
        case = replace(case, inputs=replace(case.inputs, defaults=default))
    ledger = case.settle()
    scale = max(e.amount_usd.max() for e in ledger.entries)
    assert min(e.amount_usd.min() for e in ledger.entries) >= -1e-2
    assert np.abs(np.sum(list(net_by_party(ledger).values()), axis=0)).max() <= 1e-9 * scale
    for books in statements(ledger).values():
        assert np.abs(out_of_balance_usd(books)).max() < 1e-6 * scale


@pytest.mark.parametrize(
    ("terms", "dates", "told"),
    [
        ("refinance_rate_share = 0.07", "", "dates.refinancing: is missing: it is needed where"),
        ("floating_share = 1.2", "", "floating_share"),
        ("reset_months = 2.5", "", "must be a whole number"),
        ("reset_month = 3", "", "reset_months"),
        ("", "refinancing = 2020-01-01", "is before the calendar starts"),
    ],
)
def test_bad_terms_are_told(tmp_path, terms, dates, told):
    path = tmp_path / "mine.toml"
    path.write_text(f"""
extends = "single-campus"
[[instrument]]
id = "loan"
kind = "site_debt"
terms = {{ {terms} }}
dates = {{ {dates} }}
""")
    with pytest.raises(ProblemsError, match=told):
        load_program(str(path))
