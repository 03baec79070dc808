"""The field type of programme files: a number, a text with unit, or a distribution of either."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

from pydantic import GetCoreSchemaHandler, GetJsonSchemaHandler
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import CoreSchema, core_schema

from gigawatt.errors import nearest
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
PLAIN_KEYS = {"weights", "sd_log"}  # pure numbers, whatever the unit of the field


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
        unit = UNITS[self.unit]
        one: dict[str, Any] = {"type": ["number", "string"]}
        tables = [
            {
                "type": "object",
                "additionalProperties": False,
                "required": [k for k in form if k != "weights"],
                "properties": {
                    k: {"type": "array", "items": one if k == "choices" else {"type": "number"}}
                    if k in ("choices", "weights") else one
                    for k in form
                },
            }
            for form in FORMS
        ]  # fmt: skip
        return {
            "description": f"Number in {unit.shown}, or text with a unit such as {unit.example}.",
            "anyOf": [{"type": "number"}, {"type": "string"}, *tables],
        }

    def read(self, raw: object) -> Distribution:
        """Distribution in the canonical unit, checked against the bounds."""
        return read_quantity(raw, UNITS[self.unit], self.low, self.high)


def read_quantity(
    raw: object, unit: Unit, low: float = 0.0, high: float = float("inf")
) -> Distribution:
    """Distribution for what a person wrote.

    Parameters
    ----------
    raw : number in the canonical unit, text with a unit, or a table (see `FORMS`).
    unit : canonical unit.
    low, high : bounds for every possible value (for lognormal and normal: for their 5-95 % range).

    Raises
    ------
    ValueError : what is wrong and what would be right.
    """
    if isinstance(raw, Point | Uniform | Triangular | LogNormal | Normal | Choices):
        return raw
    spread = _table(raw, unit) if isinstance(raw, dict) else Point(_number(raw, unit))
    smallest, largest = support(spread)
    if smallest < low or largest > high:
        bad = smallest if smallest < low else largest
        bounds = f"at least {low:g}" if high == float("inf") else f"between {low:g} and {high:g}"
        raise ValueError(f"must be {bounds} {unit.shown} (got {bad:g})")
    return spread


def support(distribution: Distribution) -> tuple[float, float]:
    """Ends of a distribution; the 5th and 95th percentile where it has none."""
    match distribution:
        case Point(value):
            return value, value
        case Uniform(low, high):
            return low, high
        case Triangular(low, _, high):
            return low, high
        case Choices(values, _):
            return min(values), max(values)
        case LogNormal(median, sd):
            return median * math.exp(-Z95 * sd), median * math.exp(Z95 * sd)
        case Normal(mean, sd):
            return mean - Z95 * sd, mean + Z95 * sd
        case _:
            raise TypeError(f"no support for {type(distribution).__name__}")


def _number(raw: object, unit: Unit) -> float:
    if isinstance(raw, bool) or not isinstance(raw, int | float | str):
        raise ValueError(f"write a number in {unit.shown}, a text such as {unit.example}, "
                         "or a range such as { low = …, mode = …, high = … }")  # fmt: skip
    value = parse_quantity(raw, unit) if isinstance(raw, str) else float(raw)
    if not math.isfinite(value):
        raise ValueError(f"must be a finite number of {unit.shown}")
    return value


def _table(raw: dict[str, object], unit: Unit) -> Distribution:
    for key in raw:
        if key not in FORM_KEYS:
            hint = nearest(key, FORM_KEYS)
            did = f"; did you mean {hint!r}?" if hint else ""
            raise ValueError(f"{key!r} is not a part of a distribution{did}")
    if tuple(sorted(raw)) not in {tuple(sorted(form)) for form in FORMS}:
        forms = ", ".join("{" + ", ".join(form) + "}" for form in FORMS)
        raise ValueError(f"{{{', '.join(raw)}}} is not a distribution; write one of {forms}")
    if "choices" in raw:
        return _choices(raw, unit)
    numbers = {
        k: float(str(v)) if k in PLAIN_KEYS and _is_number(v) else _number(v, unit)
        for k, v in raw.items()
    }
    return _continuous(numbers)


def _continuous(n: dict[str, float]) -> Distribution:
    if "p05" in n:
        _ordered(n, "p05", "p95")
        return from_p05_p95(n["p05"], n["p95"])
    if "median" in n:
        if n["median"] <= 0 or n["sd_log"] < 0:
            raise ValueError("median must be above 0 and sd_log not below 0")
        return LogNormal(n["median"], n["sd_log"])
    if "mean" in n:
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
        or not all(_is_number(w) and w >= 0 for w in weights)
        or sum(weights) <= 0
    ):
        raise ValueError(f"weights must be {len(values)} numbers that are not negative")
    return choices([_number(v, unit) for v in values], weights)


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)
