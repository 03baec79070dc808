"""Words and data on cost that the sub-commands of `infer` share."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from gigawatt.study.serving.unit_cost import UnitCost


def cost_parts(cost: UnitCost) -> str:
    """What a million output tokens cost, part by part."""
    parts = cost.parts_usd_per_million(cost.output_usd_per_million)
    return ", ".join(f"{name} {value:.3g}" for name, value in parts.items())


def cost_data(cost: UnitCost, utilisation: float) -> dict[str, Any]:
    """The cost as data, with the parts of a million tokens."""
    from dataclasses import asdict

    return {
        **asdict(cost),
        "usd_per_package_hour": cost.usd_per_hour,
        "utilisation_share": utilisation,
        "input_parts_usd_per_million": cost.parts_usd_per_million(cost.input_usd_per_million),
        "output_parts_usd_per_million": cost.parts_usd_per_million(cost.output_usd_per_million),
    }
