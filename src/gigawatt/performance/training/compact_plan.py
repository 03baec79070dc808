"""Choice of a plan: the fastest step among customary plans that fit in memory.

Candidates: TP 1 to 8 inside the scale-up domain, dividing the attention heads; PP 1 to 64, at least
one layer a stage, up to four virtual stages; CP as long sequences need; EP 8 to 64 dividing the
experts; microbatches of 1, 2 and 4 sequences; the forward pass kept or computed again. DP takes
what packages are left, as far as the batch gives every rank a microbatch. All candidates share the
same measured overlaps: a choice among free overlaps would select the model's own errors.

Memory per package (first stage, one-forward-one-backward order)::

    parameters (w + o/ranks) + microbatches in flight x layers/pp x activations + logits

Activations of a layer are those that a tuned run keeps (norms and activation functions computed
again); with recomputation only the layer's input.
"""

from __future__ import annotations

from collections.abc import Iterator

from gigawatt.errors import InfeasibleError
from gigawatt.performance.shapes import ModelShape, query_dim, value_dim
from gigawatt.performance.training.compact_step import (
    BF16_BYTES,
    Job,
    Plan,
    StepTime,
    local_params,
    step_time,
    tokens,
)

TP_SIZES = (1, 2, 4, 8)
PP_SIZES = (1, 2, 4, 8, 16, 32, 64)
EP_SIZES = (8, 16, 32, 64)
MICROBATCHES = (1, 2, 4)
VIRTUAL_MOST = 4
CP_TOKENS = 8192  # longest piece of a sequence that one context-parallel rank takes
LOGIT_MEMORY_BYTES = 8.0  # BF16 logits, FP32 copy, gradient


def choose_plan(job: Job, packages: int) -> tuple[Plan, StepTime]:
    """Plan with the shortest step on at most `packages` packages.

    Raises
    ------
    InfeasibleError : no candidate fits in memory; the message names the smallest need.
    """
    limit = job.common.memory_share * job.system.hbm_gb * 1e9
    best: tuple[Plan, StepTime] | None = None
    least = float("inf")
    for plan in candidates(job, packages):
        need = memory_bytes(job, plan)
        least = min(least, need)
        if need > limit:
            continue
        time = step_time(job, plan)
        if best is None or time.step_s < best[1].step_s:
            best = plan, time
    if best is None:
        need_gb = f"the leanest plan needs {least / 1e9:,.0f} GB" if least < 1e300 else "no plan"
        raise InfeasibleError(
            f"{job.shape.id} with sequences of {job.seq_len_tokens:,.0f} tokens does not fit on "
            f"{packages:,} packages of {job.system.id}: {need_gb} of the {limit / 1e9:,.0f} GB "
            "that a job may fill per package. Use more packages per job."
        )
    return best


def candidates(job: Job, packages: int) -> Iterator[Plan]:
    """All customary plans of `job` on at most `packages` packages."""
    shape = job.shape
    cp = _cp_size(job)
    experts = [e for e in EP_SIZES if shape.is_moe and shape.experts % e == 0] or [1]
    for tp in TP_SIZES:
        if tp > job.system.scaleup_packages or shape.heads % tp:
            continue
        for pp in PP_SIZES:
            if pp > shape.layers or tp * pp * cp > packages:
                break
            virtual = min(VIRTUAL_MOST, shape.layers // pp) if pp > 1 else 1
            for ep in experts:
                for microbatch in MICROBATCHES:
                    dp = _dp_size(job, packages // (tp * pp * cp), tp * cp, ep, microbatch)
                    if dp:
                        for recompute in (False, True):
                            yield Plan(tp, pp, cp, dp, ep, virtual, microbatch, recompute)


def _cp_size(job: Job) -> int:
    """Smallest power of two that leaves no rank more than `CP_TOKENS` of a sequence."""
    cp = 1
    while job.seq_len_tokens / cp > CP_TOKENS:
        cp *= 2
    return cp


def _dp_size(job: Job, most: int, below: int, ep: int, microbatch: int) -> int:
    """Data-parallel ranks: as many as fit, give each a microbatch, and hold whole expert groups."""
    most = min(most, int(job.batch_sequences / microbatch))
    group = max(1, ep // below)
    return most // group * group


def memory_bytes(job: Job, plan: Plan) -> float:
    """Memory that one package of the first stage needs (module's header)."""
    common = job.common
    shared, routed = local_params(job.shape, plan)
    ranks = plan.dp * plan.cp
    expert_ranks = max(1, ranks * plan.tp // plan.ep)
    weights = shared * (common.weight_memory_bytes + common.optimizer_memory_bytes / ranks)
    experts = routed * (common.weight_memory_bytes + common.optimizer_memory_bytes / expert_ranks)
    microbatches = max(1.0, job.batch_sequences / (plan.dp * plan.microbatch))
    flight = plan.pp * (1.0 + (plan.pp - 1) / (plan.pp * plan.virtual))
    flight = min(microbatches * plan.virtual, flight)
    layers = (job.shape.layers + job.shape.mtp_layers) / plan.pp
    t = tokens(job, plan)
    kept = flight * layers * t * _activation_bytes(job.shape, plan)
    logits = LOGIT_MEMORY_BYTES * t * job.shape.vocab / plan.tp
    return weights + experts + kept + logits


def _activation_bytes(shape: ModelShape, plan: Plan) -> float:
    """Bytes kept per token and layer of one microbatch for the backward pass."""
    if plan.recompute:
        return BF16_BYTES * shape.hidden / plan.tp
    heads = shape.heads * (2 * query_dim(shape) + 2 * value_dim(shape))
    if shape.attention != "mla":
        heads = 2 * (shape.heads + shape.kv_heads) * shape.head_dim
    if shape.is_moe:
        ffn = shape.top_k * (shape.hidden + 2 * shape.expert_ffn)
        ffn += shape.shared_experts * 2 * shape.expert_ffn
    else:
        ffn = 2 * shape.dense_ffn
    return BF16_BYTES * (2 * shape.hidden + heads + ffn) / plan.tp
