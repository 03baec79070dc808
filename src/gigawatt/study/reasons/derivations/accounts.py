"""Derivations of the accounts of sites: plan, carbon, grid, other customers, rules."""

from __future__ import annotations

from gigawatt.study.reasons.derivations.node import Node

NODES = (
    Node(
        "site_plan", "Least-cost supply of a site",
        "capacities and dispatch of 8,760 hours by stage: least present value of capital, upkeep, "
        "fuel, import, demand charges, waiting compute and lost load; phases by the median month "
        "of their power; load = facility MW / design PUE x PUE of the hour", "MWh",
        ("energised", "facility_power_mw", "pue"),
        ("generators/*/*", "technologies/*/*", "grids/*/price_usd_per_mwh",
         "grids/*/demand_charge_usd_per_kw_month", "grids/*/gas_price_usd_per_mmbtu",
         "grids/*/co2_t_per_mwh",
         "assumptions/siteplan/*", "assumptions/energy/*", "assumptions/conversion/*"),
        ("site/*/route", "site/*/onsite_technology", "site/*/price_usd_per_mwh"),
    ),
    Node(
        "site_accounts", "Accounts of a site's year",
        "scope 1 = own MWh x emission; scope 2 by location = import x mean of the area; by market "
        "less contracts, over the year or within each hour; REF, ERF, CFE score by the hour; NOx = "
        "own MWh x emission; at the loads of the plan", "t CO2", ("site_plan",),
        ("emissions/*/*", "areas/*/carbon_free_share", "grids/*/co2_t_per_mwh"),
        ("site/*/clean_power/*", "site/*/heat_reused_share"),
    ),
    Node(
        "site_years", "Accounts of a site by year",
        "at the energy of each draw: own clean share and import covered by contracts from the "
        "plan's hours, between its loads; matched = own clean + covered (hour) or + contracts "
        "(year); CFE adds the clean part of the grid; peak day of water = largest day of the "
        "typical year; cost by source = fixed + running, over its energy", "share",
        ("site_accounts", "supply_by_source", "energy_cost_usd", "co2_mt_per_year",
         "water_million_m3"),
        ("areas/*/carbon_free_share", "emissions/*/*", "siterules/*/*"),
        ("site/*/clean_power/*", "site/*/heat_reused_share"),
    ),
    Node(
        "grid_view", "What the grid sees of a site",
        "contract; largest import; mean import in the peak hours of the area / its peak load; "
        "called back = share of energy x import; interruptible part by the rules that apply; ramps "
        "and drops of the fleet x design PUE", "MW", ("site_plan", "it_power_drawn"),
        ("areas/*/*", "grids/*/curtailment_share", "siterules/*/*", "cooling/*/pue_design"),
    ),
    Node(
        "other_customers", "What other customers pay for a site",
        "what the utility must recover of its investment in a year - demand charges, minimum take "
        "and exit payment of the load - what empty capacity earns from others; over the sales of "
        "the area", "USD", ("site_plan",),
        ("assumptions/largeload/*", "assumptions/energy/minimum_take_share",
         "grids/*/demand_charge_usd_per_kw_month", "areas/*/sales_twh"),
    ),
    Node(
        "site_rules", "Rules at a site",
        "for each rule whose place is the site's: it applies if it holds between start and horizon "
        "and its size reaches the threshold; met if the quantity is at least or at most the limit, "
        "or the duty is told to be done", "share", ("site_plan", "site_accounts", "in_service"),
        ("siterules/*/*", "emissions/*/*"), ("site/*/duties/*", "site/*/ride_through_share"),
    ),
)  # fmt: skip
