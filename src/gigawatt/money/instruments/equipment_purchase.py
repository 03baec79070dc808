"""Systems bought at the rack price: a deposit at the order, the rest at delivery.

    deposit  = share x racks x rack price(order)     in the month of the order
    delivery = the rest                              in the month of the last rack on the dock

Blocks without such a contract buy from `suppliers` on the default terms. The dates are those of the
schedule: the contract's `order_lead_months` is not used. Leaves out: payment by shipment within a
block, acceptance hold-backs, cancellation.
"""

from __future__ import annotations

from collections.abc import Sequence

from gigawatt.money.flows import Line, Lumps, Plan, lines_of_blocks
from gigawatt.money.inputs import MoneyInputs, racks_usd
from gigawatt.schedule.result import ScheduleResult

KIND = "equipment_purchase"
UNNAMED = "systems"  # instrument id of purchases that no contract covers


def plans(inputs: MoneyInputs, schedule: ScheduleResult, before: Sequence[Plan]) -> list[Plan]:
    """Deposits and deliveries of all blocks."""
    bill = racks_usd(inputs, schedule.ordered)
    deposit = bill * inputs.term(KIND, "deposit_share")
    return [
        Lumps(*lines_of_blocks(lines(inputs, "deposit")), deposit, schedule.ordered),
        Lumps(*lines_of_blocks(lines(inputs, "delivery")), bill - deposit, schedule.delivered),
    ]


def lines(inputs: MoneyInputs, leg: str) -> list[Line]:
    """Line of each block's purchase: its cloud pays the vendor."""
    clouds = inputs.party_of_block(inputs.cloud)
    return [
        Line(cloud, c.parties["vendor"], c.id, leg) if c else Line(cloud, "suppliers", UNNAMED, leg)
        for cloud, c in zip(clouds, inputs.contract_of_block(KIND), strict=True)
    ]
