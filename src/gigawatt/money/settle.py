"""The ledger: all flows of a chunk, month by month, double entry."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from gigawatt.energy.result import ContractFlow
from gigawatt.money import clean_power, running
from gigawatt.money.funding import investment_plans
from gigawatt.money.inputs import OUTSIDE, MoneyInputs
from gigawatt.money.instruments import bridge, equity_tranche_milestone
from gigawatt.money.loan import INTEREST, PRINCIPAL
from gigawatt.money.operation import Operation, entries_of, use_share
from gigawatt.money.registry import Registered, memo_sides, registered, sides, under_contract
from gigawatt.money.result import Entry, Ledger
from gigawatt.operations.result import Delivered
from gigawatt.quantity.arrays import Array, BoolArray
from gigawatt.schedule.result import Capacity, ScheduleResult

RENTS = ("rent", "system_rent")


def settle(
    inputs: MoneyInputs,
    schedule: ScheduleResult,
    capacity: Capacity,
    energy_cost_usd: Array,
    done: Delivered,
    energy_mwh: Array | None = None,
    token_revenue_usd: Array | None = None,
    contracts: Sequence[ContractFlow] = (),
) -> Ledger:
    """Book all payments of a chunk.

    Parameters
    ----------
    inputs, schedule : as for the funding gate.
    capacity : power in service, for upkeep.
    energy_cost_usd : (D, S, M) from the energy layer.
    done : package-hours delivered and lost, for take-or-pay and revenue.
    energy_mwh : (D, S, M) energy at the meter, for contracts of power; None = that of the power in
        service at full use.
    token_revenue_usd : (D, S, M) what users pay for the tokens served; None = they pay for
        capacity in use (`running`).
    contracts : for clean power, from the energy layer.

    Returns
    -------
    Ledger whose entries stand in an order that depends on the programme alone, not on the draws.
    """
    invested = settle_investment(inputs, schedule)
    hours = inputs.axis.hours()
    op = Operation(
        inputs=inputs,
        schedule=schedule,
        it_mw_avg=capacity.it_mw_avg,
        use_share=use_share(done),
        energy_cost_usd=energy_cost_usd,
        energy_mwh=capacity.it_mw_avg * hours if energy_mwh is None else energy_mwh,
        hours=hours,
        paid=tuple(invested),
        sides=sides,
        token_revenue_usd=token_revenue_usd,
    )
    return _ledger(_run(op, contracts), invested)


def _run(op: Operation, contracts: Sequence[ContractFlow]) -> Operation:
    """`op` with all that follows the build-out: what needs no contract, contracts, what closes."""
    kinds = registered()
    if op.inputs.defaults:
        op = replace(op, service_due_usd=_service_due(op, kinds))
    op = _booked(op, [*running.operate(op), *clean_power.entries(op.inputs, contracts)])
    for kind in kinds:
        op = _booked(op, kind.operate(op)) if kind.operate else op
    accounts = memo_sides()
    moved = (e for k in kinds if k.memo for e in k.memo(op))
    op = replace(op, no_cash=tuple((e, accounts[e.leg]) for e in moved))
    for kind in kinds:
        op = _booked(op, kind.close(op)) if kind.close else op
    return op


def _ledger(op: Operation, invested: list[Entry]) -> Ledger:
    """All entries, with the bridge that closes what is left of the investment."""
    inputs = op.inputs
    operated = op.paid[len(invested) :]
    net = _cumulative_net(inputs, invested)
    repaid = bridge.repaid_usd(inputs, net, _cumulative_net(inputs, operated))
    outstanding = bridge.outstanding_usd(net, repaid)
    entries = [*invested, *bridge.entries(inputs, outstanding, repaid), *operated]
    tranches = [e.amount_usd for e in invested if e.leg == equity_tranche_milestone.LEG]
    none = np.zeros((inputs.draws, inputs.axis.count))
    return Ledger(
        entries=tuple(entries),
        parties=_parties(inputs, entries),
        gap_usd=outstanding.sum(axis=1),
        tranche_released_usd=sum(tranches, none),
        repaid_usd=repaid,
        memo=tuple(e for e, _ in op.no_cash),
        unpaid=op.unpaid,
    )


def _booked(op: Operation, entries: list[Entry]) -> Operation:
    """`op` with entries added; what a party in default owes under contracts goes unpaid.

    Users no longer pay it either: they have gone elsewhere. A landlord or lessor whose rent fails
    pays its lenders what it has of the month: its loans have no recourse to anybody else.
    """
    paid: list[Entry] = []
    unpaid: list[Entry] = []
    months = np.arange(op.months)
    for e in entries:
        share: Array | BoolArray | None = None
        if e.payer in op.inputs.defaults and e.leg in under_contract():
            share = months < np.floor(op.inputs.defaults[e.payer])[:, None]
        elif e.leg == "revenue" and e.payee in op.inputs.defaults:
            served = months < np.floor(op.inputs.defaults[e.payee])[:, None]
            paid.append(replace(e, amount_usd=np.where(served, e.amount_usd, 0.0)))
            continue
        elif e.leg in (INTEREST, PRINCIPAL):
            share = served_share(
                [*op.paid, *paid], [*op.unpaid, *unpaid], e.payer, op.service_due_usd.get(e.payer)
            )
        if share is None:
            paid.append(e)
            continue
        kept = e.amount_usd * share
        paid.append(replace(e, amount_usd=kept))
        unpaid.append(replace(e, amount_usd=e.amount_usd - kept))
    return replace(op, paid=(*op.paid, *paid), unpaid=(*op.unpaid, *unpaid))


def served_share(
    paid: list[Entry], unpaid: list[Entry], party: str, due_usd: Array | None
) -> Array | None:
    """Part of the debt service due that a party pays, (D, M); None where no rent to it fails.

    From the first month in which a rent goes unpaid on, all that it receives in a month (what a
    guarantor, escrow or new tenant pays with it) less its costs goes to its lenders, up to what is
    due; owners come after them.
    """
    lost = [e.amount_usd for e in unpaid if e.payee == party and e.leg in RENTS]
    if not lost or due_usd is None:
        return None
    cash = np.zeros_like(due_usd)
    for e in paid:
        if e.investment or e.leg in (INTEREST, PRINCIPAL):
            continue
        if e.payee == party:
            cash = cash + e.amount_usd
        elif e.payer == party:
            cash = cash - e.amount_usd
    failed = np.cumsum(np.sum(lost, axis=0), axis=1) > 0.0
    covered = np.clip(cash / np.where(due_usd > 0.0, due_usd, 1.0), 0.0, 1.0)
    return np.where(failed & (due_usd > 0.0), covered, 1.0)


def _service_due(op: Operation, kinds: Sequence[Registered]) -> dict[str, Array]:
    """Debt service by contract of each borrower, (D, M)."""
    out: dict[str, Array] = {}
    for kind in kinds:
        if kind.operate and any(leg.name == PRINCIPAL for leg in kind.legs):
            for e in kind.operate(op):
                if e.leg in (INTEREST, PRINCIPAL):
                    out[e.payer] = out.get(e.payer, 0.0) + e.amount_usd
    return out


def settle_investment(inputs: MoneyInputs, schedule: ScheduleResult) -> list[Entry]:
    """Entries of all investment flows before the bridge."""
    entries: list[Entry] = []
    for plan in investment_plans(inputs, schedule):
        if plan.lines:
            entries += entries_of(plan.lines, plan.monthly(inputs.axis.count), investment=True)
    return entries


def _cumulative_net(inputs: MoneyInputs, entries: Sequence[Entry]) -> Array:
    """Cumulative net cash of the bridged parties at the end of each month, (D, P, M)."""
    parties = bridge.bridged_parties(inputs)
    net = np.zeros((inputs.draws, len(parties), inputs.axis.count))
    place = {p: k for k, p in enumerate(parties)}
    for e in entries:
        if e.payer in place:
            net[:, place[e.payer]] -= e.amount_usd
        if e.payee in place:
            net[:, place[e.payee]] += e.amount_usd
    return np.cumsum(net, axis=2, out=net)


def _parties(inputs: MoneyInputs, entries: list[Entry]) -> tuple[str, ...]:
    """Every party that occurs: the programme's own in its order, then outside ones."""
    seen = {e.payer for e in entries} | {e.payee for e in entries}
    return tuple(p for p in dict.fromkeys((*inputs.named, *OUTSIDE, *sorted(seen))) if p in seen)
