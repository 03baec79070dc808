"""Derivations of power, racks, dates and energy of sites."""

from __future__ import annotations

from gigawatt.study.reasons.derivations.node import Node

NODES = (
    Node(
        "facility_power_mw", "Facility power of a block",
        "power of the phase x share that carries the programme / buildings; x design PUE where the "
        "figure is IT power, x (1 - reserve) where it is generators", "MW", (),
        ("cooling/*/pue_design", "assumptions/conversion/generation_reserve_share"),
        ("site/*/deal_share", "site/*/power_mw", "site/*/buildings", "site/*/mw_basis"),
        held="schedule:facility_mw",
    ),
    Node(
        "it_power_mw", "IT power of a block", "facility power / design PUE", "MW",
        ("facility_power_mw",), ("cooling/*/pue_design",),
    ),
    Node(
        "racks", "Accelerator racks",
        "IT power of a block / (power of a rack x (1 + IT power outside the racks over that "
        "inside)); summed over the blocks for the programme", "racks",
        ("it_power_mw",), ("systems/{system}/system_power_kw",
                           "assumptions/conversion/overhead_share"),
        ("site/*/system",), held="draws:racks",
    ),
    Node(
        "packages", "Accelerator packages", "racks x packages of a rack", "packages",
        ("racks",), ("systems/{system}/system_packages",), held="draws:packages",
    ),
    Node(
        "dies", "Compute dies", "packages x dies of a package", "dies", ("packages",),
        ("systems/{system}/dies_per_package",), held="draws:dies",
    ),
    Node(
        "racks_per_gw", "Racks per gigawatt", "racks of all blocks / their facility GW", "racks/GW",
        ("racks", "facility_power_mw"), held="draws:racks_per_gw",
    ),
    Node(
        "racks_per_gw_{system}", "Racks per gigawatt of {system}",
        "racks / facility GW, of the blocks with {system}", "racks/GW",
        ("racks", "facility_power_mw"), held="draws:racks_per_gw/{system}",
    ),
    Node(
        "programme_gw", "Facility power of the programme", "sum of MW of all blocks / 1,000", "GW",
        ("facility_power_mw",), held="draws:programme_gw",
    ),
    Node(
        "gw_dates", "Date of each whole gigawatt",
        "blocks in the order of their dates in service; the date at which their MW reach k x 1,000",
        "date", ("in_service", "facility_power_mw"),
    ),
    Node(
        "facility_gw_in_service", "Facility power in service by month",
        "sum of MW of the blocks whose date in service has come", "GW",
        ("in_service", "facility_power_mw"), held="capacity:facility_mw",
    ),
    Node(
        "in_service", "Date in service of a block",
        "max(last rack installed, firm power, fibre and back-up power) + acceptance; the reported "
        "date where it is in service already", "date",
        ("equipped", "energised", "support_ready", "pace"), ("tasks/COMM/*",),
        ("site/*/progress/*",), held="schedule:in_service",
    ),
    Node(
        "equipped", "Last rack installed", "last rack on the dock + installation", "date",
        ("delivered", "pace"), ("tasks/INST/*",), held="schedule:equipped",
    ),
    Node(
        "delivered", "Last rack on the dock",
        "the later of: hall ready; order + lead time; cumulative supply covers this block and all "
        "that could take racks before it", "date",
        ("hall_ready", "ordered", "rack_arrivals", "racks"),
    ),
    Node(
        "racks_delivered", "Racks that reach the docks by month",
        "racks of the blocks, by the date of delivery", "racks", ("delivered", "racks"),
    ),
    Node(
        "ordered", "Order of a block's systems",
        "max(hall ready - lead time, as-of date (start under framework contracts), month funded)",
        "date", ("hall_ready", "funded"),
        ("tasks/SYST/*", "assumptions/schedule/platform_sd_log"),
        ("site/*/framework_orders", "programme/as_of", "programme/start"),
    ),
    Node(
        "funded", "Month in which an order is funded",
        "when due; with a limit of the bridge: first come, first served while outstanding + "
        "committed + own cost is within it", "date", ("rack_price_usd",),
        ("assumptions/money/network_share", "assumptions/money/storage_cpu_share"),
        ("instrument/*/limit_usd",),
    ),
    Node(
        "rack_arrivals", "Racks that the programme is offered",
        "share x world rate, integrated from the first racks (claim + slip): linear ramp, then "
        "growth by a constant factor a year", "racks", (), (),
        ("supply/{system}/*",),
    ),
    Node(
        "hall_ready", "Hall ready for racks",
        "longest path through clearing, design, equipment, civil works, shell and fit-out; each "
        "task = duration x pace x factor of its cause, slower in winter; building k comes k "
        "staggers later; then shared crews, changes of plan and haircuts", "date",
        ("cleared", "pace", "cause_factors", "overdue_tail", "changes_of_plan"),
        ("tasks/DSGN/*", "tasks/CIVL/*", "tasks/SHEL/*", "tasks/LVMV/*", "tasks/MEP/*",
         "tasks/FROF/*", "tasks/FOPS/*", "assumptions/schedule/framework_order_months",
         "assumptions/schedule/stagger_months", "assumptions/schedule/winter_*"),
        ("site/*/framework_orders", "site/*/preorder_months", "site/*/buildings", "site/*/route",
         "site/*/progress/*", "site/*/lat", "limit/*"),
    ),
    Node(
        "energised", "Firm power at a block",
        "longest path through the utility's study and line, or the plant's queue and installation; "
        "each task = duration x pace x factor of its cause; then shared slots, changes of plan and "
        "haircuts", "date",
        ("cleared", "pace", "cause_factors", "overdue_tail", "changes_of_plan"),
        ("tasks/LLIS/*", "tasks/GRID/*", "tasks/HVTX/*", "tasks/GENQ/*", "tasks/GENI/*",
         "tasks/FOPS/*", "tasks/ENER/*", "technologies/*/lead_time_months",
         "assumptions/schedule/contract_elapsed_months",
         "assumptions/schedule/clearing_ahead_months"),
        ("site/*/route", "site/*/onsite_technology", "site/*/power_contracted",
         "site/*/framework_orders", "site/*/progress/*", "limit/*"),
        held="schedule:energised",
    ),
    Node(
        "support_ready", "Fibre and back-up power ready", "clearing + longest of their tasks",
        "date", ("cleared", "pace", "cause_factors"), ("tasks/BGEN/*", "tasks/FIBR/*"),
    ),
    Node(
        "cleared", "Ground cleared",
        "reported or planned date + spread; where there is none: land control and permits from the "
        "as-of date on", "date", (),
        ("tasks/LAND/*", "tasks/PERM/*", "assumptions/schedule/permit_meeting_months"),
        ("site/*/cleared", "site/*/cleared_spread_months", "site/*/progress/*", "programme/as_of"),
    ),
    Node(
        "pace", "Pace of a site",
        "exp(mean + common spread x z + own spread x z of the site), on all its durations, given "
        "the work of all sites that is finished or overdue", "factor", (),
        ("assumptions/schedule/common_pace_mean_log", "assumptions/schedule/common_pace_sd_log",
         "assumptions/schedule/site_pace_sd_log", "assumptions/schedule/milestone_error_months"),
        ("site/*/progress/*",),
    ),
    Node(
        "changes_of_plan", "Changes of plan that may come",
        "first of each kind at each site: as-of date + exponential time at its rate, slower once "
        "the site has power; what is not ready by then is later by its delay, or lost", "months",
        (), ("changes/*/*",), ("programme/as_of",),
    ),
    Node(
        "cause_factors", "Factor of each cause of delay",
        "exp(spread x z), one z a cause for all sites", "factor", (),
        ("assumptions/schedule/utility_sd_log", "assumptions/schedule/turbine_sd_log",
         "assumptions/schedule/equipment_sd_log", "assumptions/schedule/permit_sd_log",
         "assumptions/schedule/platform_sd_log"),
    ),
    Node(
        "overdue_tail", "Tail of overdue tasks",
        "with a small probability a task exceeds its maximum, with a Pareto tail", "months", (),
        ("assumptions/schedule/overdue_share", "assumptions/schedule/overdue_index"),
    ),
    Node(
        "energy_mwh", "Energy at the meter",
        "(IT power drawn + overhead at that load by PUE) x hours of the month",
        "MWh",
        ("it_power_drawn", "pue"), held="impact:energy_twh",
    ),
    Node(
        "pue", "PUE by month",
        "1 + (PUE of the hourly model for the site's climate and cooling type - 1) x (annual PUE "
        "drawn - 1) / (central annual PUE - 1); far from any climate a cosine with its peak in "
        "summer", "factor", (),
        ("cooling/*/pue_annual", "cooling/*/pue_design", "cooling/*/pue_season_share",
         "coolers/*/*", "climates/*/*"),
        ("site/*/pue_annual", "site/*/lat", "site/*/lon"),
    ),
    Node(
        "supply_by_source", "Energy by source",
        "energy of a site x share of each source in its least-cost supply, by stage, month of the "
        "year and load; before the first stage x its share in the power in service", "MWh",
        ("energy_mwh", "in_service"), ("generators/*/*", "assumptions/siteplan/*"),
        ("site/*/route", "site/*/onsite_technology"),
        held="energy:supply_mwh",
    ),
    Node(
        "deliverable_power", "What a site can deliver",
        "MW in service x share that the plan serves x sum over sources of share x "
        "min(1, availability / (1 - reserve)) / PUE; share of "
        "time with supply = 1 - outage - curtailment (grid), 1 - common outage (on site)", "MW",
        ("energised", "facility_power_mw", "pue"),
        ("technologies/*/availability_share", "technologies/*/unit_mw",
         "technologies/*/hot_day_derate_share", "technologies/*/common_outage_share",
         "assumptions/conversion/onsite_firm_share", "grids/*/outage_share",
         "grids/*/curtailment_share"),
    ),
    Node(
        "water_million_m3", "Water used at the sites",
        "IT MWh x water per kWh by climate and cooling type + on-site MWh x water of the plant",
        "million m3",
        ("it_power_drawn", "supply_by_source"),
        ("cooling/*/wue_l_per_kwh", "cooling/*/wue_season_share", "coolers/*/*", "climates/*/*",
         "technologies/*/water_l_per_kwh"),
        ("site/*/lat", "site/*/lon"), held="impact:water_million_m3",
    ),
    Node(
        "energy_cost_usd", "Cost of energy",
        "grid: MWh x mean price x price of the plan's hours over it + billed MW x demand charge, "
        "billed = max(minimum take x contract, "
        "min(contract, largest import of the month)); on site: MWh x (heat rate x gas price of the "
        "area + upkeep + CO2 x its price) "
        "+ MW of the plan x (capital x annuity + fixed upkeep) / (1 - reserve), rented plant "
        "dearer by a factor; nominal", "USD",
        ("supply_by_source", "energised", "facility_power_mw"),
        ("grids/*/price_usd_per_mwh", "grids/*/demand_charge_usd_per_kw_month",
         "grids/*/gas_price_usd_per_mmbtu", "grids/*/co2_price_usd_per_t", "priceshapes/*/*",
         "technologies/*/capex_usd_per_kw", "technologies/*/heat_rate_mmbtu_per_mwh",
         "technologies/*/fixed_om_usd_per_kw_year", "technologies/*/var_om_usd_per_mwh",
         "technologies/*/life_years", "generators/*/*", "assumptions/siteplan/rent_factor",
         "assumptions/energy/*",
         "assumptions/money/inflation_yearly_factor",
         "assumptions/conversion/onsite_firm_share"),
        ("site/*/price_usd_per_mwh", "site/*/co2_price_usd_per_t", "site/*/must_run_share",
         "site/*/hourly_matching_share"), held="energy:energy_cost_usd",
    ),
)  # fmt: skip
