"""Runs a fleet and reads the arrays: shares of rack-hours, waits, failures by size, power."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from gigawatt.errors import GigawattError
from gigawatt.operations.events import state as st
from gigawatt.operations.events.build import SLOTS, build
from gigawatt.operations.events.loop import run
from gigawatt.operations.events.spec import FleetSpec
from gigawatt.quantity.arrays import Array
from gigawatt.quantity.units import SECONDS_PER_DAY, SECONDS_PER_HOUR

W_PER_MW = 1e6
FLEET_STATES = {
    "busy": "t_busy", "pool": "t_pool", "free": "t_free", "repair": "t_out",
    "maintenance": "t_maintenance",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class SizeRow:
    """Jobs of one class of size (a power of two of racks).

    Attributes
    ----------
    smallest_gpus : of the class.
    jobs : ended.
    mttf_h : time held by jobs over failures; inf where there was none.
    ettr : work over time held.
    mean_wait_h : until the first start.
    """

    smallest_gpus: float
    jobs: int
    mttf_h: float
    ettr: float
    mean_wait_h: float


@dataclass(frozen=True, slots=True)
class KindRow:
    """One kind of job: counts, and waits until the first start in h of those that started.

    `waiting` counts jobs that wait at the end: where it is large, so would their waits be; if none
    started, waits are inf.
    """

    name: str
    arrived: int
    started: int
    done: int
    refused: int
    preempted: int
    requeued: int
    waiting: int
    mean_wait_h: float
    median_wait_h: float
    p90_wait_h: float


@dataclass(frozen=True, slots=True)
class FleetRun:
    """What a simulation gave; the arrays behind it are in `fleet`.

    Attributes
    ----------
    spec, days : what was run, and for how long after the warm-up.
    fleet : the arrays.
    warm_days : before the time that is counted.
    """

    spec: FleetSpec
    days: float
    fleet: st.Fleet
    warm_days: float = 0.0

    @property
    def gpu_hours(self) -> float:
        """GPU-hours installed."""
        return self.spec.racks * self.spec.gpus_per_rack * self.days * 24.0

    def availability(self) -> dict[str, float]:
        """Share of rack-hours by state; sums to 1.

        Free racks are split: a row's power does not carry them ("stranded"), or nobody took them.
        """
        total = self.spec.racks * self.days * SECONDS_PER_DAY
        site = self.fleet.site
        out = {name: float(site[key].sum()) / total for name, key in FLEET_STATES.items()}
        out["stranded"] = float(site["t_stranded"].sum()) / total
        out["free"] -= out["stranded"]
        return out

    def goodput(self) -> dict[str, float]:
        """Share of rack-hours by use; sums to 1.

        Jobs: work, checkpoint, redo, detection, restart, own_error. Pool: serving, pool_idle
        (head-room), pool_lost. Both: throttled under caps. The rest: free, stranded, repair,
        maintenance.
        """
        total = self.spec.racks * self.days * SECONDS_PER_DAY
        site = self.fleet.site
        out = {
            cause: float(self.fleet.lost[:, k].sum()) / total for k, cause in enumerate(st.CAUSES)
        }
        slow = float(site["t_pool_slow"].sum()) / total
        out["throttled"] = float(site["t_throttled"].sum()) / total + slow
        states = self.availability()
        idle = float(site["t_pool_idle"].sum()) / total
        lost = min(float(site["lost_pool"].sum()) / total, states["pool"] - idle - slow)
        serving = states["pool"] - idle - slow - lost
        out |= {"serving": serving, "pool_idle": idle, "pool_lost": lost}
        return out | {k: states[k] for k in ("free", "stranded", "repair", "maintenance")}

    def job_shares(self, kind: int | None = None) -> dict[str, float]:
        """Shares of the time that jobs held racks, by cause; sums to 1."""
        rows = self.fleet.lost if kind is None else self.fleet.lost[kind : kind + 1]
        by_cause = rows.sum(axis=0)
        return {c: float(v) for c, v in zip(st.CAUSES, by_cause / by_cause.sum(), strict=True)}

    def by_size(self) -> list[SizeRow]:
        """Failures, effective time and waits by class of size."""
        out = []
        for k, row in enumerate(self.fleet.by_size):
            if row["started"] == 0:
                continue
            held = float(row["held"])
            failures = float(row["failures"])
            out.append(
                SizeRow(
                    float((1 << k) * self.spec.gpus_per_rack), int(row["jobs"]),
                    held / failures / SECONDS_PER_HOUR if failures else float("inf"),
                    float(row["worked"]) / held if held else 0.0,
                    float(row["wait"] / row["started"]) / SECONDS_PER_HOUR,
                )
            )  # fmt: skip
        return out

    def kinds(self) -> list[KindRow]:
        """Counts and waits by kind."""
        out = []
        for k, spec in enumerate(self.spec.kinds):
            row, counts = self.fleet.kind[k], self.fleet.waits[k]
            waiting = (self.fleet.job["phase"] == st.QUEUED) & (self.fleet.job["kind"] == k)
            n = int(row["started"])
            never = n == 0 and waiting.any()
            waits = (
                (float("inf"),) * 3 if never else
                (float(row["waits"]) / max(n, 1) / SECONDS_PER_HOUR,
                 _wait_quantile(counts, 0.5), _wait_quantile(counts, 0.9))
            )  # fmt: skip
            out.append(
                KindRow(
                    spec.name, int(row["arrived"]), n, int(row["done"]), int(row["refused"]),
                    int(row["preempted"]), int(row["requeued"]), int(waiting.sum()), *waits,
                )
            )  # fmt: skip
        return out

    def power_mw(self) -> Array:
        """IT power by site and bin, (S, B), means over the bins."""
        bin_s = float(self.fleet.config["bin_s"][0])
        first = round(self.warm_days * SECONDS_PER_DAY / bin_s)
        bins = int(self.days * SECONDS_PER_DAY // bin_s)
        out: Array = self.fleet.energy[:, first : first + bins] / bin_s / W_PER_MW
        return out

    def racks_by_hour(self) -> dict[str, Array]:
        """Racks of all sites by state at each full hour, (H,): busy, pool, free, out."""
        first = round(self.warm_days * 24.0)
        seen = self.fleet.snap[:, first : first + int(self.days * 24.0)].sum(axis=0)
        return {name: seen[:, k] for k, name in enumerate(st.SEEN)}

    def peak_mw(self) -> Array:
        """Highest IT power by site, (S,), at any moment."""
        out: Array = self.fleet.site["peak_w"] / W_PER_MW
        return out

    def largest_drop_mw(self) -> Array:
        """Largest fall of power at one moment by site, (S,)."""
        out: Array = self.fleet.site["drop_w"] / W_PER_MW
        return out

    def largest_rise_mw(self) -> Array:
        """Largest rise of power at one moment by site, (S,)."""
        out: Array = self.fleet.site["rise_w"] / W_PER_MW
        return out


def _wait_quantile(counts: Array, share: float) -> float:
    """Quantile of waits, h, from counts by bin; within a bin they are spread evenly in the log."""
    up_to = np.cumsum(counts)
    if up_to[-1] == 0:
        return 0.0
    rank = share * float(up_to[-1])
    b = int(np.searchsorted(up_to, rank))
    if b == 0:
        return 0.0
    part = (rank - float(up_to[b - 1])) / float(counts[b])
    return float(2.0 ** ((b - 1 + part) / 3.0)) / SECONDS_PER_HOUR


def simulate(
    spec: FleetSpec,
    days: float,
    seed: int = 1,
    bin_s: float = 3600.0,
    log_lines: int = 0,
    curve: Array | None = None,
    slots: int = SLOTS,
    warm_days: int = 0,
) -> FleetRun:
    """Run a fleet from empty.

    Parameters
    ----------
    spec, days, seed, bin_s, log_lines, curve, slots : as for `build`.
    warm_days : whole days before `days` that are run but not counted.

    Raises
    ------
    InputError : the fleet cannot be.
    GigawattError : more jobs wait or more repairs are open than there is room for; both mean that
        the demand grows without end.
    """
    fleet = build(spec, warm_days + days, seed, bin_s, log_lines, curve, slots)
    if warm_days > 0:
        until = float(fleet.config["until"][0])
        fleet.config["until"] = warm_days * SECONDS_PER_DAY
        run(fleet.config)
        _check_room(fleet)
        _forget(fleet)
        fleet.config["began"], fleet.config["until"] = warm_days * SECONDS_PER_DAY, until
    run(fleet.config)
    _check_room(fleet)
    return FleetRun(spec, days, fleet, float(warm_days))


def _check_room(fleet: st.Fleet) -> None:
    failed = int(fleet.config["failed"][0])
    if failed == 1:
        raise GigawattError(
            f"{len(fleet.job):,} jobs wait or run at once: more work arrives than the fleet can do"
        )
    if failed == 2:
        raise GigawattError(
            f"{len(fleet.repair):,} repairs are open at once: more break than crews and spare "
            "parts can mend (see crews and spare_parts of the sites)"
        )


def _forget(fleet: st.Fleet) -> None:
    """Set all that is counted to zero; the state stays."""
    for name in ("t_free", "t_busy", "t_out", "t_pool", "t_short", "t_throttled", "t_pool_idle",
                 "t_pool_slow", "t_stranded", "t_maintenance", "lost_pool", "joule",
                 "repair_wait", "repairs", "drop_w", "rise_w"):  # fmt: skip
        fleet.site[name] = 0.0
    fleet.site["peak_w"] = np.minimum(fleet.site["raw_w"], fleet.site["cap_w"])
    for name in ("arrived", "refused", "done", "waits", "started", "preempted", "requeued"):
        fleet.kind[name] = 0.0
    for name in ("events", "drops_failure", "drops_end", "failures", "job_failures", "rows_used",
                 "rows_least", "log_n"):  # fmt: skip
        fleet.config[name] = 0
    fleet.failure["hits"] = fleet.failure["lost_jobs"] = 0.0
    fleet.lost[:] = 0.0
    fleet.waits[:] = 0
    fleet.by_size[:] = np.zeros(1, st.BY_SIZE)


def event_log(run_: FleetRun) -> dict[str, Array]:
    """Log by column: t_s of the days counted, what, site, serial, racks, site_mw at it."""
    n = int(run_.fleet.config["log_n"][0])
    lines = run_.fleet.log[:n]
    names = np.array([s.name for s in run_.spec.sites])
    return {
        "t_s": lines["t"] - run_.warm_days * SECONDS_PER_DAY,
        "what": np.array(st.LOGGED)[lines["what"]],
        "site": names[lines["site"]], "serial": lines["serial"].copy(),
        "racks": lines["racks"].copy(), "site_mw": lines["w"] / W_PER_MW,
    }  # fmt: skip
