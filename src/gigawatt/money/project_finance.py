"""One project-finance case: sculpted debt, taxes, and what is left for the owner, year by year.

Conventions, year 0 is financial close::

    all cost in year 0; flows at the end of years 1 … N; prices of year 1 are not escalated
    revenue_t = net output kW x hours x price (1 + g)^(t - 1)
    CFADS_t   = revenue_t - O&M per kW x nameplate kW (1 + e)^(t - 1)           before tax
    service_t = CFADS_t / DSCR over the tenor;  debt = sum of service_t / (1 + r)^t
    fee       = upfront share x debt, paid in year 0:  equity = cost + fee - debt
    state tax = s (CFADS - depreciation - interest)
    federal   = f (CFADS - depreciation - interest - state tax)
    equity_t  = CFADS - interest - principal - state tax - federal tax

Losses are used in the year in which they arise (a negative tax is a receipt: the owner has other
income). Depreciation, the same for both taxes, is a share of the installed cost each year; what
falls after the last year is never deducted. The formula is taken as it stands where a year's cash
flow is negative: its service is negative too, the lender pays in; where the sum is not above zero
there is no debt. The upfront fee is by default neither depreciated nor deducted; `upfront_fee_tax`
says otherwise. No reserves, no interest during construction, no working capital, no salvage.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from gigawatt.money.debt import balances, llcr, sculpted_debt, sculpted_service
from gigawatt.money.finance_case import FinanceCase
from gigawatt.money.irr import irr
from gigawatt.quantity.arrays import Array

PERCENT = 100.0


@dataclass(frozen=True, slots=True)
class FinanceResult:
    """Outcome of a case; arrays are (N + 1,) by year, year 0 first.

    Attributes
    ----------
    debt_usd, upfront_fee_usd, equity_usd : sources and the fee; equity + debt = cost + fee.
    equity_irr_after_tax_pct : per cent a year; nan where no rate makes the value zero.
    irr_roots : number of rates that do; more than 1 = the rate means nothing.
    equity_npv_after_tax_usd : value at year 0 of the owner's flows.
    min_dscr, llcr : cover; inf without debt.
    years : name → flows.
    """

    debt_usd: float
    upfront_fee_usd: float
    equity_usd: float
    equity_irr_after_tax_pct: float
    irr_roots: int
    equity_npv_after_tax_usd: float
    min_dscr: float
    llcr: float
    years: dict[str, Array]


def solve(case: FinanceCase) -> FinanceResult:
    """Size the debt and compute the owner's return."""
    n, r, tenor = case.analysis_years, case.debt_rate, case.debt_tenor_years
    t = np.arange(n)
    energy_kwh = case.net_output_kw * case.hours_per_year
    price = case.price_usd_per_kwh_year1 * (1.0 + case.price_escalation_per_year) ** t
    revenue = energy_kwh * price
    om = case.om_usd_per_kw_year1 * case.nameplate_kw * (1.0 + case.om_escalation_per_year) ** t
    cfads = revenue - om
    service = sculpted_service(cfads, case.target_dscr, tenor)
    debt = float(sculpted_debt(cfads, case.target_dscr, r, tenor))
    if debt <= 0.0:
        debt, service = 0.0, np.zeros(n)
    interest = balances(debt, service, r) * r
    interest = np.where(t < tenor, interest, 0.0)
    fee = case.upfront_fee * debt
    deducted = _depreciation(case, fee)
    taxable = cfads - interest - deducted
    state = case.state_tax_rate * taxable
    federal = case.federal_tax_rate * (taxable - state)
    equity = case.total_installed_cost_usd + fee - debt
    flows = np.concatenate([[-equity], cfads - service - state - federal])
    discount = (1.0 + case.nominal_discount_rate) ** -np.arange(n + 1.0)
    returns = irr(flows[None])
    zero = np.zeros(1)
    years = {
        "revenue_usd": revenue, "om_usd": om, "cfads_usd": cfads, "interest_usd": interest,
        "principal_usd": service - interest, "tax_deduction_usd": deducted,
        "state_tax_usd": state, "federal_tax_usd": federal,
    }  # fmt: skip
    return FinanceResult(
        debt_usd=debt,
        upfront_fee_usd=fee,
        equity_usd=equity,
        equity_irr_after_tax_pct=PERCENT * float(returns.rate[0]),
        irr_roots=int(returns.roots[0]),
        equity_npv_after_tax_usd=float(flows @ discount),
        min_dscr=_least_cover(cfads, service),
        llcr=float(llcr(cfads, r, tenor, debt)),
        years={k: np.concatenate([zero, v]) for k, v in years.items()} | {"equity_flow_usd": flows},
    )


def _least_cover(cfads: Array, service: Array) -> float:
    """Least cash flow over service of the years with service; inf without."""
    due = service != 0.0
    return float((cfads[due] / service[due]).min(initial=np.inf))


def _depreciation(case: FinanceCase, fee_usd: float) -> Array:
    """Deductions for tax of each year, (N,)."""
    n = case.analysis_years
    share = np.zeros(n)
    given = np.array(case.tax_depreciation[:n])
    share[: given.size] = given
    if case.upfront_fee_tax == "with_cost":
        return np.asarray(share * (case.total_installed_cost_usd + fee_usd))
    out = share * case.total_installed_cost_usd
    if case.upfront_fee_tax == "over_tenor" and case.debt_tenor_years:
        out[: case.debt_tenor_years] += fee_usd / case.debt_tenor_years
    return np.asarray(out)
