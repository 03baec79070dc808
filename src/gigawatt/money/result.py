"""What money passes on: the double-entry ledger and the capital cost behind it."""

from __future__ import annotations

from dataclasses import dataclass

from gigawatt.quantity.arrays import Array


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of the ledger: what one party pays another under one instrument.

    Attributes
    ----------
    payer, payee : party ids; "outside" parties are those that the programme does not name
        (`builders`, `suppliers`, `utilities`, `users`, `operators`, and `unfunded` for a gap that
        no bridge covers).
    instrument : id of the instrument, or the name of a built-in flow ("site_capex", "energy").
    leg : what this payment is ("deposit", "delivery", "tranche", "rent", "interest", …).
    amount_usd : (D, M) nominal, ≥ 0.
    investment : whether the flow is capital (uses and sources of the build-out) or operating.
    """

    payer: str
    payee: str
    instrument: str
    leg: str
    amount_usd: Array
    investment: bool


@dataclass(frozen=True, slots=True)
class Ledger:
    """All payments of a chunk; cash sums to zero over all parties by construction.

    Attributes
    ----------
    entries : all lines.
    parties : every id that occurs, named parties first, then outside ones.
    gap_usd : (D, M) outstanding at the bridge at the end of the month: the funding gap.
    tranche_released_usd : (D, M) milestone equity paid in the month, 0 where there is none.
    memo : what moves no cash: interest added to loans, prepayments set off, warrants that vest.
    unpaid : what parties in default owed under contracts and did not pay.
    repaid_usd : (D, P, M) what each bridged party has repaid the bridge out of operating cash by
        the end of the month.
    """

    entries: tuple[Entry, ...]
    parties: tuple[str, ...]
    gap_usd: Array
    tranche_released_usd: Array
    memo: tuple[Entry, ...] = ()
    unpaid: tuple[Entry, ...] = ()
    repaid_usd: Array | None = None


@dataclass(frozen=True, slots=True)
class Capex:
    """Capital cost on the facility-GW basis, with IT; (D, G) nominal USD of the as-of date.

    Attributes
    ----------
    components : name → (D, G) USD per facility GW: "systems", "network", "storage_cpu", "shell",
        "power_cooling", "soft".
    total_usd_per_gw : (D, G) their sum.
    """

    components: dict[str, Array]
    total_usd_per_gw: Array
