"""The planner against PyPSA with HiGHS: same optimum to 1e-6, through the exported network."""

from __future__ import annotations

import warnings
from dataclasses import replace

import numpy as np
import pytest

from gigawatt.energy.capacity.solve import solve_year
from gigawatt.energy.dispatch.problem import YearlyLimit
from gigawatt.energy.pypsa_export import write_network
from supply_cases import random_problem

pypsa = pytest.importorskip("pypsa", reason="PyPSA is the oracle of this test (extra 'oracles')")

CASES = [
    (1, {}), (2, {"negative": True}), (3, {"cap": True}), (4, {"islanded": True}),
    (5, {"islanded": True, "cap": True}), (6, {"charge": True}),
    (7, {"charge": True, "cap": True, "negative": True}), (8, {"negative": True, "cap": True}),
]  # fmt: skip


@pytest.mark.parametrize(("seed", "settings"), CASES)
@pytest.mark.filterwarnings("ignore")
def test_same_optimum_as_pypsa(seed, settings, tmp_path):
    problem = random_problem(seed, **settings)
    notes = write_network(problem, tmp_path / "net", "case")
    assert notes == []  # caps on CO2 carry over
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        network = pypsa.Network(tmp_path / "net")
        status = network.optimize(
            solver_name="highs", log_to_console=False, include_objective_constant=False
        )
    assert status == ("ok", "optimal")
    ours = solve_year(problem, 1e-7)
    error = ours.objective_usd / network.objective - 1.0
    print(f"case {seed}: PyPSA {network.objective:.3f}, ours {error:+.1e}, gap {ours.gap:.1e}")
    assert abs(error) <= 1e-6
    assert ours.lower_bound_usd <= network.objective * (1.0 + 1e-9)


@pytest.mark.filterwarnings("ignore")
def test_hourly_limit_behind_a_demand_charge_and_hourly_intensity(tmp_path):
    """The connection is a link, hours without emissions count none."""
    problem = random_problem(9, cap=True, charge=True)
    rng = np.random.default_rng(9)
    k = problem.offer_number("grid")
    top = float(problem.load_mw.max())
    grid = replace(
        problem.offers[k], limit_mw=rng.uniform(0.2, 1.2, problem.steps) * top,
        co2_t_per_mwh=np.maximum(0.0, rng.uniform(-0.2, 0.6, problem.steps)),
    )  # fmt: skip
    offers = (*problem.offers[:k], grid, *problem.offers[k + 1 :])
    counts = np.stack([o.co2_t_per_mwh for o in offers], axis=1)
    cap = YearlyLimit("co2_cap_t", counts, 0.08 * problem.load_mw.sum())
    problem = replace(problem, offers=offers, limits=(cap,))
    assert write_network(problem, tmp_path / "net", "case") == []
    network = pypsa.Network(tmp_path / "net")
    status = network.optimize(
        solver_name="highs", log_to_console=False, include_objective_constant=False
    )
    assert status == ("ok", "optimal")
    assert len(network.links) == 1
    ours = solve_year(problem, 1e-7)
    assert ours.objective_usd == pytest.approx(network.objective, rel=1e-6)
