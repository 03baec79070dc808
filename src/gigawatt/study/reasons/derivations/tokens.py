"""Derivations of tokens sold, their price, their cost and the revenue on both bases."""

from __future__ import annotations

from gigawatt.study.reasons.derivations.node import Node

_INFLATION = "assumptions/money/inflation_yearly_factor"
_UPKEEP = ("assumptions/money/facility_opex_usd_per_gw_year",
           "assumptions/money/it_opex_usd_per_gw_year")  # fmt: skip
_ANNUITIES = ("assumptions/serving/capital_cost_share_per_year",
              "assumptions/serving/site_life_years", "assumptions/money/it_life_years")  # fmt: skip
_SITE = ("shell_usd_per_gw", "power_cooling_usd_per_gw", "soft_usd_per_gw")

NODES = (
    Node(
        "token_price_by_year", "Price of a million tokens",
        "revenue of tokens / (output tokens + input tokens sold) x 1,000,000",
        "USD/million tokens", ("token_revenue_usd", "tokens_sold"), held="answers",
    ),
    Node(
        "token_cost_by_year", "Cost of a million tokens",
        "cost of serving / (output tokens + input tokens sold) x 1,000,000",
        "USD/million tokens", ("serving_cost_usd", "tokens_sold"), held="answers",
    ),
    Node(
        "token_revenue_per_gw_year", "Revenue of a gigawatt-year by tokens",
        "revenue of tokens / facility GW-years in service", "USD/GW-year",
        ("token_revenue_usd", "facility_gw_in_service"), held="answers",
    ),
    Node(
        "capacity_revenue_per_gw_year", "Revenue of a gigawatt-year by capacity",
        "revenue per GW-year of the anchor x (use / use at which it was earned), over GW-years "
        "whose tenant stays", "USD/GW-year",
        ("facility_gw_in_service", "useful_package_hours"),
        ("assumptions/money/revenue_usd_per_gw_year", "assumptions/money/revenue_yearly_factor",
         "assumptions/money/anchor_use_share", "assumptions/money/offtake_renewal_share"),
        ("programme/revenue_basis",), held="answers",
    ),
    Node(
        "token_revenue_usd", "Revenue of tokens",
        "input tokens sold x price of prompts + output tokens sold x price of answers, by month",
        "USD", ("tokens_sold", "token_price"), (), ("programme/revenue_basis",),
    ),
    Node(
        "tokens_sold", "Tokens sold by year",
        "useful package-hours x 3,600 x tokens/s x factor x min(1, tokens that the world asks for "
        "/ tokens served)", "tokens",
        ("useful_package_hours", "serve_rate", "throughput_factor"),
        ("world/tokens/*", "access/token-demand/*"),
    ),
    Node(
        "token_price", "Price of prompt and answer tokens",
        "cost on the market's system x markup x drift^years x exp(sigma x sqrt(years) x z), years "
        "from the as-of date; a workload may state what it starts from",
        "USD/million tokens", ("market_cost",),
        ("prices/served-tokens/markup_factor", "prices/gpu-hour-outlook/drift_yearly_factor",
         "prices/gpu-hour-outlook/volatility_sd_log"),
        ("programme/as_of", "workload/*/input_price_usd_per_million_tokens",
         "workload/*/output_price_usd_per_million_tokens"),
    ),
    Node(
        "market_cost", "Cost of tokens on the market's system",
        "(racks with network and storage x annuity + site x annuity + upkeep + energy) an hour x "
        "share of the time / (tokens/s of its best plan x 3,600 x utilisation)",
        "USD/million tokens", ("serve_rate",),
        ("systems/gb300-nvl72/rack_price_usd", "systems/gb300-nvl72/system_power_kw",
         "assumptions/money/network_share", "assumptions/money/storage_cpu_share", *_ANNUITIES,
         *(f"assumptions/money/{key}" for key in _SITE), *_UPKEEP,
         "assumptions/money/site_price_yearly_factor", _INFLATION, "assumptions/serving/pue",
         "assumptions/serving/energy_price_usd_per_mwh", "assumptions/serving/utilisation_share"),
    ),
    Node(
        "serving_cost_usd", "Cost of serving",
        "serving's part of what workloads are given x (systems, network and storage x annuity + "
        "site x annuity + upkeep + energy of the site)", "USD",
        ("systems_usd_per_gw", "network_usd_per_gw", "storage_cpu_usd_per_gw", "shell_usd_per_gw",
         "power_cooling_usd_per_gw", "soft_usd_per_gw", "facility_gw_in_service", "it_power_mw",
         "energy_cost_usd"),
        (*_ANNUITIES, *_UPKEEP, _INFLATION), ("workload/*/share",),
    ),
)  # fmt: skip
