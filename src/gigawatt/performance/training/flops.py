"""FLOP per token by the conventions in which published tables count.

Time is what is predicted; FLOP/s follows by the convention that a table names. They differ by 3 to
33 % for the same run.
"""

from __future__ import annotations

import re
from enum import StrEnum

from gigawatt.performance.hardware import System
from gigawatt.performance.shapes import (
    ModelShape,
    embedding_params,
    layers_by_window,
    matmul_params,
    query_dim,
    train_flop_per_token,
    value_dim,
)
from gigawatt.performance.training.choices import Precision


class Convention(StrEnum):
    """How FLOP are counted.

    MEGATRON_2021: done by the hardware with full recomputation, attention in full: for a GPT
    96 B s l h^2 (1 + s/6h + V/16lh) (Narayanan et al. 2021, eq. 3).
    MEGATRON_CORE: of the model, attention in full: 72 B s l h^2 (1 + s/6h + V/12lh).
    MEGATRON_BRIDGE: of the model, attention causal (half), active experts only.
    SIX_N: 6 FLOP per active parameter, attention left out.
    """

    MEGATRON_2021 = "megatron-2021-hardware"
    MEGATRON_CORE = "megatron-core-model"
    MEGATRON_BRIDGE = "megatron-bridge-model"
    SIX_N = "six-n"


def peak_tflops(system: System, precision: Precision) -> float:
    """Dense peak of the precision's products, TFLOP/s."""
    if precision == Precision.BF16:
        return system.bf16_tflops
    return system.fp4_tflops if precision == Precision.NVFP4 else system.fp8_tflops


def parse_convention(text: str, counts_again: bool = False) -> tuple[Convention, str]:
    """Convention that a table's text means, and what was assumed (empty if it is named).

    "hardware", "eq. 3" and 96 B s l h^2 are the count of 2021; 72 B s l h^2, "Megatron-Core" and
    "full attention" the model's with attention in full; "6N" and "6ND" without attention; any other
    mention of model FLOP, and nothing at all, the causal count. Papers of runs that computed
    everything again before model and hardware FLOP were told apart (`counts_again`) counted what
    the hardware did, where they do not say.
    """
    lowered = text.lower().replace(" ", "")
    if re.search(r"hardware|hfu|eq\.?3|96b", lowered):
        return Convention.MEGATRON_2021, ""
    if re.search(r"72b|megatron-(?:core|lm)|fullattention|notcausal|non-causal", lowered):
        return Convention.MEGATRON_CORE, ""
    if re.search(r"6n|6\*n|6nd|6pd", lowered):
        return Convention.SIX_N, ""
    if counts_again and not lowered:
        return Convention.MEGATRON_2021, "FLOP with recomputation (a paper of that time)"
    said = "bridge" in lowered or "causal" in lowered or "model" in lowered
    return Convention.MEGATRON_BRIDGE, "" if said else "FLOP of the model, causal attention"


def flop_per_token(shape: ModelShape, seq_len_tokens: float, convention: Convention) -> float:
    """FLOP of one training token, forward and backward, as `convention` counts them."""
    if convention is Convention.MEGATRON_BRIDGE:
        return train_flop_per_token(shape, seq_len_tokens)
    if convention is Convention.SIX_N:
        return 6.0 * matmul_params(shape)
    table = embedding_params(shape)
    layers = matmul_params(shape) - table
    full, windowed = layers_by_window(shape)
    seen = full * seq_len_tokens + windowed * min(seq_len_tokens, 2.0 * shape.sliding_window)
    scores = 2.0 * seen * shape.heads * (query_dim(shape) + value_dim(shape))
    again = 4.0 if convention is Convention.MEGATRON_2021 else 3.0
    return 2.0 * again * layers + again * scores + 6.0 * table
