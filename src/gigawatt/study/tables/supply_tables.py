"""Tables of the least-cost supply of the sites: what is built, what it costs, their hours.

Real dollars of the price year at central values and full load; a run bills the drawn prices at the
load that operations draw (table "energy").
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np

from gigawatt.energy.plan_cache import planned
from gigawatt.energy.site_plan import (
    BATTERY,
    COMPUTE,
    DEMAND,
    GRID,
    PART_LOADS,
    SHED,
    SitePlan,
    StageResult,
)
from gigawatt.energy.stage_hours import SHARES, StageHours
from gigawatt.quantity.calendar import MonthAxis
from gigawatt.study.sites.site_supply import plan_inputs, site_stages

if TYPE_CHECKING:
    from gigawatt.energy.site_inputs import StageMegawatts
    from gigawatt.program.load import Loaded
    from gigawatt.program.model import Phase, Program

ALL = "all"
LOAD = "load"
WEEKS = ("january", "july")
NAMES = {COMPUTE: "waiting", SHED: "unserved"}
LEAST_MW = 0.05
TECHNOLOGY = "recip-engine"  # on site, where a phase names none
Rows = list[dict[str, Any]]


def supply_rows(plans: Mapping[str, SitePlan]) -> Rows:
    """Rows of the table "supply": one a site, stage and source, and one for all of them."""
    return [
        row
        for site, plan in plans.items()
        for number, stage in enumerate(plan.stages, start=1)
        for row in _stage(site, number, plan, stage)
    ]


def _stage(site: str, number: int, plan: SitePlan, stage: StageResult) -> Rows:
    load = float(stage.load_mwh.sum())
    head = {"site": site, "number": number, "phases": stage.name, "facility_mw": stage.facility_mw}
    supply = dict(zip(plan.sources, stage.supply_mwh.sum(axis=1).tolist(), strict=True))
    running = dict(zip(plan.sources, stage.running_usd.tolist(), strict=True))
    held = dict(zip(plan.capacities, stage.capacity_mw.tolist(), strict=True))
    fixed = dict(zip(plan.capacities, stage.fixed_usd.tolist(), strict=True))
    held[GRID], fixed[GRID] = held.pop(DEMAND), fixed.pop(DEMAND)
    supply[BATTERY] = load - sum(supply.values())
    rows = [
        {**head, "source": NAMES.get(name, name), "capacity_mw": held.get(name, 0.0),
         "supply_mwh": supply[name], "fixed_usd_per_mwh": fixed.get(name, 0.0) / load,
         "running_usd_per_mwh": running.get(name, 0.0) / load,
         "co2_t_per_mwh": None, "deliverable_share": None, "contract_mw": None,
         "import_peak_mw": None, "import_ramp_mw": None, "ramp_mw_per_min": None, "drop_mw": None}
        for name in supply
        if held.get(name, 0.0) > LEAST_MW or supply[name] > 1.0
    ]  # fmt: skip
    total = {
        **head, "source": ALL, "capacity_mw": None, "supply_mwh": load,
        "fixed_usd_per_mwh": float(stage.fixed_usd.sum()) / load,
        "running_usd_per_mwh": float(stage.running_usd.sum()) / load,
        "co2_t_per_mwh": float(stage.co2_t.sum()) / load,
        "deliverable_share": 1.0 - (supply[SHED] + supply[COMPUTE]) / load,
        "contract_mw": stage.grid_mw, "import_peak_mw": stage.import_peak_mw,
        "import_ramp_mw": stage.import_ramp_mw, "ramp_mw_per_min": stage.ramp_mw_per_min,
        "drop_mw": stage.drop_mw,
    }  # fmt: skip
    return [*rows, total]


def largest_site(plans: Mapping[str, SitePlan]) -> str:
    """Site with the largest last stage; the first by name of equals; "" without plans."""
    size = {name: plan.stages[-1].facility_mw for name, plan in plans.items()}
    return min(size, key=lambda name: (-size[name], name), default="")


def hour_tables(
    plans: Mapping[str, SitePlan], expected: Mapping[str, float] | None = None
) -> dict[str, Rows]:
    """Tables of the hours of each site's last stage: weeks, durations, carbon; largest first.

    Parameters
    ----------
    plans : by site id.
    expected : part of the last stage's full load that a run draws, by site id; the hours of the
        plan's load that is nearest to it come beside those of full load.
    """
    out: dict[str, Rows] = {f"supply_{name}": [] for name in ("weeks", "durations", "carbon")}
    for site, plan in sorted(plans.items(), key=lambda i: (-i[1].stages[-1].facility_mw, i[0])):
        names = [*(NAMES.get(n, n) for n in plan.sources), BATTERY, LOAD]
        for load, hours in _shown(plan.stages[-1], (expected or {}).get(site)):
            for table, rows in _hour_rows({"site": site, "load_share": load}, names, hours).items():
                out[table] += rows
    return out


def _shown(stage: StageResult, expected: float | None) -> list[tuple[float, StageHours]]:
    """Hours at full load, and at the plan's load nearest to the expected one."""
    if stage.hours is None:
        return []
    found = [(1.0, stage.hours)]
    parts = dict(zip(PART_LOADS, stage.part_hours, strict=False))
    if expected is not None and parts:
        nearest = min((*PART_LOADS, 1.0), key=lambda part: abs(part - expected))
        if nearest in parts:
            found.append((nearest, parts[nearest]))
    return found


