"""Least-cost supply of the sites of a programme: dates of the schedule, weather, plan, cache."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path

import numpy as np

from gigawatt.catalog import Catalog
from gigawatt.catalog.sampling import sample_assumptions
from gigawatt.energy.mix import PHASES_JOINED
from gigawatt.energy.plan_cache import planned
from gigawatt.energy.site_inputs import StageMegawatts, site_inputs
from gigawatt.energy.site_plan import SiteInputs, SitePlan
from gigawatt.errors import InfeasibleError
from gigawatt.program.blocks import Blocks, make_blocks
from gigawatt.program.load import Loaded
from gigawatt.program.model import Program
from gigawatt.quantity.arrays import Array
from gigawatt.quantity.calendar import MonthAxis
from gigawatt.schedule.assumptions import ScheduleAssumptions
from gigawatt.schedule.build import build_times
from gigawatt.study.sites.kept_weeks import by_events
from gigawatt.study.sites.operate import site_input, site_week, stage_racks
from gigawatt.uncertainty.streams import Streams

DRAWS, SEED = 64, 0  # of the schedule whose median dates make the stages
KEPT = 4  # programmes whose plans a process holds: stress tests ask for the same ones ten times
_LAST: list[tuple[Program, Catalog, bool, dict[str, SitePlan]]] = []
SHAPE_DIGITS = 3  # of a load's hours: smaller changes of the fleet make no new plan
SAME_STAGE_MONTHS = 3.0  # phases that get power closer to each other share a stage


def site_plans(
    loaded: Loaded, sites: Iterable[str] | None = None, cache: Path | None = None
) -> dict[str, SitePlan]:
    """Plan of each site that ever gets power, by id.

    Parameters
    ----------
    loaded : the programme and its catalog.
    sites : ids; None = all.
    cache : folder of kept plans; None = the user's.
    """
    if sites is not None or cache is not None:
        found = plan_inputs(loaded, sites, cache)
        return {name: planned(one, cache) for name, one in found.items()}
    for program, catalog, events, plans in _LAST:
        same = program is loaded.program and catalog is loaded.catalog
        if same and events == by_events():
            return plans
    made = {name: planned(one, None) for name, one in plan_inputs(loaded).items()}
    _LAST.append((loaded.program, loaded.catalog, by_events(), made))
    del _LAST[:-KEPT]
    return made


def plan_inputs(
    loaded: Loaded, sites: Iterable[str] | None = None, cache: Path | None = None
) -> dict[str, SiteInputs]:
    """Inputs of the plans, by site; a site that never gets power is left out.

    Raises
    ------
    InputError : there is no site of this name.
    """
    found = site_stages(loaded, sites)
    axis = MonthAxis.between(loaded.program.start, loaded.program.horizon)
    as_of = axis.position(loaded.program.as_of)
    return {
        name: site_inputs(
            loaded.program.site(name), loaded.catalog,
            [with_week(loaded, name, stages, n) for n in range(len(stages))],
            min(as_of, stages[0].start_month),
            cache=cache, month_of=axis.position,
        )
        for name, stages in found.items()
    }  # fmt: skip


def site_stages(
    loaded: Loaded, sites: Iterable[str] | None = None
) -> dict[str, list[StageMegawatts]]:
    """Stages of each site by id, in months since the programme's start; none without power.

    Raises
    ------
    InputError : there is no site of this name.
    """
    program, catalog = loaded.program, loaded.catalog
    axis = MonthAxis.between(program.start, program.horizon)
    streams = Streams(seed=SEED, draws=DRAWS)
    blocks = make_blocks(program, catalog, streams)
    assumed = sample_assumptions(catalog, streams, "schedule", ScheduleAssumptions)
    energised = build_times(program, catalog, blocks, axis, streams, assumed).energised
    out = {}
    for name in sites if sites is not None else [s.id for s in program.sites]:
        stages = stages_of(program.site(name).id, blocks, energised)
        if stages:
            out[name] = stages
    return out


def with_week(
    loaded: Loaded, site: str, stages: list[StageMegawatts], number: int
) -> StageMegawatts:
    """A stage with the course of its load: its representative week, at the meter.

    A stage without a whole rack stays steady.
    """
    stage = stages[number]
    phases = tuple(p for s in stages[: number + 1] for p in s.name.split(PHASES_JOINED))
    if stage_racks(loaded, site, phases) < 1.0:
        return stage
    week = site_week(loaded, site, phases)
    over = site_input(loaded, site, phases).facility_over_it
    return replace(
        stage, week_pu=np.round(week.it_shape_pu, SHAPE_DIGITS),
        ramp_mw_per_min=week.ramp_mw_per_min * over, drop_mw=week.drop_mw * over,
    )  # fmt: skip


def one_site(loaded: Loaded, name: str) -> SiteInputs:
    """Inputs of one site.

    Raises
    ------
    InfeasibleError : half of the draws or more never give it power.
    """
    found = plan_inputs(loaded, [name])
    if name not in found:
        raise InfeasibleError(
            f"site {name}: no phase gets power in at least half of the draws of the schedule, "
            "so there is no stage to supply."
        )
    return found[name]


def stages_of(site: str, blocks: Blocks, energised: Array) -> list[StageMegawatts]:
    """Stages of a site: phases by the median month of their power, cumulated.

    Parameters
    ----------
    site : id.
    blocks : of the programme.
    energised : (D, B) months.
    """
    number = blocks.sites.index(site)
    rows: dict[str, list[int]] = {}
    for b in np.flatnonzero(blocks.site == number).tolist():
        rows.setdefault(blocks.phases[b].id, []).append(b)
    found = []
    for phase, numbers in rows.items():
        start = float(np.median(energised[:, numbers]))
        if np.isfinite(start):
            power = float(np.median(blocks.facility_power_mw[:, numbers].sum(axis=1)))
            grid = float(np.median(blocks.grid_power_mw[:, numbers].sum(axis=1)))
            found.append((start, phase, power, grid))
    out: list[StageMegawatts] = []
    for start, phase, power, grid in sorted(found):
        last = out[-1] if out else StageMegawatts("", start, 0.0, 0.0)
        merged = bool(out) and start - last.start_month < SAME_STAGE_MONTHS
        if merged:
            out.pop()
        out.append(
            StageMegawatts(
                f"{last.name}{PHASES_JOINED}{phase}" if merged else phase,
                last.start_month if merged else start,
                last.facility_mw + power, last.grid_mw + grid,
            )
        )  # fmt: skip
    return out
