"""Model shapes: what training and inference need to know of a transformer.

A typed view of the catalog's ``models`` table, or of a Hugging Face ``config.json`` that the user
has at hand (`performance.configs`).

Layers that mix tokens are of three kinds: full attention, attention to a window, and linear ones
(linear attention or state space, whose state does not grow with the context). Feed-forward layers
are dense or mixtures. In a plain transformer each layer has one of either; in a hybrid made of
single blocks the counts differ, and `attention_layers` and `mixture_layers` say how many.
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import Any

from gigawatt.catalog import Catalog, Record
from gigawatt.errors import InputError

LINEAR_FLOP_PER_STATE = 8.0  # decay, correction, update and reading: a product and a sum each


@dataclass(frozen=True, slots=True)
class ModelShape:
    """Shape of a decoder-only transformer; counts are per model unless said.

    Attributes
    ----------
    id, name : as in the catalog or the file.
    layers, hidden, heads, kv_heads, head_dim, vocab : the usual.
    attention : "mha", "mqa", "gqa" or "mla".
    dense_ffn : width of the dense feed-forward layers; 0 where there are none.
    dense_layers : how many layers are dense (all of them in a dense model).
    experts, shared_experts, top_k, expert_ffn : of the mixture layers; 0 in a dense model.
    ffn_matrices : 3 for gated units (SwiGLU), 2 otherwise (GELU, squared ReLU).
    kv_lora_rank, q_lora_rank, qk_nope_dim, qk_rope_dim, v_dim : of MLA; 0 otherwise. `q_lora_rank`
        also holds for other attention whose queries are of low rank, and 0 means full rank; `v_dim`
        also for values narrower than keys.
    context : longest context it was made for, tokens.
    sliding_window : window of the windowed layers in tokens, 0 if none.
    sliding_period : every `sliding_period`-th layer is full, where `windowed_layers` is 0.
    mtp_layers : multi-token-prediction layers.
    tied_embeddings : whether input and output embeddings share their weights.
    native_precision : precision of the published weights ("bf16", "fp8", "mxfp4", …).
    unsupported : parts of the architecture that the models here do not represent (empty if none):
        a shape that has any is refused by `require_supported`.
    attention_layers : layers with softmax attention, windowed ones too; 0 means all that are not
        linear.
    windowed_layers : of these, how many attend to `sliding_window` only.
    linear_layers, linear_weights, linear_state : layers of linear attention or state space, and per
        such layer its weights and the numbers of its state (one sequence, any context).
    mixture_layers : mixture layers; 0 means all that are not dense.
    shared_expert_ffn : width of a shared expert; 0 means `expert_ffn`.
    expert_hidden : width that routed experts work in (latent mixtures); 0 means `hidden`.
    attention_gate : whether attention's output is gated (one more projection as wide as queries).
    parallel_ffn : whether every mixture layer also has a dense feed-forward part of width
        `dense_ffn`.
    o_lora_rank, o_groups : low-rank output projection in groups of heads; 0 means full rank.
    shared_kv : whether one vector per head serves as key and as value.
    index_topk, index_heads, index_dim : of sparse attention: tokens that a query attends to, and
        heads and width of the indexer that chooses them; 0 means dense attention.
    kv_entries_per_token : cache entries kept per token of context (1 unless they are compressed).
    kernels_apart : whether biases and clamps around the activation function keep training kernels
        apart that other models run as one.
    approximations : what is represented only roughly, in words (empty if nothing).
    """

    id: str
    name: str
    layers: int
    hidden: int
    heads: int
    kv_heads: int
    head_dim: int
    vocab: int
    attention: str
    dense_ffn: int
    dense_layers: int
    experts: int = 0
    shared_experts: int = 0
    top_k: int = 0
    expert_ffn: int = 0
    ffn_matrices: int = 3
    kv_lora_rank: int = 0
    q_lora_rank: int = 0
    qk_nope_dim: int = 0
    qk_rope_dim: int = 0
    v_dim: int = 0
    context: int = 0
    sliding_window: int = 0
    sliding_period: int = 0
    mtp_layers: int = 0
    tied_embeddings: bool = False
    native_precision: str = "bf16"
    unsupported: tuple[str, ...] = ()
    attention_layers: int = 0
    windowed_layers: int = 0
    linear_layers: int = 0
    linear_weights: int = 0
    linear_state: int = 0
    mixture_layers: int = 0
    shared_expert_ffn: int = 0
    expert_hidden: int = 0
    attention_gate: bool = False
    parallel_ffn: bool = False
    o_lora_rank: int = 0
    o_groups: int = 0
    shared_kv: bool = False
    index_topk: int = 0
    index_heads: int = 0
    index_dim: int = 0
    kv_entries_per_token: float = 1.0
    approximations: tuple[str, ...] = ()
    kernels_apart: bool = False

    @property
    def is_moe(self) -> bool:
        """Whether any layer is a mixture of experts."""
        return self.experts > 0


_TEXT = ("id", "name", "attention", "native_precision")
_LISTS = ("unsupported", "approximations")
_FLAGS = ("tied_embeddings", "attention_gate", "parallel_ffn", "shared_kv", "kernels_apart")
_COUNTS = tuple(
    f.name
    for f in fields(ModelShape)
    if f.name not in (*_TEXT, *_LISTS, *_FLAGS, "kv_entries_per_token")
)


def load_shape(catalog: Catalog, model_id: str) -> ModelShape:
    """Return the shape called `model_id`, or raise an error with the nearest name."""
    return require_supported(shape_from_record(catalog.record("models", model_id)))


def require_supported(shape: ModelShape) -> ModelShape:
    """Return the shape, or raise an `InputError` that says which parts are not represented."""
    if shape.unsupported:
        raise InputError(
            f"Model {shape.name!r} can't be computed: {'; '.join(shape.unsupported)}. "
            "Give a config.json that says it, or a model of similar shape."
        )
    return shape


def shape_from_record(record: Record) -> ModelShape:
    """Shape of a catalog record; fields that the record does not hold are 0."""
    held: dict[str, Any] = {key: bool(record.attributes.get(key, False)) for key in _FLAGS}
    held |= {key: _texts(record.attributes.get(key, ())) for key in _LISTS}
    held |= {key: int(record.value(key, 0.0)) for key in _COUNTS}
    return ModelShape(
        id=record.id,
        name=record.name,
        attention=record.text("attention"),
        native_precision=record.text("native_precision", "bf16"),
        kv_entries_per_token=record.value("kv_entries_per_token", 1.0),
        **held,
    )


def _texts(value: object) -> tuple[str, ...]:
    return tuple(str(v) for v in value) if isinstance(value, list | tuple) else ()


def query_dim(shape: ModelShape) -> int:
    """Width of one head's query and key."""
    return shape.qk_nope_dim + shape.qk_rope_dim if shape.attention == "mla" else shape.head_dim


