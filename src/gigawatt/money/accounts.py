"""Which accounts a payment moves on both sides: the chart of accounts behind the statements.

Every leg has an account at the payer and one at the payee; cash stands against both. Instruments
declare those of their legs in their own files (`Leg`); the legs that need no contract stand here.
Legs without an account are an expense of the payer and income of the payee. Legs of the memo book
move no cash.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple


class Sides(NamedTuple):
    """Account that stands against cash at the payer and at the payee."""

    payer: str
    payee: str


Memo = tuple[tuple[str, str], tuple[str, str]]  # (payer's debit, credit), (payee's debit, credit)

EXPENSE, INCOME, TAX, DISTRIBUTED = "expense", "income", "tax", "distributed"
IT, SITE = "asset_it", "asset_site"
LOANS, DEBT = "asset_loans", "debt"
HELD, PAID_IN = "asset_equity_held", "paid_in"
PREPAID, OWED = "asset_prepaid", "prepayments_received"
ESCROWED, IN_TRUST = "asset_escrow", "held_in_trust"
ACCOUNTS = frozenset(
    (EXPENSE, INCOME, TAX, DISTRIBUTED, IT, SITE, LOANS, DEBT, HELD, PAID_IN, PREPAID, OWED,
     ESCROWED, IN_TRUST)
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Leg:
    """One kind of payment of an instrument.

    Attributes
    ----------
    name : as the ledger has it; of several kinds that share a name, all have the same accounts.
    payer, payee : role of the instrument, or a party outside the programme.
    payer_account, payee_account : what stands against cash at both sides.
    owed : whether the payer owes it under the contract, so that it stops with the payer's default.
    memo : accounts of a leg that moves no cash; None = it moves cash.
    """

    name: str
    payer: str
    payee: str
    payer_account: str = EXPENSE
    payee_account: str = INCOME
    owed: bool = False
    memo: Memo | None = None

    @property
    def sides(self) -> Sides:
        """Accounts at payer and payee."""
        return Sides(self.payer_account, self.payee_account)


def loan_legs(lender: str, borrower: str, *, capitalised: bool = True) -> tuple[Leg, ...]:
    """Legs that loans have in common, between two roles."""
    added = Leg("capitalised_interest", borrower, lender, SITE, INCOME,
                memo=((SITE, DEBT), (LOANS, INCOME)))  # fmt: skip
    return (
        Leg("draw", lender, borrower, LOANS, DEBT),
        Leg("interest", borrower, lender, owed=True),
        Leg("principal", borrower, lender, DEBT, LOANS, owed=True),
        *((added,) if capitalised else ()),
    )


# Payments without a contract; (instrument, leg) where the leg's name alone does not tell.
BUILT_IN: dict[str | tuple[str, str], Sides] = {
    ("refresh", "systems"): Sides(IT, INCOME),
    ("refresh", "network_storage"): Sides(IT, INCOME),
    "construction": Sides(SITE, INCOME),
}
# What a power bill is made of, besides the connection paid before service.
POWER_BILL = ("energy", "minimum_take", "demand_charge")
