"""Accounts of one site's year: carbon, matching, ISO/IEC 30134 indicators, NOx, water, cost.

Works on hours, so that what annual totals hide (carbon-free at night, water on hot days) is seen.

    PUE = E_DC / E_IT                     ISO/IEC 30134-2
    REF = renewable energy used / E_DC    30134-3, at most 1; contracts count when retired
    ERF = reused energy / E_DC            30134-6
    CUE = kg CO2 of E_DC / E_IT in kWh    30134-8, from energy use at the site and its supply
    WUE = site water in L / E_IT in kWh   30134-9

    scope 1          = burned on site
    scope 2 location = grid MWh x intensity of the area, hour by hour
    scope 2 market   = grid MWh that contracts do not cover x residual mix
                       annual matching: contracts count over the year; hourly: within their hour
    CFE score        = 1 - sum(grid MWh not covered in its hour x carbon share of the grid
                       + own carbon MWh) / load    (24/7 carbon-free energy)

Scope 3 (fuel upstream, construction, losses of the grid) is left out.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from gigawatt.quantity.arrays import Array
from gigawatt.quantity.units import HOURS_PER_DAY, KG_PER_T, KW_PER_MW

KG_PER_LB = 0.45359237


@dataclass(frozen=True, slots=True)
class Source:
    """A source of supply on site or by contract, with its terms.

    Attributes
    ----------
    energy_mwh : (H,) used by the site in each hour; for a contract: what it generates.
    on_site : behind the meter; a contract (power purchase, certificates) is not.
    renewable : counts for REF; nuclear does not.
    carbon_free : counts for matching and the CFE score.
    co2_kg_per_mwh, nox_kg_per_mwh, water_m3_per_mwh : at the plant.
    capacity_mw : nameplate, reserve included.
    fixed_usd : of the year: capital charge and fixed upkeep.
    variable_usd_per_mwh : fuel and upkeep; or the price of the contract.
    by_hour : it has hours; certificates have none and match the year alone.
    """

    energy_mwh: Array
    on_site: bool
    renewable: bool
    carbon_free: bool
    co2_kg_per_mwh: float = 0.0
    nox_kg_per_mwh: float = 0.0
    water_m3_per_mwh: float = 0.0
    capacity_mw: float = 0.0
    fixed_usd: float = 0.0
    variable_usd_per_mwh: float = 0.0
    by_hour: bool = True


@dataclass(frozen=True, slots=True)
class Grid:
    """Grid import of a site by hour, (H,) or one number for all hours.

    Attributes
    ----------
    import_mwh : bought.
    co2_kg_per_mwh : mean intensity of the area.
    residual_kg_per_mwh : of what nobody has claimed; the area's own where not known.
    carbon_free_share : of the area's generation.
    price_usd_per_mwh : energy price.
    fixed_usd : demand charges and the like, of the year.
    """

    import_mwh: Array
    co2_kg_per_mwh: Array
    residual_kg_per_mwh: Array
    carbon_free_share: Array
    price_usd_per_mwh: Array
    fixed_usd: float = 0.0


@dataclass(frozen=True, slots=True)
class SiteYear:
    """What a site used in a year, by hour (H,).

    Attributes
    ----------
    it_mwh, facility_mwh : at the IT equipment; at the site's meter.
    water_m3 : site water for cooling.
    reused_heat_mwh : delivered to somebody else, of the year.
    grid : import.
    sources : by name.
    """

    it_mwh: Array
    facility_mwh: Array
    water_m3: Array
    reused_heat_mwh: float
    grid: Grid
    sources: Mapping[str, Source]


@dataclass(frozen=True, slots=True)
class Indicators:
    """Indicators of ISO/IEC 30134 of a year; WUE in L/kWh, CUE in kg CO2 per kWh of IT energy."""

    pue: float
    wue: float
    cue: float
    ref: float
    erf: float


@dataclass(frozen=True, slots=True)
class Carbon:
    """Tonnes of CO2 of a year, and shares of matching.

    Attributes
    ----------
    scope1_t : burned on site.
    scope2_location_t, scope2_market_annual_t, scope2_market_hourly_t : of grid import.
    matched_annual_share, matched_hourly_share : of facility energy that is carbon-free by own
        sources and contracts, over the year and within each hour.
    cfe_share : 24/7 score, the grid's own carbon-free part included.
    """

    scope1_t: float
    scope2_location_t: float
    scope2_market_annual_t: float
    scope2_market_hourly_t: float
    matched_annual_share: float
    matched_hourly_share: float
    cfe_share: float


@dataclass(frozen=True, slots=True)
class Cost:
    """USD of a year.

    Attributes
    ----------
    total_usd : everything.
    usd_per_mwh : over facility energy delivered.
    usd_per_mwh_by_source : levelised, fixed and variable over its energy; nan without energy.
    standby_usd_per_kw_year : fixed cost over nameplate of on-site sources.
    """

    total_usd: float
    usd_per_mwh: float
    usd_per_mwh_by_source: dict[str, float]
    standby_usd_per_kw_year: dict[str, float]


def indicators(year: SiteYear) -> Indicators:
    """PUE, WUE, CUE, REF and ERF; CUE with location-based scope 2."""
    it, facility = float(year.it_mwh.sum()), float(year.facility_mwh.sum())
    own = sum(float(s.energy_mwh.sum()) for s in year.sources.values() if s.renewable)
    of_carbon = carbon(year)
    return Indicators(
        pue=facility / it,
        wue=float(year.water_m3.sum()) / it,  # m3/MWh = L/kWh
        cue=(of_carbon.scope1_t + of_carbon.scope2_location_t) / it,  # t/MWh = kg/kWh
        ref=min(1.0, own / facility),
        erf=year.reused_heat_mwh / facility,
    )


def carbon(year: SiteYear) -> Carbon:
    """Scope 1 and 2, matching and CFE score."""
    load, grid = year.facility_mwh, year.grid
    zero = np.zeros_like(load)
    own_clean, covered = own_clean_mwh(year), covered_mwh(year)
    own_dirty = sum((s.energy_mwh for s in _pick(year, on_site=True, clean=False)), zero)
    contracts = sum((s.energy_mwh for s in _pick(year, on_site=False, clean=True)), zero)
    left = grid.import_mwh - covered
    imported = float(grid.import_mwh.sum())
    left_of_year = max(0.0, 1.0 - float(contracts.sum()) / imported) if imported else 0.0
    not_free = float((left * (1.0 - grid.carbon_free_share)).sum()) + float(own_dirty.sum())
    total = float(load.sum())
    own = np.minimum(own_clean, load)
    return Carbon(
        scope1_t=sum(
            float(s.energy_mwh.sum()) * s.co2_kg_per_mwh / KG_PER_T
            for s in year.sources.values()
            if s.on_site
        ),
        scope2_location_t=float((grid.import_mwh * grid.co2_kg_per_mwh).sum()) / KG_PER_T,
        scope2_market_annual_t=left_of_year
        * float((grid.import_mwh * grid.residual_kg_per_mwh).sum())
        / KG_PER_T,
        scope2_market_hourly_t=float((left * grid.residual_kg_per_mwh).sum()) / KG_PER_T,
        matched_annual_share=min(1.0, float(own_clean.sum() + contracts.sum()) / total),
        matched_hourly_share=float((own + np.minimum(covered, load - own)).sum()) / total,
        cfe_share=max(0.0, 1.0 - not_free / total),
    )


def own_clean_mwh(year: SiteYear) -> Array:
    """Carbon-free energy from the site's own sources by hour, (H,)."""
    own = (s.energy_mwh for s in _pick(year, on_site=True, clean=True))
    return np.asarray(sum(own, np.zeros_like(year.facility_mwh)))