def _hour_rows(head: dict[str, Any], names: Sequence[str], hours: StageHours) -> dict[str, Rows]:
    used = [k for k, n in enumerate(names)
            if n == LOAD or np.abs(hours.durations_mw[k]).max() > LEAST_MW]  # fmt: skip
    weeks = [
        {**head, "week": week, "hour": h, "source": names[k], "mw": float(mw)}
        for w, week in enumerate(WEEKS)
        for k in used
        for h, mw in enumerate(hours.weeks_mw[w, k])
    ]
    durations = [
        {**head, "source": names[k], "share_of_year": float(share), "mw": float(mw)}
        for k in used
        for share, mw in zip(SHARES, hours.durations_mw[k], strict=True)
    ]
    carbon = [
        {**head, "month_of_year": m + 1, "hour": h, "co2_kg_per_mwh": float(rate)}
        for m, row in enumerate(hours.carbon_kg_per_mwh)
        for h, rate in enumerate(row)
    ]
    return {"supply_weeks": weeks, "supply_durations": durations, "supply_carbon": carbon}


def route_rows(loaded: Loaded, plans: Mapping[str, SitePlan]) -> Rows:
    """Rows of the table "supply_routes": the largest site with all its phases on one route.

    Same draws of the schedule for both; phases without an on-site technology get `TECHNOLOGY`.
    """
    name = largest_site(plans)
    if not name:
        return []
    site = loaded.program.site(name)
    rows: Rows = []
    for route in ("grid", "onsite"):
        phases = tuple(
            replace(p, route=route, onsite_technology=(p.onsite_technology or TECHNOLOGY)
                    if route == "onsite" else "")
            for p in site.phases
        )  # fmt: skip
        program = replace(loaded.program, sites=(replace(site, phases=phases),))
        other = replace(loaded, program=program)
        stages = site_stages(other, [name]).get(name)
        if stages:
            plan = planned(plan_inputs(other, [name])[name])
            rows.append(_route(name, route, phases, program, stages, plan))
    return rows


def _route(
    name: str, route: str, phases: Sequence[Phase], program: Program,
    stages: Sequence[StageMegawatts], plan: SitePlan,
) -> dict[str, Any]:  # fmt: skip
    axis = MonthAxis.between(program.start, program.horizon)
    last = plan.stages[-1]
    load = float(last.load_mwh.sum())
    dates = [axis.date(s.start_month) for s in (stages[0], stages[-1])]
    own = dict.fromkeys(p.onsite_technology for p in phases if p.onsite_technology)
    return {
        "site": name, "route": route, "technology": ", ".join(own),
        "first_power": dates[0].isoformat() if dates[0] else None,
        "last_power": dates[1].isoformat() if dates[1] else None,
        "facility_mw": last.facility_mw, "usd_per_mwh": float(last.cost_usd.sum()) / load,
        "co2_t_per_mwh": float(last.co2_t.sum()) / load,
        "unserved_mwh": float(last.unserved_mwh.sum()),
    }  # fmt: skip
