"""Tokens that the world asks for, against what the programme serves.

    demand a year = 12 x (sum of the providers' monthly tokens of late 2025) x (all over those told)
                    x growth since, each year's logarithmic growth a fixed part of the last one's

Providers count prompts and answers together, each on a scope of its own; so does the supply side
here. A token of a large model and one of a small model count the same: the fill rate says whether
the world asks for as many tokens, not whether it asks for these.
"""

from __future__ import annotations

import numpy as np

from gigawatt.catalog import Catalog
from gigawatt.impact.world import grown
from gigawatt.quantity.arrays import Array
from gigawatt.uncertainty.streams import Streams

MONTHS_PER_YEAR = 12.0
BASE = 2025.8  # October 2025, date of the newest counts
LATEST = (
    "google_2025_09_tokens_per_month", "openai_api_2025_10_tokens_per_month",
    "microsoft_foundry_2025_03_tokens_per_month", "deepseek_2025_02_tokens_per_month",
)  # fmt: skip


def token_demand(catalog: Catalog, streams: Streams, year: int) -> Array:
    """Tokens that the world asks for in a calendar year, (D,)."""
    told = sum(catalog.fact(f"world/tokens/{key}").value for key in LATEST)
    untold = catalog.fact("access/token-demand/untold_factor")
    scope = told * streams.sample(untold.path, untold.distribution)
    return np.asarray(scope * MONTHS_PER_YEAR * demand_growth(catalog, streams, year))


def demand_growth(catalog: Catalog, streams: Streams, year: int) -> Array:
    """Tokens asked for in a calendar year over those of a year at the pace of the counts, (D,)."""
    factor, decay = (
        streams.sample(f.path, f.distribution)
        for f in (
            catalog.fact(f"access/token-demand/{key}")
            for key in ("demand_yearly_factor", "demand_decay_share")
        )
    )
    return grown(factor, decay, year + 0.5 - BASE)


def yearly_factor(first: float, last: float, years: float) -> float:
    """Growth factor a year between two counts.

    >>> round(yearly_factor(9.7e12, 1.3e15, 17 / 12), 1)
    31.7
    """
    return float((last / first) ** (1.0 / years))


def fill_share(demand: Array, supply: Array) -> Array:
    """Part of a supply that a demand fills, at most 1; 1 where nothing is supplied."""
    safe = np.where(supply > 0.0, supply, 1.0)
    return np.asarray(np.where(supply > 0.0, np.minimum(demand / safe, 1.0), 1.0))
