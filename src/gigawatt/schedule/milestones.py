"""What is known of a phase: milestones reached, dates planned, contracts in hand."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping

import numpy as np

from gigawatt.errors import InputError
from gigawatt.program.model import Phase, Site
from gigawatt.quantity.arrays import Array
from gigawatt.schedule.durations import beyond
from gigawatt.schedule.setting import Setting
from gigawatt.uncertainty.distributions import Point

POWER_TASKS = ("GRID", "GENQ")  # what begins when power, or a plant, is contracted


def route_of(phase: Phase, reached: Mapping[str, float]) -> str:
    """Network that a phase follows.

    Power and framework orders in hand make the fast chain. A hall that is fitted and has no power
    shows that the power was not in hand: such a phase follows its own route.
    """
    waits_for_power = "fitted" in reached and "power" not in reached
    in_hand = phase.power_contracted and phase.framework_orders
    if in_hand and phase.route != "brownfield" and not waits_for_power:
        return "fast"
    return phase.route


def reached_milestones(setting: Setting, site: Site, phase: Phase) -> dict[str, float]:
    """Milestones reached by a phase's first building, with what they imply, months since start.

    Raises
    ------
    InputError : one is dated after the as-of date.
    """
    first = phase is site.phases[0]
    progress: dict[str, dt.date] = {**(site.progress if first else {}), **phase.progress}
    reached = {m: setting.axis.position(d) for m, d in progress.items()}
    for milestone, month in reached.items():
        if month > setting.as_of:
            raise InputError(
                f"site {site.id}, phase {phase.id}: progress {milestone} = {progress[milestone]} "
                "lies after the programme's as_of; progress is what has been reached by then"
            )
    if "in_service" in reached:
        for implied in ("fitted", "power"):
            reached.setdefault(implied, reached["in_service"])
    if "cleared" not in reached and phase.cleared is None:
        later_ones = [reached[m] for m in ("roof", "fitted", "power", "in_service") if m in reached]
        if later_ones:
            reached["cleared"] = min(later_ones)
    return reached


def known_dates(
    setting: Setting, site: Site, phase: Phase, reached: Mapping[str, float], where: str
) -> dict[str, Array]:
    """Dates of milestones by report, plan or contract, (D, 1) each.

    Power that is contracted without a date was contracted some months before clearing, or by the
    as-of date where clearing has no date. The months are counted in work: what was done before
    clearing went at the same pace as what is left, so that lateness acts on what is left alone.
    """
    ones = np.ones((setting.streams.size, 1))
    known = {m: month * ones for m, month in reached.items()}
    if "cleared" not in known and phase.cleared is not None:
        planned = setting.axis.position(phase.cleared)
        known["cleared"] = planned + _cleared_spread(setting, phase, planned, where)
    if "power_contract" not in known and phase.power_contracted:
        if "cleared" in known:
            elapsed = _contract_elapsed(setting, phase, where)
            known["power_contract"] = known["cleared"] - elapsed * _power_pace(setting, site, phase)
        else:
            known["power_contract"] = setting.as_of * ones
    return known


def _contract_elapsed(setting: Setting, phase: Phase, where: str) -> Array:
    """How much of the work on contracted power is done at clearing, months at pace 1, (D, 1).

    Nobody clears ground years before the power that was promised: where the utility's work takes
    longer, the contract is older, so that at most `clearing_ahead_months` of it are left.
    """
    elapsed = setting.per_phase(where, "contract_elapsed_months")
    if phase.route != "grid":
        return elapsed
    promised = setting.law("tasks/GRID/duration_months").sample(
        setting.uniform(f"{where}/task/GRID")
    )
    return np.maximum(elapsed, promised - setting.per_phase(where, "clearing_ahead_months"))


def _power_pace(setting: Setting, site: Site, phase: Phase) -> Array:
    """Factor on the months of the work that follows the power contract of a route, (D, 1)."""
    causes = [t.cause for t in setting.networks[phase.route].dated if t.id in POWER_TASKS]
    return setting.paces[site.id] * (setting.causes[causes[0]] if causes else 1.0)


def _cleared_spread(setting: Setting, phase: Phase, planned: float, where: str) -> Array:
    """What is added to a clearing date, (D, 1); a planned date stays after the as-of date."""
    if isinstance(phase.cleared_spread_months, Point):
        return np.full((setting.streams.size, 1), phase.cleared_spread_months.value)
    u = setting.uniform(f"{where}/cleared_spread_months")
    margin = setting.as_of - planned if planned > setting.as_of else -np.inf
    return beyond(phase.cleared_spread_months, u, margin)


def may_have_begun(reached: Mapping[str, float], phase: Phase, setting: Setting) -> bool:
    """Whether ground is, or may be, cleared by the as-of date; the same for every chunk."""
    if {"cleared", "roof"} & set(reached):
        return True
    return phase.cleared is not None and setting.axis.position(phase.cleared) <= setting.as_of
