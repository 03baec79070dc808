"""One optimiser step of one plan, from causes; floats only, the same code compiled for batches.

    step = S [ m (t_slow + t_send) + (p - 1)/v b (t_mean + t_send) ] + gradients + WAN
             + optimizer + fixed

m microbatches, p stages of v virtual ones, b = 1 in 1F1B and less in schedules that fill bubbles,
S the release factor. With parameters sharded (FSDP) the bracket B and the traffic of parameters Z
hide each other as (B^q + Z^q)^(1/q).

Overlap, collective by collective (a flag that is off exposes all of it):

- TP: a fixed share stays exposed under a tuned stack, all of it otherwise;
- CP: the part that attention doesn't hide, and at least a fixed share;
- EP: a fixed share inside the domain and another one beyond it; none under DualPipe but a tenth;
- activations to the host and back: what the own pass of the stage can't hide, and one layer's;
- PP: a fixed share under a tuned stack with virtual stages, all of one direction without them or
  under a plain stack, twice the time otherwise (both directions wait);
- DP: what the last backward pass (gradients) and the first forward pass (parameters) of one
  microbatch can't hide, and at least a fixed share, under a tuned stack; all of it otherwise;
- WAN: as DP for synchronous training; once in `local_steps` steps otherwise.
"""

from __future__ import annotations

import math

from gigawatt.performance.training.facts import Machine, Shape
from gigawatt.performance.training.layer import (
    ERA_2021,
    PLAIN,
    TUNED,
    attention_s,
    experts_s,
    feed_forward_s,
    norms_s,
    output_s,
    projections_s,
)
from gigawatt.performance.training.links import all_to_all_s, gather_s, tensor_s
from gigawatt.performance.training.memory import (
    ACTIVATION,
    CORE,
    FEED_FORWARD,
    FULL,
    GIB,
    MLA_UP,
    MOE,
    NORM,
    expert_ranks,
    local_params,
    offloaded_bytes,
    room_bytes,
    shard_ranks,
)
from gigawatt.performance.training.power import powers_w, product_share
from gigawatt.performance.training.row import Row
from gigawatt.performance.training.software import release_factor, sigma_log

EAGER, PARTIAL, STATIC, GRAPH = 0.0, 1.0, 2.0, 3.0
ZERO_BUBBLE, DUAL = 1.0, 2.0


def tp_moves_s(x: Machine, s: Shape, p: Row, t: float, moe: bool) -> tuple[float, float]:
    """Exposed TP collectives of one layer: one pass, and both passes, s."""
    if p.tp <= 1.0:
        return 0.0, 0.0
    move = tensor_s(x, t * s.hidden * 2.0, p.tp, p.tp * p.pp * p.cp * p.dp)
    moves = 4.0
    if moe:
        moves = 2.0 + (2.0 if s.shared > 0.0 else 0.0)
        if p.etp > 1.0:
            moves += 2.0 * s.top_k / p.tp * p.etp
    again = 2.0 if p.sequence_parallel > 0.0 else 0.0
    exposed = x.tp_exposed if p.stack == TUNED and p.tp_overlap > 0.0 else 1.0
    return exposed * moves * move, exposed * (2.0 * moves + again) * move


def cp_moves_s(x: Machine, s: Shape, p: Row, attention: float) -> float:
    """Exposed exchange of keys and values of one layer, forward and backward, s."""
    if p.cp <= 1.0:
        return 0.0
    width = s.kv_heads * (s.d_qk + s.d_v) / p.tp if s.mla == 0.0 else s.kv_lora + s.rope
    move = 3.0 * gather_s(x, p.mbs * p.seq * width * 2.0, p.cp, p.tp)
    if p.cp_overlap <= 0.0:
        return move
    return max(x.cp_exposed * move, move - attention)


def ep_moves_s(x: Machine, s: Shape, p: Row, t: float) -> float:
    """Exposed dispatch and combination of one mixture layer, one pass, s."""
    own = t / p.tp * s.expert_hidden * 2.0 * p.imbalance
    near, far = all_to_all_s(x, own, p.ep, s.top_k)
    if p.ep_overlap <= 0.0:
        return 2.0 * (near + far)
    if p.schedule == DUAL:
        return 0.2 * (near + far)
    return 2.0 * (x.a2a_exposed * near + x.a2a_nic_exposed * far)


