"""Keys of a case directory's ``case.json``: what each is, its unit and its range.

Every key that is not here is an error, so that nothing is left out unseen.
"""

from __future__ import annotations

from dataclasses import dataclass

INF = float("inf")


@dataclass(frozen=True, slots=True)
class Key:
    """One number of a case.

    Attributes
    ----------
    low, high : range that is allowed, ends included.
    text : what it is, with its unit.
    default : value where the key is absent or null; None = there is none.
    """

    low: float
    high: float
    text: str
    default: float | None = None


_YEARLY = "yearly cost of 1 MW, USD/MW-yr"
_SHARE = "a share"


def _limits(name: str) -> dict[str, Key]:
    return {
        f"{name}_min_mw": Key(0, INF, "least MW in service", 0.0),
        f"{name}_max_mw": Key(0, INF, "most MW in service", INF),
    }


def _blocks(prefix: str) -> dict[str, Key]:
    return {
        f"{prefix}block_mw": Key(0, INF, "size of one unit, MW; 0 = any size", 0.0),
        f"{prefix}spare_blocks": Key(0, 100, "units paid for beside those that count (N+k)", 0.0),
        f"{prefix}outage_share": Key(0, 0.99, "share of time that a unit is out (forced)", 0.0),
        f"{prefix}repair_hours": Key(0.1, 8760, "mean time to repair a unit", 48.0),
        f"{prefix}ramp_share_per_h": Key(0, INF, "largest change in an hour over capacity", INF),
        f"{prefix}min_load_share": Key(0, 1, "least load of a running unit over its size", 0.0),
        f"{prefix}start_usd_per_mw": Key(0, INF, "cost of a start, USD/MW", 0.0),
    }


TECHNOLOGY_KEYS: dict[str, Key] = {
    "pv_usd_per_mw_yr": Key(0, INF, _YEARLY),
    "wind_usd_per_mw_yr": Key(0, INF, _YEARLY),
    "gas_usd_per_mw_yr": Key(0, INF, _YEARLY),
    "gas_var_usd_per_mwh": Key(-INF, INF, "running cost, USD/MWh"),
    "gas_t_co2_per_mwh": Key(0, 5, "emissions, t/MWh", 0.0),
    "bat_usd_per_mw_yr": Key(0, INF, _YEARLY),
    "bat_usd_per_mwh_yr": Key(0, INF, "yearly cost of 1 MWh; the size is then chosen apart"),
    "bat_hours": Key(1e-3, 1e5, "MWh per MW"),
    "bat_eta_charge": Key(0.01, 1, _SHARE),
    "bat_eta_discharge": Key(0.01, 1, _SHARE),
    "bat_loss_per_h": Key(0, 0.5, "share of the level lost in an hour", 0.0),
    "voll_usd_per_mwh": Key(0, INF, "cost of load that is not served; null = it must be served"),
    **_limits("pv"), **_limits("wind"), **_limits("gas"), **_limits("bat"),
    **_blocks("gas_"),
}  # fmt: skip

SETTING_KEYS: dict[str, Key] = {
    "grid_limit_mw": Key(0, INF, "most that is imported; 0 = islanded, null = no limit", INF),
    "co2_cap_t": Key(0, INF, "most CO2 of plant and import in the year; null = no cap", INF),
    "co2_price_usd_per_t": Key(0, INF, "price of CO2 of plant and import", 0.0),
    "hourly_matching_share": Key(
        0, 1, "least share of the load that own sources without CO2 serve in its hour", 0.0
    ),
    "demand_charge_usd_per_mw_yr": Key(0, INF, "charge on the year's largest import", 0.0),
    "demand_charge_usd_per_mw_month": Key(0, INF, "charge on each month's largest import", 0.0),
    "minimum_take_mwh": Key(0, INF, "import that is paid for in any case", 0.0),
    "minimum_take_usd_per_mwh": Key(0, INF, "what a MWh below the minimum take costs", INF),
    "export_limit_mw": Key(0, 0, "export is not modelled; only 0 is allowed", 0.0),
}

PLANT_KEYS: dict[str, Key] = {
    "usd_per_mw_yr": Key(0, INF, _YEARLY),
    "var_usd_per_mwh": Key(-INF, INF, "running cost, USD/MWh", 0.0),
    "t_co2_per_mwh": Key(0, 5, "emissions, t/MWh", 0.0),
    "availability": Key(0, 1, "share of capacity that can run", 1.0),
    "min_mw": Key(0, INF, "least MW in service", 0.0),
    "max_mw": Key(0, INF, "most MW in service", INF),
    **_blocks(""),
}

STORAGE_KEYS: dict[str, Key] = {
    "usd_per_mw_yr": Key(0, INF, _YEARLY),
    "usd_per_mwh_yr": Key(0, INF, "yearly cost of 1 MWh; the size is then chosen apart"),
    "hours": Key(1e-3, 1e5, "MWh per MW", 1.0),
    "eta_charge": Key(0.01, 1, _SHARE, 1.0),
    "eta_discharge": Key(0.01, 1, _SHARE, 1.0),
    "loss_per_h": Key(0, 0.5, "share of the level lost in an hour", 0.0),
    "min_mw": Key(0, INF, "least MW in service", 0.0),
    "max_mw": Key(0, INF, "most MW in service", INF),
}

CURTAILABLE_KEYS: dict[str, Key] = {
    "load_share": Key(0, 1, "share of the load that may be switched off"),
    "usd_per_mwh": Key(0, INF, "value of a MWh of this load"),
}

FREE_TEXT = (
    "name",
    "units",
    "model",
    "solver",
    "note",
    "notes",
    "source",
    "licence",
    "description",
)
IGNORED = ("answer",)
TOP_KEYS = ("technologies", "settings", "plants", "storages", "curtailable", *FREE_TEXT, *IGNORED)
