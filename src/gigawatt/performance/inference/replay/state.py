"""What the compiled loop of a replay reads and writes: the engine, the requests, the replicas."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from gigawatt.quantity.arrays import Array


class Engine(NamedTuple):
    """One replica; table fields as in `StepTable`, counts per replica.

    Attributes
    ----------
    ranks : attention ranks.
    chunk : prompt tokens of one step and attention rank.
    most : running requests at once.
    cache_tokens, fixed_tokens : room of the cache, and what a request takes beside its tokens.
    prompts_only : 1 for a worker of a prefill pool.
    prompts_done : 1 for a worker of a decode pool: prompts arrive computed.
    """

    batch_s: Array
    request_s: float
    token_s: float
    prompt_tokens: Array
    prompt_s: Array
    past_s: float
    host_step_s: float
    host_request_s: float
    eager_s: float
    interference: float
    accepted: float
    ranks: float
    chunk: float
    most: float
    cache_tokens: float
    fixed_tokens: float
    prompts_only: int
    prompts_done: int


class Requests(NamedTuple):
    """Trace and what becomes of each request; N entries."""

    arrival: Array
    new: Array  # prompt tokens still to be computed
    past: Array  # tokens in the cache: found or computed; at the time it joins, once it runs
    todo: Array  # prompt tokens that had to be computed
    left: Array  # output tokens to come after the first
    start: Array  # first step that it is part of; negative before
    first: Array  # first token; negative before
    extra: Array  # of a prompt on its own rank, beyond its share
    end: Array
    hit: Array
    joined: Array  # step at which it began to decode
    after: NDArray[np.int64]  # next in the queue
    replica: NDArray[np.int64]
    block_start: NDArray[np.int64]
    blocks: NDArray[np.int64]


class Fleet(NamedTuple):
    """State of R replicas."""

    now: Array
    steps: Array
    running: NDArray[np.int64]
    waiting: NDArray[np.int64]
    cached: Array  # tokens of running requests
    used: Array  # tokens of the cache that are taken, prompts under way included
    busy: Array
    use_s: Array  # integral of the used share of the cache
    put_back: NDArray[np.int64]
    head: NDArray[np.int64]
    tail: NDArray[np.int64]
    part: NDArray[np.int64]  # request whose prompt is under way, -1 for none
    heap_key: Array  # (R, most) step of the end
    heap_request: NDArray[np.int64]
    done: NDArray[np.int64]  # requests whose prompt ends in this step
    block_in: NDArray[np.int8]  # (R, blocks) whether a block is held
    block_next: NDArray[np.int32]  # (R, blocks + 1) list by last use; the last entry is its root
    block_previous: NDArray[np.int32]
    blocks_held: NDArray[np.int64]
    blocks_most: int
    upcoming: NDArray[np.int64]  # (1,) next request of a closed loop; -1 where the trace arrives
