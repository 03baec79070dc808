"""Model shapes: what training and inference need to know of a transformer.

A typed view of the catalog's ``models`` table, or of a Hugging Face ``config.json`` that the user
has at hand.
"""

from __future__ import annotations

from dataclasses import dataclass, fields

from gigawatt.catalog import Catalog, Record

_TEXT = ("id", "name", "attention", "native_precision")


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
    ffn_matrices : 3 for gated units (SwiGLU), 2 otherwise (GELU).
    kv_lora_rank, q_lora_rank, qk_nope_dim, qk_rope_dim, v_dim : of MLA; 0 otherwise.
    context : longest context it was made for, tokens.
    sliding_window : window of the windowed layers in tokens, 0 if none; every `sliding_period`-th
        layer is full.
    mtp_layers : multi-token-prediction layers.
    tied_embeddings : whether input and output embeddings share their weights.
    native_precision : precision of the published weights ("bf16", "fp8", "mxfp4", …).
    unsupported : parts of the architecture that the models here do not represent (empty if none).
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

    @property
    def is_moe(self) -> bool:
        """Whether any layer is a mixture of experts."""
        return self.experts > 0


def load_shape(catalog: Catalog, model_id: str) -> ModelShape:
    """Return the shape called `model_id`, or raise an error with the nearest name."""
    return shape_from_record(catalog.record("models", model_id))


def shape_from_record(record: Record) -> ModelShape:
    """Shape of a catalog record; fields that the record does not hold are 0."""
    counts = {
        f.name: int(record.value(f.name, 0.0))
        for f in fields(ModelShape)
        if f.name not in (*_TEXT, "tied_embeddings", "unsupported")
    }
    unsupported = record.attributes.get("unsupported", ())
    return ModelShape(
        id=record.id,
        name=record.name,
        attention=record.text("attention"),
        native_precision=record.text("native_precision", "bf16"),
        tied_embeddings=bool(record.attributes.get("tied_embeddings", False)),
        unsupported=tuple(unsupported) if isinstance(unsupported, list | tuple) else (),
        **counts,
    )


def query_dim(shape: ModelShape) -> int:
    """Width of one head's query and key."""
    return shape.qk_nope_dim + shape.qk_rope_dim if shape.attention == "mla" else shape.head_dim


def value_dim(shape: ModelShape) -> int:
    """Width of one head's value."""
    return shape.v_dim if shape.attention == "mla" else shape.head_dim


def attention_params(shape: ModelShape) -> float:
    """Weights of one layer's attention projections (norms and biases are left out)."""
    h, heads = shape.hidden, shape.heads
    if shape.attention == "mla":
        queries = h * shape.q_lora_rank + shape.q_lora_rank * heads * query_dim(shape)
        latent = h * (shape.kv_lora_rank + shape.qk_rope_dim)
        up = shape.kv_lora_rank * heads * (shape.qk_nope_dim + shape.v_dim)
        return float(queries + latent + up + heads * shape.v_dim * h)
    return float(h * shape.head_dim * (2 * heads + 2 * shape.kv_heads))


def dense_ffn_params(shape: ModelShape) -> float:
    """Weights of one dense feed-forward layer."""
    return float(shape.ffn_matrices * shape.hidden * shape.dense_ffn)


def expert_params(shape: ModelShape) -> float:
    """Weights of one expert of one layer."""
    return float(shape.ffn_matrices * shape.hidden * shape.expert_ffn)


def moe_layers(shape: ModelShape) -> int:
    """Number of mixture layers."""
    return shape.layers - shape.dense_layers if shape.is_moe else 0


def embedding_params(shape: ModelShape) -> float:
    """Weights of one embedding table, which are also those of the output layer."""
    return float(shape.hidden * shape.vocab)


def shared_params(shape: ModelShape) -> float:
    """Weights that every token passes, without embeddings and output layer.

    Attention, dense feed-forward layers, shared experts and routers, over all layers.
    """
    moe = shape.shared_experts * expert_params(shape) + shape.hidden * shape.experts
    return (
        shape.layers * attention_params(shape)
        + (shape.layers - moe_layers(shape)) * dense_ffn_params(shape)
        + moe_layers(shape) * moe
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


def kv_elements_per_token(shape: ModelShape) -> float:
    """Numbers kept in the cache per token of context, over all layers (no window applied)."""
    if shape.attention == "mla":
        return float(shape.layers * (shape.kv_lora_rank + shape.qk_rope_dim))
    return float(shape.layers * 2 * shape.kv_heads * shape.head_dim)


def kv_elements(shape: ModelShape, context_tokens: float) -> float:
    """Numbers in the cache of one sequence of `context_tokens`, windows applied."""
    per_layer = kv_elements_per_token(shape) / shape.layers
    full, windowed = _layers_by_window(shape)
    seen = min(context_tokens, shape.sliding_window) if windowed else 0.0
    return per_layer * (full * context_tokens + windowed * seen)


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
        experts = shape.top_k + shape.shared_experts
        ffn = experts * expert_params(shape) + shape.hidden * shape.experts
    return attention_params(shape) + ffn + 2.0 * shape.hidden**2 + embedding_params(shape)


def attention_flop_per_token(shape: ModelShape, seq_len_tokens: float) -> float:
    """FLOP of scores and their use per token of one causal forward pass, over all layers."""
    full, windowed = _layers_by_window(shape)
    seen = full * seq_len_tokens / 2.0
    if windowed:
        seen += windowed * min(seq_len_tokens / 2.0, shape.sliding_window)
    return 2.0 * seen * shape.heads * (query_dim(shape) + value_dim(shape))


def _layers_by_window(shape: ModelShape) -> tuple[int, int]:
    """Layers that attend to everything, and layers that attend to a window."""
    if not shape.sliding_window:
        return shape.layers, 0
    full = shape.layers // max(1, shape.sliding_period)
    return full, shape.layers - full
