"""What a solved supply problem holds, whatever the route it was solved by."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from gigawatt.energy.dispatch.problem import YearProblem
from gigawatt.quantity.arrays import Array


@dataclass(frozen=True, slots=True)
class Dispatch:
    """Hours of one year: T steps, K offers, S storages; MW unless said.

    Attributes
    ----------
    served_mw : (T, K) what each offer gives.
    charge_mw, discharge_mw : (T, S) at the load's side.
    level_mwh : (T, S) energy held at the start of the step.
    price_usd_per_mwh : (T,) one optimal price of another MWh of load.
    """

    served_mw: Array
    charge_mw: Array
    discharge_mw: Array
    level_mwh: Array
    price_usd_per_mwh: Array


@dataclass(frozen=True, slots=True)
class Solution:
    """Least-cost supply of one year.

    Attributes
    ----------
    objective_usd : cost of a year of what was found (an upper bound of the least cost).
    lower_bound_usd : no supply costs less than this.
    capacity_mw : (J,) in service.
    dispatch : the hours.
    route : how it was solved.
    rounds, dispatches : cutting planes and years dispatched; 0 for the whole LP.
    seconds : wall time of the solution, without reading and compiling.
    spare_usd : yearly cost of spare units, in the objective.
    """

    objective_usd: float
    lower_bound_usd: float
    capacity_mw: Array
    dispatch: Dispatch
    route: str
    rounds: int = 0
    dispatches: int = 0
    seconds: float = 0.0

    @property
    def gap(self) -> float:
        """Certified gap: (found - bound) / found."""
        scale = max(abs(self.objective_usd), 1e-9)
        return max(self.objective_usd - self.lower_bound_usd, 0.0) / scale


def offer_energy_mwh(problem: YearProblem, dispatch: Dispatch) -> Array:
    """Energy of each offer over the year, (K,)."""
    return np.asarray(dispatch.served_mw.sum(axis=0)) * problem.step_h


def dispatch_cost_usd(problem: YearProblem, dispatch: Dispatch) -> float:
    """Running cost of a year: offers at their prices and yearly excess, without starts."""
    cost = float((problem.price * dispatch.served_mw).sum()) * problem.step_h
    for limit in problem.limits:
        used = float((limit.per_mwh * dispatch.served_mw).sum()) * problem.step_h
        if np.isfinite(limit.usd_per_unit):
            cost += limit.usd_per_unit * max(used - limit.limit, 0.0)
    return cost


def residuals(problem: YearProblem, capacity_mw: Array, dispatch: Dispatch) -> dict[str, float]:
    """Largest violations of a solution, MW or MWh: balance, offers, storage; all near 0."""
    supply = dispatch.served_mw.sum(axis=1) + (dispatch.discharge_mw - dispatch.charge_mw).sum(
        axis=1
    )
    held = available_mw(problem, capacity_mw) - dispatch.served_mw
    out = {
        "balance": float(np.abs(supply - problem.load_mw).max()),
        "offers": float(-min(held.min(), dispatch.served_mw.min(), 0.0)),
    }
    for s, store in enumerate(problem.storages):
        level, c, d = (
            a[:, s] for a in (dispatch.level_mwh, dispatch.charge_mw, dispatch.discharge_mw)
        )
        moved = problem.step_h * (store.eta_charge * c - d / store.eta_discharge)
        keep = 1.0 - store.loss_per_h * problem.step_h
        out[f"level of {store.name}"] = float(
            np.abs(np.roll(level, -1) - keep * level - moved).max()
        )
        over = (
            level - store.hours * capacity_mw[store.energy],
            c - capacity_mw[store.charge],
            d - store.discharge_per_mw * capacity_mw[store.discharge],
            -level, -c, -d,
        )  # fmt: skip
        out[f"limits of {store.name}"] = float(max(0.0, *(o.max() for o in over)))
    return out


def available_mw(problem: YearProblem, capacity_mw: Array) -> Array:
    """Most that each offer can give in each step with these capacities, (T, K)."""
    extended = np.append(capacity_mw, np.inf)  # number -1 picks the infinity
    with np.errstate(invalid="ignore"):
        own = np.where(problem.capacity >= 0, problem.per_mw * extended[problem.capacity], np.inf)
    return np.minimum(own, problem.limit_mw)
