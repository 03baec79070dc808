"""Collectives by tier of the network; plain formulas on floats.

A collective over `ranks` ranks that stand `stride` GPUs apart runs inside the scale-up domain as
far as it reaches, and between domains for the rest. Both parts move at the same time, piece by
piece; the slower one counts. Between domains every GPU's NIC carries its share::

    inside  = min(ranks, domain / stride)          groups = ranks / inside
    t = max(bytes (inside - 1)/inside / nvlink, bytes (groups - 1)/groups / (inside nic))
        + latency log2(ranks)

`bytes` is the size of the gathered (or to be scattered) buffer.
"""

from __future__ import annotations

import math

from gigawatt.performance.training.facts import Machine

FILLED = 0.88  # of a domain, by whole tensor groups


def gather_s(x: Machine, size: float, ranks: float, stride: float) -> float:
    """Time of an all-gather or reduce-scatter of a buffer of `size` bytes, s."""
    if ranks <= 1.0:
        return 0.0
    inside = max(1.0, min(ranks, x.domain / stride))
    groups = ranks / inside
    time = size * (inside - 1.0) / inside / x.nvlink
    if groups > 1.0:
        time = max(time, size * (groups - 1.0) / groups / (inside * x.nic))
    return time + x.latency * math.log2(ranks)


def tensor_s(x: Machine, size: float, ranks: float, gpus: float) -> float:
    """The same for a tensor group of a job of `gpus`, packed one group after the other, s.

    Groups that leave more than an eighth of a domain over stand across two of them (five of the
    eight packages of a server). The slowest has the greatest common divisor of both sizes on one
    side, whose NICs carry the rest. What racks leave over (64 of 72) stays unused.
    """
    time = gather_s(x, size, ranks, 1.0)
    if ranks <= x.domain < gpus and math.floor(x.domain / ranks) * ranks < FILLED * x.domain:
        few = float(math.gcd(int(ranks), int(x.domain)))
        time = max(time, size * (ranks - few) / ranks / (few * x.nic))
    return time


def hit(groups: float, picks: float) -> float:
    """Mean number of other groups that hold at least one of a token's `picks` experts."""
    if groups <= 1.0:
        return 0.0
    return (groups - 1.0) * (1.0 - math.pow(1.0 - 1.0 / groups, picks))


def all_to_all_s(x: Machine, size: float, ranks: float, picks: float) -> tuple[float, float]:
    """Time of one dispatch or combination of tokens, inside a domain and between domains, s.

    `size` is the bytes of a GPU's own tokens, once each. A token goes once to each GPU that holds
    one of its experts; between domains once to each domain, which passes it on inside.
    """
    if ranks <= 1.0:
        return 0.0, 0.0
    inside = min(ranks, x.domain)
    near = size * hit(inside, picks) / x.nvlink + x.latency
    groups = ranks / inside
    if groups <= 1.0:
        return near, 0.0
    return near, size * hit(groups, picks) / x.nic + x.latency * math.log2(groups)
