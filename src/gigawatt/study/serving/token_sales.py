"""Tokens that a programme sells, what they bring and what they cost, by phase, workload and year.

    tokens   = useful package-hours of serving x 3,600 x tokens/s x factor x gain by renewal
    x        = tokens / tokens that the world asks for in the year, at least 1
    elasticity e > 1:  all are sold, at price x^(-1/e)
    else            :  tokens / x are sold, at the price
    revenue  = sold prompts x price + sold answers x price        (prices of `token_market`)

by site, system and month. What the world asks for is what the market's fleet sold when its tokens
were last counted, in tokens of the same workload, times the growth of demand. What all other owners
build is not in x: it is in the drift of the revenue that a gigawatt earns.

Package-hours are worth what the systems on the site serve after renewals (`renewals`).

Useful package-hours hold the use of the serving fleet (mean over peak), failures and curtailment.
Phases of one site and system share their tokens by packages in service in the year. Capacity that
trains or researches sells no token: it is an internal transfer at cost.

Cost of a phase in a year, each part: systems (with network, storage and CPU nodes) and site as
annuities of the capital cost of the as-of date, upkeep, and its part of the site's energy bill (a
bill of a year before anything is in service is no phase's).
Serving bears its share of what workloads are given, idle capacity included.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from gigawatt.energy.result import EnergyResult
from gigawatt.impact.accounts import by_year
from gigawatt.money.capex import capex_per_gw
from gigawatt.money.inputs import MoneyInputs
from gigawatt.money.operation import use_share
from gigawatt.money.retirement import retired_month
from gigawatt.money.running import capacity_revenue_usd, let_share
from gigawatt.operations.result import Delivered, Demand
from gigawatt.performance.result import RateTable, ServeRate
from gigawatt.program.blocks import Blocks
from gigawatt.quantity.arrays import NEVER, Array, IntArray
from gigawatt.quantity.calendar import MonthAxis
from gigawatt.quantity.money import level_payment_factor
from gigawatt.quantity.units import MONTHS_PER_YEAR, MW_PER_GW, SECONDS_PER_HOUR
from gigawatt.schedule.result import ScheduleResult
from gigawatt.study.serving.token_market import (
    TOKENS_PER_MILLION,
    OwnerCost,
    TokenMarket,
    site_usd_per_gw,
    upkeep_usd_per_gw_year,
)

PARTS = ("systems", "site", "upkeep", "energy")


@dataclass(frozen=True, slots=True)
class TokenSales:
    """Tokens and revenue by site and system; V serving workloads, Y years, M months.

    Attributes
    ----------
    revenue_usd : (D, S, M) of all tokens sold.
    output_tokens, input_tokens : (D, S, G, V, Y) sold.
    usd : (D, S, G, V, Y) paid for them.
    fill : (D, Y) tokens sold over tokens served.
    price_share : (D, Y) price got over that of the market.
    """

    revenue_usd: Array
    output_tokens: Array
    input_tokens: Array
    usd: Array
    fill: Array
    price_share: Array


@dataclass(frozen=True, slots=True)
class PhaseTokens:
    """The same by phase, with costs; P phases in the order of the blocks, V, Y.

    Attributes
    ----------
    phases : (site, phase, system) of each.
    output_tokens, input_tokens, revenue_usd : (D, P, V, Y) sold.
    capacity_revenue_usd : (D, P, Y) by what capacity in use earns (the anchor), all work.
    gw_years : (D, P, Y) facility GW in service.
    cost_usd : part → (D, P, Y) of the whole phase.
    serving_share : (D, V) of what workloads are given.
    input_share : (P, V) of serving's time that goes into prompts.
    """

    phases: tuple[tuple[str, str, str], ...]
    output_tokens: Array
    input_tokens: Array
    revenue_usd: Array
    capacity_revenue_usd: Array
    gw_years: Array
    cost_usd: dict[str, Array]
    serving_share: Array
    input_share: Array

    def serving_cost_usd(self, part: str = "") -> Array:
        """Cost of serving, or one part of it, (D, P, V, Y) USD."""
        every = [self.cost_usd[part]] if part else list(self.cost_usd.values())
        whole = np.asarray(np.sum(every, axis=0))
        return np.asarray(whole[:, :, None] * self.serving_share[:, None, :, None])


def token_sales(
    market: TokenMarket, worth: Delivered, rates: RateTable, axis: MonthAxis
) -> TokenSales:
    """Tokens sold and their revenue, before any tenant leaves.

    Parameters
    ----------
    worth : package-hours after renewals (`renewals.renewed_hours`).
    """
    draws, sites, systems, _, months = worth.delivered_package_hours.shape
    years = axis.years()
    count = np.unique(years).size
    shape = (draws, sites, systems, len(market.workloads), count)
    output, prompt, usd = (np.zeros(shape) for _ in range(3))
    monthly = np.zeros((draws, sites, months))
    counted_gw_years = np.zeros((draws, count))  # of the market's fleet when tokens were counted
    earned: list[Array] = []
    for v, w in enumerate(market.workloads):
        out_rate, in_rate = tokens_per_hour(rates, w)
        work = worth.delivered_package_hours[:, :, :, w] * rates.factor[:, None, w]  # (D, S, G, M)
        made = work * out_rate[:, None]
        ratio = in_rate / out_rate
        price = market.output_usd_per_million[:, v, None] + (
            ratio[:, None] * market.input_usd_per_million[:, v, None]
        )
        paid = made * price[:, None] / TOKENS_PER_MILLION
        output[..., v, :] = by_year(made, years)
        prompt[..., v, :] = output[..., v, :] * ratio[:, None]
        usd[..., v, :] = by_year(paid, years)
        served = (output[..., v, :] + prompt[..., v, :]).sum(axis=(1, 2))
        counted_gw_years += served / market.base_tokens_per_gw_year[:, v, None]
        earned.append(paid.sum(axis=2))
    over = counted_gw_years / market.asked_gw_years
    fill, price_share = surplus(over, market.demand_elasticity[:, None])
    by_month = (fill * price_share)[:, np.searchsorted(np.unique(years), years)]
    for paid in earned:
        monthly += paid * by_month[:, None]
    each = fill[:, None, None, None]
    got = usd * each * price_share[:, None, None, None]
    return TokenSales(monthly, output * each, prompt * each, got, fill, price_share)


def surplus(served_over_asked: Array, elasticity: Array) -> tuple[Array, Array]:
    """Part that is sold, and price got over that of the market, of what is offered; broadcast.

    Where buyers answer with more than proportion, the price falls until all is sold; else it pays
    to leave the rest unsold.

    >>> sold, price = surplus(np.array([0.5, 2.0, 4.0]), np.array([2.0, 0.8, 2.0]))
    >>> sold.tolist(), price.tolist()
    ([1.0, 0.5, 1.0], [1.0, 1.0, 0.5])
    """
    over = np.maximum(served_over_asked, 1.0)
    answers = elasticity > 1.0
    sold = np.where(answers, 1.0, 1.0 / over)
    price = np.where(answers, over ** (-1.0 / np.maximum(elasticity, 1.0)), 1.0)
    return sold, price


def tokens_per_hour(rates: RateTable, w: int) -> tuple[Array, Array]:
    """Output and input tokens of a useful package-hour on each system, (G,) each."""
    held = [r for r in rates.rates[w] if isinstance(r, ServeRate)]
    out = np.array([r.output_tokens_per_s_per_package for r in held])
    prompt = np.array([r.input_tokens_per_s_per_package for r in held])
    return out * SECONDS_PER_HOUR, prompt * SECONDS_PER_HOUR


def phase_tokens(
    sales: TokenSales, market: TokenMarket, blocks: Blocks, schedule: ScheduleResult,
    money: MoneyInputs, owner: OwnerCost, done: Delivered, demand: Demand, rates: RateTable,
    energy: EnergyResult,
) -> PhaseTokens:  # fmt: skip
    """Tokens, revenue on both bases and cost of each phase and year."""
    phases, of_block = _phases(blocks)
    years = money.axis.years()
    left = retired_month(money, schedule)
    active = active_years(schedule.in_service, years, left)  # (D, B, Y)
    place = blocks.site * len(blocks.systems) + blocks.system
    places = len(blocks.sites) * len(blocks.systems)
    part = _parts(active * blocks.packages[:, :, None], place, places)
    let = _yearly_share(let_share(money, schedule), sales.revenue_usd, years)

    def spread(values: Array) -> Array:
        """(D, S, G, V, Y) to phases, (D, P, V, Y)."""
        let_out = values * let[:, :, None, None]
        flat = let_out.reshape(values.shape[0], places, *values.shape[3:])
        return _grouped(flat[:, place] * part[:, :, None], of_block, len(phases))

    in_use = capacity_revenue_usd(money, schedule, use_share(done))
    of_site = _parts(active * money.facility_gw[:, :, None], blocks.site, len(blocks.sites))
    anchor = by_year(in_use, years)[:, blocks.site] * of_site
    share = demand.workload_share
    given = share.sum(axis=1, keepdims=True)
    serving = share[:, list(market.workloads)] / np.where(given > 0.0, given, 1.0)
    prompts = np.array(
        [[getattr(r, "prompt_share", 0.0) for r in rates.rates[w]] for w in market.workloads]
    ).reshape(-1, len(blocks.systems)).T  # (G, V)  # fmt: skip
    return PhaseTokens(
        phases=phases,
        output_tokens=spread(sales.output_tokens),
        input_tokens=spread(sales.input_tokens),
        revenue_usd=spread(sales.usd),
        capacity_revenue_usd=_grouped(anchor, of_block, len(phases)),
        gw_years=_grouped(active * money.facility_gw[:, :, None], of_block, len(phases)),
        cost_usd={
            name: _grouped(usd, of_block, len(phases))
            for name, usd in _costs(blocks, money, owner, active, energy).items()
        },
        serving_share=serving,
        input_share=prompts[[blocks.systems.index(system) for *_, system in phases]],
    )  # fmt: skip


def active_years(in_service: Array, years: IntArray, left: Array | float = NEVER) -> Array:
    """Part of each calendar year in which each block is in service, (D, B, Y).

    `years` (M,) is the year of each month of the calendar; months outside of it do not count.
    `left` is the month at which a block leaves service, (D, B).
    """
    names = np.unique(years)
    first = np.searchsorted(years, names, side="left")
    last = np.searchsorted(years, names, side="right")
    began = np.maximum(in_service[:, :, None], first)
    ended = np.minimum(np.asarray(left)[..., None], last)
    return np.asarray(np.maximum(ended - began, 0.0) / MONTHS_PER_YEAR)


def _phases(blocks: Blocks) -> tuple[tuple[tuple[str, str, str], ...], IntArray]:
    """Phases in the order of the blocks, and the phase of each block, (B,)."""
    keys = [
        (blocks.sites[blocks.site[b]], phase.id, blocks.systems[blocks.system[b]])
        for b, phase in enumerate(blocks.phases)
    ]
    names = tuple(dict.fromkeys(keys))
    place = {key: k for k, key in enumerate(names)}
    return names, np.array([place[key] for key in keys], dtype=np.int64)


def _grouped(values: Array, group: IntArray, groups: int) -> Array:
    """Sum of (D, B, …) over the blocks of each group, (D, groups, …)."""
    out = np.zeros((values.shape[0], groups, *values.shape[2:]))
    for b, g in enumerate(group):
        out[:, g] += values[:, b]
    return out


def _parts(weight: Array, group: IntArray, groups: int) -> Array:
    """Weight of each block over that of its group, (D, B, Y); 0 where the group has none."""
    whole = _grouped(weight, group, groups)[:, group]
    return np.divide(weight, whole, out=np.zeros_like(weight), where=whole > 0.0)


def _yearly_share(monthly: Array, weight: Array, years: IntArray) -> Array:
    """Mean of (D, S, M) shares over each year, weighted, (D, S, Y); 1 without any weight."""
    whole = by_year(weight, years)
    part = by_year(monthly * weight, years)
    return np.divide(part, whole, out=np.ones_like(whole), where=whole > 0.0)


def _costs(
    blocks: Blocks, money: MoneyInputs, owner: OwnerCost, active: Array, energy: EnergyResult
) -> dict[str, Array]:
    """Part of the cost → (D, B, Y) USD of each block and year."""
    years = money.axis.years()
    names = np.unique(years)
    rate, a = owner.capital_cost_share_per_year, money.assumptions
    capex = capex_per_gw(money).components
    it = sum((capex[k] for k in ("systems", "network", "storage_cpu")), np.zeros(1))
    it_year = it * level_payment_factor(rate, a.it_life_years)[:, None]
    site_year = site_usd_per_gw(money) * level_payment_factor(rate, owner.site_life_years)
    gw_years = active * money.facility_gw[:, :, None]
    it_gw_years = active * blocks.it_power_mw[:, :, None] / MW_PER_GW
    middle = [float(np.mean(np.flatnonzero(years == y))) + 0.5 for y in names]
    upkeep = np.stack([upkeep_usd_per_gw_year(money, m) for m in middle], axis=1)
    bill = by_year(energy.energy_cost_usd, years)
    of_site = _parts(it_gw_years, blocks.site, len(blocks.sites))
    return {
        "systems": gw_years * it_year[:, blocks.system, None],
        "site": gw_years * site_year[:, None, None],
        "upkeep": it_gw_years * upkeep[:, None],
        "energy": bill[:, blocks.site] * of_site,
    }


def token_draws(market: TokenMarket, p: PhaseTokens, years: IntArray) -> dict[str, Array]:
    """What a run keeps of each draw: by phase and year (D, P, Y), and by workload (D, V, Y).

    Prices are means over the months of the year. Single precision: there may be many phases.
    """
    cost = p.serving_cost_usd()
    months = by_year(np.ones(years.size), years)
    by_phase = {
        "output_tokens": p.output_tokens.sum(axis=2),
        "input_tokens": p.input_tokens.sum(axis=2),
        "revenue_usd": p.revenue_usd.sum(axis=2),
        "cost_usd": cost.sum(axis=2),
        "prompt_cost_usd": (cost * p.input_share[:, :, None]).sum(axis=2),
        "other_cost_usd": np.sum(list(p.cost_usd.values()), axis=0) - cost.sum(axis=2),
        "capacity_revenue_usd": p.capacity_revenue_usd,
        "gw_years": p.gw_years,
    }
    by_workload = {
        "output_tokens": p.output_tokens.sum(axis=1),
        "input_tokens": p.input_tokens.sum(axis=1),
        "revenue_usd": p.revenue_usd.sum(axis=1),
        "cost_usd": cost.sum(axis=1),
        "prompt_cost_usd": (cost * p.input_share[:, :, None]).sum(axis=1),
        "input_usd_per_million": by_year(market.input_usd_per_million, years) / months,
        "output_usd_per_million": by_year(market.output_usd_per_million, years) / months,
        "market_tokens_per_gw_year": by_year(market.sold_tokens_per_gw_year, years) / months,
    }
    return {
        **{f"phase_tokens/{name}": v.astype(np.float32) for name, v in by_phase.items()},
        **{f"workload_tokens/{name}": v for name, v in by_workload.items()},
    }
