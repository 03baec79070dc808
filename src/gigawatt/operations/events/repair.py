"""Failures of hardware, and repair: diagnosis, a spare part, a crew, then hands.

With c crews and first come, first served, the end of a repair is known when it is asked for: it
begins when diagnosis is over, a part is there and a crew is free. No queue has to be kept. A crew
that waits for a part is counted as taken, which is a little too careful where parts run out.
"""

from __future__ import annotations

from gigawatt.operations.events import heaps
from gigawatt.operations.events.access import (
    cold_at,
    crew_at,
    failure_at,
    job_at,
    part_at,
    rack_at,
    repair_at,
    row_at,
    site_at,
)
from gigawatt.operations.events.jit import compiled
from gigawatt.operations.events.jobs import note, requeue, strike
from gigawatt.operations.events.place import (
    lend,
    link,
    one_for,
    out_of_service,
    pull_free,
    push_free,
    unlink,
)
from gigawatt.operations.events.pool import pool_power
from gigawatt.operations.events.rng import OTHER, REPAIR, exponential, uniform
from gigawatt.operations.events.state import (
    FREE,
    JOB,
    L_FAILURE,
    L_REQUEUE,
    L_RETURN,
    MAINTAINED,
    OUT,
    POOL,
    RACKS_BACK,
    TRAY,
    TRAY_BACK,
    Config,
)

PART_LEAD_S = 14.0 * 86400.0  # from the use of a spare part to its replacement in stock


@compiled
def repaired_at(c: Config, s: int, k: int, t: float) -> float:
    """Time at which a repair asked for now is done."""
    site, kind = site_at(c, s), failure_at(c, k)
    begin = t + kind.detect + kind.diagnose
    asked = begin
    if kind.part == 1 and site.parts > 0:
        begin = max(begin, part_at(c, s, site.part_next).v)
        part_at(c, s, site.part_next).v = begin + PART_LEAD_S
        site.part_next = (site.part_next + 1) % site.parts
    wall = kind.repair_s * exponential(c, REPAIR)
    if kind.crew == 1 and site.crews > 0:
        best = 0
        for i in range(1, site.crews):
            if crew_at(c, s, i).v < crew_at(c, s, best).v:
                best = i
        begin = max(begin, crew_at(c, s, best).v)
        crew_at(c, s, best).v = begin + kind.hands_s
    site.repair_wait += begin - asked
    site.repairs += 1.0
    out: float = begin + wall
    return out


@compiled
def swap(c: Config, r: int, t: float) -> None:
    """Rack r, broken, is held by a job or the pool: another takes its place, or the job waits."""
    s, j = cold_at(c, r).site, rack_at(c, r).owner
    new = one_for(c, s, r)
    if j == POOL:
        site_at(c, s).pool_head = unlink(c, site_at(c, s).pool_head, r)
        if new < 0:
            site_at(c, s).pool -= 1
    elif new < 0:
        note(c, t, L_REQUEUE, s, job_at(c, j).serial, job_at(c, j).racks, site_at(c, s).raw_w)
        requeue(c, j)
        return
    else:
        job_at(c, j).head = unlink(c, job_at(c, j).head, r)
    old_row = rack_at(c, r).row
    row_at(c, old_row).busy -= 1
    out_of_service(c, r)
    if new >= 0:
        w = rack_at(c, new).row
        pull_free(c, new)
        row_at(c, w).busy += 1
        if j == POOL:
            site_at(c, s).pool_head = link(c, site_at(c, s).pool_head, new, POOL)
        else:
            job_at(c, j).head = link(c, job_at(c, j).head, new, j)
        lend(c, w)
    lend(c, old_row)


@compiled
def strike_rack(c: Config, r: int, k: int, t: float, breaks: bool) -> None:
    """Class k hits rack r; `breaks` if the rack goes out of service by it."""
    owner, kind = rack_at(c, r).owner, failure_at(c, k)
    if owner == OUT:
        if breaks:
            rack_at(c, r).out += 1
        return
    if owner >= 0:
        kind.lost_jobs += 1.0
        strike(c, owner, kind.detect, kind.rollback)
    elif owner == POOL:
        site_at(c, cold_at(c, r).site).lost_pool += kind.detect + c.serve_restart_s
    if not breaks:
        return
    rack_at(c, r).out += 1
    if owner == FREE:
        pull_free(c, r)
        out_of_service(c, r)
        lend(c, rack_at(c, r).row)
    else:
        swap(c, r, t)
        if owner == POOL:
            pool_power(c, cold_at(c, r).site)


