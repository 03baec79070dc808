"""The event loop of a fleet: the next of job ends, arrivals, failures, returns, hours, upkeep."""

from __future__ import annotations

from gigawatt.operations.events.access import (
    cap_at,
    cold_at,
    failure_at,
    heap_at,
    job_at,
    next_at,
    pace_at,
    rack_at,
    repair_at,
    site_at,
    snap_at,
    tier_at,
)
from gigawatt.operations.events.arrivals import arrive, next_of_campaign, step_of_campaign
from gigawatt.operations.events.decide import (
    PREEMPT,
    START,
    best_site,
    decide,
    fits_now,
    may_backfill,
    within_quota,
)
from gigawatt.operations.events.heaps import rekey
from gigawatt.operations.events.jit import compiled
from gigawatt.operations.events.jobs import (
    checkpoints_left,
    clock_of,
    close_down,
    close_up,
    finish,
    note,
    preempt,
    start,
    works,
)
from gigawatt.operations.events.pool import resize
from gigawatt.operations.events.power import refresh, settle
from gigawatt.operations.events.repair import fail, lemon_strike, maintain, returns
from gigawatt.operations.events.rng import ARRIVAL, FAILURE, exponential, uniform
from gigawatt.operations.events.state import (
    FREE,
    JOB,
    L_END,
    L_READY,
    QUEUED,
    RACK,
    RESTART,
    TRAY,
    WORK,
    Config,
    Records,
)

HOUR, DAY = 3600.0, 86400.0
NEVER = 1e300


@compiled
def schedule(c: Config, changed: int, t: float) -> None:
    """Start what can start after a change at a site."""
    while c.waiting > 0:
        action, j, s = decide(c, changed, t)
        if action == START:
            settle(c, s, t)
            start(c, j, s, t)
            refresh(c, s)
        elif action == PREEMPT:
            settle(c, s, t)
            site = site_at(c, s)
            while site.young >= 0 and not fits_now(c, j, s):
                preempt(c, site.young, t)
            fits = fits_now(c, j, s)
            if fits:
                start(c, j, s, t)
            refresh(c, s)
            if not fits:
                break
        else:
            break


@compiled
def schedule_new(c: Config, t: float) -> None:
    """A job has just come: it is tried as the head of the line, or else alone as backfill."""
    j = job_at(c, c.free_slots).slot  # its slot was the last one handed out
    if c.waiting == 1 and within_quota(c, j):  # nobody is ahead
        s = best_site(c, j)
        if s >= 0:
            settle(c, s, t)
            start(c, j, s, t)
            refresh(c, s)
            return
    if c.waiting == 1 or c.held_head < 0:
        schedule(c, 0, t)
        return
    if job_at(c, j).serial != c.serial or job_at(c, j).phase != QUEUED or c.backfill == 0:
        return
    if job_at(c, j).rank < job_at(c, c.held_head).rank:
        schedule(c, 0, t)
        return
    best, room = -1, 0
    for s in range(c.sites):
        left = site_at(c, s).usable - job_at(c, j).racks
        if may_backfill(c, j, s, t) and (best < 0 or left < room):
            best, room = s, left
    if best >= 0:
        settle(c, best, t)
        start(c, j, best, t)
        refresh(c, best)


@compiled
def step_of_job(c: Config, s: int, t: float) -> None:
    """The next event of site s: a job is up, or done."""
    settle(c, s, t)
    tier = tier_at(c, s, site_at(c, s).next_tier)
    j = heap_at(c, tier.heap).v
    job = job_at(c, j)
    tier.lag = site_at(c, s).now - job.key  # no rounding between the two clocks
    if job.phase == RESTART:
        works(c, j)
        note(c, t, L_READY, s, job.serial, job.racks, site_at(c, s).raw_w)
        refresh(c, s)
    else:
        note(c, t, L_END, s, job.serial, job.racks, site_at(c, s).raw_w)
        campaign = job.campaign
        finish(c, j)
        if campaign >= 0:
            next_of_campaign(c, campaign, t, 0.0)
        refresh(c, s)
        schedule(c, s, t)


@compiled
def highest_pace(c: Config, t: float) -> float:
    """Highest failure rate over the mature one of all sites on the day of t, at least 1."""
    day = min(int(t / DAY), c.days - 1)
    top = 1.0
    for s in range(c.sites):
        top = max(top, pace_at(c, s, day).v)
    return top


@compiled
def total_failures(c: Config, top: float) -> float:
    """Rate of the superposed process, 1/s."""
    out: float = top * (c.each_rate * c.racks + c.lemons * c.lemon_extra)
    return out


@compiled
def class_of(c: Config, u: float, trays_only: bool) -> int:
    """Failure class at a uniform number, weighted by rate; trays come first."""
    x = u * (c.tray_rate if trays_only else c.each_rate)
    k = 0
    while k < c.failures_n - 1 and x >= failure_at(c, k).rate:
        x -= failure_at(c, k).rate
        k += 1
    return k


