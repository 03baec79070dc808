"""Continuous batching in closed form: from clients to latency and throughput.

In a closed loop each of C clients asks again when it is answered, so each step of b requests per
attention rank admits b accepted/O new ones: no queueing theory is needed below the cap. See
docs/inference.md for the terms.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from gigawatt.performance.inference.constants import Constants
from gigawatt.performance.inference.points import Points
from gigawatt.performance.inference.step import (
    MS,
    US,
    cache_bytes,
    decode_s,
    prefill_s,
)
from gigawatt.quantity.arrays import Array

ROUNDS = 12
MOST_USE = 0.98
MIXED_NORM = 1.7  # they overlap in part; 1 would be none, 2 hardly differs
QUEUE_SHARE = 0.95  # of the clients above the cap wait a whole answer


@dataclass(frozen=True, slots=True)
class Loop:
    """State of each point.

    Attributes
    ----------
    requests : running requests of the replica.
    cap : most requests that run at once: memory, or the engine's limit.
    ttft_s, tpot_s, step_s, prefill_s : times; `step_s` of decoding alone.
    output_tok_s : output tokens per second of the replica.
    prefill_share : part of the time that goes into prompts.
    """

    requests: Array
    cap: Array
    ttft_s: Array
    tpot_s: Array
    step_s: Array
    prefill_s: Array
    output_tok_s: Array
    prefill_share: Array


def mean_context(p: Points) -> Array:
    """Mean tokens in the cache of a running request."""
    return p.input_tokens + 0.5 * p.output_tokens


def memory_cap(p: Points) -> Array:
    """Most requests whose cache fits in the replica; mean contexts share the memory."""
    each = cache_bytes(p, mean_context(p))
    return p.dp * np.maximum(0.0, p.free_bytes) / np.maximum(each, 1.0)


def overlapped(x: Array, y: Array) -> Array:
    """Products and launches of steps with prompt tokens, (x^n + y^n)^(1/n)."""
    out: Array = (x**MIXED_NORM + y**MIXED_NORM) ** (1.0 / MIXED_NORM)
    return out


def tpot_s(p: Points, c: Constants, requests: Array) -> tuple[Array, Array, Array, Array]:
    """Time per output token, decode step, admissions per step, and time of an admitted prompt.

    The steps that hold prompts hold a / (1 - e^-a) of them on average.
    """
    step = decode_s(p, c, requests, mean_context(p))
    admitted = requests / p.dp * p.accepted / p.output_tokens
    eager = p.layers * p.stages * c.eager_ms * MS
    launches = -np.expm1(-admitted * p.chunks) * np.maximum(0.0, eager - step)
    together = admitted / -np.expm1(-np.maximum(admitted, 1e-9))
    beside = requests / p.stages * (1.0 + p.draft)
    past = p.input_tokens - p.new_tokens
    prompt = prefill_s(p, c, p.new_tokens, past, beside, together)
    work = c.interference * admitted * prompt / p.stages  # stages work on prompts in turn
    whole = step + overlapped(work, launches)
    return whole / p.accepted, step, admitted, prompt


def closed_loop(p: Points, c: Constants, clients: Array, max_batch: Array) -> Loop:
    """State with `clients` that ask again when answered, at most `max_batch` running at once."""
    cap = np.maximum(1.0, np.minimum(memory_cap(p), max_batch))
    later = np.maximum(p.output_tokens - 1.0, 1.0)
    running = np.minimum(cap, clients)
    for _ in range(ROUNDS):
        tpot, step, admitted, prompt = tpot_s(p, c, running)
        base = first_token_s(p, c, prompt, step, tpot, np.minimum(clients, cap), admitted)
        end = base + later * tpot
        waiting = np.maximum(0.0, clients - cap) / cap * QUEUE_SHARE * end
        ttft = base + waiting
        wanted = np.minimum(cap, clients * (later * tpot) / (ttft + later * tpot))
        running = 0.5 * (running + np.maximum(wanted, 0.05))
    rate = clients * p.output_tokens / (ttft + later * tpot)
    use = rate / p.output_tokens / p.dp * prompt / p.stages
    return Loop(running, cap, ttft, tpot, step, prompt, rate, np.minimum(use, 1.0))


def first_token_s(
    p: Points,
    c: Constants,
    prefill: Array,
    step: Array,
    tpot: Array,
    clients: Array,
    admitted: Array,
) -> Array:
    """Time to the first token below the cap, s.

    Prefill and the steps that its chunks are part of, launches of a step that is no graph,
    tokenising, the streaming interval, and waiting: the burst of a start in one go (requests of
    equal length keep coming back together), and the prefills of others under way.
    """
    own = clients / p.dp
    use = np.minimum(MOST_USE, admitted * prefill / p.stages / (tpot * p.accepted))
    eager = p.layers * p.stages * c.eager_ms * MS * p.chunks
    base = c.first_ms * MS + c.first_token_us * US * p.input_tokens
    waits = c.burst * np.maximum(own - 1.0, 0.0) * prefill
    waits = waits + c.cohort * p.fixed_lengths * use * own * prefill * 0.1
    waits = waits + 0.5 * use * prefill
    return base + np.hypot(eager, prefill + step * p.chunks) + c.stream_tokens * tpot + waits
