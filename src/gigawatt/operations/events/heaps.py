"""Heaps: the next event of each tier of a site by its clock; returns from repair by time."""

from __future__ import annotations

from gigawatt.operations.events.access import (
    heap_at,
    job_at,
    repair_at,
    tier_at,
)
from gigawatt.operations.events.jit import compiled
from gigawatt.operations.events.state import (
    Config,
)


@compiled
def _put(c: Config, at: int, i: int, j: int, key: float) -> None:
    """Job j stands at place i of its heap, which is entry `at` of all."""
    heap_at(c, at).v = j
    heap_at(c, at).key = key
    job_at(c, j).place = i


@compiled
def _up(c: Config, base: int, i: int, j: int, key: float) -> None:
    """Job j goes up from place i, which is empty, to where its key belongs."""
    while i > 0:
        p = (i - 1) >> 1
        other = heap_at(c, base + p)
        if other.key <= key:
            break
        _put(c, base + i, i, other.v, other.key)
        i = p
    _put(c, base + i, i, j, key)


@compiled
def _down(c: Config, base: int, n: int, i: int, j: int, key: float) -> None:
    """Job j goes down from place i, which is empty, to where its key belongs."""
    while True:
        m = 2 * i + 1
        if m >= n:
            break
        if m + 1 < n and heap_at(c, base + m + 1).key < heap_at(c, base + m).key:
            m += 1
        other = heap_at(c, base + m)
        if other.key >= key:
            break
        _put(c, base + i, i, other.v, other.key)
        i = m
    _put(c, base + i, i, j, key)


@compiled
def push(c: Config, s: int, j: int) -> None:
    """Job j, with its key set, enters the events of site s."""
    tier = tier_at(c, s, job_at(c, j).tier)
    tier.heap_n += 1
    _up(c, tier.heap, tier.heap_n - 1, j, job_at(c, j).key)


@compiled
def rekey(c: Config, s: int, j: int, key: float) -> None:
    """The next event of job j moves."""
    job = job_at(c, j)
    tier = tier_at(c, s, job.tier)
    later = key > job.key
    job.key = key
    if later:
        _down(c, tier.heap, tier.heap_n, job.place, j, key)
    else:
        _up(c, tier.heap, job.place, j, key)


@compiled
def drop(c: Config, s: int, j: int) -> None:
    """Job j leaves the events of site s."""
    tier = tier_at(c, s, job_at(c, j).tier)
    i = job_at(c, j).place
    tier.heap_n -= 1
    if i == tier.heap_n:
        return
    last = heap_at(c, tier.heap + tier.heap_n)
    j, key = last.v, last.key
    _down(c, tier.heap, tier.heap_n, i, j, key)
    _up(c, tier.heap, job_at(c, j).place, j, key)


@compiled
def _copy(c: Config, source: int, target: int) -> None:
    """One return from repair takes the place of another."""
    a, b = repair_at(c, source), repair_at(c, target)
    b.at, b.first, b.count, b.what = a.at, a.first, a.count, a.what


@compiled
def push_return(c: Config, at: float, first: int, count: int, what: int) -> None:
    """Racks first … first + count come back at a time."""
    if c.repairs_n >= c.repair_room:
        c.failed = 2
        return
    i = c.repairs_n
    c.repairs_n += 1
    while i > 0:
        p = (i - 1) >> 1
        if repair_at(c, p).at <= at:
            break
        _copy(c, p, i)
        i = p
    repair_at(c, i).at = at
    repair_at(c, i).first = first
    repair_at(c, i).count = count
    repair_at(c, i).what = what


@compiled
def pop_return(c: Config) -> None:
    """Take the earliest return off the heap."""
    c.repairs_n -= 1
    n = c.repairs_n
    at = repair_at(c, n).at
    i = 0
    while True:
        k = 2 * i + 1
        if k >= n:
            break
        if k + 1 < n and repair_at(c, k + 1).at < repair_at(c, k).at:
            k += 1
        if repair_at(c, k).at >= at:
            break
        _copy(c, k, i)
        i = k
    _copy(c, n, i)
