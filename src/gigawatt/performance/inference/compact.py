"""Serving rate of one model on one system at one speed per user.

For every customary layout of a replica the largest number of running requests is found that keeps
TPOT at or below 1/speed and fits in memory; the layout with the most output tokens per package is
taken. Layouts are powers of two of packages: tensor parallel up to 8 inside one scale-up domain
(with experts spread over the same packages), or, for mixture models, attention copied on every
package and experts spread over all of them, up to the domain or 64 packages, whichever is more.

    output tokens/s per package = requests / TPOT / packages of the replica
    input tokens/s per package  = output tokens/s x S / O

Watts are the node's maximum per package times the share of the phase, by the time that prefills and
decoding take (catalog ``efficiencies/power``).
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

from gigawatt.errors import InfeasibleError, InputError
from gigawatt.performance.efficiency import PowerShares, ServeConstants, peak_flops
from gigawatt.performance.hardware import System, full_power_w
from gigawatt.performance.inference.batching import Served, steady, tpot_s
from gigawatt.performance.inference.decode import (
    Load,
    Replica,
    most_requests,
    prefill_s,
    weights_on_package,
)
from gigawatt.performance.result import ServeRate
from gigawatt.performance.shapes import ModelShape

TP_MOST = 8
SPREAD_MOST = 64  # packages over which experts are spread beyond a small domain
HALVINGS = 40


@dataclass(frozen=True, slots=True)
class ServeSetting:
    """What to serve.

    Attributes
    ----------
    input_tokens, output_tokens : mean lengths of prompt and answer.
    tokens_per_s_per_user : least decode speed that a user sees.
    precision : of weights and products: "bf16", "fp8" or "fp4".
    """

    input_tokens: float
    output_tokens: float
    tokens_per_s_per_user: float
    precision: str


@lru_cache(maxsize=512)
def serve_rate(
    shape: ModelShape,
    system: System,
    setting: ServeSetting,
    constants: ServeConstants,
    announced_sigma_log: float,
    power: PowerShares,
) -> ServeRate:
    """Healthy serving rate of the best customary layout.

    Raises
    ------
    InputError : the system lacks the precision, or a number of the setting is out of range.
    InfeasibleError : the model fits in no layout, or none is that fast.
    """
    peak_flops(system, setting.precision)
    _check(shape, setting)
    load = Load(
        shape=shape,
        system=system,
        constants=constants,
        precision=setting.precision,
        math_precision=setting.precision,
        input_tokens=setting.input_tokens,
        output_tokens=setting.output_tokens,
    )
    replica, served = best_replica(load, 1.0 / setting.tokens_per_s_per_user)
    rate = served.output_tokens_per_s / replica.packages
    share = served.prefill_share
    phases = share * power.serve_prefill_share + (1.0 - share) * power.serve_decode_share
    sigma = constants.moe_sigma_log if shape.is_moe else constants.dense_sigma_log
    return ServeRate(
        model=shape.id,
        system=system.id,
        setting=_words(replica, served, setting),
        input_tokens=setting.input_tokens,
        output_tokens=setting.output_tokens,
        output_tokens_per_s_per_package=rate,
        input_tokens_per_s_per_package=rate * setting.input_tokens / setting.output_tokens,
        tokens_per_s_per_user=1.0 / served.tpot_s,
        ttft_ms=served.ttft_s * 1e3,
        tpot_ms=served.tpot_s * 1e3,
        power_w=full_power_w(system) * phases,
        sigma_log=sigma if system.released else math.hypot(sigma, announced_sigma_log),
    )


def best_replica(load: Load, tpot_limit_s: float) -> tuple[Replica, Served]:
    """Layout with the most output tokens per package at this time per token.

    Raises
    ------
    InfeasibleError : no layout fits, or none is that fast; the message names the limit.
    """
    best: tuple[Replica, Served] | None = None
    fastest_s = float("inf")
    for replica in replicas(load):
        least = float(replica.dp)  # one request on each attention rank
        most = most_requests(load, replica)
        if most < least:
            continue
        prefill = prefill_s(load, replica)
        fastest_s = min(fastest_s, tpot_s(load, replica, least, prefill))
        requests = _requests_at(load, replica, tpot_limit_s, least, most)
        if requests == 0.0:
            continue
        served = steady(load, replica, requests)
        if best is None or _per_package(replica, served) > _per_package(*best):
            best = replica, served
    if best is None:
        raise InfeasibleError(_limit(load, tpot_limit_s, fastest_s))
    return best


def replicas(load: Load) -> Iterator[Replica]:
    """Customary layouts (module's header)."""
    shape, domain = load.shape, max(1, load.system.scaleup_packages)
    size = 1
    while size <= (max(domain, SPREAD_MOST) if shape.is_moe else domain):
        spread = shape.is_moe and shape.experts % size == 0
        joined = size <= min(TP_MOST, domain) and shape.heads % size == 0
        if joined and (spread or not shape.is_moe):
            yield Replica(tp=size, moe_ep=size if shape.is_moe else 1)
        if spread and size > 1:
            yield Replica(tp=1, dp=size, moe_ep=size)
        size *= 2


def _requests_at(load: Load, replica: Replica, limit_s: float, least: float, most: float) -> float:
    """Most running requests in [least, most] with TPOT within the limit; 0 if there are none."""
    prefill = prefill_s(load, replica)
    if tpot_s(load, replica, least, prefill) > limit_s:
        return 0.0
    if tpot_s(load, replica, most, prefill) <= limit_s:
        return most
    low, high = least, most
    for _ in range(HALVINGS):  # TPOT grows with the requests
        middle = 0.5 * (low + high)
        if tpot_s(load, replica, middle, prefill) <= limit_s:
            low = middle
        else:
            high = middle
    return low


def _per_package(replica: Replica, served: Served) -> float:
    return served.output_tokens_per_s / replica.packages


def _limit(load: Load, tpot_limit_s: float, fastest_s: float) -> str:
    """Why no layout will do."""
    where = f"{load.shape.id} in {load.precision.upper()} on {load.system.id}"
    if math.isinf(fastest_s):
        least = min(weights_on_package(load, r) for r in replicas(load)) / 1e9
        return (
            f"{where}: the model and one request of {load.context_tokens:,.0f} tokens do not fit "
            f"in any layout: at least {least:,.0f} GB of weights per package, "
            f"{load.system.hbm_gb:,.0f} GB of memory."
        )
    return (
        f"{where}: {1.0 / tpot_limit_s:,.0f} tokens/s per user is too fast; at most "
        f"{1.0 / fastest_s:,.0f} without speculative decoding."
    )


def _check(shape: ModelShape, setting: ServeSetting) -> None:
    for name in ("input_tokens", "output_tokens", "tokens_per_s_per_user"):
        if getattr(setting, name) <= 0.0:
            raise InputError(f"serving needs {name} > 0, not {getattr(setting, name)!r}.")
    if shape.unsupported:
        raise InputError(f"{shape.id}: serving is not modelled for {', '.join(shape.unsupported)}.")


def _words(replica: Replica, served: Served, setting: ServeSetting) -> str:
    return (
        f"TP{replica.tp} DP{replica.dp} EP{replica.moe_ep} on {replica.packages} packages, "
        f"{setting.precision.upper()}, {setting.input_tokens:,.0f} tokens in and "
        f"{setting.output_tokens:,.0f} out, {served.requests / replica.packages:,.1f} requests per "
        f"package, at least {setting.tokens_per_s_per_user:g} tokens/s per user, no speculation, "
        "no reuse of prefixes"
    )
