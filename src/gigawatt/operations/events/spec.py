"""What a fleet is, in words of its operators; `build` turns it into arrays."""

from __future__ import annotations

import math
from dataclasses import dataclass, field

import numpy as np

from gigawatt.quantity.arrays import Array, IntArray
from gigawatt.quantity.units import SECONDS_PER_DAY

POLICY_CODES = {"sync": 0, "spares": 1, "elastic": 2, "memory": 3}


@dataclass(frozen=True, slots=True)
class FailureClass:
    """One cause of failures.

    Attributes
    ----------
    name : of the cause.
    blast : "tray" (one of a rack's trays), "rack", or a number of neighbouring racks: a cooling
        unit, a feed, a hall.
    per_1000_node_days : mature rate by node of 8 GPUs, for trays and racks.
    per_domain_year : rate of one domain, for larger blasts.
    detection_s, diagnosis_h, repair_h : until it is known, until understood, mean until back.
    hands_h : for which a crew is taken by it.
    repair_share : failures that need hands; the rest clear by a restart.
    rollback_s : committed work that is lost as well (silent corruption).
    needs_part, needs_crew : of the site's stock and crews.
    ages : whether maturity and season change its rate.
    """

    name: str
    blast: str | int = "tray"
    per_1000_node_days: float = 0.0
    per_domain_year: float = 0.0
    detection_s: float = 30.0
    diagnosis_h: float = 1.0
    repair_share: float = 0.3
    repair_h: float = 24.0
    hands_h: float = 2.0
    rollback_s: float = 0.0
    needs_part: bool = False
    needs_crew: bool = True
    ages: bool = True


@dataclass(frozen=True, slots=True)
class JobKind:
    """A kind of job, with the spread of its sizes and lengths.

    Attributes
    ----------
    name : of the kind.
    per_day : arrivals a day over the whole fleet.
    racks : (Q,) sizes in racks at equally spaced probabilities.
    median_s, sigma_log, longest_s : work of a job, lognormal, s.
    policy : what is done after a failure, of `POLICY_CODES`.
    priority : 0 goes first, 2 last.
    preempts, preemptible : whether it may clear others away, and be cleared away.
    standing, gap_s : so many jobs of the kind are always wanted, each followed by the next after a
        gap, exponential with this mean; they come besides those of `per_day`.
    work_share : of its time on racks that is work, as closed forms have it; of use to
        `offered_racks` alone, as the engine finds its own.
    tenant, site : number of the tenant for quotas; site to which it is bound, -1 for any.
    own_error_share, own_error_s : jobs that die of their own code, and their mean life.
    limit_factor : time limit over what is expected.
    stall_s, interval_s : pause for a checkpoint, work between two; 0 takes the best interval.
    restart_base_s, restart_s_per_1000_gpus, start_s : of the job, and of its first start.
    warm_share : restart from spares or memory over a cold one.
    lost_share, memory_interval_s, memory_stall_s : for policy memory.
    pause_s, absent_s, replica_gpus, whole_share : for policy elastic; the pause with the work that
        is done again.
    restart_failure_share : restarts after a failure that have to be done again.
    flex_tier : 0 to 3: tolerates 0, 10, 25, 50 % less throughput in a call of the grid.
    """

    name: str
    per_day: float
    racks: IntArray
    median_s: float
    sigma_log: float
    longest_s: float = 90 * 86400.0
    policy: str = "sync"
    priority: int = 1
    preempts: bool = False
    preemptible: bool = False
    tenant: int = 0
    site: int = -1
    own_error_share: float = 0.0
    own_error_s: float = 600.0
    limit_factor: float = 1.5
    stall_s: float = 5.0
    interval_s: float = 0.0
    restart_base_s: float = 63.0
    restart_s_per_1000_gpus: float = 8.54
    start_s: float = 120.0
    warm_share: float = 0.67
    lost_share: float = 0.08
    memory_interval_s: float = 60.0
    memory_stall_s: float = 1.0
    pause_s: float = 90.0
    absent_s: float = 900.0
    replica_gpus: float = 1024.0
    whole_share: float = 0.03
    restart_failure_share: float = 0.0
    flex_tier: int = 1
    standing: int = 0
    gap_s: float = 0.0
    work_share: float = 1.0

    @property
    def wanted(self) -> bool:
        """Whether any job of this kind ever comes."""
        return self.per_day > 0.0 or self.standing > 0

    @property
    def mean_s(self) -> float:
        """Mean work of a job; the cut at `longest_s` is left out."""
        return self.median_s * math.exp(0.5 * self.sigma_log**2)

    @property
    def offered_racks(self) -> float:
        """Mean racks that jobs of this kind would hold, waits aside."""
        died = self.own_error_share
        hold_s = (died * self.own_error_s + (1.0 - died) * self.mean_s) / self.work_share
        jobs = self.per_day / SECONDS_PER_DAY * hold_s
        if self.standing:
            jobs += self.standing * hold_s / (hold_s + self.gap_s)
        return jobs * float(self.racks.mean())


