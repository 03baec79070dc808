"""Prompts and answers on packages of their own: closed form of two pools.

The decode pool runs without interference by prompts; the prefill pool passes at most its workers'
rate. Which of the two holds a closed loop of C clients is told by

    X = (x_loop^-n + x_prefill^-n)^(-1/n),   x_loop = C/(TTFT0 + (O - 1) TPOT(X))

since near the crossing both do. What a client waits beyond prefill and transfer follows from
Little's law: TTFT = C/X - (O - 1) TPOT.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from gigawatt.performance.inference.closed_loop import mean_context, memory_cap
from gigawatt.performance.inference.constants import Constants
from gigawatt.performance.inference.points import Points
from gigawatt.performance.inference.step import (
    MS,
    NETWORK_SHARE,
    US,
    cache_bytes,
    decode_s,
    prefill_s,
)
from gigawatt.quantity.arrays import Array

ROUNDS = 30
SHARPNESS = 6.0


@dataclass(frozen=True, slots=True)
class PoolState:
    """State of each point; rates of the whole deployment.

    Attributes
    ----------
    requests : running requests of one decode worker.
    ttft_s, tpot_s, prefill_s, transfer_s : times.
    request_rate : requests per second.
    cap : most requests that fit in a decode worker.
    prefill_use : share of the prefill pool's rate that is used.
    """

    requests: Array
    ttft_s: Array
    tpot_s: Array
    prefill_s: Array
    transfer_s: Array
    request_rate: Array
    prefill_use: Array
    cap: Array


def transfer_s(p: Points) -> Array:
    """Time to hand the cache of one prompt from a prefill to a decode package, s."""
    rate = np.where(p.domain_packages > NODE_PACKAGES, p.link_bandwidth, p.network_bandwidth)
    return cache_bytes(p, p.input_tokens) * p.stages / (rate * NETWORK_SHARE)


NODE_PACKAGES = 8.0


def prefill_rate(p: Points, c: Constants) -> tuple[Array, Array]:
    """Requests per second of one prefill worker, and time of one prompt on it, s.

    Prompts are packed into chunks, so that short ones share what a pass costs at least: launches
    of a step that is no graph, and the reading of experts.
    """
    past = p.input_tokens - p.new_tokens
    packed = np.maximum(1.0, p.chunk_tokens / p.new_tokens)
    one = prefill_s(p, c, p.new_tokens, past)
    eager = p.layers * p.stages * c.eager_ms * MS * p.chunks
    busy = np.maximum(prefill_s(p, c, p.new_tokens, past, 0.0, packed), eager / packed)
    return p.dp * p.stages / busy, np.maximum(one, eager)


def two_pools(
    prefill: Points,
    decode: Points,
    c_prefill: Constants,
    c_decode: Constants,
    clients: Array,
    prefill_workers: Array,
    decode_workers: Array,
) -> PoolState:
    """Closed loop of `clients` on a prefill and a decode pool."""
    rate, prompt = prefill_rate(prefill, c_prefill)
    most = rate * prefill_workers
    moved = transfer_s(prefill)
    later = np.maximum(decode.output_tokens - 1.0, 1.0)
    cap = np.maximum(1.0, memory_cap(decode))
    base = c_prefill.first_ms * MS + c_prefill.first_token_us * US * prefill.input_tokens
    base = base + prompt + moved
    burst = c_prefill.burst * np.maximum(clients - prefill_workers, 0.0) / most
    running = np.minimum(cap, clients / decode_workers)
    for _ in range(ROUNDS):
        step = decode_s(decode, c_decode, running, mean_context(decode))
        tpot = step / decode.accepted
        start = base + step + c_decode.stream_tokens * tpot + burst
        loop = np.minimum(clients, cap * decode_workers * 1.0) / (start + later * tpot)
        x = (loop**-SHARPNESS + most**-SHARPNESS) ** (-1.0 / SHARPNESS)
        wanted = np.minimum(cap, x * later * tpot / decode_workers)
        running = 0.5 * (running + np.maximum(wanted, 0.05))
    ttft = np.maximum(clients / x - later * tpot, start)
    return PoolState(running, ttft, tpot, prompt, moved, x, x / most, cap)