@compiled
def step_of_failure(c: Config, t: float, top: float) -> None:
    """One event of the superposed process: thinned to age and season, then given a place."""
    lemon_rate = c.lemons * c.lemon_extra * top
    lemon = uniform(c, FAILURE) * total_failures(c, top) < lemon_rate
    if lemon:
        r = cold_at(c, int(uniform(c, FAILURE) * c.lemons)).lemons
    else:
        r = int(uniform(c, FAILURE) * c.racks)
    kind = class_of(c, uniform(c, FAILURE), lemon)
    s = cold_at(c, r).site
    day = min(int(t / DAY), c.days - 1)
    pace = pace_at(c, s, day).v if failure_at(c, kind).ages == 1 else 1.0
    if uniform(c, FAILURE) * top >= pace:
        return
    blast = failure_at(c, kind).blast
    idle = blast in (TRAY, RACK) and rack_at(c, r).owner == FREE
    if idle and uniform(c, FAILURE) >= c.idle_failures:
        return
    if blast == JOB:  # shared services: only as far as the job's size has it
        j = rack_at(c, r).owner
        if j < 0 or uniform(c, FAILURE) * c.extra_max >= job_at(c, j).lost:
            return
    settle(c, s, t)
    if lemon:
        lemon_strike(c, r)
    fail(c, kind, r, t)
    refresh(c, s)
    if c.waiting > 0:
        schedule(c, s, t)


@compiled
def step_of_hour(c: Config, t: float) -> None:
    """Caps and demand of the hour, or part of an hour, that begins."""
    hour = int(t / HOUR + 1e-6)
    full = hour < c.hours_n and t - hour * HOUR < 1.0
    for s in range(c.sites):
        settle(c, s, t)
        if full:
            site = site_at(c, s)
            snap_at(c, s, hour, 0).v = site.busy
            snap_at(c, s, hour, 1).v = site.pool
            snap_at(c, s, hour, 2).v = site.free
            snap_at(c, s, hour, 3).v = site.out
        site_at(c, s).cap_w = cap_at(c, s, hour % c.cap_n).v
        resize(c, s, t)
        refresh(c, s)
        schedule(c, s, t)


@compiled
def next_site(c: Config) -> int:
    """Site whose next job event comes first."""
    best, soonest = 0, next_at(c, 0).v
    for s in range(1, c.sites):
        at = next_at(c, s).v
        if at < soonest:
            best, soonest = s, at
    return best


@compiled
def run(config: Records) -> None:
    """Run until the end of the time asked for; `config` is `Fleet.config`."""
    c = config[0]
    began = c.began
    top = highest_pace(c, began)
    arrival = NEVER
    if c.total_rate > 0.0:
        arrival = began + exponential(c, ARRIVAL) / c.total_rate
    failures = total_failures(c, top)
    failure = began + exponential(c, FAILURE) / failures if failures > 0.0 else NEVER
    upkeep = began + c.maintenance_every if c.maintenance_every > 0.0 else NEVER
    hour, turn = began, c.maintained * 7919
    while c.failed == 0:
        s = next_site(c)
        back = repair_at(c, 0).at if c.repairs_n > 0 else NEVER
        ends = next_at(c, s).v
        t = min(ends, arrival, failure, back, hour, upkeep, c.campaign_next)
        if t >= c.until:
            break
        c.events += 1.0
        if ends == t:
            step_of_job(c, s, t)
        elif arrival == t:
            arrive(c, t, c.total_rate)
            arrival = t + exponential(c, ARRIVAL) / c.total_rate
            if c.failed == 0:
                schedule_new(c, t)
        elif c.campaign_next == t:
            step_of_campaign(c, t)
            if c.failed == 0:
                schedule_new(c, t)
        elif failure == t:
            step_of_failure(c, t, top)
            failure = t + exponential(c, FAILURE) / total_failures(c, top)
        elif back == t:
            s = cold_at(c, repair_at(c, 0).first).site
            settle(c, s, t)
            returns(c, t)
            refresh(c, s)
            schedule(c, s, t)
        elif hour == t:
            step_of_hour(c, t)
            hour = t + c.tick_s
            if int(t / DAY) != int(hour / DAY) and failure < NEVER:
                top = highest_pace(c, hour)
                failure = t + exponential(c, FAILURE) / total_failures(c, top)
        else:
            r = turn % c.racks
            turn += 7919  # a prime, so that neighbours are not done one after the other
            s = cold_at(c, r).site
            settle(c, s, t)
            maintain(c, r, t)
            refresh(c, s)
            schedule(c, s, t)
            upkeep = t + c.maintenance_every
    _close(c)


@compiled
def _close(c: Config) -> None:
    """Carry all sites to the end and book what runs, as if it saved its work at that moment.

    The run may be taken up again from there.
    """
    for s in range(c.sites):
        settle(c, s, c.until)
    for j in range(c.jobs):
        job = job_at(c, j)
        if job.phase == WORK:
            clock = clock_of(c, j)
            close_up(c, j, clock, True)
            job.ready = clock
            rest = job.work + checkpoints_left(job.work, job.tau) * job.stall
            rekey(c, job.site, j, clock + rest)
        elif job.phase == RESTART:
            clock = clock_of(c, j)
            close_down(c, j, clock)
            job.ready = clock
    for s in range(c.sites):
        refresh(c, s)
