"""What impact passes on: yearly sums of work and footprint, and shares of the world's."""

from __future__ import annotations

from dataclasses import dataclass

from gigawatt.quantity.arrays import Array, IntArray


@dataclass(frozen=True, slots=True)
class ImpactResult:
    """Yearly results; D draws, Y calendar years.

    Attributes
    ----------
    years : (Y,) calendar years of the axis.
    training_flop : (D, Y) model FLOP of useful training and research work.
    output_tokens, input_tokens : (D, Y) tokens served.
    energy_twh : (D, Y) energy at the sites' meters.
    co2_mt : (D, Y) operational CO2, million t.
    water_million_m3 : (D, Y) site water.
    h100_equivalents_end : (D, Y) programme's stock at year end in H100 equivalents (dense FP8
        peak over that of an H100).
    world_stock_h100_equivalents : (D, Y) world stock at year end, without this programme.
    share_of_world_stock : (D, Y) programme over world stock with it.
    """

    years: IntArray
    training_flop: Array
    output_tokens: Array
    input_tokens: Array
    energy_twh: Array
    co2_mt: Array
    water_million_m3: Array
    h100_equivalents_end: Array
    world_stock_h100_equivalents: Array
    share_of_world_stock: Array
