"""Pays the landlord what a sale brings less than a floor when the tenant leaves early.

The tenant leaves (one event a contract and draw, with probability `leave_share`) once a block has
been in service for `lease_years`; its rent ends there, and per block, C the cost of the site::

    sale   = sale value share x C                                    markets -> landlord
    payout = max(0, floor share x C - sale), up to the cap in all    guarantor -> landlord

first come, first served. Leaves out: a falling floor, a new tenant, the fate of the systems in the
hall (they go on working in the model).
"""

from __future__ import annotations

import numpy as np

from gigawatt.money.accounts import Leg
from gigawatt.money.capex import site_usd
from gigawatt.money.flows import Line, capped, monthly_lumps
from gigawatt.money.inputs import MoneyInputs
from gigawatt.money.operation import Operation, entries_of
from gigawatt.money.page import Figures, Page, millions
from gigawatt.money.result import Entry
from gigawatt.program.kind import Kind, Term
from gigawatt.quantity.arrays import NEVER, Array
from gigawatt.quantity.units import MONTHS_PER_YEAR

KIND = "residual_value_guarantee"
ORDER = 30
SPEC = Kind(
    "Pays the landlord what a sale brings less than a floor when the tenant leaves early.",
    ("guarantor", "beneficiary"),
    {
        "lease_years": Term(
            "years", "years in service after which the tenant may leave", positive=True
        ),
        "leave_share": Term("share", "probability that it does"),
        "floor_share": Term("share", "guaranteed value then, over the site's cost"),
        "sale_value_share": Term("share", "what a sale brings then, over the site's cost"),
        "cap_usd": Term("usd", "most that is paid in all", float("inf")),
    },
    site_roles={"beneficiary": "landlord"},
    expected=False,
)
LEGS = (
    Leg("guarantee", "guarantor", "beneficiary", owed=True),
    Leg("sale", "markets", "beneficiary"),
)


def stay_years(inputs: MoneyInputs) -> Array:
    """Years in service after which each block's tenant leaves, (D, B); inf = it stays."""
    years = np.full(inputs.blocks.racks.shape, NEVER)
    for b, c in enumerate(inputs.contract_of_block(KIND)):
        if c is not None:
            leaves = c.uniform < c.terms["leave_share"]
            years[:, b] = np.where(leaves, c.terms["lease_years"], NEVER)
    return years


def payout_usd(cost_usd: Array, floor_share: Array, sale_share: Array) -> Array:
    """What the floor exceeds the sale by."""
    out: Array = np.maximum(0.0, floor_share - sale_share) * cost_usd
    return out


def operate(op: Operation) -> list[Entry]:
    """Sales and payouts."""
    inputs = op.inputs
    lines, line = inputs.lines(KIND, "guarantor", "beneficiary", "guarantee")
    if not lines:
        return []
    date = op.schedule.in_service + stay_years(inputs) * MONTHS_PER_YEAR
    cleared = op.schedule.build.cleared
    cost = site_usd(inputs, np.where(np.isfinite(cleared), cleared, inputs.as_of_month))
    sale_share = inputs.term(KIND, "sale_value_share")
    payout = payout_usd(cost, inputs.term(KIND, "floor_share"), sale_share)
    for k, c in enumerate(inputs.contracts):
        own = inputs.cover[KIND] == k
        if own.any():
            payout[:, own] = capped(payout[:, own], date[:, own], c.terms["cap_usd"])
    sales = tuple(Line("markets", x.payee, x.instrument, "sale") for x in lines)
    return [
        *entries_of(lines, monthly_lumps(payout, date, line, len(lines), op.months)),
        *entries_of(sales, monthly_lumps(cost * sale_share, date, line, len(lines), op.months)),
    ]


def example() -> Figures:
    """Figures of the worked example."""
    cost = np.array(16e9)
    payout = payout_usd(cost, np.array(0.75), np.array(0.6))
    return [("sale", millions(0.6 * 16e9)), ("payout", millions(float(payout)))]


PAGE = Page(
    "what is left of the cap",
    "the tenant leaves after the first years of the lease",
    "a site of 16 bn, floor of 75 %, sold for 60 %",
    example,
)
