"""Indicators of each site by calendar year: ratios of the sums over the draws.

PUE, WUE, CUE, REF and ERF by ISO/IEC 30134-2, -9, -8, -3 and -6; matching and CFE score by the hour
of the plans at the load of each draw (`energy.year_accounts`); NOx at the central figure of the
table "emissions", against the class of the air permit that its potential asks for. Contracts count
from the month in which the site draws power; ERF is as declared. Bands: table "site_years".
"""

from __future__ import annotations

from typing import Any

import numpy as np

from gigawatt.catalog import Catalog
from gigawatt.energy.supply import GRID
from gigawatt.quantity.units import KW_PER_MW
from gigawatt.study.frame import Frame
from gigawatt.study.sites.site_years import LEAST_MWH, SOURCES, accounts, permit_class

STEAM = "ccgt"
TONNES = ("scope1_t", "scope2_location_t", "scope2_market_t", "scope2_market_hourly_t")


def indicator_rows(
    frame: Frame, catalog: Catalog, sources: tuple[str, ...]
) -> list[dict[str, Any]]:
    """Rows of the table "indicators": one a site and year in which it drew power."""
    years = np.unique(frame.axis.years())
    told = {name: values.sum(axis=0) / frame.count for name, values in accounts(frame).items()}
    rows: list[dict[str, Any]] = []
    for s, site in enumerate(frame.program.sites):
        for y, year in enumerate(years):
            one = {name: float(values[s, y]) for name, values in told.items()}
            it, facility = one["it_mwh"], one["facility_mwh"]
            if it <= LEAST_MWH:
                continue
            steam = STEAM in sources and _nameplate(frame, s, sources.index(STEAM), y) > 0.0
            rows.append({
                "site": site.id, "year": int(year), "it_mwh": it, "facility_mwh": facility,
                "pue": facility / it, "wue_l_per_kwh": one["water_m3"] / it,
                "cue_kg_per_kwh": one["co2_t"] / it, "ref": one["renewable_mwh"] / facility,
                "erf": site.heat_reused_share,
                "matched_annual_share": one["matched_annual_mwh"] / facility,
                "matched_hourly_share": one["matched_hourly_mwh"] / facility,
                "cfe_share": one["cfe_mwh"] / facility,
                **{name: one[name] for name in TONNES},
                "water_m3": one["water_m3"], "water_peak_day_m3": one["water_peak_day_m3"],
                "nox_t": one["nox_t"], "nox_potential_t": one["nox_potential_t"],
                "nox_class": permit_class(catalog, site.country, one["nox_potential_t"],
                                          steam=steam, ozone_area=site.ozone_area),
                "usd_per_mwh": one["cost_usd"] / facility,
                "standby_usd_per_kw_year": _standby(frame, s, sources, y),
            })  # fmt: skip
    return rows


def _nameplate(frame: Frame, s: int, k: int, y: int) -> float:
    """Mean nameplate of a source over the year and the draws, MW."""
    return float(frame.kept.sums[f"{SOURCES}/nameplate_mw_years"][s, k, y]) / frame.count


def _standby(frame: Frame, s: int, sources: tuple[str, ...], y: int) -> float | None:
    """Fixed cost of plant on site over its nameplate, USD per kW and year; None without plant."""
    own = [k for k, name in enumerate(sources) if name != GRID]
    held = sum(_nameplate(frame, s, k, y) for k in own)
    if held <= 0.0:
        return None
    paid = float(frame.kept.sums[f"{SOURCES}/fixed_usd"][s, own, y].sum()) / frame.count
    return paid / (held * KW_PER_MW)
