"""Time of one engine iteration, from causes; arrays in, seconds out.

B requests run on a replica, b = B/dp of them on each attention rank, with a context of c tokens
each. With n3 the cubic mean of two times that overlap, a decode step of a stage takes

    dense weights  n3(bytes/(BW e_w), 2 b (1 + d) params/(F e_f))
    experts        n3(bytes of those met on the fullest rank/(BW e_x w/(w + w0)), products/(F e_f)),
                   w the width of a slice: narrow tiles leave the memory idle
    cache          b bytes(c)/(BW e_kv); MLA adds its products, sparse layers read top-k tokens
    collectives    2 a layer: alpha (1 + g log2(w/2)) + 2 (w-1)/w b h 2 bytes/link
    launches       per step, per layer, and more for mixture, MLA, linear and indexed layers
    host           h0 + h1 b, overlapped: step = (gpu^4 + host^4)^(1/4)

    experts met: `met_experts`

d tokens are drafted and verified per request and step. A step with prompt tokens adds
`prefill_s` of them and can't take less than eager_ms a layer: it is no graph.
"""

from __future__ import annotations

import numpy as np

from gigawatt.performance.inference.constants import Constants
from gigawatt.performance.inference.points import Points
from gigawatt.quantity.arrays import Array

US, MS = 1e-6, 1e-3
DISPATCH_BYTES = 3.0  # per routed value: one byte out in FP8, two back in BF16
BF16_BYTES = 2.0
BLOCK_SHARE = 0.5  # of the FP8 peak where sums are scaled every 128 values; fits gave 0.50 to 0.56
QUANTISING_SHARE = 0.5
INDEX_SHARE = 0.5  # of the BF16 peak, in the products of an indexer


def cubic(x: Array, y: Array) -> Array:
    """Time of two parts that overlap, n3(x, y) = (x^3 + y^3)^(1/3)."""
    out: Array = np.cbrt(x * x * x + y * y * y)
    return out


def fourth(x: Array, y: Array) -> Array:
    """Sum of two times that overlap nearly in full."""
    x2, y2 = x * x, y * y
    out: Array = np.sqrt(np.sqrt(x2 * x2 + y2 * y2))
    return out


def decode_s(p: Points, c: Constants, requests: Array, context_tokens: Array) -> Array:
    """Time of one decode step with `requests` running on the replica, s.

    Parameters
    ----------
    p, c : points and constants.
    requests : running requests of the replica, B.
    context_tokens : mean tokens in the cache of a request.
    """
    gpu = decode_gpu_s(p, c, requests, context_tokens)
    own = requests / p.dp
    return fourth(gpu, (c.host_step_us + c.host_request_us * own) * US)


def decode_gpu_s(p: Points, c: Constants, requests: Array, context_tokens: Array) -> Array:
    """GPU part of `decode_s`, s: one pass of all stages."""
    own = requests / p.dp / p.stages
    rows = own * (1.0 + p.draft)
    products = dense_s(p, c, rows) + experts_s(p, c, requests / p.stages * (1.0 + p.draft))
    step = (
        products
        + quantising_s(p, c, products)
        + cache_s(p, c, own, context_tokens)
        + collectives_s(p, c, rows)
        + launches_s(p, c)
        + draft_s(p, c, own)
    )
    return step * c.decode_time * p.stages


def dense_s(p: Points, c: Constants, rows: Array) -> Array:
    """Attention projections, dense layers, shared experts, output layer, s."""
    read = (p.dense_bytes + p.head_bytes) / (p.bandwidth * c.weight_read)
    flop = 2.0 * rows * (p.dense_params / p.dense_peak + p.head_params / p.bf16_peak)
    return cubic(read, flop / c.gemm)


def met_experts(p: Points, c: Constants, tokens: Array) -> Array:
    """Experts of one layer that the fullest rank has to read when `tokens` are routed.

    Occupancy of boxes by picks, x = -T ln(1 - k/E) a box on average. Some experts are liked more:
    with popularity of a gamma distribution of variance v a box stays empty with
    (1 + v x)^(-1/v), exp(-x) for even routing. A rank's count varies by
    per (q (1 - q) - x q^2 / (1 + v x) / ep), the last as the picks are given.
    """
    share = np.minimum(p.top_k / p.experts, 1.0 - 1e-9)
    picks = -tokens * np.log1p(-share)
    wider = 1.0 + c.routing_skew * picks
    empty = wider ** (-1.0 / c.routing_skew)
    per_rank = p.experts / p.moe_ep
    varied = empty * (1.0 - empty) - picks * empty * empty / wider / p.moe_ep
    spread = p.rank_spread * np.sqrt(per_rank * np.maximum(varied, 0.0))
    out: Array = np.minimum(per_rank, per_rank * (1.0 - empty) + spread)
    return out


