"""Time of one layer and of the output layer for one microbatch, from operators; floats only.

Every operator is the slower of computing and moving its bytes, plus its launch. A product of
(M, K) and (K, N), with its two gradients::

    t(reduction R) = 2 M K N / rate x (1 + K0 b/R) x (1 + wave SMs/tiles)
    forward R = K, data gradient R = N, weight gradient R = M

K0 is the depth that hides the start and end of a tile (b = 16 / bits of the format); the last
factor is the idle part of the last wave of 128 x 256 tiles. T = mbs x seq / cp tokens.

Left out: differences between libraries, clocks under power caps, the fabric of the chip.
"""

from __future__ import annotations

import math

from gigawatt.performance.training.facts import Machine, Shape
from gigawatt.performance.training.row import Row

TILE = 128.0 * 256.0
BF16, FP8, FP8_BLOCK, MXFP8, NVFP4 = 0.0, 1.0, 2.0, 3.0, 4.0
ERA_2021, PLAIN, TUNED = 0.0, 1.0, 2.0
FULL_GRAPHS, DUAL = 3.0, 2.0
FLASH_PRODUCTS = 2.5  # five products backward against two forward
NARROW_HEADS = 0.7  # fused attention of 64-wide heads reaches 0.6 of that of 128-wide ones
UNFUSED_ROPE = 2.0  # two more products of their own, and their sum
UNFUSED_FORWARD, UNFUSED_BACKWARD = 13.0, 21.0  # bytes per score: softmax, mask, dropout


def product_rate(x: Machine, p: Row) -> float:
    """FLOP/s of large products in the plan's precision."""
    rate = x.rate_bf16
    if p.precision == FP8:
        rate = x.rate_fp8
    elif p.precision == FP8_BLOCK:
        rate = x.rate_fp8_block
    elif p.precision == MXFP8:
        rate = x.rate_mxfp8
    elif p.precision == NVFP4:
        rate = x.rate_nvfp4
    return rate / x.plain_gemm if p.stack == PLAIN else rate


def value_bytes(p: Row) -> float:
    """Bytes of one value that enters a product."""
    if p.precision == BF16:
        return 2.0
    return 0.5625 if p.precision == NVFP4 else 1.0


def gradient_bytes(p: Row) -> float:
    """Bytes that one weight's gradient moves when a microbatch adds to it: read and written."""
    return 4.0 if p.lean_states > 0.0 or p.stack == ERA_2021 else 8.0


def product_s(
    x: Machine, rate: float, size: float, wide: float, m: float, k: float, n: float
) -> tuple[float, float]:
    """Forward, and both gradients, of one product of `size`-byte values, s (module's header).

    `wide` bytes of every weight's gradient are moved.
    """
    base = 2.0 * m * k * n / rate * (1.0 + x.wave * x.sms * TILE / (m * n))
    grad = 2.0 * m * k * n / rate * (1.0 + x.wave * x.sms * TILE / (m * k))
    depth = x.k0 * 2.0 / max(0.5, size)
    forward = max(base * (1.0 + depth / k), (size * (m * k + k * n) + 2.0 * m * n) / x.hbm)
    forward += x.launch
    data = max(grad * (1.0 + depth / n), (size * (m * n + k * n) + 2.0 * m * k) / x.hbm)
    added = (size * m * (k + n) + wide * k * n) / x.hbm
    weight = max(2.0 * m * k * n / rate * (1.0 + depth / m), added)
    return forward, data + weight + 2.0 * x.launch


def quantise_s(x: Machine, p: Row, values: float) -> float:
    """Time to read values in BF16 and write them in both layouts of a low precision, s."""
    if p.precision == BF16:
        return 0.0
    return values * x.quantise_bytes / x.hbm


def linear_s(x: Machine, p: Row, m: float, k: float, n: float) -> tuple[float, float]:
    """One linear layer with quantising of its inputs, forward and backward, s."""
    forward, backward = product_s(x, product_rate(x, p), value_bytes(p), gradient_bytes(p), m, k, n)
    return forward + quantise_s(x, p, m * k), backward + quantise_s(x, p, m * n)


