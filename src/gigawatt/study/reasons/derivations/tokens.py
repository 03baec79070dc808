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
        "useful package-hours x 3,600 x tokens/s x factor x gain by renewal; x min(1, asked / "
        "served) where buyers hardly answer to price, else all at price x (asked / served)^(1 / "
        "elasticity)", "tokens",
        ("useful_package_hours", "serve_rate", "throughput_factor", "market_tokens"),
        ("access/token-demand/demand_yearly_factor", "access/token-demand/demand_decay_share",
         "world/market-fleet/facility_2025_gw", "prices/served-tokens/demand_elasticity_factor",
         "assumptions/money/it_life_years", "prices/served-tokens/sold_after_successor_months"),
        ("programme/late_systems",),
    ),
    Node(
        "token_price", "Price of prompt and answer tokens",
        "revenue of a GW-year / tokens that the market sells a GW-year, by month; prompts and "
        "answers by their time; a workload may state what it starts from at the as-of date",
        "USD/million tokens", ("market_tokens",),
        ("assumptions/money/revenue_usd_per_gw_year", "assumptions/money/revenue_yearly_factor"),
        ("programme/as_of", "workload/*/input_price_usd_per_million_tokens",
         "workload/*/output_price_usd_per_million_tokens"),
    ),
    Node(
        "market_tokens", "Tokens that the market sells a gigawatt-year",
        "serving share x use x sum over generations of share of the fleet x packages per facility "
        "GW x tokens/s of its best plan x factor x seconds of a year", "tokens/GW-year",
        ("serve_rate", "throughput_factor"),
        ("prices/served-tokens/anchor_serving_share", "assumptions/money/anchor_use_share",
         "world/market-fleet/*", "assumptions/money/it_life_years",
         "assumptions/conversion/overhead_share", "cooling/closed-loop-dry/pue_design",
         "systems/*/system_power_kw", "systems/*/system_packages"),
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
