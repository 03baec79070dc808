"""Accounts of each site by calendar year: what a chunk keeps of them, and their tables.

From `energy.year_accounts`, at the load of each draw and month. Bands are of the draws in which the
site drew power in the year; means are ratios of the sums over those draws (`draws_share`).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import numpy as np

from gigawatt.catalog import Catalog
from gigawatt.energy.clean_power import contract_months
from gigawatt.energy.cooling import water_of_day_over_month
from gigawatt.energy.site_inputs import area_of
from gigawatt.energy.site_plan import SitePlan
from gigawatt.energy.weather.year import MONTH_DAYS
from gigawatt.energy.year_accounts import (
    SITE_YEARS,
    SiteFigures,
    matching_table,
    site_years,
    sources_by_year,
)
from gigawatt.program.load import Loaded
from gigawatt.quantity.arrays import Array, BoolArray
from gigawatt.quantity.units import KW_PER_MW
from gigawatt.study.chain import Chain
from gigawatt.study.frame import Frame
from gigawatt.study.outputs import ChunkOutput
from gigawatt.uncertainty.summary import bands

DRAWS, SOURCES = "site_years", "site_sources"  # prefixes of kept outputs
PRESENT = 0.5  # a source counts in a draw's year from this many MWh on
LEAST_MWH = 1.0
Rows = list[dict[str, Any]]

# metric: unit, its numerator, its denominator ("" = none)
METRICS: dict[str, tuple[str, str, str]] = {
    "facility_mwh": ("MWh", "facility_mwh", ""),
    "pue": ("factor", "facility_mwh", "it_mwh"),
    "wue_l_per_kwh": ("L/kWh", "water_m3", "it_mwh"),
    "cue_kg_per_kwh": ("kg CO2/kWh", "co2_t", "it_mwh"),
    "ref": ("share", "renewable_mwh", "facility_mwh"),
    "matched_annual_share": ("share", "matched_annual_mwh", "facility_mwh"),
    "matched_hourly_share": ("share", "matched_hourly_mwh", "facility_mwh"),
    "cfe_share": ("share", "cfe_mwh", "facility_mwh"),
    "scope1_t": ("t CO2", "scope1_t", ""),
    "scope2_location_t": ("t CO2", "scope2_location_t", ""),
    "scope2_market_t": ("t CO2", "scope2_market_t", ""),
    "scope2_market_hourly_t": ("t CO2", "scope2_market_hourly_t", ""),
    "water_m3": ("m3", "water_m3", ""),
    "water_peak_day_m3": ("m3", "water_peak_day_m3", ""),
    "nox_t": ("t", "nox_t", ""),
    "nox_potential_t": ("t", "nox_potential_t", ""),
    "usd_per_mwh": ("USD/MWh", "cost_usd", "facility_mwh"),
}


def with_accounts(
    output: ChunkOutput, chain: Chain, loaded: Loaded, plans: Mapping[str, SitePlan]
) -> ChunkOutput:
    """Output of a chunk with accounts of each draw, (D, S, Y), and sums by source, (S, K, Y).

    LCOE by source is kept of each draw, (D, S, K, Y), nan where the source gave nothing.
    """
    if chain.mix is None:
        raise RuntimeError("the chain was run without its supply mix")
    program, catalog = loaded.program, loaded.catalog
    known = catalog.records["emissions"]
    figures = SiteFigures(
        np.array([area_of(s.grid, catalog).carbon_free_share for s in program.sites]),
        np.array([peak_day_ratio(water_of_day_over_month(s, catalog)) for s in program.sites]),
        np.array([known[k].value("nox_kg_per_mwh") if k in known else 0.0
                  for k in chain.energy.sources]),
    )  # fmt: skip
    it_mwh = chain.delivered.it_power_avg_mw * chain.axis.hours()
    table = matching_table(plans, chain.blocks.sites)
    given = contract_months(program, catalog, chain.axis)
    found = site_years(chain.energy, it_mwh, chain.mix, table, given, figures, chain.axis)
    by_source = sources_by_year(chain.energy, chain.axis)
    energy = by_source["supply_mwh"]
    cost = by_source["fixed_usd"] + by_source["running_usd"]
    lcoe = np.divide(cost, energy, out=np.full_like(cost, np.nan), where=energy > PRESENT)
    draws = {f"{DRAWS}/{name}": getattr(found, name) for name in SITE_YEARS}
    draws[f"{SOURCES}/usd_per_mwh"] = lcoe.astype(np.float32)
    sums = {f"{SOURCES}/{name}": values.sum(axis=0) for name, values in by_source.items()}
    sums["cooling_water_m3"] = chain.energy.cooling_water_m3.sum(axis=0)
    return replace(output, draws=output.draws | draws, sums=output.sums | sums)


def peak_day_ratio(by_day: Array) -> Array:
    """Largest day of each month over its mean day, (12,), from days over their month's mean."""
    ends = np.cumsum(MONTH_DAYS)
    return np.array([part.max() for part in np.split(by_day, ends[:-1])])


def accounts(frame: Frame) -> dict[str, Array]:
    """Accounts of all draws by name, (D, S, Y), `co2_t` among them."""
    out = {name: frame.kept.draws[f"{DRAWS}/{name}"] for name in SITE_YEARS}
    return out | {"co2_t": out["scope1_t"] + out["scope2_location_t"]}


