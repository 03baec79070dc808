"""Rules that fill the blanks of a row: software, sizes, sharding, microbatch, recomputation.

The order: date and kind of software; sizes (by the search where tp or pp is missing, dp from the
GPUs); microbatch (the fastest that fits); recomputation (the cheapest with which it fits). Each
rule says what it assumed.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable
from dataclasses import replace

from gigawatt.catalog import Catalog
from gigawatt.errors import InputError
from gigawatt.performance.hardware import NODE_OVER_TDP, System, full_power_w, system_from_record
from gigawatt.performance.recompute_names import parse_recompute
from gigawatt.performance.shapes import ModelShape
from gigawatt.performance.training.case_input import (
    Row,
    Said,
    flag_of,
    number_of,
    precision_of,
    size_of,
    text_of,
)
from gigawatt.performance.training.case_search import (
    searched_plan,
    stated_recompute,
    vague_selective,
)
from gigawatt.performance.training.case_shards import sharded_plan
from gigawatt.performance.training.choices import Recompute, Stack
from gigawatt.performance.training.defaults import (
    fitting_recompute,
    fitting_states,
    known_benchmark,
    launch_graphs,
    microbatches,
    pipeline_schedule,
    production_run,
    roomy,
    software_month,
    software_stack,
    trend_month,
    vendor_release,
    virtual_stages,
)
from gigawatt.performance.training.evaluate import evaluate_plan
from gigawatt.performance.training.facts import TrainModel, load_train_model
from gigawatt.performance.training.plan import Plan
from gigawatt.quantity.units import W_PER_KW

UNKNOWN_SEQUENCE_LOG = 0.12
UNKNOWN_KIND_LOG = 0.06  # a part of the production factor's logarithm
OTHER_MAKER = 0.8  # of the shares that NVIDIA's like generation reaches, as the catalog has CDNA4
STANDS_FOR = {
    "volta": "ampere",
    "ada": "hopper",
    "blackwell-pcie": "hopper",
    "cdna2": "ampere",
    "cdna3": "hopper",
    "cdna5": "cdna4",
    "tpu": "ampere",
    "tpu-v5e": "ampere",
    "tpu-v5p": "hopper",
    "tpu-v6e": "hopper",
    "tpu7x": "blackwell",
    "trainium2": "hopper",
    "trainium3": "blackwell",
}  # fmt: skip


def software_plan(row: Row, system: System, said: Said) -> Plan:
    """Precision, date and kind of software, sequence and batch."""
    precision, _ = precision_of(row, system, said)
    release = text_of(row, "release")
    month, origin = software_month(release, text_of(row, "source"))
    sp = flag_of(row, "seq_parallel")
    stack, words = software_stack(
        release,
        month,
        system,
        text_of(row, "precision").lower(),
        sp,
        f"{text_of(row, 'source')} {text_of(row, 'notes')}",
        parse_recompute(text_of(row, "recompute")).parts,
    )
    said.note(words)
    if origin and origin != "release":
        said.note(f"date of the software by the {origin}")
    notes = f"{text_of(row, 'notes')} {text_of(row, 'recompute')}".lower()
    production, words = production_run(
        text_of(row, "model"), text_of(row, "source"), release, text_of(row, "table_id")
    )
    said.note(words)
    if not production and not known_benchmark(text_of(row, "source"), release):
        said.note("tuned benchmark or production run: not said", UNKNOWN_KIND_LOG)
    schedule, words = pipeline_schedule(f"{notes} {text_of(row, 'source')}")
    said.note(words)
    seq = size_of(row, "seq_len")
    if seq is None:
        seq = 2048 if stack == Stack.ERA_2021 else 4096
        said.note(f"sequences of {seq:,} tokens (not given)", UNKNOWN_SEQUENCE_LOG)
    if (size_of(row, "sites") or 1) > 1 and not number_of(row, "wan_gbit_s"):
        raise InputError("sites needs wan_gbit_s, the bandwidth of one site towards the others")
    imbalance = number_of(row, "imbalance") or 1.0
    if imbalance < 1.0:
        raise InputError(f"imbalance = {imbalance:g} must be 1 (even) or more: busiest over mean")
    if (size_of(row, "local_steps") or 1) > 1 and (size_of(row, "sites") or 1) == 1:
        said.note("local steps mean nothing for one site: not used")
    return Plan(
        precision=precision,
        stack=stack,
        release_month=trend_month(release, month, stack),
        vendor_release=vendor_release(release),
        production=production,
        schedule=schedule,
        seq=seq,
        gbs=size_of(row, "gbs") or 1,
        sequence_parallel=bool(sp) if sp is not None else stack != Stack.ERA_2021,
        token_drop=bool(re.search(r"token.?drop", notes)),
        imbalance=imbalance,
        sites=size_of(row, "sites") or 1,
        wan_gbit_s=number_of(row, "wan_gbit_s") or 0.0,
        wan_rtt_ms=number_of(row, "wan_rtt_ms") or 0.0,
        local_steps=size_of(row, "local_steps") or 1,
        wan_bits=number_of(row, "wan_bits") or 16.0,
    )


def sized_plan(
    row: Row, shape: ModelShape, system: System, model: TrainModel, base: Plan, said: Said
) -> Plan:
    """Parallel sizes, batch, sharding and virtual stages."""
    size = {k: size_of(row, k) for k in ("gpus", "tp", "pp", "cp", "ep", "etp", "dp", "vp", "mbs")}
    if size["tp"] and shape.heads % size["tp"]:
        raise _not_in_heads(size["tp"], shape)
    plan = sharded_plan(row, base, said)
    searched = is_open(row, plan)
    if searched:
        plan = searched_plan(row, shape, system, model, plan, size, said)
        size = {k: getattr(plan, k, None) if v is None else v for k, v in size.items()}
    tp, pp, cp = size["tp"] or 1, size["pp"] or 1, size["cp"] or 1
    dp = _data_ranks(size["gpus"], tp * pp, cp, size["dp"], said)
    gbs = plan.gbs if searched else size_of(row, "gbs")
    if gbs is None:
        gbs = dp * max(1, size["mbs"] or 1) * max(8, 4 * pp if pp > 1 else 8)
        said.note(f"batch of {gbs:,} sequences (not given)", 0.1)
    ep = size["ep"] or 1
    if shape.is_moe and ep > tp * cp * dp and shape.experts % (tp * cp * dp) == 0:
        said.note(f"ep {tp * cp * dp}, the ranks of one stage (ep = {ep} is more)", 0.05)
        ep = tp * cp * dp
    plan = replace(
        plan, tp=tp, pp=pp, cp=cp, dp=dp, ep=ep, etp=size["etp"] or 1, gbs=gbs, mbs=size["mbs"] or 1
    )
    if size["vp"] is None:
        vp, words = virtual_stages(shape, pp, plan.stack, plan.microbatches)
        said.note(words)
        plan = replace(plan, vp=vp)
    else:
        plan = replace(plan, vp=size["vp"])
    graphs, words = launch_graphs(shape, system, plan, plan.token_drop)
    said.note(words)
    return replace(plan, graphs=graphs)


def complete_split(row: Row, base: Plan, said: Said) -> Row:
    """The row with `tp` or `pp` where packages, data-parallel ranks and the other give it."""
    missing = [k for k in ("tp", "pp") if not text_of(row, k)]
    gpus, dp = size_of(row, "gpus"), size_of(row, "dp")
    if gpus is None or dp is None or len(missing) != 1:
        return row
    other = size_of(row, "pp" if missing == ["tp"] else "tp") or 1
    known = dp * (size_of(row, "cp") or 1) * other
    if gpus % known or sharded_plan(row, base, Said([])).zero >= 3:
        return row
    said.note(f"{missing[0]} {gpus // known} (packages over the other sizes)")
    return {**row, missing[0]: str(gpus // known)}


def is_open(row: Row, plan: Plan) -> bool:
    """Whether the split is to be searched: GPUs without tp or pp, not fully sharded."""
    return (
        bool(text_of(row, "gpus"))
        and plan.zero < 3
        and not (text_of(row, "tp") and text_of(row, "pp"))
    )


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


def expert_sizes(row: Row, shape: ModelShape, system: System, plan: Plan) -> list[int]:
    """Expert-parallel sizes to try where a row leaves them out: those that divide, up to a domain.

    Servers with few packages go up to eight of them, as published runs do.
    """
    if not shape.is_moe or size_of(row, "ep") is not None or is_open(row, plan):
        return [plan.ep]
    ranks = plan.tp * plan.cp * plan.dp // plan.etp
    most = max(64, system.scaleup_packages)
    return [e for e in range(1, most + 1) if shape.experts % e == 0 and ranks % e == 0]


def train_model_of(catalog: Catalog, system: System, said: Said) -> TrainModel:
    """Constants of the system's generation; where it has none, those of a like one, wide band."""
    try:
        return load_train_model(catalog, system.generation)
    except InputError:
        if system.generation not in STANDS_FOR:
            raise
    like = STANDS_FOR[system.generation]
    said.note(f"constants of {like} (none are known for {system.generation})", 0.25)
    model = load_train_model(catalog, like)
    # a package of another kind reaches no larger part of its own peak than the like one
    own = {"most_of_peak": model.values["gemm_bf16_share"]}
    if system.vendor != "NVIDIA":  # makers' compilers overlap, whatever the like one's software did
        own["tp_exposed"] = catalog.fact("efficiencies/step-common/tp_exposed").value
    model = replace(model, values={**model.values, **own})
    if not system.generation.startswith("cdna"):
        return model
    shares = [k for k in model.values if k.startswith("gemm_") or k == "attention_share"]
    reached = {k: OTHER_MAKER * model.values[k] for k in shares}
    return replace(model, values={**model.values, **reached})