@compiled
def fail(c: Config, k: int, r: int, t: float) -> None:
    """Class k strikes at rack r, whose site stands at time t."""
    kind, s = failure_at(c, k), cold_at(c, r).site
    kind.hits += 1.0
    c.failures += 1.0
    note(c, t, L_FAILURE, s, float(k), max(1, kind.blast), site_at(c, s).raw_w)
    if kind.blast == JOB:
        kind.lost_jobs += 1.0
        strike(c, rack_at(c, r).owner, kind.detect, kind.rollback)
        return
    repair = uniform(c, REPAIR) < kind.repair_share
    done = repaired_at(c, s, k, t) if repair else 0.0
    if kind.blast == TRAY:
        if repair:
            rack_at(c, r).down += 1
            heaps.push_return(c, done, r, 1, TRAY_BACK)
        breaks = repair and rack_at(c, r).down == c.spare_trays + 1
        strike_rack(c, r, k, t, breaks)
        return
    site = site_at(c, s)
    first = site.first + (r - site.first) // kind.blast * kind.blast
    count = min(kind.blast, site.first + site.racks - first)
    for i in range(first, first + count):
        strike_rack(c, i, k, t, repair)
    if repair:
        heaps.push_return(c, done, first, count, RACKS_BACK)


@compiled
def lemon_strike(c: Config, r: int) -> None:
    """A rack that fails often has failed again: after some strikes its parts are changed."""
    cold_at(c, r).strikes += 1
    if cold_at(c, r).strikes >= c.lemon_strikes:
        at = cold_at(c, r).lemon
        c.lemons -= 1
        last = cold_at(c, c.lemons).lemons
        cold_at(c, at).lemons = last
        cold_at(c, last).lemon = at
        cold_at(c, r).lemon = -1
        cold_at(c, r).strikes = 0


@compiled
def back(c: Config, r: int, what: int) -> None:
    """One reason for which rack r was out is gone."""
    rack = rack_at(c, r)
    if what == MAINTAINED:
        rack.drain = 0
        site_at(c, row_at(c, rack.row).site).drained -= 1
    if what == TRAY_BACK:
        rack.down -= 1
        if cold_at(c, r).lemon < 0 and c.lemons < c.racks and uniform(c, OTHER) < c.lemon_new:
            cold_at(c, c.lemons).lemons = r
            cold_at(c, r).lemon = c.lemons
            c.lemons += 1
        if rack.down != c.spare_trays:
            return
    rack.out -= 1
    if rack.out > 0 or rack.owner != OUT:
        return
    site_at(c, row_at(c, rack.row).site).out -= 1
    push_free(c, r)
    lend(c, rack.row)


@compiled
def returns(c: Config, t: float) -> int:
    """The earliest return from repair happens; returns the site, which stands at time t."""
    what, first, count = repair_at(c, 0).what, repair_at(c, 0).first, repair_at(c, 0).count
    heaps.pop_return(c)
    for r in range(first, first + count):
        back(c, r, what)
    s: int = cold_at(c, first).site
    note(c, t, L_RETURN, s, 0.0, count, site_at(c, s).raw_w)
    return s


@compiled
def maintain(c: Config, r: int, t: float) -> None:
    """Planned work on rack r: now if it is free or can be swapped, else it stays for the next turn.

    A job that holds it goes on; the rack goes out when the job leaves it.
    """
    owner = rack_at(c, r).owner
    if owner == OUT:
        return
    if owner != FREE:
        if one_for(c, cold_at(c, r).site, r) < 0 or owner >= 0:
            rack_at(c, r).drain = 1
            return
        rack_at(c, r).out += 1
        swap(c, r, t)
    else:
        rack_at(c, r).out += 1
        pull_free(c, r)
        out_of_service(c, r)
        lend(c, rack_at(c, r).row)
    rack_at(c, r).drain = 2
    site_at(c, cold_at(c, r).site).drained += 1
    c.maintained += 1
    heaps.push_return(c, t + c.maintenance_s, r, 1, MAINTAINED)
