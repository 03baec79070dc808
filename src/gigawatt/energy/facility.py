"""PUE, water and cooling capacity of a facility hour by hour, from dry and wet bulb.

The heat of the hall (IT and the losses inside) leaves through two loops, a warm one for
liquid-cooled parts and a colder one for air. Each loop is cooled as far as the weather allows, the
rest by trim chillers::

    entering  = dry bulb                              (dry coolers)
              = dry bulb - pad share x depression     (pads on)
              = wet bulb                              (towers)
    free      = clip((return - entering - approach x load) / range, 0, 1)
    fans      = full power x airflow^2.5,  airflow = approach x load / (supply - entering)
    chillers  = (1 - free) x heat / COP,   COP = share of Carnot between the two sides
    losses    = a + b u + c u^2            (u = IT load over full IT load)
    PUE       = 1 + (fans + pumps + chillers + losses + house) / IT

Water: a tower's air leaves saturated, warmer than the water by nothing and cooler than its return;
the vapour it gained over the heat it gained is the evaporation (Merkel); blow-down adds
evaporation / (cycles - 1). Pads evaporate what cools the air.

Parameters: table "coolers" of the catalog. Left out: heat reuse, thermal storage, humidity control,
control losses, fouling, recirculation of warm air among coolers (some K on still, hot days).
"""

from __future__ import annotations

from dataclasses import dataclass, fields, replace

import numpy as np

from gigawatt.catalog import Catalog, Record
from gigawatt.energy.psychrometrics import (
    KELVIN,
    SEA_LEVEL_PA,
    humidity_ratio,
    saturation_pressure_pa,
)
from gigawatt.quantity.arrays import Array, BoolArray

LATENT_KJ_PER_KG = 2430.0  # at some 30 °C
KJ_PER_KWH = 3600.0
FAN_EXPONENT = 2.5  # 3 by the affinity law, less what drives lose at low speed
LEAST_AIRFLOW = 0.2
PADS_FROM_AIRFLOW = 0.7  # pads start when dry running needs more than this
AIR_RISE_K = 11.0  # through a dry cooler at full airflow and full heat
EVAPORATOR_K = 3.0  # evaporating below supply
LEAST_LIFT_K = 12.0
CONDENSER_FAN_SHARE = 0.015  # of heat rejected by air-cooled chillers
CHILLER_LOSS_PER_K = 0.012  # of a chiller's capacity above the design temperature
PUMP_FLOOR_SHARE = 0.3  # of full pump power at no load
EXCURSION_K = 5.0  # set points rise by this in a heat wave: ASHRAE's allowable over recommended
TOWER_LEAST_SUPPLY_C = 16.0  # fans slow down rather than make water colder than this


@dataclass(frozen=True, slots=True)
class CoolingPlant:
    """Cooling and power path of one cooling type; see the table "coolers" for what each means."""

    tower: bool
    liquid_share: float
    liquid_supply_c: float
    air_supply_c: float
    range_k: float
    approach_k: float
    fan_share: float
    pump_share: float
    air_fan_share: float
    carnot_share: float
    condensing_k: float
    pad_share: float
    cycles_ratio: float
    chiller_reserve_share: float
    loss_fixed_share: float
    loss_linear_share: float
    loss_square_share: float
    house_share: float


@dataclass(frozen=True, slots=True)
class FacilityHours:
    """By hour, same shape as the weather.

    Attributes
    ----------
    pue : facility over IT power.
    wue_l_per_kwh : site water per kWh of IT energy.
    chiller_share : heat that goes through compressors, over all heat.
    """

    pue: Array
    wue_l_per_kwh: Array
    chiller_share: Array


@dataclass(frozen=True, slots=True)
class DesignDay:
    """What a plant must be built for.

    Attributes
    ----------
    drybulb_c, wetbulb_c : exceeded in 0.4 % of the hours (35 h a year).
    pue : at these, at full load.
    chiller_mw_per_mw_it : trim chillers installed, reserve included, MW of heat per MW of IT.
    water_m3_per_mwh : per MWh of IT at these.
    heat_wave_k : rise over the design dry bulb (wet bulb: half of it) that is looked at.
    heat_wave_share : IT load that can still be cooled then.
    """

    drybulb_c: float
    wetbulb_c: float
    pue: float
    chiller_mw_per_mw_it: float
    water_m3_per_mwh: float
    heat_wave_k: float
    heat_wave_share: float


def plant_of(catalog: Catalog, cooling: str) -> CoolingPlant:
    """Central parameters of a cooling type.

    Raises
    ------
    InputError : the table "coolers" has no such record; names the nearest.
    """
    return _plant(catalog.record("coolers", cooling))


