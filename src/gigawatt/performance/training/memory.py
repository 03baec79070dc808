"""Peak memory of one GPU by kind, in bytes; floats only.

The fuller of the first and the last pipeline stage. Per parameter: weights 2 bytes (and 1 for a
low-precision copy), gradients 4 (2 in lean recipes), optimizer 12 (FP32 weights and two moments),
each over the ranks that share it. Activations per token and layer, in bytes, fused attention::

    dense    8 h/sp + (2 (q + k + v) + 2 o)/tp + 2 n f/tp        n = matrices of the feed-forward
    mixture  attention part + 4 h/sp + top_k (4 h + 2 n f_e) + shared 2 n f_e/tp

times microbatches in flight: min(m, p) on the first stage of 1F1B, p (1 + (p - 1)/(p v)) with
virtual stages. What is recomputed, kept in FP8, or offloaded is not kept.

Left out: fragmentation beyond the reserve, extra buffers of communication libraries.
"""

from __future__ import annotations

import math

from gigawatt.performance.training.facts import Machine, Shape
from gigawatt.performance.training.row import Row

GIB = 2.0**30
BF16 = 0.0
ERA_2021 = 0.0
LOGIT_BYTES = 8.0  # BF16 logits, FP32 copy, gradient
NORM, ACTIVATION, MLA_UP, CORE, FEED_FORWARD, MOE, FULL = 1, 2, 4, 8, 16, 32, 64


def local_params(s: Shape, p: Row) -> tuple[float, float, float]:
    """Parameters of a mean stage: shared by data-parallel ranks, of experts, of one table."""
    dense, moe = stage_layers(s, p, False)
    return stage_params(s, p, dense, moe)


def stage_layers(s: Shape, p: Row, last: bool) -> tuple[float, float]:
    """Dense and mixture layers of a mean stage, or of the last one where layers divide."""
    moe = s.moe_layers + (s.mtp if s.experts > 0.0 else 0.0)
    dense = s.layers + s.mtp - moe
    whole = s.layers / p.pp
    if last and moe > 0.0 and s.mtp <= 0.0 and whole == math.floor(whole) and p.pp > 1.0:
        return 0.0, whole
    return dense / p.pp, moe / p.pp


def stage_params(s: Shape, p: Row, dense: float, moe: float) -> tuple[float, float, float]:
    """Parameters of one GPU of a stage with so many layers, and of one vocabulary table."""
    in_moe = s.shared * s.expert_params + s.hidden * s.experts
    layers = (dense + moe) * s.attention_params + dense * s.dense_ffn_params + moe * in_moe
    routed = moe * s.experts * s.expert_params / (p.ep * p.etp)
    return layers / p.tp, routed, s.hidden * s.vocab / p.tp


def expert_ranks(p: Row) -> float:
    """Ranks that hold the same experts."""
    return max(1.0, p.dp * p.cp * p.tp / (p.ep * p.etp))


def shard_ranks(p: Row) -> float:
    """Ranks of one shard group of FSDP."""
    ranks = p.dp * p.cp
    return min(ranks, p.shard) if p.shard > 0.0 else ranks


def static_bytes(
    s: Shape, p: Row, dense: float, moe: float, tables: float
) -> tuple[float, float, float]:
    """Weights, gradients and optimizer states of one GPU of a stage (layers, vocabulary tables)."""
    shared, routed, table = stage_params(s, p, dense, moe)
    shared += tables * table
    weight = 3.0 if p.precision > BF16 and p.lean_states == 0.0 else 2.0
    gradient = 2.0 if p.lean_states > 0.0 or p.stack == ERA_2021 else 4.0
    ranks, expert = p.dp * p.cp, expert_ranks(p)
    if p.zero >= 3.0:
        ranks = shard_ranks(p)
        expert = max(1.0, min(expert, ranks))
    of_opt, of_opt_e = (ranks, expert) if p.zero >= 1.0 else (1.0, 1.0)
    of_grad, of_grad_e = (ranks, expert) if p.zero >= 2.0 else (1.0, 1.0)
    of_w, of_w_e = (ranks, expert) if p.zero >= 3.0 else (1.0, 1.0)
    weights = weight * (shared / of_w + routed / of_w_e)
    if p.zero >= 3.0:
        weights += 4.0 * (shared + routed) / max(1.0, dense + moe)  # two gathered layers
    gradients = gradient * (shared / of_grad + routed / of_grad_e)
    optimizer = 12.0 * (shared / of_opt + routed / of_opt_e)
    return weights, gradients, 0.0 if p.offload_optimizer > 0.0 else optimizer


def attention_bytes(s: Shape, p: Row, flags: int, sp: float) -> float:
    """Kept of the attention part per token and layer."""
    low = p.precision > BF16 and p.low_precision_inputs > 0.0
    inputs = 1.0 if low else 2.0
    kept = 2.0 * s.hidden / sp  # residual before the norm
    if not flags & NORM:
        kept += inputs * s.hidden / sp
    out = s.heads * s.d_v
    if s.mla > 0.0:
        kept += 4.0 * (s.q_lora + s.kv_lora + s.rope)
        up = s.heads * (2.0 * s.d_qk + s.d_v)
    else:
        up = s.heads * s.d_qk + s.kv_heads * (s.d_qk + s.d_v)
    if not flags & MLA_UP or s.mla == 0.0:
        kept += 2.0 * up / p.tp
    kept += (2.0 if s.mla > 0.0 else inputs) * out / p.tp
    if p.stack == ERA_2021:
        kept += s.hidden / sp  # dropout masks
        if not flags & CORE:
            kept += 5.0 * s.heads * p.seq / p.tp
    return kept


