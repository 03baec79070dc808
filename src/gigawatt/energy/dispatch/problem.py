"""The supply problem of one year: capacities to choose, offers of energy, storage, yearly limits.

::

    min  sum_j cost_j x_j + sum_t h sum_k price_kt g_kt + sum_r charge_r excess_r
    s.t. sum_k g_kt + discharge_t - charge_t = load_t
         0 <= g_kt <= min(limit_kt, per_mw_kt x_j(k,t))
         level_t+1 = (1 - loss) level_t + h (eta_c charge_t - discharge_t / eta_d),   cyclic
         sum_t h sum_k a_rkt g_kt <= limit_r + excess_r

T steps of h hours, K offers, J capacities, R yearly limits. Whatever supplies is an offer: sun and
wind at a price of 0, the grid at the price of the hour, plant at its running cost, compute that is
switched off at its value, and load that is not served at the value of lost load.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from gigawatt.quantity.arrays import Array, IntArray

NONE = -1


@dataclass(frozen=True, slots=True)
class Capacity:
    """Something that is built by the megawatt and paid by the year.

    Attributes
    ----------
    name : its name in results.
    usd_per_mw_yr : annuity and fixed upkeep.
    min_mw, max_mw : bounds of what is in service (spares not counted).
    block_mw : size of one unit; 0 = any size can be built.
    spare_blocks : units that are paid for beside those that count, where any is built (N+k).
    """

    name: str
    usd_per_mw_yr: float
    min_mw: float = 0.0
    max_mw: float = np.inf
    block_mw: float = 0.0
    spare_blocks: int = 0


@dataclass(frozen=True, slots=True)
class Offer:
    """Energy that can be had at a price.

    Attributes
    ----------
    name : its name in results.
    usd_per_mwh : (T,) price of a MWh.
    limit_mw : (T,) most that can be had in a step; inf = as the capacity allows.
    capacity : (T,) number of the capacity that limits it in each step, -1 = none.
    per_mw : (T,) share of that capacity that can be had (weather, outages).
    co2_t_per_mwh : (T,) emissions.
    ramp_share_per_h : largest change in an hour over the capacity; inf = no limit.
    min_load_share, start_usd_per_mw : least load of a running unit over its size, cost of a start
        per MW started; both 0 = units run at any load.
    """

    name: str
    usd_per_mwh: Array
    limit_mw: Array
    capacity: IntArray
    per_mw: Array
    co2_t_per_mwh: Array
    ramp_share_per_h: float = np.inf
    min_load_share: float = 0.0
    start_usd_per_mw: float = 0.0

    @property
    def couples_steps(self) -> bool:
        """Whether one step limits the next, which the kernel can't hold."""
        return (
            np.isfinite(self.ramp_share_per_h)
            or self.min_load_share > 0
            or self.start_usd_per_mw > 0
        )


@dataclass(frozen=True, slots=True)
class Storage:
    """A store of energy; its powers and its size are capacities (numbers into the list).

    Attributes
    ----------
    charge, discharge, energy : numbers of the capacities that limit charging power (at the load's
        side), discharging power, and energy.
    discharge_per_mw : discharging power at the load's side per MW of its capacity.
    hours : MWh of energy per MW of the energy capacity.
    eta_charge, eta_discharge : efficiencies.
    loss_per_h : share of the level that is lost in an hour.
    """

    name: str
    charge: int
    discharge: int
    energy: int
    hours: float
    eta_charge: float
    eta_discharge: float
    discharge_per_mw: float = 1.0
    loss_per_h: float = 0.0


@dataclass(frozen=True, slots=True)
class YearlyLimit:
    """A limit on a yearly sum over the offers.

    Attributes
    ----------
    name : the setting it comes from.
    per_mwh : (T, K) what a MWh of each offer counts.
    limit : most that is allowed.
    usd_per_unit : what a unit above the limit costs; inf = not allowed.
    """

    name: str
    per_mwh: Array
    limit: float
    usd_per_unit: float = np.inf


@dataclass(frozen=True)
class YearProblem:
    """All of one year; see the module.

    Attributes
    ----------
    load_mw : (T,).
    step_h : hours of a step.
    """

    load_mw: Array
    capacities: tuple[Capacity, ...]
    offers: tuple[Offer, ...]
    storages: tuple[Storage, ...] = ()
    limits: tuple[YearlyLimit, ...] = ()
    step_h: float = 1.0

    @property
    def steps(self) -> int:
        """Number of steps, T."""
        return len(self.load_mw)

    @cached_property
    def price(self) -> Array:
        """(T, K) prices of the offers, USD/MWh."""
        return _columns([o.usd_per_mwh for o in self.offers])

    @cached_property
    def limit_mw(self) -> Array:
        """(T, K) fixed limits of the offers."""
        return _columns([o.limit_mw for o in self.offers])

    @cached_property
    def per_mw(self) -> Array:
        """(T, K) availability of the capacities behind the offers."""
        return _columns([o.per_mw for o in self.offers])

    @cached_property
    def capacity(self) -> IntArray:
        """(T, K) numbers of the capacities behind the offers."""
        return np.ascontiguousarray(np.stack([o.capacity for o in self.offers], axis=1))

    @cached_property
    def co2_t_per_mwh(self) -> Array:
        """(T, K) emissions of the offers."""
        return _columns([o.co2_t_per_mwh for o in self.offers])

    @cached_property
    def cost(self) -> Array:
        """(J,) yearly cost of a MW of each capacity."""
        return np.array([c.usd_per_mw_yr for c in self.capacities])

    @property
    def load_mwh(self) -> float:
        """Energy that is asked for in the year."""
        return float(self.load_mw.sum()) * self.step_h

    def offer_number(self, name: str) -> int:
        """Number of the offer called `name`, -1 if there is none."""
        return next((k for k, o in enumerate(self.offers) if o.name == name), NONE)

    def capacity_number(self, name: str) -> int:
        """Number of the capacity called `name`, -1 if there is none."""
        return next((j for j, c in enumerate(self.capacities) if c.name == name), NONE)


def offer(
    name: str,
    steps: int,
    usd_per_mwh: Array | float = 0.0,
    *,
    limit_mw: Array | float = np.inf,
    capacity: IntArray | int = NONE,
    per_mw: Array | float = 1.0,
    co2_t_per_mwh: Array | float = 0.0,
    ramp_share_per_h: float = np.inf,
    min_load_share: float = 0.0,
    start_usd_per_mw: float = 0.0,
) -> Offer:
    """Offer whose numbers may be given once for all steps."""

    def full(value: Array | float) -> Array:
        return np.broadcast_to(np.asarray(value, dtype=float), (steps,))

    return Offer(
        name, full(usd_per_mwh), full(limit_mw),
        np.broadcast_to(np.asarray(capacity, dtype=np.int64), (steps,)),
        full(per_mw), full(co2_t_per_mwh), ramp_share_per_h, min_load_share, start_usd_per_mw,
    )  # fmt: skip


def battery(
    name: str, capacity: int, hours: float, eta_charge: float, eta_discharge: float
) -> Storage:
    """Storage with one capacity for both powers and a fixed duration."""
    return Storage(name, capacity, capacity, capacity, hours, eta_charge, eta_discharge)


def _columns(parts: Sequence[Array]) -> Array:
    return np.ascontiguousarray(np.stack(parts, axis=1))
