"""Least-cost capacities to a certified gap: cutting planes with in-out points.

Each round dispatches every stage once (more often with yearly limits) at a point half way between
the best builds so far and the master's, adds the cuts, and solves the master again. The best point
is an upper bound, the master's value a lower one. (Benders 1962; in-out separation: Ben-Ameur and
Neto 2007.)
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field

import numpy as np

from gigawatt.energy.capacity.limits import PricedYear, mixed_hours, price_year
from gigawatt.energy.capacity.lp_year import LpYear
from gigawatt.energy.capacity.master import Master
from gigawatt.energy.capacity.relaxed import keeps_coupling, without_coupling
from gigawatt.energy.dispatch.problem import YearProblem
from gigawatt.energy.dispatch.solution import Dispatch, Solution
from gigawatt.energy.dispatch.year import Dispatcher, YearKernel, least_storage_mw
from gigawatt.energy.lp import beyond_kernel
from gigawatt.errors import GigawattError
from gigawatt.quantity.arrays import Array, BoolArray

IN_OUT = 0.5
FULL_STEP_EVERY = 6  # rounds between steps to the master's own point
THETA_SCALE = 500.0  # cost of the first point in the master's units
DEAR_USD_PER_MWH = 200.0  # a first point above it fails to serve, and is no scale of the cost
MOST_WHOLE = 100  # sets of blocks that are tried
STALLED_ROUNDS, LEAST_GAIN = 40, 1e-3  # the search ends where these bring less of the gap
TOP = 10.0  # first bound of a capacity over the peak load
MOST_WIDER = 1e3  # the bound is raised to this times the first, no further
ROUTE = "cutting planes with exact dispatch"
ROUTE_UNBOUND = f"{ROUTE} (ramps do not bind)"


@dataclass(frozen=True, slots=True)
class Stage:
    """One year of a plan: its problem, its weight in the cost, and capacity = matrix x builds.

    Attributes
    ----------
    problem : of the stage.
    weight : years x discount that its running cost counts.
    matrix : (J, N) builds that are in service.
    """

    problem: YearProblem
    weight: float
    matrix: Array


@dataclass(frozen=True, slots=True)
class Plan:
    """Result over all stages: builds (N,), and per stage capacities (J,) and hours.

    `unbound`: the kernel dispatched it without its ramps, and they are kept anyway.
    """

    objective_usd: float
    lower_bound_usd: float
    builds_mw: Array
    capacity_mw: tuple[Array, ...]
    hours: tuple[Dispatch, ...]
    running_usd: tuple[float, ...]
    excess: tuple[Array, ...]
    tau: tuple[Array, ...]
    rounds: int
    dispatches: int
    seconds: float
    unbound: bool = False

    @property
    def gap(self) -> float:
        """Certified gap."""
        scale = max(abs(self.objective_usd), 1e-9)
        return max(self.objective_usd - self.lower_bound_usd, 0.0) / scale


@dataclass
class _State:
    """What the rounds carry."""

    stages: Sequence[Stage]
    cost: Array
    kernels: list[Dispatcher]
    tau: list[Array]
    best: Array
    upper: float = np.inf
    found: list[PricedYear] = field(default_factory=list)
    extra_usd: float = 0.0  # spare units of the blocks in hand
    dispatches: int = 0
    rounds: int = 0


@dataclass(frozen=True, slots=True)
class Builds:
    """The builds of a plan: cost (N,), bounds, and the capacities that come in whole blocks.

    Attributes
    ----------
    cost_usd, low_mw, high_mw : (N,); an infinite `high_mw` is widened as needed.
    blocks : (stage, capacity number, block MW, spare cost USD) of what must be whole.
    rows : further limits on builds: (low, high, {number: coefficient}).
    """

    cost_usd: Array
    low_mw: Array
    high_mw: Array
    blocks: tuple[tuple[int, int, float, float], ...] = ()
    rows: tuple[tuple[float, float, dict[int, float]], ...] = ()


def solve_year(
    problem: YearProblem, gap: float = 1e-6, *, polish: float = 1.0,
    most_rounds: int = 2000, most_seconds: float = np.inf,
) -> Solution:  # fmt: skip
    """Least-cost capacities and dispatch of one year.

    Parameters
    ----------
    problem : with at most one storage, see `lp.beyond_kernel`.
    gap : certified gap to reach.
    polish : the search goes on to gap x polish, as long as it costs no more rounds than before.
    """
    stage = Stage(problem, 1.0, np.eye(len(problem.capacities)))
    blocks = tuple(
        (0, j, c.block_mw, c.usd_per_mw_yr * c.block_mw * c.spare_blocks)
        for j, c in enumerate(problem.capacities)
        if c.block_mw > 0.0
    )
    builds = Builds(
        problem.cost, np.array([c.min_mw for c in problem.capacities]),
        np.array([c.max_mw for c in problem.capacities]), blocks,
    )  # fmt: skip
    plan = solve_plan([stage], builds, gap, polish=polish, most_rounds=most_rounds,
                      most_seconds=most_seconds)  # fmt: skip
    return Solution(
        plan.objective_usd, plan.lower_bound_usd, plan.capacity_mw[0], plan.hours[0],
        ROUTE_UNBOUND if plan.unbound else route_name(problem),
        plan.rounds, plan.dispatches, plan.seconds,
    )  # fmt: skip


def solve_plan(
    stages: Sequence[Stage], builds: Builds, gap: float, *, polish: float = 1.0,
    most_rounds: int = 2000, most_seconds: float = np.inf,
) -> Plan:  # fmt: skip
    """Least-cost builds over all stages, to a certified gap.

    Parameters
    ----------
    stages, builds : what is to be decided.
    gap, polish : gap to reach; the search goes on to gap x polish as long as it costs no more
        rounds than before.
    most_rounds, most_seconds : where the search stops; the gap then says how far it came.
    """
    began = time.perf_counter()
    until = began + most_seconds
    tops = first_tops(stages, builds)
    free = [without_coupling(s.problem) for s in stages]
    ahead = any(map(beyond_kernel, (s.problem for s in stages))) and not any(
        map(beyond_kernel, free)
    )
    kernels = [dispatcher(p) for p in (free if ahead else (s.problem for s in stages))]
    first = _first_point(stages, builds, tops)
    unit = _unit_usd(stages, _cost_at(stages, builds, kernels, first))
    master = Master(builds.cost_usd, builds.low_mw, tops, len(stages), unit)
    for low, high, row in builds.rows:
        master.add_row(low, high, row)
    state = _State(
        stages, builds.cost_usd, kernels, [np.zeros((1, len(k.limits))) for k in kernels],
        first,
    )  # fmt: skip
    _evaluate(state, master, state.best, np.inf)
    lower = _rounds(state, master, builds, tops, gap, most_rounds, until)
    unbound = ahead and not builds.blocks and _kept(state)
    if ahead and not unbound:
        state.kernels = [dispatcher(s.problem) for s in stages]
        state.tau = [np.zeros((1, len(k.limits))) for k in state.kernels]
        state.upper = np.inf
        _evaluate(state, master, state.best, np.inf)
        lower = _rounds(state, master, builds, tops, gap, most_rounds, until)
    if polish < 1.0 and not ahead:
        with suppress(GigawattError):  # the bound in hand stands
            lower = _rounds(
                state,
                master,
                builds,
                tops,
                gap * polish,
                2 * state.rounds + 10,
                until,
            )
    if builds.blocks:
        lower = _whole(state, master, builds, tops, gap, until)
    return _result(state, lower, began, unbound=unbound)


def _kept(state: _State) -> bool:
    """Whether the best point, dispatched without ramps, keeps them."""
    return all(
        keeps_coupling(s.problem, x, mixed_hours(k, x, priced.mix))
        for s, k, priced, x in zip(
            state.stages, state.kernels, state.found,
            [s.matrix @ state.best for s in state.stages], strict=True,
        )
    )  # fmt: skip


def dispatcher(problem: YearProblem) -> Dispatcher:
    """What dispatches a year: the kernel, or HiGHS where the kernel can't hold it."""
    return LpYear(problem) if beyond_kernel(problem) else YearKernel(problem)


