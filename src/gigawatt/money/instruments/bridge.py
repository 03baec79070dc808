"""Unnamed funding that covers what no named instrument does: the funding gap.

For every cloud, landlord and tenant p, with C its cumulative net cash from investment flows::

    outstanding_p(m) = max(0, -C_p(m))          at the end of month m
    draw, repayment  = rise and fall of it from the month before

The gap is the sum over p. Several bridges are used in the programme's order, each up to its limit,
the last one for whatever is left. Bears no interest. Operating cash does not pay it down.
"""

from __future__ import annotations

import numpy as np

from gigawatt.money.flows import Line
from gigawatt.money.inputs import MoneyInputs
from gigawatt.money.operation import entries_of
from gigawatt.money.result import Entry
from gigawatt.quantity.arrays import Array

KIND = "bridge"
ORDER = 99
UNFUNDED = "unfunded"  # provider where a programme names no bridge


def bridged_parties(inputs: MoneyInputs) -> tuple[str, ...]:
    """Clouds, landlords and tenants, without those that themselves provide a bridge."""
    providers = {c.parties["provider"] for c in inputs.of_kind(KIND)}
    parties = dict.fromkeys((*inputs.cloud, *inputs.landlord, *inputs.tenant))
    return tuple(p for p in parties if p not in providers)


def outstanding_usd(cumulative_net_usd: Array) -> Array:
    """Outstanding at the bridge for a cumulative net cash from investment."""
    return np.maximum(0.0, -cumulative_net_usd)


def entries(inputs: MoneyInputs, outstanding: Array) -> list[Entry]:
    """Draws and repayments that make (D, P, M) balances of the bridged parties."""
    out: list[Entry] = []
    parties = bridged_parties(inputs)
    for provider, name, share in _tiers(inputs, outstanding.sum(axis=1)):
        moved = np.diff(outstanding * share[:, None], axis=2, prepend=0.0)
        draws = [Line(provider, p, name, "draw") for p in parties]
        repayments = [Line(p, provider, name, "repayment") for p in parties]
        out += entries_of(draws, np.maximum(moved, 0.0), investment=True)
        out += entries_of(repayments, np.maximum(-moved, 0.0), investment=True)
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
