"""Replays a list of jobs on nodes of GPUs: a job that fits one node is put on one.

A job asks for `per` GPUs on each of `many` nodes and `rest` on one more; a share of a GPU goes onto
one GPU beside other shares. Each part goes to the node that it fits most tightly, so that whole
nodes stay free for large jobs. What counts alone cannot see follows: eight jobs of 5 GPUs need
eight nodes of 8.

The policies fifo, easy and first-fit are those of `replay`. The reservation of easy lets running
jobs leave in the order of their limits until the head fits on nodes; a later job may start if it
ends before, or if the head still fits at that time beside it.
"""

from __future__ import annotations

import numpy as np

from gigawatt.errors import InputError
from gigawatt.operations.events import queue
from gigawatt.operations.events.jit import compiled
from gigawatt.operations.events.nodes import check_fits, parts_of
from gigawatt.operations.events.replay import (
    EASY,
    FIFO,
    POLICIES,
    Replayed,
    drop,
    insert,
)
from gigawatt.quantity.arrays import Array, IntArray

SLACK = 1e-9  # of a share of a GPU
PACKED = ("fifo", "easy", "first-fit")


def replay_packed(
    submit_s: Array, run_s: Array, limit_s: Array, size: Array, nodes: Array, node_gpus: IntArray,
    policy: str = "easy", priority: Array | None = None, turnaround_s: float = 0.0,
    horizon_s: float = np.inf,
) -> Replayed:  # fmt: skip
    """Run the jobs of a list on nodes; arrays are (J,) but `node_gpus`.

    Parameters
    ----------
    submit_s, run_s, limit_s, size, priority, turnaround_s, horizon_s : as for `replay`.
    nodes : of each job as the trace names them; NaN where it does not.
    node_gpus : (N,) GPUs of each node.
    policy : a name of `PACKED`.

    Raises
    ------
    InputError : a policy that knows no nodes, or a job that fits on no empty cluster.
    """
    if policy not in PACKED:
        raise InputError(
            f"policy {policy!r} counts nodes only; on nodes of GPUs there are {', '.join(PACKED)}"
        )
    submit = np.asarray(submit_s, dtype=float)
    limit = np.where(np.isnan(limit_s), run_s, limit_s)
    order = np.argsort(submit, kind="stable")
    rank = np.empty(len(order), dtype=np.int64)
    first = order if priority is None else np.lexsort((submit, -np.asarray(priority)))
    rank[first] = np.arange(len(order))
    ask = parts_of(np.asarray(size, dtype=float), np.asarray(nodes, dtype=float),
                   int(node_gpus.max()))  # fmt: skip
    check_fits(ask, size, node_gpus)
    start, end, events = _replay(
        submit[order], np.asarray(run_s)[order] + turnaround_s, limit[order],
        np.asarray(size, dtype=float)[order], ask[order], rank[order], node_gpus,
        POLICIES[policy], float(horizon_s),
    )  # fmt: skip
    started, ended = np.empty_like(start), np.empty_like(end)
    started[order], ended[order] = start, end
    return Replayed(started, ended, int(events))


@compiled
def _may(count: IntArray, ask: IntArray, share: float, left: Array, shared: int) -> bool:
    """Whether a job fits: `count` nodes by free GPUs, `left` of the GPUs that are shared."""
    if ask[0] == 0:
        for i in range(shared):
            if left[i] >= share - SLACK:
                return True
        return bool(count[1:].any())
    have = beside = 0
    for k in range(min(ask[0], max(ask[2], 1)), len(count)):
        if k >= ask[0]:
            have += count[k]
        if k >= ask[2]:
            beside += count[k]
    return bool(have >= ask[1] and (ask[2] == 0 or beside > ask[1]))


@compiled
def _unlink(node: int, k: int, head: IntArray, links: IntArray) -> None:
    """Take a node out of the list of those with k free GPUs."""
    before, after = links[0, node], links[1, node]
    if before < 0:
        head[k] = after
    else:
        links[1, before] = after
    if after >= 0:
        links[0, after] = before


@compiled
def _link(node: int, k: int, head: IntArray, links: IntArray) -> None:
    """Put a node first among those with k free GPUs."""
    after = head[k]
    links[0, node], links[1, node] = -1, after
    if after >= 0:
        links[0, after] = node
    head[k] = node


@compiled
def _pick(need: int, free: IntArray, count: IntArray, head: IntArray, links: IntArray) -> int:
    """Take the node that `need` GPUs fit most tightly out of its list."""
    k = need
    while head[k] < 0:
        k += 1
    node: int = head[k]
    _unlink(node, k, head, links)
    count[k] -= 1
    free[node] -= need
    return node


@compiled
def _back(
    node: int, by: int, free: IntArray, count: IntArray, head: IntArray, links: IntArray
) -> None:
    """So many GPUs of a node become free."""
    _unlink(node, free[node], head, links)
    count[free[node]] -= 1
    free[node] += by
    count[free[node]] += 1
    _link(node, free[node], head, links)


