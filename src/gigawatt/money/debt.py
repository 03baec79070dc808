"""Closed forms of debt: sculpting, cover ratios, interest during construction.

Periods are years or months; rates are per period; flows fall at the end of periods 1 … n.
"""

from __future__ import annotations

import numpy as np

from gigawatt.quantity.arrays import Array


def discount_factors(rate: Array | float, periods: int) -> Array:
    """(1 + r)^-t for t = 1 … n, (…, n)."""
    t = np.arange(1, periods + 1)
    out: Array = np.exp(-np.log1p(np.asarray(rate, dtype=float))[..., None] * t)
    return out


def sculpted_service(cfads_usd: Array, target_dscr: Array | float, tenor: int) -> Array:
    """Debt service that leaves a cover of `target_dscr` in each period of the tenor, (…, n).

    Negative where the cash flow is: the lender pays in, as the formula has it.
    """
    within = np.arange(1, cfads_usd.shape[-1] + 1) <= tenor
    cover = np.asarray(target_dscr, dtype=float)[..., None]
    out: Array = np.where(within, cfads_usd / cover, 0.0)
    return out


def sculpted_debt(
    cfads_usd: Array, target_dscr: Array | float, rate: Array | float, tenor: int
) -> Array:
    """Debt with that cover: sum of CFADS_t / DSCR / (1 + r)^t over the tenor, (…).

    >>> float(sculpted_debt(np.array([130.0, 130.0]), 1.3, 0.1, 2).round(6))
    173.553719
    """
    service = sculpted_service(cfads_usd, target_dscr, tenor)
    out: Array = np.sum(service * discount_factors(rate, cfads_usd.shape[-1]), axis=-1)
    return out


def balances(debt_usd: Array | float, service_usd: Array, rate: Array | float) -> Array:
    """Balance at the beginning of each period, (…, n): debt grows by interest, falls by service.

    >>> balances(100.0, np.array([60.0, 55.0]), 0.1)
    array([100.,  50.])
    """
    periods = service_usd.shape[-1]
    factor = discount_factors(rate, periods)
    paid = np.cumsum(service_usd * factor, axis=-1) - service_usd * factor  # before each period
    earlier = factor * (1.0 + np.asarray(rate, dtype=float))[..., None]  # (1 + r)^-(t - 1)
    out: Array = (np.asarray(debt_usd, dtype=float)[..., None] - paid) / earlier
    return out


def dscr(cfads_usd: Array, service_usd: Array) -> Array:
    """Cash flow over debt service of each period; inf where no service is due."""
    due = service_usd > 0.0
    out: Array = np.where(due, cfads_usd / np.where(due, service_usd, 1.0), np.inf)
    return out


def llcr(cfads_usd: Array, rate: Array | float, tenor: int, debt_usd: Array | float) -> Array:
    """Present value of the cash flow over the loan's life over the debt; inf without debt."""
    within = np.arange(1, cfads_usd.shape[-1] + 1) <= tenor
    factors = discount_factors(rate, cfads_usd.shape[-1])
    value = np.sum(np.where(within, cfads_usd, 0.0) * factors, axis=-1)
    owed = np.asarray(debt_usd, dtype=float)
    out: Array = np.where(owed > 0.0, value / np.where(owed > 0.0, owed, 1.0), np.inf)
    return out


def idc_usd(draws_usd: Array, rate: Array | float) -> Array:
    """Interest during construction, capitalised: draws at the end of n periods, (…).

    Balance at the end less the sum of draws: sum of d_t ((1 + r)^(n - t) - 1).

    >>> float(idc_usd(np.array([100.0, 100.0]), 0.01))
    1.0
    """
    left = draws_usd.shape[-1] - np.arange(1, draws_usd.shape[-1] + 1)
    growth = np.expm1(np.log1p(np.asarray(rate, dtype=float))[..., None] * left)
    out: Array = np.sum(draws_usd * growth, axis=-1)
    return out
