"""Assumptions of the performance layer that are drawn: how software matures.

Filled by `catalog.sampling.sample_assumptions` from the record ``assumptions/performance``.
"""

from __future__ import annotations

from dataclasses import dataclass

from gigawatt.quantity.arrays import Array


@dataclass(frozen=True, slots=True)
class PerformanceAssumptions:
    """Draws of the layer's assumptions; every field has shape (D,).

    Attributes
    ----------
    train_dense_gain_factor, train_moe_gain_factor, serve_gain_factor : throughput of mature
        software over that of a platform's first month.
    train_saturation_months, serve_saturation_months : time in which the gap to mature software
        shrinks to 1/e.
    gain_scatter_share : standard deviation, between systems, of ln(gain) over its mean.
    draft_text_factor : drafted tokens that are accepted over those of the measured prompts.
    """

    train_dense_gain_factor: Array
    train_moe_gain_factor: Array
    serve_gain_factor: Array
    train_saturation_months: Array
    serve_saturation_months: Array
    gain_scatter_share: Array
    draft_text_factor: Array