def facility_hours(
    plant: CoolingPlant,
    drybulb_c: Array,
    wetbulb_c: Array,
    load_share: Array | float = 1.0,
    pressure_pa: Array | float = SEA_LEVEL_PA,
) -> FacilityHours:
    """PUE, water and use of compressors at each hour.

    Parameters
    ----------
    plant : of the cooling type.
    drybulb_c, wetbulb_c : outdoor air, any shape.
    load_share : IT load over full IT load, above 0.
    pressure_pa : for the water of towers.
    """
    load = np.maximum(np.asarray(load_share, dtype=np.float64), 1e-3)
    losses = plant.loss_fixed_share + load * (
        plant.loss_linear_share + plant.loss_square_share * load
    )
    heat = load + losses  # over full IT power
    per_heat = heat / (1.0 + _full_losses(plant))  # load on the heat rejection, 1 at full load
    power = np.zeros(np.broadcast_shapes(np.shape(drybulb_c), load.shape))
    water, compressed = np.zeros_like(power), np.zeros_like(power)
    loops = (
        (plant.liquid_share, plant.liquid_supply_c),
        (1.0 - plant.liquid_share, plant.air_supply_c),
    )
    for share, supply_c in loops:
        loop = _loop(plant, supply_c, drybulb_c, wetbulb_c, per_heat, pressure_pa)
        power += share * heat * loop[0]
        water += share * heat * loop[1]
        compressed += share * loop[2]
    pumps = plant.pump_share * (PUMP_FLOOR_SHARE + (1.0 - PUMP_FLOOR_SHARE) * per_heat**2)
    air = plant.air_fan_share * (1.0 - plant.liquid_share) * heat
    overhead = power + pumps * (1.0 + _full_losses(plant)) + air + losses + plant.house_share
    return FacilityHours(1.0 + overhead / load, water / load, compressed)


def design_day(
    plant: CoolingPlant, drybulb_c: Array, wetbulb_c: Array, heat_wave_k: float = 5.0
) -> DesignDay:
    """Design conditions of a year of weather, what they ask of the plant, and a heat wave beyond.

    Parameters
    ----------
    plant : of the cooling type.
    drybulb_c, wetbulb_c : (8760,) outdoor air.
    heat_wave_k : rise over the design dry bulb; the wet bulb rises by half of it.
    """
    dry, wet = float(np.quantile(drybulb_c, 0.996)), float(np.quantile(wetbulb_c, 0.996))
    at = facility_hours(plant, np.array(dry), np.array(wet))
    heat = 1.0 + _full_losses(plant)
    installed = float(at.chiller_share) * (1.0 + plant.chiller_reserve_share)
    return DesignDay(
        drybulb_c=dry,
        wetbulb_c=wet,
        pue=float(at.pue),
        chiller_mw_per_mw_it=installed * heat,
        water_m3_per_mwh=float(at.wue_l_per_kwh),
        heat_wave_k=heat_wave_k,
        heat_wave_share=float(
            capacity_share(plant, (dry, wet), dry + heat_wave_k, wet + 0.5 * heat_wave_k)
        ),
    )


def capacity_share(
    plant: CoolingPlant, design: tuple[float, float], drybulb_c: Array | float,
    wetbulb_c: Array | float,
) -> Array:  # fmt: skip
    """IT load that can be cooled, over full load, at most 1.

    Chillers were sized for the design day with a reserve, and lose capacity above its temperature.
    Beyond the design day the set points rise by `EXCURSION_K`; what neither chillers nor weather
    take then must be shed.

    Parameters
    ----------
    plant : of the cooling type.
    design : dry and wet bulb of the design day.
    drybulb_c, wetbulb_c : outdoor air, any shape.
    """
    warm = replace(
        plant,
        liquid_supply_c=plant.liquid_supply_c + EXCURSION_K,
        air_supply_c=plant.air_supply_c + EXCURSION_K,
    )
    need = facility_hours(warm, np.asarray(drybulb_c), np.asarray(wetbulb_c)).chiller_share
    at = facility_hours(plant, np.array(design[0]), np.array(design[1])).chiller_share
    outdoor, built = (wetbulb_c, design[1]) if plant.tower else (drybulb_c, design[0])
    hotter = np.maximum(np.asarray(outdoor) - built, 0.0)
    chillers = at * (1.0 + plant.chiller_reserve_share) * (1.0 - CHILLER_LOSS_PER_K * hotter)
    out: Array = np.minimum(1.0, 1.0 - need + np.maximum(chillers, 0.0))
    return out


