"""The whole supply problem as one linear (or mixed-integer) programme in HiGHS.

The route for what the dispatch kernel can't hold: several storages, standing loss, ramps, minimum
load and start cost, and the oracle that the fast route is tested against. In the compact form,
offers without price enter the balance through their capacity, with one variable for what is
curtailed; dual simplex was the fastest of HiGHS's methods on these problems.

Running units are a continuous share of the capacity (commitment relaxed): a lower bound of the cost
with whole units.
"""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from gigawatt.energy.dispatch.problem import NONE, YearProblem
from gigawatt.energy.dispatch.solution import Dispatch, Solution
from gigawatt.energy.highs import quiet_highs
from gigawatt.errors import GigawattError, InfeasibleError
from gigawatt.quantity.arrays import Array, BoolArray, IntArray

INF = np.inf


@dataclass
class _Model:
    """Columns and rows of an LP under construction."""

    cost: list[Array] = field(default_factory=list)
    col_low: list[Array] = field(default_factory=list)
    col_high: list[Array] = field(default_factory=list)
    row_low: list[Array] = field(default_factory=list)
    row_high: list[Array] = field(default_factory=list)
    entries: list[tuple[IntArray, IntArray, Array]] = field(default_factory=list)
    columns: int = 0
    rows: int = 0
    integer: list[int] = field(default_factory=list)

    def add_columns(
        self, count: int, cost: Array | float, low: Array | float, high: Array | float
    ) -> IntArray:
        """Add columns; return their numbers."""
        for into, value in ((self.cost, cost), (self.col_low, low), (self.col_high, high)):
            into.append(np.broadcast_to(np.asarray(value, dtype=float), (count,)))
        self.columns += count
        return np.arange(self.columns - count, self.columns)

    def add_rows(self, count: int, low: Array | float, high: Array | float) -> IntArray:
        """Add rows; return their numbers."""
        for into, value in ((self.row_low, low), (self.row_high, high)):
            into.append(np.broadcast_to(np.asarray(value, dtype=float), (count,)))
        self.rows += count
        return np.arange(self.rows - count, self.rows)

    def put(self, rows: IntArray, cols: IntArray | int, value: Array | float) -> None:
        """Add coefficients; those of 0 are left out."""
        values = np.broadcast_to(np.asarray(value, dtype=float), rows.shape)
        numbers = np.broadcast_to(np.asarray(cols, dtype=np.int64), rows.shape)
        keep = values != 0.0
        self.entries.append((rows[keep], numbers[keep], values[keep]))


@dataclass(frozen=True, slots=True)
class _Columns:
    """Where the variables stand: x (J), g (T, K) or -1 for free offers, storage (T, S) thrice."""

    x: IntArray
    served: IntArray
    curtailed: IntArray
    charge: IntArray
    discharge: IntArray
    level: IntArray
    balance: IntArray
    excess: IntArray


def solve_lp(
    problem: YearProblem,
    *,
    fixed_mw: Array | None = None,
    whole_blocks: bool = True,
    seconds: float = 600.0,
) -> Solution:
    """Solve a year in HiGHS, capacities free or fixed.

    Parameters
    ----------
    problem : the year.
    fixed_mw : (J,) capacities to hold; None = choose them.
    whole_blocks : build whole blocks where a capacity has a block size (needs branching).
    seconds : time limit of the solver.

    Raises
    ------
    InfeasibleError : no supply keeps all limits. `GigawattError` : the solver ended early.
    """
    began = time.perf_counter()
    model, columns = build(problem, fixed_mw, whole_blocks)
    highs = pass_model(model, seconds)
    highs.run()
    status = highs.modelStatusToString(highs.getModelStatus())
    if status in ("Infeasible", "Primal infeasible or unbounded"):
        raise InfeasibleError("No supply serves the load within all limits.")
    if status != "Optimal":
        raise GigawattError(f"HiGHS ended with {status!r} after {seconds:g} s.")
    info, solution = highs.getInfo(), highs.getSolution()
    values = np.asarray(solution.col_value)
    objective = float(info.objective_function_value)
    bound = float(info.mip_dual_bound) if model.integer else objective
    prices = np.zeros(problem.steps)
    if not model.integer:
        prices = np.asarray(solution.row_dual)[columns.balance] / problem.step_h
    return Solution(
        objective, bound, values[columns.x], fold_hours(problem, columns, values, prices),
        route_name(problem), seconds=time.perf_counter() - began,
    )  # fmt: skip


