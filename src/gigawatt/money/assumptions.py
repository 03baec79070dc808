"""What money takes as given that no contract, system or site says: record ``assumptions/money``."""

from __future__ import annotations

from dataclasses import dataclass

from gigawatt.quantity.arrays import Array


@dataclass(frozen=True, slots=True)
class MoneyAssumptions:
    """Sampled assumptions; every field is of shape (D,). Dollars are those of the price year.

    Attributes
    ----------
    inflation_yearly_factor : price level a year later over that now.
    system_price_yearly_factor, site_price_yearly_factor : same for the real price of one rack and
        of construction.
    network_share, storage_cpu_share : cluster network; storage and CPU nodes, each over the price
        of the accelerator racks.
    shell_usd_per_gw, power_cooling_usd_per_gw, soft_usd_per_gw : site cost per facility GW, without
        IT, on-site generation and interest during construction.
    it_life_years : years in service until the IT of a block is replaced.
    refresh_cost_share : cost of the replacement over the first cost, in equal dollars.
    facility_opex_usd_per_gw_year, it_opex_usd_per_gw_year : operating cost without energy of the
        landlord and of the owner of the systems, per IT GW.
    revenue_usd_per_gw_year : what users pay the tenant per GW at `anchor_use_share`.
    revenue_yearly_factor : nominal, a year later over now.
    anchor_use_share : useful over installed package-hours at which that revenue was earned.
    offtake_renewal_share : price after the term of an offtake over the price of the contract.
    relet_void_months : from a tenant's default or leaving until another takes hall or capacity.
    hall_relet_share, capacity_relet_share : what that one pays over what the old contract asks.
    vendor_gross_margin_share : vendor's gross margin on the rack price.
    resale_yearly_factor : price of used systems a year later over now.
    system_learning_share, site_learning_share : cost lost with every doubling of what was built,
        of racks and of sites (`money.learning`).
    learning_base_gw, learning_base_yearly_factor : facility GW of the kind that stand at the as-of
        date, built by all, and how others' grow.
    base_rate_2025_share … base_rate_later_share : base rate in October 2025, at the
        end of March 2026, and from the middle of 2030 on.
    base_rate_error_share : how far off it may be five years ahead.
    """

    inflation_yearly_factor: Array
    system_price_yearly_factor: Array
    site_price_yearly_factor: Array
    network_share: Array
    storage_cpu_share: Array
    shell_usd_per_gw: Array
    power_cooling_usd_per_gw: Array
    soft_usd_per_gw: Array
    it_life_years: Array
    refresh_cost_share: Array
    facility_opex_usd_per_gw_year: Array
    it_opex_usd_per_gw_year: Array
    revenue_usd_per_gw_year: Array
    revenue_yearly_factor: Array
    anchor_use_share: Array
    offtake_renewal_share: Array
    relet_void_months: Array
    hall_relet_share: Array
    capacity_relet_share: Array
    vendor_gross_margin_share: Array
    resale_yearly_factor: Array
    system_learning_share: Array
    site_learning_share: Array
    learning_base_gw: Array
    learning_base_yearly_factor: Array
    base_rate_2025_share: Array
    base_rate_2026_share: Array
    base_rate_later_share: Array
    base_rate_error_share: Array
