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

from gigawatt.money.accounts import EXPENSE, HELD, INCOME, PAID_IN, Leg
from gigawatt.money.flows import monthly_lumps
from gigawatt.money.inputs import Contract
from gigawatt.money.instruments import equipment_purchase
from gigawatt.money.operation import Operation
from gigawatt.money.page import Figures, Page, row
from gigawatt.money.result import Entry
from gigawatt.program.kind import Kind, Term
from gigawatt.program.model import Instrument, Program
from gigawatt.quantity.arrays import NEVER, Array, BoolArray

KIND = "warrant_milestone"
ORDER = 40
ROUNDING = 1e-9  # GW


def idle(program: Program, instrument: Instrument) -> str:
    """Deliveries count that are bought of the issuer."""
    issuer = instrument.parties.get("issuer")
    sells = any(o.kind == equipment_purchase.KIND and o.parties.get("vendor") == issuer
                for o in program.instruments)  # fmt: skip
    return "" if sells else f"no equipment_purchase is with {issuer}, whose deliveries it counts"


SPEC = Kind(
    "The issuer's shares for a strike, as gigawatts are bought and its share price rises.",
    ("issuer", "holder"),
    {
        "tranches": Term("factor", "number of tranches", positive=True, whole=True),
        "shares_per_tranche": Term("factor", "shares", positive=True),
        "strike_usd": Term("usd", "price paid per share"),
        "gw_per_tranche": Term("factor", "facility GW delivered per tranche", positive=True),
        "price_usd": Term("usd", "share price at the start of the calendar", positive=True),
        "price_yearly_factor": Term("factor", "expected price a year later", 1.05, True),
        "volatility_share": Term("share", "volatility of the share price per year", 0.0),
        "first_hurdle_usd": Term("usd", "least share price for the first tranche", 0.0),
        "last_hurdle_usd": Term("usd", "least share price for the last tranche", 0.0),
    },
    ("expiry",),
    ends=("expiry",),
    at_most=(("first_hurdle_usd", "last_hurdle_usd"),),
    idle=idle,
)
LEGS = (
    Leg("exercise", "holder", "issuer", HELD, PAID_IN),
    Leg("warrant", "issuer", "holder", memo=((EXPENSE, PAID_IN), (HELD, INCOME))),
)


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


def example() -> Figures:
    """Figures of the worked example."""
    gw = row(1.0, 2.0, 3.0, 4.0, 5.0, 6.0)
    price = row(165.0, 210.0, 250.0, 330.0, 480.0, 640.0)
    hurdles = row(*np.linspace(100.0, 600.0, 6))
    vests = vested(gw, price, np.array([1.0]), hurdles, np.ones(6, bool))[0]
    worth = vests * 160e6 / 6 * (price[0] - 0.01) / 1e9
    return [
        (
            f"gigawatt {k + 1}, at {price[0, k]:.0f} USD",
            f"tranches: {vests[k]:.0f}, worth {worth[k]:.2f} bn USD",
        )
        for k in range(6)
    ]


PAGE = Page(
    "tranches vested, share price",
    "gigawatts delivered and share price, both",
    "160 m shares at 0.01 USD in six equal steps of 1 GW and hurdles from 100 to 600 USD, with "
    "a price path; steps, but for the first and last, are assumed",
    example,
)
