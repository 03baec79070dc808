"""Stages: equal to one LP over all of them, lead times, rented plant, discounting."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from gigawatt.energy.dispatch.problem import Capacity, YearProblem, offer
from gigawatt.energy.lp import solve_lp
from gigawatt.energy.stages import Carry, SiteStage, solve_stages, stage_weights
from gigawatt.errors import InputError
from supply_cases import random_problem

STEPS = 120


def _stage(seed, load_factor, grid_mw, gas_usd=2000.0):
    """A stage without storage, so that stages can be put one after another into one LP."""
    base = random_problem(seed, STEPS)
    offers = tuple(
        replace(o, limit_mw=np.full(STEPS, grid_mw)) if o.name == "grid" else
        replace(o, limit_mw=o.limit_mw * load_factor) if o.name == "shed" else o
        for o in base.offers
    )  # fmt: skip
    capacities = tuple(
        replace(c, usd_per_mw_yr=gas_usd) if c.name == "gas" else c for c in base.capacities[:3]
    )
    return YearProblem(base.load_mw * load_factor, capacities, offers)


def _one_lp(problems, weights):
    """All stages as one year: a build of a stage is a capacity that exists from there on."""
    count = len(problems)
    steps = STEPS * count
    capacities, offers = [], []
    for j, c in enumerate(problems[0].capacities):
        for r in range(count):
            cost = problems[r].capacities[j].usd_per_mw_yr * sum(weights[r:])
            capacities.append(Capacity(f"{c.name} {r}", cost))
    for k, o in enumerate(problems[0].offers):
        price = np.concatenate([p.offers[k].usd_per_mwh * w for p, w in zip(problems, weights)])  # noqa: B905
        limit = np.concatenate([p.offers[k].limit_mw for p in problems])
        j = int(o.capacity[0])
        if j < 0:
            offers.append(offer(o.name, steps, price, limit_mw=limit))
            continue
        for r in range(count):
            share = np.concatenate([p.offers[k].per_mw * (s >= r) for s, p in enumerate(problems)])
            offers.append(
                offer(f"{o.name} {r}", steps, price, capacity=j * count + r, per_mw=share)
            )
    load = np.concatenate([p.load_mw for p in problems])
    return YearProblem(load, tuple(capacities), tuple(offers))


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_equal_to_one_lp_over_all_stages(seed):
    problems = [_stage(seed, f, g) for f, g in ((0.4, 0.0), (0.8, 20.0), (1.0, 90.0))]
    stages = [SiteStage(f"s{n}", 1.0 + n, p) for n, p in enumerate(problems)]
    found = solve_stages(stages, discount_rate=0.08, gap=1e-8)
    whole = solve_lp(_one_lp(problems, stage_weights([1.0, 2.0, 3.0], 0.08)))
    error = found.plan.objective_usd / whole.objective_usd - 1.0
    print(f"{seed}: {error:+.1e}")
    assert abs(error) <= 1e-7
    assert np.all(found.built_mw >= -1e-9)
    for n in range(3):
        standing = found.built_mw[: n + 1].sum(axis=0)
        assert standing == pytest.approx(found.plan.capacity_mw[n], abs=1e-6)


def test_lead_time_and_rented_plant():
    problems = [_stage(4, 0.5, 0.0), _stage(4, 1.0, 200.0)]
    stages = [SiteStage("islanded", 2.0, problems[0]), SiteStage("grid", 8.0, problems[1])]
    carries = {"wind": Carry(first_stage=1), "gas": Carry(rented=True)}
    found = solve_stages(stages, carries, gap=1e-7)
    free = solve_stages(stages, gap=1e-7)
    assert found.in_service(0)["wind"] == 0.0
    assert found.in_service(0)["gas"] > found.in_service(1)["gas"]
    assert found.built_mw[1, 2] == pytest.approx(found.in_service(1)["gas"])
    wind_late = solve_stages(stages, {"wind": Carry(first_stage=1)}, gap=1e-7)
    assert wind_late.plan.objective_usd >= free.plan.objective_usd * (1 - 1e-6)


def test_a_life_ends_and_most_per_stage_holds():
    problems = [_stage(5, 1.0, 0.0)] * 3
    stages = [SiteStage(f"s{n}", 1.0, p) for n, p in enumerate(problems)]
    found = solve_stages(stages, {"gas": Carry(life_stages=1)}, gap=1e-7)
    assert np.all(found.built_mw[:, 2] > 1.0)  # built anew each time
    slow = solve_stages(stages, {"wind": Carry(most_per_stage_mw=3.0)}, gap=1e-7)
    assert np.all(slow.built_mw[:, 1] <= 3.0 + 1e-6)


def test_weights_of_stages():
    assert stage_weights([1.0, 2.0], 0.0) == pytest.approx([1.0, 2.0])
    whole = stage_weights([10.0], 0.07)[0]
    assert stage_weights([3.0, 7.0], 0.07).sum() == pytest.approx(whole)
    assert whole == pytest.approx((1 - 1.07**-10) / np.log(1.07))


def test_wrong_stages_are_told():
    good, other = _stage(1, 1.0, 0.0), random_problem(1, STEPS)
    with pytest.raises(InputError, match="differ"):
        solve_stages([SiteStage("a", 1.0, good), SiteStage("b", 1.0, other)])
    with pytest.raises(InputError, match="years"):
        solve_stages([SiteStage("a", 0.0, good)])
    with pytest.raises(InputError, match="nuclear"):
        solve_stages([SiteStage("a", 1.0, good)], {"nuclear": Carry()})