@compiled
def _place(
    ask: IntArray, share: float, where: IntArray, free: IntArray, count: IntArray, head: IntArray,
    links: IntArray, left: Array, on: IntArray, shared: int,
) -> int:  # fmt: skip
    """Put a job onto nodes, written to `where`; returns how many shared GPUs there ever were.

    A share writes its node and its place among shared GPUs; `left` of those in no use is -1.
    """
    if ask[0] > 0:
        parts = ask[1] + (1 if ask[2] > 0 else 0)
        for i in range(parts):
            need = ask[0] if i < ask[1] else ask[2]
            where[i] = _pick(need, free, count, head, links)
        for i in range(parts):  # only now, so that no node is taken twice
            count[free[where[i]]] += 1
            _link(where[i], free[where[i]], head, links)
        return shared
    best = idle = -1
    for i in range(shared):
        if left[i] < 0.0:
            idle = i
        elif left[i] >= share - SLACK and (best < 0 or left[i] < left[best]):
            best = i
    if best < 0:
        node = _pick(1, free, count, head, links)
        count[free[node]] += 1
        _link(node, free[node], head, links)
        best = idle
        if best < 0:
            best = shared
            shared += 1
        left[best], on[best] = 1.0, node
    left[best] = max(0.0, left[best] - share)
    where[0], where[1] = on[best], best
    return shared


@compiled
def _release(
    ask: IntArray, share: float, where: IntArray, free: IntArray, count: IntArray, head: IntArray,
    links: IntArray, left: Array,
) -> None:  # fmt: skip
    """A job leaves its nodes."""
    if ask[0] > 0:
        for i in range(ask[1]):
            _back(where[i], ask[0], free, count, head, links)
        if ask[2] > 0:
            _back(where[ask[1]], ask[2], free, count, head, links)
        return
    left[where[1]] += share
    if left[where[1]] > 1.0 - 1e-6:
        left[where[1]] = -1.0
        _back(where[0], 1, free, count, head, links)


@compiled
def _count_change(free: IntArray, count: IntArray, node: int, by: int) -> None:
    """A node has more or fewer free GPUs, in a picture of the future."""
    count[free[node]] -= 1
    free[node] += by
    count[free[node]] += 1


@compiled
def _picture(
    ask: IntArray, share: float, where: IntArray, sign: int, free: IntArray, count: IntArray,
    left: Array,
) -> None:  # fmt: skip
    """A job leaves (sign 1), or stays longer (-1), in a picture of the future.

    A GPU that a share alone would hold counts as taken; one that ends with no share as free.
    """
    if ask[0] > 0:
        for i in range(ask[1]):
            _count_change(free, count, where[i], sign * ask[0])
        if ask[2] > 0:
            _count_change(free, count, where[ask[1]], sign * ask[2])
        return
    gpu = where[1]
    if sign > 0:
        left[gpu] += share
        if left[gpu] > 1.0 - 1e-6:
            left[gpu] = -1.0
            _count_change(free, count, where[0], 1)
    else:
        if left[gpu] < 0.0:
            left[gpu] = 1.0
            _count_change(free, count, where[0], -1)
        left[gpu] -= share


@compiled
def _reserve(
    top: int, ask: IntArray, size: Array, first: IntArray, where: IntArray, due_key: Array,
    due_who: IntArray, running: int, free: IntArray, count: IntArray, left: Array, shared: int,
) -> float:  # fmt: skip
    """When the head fits if running jobs leave at their limits; the arrays become that picture."""
    shadow, i = np.inf, 0
    while i < running:
        shadow = due_key[i]
        while i < running and due_key[i] <= shadow:
            j = due_who[i]
            _picture(ask[j], size[j], where[first[j] : first[j + 1]], 1, free, count, left)
            i += 1
        if _may(count, ask[top], size[top], left, shared):
            break
    return float(shadow)


@compiled
def _behind(
    top: int, wait: float, lines: IntArray, ends: IntArray, rank: IntArray, limit: Array,
    ask: IntArray, size: Array, first: IntArray, where: IntArray, free: IntArray, count: IntArray,
    head: IntArray, links: IntArray, left: Array, on: IntArray, shared: int, then_free: IntArray,
    then_count: IntArray, then_left: Array,
) -> tuple[int, int]:  # fmt: skip
    """First job in line that may start before the head, or -1; and the count of shared GPUs.

    Parameters
    ----------
    top : the head of the line, which does not fit now.
    wait : until it will; inf where nothing is reserved.
    """
    best = -1
    for k in range(queue.LISTS):
        j = ends[queue.HEAD, k]
        while j >= 0 and (best < 0 or rank[j] < rank[best]):
            if j != top and _may(count, ask[j], size[j], left, shared):
                beside = limit[j] <= wait
                if not beside:  # put there for a moment: does the head still fit in its time?
                    spot = where[first[j] : first[j + 1]]
                    shared = _place(ask[j], size[j], spot, free, count, head, links, left, on,
                                    shared)  # fmt: skip
                    _picture(ask[j], size[j], spot, -1, then_free, then_count, then_left)
                    beside = _may(then_count, ask[top], size[top], then_left, shared)
                    _picture(ask[j], size[j], spot, 1, then_free, then_count, then_left)
                    _release(ask[j], size[j], spot, free, count, head, links, left)
                if beside:
                    best = j
                    break
            j = lines[queue.NEXT, j]
    return best, shared


