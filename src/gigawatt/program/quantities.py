"""The field type of programme files: a number, a text with unit, or a distribution of either."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from typing import Any

from pydantic import GetCoreSchemaHandler, GetJsonSchemaHandler
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import CoreSchema, core_schema

from gigawatt.errors import nearest
from gigawatt.program.truncated import Truncated, cut
from gigawatt.quantity.units import UNITS, Unit, parse_quantity
from gigawatt.uncertainty.distributions import (
    Z95,
    Choices,
    Distribution,
    LogNormal,
    Normal,
    Point,
    Triangular,
    Uniform,
    choices,
    from_p05_p95,
)

FORMS: tuple[tuple[str, ...], ...] = (
    ("low", "mode", "high"),
    ("low", "high"),
    ("p05", "p95"),
    ("choices", "weights"),
    ("choices",),
    ("median", "sd_log"),
    ("mean", "sd"),
)
FORM_KEYS = {key for form in FORMS for key in form}
MAX_SD_LOG = 3.0  # P95 over P50 is 139 then: wider ones are slips of the pen
PLAIN_KEYS = {"weights", "sd_log"}  # pure numbers, whatever the unit of the field
PURE = ("share", "factor", "count")  # units that are not shown
_DEGREES = Unit("degrees", "degrees", {"": 1.0, "°": 1.0, "deg": 1.0}, "32.5")


def unit_named(name: str) -> Unit:
    """Unit of that name; for one that people never spell out, a unit that takes plain numbers.

    >>> unit_named("usd_per_kw_month").factors["usd/kw-month"]
    1.0
    """
    if name in UNITS:
        return UNITS[name]
    if name == "degrees":
        return _DEGREES
    if name.startswith("usd_per_"):
        per = name.removeprefix("usd_per_").replace("_", "-")
        spelled = (per, per.replace("-", "/"))
        factors = {f"{k}/{s}": v for k, v in UNITS["usd"].factors.items() for s in spelled}
        shown = per.replace("kw", "kW").replace("gw", "GW").replace("mmbtu", "MMBtu")
        return Unit(name, f"USD/{shown}", {"": 1.0, **factors}, f'"$150/{shown}"')
    return Unit(name, name.replace("_", " ") or "plain number", {"": 1.0}, "12.5")


@dataclass(frozen=True)
class Quantity:
    """Marker for a field that holds a quantity.

    Written as ``power_mw: Annotated[Distribution, Quantity("mw")]``.

    Attributes
    ----------
    unit : name of the canonical unit, a key of `quantity.units.UNITS`.
    low, high : bounds that every possible value must respect, in the canonical unit.
    """

    unit: str
    low: float = 0.0
    high: float = float("inf")

    def __get_pydantic_core_schema__(
        self,
        source: Any,  # noqa: ANN401
        handler: GetCoreSchemaHandler,
    ) -> CoreSchema:
        """Validate by `read_quantity`; nothing else is accepted."""
        return core_schema.no_info_plain_validator_function(self.read)

    def __get_pydantic_json_schema__(
        self, schema: CoreSchema, handler: GetJsonSchemaHandler
    ) -> JsonSchemaValue:
        """JSON Schema: a number, a text with unit, or one of the distributions."""
        return self.json_schema()

    def json_schema(self) -> dict[str, Any]:
        """JSON Schema of the field; ``x-quantity`` names the canonical unit."""
        unit = unit_named(self.unit)
        return {
            "description": f"Number in {unit.shown}, or text with a unit such as {unit.example}.",
            "examples": examples(unit),
            "x-quantity": self.unit,
            "anyOf": [{"type": ["number", "string"]}, *range_schemas()],
        }

    def read(self, raw: object) -> Distribution:
        """Distribution in the canonical unit, checked against the bounds."""
        return read_quantity(raw, unit_named(self.unit), self.low, self.high)


def examples(unit: Unit) -> list[str]:
    """How a person may write a quantity of this unit as text; empty where numbers are written.

    >>> examples(unit_named("share"))
    ['85 %']
    """
    return re.findall(r'"([^"]*)"', unit.example)


def range_schemas() -> list[dict[str, Any]]:
    """JSON Schemas of the ways to write a distribution, one for each of `FORMS`."""
    return [_form_schema(form) for form in FORMS]


def _form_schema(form: tuple[str, ...]) -> dict[str, Any]:
    one: dict[str, Any] = {"type": ["number", "string"]}
    part = {
        "choices": {"type": "array", "items": one},
        "weights": {"type": "array", "items": {"type": "number"}},
    }
    return {
        "type": "object",
        "additionalProperties": False,
        "required": list(form),
        "properties": {key: part.get(key, one) for key in form},
    }


@dataclass(frozen=True)
class Exact:
    """Marker for a field that holds one number and no range.

    Attributes
    ----------
    unit : name of the canonical unit.
    low, high : bounds, both allowed.
    whole : whether it must be a whole number.
    """

    unit: str
    low: float = 0.0
    high: float = float("inf")
    whole: bool = False

    def __get_pydantic_core_schema__(
        self,
        source: Any,  # noqa: ANN401
        handler: GetCoreSchemaHandler,
    ) -> CoreSchema:
        """Validate by `read`; nothing else is accepted."""
        return core_schema.no_info_plain_validator_function(self.read)

    def __get_pydantic_json_schema__(
        self, schema: CoreSchema, handler: GetJsonSchemaHandler
    ) -> JsonSchemaValue:
        """JSON Schema: a number or a text with unit."""
        unit = unit_named(self.unit)
        number: dict[str, Any] = {"type": "integer" if self.whole else "number"}
        if math.isfinite(self.low):
            number["minimum"] = self.low
        if math.isfinite(self.high):
            number["maximum"] = self.high
        kind = "Whole number" if self.whole else "One number"
        return {
            "description": f"{kind}, {unit.shown}.",
            "x-exact": self.unit,
            "anyOf": [number, {"type": "string"}],
        }

    def read(self, raw: object) -> float | int:
        """Return the number, checked; `int` where it must be whole."""
        kind = "a whole number" if self.whole else "one number"
        if isinstance(raw, dict):
            raise ValueError(f"must be {kind}; a range is not possible here")
        unit = unit_named(self.unit)
        if isinstance(raw, bool) or not isinstance(raw, int | float | str):
            raise ValueError(f"must be {kind}, such as {_bound_example(self.low, self.whole)}")
        value = _number(raw, unit)
        if self.whole and value != int(value):
            raise ValueError("must be a whole number")
        if not self.low <= value <= self.high:
            raise ValueError(f"must be {_bounds(self.low, self.high)}")
        return int(value) if self.whole else value


class WrongPartError(ValueError):
    """A key of a range that is none; `hint` is the nearest valid one."""

    def __init__(self, text: str, hint: str) -> None:
        super().__init__(text)
        self.hint = hint


def _in(unit: Unit) -> str:
    """Unit for the end of a phrase; nothing for pure numbers."""
    return "" if unit.name in PURE else f" {unit.shown}"


def _bounds(low: float, high: float) -> str:
    if math.isinf(high):
        return f"at least {low:g}"
    return f"at most {high:g}" if math.isinf(low) else f"between {low:g} and {high:g}"


def _bound_example(low: float, whole: bool) -> str:
    value = max(low, 0.0) + 1.0
    return f"{value:.0f}" if whole else f"{value:g}"


def read_quantity(
    raw: object, unit: Unit, low: float = 0.0, high: float = float("inf")
) -> Distribution:
    """Distribution for what a person wrote.

    Parameters
    ----------
    raw : number in the canonical unit, text with a unit, or a table (see `FORMS`).
    unit : canonical unit.
    low, high : bounds for every possible value. A lognormal or normal must hold its 5-95 % range
        within them; what reaches beyond is cut off.

    Raises
    ------
    ValueError : what is wrong and what would be right.
    """
    if isinstance(raw, Point | Uniform | Triangular | LogNormal | Normal | Choices | Truncated):
        return raw
    spread = _table(raw, unit) if isinstance(raw, dict) else Point(_number(raw, unit))
    smallest, largest = support(spread)
    if smallest < low or largest > high:
        bad = smallest if smallest < low else largest
        raise ValueError(f"must be {_bounds(low, high)}{_in(unit)} (got {bad:g})")
    return cut(spread, low, high) if isinstance(spread, LogNormal | Normal) else spread


def support(distribution: Distribution) -> tuple[float, float]:
    """Ends of a distribution; the 5th and 95th percentile where it has none."""
    match distribution:
        case Point(value):
            return value, value
        case Uniform(low=low, high=high) | Triangular(low=low, high=high):
            return low, high
        case Choices(values, _):
            return min(values), max(values)
        case LogNormal(median, sd):
            return median * math.exp(-Z95 * sd), median * math.exp(Z95 * sd)
        case Normal(mean, sd):
            return mean - Z95 * sd, mean + Z95 * sd
        case Truncated(inner, low, high):
            ends = support(inner)
            return max(ends[0], low), min(ends[1], high)
        case _:
            raise TypeError(f"no support for {type(distribution).__name__}")


def _number(raw: object, unit: Unit) -> float:
    if isinstance(raw, bool) or not isinstance(raw, int | float | str):
        number = "a number" if unit.name in PURE else f"a number in {unit.shown}"
        raise ValueError(f"write {number}, a text such as {unit.example}, "
                         "or a range such as { low = …, mode = …, high = … }")  # fmt: skip
    value = parse_quantity(raw, unit) if isinstance(raw, str) else float(raw)
    if not math.isfinite(value):
        raise ValueError("must be a finite number")
    return value


def _table(raw: dict[str, object], unit: Unit) -> Distribution:
    for key in raw:
        if key not in FORM_KEYS:
            raise WrongPartError(f"{key!r} is not a part of a range", nearest(key, FORM_KEYS))
    if tuple(sorted(raw)) not in {tuple(sorted(form)) for form in FORMS}:
        forms = ", ".join("{" + ", ".join(form) + "}" for form in FORMS)
        raise ValueError(f"{{{', '.join(raw)}}} is not a range; write one of {forms}")
    if "choices" in raw:
        return _choices(raw, unit)
    return _continuous({k: _part(k, v, unit) for k, v in raw.items()})


def _part(key: str, value: object, unit: Unit) -> float:
    if key not in PLAIN_KEYS:
        return _number(value, unit)
    if not _is_number(value) or not math.isfinite(value):  # type: ignore[arg-type]
        raise ValueError(f"{key} must be a plain number such as 0.3")
    return float(str(value))


def _continuous(n: dict[str, float]) -> Distribution:
    if "p05" in n:
        _ordered(n, "p05", "p95")
        return from_p05_p95(n["p05"], n["p95"])
    if "median" in n:
        if n["median"] <= 0 or not 0 <= n["sd_log"] <= MAX_SD_LOG:
            raise ValueError(f"median must be above 0 and sd_log between 0 and {MAX_SD_LOG:g} "
                             "(natural logarithm: 0.3 is about 30 %)")  # fmt: skip
        return LogNormal(n["median"], n["sd_log"])
    if "mean" in n:
        if n["sd"] < 0:
            raise ValueError("sd must not be below 0")
        return Normal(n["mean"], n["sd"])
    if "mode" in n:
        _ordered(n, "low", "mode", "high")
        return Triangular(n["low"], n["mode"], n["high"])
    _ordered(n, "low", "high")
    return Uniform(n["low"], n["high"])


def _ordered(numbers: dict[str, float], *keys: str) -> None:
    values = [numbers[k] for k in keys]
    if values != sorted(values):
        shown = ", ".join(f"{k} = {v:g}" for k, v in zip(keys, values, strict=True))
        raise ValueError(f"{' ≤ '.join(keys)} is needed (got {shown})")


def _choices(raw: dict[str, object], unit: Unit) -> Distribution:
    values, weights = raw["choices"], raw.get("weights")
    if not isinstance(values, list) or not values:
        raise ValueError("choices must be a list with at least one number")
    if weights is not None and (
        not isinstance(weights, list)
        or len(weights) != len(values)
        or not all(_is_number(w) and 0 <= w < math.inf for w in weights)
        or sum(weights) <= 0
    ):
        raise ValueError(f"weights must be {len(values)} numbers that are not negative")
    return choices([_number(v, unit) for v in values], weights)


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)