def _loop(
    plant: CoolingPlant, supply_c: float, dry: Array, wet: Array, load: Array,
    pressure: Array | float,
) -> tuple[Array, Array, Array]:  # fmt: skip
    """Power over heat, litres per kWh of heat, and share of heat through compressors."""
    entering, pads = _entering(plant, supply_c, dry, wet, load)
    approach = plant.approach_k * load
    span = plant.range_k * load
    free = np.clip((supply_c + span - entering - approach) / span, 0.0, 1.0)
    target = np.maximum(supply_c, TOWER_LEAST_SUPPLY_C) if plant.tower else supply_c
    gap = np.maximum(target - entering, 1e-9)
    airflow = np.clip(approach / gap, LEAST_AIRFLOW, 1.0)
    fans = plant.fan_share * airflow**FAN_EXPONENT / np.maximum(load, 1e-3)
    per_cold = 1.0 / _cop(plant, supply_c, entering)
    per_cold = per_cold + (0.0 if plant.tower else CONDENSER_FAN_SHARE)
    # coolers run as long as they save more at the compressors than their fans take
    alone = per_cold + (plant.fan_share if plant.tower else 0.0)
    trim = (1.0 - free) * per_cold
    power = np.minimum(fans + trim, alone)
    if plant.tower:
        supply = np.maximum(entering + approach, target)
        water = (1.0 + trim) * _tower_l_per_kwh(dry, wet, supply + 0.5 * span, pressure)
    else:
        cooled = np.where(pads, plant.pad_share * (dry - wet), 0.0)
        water = KJ_PER_KWH / LATENT_KJ_PER_KG * cooled / AIR_RISE_K * airflow / load
    if plant.cycles_ratio > 1.0:
        water = water * plant.cycles_ratio / (plant.cycles_ratio - 1.0)
    return power, water, 1.0 - free


def _entering(
    plant: CoolingPlant, supply_c: float, dry: Array, wet: Array, load: Array
) -> tuple[Array, BoolArray]:
    """Temperature of the air (towers: wet bulb) that cools, and where pads are on."""
    if plant.tower:
        return np.broadcast_to(wet, np.broadcast_shapes(np.shape(wet), load.shape)), np.array(False)
    if plant.pad_share == 0.0:
        return np.broadcast_to(dry, np.broadcast_shapes(np.shape(dry), load.shape)), np.array(False)
    pads: BoolArray = dry > supply_c - plant.approach_k * load / PADS_FROM_AIRFLOW
    return np.where(pads, dry - plant.pad_share * (dry - wet), dry), pads


def _cop(plant: CoolingPlant, supply_c: float, entering: Array) -> Array:
    """Cooling over compressor power."""
    cold = supply_c - EVAPORATOR_K + KELVIN
    hot = entering + plant.condensing_k + KELVIN + (plant.approach_k if plant.tower else 0.0)
    out: Array = plant.carnot_share * cold / np.maximum(hot - cold, LEAST_LIFT_K)
    return out


def _tower_l_per_kwh(dry: Array, wet: Array, leaving_c: Array, pressure: Array | float) -> Array:
    """Litres evaporated per kWh of heat: vapour over enthalpy that the air gains."""
    leaving_c = np.maximum(leaving_c, wet + 1.0)
    inside = _wet_air(wet, dry, pressure)
    outside = humidity_ratio(saturation_pressure_pa(leaving_c), pressure)
    gained = _enthalpy(leaving_c, outside) - _enthalpy(dry, inside)
    out: Array = KJ_PER_KWH * np.maximum(outside - inside, 0.0) / np.maximum(gained, 1.0)
    return np.minimum(out, KJ_PER_KWH / LATENT_KJ_PER_KG * 1.6)


def _wet_air(wet: Array, dry: Array, pressure: Array | float) -> Array:
    """Humidity ratio of air with this wet and dry bulb (over water)."""
    saturated = humidity_ratio(saturation_pressure_pa(wet), pressure)
    out: Array = ((2501.0 - 2.326 * wet) * saturated - 1.006 * (dry - wet)) / (
        2501.0 + 1.86 * dry - 4.186 * wet
    )
    return np.maximum(out, 0.0)


def _enthalpy(celsius: Array, ratio: Array) -> Array:
    """Moist air, kJ per kg of dry air."""
    return 1.006 * celsius + ratio * (2501.0 + 1.86 * celsius)


def _full_losses(plant: CoolingPlant) -> float:
    return plant.loss_fixed_share + plant.loss_linear_share + plant.loss_square_share


def _plant(record: Record) -> CoolingPlant:
    values = {f.name: record.value(f.name) for f in fields(CoolingPlant) if f.name != "tower"}
    return CoolingPlant(tower=record.text("rejection") == "tower", **values)
