"""The life of a job: start, work, failure, pre-emption, end; and where its time went.

A job's up time is cut into segments of `tau` of work and `stall` of checkpoint. Neither is an
event: what was done follows from the length of the up time.
"""

from __future__ import annotations

import math

from gigawatt.operations.events import heaps, waiting
from gigawatt.operations.events.access import (
    job_at,
    kind_at,
    log_at,
    lost_at,
    profile_at,
    site_at,
    size_at,
    tenant_at,
    tier_at,
    waits_at,
)
from gigawatt.operations.events.decide import roll
from gigawatt.operations.events.jit import compiled
from gigawatt.operations.events.place import leave_all, take
from gigawatt.operations.events.power import draw
from gigawatt.operations.events.queue import list_of
from gigawatt.operations.events.rng import OTHER, uniform
from gigawatt.operations.events.state import (
    CHECKPOINT,
    DETECTION,
    ELASTIC,
    EMPTY,
    L_PREEMPT,
    L_START,
    MEMORY,
    OWN_ERROR,
    PROFILE_HOURS,
    QUEUED,
    REDO,
    RESTART,
    RESTARTED,
    SIZES,
    WAIT_BINS,
    WORK,
    WORKED,
    Config,
)


@compiled
def note(c: Config, t: float, what: int, s: int, serial: float, racks: int, w: float) -> None:
    """Write a line of the log, if there is one."""
    if c.log == 0 or c.log_n >= c.log_room:
        return
    line = log_at(c, c.log_n)
    line.t, line.what, line.site, line.serial, line.racks, line.w = t, what, s, serial, racks, w
    c.log_n += 1


@compiled
def size_class(racks: int) -> int:
    """Class of size for the statistics."""
    return min(list_of(float(racks)), SIZES - 1)


@compiled
def enqueue(c: Config, j: int) -> None:
    """Job j waits, at the place of its rank."""
    job = job_at(c, j)
    job.phase = QUEUED
    k = waiting.queue_of(job.priority, job.racks)
    waiting.insert(c, k, j)
    c.waiting += 1


@compiled
def checkpoints_left(work: float, tau: float) -> float:
    """Checkpoints on the way to the end of the work; none at the end itself."""
    return max(0.0, math.ceil(work / tau - 1e-9) - 1.0)


@compiled
def due(c: Config, j: int, hour: int, racks: int) -> None:
    """Racks of job j are due at an hour (or, with a negative count, are so no longer)."""
    s = job_at(c, j).site
    now = site_at(c, s).hour
    at = min(max(hour, now), now + PROFILE_HOURS - 1)
    profile_at(c, s, at % PROFILE_HOURS).v += racks


@compiled
def start(c: Config, j: int, s: int, t: float) -> None:
    """Job j leaves the queue and takes racks of site s, whose time is t."""
    job, site, kind = job_at(c, j), site_at(c, s), kind_at(c, job_at(c, j).kind)
    waiting.remove(c, waiting.queue_of(job.priority, job.racks), j)
    c.waiting -= 1
    if c.held_head == j:
        c.held_head = -1
    job.head = take(c, s, job.racks, -1, j)
    most = c.most_row
    c.rows_least += math.ceil(job.racks / most)
    if s == c.held_site:
        c.spare_room -= job.racks
    tier = tier_at(c, s, job.tier)
    job.site, job.phase = s, RESTART
    job.ready = job.down = job.detected = site.now - tier.lag
    job.key = job.ready + (job.restart_s if job.started == 1 else kind.start_s)
    if job.started == 0:
        job.started = 1
        waited(c, j, t)
    site.busy += job.racks
    tier.busy += job.racks
    tenant_at(c, job.tenant).used += job.racks
    draw(c, s, job.tier, job.racks * (c.rest_w - c.idle_w), False)
    heaps.push(c, s, j)
    roll(c, s, int(t / 3600.0))
    job.due = min(int((t + job.limit) / 3600.0), site_at(c, s).hour + PROFILE_HOURS - 1)
    due(c, j, job.due, job.racks)
    if job.preemptible == 1:
        job.run_next, job.run_prev = site.young, -1
        if site.young >= 0:
            job_at(c, site.young).run_prev = j
        site.young = j
        site.preemptible += job.racks
    note(c, t, L_START, s, job.serial, job.racks, site.raw_w)


