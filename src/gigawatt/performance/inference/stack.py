"""Kinds of stack: which deviations from the core a point takes part in."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

KINDS = ("engine", "generation", "scheme", "stack", "model", "engine-model", "engine-lengths")


@dataclass(frozen=True, slots=True)
class Stack:
    """What a point runs on.

    Attributes
    ----------
    engine : "vllm", "sglang", "trtllm".
    generation : of the accelerator, as in `System`.
    scheme : as in `schemes.Scheme`.
    model : catalog id of the shape.
    fixed_lengths : whether all requests are equally long.
    """

    engine: str
    generation: str
    scheme: str
    model: str
    fixed_lengths: bool = False


def cell_of(stack: Stack) -> str:
    """Model and stack together, as the calibration names what has rows."""
    return f"{stack.engine}.{stack.generation}.{stack.scheme}.{stack.model}"


@lru_cache(maxsize=4096)
def levels_of(stack: Stack) -> dict[str, str]:
    """Kind of deviation → name of the level, which is also the id of its catalog record."""
    lengths = "fixed" if stack.fixed_lengths else "varied"
    return {
        "engine": f"engine.{stack.engine}",
        "generation": f"generation.{stack.generation}",
        "scheme": f"scheme.{stack.scheme}",
        "stack": f"stack.{stack.engine}.{stack.generation}.{stack.scheme}",
        "model": f"model.{stack.model}",
        "engine-model": f"engine-model.{stack.engine}.{stack.model}",
        "engine-lengths": f"engine-lengths.{stack.engine}.{lengths}",
    }
