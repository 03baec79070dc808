"""Sites of a programme as inputs of the event engine: by central values, fully built."""

from __future__ import annotations

from dataclasses import replace

from gigawatt.errors import InputError, unknown_name
from gigawatt.operations.site_fleet import (
    central_assumptions,
    demand_curve,
    rack_power_w,
    site_fleet,
)
from gigawatt.operations.site_input import SiteInput, Use
from gigawatt.operations.site_mean import fluid_mean_mw
from gigawatt.operations.week import Week, closed_week
from gigawatt.performance.hardware import load_system
from gigawatt.performance.rates import workload_rate
from gigawatt.program.check import PhaseTotal, phase_totals
from gigawatt.program.load import Loaded
from gigawatt.quantity.units import KW_PER_MW, W_PER_KW
from gigawatt.study.sites.kept_weeks import by_events, kept_week


def site_input(
    loaded: Loaded, site_id: str, phases: tuple[str, ...] = (), age_years: float = 1.0
) -> SiteInput:
    """What the event engine needs of one site, all phases in service unless some are named.

    The racks of a site with several systems are counted as racks of the one with most IT power.

    Raises
    ------
    InputError : unknown site or phase.
    """
    program, catalog = loaded.program, loaded.catalog
    totals = [t for t in phase_totals(program, catalog) if t.site == site_id]
    if not totals:
        raise unknown_name("site", site_id, [s.id for s in program.sites])
    for phase in phases:
        if phase not in [t.phase for t in totals]:
            raise unknown_name(f"phase of {site_id}", phase, [t.phase for t in totals])
    stage = [t for t in totals if not phases or t.phase in phases]
    if sum(t.it_mw for t in stage) <= 0.0:
        raise InputError(f"site {site_id!r}: no IT power in these phases")
    system_id = _main_system(stage)
    system, record = load_system(catalog, system_id), catalog.record("systems", system_id)
    per_rack = record.value("system_packages")
    rack_w = rack_power_w(
        sum(t.it_mw for t in stage if t.system == system_id),
        sum(t.racks for t in stage if t.system == system_id),
    )
    a = catalog.record("assumptions", "operations")
    supply = program.supply(system_id)
    new = supply is not None and supply.first_racks >= program.as_of
    total = max(1.0, sum(w.share.central for w in program.workloads))
    return SiteInput(
        name=site_id,
        racks=int(sum(t.it_mw for t in stage) * KW_PER_MW * W_PER_KW / rack_w),
        packages_per_rack=per_rack,
        rack_power_w=rack_w,
        rate_power_w=record.value("system_power_kw") * W_PER_KW / per_rack,
        uses=tuple(
            Use(w, workload_rate(w, system, catalog), w.share.central / total)
            for w in program.workloads
        ),
        age_years=age_years,
        infant_factor=a.value("infant_factor") * (a.value("platform_factor") if new else 1.0),
        facility_over_it=sum(t.facility_mw for t in stage) / sum(t.it_mw for t in stage),
    )


def _main_system(stage: list[PhaseTotal]) -> str:
    """System with most IT power."""
    power: dict[str, float] = {}
    for t in stage:
        power[t.system] = power.get(t.system, 0.0) + t.it_mw
    return max(power, key=lambda g: power[g])


def site_week(
    loaded: Loaded, site_id: str, phases: tuple[str, ...] = (), policy: str = "",
    events: bool | None = None,
) -> Week:  # fmt: skip
    """Representative week of one site and stage: shape, ramp and drop of its IT power.

    Its mean is that of the closed forms of the programme, so that energy balances.

    Parameters
    ----------
    loaded, site_id, phases : as for `site_input`.
    policy : of jobs after a failure; empty takes that of each workload.
    events : by the event engine (kept by content), or in closed form, which compiles nothing; None
        as the environment says (`kept_weeks.by_events`).
    """
    a = central_assumptions(loaded.catalog)
    site = site_input(loaded, site_id, phases)
    spec, curve = site_fleet(site, loaded.catalog, a, policy), demand_curve(a)
    simulated = by_events() if events is None else events
    week = kept_week(spec, curve) if simulated else closed_week(spec, curve)
    return replace(week, mean_it_mw=fluid_mean_mw(site, loaded.catalog, policy))


def site_weeks(
    loaded: Loaded, site_id: str, policy: str = "", events: bool | None = None
) -> list[tuple[tuple[str, ...], Week]]:
    """Representative week of each stage of a site: after its first phase, its second, and so on.

    Stages without a whole rack are left out.
    """
    phases = next((s.phases for s in loaded.program.sites if s.id == site_id), None)
    if phases is None:
        raise unknown_name("site", site_id, [s.id for s in loaded.program.sites])
    stages = [tuple(p.id for p in phases[: n + 1]) for n in range(len(phases))]
    return [
        (stage, site_week(loaded, site_id, stage, policy, events))
        for stage in stages
        if stage_racks(loaded, site_id, stage) >= 1
    ]


def stage_racks(loaded: Loaded, site_id: str, phases: tuple[str, ...]) -> float:
    """Racks of a stage by central values."""
    totals = phase_totals(loaded.program, loaded.catalog)
    return sum(t.racks for t in totals if t.site == site_id and t.phase in phases and t.it_mw > 0)
