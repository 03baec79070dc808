"""Case folders of all legal kinds against PyPSA: same optimum to 1e-6."""

from __future__ import annotations

import pytest

from gigawatt.energy.case import read_case
from gigawatt.energy.case_problem import year_problem
from gigawatt.energy.least_cost import least_cost
from gigawatt.energy.lp import beyond_kernel
from pypsa_cases import CASES, first_weeks, pypsa_optimum, write_case

pypsa = pytest.importorskip("pypsa", reason="PyPSA is the oracle of this test (extra 'oracles')")
ROUTES = {
    "loose ramps": "ramps do not bind",
    "ramps": "HiGHS (ramps)",
    "ramps at a load that falls": "HiGHS (ramps)",
    "two storages": "whole LP",
    "tight cap, two storages, matching": "whole LP",
    "must serve, standing loss": "HiGHS (standing loss)",
    "standing loss": "HiGHS (standing loss)",
}


@pytest.mark.parametrize("name", CASES)
@pytest.mark.filterwarnings("ignore")
def test_same_optimum_as_pypsa(name, tmp_path):
    numbers = write_case(tmp_path / "case", name)
    problem = first_weeks(year_problem(read_case(tmp_path / "case")))
    ours = least_cost(problem, 1e-6)
    theirs = pypsa_optimum(pypsa, *numbers)
    error = ours.objective_usd / theirs - 1.0
    print(f"{name}: {error:+.1e}, gap {ours.gap:.1e}, {ours.route}")
    assert abs(error) <= 1e-6
    assert ours.lower_bound_usd <= theirs * (1.0 + 1e-7)
    assert ROUTES.get(name, "exact dispatch") in ours.route
    assert bool(beyond_kernel(problem)) == (name in ROUTES)