def projections_s(x: Machine, s: Shape, p: Row, t: float) -> tuple[float, float, float]:
    """What mixes tokens, apart from scores: forward, backward, MLA up-projections' forward, s.

    Projections of plain attention, times the weights of the model's own mixers over theirs.
    """
    if s.mla == 0.0:
        width = (s.heads * s.d_qk + s.kv_heads * (s.d_qk + s.d_v)) / p.tp
        f1, b1 = linear_s(x, p, t, s.hidden, width)
        f2, b2 = linear_s(x, p, t, s.heads * s.d_v / p.tp, s.hidden)
        return s.mixer * (f1 + f2), s.mixer * (b1 + b2), 0.0
    own = t / p.tp if p.sequence_parallel > 0.0 else t
    kv = linear_s(x, p, own, s.hidden, s.kv_lora + s.rope)
    kv_up = linear_s(x, p, t, s.kv_lora, s.heads * (s.nope + s.d_v) / p.tp)
    out = linear_s(x, p, t, s.heads * s.d_v / p.tp, s.hidden)
    forward, backward, up = kv[0] + kv_up[0] + out[0], kv[1] + kv_up[1] + out[1], kv_up[0]
    if s.q_lora > 0.0:
        q = linear_s(x, p, own, s.hidden, s.q_lora)
        q_up = linear_s(x, p, t, s.q_lora, s.heads * s.d_qk / p.tp)
        up = s.mixer * (up + q_up[0])
        return s.mixer * (forward + q[0] + q_up[0]), s.mixer * (backward + q[1] + q_up[1]), up
    q = linear_s(x, p, t, s.hidden, s.heads * s.d_qk / p.tp)
    return s.mixer * (forward + q[0]), s.mixer * (backward + q[1]), s.mixer * up


def attention_s(x: Machine, s: Shape, p: Row, t: float) -> tuple[float, float]:
    """Scores and their use, forward and backward, s.

    Fused: causal half of the square, at a share of the BF16 peak that falls for short sequences
    and narrow heads. Unfused (2021): the full square as batched products, and the scores through
    memory.
    """
    heads = s.heads / p.tp
    if p.stack == ERA_2021:
        flop = 2.0 * t * p.seq * (s.d_qk + s.d_v) * heads
        scores = t * p.seq * heads
        products = flop / (x.rate_bf16 * x.unfused_share)
        forward = products + scores * UNFUSED_FORWARD / x.hbm + 5.0 * x.launch
        return forward, 2.0 * products + scores * UNFUSED_BACKWARD / x.hbm + 9.0 * x.launch
    keys = p.seq / 2.0
    near = min(keys, s.window) if s.windowed > 0.0 else keys
    flop = 2.0 * t * ((1.0 - s.windowed) * keys + s.windowed * near) * (s.d_qk + s.d_v) * heads
    reached = (
        p.seq / (p.seq + x.attention_tokens) * math.pow(min(1.0, s.d_qk / 128.0), NARROW_HEADS)
    )
    forward = flop / (x.attention * reached)
    if p.stack == PLAIN:
        forward *= x.plain_attention
    return forward + x.launch, FLASH_PRODUCTS * forward / x.attention_backward + 2.0 * x.launch


def apart_s(x: Machine, s: Shape, values: float) -> tuple[float, float]:
    """Biases and clamps of `values` of an activation function as kernels of their own, s.

    Forward, adding the bias and clamping both read and write both halves of a gated unit. Backward,
    the clamp's mask reads, and reads and writes the gradient of both; the bias's gradient reads it.
    """
    if s.apart <= 0.0:
        return 0.0, 0.0
    halves = (s.matrices - 1.0) * values * 2.0 / x.hbm
    return 4.0 * halves, 4.0 * halves


def norms_s(x: Machine, s: Shape, p: Row, t: float) -> tuple[float, float]:
    """Norms, residuals, dropout and rotary embedding, forward and backward, s."""
    own = t / p.tp if p.sequence_parallel > 0.0 else t
    rope = 2.0 * t * (s.heads + s.kv_heads) * s.d_qk / p.tp
    rope *= 1.0 + UNFUSED_ROPE * s.apart
    if p.stack == ERA_2021:
        forward, backward = 12.0 * own * s.hidden, 16.0 * own * s.hidden
    else:
        forward, backward = 8.0 * own * s.hidden + rope, 12.0 * own * s.hidden + rope
    return 2.0 * forward / x.hbm + 6.0 * x.launch, 2.0 * backward / x.hbm + 8.0 * x.launch


