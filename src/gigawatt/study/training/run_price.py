"""What a package-hour of a whole run costs: the asked price, or the cost to a large owner."""

from __future__ import annotations

import numpy as np

from gigawatt.catalog import Catalog
from gigawatt.errors import InputError
from gigawatt.performance.hardware import System, system_from_record, system_records
from gigawatt.quantity.arrays import Array
from gigawatt.uncertainty.streams import Streams

PRICED = "gb200-nvl72"  # whose package-hour stands for those without a published cost
OWNED, RENTED = "gpu-hour-cost", "gpu-hour-rental"
RENT_KNOWN = "h100"  # whose cost to an owner and rent are both known


def package_hour_usd(
    asked: float | None, system: System, catalog: Catalog, streams: Streams
) -> tuple[Array, tuple[str, ...]]:
    """USD per package-hour, (D,), energy included, and what was assumed; zeros where none is known.

    In this order: the asked price; the cost to a large owner; that of `PRICED` by the prices of
    both systems; a usual rent times what the owner's cost of H100 is of its rent (a rent holds a
    margin and idle time).

    Raises
    ------
    InputError : a negative price.
    """
    if asked is not None:
        if asked < 0.0:
            raise InputError("train run: the price of a package-hour must not be negative.")
        return np.full(streams.draws, asked), ()
    key = f"{system.id.split('-')[0]}_usd_per_gpu_hour"
    owned = catalog.record("prices", OWNED)
    if key in owned.facts:
        value = owned.value(key)
        words = f"{value:g} USD a package-hour, energy included (cost to a large owner)"
        return np.full(streams.draws, value), (words,)
    if _ratio(system, catalog) > 0.0:
        return _like(system, catalog, streams)
    return _rent(system, catalog, streams)


def _ratio(system: System, catalog: Catalog) -> float:
    """Price of a package in its system over that of `PRICED`; 0 where no price is known."""
    known = system_records(catalog)
    own, like = known.get(system.id), known[PRICED]
    if own is None or "rack_price_usd" not in own.facts or system.system_packages < 1:
        return 0.0
    packages = system_from_record(like).system_packages
    ratio = own.value("rack_price_usd") / system.system_packages
    return ratio / (like.value("rack_price_usd") / packages)


def _like(system: System, catalog: Catalog, streams: Streams) -> tuple[Array, tuple[str, ...]]:
    """Cost by that of `PRICED` and the prices of both systems per package."""
    name = PRICED.split("-", maxsplit=1)[0]
    cost = catalog.record("prices", OWNED).value(f"{name}_usd_per_gpu_hour")
    value = _ratio(system, catalog) * cost
    return np.full(streams.draws, value), (
        f"{value:.2f} USD a package-hour: that of {PRICED} by the prices of the systems, "
        "energy included (a forecast)",
    )


def _rent(system: System, catalog: Catalog, streams: Streams) -> tuple[Array, tuple[str, ...]]:
    """Draws of the rent, as a cost to an owner."""
    record = catalog.record("prices", RENTED)
    key = f"{system.id.replace('-', '_')}_usd_per_gpu_hour"
    if key not in record.facts:
        words = f"no price of a package-hour of {system.id} is known; give one for the cost"
        return np.zeros(streams.draws), (words,)
    margin = catalog.record("prices", OWNED).value(f"{RENT_KNOWN}_usd_per_gpu_hour")
    margin /= record.value(f"{RENT_KNOWN}_usd_per_gpu_hour")
    fact = record.facts[key]
    return margin * streams.sample("training-run/rent", fact.distribution), (
        f"{margin * fact.value:.2f} USD a package-hour, energy included: a usual rent "
        f"({fact.value:g}) at the owner's part of H100's",
    )
