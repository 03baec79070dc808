"""A year dispatched with fixed capacities and multipliers: its cost, and its cut.

`YearKernel` keeps the arrays of a problem and the room of the kernel, so that a year costs some two
milliseconds. `evaluate` gives the primal cost of the best dispatch and a bound that is linear in
the capacities and holds for any of them.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

import numpy as np

from gigawatt.energy.dispatch import kernel
from gigawatt.energy.dispatch.problem import Capacity, YearProblem, battery, offer
from gigawatt.energy.dispatch.solution import Dispatch
from gigawatt.quantity.arrays import Array

HARD_USD_PER_UNIT = 1e7  # price of breaking a limit that must not be broken
WRAP_STEPS = 400
LEAST_SHARE = 1e-6  # a storage smaller than this share of the peak is priced, but not used
SEARCH_PASSES = 60


@dataclass(frozen=True, slots=True)
class Evaluation:
    """A dispatched year at capacities x and multipliers tau.

    Attributes
    ----------
    cost_usd : running cost, without what the multipliers add.
    used : (R,) what the yearly limits count.
    constant_usd, slopes : the cut; for any capacities y, running cost plus tau (used - limit) is at
        least constant + slopes y.
    """

    cost_usd: float
    used: Array
    constant_usd: float
    slopes: Array

    def bound_at(self, x: Array) -> float:
        """Value of the cut at capacities (J,)."""
        return self.constant_usd + float(self.slopes @ x)


class Dispatcher(Protocol):
    """What the search of capacities asks of a dispatch of one year.

    Attributes
    ----------
    limits, unit_prices : (R,) yearly limits that are kept by multipliers, price of a unit above.
    scale_of_tau : multiplier at which a limit weighs as much as the dearest offer.
    """

    limits: Array
    unit_prices: Array
    scale_of_tau: float

    def evaluate(self, x: Array, tau: Array | None = None) -> Evaluation:
        """Dispatch at capacities (J,) with multipliers (R,)."""

    def hours(self) -> Dispatch:
        """Hours of the year evaluated last."""


class YearKernel:
    """Arrays and room to dispatch a year many times; holds at most one storage."""

    def __init__(self, problem: YearProblem) -> None:
        steps, offers = problem.price.shape
        self.problem = problem
        self.load = np.ascontiguousarray(problem.load_mw * problem.step_h, dtype=float)
        self.price = problem.price
        self.limit, self.per_mw = problem.limit_mw, problem.per_mw
        self.counted = [np.ascontiguousarray(y.per_mwh) for y in problem.limits]
        self.limits = np.array([y.limit for y in problem.limits])
        self.unit_prices = np.minimum([y.usd_per_unit for y in problem.limits], HARD_USD_PER_UNIT)
        self.scale_of_tau = self._scale_of_tau()
        self.store = problem.storages[0] if problem.storages else None
        self.sorted = (
            np.empty((steps, offers)), np.empty((steps, offers)),
            np.empty((steps, offers), dtype=np.int64),
        )  # fmt: skip
        pieces = 2 * offers + 1
        self.hour = (
            np.empty((steps, pieces)), np.empty((steps, pieces)), np.empty(steps, dtype=np.int64),
            np.empty(steps), np.empty(steps),
        )  # fmt: skip
        self.first = np.empty(steps + 1, dtype=np.int64)
        self._make_room(40 * steps)
        self.level, self.net, self.change, self.upper, self.lower, self.water, self.marginal = (
            np.zeros(steps) for _ in range(7)
        )
        self.served, self.charged, self.discharged = (
            np.zeros((steps, offers)), np.zeros(steps), np.zeros(steps),
        )  # fmt: skip
        self.start_level = -1.0  # last level at the year's start, the first guess of the next

    def _scale_of_tau(self) -> float:
        """Multiplier at which a limit weighs as much as the dearest offer."""
        counted = max((float(np.abs(c).max()) for c in self.counted), default=0.0)
        return float(np.abs(self.price).max()) / max(counted, 1e-9)

    def _make_room(self, size: int) -> None:
        self.values, self.lengths = np.empty(size), np.empty(size)

    def evaluate(self, x: Array, tau: Array | None = None) -> Evaluation:
        """Dispatch at capacities (J,) with multipliers (R,) of the yearly limits on the prices."""
        p, h = self.problem, self.problem.step_h
        price = self.price
        if tau is not None and np.any(tau):
            price = price + sum(t * c for t, c in zip(tau, self.counted, strict=True) if t)
        kernel.sort_offers(price, self.limit, self.per_mw, p.capacity, x, h, *self.sorted)
        by_price, size, index = self.sorted
        eta_c, eta_d = 1.0, 1.0
        if self.store is None:
            charge = discharge = 0.0
            self.net[:], self.change[:], self.level[:] = 0.0, 0.0, 0.0
            self.water[:] = 0.0
        else:
            eta_c, eta_d = self.store.eta_charge, self.store.eta_discharge
            charge, discharge = self._storage(x, eta_c, eta_d)
        kernel.prices(self.load, by_price, size, charge, discharge, eta_c, eta_d, self.water,
                      self.marginal)  # fmt: skip
        kernel.serve(self.load, self.net, self.change, size, index, eta_c, eta_d, self.served,
                     self.charged, self.discharged)  # fmt: skip
        slopes = np.zeros(len(x))
        constant = kernel.cut(self.load, price, self.limit, self.per_mw, p.capacity, x,
                              self.marginal, h, slopes)  # fmt: skip
        if self.store is not None:
            self._storage_cut(slopes, eta_c, eta_d)
        used = np.array([np.vdot(c, self.served) for c in self.counted])
        if tau is not None and len(used):
            constant -= float(tau @ self.limits)
        return Evaluation(float(np.vdot(self.price, self.served)), used, constant, slopes)

    def _storage(self, x: Array, eta_c: float, eta_d: float) -> tuple[float, float]:
        """Run the kernel; return the powers (MWh a step) that it was run with."""
        s, h = self.store, self.problem.step_h
        assert s is not None
        sizes = (x[s.charge], x[s.discharge] * s.discharge_per_mw, x[s.energy] * s.hours)
        least = least_storage_mw(self.problem)
        none = min(sizes) < least
        charge, discharge = (max(v, least) * h for v in sizes[:2])
        energy = max(sizes[2], least * h)
        self._cycle(charge, discharge, energy, eta_c, eta_d)
        if none:  # too little to count: the primal does without
            self.net[:], self.change[:], self.level[:] = 0.0, 0.0, 0.0
        return charge, discharge

    def _storage_cut(self, slopes: Array, eta_c: float, eta_d: float) -> None:
        s, h = self.store, self.problem.step_h
        assert s is not None
        worth = kernel.storage_slopes(self.water, self.marginal, eta_c, eta_d)
        slopes[s.charge] -= worth[0] * h
        slopes[s.discharge] -= worth[1] * h * s.discharge_per_mw
        slopes[s.energy] -= worth[2] * s.hours

    def _cycle(
        self, charge: float, discharge: float, energy: float, eta_c: float, eta_d: float
    ) -> None:
        """Find the dispatch that ends the year on the level it began with."""
        sizes = (charge, discharge, energy, eta_c, eta_d)
        steps = len(self.load)
        wrap = min(WRAP_STEPS, steps)
        self._backward(sizes, wrap, 0.0, 0.0)
        tolerance = kernel.POSITION * (charge + discharge) + 1e-13 * float(self.load.max())
        start = self._forward(energy / 2.0, steps - wrap, sizes, tolerance)
        for _ in range(3):
            end = self._forward(start, 0, sizes, tolerance)
            if abs(end - start) <= 10.0 * tolerance:
                break
            start = end
        else:
            self._search(sizes, tolerance)
        self._chain()

    def _search(self, sizes: tuple[float, ...], tolerance: float) -> None:
        """Level at the year's start by its worth: cost over it is convex, with a known slope."""
        energy = sizes[2]
        low, high = 0.0, energy
        start = self.level[0] if 0.0 < self.level[0] < energy else energy / 2.0
        force = 1e3 * float(np.abs(self.sorted[0]).max()) + 1e6
        lines: list[tuple[float, float, float]] = []
        for _ in range(SEARCH_PASSES):
            self._backward(sizes, 0, start, force)
            self._forward(start, 0, sizes, tolerance)
            at_start, at_end = self._ends()
            if at_start[0] - 1e-9 <= at_end[1] and at_end[0] <= at_start[1] + 1e-9:
                return
            cost = self._cost_of_net()
            worth = at_end[1] - at_start[0] if at_start[0] > at_end[1] else at_end[0] - at_start[1]
            # slope of the cost over the level at both ends of the year
            lines.append((start, cost, worth))
            if worth < 0.0:
                low = start
            else:
                high = start
            if high - low <= 1e-9 * energy:
                return
            start = _next_level(lines, low, high)

    def _ends(self) -> tuple[tuple[float, float], tuple[float, float]]:
        """Intervals of the water value at the first and of the last step, (lower, upper) each."""
        low = kernel.water_values(self.upper, self.lower, -np.inf, self.water)
        first_low = self.water[0]
        high = kernel.water_values(self.upper, self.lower, np.inf, self.water)
        return (first_low, self.water[0]), (low, high)

    def _cost_of_net(self) -> float:
        by_price, size, index = self.sorted
        s = self.store
        assert s is not None
        kernel.serve(self.load, self.net, self.change, size, index, s.eta_charge, s.eta_discharge,
                     self.served, self.charged, self.discharged)  # fmt: skip
        in_order = np.take_along_axis(self.served, index, axis=1)
        return float(np.vdot(by_price, in_order))

    def _backward(self, sizes: tuple[float, ...], wrap: int, start: float, force: float) -> None:
        by_price, size, _ = self.sorted
        charge, discharge, energy, eta_c, eta_d = sizes
        while kernel.backward(self.load, by_price, size, charge, discharge, energy, eta_c, eta_d,
            wrap, start, force, self.values,
                              self.lengths, self.first, *self.hour):  # fmt: skip
            self._make_room(2 * len(self.values))

    def _forward(
        self, start: float, since: int, sizes: tuple[float, ...], tolerance: float
    ) -> float:
        charge, discharge, energy, eta_c, eta_d = sizes
        return kernel.forward(
            start, since, energy, charge, discharge, eta_c, eta_d, tolerance, self.values,
            self.lengths, self.first, *self.hour, self.level, self.net, self.change, self.upper,
            self.lower,
        )  # fmt: skip

    def _chain(self) -> None:
        """Water values of the whole year, joined at its end."""
        value = 0.0
        for _ in range(4):
            last = kernel.water_values(self.upper, self.lower, value, self.water)
            if last == value:
                break
            value = last

    def hours(self) -> Dispatch:
        """Hours of the year evaluated last, MW."""
        h = self.problem.step_h
        stores = 0 if self.store is None else 1
        shape = (len(self.load), stores)
        return Dispatch(
            self.served / h, _copies(self.charged / h, shape), _copies(self.discharged / h, shape),
            _copies(self.level, shape), self.marginal.copy(),
        )  # fmt: skip


