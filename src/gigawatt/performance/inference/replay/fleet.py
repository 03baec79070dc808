"""Arrays of a replay, and the compiled loop over them."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np

from gigawatt.performance.inference import table
from gigawatt.performance.inference.replay import engine, state
from gigawatt.performance.inference.replay.state import Engine, Fleet, Requests
from gigawatt.performance.inference.replay.trace import BLOCK_TOKENS, Trace
from gigawatt.quantity.arrays import Array
from gigawatt.quantity.compiled import compiled as compiled_function

Loop = Callable[[Engine, Fleet, Requests, int], None]


def requests_of(trace: Trace, arrival_s: Array, computed: bool) -> Requests:
    """Requests of a trace before anything has run.

    Parameters
    ----------
    trace, arrival_s : requests and when they come to the pool, in order.
    computed : whether their prompts have been computed elsewhere.
    """
    n = trace.size
    zero = np.zeros(n)
    return Requests(
        arrival=np.array(arrival_s, dtype=float),
        new=zero.copy() if computed else trace.input_tokens.copy(),
        past=trace.input_tokens + 1.0 if computed else zero.copy(),
        todo=zero.copy() if computed else trace.input_tokens.copy(),
        left=trace.output_tokens - 1.0,
        start=np.full(n, -1.0),
        first=arrival_s.copy() if computed else np.full(n, -1.0),
        extra=zero.copy(),
        end=zero.copy(),
        hit=zero.copy(),
        joined=zero.copy(),
        after=np.full(n, -1, dtype=np.int64),
        replica=np.zeros(n, dtype=np.int64),
        block_start=trace.block_start,
        blocks=trace.blocks,
    )


def fleet_of(e: Engine, count: int, trace: Trace, prefix_cache: bool, clients: int) -> Fleet:
    """So many idle replicas; with clients they ask again when answered, 0 = the trace arrives."""
    slots = int(e.most) + 2
    blocks = int(trace.blocks.max()) + 1 if prefix_cache and trace.blocks.size else 0
    most = min(blocks, int(e.cache_tokens / BLOCK_TOKENS))
    return Fleet(
        now=np.zeros(count),
        steps=np.zeros(count),
        running=np.zeros(count, dtype=np.int64),
        waiting=np.zeros(count, dtype=np.int64),
        cached=np.zeros(count),
        used=np.zeros(count),
        busy=np.zeros(count),
        use_s=np.zeros(count),
        put_back=np.zeros(count, dtype=np.int64),
        head=np.full(count, -1, dtype=np.int64),
        tail=np.full(count, -1, dtype=np.int64),
        part=np.full(count, -1, dtype=np.int64),
        heap_key=np.zeros((count, slots)),
        heap_request=np.zeros((count, slots), dtype=np.int64),
        done=np.zeros(max(slots, trace.size), dtype=np.int64),
        block_in=np.zeros((count, blocks), dtype=np.int8),
        block_next=np.full((count, blocks + 1), blocks, dtype=np.int32),
        block_previous=np.full((count, blocks + 1), blocks, dtype=np.int32),
        blocks_held=np.zeros(count, dtype=np.int64),
        blocks_most=most,
        upcoming=np.array([min(clients, trace.size) if clients else -1], dtype=np.int64),
    )


@lru_cache(maxsize=1)
def compiled() -> Loop:
    """`engine.simulate`, compiled; the key of its cache holds the formulas' sources."""
    from numba.extending import register_jitable  # noqa: PLC0415

    stamp = hashlib.sha256()
    for module in (table, engine, state):
        stamp.update(Path(str(module.__file__)).read_bytes())
    formulas = ("decode_step_s", "prompt_work_s", "iteration_s")
    for name in formulas:
        register_jitable(getattr(table, name))
    for name, value in vars(engine).items():
        own = getattr(value, "__module__", "") == engine.__name__
        if own and callable(value) and not isinstance(value, type) and name != "simulate":
            register_jitable(value)
    return _loop(register_jitable(engine.simulate), stamp.hexdigest())


def _loop(simulate: Any, stamp: str) -> Loop:  # noqa: ANN401
    def loop(e: Engine, f: Fleet, q: Requests, routing: int) -> None:
        if stamp == "":  # a part of the closure, so that the cache's key holds it
            return
        simulate(e, f, q, routing)

    return compiled_function(loop)