def complete_system(system: System, catalog: Catalog, said: Said) -> System:
    """A system whose power, server or network is not public gets usual ones."""
    if system.bf16_tflops <= 0.0:
        said.note("BF16 at half of the FP8 rate (not public)", 0.1)
        system = replace(system, bf16_tflops=max(system.fp8_tflops, system.fp4_tflops / 2.0) / 2.0)
    if system.gpu_tdp_w <= 0.0 and system.package_power_w > 0.0:
        watts = system.package_power_w / NODE_OVER_TDP
        said.note(f"package of {watts:,.0f} W, by an estimate with its share of the rack")
        system = replace(system, gpu_tdp_w=watts)
    elif system.gpu_tdp_w <= 0.0 and system.bf16_tflops > 0.0:
        watts = _like_power_w(system, catalog)
        said.note(f"package of {watts:,.0f} W, by its rate and a like one (not public)")
        system = replace(system, gpu_tdp_w=watts)
    if system.system_packages < 1 or system.system_power_kw <= 0.0:
        said.note("power of the server by its package's (not public)")
        power_kw = full_power_w(replace(system, system_packages=0)) / W_PER_KW
        system = replace(system, system_packages=1, system_power_kw=power_kw)
    if system.scaleup_gb_s <= 0.0:
        said.note("no scale-up network is known: packages one by one", 0.1)
        system = replace(system, scaleup_gb_s=100.0, scaleup_packages=1)
    if system.scaleout_gbit_s > 0.0:
        return system
    said.note("network of 200 Gbit/s a package (not public)", 0.1)
    return replace(system, scaleout_gbit_s=200.0)


