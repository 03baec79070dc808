"""State-space, lightning and other mixers of a ``config.json``: read, or said to be beyond us.

A hybrid that is read as a plain transformer gives a wrong model without a word, so keys and kinds
of layers that belong to no reader here make a shape unsupported.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from typing import Any

Config = Mapping[str, Any]

REFUSED = {
    "rwkv": "a recurrent model",
    "xlstm": "a recurrent model",
    "retnet": "a recurrent model",
    "falcon_mamba": "a pure state-space model",
    "recurrent_gemma": "recurrent layers (RG-LRU) beside attention",
    "zamba": "one attention block shared between state-space layers",
    "falcon_h1": "attention and state space side by side in a layer",
    "hymba": "attention and state space side by side in a layer",
    "phi4flash": "state space with caches shared between layers",
    "lfm2": "convolutions instead of attention in most layers",
    "llada": "a diffusion model: it writes blocks of text, not token after token",
    "dream": "a diffusion model: it writes blocks of text, not token after token",
    "stripedhyena": "long convolutions",
    "evo": "long convolutions",
}
_KNOWN_LAYERS = (
    "full_attention", "sliding_attention", "chunked_attention", "linear_attention", "attention",
    "mamba",
)  # fmt: skip
_FOREIGN = re.compile(
    r"^(mamba|ssm|rwkv|lru|time_mix|conv_l|hyena|recurrent|retention)_?", re.IGNORECASE
)
_STATE_OF_1 = 16  # Mamba's own default; of the second version 128
_STATE_OF_2 = 128
_WIDENED = 2  # inner over hidden width where a file leaves it out


def state_space_layers(config: Config, layers: int, given: Config) -> dict[str, Any]:
    """Jamba, Bamba and Granite 4: some layers have Mamba instead of attention."""
    count = _mamba_count(config, layers)
    if not count:
        return {}
    h = int(given["hidden"])
    inner = _whole(config, "mamba_expand", _WIDENED) * h
    heads = _whole(config, "mamba_n_heads", _whole(config, "mamba_num_heads", 0))
    if heads:  # the second version
        inner = heads * _whole(config, "mamba_d_head", inner // heads)
        state = _whole(config, "mamba_d_state", _STATE_OF_2)
        groups = _whole(config, "mamba_n_groups", 1)
        weights = h * (2 * inner + 2 * groups * state + heads) + inner * h
    else:
        state = _whole(config, "mamba_d_state", _STATE_OF_1)
        rank = _whole(config, "mamba_dt_rank", math.ceil(h / 16))
        weights = 2 * h * inner + inner * (rank + 2 * state) + rank * inner + inner * h
    return {"linear_layers": count, "linear_weights": weights, "linear_state": inner * state}


def lightning_layers(config: Config, given: Config) -> dict[str, Any]:
    """MiniMax-Text-01 and M1: lightning attention with an output gate where the list holds 0."""
    listed = config.get("attn_type_list")
    if not isinstance(listed, list):
        return {}
    count = sum(v == 0 for v in listed)
    wide = int(given["heads"]) * int(given["head_dim"])
    if not count:
        return {}
    return {
        "linear_layers": count,
        "linear_weights": 5 * int(given["hidden"]) * wide,
        "linear_state": wide * int(given["head_dim"]),
    }


def dense_by_period(config: Config, layers: int) -> int | None:
    """Dense layers where experts come in every so-manieth layer (Jamba); None if not said so."""
    period = _whole(config, "expert_layer_period", 0)
    if not period:
        return None
    return layers - len(range(_whole(config, "expert_layer_offset", 0), layers, period))


def refused_by_name(family: str) -> bool:
    """Whether an architecture is refused whatever else its file holds."""
    return family.startswith(tuple(REFUSED))


def beyond(config: Config, family: str, given: Config) -> list[str]:
    """What a file holds that no reader here represents."""
    found = [words for name, words in REFUSED.items() if family.startswith(name)]
    listed = config.get("layer_types")
    kinds = {str(v) for v in listed} if isinstance(listed, list) else set()
    if strange := sorted(kinds.difference(_KNOWN_LAYERS)):
        found.append(f"layers of kind {', '.join(strange)}")
    foreign = [k for k, v in config.items() if _FOREIGN.match(k) and v]
    if foreign and not found and not given.get("linear_layers"):
        found.append(f"state-space or recurrent layers ({foreign[0]} …)")
    return found


def _mamba_count(config: Config, layers: int) -> int:
    listed = config.get("layer_types")
    if isinstance(listed, list):
        return sum(str(v) == "mamba" for v in listed)
    if isinstance(config.get("attn_layer_indices"), list):
        return layers - len(config["attn_layer_indices"])
    period = _whole(config, "attn_layer_period", 0)
    if not period:
        return 0
    return layers - len(range(_whole(config, "attn_layer_offset", 0), layers, period))


def _whole(config: Config, key: str, otherwise: int) -> int:
    value = config.get(key)
    known = isinstance(value, int | float) and not isinstance(value, bool) and value >= 0
    return int(value) if known else otherwise  # type: ignore[arg-type]
