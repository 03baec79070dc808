"""One case against closed forms, against a case worked line by line, and bad input."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
import pyxirr
from click.testing import CliRunner
from hypothesis import given, settings
from hypothesis import strategies as st

from gigawatt.cli.finance import command
from gigawatt.errors import ProblemsError
from gigawatt.money.finance_case import KEYS, read_case
from gigawatt.money.project_finance import solve

EXAMPLE = Path(__file__).parents[2] / "examples/project-finance.json"


def case(**changes):
    return {**json.loads(EXAMPLE.read_text()), **changes}


def solved(**changes):
    return solve(read_case(case(**changes), "case"))


def worked_by_hand(c):
    """The same case year by year in plain Python, as a spreadsheet would do it."""
    flows, debt = [], 0.0
    years = range(1, c["analysis_years"] + 1)
    cfads = {}
    for t in years:
        revenue = (c["net_output_kw"] * c["hours_per_year"] * c["price_usd_per_kwh_year1"]
                   * (1 + c["price_escalation_per_year"]) ** (t - 1))  # fmt: skip
        om = (c["nameplate_kw"] * c["om_usd_per_kw_year1"]
              * (1 + c["om_escalation_per_year"]) ** (t - 1))  # fmt: skip
        cfads[t] = revenue - om
        if t <= c["debt_tenor_years"]:
            debt += cfads[t] / c["target_dscr"] / (1 + c["debt_rate"]) ** t
    equity = c["total_installed_cost_usd"] + c["upfront_fee"] * debt - debt
    flows.append(-equity)
    balance = debt
    for t in years:
        service = cfads[t] / c["target_dscr"] if t <= c["debt_tenor_years"] else 0.0
        interest = balance * c["debt_rate"] if t <= c["debt_tenor_years"] else 0.0
        balance -= service - interest
        shares = c["tax_depreciation"]
        share = shares[t - 1] if t <= len(shares) else 0.0
        income = cfads[t] - interest - share * c["total_installed_cost_usd"]
        state = c["state_tax_rate"] * income
        federal = c["federal_tax_rate"] * (income - state)
        flows.append(cfads[t] - service - state - federal)
    return debt, equity, flows, balance


def test_the_example_agrees_with_a_spreadsheet_of_plain_python():
    c = case()
    debt, equity, flows, left = worked_by_hand(c)
    result = solved()
    assert result.debt_usd == pytest.approx(debt, rel=1e-12)
    assert result.equity_usd == pytest.approx(equity, rel=1e-12)
    assert result.equity_irr_after_tax_pct == pytest.approx(100 * pyxirr.irr(flows), rel=1e-9)
    npv = pyxirr.npv(c["nominal_discount_rate"], flows)
    assert result.equity_npv_after_tax_usd == pytest.approx(npv, rel=1e-9)
    assert abs(left) < 1e-3  # the debt is repaid at the end of its tenor
    assert result.min_dscr == pytest.approx(c["target_dscr"])
    assert result.llcr == pytest.approx(c["target_dscr"])


@st.composite
def random_cases(draw):
    years = draw(st.integers(1, 40))
    shares = draw(st.lists(st.floats(0.0, 1.0), min_size=0, max_size=30))
    whole = max(sum(shares), 1.0)
    return case(
        net_output_kw=draw(st.floats(0.0, 1e5)), hours_per_year=draw(st.floats(0.0, 8784.0)),
        price_usd_per_kwh_year1=draw(st.floats(-0.02, 1.5)),
        price_escalation_per_year=draw(st.floats(-0.2, 0.15)),
        total_installed_cost_usd=draw(st.floats(1e6, 1e10)),
        om_usd_per_kw_year1=draw(st.floats(0.0, 900.0)),
        om_escalation_per_year=draw(st.floats(-0.1, 0.15)), analysis_years=years,
        federal_tax_rate=draw(st.floats(0.0, 0.6)), state_tax_rate=draw(st.floats(0.0, 0.3)),
        tax_depreciation=[x / whole for x in shares], debt_rate=draw(st.floats(-0.02, 0.3)),
        debt_tenor_years=draw(st.integers(0, years)), target_dscr=draw(st.floats(0.8, 3.0)),
        upfront_fee=draw(st.floats(0.0, 0.1)), nominal_discount_rate=draw(st.floats(-0.05, 0.3)),
    )  # fmt: skip


@given(random_cases())
@settings(max_examples=150, deadline=None)
def test_any_case_agrees_with_a_spreadsheet_of_plain_python(c):
    debt, equity, flows, left = worked_by_hand(c)
    result = solve(read_case(c, "case"))
    scale = max(map(abs, flows)) + abs(debt)
    if debt <= 0.0:
        assert result.debt_usd == 0.0
        return
    assert result.debt_usd == pytest.approx(debt, rel=1e-11)
    assert result.equity_usd == pytest.approx(equity, rel=1e-9, abs=1e-11 * scale)
    np.testing.assert_allclose(result.years["equity_flow_usd"], flows, rtol=1e-8,
                               atol=1e-10 * scale)  # fmt: skip
    npv = sum(x / (1 + c["nominal_discount_rate"]) ** t for t, x in enumerate(flows))
    assert result.equity_npv_after_tax_usd == pytest.approx(npv, rel=1e-8, abs=1e-9 * scale)
    assert abs(left) < 1e-7 * scale
    rate = result.equity_irr_after_tax_pct / 100.0
    if result.irr_roots == 1 and -0.5 < rate < 2.0:
        value = sum(x / (1 + rate) ** t for t, x in enumerate(flows))
        slope = sum(t * abs(x) / (1 + rate) ** (t + 1) for t, x in enumerate(flows))
        assert abs(value) <= 1e-8 * slope


def test_level_cash_flow_gives_an_annuity():
    r = solved(price_escalation_per_year=0.0, om_escalation_per_year=0.0, debt_rate=0.06,
               debt_tenor_years=15, target_dscr=1.25)  # fmt: skip
    cfads = r.years["cfads_usd"][1]
    annuity = (1 - 1.06**-15) / 0.06
    assert r.debt_usd == pytest.approx(cfads / 1.25 * annuity, rel=1e-12)


def test_without_taxes_and_debt_the_owner_has_the_project():
    r = solved(federal_tax_rate=0, state_tax_rate=0, debt_tenor_years=0)
    assert r.debt_usd == 0.0
    assert np.isinf(r.min_dscr)
    np.testing.assert_allclose(r.years["equity_flow_usd"][1:], r.years["cfads_usd"][1:])


@given(
    st.floats(1.05, 2.5), st.floats(0.0, 0.15), st.integers(1, 25), st.floats(0.0, 0.05),
    st.floats(0.0, 0.4), st.floats(0.0, 0.12),
)  # fmt: skip
@settings(max_examples=40, deadline=None)
def test_accounts_close(dscr, rate, tenor, fee, federal, state):
    r = solved(target_dscr=dscr, debt_rate=rate, debt_tenor_years=tenor, upfront_fee=fee,
               federal_tax_rate=federal, state_tax_rate=state)  # fmt: skip
    cost = case()["total_installed_cost_usd"]
    assert r.debt_usd + r.equity_usd == pytest.approx(cost + r.upfront_fee_usd, rel=1e-12)
    assert r.years["principal_usd"].sum() == pytest.approx(r.debt_usd, rel=1e-9)
    assert r.min_dscr == pytest.approx(dscr)
    assert r.llcr == pytest.approx(dscr)
    y = r.years
    left = (y["cfads_usd"] - y["interest_usd"] - y["principal_usd"] - y["state_tax_usd"]
            - y["federal_tax_usd"])  # fmt: skip
    np.testing.assert_allclose(left[1:], y["equity_flow_usd"][1:], rtol=1e-9, atol=1e-3)


def test_the_fee_may_be_deducted_in_two_ways():
    none, cost, tenor = (
        solved(upfront_fee_tax=way).equity_npv_after_tax_usd
        for way in ("none", "with_cost", "over_tenor")
    )
    assert none < tenor < cost


@pytest.mark.parametrize("key", [*KEYS, "tax_depreciation"])
@pytest.mark.parametrize("value", [None, "much", float("nan"), True, -7.5])
def test_each_bad_value_is_told_with_its_key(key, value):
    if key == "price_usd_per_kwh_year1" and value == -7.5:
        return  # prices may be negative
    with pytest.raises(ProblemsError) as error:
        read_case(case(**{key: value}), "case.json")
    assert any(p.key == key for p in error.value.problems)


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"tax_depreciation": [0.6, 0.6]}, "more than 1"),
        ({"tax_depreciation": [1.2]}, "tax_depreciation[0]"),
        ({"debt_tenor_years": 30}, "analysis_years (25)"),
        ({"debt_rat": 0.1}, "Did you mean 'debt_rate'"),
        ({"upfront_fee_tax": "withcost"}, "Did you mean 'with_cost'"),
        ({"analysis_years": 12.5}, "whole number"),
        ({"federal_tax_rate": 21}, "6 % is 0.06"),
        ({"debt_rate": 6}, "6 % is 0.06"),
        ({"debt_rate": "6 years"}, "is not a unit of share"),
        ({"tax_depreciation": [20, 32, 48]}, "tax_depreciation[0]"),
        ({"total_installed_cost_usd": 10**400}, "must be a number"),
        ({"price_usd_per_kwh_year1": 55e3}, "at most 100"),
    ],
)
def test_what_is_wrong_is_said(changes, words):
    with pytest.raises(ProblemsError, match=r".") as error:
        read_case(case(**changes), "case.json")
    assert words in str(error.value)


def test_keys_of_others_are_left_alone_and_told(tmp_path):
    path = tmp_path / "case.json"
    given = {**case(), "id": 7, "currency": "USD", "expected": {"debt_usd": 1.0}}
    path.write_text("\ufeff" + json.dumps(given), encoding="utf-8")
    found = CliRunner().invoke(command, [str(path), "--json"])
    assert found.exit_code == 0
    assert "note: id, currency, expected: no key of a case" in found.stderr
    assert json.loads(found.stdout)["debt_usd"] == pytest.approx(solved().debt_usd)
    with pytest.raises(ProblemsError, match="is missing"):
        read_case({k: v for k, v in given.items() if k != "debt_rate"}, "case.json")


def test_units_may_be_written_and_text_beside_the_keys_is_left_alone():
    written = case(debt_rate="7 %", nameplate_kw="100 MW", total_installed_cost_usd="$330 m",
                   name="plant", note="a note")  # fmt: skip
    assert read_case(written, "case") == read_case(case(), "case")


def test_years_of_negative_cash_flow_follow_the_formula():
    """O&M that outgrows the price: the formula is a plain sum, and the books still close."""
    c = case(om_escalation_per_year=0.14, upfront_fee=0.0)
    debt, _, flows, left = worked_by_hand(c)
    result = solve(read_case(c, "case"))
    assert result.years["cfads_usd"][c["debt_tenor_years"]] < 0.0
    assert result.debt_usd == pytest.approx(debt, rel=1e-12)
    np.testing.assert_allclose(result.years["equity_flow_usd"], flows, rtol=1e-9)
    assert abs(left) < 1e-3
    assert result.min_dscr == pytest.approx(c["target_dscr"])


@pytest.mark.parametrize("count", [1, 3, 25, 40])
def test_depreciation_may_be_shorter_or_longer_than_the_analysis(count):
    shares = [1.0 / count] * count
    c = case(tax_depreciation=shares)
    result = solve(read_case(c, "case"))
    np.testing.assert_allclose(result.years["equity_flow_usd"], worked_by_hand(c)[2], rtol=1e-9)
    written = result.years["tax_deduction_usd"].sum() / c["total_installed_cost_usd"]
    assert written == pytest.approx(min(c["analysis_years"] / count, 1.0))


def test_a_key_that_stands_twice_and_a_case_without_debt_are_told(tmp_path):
    path = tmp_path / "case.json"
    path.write_text('{"debt_rate": 0.1, "debt_rate": 0.2}')
    twice = CliRunner().invoke(command, [str(path)])
    assert "debt_rate: stands twice" in str(twice.exception)
    path.write_text(json.dumps(case(price_usd_per_kwh_year1=0.001)))
    none = CliRunner().invoke(command, [str(path), "--json"])
    assert json.loads(none.stdout)["debt_usd"] == 0.0
    assert "the cash flow carries none" in none.stderr


def test_the_command_prints_the_named_outputs():
    result = CliRunner().invoke(command, [str(EXAMPLE), "--json"])
    data = json.loads(result.stdout)
    assert {"debt_usd", "equity_usd", "equity_irr_after_tax_pct", "equity_npv_after_tax_usd",
            "min_dscr"} <= set(data)  # fmt: skip
    assert data["equity_irr_roots"] == 1


@pytest.mark.parametrize(
    ("price", "told"),
    [(0.066, "2 rates of return, as the flows change their sign more than once (0.5005 %, 17.9 %"),
     (0.06, "no rate of return: none makes the present value zero")],
)  # fmt: skip
def test_what_the_rates_of_return_are_is_told(price, told):
    """Cash flow that turns negative at the end, as O&M outgrows the price."""
    from gigawatt.cli.finance import _notes

    case = read_case({
        "nameplate_kw": 100_000, "net_output_kw": 85_000, "hours_per_year": 8760,
        "price_usd_per_kwh_year1": price, "price_escalation_per_year": -0.05,
        "total_installed_cost_usd": 180e6, "om_usd_per_kw_year1": 60,
        "om_escalation_per_year": 0.09, "analysis_years": 25, "federal_tax_rate": 0.21,
        "state_tax_rate": 0.07, "debt_rate": 0.06, "debt_tenor_years": 8, "target_dscr": 2,
        "tax_depreciation": [0.2, 0.32, 0.192, 0.1152, 0.1152, 0.0576],
        "upfront_fee": 0.025, "nominal_discount_rate": 0.08,
    }, "case.json")  # fmt: skip
    assert any(note.startswith(told) for note in _notes(case, solve(case)))
