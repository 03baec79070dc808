"""Waiting jobs of a fleet: lists by priority and size, each in order of rank."""

from __future__ import annotations

from gigawatt.operations.events.access import (
    job_at,
    line_at,
)
from gigawatt.operations.events.jit import compiled
from gigawatt.operations.events.queue import list_of
from gigawatt.operations.events.state import (
    SIZES,
    Config,
)


@compiled
def queue_of(priority: int, racks: int) -> int:
    """List in which a job waits."""
    return priority * SIZES + min(list_of(float(racks)), SIZES - 1)


@compiled
def insert(c: Config, k: int, j: int) -> None:
    """Put job j into list k before all of higher rank.

    New jobs rank last; old ones that come back rank early and are searched from the head.
    """
    line, job = line_at(c, k), job_at(c, j)
    after = line.tail
    if after >= 0 and job_at(c, after).rank > job.rank:
        before = line.head
        while job_at(c, before).rank < job.rank:
            before = job_at(c, before).queue_next
        after = job_at(c, before).queue_prev
    else:
        before = -1
    job.queue_prev, job.queue_next = after, before
    if after < 0:
        line.head = j
    else:
        job_at(c, after).queue_next = j
    if before < 0:
        line.tail = j
    else:
        job_at(c, before).queue_prev = j


@compiled
def remove(c: Config, k: int, j: int) -> None:
    """Take job j out of list k."""
    line, job = line_at(c, k), job_at(c, j)
    before, after = job.queue_prev, job.queue_next
    if before < 0:
        line.head = after
    else:
        job_at(c, before).queue_next = after
    if after < 0:
        line.tail = before
    else:
        job_at(c, after).queue_prev = before
