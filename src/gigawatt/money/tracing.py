"""Circularity: how much of an investor's cash comes back to it as purchases, and how fast.

Cash is traced through the pools of all parties by mean investment flows, month by month. Every
party pays with the mix of money that it holds: a payment carries the same share of the investor's
dollars, by the month in which they were paid out, as the payer's pool. What a party pays in a month
may use what it receives in that month (one more round a hop). Dollars that reach the investor as
purchases of its systems have come back; those paid to the outside world have left.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from gigawatt.money.instruments.equipment_purchase import LEGS_OF_PURCHASE
from gigawatt.money.registry import equity_legs
from gigawatt.money.result import Entry, Ledger
from gigawatt.quantity.arrays import Array

HOPS = 4  # rounds a month: investor, lab, cloud, lessor


@dataclass(frozen=True, slots=True)
class Circularity:
    """Cash of one investor; mean over the draws, nominal USD.

    Attributes
    ----------
    paid_usd : equity that it paid out.
    back_usd : (N + 1,) of it, back as purchases within 0 … N months after it was paid.
    bought_usd : all that it received for systems in the same time.
    """

    paid_usd: float
    back_usd: Array
    bought_usd: float

    def back_share(self, months: int) -> float:
        """Share of the cash that is back within `months`; nan where none was paid."""
        place = min(months, len(self.back_usd) - 1)
        return float(self.back_usd[place] / self.paid_usd) if self.paid_usd > 0.0 else float("nan")

    @property
    def content_share(self) -> float:
        """Equity paid over systems sold: the part of its own sales that the investor finances."""
        return self.paid_usd / self.bought_usd if self.bought_usd > 0.0 else float("nan")


def circularity(ledger: Ledger, investor: str) -> Circularity:
    """Trace the cash that `investor` pays as equity."""
    months = ledger.gap_usd.shape[1]
    place = {p: k for k, p in enumerate(ledger.parties)}
    flows = [e for e in ledger.entries if e.investment]
    amounts = [e.amount_usd.mean(axis=0) for e in flows]
    pool = np.zeros(len(place))  # cash of each party
    mixed = np.zeros((len(place), months))  # of it the investor's, by month of payment
    back = np.zeros((months, months))  # by month of payment and of return
    paid = bought = 0.0
    for m in range(months):
        open_ = [(e, float(a[m])) for e, a in zip(flows, amounts, strict=True) if a[m] > 0.0]
        for hop in range(HOPS):
            due = [(e, a) for e, a in open_ if _hop(e, investor) == hop]
            for e, amount in due:
                k, j = place[e.payer], place[e.payee]
                if e.payer == investor and e.leg in equity_legs():
                    paid += amount
                    pool[j] += amount
                    mixed[j, m] += amount
                    continue
                share = min(amount / pool[k], 1.0) if pool[k] > 0.0 else 0.0
                carried = mixed[k] * share
                mixed[k] -= carried
                pool[k] = max(pool[k] - amount, 0.0)
                if e.payee == investor and e.leg in LEGS_OF_PURCHASE:
                    back[:, m] += carried
                    bought += amount
                elif e.payee != investor:
                    pool[j] += amount
                    mixed[j] += carried
    lag = np.arange(months)[None, :] - np.arange(months)[:, None]
    within = np.array([back[(lag >= 0) & (lag <= n)].sum() for n in range(months)])
    return Circularity(paid, within, bought)


def _hop(entry: Entry, investor: str) -> int:
    """Round of the month in which a payment is made: money in before money out."""
    if entry.payer == investor:
        return 0
    if entry.leg == "draw" or entry.leg in equity_legs():
        return 1
    return 2 if entry.leg == "prepayment" else 3