def route_name(problem: YearProblem) -> str:
    """What the route is called in results, with the reason why the fast one can't hold the case."""
    why = beyond_kernel(problem)
    return "whole LP in HiGHS" + (f" ({why})" if why else "")


def beyond_kernel(problem: YearProblem) -> str:
    """Why the dispatch kernel can't hold a problem; empty if it can."""
    why = []
    if len(problem.storages) > 1:
        why.append(f"{len(problem.storages)} storages")
    if any(s.loss_per_h > 0.0 for s in problem.storages):
        why.append("standing loss")
    if any(np.isfinite(o.ramp_share_per_h) for o in problem.offers):
        why.append("ramps")
    if any(o.min_load_share > 0.0 or o.start_usd_per_mw > 0.0 for o in problem.offers):
        why.append("commitment, relaxed")
    return ", ".join(why)


def build(
    problem: YearProblem, fixed_mw: Array | None, whole_blocks: bool
) -> tuple[_Model, _Columns]:
    """Columns and rows of the year."""
    m, steps = _Model(), problem.steps
    low = np.array([c.min_mw for c in problem.capacities])
    high = np.array([c.max_mw for c in problem.capacities])
    if fixed_mw is not None:
        low = high = np.asarray(fixed_mw, dtype=float)
    x = m.add_columns(len(low), problem.cost, low, high)
    if whole_blocks and fixed_mw is None:
        _blocks(m, problem, x)
    balance = m.add_rows(steps, problem.load_mw, problem.load_mw)
    free = _free(problem)
    served = np.full((steps, len(problem.offers)), NONE, dtype=np.int64)
    for k in range(len(problem.offers)):
        if not free[k]:
            served[:, k] = _offer(m, problem, k, x, balance)
    curtailed = _curtailment(m, problem, free, x, balance)
    stores = [_storage(m, problem, s, x, balance) for s in range(len(problem.storages))]
    parts = np.stack(stores, axis=2) if stores else np.zeros((3, steps, 0), dtype=np.int64)
    excess = _limits(m, problem, served)
    return m, _Columns(x, served, curtailed, parts[0], parts[1], parts[2], balance, excess)


def _free(problem: YearProblem) -> BoolArray:
    """Offers that enter the balance through their capacity alone, (K,)."""
    counted = np.zeros(len(problem.offers), dtype=bool)
    for limit in problem.limits:
        counted |= np.any(limit.per_mwh != 0.0, axis=0)
    return np.array([
        not counted[k] and not o.couples_steps and not np.any(o.usd_per_mwh)
        and not np.any(np.isfinite(o.limit_mw)) and bool(np.all(o.capacity >= 0))
        for k, o in enumerate(problem.offers)
    ])  # fmt: skip


