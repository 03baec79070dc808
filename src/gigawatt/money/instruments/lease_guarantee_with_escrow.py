"""Rent of a tenant that defaults: from escrow first, then from the guarantor.

The tenant defaults at a constant yearly probability (one event a contract and draw, for all that it
owes under contracts). Unpaid rents between landlord and tenant are then paid::

    escrow    = escrowed amount, guarantor -> escrow, at signing (else month 0)
    paid(m)   = min(unpaid rent - rent of the new lease, what is left of the cap)
    of which from escrow while it lasts, then from the guarantor

The landlord's lenders are paid from it as from rent. The new lease is that of `colocation_lease`.
Leaves out: the right to step in, release of the escrow.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from gigawatt.money.accounts import ESCROWED, IN_TRUST, Leg
from gigawatt.money.flows import Line, Lumps, Plan
from gigawatt.money.inputs import GUARANTEE, MoneyInputs
from gigawatt.money.instruments import capacity_backstop, colocation_lease
from gigawatt.money.instruments.capacity_backstop import up_to
from gigawatt.money.operation import Operation
from gigawatt.money.page import Figures, Page, millions
from gigawatt.money.result import Entry
from gigawatt.program.kind import Kind, Term
from gigawatt.quantity.arrays import Array
from gigawatt.schedule.result import ScheduleResult

KIND = GUARANTEE
ORDER = 12  # after the rent, before the loans that it serves
RENT = "rent"
SPEC = Kind(
    "Rent of a tenant that defaults: from escrow first, then from the guarantor.",
    ("guarantor", "landlord", "tenant"),
    {
        "escrow_usd": Term("usd", "paid into escrow at signing", 0.0),
        "cap_usd": Term("usd", "most that is paid in all, escrow included"),
        "default_yearly_share": Term("share", "tenant's probability of default per year", 0.0),
    },
    ("signing",),
    site_roles={"landlord": "landlord", "tenant": "cloud"},
    expected=False,
    at_most=(("escrow_usd", "cap_usd"),),
    idle=colocation_lease.without_lease,
)
LEGS = (
    Leg("escrow", "guarantor", "escrow", ESCROWED, IN_TRUST),
    Leg("escrow_paid", "escrow", "landlord", IN_TRUST),
    Leg("guarantee", "guarantor", "landlord", owed=True),
)


def plans(inputs: MoneyInputs, schedule: ScheduleResult, before: Sequence[Plan]) -> list[Plan]:
    """Payments into escrow."""
    out: list[Plan] = []
    for c in inputs.of_kind(KIND):
        line = Line(c.parties["guarantor"], "escrow", c.id, "escrow")
        date = np.full((inputs.draws, 1), c.dates.get("signing", 0.0))
        out.append(Lumps((line,), np.zeros(1, np.int64), escrow_usd(c.terms)[:, None], date))
    return out


def escrow_usd(terms: Mapping[str, Array]) -> Array:
    """Escrowed amount: no more than the cap."""
    return np.asarray(np.minimum(terms["escrow_usd"], terms["cap_usd"]))


def operate(op: Operation) -> list[Entry]:
    """What escrow and guarantor pay for unpaid rent."""
    out: list[Entry] = []
    for c in op.inputs.of_kind(KIND):
        landlord, tenant = c.parties["landlord"], c.parties["tenant"]
        unpaid = np.zeros((op.inputs.draws, op.months))
        for e in op.unpaid:
            if (e.payer, e.payee, e.leg) == (tenant, landlord, RENT):
                unpaid = unpaid + e.amount_usd
        for e in op.paid:
            if (e.payer, e.payee, e.leg) == (tenant, landlord, colocation_lease.RELET):
                unpaid = np.maximum(unpaid - e.amount_usd, 0.0)
        paid = up_to(unpaid, c.terms["cap_usd"])
        escrow = up_to(paid, escrow_usd(c.terms))
        out.append(Entry("escrow", landlord, c.id, "escrow_paid", escrow, False))
        own = np.maximum(paid - escrow, 0.0)
        out.append(Entry(c.parties["guarantor"], landlord, c.id, "guarantee", own, False))
    return out


def example() -> Figures:
    """Figures of the worked example."""
    unpaid = np.full((1, 6), 30e6)
    paid = capacity_backstop.up_to(unpaid, np.array([120e6]))
    escrow = capacity_backstop.up_to(paid, np.array([50e6]))[0]
    return [
        (
            f"month {m + 1}",
            f"escrow {millions(escrow[m])}, guarantor {millions(paid[0, m] - escrow[m])}",
        )
        for m in range(5)
    ]


PAGE = Page(
    "escrow and cap left",
    "the tenant's default",
    "30 m of rent a month unpaid, 50 m in escrow, cap 120 m",
    example,
)
