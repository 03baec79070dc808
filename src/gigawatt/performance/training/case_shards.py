"""What a row shards over its data-parallel ranks: as it says, or as much as it needs to fit."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace

from gigawatt.performance.training.case_input import Row, Said, flag_of, size_of, text_of
from gigawatt.performance.training.choices import Stack
from gigawatt.performance.training.plan import Plan

SHARDING_WORDS = ("optimizer states", "FSDP with stages")


def sharded_plan(row: Row, base: Plan, said: Said) -> Plan:
    """ZeRO stage: FSDP or ZeRO-n in the text, else the distributed optimizer's flag.

    FSDP of a pipeline keeps a stage's parameters between microbatches (PyTorch's default there).
    """
    text = text_of(row, "fsdp_shard").lower()
    fully = 2 if (size_of(row, "pp") or 1) > 1 else 3
    if found := re.search(r"(?:zero|stage)[-_\s]*(?:stage)?[-_\s]*([0-3])\b", text):
        return replace(base, zero=int(found.group(1)))
    if re.search(r"^ddp|\bno.?shard", text):
        return replace(base, zero=0)
    ranks = re.fullmatch(r"(?:hsdp|hybrid)?\D*?(\d+)(?:\.0*)?\D*", text)  # of a shard group
    version = re.search(r"fsdp[-_ ]?v?[12]\b", text)
    group = int(ranks.group(1)) if ranks and not version else 0
    if group > 1 or re.search(r"fsdp|full|hsdp|hybrid", text):
        if fully == 2:
            said.note("FSDP with stages: parameters gathered once a step", 0.05)
        return replace(base, zero=fully, shard=group if group > 1 and fully == 3 else 0)
    note = text_of(row, "notes").lower().split(";")[0]
    if re.search(r"zero-?3|fsdp", note):
        return replace(base, zero=3 if re.search(r"zero-?3", note) else fully)
    flag = flag_of(row, "dist_optimizer")
    if flag is None:
        flag = base.stack != Stack.ERA_2021
        said.note("optimizer states sharded" if flag else "optimizer states on every rank")
    return replace(base, zero=1 if flag else 0)


def fitting_shards(
    row: Row, plan: Plan, fits: Callable[[Plan], bool], refill: Callable[[Plan], Plan], said: Said
) -> Plan:
    """More sharding where the row does not state it and the plan does not fit: it ran, after all.

    Optimizer states, then gradients, then parameters over the data-parallel ranks.
    """
    if flag_of(row, "seq_parallel") is None and plan.tp > 1 and not plan.sequence_parallel:
        split = replace(plan, sequence_parallel=True)
        if not fits(plan) and fits(split):
            said.note("sequence parallelism (without it, it does not fit)")
            return split
    text = text_of(row, "fsdp_shard")
    open_text = plan.zero == 2 and not re.search("zero|stage", text.lower())  # FSDP of a pipeline
    stated = (text and not open_text) or flag_of(row, "dist_optimizer") is False
    if stated or plan.dp == 1 or fits(plan):
        return plan
    for zero in range(plan.zero + 1, 4):
        candidate = refill(replace(plan, zero=zero))
        if fits(candidate):
            said.words[:] = [w for w in said.words if not w.startswith(SHARDING_WORDS)]
            said.note(f"ZeRO-{zero} (with less sharding it does not fit)", 0.05)
            return candidate
    return plan
