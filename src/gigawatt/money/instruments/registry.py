"""Which function computes which kind of instrument: a new kind is one new file and one line here.

`INVESTMENT` rules make plans (closed forms of dates, which the funding gate can ask month by
month); they run in this order and see the plans of those before them. `OPERATION` rules make
entries from the running programme. `bridge` closes what is left, see `funding`.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from gigawatt.money.flows import Plan
from gigawatt.money.inputs import MoneyInputs
from gigawatt.money.instruments import (
    bridge,
    colocation_lease,
    compute_offtake,
    customer_prepayment,
    equipment_purchase,
    equity_plain,
    equity_tranche_milestone,
    site_debt,
)
from gigawatt.money.operation import Operation
from gigawatt.money.result import Entry
from gigawatt.schedule.result import ScheduleResult

InvestmentRule = Callable[[MoneyInputs, ScheduleResult, Sequence[Plan]], list[Plan]]
OperationRule = Callable[[Operation], list[Entry]]

INVESTMENT: dict[str, InvestmentRule] = {
    equipment_purchase.KIND: equipment_purchase.plans,
    site_debt.KIND: site_debt.plans,
    equity_tranche_milestone.KIND: equity_tranche_milestone.plans,
    equity_plain.KIND: equity_plain.plans,
    customer_prepayment.KIND: customer_prepayment.plans,  # after equity
}
OPERATION: dict[str, OperationRule] = {
    colocation_lease.KIND: colocation_lease.operate,
    compute_offtake.KIND: compute_offtake.operate,
    site_debt.KIND: site_debt.operate,
}
CLOSING = (bridge.KIND,)
