"""Rules at each site of a run: what its least-cost plan tells, from its start to the horizon.

Powers, plant and NOx are those of the plan's last stage (`energy.site_plan`), nameplate with the
reserve; at a site without a plan those of the declared routes. Renewable and matched shares are of
the run's last full year, at the load that it draws.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from gigawatt.catalog import Catalog
from gigawatt.energy.cooling import monthly_course
from gigawatt.energy.rules.check import Finding, SiteFacts, check_rules
from gigawatt.energy.site_inputs import central_reserve
from gigawatt.energy.site_plan import BATTERY, DEMAND, SitePlan
from gigawatt.program.model import Site
from gigawatt.quantity.units import HOURS_PER_YEAR, KG_PER_T, MONTHS_PER_YEAR
from gigawatt.study.frame import Frame
from gigawatt.study.sites.site_years import DRAWS, last_full_year

TURBINES = ("aeroderivative", "ccgt", "mobile-turbine")
ENGINES = ("recip-engine",)
STEAM = "ccgt"
MW_PER_MMBTU_PER_H = 0.293071
PORTABLE = "mobile-turbine"
KG_PER_LB = 0.45359237
LARGE_MMBTU_PER_H = 850.0  # heat input at which subpart KKKK has other limits
LEAST_MW = 0.05


@dataclass(frozen=True, slots=True)
class Supply:
    """What supplies a site once all its phases are in service.

    Attributes
    ----------
    facility_mw, grid_mw : at the meter; contracted.
    import_peak_mw : largest import; None where there is no plan.
    plant_mw : firm megawatts of on-site gas plant by technology.
    battery_mw : of storage.
    portable_months : in which trailer-mounted plant stands, end to end.
    renewable_share, matched_hourly_share : of the load; None where there is no plan.
    """

    facility_mw: float
    grid_mw: float
    import_peak_mw: float | None
    plant_mw: dict[str, float]
    battery_mw: float = 0.0
    portable_months: float | None = None
    renewable_share: float | None = None
    matched_hourly_share: float | None = None


def rule_rows(
    frame: Frame, catalog: Catalog, plans: Mapping[str, SitePlan] | None = None
) -> list[dict[str, Any]]:
    """Rows of the table "rules": one a site and rule whose place is the site's.

    `applies` and `met` are "yes", "no" or "open" (the plan does not tell).
    """
    rows: list[dict[str, Any]] = []
    for s, site in enumerate(frame.program.sites):
        day, found = site_findings(frame, catalog, s, (plans or {}).get(site.id))
        rows += [_row(site.id, day, f) for f in found]
    return rows


def site_findings(
    frame: Frame, catalog: Catalog, s: int, plan: SitePlan | None
) -> tuple[dt.date, list[Finding]]:
    """Day of the start (or of the programme's state), and all rules at site number `s`."""
    facts = site_facts(frame, catalog, s, plan)
    day = max(facts.started or frame.program.as_of, frame.program.as_of)
    return day, check_rules(catalog, facts, day, max(day, frame.program.horizon))


def site_facts(frame: Frame, catalog: Catalog, s: int, plan: SitePlan | None = None) -> SiteFacts:
    """What a run tells of site number `s` once all its phases are in service, central values."""
    site, blocks = frame.program.sites[s], frame.blocks
    at = np.flatnonzero(blocks.site == s)
    supply = _declared(frame, at) if plan is None else _planned(plan, catalog)
    onsite = sum(supply.plant_mw.values())
    nameplate = {
        name: mw / (1.0 - central_reserve(name, catalog, mw if plan is None else max(mw, onsite)))
        for name, mw in supply.plant_mw.items()
    }
    nox = _nox(catalog, supply.plant_mw)
    potential = None
    if nox is not None:
        potential = sum(nameplate[t] * nox[t] for t in nox) * HOURS_PER_YEAR / KG_PER_T
    large = {t for t in nameplate if t in TURBINES and _heat_input(catalog, t) > LARGE_MMBTU_PER_H}
    small = {t for t in nameplate if t in TURBINES} - large
    engines = {t for t in nameplate if t in ENGINES}
    duties = dict.fromkeys(site.duties, True)
    if site.heat_reused_share > 0.0:
        duties["waste_heat_used"] = True
    import_mw = supply.grid_mw if supply.import_peak_mw is None else supply.import_peak_mw
    dispatchable = onsite + supply.battery_mw
    return SiteFacts(
        country=site.country,
        region=site.region,
        grid=site.grid,
        started=_start(frame, at),
        it_mw=supply.facility_mw / catalog.fact(f"cooling/{site.cooling}/pue_design").value,
        facility_mw=supply.facility_mw,
        grid_mw=supply.grid_mw,
        onsite_mw=onsite,
        colocated_mw=onsite if supply.grid_mw > LEAST_MW else 0.0,
        pue_annual=_of_the_run(frame, s, "facility_mwh", _pue(site, catalog), over="it_mwh"),
        erf=site.heat_reused_share,
        renewable_share=_of_the_run(frame, s, "renewable_mwh", supply.renewable_share),
        matched_hourly_share=_of_the_run(
            frame, s, "matched_hourly_mwh", supply.matched_hourly_share
        ),
        nox_t_per_year=potential,
        steam_nox_t_per_year=potential if STEAM in nameplate else 0.0,
        turbine_mw=sum(nameplate[t] for t in small),
        turbine_nox_lb_per_mwh=_worst(nox, small),
        large_turbine_mw=sum(nameplate[t] for t in large),
        large_turbine_nox_lb_per_mwh=_worst(nox, large),
        portable_mw=nameplate.get(PORTABLE, 0.0),
        portable_months=supply.portable_months,
        dispatchable_share=dispatchable / supply.grid_mw if supply.grid_mw > 0.0 else None,
        own_generation_share=onsite / supply.facility_mw if supply.facility_mw else None,
        contract_margin_mw=supply.grid_mw - import_mw if supply.import_peak_mw is not None
        else None,
        minimum_take_share=catalog.fact("assumptions/energy/minimum_take_share").value
        if supply.grid_mw > 0.0 else None,
        ride_through_share=site.ride_through_share,
        onsite_thermal_mw=sum(mw * _heat_mw_per_mw(catalog, t) for t, mw in nameplate.items()),
        engine_mw=sum(nameplate[t] for t in engines),
        engine_nox_lb_per_mwh=_worst(nox, engines),
        ozone_area=site.ozone_area,
        **duties,
    )  # fmt: skip


def _of_the_run(
    frame: Frame, s: int, name: str, planned: float | None, over: str = "facility_mwh"
) -> float | None:
    """Share of the energy in the run's last full year; what is planned where it has none."""
    year = last_full_year(frame)
    if year is None or f"{DRAWS}/{name}" not in frame.kept.draws:
        return planned
    y = np.unique(frame.axis.years()).tolist().index(year)
    part, whole = (float(frame.kept.draws[f"{DRAWS}/{n}"][:, s, y].sum()) for n in (name, over))
    return part / whole if whole > 0.0 else planned


def _planned(plan: SitePlan, catalog: Catalog) -> Supply:
    last = plan.stages[-1]
    held = dict(zip(plan.capacities, last.capacity_mw.tolist(), strict=True))
    plant = {
        name: mw
        for name, mw in held.items()
        if mw > LEAST_MW and name in catalog.records["technologies"]
    }
    del held[DEMAND]
    months, longest = 0.0, 0.0
    for stage in plan.stages:
        mw = dict(zip(plan.capacities, stage.capacity_mw.tolist(), strict=True)).get(PORTABLE, 0.0)
        months = months + stage.years * MONTHS_PER_YEAR if mw > LEAST_MW else 0.0
        longest = max(longest, months)
    return Supply(
        last.facility_mw, last.grid_mw, last.import_peak_mw, plant, held.get(BATTERY, 0.0),
        longest if longest > 0.0 else None,
        None if last.hours is None else last.hours.figure("ref"),
        None if last.hours is None else last.hours.figure("matched_hourly_share"),
    )  # fmt: skip


def _declared(frame: Frame, at: np.ndarray[Any, np.dtype[np.int64]]) -> Supply:
    power, own = frame.kept.draws["block_facility_mw"].mean(axis=0), dict[str, float]()
    for b in at:
        if frame.blocks.phases[b].route == "onsite":
            name = frame.blocks.phases[b].onsite_technology
            own[name] = own.get(name, 0.0) + float(power[b])
    facility = float(power[at].sum())
    return Supply(facility, facility - sum(own.values()), None, own)


def _nox(catalog: Catalog, plant: Mapping[str, float]) -> dict[str, float] | None:
    """NOx in kg/MWh by technology; None where one is not known."""
    known = catalog.records["emissions"]
    if any(t not in known for t in plant):
        return None
    return {t: known[t].value("nox_kg_per_mwh") for t in plant}


def _heat_mw_per_mw(catalog: Catalog, technology: str) -> float:
    """Rated heat input over nameplate, higher heating value."""
    record = catalog.record("technologies", technology)
    return record.value("heat_rate_mmbtu_per_mwh") * MW_PER_MMBTU_PER_H


def _worst(nox: Mapping[str, float] | None, names: set[str]) -> float | None:
    """Highest emission of these, lb/MWh; None where it is not known or there is none."""
    if nox is None or not names:
        return None
    return max(nox[t] for t in names) / KG_PER_LB


def _heat_input(catalog: Catalog, name: str) -> float:
    record = catalog.record("technologies", name)
    return record.value("unit_mw") * record.value("heat_rate_mmbtu_per_mwh")


def _pue(site: Site, catalog: Catalog) -> float:
    if site.pue_annual is not None:
        return site.pue_annual.central
    course = monthly_course(site, catalog)
    if course is not None:
        return float(course.pue.mean())
    return catalog.fact(f"cooling/{site.cooling}/pue_annual").value


def _start(frame: Frame, at: np.ndarray[Any, np.dtype[np.int64]]) -> dt.date | None:
    months = np.median(frame.kept.draws["in_service"][:, at], axis=0)
    return frame.axis.date(float(months.min())) if at.size else None


def _row(site: str, day: dt.date, f: Finding) -> dict[str, Any]:
    told = {True: "yes", False: "no", None: "open"}
    return {
        "site": site, "rule": f.rule, "name": f.name, "tested_on": day.isoformat(),
        "applies": told[f.applies],
        "size": f.size, "size_value": f.size_value, "threshold": f.threshold,
        "size_unit": f.size_unit,
        "met": told[f.met] if f.applies is not False else "",
        "value": f.value, "limit": f.limit, "unit": f.unit, "short_by": f.short_by,
        "says": f.says, "stage": f.stage, "begins": f.begins, "source": f.source,
        "status": f.status, "confidence": f.confidence,
    }  # fmt: skip
