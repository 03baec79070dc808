"""What impact takes as given of the world beside the programme: record ``assumptions/impact``."""

from __future__ import annotations

from dataclasses import dataclass

from gigawatt.quantity.arrays import Array


@dataclass(frozen=True, slots=True)
class ImpactAssumptions:
    """Sampled assumptions; every field is of shape (D,).

    Attributes
    ----------
    world_stock_h100e_count : world stock at the end of `world.BASE_YEAR`, H100 equivalents.
    world_growth_yearly_factor : stock a year later over that.
    world_growth_decay_share : logarithmic growth of a year over that of the year before.
    """

    world_stock_h100e_count: Array
    world_growth_yearly_factor: Array
    world_growth_decay_share: Array
