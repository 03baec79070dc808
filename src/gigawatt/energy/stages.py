"""Supply of a site in stages: islanded first, grid later, capacities carried over.

::

    min  sum_s w_s [ sum_j sum_(r <= s, in life) cost_rj b_rj + running cost_s(x_s) ]
    x_s = sum of the builds b_r that stand in stage s

w_s = years of the stage x discount factor. A build pays its own vintage's yearly cost in every
stage in which it stands. Rented plant (bridging power) is paid only while it is held. What a plant
does later (back-up at the price of a run hour) is said by the offers of the later stages.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from gigawatt.energy.capacity.solve import Builds, Plan, Stage, solve_plan
from gigawatt.energy.dispatch.problem import YearProblem
from gigawatt.errors import InputError
from gigawatt.quantity.arrays import Array, IntArray

ALWAYS = 10**6


@dataclass(frozen=True, slots=True)
class Carry:
    """How a technology goes from stage to stage.

    Attributes
    ----------
    first_stage : earliest stage in which it can stand (lead time).
    life_stages : stages that a build stands.
    rented : whether it is chosen anew for every stage and paid only there (bridging plant, a
        demand charge).
    most_per_stage_mw : most that can be added in one stage.
    """

    first_stage: int = 0
    life_stages: int = ALWAYS
    rented: bool = False
    most_per_stage_mw: float = np.inf


@dataclass(frozen=True, slots=True)
class SiteStage:
    """One stage of a site.

    Attributes
    ----------
    name : of the stage.
    years : how long it lasts.
    problem : its year; capacities must have the same names in all stages.
    """

    name: str
    years: float
    problem: YearProblem


@dataclass(frozen=True, slots=True)
class StagedPlan:
    """Result of all stages: S stages, J capacities.

    Attributes
    ----------
    plan : capacities and hours by stage, objective (present value), bound.
    names : (J,) of the capacities.
    built_mw : (S, J) added (or rented) in each stage.
    weights : (S,) years x discount factor.
    """

    plan: Plan
    names: tuple[str, ...]
    built_mw: Array
    weights: Array = field(default_factory=lambda: np.zeros(0))

    def in_service(self, stage: int) -> dict[str, float]:
        """Capacities of a stage by name, MW."""
        return dict(zip(self.names, self.plan.capacity_mw[stage].tolist(), strict=True))


def stage_weights(years: Sequence[float], discount_rate: float) -> Array:
    """Present value of a dollar a year paid through each stage, (S,); continuous discounting.

    >>> stage_weights([1.0, 2.0], 0.0)
    array([1., 2.])
    """
    ends = np.cumsum(years)
    starts = ends - np.asarray(years, dtype=float)
    if discount_rate == 0.0:
        return np.asarray(years, dtype=float)
    rate = np.log1p(discount_rate)
    return np.asarray((np.exp(-rate * starts) - np.exp(-rate * ends)) / rate)


def solve_stages(
    stages: Sequence[SiteStage],
    carries: Mapping[str, Carry] | None = None,
    discount_rate: float = 0.0,
    gap: float = 1e-4,
    *,
    most_seconds: float = np.inf,
) -> StagedPlan:
    """Least-cost builds of a site over all its stages, to a certified gap.

    Parameters
    ----------
    stages : in order of time.
    carries : capacity name → how it goes from stage to stage; built once and kept if not named.
    discount_rate : a year, real if costs are real.
    gap, most_seconds : where the search stops.

    Raises
    ------
    InputError : capacities differ between stages, or a name is unknown.
    """
    names = tuple(c.name for c in stages[0].problem.capacities)
    carries = carries or {}
    _check(stages, names, carries)
    rules = [carries.get(name, Carry()) for name in names]
    weights = stage_weights([s.years for s in stages], discount_rate)
    pairs = _pairs(len(stages), rules)
    matrices = [_matrix(pairs, s, rules) for s in range(len(stages))]
    builds = _builds(stages, rules, pairs, matrices, weights)
    plan = solve_plan(
        [Stage(s.problem, float(w), m) for s, w, m in zip(stages, weights, matrices, strict=True)],
        builds, gap, most_seconds=most_seconds,
    )  # fmt: skip
    built = np.zeros((len(stages), len(names)))
    built[pairs[:, 0], pairs[:, 1]] = plan.builds_mw
    return StagedPlan(plan, names, built, weights)


def _check(
    stages: Sequence[SiteStage], names: tuple[str, ...], carries: Mapping[str, Carry]
) -> None:
    for s in stages:
        other = tuple(c.name for c in s.problem.capacities)
        if other != names:
            raise InputError(f"stage {s.name}: capacities {other} differ from {names}.")
        if s.years <= 0.0:
            raise InputError(f"stage {s.name}: years = {s.years:g} must be above 0.")
    for name in carries:
        if name not in names:
            raise InputError(f"carry of {name!r}: no such capacity; there are {', '.join(names)}.")


def _pairs(stages: int, rules: Sequence[Carry]) -> IntArray:
    """(N, 2) stage and capacity of each build that can be."""
    return np.array(
        [(r, j) for r in range(stages) for j, rule in enumerate(rules) if r >= rule.first_stage],
        dtype=np.int64,
    ).reshape(-1, 2)


def _stands(built: int, stage: int, rule: Carry) -> bool:
    if rule.rented:
        return built == stage
    return built <= stage < built + rule.life_stages


def _matrix(pairs: IntArray, stage: int, rules: Sequence[Carry]) -> Array:
    """(J, N): which builds stand in a stage."""
    out = np.zeros((len(rules), len(pairs)))
    for n, (r, j) in enumerate(pairs.tolist()):
        out[j, n] = float(_stands(r, stage, rules[j]))
    return out


def _builds(
    stages: Sequence[SiteStage], rules: Sequence[Carry], pairs: IntArray,
    matrices: Sequence[Array], weights: Array,
) -> Builds:  # fmt: skip
    count = len(stages)
    cost = np.zeros(len(pairs))
    high = np.zeros(len(pairs))
    for n, (r, j) in enumerate(pairs.tolist()):
        held = sum(weights[s] for s in range(count) if _stands(r, s, rules[j]))
        c = stages[r].problem.capacities[j]
        cost[n] = c.usd_per_mw_yr * held
        high[n] = min(rules[j].most_per_stage_mw, c.max_mw)
    rows, blocks = [], []
    for s, stage in enumerate(stages):
        for j, c in enumerate(stage.problem.capacities):
            numbers = np.flatnonzero(matrices[s][j])
            if (np.isfinite(c.max_mw) or c.min_mw > 0.0) and len(numbers):
                rows.append((c.min_mw, c.max_mw, {int(n): 1.0 for n in numbers}))
            if c.block_mw > 0.0 and len(numbers):
                spare = c.usd_per_mw_yr * c.block_mw * c.spare_blocks * float(weights[s])
                blocks.append((s, j, c.block_mw, spare))
    return Builds(cost, np.zeros(len(pairs)), high, tuple(blocks), tuple(rows))
