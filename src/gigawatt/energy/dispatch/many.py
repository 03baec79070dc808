"""Many years with the same capacities: other weather, prices, loads; some two milliseconds each."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

import numpy as np

from gigawatt.energy.dispatch.problem import YearProblem
from gigawatt.energy.dispatch.year import YearKernel
from gigawatt.errors import InputError
from gigawatt.quantity.arrays import Array


@dataclass(frozen=True, slots=True)
class YearChange:
    """What differs in one year; (T,) each, what is not named stays.

    Attributes
    ----------
    load_mw : load; None = as in the problem.
    usd_per_mwh, per_mw, limit_mw : offer name → its price, availability, limit.
    """

    load_mw: Array | None = None
    usd_per_mwh: Mapping[str, Array] = field(default_factory=dict)
    per_mw: Mapping[str, Array] = field(default_factory=dict)
    limit_mw: Mapping[str, Array] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class ManyYears:
    """Results of n years: running cost (n,), energy by offer (n, K), bound of the cost (n,)."""

    cost_usd: Array
    energy_mwh: Array
    bound_usd: Array


def dispatch_years(
    problem: YearProblem, capacity_mw: Array, years: Iterable[YearChange]
) -> ManyYears:
    """Dispatch each year exactly with the capacities (J,); yearly limits are left out.

    Raises
    ------
    InputError : a year names an offer that the problem has not.
    """
    kernel = YearKernel(problem)
    base = (kernel.load, kernel.price, kernel.limit, kernel.per_mw)
    cost, energy, bound = [], [], []
    for year in years:
        if year.load_mw is None:
            kernel.load = base[0]
        else:
            kernel.load = np.ascontiguousarray(year.load_mw * problem.step_h)
        kernel.price = _changed(problem, base[1], year.usd_per_mwh)
        kernel.limit = _changed(problem, base[2], year.limit_mw)
        kernel.per_mw = _changed(problem, base[3], year.per_mw)
        found = kernel.evaluate(capacity_mw)
        cost.append(found.cost_usd)
        energy.append(kernel.served.sum(axis=0))
        bound.append(found.bound_at(capacity_mw))
    return ManyYears(np.array(cost), np.array(energy), np.array(bound))


def _changed(problem: YearProblem, base: Array, changes: Mapping[str, Array]) -> Array:
    if not changes:
        return base
    out = base.copy()
    for name, values in changes.items():
        k = problem.offer_number(name)
        if k < 0:
            known = ", ".join(o.name for o in problem.offers)
            raise InputError(f"years to dispatch: no offer {name!r}; there are {known}.")
        out[:, k] = values
    return out