def route_name(problem: YearProblem) -> str:
    """What the route is called in results."""
    why = beyond_kernel(problem)
    return f"cutting planes with dispatch by HiGHS ({why})" if why else ROUTE


def first_tops(stages: Sequence[Stage], builds: Builds) -> Array:
    """Upper bounds to begin with, (N,): 10 x the peak load, for energy capacities 1,000 h of it."""
    peak = max(*(float(s.problem.load_mw.max()) for s in stages), 1.0)
    top = np.full(len(builds.cost_usd), TOP * peak)
    for s in stages:
        for store in s.problem.storages:
            if store.energy not in (store.charge, store.discharge):
                top[s.matrix[store.energy] > 0.0] = 1000.0 * peak / max(store.hours, 1e-9)
    return np.asarray(np.maximum(np.minimum(builds.high_mw, top), builds.low_mw))


def _first_point(stages: Sequence[Stage], builds: Builds, tops: Array) -> Array:
    """Enough of the first firm plant for the peak, else the least."""
    point = builds.low_mw.copy()
    for s in stages:
        for o in s.problem.offers:
            j = int(o.capacity.max())
            if j >= 0 and o.per_mw.min() >= 1.0 and np.all(o.capacity == j):
                n = int(np.flatnonzero(s.matrix[j] > 0.0)[0])
                need = float(s.problem.load_mw.max())
                point[n] = min(max(point[n], need), tops[n])
                break
    for low, _, row in builds.rows:  # points between feasible ones are feasible: begin with one
        missing = low - sum(c * point[n] for n, c in row.items())
        for n, c in row.items():
            more = min(max(missing, 0.0) / c, tops[n] - point[n])
            point[n] += more
            missing -= c * more
    return point


