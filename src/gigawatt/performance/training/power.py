"""Draw of a package over a step: products, memory, communication, waiting; floats only.

Large products run at the package's limit; passes through memory (norms, activation functions,
permutation, quantising, the optimizer) leave the matrix units idle and draw less. What products and
fused attention would take at the rate they reach is counted as the first, the rest of the computing
time as the second. The server's share is constant.
"""

from __future__ import annotations

from gigawatt.performance.training.facts import Machine, Shape
from gigawatt.performance.training.layer import ERA_2021, attention_s, product_rate
from gigawatt.performance.training.row import Row


def product_share(x: Machine, s: Shape, p: Row, t: float, passes: float) -> float:
    """Part of `passes` (forward and backward of a microbatch in s) that products would take alone.

    Three products per weight and token; fused attention counts as products, of unfused attention
    its batched ones.
    """
    mixture = s.moe_layers + (s.mtp if s.experts > 0.0 else 0.0)
    dense = s.layers + s.mtp - mixture
    weights = (dense + mixture) * s.attention_params + dense * s.dense_ffn_params
    weights += mixture * (s.shared + s.top_k) * s.expert_params
    table = (1.0 + s.mtp) * s.hidden * s.vocab
    alone = 6.0 * t / p.tp * (weights / product_rate(x, p) + table / x.rate_bf16)
    if p.stack == ERA_2021:
        scores = 6.0 * t * p.seq * (s.d_qk + s.d_v) * s.heads / p.tp
        alone += (dense + mixture) * scores / (x.rate_bf16 * x.unfused_share)
    else:
        forward, backward = attention_s(x, s, p, t)
        alone += (dense + mixture) * (forward + backward)
    return min(1.0, alone / passes)


def powers_w(
    x: Machine, step: float, on: float, talk: float, share: float
) -> tuple[float, float, float, float]:
    """Draw of a package with its share of the server: computing, communicating, mean over the step.

    `on` and `talk` are the seconds of the step in computing and in exposed communication; the rest
    waits. `share` of computing is products. The last is the mean of the package alone.
    """
    node = x.node_w * x.node_power
    compute = x.tdp_w * (share * x.compute_power + (1.0 - share) * x.memory_power)
    communication, idle = x.tdp_w * x.communication_power, x.tdp_w * x.idle_power
    mean = (on * compute + talk * communication + (step - on - talk) * idle) / step
    return compute + node, communication + node, mean + node, mean
