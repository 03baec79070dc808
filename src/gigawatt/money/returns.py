"""Figures read off a ledger: net cash by party, present value, funding need."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np

from gigawatt.money.result import Ledger
from gigawatt.quantity.arrays import Array
from gigawatt.quantity.money import price_factor


def net_by_party(ledger: Ledger, investment: bool | None = None) -> dict[str, Array]:
    """Net cash of each party by month, (D, M) USD; over all parties it sums to zero.

    Parameters
    ----------
    ledger : what was settled.
    investment : only investment flows (True), only operating ones (False), or all (None).
    """
    net = {p: np.zeros_like(ledger.gap_usd) for p in ledger.parties}
    for e in ledger.entries:
        if investment is None or e.investment is investment:
            net[e.payer] -= e.amount_usd
            net[e.payee] += e.amount_usd
    return net


def cumulative_by_party(ledger: Ledger) -> dict[str, Array]:
    """Net cash of each party since the start, at the end of each month, (D, M) USD."""
    return {p: np.cumsum(net, axis=1) for p, net in net_by_party(ledger).items()}


def funding_peak_usd(ledger: Ledger) -> Array:
    """Largest amount ever outstanding at the bridge, (D,) USD."""
    out: Array = ledger.gap_usd.max(axis=1)
    return out


def need_after_operation_usd(
    ledger: Ledger, parties: Iterable[str], funding: Iterable[str]
) -> dict[str, Array]:
    """What each party lacks at the end of each month if all its cash counts, (D, M) USD.

    Cumulated cash of investment and operation together, without the instruments that only close
    the gap: losses and interest add to the need, a surplus is kept and lowers it.

    Parameters
    ----------
    ledger : what was settled.
    parties : who may lack cash: clouds, landlords, tenants.
    funding : ids of the instruments that close the gap.
    """
    closing = set(funding)
    total = {p: np.zeros_like(ledger.gap_usd) for p in parties}
    for e in ledger.entries:
        if e.instrument in closing:
            continue
        if e.payer in total:
            total[e.payer] -= e.amount_usd
        if e.payee in total:
            total[e.payee] += e.amount_usd
    return {p: np.maximum(-np.cumsum(cash, axis=1), 0.0) for p, cash in total.items()}


def npv_usd(net_usd: Array, discount_share: Array | float) -> Array:
    """Present value at the start of the first month, (D,): sum of net(m) (1 + r)^-((m + 1/2) / 12).

    Parameters
    ----------
    net_usd : (D, M) net cash by month, taken in the middle of the month.
    discount_share : rate per year, one number or (D,).

    >>> float(round(npv_usd(np.array([[0.0, 110.0]]), 0.0)[0], 6))
    110.0
    """
    rate = np.broadcast_to(np.asarray(discount_share, dtype=float), net_usd.shape[:1])
    when = np.arange(0.5, net_usd.shape[1])
    factor = price_factor(np.reciprocal(1.0 + rate)[:, None], when)
    out: Array = np.sum(net_usd * factor, axis=1)
    return out
