"""Units: the canonical unit of each dimension, and the parser of quantities written by people.

Inside the package every number is a plain float or array in the canonical unit that its name
carries (`it_power_mw`). A person may write ``"1.2 GW"``, ``"$35 bn/GW"`` or ``"18 months"`` in a
file; `parse_quantity` turns that into the canonical unit of the field.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

HOURS_PER_YEAR = 8760.0
MONTHS_PER_YEAR = 12.0
DAYS_PER_YEAR = 365.25
DAYS_PER_MONTH = DAYS_PER_YEAR / MONTHS_PER_YEAR
HOURS_PER_DAY = 24.0
SECONDS_PER_HOUR = 3600.0
SECONDS_PER_DAY = 86400.0
KW_PER_MW = 1e3
MW_PER_GW = 1e3
W_PER_KW = 1e3
MWH_PER_TWH = 1e6
KG_PER_T = 1e3

_POWER = {"w": 1e-6, "kw": 1e-3, "mw": 1.0, "gw": 1e3, "tw": 1e6}
_ENERGY = {"wh": 1e-6, "kwh": 1e-3, "mwh": 1.0, "gwh": 1e3, "twh": 1e6}
_SCALE = {
    "": 1.0,
    "k": 1e3,
    "thousand": 1e3,
    "m": 1e6,
    "mn": 1e6,
    "million": 1e6,
    "b": 1e9,
    "bn": 1e9,
    "billion": 1e9,
    "t": 1e12,
    "tn": 1e12,
    "trillion": 1e12,
}
_TIME = {
    "hour": 1 / 730.5,
    "hours": 1 / 730.5,
    "h": 1 / 730.5,
    "day": 1 / DAYS_PER_MONTH,
    "days": 1 / DAYS_PER_MONTH,
    "d": 1 / DAYS_PER_MONTH,
    "week": 7 / DAYS_PER_MONTH,
    "weeks": 7 / DAYS_PER_MONTH,
    "month": 1.0,
    "months": 1.0,
    "year": 12.0,
    "years": 12.0,
    "yr": 12.0,
    "y": 12.0,
}
_COUNT = ("", "gpu", "gpus", "package", "packages", "die", "dies", "rack", "racks", "user", "users")
_FLOP = {"flop": 1.0, "gflop": 1e9, "tflop": 1e12, "pflop": 1e15, "eflop": 1e18}


@dataclass(frozen=True, slots=True)
class Unit:
    """Canonical unit of a field.

    Attributes
    ----------
    name : how it is written in names and messages ("mw", "usd_per_gw").
    shown : how it is shown to people ("MW", "USD/GW").
    factors : accepted spellings (lower case, no blanks) → factor to the canonical unit.
    example : how a person may write it.
    """

    name: str
    shown: str
    factors: dict[str, float]
    example: str


def _money(per: dict[str, float] | None = None) -> dict[str, float]:
    out: dict[str, float] = {}
    for prefix, scale in _SCALE.items():
        for spelled in (f"usd{prefix}", f"{prefix}usd", f"${prefix}"):
            if per is None:
                out[spelled] = scale
            else:
                out |= {f"{spelled}/{unit}": scale / factor for unit, factor in per.items()}
    return out


def _spelled(scales: dict[str, float], words: tuple[str, ...]) -> dict[str, float]:
    return {f"{scale}{word}": f for scale, f in scales.items() for word in words}


UNITS: dict[str, Unit] = {
    u.name: u
    for u in (
        Unit("mw", "MW", _POWER, '"1.2 GW"'),
        Unit("kw", "kW", {k: v * 1e3 for k, v in _POWER.items()}, '"210 kW"'),
        Unit("w", "W", {k: v * 1e6 for k, v in _POWER.items()}, '"2300 W"'),
        Unit("mwh", "MWh", _ENERGY, '"4 GWh"'),
        Unit("months", "months", _TIME, '"18 months"'),
        Unit("years", "years", {k: v / 12 for k, v in _TIME.items()}, '"15 years"'),
        Unit("hours", "h", {k: v * 730.5 for k, v in _TIME.items()}, '"24 hours"'),
        Unit("usd", "USD", _money(), '"$100 bn"'),
        Unit("usd_per_gw", "USD/GW", _money({"gw": 1.0, "mw": 1e-3, "kw": 1e-6}), '"$35 bn/GW"'),
        Unit(
            "usd_per_gw_year",
            "USD/GW-year",
            {
                f"{k}{s}": v
                for k, v in _money({"gw": 1.0, "mw": 1e-3, "kw": 1e-6}).items()
                for s in ("-year", "/year", "-yr", "/yr")
            },
            '"$10 bn/GW-year"',
        ),
        Unit("usd_per_mwh", "USD/MWh", _money({"mwh": 1.0, "kwh": 1e-3, "gwh": 1e3}), '"$65/MWh"'),
        Unit(
            "mw_per_year",
            "MW/year",
            {f"{k}{s}": v for k, v in _POWER.items() for s in ("/year", "/yr", "/y")},
            '"3 GW/year"',
        ),
        Unit(
            "usd_per_rack",
            "USD/rack",
            _money({"rack": 1.0}),
            '"$7.8 m/rack"',
        ),
        Unit(
            "usd_per_million_tokens",
            "USD/million tokens",
            {
                f"{k}{s}": v * f
                for k, v in _money().items()
                for s, f in (("/milliontokens", 1.0), ("/mtokens", 1.0), ("/m", 1.0))
            },
            '"$2 / million tokens"',
        ),
        Unit(
            "share",
            "share",
            {"": 1.0, "%": 0.01, "percent": 0.01, "bp": 1e-4, "bps": 1e-4},
            '0.85 or "85 %"',
        ),
        Unit("count", "count", _spelled(_SCALE, _COUNT), '"1.5 million"'),
        Unit(
            "per_week",
            "per week",
            {
                f"{k}{s}": v
                for k, v in _spelled(_SCALE, ("", "racks", "rack")).items()
                for s in ("/week", "perweek", "aweek")
            },
            '"1200 racks/week"',
        ),
        Unit("flop", "FLOP", dict(_FLOP.items()), "1e26"),
        Unit("tokens", "tokens", _spelled(_SCALE, ("tokens", "token", "")), '"15 trillion tokens"'),
        Unit("factor", "factor", {"": 1.0, "x": 1.0}, "1.2"),
        Unit("c", "°C", {"c": 1.0, "°c": 1.0, "degc": 1.0}, '"25 °C"'),
        Unit(
            "t_per_mwh",
            "t CO2/MWh",
            {"t/mwh": 1.0, "kg/mwh": 1e-3, "kg/kwh": 1.0, "g/kwh": 1e-3},
            '"350 kg/MWh"',
        ),
        Unit("usd_per_t", "USD/t", _money({"t": 1.0, "tonne": 1.0, "kg": 1e-3}), '"$80/t"'),
        Unit("l_per_kwh", "L/kWh", {"l/kwh": 1.0, "m3/mwh": 1.0}, '"0.3 L/kWh"'),
    )
}

_NUMBER = re.compile(
    r"^\s*(?P<sign>[-+]?)\s*(?P<cur>\$|usd)?\s*"
    r"(?P<num>[\d][\d,_ ]*(?:\.\d+)?(?:e[-+]?\d+)?|\.\d+)\s*(?P<unit>.*)$",
    re.IGNORECASE,
)


def parse_quantity(text: str, unit: Unit) -> float:
    """Number in the canonical `unit` for a quantity written by a person.

    Raises
    ------
    ValueError : with what was not understood and how the unit may be written.

    >>> parse_quantity("1.2 GW", UNITS["mw"])
    1200.0
    >>> parse_quantity("$35 bn/GW", UNITS["usd_per_gw"])
    35000000000.0
    """
    match = _NUMBER.match(text)
    if match is None:
        raise ValueError(
            f"{text!r} is not a quantity; write a number with its unit, as {unit.example}"
        )
    digits = re.sub(r"[,_ ]", "", match["num"])
    spelled = re.sub(r"\s+", "", match["unit"]).lower()
    if match["cur"]:
        spelled = "usd" + spelled
    if spelled not in unit.factors:
        given = match["unit"].strip() or "no unit"
        raise ValueError(f"{given!r} is not a unit of {unit.shown}; write it as {unit.example}")
    value = float(digits) * unit.factors[spelled]
    return -value if match["sign"] == "-" else value


_SUFFIXES = (
    "usd_per_million_tokens", "usd_per_gw_year", "usd_per_kw_year", "usd_per_kw_month",
    "usd_per_mwh", "usd_per_gw", "usd_per_kw", "usd_per_kwh", "usd_per_mmbtu", "usd_per_gpu_hour",
    "usd_per_rack", "usd_per_package", "usd_per_gpu", "usd", "mmbtu_per_mwh", "t_per_mwh",
    "kg_per_mwh", "kg_per_kwh", "l_per_kwh", "gb_s", "tb_s", "gbit_s", "tflops", "flop", "tokens",
    "per_1000_node_days", "mwh", "twh", "gwh", "mw", "gw", "kw", "w", "gb", "tb", "months",
    "years", "hours", "days", "minutes", "s", "ms", "us", "share", "factor", "count", "c", "m3",
    "mw_per_year", "per_site_year", "degrees", "per_week", "per_month", "per_year", "h100e", "b",
    "km", "usd_per_t",
)  # fmt: skip


def unit_of_key(key: str) -> str:
    """Unit that a key's suffix names, as text; empty for bare counts and ratios.

    >>> unit_of_key("rack_power_kw"), unit_of_key("layers")
    ('kw', '')
    """
    for suffix in _SUFFIXES:
        if key == suffix or key.endswith("_" + suffix):
            return suffix
    return ""