def ffn_bytes(s: Shape, p: Row, flags: int, sp: float, width: float) -> float:
    """Kept of a dense feed-forward layer per token."""
    inputs = 1.0 if p.precision > BF16 and p.low_precision_inputs > 0.0 else 2.0
    kept = 2.0 * s.hidden / sp
    if not flags & NORM:
        kept += inputs * s.hidden / sp
    if flags & FEED_FORWARD:
        return kept
    kept += 2.0 * (s.matrices - 1.0) * width / p.tp
    if not flags & ACTIVATION:
        kept += inputs * width / p.tp
    return kept


def moe_bytes(s: Shape, p: Row, flags: int, sp: float) -> float:
    """Kept of a mixture layer's feed-forward part per token."""
    inputs = 1.0 if p.precision > BF16 and p.low_precision_inputs > 0.0 else 2.0
    kept = 2.0 * s.hidden / sp
    if not flags & NORM:
        kept += inputs * s.hidden / sp
    shared = 2.0 * (s.matrices - 1.0) + (0.0 if flags & ACTIVATION else inputs)
    if not flags & FEED_FORWARD:
        kept += s.shared * s.expert_ffn * shared / p.tp
    if flags & MOE:
        return kept
    routed = s.top_k * p.imbalance / p.tp
    spread = inputs + (0.0 if flags & ACTIVATION else 2.0)  # dispatched, and combined, values
    return kept + routed * (spread * s.expert_hidden + shared * s.expert_ffn)


def layer_bytes(s: Shape, p: Row) -> tuple[float, float]:
    """Kept per token of a dense and of a mixture layer, after recomputation, before offload."""
    flags = int(p.recompute)
    sp = p.tp if p.sequence_parallel > 0.0 else 1.0
    attention, attention_all = attention_bytes(s, p, flags, sp), attention_bytes(s, p, 0, sp)
    dense = attention + ffn_bytes(s, p, flags, sp, s.ffn)
    mixture = attention + moe_bytes(s, p, flags, sp)
    if flags & FULL:
        dense = mixture = 2.0 * s.hidden / (p.tp if p.sequence_parallel > 0.0 else 1.0)
    share = p.recompute_share
    dense = share * dense + (1.0 - share) * (attention_all + ffn_bytes(s, p, 0, sp, s.ffn))
    mixture = share * mixture + (1.0 - share) * (attention_all + moe_bytes(s, p, 0, sp))
    return dense, mixture


def offloaded_bytes(s: Shape, p: Row, t: float) -> float:
    """What a GPU of a mean stage sends to the host for a microbatch of t tokens, one way."""
    if p.offload_share <= 0.0:
        return 0.0
    dense_kept, moe_kept = layer_bytes(s, p)
    dense, moe = stage_layers(s, p, False)
    return p.offload_share * t * (dense * dense_kept + moe * moe_kept)


def transient_bytes(s: Shape, p: Row) -> float:
    """Working buffers per token: of the widest operator, or of a layer computed again."""
    sp = p.tp if p.sequence_parallel > 0.0 else 1.0
    wide = 2.0 * s.matrices * s.ffn / p.tp
    if s.experts > 0.0:
        wide = max(wide, s.top_k / p.tp * (2.0 * s.hidden + 2.0 * s.matrices * s.expert_ffn))
    again = 0.0
    if int(p.recompute) & FULL:
        again = attention_bytes(s, p, 0, sp) + ffn_bytes(s, p, 0, sp, s.ffn)
        if s.experts > 0.0:
            again = attention_bytes(s, p, 0, sp) + moe_bytes(s, p, 0, sp)
    return max(again, 4.0 * s.hidden / sp + wide)


def in_flight(p: Row, microbatches: float) -> float:
    """Microbatches whose activations the first stage holds, in units of its layers."""
    if p.pp <= 1.0:
        return 1.0
    if p.vp > 1.0:
        most = p.pp * (1.0 + (p.pp - 1.0) / (p.pp * p.vp))
        return min(microbatches, most)
    return min(microbatches, p.pp + (1.0 if p.schedule >= 2.0 else 0.0))


def room_bytes(x: Machine) -> float:
    """Memory that a job may fill."""
    return x.hbm_gib * x.memory_share * GIB


def memory_bytes(x: Machine, s: Shape, p: Row) -> tuple[float, float, float, float, float]:
    """Weights, gradients, optimizer, activations and buffers of the fullest GPU, bytes."""
    t = p.mbs * p.seq / p.cp
    microbatches = max(1.0, p.gbs / (p.dp * p.mbs))
    dense_kept, moe_kept = layer_bytes(s, p)
    held = 1.0 - p.offload_share
    dense_kept, moe_kept = held * dense_kept, held * moe_kept
    logits = t * s.vocab / p.tp * LOGIT_BYTES
    working = t * transient_bytes(s, p) * 0.5
    reserve = x.reserved_gib * GIB
    dense, moe = stage_layers(s, p, False)
    kept = t * (dense * dense_kept + moe * moe_kept) * in_flight(p, microbatches)
    if p.pp <= 1.0:
        w, g, o = static_bytes(s, p, dense, moe, 1.0 if s.tied > 0.0 else 2.0)
        return w, g, o, kept, max(logits, working) + reserve
    w, g, o = static_bytes(s, p, dense, moe, 1.0)
    last_dense, last_moe = stage_layers(s, p, True)
    w2, g2, o2 = static_bytes(s, p, last_dense, last_moe, 1.0)
    last_kept = t * (last_dense * dense_kept + last_moe * moe_kept)
    if p.vp > 1.0:
        last_kept *= min(microbatches, 1.0 + (p.vp - 1.0) / p.vp * p.pp)
    if w2 + g2 + o2 + last_kept + logits > w + g + o + kept + working:
        return w2, g2, o2, last_kept, logits + reserve
    return w, g, o, kept, working + reserve
