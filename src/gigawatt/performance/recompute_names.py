"""Recomputation as tables write it, read to parts and layers.

"none", "full", "selective", or a list of modules as recipes write them; "full in 50 % of the
layers", "every second layer", "4 layers" (of a stage). Where a text says only that a recipe
decides, nothing is known (`known` is False) and a default rule must choose.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from gigawatt.errors import InputError


@dataclass(frozen=True, slots=True)
class RecomputeChoice:
    """What a text says of recomputation.

    Attributes
    ----------
    known : False where the text leaves it open.
    parts : of "norm", "activation", "mla_up", "core_attention", "feed_forward", "moe", "full";
        empty means nothing is computed again.
    layers : number of layers that it holds for, 0 for all.
    share : share of the layers that it holds for, 0 where none is told.
    text : as written.
    """

    known: bool
    parts: tuple[str, ...]
    layers: int
    text: str
    share: float = 0.0


_OPEN = re.compile(
    r"see recipe|recipe|default|unknown|^offload|as published|not (?:stated|given|known)|partial"
    r"|^(?:\?|n/?a|nan|null|auto)?$"
)
_MODULES: tuple[tuple[str, str], ...] = (
    (r"layer[-_ ]?norm|\bnorms?\b|rms", "norm"),
    (r"moe_act|activation function|\bact\b|[,+] ?activation\b|swiglu|gelu", "activation"),
    (r"mla_up|up[-_ ]?proj", "mla_up"),
    (r"core[-_ ]?att|\battention\b|\battn\b|softmax|scores", "core_attention"),
    (r"shared_experts|\bmlp\b|\bffn\b|feed[-_ ]?forward", "feed_forward"),
    (r"\bmoe\b|\bexperts?\b", "moe"),
)
_LAYERS = re.compile(r"(\d+)\s*layers?|layers?\s*[=:]\s*(\d+)|num_layers\D+(\d+)|block\W+(\d+)")


_SHARE = re.compile(r"(\d+(?:\.\d+)?)\s*%|every (second|other|2nd)\b|every (\d+)(?:rd|th)? layers?")


def parse_recompute(text: str) -> RecomputeChoice:
    """What is computed again.

    "selective" alone is the attention scores (Korthikanti et al. 2022); a list of modules counts
    as it stands.

    Raises
    ------
    InputError : the text says nothing that is known here.
    """
    lowered = text.lower().strip()
    share = _share(lowered)
    found = (_LAYERS.search(lowered) or _None()).groups()
    layers = 0 if share else next((int(v) for v in found if v), 0)
    if lowered in ("0", "no", "false", "off", "-") or re.match(
        r"none|no\b|not used|without|disabled", lowered
    ):
        return RecomputeChoice(True, (), 0, text)
    if re.match(
        r"full\b|uniform|block\b|yes|true|1$|all\b|every|\d+ layers|\d[\d.]*\s*%", lowered
    ) and not _open(lowered):
        return RecomputeChoice(True, ("full",), layers, text, share)
    if _open(lowered):
        return RecomputeChoice(False, (), 0, text)
    parts = tuple(dict.fromkeys(name for p, name in _MODULES if re.search(p, lowered)))
    if parts:
        return RecomputeChoice(True, parts, layers, text, share)
    if re.match(r"sel|sac\b", lowered):
        return RecomputeChoice(True, ("core_attention",), layers, text, share)
    if re.search(r"full|checkpointing|recomput|^ac\b", lowered):
        return RecomputeChoice(True, ("full",), layers, text, share)
    raise InputError(
        f"Unknown recomputation {text!r}. Write none, selective, full, or modules "
        "(layernorm, moe_act, mla_up_proj, core_attn, mlp, moe)."
    )


def _share(text: str) -> float:
    """Share of the layers that a text tells; 0 if none, or if it is no part."""
    found = _SHARE.search(text)
    if not found:
        return 0.0
    percent, second, every = found.groups()
    share = float(percent) / 100.0 if percent else 0.5 if second else 1.0 / max(1, int(every))
    return share if share < 1.0 else 0.0


class _None:
    """Stands for a match that found nothing."""

    def groups(self) -> tuple[str, ...]:
        """No groups."""
        return ()


def _open(text: str) -> bool:
    return bool(_OPEN.search(text))
