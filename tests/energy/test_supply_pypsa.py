"""The planner against PyPSA with HiGHS: same optimum to 1e-6, through the exported network."""

from __future__ import annotations

import warnings

import pytest

from gigawatt.energy.capacity.solve import solve_year
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
    assert len(notes) == len(problem.limits)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        network = pypsa.Network(tmp_path / "net")

        def yearly(n, _snapshots):
            for limit in problem.limits:
                p = n.model["Generator-p"]
                total = sum(
                    (p.sel(name=o.name) * limit.per_mwh[:, k]).sum()
                    for k, o in enumerate(problem.offers)
                )
                n.model.add_constraints(total <= limit.limit, name=limit.name)

        status = network.optimize(
            solver_name="highs", extra_functionality=yearly, log_to_console=False,
            include_objective_constant=False,
        )  # fmt: skip
    assert status == ("ok", "optimal")
    ours = solve_year(problem, 1e-7)
    error = ours.objective_usd / network.objective - 1.0
    print(f"case {seed}: PyPSA {network.objective:.3f}, ours {error:+.1e}, gap {ours.gap:.1e}")
    assert abs(error) <= 1e-6
    assert ours.lower_bound_usd <= network.objective * (1.0 + 1e-9)
