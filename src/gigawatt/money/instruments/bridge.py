"""Unnamed funding that covers what no named instrument does: the funding gap.

For every cloud, landlord and tenant p, with C its cumulative net cash from investment flows::

    outstanding_p(m) = max(0, -C_p(m) - R_p(m))      at the end of month m
    r_p(m)           = min(max(0, s O_p(m) - R_p(m - 1)), max(0, -C_p(m) - R_p(m - 1)))
    draw, repayment  = rise and fall of it from the month before

O is cumulative operating cash after debt service, tax and distributions, s the share of it that
repays (`repay_from_operations_share`, 0 unless written), R the sum of r. So no more is repaid than
was earned, and losses are made good before more is. The gap is the sum over p. Several bridges are
used in the programme's order, each up to its limit, the last one for whatever is left; their shares
of operating cash add up, to 1 at most. Bears no interest.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from gigawatt.money.accounts import DEBT, LOANS, Leg
from gigawatt.money.flows import Line
from gigawatt.money.inputs import MoneyInputs
from gigawatt.money.operation import entries_of
from gigawatt.money.page import Figures, Page, millions
from gigawatt.money.result import Entry
from gigawatt.program.kind import Kind, Term
from gigawatt.quantity.arrays import Array

KIND = "bridge"
ORDER = 99
SWEEP = "cash_sweep"
UNFUNDED = "unfunded"  # provider where a programme names no bridge
SPEC = Kind(
    "Unnamed funding that covers what no named instrument does; reported as funding gap.",
    ("provider",),
    {
        "limit_usd": Term(
            "usd",
            "orders of systems wait while what is outstanding and committed would pass it; "
            "site spending never waits",
            float("inf"),
        ),
        "repay_from_operations_share": Term(
            "share", "share of a party's cumulated operating cash that repays the bridge", 0.0
        ),
    },
)
LEGS = (
    Leg("draw", "provider", "who builds", LOANS, DEBT),
    *(Leg(name, "who builds", "provider", DEBT, LOANS) for name in ("repayment", SWEEP)),
)


def bridged_parties(inputs: MoneyInputs) -> tuple[str, ...]:
    """Clouds, landlords and tenants, without those that themselves provide a bridge."""
    providers = {c.parties["provider"] for c in inputs.of_kind(KIND)}
    parties = dict.fromkeys((*inputs.cloud, *inputs.landlord, *inputs.tenant))
    return tuple(p for p in parties if p not in providers)


def outstanding_usd(cumulative_net_usd: Array, repaid_usd: Array | float = 0.0) -> Array:
    """Outstanding at the bridge for a cumulative net cash from investment.

    Parameters
    ----------
    cumulative_net_usd, repaid_usd : C and R, of one shape.
    """
    return np.maximum(0.0, -cumulative_net_usd - repaid_usd)


def operating_share(inputs: MoneyInputs) -> Array:
    """Share of cumulated operating cash that repays, (D,)."""
    shares = [c.terms["repay_from_operations_share"] for c in inputs.of_kind(KIND)]
    return np.minimum(sum(shares, np.zeros(inputs.draws)), 1.0)


def repaid_usd(inputs: MoneyInputs, investment: Array, operating: Array) -> Array:
    """Cumulative repayment out of operating cash, R, (D, P, M) USD.

    Month by month, so what is repaid in one rests on the months up to it alone.

    Parameters
    ----------
    investment, operating : (D, P, M) cumulative net cash, C and O.
    """
    out = np.zeros_like(investment)
    share = operating_share(inputs)
    if not share.any():
        return out
    before = np.zeros(investment.shape[:2])
    for m in range(investment.shape[2]):
        earned = np.maximum(share[:, None] * operating[:, :, m] - before, 0.0)
        owed = outstanding_usd(investment[:, :, m], before)
        before = before + np.minimum(earned, owed)
        out[:, :, m] = before
    return out


def entries(inputs: MoneyInputs, outstanding: Array, repaid: Array) -> list[Entry]:
    """Draws and repayments that make (D, P, M) balances of the bridged parties.

    What is repaid out of operating cash (`repaid`, cumulative) is no investment flow.
    """
    out: list[Entry] = []
    parties = bridged_parties(inputs)
    operated = np.diff(repaid, axis=2, prepend=0.0)
    for provider, name, share in _tiers(inputs, outstanding.sum(axis=1)):
        earned = operated * share[:, None]
        moved = np.diff(outstanding * share[:, None], axis=2, prepend=0.0) + earned
        draws = [Line(provider, p, name, "draw") for p in parties]
        repayments = [Line(p, provider, name, "repayment") for p in parties]
        out += entries_of(draws, np.maximum(moved, 0.0), investment=True)
        out += entries_of(repayments, np.maximum(-moved, 0.0), investment=True)
        if operating_share(inputs).any():
            out += entries_of([replace(x, leg=SWEEP) for x in repayments], earned)
    return out


def _tiers(inputs: MoneyInputs, total: Array) -> list[tuple[str, str, Array]]:
    """Provider, instrument and (D, M) share of the total that each bridge carries."""
    bridges = inputs.of_kind(KIND)
    if not bridges:
        return [(UNFUNDED, KIND, np.ones_like(total))]
    tiers = []
    left = total
    for k, c in enumerate(bridges):
        last = k == len(bridges) - 1
        held = left if last else np.minimum(left, c.terms["limit_usd"][:, None])
        left = left - held
        share = np.where(total > 0.0, held / np.where(total > 0.0, total, 1.0), float(last))
        tiers.append((c.parties["provider"], c.id, share))
    return tiers


def example() -> Figures:
    """Figures of the worked example."""
    net = np.cumsum([-5e9, -5e9, -2e9, 8e9])
    return [(f"month {m}, outstanding", millions(float(x)))
            for m, x in enumerate(outstanding_usd(net), start=1)]  # fmt: skip


PAGE = Page(
    "outstanding by party",
    "every month",
    "spending of 5, 5 and 2 bn, then 8 bn of equity; nothing repaid from operations",
    example,
)
