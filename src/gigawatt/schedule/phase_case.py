"""What is known of one phase, and how its tasks are drawn."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import numpy as np

from gigawatt.program.model import Phase, Site
from gigawatt.quantity.arrays import Array
from gigawatt.schedule.calendars import Winter
from gigawatt.schedule.forward import Case, Drawn
from gigawatt.schedule.milestones import known_dates, may_have_begun
from gigawatt.schedule.network import Route, Task
from gigawatt.schedule.setting import Setting

UTILITY_WORK = "GRID"  # ground that is cleared was not cleared years ahead of it, signed or not


def phase_case(
    setting: Setting, site: Site, phase: Phase, reached: Mapping[str, float], network: Route
) -> Case:
    """What is known of a phase and how its tasks are drawn."""
    where = f"site/{site.id}/{phase.id}"
    pace = setting.paces[site.id]
    known = known_dates(setting, site, phase, reached, where)
    unsigned = "power_contract" not in known and may_have_begun(reached, phase, setting)
    drawn: dict[str, Drawn] = {}

    def draw(task: Task) -> Drawn:
        if task.id not in drawn:
            drawn[task.id] = _drawn(setting, phase, task, pace, where)
            if task.id == UTILITY_WORK and unsigned:
                ahead = setting.per_phase(where, "clearing_ahead_months")
                law = replace(drawn[task.id].law, at_most=ahead)
                drawn[task.id] = replace(drawn[task.id], law=law)
        return drawn[task.id]

    early = np.zeros_like(pace)
    if phase.preorder_months is not None:
        early = setting.own(f"{where}/preorder_months", phase.preorder_months)
    elif phase.framework_orders:
        early = setting.per_phase(where, "framework_order_months")
    return Case(
        as_of=setting.as_of,
        known=known,
        offsets=_offsets(setting, phase, known, pace, where),
        early_order=early,
        done_at_clearing=network.done_at_clearing if "cleared" in known else frozenset(),
        draw=draw,
        winter=_winter(setting, site),
        meeting_months=setting.assumptions.permit_meeting_months[:, None],
    )


def _winter(setting: Setting, site: Site) -> Winter | None:
    """Calendar of outdoor work; None where winters are mild."""
    a = setting.assumptions
    if abs(site.lat) < float(np.mean(a.winter_latitude_degrees)):
        return None
    return Winter.of(a.winter_rate_share[:, None], site.lat, setting.axis.start.month)


def _drawn(setting: Setting, phase: Phase, task: Task, pace: Array, where: str) -> Drawn:
    path = task.duration.path
    if task.technology_lead:
        path = f"technologies/{phase.onsite_technology}/lead_time_months"
    scale = setting.causes[task.cause]
    if task.at_site_pace:
        scale = scale * pace
    if phase.route == "brownfield" and task.brownfield_factor is not None:
        fact = task.brownfield_factor
        scale = scale * setting.streams.sample(fact.path, fact.distribution)[:, None]
    return Drawn(setting.law(path), scale, setting.uniform(f"{where}/task/{task.id}"))


def _offsets(
    setting: Setting, phase: Phase, known: Mapping[str, Array], pace: Array, where: str
) -> Array:
    """How much later than the first each building comes, (D, K).

    When the first hall is fitted and no other is reported, the second comes after the as-of date.
    """
    if phase.buildings == 1:
        return np.zeros_like(pace)
    law = setting.law("assumptions/schedule/stagger_months")
    drawn = Drawn(law, pace, setting.uniform(f"{where}/stagger_months"))
    age = setting.as_of - known["fitted"] if "fitted" in known else None
    return drawn.months(age) * np.arange(phase.buildings)
