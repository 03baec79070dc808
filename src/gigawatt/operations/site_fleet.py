"""One site as a fleet for the event engine: racks, powers, workloads as jobs and as a pool.

Training and research become jobs whose offered load is the share of racks times the share of time
that `fluid` lets them run, so that both engines mean the same fleet. Sizes have two peaks: a few
jobs of the workload's full size, each followed by the next after a gap, own most of the time; many
small ones come at random and take the rest.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np

from gigawatt.catalog.facts import Catalog
from gigawatt.errors import InputError
from gigawatt.operations.causes import failure_classes
from gigawatt.operations.events.caps import room_for_jobs
from gigawatt.operations.events.spec import (
    DomainCap,
    FailureClass,
    FleetSpec,
    JobKind,
    SiteSpec,
    two_peaked_sizes,
    weekly_curve,
)
from gigawatt.operations.faults import central_policy
from gigawatt.operations.jobs import working_w
from gigawatt.operations.policies import advised_spares
from gigawatt.operations.reliability import repair_share
from gigawatt.operations.site_input import SiteInput, Use
from gigawatt.operations.site_mean import work_shares
from gigawatt.performance.result import TrainRate
from gigawatt.quantity.arrays import Array, IntArray
from gigawatt.quantity.units import (
    DAYS_PER_YEAR,
    HOURS_PER_YEAR,
    SECONDS_PER_DAY,
    SECONDS_PER_HOUR,
    W_PER_KW,
)

BYTES_PER_GB = 1e9
W_PER_MW = 1e6
WEEKEND = 0.95  # demand of the last two days of the week
PART_LEAD_DAYS = 14.0


Numbers = Mapping[str, float]


def central_assumptions(catalog: Catalog) -> dict[str, float]:
    """Central values of ``assumptions/operations`` and ``/fleet``, and what policies assume."""
    out: dict[str, float] = {}
    for part in ("operations", "fleet"):
        record = catalog.record("assumptions", part)
        out |= {key: record.value(key) for key in record.facts}
    record = catalog.record("assumptions", "reliability")
    of_policies = [key for key in record.facts if key.startswith(("elastic_", "memory_"))]
    return out | {key: record.value(key) for key in of_policies}


def site_fleet(
    site: SiteInput | Sequence[SiteInput],
    catalog: Catalog,
    a: Numbers,
    policy: str = "",
    cap_mw: Array | None = None,
    backfill: bool = False,
    hall_cap_mw: float = 0.0,
    domain_caps: tuple[DomainCap, ...] = (),
) -> FleetSpec:
    """Fleet of one site, or of several that share one queue.

    Parameters
    ----------
    site : what stands there and what it is for; several must have the same system.
    catalog : failure classes.
    a : assumptions, as `central_assumptions` gives them.
    policy : of jobs after a failure; empty takes that of each workload, else the assumption.
    cap_mw : (H,) IT power allowed by hour from the start, repeated, at each site; None for none.
    hall_cap_mw : IT power allowed in each hall; 0 for none.
    domain_caps : and in each domain of other sizes.
    backfill : batch jobs without end take what is free and give way to all others.

    Raises
    ------
    InputError : a site has no whole rack, or sites differ in their racks.
    """
    sites = (site,) if isinstance(site, SiteInput) else tuple(site)
    whole = joined(sites)
    idle_w = whole.rack_power_w * a["idle_power_share"]
    classes = failure_classes(catalog, a["failures_per_1000_node_days"])
    largest = max(s.racks for s in sites)
    work = work_shares(whole, catalog, policy)
    kinds = tuple(
        kind
        for tenant, use in enumerate(whole.uses)
        if use.workload.kind != "serve"
        for kind in _kinds(whole, use, a, policy, tenant, largest, work[use.workload.id])
    )
    bare = [_site_spec(s, classes, a, cap_mw, work) for s in sites]
    specs = tuple(replace(s, hall_cap_mw=hall_cap_mw, domain_caps=domain_caps) for s in bare)
    if backfill:
        kinds = (*(replace(k, preempts=True) for k in kinds), _filler(specs, kinds, a))
    fleet = FleetSpec(
        specs, (), classes, gpus_per_rack=round(whole.packages_per_rack),
        spare_trays=0, idle_w=idle_w, rest_w=idle_w, work_w=_job_rack_w(whole),
        serve_w=_serve_rack_w(whole), infant_factor=whole.infant_factor,
        infant_years=a["infant_years"], service_factor=a["service_factor"],
        service_nodes=a["service_nodes"], size_exponent=a["size_exponent"],
        lemon_share=a["lemon_share"], lemon_factor=a["lemon_factor"],
        maintenance_per_year=a["maintenance_per_year"], maintenance_h=a["maintenance_hours"],
        headroom=a["pool_headroom_share"], serve_restart_s=a["serve_restart_s"],
        cap_exponent=a["cap_exponent"], idle_failure_share=a["idle_failure_share"],
    )  # fmt: skip
    if hall_cap_mw > 0.0 or domain_caps:
        return replace(fleet, kinds=kinds)  # what does not fit under a cap is told
    room = max(room_for_jobs(s, fleet, float(demand_curve(a).min())) for s in specs)
    fit = tuple(replace(k, racks=np.minimum(k.racks, room)) for k in kinds if room >= 1)
    return replace(fleet, kinds=fit)  # a site of one or two racks may have no room for jobs


def with_upgrade(spec: FleetSpec, days: float, hours: float) -> FleetSpec:
    """A fleet through whose racks an upgrade rolls, one after the other, beside planned work.

    A rack at work is taken when its job leaves it; work that is planned waits for that.

    Parameters
    ----------
    spec : the fleet.
    days : in which all racks are done once; then it begins again.
    hours : for one rack.
    """
    own, more = spec.maintenance_per_year, DAYS_PER_YEAR / days
    mean_h = (own * spec.maintenance_h + more * hours) / (own + more)
    return replace(spec, maintenance_per_year=own + more, maintenance_h=mean_h)


def joined(sites: tuple[SiteInput, ...]) -> SiteInput:
    """Sites as one, with the racks of all and means by rack.

    Raises
    ------
    InputError : a site has no whole rack, or sites differ in their racks.
    """
    for site in sites:
        if site.racks < 1:
            raise InputError(f"site {site.name!r} has no rack to simulate")
        if site.packages_per_rack != sites[0].packages_per_rack:
            raise InputError(
                f"sites {sites[0].name!r} and {site.name!r} have racks of "
                f"{sites[0].packages_per_rack:g} and {site.packages_per_rack:g} packages: a queue "
                "over several sites needs equal racks"
            )
    racks = np.array([s.racks for s in sites], dtype=float)

    def mean(name: str) -> float:
        return float(np.average([getattr(s, name) for s in sites], weights=racks))

    return replace(
        sites[0], name=", ".join(s.name for s in sites), racks=int(racks.sum()),
        rack_power_w=mean("rack_power_w"), infant_factor=mean("infant_factor"),
        facility_over_it=mean("facility_over_it"),
    )  # fmt: skip


def _site_spec(
    site: SiteInput, classes: Sequence[FailureClass], a: Numbers, cap_mw: Array | None,
    work: Numbers,
) -> SiteSpec:  # fmt: skip
    """Racks, reserve, crews, parts and pool of one site.

    At its peak all of the pool's racks serve that are neither broken nor restarting, as in `fluid`.
    """
    repairs_per_day = sum(
        c.per_1000_node_days / 1000.0 * c.repair_share for c in classes
    ) * site.racks * site.packages_per_rack / 8.0 * site.infant_factor  # fmt: skip
    serve_racks = sum(u.share for u in site.uses if u.workload.kind == "serve") * site.racks
    serving = serve_racks * (1.0 - out_share(site, classes, a))
    up = [u.share * work[u.workload.id] for u in site.uses if u.workload.kind == "serve"]
    answering = sum(up) * site.racks / serve_racks if serve_racks > 0.0 else 1.0
    jobs_racks = sum(u.share for u in site.uses if u.workload.kind != "serve") * site.racks
    return SiteSpec(
        site.name, site.racks, reserve_racks=int(a["spare_share"] * jobs_racks),
        crews=max(2, math.ceil(repairs_per_day * a["crews_per_daily_repair"])),
        spare_parts=int(advised_spares(repairs_per_day * PART_LEAD_DAYS)),
        pool_peak_racks=serving * answering, pool_most_racks=serving, age_years=site.age_years,
        season_share=a["season_swing_share"],
        cap_mw=np.zeros(0) if cap_mw is None else np.asarray(cap_mw, dtype=float),
        unassigned_racks=max(0.0, site.racks - serve_racks - jobs_racks),
    )  # fmt: skip


def out_share(site: SiteInput, classes: Sequence[FailureClass], a: Numbers) -> float:
    """Share of racks in repair or under planned work, as `jobs.time_shares` takes them off."""
    young = 1.0 + (site.infant_factor - 1.0) * math.exp(-site.age_years / a["infant_years"])
    rate = np.asarray(a["failures_per_1000_node_days"] / 1000.0 / SECONDS_PER_DAY * young)
    share = repair_share(rate, a["repair_share"], a["repair_hours"], a["repair_nodes"])
    domains = sum(
        c.per_domain_year * (c.diagnosis_h + c.repair_share * c.repair_h)
        for c in classes if isinstance(c.blast, int)
    )  # fmt: skip
    return float(share) + domains / HOURS_PER_YEAR + a["maintenance_share"]


def _filler(sites: Sequence[SiteSpec], kinds: Sequence[JobKind], a: Numbers) -> JobKind:
    """Batch jobs of low priority, enough to fill what all others leave at any hour."""
    sizes = two_peaked_sizes(((0.8, 1, 1), (0.2, 1, 8)), 1024)
    held = sum(k.offered_racks for k in kinds) + sum(s.reserve_racks for s in sites)
    free = sum(s.racks for s in sites) - held
    return JobKind(
        "backfill", 0.0, sizes, a["small_job_hours"] * SECONDS_PER_HOUR, 1.3,
        longest_s=SECONDS_PER_DAY, priority=2, preemptible=True,
        tenant=max((k.tenant for k in kinds), default=-1) + 1,
        standing=max(1, math.ceil(max(free, 0.0) / float(sizes.mean()))), flex_tier=3,
    )  # fmt: skip


def demand_curve(a: Numbers) -> Array:
    """Demand by hour of the week over its peak, (168,), with the mean that `fluid` assumes."""
    weekend = (5.0 + 2.0 * WEEKEND) / 7.0
    night = max(0.0, 2.0 * a["serve_use_share"] / weekend - 1.0)
    return weekly_curve(min(night, 1.0), WEEKEND)


def _job_rack_w(site: SiteInput) -> float:
    """Power of a rack at work, mean over training and research by share."""
    uses = [u for u in site.uses if u.workload.kind != "serve" and u.share > 0.0]
    if not uses:
        return site.rack_power_w
    total = sum(u.share for u in uses)
    return sum(u.share * _rack_w(site, u) for u in uses) / total


def _serve_rack_w(site: SiteInput) -> float:
    uses = [u for u in site.uses if u.workload.kind == "serve" and u.share > 0.0]
    if not uses:
        return site.rack_power_w
    return sum(u.share * _rack_w(site, u) for u in uses) / sum(u.share for u in uses)


def _rack_w(site: SiteInput, use: Use) -> float:
    """Full power of a rack times the part that the workload draws."""
    return site.rack_power_w * min(working_w(use.rate)[0] / site.rate_power_w, 1.0)


def _kinds(
    site: SiteInput, use: Use, a: Numbers, policy: str, tenant: int, largest: int, work: float
) -> tuple[JobKind, JobKind]:
    """Large and small jobs of a training or research workload; none is larger than a site holds."""
    held_share = a["spare_share"] + a["maintenance_share"]
    racks = use.share * site.racks * (1.0 - held_share)  # for jobs, as in `fluid`
    use_share = a["train_use_share" if use.workload.kind == "train" else "research_use_share"]
    whole = max(1, math.ceil(use.workload.packages_per_job / site.packages_per_rack))
    jobs_share = sum(u.share for u in site.uses if u.workload.kind != "serve")
    whole = min(whole, max(1, int(largest * jobs_share * (1.0 - held_share))))
    count, full = _standing(racks, whole, a["large_job_share"])
    small = two_peaked_sizes(((0.8, 1, 1), (0.2, 1, max(1, min(full // 4, 16)))), 1024)
    hours = a["large_job_hours"] if use.workload.kind == "train" else a["research_job_hours"]
    restart = a["restart_base_s"] + a["restart_s_per_1000_packages"] * (
        full * site.packages_per_rack / 1000.0
    )
    base = JobKind(
        use.workload.id, 0.0, np.array([full], dtype=np.int64), hours * SECONDS_PER_HOUR, 0.7,
        tenant=tenant,
        policy=policy or central_policy(use.workload, a),
        stall_s=a["checkpoint_stall_s"] + _write_s(use, a), restart_base_s=a["restart_base_s"],
        restart_s_per_1000_gpus=a["restart_s_per_1000_packages"],
        pause_s=a["elastic_pause_s"] + a["elastic_redo_s"], absent_s=a["detection_s"] + restart,
        replica_gpus=a["elastic_replica_count"], whole_share=a["elastic_whole_share"],
        warm_share=a["warm_restart_share"], lost_share=a["memory_lost_share"],
        memory_interval_s=a["memory_interval_s"],
        memory_stall_s=a["memory_stall_s"], restart_failure_share=a["restart_failure_share"],
        flex_tier=1 if use.workload.kind == "train" else 2,
    )  # fmt: skip
    small_s = a["small_job_hours"] * SECONDS_PER_HOUR
    return (
        replace(
            base, name=f"{base.name}-large", priority=0, longest_s=90 * SECONDS_PER_DAY,
            standing=count, gap_s=base.mean_s / work * (1.0 - use_share) / use_share,
            work_share=work,
        ),
        replace(
            base, name=f"{base.name}-small", priority=1, longest_s=14 * SECONDS_PER_DAY,
            per_day=_per_day(
                (racks - count * full) * use_share * work, small, a["small_job_hours"], 1.3
            ) / (1.0 - a["own_error_share"]),
            racks=small, median_s=small_s, sigma_log=1.3, own_error_share=a["own_error_share"],
        ),
    )  # fmt: skip


def _standing(racks: float, whole: int, large_share: float) -> tuple[int, int]:
    """How many jobs of full size follow each other on so many racks, and racks of each.

    A cluster is bought for its large jobs, and when one ends the next is prepared, so they come one
    after another, not at random. Where there is less room than one of full size asks for, one job
    takes what there is.
    """
    room = racks * large_share
    if min(room, whole) < 2.0:
        return 0, 1
    if room < whole:
        return 1, int(room)
    return min(round(room / whole), int(racks / whole)), whole


def _write_s(use: Use, a: Numbers) -> float:
    """Blocking time in which a package's share of a checkpoint leaves it."""
    if not isinstance(use.rate, TrainRate):
        return 0.0
    per_package = use.rate.checkpoint_bytes / use.rate.packages
    return per_package / (a["checkpoint_gb_s_per_package"] * BYTES_PER_GB)


def _per_day(load_racks: float, sizes: IntArray, median_h: float, sigma: float) -> float:
    """Arrivals a day that keep so many racks at work, failures aside."""
    mean_days = median_h / 24.0 * math.exp(0.5 * sigma * sigma)
    return load_racks / (float(sizes.mean()) * mean_days)


def rack_power_w(it_mw: float, racks: float) -> float:
    """IT power of one rack with its share of network and storage, W."""
    return it_mw * 1000.0 * W_PER_KW / racks
