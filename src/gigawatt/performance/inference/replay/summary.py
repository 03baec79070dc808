"""A replay in a few numbers: percentiles of what users see, goodput, use of the pools."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from gigawatt.performance.inference.replay.run import Replayed
from gigawatt.quantity.arrays import Array

PERCENTILES = (50, 90, 99)


@dataclass(frozen=True, slots=True)
class Slo:
    """What users are promised; infinite = no limit.

    Attributes
    ----------
    ttft_s, tpot_s : of each request.
    """

    ttft_s: float = np.inf
    tpot_s: float = np.inf


@dataclass(frozen=True, slots=True)
class Spread:
    """Mean and percentiles of one time, s."""

    mean: float
    p50: float
    p90: float
    p99: float


@dataclass(frozen=True, slots=True)
class Summary:
    """A replay in numbers.

    Attributes
    ----------
    requests, span_s : number, and time from the first arrival to the last token.
    ttft, tpot, total, queue : times of the requests.
    good_share, goodput_per_s : requests within the limits, as share and per second.
    request_rate, output_tok_s, input_tok_s : over the span, of the deployment.
    output_tok_s_per_package, input_tok_s_per_package : over all its packages.
    hit_share : prompt tokens found in a cache.
    busy_share, prefill_busy_share, kv_use_share, put_back, packages : as in `Replayed`.
    """

    requests: int
    span_s: float
    ttft: Spread
    tpot: Spread
    total: Spread
    queue: Spread
    good_share: float
    goodput_per_s: float
    request_rate: float
    output_tok_s: float
    input_tok_s: float
    output_tok_s_per_package: float
    input_tok_s_per_package: float
    hit_share: float
    busy_share: float
    prefill_busy_share: float
    kv_use_share: float
    put_back: int
    packages: float


def spread(values: Array) -> Spread:
    """Mean and percentiles; NaN is left out, and all are NaN where nothing is left."""
    known = values[np.isfinite(values)]
    if not known.size:
        return Spread(np.nan, np.nan, np.nan, np.nan)
    return Spread(float(known.mean()), *(float(v) for v in np.percentile(known, PERCENTILES)))


def summary(r: Replayed, slo: Slo) -> Summary:
    """Numbers of a replay under limits."""
    trace = r.trace
    good = (r.ttft_s <= slo.ttft_s) & (np.nan_to_num(r.tpot_s) <= slo.tpot_s)
    outputs, inputs = (float(x.sum()) / r.span_s for x in (trace.output_tokens, trace.input_tokens))
    return Summary(
        requests=trace.size,
        span_s=r.span_s,
        ttft=spread(r.ttft_s),
        tpot=spread(r.tpot_s),
        total=spread(r.total_s),
        queue=spread(r.queue_s),
        good_share=float(good.mean()),
        goodput_per_s=float(good.sum()) / r.span_s,
        request_rate=trace.size / r.span_s,
        output_tok_s=outputs,
        input_tok_s=inputs,
        output_tok_s_per_package=outputs / r.packages,
        input_tok_s_per_package=inputs / r.packages,
        hit_share=float(r.hit_tokens.sum() / trace.input_tokens.sum()),
        busy_share=r.busy_share,
        prefill_busy_share=r.prefill_busy_share,
        kv_use_share=r.kv_use_share,
        put_back=r.put_back,
        packages=r.packages,
    )
