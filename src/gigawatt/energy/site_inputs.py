"""From a site of a programme and the catalog to the inputs of its least-cost supply.

All numbers are central values in dollars of the catalog's price year; the load is the facility at
full IT power, by the hour through the PUE of the site's climate.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from gigawatt.catalog import Catalog
from gigawatt.energy.climate_hours import ClimateHours, climate_hours
from gigawatt.energy.cooling import site_climate
from gigawatt.energy.facility import facility_hours, plant_of
from gigawatt.energy.site_plan import SiteInputs, Source, StageLoad, Store
from gigawatt.energy.solar import PVWATTS
from gigawatt.energy.stage_hours import NO_AREA, Area
from gigawatt.energy.weather.normals import normals_of
from gigawatt.program.model import Site
from gigawatt.program.reserve import FIRM_PATH, reserve_of_load
from gigawatt.quantity.arrays import Array
from gigawatt.quantity.money import level_payment_factor
from gigawatt.quantity.units import HOURS_PER_YEAR, KG_PER_T, KW_PER_MW, MONTHS_PER_YEAR

BRIDGE = "mobile-turbine"
PV, WIND, BATTERY = "pv-tracked", "wind-onshore", "battery"
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
    """
    weather = _weather(site, catalog, cache)
    pue = _pue_shape(site, catalog, weather)
    design = catalog.fact(f"cooling/{site.cooling}/pue_design").value
    starts = [s.start_month for s in stages]
    ends = [*starts[1:], starts[-1] + MONTHS_PER_YEAR * last_years]
    loads = tuple(
        StageLoad(s.name, s.start_month - as_of_month, (end - s.start_month) / MONTHS_PER_YEAR,
                  s.facility_mw / design * pue, s.grid_mw, s.facility_mw, s.week_pu,
                  s.ramp_mw_per_min, s.drop_mw)
        for s, end in zip(stages, ends, strict=True)
    )  # fmt: skip
    grid = catalog.record("grids", site.grid)
    own = site.price_usd_per_mwh
    plan = catalog.record("assumptions", "siteplan")
    battery = catalog.record("generators", BATTERY)
    return SiteInputs(
        site=site.id,
        stages=loads,
        sources=_sources(site, catalog, stages[-1].facility_mw, weather),
        store=Store(_yearly_usd_per_mw(catalog, "generators", BATTERY),
                    battery.value("storage_hours"), battery.value("one_way_efficiency_share"),
                    battery.value("lead_time_months")),
        grid_usd_per_mwh=grid.value("price_usd_per_mwh") if own is None else own.central,
        grid_co2_t_per_mwh=grid.value("co2_t_per_mwh"),
        grid_demand_usd_per_mw_yr=grid.value("demand_charge_usd_per_kw_month")
        * KW_PER_MW * MONTHS_PER_YEAR,
        compute_usd_per_mwh=plan.value("curtailed_compute_usd_per_mwh"),
        compute_share=plan.value("curtailable_share"),
        lost_load_usd_per_mwh=plan.value("lost_load_usd_per_mwh"),
        discount_rate=catalog.fact("assumptions/energy/onsite_return_share").value,
        co2_usd_per_t=co2_usd_per_t,
        area=area_of(site.grid, catalog),
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


def _weather(site: Site, catalog: Catalog, cache: Path | None) -> ClimateHours | None:
    found = site_climate(site, catalog)
    if not found.climate:
        return None
    return climate_hours(normals_of(catalog, found.climate), cache)


def _pue_shape(site: Site, catalog: Catalog, weather: ClimateHours | None) -> Array:
    """PUE by hour; the annual mean of the cooling type where the climate is not known."""
    if weather is None or site.cooling not in catalog.records["coolers"]:
        return np.full(STEPS, catalog.fact(f"cooling/{site.cooling}/pue_annual").value)
    plant = plant_of(catalog, site.cooling)
    return facility_hours(plant, weather.drybulb_c, weather.wetbulb_c, 1.0, weather.pressure_pa).pue


def _sources(
    site: Site, catalog: Catalog, facility_mw: float, weather: ClimateHours | None
) -> tuple[Source, ...]:
    named = [p.onsite_technology for p in site.phases if p.route == "onsite"]
    own = [name for name in dict.fromkeys(named) if name != BRIDGE]
    out = [_gas(name, catalog, facility_mw, 0.0) for name in own]
    lead = catalog.record("technologies", BRIDGE).value("lead_time_months")
    out.append(_gas(BRIDGE, catalog, facility_mw, 0.0 if BRIDGE in named else lead))
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


def _gas(name: str, catalog: Catalog, facility_mw: float, lead_months: float) -> Source:
    """On-site gas plant per firm MW: reserve by unit size on the site's whole power."""
    record = catalog.record("technologies", name)
    energy = catalog.record("assumptions", "energy")
    reserve = central_reserve(name, catalog, facility_mw)
    rented = name == BRIDGE
    rent = catalog.record("assumptions", "siteplan").value("rent_factor") if rented else 1.0
    heat = record.value("heat_rate_mmbtu_per_mwh")
    return Source(
        name,
        _yearly_usd_per_mw(catalog, "technologies", name) / (1.0 - reserve) * rent,
        heat * energy.value("gas_price_usd_per_mmbtu") + record.value("var_om_usd_per_mwh"),
        heat * energy.value("gas_co2_kg_per_mmbtu") / KG_PER_T,
        1.0,
        lead_months,
        rented,
    )


def _yearly_usd_per_mw(catalog: Catalog, table: str, name: str) -> float:
    record = catalog.record(table, name)
    rate = np.array([catalog.fact("assumptions/energy/onsite_return_share").value])
    annuity = level_payment_factor(rate, np.array([record.value("life_years")]))[0]
    yearly = record.value("capex_usd_per_kw") * annuity + record.value("fixed_om_usd_per_kw_year")
    return float(yearly) * KW_PER_MW
