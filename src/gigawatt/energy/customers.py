"""What a utility's other customers pay if a large load comes late, is smaller, or leaves.

The utility builds for the load: wires and plants whose yearly revenue requirement it must recover::

    requirement(year)  = investment x [depreciation + return on what is left] - contribution in aid
                         (which lowers the investment), plus upkeep
    paid by the load   = max(minimum take x contract, billed demand) x demand charge, + exit payment
    shortfall          = max(0, requirement - paid)          falls on the other customers
    resold             = what the freed capacity earns from others, from the year it is empty

    stranded           = investment not yet depreciated once the load is gone, less exit payment

Rates are nominal; one asset class. Regulators share stranded cost differently (here: all on other
customers). Fuel and energy are left out: they follow consumption.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from gigawatt.errors import InputError
from gigawatt.quantity.arrays import Array
from gigawatt.quantity.units import KW_PER_MW, MONTHS_PER_YEAR


@dataclass(frozen=True, slots=True)
class LargeLoadTariff:
    """Terms of a large-load contract.

    Attributes
    ----------
    contract_mw : contract demand.
    demand_charge_usd_per_kw_month : on billed demand.
    minimum_take_share : least billed demand over contract demand.
    term_years : of the minimum take, from the year the utility is ready.
    exit_years_paid : years of minimum take due at once on leaving before the term ends.
    contribution_usd : contribution in aid of construction, paid before.
    """

    contract_mw: float
    demand_charge_usd_per_kw_month: float
    minimum_take_share: float
    term_years: int
    exit_years_paid: float = 0.0
    contribution_usd: float = 0.0


@dataclass(frozen=True, slots=True)
class UtilityInvestment:
    """What the utility builds for the load.

    Attributes
    ----------
    investment_usd : before the contribution in aid.
    life_years : of straight-line depreciation.
    return_share : allowed return on rate base, before tax.
    upkeep_usd_per_year : fixed.
    resale_usd_per_kw_year : what capacity that the load leaves empty earns from others.
    other_sales_mwh : energy of the other customers a year, over which a shortfall is spread.
    """

    investment_usd: float
    life_years: int
    return_share: float
    upkeep_usd_per_year: float
    resale_usd_per_kw_year: float
    other_sales_mwh: float


@dataclass(frozen=True, slots=True)
class OtherCustomers:
    """By year from the year the utility is ready, (Y,) each.

    Attributes
    ----------
    requirement_usd : what must be recovered.
    paid_usd : by the large load.
    resold_usd : by others who use what it leaves.
    shortfall_usd : on the other customers; negative = they gain.
    usd_per_mwh : shortfall over their energy.
    stranded_usd : not yet depreciated while the load is gone.
    """

    requirement_usd: Array
    paid_usd: Array
    resold_usd: Array
    shortfall_usd: Array
    usd_per_mwh: Array
    stranded_usd: Array


def other_customers(
    tariff: LargeLoadTariff, utility: UtilityInvestment, peak_mw: Array, *, left: int | None = None
) -> OtherCustomers:
    """What other customers pay, year by year.

    Parameters
    ----------
    tariff, utility : terms.
    peak_mw : (Y,) billed peak of the load in each year from the year the utility is ready: zeros
        for a load that is late.
    left : number of the year from whose start the load is gone; None = it stays.

    Raises
    ------
    InputError : peaks are negative, or more years than the assets live.
    """
    years = len(peak_mw)
    if np.any(peak_mw < 0.0):
        raise InputError(f"peak_mw = {float(np.min(peak_mw)):g}: a peak is at least 0.")
    if years > utility.life_years:
        raise InputError(f"{years} years of load; the assets live {utility.life_years}.")
    base = max(utility.investment_usd - tariff.contribution_usd, 0.0)
    number = np.arange(years, dtype=np.float64)
    depreciation = base / utility.life_years
    left_of_base = base - depreciation * number
    requirement = depreciation + left_of_base * utility.return_share + utility.upkeep_usd_per_year
    paid = _paid(tariff, peak_mw, left)
    empty_kw = np.maximum(tariff.contract_mw - _present(peak_mw, left), 0.0) * KW_PER_MW
    free = empty_kw if left is None else np.where(number >= left, empty_kw, 0.0)
    resold = free * utility.resale_usd_per_kw_year
    shortfall = requirement - paid - resold
    gone = np.zeros(years, dtype=bool) if left is None else number >= left
    exit_paid = float(paid[left]) if left is not None and left < years else 0.0
    return OtherCustomers(
        requirement_usd=requirement,
        paid_usd=paid,
        resold_usd=resold,
        shortfall_usd=shortfall,
        usd_per_mwh=shortfall / utility.other_sales_mwh,
        stranded_usd=np.where(gone, np.maximum(left_of_base - exit_paid, 0.0), 0.0),
    )


def _present(peak_mw: Array, left: int | None) -> Array:
    if left is None:
        return peak_mw
    return np.where(np.arange(len(peak_mw)) < left, peak_mw, 0.0)


def _paid(tariff: LargeLoadTariff, peak_mw: Array, left: int | None) -> Array:
    """Demand charges by year, with the minimum take while it holds, and the exit payment."""
    number = np.arange(len(peak_mw))
    stays = number < (len(peak_mw) if left is None else left)
    least = np.where(
        stays & (number < tariff.term_years), tariff.minimum_take_share * tariff.contract_mw, 0.0
    )
    billed_mw = np.maximum(least, _present(peak_mw, left))
    per_mw = tariff.demand_charge_usd_per_kw_month * MONTHS_PER_YEAR * KW_PER_MW
    paid = billed_mw * per_mw
    if left is not None and left < min(tariff.term_years, len(peak_mw)):
        due = min(tariff.exit_years_paid, float(tariff.term_years - left))
        paid[left] += due * tariff.minimum_take_share * tariff.contract_mw * per_mw
    out: Array = paid
    return out
