"""One project-finance case: sculpted debt, taxes, and what is left for the owner, year by year.

Conventions, year 0 is financial close::

    all cost in year 0; flows at the end of years 1 … N; prices of year 1 are not escalated
    revenue_t = net output kW x hours x price (1 + g)^(t - 1)
    CFADS_t   = revenue_t - O&M per kW x nameplate kW (1 + e)^(t - 1)           before tax
    debt      = sum over the tenor of CFADS_t / DSCR / (1 + r)^t
    fee       = upfront share x debt, paid in year 0:  equity = cost + fee - debt
    state tax = s (CFADS - depreciation - interest)
    federal   = f (CFADS - depreciation - interest - state tax)
    equity_t  = CFADS - interest - principal - state tax - federal tax

Losses are used in the year in which they arise (a negative tax is a receipt: the owner has other
income). Depreciation, the same for both taxes, is a share of the installed cost each year. The
upfront fee is by default neither depreciated nor deducted; `upfront_fee_tax` says otherwise. No
reserves, no interest during construction, no working capital, no salvage.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from gigawatt.errors import Problem, ProblemsError, nearest
from gigawatt.money.debt import balances, dscr, llcr, sculpted_debt, sculpted_service
from gigawatt.money.irr import irr
from gigawatt.quantity.arrays import Array

FEE_TAX = ("none", "with_cost", "over_tenor")
PERCENT = 100.0


@dataclass(frozen=True, slots=True)
class Key:
    """What a key of a case may hold: bounds, whether a whole number, and what it is."""

    low: float
    high: float
    help: str
    whole: bool = False
    above_low: bool = False  # the lower bound itself is not allowed


KEYS: dict[str, Key] = {
    "nameplate_kw": Key(0.0, np.inf, "nameplate power, for O&M", above_low=True),
    "net_output_kw": Key(0.0, np.inf, "power that is sold"),
    "hours_per_year": Key(0.0, 8784.0, "hours at that power a year"),
    "price_usd_per_kwh_year1": Key(-np.inf, np.inf, "price in year 1"),
    "price_escalation_per_year": Key(-1.0, 10.0, "growth of the price", above_low=True),
    "total_installed_cost_usd": Key(0.0, np.inf, "all cost but the fee", above_low=True),
    "om_usd_per_kw_year1": Key(0.0, np.inf, "O&M per kW of nameplate in year 1"),
    "om_escalation_per_year": Key(-1.0, 10.0, "growth of O&M", above_low=True),
    "analysis_years": Key(1, 200, "years of operation", whole=True),
    "federal_tax_rate": Key(0.0, 1.0, "federal tax on income"),
    "state_tax_rate": Key(0.0, 1.0, "state tax on income"),
    "debt_rate": Key(-1.0, 10.0, "interest a year", above_low=True),
    "debt_tenor_years": Key(0, 200, "years of repayment, at most analysis_years", whole=True),
    "target_dscr": Key(0.0, np.inf, "cover of debt service", above_low=True),
    "upfront_fee": Key(0.0, 1.0, "fee as a share of the debt"),
    "nominal_discount_rate": Key(-1.0, 10.0, "the owner's rate", above_low=True),
}  # fmt: skip
DEPRECIATION = "tax_depreciation"
OPTIONAL = "upfront_fee_tax"


@dataclass(frozen=True, slots=True)
class FinanceCase:
    """One case; shares and rates are fractions per year, see `KEYS`.

    Attributes
    ----------
    tax_depreciation : share of the installed cost by year, from year 1.
    upfront_fee_tax : "none", "with_cost" (depreciated like the cost) or "over_tenor" (in equal
        parts over the debt's tenor).
    """

    nameplate_kw: float
    net_output_kw: float
    hours_per_year: float
    price_usd_per_kwh_year1: float
    price_escalation_per_year: float
    total_installed_cost_usd: float
    om_usd_per_kw_year1: float
    om_escalation_per_year: float
    analysis_years: int
    federal_tax_rate: float
    state_tax_rate: float
    tax_depreciation: tuple[float, ...]
    debt_rate: float
    debt_tenor_years: int
    target_dscr: float
    upfront_fee: float
    nominal_discount_rate: float
    upfront_fee_tax: str = "none"


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
        min_dscr=float(dscr(cfads, service)[:tenor].min(initial=np.inf)),
        llcr=float(llcr(cfads, r, tenor, debt)),
        years={k: np.concatenate([zero, v]) for k, v in years.items()} | {"equity_flow_usd": flows},
    )


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


def read_case(data: object, where: str) -> FinanceCase:
    """Case from the content of a JSON file.

    Raises
    ------
    ProblemsError : all that is wrong, key by key: missing, unknown, not a number, out of bounds.
    """
    if not isinstance(data, Mapping):
        raise ProblemsError([Problem(where, 0, "case", None, "must be an object of keys")])
    problems: list[Problem] = []
    known = (*KEYS, DEPRECIATION, OPTIONAL)
    for key in data:
        if key not in known:
            hint = nearest(str(key), known)
            problems.append(Problem(where, 0, str(key), data[key], "is not a key of a case", hint))
    values: dict[str, object] = {}
    for key, rule in KEYS.items():
        wrong = _wrong(data, key, rule)
        if wrong:
            problems.append(Problem(where, 0, key, data.get(key), wrong))
        else:
            values[key] = int(data[key]) if rule.whole else float(data[key])
    problems += _series_problems(data, where)
    fee_tax = data.get(OPTIONAL, "none")
    if fee_tax not in FEE_TAX:
        text = f"must be one of {', '.join(FEE_TAX)}"
        problems.append(Problem(where, 0, OPTIONAL, fee_tax, text, nearest(str(fee_tax), FEE_TAX)))
    tenor, years = values.get("debt_tenor_years"), values.get("analysis_years")
    if isinstance(tenor, int) and isinstance(years, int) and tenor > years:
        text = f"must not be longer than analysis_years ({years})"
        problems.append(Problem(where, 0, "debt_tenor_years", tenor, text))
    if problems:
        raise ProblemsError(problems)
    series = tuple(float(x) for x in data[DEPRECIATION])
    return FinanceCase(**values, tax_depreciation=series, upfront_fee_tax=str(fee_tax))  # type: ignore[arg-type]


def _wrong(data: Mapping[str, object], key: str, rule: Key) -> str:
    """What is wrong with a number of the case; "" if nothing is."""
    if key not in data:
        return f"is missing: {rule.help}"
    value = data[key]
    if not isinstance(value, (int, float)) or not _is_number(value):
        return f"must be a number: {rule.help}"
    if rule.whole and float(value) != int(value):
        return f"must be a whole number: {rule.help}"
    if value < rule.low or value > rule.high or (rule.above_low and value <= rule.low):
        bound = "above" if rule.above_low else "at least"
        upper = f" and at most {rule.high:g}" if np.isfinite(rule.high) else ""
        return f"must be {bound} {rule.low:g}{upper}: {rule.help}"
    return ""


def _series_problems(data: Mapping[str, object], where: str) -> list[Problem]:
    if DEPRECIATION not in data:
        text = "is missing: shares of the installed cost, from year 1"
        return [Problem(where, 0, DEPRECIATION, None, text)]
    series = data[DEPRECIATION]
    if not isinstance(series, list) or not all(_is_number(x) for x in series):
        text = "must be a list of numbers: shares of the installed cost, from year 1"
        return [Problem(where, 0, DEPRECIATION, series, text)]
    problems = [
        Problem(where, 0, f"{DEPRECIATION}[{k}]", x, "must be between 0 and 1")
        for k, x in enumerate(series)
        if not 0.0 <= x <= 1.0
    ]
    if not problems and sum(series) > 1.0 + 1e-6:
        text = f"must not sum to more than 1, sums to {sum(series):.6g}"
        problems.append(Problem(where, 0, DEPRECIATION, series, text))
    return problems


def _is_number(value: object) -> bool:
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        return False
    return math.isfinite(value)
