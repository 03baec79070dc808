"""What contracts for clean power pay, by month: the price, and what their power is worth.

A contract of a site settles against the grid's price in each hour, whoever delivers: the site goes
on buying all its import from its utility, pays the seller the contract's price, and has from it the
value of the power at the price of the hour::

    paid  = MWh of the month x price x (1 + e)^y       y: years since the contract's start
    value = MWh of the month x grid's mean price x price factor of the contract's hours in the month

So no energy is paid twice, a contract of the grid's own price costs nothing, and one that gives in
cheap hours (sun at noon, wind at night) is worth less than the mean. A certificate is paid and has
no such value; nor have sun and wind where the climate is not known. A contract without a price is
not booked. It moves no dispatch: what it gives is the same whatever the site does.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from gigawatt.catalog import Catalog
from gigawatt.energy.assumptions import EnergyAssumptions
from gigawatt.energy.result import ContractFlow
from gigawatt.energy.site_inputs import contract_hours, site_weather
from gigawatt.energy.site_plan import by_month
from gigawatt.energy.site_prices import grid_price_hours
from gigawatt.energy.stage_hours import DAYS
from gigawatt.energy.supply import grid_supply
from gigawatt.program.blocks import Blocks
from gigawatt.program.model import CleanPower, Program, Site
from gigawatt.quantity.arrays import Array
from gigawatt.quantity.calendar import MonthAxis
from gigawatt.quantity.money import price_factor
from gigawatt.quantity.units import HOURS_PER_DAY
from gigawatt.schedule.result import ScheduleResult
from gigawatt.uncertainty.streams import Streams


def contract_flows(
    program: Program,
    catalog: Catalog,
    blocks: Blocks,
    sched: ScheduleResult,
    axis: MonthAxis,
    streams: Streams,
    a: EnergyAssumptions,
) -> tuple[ContractFlow, ...]:
    """Payments of all contracts that have a price, in order of sites and contracts."""
    out: list[ContractFlow] = []
    for s, site in enumerate(program.sites):
        priced = [c for c in site.clean_power if c.price_usd_per_mwh is not None]
        if not priced:
            continue
        market = grid_supply(site, catalog, axis, streams, a).price_usd_per_mwh
        power = sched.in_service[:, blocks.site == s].min(axis=1)  # (D,) first of the site
        out += [_flow(s, site, c, catalog, market, power, axis, streams) for c in priced]
    return tuple(out)


@dataclass(frozen=True, slots=True)
class ContractMonths:
    """What the contracts of each site give by month of the run, (S, M) MWh, by their dates.

    `all_mwh` : certificates among them; `renewable_mwh`; `hourly_mwh` : of those that have hours.
    """

    all_mwh: Array
    renewable_mwh: Array
    hourly_mwh: Array


def contract_months(program: Program, catalog: Catalog, axis: MonthAxis) -> ContractMonths:
    """Energy of all contracts by month; one without a start gives from the run's first month on."""
    out = np.zeros((3, len(program.sites), axis.count))
    days = axis.hours() / (HOURS_PER_DAY * np.array(DAYS)[axis.months_of_year()])  # leap years
    for s, site in enumerate(program.sites):
        weather = site_weather(site, catalog) if site.clean_power else None
        for c in site.clean_power:
            hours = contract_hours(c, weather)
            start = 0.0 if c.start is None else axis.position(c.start)
            end = np.inf if c.end is None else axis.position(c.end)
            mwh = by_month(hours.energy_mwh)[axis.months_of_year()] * days
            mwh *= in_force(np.array([start]), np.array([end]), axis.count)[0]
            out[:, s] += mwh * np.array([1.0, hours.renewable, hours.by_hour])[:, None]
    return ContractMonths(*out)


def in_force(start: Array, end: Array, months: int) -> Array:
    """Part of each month in which a contract from `start` to `end`, (D,), is in force, (D, M)."""
    ends = np.arange(1.0, months + 1.0)
    begun = np.clip(ends - start[:, None], 0.0, 1.0)
    over = np.clip(ends - end[:, None], 0.0, 1.0)
    return np.asarray(np.maximum(begun - over, 0.0))


def month_factors(site: Site, contract: CleanPower, catalog: Catalog) -> tuple[Array, Array]:
    """(12,) share of the contract's year in each month; its price over the grid's mean price.

    The factor is 0 where the hours of the contract are not known, as with certificates.
    """
    weather = site_weather(site, catalog)
    hours = contract_hours(contract, weather)
    given = by_month(hours.energy_mwh)
    if not hours.by_hour:
        return given / given.sum(), np.zeros(len(given))
    price = grid_price_hours(site, catalog, 1.0, weather)
    worth = by_month(hours.energy_mwh * price)
    factor = np.divide(worth, given, out=np.ones_like(worth), where=given > 0.0)
    return given / given.sum(), factor


def central_year(site: Site, catalog: Catalog) -> list[dict[str, Any]]:
    """A year of each contract that has a price: MWh, USD paid and worth at central values.

    The price is that at its start; the value at the grid's central price.
    """
    grid = catalog.record("grids", site.grid).value("price_usd_per_mwh")
    market = grid if site.price_usd_per_mwh is None else site.price_usd_per_mwh.central
    out: list[dict[str, Any]] = []
    for c in site.clean_power:
        if c.price_usd_per_mwh is not None:
            share, factor = month_factors(site, c, catalog)
            worth = c.mwh_per_year * market * float(share @ factor)
            paid = c.mwh_per_year * c.price_usd_per_mwh.central
            out.append({"contract": c.id, "seller": c.seller, "mwh_per_year": c.mwh_per_year,
                        "paid_usd_per_year": paid, "value_usd_per_year": worth})  # fmt: skip
    return out


def _flow(
    number: int, site: Site, c: CleanPower, catalog: Catalog, market: Array, power: Array,
    axis: MonthAxis, streams: Streams,
) -> ContractFlow:  # fmt: skip
    share, factor = month_factors(site, c, catalog)
    month = axis.months_of_year()
    where = f"site/{site.id}/clean_power/{c.id}"
    assert c.price_usd_per_mwh is not None
    price = streams.sample(f"{where}/price_usd_per_mwh", c.price_usd_per_mwh)
    rise = streams.sample(f"{where}/escalation_share", c.escalation_share)
    start = power if c.start is None else np.full_like(power, axis.position(c.start))
    end = np.full_like(power, np.inf if c.end is None else axis.position(c.end))
    mwh = c.mwh_per_year * share[month] * in_force(start, end, axis.count)
    first = np.where(np.isfinite(start), start, 0.0)[:, None]
    since = np.maximum(np.arange(0.5, axis.count) - first, 0.0)
    paid = mwh * price[:, None] * price_factor(1.0 + rise[:, None], since)
    return ContractFlow(number, c.id, c.seller, mwh, paid, mwh * market * factor[month])
