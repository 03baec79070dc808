"""A project-finance case as it is written: keys, bounds, units, and what is wrong with a file."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from gigawatt.errors import Problem, ProblemsError, nearest
from gigawatt.quantity.units import UNITS, parse_quantity

FEE_TAX = ("none", "with_cost", "over_tenor")
DEPRECIATION = "tax_depreciation"
OPTIONAL = "upfront_fee_tax"
TEXTS = ("name", "title", "description", "note", "comment", "source")  # read by nobody
SHARE = "share"
MOST_SHARE = 1.0  # of rates and growth a year: what is larger was meant as per cent
PER_CENT = 'write a fraction (6 % is 0.06) or "6 %"'


@dataclass(frozen=True, slots=True)
class Key:
    """What a key of a case may hold: bounds, whether a whole number, and what it is."""

    low: float
    high: float
    help: str
    whole: bool = False
    above_low: bool = False  # the lower bound itself is not allowed
    unit: str = ""  # in which it may be written as text, "6 %"


KEYS: dict[str, Key] = {
    "nameplate_kw": Key(0.0, np.inf, "nameplate power, for O&M", above_low=True, unit="kw"),
    "net_output_kw": Key(0.0, np.inf, "power that is sold", unit="kw"),
    "hours_per_year": Key(0.0, 8784.0, "hours at that power a year"),
    "price_usd_per_kwh_year1": Key(-100.0, 100.0, "price in year 1"),
    "price_escalation_per_year": Key(
        -1.0, MOST_SHARE, "growth of the price", above_low=True, unit=SHARE
    ),
    "total_installed_cost_usd": Key(
        0.0, np.inf, "all cost but the fee", above_low=True, unit="usd"
    ),
    "om_usd_per_kw_year1": Key(0.0, np.inf, "O&M per kW of nameplate in year 1"),
    "om_escalation_per_year": Key(-1.0, MOST_SHARE, "growth of O&M", above_low=True, unit=SHARE),
    "analysis_years": Key(1, 200, "years of operation", whole=True),
    "federal_tax_rate": Key(0.0, 1.0, "federal tax on income", unit=SHARE),
    "state_tax_rate": Key(0.0, 1.0, "state tax on income", unit=SHARE),
    "debt_rate": Key(-1.0, MOST_SHARE, "interest a year", above_low=True, unit=SHARE),
    "debt_tenor_years": Key(0, 200, "years of repayment, at most analysis_years", whole=True),
    "target_dscr": Key(0.0, np.inf, "cover of debt service", above_low=True),
    "upfront_fee": Key(0.0, 1.0, "fee as a share of the debt", unit=SHARE),
    "nominal_discount_rate": Key(-1.0, MOST_SHARE, "the owner's rate", above_low=True, unit=SHARE),
}
ALL_BUT_EQUAL = 0.85  # likeness from which two keys are the same but for a slip
KNOWN = (*KEYS, DEPRECIATION, OPTIONAL)


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


def read_case(data: object, where: str) -> FinanceCase:
    """Case from the content of a JSON file.

    Powers, the cost and shares may be text with a unit ("6 %", "100 MW", "$330 m"). A key that is
    none of a case is a mistake where it is all but one, or where the one that it resembles is not
    given; else see `unused_keys`.

    Raises
    ------
    ProblemsError : all that is wrong, key by key: missing, unknown, not a number, out of bounds.
    """
    if not isinstance(data, Mapping):
        raise ProblemsError([Problem(where, 0, "case", None, "must be an object of keys")])
    problems = [
        Problem(where, 0, str(key), value, "is not a key of a case", nearest(str(key), KNOWN))
        for key, value in data.items()
        if _misspelt(key, data)
    ]
    values: dict[str, Any] = {}
    for key, rule in KEYS.items():
        value, wrong = _number(data, key, rule)
        if wrong:
            problems.append(Problem(where, 0, key, data.get(key), wrong))
        else:
            values[key] = int(value) if rule.whole else value
    series, found = _series(data, where)
    problems += found
    fee_tax = data.get(OPTIONAL, "none")
    if fee_tax not in FEE_TAX:
        text = f"must be one of {', '.join(FEE_TAX)}"
        problems.append(Problem(where, 0, OPTIONAL, fee_tax, text, nearest(str(fee_tax), FEE_TAX)))
    tenor, years = values.get("debt_tenor_years"), values.get("analysis_years")
    if tenor is not None and years is not None and tenor > years:
        text = f"must not be longer than analysis_years ({years})"
        problems.append(Problem(where, 0, "debt_tenor_years", tenor, text))
    if problems:
        raise ProblemsError(problems)
    return FinanceCase(**values, tax_depreciation=series, upfront_fee_tax=str(fee_tax))


def unused_keys(data: Mapping[str, object]) -> list[str]:
    """Keys of a sound file that nothing reads, but for those of `TEXTS`."""
    return [str(key) for key in data if key not in KNOWN and key not in TEXTS]


def _misspelt(key: object, data: Mapping[str, object]) -> bool:
    """Whether a key stands where one of a case is meant: one all but equal, or one not given."""
    if key in KNOWN or key in TEXTS:
        return False
    meant = nearest(str(key), KNOWN)
    return bool(nearest(str(key), KNOWN, ALL_BUT_EQUAL)) or (bool(meant) and meant not in data)


def _number(data: Mapping[str, object], key: str, rule: Key) -> tuple[float, str]:
    """Value of a number of the case, and what is wrong with it; "" if nothing is."""
    if key not in data:
        return 0.0, f"is missing: {rule.help}"
    value = data[key]
    if isinstance(value, str) and rule.unit:
        try:
            value = parse_quantity(value, UNITS[rule.unit])
        except ValueError as error:
            return 0.0, f"{error}: {rule.help}"
    if not is_number(value):
        return 0.0, f"must be a number: {rule.help}"
    number = float(value)  # type: ignore[arg-type]
    if rule.whole and number != int(number):
        return 0.0, f"must be a whole number: {rule.help}"
    if number < rule.low or number > rule.high or (rule.above_low and number <= rule.low):
        bound = "above" if rule.above_low else "at least"
        upper = f" and at most {rule.high:g}" if np.isfinite(rule.high) else ""
        hint = f"; {PER_CENT}" if rule.unit == SHARE and number > rule.high else ""
        return 0.0, f"must be {bound} {rule.low:g}{upper}: {rule.help}{hint}"
    return number, ""


def _series(data: Mapping[str, object], where: str) -> tuple[tuple[float, ...], list[Problem]]:
    """Shares of depreciation, and what is wrong with them."""
    what = "shares of the installed cost, from year 1"
    if DEPRECIATION not in data:
        return (), [Problem(where, 0, DEPRECIATION, None, f"is missing: {what}")]
    given = data[DEPRECIATION]
    if not isinstance(given, list) or not all(is_number(x) for x in given):
        text = f"must be a list of numbers: {what}"
        return (), [Problem(where, 0, DEPRECIATION, given, text)]
    series = tuple(float(x) for x in given)
    if any(x > 1.0 for x in series) and all(x >= 0.0 for x in series):
        text = f"must be shares of 0 to 1, from year 1: {PER_CENT}"
        first = next(k for k, x in enumerate(series) if x > 1.0)
        return series, [Problem(where, 0, f"{DEPRECIATION}[{first}]", series[first], text)]
    problems = [
        Problem(where, 0, f"{DEPRECIATION}[{k}]", x, "must be between 0 and 1")
        for k, x in enumerate(series)
        if not 0.0 <= x <= 1.0
    ]
    if not problems and sum(series) > 1.0 + 1e-6:
        text = f"must not sum to more than 1, sums to {sum(series):.6g}"
        problems.append(Problem(where, 0, DEPRECIATION, given, text))
    return series, problems


def is_number(value: object) -> bool:
    """Whether a value is a finite number that a float can hold."""
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        return False
    try:
        return math.isfinite(float(value))
    except OverflowError:
        return False
