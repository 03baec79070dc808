"""All plans of one service on so many packages, evaluated at once.

Plans vary in tensor, expert and pipeline parallelism, copies of attention, batch, drafted tokens,
and in whether prompts have a pool of their own. Replicas fill the packages; what does not divide
stays idle and counts. Two pools are balanced by whole workers: for each decode plan and each kind
of prefill worker the number of the latter that gives the most requests is taken.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gigawatt.errors import GigawattError, InfeasibleError
from gigawatt.performance.hardware import System
from gigawatt.performance.inference.build import Case, full_layout, points_of
from gigawatt.performance.inference.closed_loop import mean_context, memory_cap
from gigawatt.performance.inference.constants import NAMES, Constants
from gigawatt.performance.inference.fitted import Fitted, constants_for
from gigawatt.performance.inference.plan import Layout, ServingPlan
from gigawatt.performance.inference.points import Points
from gigawatt.performance.inference.pools import prefill_rate, transfer_s
from gigawatt.performance.inference.schemes import scheme_of
from gigawatt.performance.inference.search import SPREAD_MOST, TAIL, TP_MOST, steady
from gigawatt.performance.inference.stack import Stack
from gigawatt.performance.inference.step import MS, US, decode_s
from gigawatt.performance.shapes import ModelShape
from gigawatt.quantity.arrays import Array

BATCHES = np.unique(np.round(np.geomspace(1.0, 1024.0, 41)))  # per attention rank
STAGES = (1, 2, 4)
POOL_USES = (0.5, 0.7, 0.85)  # of a prefill pool's rate; a queue of prompts grows fast beyond
Index = NDArray[np.intp]


@dataclass(frozen=True, slots=True)
class Service:
    """What is served on what.

    Attributes
    ----------
    shape, system : model and accelerator.
    plan : precision, engine and the like; layout, pools and draft are chosen.
    input_tokens, output_tokens : mean lengths.
    months : date of the software.
    """

    shape: ModelShape
    system: System
    plan: ServingPlan
    input_tokens: float
    output_tokens: float
    months: float


@dataclass(frozen=True, slots=True)
class Plans:
    """Evaluated plans, one entry each; rates are those of the whole deployment.

    Attributes
    ----------
    packages : of the deployment.
    layouts, prefill_layouts : distinct ones; `layout` and `prefill` index them, -1 = one pool.
    replicas, prefill_workers : numbers of them.
    draft, accepted : drafted tokens, and tokens a step yields.
    requests : running requests of a replica.
    tpot_s, ttft_s, ttft_p99_s : times.
    output_tok_s : tokens per second.
    prompt_share : part of the packages' time that goes into prompts.
    used_share : packages that work.
    """

    packages: int
    layouts: tuple[Layout, ...]
    prefill_layouts: tuple[Layout, ...]
    layout: Index
    prefill: Index
    replicas: Array
    prefill_workers: Array
    draft: Array
    accepted: Array
    requests: Array
    tpot_s: Array
    ttft_s: Array
    ttft_p99_s: Array
    output_tok_s: Array
    prompt_share: Array
    used_share: Array

    def take(self, index: Index | NDArray[np.bool_]) -> Plans:
        """Plans of these indices."""
        names = self.__slots__[3:]
        return replace(self, **{n: getattr(self, n)[index] for n in names})


def layouts_on(shape: ModelShape, system: System, packages: int) -> list[Layout]:
    """Layouts of a replica on at most so many packages.

    TP up to 8 inside a scale-up domain; attention copied and experts spread over all packages of
    the replica, up to the domain or 64 packages, powers of two, their threes from 6, and the whole;
    up to four stages of either.
    """
    domain = max(1, system.scaleup_packages)
    most = min(packages, max(domain, SPREAD_MOST) if shape.is_moe else min(domain, TP_MOST))
    wide = {2**k for k in range(11)} | {3 * 2**k for k in range(1, 10)}
    wide.add(min(domain, packages))
    sizes = sorted(w for w in wide if w <= most and w <= max(1, shape.experts))
    out: list[Layout] = []
    for tp in (1, 2, 4, 8):
        if tp > min(TP_MOST, domain, packages) or shape.heads % tp:
            continue
        out.append(Layout(tp=tp))
        if shape.is_moe:
            spread = [size for size in sizes if size > tp and size % tp == 0]
            out += [Layout(tp, size // tp, 1, size) for size in spread]
            if tp > 1 and shape.experts % tp == 0:
                out.append(Layout(tp, 1, tp, 1))
    staged = [replace(o, pp=pp) for o in out for pp in STAGES]
    return [o for o in staged if full_layout(shape, o).packages <= packages]


def fitting(service: Service, layouts: Sequence[Layout]) -> tuple[list[Case], list[Layout]]:
    """Cases and layouts in which the weights fit.

    Raises
    ------
    InfeasibleError, InputError : none does; the message is that of the last layout.
    """
    cases, kept, why = [], [], None
    for layout in layouts:
        case = Case(
            service.shape, service.system, service.plan, layout, service.input_tokens,
            service.output_tokens,
        )  # fmt: skip
        try:
            points_of([case])
        except GigawattError as error:
            why = error
            continue
        cases.append(case)
        kept.append(layout)
    if not cases:
        raise why or InfeasibleError(f"{service.shape.name} fits on no {service.system.id}.")
    return cases, kept


def constants_of(service: Service, fitted: Fitted) -> Constants:
    """Constants of a service, as plain numbers."""
    scheme = scheme_of(service.shape, service.system, service.plan).id
    stack = Stack(service.plan.engine, service.system.generation, scheme, service.shape.id)
    c = constants_for(fitted, [stack], np.array([service.months]))
    return Constants(*(np.asarray(getattr(c, n), dtype=float) for n in NAMES))


def plans_of(
    service: Service, packages: int, drafts: Sequence[tuple[int, float]], fitted: Fitted,
    split: bool = True,
) -> Plans:  # fmt: skip
    """All plans on so many packages.

    Parameters
    ----------
    service, packages : what is served, on how many packages.
    drafts : drafted tokens and tokens that a step then yields; (0, 1.0) is none.
    fitted : constants.
    split : whether plans with a prefill pool are looked at too.

    Raises
    ------
    InfeasibleError : the model, or one request of mean lengths, fits in no layout.
    InputError : the system lacks the precision.
    """
    cases, layouts = fitting(service, layouts_on(service.shape, service.system, packages))
    c = constants_of(service, fitted)
    grid = _grid(points_of(cases), drafts)
    fits = grid.requests <= memory_cap(grid.points)
    if not fits.any():
        raise InfeasibleError(
            f"{service.shape.name} on {service.system.id}: one request of "
            f"{float(mean_context(grid.points)[0]):,.0f} tokens does not fit beside the weights in "
            "any layout."
        )
    grid = grid.take(np.flatnonzero(fits))
    one = _one_pool(grid, tuple(layouts), packages, c)
    if not split:
        return one
    pools = _prefill_pools(service, points_of(cases), layouts, packages, c)
    two = [_two_pools(grid, one, pool, packages, c) for pool in pools]
    return _joined(one, [t for t in two if t.requests.size], tuple(p.layout for p in pools))


@dataclass(frozen=True, slots=True)
class _Grid:
    points: Points
    layout: Index
    requests: Array

    def take(self, index: Index) -> _Grid:
        return _Grid(self.points.take(index), self.layout[index], self.requests[index])


def _grid(points: Points, drafts: Sequence[tuple[int, float]]) -> _Grid:
    """Every layout with every batch and draft."""
    count = points.tp.size
    layout = np.repeat(np.arange(count), BATCHES.size * len(drafts))
    batch = np.tile(np.repeat(BATCHES, len(drafts)), count)
    draft, accepted = (
        np.tile(np.array([d[k] for d in drafts], dtype=float), count * BATCHES.size) for k in (0, 1)
    )
    wide = replace(points.take(layout), draft=draft, accepted=accepted)
    return _Grid(wide, layout, batch * wide.dp * wide.stages)


def _one_pool(grid: _Grid, layouts: tuple[Layout, ...], packages: int, c: Constants) -> Plans:
    p = grid.points
    state = steady(p, c, grid.requests)
    each = p.world * p.stages
    replicas = np.floor(packages / each)
    streamed = c.stream_tokens * state.tpot_s  # tokens that a client waits for before it sees one
    return Plans(
        packages=packages,
        layouts=layouts,
        prefill_layouts=(),
        layout=grid.layout,
        prefill=np.full(grid.layout.size, -1),
        replicas=replicas,
        prefill_workers=np.zeros(grid.layout.size),
        draft=p.draft,
        accepted=p.accepted,
        requests=grid.requests,
        tpot_s=state.tpot_s,
        ttft_s=state.ttft_s + streamed,
        ttft_p99_s=state.ttft_p99_s + streamed,
        output_tok_s=grid.requests / state.tpot_s * replicas,
        prompt_share=state.prefill_share,
        used_share=replicas * each / packages,
    )


@dataclass(frozen=True, slots=True)
class _PrefillPool:
    """One kind of prefill worker: packages, full rate (requests/s), use, and times, s."""

    layout: Layout
    packages: float
    rate: float
    use: float
    base_s: float
    prompt_s: float


def _prefill_pools(
    service: Service, points: Points, layouts: list[Layout], packages: int, c: Constants
) -> list[_PrefillPool]:
    """Kinds of workers that no other of at most their size beats in rate per package."""
    rate, prompt = prefill_rate(points, c)
    spoken = float(np.ravel(c.first_ms * MS + c.first_token_us * US * service.input_tokens)[0])
    base = spoken + prompt + transfer_s(points)
    each = points.world * points.stages
    per_package = rate / each
    found: list[_PrefillPool] = []
    best = 0.0
    for i in np.lexsort((-per_package, each)):
        if per_package[i] > best and each[i] < packages:
            best = float(per_package[i])
            times = float(base[i]), float(prompt[i])
            found += [
                _PrefillPool(layouts[i], float(each[i]), float(rate[i]), use, *times)
                for use in POOL_USES
            ]
    return found


def _backlog_s(pool: _PrefillPool, workers: Array, use: Array) -> Array:
    """Prompts before a new one, s: twice the mean wait of M/D/c at this use.

    Sakasegawa's approximation for c servers (1977), u^(sqrt(2(c + 1)) - 1)/(c (1 - u)); u/(1 - u)
    with one. Ranks of a worker take their prompts together and are one server.
    """
    power = np.sqrt(2.0 * (workers + 1.0)) - 1.0
    out: Array = use**power / (workers * (1.0 - use)) * pool.prompt_s
    return out


def _two_pools(grid: _Grid, one: Plans, pool: _PrefillPool, packages: int, c: Constants) -> Plans:
    """Decode plans of the grid with so many workers of one kind as give the most requests."""
    p = grid.points
    step = decode_s(p, c, grid.requests, mean_context(p))
    tpot = step / p.accepted
    each = p.world * p.stages
    decode_rate = grid.requests / tpot / p.output_tokens
    most = pool.rate * pool.use
    ideal = packages * decode_rate / (most * each + decode_rate * pool.packages)
    best, workers, replicas = np.zeros(step.size), np.ones(step.size), np.zeros(step.size)
    for count in (np.floor(ideal), np.ceil(ideal)):
        w = np.maximum(1.0, count)
        r = np.floor(np.maximum(0.0, packages - w * pool.packages) / each)
        rate = np.minimum(w * most, r * decode_rate)
        better = rate > best
        best, workers, replicas = (
            np.where(better, new, old) for new, old in ((rate, best), (w, workers), (r, replicas))
        )
    keep = np.flatnonzero(best > 0.0)
    first = pool.base_s + float(np.ravel(c.stream_tokens)[0]) * tpot + step
    backlog = _backlog_s(pool, workers, best / (workers * pool.rate))
    used = workers * pool.packages + replicas * each
    whole = replace(
        one, prefill=np.zeros(step.size, dtype=np.intp), replicas=replicas,
        prefill_workers=workers, tpot_s=tpot, ttft_s=first + 0.5 * backlog,
        ttft_p99_s=first + TAIL * backlog, output_tok_s=best * p.output_tokens,
        prompt_share=workers * pool.packages / used, used_share=used / packages,
    )  # fmt: skip
    return whole.take(keep)


def _joined(one: Plans, two: list[Plans], pools: tuple[Layout, ...]) -> Plans:
    parts = [one]
    for number, part in enumerate(two):
        parts.append(replace(part, prefill=np.full(part.requests.size, number)))
    arrays: dict[str, Any] = {
        n: np.concatenate([getattr(part, n) for part in parts]) for n in Plans.__slots__[3:]
    }
    return replace(one, prefill_layouts=pools, **arrays)