def least_storage_mw(problem: YearProblem) -> float:
    """Power below which a storage counts as none."""
    return LEAST_SHARE * max(float(problem.load_mw.max()), 1e-3)


def _copies(values: Array, shape: tuple[int, int]) -> Array:
    return np.repeat(values[:, None], shape[1], axis=1) if shape[1] else np.zeros(shape)


def _next_level(lines: list[tuple[float, float, float]], low: float, high: float) -> float:
    """Where the tangents at both ends of the bracket meet, kept inside it."""
    below = [line for line in lines if line[2] < 0.0]
    above = [line for line in lines if line[2] >= 0.0]
    middle = 0.5 * (low + high)
    if not below or not above:
        return middle
    (x0, c0, d0), (x1, c1, d1) = max(below), min(above)
    if d1 - d0 <= 0.0:
        return middle
    met = (c0 - d0 * x0 - c1 + d1 * x1) / (d1 - d0)
    margin = 1e-3 * (high - low)
    return min(max(met, low + margin), high - margin)


def compile_kernel() -> None:
    """Compile the kernel, or load it from disk, by a year of three hours.

    What is called before a measured time, so that compilation is told apart.
    """
    load = np.array([1.0, 2.0, 1.0])
    capacities = (Capacity("plant", 1.0), Capacity("store", 1.0))
    offers = (
        offer("plant", 3, 1.0, capacity=0),
        offer("grid", 3, np.array([-1.0, 5.0, 2.0]), limit_mw=1.0),
        offer("shed", 3, 100.0, limit_mw=load),
    )  # fmt: skip
    toy = YearProblem(load, capacities, offers, (battery("store", 1, 2.0, 0.9, 0.9),))
    YearKernel(toy).evaluate(np.array([1.0, 1.0]))
