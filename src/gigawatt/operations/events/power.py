"""Power and the clocks of a site: exact between events.

Raw power is idle power of all racks plus what jobs and the pool draw above it. Under a cap that
binds, work is slowed by tier: tier 3 first, down to what it tolerates, then tiers 2 and 1; the pool
and jobs of tier 0 come last. If that is not enough the same order goes on below what is tolerated.
With dynamic power cut to the share x, work goes on at x^e, and each tier has a clock of its own. A
pool that is slowed loses its head-room first. Racks cannot draw less than when idle and a little
more: a cap below that is not held, and the power shows it.
"""

from __future__ import annotations

from gigawatt.operations.events.access import (
    energy_at,
    heap_at,
    next_at,
    site_at,
    tier_at,
)
from gigawatt.operations.events.jit import compiled
from gigawatt.operations.events.state import (
    Config,
)

LEAST_DYNAMIC = 0.05  # share of dynamic power below which no cap can push


@compiled
def capped_w(c: Config, s: int) -> float:
    """Power of site s whose raw power is above its cap."""
    site = site_at(c, s)
    idle = site.racks * c.idle_w
    out: float = max(site.cap_w, idle + LEAST_DYNAMIC * (site.raw_w - idle))
    return out


@compiled
def fall_behind(c: Config, s: int, dt: float) -> None:
    """Clocks of the slowed tiers of site s fall behind time, which goes on by dt."""
    for k in range(c.tiers):
        tier = tier_at(c, s, k)
        tier.lag += dt * (1.0 - tier.speed)
        site_at(c, s).t_throttled += dt * tier.busy * (1.0 - tier.speed)


@compiled
def dynamic_w(c: Config, s: int, k: int) -> float:
    """Power of tier k of site s above idle, at full speed."""
    own = tier_at(c, s, k).w + (site_at(c, s).pool_w if k == 0 else 0.0)
    out: float = max(own, 0.0)
    return out


@compiled
def pace_tiers(c: Config, s: int) -> None:
    """Speed of each tier under the cap of site s."""
    site = site_at(c, s)
    if site.raw_w <= site.cap_w:
        if site.slow == 1:
            for k in range(c.tiers):
                tier_at(c, s, k).speed = 1.0
            site.slow = 0
        return
    site.slow = 1
    over = site.raw_w - capped_w(c, s)
    for k in range(c.tiers - 1, -1, -1):  # what each tier tolerates
        tier = tier_at(c, s, k)
        has = dynamic_w(c, s, k)
        less = min(over, tier.gives * has)
        tier.speed = 1.0 - less / has if has > 0.0 else 1.0  # share of dynamic power, for now
        over -= less
    for k in range(c.tiers - 1, -1, -1):  # and then what can be had
        tier = tier_at(c, s, k)
        has = dynamic_w(c, s, k)
        less = min(over, max(0.0, tier.speed - LEAST_DYNAMIC) * has)
        if has > 0.0:
            tier.speed -= less / has
        over -= less
        tier.speed = tier.speed**c.cap_exponent


@compiled
def settle(c: Config, s: int, t: float) -> None:
    """Carry site s to time t: energy, clock, times by state."""
    site = site_at(c, s)
    dt = t - site.now
    if dt <= 0.0:
        return
    watts = site.raw_w
    if watts > site.cap_w:
        watts = capped_w(c, s)
        served = min(site.pool_load, float(site.pool))
        site.t_pool_slow += dt * max(0.0, served - site.pool * tier_at(c, s, 0).speed)
    step = watts - site.last_w  # all that happened at one moment together
    site.drop_w = max(site.drop_w, -step)
    site.rise_w = max(site.rise_w, step)
    site.peak_w = max(site.peak_w, watts)
    site.last_w = watts
    bin_s = c.bin_s
    at = site.now
    b = int(at / bin_s)
    while True:
        edge = (b + 1) * bin_s
        if edge >= t:
            energy_at(c, s, b).v += watts * (t - at)
            break
        energy_at(c, s, b).v += watts * (edge - at)
        at = edge
        b += 1
    site.joule += watts * dt
    if site.slow == 1:
        fall_behind(c, s, dt)
    site.t_free += dt * site.free
    site.t_stranded += dt * (site.free - site.usable)
    site.t_busy += dt * site.busy
    site.t_out += dt * (site.out - site.drained)
    site.t_maintenance += dt * site.drained
    site.t_pool += dt * site.pool
    site.t_pool_idle += dt * max(0.0, site.pool - site.pool_load)
    site.t_short += dt * max(0.0, site.pool_load - site.pool)
    site.now = t


@compiled
def refresh(c: Config, s: int) -> None:
    """Speeds of the clocks and time of the next event of site s, after any change."""
    site = site_at(c, s)
    pace_tiers(c, s)
    soonest = 1e300
    for k in range(c.tiers):
        tier = tier_at(c, s, k)
        if tier.heap_n > 0:
            at = heap_at(c, tier.heap).key + tier.lag
            if site.slow == 1:
                at = site.now + (at - site.now) / tier.speed
            if at < soonest:
                soonest = at
                site.next_tier = k
    next_at(c, s).v = max(site.now, soonest)


@compiled
def draw(c: Config, s: int, tier: int, change_w: float, failure: bool) -> None:
    """Power of a tier of site s changes at the site's present time; tier -1 is the pool."""
    site = site_at(c, s)
    site.raw_w += change_w
    if tier >= 0:
        tier_at(c, s, tier).w += change_w
    if -change_w > c.drop_above_w:
        if failure:
            c.drops_failure += 1.0
        else:
            c.drops_end += 1.0