def _like_power_w(system: System, catalog: Catalog) -> float:
    """Package power by that of the first system of the like generation, per BF16 FLOP/s."""
    like = STANDS_FOR.get(system.generation, system.generation)
    for record in catalog.records["systems"].values():
        other = system_from_record(record)
        if other.generation == like and other.bf16_tflops > 0.0:
            return float(round(other.gpu_tdp_w * system.bf16_tflops / other.bf16_tflops, -1))
    return 0.0


def _not_in_heads(tp: int, shape: ModelShape) -> InputError:
    return InputError(f"tp = {tp} does not divide {shape.heads} heads (impossible split)")


def check_divides(shape: ModelShape, plan: Plan, mbs_given: bool = False) -> None:
    """Refuse splits that the model does not allow.

    Raises
    ------
    InputError : heads, layers, experts or batch can't be split so; the message names both numbers.
    """
    if shape.heads % plan.tp:
        raise _not_in_heads(plan.tp, shape)
    if mbs_given and plan.gbs % plan.dp == 0 and plan.gbs % (plan.dp * plan.mbs):
        raise InputError(
            f"mbs = {plan.mbs} does not divide {plan.gbs // plan.dp} sequences of a rank "
            f"(gbs {plan.gbs:,} over dp {plan.dp:,})"
        )
    if plan.sites > plan.dp:
        raise InputError(f"sites = {plan.sites} are more than data-parallel ranks ({plan.dp})")
    if plan.vp > math.ceil((shape.layers + shape.mtp_layers) / plan.pp):
        raise InputError(
            f"pp x vp = {plan.pp} x {plan.vp} stages are more than {shape.layers} layers"
        )
    if plan.pp > shape.layers + shape.mtp_layers:
        raise InputError(f"pp = {plan.pp} stages are more than {shape.layers} layers")
    if shape.is_moe and shape.experts % plan.ep:
        raise InputError(f"ep = {plan.ep} does not divide {shape.experts} experts")
    if not shape.is_moe and plan.ep > 1:
        raise InputError(f"ep = {plan.ep}, but {shape.name} has no experts")


