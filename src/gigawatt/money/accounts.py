"""Which accounts a payment moves on both sides: the chart of accounts behind the statements.

Every leg has an account at the payer and one at the payee; cash stands against both. Legs without
an entry are an expense of the payer and income of the payee. Legs of the memo book move no cash.
"""

from __future__ import annotations

from typing import NamedTuple


class Sides(NamedTuple):
    """Account that stands against cash at the payer and at the payee."""

    payer: str
    payee: str


EXPENSE, INCOME, TAX = "expense", "income", "tax"
IT, SITE = "asset_it", "asset_site"
LOANS, DEBT = "asset_loans", "debt"
HELD, PAID_IN = "asset_equity_held", "paid_in"
PREPAID, OWED = "asset_prepaid", "prepayments_received"
ESCROWED, IN_TRUST = "asset_escrow", "held_in_trust"
SALE_OF_ASSET = "asset_site"

# (instrument, leg) where the leg's name alone does not tell, else leg.
SIDES: dict[str | tuple[str, str], Sides] = {
    "deposit": Sides(IT, INCOME),
    "delivery": Sides(IT, INCOME),
    "acceptance": Sides(IT, INCOME),
    ("refresh", "systems"): Sides(IT, INCOME),
    ("refresh", "network_storage"): Sides(IT, INCOME),
    "purchase": Sides(IT, INCOME),
    "construction": Sides(SITE, INCOME),
    "connection": Sides(SITE, INCOME),
    "upfront_fee": Sides(SITE, INCOME),
    "draw": Sides(LOANS, DEBT),
    "repayment": Sides(DEBT, LOANS),
    "cash_sweep": Sides(DEBT, LOANS),
    "principal": Sides(DEBT, LOANS),
    "capitalised_interest": Sides(SITE, INCOME),
    "tranche": Sides(HELD, PAID_IN),
    "equity": Sides(HELD, PAID_IN),
    "cure": Sides(HELD, PAID_IN),
    "support": Sides(HELD, PAID_IN),
    "exercise": Sides(HELD, PAID_IN),
    "distribution": Sides("distributed", INCOME),
    "prepayment": Sides(PREPAID, OWED),
    "escrow": Sides(ESCROWED, IN_TRUST),
    "escrow_paid": Sides(IN_TRUST, INCOME),
    "tax": Sides(TAX, INCOME),
}
# No cash: what stands at both sides, debit first.
MEMO: dict[str, tuple[tuple[str, str], tuple[str, str]]] = {
    # leg: ((payer's debit, payer's credit), (payee's debit, payee's credit))
    "capitalised_interest": ((SITE, DEBT), (LOANS, INCOME)),
    "recognised": ((EXPENSE, PREPAID), (OWED, INCOME)),
    "warrant": ((EXPENSE, PAID_IN), (HELD, INCOME)),
}
# What a power bill is made of, besides the connection paid before service.
POWER_BILL = ("energy", "minimum_take", "demand_charge")
CAPITAL_IT = frozenset(k for k, v in SIDES.items() if v.payer == IT)
CAPITAL_SITE = frozenset(k for k, v in SIDES.items() if v.payer == SITE and k != "upfront_fee")
NOT_INCOME = frozenset(
    k for k, v in SIDES.items() if v.payer not in (EXPENSE, IT, SITE, TAX) and isinstance(k, str)
)
# What a party that defaults no longer pays.
UNDER_CONTRACT = frozenset(
    {
        "rent", "system_rent", "purchase", "capacity", "renewal", "interest", "principal",
        "commitment_fee", "revenue_share", "minimum_take", "demand_charge", "guarantee",
        "backstop", "cure", "support",
    }
)  # fmt: skip


def sides(instrument: str, leg: str) -> Sides:
    """Accounts of a payment."""
    return SIDES.get((instrument, leg)) or SIDES.get(leg) or Sides(EXPENSE, INCOME)
