"""Continuous batching: speed and waiting with so many requests, in closed form.

A step of b running requests per attention rank admits a = b/O new ones, one for each that ends::

    TPOT = step + hypot(phi a t_prefill, (1 - e^-a) max(0, L tau - step))

since a step with prompt tokens is no graph and needs at least tau per layer of launches. Waiting
for the first token follows an M/D/1 queue of prefills at their share of the time; a closed-loop
benchmark adds the burst of its start, and a queue where it has more clients than fit.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

from gigawatt.performance.inference.decode import (
    MS,
    Load,
    Replica,
    decode_s,
    most_requests,
    prefill_s,
)

MOST_USE = 0.98  # of an attention rank's time in prefills; beyond it no queue settles
ROUNDS = 15


@dataclass(frozen=True, slots=True)
class Served:
    """Steady state of one replica.

    Attributes
    ----------
    requests : running requests.
    tpot_s, ttft_s : time per output token, and to the first one.
    output_tokens_per_s : of the whole replica.
    prefill_share : part of the time that goes into prefills.
    """

    requests: float
    tpot_s: float
    ttft_s: float
    output_tokens_per_s: float
    prefill_share: float


def tpot_s(load: Load, replica: Replica, requests: float, prefill: float) -> float:
    """Time per output token with so many running requests; `prefill` is `prefill_s`."""
    c = load.constants
    step = decode_s(load, replica, requests)
    admitted = requests / replica.dp / load.output_tokens
    eager = load.shape.layers * c.eager_layer_ms * MS
    launches = (1.0 - math.exp(-admitted)) * max(0.0, eager - step)
    return step + math.hypot(c.interference_share * admitted * prefill, launches)


def steady(load: Load, replica: Replica, requests: float) -> Served:
    """Steady state with so many running requests, as long as load keeps them running."""
    c = load.constants
    prefill = prefill_s(load, replica)
    tpot = tpot_s(load, replica, requests, prefill)
    rate = requests / tpot
    use = min(MOST_USE, rate / load.output_tokens / replica.dp * prefill)
    wait = use / (2.0 * (1.0 - use)) * prefill
    base = c.first_token_ms * MS + load.shape.layers * c.eager_layer_ms * MS
    return Served(requests, tpot, base + prefill + wait, rate, use)


def closed_loop(load: Load, replica: Replica, clients: float) -> Served:
    """Steady state of a benchmark in which each of `clients` asks again when it is answered."""
    c = load.constants
    cap = max(1.0, most_requests(load, replica))
    prefill = prefill_s(load, replica)
    later = load.output_tokens - 1.0
    running = min(cap, clients)
    served = steady(load, replica, running)
    for _ in range(ROUNDS):
        served = steady(load, replica, running)
        burst = c.start_burst_share * clients / replica.dp * prefill
        queued = max(0.0, clients - cap) / cap * later * served.tpot_s
        ttft = served.ttft_s + burst + queued
        cycle = served.tpot_s * later
        wanted = min(cap, clients * cycle / (ttft + cycle))
        running = 0.5 * (running + wanted)
    rate = clients * load.output_tokens / (ttft + cycle)
    return Served(running, served.tpot_s, ttft, rate, served.prefill_share)
