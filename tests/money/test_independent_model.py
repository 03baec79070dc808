"""Cases against NREL's System Advisor Model (SAM), single owner, custom generation profile.

Solved with PySAM 7.1.1 (SSC's own solver): constant output of 85 MW from 100 MW, no degradation,
no reserves, no construction financing, debt sized by cover, custom depreciation on the whole cost.
"""

from __future__ import annotations

import pytest

from gigawatt.money.finance_case import read_case
from gigawatt.money.project_finance import solve

CASE = {
    "nameplate_kw": 100_000.0, "net_output_kw": 85_000.0, "hours_per_year": 8760.0,
    "price_usd_per_kwh_year1": 0.028, "price_escalation_per_year": 0.01,
    "total_installed_cost_usd": 150e6, "om_usd_per_kw_year1": 30.0,
    "om_escalation_per_year": 0.02, "analysis_years": 20, "federal_tax_rate": 0.21,
    "state_tax_rate": 0.07, "tax_depreciation": [0.2, 0.32, 0.192, 0.1152, 0.1152, 0.0576],
    "debt_rate": 0.06, "debt_tenor_years": 15, "target_dscr": 1.3, "upfront_fee": 0.025,
    "nominal_discount_rate": 0.08,
}  # fmt: skip
SAM = {
    "debt_usd": 140075662.26880115, "equity_usd": 13426229.287918866,
    "equity_irr_after_tax_pct": 71.85174935613307, "equity_npv_after_tax_usd": 45759734.12197269,
    "min_dscr": 1.3,
}  # fmt: skip
DEAR = 405156355.2202077  # its net present value at 0.08 USD/kWh, where debt exceeds the cost


def test_every_output_agrees_with_sam():
    found = solve(read_case(dict(CASE), "case.json"))
    for key, value in SAM.items():
        print(f"{key}: {getattr(found, key) / value - 1.0:+.1e}")
        assert getattr(found, key) == pytest.approx(value, rel=1e-6), key


def test_debt_beyond_the_cost_agrees_with_sam():
    found = solve(read_case({**CASE, "price_usd_per_kwh_year1": 0.08}, "case.json"))
    assert found.equity_npv_after_tax_usd == pytest.approx(DEAR, rel=1e-9)


LONG = {
    **CASE, "nameplate_kw": 250_000.0, "net_output_kw": 212_000.0, "hours_per_year": 7446.0,
    "price_usd_per_kwh_year1": 0.0715, "total_installed_cost_usd": 1200e6,
    "om_usd_per_kw_year1": 61.5, "analysis_years": 30, "state_tax_rate": 0.05,
    "debt_rate": 0.058, "debt_tenor_years": 20, "target_dscr": 1.4, "upfront_fee": 0.02,
}  # fmt: skip
MERCHANT = {
    **LONG, "nameplate_kw": 90_000.0, "net_output_kw": 90_000.0, "hours_per_year": 8322.0,
    "price_usd_per_kwh_year1": 0.043, "price_escalation_per_year": -0.005,
    "total_installed_cost_usd": 120e6, "om_usd_per_kw_year1": 150.0,
    "om_escalation_per_year": 0.03, "analysis_years": 15, "state_tax_rate": 0.09,
    "debt_tenor_years": 15, "target_dscr": 1.8, "nominal_discount_rate": 0.11,
    "tax_depreciation": [0.05, 0.095, 0.0855, 0.077, 0.0693, 0.0623, 0.059, 0.059, 0.0591, 0.059,
                         0.0591, 0.059, 0.0591, 0.059, 0.0591, 0.0295],
}  # fmt: skip
# Debt, equity, rate of return in per cent and present value of each by PySAM 7.1.1.
ODD = {
    "merchant, prices fall, schedule longer than the life": (
        MERCHANT, (82200761.51609175, 39443253.71423009, 11.755026658617469, 1462245.2015839964)),
    "no debt to speak of": (
        {**LONG, "target_dscr": 1e9},
        (1.212412322697089, 1199999998.811836, 7.3257551999985795, -66782739.60379839)),
    "no tax": (
        {**LONG, "federal_tax_rate": 0.0, "state_tax_rate": 0.0},
        (866008801.926492, 351311374.1120379, 10.177018572205926, 109459503.9224636)),
    "tenor as long as the life": (
        {**LONG, "debt_tenor_years": 30},
        (1069889256.823541, 151508528.31292975, 49.34173703565213, 280745812.67522377)),
    "no tenor": (
        {**LONG, "debt_tenor_years": 0}, (0.0, 1200e6, 7.325755197580596, -66782739.9056232)),
    "nothing written off": (
        {**LONG, "tax_depreciation": []},
        (866008801.926492, 351311374.1120379, 6.009022914478542, -94104340.29762596)),
    "a first year of loss": (
        {**LONG, "price_usd_per_kwh_year1": 0.02, "om_usd_per_kw_year1": 140.0,
         "om_escalation_per_year": -0.1, "debt_tenor_years": 25, "price_escalation_per_year": 0.08},
        (534221769.00423616, 676462666.3758485, 4.826157137700957, -206840405.0936184)),
}  # fmt: skip


@pytest.mark.parametrize("name", ODD)
def test_odd_cases_agree_with_sam(name):
    """Debt, equity and value to the digits of its solver, the rate of return to its tolerance."""
    case, (debt, equity, rate, value) = ODD[name]
    found = solve(read_case(dict(case), "case.json"))
    assert found.debt_usd == pytest.approx(debt, rel=1e-9, abs=1e-6)
    assert found.equity_usd == pytest.approx(equity, rel=1e-9)
    assert found.equity_npv_after_tax_usd == pytest.approx(value, rel=1e-9)
    assert found.equity_irr_after_tax_pct == pytest.approx(rate, rel=2e-6)
