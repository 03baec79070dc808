"""What becomes of a package-hour that a workload is given: shares of time, and power drawn.

Order of the losses: packages in repair, held as spares or under planned work ("repair"); time
without a job or, for serving, capacity for the peak ("headroom"); inside a job the waterfall of
`goodput`. So ``useful = (1 - repair) * use * work``, and all shares sum to 1.

Leaves out: jobs that people stop or whose own code fails, stragglers, waiting in queues for gangs
of packages, and power caps.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from gigawatt.operations.assumptions import OperationsAssumptions, PolicyAssumptions
from gigawatt.operations.faults import Faults, policy_codes
from gigawatt.operations.goodput import Waterfall, replica
from gigawatt.operations.recovery import Recovery, mixed
from gigawatt.operations.reliability import (
    PACKAGES_PER_NODE,
    job_rate_per_s,
    repair_share,
)
from gigawatt.performance.result import ServeRate, TrainRate
from gigawatt.program.model import Workload
from gigawatt.quantity.arrays import Array
from gigawatt.quantity.units import SECONDS_PER_HOUR

CAUSES = ("checkpoint", "redo", "detection", "restart", "repair", "headroom")
BYTES_PER_GB = 1e9


@dataclass(frozen=True, slots=True)
class TimeShares:
    """Shares of the package-hours given to one workload on one system; (D, M) each.

    Attributes
    ----------
    useful : work that counts.
    lost : cause (`CAUSES`) → share; with `useful` they sum to 1.
    """

    useful: Array
    lost: dict[str, Array]


def time_shares(
    workload: Workload,
    rate: TrainRate | ServeRate,
    packages: Array,
    node_rate: Array,
    a: OperationsAssumptions,
    faults: Faults,
    packages_per_rack: Array,
) -> TimeShares:
    """Shares of time of one workload on one system.

    Parameters
    ----------
    workload : its kind and the size of one job or serving replica.
    rate : healthy rate of it on the system.
    packages : (D, M) packages that it is given; a job is never larger than that.
    node_rate : (D, M) failures per node and second, with early life.
    a : assumptions, (D,) each.
    faults : policies, whole domains, silent corruption.
    packages_per_rack : (D,) of the system.
    """
    in_repair = faults.domain_out_share[:, None] + repair_share(
        node_rate, a.repair_share[:, None], a.repair_hours[:, None], a.repair_nodes[:, None]
    )
    held = in_repair if workload.kind == "serve" else np.maximum(in_repair, a.spare_share[:, None])
    held = np.minimum(held + a.maintenance_share[:, None], 1.0)
    use = {"train": a.train_use_share, "research": a.research_use_share, "serve": a.serve_use_share}
    running = (1.0 - held) * use[workload.kind][:, None]
    size = np.clip(packages, PACKAGES_PER_NODE, max(workload.packages_per_job, PACKAGES_PER_NODE))
    failures = job_rate_per_s(
        size, node_rate, a.service_factor[:, None], a.service_nodes[:, None],
        a.size_exponent[:, None],
    ) + faults.domain_rate_per_s(size / packages_per_rack[:, None])  # fmt: skip
    if isinstance(rate, ServeRate):
        inside = replica(failures, a.detection_s[:, None], a.serve_restart_s[:, None])
    else:
        silent = faults.silent_share[:, None] * size / PACKAGES_PER_NODE * node_rate
        lives = np.exp(-silent * faults.rollback_s[:, None])
        recovery = _recovery(rate, size, a, faults.policies)
        inside = _thrown_away(mixed(policy_codes(workload, a), failures, recovery), lives)
    lost = {
        "checkpoint": running * inside.checkpoint,
        "redo": running * inside.redo,
        "detection": running * inside.detection,
        "restart": running * inside.restart,
        "repair": held,
        "headroom": 1.0 - held - running,
    }
    return TimeShares(running * inside.work, lost)


def _thrown_away(w: Waterfall, lives: Array) -> Waterfall:
    """Waterfall when only a part `lives` of the work outlives silent corruption."""
    return Waterfall(
        w.work * lives, w.checkpoint, w.redo + w.work * (1.0 - lives), w.detection, w.restart
    )


def _recovery(
    rate: TrainRate, size: Array, a: OperationsAssumptions, p: PolicyAssumptions
) -> Recovery:
    """What a failure costs a job of `size` packages, (D, M); shares and times (D, 1)."""
    bytes_per_package = rate.checkpoint_bytes / rate.packages
    stall = a.checkpoint_stall_s + bytes_per_package / (
        a.checkpoint_gb_s_per_package * BYTES_PER_GB
    )
    restart = a.restart_base_s[:, None] + a.restart_s_per_1000_packages[:, None] * size / 1000.0
    return Recovery(
        stall_s=stall[:, None], detection_s=a.detection_s[:, None], restart_s=restart,
        restart_failure_share=a.restart_failure_share[:, None],
        warm_share=a.warm_restart_share[:, None],
        hard_restart_s=restart + stall[:, None], absent_s=a.detection_s[:, None] + restart,
        replicas=np.maximum(size / p.elastic_replica_count[:, None], 2.0),
        repair_share=a.repair_share[:, None],
        repair_s=a.repair_hours[:, None] * SECONDS_PER_HOUR,
        elastic_pause_s=p.elastic_pause_s[:, None], elastic_redo_s=p.elastic_redo_s[:, None],
        elastic_whole_share=p.elastic_whole_share[:, None],
        memory_lost_share=p.memory_lost_share[:, None],
        memory_interval_s=p.memory_interval_s[:, None],
        memory_stall_s=p.memory_stall_s[:, None],
    )  # fmt: skip


def drawn_share(
    rate: TrainRate | ServeRate, times: TimeShares, reference_w: Array, idle_share: Array
) -> Array:
    """Mean power of a package over its full power, (D, M), at most 1.

    Work and redone work draw the phase mean of the rate, checkpoints the power of communication,
    everything else the idle power. Serving draws idle power in the part of time that is headroom.

    Parameters
    ----------
    rate : watts by phase.
    times : shares of time.
    reference_w : (D,) full power of one package that the rate's watts refer to, W.
    idle_share : (D,) idle power over full power.
    """
    busy_w, checkpoint_w = working_w(rate)
    safe = np.where(reference_w > 0.0, reference_w, np.inf)
    working = np.minimum(busy_w / safe, 1.0)[:, None]
    checkpoint = np.minimum(checkpoint_w / safe, 1.0)[:, None]
    busy = times.useful + times.lost["redo"]
    saving = times.lost["checkpoint"]
    rest = 1.0 - busy - saving
    return working * busy + checkpoint * saving + idle_share[:, None] * rest


def working_w(rate: TrainRate | ServeRate) -> tuple[float, float]:
    """Watts of one package while working and while it writes a checkpoint."""
    if isinstance(rate, ServeRate):
        return rate.power_w, rate.power_w
    waiting = 1.0 - rate.compute_share - rate.communication_share
    mean = (
        rate.compute_share * rate.power_compute_w
        + rate.communication_share * rate.power_communication_w
        + waiting * rate.power_idle_w
    )
    return mean, rate.power_communication_w
