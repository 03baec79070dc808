"""Capital cost: what a gigawatt costs, and when the builders and suppliers are paid for it.

Per facility GW, in dollars of one month t::

    systems        racks per GW x rack price(t)
    network        systems x network share
    storage, CPU   systems x storage share
    shell, power and cooling, soft cost: facts per facility GW, at their price of t

Paid when:

- racks at their order and delivery (`instruments.equipment_purchase`), at the price of the order;
- network, storage and CPU nodes with the delivery of the racks, at the price of the order;
- the site in equal amounts from clearing to the hall's readiness (at least one month), at the price
  of the clearing (a fixed-price contract). A hall that stands (route "brownfield") costs no shell.

What was spent before the calendar starts is not booked, and money for a site whose hall is never
ready is not either.
"""

from __future__ import annotations

import numpy as np

from gigawatt.money.flows import Levels, Line, Lumps, Plan, lines_of_blocks, sum_by_line
from gigawatt.money.inputs import MoneyInputs, racks_usd
from gigawatt.money.learning import learning_factor
from gigawatt.money.result import Capex
from gigawatt.quantity.arrays import Array
from gigawatt.schedule.result import ScheduleResult

SITE_CAPEX = "site_capex"
LEAST_MONTHS = 1.0  # of construction: a site that is ready when cleared is paid in one month


def capex_per_gw(inputs: MoneyInputs) -> Capex:
    """Capital cost per facility GW of each system with IT, in nominal USD of the as-of date."""
    blocks, a, prices = inputs.blocks, inputs.assumptions, inputs.prices
    as_of = np.array([inputs.as_of_month])
    of_system = blocks.system, len(blocks.systems)
    gw = sum_by_line(inputs.facility_gw, *of_system)
    racks_per_gw = sum_by_line(blocks.racks, *of_system) / gw
    rack_usd = np.concatenate([p.at(as_of) for p in prices.rack], axis=1)
    systems = racks_per_gw * rack_usd
    components = {
        "systems": systems,
        "network": systems * a.network_share[:, None],
        "storage_cpu": systems * a.storage_cpu_share[:, None],
        "shell": prices.shell_usd_per_gw.at(as_of) * np.ones_like(systems),
        "power_cooling": prices.power_cooling_usd_per_gw.at(as_of) * np.ones_like(systems),
        "soft": prices.soft_usd_per_gw.at(as_of) * np.ones_like(systems),
    }
    return Capex(components, np.sum(list(components.values()), axis=0))


def construction(inputs: MoneyInputs, schedule: ScheduleResult) -> tuple[Array, Array, Array]:
    """USD per month of each block's site, and between which months, (D, B) each.

    The rate is 0 where the ground is never cleared or the hall never ready.
    """
    cleared, ready = schedule.build.cleared, schedule.build.hall_ready
    known = np.isfinite(cleared) & np.isfinite(ready)
    start = np.where(known, cleared, 0.0)
    stop = np.where(known, np.maximum(ready, start + LEAST_MONTHS), LEAST_MONTHS)
    rate = np.where(known, site_usd(inputs, start) / (stop - start), 0.0)
    return rate, start, stop


def site_usd(inputs: MoneyInputs, month: Array) -> Array:
    """Cost of each block's site at the prices of `month` (D, B), without IT, (D, B)."""
    prices = inputs.prices
    standing = np.array([p.route == "brownfield" for p in inputs.blocks.phases])
    shell = np.where(standing, 0.0, prices.shell_usd_per_gw.at(month))
    rest = prices.power_cooling_usd_per_gw.at(month) + prices.soft_usd_per_gw.at(month)
    a = inputs.assumptions
    learnt = learning_factor(
        inputs.facility_gw, month, a.site_learning_share, a, inputs.as_of_month
    )
    out: Array = inputs.facility_gw * (shell + rest) * learnt
    return out


def plans(inputs: MoneyInputs, schedule: ScheduleResult) -> list[Plan]:
    """Payments for site, network, storage and CPU nodes."""
    a = inputs.assumptions
    landlords = inputs.party_of_block(inputs.landlord)
    buyers = inputs.buyer_of_block()
    racks = racks_usd(inputs, schedule.ordered)
    site = lines_of_blocks(Line(p, "builders", SITE_CAPEX, "construction") for p in landlords)
    network = lines_of_blocks(Line(p, "suppliers", "network", "delivery") for p in buyers)
    storage = lines_of_blocks(Line(p, "suppliers", "storage_cpu", "delivery") for p in buyers)
    return [
        Levels(*site, *construction(inputs, schedule)),
        Lumps(*network, racks * a.network_share[:, None], schedule.delivered),
        Lumps(*storage, racks * a.storage_cpu_share[:, None], schedule.delivered),
    ]
