"""Replicas of one configuration under a trace: what numba compiles.

A step takes prompt tokens first come, first served up to the chunk of each attention rank, beside
one token of each running request, as long as running requests stay below the cap and the cache has
room; where answers outgrow it the last admitted request is put back and computed again. Steps
between two events (an end, an arrival, a full cache) differ only by the cache that is read, which
grows evenly, so that their times are summed at its mean.

Attention ranks of a replica share its load evenly. A prompt runs on one rank: what it takes there
beyond its share of the replica's time is added to its own first token, not to the others' steps.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from gigawatt.performance.inference.replay.state import Engine, Fleet, Requests
from gigawatt.performance.inference.table import decode_step_s, iteration_s, prompt_work_s
from gigawatt.quantity.arrays import Array

ROUND_ROBIN, LEAST_LOADED, PREFIX = 0, 1, 2
BLOCK = 512  # tokens of a block of a prompt
# requests over the least loaded replica's that a found prefix is worth
IMBALANCE, SLACK = 1.25, 8.0


def heap_push(key: Array, item: NDArray[np.int64], size: int, k: float, i: int) -> None:
    """Put (k, i) into a heap of `size` entries."""
    at = size
    while at > 0:
        up = (at - 1) // 2
        if key[up] <= k:
            break
        key[at], item[at] = key[up], item[up]
        at = up
    key[at], item[at] = k, i


def heap_remove(key: Array, item: NDArray[np.int64], size: int, at: int) -> None:
    """Take entry `at` out of a heap of `size` entries."""
    last = size - 1
    k, i = key[last], item[last]
    while at > 0 and key[(at - 1) // 2] > k:
        up = (at - 1) // 2
        key[at], item[at] = key[up], item[up]
        at = up
    while True:
        down = 2 * at + 1
        if down >= last:
            break
        if down + 1 < last and key[down + 1] < key[down]:
            down += 1
        if key[down] >= k:
            break
        key[at], item[at] = key[down], item[down]
        at = down
    key[at], item[at] = k, i


def touch(f: Fleet, r: int, block: int) -> None:
    """Make a block the most recently used of a replica; drop the least recent where it is full."""
    after, before = f.block_next[r], f.block_previous[r]
    root = after.size - 1
    if f.block_in[r, block]:
        after[before[block]], before[after[block]] = after[block], before[block]
    else:
        if f.blocks_held[r] >= f.blocks_most:
            old = after[root]
            after[root], before[after[old]] = after[old], root
            f.block_in[r, old] = 0
            f.blocks_held[r] -= 1
        f.block_in[r, block] = 1
        f.blocks_held[r] += 1
    last = before[root]
    after[last], before[block], after[block], before[root] = block, last, root, block


def found_blocks(f: Fleet, q: Requests, r: int, i: int) -> int:
    """Blocks at the start of a prompt that a replica holds."""
    count = 0
    for b in range(q.block_start[i], q.block_start[i + 1]):
        if not f.block_in[r, q.blocks[b]]:
            break
        count += 1
    return count


def keep_blocks(f: Fleet, q: Requests, r: int, i: int) -> None:
    """Blocks of a computed prompt are kept, its beginning longest."""
    if f.blocks_most > 0:
        for b in range(q.block_start[i + 1] - 1, q.block_start[i] - 1, -1):
            touch(f, r, q.blocks[b])


def enqueue(f: Fleet, q: Requests, r: int, i: int, t: float) -> None:
    """Put a request at the end of a replica's queue."""
    if f.running[r] == 0 and f.head[r] < 0 and f.part[r] < 0:
        f.now[r] = max(f.now[r], t)
    q.replica[i], q.after[i] = r, -1
    if f.head[r] < 0:
        f.head[r] = i
    else:
        q.after[f.tail[r]] = i
    f.tail[r] = i
    f.waiting[r] += 1


def put_back(e: Engine, f: Fleet, q: Requests, r: int) -> None:
    """Take the last admitted request out and to the head of the queue, to be computed again."""
    key, item, size = f.heap_key[r], f.heap_request[r], f.running[r]
    at = 0
    for j in range(1, size):
        if q.joined[item[j]] > q.joined[item[at]]:
            at = j
    i = item[at]
    heap_remove(key, item, size, at)
    f.running[r] -= 1
    made = (f.steps[r] - q.joined[i]) * e.accepted
    held = q.past[i] + made
    f.cached[r] -= held
    f.used[r] -= held + e.fixed_tokens
    q.new[i], q.todo[i], q.past[i] = held, held, 0.0
    q.left[i] = max(1.0, q.left[i] - made)
    q.after[i] = f.head[r]
    if f.head[r] < 0:
        f.tail[r] = i
    f.head[r] = i
    f.waiting[r] += 1
    f.put_back[r] += 1