@compiled
def waited(c: Config, j: int, t: float) -> None:
    """Count the wait of job j until its first start."""
    job = job_at(c, j)
    wait = t - job.submit
    kind = kind_at(c, job.kind)
    kind.waits += wait
    kind.started += 1.0
    b = 0 if wait < 1.0 else min(WAIT_BINS - 1, 1 + int(3.0 * math.log2(wait)))
    waits_at(c, job.kind, b).v += 1
    size = size_at(c, size_class(job.racks))
    size.wait += wait
    size.started += 1.0
    size.racks += job.racks


@compiled
def clock_of(c: Config, j: int) -> float:
    """Clock of the tier of job j at its site."""
    job = job_at(c, j)
    out: float = site_at(c, job.site).now - tier_at(c, job.site, job.tier).lag
    return out


@compiled
def book(c: Config, j: int, cause: int, seconds: float) -> None:
    """Book time of job j, in seconds of its tier's clock."""
    job = job_at(c, j)
    if cause == WORKED and job.own_error == 1:
        cause = OWN_ERROR
    lost_at(c, job.kind, cause).v += seconds * job.racks
    size = size_at(c, size_class(job.racks))
    size.held += seconds
    if cause in (WORKED, OWN_ERROR):
        size.worked += seconds


@compiled
def close_down(c: Config, j: int, clock: float) -> None:
    """Book the time since the job stopped: detection, then restart."""
    job = job_at(c, j)
    found = min(max(job.detected, job.ready), clock)
    book(c, j, DETECTION, found - job.ready)
    book(c, j, RESTARTED, clock - found)


@compiled
def close_up(c: Config, j: int, clock: float, graceful: bool) -> None:
    """Book the up time until now and keep what is committed; `graceful` saves all of it."""
    job = job_at(c, j)
    up = max(0.0, clock - job.ready - job.extra)
    segment = job.tau + job.stall
    k = min(math.floor(up / segment), checkpoints_left(job.work, job.tau))
    saved = k * job.tau
    rest = up - k * segment
    if graceful:
        part = min(rest, job.tau, job.work - saved)
        saved += part
        rest -= part
    job.work -= saved
    job.kept += saved
    job.since += saved
    book(c, j, WORKED, saved)
    book(c, j, CHECKPOINT, k * job.stall)
    book(c, j, REDO, rest)
    book(c, j, RESTARTED, min(job.extra, clock - job.ready))
    job.extra = 0.0


@compiled
def take_back(c: Config, j: int, seconds: float) -> None:
    """Committed work is lost after all."""
    job = job_at(c, j)
    back = min(seconds, job.kept)
    job.work += back
    job.kept -= back
    book(c, j, WORKED, -back)
    book(c, j, REDO, back)


@compiled
def from_store_s(c: Config, j: int) -> float:
    """Restart of a job of policy memory from the store: cold, and the checkpoint is read."""
    kind = kind_at(c, job_at(c, j).kind)
    out: float = job_at(c, j).restart_s / kind.warm_share + kind.stall
    return out


@compiled
def strike(c: Config, j: int, detect: float, rollback: float) -> None:
    """A failure hits job j: what it loses and when it works again; its racks are another matter."""
    job, kind, clock = job_at(c, j), kind_at(c, job_at(c, j).kind), clock_of(c, j)
    if job.phase == RESTART and clock <= job.detected:
        return  # it is down already and nobody has begun to restart it
    size = size_at(c, size_class(job.racks))
    size.failures += 1.0
    c.job_failures += 1.0
    if job.policy == ELASTIC and uniform(c, OTHER) >= kind.whole_share:
        if job.phase == WORK and uniform(c, OTHER) < job.present:  # what is absent cannot fail
            job.extra += job.each
            heaps.rekey(c, job.site, j, job.key + job.each)
        return  # in a restart of all, a replica that fails is left out
    if job.phase == RESTART:
        close_down(c, j, clock)
    else:
        close_up(c, j, clock, False)
        draw(c, job.site, job.tier, -job.racks * (job.work_w - c.rest_w), True)
        job.from_store = 0
    restart = job.restart_s
    if job.policy == MEMORY:
        if job.from_store == 1 or uniform(c, OTHER) < kind.lost_share:
            job.from_store = 1
            take_back(c, j, job.since % job.store)
            job.since = 0.0
            restart = from_store_s(c, j)
        else:
            job.since = job.since % job.store
    if rollback > 0.0:
        take_back(c, j, rollback)
    job.phase = RESTART
    job.ready = job.down = clock
    job.detected = clock + detect
    heaps.rekey(c, job.site, j, job.detected + restart)
    later = int((detect + restart + job.tau) / 3600.0)
    if later > 0:
        due(c, j, job.due, -job.racks)
        job.due = min(job.due + later, site_at(c, job.site).hour + PROFILE_HOURS - 1)
        due(c, j, job.due, job.racks)


