"""Systems bought at the rack price: a deposit at the order, the rest at delivery.

    deposit    = share x racks x rack price(order)     in the month of the order
    acceptance = share x the same                      in the month in which it is in service
    delivery   = the rest                              in the month of the last rack on the dock

Blocks without such a contract buy from `suppliers` on the default terms. The dates are those of the
schedule: the contract's `order_lead_months` is not used. Where a lessor buys the systems it pays in
the cloud's place. Leaves out: payment by shipment within a block, cancellation.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from gigawatt.money.accounts import IT, Leg
from gigawatt.money.flows import Line, Lumps, Plan, lines_of_blocks
from gigawatt.money.inputs import MoneyInputs, it_cost_factor, racks_usd
from gigawatt.money.page import Figures, Page, millions
from gigawatt.program.kind import Kind, Term
from gigawatt.quantity.arrays import Array
from gigawatt.schedule.result import ScheduleResult

KIND = "equipment_purchase"
ORDER = 10
LEGS_OF_PURCHASE = ("deposit", "delivery", "acceptance")
UNNAMED = "systems"  # instrument id of purchases that no contract covers
SPEC = Kind(
    "Systems bought at the rack price: a deposit at order, the rest at delivery.",
    ("buyer", "vendor"),
    {
        "deposit_share": Term("share", "share of the price paid at order", 0.1),
        "order_lead_months": Term("months", "months from order to delivery", 9.0),
        "acceptance_share": Term(
            "share", "share of the price paid when the racks are in service", 0.0
        ),
    },
    site_roles={"buyer": "cloud"},
    parts=("deposit_share", "acceptance_share"),
)
LEGS = (*(Leg(name, "buyer", "vendor", IT) for name in LEGS_OF_PURCHASE),)


def plans(inputs: MoneyInputs, schedule: ScheduleResult, before: Sequence[Plan]) -> list[Plan]:
    """Deposits, deliveries and, where a contract has them, payments at acceptance."""
    deposit, rest, accepted = _parts(inputs, schedule)
    out: list[Plan] = [
        Lumps(*lines_of_blocks(lines(inputs, "deposit")), deposit, schedule.ordered),
        Lumps(*lines_of_blocks(lines(inputs, "delivery")), rest, schedule.delivered),
    ]
    if np.any(accepted > 0.0):
        last = lines_of_blocks(lines(inputs, "acceptance"))
        out.append(Lumps(*last, accepted, schedule.in_service))
    return out


def system_payments(
    inputs: MoneyInputs, schedule: ScheduleResult
) -> list[tuple[str, Array, Array]]:
    """All that is paid for a block's systems, network and storage: leg, (D, B) USD and dates."""
    deposit, rest, accepted = _parts(inputs, schedule)
    other = racks_usd(inputs, schedule.ordered) * (it_cost_factor(inputs)[:, None] - 1.0)
    return [
        ("deposit", deposit, schedule.ordered),
        ("delivery", rest + other, schedule.delivered),
        ("acceptance", accepted, schedule.in_service),
    ]


def _parts(inputs: MoneyInputs, schedule: ScheduleResult) -> tuple[Array, Array, Array]:
    """What is paid for the racks at order, delivery and acceptance, (D, B) each."""
    bill = racks_usd(inputs, schedule.ordered)
    deposit = bill * inputs.term(KIND, "deposit_share")
    accepted = np.minimum(bill * inputs.term(KIND, "acceptance_share"), bill - deposit)
    return deposit, bill - deposit - accepted, accepted


def lines(inputs: MoneyInputs, leg: str, buyers: Sequence[str] = ()) -> list[Line]:
    """Line of each block's purchase: its buyer, or one of `buyers` (B,), pays the vendor."""
    buyers = buyers or inputs.buyer_of_block()
    return [
        Line(buyer, c.parties["vendor"], c.id, leg) if c else Line(buyer, "suppliers", UNNAMED, leg)
        for buyer, c in zip(buyers, inputs.contract_of_block(KIND), strict=True)
    ]


def example() -> Figures:
    """Figures of the worked example."""
    bill = 1000 * 7.8e6
    deposit, accepted = 0.1 * bill, 0.1 * bill
    return [
        ("deposit", millions(deposit)),
        ("delivery", millions(bill - deposit - accepted)),
        ("acceptance", millions(accepted)),
    ]


PAGE = Page(
    "orders not yet paid",
    "order, last rack on the dock, in service",
    "1,000 racks at 7.8 m USD, a tenth at order, a tenth at acceptance",
    example,
)
