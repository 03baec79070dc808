"""Who runs next, and where: a function of the state alone.

`decide` looks and changes nothing but the note of the present reservation. What it returns is an
action for whoever owns the racks: the simulation, or a real cluster.
"""

from __future__ import annotations

import math

from gigawatt.operations.events.access import (
    job_at,
    kind_at,
    line_at,
    profile_at,
    site_at,
    tenant_at,
    tier_at,
)
from gigawatt.operations.events.jit import compiled
from gigawatt.operations.events.power import LEAST_DYNAMIC
from gigawatt.operations.events.state import (
    LISTS,
    PROFILE_HOURS,
    SIZES,
    Config,
)

NOTHING, START, PREEMPT = range(3)
NO_CAP_W = 1e12


@compiled
def within_quota(c: Config, j: int) -> bool:
    """Whether the tenant of job j may hold its racks as well."""
    t = job_at(c, j).tenant
    within: bool = tenant_at(c, t).used + job_at(c, j).racks <= tenant_at(c, t).quota
    return within


@compiled
def head_of_line(c: Config) -> int:
    """First waiting job whose tenant is within its quota, or -1."""
    best = -1
    for k in range(LISTS):
        j = line_at(c, k).head
        looked = 0
        while (
            j >= 0 and looked < c.depth and (best < 0 or job_at(c, j).rank < job_at(c, best).rank)
        ):
            if within_quota(c, j):
                best = j
                break
            j = job_at(c, j).queue_next
            looked += 1
    return best


@compiled
def power_room_w(c: Config, s: int) -> float:
    """Power above idle that the cap of site s leaves to its jobs, all together."""
    site = site_at(c, s)
    out: float = site.cap_w - site.racks * c.idle_w - site.pool_w
    return out


@compiled
def power_need_w(c: Config, j: int, s: int) -> float:
    """Power above idle that job j must find at site s.

    Full power; where the cap can't give that to the job even alone, what its tier tolerates; where
    not even that, all there is; and if that is next to nothing it has to wait for another hour.
    """
    job, room = job_at(c, j), power_room_w(c, s)
    full = job.racks * (job.work_w - c.idle_w)
    need: float = full
    if full > room:
        need = full * (1.0 - tier_at(c, s, job.tier).gives)
        if need > room:
            need = room if room >= LEAST_DYNAMIC * full else 2.0 * NO_CAP_W
    return need


@compiled
def slack_w(c: Config, j: int, s: int) -> float:
    """Power that site s would have left with job j; below 0, what other jobs must leave first.

    All jobs that hold racks count as at work: those that start or restart soon will be.
    """
    site = site_at(c, s)
    if c.power_aware == 0 or site.cap_w >= NO_CAP_W:
        return NO_CAP_W
    jobs_w = site.busy * (job_at(c, j).work_w - c.idle_w)
    out: float = power_room_w(c, s) - jobs_w - power_need_w(c, j, s)
    return max(-NO_CAP_W, out)


@compiled
def has_power(c: Config, j: int, s: int) -> bool:
    """Whether site s can feed job j under its cap: at full speed, or as far as it ever can."""
    fed: bool = slack_w(c, j, s) >= -1.0
    return fed


@compiled
def fits_now(c: Config, j: int, s: int) -> bool:
    """Whether site s has racks and power for job j."""
    site = site_at(c, s)
    fits: bool = site.usable - site.reserve >= job_at(c, j).racks and has_power(c, j, s)
    return fits


@compiled
def may_use(c: Config, j: int, s: int) -> bool:
    """Whether job j may run at site s at all."""
    pinned = kind_at(c, job_at(c, j).kind).site
    free_or_here: bool = pinned < 0 or pinned == s
    return free_or_here


@compiled
def best_site(c: Config, j: int) -> int:
    """Site that fits job j most tightly now, or -1."""
    best, left = -1, 0
    for s in range(c.sites):
        room = site_at(c, s).usable - site_at(c, s).reserve - job_at(c, j).racks
        fits = room >= 0 and (best < 0 or room < left)
        if fits and may_use(c, j, s) and has_power(c, j, s):
            best, left = s, room
    return best


@compiled
def power_if_cleared(c: Config, j: int, s: int) -> bool:
    """Whether site s has power for job j once all that may be pre-empted is gone."""
    each = job_at(c, j).work_w - c.idle_w
    fed: bool = slack_w(c, j, s) + site_at(c, s).preemptible * each >= -1.0
    return fed


