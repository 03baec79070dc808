"""Where the price of a GPU-hour or of a token may go: up as well as down.

    P(t) = P(0) x drift^t x exp(sigma sqrt(t) z),   z ~ N(0, 1)

A random walk of the logarithm about a drift that is itself uncertain. No decline is built in: H100
hours fell from 8 to 1.70 USD in two years and rose to 2.35 in the five months after. Leaves out
what moves it (scarcity, ageing of the chip, new generations): a bracket, not a market model.
"""

from __future__ import annotations

import numpy as np

from gigawatt.catalog import Catalog
from gigawatt.quantity.arrays import Array
from gigawatt.uncertainty.streams import Streams


def price_after(
    price: Array | float,
    drift_yearly_factor: Array | float,
    volatility_sd_log: float,
    years: Array | float,
    z: Array,
) -> Array:
    """Price `years` from now, in the unit of `price`; `z` standard normal, (D,); all broadcast."""
    if np.any(np.asarray(years) < 0.0):
        raise ValueError("years must not be negative")
    spread = np.exp(volatility_sd_log * np.sqrt(years) * np.asarray(z))
    return np.asarray(price * np.power(drift_yearly_factor, years) * spread)


def price_outlook(
    catalog: Catalog, streams: Streams, now: str, outlook: str, years: float
) -> Array:
    """Price `years` after the date of the fact at path `now`, (D,) in its unit.

    Parameters
    ----------
    now : path of the price known last ("prices/h100-gpu-hour/contract_2026_usd_per_gpu_hour").
    outlook : record of "prices" with drift and volatility ("gpu-hour-outlook").
    """
    fact = catalog.fact(now)
    record = catalog.record("prices", outlook)
    drift = record.fact("drift_yearly_factor")
    return price_after(
        streams.sample(fact.path, fact.distribution),
        streams.sample(drift.path, drift.distribution),
        record.value("volatility_sd_log"),
        years,
        streams.normal(f"prices/{outlook}/walk"),
    )
