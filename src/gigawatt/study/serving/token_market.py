"""Price of served tokens over the calendar, and what it rests on.

    price(t) = revenue of a GW-year(t) / tokens that the market sells a GW-year(t)
    tokens sold = tokens of a GW-year that serves all year(t) x serving share x use

Revenue of a gigawatt-year is the anchor of the money layer: what was observed from 2023 to 2025,
with a drift that may rise or fall. Tokens of a gigawatt-year are those of the fleet that the market
has in service (`market_fleet`), by the same model of the same workload that makes the programme's
own rates; serving share and use are those at which the revenue was earned. A price per token falls
because the market's cost per token does (better systems, riper software), so price and productivity
are one shock: a programme whose systems are newer than the market's earns more per gigawatt than
the anchor until the market has caught up, one that keeps old systems earns less, and one whose
fleet, use and serving share are the market's earns the anchor.

The workload's model is a yardstick of the work. Where a smaller one comes to do the same, the
market and the programme both serve more of it for less: that leaves revenue as it is.

Prompts and answers divide the price by the time that they take on the market's fleet. A workload
may state their price at the as-of date itself; it then moves on as the market's. Leaves out: prices
by customer, batch discounts, reuse of prefixes, quality classes with prices of their own, and a
floor (below the cost of energy and upkeep machines would stop).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from gigawatt.catalog import Catalog
from gigawatt.catalog.sampling import sample_assumptions
from gigawatt.impact.tokens import demand_growth
from gigawatt.money.inputs import MoneyInputs
from gigawatt.program.load import Loaded
from gigawatt.program.model import Workload
from gigawatt.quantity.arrays import NEVER, Array
from gigawatt.study.serving.market_fleet import (
    COUNTED,
    MarketFleet,
    market_axis,
    market_fleet,
    market_yield,
)
from gigawatt.uncertainty.streams import Streams

RECORD = ("prices", "served-tokens")
SERVING_SHARE = "prices/served-tokens/anchor_serving_share"
TOKENS_PER_MILLION = 1e6


@dataclass(frozen=True, slots=True)
class OwnerCost:
    """What an owner's cost follows from beside the run's money assumptions; (D,) each.

    Attributes
    ----------
    site_life_years, capital_cost_share_per_year : of the annuities.
    """

    site_life_years: Array
    capital_cost_share_per_year: Array


@dataclass(frozen=True, slots=True)
class TokenMarket:
    """Prices of the programme's served tokens; V serving workloads, M months.

    Attributes
    ----------
    workloads : (V,) indices of the serving workloads in the programme's order.
    fleet : what the market serves on.
    sold_tokens_per_gw_year : (D, V, M) prompts and answers that a facility GW-year of the market
        sells, the part that trains included.
    base_tokens_per_gw_year : (D, V) the same at the date of the counts of tokens.
    generation_tokens : (V,) of (D, K, M) answers of a GW-year of each generation, all hours useful.
    input_usd_per_million, output_usd_per_million : (D, V, M) nominal.
    asked_gw_years : (D, Y) tokens that the world asks for in each year, in GW-years of the market's
        fleet at the date of the counts.
    demand_elasticity : (D,) of the tokens asked for.
    sold_months : (D,) for which a system still enters service after the next one's entry; inf
        where a programme's phases keep the system that they declare.
    """

    workloads: tuple[int, ...]
    fleet: MarketFleet
    sold_tokens_per_gw_year: Array
    base_tokens_per_gw_year: Array
    generation_tokens: tuple[Array, ...]
    input_usd_per_million: Array
    output_usd_per_million: Array
    asked_gw_years: Array
    demand_elasticity: Array
    sold_months: Array


@dataclass(frozen=True, slots=True)
class Quote:
    """Market of one workload; (D, M') over the months of the market's own axis.

    Attributes
    ----------
    sold_tokens_per_gw_year : prompts and answers.
    generation_tokens : (D, K, M') answers of a GW-year of each generation, all hours useful.
    input_usd_per_million, output_usd_per_million : nominal.
    """

    sold_tokens_per_gw_year: Array
    generation_tokens: Array
    input_usd_per_million: Array
    output_usd_per_million: Array


def owner_cost(catalog: Catalog, streams: Streams) -> OwnerCost:
    """Draw what is not in the money layer."""
    return sample_assumptions(catalog, streams, "serving", OwnerCost)


def token_market(
    loaded: Loaded, systems: Sequence[str], money: MoneyInputs, streams: Streams
) -> TokenMarket:
    """Prices of the tokens of all serving workloads.

    Parameters
    ----------
    loaded, systems : the programme, and its systems (where none of the market's can serve a
        workload, the first of them that can stands for the market).
    money : the run's revenue of a gigawatt-year and the use at which it was earned.
    streams : of the chunk.
    """
    life = money.assumptions.it_life_years
    fleet = market_fleet(loaded.catalog, streams, market_axis(money.axis), life)
    own = [(i, w) for i, w in enumerate(loaded.program.workloads) if w.kind == "serve"]
    months = fleet.months_of(money.axis)
    counted = int(fleet.axis.position(COUNTED))
    shape = (streams.size, len(own), money.axis.count)
    sold, inputs, outputs = (np.zeros(shape) for _ in range(3))
    at_base, generations = np.zeros(shape[:2]), []
    for v, (_, workload) in enumerate(own):
        quote = market_quote(workload, fleet, loaded.catalog, money, streams, systems)
        sold[:, v] = quote.sold_tokens_per_gw_year[:, months]
        generations.append(quote.generation_tokens[:, :, months])
        at_base[:, v] = quote.sold_tokens_per_gw_year[:, counted]
        now = int(np.clip(np.floor(money.as_of_month) + months[0], 0, fleet.axis.count - 1))
        for what, out, market in (
            ("input", inputs, quote.input_usd_per_million),
            ("output", outputs, quote.output_usd_per_million),
        ):
            out[:, v] = (market * _asked(workload, what, market[:, now], streams))[:, months]
    growth = [demand_growth(loaded.catalog, streams, int(y)) for y in np.unique(money.axis.years())]
    elasticity = loaded.catalog.record(*RECORD).fact("demand_elasticity_factor")
    return TokenMarket(
        tuple(i for i, _ in own), fleet, sold, at_base, tuple(generations), inputs, outputs,
        fleet.counted_gw[:, None] * np.stack(growth, axis=1),
        streams.sample(elasticity.path, elasticity.distribution), _sold_months(loaded, streams),
    )  # fmt: skip


def _sold_months(loaded: Loaded, streams: Streams) -> Array:
    """`TokenMarket.sold_months` of a programme."""
    fact = loaded.catalog.record(*RECORD).fact("sold_after_successor_months")
    drawn = streams.sample(fact.path, fact.distribution)
    return drawn if loaded.program.late_systems == "market" else np.full(streams.size, NEVER)


def market_quote(
    workload: Workload, fleet: MarketFleet, catalog: Catalog, money: MoneyInputs, streams: Streams,
    systems: Sequence[str] = (),
) -> Quote:  # fmt: skip
    """What the market sells and asks of one workload, by month of the fleet's axis."""
    full = market_yield(workload, fleet, catalog, streams, systems)
    share = catalog.fact(SERVING_SHARE)
    serving = streams.sample(share.path, share.distribution) * money.assumptions.anchor_use_share
    outputs = full.output_tokens_per_gw_year * serving[:, None]
    places = fleet.months_of(money.axis)
    middles = np.arange(0.5, fleet.axis.count) - places[0]
    revenue = money.prices.revenue_usd_per_gw_year.at(middles)
    per_million = revenue / outputs * TOKENS_PER_MILLION  # of answers, with the prompts they need
    ratio, prompts = full.input_per_output, full.prompt_share
    return Quote(
        sold_tokens_per_gw_year=outputs * (1.0 + ratio),
        generation_tokens=full.by_generation,
        input_usd_per_million=per_million * prompts / ratio,
        output_usd_per_million=per_million * (1.0 - prompts),
    )


def _asked(workload: Workload, what: str, market: Array, streams: Streams) -> Array:
    """Workload's own price at the as-of date over the market's, (D, 1); 1 where it states none."""
    name = f"{what}_price_usd_per_million_tokens"
    own = getattr(workload, name)
    if own is None:
        return np.ones((market.size, 1))
    return (streams.sample(f"workload/{workload.id}/{name}", own) / market)[:, None]


def site_usd_per_gw(money: MoneyInputs) -> Array:
    """Shell, power and cooling and soft cost per facility GW at the as-of date, (D,) USD."""
    at = np.array([money.as_of_month])
    p = money.prices
    parts = (p.shell_usd_per_gw, p.power_cooling_usd_per_gw, p.soft_usd_per_gw)
    return np.asarray(np.sum([x.at(at)[:, 0] for x in parts], axis=0))


def upkeep_usd_per_gw_year(money: MoneyInputs, month: float) -> Array:
    """Upkeep of landlord and owner of the systems per IT GW and year, (D,) USD of a month."""
    at = np.array([month])
    p = money.prices
    parts = (p.facility_opex_usd_per_gw_year, p.it_opex_usd_per_gw_year)
    return np.asarray(np.sum([x.at(at)[:, 0] for x in parts], axis=0))
