"""Tables of training runs: each row's plan, with what it leaves open filled in by rule, predicted.

Columns are those of the published tables (see `docs/training.md`); blank means not known. Results
that a row may hold (time, tokens/s, FLOP/s, MFU, memory) are never read. The order in which blanks
are filled: model and system; precision; date and kind of software; sizes (tp, pp, cp, ep by the
search where tp or pp is missing, dp from the GPUs); microbatch (the fastest that fits);
recomputation (the cheapest with which it fits).
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from gigawatt.catalog import Catalog
from gigawatt.errors import GigawattError, InputError
from gigawatt.performance.hardware import System, full_power_w
from gigawatt.performance.names import parse_recompute
from gigawatt.performance.shapes import ModelShape
from gigawatt.performance.training.case_input import (
    Row,
    Said,
    check_shape,
    flag_of,
    number_of,
    precision_of,
    shape_of,
    size_of,
    system_of,
    text_of,
)
from gigawatt.performance.training.choices import Recompute, Stack
from gigawatt.performance.training.defaults import (
    MICROBATCHES,
    fitting_recompute,
    launch_graphs,
    software_month,
    software_stack,
    virtual_stages,
)
from gigawatt.performance.training.evaluate import evaluate_plan
from gigawatt.performance.training.facts import TrainModel, load_train_model
from gigawatt.performance.training.flops import Convention, flop_per_token, parse_convention
from gigawatt.performance.training.plan import Plan, check_plan
from gigawatt.performance.training.result import StepBatch
from gigawatt.performance.training.search import search
from gigawatt.performance.training.space import PRACTICAL
from gigawatt.quantity.units import W_PER_KW

ADDED = (
    "predicted_iter_time_s",
    "predicted_iter_time_low_s",
    "predicted_iter_time_high_s",
    "predicted_tokens_per_s_per_gpu",
    "predicted_tflops_per_gpu",
    "predicted_memory_gib_per_gpu",
    "fits",
    "assumed",
    "problem",
)
RESULTS = (
    "iter_time_s", "tokens_per_s_per_gpu", "tflops_per_gpu", "mfu_pct", "hfu_pct",
    "time_to_train_min", "memory_gib_per_gpu",
)  # fmt: skip
Z95 = 1.645
USUAL_BATCH_TOKENS = 4e6
USUAL_GPU_TOKENS = 1024
STANDS_FOR = {
    "cdna3": "hopper", "cdna4": "blackwell", "cdna5": "blackwell", "rubin": "blackwell",
    "tpu": "ampere", "tpu-v5p": "hopper", "tpu-v6e": "hopper", "tpu7x": "blackwell",
    "trainium2": "hopper", "trainium3": "blackwell",
}  # fmt: skip
_PARTS = {
    "norm": Recompute.NORM,
    "activation": Recompute.ACTIVATION,
    "mla_up": Recompute.MLA_UP,
    "core_attention": Recompute.CORE_ATTENTION,
    "feed_forward": Recompute.FEED_FORWARD,
    "moe": Recompute.MOE,
    "full": Recompute.FULL,
}


@dataclass(frozen=True, slots=True)
class Case:
    """A row with everything filled in.

    Attributes
    ----------
    shape, system, model : model, system, constants of its generation.
    plan : the plan.
    convention : how its FLOP are counted.
    assumed : what was filled in, in words.
    sigma_log : standard deviation of ln(time) that filling in adds.
    """

    shape: ModelShape
    system: System
    model: TrainModel
    plan: Plan
    convention: Convention
    assumed: tuple[str, ...]
    sigma_log: float


def resolve_case(row: Row, catalog: Catalog) -> Case:
    """Plan of a row, with what it leaves open filled in.

    Raises
    ------
    InputError : a name is not known, a size is wrong or does not divide, the system lacks the
        precision. InfeasibleError : sizes are missing and no plan fits.
    """
    said = Said([])
    shape = shape_of(row, catalog, said)
    check_shape(shape, row, said)
    system = _complete(system_of(row, catalog, said), said)
    model = train_model_of(catalog, system, said)
    base = _software(row, system, said)
    sized = _sizes(row, shape, system, model, base, said)
    check_plan(sized)
    _check_divides(shape, sized)
    plan = _memory_and_microbatch(row, shape, system, model, sized, said)
    convention, words = parse_convention(text_of(row, "flops_convention"))
    said.note(words)
    return Case(shape, system, model, plan, convention, tuple(said.words), said.sigma_log)


def open_case(row: Row, catalog: Catalog) -> Case:
    """A row for a search: model, system, software and batch, with no plan chosen yet.

    Raises
    ------
    InputError : as `resolve_case`.
    """
    said = Said([])
    shape = shape_of(row, catalog, said)
    system = _complete(system_of(row, catalog, said), said)
    model = train_model_of(catalog, system, said)
    plan = _sharding(row, _software(row, system, said), said)
    gbs = size_of(row, "gbs")
    if gbs is None:
        gbs = usual_batch(size_of(row, "gpus") or 1, plan.seq)
        said.note(f"batch of {gbs:,} sequences (not given)")
    convention, _ = parse_convention(text_of(row, "flops_convention"))
    words = tuple(said.words)
    return Case(shape, system, model, replace(plan, gbs=gbs), convention, words, said.sigma_log)


def predict(case: Case) -> StepBatch:
    """Step of a case, its sigma widened by what was filled in."""
    out = evaluate_plan(case.shape, case.system, case.model, case.plan)
    table = out.table.copy()
    result = StepBatch(table, out.gpus, out.tokens)
    sigma = result.column("sigma_log")
    sigma[:] = (sigma**2 + case.sigma_log**2) ** 0.5
    return result


def case_columns(row: Row, catalog: Catalog) -> dict[str, str]:
    """The columns `ADDED` of one row; a row that can't be evaluated has only its `problem`."""
    try:
        case = resolve_case(row, catalog)
        out = predict(case)
    except GigawattError as error:
        return {**dict.fromkeys(ADDED, ""), "problem": " ".join(str(error).split())}
    step, band = float(out.step_s[0]), 2.718281828459045 ** (Z95 * float(out.sigma_log[0]))
    rate = float(out.tokens_per_s_per_gpu[0])
    flop = flop_per_token(case.shape, case.plan.seq, case.convention)
    values = (step, step / band, step * band, rate, rate * flop / 1e12, float(out.memory_gib[0]))
    cells = [f"{v:.6g}" for v in values]
    fits = "1" if bool(out.fits[0]) else "0"
    return dict(zip(ADDED, [*cells, fits, "; ".join(case.assumed), ""], strict=True))


