"""Replays a list of jobs on one pool of units: exact, one step an event.

Units are GPUs, nodes or processors; they are interchangeable, so only counts matter. At equal times
jobs end first, then enter the queue, then are scheduled.

Policies
--------
fifo      in order; the first that does not fit blocks all behind it.
easy      EASY backfill: the head gets a reservation by the limits of the running jobs; a later job
          may start if it ends before the reservation or leaves the head enough.
raps      first-fit backfill as ExaDigiT RAPS does it: running jobs are sorted by their limit and
          not by their expected end, there is no "leaves the head enough", the clock ticks in whole
          seconds and a job holds its nodes for one second more than it runs.
first-fit any that fits, in order; nothing is reserved.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from gigawatt.errors import unknown_name
from gigawatt.operations.events import queue
from gigawatt.operations.events.jit import compiled
from gigawatt.quantity.arrays import Array, IntArray

POLICIES = {"fifo": 0, "easy": 1, "raps": 2, "first-fit": 3}
FIFO, EASY, RAPS, FIRST_FIT = range(4)
RAPS_HOLD_S = 1.0  # its elapsed time is written after the completion test
SLACK = 1e-9  # of units, for shares of GPUs


@dataclass(frozen=True, slots=True)
class Replayed:
    """When each job ran.

    Attributes
    ----------
    start_s, end_s : (J,) in the order of the input; inf for what did not come by the horizon.
    events : number of job ends and submissions handled.
    """

    start_s: Array
    end_s: Array
    events: int


def replay(
    submit_s: Array,
    run_s: Array,
    limit_s: Array,
    size: Array,
    capacity: float,
    policy: str = "easy",
    priority: Array | None = None,
    turnaround_s: float = 0.0,
    horizon_s: float = np.inf,
) -> Replayed:
    """Run the jobs of a list; arrays are (J,).

    Parameters
    ----------
    submit_s, run_s, size : as in a trace; nothing larger than `capacity`.
    limit_s : time limits; NaN takes the run time (a perfect estimate).
    capacity : units of the cluster.
    policy : a name of `POLICIES`.
    priority : larger goes first; None for the order of submission.
    turnaround_s : time for which units stay taken after a job has ended.
    horizon_s : events after it are left out.

    Raises
    ------
    InputError : unknown policy.
    """
    if policy not in POLICIES:
        raise unknown_name("policy", policy, POLICIES)
    code = POLICIES[policy]
    submit = np.maximum(submit_s, 0.0) if code == RAPS else np.asarray(submit_s, dtype=float)
    if code == RAPS:
        submit = np.ceil(submit)
        turnaround_s = turnaround_s + RAPS_HOLD_S
    limit = np.where(np.isnan(limit_s), run_s, limit_s)
    order = np.argsort(submit, kind="stable")
    rank = np.empty(len(order), dtype=np.int64)
    first = order if priority is None else np.lexsort((submit, -np.asarray(priority)))
    rank[first] = np.arange(len(order))
    start, end, events = _replay(
        submit[order], np.asarray(run_s)[order] + turnaround_s, limit[order],
        np.asarray(size, dtype=float)[order], rank[order], float(capacity), code, float(horizon_s),
    )  # fmt: skip
    started, ended = np.empty_like(start), np.empty_like(end)
    started[order], ended[order] = start, end
    return Replayed(started, ended, int(events))


@compiled
def insert(key: Array, who: IntArray, n: int, value: float, job: int) -> None:
    """Put a job into arrays sorted by key, behind its equals."""
    i = n
    while i > 0 and key[i - 1] > value:
        key[i] = key[i - 1]
        who[i] = who[i - 1]
        i -= 1
    key[i] = value
    who[i] = job


@compiled
def drop(key: Array, who: IntArray, n: int, value: float, job: int) -> None:
    """Take a job out of arrays sorted by key."""
    i = np.searchsorted(key[:n], value)
    while who[i] != job:
        i += 1
    for k in range(i, n - 1):
        key[k] = key[k + 1]
        who[k] = who[k + 1]


@compiled
def _reserve(
    who: IntArray,
    n: int,
    start: Array,
    limit: Array,
    size: Array,
    free: float,
    need: float,
    now: float,
) -> tuple[float, float]:
    """When the head can start if running jobs leave in the order given, and what stays free then.

    Returns
    -------
    time until then (from now), units free beyond the head's need.
    """
    have = free
    for i in range(n):
        job = who[i]
        have += size[job]
        if have >= need - SLACK:
            shadow = start[job] + limit[job]
            k = i + 1  # all that leave at the same time are free as well
            while k < n and start[who[k]] + limit[who[k]] == shadow:
                have += size[who[k]]
                k += 1
            return shadow - now, have - need
    return np.inf, 0.0


@compiled
def _choose(
    links: IntArray, ends: IntArray, rank: IntArray, size: Array, limit: Array, start: Array,
    due: IntArray, running: int, free: float, now: float, policy: int,
) -> int:  # fmt: skip
    """Job to start now, or -1; `due` holds the running jobs in the order that the policy sorts."""
    head = queue.first(ends, rank)
    if size[head] <= free + SLACK:
        return head
    if policy == FIFO:
        return -1
    window, extra = np.inf, 0.0
    if policy != FIRST_FIT:
        window, extra = _reserve(due, running, start, limit, size, free, size[head], now)
        if policy == RAPS:
            extra = -1.0
    return queue.first_that_may(links, ends, rank, size, limit, free + SLACK, window, extra)


@compiled
def _replay(
    submit: Array,
    hold: Array,
    limit: Array,
    size: Array,
    rank: IntArray,
    capacity: float,
    policy: int,
    horizon: float,
) -> tuple[Array, Array, int]:
    """Event loop over jobs sorted by submission; `hold` is how long units are taken."""
    jobs = len(submit)
    start = np.full(jobs, np.inf)
    end = np.full(jobs, np.inf)
    links = np.full((2, jobs), -1, dtype=np.int64)
    ends = np.full((2, queue.LISTS), -1, dtype=np.int64)
    end_key, end_who = np.empty(jobs + 1), np.empty(jobs + 1, dtype=np.int64)  # by real end
    due_key, due_who = np.empty(jobs + 1), np.empty(jobs + 1, dtype=np.int64)  # as scheduled
    running, entered, waiting, events = 0, 0, 0, 0
    free, now, done_before = capacity, 0.0, 0  # the ends before done_before are past
    while True:
        next_end = end_key[done_before] if running > 0 else np.inf
        next_submit = submit[entered] if entered < jobs else np.inf
        now = min(next_end, next_submit)
        if now > horizon or now == np.inf:
            break
        while running > 0 and end_key[done_before] <= now:
            job = end_who[done_before]
            done_before += 1
            if policy in (EASY, RAPS):
                key = limit[job] if policy == RAPS else start[job] + limit[job]
                drop(due_key, due_who, running, key, job)
            running -= 1
            free += size[job]
            events += 1
        while entered < jobs and submit[entered] <= now:
            queue.insert_by_rank(links, ends, queue.list_of(size[entered]), entered, rank)
            entered += 1
            waiting += 1
            events += 1
        if running == 0:
            free = capacity  # no rounding of shares adds up
        while waiting > 0:
            job = _choose(
                links, ends, rank, size, limit, start, due_who, running, free, now, policy
            )
            if job < 0:
                break
            queue.remove(links, ends, queue.list_of(size[job]), job)
            waiting -= 1
            start[job] = now
            end[job] = now + hold[job]
            free -= size[job]
            if policy in (EASY, RAPS):
                key = limit[job] if policy == RAPS else now + limit[job]
                insert(due_key, due_who, running, key, job)
            insert(end_key[done_before:], end_who[done_before:], running, end[job], job)
            running += 1
    return start, end, events
