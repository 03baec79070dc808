"""What decides the supply of a site, and the supply problem of each of its stages.

A stage is solved as a problem that may hold more offers than are told. What is split comes together
again in `StageProblem.together`:

* plant that must run (`Source.must_run_share` m of what is built) offers m of each MW at a price so
  low that nothing goes before it; the low price is taken back through the yearly cost of a MW, so
  the optimum is that of plant whose output stays above m of its size. Where the load falls below,
  the rest is let off: it is counted neither as energy nor as fuel.
* import that contracts for clean power match (`hourly_matching_share`) is an offer of its own
  beside the rest, up to what the contracts give in the hour; both together stay within the grid's
  contract. The whole contract is then paid as demand.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from gigawatt.energy.climate_hours import code_hash
from gigawatt.energy.dispatch.problem import (
    Capacity,
    Offer,
    Storage,
    YearlyLimit,
    YearProblem,
    battery,
    offer,
)
from gigawatt.energy.dispatch.solution import Dispatch
from gigawatt.energy.stage_hours import NO_AREA, Area, Contract
from gigawatt.quantity.arrays import Array
from gigawatt.quantity.fingerprint import feed

GRID, COMPUTE, SHED = "grid", "curtailed compute", "shed"
DEMAND = "grid demand"
BATTERY = "battery"
PLAN_GAP = 1e-4
MATCHING = "hourly_matching_share"
FIRST_USD = 1000.0  # below zero: price at which plant that must run goes before all else
CODE = (
    "site_plan.py", "site_problem.py", "stage_hours.py", "site_accounts.py", "stages.py",
    "capacity/solve.py", "capacity/limits.py", "capacity/master.py", "capacity/relaxed.py",
    "dispatch/kernel.py", "dispatch/year.py", "dispatch/problem.py",
)  # fmt: skip  # what makes a plan: a change of it makes kept ones void


@dataclass(frozen=True, slots=True)
class Source:
    """A technology that can be built at a site.

    Attributes
    ----------
    name : catalog id.
    usd_per_mw_yr : annuity and fixed upkeep of a firm MW (reserve included).
    usd_per_mwh, co2_t_per_mwh : running cost and emissions.
    per_mw : (8760,) output per MW, or one number.
    lead_time_months : from the first month of the plan.
    rented : paid only in the stages in which it stands.
    beyond_grid : for load above the grid's contract alone: plant that nobody has declared does not
        take the place of the contract.
    must_run_share : least output over what is built, in all hours.
    """

    name: str
    usd_per_mw_yr: float
    usd_per_mwh: float
    co2_t_per_mwh: float
    per_mw: Array | float
    lead_time_months: float
    rented: bool = False
    beyond_grid: bool = False
    must_run_share: float = 0.0


@dataclass(frozen=True, slots=True)
class Store:
    """The battery: yearly cost of a MW, hours, efficiency each way, lead time."""

    usd_per_mw_yr: float
    hours: float
    eta: float
    lead_time_months: float


@dataclass(frozen=True, slots=True)
class StageLoad:
    """One stage.

    Attributes
    ----------
    name : of the stage, e.g. the phase that begins it.
    start_month : months from the first month of the plan.
    years : until the next stage.
    load_mw : (8760,) facility power asked for.
    grid_mw : contracted from the grid.
    facility_mw : of all phases in service, at design conditions.
    week_pu : (168,) load by hour of the week over its mean, tiled over the year from its first
        hour; None = steady.
    ramp_mw_per_min, drop_mw : largest change within a minute and fall at one moment, at the meter.
    contracts : for clean power, as far as they are in force in the stage.
    """

    name: str
    start_month: float
    years: float
    load_mw: Array
    grid_mw: float
    facility_mw: float
    week_pu: Array | None = None
    ramp_mw_per_min: float = 0.0
    drop_mw: float = 0.0
    contracts: tuple[Contract, ...] = ()


@dataclass(frozen=True, slots=True)
class SiteInputs:
    """All that decides the supply of a site; what its fingerprint is taken from.

    Attributes
    ----------
    site : id.
    stages : in order of time.
    sources, store : what can be built.
    grid_usd_per_mwh, grid_co2_t_per_mwh : (8760,) or one number.
    grid_demand_usd_per_mw_yr : on the largest import.
    compute_usd_per_mwh, compute_share : value of compute that waits, and how much of the load can.
    lost_load_usd_per_mwh : value of what is not served.
    discount_rate : real, a year.
    co2_usd_per_t : price of CO2.
    area : balancing area of the grid.
    minimum_take_share : of the grid's contract that is billed as demand in any case.
    matching_share : least share of the load that clean power serves in its own hour.
    unmatched_usd_per_mwh : price of a MWh that is missing in it: no compute waits for it.
    """

    site: str
    stages: tuple[StageLoad, ...]
    sources: tuple[Source, ...]
    store: Store
    grid_usd_per_mwh: Array | float
    grid_co2_t_per_mwh: Array | float
    grid_demand_usd_per_mw_yr: float
    compute_usd_per_mwh: float
    compute_share: float
    lost_load_usd_per_mwh: float
    discount_rate: float
    co2_usd_per_t: float = 0.0
    area: Area = NO_AREA
    minimum_take_share: float = 0.0
    matching_share: float = 0.0
    unmatched_usd_per_mwh: float = 500.0

    def fingerprint(self) -> str:
        """SHA-256 over all contents: equal inputs have equal results."""
        digest = hashlib.sha256(f"{code_hash(CODE)} gap {PLAN_GAP}".encode())
        feed(digest, self)
        return digest.hexdigest()


@dataclass(frozen=True, slots=True)
class StageProblem:
    """A stage as told and as solved.

    Attributes
    ----------
    told : with one offer a source.
    solved : with the offers of `told` first, then those that are split off.
    into : for each of these the number of the offer of `told` that it is a part of.
    """

    told: YearProblem
    solved: YearProblem
    into: tuple[int, ...] = ()

    def together(self, hours: Dispatch) -> Dispatch:
        """Hours of `solved` as hours of `told`."""
        return replace(hours, served_mw=self.sums(hours.served_mw))

    def sums(self, served_mw: Array) -> Array:
        """(H, offers of `solved`) to (H, offers of `told`)."""
        count = len(self.told.offers)
        out = served_mw[:, :count].copy()
        for k, to in enumerate(self.into, count):
            out[:, to] += served_mw[:, k]
        return out


def stage_problem(inputs: SiteInputs, stage: StageLoad) -> StageProblem:
    """Supply problem of a stage."""
    told = _told(inputs, stage)
    solved, into = told, []
    for j, s in enumerate(inputs.sources):
        if s.must_run_share > 0.0:
            solved = _must_run(solved, j, s)
            into.append(j)
    if inputs.matching_share > 0.0:
        grid = told.offer_number(GRID)
        solved = _matched(solved, grid, stage)
        into.append(grid)
        solved = _with_matching(solved, told, into, inputs)
    return StageProblem(told, solved, tuple(into))


def _told(inputs: SiteInputs, stage: StageLoad) -> YearProblem:
    steps = len(stage.load_mw)
    beyond = max(0.0, float(stage.load_mw.max()) - stage.grid_mw)
    capacities = [
        Capacity(s.name, s.usd_per_mw_yr, max_mw=beyond if s.beyond_grid else np.inf)
        for s in inputs.sources
    ]
    offers: list[Offer] = [
        offer(s.name, steps, s.usd_per_mwh + inputs.co2_usd_per_t * s.co2_t_per_mwh, capacity=j,
              per_mw=s.per_mw, co2_t_per_mwh=s.co2_t_per_mwh)
        for j, s in enumerate(inputs.sources)
    ]  # fmt: skip
    storages: list[Storage] = [
        battery(BATTERY, len(capacities), inputs.store.hours, inputs.store.eta, inputs.store.eta)
    ]
    capacities.append(Capacity(BATTERY, inputs.store.usd_per_mw_yr))
    least = inputs.minimum_take_share * stage.grid_mw  # is billed in any case
    capacities.append(Capacity(DEMAND, inputs.grid_demand_usd_per_mw_yr, least, stage.grid_mw))
    price = np.asarray(inputs.grid_usd_per_mwh) + inputs.co2_usd_per_t * np.asarray(
        inputs.grid_co2_t_per_mwh
    )
    offers.append(
        offer(GRID, steps, price, limit_mw=stage.grid_mw, capacity=len(capacities) - 1,
              co2_t_per_mwh=inputs.grid_co2_t_per_mwh)
    )  # fmt: skip
    share = inputs.compute_share
    offers.append(offer(COMPUTE, steps, inputs.compute_usd_per_mwh, limit_mw=share * stage.load_mw))
    offers.append(offer(SHED, steps, inputs.lost_load_usd_per_mwh, limit_mw=stage.load_mw))
    return YearProblem(stage.load_mw, tuple(capacities), tuple(offers), tuple(storages))


def _must_run(problem: YearProblem, j: int, source: Source) -> YearProblem:
    """The problem with the part of a plant that must run as an offer of its own."""
    share = source.must_run_share
    whole = problem.offers[j]
    first = replace(whole, name=f"{whole.name}, must run", per_mw=whole.per_mw * share,
                    usd_per_mwh=np.full(problem.steps, -FIRST_USD))  # fmt: skip
    rest = replace(whole, per_mw=whole.per_mw * (1.0 - share))
    back = float(((whole.usd_per_mwh + FIRST_USD) * first.per_mw).sum()) * problem.step_h
    capacities = list(problem.capacities)
    capacities[j] = replace(capacities[j], usd_per_mw_yr=capacities[j].usd_per_mw_yr + back)
    offers = (*problem.offers[:j], rest, *problem.offers[j + 1 :], first)
    return replace(problem, capacities=tuple(capacities), offers=offers)


def _matched(problem: YearProblem, grid: int, stage: StageLoad) -> YearProblem:
    """The problem with import that contracts match as an offer of its own."""
    given = np.zeros(problem.steps)
    for c in stage.contracts:
        if c.by_hour:
            given += c.energy_mwh
    whole = problem.offers[grid]
    matched = np.minimum(given, stage.grid_mw)
    no_capacity = np.full(problem.steps, -1)
    first = replace(whole, name=f"{GRID}, matched", limit_mw=matched, capacity=no_capacity)
    rest = replace(whole, limit_mw=stage.grid_mw - matched, capacity=no_capacity)
    offers = (*problem.offers[:grid], rest, *problem.offers[grid + 1 :], first)
    capacities = tuple(
        replace(c, min_mw=stage.grid_mw, max_mw=stage.grid_mw) if c.name == DEMAND else c
        for c in problem.capacities
    )
    return replace(problem, offers=offers, capacities=capacities)


def _with_matching(
    solved: YearProblem, told: YearProblem, into: Sequence[int], inputs: SiteInputs
) -> YearProblem:
    """The problem with its yearly limit on power that is not clean in its hour."""
    count = len(told.offers)
    unclean = []
    for k, o in enumerate(solved.offers):
        source = inputs.sources[into[k - count]] if k >= count and into[k - count] < len(
            inputs.sources
        ) else None  # fmt: skip
        own = k < len(inputs.sources) or source is not None
        dirty = (own and bool(np.any(o.co2_t_per_mwh > 0.0))) or o.name == GRID
        unclean.append(np.full(solved.steps, float(dirty)))
    most = (1.0 - inputs.matching_share) * solved.load_mwh
    limit = YearlyLimit(MATCHING, np.ascontiguousarray(np.stack(unclean, axis=1)), most,
                        inputs.unmatched_usd_per_mwh)  # fmt: skip
    return replace(solved, limits=(*solved.limits, limit))
