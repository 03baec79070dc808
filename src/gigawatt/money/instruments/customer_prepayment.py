"""The lab passes equity that it received on to a provider, against later deliveries.

    prepayment(m) = share x equity that the customer receives in month m
    due(m)        = prepayments in straight lines over the recognition time, from the month after
    recognised    = as much of what is due as the bills allow; what they don't is carried forward

With S and B the cumulative sums of due and bills, cumulative recognition is
``B(m) + min over u <= m of (S(u) - B(u))`` (a queue served by the bills), u starting from nothing.
Recognition moves no cash: bills under offtakes between the two are paid net of it. Leaves out:
interest on the balance, refunds.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from gigawatt.money.accounts import OWED, PREPAID, Leg
from gigawatt.money.flows import Line, Plan
from gigawatt.money.inputs import Contract, MoneyInputs
from gigawatt.money.page import Figures, Page, millions
from gigawatt.money.registry import equity_legs
from gigawatt.program.instruments import KINDS
from gigawatt.program.kind import Kind, Term, Total
from gigawatt.program.model import Instrument, Program
from gigawatt.quantity.arrays import Array
from gigawatt.quantity.units import MONTHS_PER_YEAR
from gigawatt.schedule.result import ScheduleResult

KIND = "customer_prepayment"
ORDER = 26
LEG = "prepayment"


def idle(program: Program, instrument: Instrument) -> str:
    """A customer passes on equity that it is paid."""
    customer = instrument.parties.get("customer")
    paid = any(KINDS[o.kind].equity and o.parties.get("issuer") == customer
               for o in program.instruments)  # fmt: skip
    return "" if paid else f"no equity is paid to {customer}, of which it passes a share on"


SPEC = Kind(
    "The lab passes equity that it received on to a provider, against later deliveries.",
    ("customer", "provider"),
    {
        "share_of_equity": Term("share", "share of the equity received that is passed on"),
        "recognition_years": Term(
            "years", "years over which it is set off against bills", 5.0, positive=True
        ),
    },
    totals=(
        Total(
            "share_of_equity",
            "customer",
            "{party} passes on {total:.3g} of its equity in all; at most 1 is there",
        ),
    ),
    idle=idle,
)
LEGS = (Leg(LEG, "customer", "provider", PREPAID, OWED),)


@dataclass(frozen=True, slots=True)
class PassedOn:
    """Share of what other plans pay to a party.

    Attributes
    ----------
    lines : its one line.
    share : (D,).
    received : (plan, line of it) pairs.
    """

    lines: tuple[Line, ...]
    share: Array
    received: tuple[tuple[Plan, int], ...]

    def before(self, month: int) -> Array:
        """Paid from the start to the beginning of `month`, (D, 1)."""
        total = np.zeros_like(self.share)
        for plan, k in self.received:
            total = total + plan.before(month)[:, k]
        return (self.share * total)[:, None]

    def monthly(self, months: int) -> Array:
        """Paid in each month, (D, 1, M)."""
        total = np.zeros((self.share.size, months))
        for plan, k in self.received:
            total += plan.monthly(months)[:, k]
        return (self.share[:, None] * total)[:, None]


def plans(inputs: MoneyInputs, schedule: ScheduleResult, before: Sequence[Plan]) -> list[Plan]:
    """Prepayments of every such contract; `before` holds the equity plans."""
    out: list[Plan] = []
    for c in inputs.of_kind(KIND):
        customer, provider = c.parties["customer"], c.parties["provider"]
        received = tuple(
            (plan, k)
            for plan in before
            for k, line in enumerate(plan.lines)
            if line.payee == customer and line.leg in equity_legs()
        )
        if customer != provider:
            line = Line(customer, provider, c.id, LEG)
            out.append(PassedOn((line,), c.terms["share_of_equity"], received))
    return out


def recognised_usd(contract: Contract, paid_usd: Array, bills_usd: Array) -> Array:
    """What is set off against bills in each month, (D, M).

    Parameters
    ----------
    contract : the prepayment's.
    paid_usd, bills_usd : (D, M) prepayments made, and bills that they may be set off against.
    """
    months = np.round(contract.terms["recognition_years"] * MONTHS_PER_YEAR).astype(np.int64)
    length = np.maximum(months, 1)[:, None]
    draws, count = paid_usd.shape
    paid = np.concatenate([np.zeros((draws, 1)), np.cumsum(paid_usd, axis=1)], axis=1)
    # Area under the paid balance, of which a straight line of `length` months takes a window.
    area = np.concatenate([np.zeros((draws, 1)), np.cumsum(paid[:, :-1], axis=1)], axis=1)
    end = np.arange(1, count + 1)
    begin = np.maximum(end - length, 0)
    due = (area[:, 1:] - np.take_along_axis(area, begin, axis=1)) / length
    billed = np.cumsum(bills_usd, axis=1)
    room = np.minimum.accumulate(np.minimum(due - billed, 0.0), axis=1)
    total = np.minimum(billed + room, due)
    out: Array = np.diff(total, axis=1, prepend=0.0)
    return np.clip(out, 0.0, bills_usd, out=out)


def example() -> Figures:
    """Figures of the worked example."""
    contract = Contract("p", "customer_prepayment", {}, {"recognition_years": np.array([1.0])}, {})
    paid, bills = np.zeros((1, 16)), np.full((1, 16), 6e6)
    paid[0, 0] = 120e6
    done = recognised_usd(contract, paid, bills)[0]
    return [
        ("due a month", millions(10e6)),
        ("set off in month 2, as bills allow", millions(done[1])),
        ("set off in 16 months", millions(done.sum())),
        ("still owed", millions(120e6 - done.sum())),
    ]


PAGE = Page(
    "what is not set off yet",
    "equity received",
    "120 m paid in month 1, due over a year, bills of 6 m a month",
    example,
)
