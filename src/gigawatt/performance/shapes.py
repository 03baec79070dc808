"""Model shapes: what training and inference need to know of a transformer.

A typed view of the catalog's ``models`` table, or of a Hugging Face ``config.json`` that the user
has at hand.
"""

from __future__ import annotations

from dataclasses import dataclass


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
