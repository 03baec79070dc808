"""Power and the clock of a site: exact between events.

Raw power is idle power of all racks plus what jobs and the pool draw above it. A cap that binds
slows all jobs of the site alike: with dynamic power cut to the share x, work goes on at x^e.
"""

from __future__ import annotations

from gigawatt.operations.events.jit import compiled
from gigawatt.operations.events.state import (
    Config,
    energy_at,
    heap_at,
    job_at,
    next_at,
    site_at,
)


@compiled
def settle(c: Config, s: int, t: float) -> None:
    """Carry site s to time t: energy, clock, times by state."""
    site = site_at(c, s)
    dt = t - site.now
    if dt <= 0.0:
        return
    watts = min(site.raw_w, site.cap_w)
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
    site.clock += dt * site.speed
    site.t_free += dt * site.free
    site.t_stranded += dt * (site.free - site.usable)
    site.t_busy += dt * site.busy
    site.t_out += dt * (site.out - site.drained)
    site.t_maintenance += dt * site.drained
    site.t_pool += dt * site.pool
    site.t_pool_idle += dt * max(0.0, site.pool - site.pool_load)
    site.t_short += dt * max(0.0, site.pool_load - site.pool)
    site.t_throttled += dt * site.busy * (1.0 - site.speed)
    site.now = t


@compiled
def refresh(c: Config, s: int) -> None:
    """Speed of the clock and time of the next event of site s, after any change."""
    site = site_at(c, s)
    if site.raw_w > site.cap_w:
        idle = site.racks * c.idle_w
        share = max(0.05, (site.cap_w - idle) / max(site.raw_w - idle, 1.0))
        site.speed = share**c.cap_exponent
    else:
        site.speed = 1.0
    soonest = 1e300
    if site.heap_n > 0:
        key = job_at(c, heap_at(c, site.first).v).key
        soonest = max(site.now, site.now + (key - site.clock) / site.speed)
    next_at(c, s).v = soonest


@compiled
def draw(c: Config, s: int, change_w: float, failure: bool) -> None:
    """Power of site s changes at its present time."""
    site = site_at(c, s)
    site.raw_w += change_w
    if -change_w > c.drop_above_w:
        if failure:
            c.drops_failure += 1.0
        else:
            c.drops_end += 1.0
