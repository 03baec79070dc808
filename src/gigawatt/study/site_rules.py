"""Rules at each site of a run: what the plan tells, tested on the day its first phase starts."""

from __future__ import annotations

import datetime as dt
from typing import Any

import numpy as np

from gigawatt.catalog import Catalog
from gigawatt.energy.cooling import monthly_course
from gigawatt.energy.rules.check import Finding, SiteFacts, check_rules
from gigawatt.program.model import Site
from gigawatt.quantity.units import HOURS_PER_YEAR, KG_PER_T
from gigawatt.study.answers import Frame

TURBINES = ("aeroderivative", "ccgt", "mobile-turbine")
PORTABLE = "mobile-turbine"
KG_PER_LB = 0.45359237


def rule_rows(frame: Frame, catalog: Catalog) -> list[dict[str, Any]]:
    """Rows of the table "rules": one a site and rule whose place is the site's.

    `applies` and `met` are "yes", "no" or "open" (the plan does not tell).
    """
    rows: list[dict[str, Any]] = []
    for s, site in enumerate(frame.program.sites):
        facts = site_facts(frame, catalog, s)
        day = max(facts.started or frame.program.as_of, frame.program.as_of)
        rows += [_row(site.id, day, f) for f in check_rules(catalog, facts, day)]
    return rows


def site_facts(frame: Frame, catalog: Catalog, s: int) -> SiteFacts:
    """What a run tells of site number `s` once all its phases are in service, central values."""
    site, blocks = frame.program.sites[s], frame.blocks
    at = np.flatnonzero(blocks.site == s)
    power = frame.kept.draws["block_facility_mw"].mean(axis=0)
    facility = float(power[at].sum())
    own: dict[str, float] = {}
    for b in at:
        if blocks.phases[b].route == "onsite":
            name = blocks.phases[b].onsite_technology
            own[name] = own.get(name, 0.0) + float(power[b])
    onsite = sum(own.values())
    nox = {t: catalog.record("emissions", t).value("nox_kg_per_mwh")
           for t in own if t in catalog.records["emissions"]}  # fmt: skip
    turbines = {t: mw for t, mw in own.items() if t in TURBINES}
    take = catalog.fact("assumptions/energy/minimum_take_share").value
    return SiteFacts(
        country=site.country,
        region=site.region,
        grid=site.grid,
        started=_start(frame, at),
        it_mw=facility / catalog.fact(f"cooling/{site.cooling}/pue_design").value,
        facility_mw=facility,
        grid_mw=facility - onsite,
        onsite_mw=onsite,
        pue_annual=_pue(site, catalog),
        nox_t_per_year=sum(own[t] * nox[t] for t in nox) * HOURS_PER_YEAR / KG_PER_T
        if len(nox) == len(own)
        else None,
        turbine_mw=sum(turbines.values()),
        turbine_nox_lb_per_mwh=max((nox[t] for t in turbines if t in nox), default=0.0) / KG_PER_LB,
        portable_mw=own.get(PORTABLE, 0.0),
        own_generation_share=onsite / facility if facility else None,
        minimum_take_share=take if onsite < facility else None,
    )


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
        "met": told[f.met] if f.applies is not False else "",
        "value": f.value, "limit": f.limit, "unit": f.unit, "short_by": f.short_by,
        "says": f.says, "stage": f.stage, "begins": f.begins, "source": f.source,
        "status": f.status,
    }  # fmt: skip
