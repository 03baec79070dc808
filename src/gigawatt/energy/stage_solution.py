"""One stage of a site's plan as a solved year, for files and pictures."""

from __future__ import annotations

from dataclasses import replace

from gigawatt.energy.dispatch.problem import YearProblem
from gigawatt.energy.dispatch.solution import Solution, dispatch_cost_usd
from gigawatt.energy.site_plan import SiteHours
from gigawatt.errors import unknown_name


def stage_number(found: SiteHours, name: str) -> int:
    """Number of the stage called `name`, from 0; "" = the last.

    Raises
    ------
    InputError : there is no stage of this name.
    """
    names = [s.name for s in found.plan.stages]
    if not name:
        return len(names) - 1
    if name not in names:
        raise unknown_name("stage", name, names)
    return names.index(name)


def stage_solution(found: SiteHours, number: int) -> tuple[YearProblem, Solution]:
    """The year of a stage with the capacities of the plan, which stay as they are.

    The certified gap is that of the whole plan.
    """
    stage, hours = found.plan.stages[number], found.hours[number]
    problem = found.problems[number]
    held = tuple(
        replace(c, min_mw=float(mw), max_mw=float(mw))
        for c, mw in zip(problem.capacities, stage.capacity_mw, strict=True)
    )
    problem = replace(problem, capacities=held)
    usd = float(stage.fixed_usd.sum()) + dispatch_cost_usd(problem, hours)
    route = f"stage {stage.name} of the plan over all stages"
    solution = Solution(usd, usd * (1.0 - found.plan.gap), stage.capacity_mw, hours, route)
    return problem, solution
