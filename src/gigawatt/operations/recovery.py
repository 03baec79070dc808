"""Where the time of a training job goes, by policy: `goodput` and `policies` joined.

The programme (`jobs`) and single cases (`cases`) both ask here, so that a job of the same size,
rate and policy has the same goodput in either.
"""

from __future__ import annotations

from dataclasses import dataclass, fields

import numpy as np

from gigawatt.operations.goodput import Waterfall, best_interval_s, synchronous_restart
from gigawatt.operations.policies import (
    LEAST_RATE,
    POLICIES,
    advised_spares,
    best_memory_interval_s,
    elastic,
    erlang_b,
    in_memory,
    repair_load,
)
from gigawatt.quantity.arrays import Array, IntArray

Value = Array | float
LEAST_STALL_S = 1e-3  # a checkpoint that stops nothing would be written all the time
LEAST_PACE = 1e-6  # of an elastic job whose replicas are hardly ever there


@dataclass(frozen=True, slots=True)
class Recovery:
    """What a failure costs, all broadcast with the failure rate of the job.

    Attributes
    ----------
    stall_s : blocking part of a checkpoint to the store.
    detection_s, restart_s, restart_failure_share : as in `synchronous_restart`.
    warm_share : spares, memory: restart over `restart_s`.
    hard_restart_s : memory: restart from the store.
    absent_s : elastic: for which a failed replica is absent.
    replicas : elastic: data-parallel replicas of the job.
    repair_share, repair_s : spares: failures that need a repair, and its mean time.
    elastic_pause_s, elastic_redo_s, elastic_whole_share, memory_lost_share, memory_interval_s,
    memory_stall_s : as in `PolicyAssumptions`.
    """

    stall_s: Value
    detection_s: Value
    restart_s: Value
    restart_failure_share: Value
    warm_share: Value
    hard_restart_s: Value
    absent_s: Value
    replicas: Value
    repair_share: Value
    repair_s: Value
    elastic_pause_s: Value
    elastic_redo_s: Value
    elastic_whole_share: Value
    memory_lost_share: Value
    memory_interval_s: Value
    memory_stall_s: Value

    def rows(self, rows: IntArray) -> Recovery:
        """Those of some draws, the first axis of all arrays."""
        return Recovery(*(np.asarray(getattr(self, f.name))[rows] for f in fields(self)))


def best_interval(policy: str, rate_per_s: Value, r: Recovery) -> Array:
    """Best work between checkpoints to the store, s: only failures that go back to it count."""
    return best_interval_s(_at_risk(policy, rate_per_s, r), np.maximum(r.stall_s, LEAST_STALL_S))


def waterfall(
    policy: str, rate_per_s: Value, r: Recovery, interval_s: Value | None = None
) -> Waterfall:
    """Shares of the time of a job that sum to 1.

    Parameters
    ----------
    policy : of `policies.POLICIES`.
    rate_per_s : failure rate of the job.
    r : what a failure costs.
    interval_s : work between checkpoints to the store; None takes the best one.
    """
    if policy == "memory":
        return _memory(rate_per_s, r, interval_s)
    if policy == "elastic":
        return _elastic(rate_per_s, r, interval_s)
    whole = synchronous_restart(
        _at_risk(policy, rate_per_s, r), np.maximum(r.stall_s, LEAST_STALL_S), r.detection_s,
        r.restart_s * (np.asarray(r.warm_share) if policy == "spares" else 1.0),
        r.restart_failure_share, interval_s,
    )  # fmt: skip
    if policy == "spares":
        load = repair_load(rate_per_s, r.detection_s, r.repair_share, r.repair_s)
        return _stopped(whole, erlang_b(advised_spares(load) + 1.0, load))
    return whole


def mixed(policy_code: IntArray, rate_per_s: Array, r: Recovery) -> Waterfall:
    """Waterfall where each draw has its own policy.

    Parameters
    ----------
    policy_code : (D,) place in `policies.POLICIES`.
    rate_per_s : (D, M) failure rate of the job.
    r : arrays of (D, 1) or (D, M).
    """
    out = [np.empty(rate_per_s.shape) for _ in range(5)]
    for code, policy in enumerate(POLICIES):
        rows: IntArray = np.flatnonzero(policy_code == code).astype(np.int64)
        if rows.size == 0:
            continue
        part = waterfall(policy, rate_per_s[rows], r.rows(rows))
        for into, f in zip(out, fields(part), strict=True):
            into[rows] = getattr(part, f.name)
    return Waterfall(*out)


def _at_risk(policy: str, rate: Value, r: Recovery) -> Array:
    """Rate of failures after which a job goes back to the store."""
    part: Value = 1.0
    if policy == "elastic":
        part = r.elastic_whole_share
    if policy == "memory":
        part = r.memory_lost_share
    return np.maximum(np.asarray(rate) * part, LEAST_RATE)


def _stopped(w: Waterfall, blocked: Array) -> Waterfall:
    """A job that waits for a repair for a share of time; waiting counts as restart."""
    go = 1.0 - blocked
    return Waterfall(
        w.work * go, w.checkpoint * go, w.redo * go, w.detection * go, w.restart * go + blocked
    )


def _elastic(rate: Value, r: Recovery, interval_s: Value | None) -> Waterfall:
    """Pauses and absent replicas stretch the time between checkpoints, in which all may stop."""
    part = np.asarray(rate) * (1.0 - np.asarray(r.elastic_whole_share))
    going = elastic(part, r.replicas, r.elastic_pause_s, r.absent_s, r.elastic_redo_s)
    interval = best_interval("elastic", rate, r) if interval_s is None else np.asarray(interval_s)
    pace = np.maximum(going.work, LEAST_PACE)
    stall = np.maximum(r.stall_s, LEAST_STALL_S) / pace
    whole = synchronous_restart(
        _at_risk("elastic", rate, r), stall, r.detection_s, r.restart_s, r.restart_failure_share,
        interval / pace,
    )  # fmt: skip
    up = whole.work + whole.checkpoint  # both go on at the pace of the replicas that are there
    return Waterfall(
        whole.work * going.work, whole.checkpoint * going.work, whole.redo + up * going.redo,
        whole.detection, whole.restart + up * (1.0 - going.work - going.redo),
    )  # fmt: skip


def _memory(rate: Value, r: Recovery, interval_s: Value | None) -> Waterfall:
    stall = np.maximum(r.stall_s, LEAST_STALL_S)
    interval = best_interval("memory", rate, r) if interval_s is None else interval_s
    often = best_memory_interval_s(rate, r.memory_lost_share, r.memory_stall_s)
    copies = np.minimum(np.maximum(r.memory_interval_s, often), interval)  # rarer if failures are
    interval = copies * np.maximum(1.0, np.floor(interval / copies + 0.5))  # written with a copy
    return in_memory(
        rate, r.memory_lost_share, copies, r.memory_stall_s,
        np.asarray(r.restart_s) * r.warm_share, interval, stall, r.hard_restart_s, r.detection_s,
        r.restart_failure_share,
    )  # fmt: skip
