"""Time of a decode step and of a prefill on one replica, from causes (compact form).

B requests run on a replica of w packages, b = B/dp of them on each attention rank, with a context
of c = S + O/2 tokens. A decode step takes, with n3(x, y) = (x^3 + y^3)^(1/3) between the time to
read weights and the time to multiply with them::

    dense weights  n3(bytes/(BW e_weights), 2 b N/(F e_gemm)) / tp
    experts        n3(bytes of the a_max experts met, 2 B k N_e/(F e_gemm)); the fullest rank counts
    cache          b kv_bytes(c)/(BW e_kv), shared over min(tp, kv heads), not at all with MLA
    collectives    2 a layer: alpha (1 + alpha_n log2(w/2)) + 2 (w - 1)/w b h 2 bytes/link
    launches       a time per layer, per mixture layer and per MLA layer, and one per step

    a = E (1 - (1 - k/E)^B);  per = E/ep, p = a/E;
    a_max = min(per, per p + sqrt(2 ln ep) sqrt(per p (1 - p)))
    step = (gpu^4 + host^4)^(1/4),  host = h0 + h1 b    (they overlap)

With attention copied dp times, tokens go to their experts by all-to-all instead, over the network
where the replica is larger than a scale-up domain. A prefill of S tokens is bound by FLOPs, causal
attention and the same collectives.

Left out: speculation, reuse of prefixes, separate prefill packages, kernels by precision scheme.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

from gigawatt.performance.efficiency import ServeConstants, peak_flops
from gigawatt.performance.hardware import System
from gigawatt.performance.shapes import (
    ModelShape,
    attention_flop_per_token,
    embedding_params,
    expert_params,
    kv_elements,
    moe_layers,
    shared_params,
)

BF16_BYTES = 2.0
DISPATCH_BYTES = 3.0  # per routed value: one byte out in FP8, two back in BF16
MS, US = 1e-3, 1e-6


@dataclass(frozen=True, slots=True)
class Replica:
    """How one copy of a model is laid out.

    Attributes
    ----------
    tp, dp : packages that share one attention rank, and number of attention ranks.
    moe_tp, moe_ep : packages that share one expert, and ranks that experts are spread over.
    """

    tp: int
    dp: int = 1
    moe_tp: int = 1
    moe_ep: int = 1

    @property
    def packages(self) -> int:
        """Packages of the replica."""
        return self.tp * self.dp


@dataclass(frozen=True, slots=True)
class Load:
    """Model, hardware and lengths of a service.

    Attributes
    ----------
    shape, system, constants : model, accelerator, constants of its generation.
    precision : of the stored weights.
    math_precision : of the products; differs from `precision` where the hardware lacks it.
    input_tokens, output_tokens : mean lengths S and O.
    """

    shape: ModelShape
    system: System
    constants: ServeConstants
    precision: str
    math_precision: str
    input_tokens: float
    output_tokens: float

    @property
    def context_tokens(self) -> float:
        """Mean context of a running request."""
        return self.input_tokens + self.output_tokens / 2.0


def weight_bytes(load: Load) -> tuple[float, float]:
    """Bytes per weight of attention, dense and shared parts, and of routed experts."""
    if load.precision == "fp4":
        four = load.constants.fp4_weight_bytes
        shared = load.constants.moe_fp4_shared_bytes if load.shape.is_moe else four
        return shared, four
    return (1.0, 1.0) if load.precision == "fp8" else (BF16_BYTES, BF16_BYTES)


def kv_bytes(load: Load, context_tokens: float, replica: Replica) -> float:
    """Cache of one request on one of its packages, bytes; FP8 unless weights are BF16."""
    per_value = BF16_BYTES if load.precision == "bf16" else 1.0
    shards = 1 if load.shape.attention == "mla" else min(replica.tp, load.shape.kv_heads)
    return kv_elements(load.shape, context_tokens) * per_value / shards


def weights_on_package(load: Load, replica: Replica) -> float:
    """Bytes of weights that one package of the replica holds."""
    shared, routed = weight_bytes(load)
    shape = load.shape
    tables = embedding_params(shape) * (1.0 if shape.tied_embeddings else 2.0)
    experts = moe_layers(shape) * shape.experts * expert_params(shape) * routed
    dense = shared_params(shape) * shared + tables * BF16_BYTES
    return dense / replica.tp + experts / (replica.moe_tp * replica.moe_ep)


def most_requests(load: Load, replica: Replica) -> float:
    """Requests that fit at once in the replica: by cache, and by the engine's limit per rank."""
    constants = load.constants
    free = load.system.hbm_gb * 1e9 - weights_on_package(load, replica)
    free = constants.kv_memory_share * (free - constants.reserved_gb * 1e9)
    per_request = kv_bytes(load, load.context_tokens, replica)
    return replica.dp * min(max(0.0, free / per_request), constants.most_requests_per_rank)


def decode_s(load: Load, replica: Replica, requests: float) -> float:
    """Time of one decode step with so many running requests, without prefills, s."""
    c = load.constants
    own = requests / replica.dp
    gpu = (
        _dense_s(load, replica, own)
        + _experts_s(load, replica, requests)
        + _cache_s(load, replica, own)
        + _collectives_s(load, replica, own)
        + _launch_s(load)
    )
    host = (c.host_step_us + c.host_request_us * own) * US
    return _norm(gpu, host, 4.0)


def _norm(x: float, y: float, n: float) -> float:
    """Sum of two times that overlap in part."""
    top = max(x, y)
    return 0.0 if top == 0.0 else top * ((x / top) ** n + (y / top) ** n) ** (1.0 / n)


