"""Waiting jobs as doubly linked lists, one a power of two of size, each in order of rank.

The rank of a job is its place in the line; among lists the lowest rank goes first. A pass for the
first job that fits then looks at one job a list, not at the whole queue.

`links` is an int64 array (2, jobs): next and previous; `ends` is (2, LISTS): heads and tails;
-1 means none. Jobs must be appended in order of rank, or put in by `insert_by_rank`.
"""

from __future__ import annotations

from gigawatt.operations.events.jit import compiled
from gigawatt.quantity.arrays import Array, IntArray

LISTS = 40
NEXT, PREVIOUS = 0, 1
HEAD, TAIL = 0, 1


@compiled
def list_of(size: float) -> int:
    """List that jobs of a size wait in: the power of two at or below it; 0 for less than 2."""
    k = 0
    s = size
    while s >= 2.0 and k < LISTS - 1:
        s *= 0.5
        k += 1
    return k


@compiled
def append(links: IntArray, ends: IntArray, k: int, job: int) -> None:
    """Put a job at the end of list k."""
    last = ends[TAIL, k]
    links[PREVIOUS, job] = last
    links[NEXT, job] = -1
    if last < 0:
        ends[HEAD, k] = job
    else:
        links[NEXT, last] = job
    ends[TAIL, k] = job


@compiled
def insert_by_rank(links: IntArray, ends: IntArray, k: int, job: int, rank: IntArray) -> None:
    """Put a job into list k before all of higher rank, searched from the end."""
    after = ends[TAIL, k]
    while after >= 0 and rank[after] > rank[job]:
        after = links[PREVIOUS, after]
    before = ends[HEAD, k] if after < 0 else links[NEXT, after]
    links[PREVIOUS, job] = after
    links[NEXT, job] = before
    if after < 0:
        ends[HEAD, k] = job
    else:
        links[NEXT, after] = job
    if before < 0:
        ends[TAIL, k] = job
    else:
        links[PREVIOUS, before] = job


@compiled
def remove(links: IntArray, ends: IntArray, k: int, job: int) -> None:
    """Take a job out of list k."""
    before, after = links[PREVIOUS, job], links[NEXT, job]
    if before < 0:
        ends[HEAD, k] = after
    else:
        links[NEXT, before] = after
    if after < 0:
        ends[TAIL, k] = before
    else:
        links[PREVIOUS, after] = before


@compiled
def first(ends: IntArray, rank: IntArray) -> int:
    """Job at the head of the line, or -1."""
    best = -1
    for k in range(LISTS):
        job = ends[HEAD, k]
        if job >= 0 and (best < 0 or rank[job] < rank[best]):
            best = job
    return best


@compiled
def first_that_may(
    links: IntArray,
    ends: IntArray,
    rank: IntArray,
    size: Array,
    limit: Array,
    free: float,
    window: float,
    extra: float,
) -> int:
    """First job in line that fits `free` and ends within `window` or takes no more than `extra`.

    Parameters
    ----------
    size, limit : (jobs,) of the jobs.
    free : what is free now.
    window : time until the head's reservation begins; inf if there is none.
    extra : what stays free when the head has started; negative for none.
    """
    best = -1
    for k in range(list_of(free) + 1):
        job = ends[HEAD, k]
        while job >= 0 and (best < 0 or rank[job] < rank[best]):
            if size[job] <= free and (limit[job] <= window or size[job] <= extra):
                best = job
                break
            job = links[NEXT, job]
    return best
