"""Least-cost supply of one year by the route that holds the case, and its summary.

`least_cost` takes cutting planes with the exact kernel where that holds the problem, HiGHS
otherwise, and says which.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from gigawatt.energy.capacity.solve import solve_year
from gigawatt.energy.dispatch.problem import YearProblem
from gigawatt.energy.dispatch.solution import Solution, available_mw, offer_energy_mwh
from gigawatt.energy.lp import beyond_kernel, solve_lp
from gigawatt.errors import GigawattError, InputError

ROUTES = ("auto", "kernel", "lp")
POLISH = 0.01
WHOLE_SECONDS = 300.0
ALWAYS = {"grid": 0.0, "shed": 0.0}  # told for islanded sites too


def least_cost(problem: YearProblem, gap: float = 1e-6, route: str = "auto") -> Solution:
    """Least-cost capacities and dispatch of a year, to a certified gap.

    Parameters
    ----------
    problem : the year.
    gap : (found - bound) / found to reach. The fast route goes on to a hundredth of it where that
        costs no more rounds again, since capacities lie flat around the optimum.
    route : "kernel", "lp" (the whole in HiGHS) or "auto": cutting planes, with the kernel where it
        holds the year and HiGHS for the dispatch where not; several storages: the whole LP.

    Raises
    ------
    InputError : the kernel is asked for what it can't hold.
    InfeasibleError : yearly limits stand against each other.
    """
    why = beyond_kernel(problem)
    if route == "kernel" and why:
        raise InputError(f"The kernel can't hold this case ({why}); leave the route to 'auto'.")
    if route == "lp" or (
        len(problem.storages) > 1 and not any(c.block_mw > 0.0 for c in problem.capacities)
    ):  # several storages: the whole LP took half the time of its dispatch inside the cuts
        return solve_lp(problem)
    try:
        found = solve_year(problem, gap, polish=1.0 if why else POLISH)
    except GigawattError:
        # Yearly limits that stand against each other defeat the multipliers: the LP tells.
        return solve_lp(problem)
    return found if found.gap <= gap else _finished(problem, found)


def _finished(problem: YearProblem, found: Solution) -> Solution:
    """The whole in HiGHS where the cuts end above the gap.

    Where a hard limit leaves the optimum no room, what lies a hair beyond it costs a fortune, and
    the cuts meet it only to the tolerance of their solver.
    """
    try:
        whole = solve_lp(problem, seconds=WHOLE_SECONDS)
    except GigawattError:
        return found
    lower = max(whole.lower_bound_usd, found.lower_bound_usd)
    best = min(whole, found, key=lambda s: s.objective_usd)
    return replace(best, lower_bound_usd=min(lower, best.objective_usd))


@dataclass(frozen=True, slots=True)
class Summary:
    """Yearly figures of a solution, by name; see the keys of `gigawatt supply --json`."""

    objective_usd_per_yr: float
    lower_bound_usd_per_yr: float
    gap: float
    load_mwh: float
    usd_per_mwh_load: float
    capacity_mw: dict[str, float]
    energy_mwh: dict[str, float]
    co2_t: dict[str, float]
    curtailed_mwh: dict[str, float]
    storage_mwh: dict[str, float]
    limits: dict[str, dict[str, float]]
    route: str
    rounds: int
    dispatches: int
    seconds: float


def summary(problem: YearProblem, solution: Solution) -> Summary:
    """Fold a solution to yearly figures."""
    d, h = solution.dispatch, problem.step_h
    energy = offer_energy_mwh(problem, d)
    co2 = (problem.co2_t_per_mwh * d.served_mw).sum(axis=0) * h
    spilt = {}
    for k, o in enumerate(problem.offers):
        if not np.any(o.usd_per_mwh) and np.all(o.capacity >= 0):
            top = available_mw(problem, solution.capacity_mw)[:, k]
            spilt[o.name] = max(float((top - d.served_mw[:, k]).sum()) * h, 0.0)
    limits = {
        y.name: {"used": float((y.per_mwh * d.served_mw).sum()) * h, "limit": y.limit}
        for y in problem.limits
    }
    load = problem.load_mwh
    return Summary(
        solution.objective_usd, solution.lower_bound_usd, solution.gap, load,
        solution.objective_usd / load if load > 0.0 else 0.0,
        dict(zip((c.name for c in problem.capacities), (solution.capacity_mw + 0.0).tolist(),
                 strict=True)),
        {**ALWAYS, **{o.name: float(e) + 0.0 for o, e in zip(problem.offers, energy, strict=True)}},
        {
            "grid": 0.0,
            **{
                o.name: float(e)
                for o, e in zip(problem.offers, co2, strict=True)
                if o.co2_t_per_mwh.any()
            },
        },
        spilt,
        {
            s.name: float(d.discharge_mw[:, n].sum()) * h
            for n, s in enumerate(problem.storages)
        },
        limits, solution.route, solution.rounds, solution.dispatches, solution.seconds,
    )  # fmt: skip


def cost_lines(result: Summary) -> list[str]:
    """Table of capacities, energy and CO2 as text."""
    rows = [("", "MW", "GWh a year", "curtailed GWh", "kt CO2")]
    names = list(dict.fromkeys((*result.capacity_mw, *result.energy_mwh, *result.storage_mwh)))
    for name in names:
        energy = result.energy_mwh.get(name, result.storage_mwh.get(name))
        rows.append((
            name, _cell(result.capacity_mw.get(name), 1.0, 1), _cell(energy, 1e3, 1),
            _cell(result.curtailed_mwh.get(name), 1e3, 1), _cell(result.co2_t.get(name), 1e3, 1),
        ))  # fmt: skip
    widths = [max(len(row[k]) for row in rows) for k in range(len(rows[0]))]
    lines = []
    for row in rows:
        cells = [c.rjust(w) if k else c.ljust(w)
                 for k, (c, w) in enumerate(zip(row, widths, strict=True))]  # fmt: skip
        lines.append("  ".join(cells).rstrip())
    for name, value in result.limits.items():
        lines.append(f"{name}: {value['used']:,.6g} of {value['limit']:,.6g}")
    return lines


def _cell(value: float | None, scale: float, digits: int) -> str:
    return "" if value is None else f"{value / scale:,.{digits}f}"
