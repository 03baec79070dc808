"""New jobs: kind, size, length, checkpoint interval; what can never finish is refused."""

from __future__ import annotations

import math

from gigawatt.operations.events.access import (
    campaign_at,
    job_at,
    kind_at,
    table_at,
)
from gigawatt.operations.events.jit import compiled
from gigawatt.operations.events.jobs import enqueue
from gigawatt.operations.events.rng import ARRIVAL, DURATION, SIZE, exponential, normal, uniform
from gigawatt.operations.events.state import (
    ELASTIC,
    MEMORY,
    SPARES,
    Config,
)

NEVER_FINISHES = 0.02


@compiled
def extra_rate(c: Config, racks: float) -> float:
    """Failures of a job over those of its racks in series, less one: `reliability.size_factor`."""
    services = 1.0 + c.kappa / (1.0 + racks / c.service_racks)
    out: float = services * max(1.0, racks / c.large_racks) ** c.size_exponent - 1.0
    return out


@compiled
def best_interval(rate: float, stall: float) -> float:
    """Best work between checkpoints, as in `goodput.best_interval_s`, for one job."""
    c = rate * stall
    y = math.sqrt(2.0 * c)
    x = y / (1.0 + y / 3.0 + c / 18.0)
    for _ in range(2):
        fall = math.expm1(-(x + c))  # the slope is its negative
        if fall < 0.0:
            x += (x + fall) / fall
    return x / rate


@compiled
def work_share(rate: float, tau: float, stall: float, restart: float) -> float:
    """Work share under synchronous restart, as in `goodput.synchronous_restart`."""
    return (
        rate
        * tau
        / (math.exp(min(rate * restart, 500.0)) * math.expm1(min(rate * (tau + stall), 500.0)))
    )


@compiled
def arrive(c: Config, t: float, total_rate: float) -> None:
    """One new job enters the queue, or is refused."""
    u = uniform(c, ARRIVAL) * total_rate
    k = 0
    while k < c.kinds - 1 and u >= kind_at(c, k).rate:
        u -= kind_at(c, k).rate
        k += 1
    come(c, k, -1, t)


@compiled
def come(c: Config, k: int, campaign: int, t: float) -> None:
    """A job of kind k of drawn size and length enters the queue, or is refused."""
    kind = kind_at(c, k)
    racks = table_at(c, k, int(uniform(c, SIZE) * c.size_n)).v
    work = min(kind.longest, math.exp(kind.mu + kind.sigma * normal(c, DURATION)))
    own_error = uniform(c, DURATION) < kind.own_error
    if own_error:
        work = min(work, kind.own_error_s * -math.log(1.0 - uniform(c, DURATION)))
    submit(c, k, racks, max(work, 1.0), own_error, campaign, t)
    if c.free_slots == 0:
        c.failed = 1


@compiled
def next_of_campaign(c: Config, i: int, t: float, least: float) -> None:
    """The next job of campaign i comes after a gap."""
    gap = kind_at(c, campaign_at(c, i).kind).gap
    campaign_at(c, i).at = t + max(least, gap * exponential(c, ARRIVAL))
    c.campaign_next = min(c.campaign_next, campaign_at(c, i).at)


@compiled
def step_of_campaign(c: Config, t: float) -> None:
    """The job of a standing campaign that is due at t comes."""
    due, later = -1, 1e300
    for i in range(c.campaigns_n):
        at = campaign_at(c, i).at
        if due < 0 and at <= t:
            due = i
        else:
            later = min(later, at)
    c.campaign_next = later
    campaign_at(c, due).at = 1e300
    come(c, campaign_at(c, due).kind, due, t)


@compiled
def submit(
    c: Config, k: int, racks: int, work: float, own_error: bool, campaign: int, t: float
) -> None:
    """A job of kind k enters the queue; one that can never finish is refused and counted.

    A campaign whose job is refused tries again with another after a gap of an hour or more.
    """
    kind = kind_at(c, k)
    kind.arrived += 1.0
    extra = extra_rate(c, float(racks))
    rate = max(1e-15, racks * c.node_rate * (1.0 + extra))
    restart = kind.restart_base + kind.restart_slope * racks
    if kind.policy in (SPARES, MEMORY):
        restart *= kind.warm_share
    stall, at_risk = kind.stall, rate
    away = kind.absent / max(2.0, racks * kind.replicas_per_rack)
    present = 1.0 / (1.0 + rate * (1.0 - kind.whole_share) * away)  # as in `policies.elastic`
    each = away + present * kind.pause
    if kind.policy == ELASTIC:
        at_risk = max(1e-15, rate * kind.whole_share)
    tau = store = kind.interval
    if kind.policy == MEMORY:
        store = tau if tau > 0.0 else best_interval(max(1e-15, rate * kind.lost_share), stall)
        kept = max(1e-15, rate * (1.0 - kind.lost_share))
        tau = min(max(kind.memory_interval, best_interval(kept, kind.memory_stall)), store)
        store = tau * max(1.0, math.floor(store / tau + 0.5))  # written with a copy
        stall = kind.memory_stall * (1.0 - tau / store) + stall * tau / store
    elif tau <= 0.0:
        tau = best_interval(at_risk, stall)
    share = work_share(at_risk, tau, stall, restart)
    if kind.policy == ELASTIC:
        share *= max(0.0, 1.0 - rate * (1.0 - kind.whole_share) * present * each)
    if share < NEVER_FINISHES and work > 3.0 / rate:
        kind.refused += 1.0
        if campaign >= 0:
            next_of_campaign(c, campaign, t, 3600.0)
        return
    c.free_slots -= 1
    j = job_at(c, c.free_slots).slot
    job = job_at(c, j)
    job.racks, job.kind, job.policy = racks, k, kind.policy
    job.priority, job.tenant = kind.priority, kind.tenant
    job.preempts, job.preemptible = kind.preempts, kind.preemptible
    job.started, job.head, job.campaign = 0, -1, campaign
    job.own_error = 1 if own_error else 0
    job.work, job.tau, job.stall = work, tau, stall
    job.restart_s = restart
    job.limit = kind.limit_factor * (kind.start_s + work / max(share, NEVER_FINISHES))
    job.since = job.extra = job.kept = 0.0
    job.lost = extra
    job.submit, job.work_w = t, kind.work_w
    job.store = store
    job.each, job.present, job.tier = each, present, kind.tier
    c.serial += 1.0
    job.serial = c.serial
    job_at(c, j).rank = int(c.serial) + kind.priority * (1 << 44)
    enqueue(c, j)
