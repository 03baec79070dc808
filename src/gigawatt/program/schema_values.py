"""Values of programme files: dates, quantities with their ranges, names that must exist.

Names that must exist elsewhere (systems, grids, parties, sites) are checked through the validation
context, so that they are told together with all the rest.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import Annotated, Literal

from pydantic import AfterValidator, BeforeValidator, Field, ValidationInfo
from pydantic_core import PydanticCustomError

from gigawatt.errors import nearest
from gigawatt.program.instruments import KINDS
from gigawatt.program.quantities import Exact, Quantity
from gigawatt.uncertainty.distributions import Distribution

YEARS = (1990, 2150)  # dates outside are slips of the pen


def read_date(raw: object) -> dt.date:
    """Date of a TOML date or an ISO text, within `YEARS`; else ValueError with what is right."""
    if isinstance(raw, str):
        try:
            raw = dt.date.fromisoformat(raw)
        except ValueError:
            raw = None
    if not isinstance(raw, dt.date) or isinstance(raw, dt.datetime):
        raise ValueError("write a date as year-month-day, such as 2026-09-01")
    if not YEARS[0] <= raw.year <= YEARS[1]:
        raise ValueError(f"the year must be between {YEARS[0]} and {YEARS[1]}")
    return raw


Date = Annotated[dt.date, BeforeValidator(read_date)]
Power = Annotated[Distribution, Quantity("mw", low=0.1)]
PhasePower = Annotated[Distribution, Quantity("mw", low=0.1, high=20_000.0)]
Share = Annotated[Distribution, Quantity("share", high=1.0)]
Escalation = Annotated[Distribution, Quantity("share", low=-0.5, high=0.5)]
Co2Price = Annotated[Distribution, Quantity("usd_per_t", high=2000.0)]
Months = Annotated[Distribution, Quantity("months")]
Shift = Annotated[Distribution, Quantity("months", low=-120.0, high=120.0)]
Money = Annotated[Distribution, Quantity("usd", low=1.0)]
MoneyPerGw = Annotated[Distribution, Quantity("usd_per_gw", low=1.0)]
Count = Annotated[Distribution, Quantity("count", low=1.0)]
PerWeek = Annotated[Distribution, Quantity("per_week")]
Growth = Annotated[Distribution, Quantity("factor", low=0.1, high=10.0)]
Price = Annotated[Distribution, Quantity("usd_per_mwh", low=-1000.0)]
ContractPrice = Annotated[Distribution, Quantity("usd_per_mwh", high=1000.0)]
TokenPrice = Annotated[Distribution, Quantity("usd_per_million_tokens")]
Pue = Annotated[Distribution, Quantity("factor", low=1.0, high=3.0)]


@dataclass(frozen=True, slots=True)
class Context:
    """Names that a file may refer to: kind → valid ids.

    Attributes
    ----------
    names : e.g. ``{"systems": [...], "party": [...]}``.
    """

    names: Mapping[str, Collection[str]] = field(default_factory=dict)


class Ref:
    """Validator for a name that must exist in one of the context's lists; "" names nothing."""

    def __init__(self, kind: str, shown: str) -> None:
        self.kind, self.shown = kind, shown

    def __call__(self, value: str, info: ValidationInfo) -> str:
        """Return the name, or raise with the nearest valid one."""
        context = info.context
        if not isinstance(context, Context) or not value:
            return value
        valid = context.names.get(self.kind, ())
        if value in valid:
            return value
        hint = nearest(value, valid)
        known = "" if hint else f"; known: {', '.join(sorted(valid)[:12]) or 'none'}"
        raise PydanticCustomError(
            "unknown_name", "{text}",
            {"text": f"there is no {self.shown} of this name{known}", "hint": hint},
        )  # fmt: skip


def known_kind(name: str) -> str:
    """Kind of an instrument, or an error with all there are and the nearest."""
    if name in KINDS:
        return name
    text = f"must be one of {', '.join(KINDS)}"
    hint = nearest(name, KINDS, 0.7)
    raise PydanticCustomError("unknown_name", "{text}", {"text": text, "hint": hint})


PartyRef = Annotated[str, AfterValidator(Ref("party", "party"))]
SiteRef = Annotated[str, AfterValidator(Ref("site", "site"))]
SystemRef = Annotated[str, AfterValidator(Ref("systems", "system in the catalog"))]
GridRef = Annotated[str, AfterValidator(Ref("grids", "grid in the catalog"))]
CoolingRef = Annotated[str, AfterValidator(Ref("cooling", "cooling type in the catalog"))]
ClimateRef = Annotated[str, AfterValidator(Ref("climates", "climate in the catalog"))]
TechnologyRef = Annotated[str, AfterValidator(Ref("technologies", "technology in the catalog"))]
ModelRef = Annotated[str, AfterValidator(Ref("models", "model in the catalog"))]
HaircutRef = Annotated[str, AfterValidator(Ref("haircuts", "haircut in the catalog"))]
InstrumentRef = Annotated[str, AfterValidator(Ref("instrument", "instrument"))]
KindName = Annotated[str, AfterValidator(known_kind)]
Identifier = Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9_-]*$")]
Country = Annotated[str, Field(pattern=r"^[A-Z]{2}$")]
Latitude = Annotated[float, Exact("degrees", -90.0, 90.0)]
Longitude = Annotated[float, Exact("degrees", -180.0, 180.0)]
Whole = Annotated[int, Exact("count", 1, 10_000_000, whole=True)]
WholeTokens = Annotated[int, Exact("tokens", 1, 100_000_000, whole=True)]
Tokens = Annotated[float, Exact("tokens", 1.0)]
KnownHow = Literal["measured", "specified", "announced", "reported", "estimated", "assumed"]
