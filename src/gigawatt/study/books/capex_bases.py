"""Capital cost of a gigawatt on the bases that published figures use.

They differ two to three times mostly by what the gigawatt counts (power of the facility, of the IT
equipment, design power of the accelerators) and by whether the systems are in the sum. All rows are
one and the same cost of `money.capex`, nominal dollars of the as-of date, divided otherwise.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from gigawatt.money.capex import capex_per_gw
from gigawatt.quantity.arrays import Array
from gigawatt.quantity.units import MW_PER_GW
from gigawatt.study.books.ledger_view import LedgerView
from gigawatt.uncertainty.summary import bands

SITE = ("shell", "power_cooling", "soft")
IT = ("systems", "network", "storage_cpu")
COVERS = {"site_and_systems": (*IT, *SITE), "site": SITE, "systems": IT}
W_PER_GW = 1e9
Rows = list[dict[str, Any]]


def capex_bases(view: LedgerView) -> Rows:
    """A row a system, gigawatt and cover: USD per gigawatt with its range."""
    chain = view.chain
    cost = capex_per_gw(chain.money).components
    year = view.loaded.program.as_of.year
    out: Rows = []
    for g, system in enumerate(chain.blocks.systems):
        for gigawatt, gw in _gigawatts(view, g).items():
            for covers, names in COVERS.items():
                usd = np.sum([cost[n][:, g] for n in names], axis=0) / gw
                low, middle, high = bands(usd)
                out.append({
                    "system": system, "gigawatt": gigawatt, "covers": covers, "price_year": year,
                    "usd_per_gw_p10": float(low), "usd_per_gw_p50": float(middle),
                    "usd_per_gw_p90": float(high), "usd_per_gw_mean": float(usd.mean()),
                })  # fmt: skip
    return out


def _gigawatts(view: LedgerView, system: int) -> dict[str, Array]:
    """Gigawatts of each kind in one facility GW of a system, (D,)."""
    blocks = view.chain.blocks
    own = blocks.system == system
    facility = blocks.facility_power_mw[:, own].sum(axis=1) / MW_PER_GW
    out = {"facility": np.ones_like(facility),
           "it": blocks.it_power_mw[:, own].sum(axis=1) / MW_PER_GW / facility}  # fmt: skip
    record = view.loaded.catalog.record("systems", blocks.systems[system])
    if "gpu_tdp_w" in record.facts:
        packages = blocks.packages[:, own].sum(axis=1) / facility
        out["chip"] = packages * record.value("gpu_tdp_w") / W_PER_GW
    return out
