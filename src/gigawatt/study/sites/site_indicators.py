"""Indicators of each site by calendar year, from the means over the draws.

PUE, WUE and CUE by ISO/IEC 30134-2, -9 and -8; CO2 at the stack and at the area's mean intensity.
NOx at the central figure of the table "emissions". REF counts own sun and wind and declared
renewable contracts (30134-3; whole in each year in which the site draws power), ERF is as declared.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from gigawatt.catalog import Catalog
from gigawatt.energy.site_inputs import PV, WIND
from gigawatt.quantity.arrays import Array
from gigawatt.quantity.units import KG_PER_T
from gigawatt.study.frame import Frame


def indicator_rows(
    frame: Frame, catalog: Catalog, sources: tuple[str, ...]
) -> list[dict[str, Any]]:
    """Rows of the table "indicators": one a site and year in which it drew power."""
    sums, years = frame.kept.sums, frame.axis.years()
    nox = np.array([
        catalog.record("emissions", s).value("nox_kg_per_mwh")
        if s in catalog.records["emissions"] else 0.0
        for s in sources
    ])  # fmt: skip

    renewable = [k for k, s in enumerate(sources) if s in (PV, WIND)]
    reused = {site.id: site.heat_reused_share for site in frame.program.sites}
    bought = {
        site.id: sum(c.mwh_per_year for c in site.clean_power if c.kind != "nuclear")
        for site in frame.program.sites
    }

    def of_year(monthly: Array, year: int) -> float:
        return float(monthly[years == year].sum()) / frame.count

    rows: list[dict[str, Any]] = []
    for s, site in enumerate(frame.blocks.sites):
        for year in np.unique(years):
            it = of_year(sums["it_mwh"][s], year)
            if it <= 0.0:
                continue
            facility = of_year(sums["supply_mwh"][s].sum(axis=0), year)
            burned = of_year((sums["supply_mwh"][s] * nox[:, None]).sum(axis=0), year)
            clean = of_year(sums["supply_mwh"][s][renewable].sum(axis=0), year) + bought[site]
            rows.append({
                "site": site, "year": int(year), "it_mwh": it, "facility_mwh": facility,
                "pue": facility / it,
                "wue_l_per_kwh": of_year(sums["water_m3"][s], year) / it,
                "cue_kg_per_kwh": of_year(sums["co2_t"][s], year) / it,
                "ref": min(1.0, clean / facility), "erf": reused[site],
                "nox_t": burned / KG_PER_T,
                "usd_per_mwh": of_year(sums["energy_cost_usd"][s], year) / facility,
            })  # fmt: skip
    return rows