def layer_s(
    x: Machine, s: Shape, p: Row, t: float, moe: bool
) -> tuple[float, float, float, float, float, float]:
    """One layer and microbatch: forward, backward, recomputed, TP, CP, EP, s."""
    pf, pb, up = projections_s(x, s, p, t)
    af, ab = attention_s(x, s, p, t)
    nf, nb = norms_s(x, s, p, t)
    width = s.shared * s.expert_ffn * s.expert_hidden / s.hidden if moe else s.ffn
    ff, fb = (0.0, 0.0) if width == 0.0 else feed_forward_s(x, s, p, t, width)
    ef, eb = experts_s(x, s, p, t) if moe else (0.0, 0.0)
    one, tp = tp_moves_s(x, s, p, t, moe)
    cp = cp_moves_s(x, s, p, af + ab)
    ep_one = ep_moves_s(x, s, p, t) if moe else 0.0
    ep = 2.0 * ep_one
    forward, backward = pf + af + nf + ff + ef, pb + ab + nb + fb + eb
    flags = int(p.recompute)
    again = 0.0
    if flags & FULL:
        again = forward
        tp += p.recompute_share * one
        ep += p.recompute_share * ep_one
    else:
        if flags & NORM:
            again += 0.5 * nf
        if flags & ACTIVATION:
            used = width / p.tp + (s.top_k * s.expert_ffn / p.tp if moe else 0.0)
            again += (s.matrices + 1.0) * 2.0 * t * used / x.hbm
        if flags & MLA_UP:
            again += up
        if flags & CORE:
            again += af
        if flags & FEED_FORWARD:
            again += ff
        if flags & MOE:
            again += ef
            ep += p.recompute_share * ep_one
    return forward, backward, p.recompute_share * again, tp, cp, ep


def host_s(x: Machine, p: Row, moe: bool) -> float:
    """Time the host needs for one layer and microbatch, forward and backward, s."""
    graph = x.moe_host_full if p.graphs == GRAPH else 1.0
    if not moe:
        return x.dense_host * graph
    if p.token_drop > 0.0 or p.graphs == STATIC:
        return x.moe_host * x.moe_host_static
    if p.graphs == PARTIAL:
        return x.moe_host * x.moe_host_partial
    return x.moe_host * graph


def bubble_factor(p: Row) -> float:
    """Bubble over that of 1F1B."""
    if p.schedule == ZERO_BUBBLE:
        return 1.0 / 3.0
    if p.schedule == DUAL:
        return 0.5 * 0.5
    return 1.0


def gradient_s(x: Machine, s: Shape, p: Row, forward: float, backward: float) -> float:
    """Exposed reduction of gradients and gathering of parameters, s per step."""
    shared, routed, table = local_params(s, p)
    shared += table * (2.0 if p.pp <= 1.0 and s.tied == 0.0 else 1.0)
    stride, expert_stride = p.tp * p.cp, p.ep * p.etp
    ranks, expert = p.dp * p.cp, expert_ranks(p)
    if p.zero >= 3.0:  # gradients between shard groups only
        group = shard_ranks(p)
        shared, routed = shared / group, routed / group
        ranks, expert = ranks / group, expert / group
        stride, expert_stride = stride * group, expert_stride * group
    else:
        stride = p.tp
    wide = 2.0 if p.lean_states > 0.0 or p.stack == ERA_2021 else 4.0
    one = gather_s(x, shared, ranks, stride) + gather_s(x, routed, expert, expert_stride)
    scatter, gather = wide * one, 2.0 * one
    if p.zero <= 0.0:
        gather = wide * one
    if p.stack != TUNED or p.dp_overlap <= 0.0:
        return scatter + gather
    least = x.dp_exposed
    return max(least * scatter, scatter - backward) + max(least * gather, gather - forward)


def wan_s(s: Shape, p: Row, forward: float, backward: float) -> float:
    """Exposed exchange between sites, s per step."""
    if p.sites <= 1.0:
        return 0.0
    shared, routed, table = local_params(s, p)
    model = shared * p.tp * p.pp + routed * p.ep * p.etp * p.pp + 2.0 * table * p.tp
    send = 2.0 * model * p.wan_bits * (p.sites - 1.0) / p.sites / (p.wan_gbit_s * 1e9)
    time = send + 2.0 * p.wan_rtt_ms * 1e-3 * math.log2(p.sites)
    if p.local_steps > 1.0:
        return time / p.local_steps
    if p.dp_overlap > 0.0:
        return max(0.3 * time, time - forward - backward)
    return time


