"""Operating points as arrays: what the step-time functions need, one number a point.

A `Points` is built once for many cases (`cases.py`, `point.py`); all its fields are float arrays
of one shape (or broadcast to it), so that a step of 20,000 points costs some ten milliseconds.
"""

from __future__ import annotations

from dataclasses import dataclass, fields

import numpy as np
from numpy.typing import NDArray

from gigawatt.quantity.arrays import Array


@dataclass(frozen=True, slots=True)
class Points:
    """Model, precision, plan, hardware and lengths of many points; per package unless said.

    Attributes
    ----------
    layers, moe_layers, mla_layers, linear_layers, index_layers, hidden : of the model, or of the
        pipeline stage.
    dense_bytes, dense_params, head_bytes, head_params : weights on one package that every token
        passes, output layer apart.
    expert_bytes, expert_params : of one routed expert of one layer, on one of its packages.
    experts, top_k, moe_ep : routed experts of a layer, picked ones, ranks they are spread over.
    kv_bytes, kv_window_bytes, window : cache per token, full and windowed layers; window, tokens.
    index_bytes, index_topk, state_bytes : of sparse indexers and of linear layers per request.
    latent_flop, index_flop, score_flop, score_window_flop : per query and cached token.
    tp, dp, world : packages per attention rank, attention ranks, packages of the replica.
    bandwidth, dense_peak, expert_peak, bf16_peak, link_bandwidth : bytes/s and FLOP/s.
    network_bandwidth, domains : bytes/s of the NIC, and scale-up domains that the replica spans.
    free_bytes : memory for the cache of one package.
    input_tokens, output_tokens, hit : mean lengths, and share of the prompt found in a cache.
    draft, accepted : tokens drafted a step, and tokens that a step yields per request.
    draft_bytes, draft_params : weights of the draft layer on one package.
    fixed_lengths : 1 where all requests are equally long, 0 where lengths vary.
    chunk_tokens : prompt tokens that one step may hold on an attention rank.
    stages : pipeline stages.
    """

    layers: Array
    moe_layers: Array
    mla_layers: Array
    linear_layers: Array
    index_layers: Array
    hidden: Array
    dense_bytes: Array
    dense_params: Array
    head_bytes: Array
    head_params: Array
    expert_bytes: Array
    expert_params: Array
    experts: Array
    top_k: Array
    moe_ep: Array
    kv_bytes: Array
    kv_window_bytes: Array
    window: Array
    index_bytes: Array
    index_topk: Array
    state_bytes: Array
    latent_flop: Array
    index_flop: Array
    score_flop: Array
    score_window_flop: Array
    tp: Array
    dp: Array
    world: Array
    bandwidth: Array
    dense_peak: Array
    expert_peak: Array
    bf16_peak: Array
    link_bandwidth: Array
    network_bandwidth: Array
    domains: Array
    free_bytes: Array
    draft_bytes: Array
    draft_params: Array
    stages: Array
    rank_spread: Array
    unpacked: Array
    blocked: Array
    domain_packages: Array
    expert_width: Array
    input_tokens: Array
    output_tokens: Array
    hit: Array
    draft: Array
    accepted: Array
    fixed_lengths: Array
    chunk_tokens: Array

    def take(self, index: NDArray[np.intp]) -> Points:
        """Points of these indices."""
        return Points(*(np.asarray(getattr(self, f.name))[index] for f in fields(self)))

    @property
    def chunks(self) -> Array:
        """Steps that a prompt is spread over; one for prompts shorter than a chunk."""
        return np.maximum(1.0, self.new_tokens / self.chunk_tokens)

    @property
    def new_tokens(self) -> Array:
        """Prompt tokens that have to be computed."""
        return np.maximum(1.0, self.input_tokens * (1.0 - self.hit))
