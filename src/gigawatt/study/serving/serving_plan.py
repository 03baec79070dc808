"""From a promise and a demand to a deployment: plan, pools, packages, power, cost per token.

    peak      = mean demand / (average over peak)
    capacity  = peak (1 + head-room)
    units     = ceil(capacity / rate of one unit at the promise)

A unit is a deployment on N packages with the plan that the front over all plans gives at the
promised speed; N is what needs the fewest packages. The site is built for all of them; the mean
draw counts the part of them that demand does not use as idle.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from gigawatt.catalog import Catalog
from gigawatt.errors import InfeasibleError, InputError
from gigawatt.performance.efficiency import PowerShares, load_constants
from gigawatt.performance.hardware import full_power_w, power_range
from gigawatt.performance.inference.front_rows import Row, front_row
from gigawatt.performance.inference.frontier import at_speed, frontier
from gigawatt.performance.inference.plans import Service
from gigawatt.study.serving.unit_cost import CostInputs, UnitCost, package_price_usd, unit_cost

SECONDS_PER_DAY = 86400.0
W_PER_MW = 1e6
HOURS = 24
PEAK_HOUR = 14


@dataclass(frozen=True, slots=True)
class Promise:
    """What users are promised, and what may be used to keep it.

    Attributes
    ----------
    tok_s_per_user : least mean output speed.
    ttft_p99_s : 99th percentile of the time to the first token; infinite = none.
    speculation : "none", "auto" or a method.
    split : whether prompts may have a pool of their own.
    """

    tok_s_per_user: float
    ttft_p99_s: float = math.inf
    speculation: str = "none"
    split: bool = True


@dataclass(frozen=True, slots=True)
class Demand:
    """Demand of a day.

    Attributes
    ----------
    requests_per_s : by hour, 24 of them.
    head_room_share : capacity over the peak.
    """

    requests_per_s: tuple[float, ...]
    head_room_share: float

    @property
    def mean(self) -> float:
        """Mean over the day."""
        return sum(self.requests_per_s) / len(self.requests_per_s)

    @property
    def peak(self) -> float:
        """Greatest hour."""
        return max(self.requests_per_s)


@dataclass(frozen=True, slots=True)
class ServingPlanFound:
    """A deployment.

    Attributes
    ----------
    unit : row of the front (`front_rows`) of one unit.
    unit_packages, units, packages : packages of a unit, units, and all packages.
    unit_requests_per_s : most that a unit takes within the promise.
    mean_requests_per_s, peak_requests_per_s, capacity_requests_per_s : of the demand, and of all.
    packages_by_hour : that the demand with its head-room needs, 24 of them.
    utilisation_share : mean demand over capacity.
    input_tok_per_day, output_tok_per_day : of the mean demand.
    it_mw, facility_mw, mean_facility_mw : provisioned power, without and with PUE; mean draw.
    power_range_share : least and greatest of these, as shares, where power is an estimate.
    output_tok_s_per_mw : mean output tokens per second over provisioned facility MW.
    wh_per_output_token : facility energy per output token at the mean draw.
    cost : per package-hour and per token; None where the system has no public price.
    usd_per_day : of all packages; None likewise.
    """

    unit: Row
    unit_packages: int
    units: int
    packages: int
    unit_requests_per_s: float
    mean_requests_per_s: float
    peak_requests_per_s: float
    capacity_requests_per_s: float
    packages_by_hour: tuple[int, ...]
    utilisation_share: float
    input_tok_per_day: float
    output_tok_per_day: float
    it_mw: float
    facility_mw: float
    mean_facility_mw: float
    output_tok_s_per_mw: float
    wh_per_output_token: float
    cost: UnitCost | None
    usd_per_day: float | None
    power_range_share: tuple[float, float] | None = None


def daily_demand(mean: float, average_over_peak: float, head_room: float) -> Demand:
    """Demand with one sine over the day whose average over peak is given.

    Raises
    ------
    InputError : a number out of range.
    """
    if not mean > 0.0:
        raise InputError(f"the demand is {mean:g} requests/s: it must be positive.")
    if not 0.5 <= average_over_peak <= 1.0:
        raise InputError(f"average over peak is {average_over_peak:g}: it lies in [0.5, 1].")
    swing = 1.0 / average_over_peak - 1.0
    angles = (2.0 * math.pi * (hour - PEAK_HOUR) / HOURS for hour in range(HOURS))
    return checked(Demand(tuple(mean * (1.0 + swing * math.cos(a)) for a in angles), head_room))


def checked(demand: Demand) -> Demand:
    """The demand, or an error for what can't be."""
    if not 0.0 <= demand.head_room_share < math.inf:
        raise InputError(f"head-room is {demand.head_room_share:g}: it is at least 0.")
    for hour, rate in enumerate(demand.requests_per_s):
        if not 0.0 <= rate < math.inf:
            raise InputError(f"demand of hour {hour} is {rate:g} requests/s: at least 0.")
    if demand.peak <= 0.0:
        raise InputError("the demand is 0 in all hours.")
    return demand


