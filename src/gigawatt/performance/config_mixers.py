"""What mixes tokens in the layers of a ``config.json``: windows, linear layers, sparse attention.

Read by `configs`, which holds the rules for everything else.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from gigawatt.performance.config_hybrids import lightning_layers, state_space_layers

Config = Mapping[str, Any]


def mixing(
    config: Config, family: str, layers: int, given: Config, notes: list[str]
) -> dict[str, Any]:
    """Fields of `ModelShape` for what mixes tokens where it is not plain attention in every layer.

    Windows, linear layers, state space, sparse attention; empty for plain attention. `given` holds
    the sizes read so far; what is rough is added to `notes`.
    """
    out = _hybrid_blocks(config, given, notes)
    out = out or _linear_layers(config, layers, given) or state_space_layers(config, layers, given)
    out = out or lightning_layers(config, given)
    if out.get("linear_layers"):
        notes.append(
            "linear layers are weights and a state of fixed size; their kernels count as products"
        )
    elif not out:
        out = _windows(config, family, layers)
    if topk := plain_int(config.get("index_topk")):
        out |= {
            "index_topk": topk,
            "index_heads": plain_int(config.get("index_n_heads")),
            "index_dim": plain_int(config.get("index_head_dim")),
        }
        notes.append("sparse attention is the chosen tokens and the indexer's scores")
    if family.startswith("deepseek_v4") or family == "deepseek_ref":
        out |= _deepseek_v4(config, notes)
    return out


def plain_int(value: object) -> int:
    """The value as a whole number; 0 where it is none."""
    return int(value) if isinstance(value, int | float) and not isinstance(value, bool) else 0


def _count(config: Config, kind: str) -> int:
    """Layers of a kind, by the list of layer types or by a summary of it ("a:3 b:1")."""
    listed = config.get("layer_types")
    if isinstance(listed, list):
        return sum(str(v) == kind for v in listed)
    for part in str(config.get("layer_types_summary") or "").split():
        name, _, count = part.partition(":")
        if name == kind:
            return int(count)
    return 0


def _windows(config: Config, family: str, layers: int) -> dict[str, Any]:
    window = plain_int(config.get("sliding_window")) or plain_int(
        config.get("attention_chunk_size")
    )
    if not window or config.get("use_sliding_window") is False:
        return {}
    windowed = _count(config, "sliding_attention") + _count(config, "chunked_attention")
    if not windowed and isinstance(config.get("hybrid_layer_pattern"), list):
        windowed = sum(bool(v) for v in config["hybrid_layer_pattern"])
    pattern = plain_int(config.get("sliding_window_pattern"))
    if not windowed and pattern > 1:
        windowed = layers - layers // pattern
    if not windowed and family == "gemma2":
        windowed = layers // 2
    if not windowed and family.startswith("llama4"):
        windowed = layers - layers // 4  # no-rope layers are full
    if not windowed and family in ("mistral", "mixtral", "phi3"):
        windowed = layers
    return {"sliding_window": window, "windowed_layers": windowed} if windowed else {}


def _linear_layers(config: Config, layers: int, given: Config) -> dict[str, Any]:
    """Gated delta-rule layers (Qwen3-Next and later) and Kimi's linear attention."""
    linear = _count(config, "linear_attention")
    every = plain_int(config.get("full_attention_interval"))
    own = config.get("linear_attn_config")
    if not linear and every:
        linear = layers - layers // every
    if isinstance(own, dict) and own.get("kda_layers"):
        return _kimi_linear(own, given)
    if not linear:
        return {}
    h = given["hidden"]
    keys = plain_int(config.get("linear_num_key_heads")) * plain_int(
        config.get("linear_key_head_dim")
    )
    value_heads = plain_int(config.get("linear_num_value_heads"))
    values = value_heads * plain_int(config.get("linear_value_head_dim"))
    weights = h * (2 * keys + 2 * values + 2 * value_heads) + values * h
    state = values * plain_int(config.get("linear_key_head_dim"))
    return {"linear_layers": linear, "linear_weights": weights, "linear_state": state}


def _kimi_linear(own: Config, given: Config) -> dict[str, Any]:
    wide = plain_int(own.get("num_heads")) * plain_int(own.get("head_dim"))
    low = 2 * (given["hidden"] + wide) * plain_int(own.get("head_dim"))  # decay and output gates
    weights = 4 * given["hidden"] * wide + low
    return {
        "linear_layers": len(own["kda_layers"]),
        "linear_weights": weights,
        "linear_state": wide * plain_int(own.get("head_dim")),
    }


def _hybrid_blocks(config: Config, given: Config, notes: list[str]) -> dict[str, Any]:
    """Nemotron-H: every block is one of state space (M), attention (*), dense (-), mixture (E)."""
    kinds = {"mamba": "M", "attention": "*", "mlp": "-", "moe": "E"}
    listed = config.get("layers_block_type") or ()
    pattern = str(config.get("hybrid_override_pattern") or "")
    pattern = pattern or "".join(kinds.get(str(kind), "?") for kind in listed)
    if not pattern:
        return {}
    h = given["hidden"]
    ssm_heads = plain_int(config.get("mamba_num_heads"))
    inner = ssm_heads * plain_int(config.get("mamba_head_dim"))
    state = plain_int(config.get("ssm_state_size"))
    groups = plain_int(config.get("n_groups"))
    out: dict[str, Any] = {
        "attention_layers": pattern.count("*"),
        "linear_layers": pattern.count("M"),
        "linear_weights": h * (2 * inner + 2 * groups * state + ssm_heads) + inner * h,
        "linear_state": inner * state,
        "dense_layers": pattern.count("-"),
        "layers": len(pattern),
    }
    if given.get("experts"):
        out["mixture_layers"] = pattern.count("E")
        out["dense_ffn"] = 0 if not pattern.count("-") else given["dense_ffn"]
    notes.append("blocks of one kind each are counted as layers of a plain stack")
    return out


def _deepseek_v4(config: Config, notes: list[str]) -> dict[str, Any]:
    """Compressed attention of DeepSeek-V4: half of the layers keep 1 entry of 4, half 1 of 128."""
    ratios = config.get("compress_ratios")
    kept = [1.0 / r for r in ratios if r] if isinstance(ratios, list) else [1 / 4, 1 / 128]
    notes.append(
        "attention to compressed entries is an average over layers; windows beside it are left out"
    )
    return {
        "shared_kv": True,
        "sliding_window": 0,
        "q_lora_rank": plain_int(config.get("q_lora_rank")),
        "o_lora_rank": plain_int(config.get("o_lora_rank")) or 1024,
        "o_groups": plain_int(config.get("o_groups"))
        or plain_int(config.get("num_attention_heads")) // 8,
        "kv_entries_per_token": sum(kept) / len(kept),
    }