def _offer(m: _Model, problem: YearProblem, k: int, x: IntArray, balance: IntArray) -> IntArray:
    o, steps, h = problem.offers[k], problem.steps, problem.step_h
    g = m.add_columns(steps, o.usd_per_mwh * h, 0.0, o.limit_mw)
    m.put(balance, g, 1.0)
    linked = np.flatnonzero(o.capacity >= 0)
    if o.min_load_share > 0.0 or o.start_usd_per_mw > 0.0:
        _commitment(m, problem, k, x, g)
    elif len(linked):
        rows = m.add_rows(len(linked), -INF, 0.0)
        m.put(rows, g[linked], 1.0)
        m.put(rows, x[o.capacity[linked]], -o.per_mw[linked])
    if np.isfinite(o.ramp_share_per_h):
        rows = m.add_rows(steps - 1, -INF, 0.0)
        other = m.add_rows(steps - 1, -INF, 0.0)
        for r, sign in ((rows, 1.0), (other, -1.0)):
            m.put(r, g[1:], sign)
            m.put(r, g[:-1], -sign)
            m.put(r, x[o.capacity[1:]], -o.ramp_share_per_h * h)
    return g


def _commitment(m: _Model, problem: YearProblem, k: int, x: IntArray, g: IntArray) -> None:
    """Running MW u: min x u <= g <= u <= available; starts s_t >= u_t - u_t-1."""
    o, steps = problem.offers[k], problem.steps
    u = m.add_columns(steps, 0.0, 0.0, INF)
    start = m.add_columns(steps, o.start_usd_per_mw, 0.0, INF)
    rows = m.add_rows(steps, -INF, 0.0)
    m.put(rows, g, 1.0)
    m.put(rows, u, -1.0)
    rows = m.add_rows(steps, 0.0, INF)
    m.put(rows, g, 1.0)
    m.put(rows, u, -o.min_load_share)
    rows = m.add_rows(steps, -INF, 0.0)
    m.put(rows, u, 1.0)
    m.put(rows, x[o.capacity], -o.per_mw)
    rows = m.add_rows(steps, 0.0, INF)
    m.put(rows, start, 1.0)
    m.put(rows, u, -1.0)
    m.put(rows, np.roll(u, 1), 1.0)


def _curtailment(
    m: _Model, problem: YearProblem, free: BoolArray, x: IntArray, balance: IntArray
) -> IntArray:
    if not free.any():
        return np.zeros(0, dtype=np.int64)
    c = m.add_columns(problem.steps, 0.0, 0.0, INF)
    m.put(balance, c, -1.0)
    for k in np.flatnonzero(free):
        m.put(balance, x[problem.offers[k].capacity], problem.offers[k].per_mw)
    # Without a reason to take more than the load (a negative price, a minimum take, plant that
    # can't come down), no more is curtailed than there is.
    held = any(o.couples_steps for o in problem.offers)
    if held or problem.price.min() < 0.0 or any(y.per_mwh.min() < 0.0 for y in problem.limits):
        rows = m.add_rows(problem.steps, -INF, 0.0)
        m.put(rows, c, 1.0)
        for k in np.flatnonzero(free):
            m.put(rows, x[problem.offers[k].capacity], -problem.offers[k].per_mw)
    return c


def _storage(m: _Model, problem: YearProblem, s: int, x: IntArray, balance: IntArray) -> IntArray:
    store, steps, h = problem.storages[s], problem.steps, problem.step_h
    c, d, level = (m.add_columns(steps, 0.0, 0.0, INF) for _ in range(3))
    m.put(balance, c, -1.0)
    m.put(balance, d, 1.0)
    rows = m.add_rows(steps, 0.0, 0.0)
    m.put(rows, np.roll(level, -1), 1.0)
    m.put(rows, level, -(1.0 - store.loss_per_h * h))
    m.put(rows, c, -store.eta_charge * h)
    m.put(rows, d, h / store.eta_discharge)
    sizes = (
        (c, store.charge, 1.0), (d, store.discharge, store.discharge_per_mw),
        (level, store.energy, store.hours),
    )  # fmt: skip
    for column, number, per_mw in sizes:
        rows = m.add_rows(steps, -INF, 0.0)
        m.put(rows, column, 1.0)
        m.put(rows, x[number], -per_mw)
    return np.stack([c, d, level])