@dataclass(frozen=True, slots=True)
class DomainCap:
    """Power cap of each run of so many neighbouring racks: a row, a hall, a building.

    Attributes
    ----------
    racks : of one domain, a multiple of a row.
    cap_mw : IT power that it may draw.
    """

    racks: int
    cap_mw: float


@dataclass(frozen=True, slots=True)
class SiteSpec:
    """One site.

    Attributes
    ----------
    name : of the site.
    racks : installed.
    reserve_racks : held back from starts, free to stand in for broken ones.
    crews, spare_parts : for repair; 0 crews means that hands are never short.
    pool_peak_racks : racks that the inference pool needs at the peak of its week.
    pool_most_racks : with its head-room it never holds more; 0 for no limit.
    hour_shift : local time less the fleet's, h.
    age_years : of its racks at the start.
    season_share : amplitude of the yearly swing of failures; warmest at the middle of the year.
    cap_mw : (H,) IT power allowed by hour, repeated; empty for none.
    hall_cap_mw, hall_racks : IT power that each hall may draw, and its racks; 0 for no cap.
    domain_caps : caps of other domains of racks; all hold.
    unassigned_racks : racks that no workload is meant for; of use to jobs all the same, and named
        among what stays free.
    """

    name: str
    racks: int
    reserve_racks: int = 0
    crews: int = 0
    spare_parts: int = 0
    pool_peak_racks: float = 0.0
    hour_shift: float = 0.0
    age_years: float = 1.0
    season_share: float = 0.03
    cap_mw: Array = field(default_factory=lambda: np.zeros(0))
    unassigned_racks: float = 0.0
    hall_cap_mw: float = 0.0
    hall_racks: int = 256
    pool_most_racks: float = 0.0
    domain_caps: tuple[DomainCap, ...] = ()


