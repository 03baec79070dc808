"""Shapes from a Hugging Face ``config.json``.

The file is what a user has at hand. Names of its keys differ between architectures; `_KEYS` lists
the spellings, the functions below the rules that are not a matter of spelling. What the models here
can't represent ends up in `ModelShape.unsupported`, what is rough in `ModelShape.approximations`.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from gigawatt.errors import InputError
from gigawatt.performance.block_configs import irregular, layer_counts
from gigawatt.performance.config_hybrids import beyond, dense_by_period, refused_by_name
from gigawatt.performance.config_known import rewritten, unknown_kind, with_quantisation
from gigawatt.performance.config_mixers import Config, mixing, plain_int
from gigawatt.performance.shapes import ModelShape

_KEYS: dict[str, tuple[str, ...]] = {
    "layers": ("num_hidden_layers", "n_layer", "num_layers", "n_layers"),
    "hidden": ("hidden_size", "n_embd", "d_model", "dim"),
    "heads": ("num_attention_heads", "n_head", "num_heads", "n_heads"),
    "kv_heads": ("num_key_value_heads", "num_kv_heads", "n_head_kv", "n_kv_heads",
                 "multi_query_group_num", "num_attention_groups"),
    "head_dim": ("head_dim", "attention_head_dim", "kv_channels", "d_head"),
    "vocab": ("vocab_size", "padded_vocab_size"),
    "ffn": ("intermediate_size", "ffn_hidden_size", "n_inner", "ffn_dim", "d_ff", "hidden_dim"),
    "experts": ("n_routed_experts", "num_experts", "num_local_experts", "moe_num_experts"),
    "shared_experts": ("n_shared_experts", "num_shared_experts", "num_shared_expert"),
    "top_k": ("num_experts_per_tok", "num_experts_per_token", "moe_topk", "moe_top_k",
              "top_k_experts", "moe_k"),
    "expert_ffn": ("moe_intermediate_size", "expert_intermediate_size", "moe_ffn_hidden_size"),
    "shared_ffn": ("shared_expert_intermediate_size", "shared_intermediate_size",
                   "moe_shared_expert_intermediate_size",
                   "share_expert_dim"),
    "first_dense": ("first_k_dense_replace", "num_dense_layers",
                    "moe_layer_start_index"),
    "mtp": ("num_nextn_predict_layers", "mtp_num_hidden_layers", "num_mtp_modules"),
    "context": ("max_position_embeddings", "n_positions", "max_sequence_length", "seq_length"),
    "kv_lora_rank": ("kv_lora_rank",),
    "q_lora_rank": ("q_lora_rank",),
    "qk_nope_dim": ("qk_nope_head_dim",),
    "qk_rope_dim": ("qk_rope_head_dim",),
    "v_dim": ("v_head_dim",),
}  # fmt: skip
_UNGATED = ("gelu", "gelu_new", "gelu_fast", "gelu_pytorch_tanh", "relu", "relu2", "quick_gelu")
_GATED_GELU = ("gemma", "gemma2", "gemma3", "gemma4", "glm", "granite")
_UNGATED_TYPES = ("nemotron_h", "nemotron", "phi", "starcoder2", "gpt2", "gpt_neox", "gpt_neo",
                  "gptj", "opt", "bloom", "falcon", "mpt")  # fmt: skip
_TIED_BY_DEFAULT = (
    "gpt2",
    "gemma",
    "gemma2",
    "gemma3",
    "gemma4",
    "bloom",
    "falcon",
    "opt",
    "mpt",
    "gpt_neo",
)
_EVERY_LAYER_MOE = ("mixtral", "gpt_oss", "minimax_m2", "phimoe", "dbrx", "grok", "grok-1")
_APART = (
    "biases and clamped activations keep kernels of training apart: counted by their bytes, "
    "checked on no run"
)
_GATED_ATTENTION = ("qwen3_5", "qwen3_next")
# sizes that files leave to their class; Transformers' Gemma3TextConfig
_LEFT_OUT: dict[str, dict[str, int]] = {
    "gemma3_text": {
        "vocab_size": 262208, "num_attention_heads": 8, "num_key_value_heads": 4, "head_dim": 256,
        "sliding_window": 4096, "sliding_window_pattern": 6,
    },
}  # fmt: skip
_UNREPRESENTED = {
    "mamba": "a pure state-space model",
    "mamba2": "a pure state-space model",
    "t5": "an encoder-decoder",
    "bart": "an encoder-decoder",
    "bert": "an encoder",
}


def read_config(path: Path) -> ModelShape:
    """Shape of a ``config.json``; the name is that of its folder, or of the file.

    Raises
    ------
    InputError : the file can't be read, is no JSON object, or lacks a size; the message names it.
    """
    try:
        raw = json.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise InputError(f"{path}: can't be read ({error.strerror}).") from error
    except (json.JSONDecodeError, UnicodeDecodeError) as error:
        raise InputError(f"{path}: not JSON ({error}).") from error
    if not isinstance(raw, dict):
        raise InputError(f"{path}: a config.json is a JSON object, this is a {type(raw).__name__}.")
    raw = with_quantisation(raw, path)
    stem = path.resolve().parent.name if path.name == "config.json" else path.stem
    name = str(raw.get("_name_or_path") or stem)
    return shape_from_config(raw, name, str(path))


def shape_from_config(raw: Config, name: str, where: str = "config.json") -> ModelShape:
    """Shape that a parsed config describes; `where` names it in errors."""
    config = _text_part(raw)
    if blocks := config.get("layers_block_type"):
        config = {"num_hidden_layers": len(blocks), **config}
    kind = str(config.get("model_type") or raw.get("model_type") or "")
    config = _LEFT_OUT.get(kind, {}) | dict(config)
    family = kind.removesuffix("_text")
    notes: list[str] = []
    config = dict(rewritten(config, family, notes))
    if note := unknown_kind(family):
        notes.append(note)
    if any(raw.get(key) for key in _ENCODERS):
        notes.append(_TEXT_ONLY)
    refused = family in _UNREPRESENTED or refused_by_name(family)
    if refused and not any(config.get(k) for k in _KEYS["heads"]):
        config |= {"num_attention_heads": 1}  # has none; the shape is refused by name
    needed = {key: _size(config, key, where) for key in ("layers", "hidden", "heads", "vocab")}
    heads = needed["heads"]
    kv_heads = _optional(config, "kv_heads", where) or _default_kv_heads(config, family, heads)
    mla = _optional(config, "kv_lora_rank", where) > 0 and "kv_lora_rank" in config
    given: dict[str, Any] = {
        **needed,
        "kv_heads": kv_heads,
        "head_dim": 0 if mla else _head_dim(config, needed, where),
        "attention": "mla" if mla else _attention(heads, kv_heads),
        "ffn_matrices": _matrices(config, family),
        "context": _optional(config, "context", where),
        "mtp_layers": _optional(config, "mtp", where),
        "tied_embeddings": _tied(config, raw, family),
        "native_precision": native_precision(raw, config),
        "attention_gate": bool(config.get("attn_output_gate", family.startswith(_GATED_ATTENTION))),
        "kernels_apart": family == "gpt_oss",
    }
    if mla:
        for key in ("kv_lora_rank", "q_lora_rank", "qk_nope_dim", "qk_rope_dim", "v_dim"):
            given[key] = _optional(config, key, where)
    elif (narrow := _optional(config, "v_dim", where)) and narrow != given["head_dim"]:
        given["v_dim"] = narrow
    if low := plain_int(config.get("share_q_dim")):  # Step3
        given["q_lora_rank"] = low
    if given["kernels_apart"]:
        notes.append(_APART)
    given |= _feed_forward(config, family, needed["layers"], where, notes)
    given |= mixing(config, family, needed["layers"], given, notes)
    blocks = config.get("block_configs")
    if blocks and not irregular(blocks):
        given |= layer_counts(blocks, needed["hidden"], heads)
        given["attention"] = _attention(heads, given["kv_heads"])
        notes[:] = [n for n in notes if "feed-forward" not in n]
        notes.append("feed-forward layers of different widths are taken at their mean")
    return ModelShape(
        id=_slug(name),
        name=name,
        unsupported=_unsupported(config, family, given),
        approximations=tuple(notes),
        **given,
    )


_ENCODERS = ("vision_config", "audio_config", "vision_tower_config", "vit_config")
_TEXT_ONLY = "encoders of images and sound are left out: the language model alone"


def _text_part(raw: Config) -> Config:
    """Config of the language model where it is nested in one of several modalities."""
    for key in ("text_config", "language_config", "llm_config", "thinker_config"):
        part = raw.get(key)
        if isinstance(part, dict):
            return _text_part(part) if key == "thinker_config" else part
    return raw


def _number(config: Config, key: str, where: str) -> float | None:
    for spelled in _KEYS[key]:
        value = config.get(spelled)
        if value is None or value == "":
            continue
        if isinstance(value, list) and value and len(set(map(str, value))) == 1:
            value = value[0]
        if isinstance(value, list):
            value = max(v for v in value if isinstance(v, int | float))
        if isinstance(value, bool) or not isinstance(value, int | float) or value < 0:
            raise InputError(f"{where}: {spelled} = {value!r} must be a number, zero or more.")
        return float(value)
    return None


def _optional(config: Config, key: str, where: str) -> int:
    return int(_number(config, key, where) or 0)


def _size(config: Config, key: str, where: str) -> int:
    value = _optional(config, key, where)
    if value < 1:
        names = " or ".join(_KEYS[key])
        raise InputError(f"{where}: no {key.replace('_', ' ')} ({names}) of one or more.")
    return value


def _default_kv_heads(config: Config, family: str, heads: int) -> int:
    """Key heads of the older architectures that have a flag, or none of their own."""
    if config.get("multi_query") and not config.get("new_decoder_architecture"):
        return 1
    attention = config.get("attn_config")
    if isinstance(attention, dict) and attention.get("kv_n_heads"):
        return int(attention["kv_n_heads"])
    return heads


def _head_dim(config: Config, sizes: Mapping[str, int], where: str) -> int:
    given = _optional(config, "head_dim", where)
    if given:
        return given
    if sizes["hidden"] % sizes["heads"]:
        raise InputError(
            f"{where}: hidden size {sizes['hidden']} does not divide by {sizes['heads']} heads; "
            "give head_dim."
        )
    return sizes["hidden"] // sizes["heads"]


def _attention(heads: int, kv_heads: int) -> str:
    if kv_heads == heads:
        return "mha"
    return "mqa" if kv_heads == 1 else "gqa"


def _matrices(config: Config, family: str) -> int:
    """3 for gated units. A GELU is gated in some families only, so both are looked at."""
    spelled = ("hidden_act", "activation_function", "hidden_activation", "mlp_hidden_act")
    act = next((str(config[key]) for key in spelled if config.get(key)), "silu")
    if family in _UNGATED_TYPES or family.removesuffix("moe") in ("gpt_bigcode",):
        return 2
    if family.startswith(_GATED_GELU):
        return 3
    return 2 if act in _UNGATED else 3


def _tied(config: Config, raw: Config, family: str) -> bool:
    value = config.get("tie_word_embeddings", raw.get("tie_word_embeddings"))
    if value in (None, ""):
        return family in _TIED_BY_DEFAULT
    return bool(value)


def _feed_forward(
    config: Config, family: str, layers: int, where: str, notes: list[str]
) -> dict[str, Any]:
    ffn = _optional(config, "ffn", where)
    experts = _optional(config, "experts", where)
    if not experts and isinstance(config.get("ffn_config"), dict):  # DBRX nests it
        nested = config["ffn_config"]
        if nested.get("moe_num_experts"):
            return {
                "dense_ffn": 0, "dense_layers": 0, "experts": int(nested["moe_num_experts"]),
                "top_k": int(nested["moe_top_k"]), "expert_ffn": int(nested["ffn_hidden_size"]),
            }  # fmt: skip
    if experts < 2:
        if not ffn:
            ffn = 4 * _size(config, "hidden", where)
            notes.append("no feed-forward width is given: four times the hidden size")
        return {"dense_ffn": ffn, "dense_layers": layers}
    return _mixture(config, family, layers, where, ffn, experts)


def _mixture(
    config: Config, family: str, layers: int, where: str, ffn: int, experts: int
) -> dict[str, Any]:
    expert_ffn = _optional(config, "expert_ffn", where) or ffn
    shared_ffn = _optional(config, "shared_ffn", where)
    shared = _optional(config, "shared_experts", where)
    if shared_ffn and not shared:
        shared = 1
    if family.startswith("llama4"):
        shared = 1
    dense = _dense_layers(config, family, layers, where)
    out: dict[str, Any] = {
        "experts": experts,
        "shared_experts": shared,
        "top_k": _size_or_none(config, "top_k", where),
        "expert_ffn": expert_ffn,
        "dense_layers": dense,
        "dense_ffn": int(config.get("intermediate_size_mlp") or ffn) if dense else 0,
    }
    if shared_ffn and shared_ffn != expert_ffn:
        out["shared_expert_ffn"] = shared_ffn // max(shared, 1)
    if family.startswith("gemma4") or config.get("parallel_ffn"):
        out |= {"parallel_ffn": True, "dense_ffn": ffn}
    if latent := config.get("moe_latent_size") or config.get("routed_expert_hidden_size"):
        out["expert_hidden"] = int(latent)
    return out


def _size_or_none(config: Config, key: str, where: str) -> int:
    """Experts per token; 0 where the file does not say (then the shape is refused)."""
    return _optional(config, key, where)


def _dense_layers(config: Config, family: str, layers: int, where: str) -> int:
    """Dense layers of a mixture model, by whichever rule its configuration uses."""
    by_period = dense_by_period(config, layers)
    if by_period is not None:
        return by_period
    for key in ("moe_layer_freq", "moe_layers_pattern"):
        if isinstance(config.get(key), list):
            return layers - sum(bool(v) for v in config[key])
    if listed := config.get("moe_layers_enum"):  # "3,4,5,…"
        return layers - len(str(listed).split(","))
    if isinstance(config.get("mlp_only_layers"), list) and config["mlp_only_layers"]:
        return len(config["mlp_only_layers"])
    spelled = ("interleave_moe_layer_step", "decoder_sparse_step", "moe_layer_freq")
    step = next((n for key in spelled if (n := plain_int(config.get(key)))), 1)
    first = _optional(config, "first_dense", where)
    after = layers - first
    return first + after - after // max(step, 1) if family not in _EVERY_LAYER_MOE else 0


def native_precision(raw: Config, config: Config) -> str:
    """Precision of the published weights."""
    quant = config.get("quantization_config") or raw.get("quantization_config")
    if not isinstance(quant, dict):
        return "bf16"
    method = str(quant.get("quant_method") or "").lower()
    text = json.dumps(quant).lower()
    found = _grouped_precision(quant) if method == "compressed-tensors" else ""
    if found or "mxfp4" in text:
        return found or "mxfp4"
    return _by_words(text, method) or _whole_numbers(quant, text, method)


def _by_words(text: str, method: str) -> str:
    """Floating formats that a quantisation names, and four-bit integers of ModelOpt."""
    if method == "quark" and '"fp4' in text:
        return "mxfp4"
    if "w4a16" in text or "w4a8_awq" in text:
        return "int4"
    if method == "modelopt" or "nvfp4" in text:
        return "nvfp4" if "nvfp4" in text or '"num_bits": 4' in text else "fp8"
    return "fp8" if "fp8" in text or "float8" in text else ""


def _whole_numbers(quant: Config, text: str, method: str) -> str:
    """Integer formats of GPTQ, AWQ and bitsandbytes; BF16 where none is told."""
    if '"bits": 8' in text or quant.get("load_in_8bit"):
        return "int8"
    four = '"bits": 4' in text or '"num_bits": 4' in text or quant.get("load_in_4bit")
    return "int4" if four or method in ("awq", "gptq") else "bf16"


def _grouped_precision(quant: Config) -> str:
    """Narrowest format of the weights that compressed-tensors lists by groups of modules."""
    groups = quant.get("config_groups")
    held = groups.values() if isinstance(groups, dict) else ()
    weights = [g["weights"] for g in held if isinstance(g, dict) and g.get("weights")]
    found = [(plain_int(w.get("num_bits")), str(w.get("type") or "int")) for w in weights]
    if not found:
        return ""
    bits, kind = min(found)
    if bits <= 4:
        return "nvfp4" if kind == "float" else "int4"
    return "bf16" if bits > 8 else "fp8" if kind == "float" else "int8"


def _unsupported(config: Config, family: str, given: Config) -> tuple[str, ...]:
    found = []
    if family in _UNREPRESENTED:
        found.append(_UNREPRESENTED[family])
    found += beyond(config, family, given)
    blocks = config.get("block_configs")
    if irregular(blocks) if blocks else family in ("nemotron-nas", "deci"):
        found.append("layers of different shapes (block_configs)")
    if given.get("experts") and not given.get("top_k"):
        found.append("the number of experts per token is not given")
    if family == "nemotron_h" and not given.get("attention_layers"):
        found.append("the pattern of blocks is not given")
    if family == "kimi_linear" and not given.get("linear_layers"):
        found.append("which layers have linear attention is not given")
    if config.get("is_encoder_decoder"):
        found.append("an encoder-decoder")
    return tuple(dict.fromkeys(found))


def _slug(name: str) -> str:
    """Identifier of a name, as the catalog spells it."""
    last = name.rstrip("/").split("/")[-1].lower()
    return "".join(c if c.isalnum() or c in "._-" else "-" for c in last) or "model"
