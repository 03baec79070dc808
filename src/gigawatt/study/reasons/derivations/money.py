"""Derivations of capital cost, the funding gap and the running ledger."""

from __future__ import annotations

from gigawatt.money.rates import PATH
from gigawatt.program.instruments import KINDS
from gigawatt.study.reasons.derivations.node import Node

_INFLATION = "assumptions/money/inflation_yearly_factor"
_LEARNING = ("assumptions/money/learning_base_gw", "assumptions/money/learning_base_yearly_factor")
_SITE_PRICE = (
    "assumptions/money/site_price_yearly_factor", _INFLATION,
    "assumptions/money/site_learning_share", *_LEARNING,
)  # fmt: skip
_BASE_RATE = tuple(f"assumptions/money/{name}" for name in (*PATH, "base_rate_error_share"))

# Terms of contracts; those that no other derivation names move the running payments or the shares.
_TERMS = tuple(sorted({f"instrument/*/{name}" for kind in KINDS.values() for name in kind.terms}
                      - {"instrument/*/limit_usd", "instrument/*/amount_usd"}))  # fmt: skip


def _site_cost(key: str, title: str) -> Node:
    return Node(
        f"{key}_usd_per_gw", title, "cost at its price year x real price a year x inflation",
        "USD/GW", (), (f"assumptions/money/{key}_usd_per_gw", *_SITE_PRICE),
        ("programme/as_of",), held=f"capex:{key}",
    )  # fmt: skip


NODES = (
    Node(
        "systems_usd_per_gw", "Systems per gigawatt",
        "racks per GW x price of a rack", "USD/GW",
        ("racks_per_gw", "rack_price_usd"), held="capex:systems",
    ),
    Node(
        "rack_price_usd", "Price of a rack",
        "price at its price year x real price a year x inflation, to the date of the order", "USD",
        (), ("systems/{system}/rack_price_usd", "assumptions/money/system_price_yearly_factor",
             _INFLATION, "assumptions/money/system_learning_share", *_LEARNING),
        ("programme/as_of",),
    ),
    Node(
        "network_usd_per_gw", "Network per gigawatt", "systems x share of the network", "USD/GW",
        ("systems_usd_per_gw",), ("assumptions/money/network_share",), held="capex:network",
    ),
    Node(
        "storage_cpu_usd_per_gw", "Storage and CPU nodes per gigawatt",
        "systems x share of storage and CPU nodes", "USD/GW", ("systems_usd_per_gw",),
        ("assumptions/money/storage_cpu_share",), held="capex:storage_cpu",
    ),
    _site_cost("shell", "Shell per gigawatt"),
    _site_cost("power_cooling", "Power and cooling per gigawatt"),
    _site_cost("soft", "Soft cost per gigawatt"),
    Node(
        "gap_usd", "Outstanding at the bridge",
        "sum over the parties that the bridge serves of max(0, - cumulated investment cash)", "USD",
        ("investment_flows",), held="gap:gap_usd",
    ),
    Node(
        "investment_flows", "Investment payments by month",
        "site cost from clearing to the hall's readiness; racks at order (deposit) and delivery; "
        "network, storage, CPU nodes at delivery; less loans, equity and prepayments received",
        "USD",
        ("cleared", "hall_ready", "ordered", "delivered", "racks", "rack_price_usd",
         "network_usd_per_gw", "storage_cpu_usd_per_gw", "shell_usd_per_gw",
         "power_cooling_usd_per_gw", "soft_usd_per_gw", "tranche_released_usd"),
        (), ("instrument/*/deposit_share", "instrument/*/order_lead_months",
             "instrument/*/gearing_share", "instrument/*/rate_share", "instrument/*/term_years",
             "instrument/*/share_of_equity", "instrument/*/amount_usd", "instrument/*/date"),
        held="ledger:investment",
    ),
    Node(
        "operating_flows", "Running payments by month",
        "rent, sale of compute, income of the lab, energy, upkeep, interest and repayment, renewal "
        "of systems at the end of their life", "USD",
        ("in_service", "facility_power_mw", "energy_cost_usd", "useful_package_hours",
         "systems_usd_per_gw", "token_revenue_usd"),
        ("assumptions/money/it_life_years", "assumptions/money/refresh_cost_share",
         "assumptions/money/facility_opex_usd_per_gw_year",
         "assumptions/money/it_opex_usd_per_gw_year", "assumptions/money/revenue_usd_per_gw_year",
         "assumptions/money/revenue_yearly_factor", "assumptions/money/anchor_use_share",
         "assumptions/money/offtake_renewal_share", "assumptions/money/vendor_gross_margin_share",
         "assumptions/money/resale_yearly_factor", "assumptions/money/relet_void_months",
         "assumptions/money/hall_relet_share", "assumptions/money/capacity_relet_share",
         *_SITE_PRICE, *_BASE_RATE),
        (*_TERMS, "site/*/clean_power/*/*"),
        held="ledger:operating",
    ),
)  # fmt: skip