@compiled
def works(c: Config, j: int) -> None:
    """Job j is up: it works from now on, unless a restart after a failure fails of itself."""
    job, kind, clock = job_at(c, j), kind_at(c, job_at(c, j).kind), clock_of(c, j)
    close_down(c, j, clock)
    job.ready = clock
    detect = job.detected - job.down
    if kind.fails > 0.0 and detect > 0.0 and uniform(c, OTHER) < kind.fails:
        job.down, job.detected = clock, clock + detect
        again = from_store_s(c, j) if job.from_store == 1 else job.restart_s
        heaps.rekey(c, job.site, j, job.detected + again)
        return
    job.phase = WORK
    end = clock + job.work + checkpoints_left(job.work, job.tau) * job.stall
    heaps.rekey(c, job.site, j, end)
    draw(c, job.site, job.tier, job.racks * (job.work_w - c.rest_w), False)


@compiled
def give_up_racks(c: Config, j: int, failure: bool) -> None:
    """Job j leaves its racks and its site's books."""
    job, site = job_at(c, j), site_at(c, job_at(c, j).site)
    s = job.site
    now_w = job.work_w if job.phase == WORK else c.rest_w
    draw(c, s, job.tier, -job.racks * (now_w - c.idle_w), failure)
    heaps.drop(c, s, j)
    due(c, j, job.due, -job.racks)
    leave_all(c, job.head)
    job.head = -1
    site.busy -= job.racks
    tier_at(c, s, job.tier).busy -= job.racks
    tenant_at(c, job.tenant).used -= job.racks
    if job.preemptible == 1:
        if job.run_prev < 0:
            site.young = job.run_next
        else:
            job_at(c, job.run_prev).run_next = job.run_next
        if job.run_next >= 0:
            job_at(c, job.run_next).run_prev = job.run_prev
        site.preemptible -= job.racks


@compiled
def requeue(c: Config, j: int) -> None:
    """Job j stops and waits again, at its old place; what it has committed stays."""
    job = job_at(c, j)
    if job.phase == WORK:
        close_up(c, j, clock_of(c, j), False)
    else:
        close_down(c, j, clock_of(c, j))
    give_up_racks(c, j, True)
    kind_at(c, job.kind).requeued += 1.0
    enqueue(c, j)


@compiled
def preempt(c: Config, j: int, t: float) -> None:
    """Job j is stopped for another; it saves its work first, which is booked as a checkpoint."""
    job, site = job_at(c, j), site_at(c, job_at(c, j).site)
    if job.phase == WORK:
        close_up(c, j, clock_of(c, j), True)
    else:
        close_down(c, j, clock_of(c, j))
    note(c, t, L_PREEMPT, job.site, job.serial, job.racks, site.raw_w)
    give_up_racks(c, j, False)
    kind_at(c, job.kind).preempted += 1.0
    enqueue(c, j)


@compiled
def finish(c: Config, j: int) -> None:
    """Job j is done; its slot is free."""
    job = job_at(c, j)
    count = checkpoints_left(job.work, job.tau)
    book(c, j, WORKED, job.work)
    book(c, j, CHECKPOINT, count * job.stall)
    book(c, j, RESTARTED, clock_of(c, j) - job.ready - job.work - count * job.stall)
    give_up_racks(c, j, False)
    kind_at(c, job.kind).done += 1.0
    size_at(c, size_class(job.racks)).jobs += 1.0
    job.phase = EMPTY
    job_at(c, c.free_slots).slot = j
    c.free_slots += 1
