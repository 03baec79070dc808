"""Step times of one configuration as small tables, for loops over iterations.

An event simulation asks for millions of steps of one configuration. A step of b running requests of
an attention rank, holding K cached tokens together, with n prompt tokens after p cached ones, takes

    gpu    = batch_s[b] + request_s b + token_s K
    decode = (gpu^4 + host(b)^4)^(1/4),  host(b) = host_step_s + host_request_s b
    step   = decode                                                       without prompt tokens
           = decode + overlapped(phi prompt(b, n, p), max(0, eager_s - decode))   with them

`iteration_s` is plain arithmetic on the fields, so that numba can compile it or a loop inline it.
All ranks of a replica are taken to carry the same load.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from gigawatt.performance.inference.closed_loop import MIXED_NORM
from gigawatt.performance.inference.constants import NAMES, Constants
from gigawatt.performance.inference.points import Points
from gigawatt.performance.inference.step import MS, US, cache_s, decode_gpu_s, prefill_s
from gigawatt.quantity.arrays import Array

PROMPT_GRID = 65


@dataclass(frozen=True, slots=True)
class StepTable:
    """Tables of one configuration; times in s, counts per attention rank.

    Attributes
    ----------
    batch_s : GPU time of a decode step by running requests, 0 to the most; without the cache.
    request_s, token_s : time per running request, and per cached token of all of them.
    prompt_tokens, prompt_s : grid of prompt tokens of a step, and what they add beside 0, 1, 2, 4 …
        running requests (rows): experts that these meet are read anyway.
    past_s : time per prompt token and cached token before it.
    host_step_s, host_request_s, eager_s, interference : as in `Constants`.
    first_s, first_token_s, stream_tokens : of the time to the first token beside the steps.
    accepted : tokens that a step yields per request.
    cache_tokens : tokens that fit in the cache of an attention rank.
    ranks : attention ranks of the replica.
    """

    batch_s: Array
    request_s: float
    token_s: float
    prompt_tokens: Array
    prompt_s: Array
    past_s: float
    host_step_s: float
    host_request_s: float
    eager_s: float
    interference: float
    first_s: float
    first_token_s: float
    stream_tokens: float
    accepted: float
    cache_tokens: float
    ranks: float


def step_table(
    p: Points, c: Constants, most_requests: int = 1024, most_prompt: float = 16384.0
) -> StepTable:
    """Tables of a configuration.

    Parameters
    ----------
    p, c : points and constants of one entry.
    most_requests : per attention rank.
    most_prompt : most prompt tokens of one step; longer ones are extrapolated.
    """
    own = np.arange(0.0, most_requests + 1.0)
    wide = p.take(np.zeros(own.size, dtype=np.intp))
    k = Constants(*(np.asarray(getattr(c, n), dtype=float).ravel()[0] for n in NAMES))
    zero = np.zeros(own.size)
    batch = decode_gpu_s(wide, k, np.maximum(own, 1e-9) * wide.dp, zero)
    low, high = _context_ends(p)
    one = np.ones(1)
    at = [float(cache_s(p, k, one, one * x)[0]) * float(k.decode_time) for x in (0.0, low, high)]
    token = (at[2] - at[1]) / (high - low)
    grid = np.concatenate([[0.0], np.geomspace(1.0, most_prompt, PROMPT_GRID - 1)])
    many = p.take(np.zeros(grid.size, dtype=np.intp))
    rows = 2 + math.ceil(math.log2(max(most_requests, 1)))
    prompt = np.array([_prompt_row(many, k, grid, row) for row in range(rows)])
    past = float(prefill_s(p, k, one * 100.0, one * 1e4)[0])
    past -= float(prefill_s(p, k, one * 100.0, one * 0.0)[0])
    per_token = float(p.kv_bytes[0] + p.index_bytes[0])
    return StepTable(
        batch_s=batch,
        request_s=max(0.0, at[1] - token * low - at[0]),
        token_s=token,
        prompt_tokens=grid,
        prompt_s=prompt,
        past_s=past / 100.0 / 1e4,
        host_step_s=float(k.host_step_us) * US,
        host_request_s=float(k.host_request_us) * US,
        eager_s=float(p.layers[0] * p.stages[0] * k.eager_ms) * MS,
        interference=float(k.interference),
        first_s=float(k.first_ms) * MS,
        first_token_s=float(k.first_token_us) * US,
        stream_tokens=float(k.stream_tokens),
        accepted=float(p.accepted[0]),
        cache_tokens=float(p.free_bytes[0]) / per_token if per_token else np.inf,
        ranks=float(p.dp[0]),
    )


def _prompt_row(p: Points, c: Constants, grid: Array, row: int) -> Array:
    """What prompt tokens of a grid add beside 0, 1, 2, 4 … running requests of a rank."""
    running = 2.0 ** (row - 1) if row else 0.0
    beside = running * p.dp / p.stages * (1.0 + p.draft)
    return prefill_s(p, c, np.maximum(grid, 1e-3), np.zeros(grid.size), beside)


def _context_ends(p: Points) -> tuple[float, float]:
    """Two contexts between which cache time is linear: beyond windows and chosen tokens."""
    start = max(float(p.window[0]), float(p.index_topk[0]), 1.0)
    return start, start + 4096.0


def decode_step_s(
    batch_s: Array, request_s: float, token_s: float, host_step_s: float, host_request_s: float,
    requests: float, cached_tokens: float,
) -> float:  # fmt: skip
    """Time of a step without prompt tokens; parts of a request are interpolated."""
    at = min(int(requests), batch_s.size - 1)
    gpu = batch_s[at]
    if requests > at:
        gpu += (requests - at) * (
            batch_s[at + 1] - batch_s[at]
            if at + 1 < batch_s.size
            else batch_s[at] - batch_s[at - 1]
        )
    gpu += request_s * requests + token_s * cached_tokens
    host = host_step_s + host_request_s * requests
    gpu2, host2 = gpu * gpu, host * host
    return math.sqrt(math.sqrt(gpu2 * gpu2 + host2 * host2))


def prompt_work_s(
    prompt_tokens: Array, prompt_s: Array, past_s: float, new_tokens: float, past_tokens: float,
    requests: float,
) -> float:  # fmt: skip
    """Work of `new_tokens` prompt tokens after `past_tokens`, beside so many running requests.

    Beyond the grid of tokens by chunks.
    """
    if new_tokens <= 0.0:
        return 0.0
    place = requests if requests < 1.0 else 1.0 + math.log2(requests)
    place = min(place, prompt_s.shape[0] - 1.0)
    row = min(int(place), prompt_s.shape[0] - 2)
    share = place - row
    last = prompt_tokens[-1]
    if new_tokens > last:
        prompt = (1.0 - share) * prompt_s[row, -1] + share * prompt_s[row + 1, -1]
        prompt *= new_tokens / last
        prompt += past_s * new_tokens * 0.5 * (new_tokens - last)
    else:
        prompt = (1.0 - share) * np.interp(new_tokens, prompt_tokens, prompt_s[row])
        prompt += share * np.interp(new_tokens, prompt_tokens, prompt_s[row + 1])
    return float(max(0.0, prompt + past_s * new_tokens * past_tokens))


def iteration_s(
    batch_s: Array, request_s: float, token_s: float, prompt_tokens: Array, prompt_s: Array,
    past_s: float, host_step_s: float, host_request_s: float, eager_s: float, interference: float,
    requests: float, cached_tokens: float, new_tokens: float, past_tokens: float,
) -> float:  # fmt: skip
    """Time of one step (module's header); arguments up to `interference` are fields of the table.

    Parameters
    ----------
    requests, cached_tokens : running requests of an attention rank, and tokens they hold together.
    new_tokens, past_tokens : prompt tokens of the step, and cached tokens before them.
    """
    if requests <= 0 and new_tokens <= 0:
        return 0.0
    decode = decode_step_s(
        batch_s, request_s, token_s, host_step_s, host_request_s, requests, cached_tokens
    )
    if new_tokens <= 0:
        return decode
    work = interference * prompt_work_s(
        prompt_tokens, prompt_s, past_s, new_tokens, past_tokens, requests
    )
    wait = max(0.0, eager_s - decode)
    return float(decode + (work**MIXED_NORM + wait**MIXED_NORM) ** (1.0 / MIXED_NORM))