def join(e: Engine, f: Fleet, q: Requests, r: int, i: int) -> None:
    """Begin to decode."""
    q.joined[i] = f.steps[r]
    key = f.steps[r] + math.ceil(q.left[i] / e.accepted)
    heap_push(f.heap_key[r], f.heap_request[r], f.running[r], key, i)
    f.running[r] += 1
    f.cached[r] += q.past[i]


def admit(e: Engine, f: Fleet, q: Requests, r: int, taken: int) -> int:
    """Next request of the queue if it may start, -1 otherwise."""
    i = f.head[r]
    if i < 0:
        return -1
    beside = f.running[r] + taken
    room = f.used[r] + q.new[i] + q.past[i] + 1.0 + e.fixed_tokens <= e.cache_tokens
    if beside > 0 and (beside >= e.most or not room):
        return -1
    f.head[r] = q.after[i]
    f.waiting[r] -= 1
    if q.start[i] < 0.0:
        q.start[i] = f.now[r]
        if f.blocks_most > 0 and e.prompts_done == 0:
            found = min(found_blocks(f, q, r, i) * BLOCK, q.new[i] - 1.0)
            q.hit[i] = found
            q.new[i] -= found
            q.todo[i] = q.new[i]
            q.past[i] += found
    f.used[r] += q.new[i] + q.past[i] + e.fixed_tokens
    return int(i)


def take_prompts(e: Engine, f: Fleet, q: Requests, r: int) -> tuple[float, float, int]:
    """Prompt tokens of the next step, their mean context, and how many prompts end with it."""
    budget = e.chunk * e.ranks - f.running[r]
    total, context, ended, taken = 0.0, 0.0, 0, 0
    while budget >= 1.0:
        i = f.part[r]
        if i < 0:
            i = admit(e, f, q, r, taken)
            if i < 0:
                break
            if q.new[i] <= 0.0:
                join(e, f, q, r, i)
                continue
            taken += 1
        n = min(q.new[i], budget)
        context += n * (q.past[i] + 0.5 * n)
        total += n
        budget -= n
        q.new[i] -= n
        q.past[i] += n
        f.part[r] = i
        if q.new[i] <= 0.0:
            f.done[ended] = i
            ended += 1
            f.part[r] = -1
    return total, context / max(total, 1.0), ended


def end_prompts(e: Engine, f: Fleet, q: Requests, r: int, ended: int, spared: float) -> int:
    """First tokens of the prompts that the step completed; number of requests that end with it."""
    out = 0
    for j in range(ended):
        i = f.done[j]
        q.past[i] += 1.0
        f.used[r] += 1.0
        if q.first[i] < 0.0:
            q.first[i] = f.now[r]
            if e.ranks > 1.0:
                own = q.todo[i]
                whole = prompt_work_s(e.prompt_tokens, e.prompt_s, e.past_s, own, 0.0, 0.0)
                part = prompt_work_s(e.prompt_tokens, e.prompt_s, e.past_s, own / e.ranks, 0.0, 0.0)
                q.extra[i] = whole - part + spared
            keep_blocks(f, q, r, i)
        else:
            q.left[i] -= 1.0
        if e.prompts_only == 1 or q.left[i] <= 0.0:
            q.end[i] = f.now[r]
            f.used[r] -= q.past[i] + e.fixed_tokens
            out += 1
        else:
            join(e, f, q, r, i)
    return out


def end_answers(e: Engine, f: Fleet, q: Requests, r: int) -> int:
    """Take out the requests whose last step is done; their number."""
    key, item, out = f.heap_key[r], f.heap_request[r], 0
    while f.running[r] > 0 and key[0] <= f.steps[r]:
        i = item[0]
        heap_remove(key, item, f.running[r], 0)
        f.running[r] -= 1
        q.end[i] = f.now[r]
        held = q.past[i] + (f.steps[r] - q.joined[i]) * e.accepted
        f.cached[r] -= held
        f.used[r] -= held + e.fixed_tokens
        out += 1
    return out


def ask_again(f: Fleet, q: Requests, r: int, count: int) -> None:
    """So many clients of a closed loop were answered and send their next request."""
    for _ in range(count):
        i = f.upcoming[0]
        if i >= q.arrival.size:
            break
        f.upcoming[0] += 1
        q.arrival[i] = f.now[r]
        enqueue(f, q, r, i, f.now[r])


def decode_s(e: Engine, f: Fleet, r: int, steps: float) -> float:
    """Mean time of the next `steps` steps without prompts."""
    ahead = 0.5 * (steps - 1.0) * f.running[r] * e.accepted
    return decode_step_s(
        e.batch_s, e.request_s, e.token_s, e.host_step_s, e.host_request_s,
        f.running[r] / e.ranks, (f.cached[r] + ahead) / e.ranks,
    )  # fmt: skip


