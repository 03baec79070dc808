"""A trace on a cluster: who waited how long, what was used, what the meter showed."""

from __future__ import annotations

import itertools
from dataclasses import dataclass

import numpy as np

from gigawatt.errors import InputError
from gigawatt.operations.cluster import Cluster
from gigawatt.operations.events.nodes import node_sizes
from gigawatt.operations.events.packed import replay_packed
from gigawatt.operations.events.replay import Replayed, replay
from gigawatt.operations.traces.model import Trace
from gigawatt.quantity.arrays import Array
from gigawatt.quantity.units import SECONDS_PER_HOUR, W_PER_KW

JOULES_PER_MWH = 3.6e9


@dataclass(frozen=True, slots=True)
class Power:
    """Power at the meter.

    Attributes
    ----------
    sample_s, sample_kw : (T,) samples; a job that starts at a sample is in it, one that ends is
        not.
    mean_kw, min_kw, max_kw : between the first sample and the horizon, exact; `mean_kw` is the
        integral over time.
    energy_mwh : the exact integral.
    largest_step_kw : largest change at one moment.
    known : "util" or "power" if the trace tells what jobs draw, "full" if busy GPUs are taken at
        full draw.
    """

    sample_s: Array
    sample_kw: Array
    mean_kw: float
    min_kw: float
    max_kw: float
    energy_mwh: float
    largest_step_kw: float
    known: str


@dataclass(frozen=True, slots=True)
class TraceReplay:
    """What a replay gave.

    Attributes
    ----------
    origin_s : time of the trace that is 0 in the replay.
    horizon_s : end of the replay.
    capacity : units of the cluster.
    done : when each job ran, (J,) on the replay's clock.
    used_share : mean share of units taken over the horizon.
    packed : whether jobs were put on nodes; else all units are one pool.
    power : None where the trace counts processors.
    """

    origin_s: float
    horizon_s: float
    capacity: float
    done: Replayed
    used_share: float
    power: Power | None
    packed: bool = False


def capacity_of(trace_counts: str, cluster: Cluster, size: float | None) -> float:
    """Units of a cluster in what a trace counts.

    Raises
    ------
    InputError : the trace counts processors and the size of the cluster in them is not given.
    """
    if size is not None:
        return size
    if trace_counts == "processor":
        raise InputError("the trace counts processors; give the cluster's with --size")
    return cluster.nodes_count if trace_counts == "node" else cluster.gpus


def replay_trace(
    trace: Trace,
    cluster: Cluster,
    policy: str,
    size: float | None = None,
    turnaround_s: float = 0.0,
    horizon_s: float | None = None,
    sample_s: float = 0.0,
    by_priority: bool = False,
    packed: bool = False,
) -> TraceReplay:
    """Run a trace on a cluster.

    Parameters
    ----------
    trace, cluster : what runs where.
    policy : a name of `POLICIES`.
    size : units of the cluster, in place of the cluster's own.
    turnaround_s : for which units stay taken after a job.
    horizon_s : end; None for the end of the last job.
    sample_s : step of the power samples; 0 for none.
    by_priority : order the queue by the trace's priority.
    packed : put jobs on nodes of GPUs, where the trace counts GPUs; else all are one pool.
    """
    capacity = capacity_of(trace.counts, cluster, size)
    origin = 0.0 if trace.layout == "raps" else float(np.floor(trace.submit_s.min()))
    packed = packed and trace.counts == "GPU"
    jobs = (trace.submit_s - origin, trace.duration_s, trace.limit_s, trace.size)
    how = (
        policy, trace.priority if by_priority else None, turnaround_s,
        np.inf if horizon_s is None else horizon_s,
    )  # fmt: skip
    if packed:
        nodes = node_sizes(capacity, round(cluster.gpus_per_node))
        done = replay_packed(*jobs, trace.nodes, nodes, *how)
    else:
        done = replay(*jobs, capacity, *how)
    ended = done.end_s[np.isfinite(done.end_s)]
    horizon = float(ended.max()) if horizon_s is None else horizon_s
    hold = np.clip(np.minimum(done.end_s, horizon) - np.minimum(done.start_s, horizon), 0.0, None)
    used = float((hold * trace.size).sum() / (capacity * horizon))
    power = None
    if trace.counts != "processor":
        power = _power(trace, cluster, done, horizon, sample_s)
    return TraceReplay(origin, horizon, capacity, done, used, power, packed)


