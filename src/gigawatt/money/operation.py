"""What the operating rules are given: dates, power in service, use, cost of energy."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field

import numpy as np

from gigawatt.money.accounts import Memo, Sides
from gigawatt.money.flows import Line
from gigawatt.money.inputs import MoneyInputs
from gigawatt.money.result import Entry
from gigawatt.operations.result import Delivered
from gigawatt.quantity.arrays import Array
from gigawatt.schedule.result import ScheduleResult


@dataclass(frozen=True, slots=True)
class Operation:
    """Facts of the running programme; D draws, S sites, M months.

    Attributes
    ----------
    inputs, schedule : as in `settle`.
    it_mw_avg : (D, S, M) IT power in service.
    use_share : (D, S, M) useful over installed package-hours; 0 where nothing is installed.
    energy_cost_usd, energy_mwh : (D, S, M) bill of the energy layer and energy at the meter.
    hours : (M,) of each month.
    paid : entries that are already settled.
    unpaid : what parties in default owe under contracts and do not pay.
    token_revenue_usd : (D, S, M) what users would pay for the tokens served; None where they pay
        for capacity.
    service_due_usd : borrower → (D, M) debt service by its contracts; empty where nobody defaults.
    sides : accounts of a payment by instrument and leg (`registry.sides`).
    no_cash : what moves no cash, with its accounts at payer and payee.
    """

    inputs: MoneyInputs
    schedule: ScheduleResult
    it_mw_avg: Array
    use_share: Array
    energy_cost_usd: Array
    energy_mwh: Array
    hours: Array
    paid: tuple[Entry, ...]
    sides: Callable[[str, str], Sides]
    unpaid: tuple[Entry, ...] = ()
    token_revenue_usd: Array | None = None
    service_due_usd: Mapping[str, Array] = field(default_factory=dict)
    no_cash: tuple[tuple[Entry, Memo], ...] = ()

    @property
    def months(self) -> int:
        """Number of months."""
        return self.inputs.axis.count


def use_share(done: Delivered) -> Array:
    """Useful over installed package-hours, (D, S, M); installed = useful + lost."""
    useful = done.delivered_package_hours.sum(axis=(2, 3))
    installed = useful + sum(done.lost_package_hours.values(), np.zeros_like(useful))
    out: Array = useful / np.where(installed > 0.0, installed, 1.0)
    return out


def entries_of(lines: Iterable[Line], amount_usd: Array, investment: bool = False) -> list[Entry]:
    """Entries of (D, L, M) amounts."""
    return [
        Entry(x.payer, x.payee, x.instrument, x.leg, amount_usd[:, k], investment)
        for k, x in enumerate(lines)
    ]
