"""The dispatch kernel: primal and dual equal to HiGHS, on random years."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from gigawatt.energy.dispatch.problem import YearProblem, battery
from gigawatt.energy.dispatch.solution import residuals
from gigawatt.energy.dispatch.year import YearKernel
from gigawatt.energy.lp import solve_lp
from supply_cases import random_problem


def _capacities(rng, problem):
    sizes = {
        "pv": rng.uniform(0, 120),
        "wind": rng.uniform(0, 120),
        "gas": rng.uniform(0, 90),
        "bat": rng.choice([0.0, 3.0, 40.0, 150.0]),
        "grid demand": rng.uniform(0, 60),
    }
    return np.array([sizes[c.name] for c in problem.capacities])


@pytest.mark.parametrize("seed", range(24))
def test_equal_to_highs(seed):
    rng = np.random.default_rng(1000 + seed)
    problem = random_problem(seed, 168, negative=seed % 2 == 0, islanded=seed % 5 == 4,
                             charge=seed % 3 == 0)  # fmt: skip
    hours = float(rng.choice([1.0, 4.0, 12.0, 48.0]))
    eta = (1.0, 1.0) if seed % 7 == 0 else (rng.uniform(0.7, 1.0), rng.uniform(0.7, 1.0))
    problem = replace(problem, storages=(battery("bat", 3, hours, *eta),))
    x = _capacities(rng, problem)
    found = YearKernel(problem)
    e = found.evaluate(x)
    running = solve_lp(problem, fixed_mw=x).objective_usd - float(problem.cost @ x)
    print(
        f"{seed}: primal {e.cost_usd / running - 1:+.1e}, dual {e.bound_at(x) / running - 1:+.1e}"
    )
    assert e.cost_usd == pytest.approx(running, rel=1e-9, abs=1e-6)
    assert e.bound_at(x) == pytest.approx(running, rel=1e-8, abs=1e-6)
    assert max(residuals(problem, x, found.hours()).values()) < 1e-6


@pytest.mark.parametrize("seed", range(4))
def test_cut_is_a_bound_everywhere(seed):
    """The cut made at one point never passes the cost at another."""
    rng = np.random.default_rng(seed)
    problem = random_problem(seed, 168, negative=seed % 2 == 0)
    kernel = YearKernel(problem)
    points = [_capacities(rng, problem) for _ in range(6)]
    made = [kernel.evaluate(x) for x in points]
    for cut in made:
        for x, e in zip(points, made, strict=True):
            assert cut.bound_at(x) <= e.cost_usd + 1e-9 * abs(e.cost_usd) + 1e-6


def test_without_storage_and_with_steps_of_three_hours():
    problem = random_problem(3, 168)
    x = _capacities(np.random.default_rng(0), problem)
    dry = replace(problem, storages=())
    e = YearKernel(dry).evaluate(x)
    assert e.cost_usd == pytest.approx(
        solve_lp(dry, fixed_mw=x).objective_usd - problem.cost @ x, rel=1e-9
    )
    long = replace(problem, step_h=3.0)
    e = YearKernel(long).evaluate(x)
    expected = solve_lp(long, fixed_mw=x).objective_usd - problem.cost @ x
    assert e.cost_usd == pytest.approx(expected, rel=1e-9)
    assert e.bound_at(x) == pytest.approx(expected, rel=1e-8)


def test_different_powers_for_charge_and_discharge():
    base = random_problem(5, 168, negative=True)
    store = replace(base.storages[0], discharge=2, energy=3, hours=6.0, discharge_per_mw=0.5)
    problem = YearProblem(base.load_mw, base.capacities, base.offers, (store,))
    x = np.array([80.0, 60.0, 50.0, 40.0])
    e = YearKernel(problem).evaluate(x)
    expected = solve_lp(problem, fixed_mw=x).objective_usd - problem.cost @ x
    assert e.cost_usd == pytest.approx(expected, rel=1e-9)
    assert e.bound_at(x) == pytest.approx(expected, rel=1e-8)
