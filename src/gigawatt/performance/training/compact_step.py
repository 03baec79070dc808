"""Time of one optimiser step of one plan, from causes (compact form).

Per package, T = microbatch x sequence / cp tokens of a microbatch, all over tp where tensor and
sequence parallelism share the work::

    t_step = m (t_stage + t_send) + (pp - 1)/v (t_mean + t_send)
             + t_gradients + t_optimizer + t_fixed

m = batch/(dp x microbatch) microbatches (a real number: a batch is a target), v virtual stages,
t_mean the mean stage and t_stage the slowest. A layer, forward and backward, takes

    dense products     6 T N / (P e)                  N weights, P dense peak, e reached share
    expert products    6 T k N_e / (P e g)            g = M/(M + M_half), M tokens per local expert
    attention          3.5 x causal forward FLOP      at its own share of the BF16 peak
    element-wise work  bytes over the memory's bandwidth, with quantising in FP8 and FP4
    collectives        TP gathers and scatters, CP gathers, expert all-to-all: their exposed part
    host               sqrt(t_gpu^2 + t_host^2) in a mixture layer, whose launches wait for counts

Recomputation repeats the forward pass: 8 T N and 4.5 x attention. The output layer stays in BF16.

Left out: losses by the shape of a product, FSDP, uneven routing, congestion of the network.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

from gigawatt.performance.efficiency import TrainCommon, TrainEfficiency, peak_flops
from gigawatt.performance.hardware import System
from gigawatt.performance.shapes import (
    ModelShape,
    attention_flop_per_token,
    attention_params,
    dense_ffn_params,
    embedding_params,
    expert_params,
    kv_elements_per_token,
    moe_layers,
    query_dim,
    value_dim,
)

BF16_BYTES = 2.0
ATTENTION_BACKWARD = 2.5  # five products of the forward's two, with scores computed again
TP_MOVES = 10.0  # gathers and scatters per layer: 4 forward, 4 backward, 2 repeated in backward
MS, US = 1e-3, 1e-6


@dataclass(frozen=True, slots=True)
class Plan:
    """How a job is cut.

    Attributes
    ----------
    tp, pp, cp, dp, ep : tensor, pipeline, context, data and expert parallel sizes; experts are
        spread over ranks of tp, cp and dp.
    virtual : virtual stages per package.
    microbatch : sequences per microbatch.
    recompute : whether the whole forward pass is computed again.
    """

    tp: int = 1
    pp: int = 1
    cp: int = 1
    dp: int = 1
    ep: int = 1
    virtual: int = 1
    microbatch: int = 1
    recompute: bool = False

    @property
    def packages(self) -> int:
        """Packages that the plan uses."""
        return self.tp * self.pp * self.cp * self.dp


@dataclass(frozen=True, slots=True)
class StepTime:
    """Time of one step in s, and its parts: computing, exposed communication, the rest idle."""

    step_s: float
    compute_s: float
    communication_s: float


@dataclass(frozen=True, slots=True)
class Job:
    """What a step is computed for; one object per (shape, system, batch, precision).

    Attributes
    ----------
    shape, system : model and accelerator.
    seq_len_tokens, batch_sequences : sequence length and global batch.
    precision : of the matrix products.
    efficiency, common : constants.
    """

    shape: ModelShape
    system: System
    seq_len_tokens: float
    batch_sequences: float
    precision: str
    efficiency: TrainEfficiency
    common: TrainCommon


def step_time(job: Job, plan: Plan) -> StepTime:
    """Time of one step of `job` cut as `plan` says (equations in the module's header)."""
    shape, common = job.shape, job.common
    microbatches = max(1.0, job.batch_sequences / (plan.dp * plan.microbatch))
    layers = shape.layers + shape.mtp_layers
    compute, exposed, total = _layers(job, plan)
    output = _output_s(job, plan) * (1 + shape.mtp_layers)
    mean = (total + output) / plan.pp
    uneven = layers % plan.pp or shape.mtp_layers
    slowest = mean * (1.0 + common.stage_imbalance_share) if uneven else total / plan.pp + output
    slowest = mean if plan.pp == 1 else slowest
    send = _send_s(job, plan)
    gradients = _gradient_s(job, plan)
    optimizer = _optimizer_s(job, plan)
    fixed = job.efficiency.fixed_step_ms * MS
    bubble = (plan.pp - 1) / plan.virtual * (mean + send)
    step = microbatches * (slowest + send) + bubble + gradients + optimizer + fixed
    return StepTime(
        step_s=step,
        compute_s=microbatches * (compute + output) / plan.pp + optimizer,
        communication_s=microbatches * (exposed / plan.pp + send) + gradients,
    )


def _layers(job: Job, plan: Plan) -> tuple[float, float, float]:
    """Time of all layers for one microbatch: computing, exposed communication, with host waits."""
    shape = job.shape
    moe = moe_layers(shape) + (shape.mtp_layers if shape.is_moe else 0)
    dense = shape.layers + shape.mtp_layers - moe
    common_s = _attention_part_s(job, plan)
    exposed_s = _tp_s(job, plan) + _cp_s(job, plan)
    dense_s = common_s + _dense_ffn_s(job, plan)
    compute, exposed = dense * dense_s, dense * exposed_s
    total = compute + exposed
    if moe:
        moe_s = common_s + _moe_ffn_s(job, plan)
        moe_exposed_s = exposed_s + _all_to_all_s(job, plan)
        gpu_s = moe_s + moe_exposed_s
        compute += moe * moe_s
        exposed += moe * moe_exposed_s
        total += moe * math.hypot(gpu_s, job.efficiency.moe_host_ms * MS)
    return compute, exposed, total


def tokens(job: Job, plan: Plan) -> float:
    """Tokens of one microbatch on one context-parallel rank."""
    return plan.microbatch * job.seq_len_tokens / plan.cp


def _product_s(job: Job, weights_tokens: float, plan: Plan) -> float:
    """Forward and backward products of so many weight-tokens in the job's precision, s."""
    share = {
        "bf16": job.efficiency.gemm_bf16_share,
        "fp8": job.efficiency.gemm_fp8_share,
        "fp4": job.efficiency.gemm_fp4_share,
    }[job.precision]
    flop = (8.0 if plan.recompute else 6.0) * weights_tokens / plan.tp
    return flop / (peak_flops(job.system, job.precision) * share)


def _memory_s(job: Job, values: float, plan: Plan) -> float:
    """Time to pass so many BF16 values through the memory, s; shared over tp."""
    bandwidth = job.system.hbm_tb_s * 1e12 * job.common.hbm_share
    return values * BF16_BYTES / plan.tp / bandwidth


def _quantise_s(job: Job, values: float, plan: Plan) -> float:
    """Time to quantise so many inputs of products, forward and backward; none in BF16."""
    if job.precision == "bf16":
        return 0.0
    return _memory_s(job, job.common.quantise_bytes / BF16_BYTES * values, plan)


def _attention_part_s(job: Job, plan: Plan) -> float:
    """Attention with its projections, norms and residuals of one layer, s."""
    shape, t = job.shape, tokens(job, plan)
    layers = shape.layers
    passes = 1.0 + ATTENTION_BACKWARD + (1.0 if plan.recompute else 0.0)
    flop = passes * t * attention_flop_per_token(shape, job.seq_len_tokens) / layers / plan.tp
    scores = flop / (peak_flops(job.system, "bf16") * job.efficiency.attention_share)
    projections = _product_s(job, t * attention_params(shape), plan)
    width = 2 * shape.hidden + shape.heads * (query_dim(shape) + 2 * value_dim(shape))
    norms = _memory_s(job, job.common.norm_passes * t * shape.hidden, plan)
    return scores + projections + norms + _quantise_s(job, t * width, plan)


def _dense_ffn_s(job: Job, plan: Plan) -> float:
    shape, t = job.shape, tokens(job, plan)
    products = _product_s(job, t * dense_ffn_params(shape), plan)
    activation = _memory_s(job, job.common.activation_passes * t * shape.dense_ffn, plan)
    width = 2 * shape.hidden + shape.ffn_matrices * shape.dense_ffn
    return products + activation + _quantise_s(job, t * width, plan)


def _moe_ffn_s(job: Job, plan: Plan) -> float:
    """Routed and shared experts with routing and permutation of one layer, s."""
    shape, common, t = job.shape, job.common, tokens(job, plan)
    per_expert = t / plan.tp * shape.top_k * plan.ep / shape.experts
    reached = per_expert / (per_expert + common.expert_half_tokens)
    routed = _product_s(job, t * shape.top_k * expert_params(shape), plan) / reached
    shared = _product_s(job, t * shape.shared_experts * expert_params(shape), plan)
    used = shape.top_k + shape.shared_experts
    activation = common.activation_passes * used * shape.expert_ffn
    permute = common.permute_passes * shape.top_k * shape.hidden
    width = used * (2 * shape.hidden + shape.ffn_matrices * shape.expert_ffn)
    memory = _memory_s(job, t * (activation + permute), plan) + _quantise_s(job, t * width, plan)
    return routed + shared + memory


def _output_s(job: Job, plan: Plan) -> float:
    """Output layer and loss for one microbatch, s; it sits on the last stage."""
    shape, t = job.shape, tokens(job, plan)
    bf16 = peak_flops(job.system, "bf16") * job.efficiency.gemm_bf16_share
    products = 6.0 * t * embedding_params(shape) / plan.tp / bf16
    logits = job.common.logit_bytes / BF16_BYTES * t * shape.vocab
    return products + _memory_s(job, logits, plan)


def _link_bytes_per_s(job: Job, inside: bool) -> float:
    """Usable bandwidth of one package, inside its scale-up domain or between domains."""
    if inside:
        return job.system.scaleup_gb_s * 1e9 * job.common.scaleup_share
    return job.system.scaleout_gbit_s / 8.0 * 1e9 * job.common.scaleout_share


def _tp_s(job: Job, plan: Plan) -> float:
    """Exposed gathers and scatters of tensor parallelism of one layer, s."""
    if plan.tp == 1:
        return 0.0
    sent = tokens(job, plan) * job.shape.hidden * BF16_BYTES * (plan.tp - 1) / plan.tp
    link = _link_bytes_per_s(job, plan.tp <= job.system.scaleup_packages)
    move = sent / link + job.common.collective_latency_us * US * math.log2(plan.tp)
    moves = TP_MOVES + (4.0 if plan.recompute else 0.0)
    return job.efficiency.tp_exposed_share * moves * move


def _cp_s(job: Job, plan: Plan) -> float:
    """Gathers of keys and values over context-parallel ranks of one layer, s."""
    if plan.cp == 1:
        return 0.0
    shape = job.shape
    width = kv_elements_per_token(shape) / shape.layers
    shared = 1 if shape.attention == "mla" else plan.tp  # every rank needs the whole latent
    sent = plan.microbatch * job.seq_len_tokens * width / shared * BF16_BYTES
    link = _link_bytes_per_s(job, plan.tp * plan.cp <= job.system.scaleup_packages)
    return 3.0 * sent * (plan.cp - 1) / plan.cp / link  # once forward, twice backward


def _all_to_all_s(job: Job, plan: Plan) -> float:
    """Exposed dispatch and combination of tokens, forward and backward, of one layer, s."""
    if plan.ep == 1:
        return 0.0
    domain = max(1, job.system.scaleup_packages)
    values = tokens(job, plan) / plan.tp * job.shape.hidden * BF16_BYTES
    inside = min(plan.ep, domain)
    time = values * _hit(inside, job.shape.top_k) / _link_bytes_per_s(job, inside=True)
    if plan.ep > domain:
        groups = plan.ep / domain
        time += values * _hit(groups, job.shape.top_k) / _link_bytes_per_s(job, inside=False)
    return 4.0 * job.efficiency.all_to_all_exposed_share * time


def _hit(groups: float, picks: int) -> float:
    """Mean number of other groups that hold at least one of a token's experts."""
    return groups * (1.0 - (1.0 - 1.0 / groups) ** picks) * (groups - 1.0) / groups


def _send_s(job: Job, plan: Plan) -> float:
    """Exposed sends between pipeline stages per microbatch, forward and backward, s."""
    if plan.pp == 1:
        return 0.0
    link = _link_bytes_per_s(job, plan.packages <= job.system.scaleup_packages)
    sent = 2.0 * plan.virtual * tokens(job, plan) * job.shape.hidden * BF16_BYTES / plan.tp
    return job.common.pipeline_exposed_share * sent / link


def local_params(shape: ModelShape, plan: Plan) -> tuple[float, float]:
    """Parameters that one package holds: those of data-parallel groups, and expert ones."""
    moe = moe_layers(shape) + (shape.mtp_layers if shape.is_moe else 0)
    dense = shape.layers + shape.mtp_layers - moe
    in_moe = shape.shared_experts * expert_params(shape) + shape.hidden * shape.experts
    layers = (dense + moe) * attention_params(shape) + dense * dense_ffn_params(shape)
    shared = (layers + moe * in_moe) / (plan.tp * plan.pp)
    tables = embedding_params(shape) / plan.tp * (2.0 if plan.pp == 1 else 1.0)
    routed = moe * shape.experts * expert_params(shape) / (plan.ep * plan.pp)
    return shared + tables, routed


def _gradient_s(job: Job, plan: Plan) -> float:
    """Exposed reduction of gradients and gathering of parameters of one step, s."""
    shared, routed = local_params(job.shape, plan)
    ranks = plan.dp * plan.cp
    expert_ranks = max(1, ranks * plan.tp // plan.ep)
    time = _reduce_s(job, shared, ranks, plan.tp) + _reduce_s(job, routed, expert_ranks, plan.ep)
    return job.efficiency.dp_exposed_share * time


def _reduce_s(job: Job, params: float, ranks: int, below: int) -> float:
    """Hierarchical reduction of `params` over `ranks` ranks that are `below` packages apart, s."""
    if ranks == 1 or params == 0.0:
        return 0.0
    sent = params * job.common.gradient_bytes
    inside = min(ranks, max(1, job.system.scaleup_packages // below))
    times = [sent / _link_bytes_per_s(job, inside=True)] if inside > 1 else []
    if ranks > inside:
        times.append(sent / inside / _link_bytes_per_s(job, inside=False))
    return max(times)


def _optimizer_s(job: Job, plan: Plan) -> float:
    shared, routed = local_params(job.shape, plan)
    ranks = plan.dp * plan.cp
    updated = shared / ranks + routed / max(1, ranks * plan.tp // plan.ep)
    bandwidth = job.system.hbm_tb_s * 1e12 * job.common.hbm_share
    return updated * job.common.optimizer_bytes / bandwidth
