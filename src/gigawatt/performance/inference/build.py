"""From model, system and plan to the arrays of `Points`.

What a configuration asks of one package is worked out once (`_static`, cached) and stacked; only
lengths and load differ from point to point.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, fields
from functools import lru_cache

import numpy as np
from scipy.special import ndtri

from gigawatt.errors import InfeasibleError, InputError
from gigawatt.performance.hardware import System
from gigawatt.performance.inference.counts import Counts, counts_of
from gigawatt.performance.inference.plan import Layout, ServingPlan
from gigawatt.performance.inference.points import Points
from gigawatt.performance.inference.schemes import FP4_BYTES, Scheme, scheme_of
from gigawatt.performance.shapes import ModelShape

MEMORY_SHARE = 0.90  # of the package's memory that engines are started with
GIB = 2.0**30 / 1e9  # packages below 200 GB are sold by 2^30 bytes, later ones by 10^9
TIGHT_SHARE = 0.5
RESERVED_BYTES = 4e9  # context, graphs, activations, communication buffers
STATE_BYTES = 4.0  # linear layers keep their state in FP32
DRAFT_BYTES = 1.0


@dataclass(frozen=True, slots=True)
class Case:
    """One configuration and its lengths.

    Attributes
    ----------
    shape, system, plan : what runs where and how.
    layout : of the pool in question (the plan's own, or that of its prefill pool).
    input_tokens, output_tokens : mean lengths.
    fixed_lengths : whether all requests are equally long.
    """

    shape: ModelShape
    system: System
    plan: ServingPlan
    layout: Layout
    input_tokens: float
    output_tokens: float
    fixed_lengths: bool = False


def points_of(cases: Sequence[Case]) -> Points:
    """Arrays of the cases, one entry each.

    Raises
    ------
    InputError : a plan does not divide, or a precision is unknown.
    InfeasibleError : the weights do not fit.
    """
    rows = [_static(c.shape, c.system, c.plan, c.layout) for c in cases]
    table = np.array(rows, dtype=float).reshape(len(rows), -1).T
    lengths = (
        np.array(
            [
                (
                    c.input_tokens,
                    c.output_tokens,
                    c.plan.prefix_hit_share,
                    float(c.plan.draft_tokens),
                    max(1.0, c.plan.accepted_tokens),
                    float(c.fixed_lengths),
                    float(c.plan.chunk_tokens),
                )
                for c in cases
            ]
        )
        .reshape(len(rows), -1)
        .T
    )
    return Points(*table, *lengths)


@lru_cache(maxsize=65536)
def _static(
    shape: ModelShape, system: System, plan: ServingPlan, layout: Layout
) -> tuple[float, ...]:
    counts, scheme = counts_of(shape), scheme_of(shape, system, plan)
    full = full_layout(shape, layout)
    check_divides(shape, full)
    values = _weights(counts, scheme, full) | _cache(counts, scheme, full)
    values |= _rates(counts, scheme, system, full)
    weights = weight_bytes(counts, scheme, full)
    free = free_bytes(system, weights)
    if free <= 0.0:
        raise InfeasibleError(_too_large(shape, system, full, weights))
    values["free_bytes"] = free
    static = [f.name for f in fields(Points)][:44]
    return tuple(float(values[name]) for name in static)


def _too_large(shape: ModelShape, system: System, layout: Layout, weights: float) -> str:
    spread = f"TP {layout.tp}"
    if shape.is_moe:
        spread += f", experts over {layout.moe_tp * layout.moe_ep}"
    if layout.pp > 1:
        spread += f", {layout.pp} stages"
    room = memory_bytes(system) - RESERVED_BYTES
    return (
        f"{shape.name} does not fit: {weights / 1e9:,.0f} GB of weights per package with {spread}; "
        f"{system.id} has room for {room / 1e9:,.0f} GB. Take more packages, about "
        f"{math.ceil(weights / room):,} times as many, or fewer bits."
    )


def memory_bytes(system: System) -> float:
    """Memory of a package as the driver reports it, bytes."""
    return system.hbm_gb * 1e9 * (GIB if system.hbm_gb < 200.0 else 1.0)


def free_bytes(system: System, weights: float) -> float:
    """Memory for the cache beside so many bytes of weights, bytes; 0 or less if there is none.

    Engines are started with `MEMORY_SHARE` of the memory; where weights nearly fill it operators
    raise the share, and half of what is left serves.
    """
    memory = memory_bytes(system)
    usual = MEMORY_SHARE * memory - RESERVED_BYTES - weights
    return max(usual, TIGHT_SHARE * (memory - RESERVED_BYTES - weights))


def full_layout(shape: ModelShape, layout: Layout) -> Layout:
    """Layout with experts over all packages where it does not say."""
    world = layout.tp * layout.dp
    moe_tp, moe_ep = layout.moe_tp, layout.moe_ep
    if not shape.is_moe:
        return Layout(layout.tp, layout.dp, layout.tp, 1, layout.pp)
    if moe_tp < 1 and moe_ep < 1:
        # copied attention goes with experts spread, some of them twice where they don't divide
        whole = shape.experts % world == 0 or (layout.dp > 1 and world <= shape.experts)
        spread = world if whole else 1
        moe_tp, moe_ep = world // spread, spread
    elif moe_tp < 1:
        moe_tp = max(1, world // moe_ep)
    elif moe_ep < 1:
        moe_ep = max(1, world // moe_tp)
    elif moe_tp * moe_ep < world:
        moe_tp = world // moe_ep
    if moe_tp * moe_ep > world and moe_tp * moe_ep % layout.tp == 0:
        return Layout(layout.tp, moe_tp * moe_ep // layout.tp, moe_tp, moe_ep, layout.pp)
    return Layout(layout.tp, layout.dp, moe_tp, moe_ep, layout.pp)


def check_divides(shape: ModelShape, layout: Layout) -> None:
    """Raise an `InputError` if the layout does not divide the model."""
    if shape.heads % layout.tp:
        raise InputError(f"TP {layout.tp} does not divide the {shape.heads} heads of {shape.name}.")
    if shape.is_moe and layout.moe_ep > shape.experts:
        raise InputError(
            f"EP {layout.moe_ep} is more than the {shape.experts} experts of {shape.name}."
        )
    spread, world = layout.moe_tp * layout.moe_ep, layout.tp * layout.dp
    if shape.is_moe and spread != world:
        raise InputError(
            f"Experts over {layout.moe_tp} x {layout.moe_ep} = {spread} packages do not fill the "
            f"{world} of TP {layout.tp} and DP {layout.dp}."
        )
    if layout.pp > shape.layers:
        raise InputError(f"PP {layout.pp} is more than the {shape.layers} layers of {shape.name}.")


def weight_bytes(counts: Counts, scheme: Scheme, layout: Layout) -> float:
    """Bytes of weights on one package."""
    attention = counts.attention_params * scheme.attention_bytes
    ffn = counts.ffn_params * scheme.ffn_bytes
    tables = (counts.head_params + counts.embedding_params) * 2.0
    experts = counts.moe_layers * counts.experts * counts.expert_params * scheme.expert_bytes
    spread = layout.moe_tp * layout.moe_ep
    return ((attention + ffn) / layout.tp + experts / spread) / layout.pp + tables / layout.tp


def _weights(k: Counts, s: Scheme, layout: Layout) -> dict[str, float]:
    tp, pp = layout.tp, layout.pp
    mixture_share = k.moe_layers / max(k.layers, 1.0)
    return {
        "layers": k.layers / pp,
        "moe_layers": k.moe_layers / pp,
        "mla_layers": k.mla_layers / pp,
        "linear_layers": k.linear_layers / pp,
        "index_layers": k.index_layers / pp,
        "hidden": k.hidden,
        "dense_bytes": (k.attention_params * s.attention_bytes + k.ffn_params * s.ffn_bytes)
        / tp / pp,
        "dense_params": (k.attention_params + k.ffn_params) / tp / pp,
        "head_bytes": k.head_params * 2.0 / tp / pp,
        "head_params": k.head_params / tp / pp,
        "expert_bytes": k.expert_params * s.expert_bytes / layout.moe_tp,
        "expert_params": k.expert_params / layout.moe_tp,
        "expert_width": k.expert_width / layout.moe_tp,
        "experts": k.experts,
        "top_k": k.top_k,
        "moe_ep": layout.moe_ep,
        "draft_params": k.mtp_params / (tp * (layout.dp if mixture_share else 1)),
        "draft_bytes": k.mtp_params * DRAFT_BYTES / (tp * (layout.dp if mixture_share else 1)),
    }  # fmt: skip


def _cache(k: Counts, s: Scheme, layout: Layout) -> dict[str, float]:
    shards = min(layout.tp, k.kv_heads) * layout.pp
    per_rank = layout.tp * layout.pp
    return {
        "kv_bytes": k.kv_full * s.kv_bytes / shards,
        "kv_window_bytes": k.kv_window * s.kv_bytes / shards,
        "window": k.window,
        "index_bytes": k.index_elements / layout.pp,
        "index_topk": k.index_topk,
        "state_bytes": k.state_elements * STATE_BYTES / per_rank,
        "latent_flop": k.latent_flop / per_rank,
        "index_flop": k.index_flop / per_rank,
        "score_flop": k.score_full / per_rank,
        "score_window_flop": k.score_window / per_rank,
    }


def _rates(k: Counts, s: Scheme, system: System, layout: Layout) -> dict[str, float]:
    attention, ffn = peak(system, s.attention_math), peak(system, s.ffn_math)
    both = k.attention_params + k.ffn_params
    world = layout.tp * layout.dp
    domain = max(1, system.scaleup_packages)
    return {
        "tp": layout.tp,
        "dp": layout.dp,
        "world": world,
        "bandwidth": system.hbm_tb_s * 1e12,
        "dense_peak": both / (k.attention_params / attention + k.ffn_params / ffn),
        "expert_peak": peak(system, s.expert_math),
        "bf16_peak": peak(system, "bf16"),
        "link_bandwidth": link_bandwidth(system, layout),
        "network_bandwidth": max(system.scaleout_gbit_s, 1.0) / 8.0 * 1e9,
        "domains": max(1.0, world / domain),
        "stages": layout.pp,
        "domain_packages": domain,
        "rank_spread": rank_spread(layout.moe_ep),
        "unpacked": float(s.expert_math == "bf16" and s.expert_bytes < 1.0),
        "blocked": float(s.id == "fp8-block"),
    }


def link_bandwidth(system: System, layout: Layout) -> float:
    """Bandwidth of all-reduces, bytes/s: the network's where an attention rank spans domains."""
    if layout.tp <= max(1, system.scaleup_packages) and system.scaleup_gb_s > 0.0:
        return system.scaleup_gb_s * 1e9
    return max(system.scaleout_gbit_s, 1.0) / 8.0 * 1e9


def rank_spread(ranks: int) -> float:
    """Expected largest of so many standard normal values (Blom 1958)."""
    return float(ndtri((ranks - 0.375) / (ranks + 0.25))) if ranks > 1 else 0.0


def peak(system: System, math: str) -> float:
    """Dense peak of the products, FLOP/s; the nearest higher precision where one is missing.

    Where no rate of BF16 is public it is taken as half of that of FP8, as on all that have both.
    """
    order = {"fp4": ("fp4", "fp8", "bf16"), "fp8": ("fp8", "bf16"), "bf16": ("bf16",)}
    rates = {
        "fp4": system.fp4_tflops,
        "fp8": system.fp8_tflops,
        "bf16": system.bf16_tflops or 0.5 * system.fp8_tflops,
    }
    for name in order[math]:
        if rates[name] > 0.0:
            return rates[name] * 1e12
    raise InputError(f"{system.id}: no peak rate is known for {math}.")


__all__ = ["FP4_BYTES", "Case", "points_of"]
