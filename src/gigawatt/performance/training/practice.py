"""Rules of measured practice: what published runs with public results do not do.

A search recommends the plan that leaves fewest of them among those within the model's band.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from gigawatt.performance.hardware import System
from gigawatt.performance.shapes import ModelShape
from gigawatt.performance.training.choices import Schedule
from gigawatt.performance.training.plan import PlanBatch
from gigawatt.quantity.arrays import Array, BoolArray

LONG_SEQUENCE = 16_384  # tokens from which published runs split sequences

Rule = tuple[str, Callable[[PlanBatch, ModelShape, System], BoolArray]]


def _microbatches(b: PlanBatch) -> Array:
    return b.column("gbs") / (b.column("dp") * b.column("mbs"))


PRACTICE: tuple[Rule, ...] = (
    ("tensor parallelism beyond 8", lambda b, s, x: b.column("tp") > 8),
    (
        "tensor parallelism beyond the scale-up domain",
        lambda b, s, x: b.column("tp") > x.scaleup_packages,
    ),
    (
        "tensor parallelism that is no power of two",
        lambda b, s, x: np.log2(b.column("tp")) % 1.0 > 0.0,
    ),
    ("expert parallelism beyond 64", lambda b, s, x: b.column("ep") * b.column("etp") > 64),
    ("more than 64 pipeline stages", lambda b, s, x: b.column("pp") > 64),
    (
        "fewer microbatches than stages",
        lambda b, s, x: (b.column("pp") > 1) & (_microbatches(b) < b.column("pp")),
    ),
    (
        "a schedule other than 1F1B",
        lambda b, s, x: b.column("schedule") > int(Schedule.ONE_F_ONE_B),
    ),
    (
        "parameters sharded together with tensor parallelism",
        lambda b, s, x: (b.column("zero") >= 3) & (b.column("tp") > 1),
    ),
    ("gradients sharded, parameters not", lambda b, s, x: b.column("zero") == 2),
    ("recomputation in a part of the layers", lambda b, s, x: b.column("recompute_share") < 1),
    ("microbatches of more than 8 sequences", lambda b, s, x: b.column("mbs") > 8),
    (
        "gradients in 16 bits on a generation without such recipes",
        lambda b, s, x: (b.column("lean_states") > 0) & np.full(len(b), x.generation == "ampere"),
    ),
    (
        "activations offloaded over PCIe, or more than half of them",
        lambda b, s, x: b.column("offload_share") > (0.5 if x.scaleup_packages > 8 else 0.0),
    ),
    (
        "context parallelism for short sequences",
        lambda b, s, x: (b.column("cp") > 1) & (b.column("seq") < LONG_SEQUENCE),
    ),
    ("tensor-parallel experts", lambda b, s, x: b.column("etp") > 1),
)
"""What published runs with public results do not do, as the tables of docs/training.md go."""

LEAST_FREE_SHARE = 0.02


def departures(
    batch: PlanBatch, out_memory: Array, room: float, shape: ModelShape, system: System
) -> BoolArray:
    """Which rules of measured practice each plan leaves, (N, rules); the last is memory.

    Parameters
    ----------
    batch : N plans.
    out_memory, room : memory that each needs, and that one package has, GiB.
    """
    found = [rule(batch, shape, system) for _, rule in PRACTICE]
    found.append(out_memory > (1.0 - LEAST_FREE_SHARE) * room)
    table: BoolArray = np.stack(found, axis=1)
    return table


RULE_WORDS = (*(words for words, _ in PRACTICE), "less than 2 % of memory left")
