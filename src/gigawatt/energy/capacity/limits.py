"""Dispatch of a year under yearly limits: multipliers on the prices, and the mix that keeps them.

With a multiplier tau >= 0 on a limit, each offer's price rises by tau times what it counts; the
year then falls apart into the hours that the kernel can hold. The dual value is concave in tau with
slope used - limit. The primal is a mix of dispatches that keeps the limits: the problem is convex,
so a mix is feasible, and its cost is an upper bound. Every dispatch gives a valid cut.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np

from gigawatt.energy.dispatch.solution import Dispatch
from gigawatt.energy.dispatch.year import Dispatcher, Evaluation
from gigawatt.errors import GigawattError
from gigawatt.quantity.arrays import Array

NEAR = 1.05  # step from the last multiplier when it is looked for again
MOST_DISPATCHES = 60
NOTHING = 1e-7  # of a limit: less than this above it is the solver's tolerance
SPREAD = 1e-6  # least cost over the price of breaking a limit that the LP of the mix is given


@dataclass(frozen=True, slots=True)
class Point:
    """One dispatched year: multipliers (R,), what came out."""

    tau: Array
    evaluation: Evaluation


@dataclass(frozen=True, slots=True)
class PricedYear:
    """A year at fixed capacities with its limits kept.

    Attributes
    ----------
    cost_usd : of the mix, priced excess included.
    excess : (R,) what is above each limit in the mix.
    mix : (weight, multipliers) of the dispatches; weights add up to 1.
    tau : (P, R) multipliers to start the next search from.
    points : all that was dispatched: their cuts hold for any capacities.
    """

    cost_usd: float
    excess: Array
    mix: tuple[tuple[float, Array], ...]
    tau: Array
    points: tuple[Point, ...]


@dataclass
class _Search:
    """Dispatches of one year at fixed capacities."""

    kernel: Dispatcher
    x: Array
    points: list[Point] = field(default_factory=list)

    def run(self, tau: Array) -> Point:
        """Dispatch with multipliers."""
        point = Point(tau, self.kernel.evaluate(self.x, tau))
        self.points.append(point)
        return point


def price_year(kernel: Dispatcher, x: Array, tau: Array, tolerance_usd: float) -> PricedYear:
    """Dispatch a year so that its yearly limits hold.

    Parameters
    ----------
    kernel : of the year.
    x : (J,) capacities.
    tau : (P, R) multipliers to begin with, P at least 1.
    tolerance_usd : gap at which the search of the multipliers ends.
    """
    search = _Search(kernel, x)
    prices = kernel.unit_prices
    rows = tau.shape[1]
    if not rows:
        return _mixed(search, [(1.0, search.run(tau[0]))], prices)
    mix = _one(search, float(tau[0, 0]), float(prices[0]), tolerance_usd) if rows == 1 else (
        _several(search, tau, prices, tolerance_usd)
    )  # fmt: skip
    return _mixed(search, mix, prices)


def mixed_hours(kernel: Dispatcher, x: Array, mix: tuple[tuple[float, Array], ...]) -> Dispatch:
    """Hours of the mix, weighted."""
    parts = []
    for weight, tau in mix:
        kernel.evaluate(x, tau)
        parts.append((weight, kernel.hours()))
    return Dispatch(*(
        sum(w * getattr(d, name) for w, d in parts)
        for name in ("served_mw", "charge_mw", "discharge_mw", "level_mwh", "price_usd_per_mwh")
    ))  # fmt: skip


def _mixed(search: _Search, mix: list[tuple[float, Point]], prices: Array) -> PricedYear:
    mix = [(w, p) for w, p in mix if w > 0.0]
    used = np.sum([w * p.evaluation.used for w, p in mix], axis=0)
    excess = np.maximum(used - search.kernel.limits, 0.0)
    scale = np.maximum(np.abs(search.kernel.limits), 1.0)
    # what is within the tolerance of the mix costs what keeping the limit would, not breaking it
    small = excess <= NOTHING * scale
    worth = np.sum([w * p.tau for w, p in mix], axis=0)
    cost = sum(w * p.evaluation.cost_usd for w, p in mix)
    cost += float(np.where(small, np.minimum(worth, prices), prices) @ excess)
    excess = np.where(small, 0.0, excess)
    last = search.points[-1].tau
    # with several limits the mix takes many dispatches to find: the next search begins with it
    tau = np.stack([last, *(p.tau for _, p in mix)]) if len(last) > 1 else last[None, :]
    return PricedYear(cost, excess, tuple((w, p.tau) for w, p in mix), tau, tuple(search.points))


def _one(
    search: _Search, tau: float, top: float, tolerance_usd: float
) -> list[tuple[float, Point]]:
    """One limit: bracket the multiplier from the last one, then meet the tangents."""
    limit = float(search.kernel.limits[0])

    def over(p: Point) -> float:
        return float(p.evaluation.used[0]) - limit

    above: Point | None = None  # uses too much: the multiplier is too low
    below: Point | None = None
    while above is None or below is None:
        point = search.run(np.array([tau]))
        if over(point) > 0.0:
            above = point
            if tau >= top:
                return [(1.0, point)]
            tau = _higher(search, tau, top)
        else:
            below = point
            if tau <= 0.0:
                return [(1.0, point)]
            tau = tau / NEAR if len(search.points) == 1 else 0.0
    return _meet(search, above, below, over, tolerance_usd)


def _higher(search: _Search, tau: float, top: float) -> float:
    """Next multiplier to try when the limit is broken: near by, at the scale of prices, the top."""
    tries = len(search.points)
    if tries == 1 and tau > 0.0:
        return min(tau * NEAR, top)
    for factor in (0.02, 2.0):
        if tau < factor * search.kernel.scale_of_tau:
            return min(factor * search.kernel.scale_of_tau, top)
    return top


def _meet(
    search: _Search,
    above: Point,
    below: Point,
    over: Callable[[Point], float],
    tolerance_usd: float,
) -> list[tuple[float, Point]]:
    limit = float(search.kernel.limits[0])
    while True:
        a, b = above.evaluation, below.evaluation
        slope_a, slope_b = a.used[0] - limit, b.used[0] - limit
        weight = -slope_b / (slope_a - slope_b)
        mix = [(float(weight), above), (1.0 - float(weight), below)]
        upper = weight * a.cost_usd + (1.0 - weight) * b.cost_usd
        tau = (b.cost_usd - a.cost_usd) / (slope_a - slope_b)
        known = max(p.evaluation.bound_at(search.x) for p in (above, below))
        if upper - known <= tolerance_usd or len(search.points) >= MOST_DISPATCHES:
            return mix
        if not float(above.tau[0]) < tau < float(below.tau[0]):
            return mix
        point = search.run(np.array([tau]))
        if upper - point.evaluation.bound_at(search.x) <= tolerance_usd:
            # both ends are optimal at this multiplier, and so is their mix
            return mix
        if point.evaluation.used[0] > limit:
            above = point
        else:
            below = point


def _several(
    search: _Search, tau: Array, prices: Array, tolerance_usd: float
) -> list[tuple[float, Point]]:
    """Several limits: best mix of the dispatches so far by a small LP, whose duals are next."""
    for start in np.unique(np.vstack([tau, np.zeros_like(tau[:1])]), axis=0):
        search.run(start)
    while True:
        weights, upper, duals = _best_mix(search, prices)
        known = max(p.evaluation.bound_at(search.x) for p in search.points)
        mix = list(zip(weights.tolist(), search.points, strict=True))
        if upper - known <= tolerance_usd or len(search.points) >= MOST_DISPATCHES:
            return mix
        point = search.run(duals)
        if upper - point.evaluation.bound_at(search.x) <= tolerance_usd:
            return mix


def _best_mix(search: _Search, prices: Array) -> tuple[Array, float, Array]:
    """Weights of the dispatches, cost of the mix, and multipliers of the limits."""
    from scipy.optimize import linprog  # noqa: PLC0415

    used = np.stack([p.evaluation.used for p in search.points], axis=1)
    cost = np.array([p.evaluation.cost_usd for p in search.points])
    rows, count = used.shape
    scale = np.maximum(np.abs(search.kernel.limits), 1.0)
    matrix = np.hstack([used / scale[:, None], -np.eye(rows)])
    unit = max(float(np.abs(cost).max()), SPREAD * float((prices * scale).max()), 1.0)
    found = linprog(
        np.concatenate([cost, prices * scale]) / unit, A_ub=matrix,
        b_ub=search.kernel.limits / scale,
        A_eq=np.concatenate([np.ones(count), np.zeros(rows)])[None, :], b_eq=[1.0], method="highs",
    )  # fmt: skip
    if found.x is None:
        raise GigawattError(f"The mix of dispatches that keeps the limits failed: {found.message}")
    duals = np.minimum(np.maximum(-found.ineqlin.marginals, 0.0) * unit / scale, prices)
    return found.x[:count], float(found.fun) * unit, duals
