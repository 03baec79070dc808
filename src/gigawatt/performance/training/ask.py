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
from gigawatt.performance.training.space import FULL, PRACTICAL, Choices, make_space

SPACES: Mapping[str, Choices] = {"full": FULL, "practical": PRACTICAL}
AUTO_MOST = 8_000_000  # combinations, of which a third to a half are distinct plans
FIXED = ("tp", "pp", "cp", "ep", "vp", "mbs", "etp")


def search_row(
    row: Mapping[str, str], catalog: Catalog, space: str = "auto", top: int = 10
) -> tuple[SearchResult, Case]:
    """Search the plans of a row; `gpus` may list several numbers.

    `space` is a key of `SPACES`, or "auto". Returns the result and the case with the recommended plan.

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
    """Choices of a named space; "auto" is the full one while it has at most `AUTO_MOST` plans."""
    if space != "auto":
        return replace(SPACES[space], **fixed)
    full = replace(FULL, **fixed)
    size = make_space(case.shape, case.system, case.plan, gpus, full)
    few = len(size.layouts) * len(size.options) <= AUTO_MOST
    return full if few else replace(PRACTICAL, **fixed)


def _counts(text: str) -> list[int]:
    if not text:
        raise InputError("search: gpus is needed, one number or several (1024,2048)")
    parts = text.replace(";", ",").split(",")
    return sorted({size_of({"gpus": part}, "gpus") or 0 for part in parts})