def _power(
    trace: Trace, cluster: Cluster, done: Replayed, horizon: float, sample_s: float
) -> Power:
    """Power from the starts and ends alone: exact between them."""
    work_w, known = _work_w(trace, cluster)
    meter_w = work_w * cluster.meter_per_work
    ran = done.start_s <= horizon
    starts, ends = done.start_s[ran], np.minimum(done.end_s[ran], np.inf)
    at = np.concatenate([starts, ends])
    change = np.concatenate([meter_w[ran], -meter_w[ran]])
    kept = at <= horizon
    order = np.argsort(at[kept], kind="stable")
    at, change = at[kept][order], change[kept][order]
    empty = cluster.meter_w(0.0)
    moments, first = np.unique(at, return_index=True)
    steps = np.add.reduceat(change, first) if len(at) else np.zeros(0)
    level = empty + np.concatenate([[0.0], np.cumsum(steps)])
    edges = np.concatenate([[0.0], moments, [horizon]])
    joules = float((np.diff(edges) * level).sum())
    lasting = level[np.diff(edges) > 0.0]
    samples = np.arange(0.0, horizon, sample_s) if sample_s > 0.0 else np.zeros(0)
    sampled = level[np.searchsorted(moments, samples, side="right")]
    return Power(
        samples, sampled / W_PER_KW, joules / horizon / W_PER_KW,
        float(lasting.min()) / W_PER_KW, float(lasting.max()) / W_PER_KW,
        joules / JOULES_PER_MWH,
        float(np.abs(steps).max(initial=0.0)) / W_PER_KW, known,
    )  # fmt: skip


def _work_w(trace: Trace, cluster: Cluster) -> tuple[Array, str]:
    """Draw of each job above idle at its nodes, (J,), and how it is known."""
    if trace.layout == "raps":
        return trace.size * np.asarray(cluster.work_w(trace.cpu_use, trace.gpu_use)), "util"
    per_node = cluster.gpus_per_node if trace.counts == "GPU" else 1.0
    nodes = trace.size / per_node
    full = nodes * cluster.work_w(1.0, cluster.gpus_per_node)
    known = np.isfinite(trace.power_w)
    if not known.any():
        return np.asarray(full), "full"
    above = np.maximum(trace.power_w - nodes * cluster.idle_node_w, 0.0)
    return np.where(known, above, full), "power" if known.all() else "power, full where unknown"


@dataclass(frozen=True, slots=True)
class ClassWait:
    """Waits of the jobs of one class of size, s; all jobs that started."""

    smallest: float
    largest: float
    jobs: int
    mean_s: float
    median_s: float
    p90_s: float
    p99_s: float


def waits(trace: Trace, done: Replayed, origin_s: float) -> list[ClassWait]:
    """Waits over all jobs and by size class (1, 2-7, 8-63, 64-511, …)."""
    submit = np.maximum(trace.submit_s - origin_s, 0.0)
    started = np.isfinite(done.start_s)
    edges = [0.0, 2.0, 8.0, 64.0, 512.0, 4096.0, np.inf]
    out = []
    spans = [(0.0, np.inf), *itertools.pairwise(edges)]
    for low, high in spans:
        inside = started & (trace.size >= low) & (trace.size < high)
        if not inside.any():
            continue
        wait = done.start_s[inside] - submit[inside]
        sizes = trace.size[inside]
        q = np.quantile(wait, [0.5, 0.9, 0.99])
        out.append(
            ClassWait(
                float(sizes.min()), float(sizes.max()), int(inside.sum()), float(wait.mean()),
                float(q[0]), float(q[1]), float(q[2]),
            )
        )  # fmt: skip
    return out


def summary(trace: Trace, result: TraceReplay) -> dict[str, object]:
    """Everything worth a line, with units in the names."""
    done, power = result.done, result.power
    finished = done.end_s <= result.horizon_s
    started = done.start_s <= result.horizon_s
    recorded = np.isfinite(trace.start_s) & np.isfinite(done.start_s)
    late = done.start_s - (trace.start_s - result.origin_s)
    out: dict[str, object] = {
        "trace": trace.name, "layout": trace.layout, "counts": trace.counts,
        "capacity": result.capacity, "jobs": len(trace.job_id),
        "rejected_rows": len(trace.rejected), "left_out_rows": dict(trace.left_out),
        "started": int(started.sum()), "completed": int(finished.sum()),
        "horizon_h": result.horizon_s / SECONDS_PER_HOUR, "used_share": result.used_share,
        "packed": result.packed, "events": done.events,
        "limits_known": bool(np.isfinite(trace.limit_s).any()),
        "waits": [
            {k: getattr(w, k) for k in ClassWait.__slots__}
            for w in waits(trace, done, result.origin_s)
        ],
    }  # fmt: skip
    if recorded.any():
        wait = trace.start_s[recorded] - trace.submit_s[recorded]
        out["recorded_mean_wait_s"] = float(wait.mean())
        out["recorded_starts"] = int(recorded.sum())
        out["starts_at_the_same_second"] = int((np.abs(late[recorded]) < 0.5).sum())
    if power is not None:
        out |= {
            "mean_kw": power.mean_kw, "min_kw": power.min_kw, "max_kw": power.max_kw,
            "energy_mwh": power.energy_mwh, "largest_step_kw": power.largest_step_kw,
            "power_from": power.known,
        }  # fmt: skip
    return out
