"""Models found by architecture search, each layer with its own attention and width.

A shape holds of their `block_configs` the number of layers that have attention, and the mean width
of the feed-forward layers: weights, cache and products are those of the model; their order is lost.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

Block = Mapping[str, Any]
WIDTH_STEP = 256  # widths are rounded up to it, as the published modelling code does


def irregular(blocks: Sequence[Block]) -> bool:
    """Whether blocks have parts that no mean tells: linear replacements, groups that differ."""
    parts = [b.get(part) or {} for b in blocks for part in ("attention", "ffn")]
    odd = any(p.get("replace_with_linear") or p.get("sparsify") for p in parts)
    return odd or len(_groups(blocks)) != 1


def layer_counts(blocks: Sequence[Block], hidden: int, heads: int) -> dict[str, int]:
    """Fields of a shape: layers with attention, heads of the cache, mean feed-forward width."""
    widths = [_width(b.get("ffn") or {}, hidden) for b in blocks]
    return {
        "attention_layers": sum(not (b.get("attention") or {}).get("no_op") for b in blocks),
        "kv_heads": heads // min(_groups(blocks)),
        "dense_ffn": round(sum(widths) / len(widths)),
    }


def _groups(blocks: Sequence[Block]) -> set[int]:
    found = {(b.get("attention") or {}).get("n_heads_in_group") for b in blocks}
    return {int(g) for g in found if g}


def _width(ffn: Block, hidden: int) -> int:
    if ffn.get("no_op"):
        return 0
    if ffn.get("intermediate_size"):
        return int(ffn["intermediate_size"])
    wanted = int(2.0 * float(ffn.get("ffn_mult") or 0.0) * hidden / 3.0)
    return -(-wanted // WIDTH_STEP) * WIDTH_STEP
