"""Replicas of one layout as the simulation needs them: step times and room of the cache."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from gigawatt.catalog import Catalog
from gigawatt.performance.inference.build import points_of
from gigawatt.performance.inference.closed_loop import mean_context
from gigawatt.performance.inference.evaluate import ENGINE_BATCH, RANK_BATCH, stack_of
from gigawatt.performance.inference.fitted import constants_for, load_fitted
from gigawatt.performance.inference.plan import Layout
from gigawatt.performance.inference.points import Points
from gigawatt.performance.inference.pools import transfer_s
from gigawatt.performance.inference.predict import case_of
from gigawatt.performance.inference.replay.state import Engine
from gigawatt.performance.inference.step import cache_bytes
from gigawatt.performance.inference.table import StepTable, step_table
from gigawatt.performance.inference.tables import Situation

FAR_TOKENS = 1e5  # context from which the cache is taken to grow evenly
LEAST_SLOTS = 64.0


@dataclass(frozen=True, slots=True)
class Pool:
    """One kind of replica; tokens per replica.

    Attributes
    ----------
    table : step times.
    chunk_tokens : prompt tokens of one step and attention rank.
    most : most requests that run at once.
    cache_tokens, fixed_tokens : room of the cache; what a request takes beside its tokens.
    transfer_s, transfer_token_s : to hand a prompt's cache over, and per token.
    """

    table: StepTable
    chunk_tokens: float
    most: float
    cache_tokens: float
    fixed_tokens: float
    transfer_s: float
    transfer_token_s: float


def pool_of(s: Situation, catalog: Catalog, layout: Layout) -> Pool:
    """Tables and room of replicas with a layout; mean lengths are the situation's."""
    points = points_of([replace(case_of(s), layout=layout)])
    c = constants_for(load_fitted(catalog), [stack_of(s)], np.array([s.months]))
    ranks = float(points.dp[0])
    far = _cache(points, FAR_TOKENS)
    slope = max((far - _cache(points, 0.5 * FAR_TOKENS)) / (0.5 * FAR_TOKENS), 1e-9)
    room = max(float(points.free_bytes[0]), 0.0) * ranks
    mean = max(_cache(points, float(mean_context(points)[0])), 1.0)
    limit = min(max(ENGINE_BATCH, RANK_BATCH * ranks), max(LEAST_SLOTS, 4.0 * room / mean))
    most = float(s.plan.max_batch) or limit
    moved = [_moved(points, tokens) for tokens in (0.0, FAR_TOKENS)]
    return Pool(
        table=step_table(points, c, int(np.ceil(most / ranks)) + 1),
        chunk_tokens=float(s.plan.chunk_tokens),
        most=most,
        cache_tokens=room / slope,
        fixed_tokens=(far - slope * FAR_TOKENS) / slope,
        transfer_s=moved[0],
        transfer_token_s=(moved[1] - moved[0]) / FAR_TOKENS,
    )


def _cache(points: Points, tokens: float) -> float:
    return float(cache_bytes(points, np.array([tokens]))[0])


def _moved(points: Points, tokens: float) -> float:
    return float(transfer_s(replace(points, input_tokens=np.array([tokens])))[0])


def engine_of(pool: Pool, kind: str) -> Engine:
    """Engine of a pool; kind is "both", "prompts" or "answers"."""
    t = pool.table
    return Engine(
        t.batch_s, t.request_s, t.token_s, t.prompt_tokens, t.prompt_s, t.past_s, t.host_step_s,
        t.host_request_s, t.eager_s, t.interference, t.accepted, t.ranks, pool.chunk_tokens,
        pool.most, pool.cache_tokens, pool.fixed_tokens, int(kind == "prompts"),
        int(kind == "answers"),
    )  # fmt: skip
