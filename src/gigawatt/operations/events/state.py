"""State of a simulated fleet: arrays of records, nothing else.

Domains: rack (the unit of allocation, with trays and spare trays inside), row, site; the domains
that only matter when they fail (cooling unit, feed, hall, building) are runs of neighbouring racks.
Times are s, power W. A job's own times (`ready`, `key`) are on its site's clock, which runs slower
than real time while a power cap binds.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeAlias

import numpy as np

Records: TypeAlias = Any  # a record array; its fields are read as attributes in compiled code

FREE, OUT, POOL = -1, -2, -3  # owners of a rack that are no jobs
EMPTY, QUEUED, RESTART, WORK = range(4)  # phases of a job
SYNC, SPARES, ELASTIC, MEMORY = range(4)  # policies
CAUSES = ("work", "checkpoint", "redo", "detection", "restart", "own_error")
WORKED, CHECKPOINT, REDO, DETECTION, RESTARTED, OWN_ERROR = range(6)
TRAY, RACK, JOB = 0, 1, -1  # blast of a failure class; larger numbers are runs of racks
PRIORITIES, SIZES = 3, 13  # queues: by priority, by power of two of size
LISTS = PRIORITIES * SIZES
PROFILE_HOURS = 4096  # horizon of reservations
WAIT_BINS = 64  # waits: from 1 s, 3 bins an octave
SEEN = ("busy", "pool", "free", "out")  # what is noted at each full hour
CREWS = 128  # most crews of a site
TIERS = 4  # classes of work by what they give up under a cap; tier 0 gives up last

f8, i8, i4 = np.float64, np.int64, np.int32

SITE = np.dtype(
    [(n, i4) for n in (
        "first", "racks", "row0", "rows", "usable", "free", "busy", "out", "pool", "reserve",
        "slow", "next_tier", "young", "pool_head", "pool_target", "preemptible", "crews", "parts",
        "part_next", "drained", "hour",
    )]
    + [(n, f8) for n in (
        "pool_peak", "pool_most", "pool_load", "hour_shift", "now", "raw_w", "cap_w",
        "peak_w", "drop_w", "rise_w", "t_free", "t_busy", "t_out", "t_pool", "t_short",
        "t_throttled", "t_pool_idle", "t_pool_slow", "t_stranded", "t_maintenance", "lost_pool",
        "joule", "pool_w", "repair_wait", "repairs", "last_w",
    )]
)  # fmt: skip
TIER = np.dtype([(n, i4) for n in ("heap", "heap_n", "busy")]
                + [(n, f8) for n in ("lag", "speed", "w", "gives")])  # fmt: skip
RACKS = np.dtype(  # touched at every start and end: half a cache line each
    [(n, i4) for n in ("owner", "next", "prev", "row", "stack", "place", "down")]
    + [(n, np.int16) for n in ("out", "drain")]
)
COLD = np.dtype([(n, i4) for n in ("site", "strikes", "lemon", "lemons")])  # the rest of a rack
ROW = np.dtype([(n, i4) for n in (
    "first", "site", "racks", "free", "busy", "limit", "bucket", "next", "prev", "most", "near",
    "near_n",
)])  # fmt: skip
JOBS = np.dtype(
    [(n, i4) for n in (
        "racks", "kind", "phase", "site", "policy", "priority", "tenant", "head", "place",
        "run_next", "run_prev", "due", "started", "own_error", "preempts", "preemptible",
        "queue_next", "queue_prev", "slot", "from_store", "campaign", "tier",
    )]
    + [(n, f8) for n in (
        "work", "tau", "stall", "restart_s", "warm_s", "limit", "ready", "key", "since", "detected",
        "submit", "extra", "lost", "kept", "work_w", "serial", "each", "present", "down", "store",
    )]
    + [("rank", i8)]
)  # fmt: skip
CLASS = np.dtype(
    [(n, i4) for n in ("blast", "ages", "part", "crew")]
    + [(n, f8) for n in (
        "rate", "detect", "diagnose", "rollback", "repair_share", "repair_s", "hands_s", "hits",
        "lost_jobs",
    )]
)  # fmt: skip
KIND = np.dtype(
    [(n, i4) for n in ("policy", "priority", "preempts", "preemptible", "tenant", "site", "tier")]
    + [(n, f8) for n in (
        "rate", "mu", "sigma", "longest", "own_error", "own_error_s", "limit_factor", "stall",
        "interval", "restart_base", "restart_slope", "warm_share", "start_s", "work_w",
        "lost_share",
        "memory_interval", "memory_stall", "pause", "absent", "replicas_per_rack", "whole_share",
        "gap", "fails",
        "arrived", "refused", "done", "waits", "started", "preempted", "requeued",
    )]
)  # fmt: skip


def _sources() -> str:
    """Hash of the compiled code's sources.

    The compiler keeps machine code by file; what a file calls in others is inside it. A field named
    by this hash makes the record another type when any source changes, so that nothing stale runs.
    """
    folder = Path(__file__).parent
    digest = hashlib.sha256()
    for path in sorted(folder.glob("*.py")):
        digest.update(path.read_bytes())
    return digest.hexdigest()[:16]


CONFIG = np.dtype(
    [(n, i4) for n in (
        "spare_trays", "backfill", "depth", "power_aware", "lemons", "lemon_strikes", "log",
        "log_n", "repairs_n", "free_slots", "waiting", "packed", "maintained", "failed",
        "held_head",
        "held_site", "sites", "racks", "rows", "jobs", "failures_n", "kinds", "bins", "days",
        "curve_n", "cap_n", "size_n", "most_row", "repair_room", "log_room", "parts_n",
        "campaigns_n", "hours_n", "tiers",
    )]
    + [(n, f8) for n in (
        "node_rate", "kappa", "service_racks", "large_racks", "size_exponent", "extra_max",
        "lemon_extra", "lemon_new", "cap_exponent", "rest_w", "idle_w", "bin_s", "until",
        "maintenance_every", "maintenance_s", "preempt_stall", "shadow", "spare_room", "held_hour",
        "events", "drop_above_w", "drops_failure", "drops_end", "failures", "job_failures",
        "serial", "rows_used", "rows_least", "serve_w", "serve_restart_s", "headroom",
        "total_rate", "idle_failures", "began", "tick_s", "each_rate",
        "tray_rate", "campaign_next",
    )]
    + [(f"{n}_ptr", i8) for n in (
        "site", "tier", "rack", "cold", "heap", "row", "job", "failure", "kind", "size_table",
        "bucket", "line",
        "profile", "repair", "crew", "part", "energy", "lost", "by_size", "waits", "pace",
        "curve", "cap",
        "tenant", "seeds", "log", "campaign", "snap", "next",
    )]
    + [(f"sources_{_sources()}", i4)]
)  # fmt: skip
ENTRY = np.dtype([("key", f8), ("v", i8)])  # a job in the events of its site, by the key beside it
REPAIR = np.dtype([("at", f8), ("first", i4), ("count", i4), ("what", i4)])
LOG = np.dtype([("t", f8), ("what", i4), ("site", i4), ("serial", f8), ("racks", i4), ("w", f8)])
BY_SIZE = np.dtype([(n, f8) for n in (
    "jobs", "held", "worked", "failures", "wait", "started", "racks",
)])  # fmt: skip
LINE = np.dtype([("head", i4), ("tail", i4)])
CAMPAIGN = np.dtype([("at", f8), ("kind", i4)])  # when the next job of a standing campaign comes
TENANT = np.dtype([("used", i8), ("quota", i8)])
LOGGED = ("start", "ready", "end", "failure", "preempt", "requeue", "repair", "return")
L_START, L_READY, L_END, L_FAILURE, L_PREEMPT, L_REQUEUE, L_REPAIR, L_RETURN = range(8)
TRAY_BACK, RACKS_BACK, MAINTAINED = range(3)


Config: TypeAlias = Any  # one record of CONFIG; compiled functions take nothing else


@dataclass(frozen=True, slots=True)
class Fleet:
    """All arrays of a simulation; `config` holds their addresses.

    S sites, N racks, R rows, J job slots, K kinds of job, C failure classes, T tenants, B bins.
    """

    config: Records  # (1,) CONFIG
    site: Records  # (S,) SITE
    tier: Records  # (S, TIERS) TIER, flat
    rack: Records  # (N,) RACKS
    cold: Records  # (N,) COLD
    heap: Records  # (TIERS x N,) ENTRY, job events by tier and site
    row: Records  # (R,) ROW
    job: Records  # (J,) JOBS
    failure: Records  # (C,) CLASS
    kind: Records  # (K,) KIND
    size_table: Records  # (K, Q) int32, racks at equally spaced probabilities
    bucket: Records  # (S, most racks of a row + 1) int32, first row by usable racks
    line: Records  # (LISTS,) LINE, waiting jobs
    profile: Records  # (S, PROFILE_HOURS) int32, racks due
    repair: Records  # (many,) REPAIR, a heap by time
    crew: Records  # (S, CREWS) when each crew is free
    part: Records  # (S, most parts) when each spare part is back in stock
    energy: Records  # (S, B) J
    lost: Records  # (K, causes) rack-seconds on the sites' clocks
    by_size: Records  # (SIZES,) BY_SIZE
    waits: Records  # (K, WAIT_BINS) counts, int64
    pace: Records  # (S, days) failure rate over the mature one
    curve: Records  # (H,) demand of the pools over the peak
    cap: Records  # (S, hours) power cap, W
    tenant: Records  # (T,) TENANT
    seeds: Records  # (STREAMS,) uint64
    log: Records  # (many,) LOG
    campaign: Records  # (standing jobs, at least 1) CAMPAIGN
    next: Records  # (S,) time of the next job event of each site
    snap: Records  # (S, hours, SEEN) int32, racks by state at each full hour

    def __post_init__(self) -> None:
        """Note all addresses."""
        for name in CONFIG.names or ():
            if name.endswith("_ptr"):
                self.config[name][0] = getattr(self, name[:-4]).ctypes.data
