"""Architectures of a ``config.json`` that are known by name, and what is said of others.

A file whose `model_type` is unknown is read by its keys as a plain transformer, and says so. Where
a known architecture counts its parts in another way, the file is rewritten to the usual one.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

Config = Mapping[str, Any]

# beginnings of `model_type`
KNOWN = (
    "afmoe", "apertus", "aquila", "arcee", "arctic", "aya", "baichuan", "bailing", "bamba", "bart",
    "bert", "bloom", "chatglm", "code", "cohere", "command", "cpm", "dbrx", "deci", "deepseek",
    "doge", "dots", "ernie", "evo", "exaone", "falcon", "fuyu", "gemma", "glm", "gpt", "granite",
    "grok", "helium", "hunyuan", "hymba", "hyperclova", "idefics", "intern", "jais", "jamba",
    "jetmoe", "kimi", "lfm", "ling", "llama", "llava", "longcat", "mamba", "mimo", "minicpm",
    "minimax", "ministral", "mistral", "mixtral", "mllama", "molmo", "moonlight", "moonshot",
    "moonvit", "mpt", "nanbeige", "nemotron", "neox", "olmo", "openelm", "opt", "orion", "ouro",
    "ovis", "palm", "pangu", "persimmon", "phi", "pixtral", "plamo", "qwen", "qwq",
    "recurrent_gemma", "retnet", "ring", "rwkv", "sarvam", "seed", "smol", "solar", "stablelm",
    "starcoder", "step", "stripedhyena", "t5", "tele", "trinity", "vaultgemma", "viking", "voxtral",
    "xgen", "xlstm", "xverse", "yi", "youtu", "yuan", "zamba", "zaya",
)  # fmt: skip
PLAIN_KINDS = ("", "transformer", "decoder", "custom", "test", "tiny")


def unknown_kind(family: str) -> str:
    """What to say of a `model_type` that is not known; empty where it is, or none is given."""
    name = family.strip().lower()
    if name in PLAIN_KINDS or name.startswith(KNOWN):
        return ""
    return f"architecture {family!r} is not known here: read as a plain transformer by its keys"


def rewritten(config: Config, family: str, notes: list[str]) -> Config:
    """The file in the usual counts where its architecture has others."""
    return _longcat(config, notes) if family.startswith("longcat_flash") else config


def _longcat(config: Config, notes: list[str]) -> Config:
    """LongCat-Flash: a layer has two attentions, two dense parts and one mixture beside them.

    Some picks of the router are experts that compute nothing (report, section 2.1): the mean number
    of real ones is what counts. Indexers and n-gram embeddings of later versions are not read.
    """
    pairs = int(config.get("num_layers") or config.get("num_hidden_layers") or 0)
    real, empty = int(config.get("n_routed_experts") or 0), int(config.get("zero_expert_num") or 0)
    picks = int(config.get("moe_topk") or 0)
    if not (pairs and real and picks):
        return config
    notes.append("experts that compute nothing are left out: the mean number of real picks")
    dense = int(config.get("ffn_hidden_size") or config.get("intermediate_size") or 0)
    return {
        **config,
        "num_hidden_layers": 2 * pairs,
        "num_layers": None,
        "intermediate_size": dense,
        "moe_intermediate_size": config.get("expert_ffn_hidden_size"),
        "num_experts_per_tok": max(1, round(picks * real / (real + empty))),
        "moe_topk": None,
        "first_k_dense_replace": pairs,
        "parallel_ffn": True,
    }


BESIDE = "hf_quant_config.json"  # where ModelOpt's older checkpoints tell their precision


def with_quantisation(config: Config, path: Path) -> Config:
    """The file with what stands beside it of its quantisation, where it holds none itself."""
    beside = path.with_name(BESIDE)
    if config.get("quantization_config") or path.name != "config.json" or not beside.is_file():
        return config
    try:
        told = json.loads(beside.read_text(encoding="utf-8")).get("quantization")
    except (OSError, ValueError, AttributeError):
        return config
    if not isinstance(told, dict):
        return config
    return {**config, "quantization_config": {"quant_method": "modelopt", **told}}