def filled_plan(
    row: Row, shape: ModelShape, system: System, model: TrainModel, plan: Plan, said: Said
) -> Plan:
    """Microbatch and recomputation where they are open."""
    if is_open(row, plan):
        return plan  # the search chose both

    def rated(candidate: Plan) -> tuple[float, bool]:
        out = evaluate_plan(shape, system, model, candidate)
        return float(out.step_s[0]), bool(out.fits[0])

    def easy(candidate: Plan) -> tuple[float, bool]:
        out = evaluate_plan(shape, system, model, candidate)
        return float(out.step_s[0]), roomy(out)

    offload = system.released and plan.stack == Stack.TUNED
    known = stated_recompute(row, shape, plan)
    stated = plan
    if known is not None:
        stated = replace(plan, recompute=known[0], recompute_share=known[1])

    vague = known is not None and vague_selective(row) and plan.stack != Stack.ERA_2021

    def filled(candidate: Plan) -> tuple[Plan, list[str]]:
        if vague and plan.stack == Stack.PLAIN:
            half = replace(candidate, recompute=Recompute.FULL, recompute_share=0.5)
            return fitting_states(half, rated, "half of the forward pass recomputed (selective)")
        if known is not None and rated(candidate)[1]:
            return candidate, []
        if vague:
            nothing = replace(candidate, recompute=Recompute.NONE, recompute_share=1.0)
            return fitting_recompute(nothing, rated, False)
        if known is not None and plan.stack != Stack.TUNED:
            return candidate, []
        if known is not None and known[0]:
            return fitting_states(candidate, rated)
        return fitting_recompute(candidate, easy if known is None else rated, offload)

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
    """Fastest microbatch, each with its own way of fitting; offloading only where all need it.

    Offloading over PCIe is no practice, even where the model sees its cost hidden.
    """
    most = plan.gbs / plan.dp
    sizes = microbatches(most)
    tried = []
    for b in sizes:
        candidate, words = filled(replace(plan, mbs=b))
        time, fits = rated(candidate)
        tried.append((not fits, candidate.offload_share > 0.0, time, b, candidate, words))
    *_, b, done, words = min(tried, key=lambda t: t[:4])
    said.note(f"microbatch {b} (fastest that fits)")
    for word in words:
        said.note(word)
    return done