def value_dim(shape: ModelShape) -> int:
    """Width of one head's value."""
    return shape.v_dim or shape.head_dim


def softmax_layers(shape: ModelShape) -> int:
    """Layers with softmax attention, full or windowed."""
    return shape.attention_layers or shape.layers - shape.linear_layers


def layers_by_window(shape: ModelShape) -> tuple[int, int]:
    """Layers that attend to everything, and layers that attend to a window."""
    layers = softmax_layers(shape)
    if not shape.sliding_window:
        return layers, 0
    windowed = shape.windowed_layers or layers - layers // max(1, shape.sliding_period)
    return layers - windowed, windowed


def attention_params(shape: ModelShape) -> float:
    """Weights of one softmax layer's attention projections (norms and biases are left out)."""
    h, heads = shape.hidden, shape.heads
    wide = heads * query_dim(shape)
    queries = shape.q_lora_rank * (h + wide) if shape.q_lora_rank else h * wide
    if shape.attention == "mla":
        latent = h * (shape.kv_lora_rank + shape.qk_rope_dim)
        keys = latent + shape.kv_lora_rank * heads * (shape.qk_nope_dim + shape.v_dim)
    else:
        widths = query_dim(shape) + (0 if shape.shared_kv else value_dim(shape))
        keys = h * shape.kv_heads * widths
    gate = h * heads * value_dim(shape) if shape.attention_gate else 0
    return float(queries + keys + gate + _output_params(shape) + _indexer_params(shape))


def _output_params(shape: ModelShape) -> int:
    wide = shape.heads * value_dim(shape)
    if shape.o_lora_rank:
        return wide * shape.o_lora_rank + shape.o_groups * shape.o_lora_rank * shape.hidden
    return wide * shape.hidden


def _indexer_params(shape: ModelShape) -> int:
    """Weights of the indexer of sparse attention: queries from the latent, one key, head weights.

    DeepSeek-V3.2 report (2025), equation 1.
    """
    queries = (shape.q_lora_rank or shape.hidden) * shape.index_heads * shape.index_dim
    return queries + shape.hidden * (shape.index_dim + shape.index_heads)


def mixer_params(shape: ModelShape) -> float:
    """Weights that mix tokens, over all layers: attention, and linear attention or state space."""
    linear = float(shape.linear_layers * shape.linear_weights)
    return softmax_layers(shape) * attention_params(shape) + linear


def dense_ffn_params(shape: ModelShape) -> float:
    """Weights of one dense feed-forward layer."""
    return float(shape.ffn_matrices * shape.hidden * shape.dense_ffn)


def expert_params(shape: ModelShape) -> float:
    """Weights of one routed expert of one layer."""
    return float(shape.ffn_matrices * (shape.expert_hidden or shape.hidden) * shape.expert_ffn)


def shared_expert_params(shape: ModelShape) -> float:
    """Weights that every token passes in one mixture layer, without its router.

    Shared experts, a dense part beside the mixture, and the projections into and out of a latent.
    """
    width = shape.shared_expert_ffn or shape.expert_ffn
    shared = shape.shared_experts * shape.ffn_matrices * shape.hidden * width
    latent = 2 * shape.hidden * shape.expert_hidden
    beside = dense_ffn_params(shape) if shape.parallel_ffn else 0.0
    return float(shared + latent) + beside


