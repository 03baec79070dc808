"""Derivations of the named results of ``answers.json``."""

from __future__ import annotations

from gigawatt.study.reasons.derivations.node import Node

NODES = (
    Node(
        "first_gw_in_service_date", "First gigawatt in service",
        "date at which 1,000 MW are in service", "date", ("gw_dates",),
        held="answers",
    ),
    Node(
        "tenth_gw_in_service_date", "Tenth gigawatt in service",
        "date at which 10,000 MW are in service", "date", ("gw_dates",),
        held="answers",
    ),
    Node(
        "probability_first_gw_by_2026_12_31",
        "Odds of a whole gigawatt in service by the end of 2026",
        "share of draws with the first gigawatt before 1 January 2027", "share", ("gw_dates",),
        held="answers",
    ),
    Node(
        "packages_per_gw", "Accelerator packages per gigawatt",
        "packages of all blocks / facility GW of all blocks", "packages/GW",
        ("packages", "facility_power_mw"), held="answers",
    ),
    Node(
        "packages_per_gw_{system}", "Packages per gigawatt of {system}",
        "packages / facility GW, of the blocks with {system}", "packages/GW",
        ("packages", "facility_power_mw"), held="answers",
    ),
    Node(
        "racks_per_week_peak", "Racks a week at the peak",
        "largest (racks delivered in three months / weeks of these months)", "racks/week",
        ("racks_delivered",), held="answers",
    ),
    Node(
        "capex_usd_per_gw", "Capital cost per gigawatt",
        "sum over systems of MW x (systems + network + storage and CPU + shell + power and cooling "
        "+ soft cost) / sum of MW", "USD/GW",
        ("systems_usd_per_gw", "network_usd_per_gw", "storage_cpu_usd_per_gw", "shell_usd_per_gw",
         "power_cooling_usd_per_gw", "soft_usd_per_gw", "facility_power_mw"),
        held="answers",
    ),
    Node(
        "tranche_released_usd", "Milestone equity released",
        "min(commitment, tranche x (tranches at signing + floor(GW in service at the end of the "
        "month before / GW per tranche))), by year", "USD", ("facility_gw_in_service",),
        program=("instrument/*/commitment_usd", "instrument/*/tranche_usd",
                 "instrument/*/gw_per_tranche", "instrument/*/tranches_at_signing",
                 "instrument/*/signing"),
        held="answers",
    ),
    Node(
        "binding_constraint_share", "What binds",
        "share of the MW in service in a year whose last thing to be ready was this, over all "
        "draws", "share", ("in_service", "facility_power_mw"), held="answers",
    ),
    Node(
        "tokens_per_day_per_gw", "Output tokens a day of one gigawatt",
        "packages per GW of the main system x output tokens/s x throughput factor x useful share x "
        "86,400 s, averaged over serving workloads", "tokens/day",
        ("packages", "facility_power_mw", "serve_rate", "throughput_factor", "useful_share",
         "in_service"),
        program=("workload/*/share",), held="answers",
    ),
    Node(
        "training_flop_100_days_per_gw", "Training compute of one gigawatt in 100 days",
        "100 days x packages per GW of the main system x tokens/s x FLOP/token x throughput factor "
        "x useful share x 86,400 s, averaged over training and research workloads", "FLOP",
        ("packages", "facility_power_mw", "train_rate", "throughput_factor", "useful_share",
         "in_service"),
        program=("workload/*/share",), held="answers",
    ),
    Node(
        "energy_twh_per_year", "Electricity",
        "sum over sites and months of energy at the meter", "TWh", ("energy_mwh",), held="answers",
    ),
    Node(
        "co2_mt_per_year", "Operational carbon",
        "grid MWh x mean intensity of the area x (1 - fall)^years + on-site MWh x heat rate x CO2 "
        "of gas", "Mt CO2", ("energy_mwh", "supply_by_source"),
        ("grids/*/co2_t_per_mwh", "assumptions/energy/co2_decline_share",
         "technologies/*/heat_rate_mmbtu_per_mwh", "assumptions/energy/gas_co2_kg_per_mmbtu"),
        held="answers",
    ),
    Node(
        "funding_gap_peak_usd", "Peak funding gap",
        "largest over the months of what is outstanding at the bridge", "USD", ("gap_usd",),
        held="answers",
    ),
    Node(
        "facility_gw_in_service_by_year_end", "Facility power in service at year end",
        "sum of MW of the blocks in service on 31 December", "GW", ("facility_gw_in_service",),
        held="answers",
    ),
    Node(
        "load_factor_by_year", "Load factor",
        "energy at the meters / (mean facility power in service x hours)", "share",
        ("energy_mwh", "facility_gw_in_service"), held="answers",
    ),
    Node(
        "share_of_world_stock", "Share of the world's AI compute",
        "stock of the programme / (stock of the world + stock of the programme)", "share",
        ("h100_equivalents_end", "world_stock_h100_equivalents"), held="answers",
    ),
)  # fmt: skip
