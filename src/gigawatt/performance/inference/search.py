"""All customary layouts and batches of one service at once, and the best under limits.

A replica runs as many requests as it is given; steady state follows in closed form. The 99th
percentile of TTFT adds the tail of an M/D/1 queue of prompts (ln 100 / 2 of their mean backlog),
that of TPOT is the mean over `TPOT_P99_SHARE`.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from gigawatt.errors import InfeasibleError
from gigawatt.performance.hardware import System
from gigawatt.performance.inference.build import Case, points_of
from gigawatt.performance.inference.closed_loop import mean_context, memory_cap, tpot_s
from gigawatt.performance.inference.constants import Constants
from gigawatt.performance.inference.fitted import Fitted, constants_for
from gigawatt.performance.inference.plan import Layout, ServingPlan
from gigawatt.performance.inference.points import Points
from gigawatt.performance.inference.schemes import scheme_of
from gigawatt.performance.inference.stack import Stack
from gigawatt.performance.inference.step import MS, US
from gigawatt.performance.shapes import ModelShape
from gigawatt.quantity.arrays import Array

STAGES = (1, 2, 4, 8, 16)  # of a pipeline, tried where a model fits in none with fewer
TP_MOST = 8
SPREAD_MOST = 64  # packages over which experts are spread beyond a small domain
BATCHES = np.unique(np.round(np.geomspace(1.0, 1024.0, 61)))  # per attention rank
TPOT_P99_SHARE = 0.8
TAIL = 2.3  # ln(100)/2: 99th percentile of the wait over use/(1 - use) prompts
MOST_USE = 0.98


@dataclass(frozen=True, slots=True)
class Front:
    """Points of one service, one entry per layout and batch that fit.

    Attributes
    ----------
    layouts : distinct layouts.
    layout : index into `layouts`.
    requests : running requests of a replica.
    tpot_s, ttft_s, ttft_p99_s : times.
    output_tok_s : per package.
    prefill_share : part of the time that goes into prompts.
    """

    layouts: tuple[Layout, ...]
    layout: NDArray[np.intp]
    requests: Array
    tpot_s: Array
    ttft_s: Array
    ttft_p99_s: Array
    output_tok_s: Array
    prefill_share: Array

    def best(self, tpot_limit_s: float, ttft_p99_limit_s: float = np.inf) -> int:
        """Index of the point with the most tokens per package within the limits.

        Raises
        ------
        InfeasibleError : none is within them.
        """
        inside = (self.tpot_s <= tpot_limit_s) & (self.ttft_p99_s <= ttft_p99_limit_s)
        if not inside.any():
            raise InfeasibleError(
                f"no layout is that fast: at best {1.0 / self.tpot_s.min():,.0f} tokens/s per user "
                f"and {self.ttft_p99_s.min():,.2f} s to the first token (99th percentile)."
            )
        return int(np.argmax(np.where(inside, self.output_tok_s, -1.0)))


def layouts_of(shape: ModelShape, system: System, packages: int) -> list[Layout]:
    """Customary layouts on at most so many packages: powers of two, TP to 8, or wide experts."""
    domain = max(1, system.scaleup_packages)
    most = min(packages, max(domain, SPREAD_MOST) if shape.is_moe else min(domain, TP_MOST))
    out: list[Layout] = []
    size = 1
    while size <= most:
        if size <= min(TP_MOST, domain) and shape.heads % size == 0:
            out.append(Layout(tp=size))
        if shape.is_moe and size > 1 and shape.experts % size == 0:
            out.append(Layout(tp=1, dp=size, moe_tp=1, moe_ep=size))
        size *= 2
    return out


@dataclass(frozen=True, slots=True)
class Steady:
    """Steady state of points with so many running requests.

    Attributes
    ----------
    tpot_s, ttft_s, ttft_p99_s : times.
    prefill_share : part of the time that goes into prompts.
    """

    tpot_s: Array
    ttft_s: Array
    ttft_p99_s: Array
    prefill_share: Array


def steady(points: Points, c: Constants, requests: Array) -> Steady:
    """State of replicas that load keeps at `requests` running ones (module's header)."""
    tpot, step, admitted, prefill = tpot_s(points, c, requests)
    use = admitted * prefill / points.stages / (tpot * points.accepted)
    use = np.minimum(use, MOST_USE)
    launches = points.layers * points.stages * c.eager_ms * MS
    spoken = c.first_ms * MS + c.first_token_us * US * points.input_tokens
    launches, steps = launches * points.chunks, step * points.chunks
    first = spoken + np.hypot(launches, prefill) + steps
    backlog = use / (1.0 - use) * prefill
    return Steady(tpot, first + 0.5 * backlog, first + TAIL * backlog, use)


def front_of(
    shape: ModelShape,
    system: System,
    plan: ServingPlan,
    input_tokens: float,
    output_tokens: float,
    packages: int,
    fitted: Fitted,
    months: float,
    batches: Array = BATCHES,
) -> Front:
    """All layouts and batches of a service.

    Parameters
    ----------
    shape, system, plan : what runs where and how; the plan's layout is not used.
    input_tokens, output_tokens : mean lengths.
    packages : most packages of a replica.
    fitted, months : constants and date of the software.
    batches : running requests per attention rank that are looked at.

    Raises
    ------
    InfeasibleError : the model fits in no layout.
    InputError : the system lacks the precision.
    """
    cases = _fitting(shape, system, plan, input_tokens, output_tokens, packages)
    layouts = [case.layout for case in cases]
    rows = np.repeat(np.arange(len(cases)), batches.size)
    points = points_of(cases).take(rows)
    requests = np.tile(batches, len(cases)) * points.dp
    stack = Stack(plan.engine, system.generation, scheme_of(shape, system, plan).id, shape.id)
    c = constants_for(fitted, [stack], np.array([months]))
    state = steady(points, c, requests)
    fits = requests <= memory_cap(points)
    if not fits.any():
        raise InfeasibleError(
            f"{shape.name} on {system.id}: one request of {float(mean_context(points)[0]):,.0f} "
            "tokens does not fit beside the weights in any layout."
        )
    return Front(
        layouts=tuple(layouts),
        layout=rows[fits],
        requests=requests[fits],
        tpot_s=state.tpot_s[fits],
        ttft_s=state.ttft_s[fits],
        ttft_p99_s=state.ttft_p99_s[fits],
        output_tok_s=(requests / state.tpot_s / points.world / points.stages)[fits],
        prefill_share=state.prefill_share[fits],
    )


def _fitting(
    shape: ModelShape, system: System, plan: ServingPlan, input_tokens: float,
    output_tokens: float, packages: int,
) -> list[Case]:  # fmt: skip
    """Layouts whose weights fit; in stages where they fit in none, as few as do."""
    why = ""
    for stages in STAGES:
        cases = []
        for layout in layouts_of(shape, system, packages):
            own = replace(layout, pp=stages)
            case = Case(shape, system, replace(plan, layout=own), own, input_tokens, output_tokens)
            try:
                points_of([case])
            except InfeasibleError as error:
                why = why or str(error)
                continue
            cases.append(case)
        if cases:
            return cases
    raise InfeasibleError(why or f"{shape.name} fits in no layout on {system.id}.")
