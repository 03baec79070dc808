"""The inference pool of a site: follows its demand hour by hour, with head-room.

Requests are never events: the pool holds racks for the demand of the hour, draws power for it, and
falls short by what it does not get.
"""

from __future__ import annotations

import math

from gigawatt.operations.events.access import (
    curve_at,
    rack_at,
    site_at,
)
from gigawatt.operations.events.jit import compiled
from gigawatt.operations.events.jobs import preempt
from gigawatt.operations.events.place import leave_all, take
from gigawatt.operations.events.power import draw
from gigawatt.operations.events.state import (
    POOL,
    Config,
)


@compiled
def pool_power(c: Config, s: int) -> None:
    """Power of the pool of site s follows its load."""
    site = site_at(c, s)
    now = min(site.pool_load, float(site.pool)) * c.serve_w
    draw(c, s, -1, now - site.pool_w, False)
    site.pool_w = now


@compiled
def resize(c: Config, s: int, t: float) -> None:
    """The pool of site s follows the demand of the hour that begins at t."""
    site = site_at(c, s)
    if site.pool_peak <= 0.0:
        return
    at = t / 3600.0 + site.hour_shift
    hour = int(at + 1e-6)
    part = max(0.0, at - hour)  # of the way to the next hour
    now, then = curve_at(c, hour % c.curve_n).v, curve_at(c, (hour + 1) % c.curve_n).v
    site.pool_load = site.pool_peak * (now + part * (then - now))
    wanted = min(site.pool_load * (1.0 + c.headroom), max(site.pool_load, site.pool_most))
    site.pool_target = math.ceil(wanted)
    need = site.pool_target - site.pool
    if need > 0:
        while site.usable < need and site.young >= 0:
            preempt(c, site.young, t)
        got = min(need, site.usable)
        if got > 0:
            head = take(c, s, got, site.pool_head, POOL)
            site.pool_head = head
            site.pool += got
    surplus = site.pool - site.pool_target
    if surplus > 0:
        last = first = site.pool_head
        for _ in range(surplus - 1):
            last = rack_at(c, last).next
        site.pool_head = rack_at(c, last).next
        if site.pool_head >= 0:
            rack_at(c, site.pool_head).prev = -1
        rack_at(c, last).next = -1
        site.pool = site.pool_target
        leave_all(c, first)
    pool_power(c, s)