def moe_layers(shape: ModelShape) -> int:
    """Number of mixture layers."""
    if not shape.is_moe:
        return 0
    return shape.mixture_layers or shape.layers - shape.dense_layers


def embedding_params(shape: ModelShape) -> float:
    """Weights of one embedding table, which are also those of the output layer."""
    return float(shape.hidden * shape.vocab)


def shared_params(shape: ModelShape) -> float:
    """Weights that every token passes, without embeddings and output layer.

    Attention, dense feed-forward layers, shared experts and routers, over all layers.
    """
    moe = shared_expert_params(shape) + shape.hidden * shape.experts
    return (
        mixer_params(shape) + shape.dense_layers * dense_ffn_params(shape) + moe_layers(shape) * moe
    )


def routed_params(shape: ModelShape) -> float:
    """Weights of all routed experts of all layers."""
    return moe_layers(shape) * shape.experts * expert_params(shape)


def total_params(shape: ModelShape) -> float:
    """All weights, without multi-token-prediction layers, norms and biases."""
    tables = 1 if shape.tied_embeddings else 2
    return shared_params(shape) + routed_params(shape) + tables * embedding_params(shape)


def active_params(shape: ModelShape) -> float:
    """Weights used for one token, with both embedding tables, as makers count them."""
    tables = 1 if shape.tied_embeddings else 2
    return matmul_params(shape) + (tables - 1) * embedding_params(shape)


def matmul_params(shape: ModelShape) -> float:
    """Weights that one token is multiplied with: active ones, output layer in, embedding out."""
    routed = moe_layers(shape) * shape.top_k * expert_params(shape)
    return shared_params(shape) + routed + embedding_params(shape)


def kv_elements_per_layer(shape: ModelShape) -> float:
    """Numbers that one softmax layer keeps per cache entry, the indexer's key included."""
    if shape.attention == "mla":
        return float(shape.kv_lora_rank + shape.qk_rope_dim + shape.index_dim)
    widths = query_dim(shape) + (0 if shape.shared_kv else value_dim(shape))
    return float(shape.kv_heads * widths + shape.index_dim)


def kv_elements_per_token(shape: ModelShape) -> float:
    """Numbers kept in the cache per token of context, over all layers (no window applied)."""
    return softmax_layers(shape) * kv_elements_per_layer(shape) * shape.kv_entries_per_token


def kv_elements(shape: ModelShape, context_tokens: float) -> float:
    """Numbers in the cache of one sequence of `context_tokens`, windows and states included."""
    per_layer = kv_elements_per_layer(shape)
    full, windowed = layers_by_window(shape)
    seen = min(context_tokens, shape.sliding_window) if windowed else 0.0
    growing = full * context_tokens * shape.kv_entries_per_token + windowed * seen
    return per_layer * growing + shape.linear_layers * shape.linear_state


def train_flop_per_token(shape: ModelShape, seq_len_tokens: float) -> float:
    """Model FLOP of one training token, forward and backward, without recomputation.

    Convention of Megatron-Bridge (2025): 6 FLOP per weight of `matmul_params` and causal attention,
    6 s heads d per layer for equal query and value widths d. A multi-token-prediction layer counts
    as one more layer, a projection of two hidden states into one, and one more output pass.
    """
    per_layer = attention_flop_per_token(shape, seq_len_tokens) / shape.layers
    attention = per_layer * (shape.layers + shape.mtp_layers)
    weights = matmul_params(shape) + shape.mtp_layers * mtp_params(shape)
    return 6.0 * weights + 3.0 * attention


def mtp_params(shape: ModelShape) -> float:
    """Weights that one token is multiplied with in one multi-token-prediction layer."""
    ffn = dense_ffn_params(shape)
    if shape.is_moe:
        ffn = shape.top_k * expert_params(shape) + shared_expert_params(shape)
        ffn += shape.hidden * shape.experts
    return attention_params(shape) + ffn + 2.0 * shape.hidden**2 + embedding_params(shape)


def attention_flop_per_token(shape: ModelShape, seq_len_tokens: float) -> float:
    """FLOP that mix tokens, per token of one causal forward pass, over all layers.

    Scores and their use; for sparse attention those of the chosen tokens and the indexer's scores;
    for linear layers the work on their state.
    """
    full, windowed = layers_by_window(shape)
    entries = seq_len_tokens / 2.0 * shape.kv_entries_per_token
    seen = full * (min(entries, shape.index_topk) if shape.index_topk else entries)
    if windowed:
        seen += windowed * min(seq_len_tokens / 2.0, shape.sliding_window)
    scores = 2.0 * seen * shape.heads * (query_dim(shape) + value_dim(shape))
    indexer = 2.0 * full * entries * shape.index_heads * shape.index_dim
    linear = LINEAR_FLOP_PER_STATE * shape.linear_layers * shape.linear_state
    return scores + indexer + linear
