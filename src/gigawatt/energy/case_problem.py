"""From a case as written to the supply problem of its year."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from gigawatt.energy.case import Case, PlantCase
from gigawatt.energy.dispatch.problem import (
    NONE,
    Capacity,
    Offer,
    Storage,
    YearlyLimit,
    YearProblem,
    offer,
)
from gigawatt.energy.reliability import Units
from gigawatt.quantity.arrays import Array, BoolArray, IntArray

GRID, SHED, CURTAILED = "grid", "shed", "curtailed compute"
DEMAND = "grid demand"
# Price of load that must be served; what is shed at it proves that the limits can't be kept.
MUST_SERVE_USD_PER_MWH = 1e7


class _Parts:
    """Capacities and offers in the making."""

    def __init__(self, case: Case) -> None:
        self.case = case
        self.load = case.series.columns["load_mw"]
        self.capacities: list[Capacity] = []
        self.offers: list[Offer] = []
        self.storages: list[Storage] = []
        self.co2_price = case.settings["co2_price_usd_per_t"] or 0.0

    def capacity(self, name: str, usd: float, v: dict[str, float | None], prefix: str = "") -> int:
        """Add a capacity with the bounds and blocks that `v` gives; return its number."""

        def get(key: str, default: float) -> float:
            value = v.get(f"{prefix}{key}")
            return default if value is None else value

        self.capacities.append(
            Capacity(name, usd, get("min_mw", 0.0), get("max_mw", np.inf), get("block_mw", 0.0),
                     int(get("spare_blocks", 0.0)))
        )  # fmt: skip
        return len(self.capacities) - 1

    def plant(self, name: str, v: dict[str, float | None], prefix: str, per_mw: Array | float,
              usd: float, var: float, co2: float) -> None:  # fmt: skip
        """Add a plant: its capacity and what it offers."""
        number = self.capacity(name, usd, v, prefix)
        self.offers.append(
            offer(
                name, len(self.load), var + self.co2_price * co2, capacity=number, per_mw=per_mw,
                co2_t_per_mwh=co2,
                ramp_share_per_h=_number(v.get(f"{prefix}ramp_share_per_h"), np.inf),
                min_load_share=_number(v.get(f"{prefix}min_load_share"), 0.0),
                start_usd_per_mw=_number(v.get(f"{prefix}start_usd_per_mw"), 0.0),
            )
        )  # fmt: skip

    def storage(self, name: str, v: dict[str, float | None], prefix: str) -> None:
        """Add a storage; its energy is a capacity of its own where a price of energy is given."""
        usd = _number(v[f"{prefix}usd_per_mw_yr"], 0.0)
        power = self.capacity(name, usd, v, prefix)
        energy, hours = power, _number(v.get(f"{prefix}hours"), 1.0)
        own = v.get(f"{prefix}usd_per_mwh_yr")
        if own is not None:
            energy, hours = self.capacity(f"{name} MWh", own, {}), 1.0
        self.storages.append(
            Storage(name, power, power, energy, hours, _number(v[f"{prefix}eta_charge"], 1.0),
                    _number(v[f"{prefix}eta_discharge"], 1.0), 1.0,
                    _number(v.get(f"{prefix}loss_per_h"), 0.0))
        )  # fmt: skip


def year_problem(case: Case) -> YearProblem:
    """Supply problem of a case: own plant and storage, import, load that is given up, limits."""
    parts, t, columns = _Parts(case), case.technologies, case.series.columns
    for name in ("pv", "wind"):
        usd = t[f"{name}_usd_per_mw_yr"]
        if usd is not None:
            parts.plant(name, t, f"{name}_", columns[f"{name}_pu"], usd, 0.0, 0.0)
    if t["gas_usd_per_mw_yr"] is not None:
        var, co2 = _number(t["gas_var_usd_per_mwh"], 0.0), _number(t["gas_t_co2_per_mwh"], 0.0)
        parts.plant("gas", t, "gas_", 1.0, t["gas_usd_per_mw_yr"], var, co2)
    for plant in case.plants:
        _further_plant(parts, plant)
    if t["bat_usd_per_mw_yr"] is not None:
        parts.storage("bat", t, "bat_")
    for store in case.storages:
        parts.storage(store.name, store.values, "")
    _grid(parts)
    _given_up(parts)
    offers = tuple(parts.offers)
    return YearProblem(
        parts.load, tuple(parts.capacities), offers, tuple(parts.storages),
        _yearly_limits(case, offers, float(parts.load.sum())),
    )  # fmt: skip


def fleet_of(case: Case, problem: YearProblem, capacity_mw: Array) -> list[Units]:
    """Units of the plants whose block size and outages are given, spares included."""
    told = [("gas", case.technologies, "gas_"), *((p.name, p.values, "") for p in case.plants)]
    out = []
    for name, v, prefix in told:
        number = problem.capacity_number(name)
        size, share = _number(v[f"{prefix}block_mw"], 0.0), _number(v[f"{prefix}outage_share"], 0.0)
        if number < 0 or size <= 0.0 or share <= 0.0:
            continue
        count = round(float(capacity_mw[number]) / size)
        spare = int(_number(v[f"{prefix}spare_blocks"], 0.0)) if count else 0
        repair = _number(v[f"{prefix}repair_hours"], 48.0)
        out.append(Units(name, size, count + spare, share, repair))
    return out


def must_serve(case: Case) -> bool:
    """Whether the case allows no load to go unserved."""
    return case.technologies["voll_usd_per_mwh"] is None


def _number(value: float | None, default: float) -> float:
    return default if value is None else value


def _further_plant(parts: _Parts, plant: PlantCase) -> None:
    v = plant.values
    share: Array | float = _number(v["availability"], 1.0)
    if plant.column:
        share = share * parts.case.series.columns[plant.column]
    parts.plant(plant.name, v, "", share, _number(v["usd_per_mw_yr"], 0.0),
                _number(v["var_usd_per_mwh"], 0.0), _number(v["t_co2_per_mwh"], 0.0))  # fmt: skip


def _grid(parts: _Parts) -> None:
    settings, columns = parts.case.settings, parts.case.series.columns
    limit = _number(settings["grid_limit_mw"], np.inf)
    if limit == 0.0:
        return
    steps = len(parts.load)
    intensity = columns.get("grid_ci_t_per_mwh", np.zeros(steps))
    price = columns["price_usd_mwh"] + parts.co2_price * intensity
    top = float(parts.load.max()) * 10.0  # no limit: more than any storage could take in
    hourly = columns.get("grid_limit_mw", np.full(steps, np.inf))
    number: IntArray | int = NONE
    yearly = _number(settings["demand_charge_usd_per_mw_yr"], 0.0)
    monthly = _number(settings["demand_charge_usd_per_mw_month"], 0.0)
    if yearly > 0.0:
        number = parts.capacity(DEMAND, yearly, {})
    elif monthly > 0.0:
        first = len(parts.capacities)
        for month in range(12):
            parts.capacity(f"{DEMAND} {month + 1:02d}", monthly, {})
        number = first + parts.case.series.month
    parts.offers.append(
        offer(GRID, steps, price, limit_mw=np.minimum(hourly, min(limit, top)), capacity=number,
              co2_t_per_mwh=intensity)
    )  # fmt: skip


def _given_up(parts: _Parts) -> None:
    """Compute that is switched off at its value, and load that is not served."""
    steps, left = len(parts.load), 1.0
    for n, (share, usd) in enumerate(parts.case.curtailable):
        name = CURTAILED if n == 0 else f"{CURTAILED} {n + 1}"
        parts.offers.append(offer(name, steps, usd, limit_mw=share * parts.load))
        left -= share
    voll = parts.case.technologies["voll_usd_per_mwh"]
    price = MUST_SERVE_USD_PER_MWH if voll is None else voll
    parts.offers.append(offer(SHED, steps, price, limit_mw=parts.load))


def _yearly_limits(
    case: Case, offers: tuple[Offer, ...], load_mwh: float
) -> tuple[YearlyLimit, ...]:
    out, s = [], case.settings
    if s["co2_cap_t"] is not None and np.isfinite(s["co2_cap_t"]):
        out.append(YearlyLimit("co2_cap_t", _matrix([o.co2_t_per_mwh for o in offers]),
                               s["co2_cap_t"]))  # fmt: skip
    share = _number(s["hourly_matching_share"], 0.0)
    if share > 0.0:
        fossil = [
            (np.asarray(o.co2_t_per_mwh) > 0.0) | (o.name == GRID)
            for o in offers
        ]  # fmt: skip
        out.append(YearlyLimit("hourly_matching_share", _matrix(fossil), (1 - share) * load_mwh))
    take = _number(s["minimum_take_mwh"], 0.0)
    if take > 0.0:
        counted = [np.full(o.usd_per_mwh.shape, -1.0 * (o.name == GRID)) for o in offers]
        out.append(YearlyLimit("minimum_take_mwh", _matrix(counted), -take,
                               _number(s["minimum_take_usd_per_mwh"], np.inf)))  # fmt: skip
    return tuple(out)


def _matrix(parts: Sequence[Array | BoolArray]) -> Array:
    return np.ascontiguousarray(np.stack(parts, axis=1).astype(float))