def experts_s(p: Points, c: Constants, tokens: Array) -> Array:
    """Routed experts of all mixture layers on the fullest rank, s."""
    read = p.moe_layers * met_experts(p, c, tokens) * p.expert_bytes
    flop = 2.0 * tokens * p.top_k / p.moe_ep * p.moe_layers * p.expert_params
    row = slice_bytes(p)
    wide = row / (row + c.read_half_width)
    reading = p.bandwidth * c.expert_read * wide * np.where(p.unpacked > 0.0, c.unpack, 1.0)
    return cubic(read / reading, flop / (p.expert_peak * c.gemm))


def slice_bytes(p: Points) -> Array:
    """Bytes of one row of an expert's slice along its inner width.

    The second product of an expert sums over it: a short row leaves the loop of a kernel's tile
    few steps to hide reading and set-up, the fewer the narrower the numbers.
    """
    each = np.where(p.expert_params > 0.0, p.expert_bytes / np.maximum(p.expert_params, 1.0), 1.0)
    out: Array = p.expert_width * each
    return out


def quantising_s(p: Points, c: Constants, products: Array) -> Array:
    """Scaling of activations by blocks, s; at most half of the products that it is for.

    BF16 would read twice as much: where scaling takes longer than that an engine leaves it out, so
    that FP8 in blocks is never slower in decoding.
    """
    return np.minimum(c.block_us * US * p.blocked * p.layers, QUANTISING_SHARE * products)


def cache_bytes(p: Points, context_tokens: Array) -> Array:
    """Cache of one request on one of its packages, bytes."""
    full = p.kv_bytes * context_tokens
    windowed = p.kv_window_bytes * np.minimum(context_tokens, p.window)
    return full + windowed + p.index_bytes * context_tokens + p.state_bytes


def cache_s(p: Points, c: Constants, own: Array, context_tokens: Array) -> Array:
    """Reading of the cache, and the products of MLA and of indexers, s."""
    sparse = p.index_topk > 0.0
    seen = np.where(sparse, np.minimum(context_tokens, p.index_topk), context_tokens)
    full = p.kv_bytes * seen
    windowed = p.kv_window_bytes * np.minimum(context_tokens, p.window)
    read = full + windowed + p.index_bytes * context_tokens + 2.0 * p.state_bytes
    rows = own * (1.0 + p.draft)
    flop = rows * (p.latent_flop * seen / c.prefill_attention)
    flop = flop + rows * p.index_flop * context_tokens / INDEX_SHARE
    return own * read / (p.bandwidth * c.kv_read) + flop / p.bf16_peak


def launches_s(p: Points, c: Constants) -> Array:
    """Launches and small kernels of one step of one stage, s."""
    per_layer = (
        c.layer_us * p.layers
        + c.moe_us * p.moe_layers
        + c.mla_us * p.mla_layers
        + c.linear_us * p.linear_layers
        + c.index_us * p.index_layers
    )
    return (c.step_us + per_layer) * US


def draft_s(p: Points, c: Constants, own: Array) -> Array:
    """Drafting of d tokens, one pass of the draft layer each, s."""
    read = p.draft_bytes / (p.bandwidth * c.weight_read)
    flop = 2.0 * own * p.draft_params / (p.dense_peak * c.gemm)
    kernels = (c.layer_us + c.moe_us + 0.5 * c.step_us) * US
    return p.draft * (cubic(read, flop) + kernels)


def latency_s(c: Constants, ranks: Array) -> Array:
    """Latency of one collective, s; nothing on one rank."""
    growth = 1.0 + c.collective_growth * np.log2(np.maximum(ranks, 2.0) / 2.0)
    return np.where(ranks > 1.0, c.collective_us * US * growth, 0.0)


def all_reduce_s(p: Points, c: Constants, ranks: Array, rows: Array) -> Array:
    """One all-reduce of the hidden values of `rows` tokens, s."""
    sent = 2.0 * (ranks - 1.0) / ranks * rows * p.hidden * BF16_BYTES
    return latency_s(c, ranks) + sent / (p.link_bandwidth * c.link)


