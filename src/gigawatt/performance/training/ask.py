"""A search asked for in the words of a row: what it gives stays fixed, the rest is searched."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from gigawatt.catalog import Catalog
from gigawatt.errors import InputError
from gigawatt.performance.training.case_input import number_of, size_of, text_of
from gigawatt.performance.training.cases import Case, open_case
from gigawatt.performance.training.search import SearchResult, search
from gigawatt.performance.training.space import FULL, PRACTICAL, Choices

SPACES: Mapping[str, Choices] = {"full": FULL, "practical": PRACTICAL}
FIXED = ("tp", "pp", "cp", "ep", "vp", "mbs", "etp")


def search_row(
    row: Mapping[str, str], catalog: Catalog, space: str = "full", top: int = 10
) -> tuple[SearchResult, Case]:
    """Search the plans of a row; `gpus` may list several numbers.

    Returns the result and the case with the recommended plan.

    Raises
    ------
    InputError : as `cases.resolve_case`; no number of GPUs. InfeasibleError : nothing fits.
    """
    gpus = _counts(text_of(row, "gpus"))
    case = open_case({**row, "gpus": str(max(gpus))}, catalog)
    fixed: dict[str, Any] = {k: (v,) for k in FIXED if (v := size_of(row, k)) is not None}
    choices = replace(SPACES[space], **fixed)
    if text_of(row, "fsdp_shard"):
        choices = replace(choices, zero=(case.plan.zero,), shard=(case.plan.shard,))
    number_of(row, "gbs")
    found = search(case.shape, case.system, case.model, case.plan, gpus, choices, top)
    return found, replace(case, plan=found.recommended.plan)


def _counts(text: str) -> list[int]:
    if not text:
        raise InputError("search: gpus is needed, one number or several (1024,2048)")
    parts = text.replace(";", ",").split(",")
    return sorted({size_of({"gpus": part}, "gpus") or 0 for part in parts})