@dataclass(frozen=True, slots=True)
class FleetSpec:
    """A fleet of equal racks on some sites.

    Attributes
    ----------
    sites, kinds, failures : what there is.
    gpus_per_rack, spare_trays : GPUs of a rack; trays that may be down before it must be left.
    racks_per_row, row_racks_powered : a row; racks of it that its feed carries at once.
    idle_w, rest_w, work_w : power of one rack without a job, stopped or restarting, at work.
    serve_w : power of one rack of the pool under full load.
    infant_factor, infant_years : early life, as in `reliability`.
    service_factor, service_nodes, size_exponent : job failures, as in `reliability`.
    lemon_share, lemon_factor, lemon_strikes, lemon_new : racks that fail often: share at the start,
        failures over others, strikes until they are mended, share of repairs that leave one.
    maintenance_per_year, maintenance_h : planned work on each rack.
    quota_racks : most racks by tenant; empty for none.
    backfill, depth : EASY or strict order; waiting jobs looked at in each list.
    power_aware : start only what the site's cap feeds at full speed; else all are slowed.
    packed : tight placement in rows; else rack by rack from the emptiest row, as without a map.
    cap_exponent : work goes on at (dynamic power share)^e under a cap.
    headroom : of the pool over its demand.
    serve_restart_s : from the loss of a rack of the pool to its first token.
    idle_failure_share : failures of a rack without work over those of one at work.
    """

    sites: tuple[SiteSpec, ...]
    kinds: tuple[JobKind, ...]
    failures: tuple[FailureClass, ...] = ()
    gpus_per_rack: int = 72
    spare_trays: int = 0
    racks_per_row: int = 16
    row_racks_powered: int = 16
    idle_w: float = 60e3
    rest_w: float = 70e3
    work_w: float = 200e3
    serve_w: float = 150e3
    infant_factor: float = 1.0
    infant_years: float = 0.75
    service_factor: float = 0.0
    service_nodes: float = 200.0
    size_exponent: float = 0.0
    lemon_share: float = 0.0
    lemon_factor: float = 10.0
    lemon_strikes: int = 4
    lemon_new: float = 0.0
    maintenance_per_year: float = 0.0
    maintenance_h: float = 4.0
    quota_racks: tuple[int, ...] = ()
    backfill: bool = True
    depth: int = 16
    power_aware: bool = True
    packed: bool = True
    cap_exponent: float = 0.4
    headroom: float = 0.1
    serve_restart_s: float = 300.0
    idle_failure_share: float = 0.5

    @property
    def nodes_per_rack(self) -> float:
        """Nodes of 8 GPUs in one rack."""
        return self.gpus_per_rack / 8.0

    @property
    def racks(self) -> int:
        """Racks of all sites."""
        return sum(s.racks for s in self.sites)


def node_rate_per_rack(spec: FleetSpec) -> float:
    """Mature failures of trays and racks by rack and second, without shared services."""
    per_node = sum(c.per_1000_node_days for c in spec.failures if isinstance(c.blast, str))
    return float(per_node * spec.nodes_per_rack / (1000.0 * SECONDS_PER_DAY))


def pool_most(site: SiteSpec) -> float:
    """Most racks that the pool of a site holds with its head-room."""
    return site.pool_most_racks or math.inf


def two_peaked_sizes(shares: tuple[tuple[float, int, int], ...], quantiles: int = 4096) -> IntArray:
    """Table of sizes from classes (share of jobs, smallest, largest), log-uniform within each.

    >>> two_peaked_sizes(((0.5, 1, 1), (0.5, 4, 4)), 4).tolist()
    [1, 1, 4, 4]
    """
    edges = np.cumsum([0.0, *(s for s, _, _ in shares)])
    u = (np.arange(quantiles) + 0.5) / quantiles * edges[-1]
    which = np.minimum(np.searchsorted(edges, u, side="right") - 1, len(shares) - 1)
    within = (u - edges[which]) / np.diff(edges)[which]
    low = np.array([a for _, a, _ in shares], dtype=float)[which]
    high = np.array([b for _, _, b in shares], dtype=float)[which]
    out = np.floor(low * ((high + 1.0) / low) ** within + 1e-9)
    sizes: IntArray = np.minimum(out, high).astype(np.int64)
    return sizes


def weekly_curve(night_share: float = 0.5, weekend_share: float = 0.9) -> Array:
    """Demand by hour of the week over its peak, (168,): a daily sine, lower on two days.

    Parameters
    ----------
    night_share : lowest over highest hour of a day.
    weekend_share : level of the last two days.
    """
    hour = np.arange(168)
    day = 0.5 * (1.0 + np.cos(2.0 * np.pi * (hour % 24 - 15.0) / 24.0))
    level = np.where(hour // 24 >= 5, weekend_share, 1.0)
    curve: Array = (night_share + (1.0 - night_share) * day) * level
    return curve
