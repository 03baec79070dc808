"""What energy assumes of all sites: fields are facts of ``assumptions/energy``."""

from __future__ import annotations

from dataclasses import dataclass

from gigawatt.quantity.arrays import Array


@dataclass(frozen=True, slots=True)
class EnergyAssumptions:
    """Draws of prices, growth and tariff terms, each (D,). Dollars are those of the price year.

    Attributes
    ----------
    gas_price_usd_per_mmbtu : gas delivered to on-site plant (HHV), in areas without a price of
        their own (`energy.gas`).
    gas_real_growth_share, price_real_growth_share : growth a year above inflation of the gas price,
        and of the prices and demand charges of all grids.
    gas_co2_kg_per_mmbtu : CO2 of burning gas (HHV).
    co2_decline_share : fall a year of the mean intensity of a grid.
    onsite_return_share : real return a year on on-site plant.
    minimum_take_share : least demand billed over contract demand.
    billed_peak_factor : billed demand over the month's mean load.
    co2_price_usd_per_t : on own plant where the area has none of its own (`energy.carbon_price`).
    """

    gas_price_usd_per_mmbtu: Array
    gas_real_growth_share: Array
    price_real_growth_share: Array
    gas_co2_kg_per_mmbtu: Array
    co2_decline_share: Array
    onsite_return_share: Array
    minimum_take_share: Array
    billed_peak_factor: Array
    co2_price_usd_per_t: Array