@compiled
def _spots(ask: IntArray) -> IntArray:
    """Where the nodes of each job are written, and the end of all."""
    first = np.zeros(len(ask) + 1, dtype=np.int64)
    for j in range(len(ask)):
        first[j + 1] = first[j] + max(2, ask[j, 1] + 1)
    return first


@compiled
def _empty(node_gpus: IntArray) -> tuple[IntArray, IntArray, IntArray, IntArray]:
    """Free GPUs of each node, nodes by free GPUs, and the heads and links of their lists."""
    nodes, most = len(node_gpus), node_gpus.max()
    free, count = node_gpus.copy(), np.zeros(most + 1, dtype=np.int64)
    head, links = np.full(most + 1, -1, dtype=np.int64), np.full((2, nodes), -1, dtype=np.int64)
    for n in range(nodes - 1, -1, -1):
        count[free[n]] += 1
        _link(n, free[n], head, links)
    return free, count, head, links


@compiled
def _enter(
    entered: int, now: float, submit: Array, size: Array, rank: IntArray, lines: IntArray,
    ends: IntArray,
) -> int:  # fmt: skip
    """Jobs from `entered` on that have come by now join the line; how many."""
    j = entered
    while j < len(submit) and submit[j] <= now:
        queue.insert_by_rank(lines, ends, queue.list_of(size[j]), j, rank)
        j += 1
    return j - entered


@compiled
def _replay(
    submit: Array, hold: Array, limit: Array, size: Array, ask: IntArray, rank: IntArray,
    node_gpus: IntArray, policy: int, horizon: float,
) -> tuple[Array, Array, int]:  # fmt: skip
    """Event loop over jobs sorted by submission; `hold` is how long GPUs are taken."""
    jobs = len(submit)
    start, end = np.full(jobs, np.inf), np.full(jobs, np.inf)
    first = _spots(ask)
    where = np.zeros(first[jobs], dtype=np.int64)
    free, count, head, links = _empty(node_gpus)
    left, on = np.full(node_gpus.sum(), -1.0), np.full(node_gpus.sum(), -1, dtype=np.int64)
    then_free, then_count, then_left = free.copy(), count.copy(), left.copy()
    lines = np.full((2, jobs), -1, dtype=np.int64)
    ends = np.full((2, queue.LISTS), -1, dtype=np.int64)
    end_key, end_who = np.empty(jobs + 1), np.empty(jobs + 1, dtype=np.int64)
    due_key, due_who = np.empty(jobs + 1), np.empty(jobs + 1, dtype=np.int64)
    running, entered, waiting, events, past, held, shared, shadow = 0, 0, 0, 0, 0, -1, 0, np.inf
    while True:
        now = min(end_key[past] if running > 0 else np.inf,
                  submit[entered] if entered < jobs else np.inf)  # fmt: skip
        if now > horizon or now == np.inf:
            break
        while running > 0 and end_key[past] <= now:
            job, past, events, held = end_who[past], past + 1, events + 1, -1
            drop(due_key, due_who, running, start[job] + limit[job], job)
            running -= 1
            spot = where[first[job] : first[job + 1]]
            _release(ask[job], size[job], spot, free, count, head, links, left)
        come = _enter(entered, now, submit, size, rank, lines, ends)
        entered, waiting, events = entered + come, waiting + come, events + come
        while waiting > 0:
            job = queue.first(ends, rank)
            if not _may(count, ask[job], size[job], left, shared):
                if policy == FIFO:
                    break
                if policy == EASY and held != job:
                    then_free[:], then_count[:] = free, count
                    then_left[:shared] = left[:shared]
                    shadow = _reserve(job, ask, size, first, where, due_key, due_who, running,
                                      then_free, then_count, then_left, shared)  # fmt: skip
                    held = job
                wait = shadow - now if policy == EASY else np.inf
                job, shared = _behind(job, wait, lines, ends, rank, limit, ask, size, first, where,
                                      free, count, head, links, left, on, shared, then_free,
                                      then_count, then_left)  # fmt: skip
                if job < 0:
                    break
            queue.remove(lines, ends, queue.list_of(size[job]), job)
            waiting -= 1
            spot = where[first[job] : first[job + 1]]
            shared = _place(ask[job], size[job], spot, free, count, head, links, left, on, shared)
            start[job], end[job] = now, now + hold[job]
            if held >= 0 and job != held and now + limit[job] > shadow:
                _picture(ask[job], size[job], spot, -1, then_free, then_count, then_left)
            if job == held:
                held = -1
            insert(due_key, due_who, running, now + limit[job], job)
            insert(end_key[past:], end_who[past:], running, end[job], job)
            running += 1
    return start, end, events
