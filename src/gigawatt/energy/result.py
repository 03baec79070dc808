"""What energy passes on: conditions of each site, then energy, cost, carbon and water."""

from __future__ import annotations

from dataclasses import dataclass

from gigawatt.quantity.arrays import Array


@dataclass(frozen=True, slots=True)
class SiteConditions:
    """What a site can deliver, before the load is known; (D, S, M) each.

    Attributes
    ----------
    pue : facility over IT energy of the month.
    wue_l_per_kwh : litres of site water per kWh of IT energy.
    deliverable_it_mw : IT power that the supply in service can carry, after PUE, on-site units
        that are out, and load that the site's plan sheds or lets wait.
    available_share : share of time in which there is supply at all (outages and curtailment).
    """

    pue: Array
    wue_l_per_kwh: Array
    deliverable_it_mw: Array
    available_share: Array


@dataclass(frozen=True, slots=True)
class ContractFlow:
    """Payments of a contract for clean power; D, M.

    Attributes
    ----------
    site : number of the site.
    contract, seller : id, party.
    energy_mwh : (D, M) given.
    paid_usd, value_usd : (D, M) nominal: by the buyer; worth at the grid's price, may be below 0.
    """

    site: int
    contract: str
    seller: str
    energy_mwh: Array
    paid_usd: Array
    value_usd: Array


@dataclass(frozen=True, slots=True)
class EnergyResult:
    """Accounts of supply; D, S, K sources, M.

    Attributes
    ----------
    sources : (K,) names: "grid", then on-site technologies, sun, wind, "battery".
    supply_mwh : (D, S, K, M) energy by source; the battery's is what it gives less what it takes
        (negative by its losses), so that the sources sum to the energy of the facility.
    energy_cost_usd : (D, S, M) nominal: energy, demand charges, fuel and on-site plant.
    contract_mw : (D, S, M) power contracted from the grid.
    co2_t : (D, S, M) operational CO2: grid at its average intensity, on-site at the stack.
    water_m3 : (D, S, M) site water (not that of the grid's plants).
    grid_co2_t : (D, S, M) the grid's part of `co2_t`.
    cooling_water_m3 : (D, S, M) the cooling's part of `water_m3`.
    load_share : (D, S, M) IT power drawn over that in service, 0 to 1.
    fixed_usd, running_usd : (D, S, K, M) by source, nominal; they sum to `energy_cost_usd`.
    nameplate_mw : (D, S, K, M) plant on site with its reserve; 0 for the grid.
    contracts : payments of contracts for clean power, which `energy_cost_usd` does not hold.
    """

    sources: tuple[str, ...]
    supply_mwh: Array
    energy_cost_usd: Array
    contract_mw: Array
    co2_t: Array
    water_m3: Array
    grid_co2_t: Array
    cooling_water_m3: Array
    load_share: Array
    fixed_usd: Array
    running_usd: Array
    nameplate_mw: Array
    contracts: tuple[ContractFlow, ...] = ()
