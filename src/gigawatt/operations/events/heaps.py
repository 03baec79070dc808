"""Heaps: the next event of each site by the site's clock; returns from repair by time."""

from __future__ import annotations

from gigawatt.operations.events.jit import compiled
from gigawatt.operations.events.state import (
    Config,
    heap_at,
    job_at,
    repair_at,
    site_at,
)


@compiled
def _up(c: Config, base: int, i: int) -> None:
    j = heap_at(c, base + i).v
    key = job_at(c, j).key
    while i > 0:
        p = (i - 1) >> 1
        other = heap_at(c, base + p).v
        if job_at(c, other).key <= key:
            break
        heap_at(c, base + i).v = other
        job_at(c, other).place = i
        i = p
    heap_at(c, base + i).v = j
    job_at(c, j).place = i


@compiled
def _down(c: Config, base: int, n: int, i: int) -> None:
    j = heap_at(c, base + i).v
    key = job_at(c, j).key
    while True:
        m = 2 * i + 1
        if m >= n:
            break
        if (
            m + 1 < n
            and job_at(c, heap_at(c, base + m + 1).v).key < job_at(c, heap_at(c, base + m).v).key
        ):
            m += 1
        other = heap_at(c, base + m).v
        if job_at(c, other).key >= key:
            break
        heap_at(c, base + i).v = other
        job_at(c, other).place = i
        i = m
    heap_at(c, base + i).v = j
    job_at(c, j).place = i


@compiled
def push(c: Config, s: int, j: int) -> None:
    """Job j, with its key set, enters the events of site s."""
    site = site_at(c, s)
    heap_at(c, site.first + site.heap_n).v = j
    site.heap_n += 1
    _up(c, site.first, site.heap_n - 1)


@compiled
def rekey(c: Config, s: int, j: int, key: float) -> None:
    """The next event of job j moves."""
    site = site_at(c, s)
    later = key > job_at(c, j).key
    job_at(c, j).key = key
    if later:
        _down(c, site.first, site.heap_n, job_at(c, j).place)
    else:
        _up(c, site.first, job_at(c, j).place)


@compiled
def drop(c: Config, s: int, j: int) -> None:
    """Job j leaves the events of site s."""
    site = site_at(c, s)
    i = job_at(c, j).place
    site.heap_n -= 1
    if i == site.heap_n:
        return
    last = heap_at(c, site.first + site.heap_n).v
    heap_at(c, site.first + i).v = last
    job_at(c, last).place = i
    _down(c, site.first, site.heap_n, i)
    _up(c, site.first, job_at(c, last).place)


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