def _storage_builds(stages: Sequence[Stage]) -> tuple[BoolArray, float]:
    """Builds that stand behind a storage, (N,), and the size below which one counts as none."""
    out = np.zeros(stages[0].matrix.shape[1], dtype=bool)
    for s in stages:
        for store in s.problem.storages:
            for j in (store.charge, store.discharge, store.energy):
                out |= s.matrix[j] > 0.0
    return out, max(least_storage_mw(s.problem) for s in stages)


def _cost_at(
    stages: Sequence[Stage], builds: Builds, kernels: Sequence[Dispatcher], point: Array
) -> float:
    """Cost of a point without its yearly limits: the size of the numbers that the master sees."""
    running = sum(
        s.weight * k.evaluate(s.matrix @ point).cost_usd
        for s, k in zip(stages, kernels, strict=True)
    )
    return float(builds.cost_usd @ point) + running


def _unit_usd(stages: Sequence[Stage], first_usd: float) -> float:
    """Unit of the master: its tolerance must be far below the gap that is asked for."""
    dear = DEAR_USD_PER_MWH * sum(s.weight * s.problem.load_mwh for s in stages)
    return max(min(abs(first_usd), dear), 1e-6) / THETA_SCALE


def _evaluate(state: _State, master: Master, builds: Array, tolerance_usd: float) -> None:
    """Dispatch all stages at a point, add their cuts, keep the point if it is the best."""
    found, total = [], float(state.cost @ builds) + state.extra_usd
    for n, (stage, kernel) in enumerate(zip(state.stages, state.kernels, strict=True)):
        priced = price_year(kernel, stage.matrix @ builds, state.tau[n], tolerance_usd)
        for point in priced.points:
            e = point.evaluation
            master.add_cut(n, stage.weight * e.constant_usd,
                           stage.weight * (e.slopes @ stage.matrix))  # fmt: skip
        state.tau[n] = priced.tau
        state.dispatches += len(priced.points)
        total += stage.weight * priced.cost_usd
        found.append(priced)
    state.rounds += 1
    if total < state.upper:
        state.upper, state.best, state.found = total, builds, found


