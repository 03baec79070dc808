"""The issuer's shares for a strike, as gigawatts are bought and its share price rises.

Tranche k of K vests in the first month in which both hold, before the expiry::

    facility GW delivered under purchases from the issuer  >=  k x GW per tranche
    share price  >=  first hurdle + (k - 1) / (K - 1) x (last hurdle - first hurdle)

and is exercised then if the price S is above the strike X::

    exercise = n X   holder -> issuer (cash)
    value    = n (S - X)   issuer -> holder (no cash: a rebate to the buyer, less revenue for the
               vendor)

S is a lognormal walk with the given expected growth and volatility. Leaves out: dilution, hurdles
other than price and gigawatts, waiting for a better price.
"""

from __future__ import annotations

import numpy as np

from gigawatt.money.flows import monthly_lumps
from gigawatt.money.inputs import Contract
from gigawatt.money.instruments import equipment_purchase
from gigawatt.money.operation import Operation
from gigawatt.money.result import Entry
from gigawatt.quantity.arrays import NEVER, Array, BoolArray

KIND = "warrant_milestone"
ORDER = 40
ROUNDING = 1e-9  # GW


def operate(op: Operation) -> list[Entry]:
    """Strikes that are paid."""
    return [
        Entry(c.parties["holder"], c.parties["issuer"], c.id, "exercise",
              _shares(op, c) * c.terms["strike_usd"][:, None], False)
        for c in op.inputs.of_kind(KIND)
    ]  # fmt: skip


def memo(op: Operation) -> list[Entry]:
    """What the shares are worth above the strike, when they vest."""
    out: list[Entry] = []
    for c in op.inputs.of_kind(KIND):
        gain = np.maximum(_price(c) - c.terms["strike_usd"][:, None], 0.0)
        value = _shares(op, c) * gain
        out.append(Entry(c.parties["issuer"], c.parties["holder"], c.id, "warrant", value, False))
    return out


def vested(
    gw: Array, price_usd: Array, step_gw: Array, hurdles_usd: Array, open_: BoolArray
) -> Array:
    """Tranches that vest in each month, (D, M).

    Parameters
    ----------
    gw, price_usd : (D, M) cumulative gigawatts and share price.
    step_gw : (D,) gigawatts per tranche.
    hurdles_usd : (D, K) least price of each tranche, rising.
    open_ : (M,) months before the expiry.
    """
    out = np.zeros(gw.shape)
    rows = np.arange(gw.shape[0])
    for k in range(hurdles_usd.shape[1]):
        enough = gw + ROUNDING >= ((k + 1) * step_gw)[:, None]
        met = enough & (price_usd >= hurdles_usd[:, k, None]) & open_
        out[rows, met.argmax(axis=1)] += met.any(axis=1)
    return out


def _price(contract: Contract) -> Array:
    return np.asarray(contract.terms["price_usd"][:, None] * contract.share_price)


def _shares(op: Operation, contract: Contract) -> Array:
    """Shares exercised in each month, (D, M)."""
    inputs, t = op.inputs, contract.terms
    purchases = inputs.contract_of_block(equipment_purchase.KIND)
    bought = np.array([c is not None and c.parties["vendor"] == contract.parties["issuer"]
                       for c in purchases])  # fmt: skip
    line = np.where(bought, 0, -1)
    date = op.schedule.delivered
    added = monthly_lumps(inputs.facility_gw, date, line, 1, op.months)[:, 0]
    old = np.sum(np.where(bought & (date < 0.0), inputs.facility_gw, 0.0), axis=1, keepdims=True)
    count = int(t["tranches"].max())
    place = np.arange(count) / max(count - 1, 1)
    first, last = t["first_hurdle_usd"][:, None], t["last_hurdle_usd"][:, None]
    hurdles = np.where(np.arange(count) < t["tranches"][:, None], first + place * (last - first),
                       NEVER)  # fmt: skip
    open_ = np.arange(op.months) < contract.dates.get("expiry", NEVER)
    price = _price(contract)
    vests = vested(old + np.cumsum(added, axis=1), price, t["gw_per_tranche"], hurdles, open_)
    worth = price > t["strike_usd"][:, None]
    return np.asarray(np.where(worth, vests * t["shares_per_tranche"][:, None], 0.0))
