"""One chunk of draws through all layers, in the order of the flow."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

import numpy as np

from gigawatt.catalog.sampling import sample_assumptions
from gigawatt.energy.assumptions import EnergyAssumptions
from gigawatt.energy.mix import SupplyMix, supply_mix
from gigawatt.energy.result import EnergyResult, SiteConditions
from gigawatt.energy.site import accounts, site_conditions
from gigawatt.energy.site_plan import SitePlan
from gigawatt.impact.accounts import impact
from gigawatt.impact.assumptions import ImpactAssumptions
from gigawatt.impact.result import ImpactResult
from gigawatt.money.capex import capex_per_gw
from gigawatt.money.inputs import MoneyInputs, money_inputs
from gigawatt.money.instruments.bridge import operating_share
from gigawatt.money.result import Capex, Ledger
from gigawatt.money.retirement import retired_month
from gigawatt.money.settle import settle
from gigawatt.operations.assumptions import OperationsAssumptions
from gigawatt.operations.faults import sample_faults
from gigawatt.operations.fluid import catalog_package_w, deliver, demand
from gigawatt.operations.result import Delivered, Demand
from gigawatt.performance.assumptions import PerformanceAssumptions
from gigawatt.performance.rates import rate_table
from gigawatt.performance.result import RateTable
from gigawatt.program.blocks import Blocks, make_blocks
from gigawatt.program.load import Loaded
from gigawatt.program.model import Program
from gigawatt.quantity.arrays import Array
from gigawatt.quantity.calendar import MonthAxis
from gigawatt.schedule.assumptions import ScheduleAssumptions
from gigawatt.schedule.build import build_times
from gigawatt.schedule.capacity import capacity
from gigawatt.schedule.racks import RackArrivals, equip, rack_arrivals
from gigawatt.schedule.result import BuildTimes, Capacity, ScheduleResult
from gigawatt.study.serving.renewals import renewed_hours
from gigawatt.study.serving.token_market import OwnerCost, TokenMarket, owner_cost, token_market
from gigawatt.study.serving.token_sales import TokenSales, token_sales
from gigawatt.study.sites.site_supply import site_plans
from gigawatt.study.sweep import funded_months
from gigawatt.uncertainty.streams import Streams

MOST_ROUNDS = 40  # of funding against earnings


@dataclass(frozen=True, slots=True)
class Chain:
    """Results of all layers for one chunk of draws; shapes as in the layers' result types.

    `dies_per_package` is (G,); `money` is what the ledger was settled from. `market`, `sales` and
    `owner` are prices of tokens, tokens sold, and what their cost follows from; `by_tokens` whether
    users pay for them in the ledger; `mix` which sources supply the sites.
    """

    axis: MonthAxis
    blocks: Blocks
    schedule: ScheduleResult
    capacity: Capacity
    rates: RateTable
    conditions: SiteConditions
    demand: Demand
    delivered: Delivered
    energy: EnergyResult
    ledger: Ledger
    capex: Capex
    impact: ImpactResult
    dies_per_package: Array
    money: MoneyInputs
    market: TokenMarket
    sales: TokenSales
    owner: OwnerCost
    by_tokens: bool = False
    mix: SupplyMix | None = None


@dataclass(frozen=True, slots=True)
class Shock:
    """What a stress test changes between the layers; nothing by default.

    Attributes
    ----------
    build : dates of the sites.
    money : prices, assumptions and terms, before the funding gate.
    settled : the same once all dates are known, before the ledger.
    """

    build: Callable[[BuildTimes, Blocks], BuildTimes] = lambda times, blocks: times
    money: Callable[[MoneyInputs], MoneyInputs] = lambda inputs: inputs
    settled: Callable[[MoneyInputs, ScheduleResult], MoneyInputs] = lambda inputs, schedule: inputs


@dataclass(frozen=True, slots=True)
class _Ready:
    """What stands before the funding gate opens."""

    loaded: Loaded
    streams: Streams
    shock: Shock
    plans: Mapping[str, SitePlan]
    axis: MonthAxis
    blocks: Blocks
    build: BuildTimes
    arrivals: RackArrivals
    money: MoneyInputs
    limit_usd: Array

    def funded(self, repaid_usd: Array | None = None) -> Array:
        """Month at which each order is funded, (D, B), given what operating cash repaid."""
        return funded_months(
            self.build, self.blocks, self.arrivals, self.money, self.limit_usd, self.axis.count,
            repaid_usd,
        )  # fmt: skip


def run_chain(
    loaded: Loaded,
    streams: Streams,
    shock: Shock | None = None,
    plans: Mapping[str, SitePlan] | None = None,
) -> Chain:
    """Run all layers once for the draws of `streams`.

    A `shock` moves dates or terms on their way. `plans` are the least-cost supplies of the sites;
    None = made here, or taken out of the cache.

    Where operating cash repays a bridge with a limit, what is funded rests on what earlier blocks
    earned: the layers run again until funding and earnings agree. An order of a month rests on
    months before it alone, so each round settles at least the time from an order to its service.
    """
    plans = site_plans(loaded) if plans is None else plans
    ready = _ready(loaded, streams, shock or Shock(), plans)
    funded = ready.funded()
    chain = _funded_chain(ready, funded)
    if np.all(np.isinf(ready.limit_usd)) or not operating_share(ready.money).any():
        return chain
    for _ in range(MOST_ROUNDS):
        again = ready.funded(chain.ledger.repaid_usd)
        if np.array_equal(again, funded):
            return chain
        funded = again
        chain = _funded_chain(ready, funded)
    # A loan sized by later cash can keep the two apart: the later of both dates then holds.
    return _funded_chain(ready, np.maximum(funded, ready.funded(chain.ledger.repaid_usd)))


def resettle(base: Chain, shock: Shock) -> Chain:
    """`base` with its ledger settled anew under a shock that moves no date.

    Only for a base without shock and a programme whose bridges have no limit: then money does not
    decide when anything is built, and nothing before the ledger changes but the price of tokens,
    which moves as the revenue of a gigawatt-year.
    """
    inputs = shock.settled(shock.money(base.money), base.schedule)
    energy_mwh = base.energy.supply_mwh.sum(axis=2)
    middles = np.arange(0.5, base.axis.count)
    earned, before = (
        m.prices.revenue_usd_per_gw_year.at(middles)[:, None] for m in (inputs, base.money)
    )
    sales = replace(base.sales, revenue_usd=base.sales.revenue_usd * (earned / before))
    ledger = settle(
        inputs, base.schedule, base.capacity, base.energy.energy_cost_usd, base.delivered,
        energy_mwh, sales.revenue_usd if base.by_tokens else None, base.energy.contracts,
    )  # fmt: skip
    return replace(base, ledger=ledger, money=inputs, capex=capex_per_gw(inputs), sales=sales)


def _ready(loaded: Loaded, streams: Streams, shock: Shock, plans: Mapping[str, SitePlan]) -> _Ready:
    program, catalog = loaded.program, loaded.catalog
    axis = MonthAxis.between(program.start, program.horizon)
    blocks = make_blocks(program, catalog, streams)
    schedule_a = sample_assumptions(catalog, streams, "schedule", ScheduleAssumptions)
    build = build_times(program, catalog, blocks, axis, streams, schedule_a)
    return _Ready(
        loaded, streams, shock, plans, axis, blocks, shock.build(build, blocks),
        rack_arrivals(program, blocks, axis, streams),
        shock.money(money_inputs(program, catalog, blocks, axis, streams)),
        bridge_limit_usd(program, streams),
    )  # fmt: skip


def _funded_chain(ready: _Ready, funded: Array) -> Chain:
    """All layers from the arrival of systems on.

    Energy is asked twice: first for what each site can deliver, which caps operations, then for
    the accounts of what operations drew.
    """
    program, catalog = ready.loaded.program, ready.loaded.catalog
    axis, blocks, streams, plans = ready.axis, ready.blocks, ready.streams, ready.plans
    schedule = equip(ready.build, blocks, ready.arrivals, funded)
    installed = capacity(schedule, blocks, axis, retired_month(ready.money, schedule))

    performance_a = sample_assumptions(catalog, streams, "performance", PerformanceAssumptions)
    rates = rate_table(program, catalog, blocks, axis, streams, performance_a)

    energy_a = sample_assumptions(catalog, streams, "energy", EnergyAssumptions)
    mix = supply_mix(blocks, schedule, axis, plans)
    conditions = site_conditions(program, catalog, blocks, schedule, axis, streams, energy_a, mix)
    operations_a = sample_assumptions(catalog, streams, "operations", OperationsAssumptions)
    nominal_w = catalog_package_w(catalog, blocks)
    wanted = demand(
        program, blocks, installed, rates, axis, streams, operations_a, nominal_w,
        faults=sample_faults(catalog, streams),
    )  # fmt: skip
    delivered = deliver(wanted, conditions.deliverable_it_mw, conditions.available_share)
    energy = accounts(
        program, catalog, blocks, schedule, conditions, delivered.it_power_avg_mw,
        axis, streams, energy_a, mix,
    )  # fmt: skip

    inputs = ready.shock.settled(ready.money, schedule)
    energy_mwh = energy.supply_mwh.sum(axis=2)
    owner = owner_cost(catalog, streams)
    market = token_market(ready.loaded, blocks.systems, ready.money, streams)
    worth = renewed_hours(market, delivered, rates, ready.money, schedule, installed.packages_avg)
    sales = token_sales(market, worth, rates, axis)
    by_tokens = program.revenue_basis == "tokens" and bool(market.workloads)
    ledger = settle(
        inputs, schedule, installed, energy.energy_cost_usd, delivered, energy_mwh,
        sales.revenue_usd if by_tokens else None, energy.contracts,
    )  # fmt: skip
    impact_a = sample_assumptions(catalog, streams, "impact", ImpactAssumptions)
    result = impact(
        program, catalog, blocks, installed, worth, rates, energy, axis, streams, impact_a
    )
    return Chain(
        axis, blocks, schedule, installed, rates, conditions, wanted, delivered, energy, ledger,
        capex_per_gw(inputs), result,
        np.array([catalog.record("systems", g).value("dies_per_package") for g in blocks.systems]),
        inputs, market, sales, owner, by_tokens, mix,
    )  # fmt: skip


def bridge_limit_usd(program: Program, streams: Streams) -> Array:
    """Most that may be outstanding at the bridges of a programme, (D,); inf where unlimited."""
    bridges = [i for i in program.instruments if i.kind == "bridge"]
    if not bridges:
        return np.full(streams.size, np.inf)
    limits = [streams.sample(f"instrument/{b.id}/limit_usd", b.terms["limit_usd"]) for b in bridges]
    return np.asarray(np.sum(limits, axis=0))