def sharded_s(x: Machine, s: Shape, p: Row) -> float:
    """Traffic of sharded parameters and gradients in one step, s."""
    if p.zero < 3.0:
        return 0.0
    shared, routed, table = local_params(s, p)
    params = shared + table * (2.0 if s.tied == 0.0 else 1.0)
    microbatches = max(1.0, p.gbs / (p.dp * p.mbs))
    ranks = shard_ranks(p)
    if p.stack == ERA_2021:
        node = x.nic * x.domain
        return microbatches * 6.0 * params / (x.zero3_bus * node)
    wide = 2.0 if p.lean_states > 0.0 else 4.0
    expert = max(1.0, min(ranks, expert_ranks(p)))
    one = gather_s(x, params, ranks, p.tp) + gather_s(x, routed, expert, p.ep * p.etp)
    return microbatches * (4.0 + wide) * one / x.fsdp_bus


def norm_sum(a: float, b: float, q: float) -> float:
    """(a^q + b^q)^(1/q)."""
    top = max(a, b)
    if top <= 0.0 or min(a, b) <= 0.0:
        return top
    return top * math.pow(1.0 + math.pow(min(a, b) / top, q), 1.0 / q)


def slowest_stage_s(
    s: Shape, p: Row, mean: float, dense: float, mixture: float, output: float
) -> float:
    """Time of the slowest stage for one microbatch, from the times of one layer of each kind.

    Layers that divide are laid out in order, dense ones first, with the output layer on the last
    stage. Where they do not, or with MTP layers (which stay on the last stage), whole layers are
    laid out so that the slowest stage is shortest: n on each stage but the last, which takes the
    rest. Times of layers are then taken as their mean.
    """
    if p.pp <= 1.0:
        return mean
    whole = s.layers / p.pp
    if s.mtp > 0.0 or whole != math.floor(whole):
        one = (mean * p.pp - output) / (s.layers + s.mtp)
        tail = s.mtp + output / one
        few = math.floor((s.layers + tail) / p.pp)
        many = few + 1.0
        longest = max(few, s.layers - (p.pp - 1.0) * few + tail)
        longest = min(longest, max(many, max(0.0, s.layers - (p.pp - 1.0) * many) + tail))
        return max(mean, one * longest)
    if s.experts <= 0.0:
        return whole * dense + output
    first = min(whole, s.layers - s.moe_layers)
    return max(first * dense + (whole - first) * mixture, whole * mixture + output)


def layers_s(
    x: Machine, s: Shape, p: Row, t: float
) -> tuple[float, float, float, float, float, float, float, float, float]:
    """All layers for one microbatch: forward, backward, recomputed, TP, CP, EP, host, s.

    The last two are the times of one dense and one mixture layer.
    """
    moe = s.moe_layers + (s.mtp if s.experts > 0.0 else 0.0)
    forward = backward = recompute = tp = cp = ep = host = 0.0
    dense_s = mixture_s = 0.0
    for kind in range(2):
        count = s.layers + s.mtp - moe if kind == 0 else moe
        if count <= 0.0:
            continue
        lf, lb, lr, ltp, lcp, lep = layer_s(x, s, p, t, kind == 1)
        gpu = lf + lb + lr + ltp + lcp + lep
        least = host_s(x, p, kind == 1)
        wait = norm_sum(gpu, least, x.moe_host_power if kind == 1 else 4.0) - gpu
        if kind == 0:
            dense_s = gpu + wait
        else:
            mixture_s = gpu + wait
        forward, backward = forward + count * lf, backward + count * lb
        recompute, host = recompute + count * lr, host + count * wait
        tp, cp, ep = tp + count * ltp, cp + count * lcp, ep + count * lep
    return forward, backward, recompute, tp, cp, ep, host, dense_s, mixture_s


def send_s(x: Machine, s: Shape, p: Row, t: float) -> float:
    """Exposed sends between stages for one microbatch, s."""
    if p.pp <= 1.0:
        return 0.0
    link = x.nvlink if p.tp * p.pp * p.cp * p.dp <= x.domain else x.nic
    exposed = 2.0  # both directions wait
    if p.stack == PLAIN:
        exposed = 1.0
    elif p.stack == TUNED and p.pp_overlap > 0.0:
        # without virtual stages a stage has nothing else to do while it sends
        exposed = x.pp_exposed if p.vp > 1.0 else 1.0
    return exposed * p.vp * t * s.hidden * 2.0 / p.tp / link


