"""What one model asks of a package in serving: weights, cache and FLOP by kind of layer.

Everything here follows from the shape alone; precision, plan and hardware come later
(`points.py`).
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

from gigawatt.performance.shapes import (
    ModelShape,
    embedding_params,
    expert_params,
    kv_elements_per_layer,
    layers_by_window,
    mixer_params,
    moe_layers,
    mtp_params,
    query_dim,
    shared_params,
    softmax_layers,
    value_dim,
)


@dataclass(frozen=True, slots=True)
class Counts:
    """Counts of a model, over all layers unless the name says one.

    Attributes
    ----------
    layers, moe_layers, mla_layers, linear_layers, index_layers : of each kind.
    hidden : width of the residual stream.
    attention_params, ffn_params : weights that every token passes: attention projections; dense
        feed-forward layers, shared experts and routers. Output layer apart.
    head_params, embedding_params : output layer, and input embedding where it is a table apart.
    expert_params, expert_width : weights and inner width of one routed expert of one layer.
    experts, top_k : routed experts of a layer, and picks of a token.
    kv_full, kv_window : cached numbers per token, of layers with full and windowed attention.
    window : tokens that a windowed layer sees; 0 if there are none.
    kv_heads : over how many packages the cache can be split; 1 with MLA.
    score_full, score_window : FLOP of scores and their use per query and cached token in prefill.
    latent_flop : FLOP per query and cached token of MLA in its absorbed form, in decode.
    index_elements, index_flop : cached numbers per token, FLOP per query and token of indexers.
    index_topk : tokens that a sparse layer reads; 0 if all.
    state_elements : numbers of the fixed state that linear layers keep per request.
    mtp_params, mtp_layers : weights of one draft layer that a token is multiplied with.
    """

    layers: float
    moe_layers: float
    mla_layers: float
    linear_layers: float
    index_layers: float
    hidden: float
    attention_params: float
    ffn_params: float
    head_params: float
    embedding_params: float
    expert_params: float
    expert_width: float
    experts: float
    top_k: float
    kv_full: float
    kv_window: float
    window: float
    kv_heads: float
    score_full: float
    score_window: float
    latent_flop: float
    index_elements: float
    index_flop: float
    index_topk: float
    state_elements: float
    mtp_params: float
    mtp_layers: float

    @property
    def active_params(self) -> float:
        """Weights that one token is multiplied with."""
        routed = self.moe_layers * self.top_k * self.expert_params
        return self.attention_params + self.ffn_params + self.head_params + routed


@lru_cache(maxsize=1024)
def counts_of(shape: ModelShape) -> Counts:
    """Counts of a shape."""
    full, windowed = layers_by_window(shape)
    softmax, mixtures = softmax_layers(shape), moe_layers(shape)
    latent = shape.attention == "mla"
    per_layer = kv_elements_per_layer(shape) - shape.index_dim
    entries = shape.kv_entries_per_token
    score = 2.0 * shape.heads * (query_dim(shape) + value_dim(shape))
    absorbed = 2.0 * shape.heads * (2 * shape.kv_lora_rank + shape.qk_rope_dim)
    indexed = softmax if shape.index_topk else 0
    mixers = mixer_params(shape)
    return Counts(
        layers=shape.layers,
        moe_layers=mixtures,
        mla_layers=softmax if latent else 0,
        linear_layers=shape.linear_layers,
        index_layers=indexed,
        hidden=shape.hidden,
        attention_params=mixers,
        ffn_params=shared_params(shape) - mixers,
        head_params=embedding_params(shape),
        embedding_params=0.0 if shape.tied_embeddings else embedding_params(shape),
        expert_params=expert_params(shape) if mixtures else 0.0,
        expert_width=max(1, shape.expert_ffn),
        experts=max(1, shape.experts),
        top_k=shape.top_k if mixtures else 0,
        kv_full=full * per_layer * entries,
        kv_window=windowed * per_layer,
        window=shape.sliding_window if windowed else 0,
        kv_heads=1 if latent else shape.kv_heads,
        score_full=full * score * entries,
        score_window=windowed * score,
        latent_flop=full * absorbed if latent else 0.0,
        index_elements=indexed * shape.index_dim * entries,
        index_flop=indexed * 2.0 * shape.index_heads * shape.index_dim * entries,
        index_topk=shape.index_topk,
        state_elements=shape.linear_layers * shape.linear_state,
        mtp_params=mtp_params(shape),
        mtp_layers=shape.mtp_layers,
    )
