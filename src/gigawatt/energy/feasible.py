"""Whether a solution keeps all limits, and if not: which limit stands in the way, and by how much.

Each limit is relaxed alone, at a price, in a year where nothing else costs anything and unserved
load costs far more: what is bought of the relaxation is the least that makes the site feasible.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

import numpy as np

from gigawatt.energy.capacity.solve import solve_year
from gigawatt.energy.dispatch.problem import Capacity, Offer, Storage, YearProblem, offer
from gigawatt.energy.dispatch.solution import Solution, offer_energy_mwh
from gigawatt.energy.lp import solve_lp
from gigawatt.errors import GigawattError

SHED = "shed"
RELAXED = "relaxed"
RELAXED_USD, UNSERVED_USD = 1e4, 1e6
NEXT_TO_NOTHING_USD = 0.01  # capacities that cost nothing would be built without end
RELIEF_GAP = 1e-5
RELIEF_SECONDS, LP_SECONDS = 10.0, 120.0  # for each limit
LEAST_SHED_MWH = 1e-3
MOST_OVER_PEAK = 20.0  # times the peak load: a limit that would have to be higher is no way out


@dataclass(frozen=True, slots=True)
class Relief:
    """A limit that would have to be `needed` instead of `limit` for the site to be feasible."""

    name: str
    limit: float
    needed: float
    unit: str

    def __str__(self) -> str:
        """One line."""
        unit, more = f" {self.unit}".rstrip(), self.needed - self.limit
        needed = f"{self.needed:,.6g} ({more:+,.4g}{unit})"
        return f"{self.name} = {self.limit:,.6g}{unit}: must be {needed}"


def broken(problem: YearProblem, solution: Solution, *, must_serve: bool) -> list[str]:
    """What a solution leaves undone: unserved load that must be served, limits that are passed."""
    d, out = solution.dispatch, []
    k = problem.offer_number(SHED)
    if must_serve and k >= 0:
        shed = float(offer_energy_mwh(problem, d)[k])
        if shed > max(LEAST_SHED_MWH, 1e-8 * problem.load_mwh):
            hours = int((d.served_mw[:, k] > 1e-6).sum())
            out.append(
                f"{shed:,.4g} MWh of load in {hours} hours can't be served "
                f"(up to {d.served_mw[:, k].max():,.4g} MW)"
            )
    for y in problem.limits:
        used = float((y.per_mwh * d.served_mw).sum()) * problem.step_h
        if np.isinf(y.usd_per_unit) and used - y.limit > 1e-6 * max(abs(y.limit), 1.0):
            told = _told(problem, y.name)
            by = abs(told.value(used) - told.value(y.limit))
            out.append(f"{y.name} is {told.verb} by {by:,.4g} {told.unit}".rstrip())
    return out


def reliefs(problem: YearProblem, *, must_serve: bool) -> list[Relief]:
    """Limits of which each alone, moved far enough, makes the site feasible."""
    base = _costless(problem, must_serve)
    most_mw = MOST_OVER_PEAK * float(problem.load_mw.max())
    out = []
    for name, limit, unit, relaxed, sign in _relaxations(base):
        solution = _solved(relaxed)
        if solution is None or broken(relaxed, solution, must_serve=must_serve):
            continue
        bought = _bought(relaxed, solution, name)
        if bought > 1e-6 and not (unit == "MW" and limit + bought > most_mw):
            value = _told(problem, name).value
            out.append(Relief(name, value(limit), value(limit + sign * bought), unit))
    return out


def _solved(relaxed: YearProblem) -> Solution | None:
    """By cutting planes; the whole LP where limits that stand against each other defeat them."""
    try:
        return solve_year(relaxed, RELIEF_GAP, most_seconds=RELIEF_SECONDS)
    except GigawattError:
        try:
            return solve_lp(relaxed, seconds=LP_SECONDS)
        except GigawattError:  # infeasible even so, or too long
            return None


@dataclass(frozen=True, slots=True)
class _Told:
    """How a yearly limit is told: unit, what breaking it is called, its value as written."""

    unit: str
    verb: str
    value: Callable[[float], float]


def _told(problem: YearProblem, name: str) -> _Told:
    if name == "minimum_take_mwh":
        return _Told("MWh", "missed", lambda v: -v)
    if name == "hourly_matching_share":
        load = max(problem.load_mwh, 1e-9)
        return _Told("", "missed", lambda v: 1.0 - v / load)
    return _Told("t" if name == "co2_cap_t" else "", "passed", lambda v: v)


def _bought(relaxed: YearProblem, solution: Solution, name: str) -> float:
    number = relaxed.capacity_number(RELAXED)
    if number >= 0:
        return float(solution.capacity_mw[number])
    limit = next(y for y in relaxed.limits if y.name == name)
    used = float((limit.per_mwh * solution.dispatch.served_mw).sum()) * relaxed.step_h
    return used - limit.limit


def message(problem: YearProblem, solution: Solution | None, *, must_serve: bool) -> str:
    """What to tell of an infeasible site: what fails, and which limit by how much.

    `solution` is None where limits stand against each other so that there is none.
    """
    fails = ["its limits stand against each other"]
    if solution is not None:
        fails = broken(problem, solution, must_serve=must_serve)
    lines = ["The site is infeasible: " + "; ".join(fails)]
    found = reliefs(problem, must_serve=must_serve)
    if found:
        lines.append("Any one of these alone makes it feasible:")
        lines += [f"- {r}" for r in found]
    else:
        lines.append("No single limit, moved alone, makes it feasible.")
    return "\n".join(lines)


def _costless(problem: YearProblem, must_serve: bool) -> YearProblem:
    zero = np.zeros(problem.steps)
    shed = np.full(problem.steps, UNSERVED_USD) if must_serve else zero
    offers = tuple(
        replace(o, usd_per_mwh=shed if o.name == SHED else zero, ramp_share_per_h=np.inf,
                min_load_share=0.0, start_usd_per_mw=0.0)
        for o in problem.offers
    )  # fmt: skip
    capacities = tuple(
        replace(c, usd_per_mw_yr=NEXT_TO_NOTHING_USD, block_mw=0.0, spare_blocks=0)
        for c in problem.capacities
    )
    storages = tuple(replace(s, loss_per_h=0.0) for s in _best_storage(problem))
    return YearProblem(
        problem.load_mw, capacities, offers, storages, problem.limits, problem.step_h
    )


def _best_storage(problem: YearProblem) -> tuple[Storage, ...]:
    """Storage that does what all could where none costs anything: without a bound, least lossy."""

    def worth(s: Storage) -> tuple[float, float]:
        most = min(problem.capacities[j].max_mw for j in (s.charge, s.discharge, s.energy))
        return most, s.eta_charge * s.eta_discharge

    return tuple(sorted(problem.storages, key=worth)[-1:])


def _relaxations(
    base: YearProblem,
) -> Iterator[tuple[str, float, str, YearProblem, float]]:
    """(name, limit, unit, relaxed problem, direction) of each limit."""
    for o in base.offers:
        if o.name != SHED and np.all(np.isfinite(o.limit_mw)):
            name = "grid_limit_mw" if o.name == "grid" else f"limit of {o.name}"
            yield name, float(o.limit_mw.max()), "MW", _more(base, o), 1.0
    if base.offer_number("grid") < 0:
        yield "grid_limit_mw", 0.0, "MW", _more(base, offer("grid", base.steps)), 1.0
    for j, c in enumerate(base.capacities):
        if np.isfinite(c.max_mw):
            dear = replace(c, max_mw=np.inf)
            free = Capacity(RELAXED, RELAXED_USD)
            more = [o for o in base.offers if np.all(o.capacity == j)]
            if more:
                yield f"{dear.name}_max_mw", c.max_mw, "MW", _more(base, more[0], free), 1.0
    for n, y in enumerate(base.limits):
        if np.isinf(y.usd_per_unit):
            eased = replace(y, usd_per_unit=RELAXED_USD)
            limits = (*base.limits[:n], eased, *base.limits[n + 1 :])
            relaxed = YearProblem(base.load_mw, base.capacities, base.offers, base.storages, limits)
            yield y.name, y.limit, _told(base, y.name).unit, relaxed, 1.0


def _more(base: YearProblem, like: Offer, capacity: Capacity | None = None) -> YearProblem:
    """The problem with more of an offer to be bought."""
    number = len(base.capacities)
    added = replace(
        like, name=f"{like.name} more", limit_mw=np.full(base.steps, np.inf),
        capacity=np.full(base.steps, number),
    )  # fmt: skip
    first = base.offer_number(like.name)
    limits = tuple(
        replace(
            y,
            per_mwh=np.column_stack(
                [y.per_mwh, y.per_mwh[:, first] if first >= 0 else np.zeros(base.steps)]
            ),
        )
        for y in base.limits
    )
    return YearProblem(
        base.load_mw, (*base.capacities, capacity or Capacity(RELAXED, RELAXED_USD)),
        (*base.offers, added), base.storages, limits, base.step_h,
    )  # fmt: skip
