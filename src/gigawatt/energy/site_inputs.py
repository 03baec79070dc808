"""From a site of a programme and the catalog to the inputs of its least-cost supply.

All numbers are central values in dollars of the catalog's price year; the load is the facility at
full IT power, by the hour through the PUE of the site's climate.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from gigawatt.catalog import Catalog
from gigawatt.energy.carbon_price import co2_price
from gigawatt.energy.climate_hours import ClimateHours, climate_hours, file_hours
from gigawatt.energy.cooling import site_climate
from gigawatt.energy.facility import facility_hours, plant_of
from gigawatt.energy.gas import gas_fact
from gigawatt.energy.site_prices import grid_price_hours
from gigawatt.energy.site_problem import SiteInputs, Source, StageLoad, Store
from gigawatt.energy.solar import PVWATTS
from gigawatt.energy.stage_hours import NO_AREA, Area, Contract
from gigawatt.energy.weather.normals import normals_of
from gigawatt.program.model import CleanPower, Site
from gigawatt.program.reserve import FIRM_PATH, reserve_of_load
from gigawatt.quantity.arrays import Array
from gigawatt.quantity.money import level_payment_factor
from gigawatt.quantity.units import HOURS_PER_YEAR, KG_PER_T, KW_PER_MW, MONTHS_PER_YEAR

BRIDGE = "mobile-turbine"
PV, WIND, BATTERY = "pv-tracked", "wind-onshore", "battery"
WEATHER_KINDS = ("solar", "wind")  # of contracts, whose hours are the climate's
STEPS = int(HOURS_PER_YEAR)


@dataclass(frozen=True, slots=True)
class StageMegawatts:
    """Power of a site from a month on.

    Attributes
    ----------
    name : phases that begin here.
    start_month : months since the programme's start.
    facility_mw, grid_mw : in service, and the part of it on the grid.
    week_pu, ramp_mw_per_min, drop_mw : course of its load, as in `StageLoad`.
    """

    name: str
    start_month: float
    facility_mw: float
    grid_mw: float
    week_pu: Array | None = None
    ramp_mw_per_min: float = 0.0
    drop_mw: float = 0.0


def site_inputs(
    site: Site,
    catalog: Catalog,
    stages: list[StageMegawatts],
    as_of_month: float,
    last_years: float = 10.0,
    co2_usd_per_t: float = 0.0,
    cache: Path | None = None,
    month_of: Callable[[dt.date], float] | None = None,
) -> SiteInputs:
    """Inputs of the plan of a site.

    Parameters
    ----------
    site, catalog : of the programme.
    stages : in order of time, at least one.
    as_of_month : month from which lead times count.
    last_years : how long the last stage lasts.
    co2_usd_per_t : price of CO2 that the plan minds.
    cache : folder of kept climates; None = the user's.
    month_of : months from the programme's start to a date, for contracts that begin or end; None =
        they are in force always.
    """
    weather = site_weather(site, catalog, cache)
    grid = catalog.record("grids", site.grid)
    own = site.price_usd_per_mwh
    plan = catalog.record("assumptions", "siteplan")
    battery = catalog.record("generators", BATTERY)
    return SiteInputs(
        site=site.id,
        stages=_loads(site, catalog, stages, weather, as_of_month, last_years, month_of),
        sources=_sources(site, catalog, stages[-1].facility_mw, weather),
        store=Store(_yearly_usd_per_mw(catalog, "generators", BATTERY),
                    battery.value("storage_hours"), battery.value("one_way_efficiency_share"),
                    battery.value("lead_time_months")),
        grid_usd_per_mwh=grid_price_hours(
            site, catalog, grid.value("price_usd_per_mwh") if own is None else own.central, weather
        ),
        grid_co2_t_per_mwh=grid.value("co2_t_per_mwh"),
        grid_demand_usd_per_mw_yr=grid.value("demand_charge_usd_per_kw_month")
        * KW_PER_MW * MONTHS_PER_YEAR,
        compute_usd_per_mwh=plan.value("curtailed_compute_usd_per_mwh"),
        compute_share=plan.value("curtailable_share"),
        lost_load_usd_per_mwh=plan.value("lost_load_usd_per_mwh"),
        discount_rate=catalog.fact("assumptions/energy/onsite_return_share").value,
        co2_usd_per_t=co2_usd_per_t,
        area=area_of(site.grid, catalog),
        minimum_take_share=catalog.fact("assumptions/energy/minimum_take_share").value,
        matching_share=site.hourly_matching_share,
        unmatched_usd_per_mwh=plan.value("unmatched_usd_per_mwh"),
    )  # fmt: skip


def _loads(
    site: Site, catalog: Catalog, stages: list[StageMegawatts], weather: ClimateHours | None,
    as_of_month: float, last_years: float, month_of: Callable[[dt.date], float] | None,
) -> tuple[StageLoad, ...]:  # fmt: skip
    """Load of each stage at full IT power, by the hour, with the contracts in force."""
    full = _pue_shape(site, catalog, weather)
    full = full / catalog.fact(f"cooling/{site.cooling}/pue_design").value
    starts = [s.start_month for s in stages]
    ends = [*starts[1:], starts[-1] + MONTHS_PER_YEAR * last_years]
    return tuple(
        StageLoad(s.name, s.start_month - as_of_month, (end - s.start_month) / MONTHS_PER_YEAR,
                  s.facility_mw * full, s.grid_mw, s.facility_mw, s.week_pu,
                  s.ramp_mw_per_min, s.drop_mw,
                  _contracts(site, weather, s.start_month, end, month_of))
        for s, end in zip(stages, ends, strict=True)
    )  # fmt: skip


def area_of(grid: str, catalog: Catalog) -> Area:
    """Balancing area behind a grid, central values; that of the defaults where none is recorded."""
    found = catalog.records["areas"].get(grid)
    if found is None:
        return NO_AREA
    return Area(
        found.value("carbon_free_share"),
        *(int(found.value(f"peak_{name}")) for name in ("first_month", "last_month", "hour")),
    )


def site_weather(site: Site, catalog: Catalog, cache: Path | None = None) -> ClimateHours | None:
    """Hours of the file or climate of a site; None where none lies near.

    `cache` : folder of kept hours; None = the user's.
    """
    if site.weather_file is not None:
        return file_hours(site, cache)
    found = site_climate(site, catalog)
    if not found.climate:
        return None
    return climate_hours(normals_of(catalog, found.climate), cache)


def _contracts(
    site: Site,
    weather: ClimateHours | None,
    start: float,
    end: float,
    month_of: Callable[[dt.date], float] | None,
) -> tuple[Contract, ...]:
    """Contracts of a site from one month to another, by the part of the time they are in force."""
    out = []
    for c in site.clean_power:
        share = 1.0
        if month_of is not None:
            since = start if c.start is None else max(start, month_of(c.start))
            until = end if c.end is None else min(end, month_of(c.end))
            share = max(0.0, until - since) / (end - start)
        if share > 0.0:
            out.append(contract_hours(c, weather, share))
    return tuple(out)


def contract_hours(
    contract: CleanPower, weather: ClimateHours | None, share: float = 1.0
) -> Contract:
    """Hours of a contract: sun and wind of the site's climate, else the same in all.

    Certificates have none; nor have sun and wind where the climate is not known.
    """
    kind, course = contract.kind, np.ones(STEPS)
    of_weather = kind in WEATHER_KINDS
    if weather is not None and of_weather:
        course = weather.pv_per_dc if kind == "solar" else weather.wind_pu
    hourly = course / course.sum() * contract.mwh_per_year * share
    by_hour = kind != "certificates" and not (of_weather and weather is None)
    return Contract(contract.id, hourly, kind != "nuclear", by_hour)


def _pue_shape(site: Site, catalog: Catalog, weather: ClimateHours | None) -> Array:
    """PUE by hour: the climate's course, around the site's own annual PUE where it has one.

    The annual mean of the site or the cooling type where the climate is not known.
    """
    own = None if site.pue_annual is None else site.pue_annual.central
    if weather is None or site.cooling not in catalog.records["coolers"]:
        typical = catalog.fact(f"cooling/{site.cooling}/pue_annual").value
        return np.full(STEPS, typical if own is None else own)
    plant = plant_of(catalog, site.cooling)
    pue = facility_hours(plant, weather.drybulb_c, weather.wetbulb_c, 1.0, weather.pressure_pa).pue
    if own is None:
        return pue
    return np.asarray(1.0 + (pue - 1.0) * (own - 1.0) / (float(pue.mean()) - 1.0))


def _sources(
    site: Site, catalog: Catalog, facility_mw: float, weather: ClimateHours | None
) -> tuple[Source, ...]:
    named = [p.onsite_technology for p in site.phases if p.route == "onsite"]
    own = [name for name in dict.fromkeys(named) if name != BRIDGE]
    price = gas_fact(site.grid, catalog).value
    carbon = co2_price(site, catalog)
    out = [
        replace(_gas(name, catalog, facility_mw, price, 0.0, named=True, co2_usd_per_t=carbon),
                must_run_share=site.must_run_share)
        for name in own
    ]  # fmt: skip
    lead = catalog.record("technologies", BRIDGE).value("lead_time_months")
    bridge = BRIDGE in named
    out.append(_gas(BRIDGE, catalog, facility_mw, price, 0.0 if bridge else lead,
                    named=bridge, co2_usd_per_t=carbon))  # fmt: skip
    if weather is not None:
        ratio = PVWATTS.dc_ac_ratio  # yields are per DC nameplate, costs per AC
        yields = {
            PV: np.minimum(weather.pv_per_dc * ratio, 1.0),
            WIND: weather.wind_pu,
        }
        for name, per_mw in yields.items():
            lead = catalog.record("generators", name).value("lead_time_months")
            usd = _yearly_usd_per_mw(catalog, "generators", name)
            out.append(Source(name, usd, 0.0, 0.0, per_mw, lead))
    return tuple(out)


def central_reserve(name: str, catalog: Catalog, load_mw: float) -> float:
    """Reserve in the nameplate of on-site gas plant that carries a load, central values."""
    record = catalog.record("technologies", name)
    unit, derate, availability = (
        np.array([record.value(key)])
        for key in ("unit_mw", "hot_day_derate_share", "availability_share")
    )
    firm = np.array([catalog.fact(FIRM_PATH).value])
    return float(reserve_of_load(np.array([load_mw]), unit, derate, availability, firm)[0])


def _gas(
    name: str,
    catalog: Catalog,
    facility_mw: float,
    gas_usd_per_mmbtu: float,
    lead_months: float,
    *,
    named: bool,
    co2_usd_per_t: float = 0.0,
) -> Source:
    """On-site gas plant per firm MW: reserve by unit size on the site's whole power.

    `named` : whether the programme names it for a phase.
    """
    record = catalog.record("technologies", name)
    energy = catalog.record("assumptions", "energy")
    reserve = central_reserve(name, catalog, facility_mw)
    rented = name == BRIDGE
    rent = catalog.record("assumptions", "siteplan").value("rent_factor") if rented else 1.0
    heat = record.value("heat_rate_mmbtu_per_mwh")
    co2 = heat * energy.value("gas_co2_kg_per_mmbtu") / KG_PER_T
    return Source(
        name,
        _yearly_usd_per_mw(catalog, "technologies", name) / (1.0 - reserve) * rent,
        heat * gas_usd_per_mmbtu + record.value("var_om_usd_per_mwh") + co2 * co2_usd_per_t,
        co2,
        1.0,
        lead_months,
        rented,
        beyond_grid=rented and not named,
    )


def _yearly_usd_per_mw(catalog: Catalog, table: str, name: str) -> float:
    record = catalog.record(table, name)
    rate = np.array([catalog.fact("assumptions/energy/onsite_return_share").value])
    annuity = level_payment_factor(rate, np.array([record.value("life_years")]))[0]
    yearly = record.value("capex_usd_per_kw") * annuity + record.value("fixed_om_usd_per_kw_year")
    return float(yearly) * KW_PER_MW
