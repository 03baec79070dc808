"""Order in which a company's operating cash is used: service, reserve, then its owner.

Each month, F the cash flow before debt service (receipts less payments other than interest and
principal), S the service due, H the cash held outside the reserve::

    1. H + F - S; a shortfall is taken from the reserve, then from the owner (a cure)
    2. the reserve is topped up to the service of the coming `reserve_months`
    3. the rest goes to the owner if the cover of the last twelve months is at least the lock-up
       and the reserve is full; else it is kept

A company that is in default or has left service unpaid gives its owner nothing more: what it has is
its creditors'. Cover = sum of F over sum of S in the last twelve months with service. Cash of the
build-out is not part of it. Leaves out: sweeps, maintenance reserves, subordinated debt.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from gigawatt.money.accounts import DISTRIBUTED, HELD, PAID_IN, Leg
from gigawatt.money.inputs import MoneyInputs
from gigawatt.money.operation import Operation
from gigawatt.money.page import Figures, Page, millions
from gigawatt.money.result import Entry
from gigawatt.program.kind import Kind, Term
from gigawatt.quantity.arrays import Array, BoolArray, IntArray

KIND = "dsra_and_waterfall"
ORDER = 90  # last: sees taxes and guarantees
SERVICE = ("interest", "principal")
WINDOW = 12
ROUNDING_USD = 1.0
SPEC = Kind(
    "Order in which a company's cash is used: service, reserve, then its owner.",
    ("company", "owner"),
    {
        "reserve_months": Term("months", "debt service held in reserve", 6.0),
        "lockup_dscr": Term("factor", "cover below which nothing is distributed", 1.15),
        "default_dscr": Term("factor", "cover below which the loan is in default", 1.05),
    },
    at_most=(("default_dscr", "lockup_dscr"),),
    one_each="company",
)
LEGS = (
    Leg("distribution", "company", "owner", DISTRIBUTED),
    Leg("cure", "owner", "company", HELD, PAID_IN, owed=True),
)


@dataclass(frozen=True, slots=True)
class Waterfall:
    """What becomes of a company's cash; (D, M) each.

    Attributes
    ----------
    cfads_usd, service_usd : before and of debt service.
    dscr : cover of the last twelve months with service; inf before the first.
    reserve_usd, held_usd : balances at the end of the month.
    distributed_usd, cured_usd : to and from the owner.
    locked : months in which cash was kept for want of cover.
    """

    cfads_usd: Array
    service_usd: Array
    dscr: Array
    reserve_usd: Array
    held_usd: Array
    distributed_usd: Array
    cured_usd: Array
    locked: BoolArray


def waterfall(
    cfads_usd: Array, service_usd: Array, reserve_months: IntArray, lockup_dscr: Array
) -> Waterfall:
    """Run the waterfall over (D, M) flows; reserve months and lock-up cover are (D,)."""
    draws, months = cfads_usd.shape
    target = coming(service_usd, reserve_months)
    cover = trailing_dscr(cfads_usd, service_usd)
    reserve, held = np.zeros(draws), np.zeros(draws)
    out = {k: np.zeros((draws, months)) for k in ("reserve", "held", "distributed", "cured")}
    locked = np.zeros((draws, months), dtype=bool)
    for m in range(months):
        cash = held + cfads_usd[:, m] - service_usd[:, m]
        short = np.maximum(-cash, 0.0)
        from_reserve = np.minimum(short, reserve)
        cured = short - from_reserve
        reserve = reserve - from_reserve
        cash = np.maximum(cash, 0.0)
        top_up = np.minimum(cash, np.maximum(target[:, m] - reserve, 0.0))
        released = np.maximum(reserve - target[:, m], 0.0)
        reserve = reserve + top_up - released
        cash = cash - top_up + released
        full = reserve >= target[:, m] * (1.0 - 1e-12)
        covered = cover[:, m] >= lockup_dscr
        paid = np.where(full & covered, cash, 0.0)
        held = cash - paid
        locked[:, m] = ~covered
        for name, value in zip(out, (reserve, held, paid, cured), strict=True):
            out[name][:, m] = value
    return Waterfall(
        cfads_usd, service_usd, cover, out["reserve"], out["held"], out["distributed"],
        out["cured"], locked,
    )  # fmt: skip


def coming(service_usd: Array, months: IntArray) -> Array:
    """Service of the `months` after each month, (D, M); beyond the calendar it stays as it is."""
    total = np.concatenate([np.zeros((service_usd.shape[0], 1)), np.cumsum(service_usd, axis=1)], 1)
    count = service_usd.shape[1]
    start = np.arange(1, count + 1)
    stop = np.minimum(start + months[:, None], count)
    beyond = np.maximum(start + months[:, None] - count, 0) * service_usd[:, -1:]
    out: Array = np.take_along_axis(total, stop, axis=1) - total[:, start] + beyond
    return np.maximum(out, 0.0)


def trailing_dscr(cfads_usd: Array, service_usd: Array, window: int = WINDOW) -> Array:
    """Cash flow over service, both of the last `window` months with service, (D, M)."""
    due = service_usd > 0.0

    def rolled(flow: Array) -> Array:
        total = np.cumsum(np.where(due, flow, 0.0), axis=1)
        before = np.pad(total, ((0, 0), (window, 0)))[:, : total.shape[1]]
        return np.asarray(total - before)

    paid = rolled(service_usd)
    out: Array = np.where(paid > 0.0, rolled(cfads_usd) / np.where(paid > 0.0, paid, 1.0), np.inf)
    return out


def of_company(op: Operation, company: str) -> tuple[Array, Array]:
    """Cash flow before debt service, and service, of a company, (D, M) each."""
    cfads = np.zeros((op.inputs.draws, op.months))
    service = np.zeros_like(cfads)
    for e in op.paid:
        if e.investment:
            continue
        if e.payer == company and e.leg in SERVICE:
            service += e.amount_usd
        elif e.payer == company:
            cfads -= e.amount_usd
        elif e.payee == company:
            cfads += e.amount_usd
    return cfads, service


def covenants(inputs: MoneyInputs, company: str) -> tuple[Array, Array]:
    """Cover below which nothing is distributed, and below which a loan is in default, (D,) each.

    Those of the company's contract, else the usual ones (the table's defaults).
    """
    own = [c.terms for c in inputs.of_kind(KIND) if c.parties["company"] == company]
    usual = SPEC.terms
    lockup, default = (
        own[0][name] if own else np.full(inputs.draws, usual[name].default, dtype=float)
        for name in ("lockup_dscr", "default_dscr")
    )
    return lockup, default


def may_distribute(op: Operation, company: str) -> BoolArray:
    """Months in which a company neither is in default nor has left service unpaid, (D, M)."""
    failed = op.inputs.first_default(company)
    owing = np.zeros((op.inputs.draws, op.months))
    for e in op.unpaid:
        if e.payer == company and e.leg in SERVICE:
            owing = owing + e.amount_usd
    arrears = np.cumsum(owing, axis=1) > ROUNDING_USD
    return np.asarray((np.arange(op.months) < failed[:, None]) & ~arrears)


def close(op: Operation) -> list[Entry]:
    """Distributions to owners and what they put in."""
    out: list[Entry] = []
    for c in op.inputs.of_kind(KIND):
        company, owner = c.parties["company"], c.parties["owner"]
        cfads, service = of_company(op, company)
        months = np.round(c.terms["reserve_months"]).astype(np.int64)
        flow = waterfall(cfads, service, months, c.terms["lockup_dscr"])
        free = may_distribute(op, company)
        out.append(Entry(company, owner, c.id, "distribution", flow.distributed_usd * free, False))
        out.append(Entry(owner, company, c.id, "cure", flow.cured_usd, False))
    return out


def example() -> Figures:
    """Figures of the worked example."""
    cfads = np.full((1, 24), 13.0e6)
    cfads[0, 14:16] = 2.0e6
    flow = waterfall(cfads, np.full((1, 24), 10.0e6), np.array([2]), np.array([1.15]))
    return [
        (
            f"month {m}",
            f"cover {flow.dscr[0, m]:.2f}, reserve {millions(flow.reserve_usd[0, m])}, "
            f"to the owner {millions(flow.distributed_usd[0, m])}",
        )
        for m in (0, 6, 8, 14, 15, 16)
    ]


PAGE = Page(
    "reserve, cash kept",
    "every month",
    "cash flow 13 m and service 10 m a month, two months of 2 m; two months in reserve, "
    "lock-up 1.15",
    example,
)
