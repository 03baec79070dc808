"""The guarantor pays for capacity that no customer takes.

Per block, G its facility GW in service and u the site's useful over installed package-hours::

    unsold = G max(0, 1 - max(u, take-or-pay share))     within the term of an offtake
             G (1 - u)                                   after it, where the customer renews
             G (1 - u)                                   where no offtake covers the block
             G                                           after the customer's default, or its term
                                                         where nobody renews, until others take it
                                                         (see `compute_offtake`)
    pay(m) = min(what is left of the cap, unsold x price / 12), until the expiry

Leaves out: the right to use what is paid for, prices by generation.
"""

from __future__ import annotations

import numpy as np

from gigawatt.money.accounts import Leg
from gigawatt.money.flows import Line, monthly_steps
from gigawatt.money.inputs import Contract
from gigawatt.money.instruments import compute_offtake
from gigawatt.money.operation import Operation
from gigawatt.money.page import Figures, Page, millions
from gigawatt.money.result import Entry
from gigawatt.money.retirement import retired_month
from gigawatt.program.kind import Kind, Term
from gigawatt.quantity.arrays import NEVER, Array, IntArray
from gigawatt.quantity.units import MONTHS_PER_YEAR

KIND = "capacity_backstop"
ORDER = 25
SPEC = Kind(
    "The guarantor pays for capacity that no customer takes.",
    ("guarantor", "provider"),
    {
        "price_usd_per_gw_year": Term("usd_per_gw_year", "price of unsold capacity"),
        "cap_usd": Term("usd", "most that is paid in all", float("inf")),
    },
    ("expiry",),
    site_roles={"provider": "cloud"},
    expected=False,
    ends=("expiry",),
)
LEGS = (Leg("backstop", "guarantor", "provider", owed=True),)


def operate(op: Operation) -> list[Entry]:
    """Payments of all backstops."""
    out: list[Entry] = []
    for c in op.inputs.of_kind(KIND):
        due = unsold_gw(op, c) * c.terms["price_usd_per_gw_year"][:, None] / MONTHS_PER_YEAR
        due = due * (np.arange(op.months) < c.dates.get("expiry", NEVER))
        line = Line(c.parties["guarantor"], c.parties["provider"], c.id, "backstop")
        amount = up_to(due, c.terms["cap_usd"])
        out.append(Entry(line.payer, line.payee, line.instrument, line.leg, amount, False))
    return out


def up_to(due_usd: Array, cap_usd: Array) -> Array:
    """What is paid in each month (D, M) until the cap (D,) is used up.

    >>> up_to(np.array([[3.0, 3.0, 3.0]]), np.array([5.0]))
    array([[3., 2., 0.]])
    """
    total = np.minimum(np.cumsum(due_usd, axis=1), cap_usd[:, None])
    out: Array = np.maximum(np.diff(total, axis=1, prepend=0.0), 0.0)
    return out


def unsold_gw(op: Operation, contract: Contract) -> Array:
    """Facility GW under the contract that no customer takes, (D, M)."""
    inputs = op.inputs
    own = inputs.cover[KIND] == inputs.contracts.index(contract)
    site = np.where(own, inputs.blocks.site, -1)
    sold = inputs.cover[compute_offtake.KIND] >= 0
    term = inputs.term(compute_offtake.KIND, "term_years") * MONTHS_PER_YEAR
    take = inputs.term(compute_offtake.KIND, "take_or_pay_share")
    start, gw, count = op.schedule.in_service, inputs.facility_gw, len(inputs.blocks.sites)
    gone = retired_month(inputs, op.schedule)
    failed = np.minimum(np.maximum(inputs.default_of_block(inputs.tenant), start), gone)
    end = np.minimum(start + term, failed)
    resold = np.minimum(compute_offtake.resale_start(inputs, op.schedule), gone)
    idle = 1.0 - op.use_share
    nobody = inputs.assumptions.offtake_renewal_share[:, None] <= 0.0
    let = np.where(nobody, np.minimum(failed, resold), failed)  # to whom it is then, if to anybody

    def power(line: IntArray, changes: list[Array], times: list[Array]) -> Array:
        steps = np.stack(changes, axis=1), np.stack(times, axis=1)
        return monthly_steps(*steps, line, count, op.months)

    total = power(np.where(sold, -1, site), [gw, -gw], [start, gone]) * idle
    under = np.where(sold, site, -1)
    total += power(under, [gw, -gw], [end, let]) * np.where(nobody[..., None], 1.0, idle)
    total += power(under, [gw, -gw], [failed, np.maximum(failed, resold)])
    # Sites may mix contracts with different takes: one pass a take-or-pay share of a block.
    for b in np.flatnonzero(under >= 0):
        line = np.where(np.arange(under.size) == b, under, -1)
        within = power(line, [gw, -gw], [start, end])
        total += within * np.minimum(idle, 1.0 - take[:, b, None, None])
    out: Array = np.maximum(total, 0.0).sum(axis=1)
    return out


def example() -> Figures:
    """Figures of the worked example."""
    due = np.full((1, 12), 0.3 * 8e9 / MONTHS_PER_YEAR)
    paid = up_to(due, np.array([0.6e9]))[0]
    return [(f"month {m}", millions(x)) for m, x in enumerate(paid[:5], start=1)]


PAGE = Page(
    "what is left of the cap",
    "capacity without a customer",
    "0.3 GW unsold at 8 bn per GW and year, cap 600 m",
    example,
)
