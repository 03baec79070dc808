"""DeepSeek's production fleet of 24 hours (February 2025), predicted from causes.

Published: tokens in and out, part of the prompts found in a cache, speed per user, context, layout
of the pools, and how much of its own isolated rate prefill reached in production. Asked: the nodes.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from gigawatt.catalog import Catalog
from gigawatt.performance.hardware import load_system
from gigawatt.performance.inference.build import Case, points_of
from gigawatt.performance.inference.closed_loop import mean_context
from gigawatt.performance.inference.fitted import Fitted, constants_for
from gigawatt.performance.inference.plan import Layout, ServingPlan
from gigawatt.performance.inference.pools import prefill_rate
from gigawatt.performance.inference.speculation import accepted_tokens
from gigawatt.performance.inference.stack import Stack
from gigawatt.performance.inference.step import decode_s
from gigawatt.performance.models import resolve_model

INPUT_TOKENS_PER_DAY = 608e9
FOUND_TOKENS_PER_DAY = 342e9
OUTPUT_TOKENS_PER_DAY = 168e9
MEASURED_NODES = 226.75
CONTEXT_TOKENS = 4989.0
USER_TOK_S = 21.0
PREFILL_SHARE_OF_PROFILE = (
    0.51  # 32.2k cache-miss tokens/s and node in production, 62.7k in profile
)
PREFILL_RANKS, DECODE_RANKS, NODE = 32, 144, 8
SECONDS_PER_DAY = 86400.0
MONTHS = 0.0  # an operator's own engine is taken as tuned


@dataclass(frozen=True, slots=True)
class Fleet:
    """Nodes of eight H800, and rates per package."""

    prefill_nodes: float
    decode_nodes: float
    prefill_tok_s: float
    decode_tok_s: float
    decode_requests: float

    @property
    def nodes(self) -> float:
        """Both pools."""
        return self.prefill_nodes + self.decode_nodes


def deepseek_fleet(fitted: Fitted, catalog: Catalog, draft_tokens: int = 1) -> Fleet:
    """Nodes that the day's tokens take, with so many drafted tokens a step."""
    answer = CONTEXT_TOKENS / (INPUT_TOKENS_PER_DAY / OUTPUT_TOKENS_PER_DAY + 0.5)
    prompt = CONTEXT_TOKENS - 0.5 * answer
    shape, system = resolve_model("deepseek-v3", catalog), load_system(catalog, "h800")
    accepted = accepted_tokens(catalog, "mtp", draft_tokens)
    plan = ServingPlan(
        precision="fp8", kv_precision="bf16", engine="other", draft_tokens=draft_tokens,
        accepted_tokens=accepted, prefix_hit_share=FOUND_TOKENS_PER_DAY / INPUT_TOKENS_PER_DAY,
    )  # fmt: skip
    layouts = (
        Layout(tp=1, dp=PREFILL_RANKS, moe_tp=1, moe_ep=PREFILL_RANKS),
        Layout(tp=1, dp=DECODE_RANKS, moe_tp=1, moe_ep=DECODE_RANKS),
    )
    prefill, decode = (
        points_of([Case(shape, system, plan, layout, prompt, answer)]) for layout in layouts
    )
    c = constants_for(
        fitted, [Stack("other", system.generation, "fp8-block", shape.id)], np.array([MONTHS])
    )
    requests_per_s, _ = prefill_rate(prefill, c)
    computed = float(requests_per_s[0]) * float(prefill.new_tokens[0]) / PREFILL_RANKS
    own = np.arange(1.0, 1025.0)
    step = decode_s(decode, c, own * DECODE_RANKS, mean_context(decode))
    speed = accepted / step
    running = float(own[speed >= USER_TOK_S].max(initial=1.0))
    decode_rate = running * USER_TOK_S
    miss = (INPUT_TOKENS_PER_DAY - FOUND_TOKENS_PER_DAY) / SECONDS_PER_DAY
    out = OUTPUT_TOKENS_PER_DAY / SECONDS_PER_DAY
    return Fleet(
        prefill_nodes=miss / (computed * PREFILL_SHARE_OF_PROFILE) / NODE,
        decode_nodes=out / decode_rate / NODE,
        prefill_tok_s=computed,
        decode_tok_s=decode_rate,
        decode_requests=running,
    )
