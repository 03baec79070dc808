"""Reserve of on-site plant by technology and unit size: N + k units so that N run.

A load needs N = load / (unit size less its loss on a hot day) units. The plant has N + k, with the
smallest k for which at least N run for a wanted share of the time, units failing independently::

    P(Binomial(N + k, availability) >= N) >= firm share
    reserve share = 1 - load / nameplate

Small units need little (fuel cells some 10 %), a few large ones a lot (combined cycle, a half).
Leaves out: common causes (a share of time of their own, see ``technologies``), planned outages put
into hours of low load, help from a grid or a battery.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from gigawatt.catalog import Catalog
from gigawatt.quantity.arrays import Array, BoolArray, IntArray
from gigawatt.uncertainty.distributions import normal_ppf
from gigawatt.uncertainty.streams import Streams

FIRM_PATH = "assumptions/conversion/onsite_firm_share"
PERMIT_PATH = "assumptions/conversion/generation_reserve_share"  # in permits, above the load


def running_probability(needed: Array, units: Array, availability: Array) -> Array:
    """Probability that at least `needed` of `units` run; arrays of one shape."""
    from scipy.special import bdtrc  # noqa: PLC0415  # only programmes with on-site plant need it

    out: Array = np.where(
        needed <= 0.0, 1.0, bdtrc(needed - 1.0, units.astype(np.int64), availability)
    )
    return out


def units_for(needed: Array, availability: Array, firm_share: Array) -> Array:
    """Fewest units of which at least `needed` run for `firm_share` of the time.

    >>> one = np.ones(1)
    >>> float(units_for(100.0 * one, 0.95 * one, 0.999 * one)[0])
    113.0
    """
    needed, availability, firm_share = np.broadcast_arrays(needed, availability, firm_share)
    spread = np.sqrt(needed * (1.0 - availability)) / availability
    units = np.maximum(np.floor(needed / availability - spread), needed).reshape(-1)
    n, share, firm = needed.reshape(-1), availability.reshape(-1), firm_share.reshape(-1)
    _step(units, 1.0, lambda x, at: ~_runs(n[at], x, share[at], firm[at]))
    return np.asarray(units.reshape(needed.shape))


def firm_units(units: Array, availability: Array, firm_share: Array) -> Array:
    """Most units that run together for `firm_share` of the time, at least 1 of any.

    >>> one = np.ones(1)
    >>> float(firm_units(113.0 * one, 0.95 * one, 0.999 * one)[0])
    100.0
    """
    units, availability, firm_share = np.broadcast_arrays(units, availability, firm_share)
    n, share, firm = units.reshape(-1), availability.reshape(-1), firm_share.reshape(-1)
    most = np.minimum(np.ceil(n * share), n)
    below = normal_ppf(np.minimum(firm, 1.0 - 1e-9)) * np.sqrt(n * share * (1.0 - share))
    found = np.minimum(np.maximum(np.floor(n * share - below), 1.0), most)  # near, by the normal

    def runs(x: Array, at: IntArray) -> BoolArray:
        return _runs(x, n[at], share[at], firm[at])

    _step(found, 1.0, lambda x, at: (x < most[at]) & runs(x + 1.0, at))
    _step(found, -1.0, lambda x, at: (x > 1.0) & ~runs(x, at))
    return np.asarray(np.maximum(found, 1.0).reshape(units.shape))


def _step(values: Array, by: float, on: Callable[[Array, IntArray], BoolArray]) -> None:
    """Move each of `values` by steps for as long as `on(values, places)` holds for it."""
    open_at = np.arange(len(values))
    while (open_at := open_at[on(values[open_at], open_at)]).size:
        values[open_at] += by


def _runs(needed: Array, units: Array, availability: Array, firm_share: Array) -> BoolArray:
    """Whether `needed` of `units` run for the wanted share of the time."""
    return np.asarray(running_probability(needed, units, availability) >= firm_share)


def reserve_of_load(
    load_mw: Array, unit_mw: Array, derate_share: Array, availability: Array, firm_share: Array
) -> Array:
    """Share of nameplate that is reserve in a plant for `load_mw`; 0 for no load."""
    loaded = np.maximum(load_mw, 1e-9)
    needed = np.maximum(np.ceil(loaded / (unit_mw * (1.0 - derate_share)) - 1e-9), 1.0)
    nameplate = units_for(needed, availability, firm_share) * unit_mw
    out: Array = np.where(load_mw > 0.0, 1.0 - loaded / nameplate, 0.0)
    return out


def reserve_of_nameplate(
    nameplate_mw: Array, unit_mw: Array, derate_share: Array, availability: Array, firm_share: Array
) -> Array:
    """Share of a given nameplate that is reserve: what may not be loaded."""
    units = np.maximum(np.round(nameplate_mw / unit_mw), 1.0)
    firm = firm_units(units, availability, firm_share)
    return np.asarray(1.0 - firm / units * (1.0 - derate_share))


def unit_facts(technology: str, catalog: Catalog, streams: Streams) -> tuple[Array, ...]:
    """Draws of unit size, loss on a hot day, availability, firm share: as the functions take."""
    record = catalog.record("technologies", technology)
    facts = [record.fact(key) for key in ("unit_mw", "hot_day_derate_share", "availability_share")]
    facts.append(catalog.fact(FIRM_PATH))
    return tuple(streams.sample(f.path, f.distribution) for f in facts)


def central_reserve_share(technology: str, nameplate_mw: float, catalog: Catalog) -> float:
    """Reserve of a permitted nameplate at central values: what permits hold, at least N + k."""
    permits = catalog.fact(PERMIT_PATH).value
    if not technology:
        return permits
    record = catalog.record("technologies", technology)
    unit, derate, availability = (
        np.array([record.value(key)])
        for key in ("unit_mw", "hot_day_derate_share", "availability_share")
    )
    firm = np.array([catalog.fact(FIRM_PATH).value])
    nameplate = np.array([nameplate_mw])
    reserve = reserve_of_nameplate(nameplate, unit, derate, availability, firm)
    return max(permits, float(reserve[0]))
