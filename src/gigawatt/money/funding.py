"""The funding gate's view of the ledger: what the bridge carries at the start of a month.

Everything is a closed form of dates that lie before that month, so a decision of the month can use
it without looking ahead; `settle` books the same plans month by month (property test: the two
agree).
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from gigawatt.money import capex
from gigawatt.money.flows import Plan
from gigawatt.money.inputs import MoneyInputs
from gigawatt.money.instruments import equipment_purchase
from gigawatt.money.instruments.bridge import bridged_parties, outstanding_usd
from gigawatt.money.registry import registered
from gigawatt.quantity.arrays import Array
from gigawatt.schedule.result import ScheduleResult


def investment_plans(inputs: MoneyInputs, schedule: ScheduleResult) -> list[Plan]:
    """All investment flows before the bridge: site, network, storage, and the instruments."""
    plans = capex.plans(inputs, schedule)
    for kind in registered():
        plans += kind.plans(inputs, schedule, plans) if kind.plans else []
    return plans


def gap_usd(
    inputs: MoneyInputs, schedule: ScheduleResult, month: int, repaid: Array | None = None
) -> Array:
    """Outstanding at the bridge at the start of `month`, (D,) nominal USD.

    `repaid` is what operating cash has repaid by the end of each month, (D, P, M); None = nothing.

    From investment flows of earlier months only; dates at or after `month` have no effect, but for
    the dates of the buildings (`schedule.build`), which do not depend on funding.
    """
    parties = bridged_parties(inputs)
    net = net_before(investment_plans(inputs, schedule), parties, inputs.draws, month)
    paid_down = 0.0 if repaid is None or month == 0 else repaid[:, :, month - 1]
    out: Array = outstanding_usd(net, paid_down).sum(axis=1)
    return out


def net_before(plans: Sequence[Plan], parties: Sequence[str], draws: int, month: int) -> Array:
    """Cumulative net cash of `parties` from `plans` at the start of `month`, (D, P)."""
    net = np.zeros((draws, len(parties)))
    place = {p: k for k, p in enumerate(parties)}
    for plan in plans:
        paid = plan.before(month)
        for k, line in enumerate(plan.lines):
            if line.payer in place:
                net[:, place[line.payer]] -= paid[:, k]
            if line.payee in place:
                net[:, place[line.payee]] += paid[:, k]
    return net


def committed_usd(inputs: MoneyInputs, schedule: ScheduleResult, month: int) -> Array:
    """Unpaid part of the orders that were funded before `month`, at its start, (D,) nominal USD.

    Racks at the price of their order with network and storage, less what is paid by then at order,
    delivery and acceptance.
    """
    funded = schedule.funded < month
    due = equipment_purchase.system_payments(inputs, schedule)
    left = [np.where(funded & (date >= month), usd, 0.0).sum(axis=1) for _, usd, date in due]
    return np.asarray(np.sum(left, axis=0))