def all_to_all_s(p: Points, c: Constants, rows: Array) -> Array:
    """Dispatch and combination of the tokens of one attention rank in a mixture layer, s.

    Beyond a scale-up domain a token crosses the network once for each other domain that holds one
    of its experts.
    """
    one_copy = rows / p.tp * p.hidden * DISPATCH_BYTES
    inside = one_copy * np.minimum(p.top_k, p.moe_ep) / (p.link_bandwidth * c.link)
    others = (p.domains - 1.0) * (1.0 - (1.0 - 1.0 / p.domains) ** p.top_k)
    across = one_copy * others / (p.network_bandwidth * NETWORK_SHARE)
    hops = np.where(p.domains > 1.0, 2.0 * NETWORK_US * US, 0.0)
    return 2.0 * latency_s(c, p.moe_ep) + hops + np.maximum(inside, across)


NETWORK_SHARE = 0.7  # of the NIC's rate in all-to-all; libraries report 40 to 47 of 50 GB/s
NETWORK_US = 15.0  # InfiniBand or RoCE hops and proxies, beside the latency inside a domain


def collectives_s(p: Points, c: Constants, rows: Array) -> Array:
    """All exchanges of one pass of `rows` tokens per attention rank, s."""
    reduce_s = all_reduce_s(p, c, p.tp, rows)
    mixture = np.where(p.dp > 1.0, all_to_all_s(p, c, rows), all_reduce_s(p, c, p.world, rows))
    mixture = np.where(p.world > 1.0, mixture, 0.0)
    return p.layers * reduce_s + (p.layers - p.moe_layers) * reduce_s + p.moe_layers * mixture


def prefill_s(
    p: Points,
    c: Constants,
    tokens: Array,
    past_tokens: Array,
    beside: Array | float = 0.0,
    together: Array | float = 1.0,
) -> Array:
    """Extra time by which `tokens` prompt tokens of one attention rank lengthen a step, s.

    Dense weights are read in any step; of the experts, those that decoding meets are too. Each of
    the dp ranks is taken to have a prompt at work; with several, exchanges of one half of a batch
    overlap with the other half's products.

    Parameters
    ----------
    p, c : points and constants.
    tokens : prompt tokens to be computed.
    past_tokens : tokens in the cache before them (a prefix that was found).
    beside : tokens that the replica decodes in the same step.
    together : such prompts of a rank in one step; the time is that of one of them.
    """
    rate = c.prefill_gemm * scaled_peak(p, p.dense_peak)
    dense = 2.0 * tokens * p.dense_params / rate
    experts = _prefill_experts_s(p, c, tokens * p.dp, beside, together)
    mean = past_tokens + 0.5 * tokens
    seen = np.where(p.index_topk > 0.0, np.minimum(mean, p.index_topk), mean)
    scores = p.score_flop * seen + p.score_window_flop * np.minimum(mean, p.window)
    scores = scores / c.prefill_attention + p.index_flop * mean / INDEX_SHARE
    wide = p.layers + p.moe_layers * p.top_k / p.world * p.dp
    memory = c.activation_passes * tokens * p.hidden * BF16_BYTES * wide / p.bandwidth
    work = dense + experts + tokens * scores / p.bf16_peak + memory
    links = collectives_s(p, c, tokens)
    total = np.where(p.dp > 1.0, fourth(work, links), work + links)
    return total * c.prefill_time * p.stages


def _prefill_experts_s(
    p: Points, c: Constants, tokens: Array, beside: Array | float, together: Array | float
) -> Array:
    whole = tokens * together + beside
    each = np.maximum(whole * p.top_k / p.experts, 1e-9)
    share = c.prefill_gemm * each / (each + c.expert_half_tokens)
    peak = scaled_peak(p, p.expert_peak)
    row = BF16_BYTES * p.expert_width * p.bf16_peak / peak  # as long in time as so many bytes
    share = share * row / (row + c.expert_half_width)
    flop = 2.0 * tokens * p.top_k / p.moe_ep * p.moe_layers * p.expert_params
    met = met_experts(p, c, whole) - met_experts(p, c, np.asarray(beside, dtype=float))
    read = p.moe_layers * np.maximum(met, 0.0) / together * p.expert_bytes
    return cubic(flop / (peak * share), read / (p.bandwidth * c.expert_read))


def scaled_peak(p: Points, peak: Array) -> Array:
    """Peak of a prompt's products; scaling by blocks lowers it, to no less than that of BF16."""
    return np.where(p.blocked > 0.0, np.maximum(peak * BLOCK_SHARE, p.bf16_peak), peak)