def year_rows(frame: Frame) -> Rows:
    """Rows of the table "site_years": site, year and metric with mean and bands."""
    told, years = accounts(frame), np.unique(frame.axis.years())
    rows: Rows = []
    for s, site in enumerate(frame.blocks.sites):
        for y, year in enumerate(years):
            drew = told["facility_mwh"][:, s, y] > LEAST_MWH
            if not drew.any():
                continue
            one = {name: values[drew, s, y] for name, values in told.items()}
            rows += [_row(site, int(year), metric, one, drew) for metric in METRICS]
    return rows


def _row(
    site: str, year: int, metric: str, one: Mapping[str, Array], drew: BoolArray
) -> dict[str, Any]:
    unit, part, whole = METRICS[metric]
    values = one[part] / (one[whole] if whole else 1.0)
    mean = float(one[part].sum() / (one[whole].sum() if whole else drew.sum()))
    low, mid, high = (float(v) for v in bands(values))
    return {
        "site": site, "year": year, "metric": metric, "unit": unit, "mean": mean, "p10": low,
        "p50": mid, "p90": high, "draws_share": float(drew.mean()),
    }  # fmt: skip


def source_rows(frame: Frame, sources: tuple[str, ...]) -> Rows:
    """Rows of the table "source_costs": LCOE and stand-by of each source by site and year."""
    sums, years = frame.kept.sums, np.unique(frame.axis.years())
    lcoe = frame.kept.draws[f"{SOURCES}/usd_per_mwh"]
    rows: Rows = []
    for s, site in enumerate(frame.blocks.sites):
        for k, source in enumerate(sources):
            for y, year in enumerate(years):
                energy, fixed, running, held = (
                    float(sums[f"{SOURCES}/{name}"][s, k, y]) / frame.count
                    for name in ("supply_mwh", "fixed_usd", "running_usd", "nameplate_mw_years")
                )
                if fixed + running <= 0.0:
                    continue
                own = lcoe[:, s, k, y]
                own = own[np.isfinite(own)]
                low, mid, high = (
                    map(float, bands(own)) if len(own) else (None, None, None)
                )  # fmt: skip
                rows.append({
                    "site": site, "year": int(year), "source": source, "supply_mwh": energy,
                    "fixed_usd": fixed, "running_usd": running,
                    "usd_per_mwh": (fixed + running) / energy if energy > PRESENT else None,
                    "usd_per_mwh_p10": low, "usd_per_mwh_p50": mid, "usd_per_mwh_p90": high,
                    "nameplate_mw": held,
                    "standby_usd_per_kw_year": fixed / (held * KW_PER_MW) if held > 0.0 else None,
                })  # fmt: skip
    return rows


def last_full_year(frame: Frame) -> int | None:
    """Last calendar year with all its months in the run; None where there is none."""
    years, months = np.unique(frame.axis.years(), return_counts=True)
    whole = years[months == len(MONTH_DAYS)]
    return int(whole[-1]) if len(whole) else None


def expected_load(frame: Frame, plans: Mapping[str, SitePlan]) -> dict[str, float]:
    """Mean energy of the run's last full year over that of the plan's last stage at full load."""
    year = last_full_year(frame)
    if year is None:
        return {}
    y = np.unique(frame.axis.years()).tolist().index(year)
    drawn = frame.kept.draws[f"{DRAWS}/facility_mwh"][:, :, y].mean(axis=0)
    return {
        site: float(drawn[s] / plans[site].stages[-1].load_mwh.sum())
        for s, site in enumerate(frame.blocks.sites)
        if site in plans
    }


def water_rows(frame: Frame, catalog: Catalog) -> Rows:
    """Rows of the table "water_days": site water by day of the typical year.

    At the mean load of the run's last full year: the months are the run's, their days the typical
    year's; water of on-site plant is spread evenly over the days of its month.
    """
    kept, year = frame.kept, last_full_year(frame)
    if year is None:
        return []
    at = np.flatnonzero(frame.axis.years() == year)
    rows: Rows = []
    for s, site in enumerate(frame.program.sites):
        cooling = kept.sums["cooling_water_m3"][s, at] / frame.count
        plants = kept.sums["water_m3"][s, at] / frame.count - cooling
        if not cooling.any() and not plants.any():
            continue
        shape = water_of_day_over_month(site, catalog)
        month = np.repeat(np.arange(len(MONTH_DAYS)), MONTH_DAYS)
        days = np.array(MONTH_DAYS)
        daily = (cooling / days)[month] * shape
        more = (plants / days)[month]
        rows += [
            {"site": site.id, "year": year, "day_of_year": d + 1,
             "month_of_year": int(month[d]) + 1, "cooling_m3": float(daily[d]),
             "plant_m3": float(more[d]), "water_m3": float(daily[d] + more[d])}
            for d in range(len(month))
        ]  # fmt: skip
    return rows


def permit_class(
    catalog: Catalog, country: str, potential_t: float, *, steam: bool, ozone_area: str = ""
) -> str:
    """Class of air permit by potential NOx in t/year: NNSR, PSD, Title V, minor.

    By the thresholds of the Clean Air Act (table "siterules"); "" outside the United States and
    without NOx. `steam`: a combined cycle is part of the plant; `ozone_area`: class of
    non-attainment, where new sources need NNSR (lowest achievable rate, offsets).
    """
    if country != "US" or potential_t <= 0.0:
        return ""
    classes = [("us-psd-steam" if steam else "us-psd", "PSD"), ("us-title-v", "Title V")]
    if ozone_area:
        classes.insert(0, (f"us-nnsr-{ozone_area}", "NNSR"))
    for rule, name in classes:
        if potential_t >= catalog.record("siterules", rule).value("threshold"):
            return name
    return "minor"