def feed_forward_s(x: Machine, s: Shape, p: Row, t: float, width: float) -> tuple[float, float]:
    """Dense feed-forward layer of a width (also shared experts), forward and backward, s."""
    f = width / p.tp
    f1, b1 = linear_s(x, p, t, s.hidden, (s.matrices - 1.0) * f)
    f2, b2 = linear_s(x, p, t, f, s.hidden)
    act = 2.0 * t * f / x.hbm
    apart, apart_back = apart_s(x, s, t * f)
    forward = f1 + f2 + (s.matrices + 1.0) * act + apart
    return forward, b1 + b2 + (2.0 * s.matrices + 1.0) * act + apart_back


def experts_growth(x: Machine, s: Shape, p: Row) -> float:
    """Time of the experts' products over that of the calibration's month.

    What vendors' containers gained from release to release in mixtures fits these products
    (grouping, quantising and activation in fewer kernels) better than the whole step. Others' own
    stacks have a history of their own. Not taken beyond the months it was seen in, nor the widths:
    what is lost by routed token (quantising, grouping) is spread over the FLOP of wider experts.
    """
    if p.vendor_release <= 0.0 or p.release_month <= 0.0 or p.stack == ERA_2021:
        return 1.0
    months = max(0.0, x.mature_month - p.release_month)
    growth = math.exp(x.experts_trend * min(x.experts_trend_months, months))
    return 1.0 + (growth - 1.0) * min(1.0, x.experts_trend_width / (s.expert_ffn / p.etp))


def experts_s(x: Machine, s: Shape, p: Row, t: float) -> tuple[float, float]:
    """Router, permutation and routed experts, forward and backward, s.

    A local expert gets M_e = routed tokens / local experts; grouped products reach
    M_e / (M_e + half) of the usual rate. Products with their quantising and activation function
    take longer in older software.
    """
    own = t / p.tp
    routed = own * s.top_k * p.etp * p.imbalance
    local = s.experts / p.ep
    per_expert = routed / local
    rate = product_rate(x, p) * per_expert / (per_expert + x.expert_half)
    f = s.expert_ffn / p.etp
    size = value_bytes(p)
    depth = x.k0 * 2.0 / max(0.5, size)
    forward, backward = 0.0, 0.0
    up = (s.matrices - 1.0) * f
    for k, n in ((s.expert_hidden, up), (f, s.expert_hidden)):
        base = 2.0 * routed * k * n / rate
        read = size * local * k * n
        moved = (read + size * routed * k + 2.0 * routed * n) / x.hbm
        forward += max(base * (1.0 + depth / k), moved) + x.launch
        moved = (read + size * routed * n + 2.0 * routed * k) / x.hbm
        backward += max(base * (1.0 + depth / n), moved)
        moved = (size * routed * (k + n) + gradient_bytes(p) * local * k * n) / x.hbm
        backward += max(base * (1.0 + depth / per_expert), moved) + 2.0 * x.launch
        forward += quantise_s(x, p, routed * k)
        backward += quantise_s(x, p, routed * n)
    act = 2.0 * routed * f / x.hbm
    fused = p.graphs == FULL_GRAPHS or p.schedule == DUAL
    passes = x.permute_passes * (1.0 if fused else x.permute_unfused)
    permute = passes * routed / p.etp * s.expert_hidden * 2.0 / x.hbm
    router = (6.0 * own * s.hidden + 24.0 * own * s.experts) / x.hbm
    older = experts_growth(x, s, p)
    apart, apart_back = apart_s(x, s, routed * f)
    forward = older * (forward + (s.matrices + 1.0) * act + apart)
    backward = older * (backward + (2.0 * s.matrices + 1.0) * act + apart_back)
    rest = permute + router + 10.0 * x.launch
    return forward + rest, backward + rest + router


def output_s(x: Machine, s: Shape, p: Row, t: float) -> tuple[float, float]:
    """Output layer in 16 bits and loss, forward and backward, s; it sits on the last stage."""
    rate = x.rate_bf16 / x.plain_gemm if p.stack == PLAIN else x.rate_bf16
    forward, backward = product_s(x, rate, 2.0, gradient_bytes(p), t, s.hidden, s.vocab / p.tp)
    bytes_per_logit = 30.0 if p.stack == ERA_2021 else x.logit_bytes
    loss = t * s.vocab / p.tp * bytes_per_logit / x.hbm
    return forward + loss / 3.0, backward + loss * 2.0 / 3.0