def _rounds(
    state: _State, master: Master, builds: Builds, tops: Array, gap: float, most: int,
    until: float, cutoff: float = np.inf,
) -> float:  # fmt: skip
    """Cut until the gap is reached; return the lower bound."""
    small, least = _storage_builds(state.stages)
    most_mw = np.minimum(builds.high_mw, MOST_WIDER * first_tops(state.stages, builds))
    gaps: list[float] = []
    while True:
        point, lower = master.solve()
        left = state.upper - lower
        gaps.append(left)
        stalled = len(gaps) > STALLED_ROUNDS and (
            left > (1.0 - LEAST_GAIN) * gaps[-1 - STALLED_ROUNDS]
        )
        touched = np.flatnonzero((point >= tops * (1.0 - 1e-9)) & (tops < most_mw * (1.0 - 1e-9)))
        if left <= gap * abs(state.upper) and not len(touched):
            return lower
        late = state.rounds >= most or time.perf_counter() > until
        if lower >= cutoff or late or stalled:
            return lower
        if len(touched) and left <= 0.05 * abs(state.upper):
            for n in touched:
                tops[n] = min(10.0 * tops[n], most_mw[n])
                master.widen(int(n), float(tops[n]))
            continue
        share = 1.0 if state.rounds % FULL_STEP_EVERY == 0 else IN_OUT
        tolerance = 0.1 * max(left, gap * abs(state.upper)) / sum(s.weight for s in state.stages)
        between = state.best + share * (point - state.best)
        between[small & (between < least) & (builds.low_mw <= 0.0)] = 0.0
        _evaluate(state, master, between, tolerance)


def _whole(
    state: _State, master: Master, builds: Builds, tops: Array, gap: float, until: float
) -> float:
    """Go on with whole blocks: the cuts stay; each set of blocks tried is solved to its own end.

    The mixed-integer master gives the bound and the blocks to try next; with these held, the other
    builds are settled by the rounds above.
    """
    spares = []
    for n, j, size, spare_usd in builds.blocks:
        row = state.stages[n].matrix[j]
        parts = {int(i): float(row[i]) for i in np.flatnonzero(row)}
        most = np.floor(float(row @ np.where(row > 0.0, tops, 0.0)) / size + 1e-9)
        master.add_blocks(parts, size, most, spare_usd)
        spares.append((row, spare_usd))
    upper, best, found = np.inf, state.best, state.found
    tried: set[tuple[int, ...]] = set()
    for _ in range(MOST_WHOLE):
        point, lower = master.solve()
        if np.isfinite(upper) and upper - lower <= gap * abs(upper):
            break
        units = tuple(round(float(row @ point) * 1e3) for row, _ in spares)
        if units in tried:  # its own search ended above the gap, and would again
            break
        tried.add(units)
        state.extra_usd = sum(usd for row, usd in spares if row @ point > 1e-6)
        state.upper = np.inf
        master.hold()
        _evaluate(state, master, point, 0.1 * gap * abs(lower))
        _rounds(state, master, builds, tops, 0.5 * gap, state.rounds + 200, until, cutoff=upper)
        master.release()
        if state.upper < upper:
            upper, best, found = state.upper, state.best, state.found
        if time.perf_counter() > until:
            break
    state.upper, state.best, state.found = upper, best, found
    return lower


def _result(state: _State, lower: float, began: float, *, unbound: bool) -> Plan:
    capacity, hours = [], []
    for stage, kernel, priced in zip(state.stages, state.kernels, state.found, strict=True):
        x = stage.matrix @ state.best
        capacity.append(x)
        hours.append(mixed_hours(kernel, x, priced.mix))
    return Plan(
        state.upper, lower, state.best, tuple(capacity), tuple(hours),
        tuple(p.cost_usd for p in state.found), tuple(p.excess for p in state.found),
        tuple(state.tau), state.rounds, state.dispatches, time.perf_counter() - began, unbound,
    )  # fmt: skip