def predict_cases(rows: Iterable[Row], catalog: Catalog) -> Iterator[dict[str, str]]:
    """Each row with the columns `ADDED`; none is dropped."""
    for row in rows:
        kept = {k: v or "" for k, v in row.items() if k}
        yield {**kept, **case_columns(kept, catalog)}


def _software(row: Row, system: System, said: Said) -> Plan:
    """Precision, date and kind of software, sequence and batch."""
    precision, _ = precision_of(row, system, said)
    release = text_of(row, "release")
    month, origin = software_month(release, text_of(row, "source"))
    sp = flag_of(row, "seq_parallel")
    stack, words = software_stack(release, month, system, text_of(row, "precision").lower(), sp)
    said.note(words)
    if origin and origin != "release":
        said.note(f"date of the software by the {origin}")
    notes = f"{text_of(row, 'notes')} {text_of(row, 'recompute')}".lower()
    seq = size_of(row, "seq_len")
    if seq is None:
        seq = 2048 if stack == Stack.ERA_2021 else 4096
        said.note(f"sequences of {seq:,} tokens (not given)", 0.05)
    return Plan(
        precision=precision,
        stack=stack,
        release_month=month,
        seq=seq,
        gbs=size_of(row, "gbs") or 1,
        sequence_parallel=bool(sp) if sp is not None else stack != Stack.ERA_2021,
        token_drop=bool(re.search(r"token.?drop", notes)),
        imbalance=max(1.0, number_of(row, "imbalance") or 1.0),
        sites=size_of(row, "sites") or 1,
        wan_gbit_s=number_of(row, "wan_gbit_s") or 0.0,
        wan_rtt_ms=number_of(row, "wan_rtt_ms") or 0.0,
        local_steps=size_of(row, "local_steps") or 1,
    )


