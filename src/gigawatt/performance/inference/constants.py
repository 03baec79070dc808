"""Constants of the serving model: global values, and how they deviate by kind of stack.

A constant of a point is the global value times exp(sum of the deviations of the levels that the
point belongs to). A level that the calibration has not seen deviates by nothing: an unreleased
system gets the core alone.
"""

from __future__ import annotations

from dataclasses import dataclass, fields

from gigawatt.quantity.arrays import Array

Value = float | Array


@dataclass(frozen=True, slots=True)
class Constants:
    """What engines and kernels reach; each a number, or one per point.

    Attributes
    ----------
    weight_read, expert_read, kv_read : share of the memory bandwidth in reading dense weights,
        experts, cache.
    gemm, prefill_gemm : share of the dense peak in decode and prefill products.
    prefill_attention : share of the dense BF16 peak in prefill attention; also of MLA in decode.
    expert_half_tokens : tokens of one expert at which its prefill products run at half the share.
    expert_half_width : width of an expert's slice at which its prefill products run at half.
    read_half_width : width of an expert's slice that is read at half of `expert_read` in decode.
    activation_passes : times that hidden values cross the memory per layer of a prefill.
    link : share of the link's bandwidth in collectives.
    collective_us, collective_growth : latency on two ranks, and its growth per doubling.
    step_us, layer_us, moe_us, mla_us, linear_us, index_us : launches and small kernels, per step
        and per layer of each kind.
    host_step_us, host_request_us : host time per step, and per running request of a rank.
    eager_ms : least time per layer of a step with prompt tokens, which is no graph.
    unpack : factor on `expert_read` where weights of four bits are unpacked for BF16 products.
    block_us : time per layer for quantising in FP8 scaled by blocks.
    routing_skew : variance of how much experts are liked, over the mean squared; 0 would be even.
    decode_time, prefill_time : factors on the whole; 1 but for deviations.
    interference : part of a prefill by which running requests are held up; fits leave it at 1.
    first_ms : time to the first token beside prefill.
    first_token_us : the same per prompt token: text to tokens, transfer.
    stream_tokens : output tokens that a client waits for before it sees the first.
    burst : part of the clients' prefills that a request waits for after a start in one go.
    cohort : waiting by requests of equal length that stay together, per use of the replica.
    """

    weight_read: Value
    expert_read: Value
    kv_read: Value
    gemm: Value
    prefill_gemm: Value
    prefill_attention: Value
    expert_half_tokens: Value
    expert_half_width: Value
    read_half_width: Value
    activation_passes: Value
    link: Value
    collective_us: Value
    collective_growth: Value
    step_us: Value
    layer_us: Value
    moe_us: Value
    mla_us: Value
    linear_us: Value
    index_us: Value
    host_step_us: Value
    host_request_us: Value
    eager_ms: Value
    first_ms: Value
    first_token_us: Value
    stream_tokens: Value
    burst: Value
    cohort: Value
    unpack: Value
    block_us: Value
    routing_skew: Value
    decode_time: Value = 1.0
    prefill_time: Value = 1.0
    interference: Value = 1.0


NAMES = tuple(f.name for f in fields(Constants))
