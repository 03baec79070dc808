"""Situations to predictions: builds points and constants, and runs the closed forms."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from gigawatt.performance.inference.build import Case, full_layout, points_of
from gigawatt.performance.inference.closed_loop import Loop, closed_loop
from gigawatt.performance.inference.fitted import Fitted, constants_for
from gigawatt.performance.inference.points import Points
from gigawatt.performance.inference.schemes import scheme_of
from gigawatt.performance.inference.stack import Stack
from gigawatt.performance.inference.tables import Situation
from gigawatt.quantity.arrays import Array

ENGINE_BATCH = 4096.0  # running requests of a replica where nothing is said
RANK_BATCH = 1024.0  # of an attention rank, the most that plans are made for


@dataclass(frozen=True, slots=True)
class Aggregate:
    """Arrays of aggregated situations.

    Attributes
    ----------
    points, stacks, months : for `constants_for` and the step-time functions.
    clients, max_batch, packages : of each.
    """

    points: Points
    stacks: tuple[Stack, ...]
    months: Array
    clients: Array
    max_batch: Array
    packages: Array


def most_running(s: Situation) -> float:
    """Running requests of a replica that its engine is set to; memory may hold fewer."""
    ranks = full_layout(s.shape, s.plan.layout).dp
    return float(s.plan.max_batch) or max(ENGINE_BATCH, RANK_BATCH * ranks)


def stack_of(s: Situation) -> Stack:
    """Kind of stack of a situation."""
    scheme = scheme_of(s.shape, s.system, s.plan)
    return Stack(s.plan.engine, s.system.generation, scheme.id, s.shape.id, s.fixed_lengths)


def aggregate(situations: Sequence[Situation]) -> Aggregate:
    """Arrays of situations without a prefill pool."""
    cases = [
        Case(s.shape, s.system, s.plan, s.plan.layout, s.input_tokens, s.output_tokens,
             s.fixed_lengths)
        for s in situations
    ]  # fmt: skip
    batch = [most_running(s) for s in situations]
    packages = [float(full_layout(s.shape, s.plan.layout).packages) for s in situations]
    return Aggregate(
        points=points_of(cases),
        stacks=tuple(stack_of(s) for s in situations),
        months=np.array([s.months for s in situations]),
        clients=np.array([s.clients / s.plan.replicas for s in situations]),
        max_batch=np.array(batch),
        packages=np.array(packages),
    )


def run(a: Aggregate, fitted: Fitted) -> Loop:
    """Closed loop of all situations."""
    return closed_loop(a.points, constants_for(fitted, a.stacks, a.months), a.clients, a.max_batch)
