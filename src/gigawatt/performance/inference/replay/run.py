"""Replay of a trace on a deployment: from a situation and a trace to what users see.

The step times are those of the closed form, tabulated (`table.py`). With two pools prompts run on
the prefill pool first, their cache is handed over, and the decode pool takes them in that order;
a full decode pool does not hold the prefill pool back.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial

import numpy as np

from gigawatt.catalog import Catalog
from gigawatt.errors import InfeasibleError, unknown_name
from gigawatt.performance.inference.build import full_layout
from gigawatt.performance.inference.predict import with_speculation
from gigawatt.performance.inference.replay import engine
from gigawatt.performance.inference.replay.fleet import compiled, fleet_of, requests_of
from gigawatt.performance.inference.replay.pool import Pool, engine_of, pool_of
from gigawatt.performance.inference.replay.state import Fleet, Requests
from gigawatt.performance.inference.replay.trace import Trace, trace_of
from gigawatt.performance.inference.tables import Situation
from gigawatt.quantity.arrays import Array

ROUTINGS = {
    "round-robin": engine.ROUND_ROBIN,
    "least-loaded": engine.LEAST_LOADED,
    "prefix": engine.PREFIX,
}


@dataclass(frozen=True, slots=True)
class Replayed:
    """What became of each request, and of the pools.

    Attributes
    ----------
    trace : what was replayed.
    ttft_s, tpot_s, total_s, queue_s : (N,) times; `tpot_s` is NaN for answers of one token,
        `queue_s` is the wait for the first step.
    hit_tokens : (N,) prompt tokens found in a cache.
    span_s : from the first arrival to the last token.
    busy_share, kv_use_share : of the replicas (decode workers), over the span.
    prefill_busy_share : of the prefill pool; 0 without.
    put_back : requests that had to be computed again because answers outgrew the cache.
    packages : of the deployment.
    compile_s, run_s : time of compiling (or reading what was compiled), and of the replay.
    """

    trace: Trace
    ttft_s: Array
    tpot_s: Array
    total_s: Array
    queue_s: Array
    hit_tokens: Array
    span_s: float
    busy_share: float
    kv_use_share: float
    prefill_busy_share: float
    put_back: int
    packages: float
    compile_s: float
    run_s: float


@dataclass(frozen=True, slots=True)
class _Times:
    """When each request started, had its first token made, and ended, s; and its found tokens."""

    start: Array
    first: Array
    end: Array
    hit: Array


_Outcome = tuple[_Times, Fleet, float]
LOOP_ROUNDS, LOOP_TOLERANCE = 80, 2e-3  # of the span


def replay(
    situation: Situation, trace: Trace, catalog: Catalog, routing: str = "least-loaded",
    prefix_cache: bool = True, clients: int = 0,
) -> Replayed:  # fmt: skip
    """Replay a trace.

    Parameters
    ----------
    situation : what runs where; its lengths and clients are not used.
    trace : requests.
    routing : "round-robin", "least-loaded" or "prefix": to the replica that holds most of the
        prompt, as long as its requests are at most a quarter and 8 more than the least loaded's.
    prefix_cache : whether prompt blocks of the trace are looked up in what replicas still hold.
    clients : of a closed loop: so many start at once, and each asks again when it is answered;
        arrivals of the trace are not used. 0 = an open loop.

    Raises
    ------
    InputError : unknown routing, or a plan that does not divide.
    InfeasibleError : the model, or one request, does not fit.
    """
    if clients:
        trace = replace(trace, arrival_s=np.zeros(trace.size))
    if routing not in ROUTINGS:
        raise unknown_name("routing", routing, ROUTINGS)
    lengths = replace(
        situation,
        input_tokens=float(trace.input_tokens.mean()),
        output_tokens=float(trace.output_tokens.mean()),
    )
    s = with_speculation(lengths, catalog, sure=True)
    own = pool_of(s, catalog, s.plan.layout)
    _check_room(own, trace, s)
    began = time.perf_counter()
    one = trace_of(np.zeros(1), np.ones(1), np.ones(1))
    _run(own, one, one.arrival_s, 1, routing, "both", False, 0)
    ready = time.perf_counter()
    if s.plan.prefill is None:
        q, f = _run(
            own, trace, trace.arrival_s, s.plan.replicas, routing, "both", prefix_cache, clients
        )
        trace = replace(trace, arrival_s=q.arrival)
        times, share = _Times(q.start, q.first + q.extra, q.end + q.extra, q.hit), 0.0
    else:
        pools = partial(_two_pools, s, own, catalog, routing, prefix_cache)
        trace = _asked_again(pools, trace, clients) if clients else trace
        times, f, share = pools(trace)
    done = time.perf_counter()
    pool = s.plan.prefill
    workers = full_layout(s.shape, pool).packages * s.plan.prefill_workers if pool else 0
    packages = float(full_layout(s.shape, s.plan.layout).packages * s.plan.replicas + workers)
    return _replayed(trace, own, times, f, share, packages, ready - began, done - ready)


def _replayed(
    trace: Trace, own: Pool, times: _Times, f: Fleet, prefill_busy: float, packages: float,
    compile_s: float, run_s: float,
) -> Replayed:  # fmt: skip
    table, later = own.table, trace.output_tokens - 1.0
    end = np.maximum(times.end, times.first)
    tpot = np.where(later > 0.0, (end - times.first) / np.maximum(later, 1.0), np.nan)
    base = table.first_s + table.first_token_s * trace.input_tokens
    seen = table.stream_tokens + (1.0 if prefill_busy > 0.0 else 0.0)  # the first comes by a step
    streamed = np.minimum(seen, later) * np.nan_to_num(tpot)
    shown = times.first + base + streamed
    span = max(float(end.max()), 1e-9)
    return Replayed(
        trace=trace,
        ttft_s=shown - trace.arrival_s,
        tpot_s=tpot,
        total_s=np.maximum(end + base, shown) - trace.arrival_s,
        queue_s=times.start - trace.arrival_s,
        hit_tokens=times.hit,
        span_s=span,
        busy_share=float(f.busy.mean() / span),
        kv_use_share=float(f.use_s.mean() / span / own.cache_tokens),
        prefill_busy_share=prefill_busy / span,
        put_back=int(f.put_back.sum()),
        packages=packages,
        compile_s=compile_s,
        run_s=run_s,
    )


def _run(
    pool: Pool,
    trace: Trace,
    arrival_s: Array,
    count: int,
    routing: str,
    kind: str,
    prefix: bool,
    clients: int,
) -> tuple[Requests, Fleet]:
    e = engine_of(pool, kind)
    q = requests_of(trace, arrival_s, kind == "answers")
    f = fleet_of(e, count, trace, prefix, clients)
    compiled()(e, f, q, ROUTINGS[routing])
    return q, f


def _asked_again(pools: Callable[[Trace], _Outcome], trace: Trace, clients: int) -> Trace:
    """Trace with the arrivals of a closed loop on two pools: each answer brings a request.

    The pools run one after the other, so that arrivals are found by repeating both, half a
    correction at a time: the first clients come at once, and what follows is right as far in time
    as what it rests on.
    """
    arrival = np.zeros(trace.size)
    for _ in range(LOOP_ROUNDS):
        ends = np.sort(pools(replace(trace, arrival_s=arrival))[0].end)
        wanted = np.concatenate([np.zeros(clients), ends])[: trace.size]
        if np.abs(wanted - arrival).max() <= LOOP_TOLERANCE * ends[-1]:
            break
        arrival = np.maximum.accumulate(0.5 * (arrival + wanted))
    return replace(trace, arrival_s=arrival)


def _two_pools(
    s: Situation, own: Pool, catalog: Catalog, routing: str, prefix: bool, trace: Trace
) -> _Outcome:
    """Prompts on the one pool, answers on the other; busy seconds of a prefill worker beside."""
    pool = pool_of(s, catalog, s.plan.prefill or s.plan.layout)
    workers = s.plan.prefill_workers
    p, g = _run(pool, trace, trace.arrival_s, workers, routing, "prompts", prefix, 0)
    moved = pool.transfer_s + pool.transfer_token_s * trace.input_tokens
    ready = p.first + p.extra + moved
    order = np.argsort(ready, kind="stable")
    sorted_trace = trace_of(
        ready[order], trace.input_tokens[order], np.maximum(trace.output_tokens[order], 2.0)
    )
    q, f = _run(own, sorted_trace, ready[order], s.plan.replicas, routing, "answers", False, 0)
    first, end = np.empty(trace.size), np.empty(trace.size)
    first[order], end[order] = q.start, q.end
    one = trace.output_tokens <= 1.0
    end[one] = first[one]
    return _Times(p.start, first, end, p.hit), f, float(g.busy.mean())


def _check_room(own: Pool, trace: Trace, s: Situation) -> None:
    need = trace.input_tokens + trace.output_tokens + own.fixed_tokens
    worst = int(np.argmax(need))
    if need[worst] > own.cache_tokens:
        raise InfeasibleError(
            f"request {worst + 1} of the trace has {trace.input_tokens[worst]:,.0f} tokens in and "
            f"{trace.output_tokens[worst]:,.0f} out; the cache of one replica of {s.shape.name} "
            f"holds {own.cache_tokens:,.0f}."
        )
