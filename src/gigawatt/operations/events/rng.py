"""Random numbers in compiled code: one stream a purpose, so that a change of one moves no other.

The generator is splitmix64 (Steele, Lea and Flood, 2014): one 64-bit counter a stream.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from gigawatt.operations.events.access import (
    seed_at,
)
from gigawatt.operations.events.jit import compiled
from gigawatt.operations.events.state import (
    Config,
)

Seeds = NDArray[np.uint64]
ARRIVAL, SIZE, DURATION, FAILURE, REPAIR, OTHER = range(6)
STREAMS = 6

_STEP = np.uint64(0x9E3779B97F4A7C15)
_A = np.uint64(0xBF58476D1CE4E5B9)
_B = np.uint64(0x94D049BB133111EB)
_S30, _S27, _S31, _S11 = np.uint64(30), np.uint64(27), np.uint64(31), np.uint64(11)


def seeds(seed: int) -> Seeds:
    """State of all streams, (STREAMS,)."""
    return np.random.SeedSequence(seed).generate_state(STREAMS, np.uint64).astype(np.uint64)


@compiled
def uniform(c: Config, stream: int) -> float:
    """Uniform in [0, 1)."""
    seed = seed_at(c, stream)
    x = seed.v + _STEP
    seed.v = x
    x = (x ^ (x >> _S30)) * _A
    x = (x ^ (x >> _S27)) * _B
    x = x ^ (x >> _S31)
    return float(x >> _S11) * (1.0 / 9007199254740992.0)


@compiled
def exponential(c: Config, stream: int) -> float:
    """Exponential with mean 1."""
    return -math.log(1.0 - uniform(c, stream))


@compiled
def normal(c: Config, stream: int) -> float:
    """Standard normal (Box and Muller; the second of the pair is not used)."""
    radius = math.sqrt(2.0 * exponential(c, stream))
    return radius * math.cos(2.0 * math.pi * uniform(c, stream))