def unit_sizes(most: int) -> list[int]:
    """Sizes of a unit to look at: powers of two, and the most."""
    return sorted({2**k for k in range(12) if 2**k <= most} | {most})


def serving_plan(
    service: Service, promise: Promise, demand: Demand, most_packages: int, catalog: Catalog,
    costs: CostInputs,
) -> ServingPlanFound:  # fmt: skip
    """Deployment with the fewest packages; its utilisation replaces that of `costs`.

    Parameters
    ----------
    service, promise, demand : what is served, how fast, and how much.
    most_packages : of one unit, usually a scale-up domain.
    catalog, costs : constants and prices.

    Raises
    ------
    InfeasibleError : no plan keeps the promise; the message is that of the largest unit.
    """
    capacity = demand.peak * (1.0 + demand.head_room_share)
    best: tuple[int, int, float, Row] | None = None
    why: InfeasibleError | None = None
    for size in unit_sizes(most_packages):
        try:
            front = frontier(
                service, size, catalog, costs.pue, promise.speculation, promise.split,
                promise.ttft_p99_s,
            )  # fmt: skip
            index = at_speed(front, promise.tok_s_per_user)
        except InfeasibleError as error:
            why = error
            continue
        rate = float(front.plans.output_tok_s[index]) / service.output_tokens
        packages = math.ceil(capacity / rate) * size
        if best is None or packages < best[0]:
            best = packages, size, rate, front_row(service, front, index)
    if best is None:
        raise why or InfeasibleError("no plan keeps the promise.")
    return _found(service, demand, best, catalog, costs)


def _found(
    service: Service, demand: Demand, best: tuple[int, int, float, Row], catalog: Catalog,
    costs: CostInputs,
) -> ServingPlanFound:  # fmt: skip
    from dataclasses import replace

    packages, size, rate, row = best
    full = full_power_w(service.system)
    if full <= 0.0:
        raise InputError(f"{service.system.id}: no power of the system is known.")
    room = 1.0 + demand.head_room_share
    capacity = packages / size * rate
    use = demand.mean / capacity
    idle = load_constants(catalog, "power", PowerShares).idle_share * full
    drawn = use * row["drawn_w_per_gpu"] + (1.0 - use) * idle
    output = demand.mean * service.output_tokens
    facility, mean = (w * packages * costs.pue / W_PER_MW for w in (full, drawn))
    price = package_price_usd(service.system, catalog)
    cost = None
    if price is not None:
        cost = unit_cost(
            replace(costs, utilisation_share=use), price, full, drawn,
            row["input_tok_s_per_gpu"], row["output_tok_s_per_gpu"], row["prompt_share"],
        )  # fmt: skip
    return ServingPlanFound(
        unit=row,
        unit_packages=size,
        units=packages // size,
        packages=packages,
        unit_requests_per_s=rate,
        mean_requests_per_s=demand.mean,
        peak_requests_per_s=demand.peak,
        capacity_requests_per_s=capacity,
        packages_by_hour=by_hour(demand.requests_per_s, room, rate, size),
        utilisation_share=use,
        input_tok_per_day=demand.mean * service.input_tokens * SECONDS_PER_DAY,
        output_tok_per_day=output * SECONDS_PER_DAY,
        it_mw=full * packages / W_PER_MW,
        facility_mw=facility,
        mean_facility_mw=mean,
        output_tok_s_per_mw=output / facility,
        wh_per_output_token=mean * W_PER_MW / output / 3600.0,
        cost=cost,
        usd_per_day=cost.usd_per_hour * packages * HOURS if cost else None,
        power_range_share=power_range(catalog, service.system),
    )


def by_hour(rates: Sequence[float], room: float, unit_rate: float, size: int) -> tuple[int, ...]:
    """Packages that each hour needs, in whole units."""
    return tuple(math.ceil(r * room / unit_rate) * size for r in rates)