def _sizes(
    row: Row, shape: ModelShape, system: System, model: TrainModel, base: Plan, said: Said
) -> Plan:
    """Parallel sizes, batch, sharding and virtual stages."""
    size = {k: size_of(row, k) for k in ("gpus", "tp", "pp", "cp", "ep", "etp", "dp", "vp", "mbs")}
    plan = _sharding(row, base, said)
    searched = (size["tp"] is None or size["pp"] is None) and bool(size["gpus"]) and plan.zero < 3
    if searched:
        plan = _searched(row, shape, system, model, plan, size, said)
        size = {k: getattr(plan, k, None) if v is None else v for k, v in size.items()}
    tp, pp, cp = size["tp"] or 1, size["pp"] or 1, size["cp"] or 1
    dp = _data_ranks(size["gpus"], tp * pp, cp, size["dp"], said)
    gbs = size_of(row, "gbs") or (plan.gbs if searched else None)
    if gbs is None:
        gbs = dp * max(1, size["mbs"] or 1) * max(8, 4 * pp if pp > 1 else 8)
        said.note(f"batch of {gbs:,} sequences (not given)", 0.1)
    ep = size["ep"] or _expert_ranks(shape, system, tp * cp * dp, said)
    if shape.is_moe and ep > tp * cp * dp and shape.experts % (tp * cp * dp) == 0:
        said.note(f"ep {tp * cp * dp}, the ranks of one stage (ep = {ep} is more)", 0.05)
        ep = tp * cp * dp
    plan = replace(
        plan, tp=tp, pp=pp, cp=cp, dp=dp, ep=ep, etp=size["etp"] or 1, gbs=gbs, mbs=size["mbs"] or 1
    )
    if size["vp"] is None:
        vp, words = virtual_stages(shape, pp, plan.stack, schedule_known=False)
        said.note(words)
        plan = replace(plan, vp=vp)
    else:
        plan = replace(plan, vp=size["vp"])
    graphs, words = launch_graphs(shape, system, plan, plan.token_drop)
    said.note(words)
    return replace(plan, graphs=graphs)


def _sharding(row: Row, base: Plan, said: Said) -> Plan:
    """ZeRO stage: FSDP or ZeRO-n in the text, else the distributed optimizer's flag."""
    text = text_of(row, "fsdp_shard").lower()
    if found := re.search(r"zero-?\s?([0-3])", text):
        return replace(base, zero=int(found.group(1)))
    if re.fullmatch(r"[\d.]+", text) and float(text) > 1:
        return replace(base, zero=3, shard=int(float(text)))
    if re.search(r"fsdp|full|hsdp", text):
        return replace(base, zero=3)
    if re.search(r"zero-?3|fsdp", text_of(row, "notes").lower().split(";")[0]):
        return replace(base, zero=3)
    flag = flag_of(row, "dist_optimizer")
    if flag is None:
        flag = base.stack != Stack.ERA_2021
        said.note("optimizer states sharded" if flag else "optimizer states on every rank")
    return replace(base, zero=1 if flag else 0)


def _data_ranks(gpus: int | None, inside: int, cp: int, dp: int | None, said: Said) -> int:
    """Data-parallel size; a stated one that counts context ranks too is taken as such."""
    if gpus is None:
        if dp is None:
            raise InputError("gpus is empty, and so is dp: one of them is needed")
        return dp
    ranks = inside * cp
    if gpus % ranks:
        raise InputError(
            f"tp x pp x cp = {ranks:,} does not divide gpus = {gpus:,} (impossible split)"
        )
    if dp is None or dp == gpus // ranks:
        return gpus // ranks
    if dp * inside == gpus:
        said.note(f"dp = {dp} counts the context-parallel ranks")
        return gpus // ranks
    raise InputError(
        f"tp x pp x cp x dp = {ranks * dp:,} is not gpus = {gpus:,} (impossible split)"
    )


def _expert_ranks(shape: ModelShape, system: System, ranks: int, said: Said) -> int:
    """Expert-parallel size where it is not given: the largest within the scale-up domain."""
    if not shape.is_moe:
        return 1
    most = max(8, system.scaleup_packages)
    sizes = [e for e in range(1, most + 1) if shape.experts % e == 0 and ranks % e == 0]
    said.note(
        f"expert parallelism {sizes[-1]} (not given: largest within the scale-up domain)", 0.1
    )
    return sizes[-1]


