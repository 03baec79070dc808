"""One case against NREL's System Advisor Model (SAM), single owner, custom generation profile.

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
