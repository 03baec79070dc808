"""A search asked for in the words of a row: what it gives stays fixed, the rest is searched."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from gigawatt.catalog import Catalog
from gigawatt.errors import InputError
from gigawatt.performance.training.case_input import size_of, text_of
from gigawatt.performance.training.cases import Case, open_case
from gigawatt.performance.training.search import SearchResult, search
from gigawatt.performance.training.space import (
    FULL,
    PRACTICAL,
    WIDE,
    Choices,
    make_space,
    options_of,
)

SPACES: Mapping[str, Choices] = {"full": FULL, "wide": WIDE, "practical": PRACTICAL}
AUTO_MOST = 8_000_000  # combinations; a fifth to a half of them are distinct plans
FIXED = ("tp", "pp", "cp", "ep", "vp", "mbs", "etp")


def search_row(
    row: Mapping[str, str], catalog: Catalog, space: str = "auto", top: int = 10
) -> tuple[SearchResult, Case]:
    """Search the plans of a row; `gpus` may list several numbers.

    `space` is a key of `SPACES`, or "auto". Returns the result, and the case with the
    recommended plan.

    Raises
    ------
    InputError : as `cases.resolve_case`; no number of GPUs. InfeasibleError : nothing fits.
    """
    gpus = _counts(text_of(row, "gpus"))
    case = open_case({**row, "gpus": str(max(gpus))}, catalog)
    fixed: dict[str, Any] = {k: (v,) for k in FIXED if (v := size_of(row, k)) is not None}
    if text_of(row, "fsdp_shard"):
        fixed |= {"zero": (case.plan.zero,), "shard": (case.plan.shard,)}
    choices = _choices(case, gpus, space, fixed)
    found = search(case.shape, case.system, case.model, case.plan, gpus, choices, top)
    return found, replace(case, plan=found.recommended.plan)


def _choices(case: Case, gpus: list[int], space: str, fixed: dict[str, Any]) -> Choices:
    """Choices of a named space; "auto" is the widest of at most `AUTO_MOST` combinations."""
    if space != "auto":
        return replace(SPACES[space], **fixed)
    widest = [replace(choices, **fixed) for choices in SPACES.values()]
    layouts = len(make_space(case.shape, case.system, case.plan, gpus, widest[0]).layouts)
    for choices in widest[:-1]:
        if layouts * options_of(choices, case.shape) <= AUTO_MOST:
            return choices
    return widest[-1]


def _counts(text: str) -> list[int]:
    if not text:
        raise InputError("search: gpus is needed, one number or several (1024,2048)")
    parts = text.replace(";", ",").split(",")
    return sorted({size_of({"gpus": part}, "gpus") or 0 for part in parts})
