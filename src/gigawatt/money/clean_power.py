"""Contracts for clean power that sites declare, in the ledger: price, and market value back.

    contract_price   cloud -> seller    what the energy layer counts as paid
    market_value     seller -> cloud    the power at the grid's price of its hours (the other way in
                                        months in which that is below zero)

The import of the site stays a bill of its utility, so the two legs together are what the contract
adds to it; see `energy.clean_power`.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from gigawatt.energy.result import ContractFlow
from gigawatt.money.inputs import MoneyInputs
from gigawatt.money.result import Entry

PRICE, VALUE = "contract_price", "market_value"


def entries(inputs: MoneyInputs, contracts: Sequence[ContractFlow]) -> list[Entry]:
    """Entries of all contracts; the buyer is the cloud of the site."""
    out = []
    for c in contracts:
        buyer, name = inputs.cloud[c.site], f"{inputs.blocks.sites[c.site]}/{c.contract}"
        gains, losses = np.maximum(c.value_usd, 0.0), np.maximum(-c.value_usd, 0.0)
        out.append(Entry(buyer, c.seller, name, PRICE, c.paid_usd, False))
        out.append(Entry(c.seller, buyer, name, VALUE, gains, False))
        if losses.any():
            out.append(Entry(buyer, c.seller, name, VALUE, losses, False))
    return out