def _bandwidth(load: Load) -> float:
    return load.system.hbm_tb_s * 1e12


def _dense_s(load: Load, replica: Replica, own: float) -> float:
    """Attention projections, dense layers, shared experts and output layer, s."""
    c, shape = load.constants, load.shape
    shared, _ = weight_bytes(load)
    params, table = shared_params(shape), embedding_params(shape)
    read = (params * shared + table * BF16_BYTES) / replica.tp
    flop = 2.0 * own * (params + table) / replica.tp
    peak = peak_flops(load.system, load.math_precision)
    return _norm(read / (_bandwidth(load) * c.weight_read_share), flop / (peak * c.gemm_share), 3.0)


def _experts_s(load: Load, replica: Replica, requests: float) -> float:
    """Routed experts of all mixture layers on the fullest rank, s."""
    c, shape = load.constants, load.shape
    layers = moe_layers(shape)
    if not layers:
        return 0.0
    met = 1.0 - (1.0 - shape.top_k / shape.experts) ** requests
    per_rank = shape.experts / replica.moe_ep
    spread = math.sqrt(2.0 * math.log(replica.moe_ep) * per_rank * met * (1.0 - met))
    fullest = min(per_rank, per_rank * met + spread)
    _, stored = weight_bytes(load)
    one = expert_params(shape) / replica.moe_tp
    read = layers * fullest * one * stored
    flop = 2.0 * requests * shape.top_k / replica.moe_ep * layers * one
    peak = peak_flops(load.system, load.math_precision)
    return _norm(read / (_bandwidth(load) * c.expert_read_share), flop / (peak * c.gemm_share), 3.0)


def _cache_s(load: Load, replica: Replica, own: float) -> float:
    """Reading of the cache, and for MLA the products with it, s."""
    c, shape = load.constants, load.shape
    read = own * kv_bytes(load, load.context_tokens, replica)
    time = read / (_bandwidth(load) * c.kv_read_share)
    if shape.attention == "mla":
        width = 2 * shape.kv_lora_rank + shape.qk_rope_dim
        flop = 2.0 * own * width * shape.heads / replica.tp * load.context_tokens * shape.layers
        time += flop / (peak_flops(load.system, "bf16") * c.mla_gemm_share)
    return time


def _link(load: Load) -> float:
    return load.system.scaleup_gb_s * 1e9 * load.constants.link_share


def _latency_s(load: Load, ranks: int) -> float:
    c = load.constants
    return c.collective_us * US * (1.0 + c.collective_growth * max(0.0, math.log2(ranks / 2.0)))


def _all_reduce_s(load: Load, ranks: int, tokens: float) -> float:
    """One all-reduce of the hidden values of so many tokens, s."""
    if ranks == 1:
        return 0.0
    sent = 2.0 * (ranks - 1) / ranks * tokens * load.shape.hidden * BF16_BYTES
    return _latency_s(load, ranks) + sent / _link(load)


def _all_to_all_s(load: Load, replica: Replica, tokens: float) -> float:
    """Dispatch and combination of the tokens of one attention rank in one mixture layer, s.

    Beyond the scale-up domain a token crosses the network once for every other domain that holds
    one of its experts; both parts run at once.
    """
    c, picks = load.constants, load.shape.top_k
    one_copy = tokens / replica.tp * load.shape.hidden * DISPATCH_BYTES
    inside = one_copy * min(picks, replica.moe_ep) / _link(load)
    latency = 2.0 * _latency_s(load, replica.moe_ep)
    domains = replica.packages / max(1, load.system.scaleup_packages)
    if domains <= 1.0:
        return latency + inside
    others = (domains - 1.0) * (1.0 - (1.0 - 1.0 / domains) ** picks)
    network = load.system.scaleout_gbit_s / 8.0 * 1e9 * c.network_share
    return latency + 2.0 * c.network_us * US + max(inside, one_copy * others / network)


def _collectives_s(load: Load, replica: Replica, tokens: float) -> float:
    """All exchanges of one pass of so many tokens per attention rank, s."""
    shape = load.shape
    reduce_s = _all_reduce_s(load, replica.tp, tokens)
    moe = moe_layers(shape)
    total = shape.layers * reduce_s + (shape.layers - moe) * reduce_s
    if not moe:
        return total
    if replica.dp > 1:
        return total + moe * _all_to_all_s(load, replica, tokens)
    return total + moe * _all_reduce_s(load, replica.packages, tokens)


def _launch_s(load: Load) -> float:
    """Launches and small kernels of one step, s."""
    c, shape = load.constants, load.shape
    per_layer = c.layer_us + (c.mla_layer_us if shape.attention == "mla" else 0.0)
    return (c.step_us + shape.layers * per_layer + moe_layers(shape) * c.moe_layer_us) * US


def prefill_s(load: Load, replica: Replica) -> float:
    """Time of the prefill of one request on its attention rank, with its experts' share, s."""
    c, shape, tokens = load.constants, load.shape, load.input_tokens
    share = c.moe_prefill_share if shape.is_moe else c.prefill_share
    peak = peak_flops(load.system, load.math_precision) * share
    bf16 = peak_flops(load.system, "bf16") * c.prefill_attention_share
    dense = 2.0 * tokens * shared_params(shape) / replica.tp / peak
    routed = tokens * shape.top_k * expert_params(shape) * moe_layers(shape)
    experts = 2.0 * routed * replica.dp / replica.packages / peak
    scores = tokens * attention_flop_per_token(shape, tokens) / replica.tp / bf16
    return dense + experts + scores + _collectives_s(load, replica, tokens)
