"""Hybrids of a config.json: read with their published size, or refused, never taken as plain."""

from __future__ import annotations

from typing import Any

import pytest

from gigawatt.errors import InputError
from gigawatt.performance.configs import shape_from_config
from gigawatt.performance.shapes import active_params, require_supported, total_params

JAMBA = {
    "model_type": "jamba", "hidden_size": 8192, "num_hidden_layers": 72, "num_attention_heads": 64,
    "num_key_value_heads": 8, "intermediate_size": 24576, "vocab_size": 65536, "num_experts": 16,
    "num_experts_per_tok": 2, "attn_layer_period": 8, "attn_layer_offset": 4,
    "expert_layer_period": 2, "expert_layer_offset": 1, "mamba_d_state": 16, "mamba_expand": 2,
    "mamba_dt_rank": 512,
}  # fmt: skip
MINIMAX = {
    "model_type": "minimax_text_01", "hidden_size": 6144, "num_hidden_layers": 80,
    "num_attention_heads": 64, "num_key_value_heads": 8, "head_dim": 128, "vocab_size": 200064,
    "intermediate_size": 9216, "num_local_experts": 32, "num_experts_per_tok": 2,
    "attn_type_list": ([0] * 7 + [1]) * 10,
}  # fmt: skip
GRANITE = {
    "model_type": "granitemoehybrid", "hidden_size": 4096, "num_hidden_layers": 40,
    "num_attention_heads": 32, "num_key_value_heads": 8, "intermediate_size": 768,
    "vocab_size": 100352, "num_local_experts": 72, "num_experts_per_tok": 10,
    "layer_types": (["mamba"] * 9 + ["attention"]) * 4, "mamba_d_state": 128,
    "mamba_n_heads": 128, "mamba_d_head": 64, "mamba_expand": 2, "shared_intermediate_size": 1536,
}  # fmt: skip
PLAIN = {
    "hidden_size": 4096, "num_hidden_layers": 32, "num_attention_heads": 32,
    "intermediate_size": 14336, "vocab_size": 65536,
}  # fmt: skip


# Sizes as their makers state them: Jamba 1.5 Large, MiniMax-Text-01, Granite 4.0 H Small.
@pytest.mark.parametrize(
    ("config", "total_b", "active_b", "linear"),
    [(JAMBA, 398, 94, 63), (MINIMAX, 456, 45.9, 70), (GRANITE, 32, 9, 36)],
    ids=lambda v: v["model_type"] if isinstance(v, dict) else "",
)
def test_hybrids_have_their_published_size(
    config: dict[str, Any], total_b: float, active_b: float, linear: int
) -> None:
    shape = require_supported(shape_from_config(config, "hybrid"))
    print(f"{total_params(shape) / 1e9:.1f} bn, {active_params(shape) / 1e9:.1f} active")
    assert total_params(shape) / 1e9 == pytest.approx(total_b, rel=0.02)
    assert active_params(shape) / 1e9 == pytest.approx(active_b, rel=0.06)
    assert shape.linear_layers == linear
    assert any("linear layers" in note for note in shape.approximations)


@pytest.mark.parametrize(
    ("more", "words"),
    [
        ({"model_type": "falcon_h1", "mamba_d_ssm": 4096}, "side by side"),
        ({"model_type": "lfm2", "layer_types": ["conv", "full_attention"] * 16}, "convolutions"),
        ({"model_type": "rwkv7"}, "recurrent"),
        ({"model_type": "recurrent_gemma", "lru_width": 4096}, "RG-LRU"),
        ({"model_type": "new", "mamba_d_state": 16}, "state-space"),
        ({"model_type": "new", "layer_types": ["retention"] * 32}, "retention"),
    ],
    ids=lambda v: str(v.get("model_type")) if isinstance(v, dict) else "",
)
def test_what_is_not_represented_is_refused(more: dict[str, Any], words: str) -> None:
    shape = shape_from_config({**PLAIN, **more}, "hybrid")
    with pytest.raises(InputError, match=words):
        require_supported(shape)