@compiled
def site_to_clear(c: Config, j: int) -> int:
    """Site where job j fits if jobs that may be pre-empted make room, or -1."""
    best, most = -1, 0
    for s in range(c.sites):
        site = site_at(c, s)
        room = site.usable - site.reserve + site.preemptible - job_at(c, j).racks
        if room < 0 or site.usable < most or not may_use(c, j, s) or site.preemptible == 0:
            continue
        if power_if_cleared(c, j, s):
            best, most = s, site.usable
    return best


@compiled
def roll(c: Config, s: int, hour: int) -> None:
    """The ring of racks due begins at the present hour; what is overdue is due now."""
    at = site_at(c, s).hour
    while at < hour:
        late = profile_at(c, s, at % PROFILE_HOURS).v
        profile_at(c, s, at % PROFILE_HOURS).v = 0
        at += 1
        profile_at(c, s, at % PROFILE_HOURS).v += late
    site_at(c, s).hour = at


@compiled
def reserve(c: Config, j: int, t: float) -> None:
    """Note where and when the head of the line can start by what is due, and what stays free.

    Under a cap that time never moves back once noted: power that the pool took meanwhile would else
    let others pass a large job for ever. When it is over, nothing passes until the head starts.
    """
    hour = int(t / 3600.0)
    old_site, old_shadow = c.held_site, c.shadow
    keep = c.held_head == j and old_site >= 0
    keep = keep and c.power_aware == 1 and site_at(c, old_site).cap_w < NO_CAP_W
    c.held_head = j
    c.held_hour = float(hour)
    c.held_site = -1
    c.shadow = 1e300
    c.spare_room = 0.0
    need = job_at(c, j).racks
    for s in range(c.sites):
        if not may_use(c, j, s) or need > site_at(c, s).racks:
            continue
        roll(c, s, hour)
        left = site_at(c, s).usable - site_at(c, s).reserve - need
        each = max(job_at(c, j).work_w - c.idle_w, 1.0)
        power = math.floor((slack_w(c, j, s) + 1.0) / each) if each > 1.0 else float(left)
        left = int(min(float(left), power))  # to spare beside the head: racks, and power in racks
        h = 0
        while left < 0 and h < PROFILE_HOURS - 1:
            left += profile_at(c, s, (hour + h) % PROFILE_HOURS).v
            h += 1
        when = (hour + h) * 3600.0
        if left >= 0 and when < c.shadow:
            c.shadow, c.held_site, c.spare_room = when, s, float(left)
    if keep and old_shadow <= c.shadow:
        c.shadow, c.held_site = old_shadow, old_site
        if t >= old_shadow:
            c.spare_room = 0.0


@compiled
def may_backfill(c: Config, j: int, s: int, t: float) -> bool:
    """Whether job j fits site s now and does not delay the head of the line."""
    job = job_at(c, j)
    if job.racks > site_at(c, s).usable - site_at(c, s).reserve or j == c.held_head:
        return False
    if s == c.held_site and t + job.limit > c.shadow and job.racks > c.spare_room:
        return False
    return within_quota(c, j) and may_use(c, j, s) and has_power(c, j, s)


@compiled
def to_backfill(c: Config, s: int, t: float) -> int:
    """First waiting job that may be backfilled at site s, or -1; looks `depth` deep a list."""
    room = site_at(c, s).usable - site_at(c, s).reserve
    if room <= 0:
        return -1
    best = -1
    for k in range(LISTS):
        if k % SIZES > 0 and (1 << (k % SIZES)) > room:
            continue
        j = line_at(c, k).head
        looked = 0
        while (
            j >= 0 and looked < c.depth and (best < 0 or job_at(c, j).rank < job_at(c, best).rank)
        ):
            if may_backfill(c, j, s, t):
                best = j
                break
            j = job_at(c, j).queue_next
            looked += 1
    return best


@compiled
def decide(c: Config, changed: int, t: float) -> tuple[int, int, int]:
    """Next action at time t after something changed at a site.

    Returns
    -------
    action (`NOTHING`, `START`, `PREEMPT`), job, site. `PREEMPT` asks to clear the site until the
    job fits; ask again after each action.
    """
    j = head_of_line(c)
    if j < 0:
        return NOTHING, -1, -1
    s = best_site(c, j)
    if s >= 0:
        return START, j, s
    if job_at(c, j).preempts == 1:
        s = site_to_clear(c, j)
        if s >= 0:
            return PREEMPT, j, s
    if c.backfill == 0:
        return NOTHING, -1, -1
    if c.held_head != j or c.held_hour != float(int(t / 3600.0)):
        reserve(c, j, t)
    j = to_backfill(c, changed, t)
    return (START, j, changed) if j >= 0 else (NOTHING, -1, -1)
