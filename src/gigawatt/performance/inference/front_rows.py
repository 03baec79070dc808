"""A front as a table: one plain row a plan, with what it takes and gives."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from gigawatt.performance.inference.build import full_layout
from gigawatt.performance.inference.frontier import Frontier, at_speed
from gigawatt.performance.inference.plan import Layout
from gigawatt.performance.inference.plans import Service
from gigawatt.performance.shapes import ModelShape

Row = dict[str, Any]


def layout_words(shape: ModelShape, layout: Layout) -> str:
    """A layout in short: "TP8", "DP16 EP16", "TP2 DP4 EP8 PP2"; ETP are packages of an expert."""
    layout = full_layout(shape, layout)
    parts = [f"TP{layout.tp}"] if layout.tp > 1 or layout.dp == 1 else []
    if layout.dp > 1:
        parts.append(f"DP{layout.dp}")
    if layout.moe_ep > 1:
        parts.append(f"EP{layout.moe_ep}")
    if layout.moe_tp > 1 and shape.is_moe:
        parts.append(f"ETP{layout.moe_tp}")
    if layout.pp > 1:
        parts.append(f"PP{layout.pp}")
    return " ".join(parts)


def plan_words(service: Service, front: Frontier, i: int) -> str:
    """Plan of an entry in words."""
    p = front.plans
    own = layout_words(service.shape, p.layouts[p.layout[i]])
    text = f"{p.replicas[i]:.0f} x {own}"
    if p.prefill[i] >= 0:
        pool = layout_words(service.shape, p.prefill_layouts[p.prefill[i]])
        text = f"prefill {p.prefill_workers[i]:.0f} x {pool} + decode {text}"
    if p.draft[i] > 0:
        text += f", {front.method} {p.draft[i]:.0f}"
    return text


def front_row(service: Service, front: Frontier, i: int) -> Row:
    """One entry; what rests on power is None where none of the system is public."""
    p, spread = front.plans, math.exp(front.rate_log)
    rate = float(front.output_tok_s_per_package[i])
    watts = float(front.drawn_w_per_package[i])
    split = p.prefill[i] >= 0
    own = full_layout(service.shape, p.layouts[p.layout[i]])
    return {
        "system": service.system.id,
        "tok_s_per_user": float(front.tok_s_per_user[i]),
        "output_tok_s_per_gpu": rate,
        "output_tok_s_per_gpu_low": rate / spread,
        "output_tok_s_per_gpu_high": rate * spread,
        "output_tok_s_per_mw": float(front.output_tok_s_per_mw[i]) if watts > 0.0 else None,
        "input_tok_s_per_gpu": rate * service.input_tokens / service.output_tokens,
        "drawn_w_per_gpu": watts if watts > 0.0 else None,
        "tpot_ms": 1e3 * float(p.tpot_s[i]),
        "ttft_ms": 1e3 * float(p.ttft_s[i]),
        "ttft_p99_ms": 1e3 * float(p.ttft_p99_s[i]),
        "plan": plan_words(service, front, i),
        "disaggregated": bool(split),
        "tp": own.tp, "dp": own.dp, "moe_tp": own.moe_tp, "moe_ep": own.moe_ep, "pp": own.pp,
        "replicas": int(p.replicas[i]),
        "prefill_workers": int(p.prefill_workers[i]),
        "prefill_plan": layout_words(service.shape, p.prefill_layouts[p.prefill[i]])
        if split else "",
        "prompt_share": float(p.prompt_share[i]),
        "requests_per_replica": float(p.requests[i]),
        "draft_tokens": int(p.draft[i]),
        "accepted_tokens": float(p.accepted[i]),
        "packages_used": float(p.used_share[i]) * p.packages,
    }  # fmt: skip


def front_rows(service: Service, front: Frontier) -> list[Row]:
    """All entries, fastest first."""
    return [front_row(service, front, i) for i in range(front.tok_s_per_user.size)]


def shown_rows(service: Service, front: Frontier, count: int = 16) -> list[Row]:
    """Some entries, evenly spread by speed on a logarithmic scale."""
    speeds = front.tok_s_per_user
    wanted = np.geomspace(speeds.max(), speeds.min(), count)
    index = dict.fromkeys(at_speed(front, float(s) * (1.0 - 1e-9)) for s in wanted)
    return [front_row(service, front, i) for i in index]