def offload_s(x: Machine, s: Shape, p: Row, t: float, forward: float, backward: float) -> float:
    """Wait of one microbatch for activations that go to the host and come back, s.

    Each way hides behind the stage's own pass; the copies of the first and last layers do not.
    """
    if p.offload_share <= 0.0:
        return 0.0
    move = offloaded_bytes(s, p, t) / x.host_link
    layers = max(1.0, (s.layers + s.mtp) / p.pp)
    least = move / layers
    return max(least, move - forward) + max(least, move - backward)


def merged_s(x: Machine, s: Shape, p: Row, busy: float) -> float:
    """Computing and the traffic of sharded parameters, which hide each other, s per step."""
    sharded = sharded_s(x, s, p)
    if sharded <= 0.0:
        return busy
    if p.stack == ERA_2021:
        return norm_sum(busy, sharded, x.zero3_power)
    return norm_sum(busy, sharded, x.fsdp_power) + x.fsdp_rest * sharded


def optimizer_s(x: Machine, s: Shape, p: Row) -> float:
    """Update of the parameters that a rank keeps the states of, s per step."""
    shared, routed, table = local_params(s, p)
    own = (shared + table) / (p.dp * p.cp if p.zero > 0.0 else 1.0)
    own += routed / (expert_ranks(p) if p.zero > 0.0 else 1.0)
    return own * x.optimizer_bytes / (x.host_link if p.offload_optimizer > 0.0 else x.hbm)


def step_row(
    x: Machine, s: Shape, p: Row, kinds: tuple[float, float, float, float, float]
) -> tuple[float, ...]:
    """Outputs in the order of `result.OUTPUTS` for one plan, with its memory by kind in bytes."""
    t = p.mbs * p.seq / p.cp
    m = max(1.0, p.gbs / (p.dp * p.mbs))
    forward, backward, recompute, tp, cp, ep, host, dense_s, mixture_s = layers_s(x, s, p, t)
    of, ob = output_s(x, s, p, t)
    passes = 1.0 + s.mtp
    forward, backward = forward + passes * of, backward + passes * ob
    mean = (forward + backward + recompute + tp + cp + ep + host) / p.pp
    slow = slowest_stage_s(s, p, mean, dense_s, mixture_s, passes * (of + ob))
    wait = offload_s(x, s, p, t, forward / p.pp, backward / p.pp)
    mean, slow = mean + wait, slow + wait
    send = send_s(x, s, p, t)
    factor = release_factor(x, p)
    bubble = m * (slow - mean) + (p.pp - 1.0) / p.vp * bubble_factor(p) * (mean + send)
    busy = m * (mean + send) + bubble
    dp = gradient_s(x, s, p, forward / p.pp, backward / p.pp)
    wan = wan_s(s, p, forward / p.pp, backward / p.pp)
    optimizer = optimizer_s(x, s, p)
    k = factor * m / p.pp
    parts = (
        k * (forward + backward),
        k * recompute,
        k * host,
        factor * bubble,
        k * tp,
        k * cp,
        k * ep,
        factor * m * send,
        dp + factor * (merged_s(x, s, p, busy) - busy),
        wan,
        optimizer,
        x.fixed if p.stack == TUNED else x.fixed_untuned,
        factor * m * wait,
    )
    step = 0.0
    for part in parts:
        step += part
    on = parts[0] + parts[1] + optimizer
    share = (on - optimizer) / on * product_share(x, s, p, t, forward + backward)
    talk = parts[4] + parts[5] + parts[6] + parts[7] + parts[8] + wan
    compute_w, communication_w, mean_w, package_w = powers_w(x, step, on, talk, share)
    w, g, o, a, b = kinds
    return (
        step,
        *parts,
        w / GIB,
        g / GIB,
        o / GIB,
        a / GIB,
        b / GIB,
        (w + g + o + a + b) / GIB,
        room_bytes(x) / GIB,
        compute_w,
        communication_w,
        mean_w,
        package_w,
        mean_w * step * p.tp * p.pp * p.cp * p.dp,
        sigma_log(x, s, p),
    )
