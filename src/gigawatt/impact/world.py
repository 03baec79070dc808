"""The world's stock of AI compute, and the common measure of it.

H100 equivalents of a package are its dense FP8 peak over that of an H100; systems without FP8 are
compared in BF16 (an A100 then counts 0.32, as in integer rates of 8 bits).

Stock at the end of year y, with n = y - base year, growth factor g of the first year and decay q::

    stock(y) = stock(base) exp( ln g (1 + q + … + q^(n-1)) ) = stock(base) g^((1 - q^n) / (1 - q))

Leaves out: retirements, chips that are bought but not powered, owners and users. The share of an
old chip in useful work falls faster than its equivalents say.
"""

from __future__ import annotations

import numpy as np

from gigawatt.catalog import Catalog
from gigawatt.errors import InputError
from gigawatt.impact.assumptions import ImpactAssumptions
from gigawatt.quantity.arrays import Array, IntArray

BASE_YEAR = 2025  # of the fact world_stock_h100e_count
MEASURE = "h100-sxm"


def h100_equivalents_per_package(catalog: Catalog, systems: tuple[str, ...]) -> Array:
    """H100 equivalents of one package of each system, (G,).

    Raises
    ------
    InputError : a system with neither an FP8 nor a BF16 rate.
    """
    h100 = catalog.record("systems", MEASURE)
    out = []
    for system in systems:
        record = catalog.record("systems", system)
        rates = [k for k in ("fp8_dense_tflops", "bf16_dense_tflops") if k in record.facts]
        if not rates:
            raise InputError(f"systems/{system}: no dense FP8 or BF16 rate to compare with an H100")
        out.append(record.value(rates[0]) / h100.value(rates[0]))
    return np.array(out)


def world_stock(years: IntArray, a: ImpactAssumptions) -> Array:
    """World stock at the end of each year in H100 equivalents, (D, Y)."""
    n = (years - BASE_YEAR).astype(float)
    growth = grown(a.world_growth_yearly_factor[:, None], a.world_growth_decay_share[:, None], n)
    out: Array = a.world_stock_h100e_count[:, None] * growth
    return out


def grown(first_factor: Array, decay: Array, years: Array | float) -> Array:
    """Growth over `years` if each year's logarithmic growth is `decay` times that before.

    Parameters
    ----------
    first_factor : growth factor of the first year.
    decay : logarithmic growth of a year over that of the year before; 1 = steady.
    years : years since the start, shapes broadcast; not whole numbers are interpolated smoothly.

    >>> float(grown(np.array(3.0), np.array(1.0), 2.0).round(6))
    9.0
    """
    steady = np.abs(1.0 - decay) < 1e-9
    safe = np.where(steady, 0.5, decay)
    exponent = np.where(steady, years, (1.0 - safe**years) / (1.0 - safe))
    return np.asarray(np.exp(np.log(first_factor) * exponent))