def _limits(m: _Model, problem: YearProblem, served: IntArray) -> IntArray:
    excess = []
    for limit in problem.limits:
        row = m.add_rows(1, -INF, limit.limit)
        for k in range(len(problem.offers)):
            if np.any(limit.per_mwh[:, k]):
                every = np.broadcast_to(row, (problem.steps,))
                m.put(every, served[:, k], limit.per_mwh[:, k] * problem.step_h)
        if np.isfinite(limit.usd_per_unit):
            over = m.add_columns(1, limit.usd_per_unit, 0.0, INF)
            m.put(row, over, -1.0)
            excess.append(int(over[0]))
    return np.array(excess, dtype=np.int64)


def _blocks(m: _Model, problem: YearProblem, x: IntArray) -> None:
    """Whole units: x = size n; spares are paid where any unit is built."""
    top = 10.0 * float(problem.load_mw.max())
    for j, c in enumerate(problem.capacities):
        if c.block_mw <= 0.0:
            continue
        most = float(np.floor(min(c.max_mw, top) / c.block_mw + 1e-9))
        n = m.add_columns(1, 0.0, 0.0, most)
        any_built = m.add_columns(1, c.usd_per_mw_yr * c.block_mw * c.spare_blocks, 0.0, 1.0)
        m.integer += [int(n[0]), int(any_built[0])]
        row = m.add_rows(1, 0.0, 0.0)
        m.put(row, x[[j]], 1.0)
        m.put(row, n, -c.block_mw)
        row = m.add_rows(1, -INF, 0.0)
        m.put(row, n, 1.0)
        m.put(row, any_built, -most)


def pass_model(m: _Model, seconds: float) -> Any:  # noqa: ANN401
    """Hand a model to a solver that says nothing; returns the solver."""
    import highspy  # noqa: PLC0415
    from scipy.sparse import csc_array  # noqa: PLC0415

    rows, cols, values = (np.concatenate(parts) for parts in zip(*m.entries, strict=True))
    matrix = csc_array((values, (rows, cols)), shape=(m.rows, m.columns))
    lp = highspy.HighsLp()
    lp.num_col_, lp.num_row_ = m.columns, m.rows
    lp.col_cost_ = np.concatenate(m.cost)
    lp.col_lower_, lp.col_upper_ = np.concatenate(m.col_low), np.concatenate(m.col_high)
    lp.row_lower_, lp.row_upper_ = np.concatenate(m.row_low), np.concatenate(m.row_high)
    lp.a_matrix_.format_ = highspy.MatrixFormat.kColwise
    lp.a_matrix_.start_ = matrix.indptr
    lp.a_matrix_.index_ = matrix.indices
    lp.a_matrix_.value_ = matrix.data
    if m.integer:
        kinds = [highspy.HighsVarType.kContinuous] * m.columns
        for number in m.integer:
            kinds[number] = highspy.HighsVarType.kInteger
        lp.integrality_ = kinds
    highs = quiet_highs()
    options = {
        "solver": "simplex" if not m.integer else "choose",
        "time_limit": seconds, "mip_rel_gap": 1e-7,
    }  # fmt: skip
    for name, value in options.items():
        highs.setOptionValue(name, value)
    highs.passModel(lp)
    return highs


def fold_hours(problem: YearProblem, columns: _Columns, values: Array, prices: Array) -> Dispatch:
    """Hours of a solution of the LP: (C,) values of its columns, (T,) prices."""
    served = np.where(columns.served >= 0, values[columns.served], 0.0)
    free = _free(problem)
    if free.any():
        x = values[columns.x]
        left = values[columns.curtailed].copy()
        for k in np.flatnonzero(free)[::-1]:  # curtail the last named first
            made = problem.offers[k].per_mw * x[problem.offers[k].capacity]
            cut = np.minimum(made, left)
            served[:, k] = made - cut
            left -= cut
    return Dispatch(
        served, values[columns.charge], values[columns.discharge], values[columns.level], prices
    )
