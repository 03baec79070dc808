"""Predictions with bands for read situations: what `infer --cases` writes and validation scores.

The band is half of 90 % as a logarithm, by distance to the measured data (``serving`` table,
records ``band.*``). Where a row leaves open whether there is speculation the prediction is without,
and the band is an envelope: from without to with.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from gigawatt.catalog import Catalog
from gigawatt.performance.inference.build import Case, full_layout, points_of
from gigawatt.performance.inference.closed_loop import closed_loop
from gigawatt.performance.inference.evaluate import most_running, stack_of
from gigawatt.performance.inference.fitted import TABLE, Fitted, constants_for
from gigawatt.performance.inference.pools import two_pools
from gigawatt.performance.inference.speculation import (
    USUAL_DRAFT,
    accepted_tokens,
    method_of,
)
from gigawatt.performance.inference.stack import Stack
from gigawatt.performance.inference.tables import Situation

NEAR_CAP = 0.8  # clients over the cap from which TTFT is a matter of the cap
NEAR_CAP_TTFT_LOG = 0.9


@dataclass(frozen=True, slots=True)
class Value:
    """A prediction and its 90 % band."""

    value: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Prediction:
    """Operating point of a situation.

    Attributes
    ----------
    ttft_s, tpot_s, output_tok_s_per_package : with bands.
    requests, cap : running requests of a replica (decode worker), and the most that fit.
    packages : of the deployment.
    prefill_share : part of the time that goes into prompts (of the prefill pool's rate in use).
    step_s, prefill_s : of decoding alone, and of one prompt.
    distance : to the measured data ("seen", "dense", "moe", …).
    """

    ttft_s: Value
    tpot_s: Value
    output_tok_s_per_package: Value
    requests: float
    cap: float
    packages: float
    prefill_share: float
    step_s: float
    prefill_s: float
    distance: str


@dataclass(frozen=True, slots=True)
class _Plain:
    """Arrays of one run, without bands."""

    ttft_s: np.ndarray
    tpot_s: np.ndarray
    rate: np.ndarray
    requests: np.ndarray
    cap: np.ndarray
    packages: np.ndarray
    prefill_share: np.ndarray
    step_s: np.ndarray
    prefill_s: np.ndarray


def predict(situations: Sequence[Situation], fitted: Fitted, catalog: Catalog) -> list[Prediction]:
    """Predictions of situations that are known to fit (`gigawatt.performance.inference.build`)."""
    out: list[Prediction | None] = [None] * len(situations)
    for split in (False, True):
        index = [i for i, s in enumerate(situations) if (s.plan.prefill is not None) == split]
        if index:
            chosen = [situations[i] for i in index]
            for i, prediction in zip(index, _predict(chosen, fitted, catalog, split), strict=True):
                out[i] = prediction
    return [p for p in out if p is not None]


def _predict(
    situations: list[Situation], fitted: Fitted, catalog: Catalog, split: bool
) -> list[Prediction]:
    run = _two_pools if split else _one_pool
    central = [with_speculation(s, catalog, sure=True) for s in situations]
    plain = run(central, fitted)
    open_ = np.array([s.speculation == "unknown" for s in situations])
    fast = plain
    if open_.any():
        fast = run([with_speculation(s, catalog, sure=False) for s in situations], fitted)
    return [_banded(s, plain, fast, i, _band(catalog, fitted, s)) for i, s in enumerate(situations)]


def with_speculation(s: Situation, catalog: Catalog, sure: bool) -> Situation:
    """Situation with its draft filled in; `sure` leaves an unknown one without."""
    method = s.speculation
    if method == "none" or (method == "unknown" and sure):
        return s
    if method == "unknown":
        method = method_of(s.shape)
    draft = s.plan.draft_tokens or USUAL_DRAFT
    accepted = s.plan.accepted_tokens or accepted_tokens(catalog, method, draft, s.shape.id)
    plan = replace(s.plan, draft_tokens=draft, accepted_tokens=accepted, speculation=method)
    return replace(s, plan=plan)


def case_of(s: Situation, prefill: bool = False) -> Case:
    """Configuration of a situation, or of its prefill pool."""
    layout = s.plan.prefill if prefill and s.plan.prefill else s.plan.layout
    return Case(s.shape, s.system, s.plan, layout, s.input_tokens, s.output_tokens, s.fixed_lengths)


def _one_pool(situations: list[Situation], fitted: Fitted) -> _Plain:
    stacks = [stack_of(s) for s in situations]
    c = constants_for(fitted, stacks, np.array([s.months for s in situations]))
    points = points_of([case_of(s) for s in situations])
    clients = np.array([s.clients / s.plan.replicas for s in situations])
    batch = np.array([most_running(s) for s in situations])
    each = np.array([float(full_layout(s.shape, s.plan.layout).packages) for s in situations])
    loop = closed_loop(points, c, clients, batch)
    return _Plain(
        ttft_s=loop.ttft_s,
        tpot_s=loop.tpot_s,
        rate=loop.output_tok_s / each,
        requests=loop.requests,
        cap=loop.cap,
        packages=each * [s.plan.replicas for s in situations],
        prefill_share=loop.prefill_share,
        step_s=loop.step_s,
        prefill_s=loop.prefill_s,
    )


def _two_pools(situations: list[Situation], fitted: Fitted) -> _Plain:
    stacks = [stack_of(s) for s in situations]
    c = constants_for(fitted, stacks, np.array([s.months for s in situations]))
    decode = points_of([case_of(s) for s in situations])
    prefill = points_of([case_of(s, prefill=True) for s in situations])
    clients = np.array([s.clients for s in situations])
    workers = np.array([float(s.plan.prefill_workers) for s in situations])
    replicas = np.array([float(s.plan.replicas) for s in situations])
    state = two_pools(prefill, decode, c, c, clients, workers, replicas)
    packages = np.array([_split_packages(s) for s in situations])
    out = np.array([s.output_tokens for s in situations])
    return _Plain(
        ttft_s=state.ttft_s,
        tpot_s=state.tpot_s,
        rate=state.request_rate * out / packages,
        requests=state.requests,
        cap=state.cap,
        packages=packages,
        prefill_share=state.prefill_use,
        step_s=state.tpot_s * decode.accepted,
        prefill_s=state.prefill_s,
    )


def _split_packages(s: Situation) -> float:
    own = full_layout(s.shape, s.plan.layout).packages * s.plan.replicas
    prefill = full_layout(s.shape, s.plan.prefill).packages if s.plan.prefill else 0
    return float(own + prefill * s.plan.prefill_workers)


def distance_of(fitted: Fitted, s: Situation) -> str:
    """How far a situation is from the measured rows: id of its band."""
    return distance_at(fitted, stack_of(s), s.shape.is_moe)


def distance_at(fitted: Fitted, stack: Stack, is_moe: bool) -> str:
    """The same by stack and kind of model."""
    if stack.generation not in fitted.generations:
        return "generation"
    if fitted.has_rows(stack):
        return "seen-moe" if is_moe else "seen"
    return "moe" if is_moe else "dense"


def _band(catalog: Catalog, fitted: Fitted, s: Situation) -> tuple[str, float, float, float]:
    distance = distance_of(fitted, s)
    tpot, rate, ttft = band_of(catalog, distance)
    if s.plan.prefill is not None:
        return distance, SPLIT_FACTOR * tpot, SPLIT_FACTOR * rate, SPLIT_TTFT_LOG
    return distance, tpot, rate, ttft


def band_of(catalog: Catalog, distance: str) -> tuple[float, float, float]:
    """Half of the 90 % bands of TPOT, throughput and TTFT, as logarithms."""
    record = catalog.record(TABLE, f"band.{distance}")
    return record.value("tpot"), record.value("rate"), record.value("ttft")


SPLIT_FACTOR = 1.3  # pools are predicted from constants of single nodes
SPLIT_TTFT_LOG = 1.5  # waiting at a start in one go and hand-over are hardly known


def _banded(
    s: Situation, plain: _Plain, fast: _Plain, i: int, band: tuple[str, float, float, float]
) -> Prediction:
    distance, tpot, rate, ttft = band
    if s.clients / s.plan.replicas > NEAR_CAP * plain.cap[i]:
        ttft = max(ttft, NEAR_CAP_TTFT_LOG)
    return Prediction(
        ttft_s=_value(plain.ttft_s[i], plain.ttft_s[i], plain.ttft_s[i], ttft),
        tpot_s=_value(plain.tpot_s[i], min(plain.tpot_s[i], fast.tpot_s[i]), plain.tpot_s[i], tpot),
        output_tok_s_per_package=_value(
            plain.rate[i], plain.rate[i], max(plain.rate[i], fast.rate[i]), rate
        ),
        requests=float(plain.requests[i]),
        cap=float(plain.cap[i]),
        packages=float(plain.packages[i]),
        prefill_share=float(plain.prefill_share[i]),
        step_s=float(plain.step_s[i]),
        prefill_s=float(plain.prefill_s[i]),
        distance=distance,
    )


def _value(central: float, least: float, most: float, log: float) -> Value:
    return Value(float(central), float(least) * math.exp(-log), float(most) * math.exp(log))
