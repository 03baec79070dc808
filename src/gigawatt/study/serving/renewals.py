"""What renewed and late systems serve: as the market's of that day, in the same megawatts.

A block is renewed every IT life. The ledger pays for it (`money.running.replacement`); what is
bought is what enters the market's fleet in that month, as far as that serves more of a workload per
megawatt::

    gain(t) = tokens per MW of the generation bought last before t / those of the first system

A programme whose `late_systems` is "market" has the same for first systems that nobody sells any
more: a block that comes into service later than its system's last sale gets what is bought then.

    last sale = entry of the next system into the market's fleet + months for which it is still sold

Systems that the market's fleet does not name, and what is in service at the as-of date, stay as
declared. Useful package-hours of serving count by it, in tokens sold and in the accounts of impact.
Leaves out: power, cooling and network of the hall that newer racks may ask for, months of
rebuilding, and training, whose work stays that of the first systems.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from gigawatt.money.inputs import MoneyInputs
from gigawatt.money.retirement import renewed
from gigawatt.operations.result import Delivered
from gigawatt.performance.result import RateTable
from gigawatt.quantity.arrays import NEVER, Array, BoolArray
from gigawatt.quantity.units import HOURS_PER_YEAR, MONTHS_PER_YEAR, MW_PER_GW
from gigawatt.schedule.result import ScheduleResult
from gigawatt.study.serving.token_market import TokenMarket
from gigawatt.study.serving.token_sales import tokens_per_hour

NO_NEXT = 1 << 30  # place in the fleet of what follows a system that it does not name


def renewed_hours(
    market: TokenMarket, done: Delivered, rates: RateTable, money: MoneyInputs,
    schedule: ScheduleResult, installed: Array,
) -> Delivered:  # fmt: skip
    """Delivered package-hours, those of serving in hours of the first systems.

    Parameters
    ----------
    installed : (D, S, G, M) packages in service.
    """
    first = schedule.in_service + np.where(late_blocks(market, money, schedule), 0.0, NEVER)
    again = schedule.in_service[:, renewed(money)] + _life(money)[:, None]
    if not market.workloads or not (
        np.any(first < money.axis.count) or np.any(again < money.axis.count)
    ):
        return done
    hours = done.delivered_package_hours.copy()
    for v, w in enumerate(market.workloads):
        hours[:, :, :, w] *= renewal_gain(market, v, rates, w, money, schedule, installed)
    return replace(done, delivered_package_hours=hours)


def late_blocks(market: TokenMarket, money: MoneyInputs, schedule: ScheduleResult) -> BoolArray:
    """Whether each block comes into service after the last sale of its system, (D, B)."""
    fleet, blocks = market.fleet, money.blocks
    offset = int(fleet.months_of(money.axis)[0])
    last = np.full(len(blocks.systems), NEVER) + np.zeros((market.sold_months.size, 1))
    for g, system in enumerate(blocks.systems):
        after = fleet.systems.index(system) + 1 if system in fleet.systems else NO_NEXT
        if after < len(fleet.systems):
            last[:, g] = fleet.entry_month[:, after] - offset + market.sold_months
    date = schedule.in_service
    return (date > last[:, blocks.system]) & (date > money.as_of_month) & (date < NEVER)


def renewal_gain(
    market: TokenMarket, v: int, rates: RateTable, w: int, money: MoneyInputs,
    schedule: ScheduleResult, installed: Array,
) -> Array:  # fmt: skip
    """Tokens of a site's systems over those of the first ones, (D, S, G, M); 1 before any renewal.

    A block that is renewed, or late, holds from then on what the market buys in that month, in the
    same megawatts, if that serves more.
    """
    blocks, fleet = money.blocks, market.fleet
    more = np.zeros_like(installed)
    months = np.arange(0.5, money.axis.count)
    life = _life(money)
    offset = int(fleet.months_of(money.axis)[0])
    best = np.maximum.accumulate(market.generation_tokens[v], axis=1)  # of all that have entered
    out_rate, _ = tokens_per_hour(rates, w)
    per_package = out_rate[:, None] * rates.factor[:, w] * HOURS_PER_YEAR  # (D, G, M)
    late, again = late_blocks(market, money, schedule), renewed(money)
    for b in range(len(again)):
        s, g = blocks.site[b], blocks.system[b]
        date = schedule.in_service[:, b] + np.where(late[:, b], 0.0, life if again[b] else NEVER)
        rows = np.flatnonzero(date < months[-1])
        while rows.size:
            first = date[rows, None]
            kind = (fleet.entry_month[rows, 1:] <= first + offset).sum(axis=1)
            it_gw = blocks.it_power_mw[rows, b] / MW_PER_GW
            density = blocks.packages[rows, b] / (it_gw * fleet.pue_design[rows])  # market's site
            start = max(0, int(np.floor(first.min())))
            now = months[start:]
            holds = (now >= first) & (now < first + life[rows, None])
            own = per_package[rows, g, start:] * density[:, None]
            gain = np.maximum(best[rows, kind, start:] / own - 1.0, 0.0)
            more[rows, s, g, start:] += blocks.packages[rows, b, None] * gain * holds
            date = date + (life if again[b] else NEVER)
            rows = np.flatnonzero(date < months[-1])
    return np.asarray(1.0 + more / np.where(installed > 0.0, installed, 1.0))


def _life(money: MoneyInputs) -> Array:
    """Months from service to renewal, (D,)."""
    return np.asarray(money.assumptions.it_life_years * MONTHS_PER_YEAR)
