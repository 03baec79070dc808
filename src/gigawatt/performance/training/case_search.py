"""The split of a row that leaves it open: what the search recommends within what the row says."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from dataclasses import replace
from typing import Any, cast

from gigawatt.errors import InfeasibleError, InputError
from gigawatt.performance.hardware import System
from gigawatt.performance.recompute_names import parse_recompute
from gigawatt.performance.shapes import ModelShape
from gigawatt.performance.training.case_input import Row, Said, flag_of, size_of, text_of
from gigawatt.performance.training.choices import Recompute
from gigawatt.performance.training.facts import TrainModel
from gigawatt.performance.training.plan import Plan
from gigawatt.performance.training.search import SearchResult, search
from gigawatt.performance.training.space import PRACTICAL, Choices

MOST_TENSOR = 64
USUAL_BATCH_TOKENS = 4e6
USUAL_GPU_TOKENS = 1024
NEAR_BATCH = 0.06
MOST_LOSS = 0.1
TRIED_BATCHES = 3
ROUND_COUNT = 1.15  # a batch that divides is taken where it is faster per sequence by more
MOST_FACTOR = 13
LEAST_USED = 0.9  # of the packages by a search, as `Choices.least_used_share`
_PARTS = {
    "norm": Recompute.NORM,
    "activation": Recompute.ACTIVATION,
    "mla_up": Recompute.MLA_UP,
    "core_attention": Recompute.CORE_ATTENTION,
    "feed_forward": Recompute.FEED_FORWARD,
    "moe": Recompute.MOE,
    "full": Recompute.FULL,
}


def searched_plan(
    row: Row,
    shape: ModelShape,
    system: System,
    model: TrainModel,
    plan: Plan,
    size: Mapping[str, int | None],
    said: Said,
) -> Plan:
    """Recommended plan of the search within what the row says."""
    gpus = size["gpus"] or 1
    if shape.is_moe and shape.experts % (size["ep"] or 1):
        raise InputError(f"ep = {size['ep']} does not divide {shape.experts} experts")
    if (size["pp"] or 1) > shape.layers + shape.mtp_layers:
        raise InputError(f"pp = {size['pp']} stages are more than {shape.layers} layers")
    gbs = size_of(row, "gbs")
    stated_batch = gbs is not None
    if gbs is None:
        gbs = usual_batch(gpus, plan.seq)
        said.note(f"batch of {gbs:,} sequences (not given)", 0.1)
    fixed: dict[str, Any] = {
        k: (v,) for k in ("tp", "pp", "cp", "ep", "mbs", "vp") if (v := size[k]) is not None
    }
    told = text_of(row, "fsdp_shard") or flag_of(row, "dist_optimizer") is not None
    zero = (plan.zero,) if told or plan.zero else (0, 1)
    choices = replace(
        PRACTICAL, **fixed, zero=zero, sequence_parallel=(True,), least_used_share=1.0
    )
    stated = stated_recompute(row, shape, None)
    if stated is not None:
        choices = replace(choices, recompute=(stated,))
    start = replace(plan, gbs=gbs)
    found = None
    for split in _splits(size, gpus):
        own = Said([])
        try:
            other = _found(shape, system, model, start, gpus, replace(choices, **split), own)
        except (InputError, InfeasibleError) as error:
            failed: Exception = error
            continue
        if found is None or _per_sequence(other) < _per_sequence(found):
            found, noted = other, own
    if found is None:
        raise failed
    for words in noted.words:
        said.note(words, noted.sigma_log)
    chosen = found.recommended.plan
    said.note(
        f"tp {chosen.tp}, pp {chosen.pp}, cp {chosen.cp}, ep {chosen.ep} (not given: best of "
        f"{found.feasible:,} feasible plans; microbatch {chosen.mbs}, "
        f"{_recompute_words(chosen)}; published plans take "
        f"{model.values['searched_plan_factor'] - 1.0:.0%} longer)",
        0.1,
    )
    if stated_batch and chosen.gbs != gbs and gbs >= chosen.dp * chosen.mbs:
        return replace(chosen, gbs=gbs)  # the mean of ranks with different numbers of microbatches
    return chosen


def _splits(size: Mapping[str, int | None], gpus: int) -> list[dict[str, Any]]:
    """Splits to search: all, or those with the stated data-parallel ranks where they divide."""
    dp, cp = size["dp"], size["cp"] or 1
    if dp is None or size["tp"] or size["pp"] or gpus % (dp * cp):
        return [{}]
    inside = gpus // (dp * cp)
    tensor = [t for t in range(1, min(inside, MOST_TENSOR) + 1) if inside % t == 0]
    return [{"tp": (t,), "pp": (inside // t,), "cp": (cp,)} for t in tensor]


def _found(
    shape: ModelShape,
    system: System,
    model: TrainModel,
    base: Plan,
    gpus: int,
    choices: Choices,
    said: Said,
) -> SearchResult:
    """The search; with a near batch that splits over the GPUs where the given one does not.

    Counts of papers are often odd or round ("10,752 GPUs", "2,000 GPUs"). Another batch is taken
    where the given one has no split, or only one that is slower per sequence by more than
    `ROUND_COUNT`.
    """
    found, error = None, None
    try:
        found = _fastest(shape, system, model, base, gpus, choices)
    except InputError as raised:
        error = raised
    if error is None and base.gbs % (gpus // (gpus & -gpus)) == 0:
        return cast(SearchResult, found)
    best = None
    one = gpus * max(1, round(base.gbs / gpus))
    for near in (*near_batches(base.gbs, gpus), one):
        if near == one and best is not None:
            break  # a much larger batch would be faster per sequence, whatever its split
        try:
            other = _fastest(shape, system, model, replace(base, gbs=near), gpus, choices)
        except (InputError, InfeasibleError):
            continue
        if best is None or _per_sequence(other) < _per_sequence(best):
            best = other
    if best is None or (found and _per_sequence(found) < ROUND_COUNT * _per_sequence(best)):
        if found is None:
            raise cast(InputError, error)
        return found
    told = f"split of a batch of {best.recommended.plan.gbs:,} sequences"
    said.note(f"{told} ({base.gbs:,} does not divide over the GPUs)", 0.05)
    return best


def _fastest(
    shape: ModelShape, system: System, model: TrainModel, base: Plan, gpus: int, choices: Choices
) -> SearchResult:
    """The search, with a plan near practice that costs at most `MOST_LOSS`: runs are tuned."""
    return search(
        shape, system, model, base, [gpus], choices, top=1, with_pareto=False, most_loss=MOST_LOSS
    )


def near_batches(gbs: int, gpus: int) -> list[int]:
    """Batches within `NEAR_BATCH` that have most divisors in common with the GPUs, best first."""
    low, high = math.ceil(gbs * (1.0 - NEAR_BATCH)), math.floor(gbs * (1.0 + NEAR_BATCH))
    sizes = sorted(range(low, high + 1), key=lambda b: (-math.gcd(b, gpus), abs(b - gbs)))
    return sizes[:TRIED_BATCHES]


def _per_sequence(found: SearchResult) -> float:
    return found.recommended.step_s / found.recommended.plan.gbs


def usual_batch(gpus: int, seq: int, wanted_tokens: float = 0.0) -> int:
    """Batch in sequences where none is given.

    Four million tokens, 1,024 tokens a GPU for large jobs, or `wanted_tokens`, whichever is most;
    a multiple of the odd part of the GPUs, so that it divides.
    """
    odd = gpus
    while odd % 2 == 0:
        odd //= 2
    tokens = max(USUAL_BATCH_TOKENS, USUAL_GPU_TOKENS * gpus, wanted_tokens)
    doublings = round(math.log2(max(1.0, tokens / seq / odd)))
    return int(odd * 2**doublings)


def splittable(gpus: int) -> int:
    """The count itself, or the nearest below it without prime factors beyond `MOST_FACTOR`.

    A batch that divides over 10,007 packages divides over nothing else; a tenth may stay unused.
    """
    for count in range(gpus, math.ceil(LEAST_USED * gpus) - 1, -1):
        rest = count
        for factor in range(2, MOST_FACTOR + 1):
            while rest % factor == 0:
                rest //= factor
        if rest == 1:
            return count
    return gpus


def stated_recompute(
    row: Row, shape: ModelShape, plan: Plan | None
) -> tuple[Recompute, float] | None:
    """Parts and share of the layers that a row states; None where it leaves them open."""
    choice = parse_recompute(text_of(row, "recompute"))
    if not choice.known:
        return None
    parts = Recompute.NONE
    for name in choice.parts:
        parts |= _PARTS[name]
    if choice.share:
        return parts, choice.share
    every = not choice.layers or (choice.layers == 1 and "uniform" in choice.text.lower())
    stages = plan.pp if plan else 1
    return parts, 1.0 if every else min(1.0, choice.layers * stages / shape.layers)


def vague_selective(row: Row) -> bool:
    """Whether a row says "selective" without the parts.

    It meant the scores (Korthikanti et al. 2022). Fused attention keeps none, so that other parts
    must be meant where the plan does not fit.
    """
    text = text_of(row, "recompute").lower()
    return bool(re.match(r"sel|sac\b", text)) and not re.search(r"att|soft|score", text)


def _recompute_words(plan: Plan) -> str:
    parts = [str(p.name).lower() for p in Recompute if p and p in plan.recompute]
    return f"recomputing {' and '.join(parts)}" if parts else "nothing recomputed"