def _searched(
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
    gbs = size_of(row, "gbs")
    if gbs is None:
        gbs = usual_batch(gpus, plan.seq)
        said.note(f"batch of {gbs:,} sequences (not given)", 0.1)
    fixed: dict[str, Any] = {
        k: (v,) for k in ("tp", "pp", "cp", "ep", "mbs", "vp") if (v := size[k]) is not None
    }
    choices = replace(
        PRACTICAL, **fixed, zero=(plan.zero,), sequence_parallel=(True,), least_used_share=1.0
    )
    found = search(shape, system, model, replace(plan, gbs=gbs), [gpus], choices, top=1)
    chosen = found.recommended.plan
    said.note(
        f"tp {chosen.tp}, pp {chosen.pp}, cp {chosen.cp}, ep {chosen.ep} (not given: best of "
        f"{found.feasible:,} feasible plans)",
        0.1,
    )
    return replace(chosen, recompute=Recompute.NONE, lean_states=False)


def usual_batch(gpus: int, seq: int) -> int:
    """Batch in sequences where none is given.

    Four million tokens, and 1,024 tokens a GPU for large jobs; a multiple of the odd part of the
    GPUs, so that it divides.
    """
    odd = gpus
    while odd % 2 == 0:
        odd //= 2
    doublings = round(
        math.log2(max(1.0, max(USUAL_BATCH_TOKENS, USUAL_GPU_TOKENS * gpus) / seq / odd))
    )
    return int(odd * 2**doublings)


def train_model_of(catalog: Catalog, system: System, said: Said) -> TrainModel:
    """Constants of the system's generation; where it has none, those of a like one, wide band."""
    try:
        return load_train_model(catalog, system.generation)
    except InputError:
        if system.generation not in STANDS_FOR:
            raise
    like = STANDS_FOR[system.generation]
    said.note(f"constants of {like} (none are known for {system.generation})", 0.25)
    return load_train_model(catalog, like)


def _complete(system: System, said: Said) -> System:
    """A system whose server or network is not public gets usual ones."""
    if system.system_packages < 1 or system.system_power_kw <= 0.0:
        said.note("power of the server by its package's (not public)")
        power_kw = full_power_w(replace(system, system_packages=0)) / W_PER_KW
        system = replace(system, system_packages=1, system_power_kw=power_kw)
    if system.scaleout_gbit_s > 0.0:
        return system
    said.note("network of 200 Gbit/s a package (not public)", 0.1)
    return replace(system, scaleout_gbit_s=200.0)


def _check_divides(shape: ModelShape, plan: Plan) -> None:
    if shape.heads % plan.tp:
        raise InputError(f"tp = {plan.tp} does not divide {shape.heads} heads (impossible split)")
    if plan.pp * plan.vp > max(shape.layers + shape.mtp_layers + 2, plan.pp) and plan.vp > 1:
        raise InputError(
            f"pp x vp = {plan.pp} x {plan.vp} stages are more than {shape.layers} layers"
        )
    if plan.pp > shape.layers + shape.mtp_layers:
        raise InputError(f"pp = {plan.pp} stages are more than {shape.layers} layers")
    if shape.is_moe and shape.experts % plan.ep:
        raise InputError(f"ep = {plan.ep} does not divide {shape.experts} experts")
    if not shape.is_moe and plan.ep > 1:
        raise InputError(f"ep = {plan.ep}, but {shape.name} has no experts")


def _memory_and_microbatch(
    row: Row, shape: ModelShape, system: System, model: TrainModel, plan: Plan, said: Said
) -> Plan:
    """Microbatch and recomputation where they are open."""
    choice = parse_recompute(text_of(row, "recompute"))

    def rated(candidate: Plan) -> tuple[float, bool]:
        out = evaluate_plan(shape, system, model, candidate)
        return float(out.step_s[0]), bool(out.fits[0])

    offload = system.released and plan.stack == Stack.TUNED
    stated = plan
    if choice.known:
        parts = Recompute.NONE
        for name in choice.parts:
            parts |= _PARTS[name]
        share = min(1.0, choice.layers * plan.pp / shape.layers) if choice.layers else 1.0
        if choice.layers == 1 and "uniform" in choice.text.lower():
            share = 1.0  # "uniform, 1 layer" checkpoints every layer
        stated = replace(plan, recompute=parts, recompute_share=share)

    def filled(candidate: Plan) -> tuple[Plan, list[str]]:
        if choice.known and (rated(candidate)[1] or plan.stack != Stack.TUNED):
            return candidate, []
        if choice.known and choice.parts:
            lean = replace(candidate, lean_states=True)
            return (lean, ["16-bit gradients (else it does not fit)"]) if rated(lean)[1] else (
                candidate, []
            )  # fmt: skip
        return fitting_recompute(candidate, rated, offload)

    if size_of(row, "mbs") is None:
        return _best_filled(stated, filled, rated, said)
    done, words = filled(stated)
    for word in words:
        said.note(word)
    return done


def _best_filled(
    plan: Plan,
    filled: Callable[[Plan], tuple[Plan, list[str]]],
    rated: Callable[[Plan], tuple[float, bool]],
    said: Said,
) -> Plan:
    """Fastest microbatch, each with its own way of fitting."""
    most = plan.gbs / plan.dp
    sizes = [b for b in MICROBATCHES if b <= most and most % b == 0] or [1]
    tried = []
    for b in sizes:
        candidate, words = filled(replace(plan, mbs=b))
        time, fits = rated(candidate)
        tried.append((not fits, time, b, candidate, words))
    _, _, b, done, words = min(tried, key=lambda t: t[:3])
    said.note(f"microbatch {b} (fastest that fits)")
    for word in words:
        said.note(word)
    return done