def covered_mwh(year: SiteYear) -> Array:
    """Import that contracts for clean power cover within its hour, (H,)."""
    bought = (s.energy_mwh for s in _pick(year, on_site=False, clean=True) if s.by_hour)
    return np.minimum(sum(bought, np.zeros_like(year.facility_mwh)), year.grid.import_mwh)


def nox_t(year: SiteYear) -> float:
    """Nitrogen oxides of on-site sources over the year, tonnes."""
    return sum(
        float(s.energy_mwh.sum()) * s.nox_kg_per_mwh / KG_PER_T
        for s in year.sources.values()
        if s.on_site
    )


def water_by_day_m3(year: SiteYear) -> Array:
    """Site water by day, cooling and on-site plants, (H / 24,) in m3."""
    plants = sum(
        (s.energy_mwh * s.water_m3_per_mwh for s in year.sources.values() if s.on_site),
        np.zeros_like(year.water_m3),
    )
    out: Array = (year.water_m3 + plants).reshape(-1, int(HOURS_PER_DAY)).sum(axis=1)
    return out


def cost(year: SiteYear) -> Cost:
    """Cost of the year, delivered and by source."""
    grid = year.grid
    bought = float((grid.import_mwh * grid.price_usd_per_mwh).sum()) + grid.fixed_usd
    spent, energy = {"grid": bought}, {"grid": float(grid.import_mwh.sum())}
    for name, s in year.sources.items():
        energy[name] = float(s.energy_mwh.sum())
        spent[name] = s.fixed_usd + energy[name] * s.variable_usd_per_mwh
    total = sum(spent.values())
    return Cost(
        total_usd=total,
        usd_per_mwh=total / float(year.facility_mwh.sum()),
        usd_per_mwh_by_source={
            n: spent[n] / energy[n] if energy[n] > 0.0 else float("nan") for n in spent
        },
        standby_usd_per_kw_year={
            n: s.fixed_usd / (s.capacity_mw * KW_PER_MW)
            for n, s in year.sources.items()
            if s.on_site and s.capacity_mw > 0.0
        },
    )


def _pick(year: SiteYear, *, on_site: bool, clean: bool) -> list[Source]:
    return [s for s in year.sources.values() if s.on_site == on_site and s.carbon_free == clean]
