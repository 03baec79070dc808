"""How concentrated the world's AI compute is, by owner and by user.

With shares s_i in the whole, named firms first and the largest ahead::

    CRk = s_1 + … + s_k                               of named firms only
    HHI = 10,000 (sum of s_i^2 over named firms + o)  o = 0 or (share of the others)^2

"Other" is a group. As many firms of no size it adds nothing to the HHI (low bound), as one firm its
share squared (high bound); the truth lies between. CRk leaves it out: no firm in it is larger than
the named ones it is compared with.

By user: what a user runs on others' chips is taken from the owners (`moved`). Leaves out sharing
that nobody publishes (customers of clouds other than the one that is moved), and domestic chips of
China.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from gigawatt.catalog import Catalog
from gigawatt.impact.world import MEASURE
from gigawatt.quantity.arrays import Array
from gigawatt.uncertainty.streams import Streams

OTHER = "other"
HHI_SCALE = 10_000.0  # shares in per cent, squared
USER = "openai"
HOST = "microsoft"  # takes what the other hosts leave
Stock = Mapping[str, Array]  # firm → H100 equivalents (D,)


@dataclass(frozen=True, slots=True)
class Concentration:
    """Measures of concentration, arrays of one shape.

    Attributes
    ----------
    cr1, cr4, cr5 : share of the largest named firm, of four, of five.
    hhi_low, hhi_high : "other" as many firms of no size, and as one firm.
    """

    cr1: Array
    cr4: Array
    cr5: Array
    hhi_low: Array
    hhi_high: Array


def concentration(stock: Stock) -> Concentration:
    """Concentration of a stock by firm; the key "other" is the group of all others.

    >>> c = concentration({"a": np.array(50.0), "b": np.array(30.0), "other": np.array(20.0)})
    >>> float(c.hhi_low), float(c.hhi_high)
    (3400.0, 3800.0)
    """
    named = np.stack([np.asarray(v, dtype=float) for k, v in stock.items() if k != OTHER], axis=-1)
    other = np.asarray(stock.get(OTHER, 0.0), dtype=float)
    total = named.sum(axis=-1) + other
    if np.any(total <= 0.0) or np.any(named < 0.0) or np.any(other < 0.0):
        raise ValueError("stocks must not be negative, nor all of them zero")
    shares = np.sort(named / total[..., None], axis=-1)[..., ::-1]
    squares = HHI_SCALE * (shares**2).sum(axis=-1)
    return Concentration(
        cr1=shares[..., 0],
        cr4=shares[..., :4].sum(axis=-1),
        cr5=shares[..., :5].sum(axis=-1),
        hhi_low=squares,
        hhi_high=squares + HHI_SCALE * (other / total) ** 2,
    )


def owners(catalog: Catalog, streams: Streams | None = None, year: int = 2025) -> dict[str, Array]:
    """Stock by owner at the end of 2024 or 2025, H100 equivalents.

    Parameters
    ----------
    streams : where given, owners are drawn from their ranges, (D,); else medians, ().
    year : 2024 or 2025.
    """
    key = {2024: "end_2024_h100e", 2025: "h100e"}[year]
    out = {}
    for name, record in catalog.records["owners"].items():
        fact = record.fact(key)
        drawn = streams.sample(fact.path, fact.distribution) if streams else np.array(fact.value)
        out[name] = drawn
    return out


def moved(stock: Stock, hosts: Mapping[str, Array], user: str) -> dict[str, Array]:
    """Stock by user: what `user` runs on the chips of `hosts` is theirs no longer.

    A host never gives more than it has.
    """
    out: dict[str, Array] = {k: np.asarray(v, dtype=float) for k, v in stock.items()}
    taken = {h: np.minimum(np.asarray(used), out[h]) for h, used in hosts.items()}
    for host, used in taken.items():
        out[host] = out[host] - used
    own = out.get(user, np.zeros(1))
    out[user] = own + np.sum(list(taken.values()), axis=0)
    return out


def users(stock: Stock, catalog: Catalog, streams: Streams) -> dict[str, Array]:
    """Stock by user at the end of 2025: owners, with OpenAI's use taken from its hosts.

    Its use in H100 equivalents is its capacity in GW, as chip power by the ratio of chip to all-in
    power of an H100, times the H100 equivalents per chip watt of its main host.
    """
    h100 = catalog.record("systems", MEASURE)
    host = catalog.record("owners", HOST)
    chip_share = h100.value("gpu_tdp_w") / h100.value("allin_facility_w")
    per_mw = host.value("h100e") / host.value("chip_power_mw")
    capacity = catalog.fact(f"world/{USER}/capacity_2025_gw")
    used = streams.sample(capacity.path, capacity.distribution) * 1e3 * chip_share * per_mw
    shares = {
        h: streams.sample(f.path, f.distribution)
        for h, f in (
            (name, catalog.fact(f"access/openai-hosts/{name}_share"))
            for name in ("oracle", "coreweave")
        )
    }
    shares[HOST] = np.asarray(1.0 - sum(shares.values()))
    return moved(stock, {h: s * used for h, s in shares.items()}, USER)


def with_programme(stock: Stock, added: Mapping[str, Array], growth: Array | float) -> Stock:
    """Stock after the programme: all of `stock` times `growth`, plus what the programme adds.

    Parameters
    ----------
    stock : before, at the end of 2025.
    added : party → H100 equivalents; a party that is no owner yet becomes a firm of its own.
    growth : growth of all others since; 1 holds them as they were.
    """
    out = {k: np.asarray(v) * growth for k, v in stock.items()}
    for party, more in added.items():
        out[party] = out.get(party, np.array(0.0)) + more
    return out