def decode_steps(e: Engine, f: Fleet, q: Requests, r: int, until: float) -> float:
    """Steps to the next event; a request is put back first where the cache is full."""
    while f.running[r] > 1 and f.used[r] + f.running[r] * e.accepted > e.cache_tokens:
        put_back(e, f, q, r)
    most = f.heap_key[r, 0] - f.steps[r]
    if f.running[r] > 1:
        room = (e.cache_tokens - f.used[r]) / (f.running[r] * e.accepted)
        most = min(most, math.floor(room))
    most = max(1.0, most)
    if until < np.inf:
        k = math.ceil((until - f.now[r]) / decode_s(e, f, r, 1.0))
        if k < most:
            k = math.ceil((until - f.now[r]) / decode_s(e, f, r, k))
        most = max(1.0, min(most, k))
    return float(most)


def prompt_step_s(
    e: Engine, f: Fleet, r: int, total: float, context: float, prompts: float
) -> tuple[float, float]:
    """Time of a step with prompt tokens, and launches that ranks without a prompt are spared.

    Ranks take their prompts together: a step in which all have one is no graph, and it comes as
    much more seldom as there are more ranks than prompts.
    """
    own = total / e.ranks
    past = context - 0.5 * own
    if e.prompts_only == 1:
        work = prompt_work_s(e.prompt_tokens, e.prompt_s, e.past_s, own, past, 0.0)
        return max(work, e.eager_s), 0.0
    eager, spared = e.eager_s, 0.0
    if prompts < e.ranks:
        gap = max(0.0, eager - decode_s(e, f, r, 1.0))
        spared = gap * (1.0 - prompts / e.ranks)
        eager -= spared
    took = iteration_s(
        e.batch_s, e.request_s, e.token_s, e.prompt_tokens, e.prompt_s, e.past_s, e.host_step_s,
        e.host_request_s, eager, e.interference, f.running[r] / e.ranks, f.cached[r] / e.ranks,
        own, past,
    )  # fmt: skip
    return took, spared


def advance(e: Engine, f: Fleet, q: Requests, r: int, until: float) -> None:
    """Run a replica until a time; a step that began before it is finished."""
    while f.now[r] < until and (f.running[r] > 0 or f.head[r] >= 0 or f.part[r] >= 0):
        total, context, ended = take_prompts(e, f, q, r)
        spared = 0.0
        if total > 0.0:
            steps = 1.0
            prompts = float(ended) + (1.0 if f.part[r] >= 0 else 0.0)
            took, spared = prompt_step_s(e, f, r, total, context, prompts)
        else:
            steps = decode_steps(e, f, q, r, until)
            took = steps * decode_s(e, f, r, steps)
        grown = steps * f.running[r] * e.accepted
        f.use_s[r] += took * min(f.used[r] + 0.5 * grown, e.cache_tokens)
        f.now[r] += took
        f.busy[r] += took
        f.steps[r] += steps
        f.cached[r] += grown
        f.used[r] += grown
        answered = end_answers(e, f, q, r)
        answered += end_prompts(e, f, q, r, ended, spared)
        if f.upcoming[0] >= 0:
            ask_again(f, q, r, answered)


def choose(f: Fleet, q: Requests, i: int, routing: int) -> int:
    """Replica that takes a request."""
    best, least, count = 0, np.inf, f.now.size
    for r in range(count):
        load = float(f.running[r] + f.waiting[r])
        if f.part[r] >= 0:
            load += 1.0
        load += 1e-9 * f.used[r]
        if load < least:
            best, least = r, load
    if routing != PREFIX or f.blocks_most == 0:
        return best
    found = found_blocks(f, q, best, i)
    for r in range(count):
        load = float(f.running[r] + f.waiting[r])
        if load <= IMBALANCE * least + SLACK:
            here = found_blocks(f, q, r, i)
            if here > found:
                best, found = r, here
    return best


def simulate(e: Engine, f: Fleet, q: Requests, routing: int) -> None:
    """Replay all requests on all replicas; results are left in `q` and `f`.

    Of a closed loop only those before `f.upcoming` arrive by themselves.
    """
    count = f.now.size
    for i in range(q.arrival.size if f.upcoming[0] < 0 else f.upcoming[0]):
        t = q.arrival[i]
        if routing == ROUND_ROBIN:
            r = i % count
            advance(e, f, q, r, t)
        else:
            for k in range(count):
                if f.now[k] < t and (f.running[k] > 0 or f.waiting[k] > 0 or f.part[k] >= 0):
                    advance(e, f, q, k, t)
            r = choose(f, q, i, routing)
        enqueue(f, q, r, i, t)
    for r in range(count):
        advance(e, f, q, r, np.inf)
