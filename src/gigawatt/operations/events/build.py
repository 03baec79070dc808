"""Arrays of a simulation from the description of a fleet."""

from __future__ import annotations

import numpy as np

from gigawatt.errors import InputError
from gigawatt.operations.events import rng
from gigawatt.operations.events import state as st
from gigawatt.operations.events.caps import (
    caps_w,
    check_power,
    gives,
    near_rows,
    room_for_jobs,
    row_limits,
    row_most,
)
from gigawatt.operations.events.spec import (
    POLICY_CODES,
    FailureClass,
    FleetSpec,
    node_rate_per_rack,
    pool_most,
    weekly_curve,
)
from gigawatt.operations.reliability import LARGE_JOB_NODES, size_factor
from gigawatt.quantity.arrays import Array
from gigawatt.quantity.units import DAYS_PER_YEAR, HOURS_PER_YEAR, SECONDS_PER_DAY

SLOTS = 1 << 18  # jobs that wait or run at once
NO_QUOTA = 1 << 60
HOUR = 3600.0
TICK_S = 300.0  # demand of the pools is followed so closely where bins are short


def build(
    spec: FleetSpec,
    days: float,
    seed: int,
    bin_s: float = 3600.0,
    log_lines: int = 0,
    curve: Array | None = None,
    slots: int = SLOTS,
) -> st.Fleet:
    """State of a fleet at time 0.

    Parameters
    ----------
    spec : the fleet.
    days : length of the simulation.
    seed : of all random streams.
    bin_s : width of the bins of energy.
    log_lines : room for the log; 0 for none.
    curve : (H,) hourly demand of the pools over the peak; None for `weekly_curve`.
    slots : jobs that may wait or run at once.

    Raises
    ------
    InputError : what cannot be.
    """
    demand = np.ascontiguousarray(weekly_curve() if curve is None else curve, dtype=float)
    _check(spec, days, float(demand.min()))
    racks, sites = _racks(spec), len(spec.sites)
    rows, row_of = _rows(spec)
    racks["row"] = row_of
    site = _sites(spec)
    site["rows"] = np.bincount(rows["site"], minlength=sites)
    kinds, table = _kinds(spec)
    until = days * SECONDS_PER_DAY
    job = np.zeros(slots, st.JOBS)
    job["slot"] = np.arange(slots)[::-1]
    line = np.full(st.LISTS, -1, np.int32).repeat(2).view(st.LINE)
    fleet = st.Fleet(
        config=_config(spec, until, bin_s, log_lines, slots), site=site, rack=racks,
        cold=_cold(spec),
        heap=np.zeros(st.TIERS * spec.racks, st.ENTRY), tier=_tiers(spec), row=rows,
        job=job, failure=_failures(spec), kind=kinds, size_table=table,
        bucket=np.full((sites, spec.racks_per_row + 1), -1, np.int32), line=line,
        profile=np.zeros((sites, st.PROFILE_HOURS), np.int32),
        repair=np.zeros(max(4 * spec.racks + 64, 4096), st.REPAIR),
        crew=np.zeros((sites, st.CREWS)),
        part=np.zeros((sites, max([s.spare_parts for s in spec.sites] + [1]))),
        energy=np.zeros((sites, int(np.ceil(until / bin_s)) + 2)),
        lost=np.zeros((len(kinds), len(st.CAUSES))), by_size=np.zeros(st.SIZES, st.BY_SIZE),
        waits=np.zeros((len(kinds), st.WAIT_BINS), np.int64), pace=_pace(spec, days),
        curve=demand,
        cap=caps_w(spec), tenant=_tenants(spec), seeds=rng.seeds(seed),
        log=np.zeros(max(log_lines, 1), st.LOG), campaign=_campaigns(spec),
        next=np.full(sites, 1e300),
        snap=np.zeros((sites, int(until / HOUR) + 1, len(st.SEEN)), np.int32),
    )  # fmt: skip
    _note_lengths(fleet)
    _seat_all(fleet)
    _place_lemons(spec, fleet, seed)
    return fleet


def _note_lengths(f: st.Fleet) -> None:
    """Lengths of the arrays, for the compiled code."""
    lengths = {
        "sites": len(f.site), "racks": len(f.rack), "rows": len(f.row), "jobs": len(f.job),
        "failures_n": len(f.failure), "kinds": len(f.kind), "bins": f.energy.shape[1],
        "days": f.pace.shape[1], "curve_n": len(f.curve), "cap_n": f.cap.shape[1],
        "size_n": f.size_table.shape[1], "most_row": f.bucket.shape[1] - 1,
        "campaigns_n": len(f.campaign), "repair_room": len(f.repair), "log_room": len(f.log),
        "parts_n": f.part.shape[1], "hours_n": f.snap.shape[1],
    }  # fmt: skip
    for name, value in lengths.items():
        f.config[name][0] = value
    rate, tray = f.failure["rate"], f.failure["blast"] == st.TRAY
    f.config["each_rate"], f.config["tray_rate"] = rate.sum(), rate[tray].sum()


def _tenants(spec: FleetSpec) -> st.Records:
    tenant = np.zeros(max([k.tenant for k in spec.kinds], default=0) + 1, st.TENANT)
    tenant["quota"] = NO_QUOTA
    count = min(len(tenant), len(spec.quota_racks))
    tenant["quota"][:count] = spec.quota_racks[:count]
    return tenant


def _check(spec: FleetSpec, days: float, least_demand: float) -> None:
    if not 0.0 < days <= 366 * 100:
        raise InputError(f"days = {days:g}: must be above 0 and at most 36,600")
    if not spec.sites or spec.racks < 1:
        raise InputError("a fleet needs at least one site with a rack")
    if not 1 <= spec.row_racks_powered <= spec.racks_per_row:
        raise InputError(
            f"row_racks_powered = {spec.row_racks_powered}: must be 1 to {spec.racks_per_row}"
        )
    largest = max(room_for_jobs(s, spec, least_demand) for s in spec.sites)
    for kind in spec.kinds:
        if kind.policy not in POLICY_CODES:
            raise InputError(f"kind {kind.name!r}: policy {kind.policy!r} is not known")
        if kind.wanted and kind.racks.max() > largest:
            raise InputError(
                f"kind {kind.name!r}: jobs of {kind.racks.max():,} racks fit no site (the largest "
                f"has {largest:,} besides its reserve, the pool at its least, and racks whose row "
                "lacks the power)"
            )
    check_power(spec, least_demand)


def _racks(spec: FleetSpec) -> st.Records:
    racks = np.zeros(spec.racks, st.RACKS)
    racks["stack"] = np.arange(spec.racks)
    racks["owner"], racks["next"], racks["prev"] = st.FREE, -1, -1
    return racks


def _cold(spec: FleetSpec) -> st.Records:
    cold = np.zeros(spec.racks, st.COLD)
    cold["site"] = np.repeat(np.arange(len(spec.sites)), [s.racks for s in spec.sites])
    cold["lemon"] = -1
    return cold


def _rows(spec: FleetSpec) -> tuple[st.Records, Array]:
    """Rows, and the row of each rack; the last row of a site may be short."""
    size = spec.racks_per_row
    counts = [-(-s.racks // size) for s in spec.sites]
    rows = np.zeros(sum(counts), st.ROW)
    rows["site"] = np.repeat(np.arange(len(counts)), counts)
    row_of, at, first = [], 0, 0
    for site, count in zip(spec.sites, counts, strict=True):
        starts = first + size * np.arange(count)
        rows["first"][at : at + count] = starts
        rows["racks"][at : at + count] = np.minimum(size, first + site.racks - starts)
        row_of.append(at + np.arange(site.racks) // size)
        at, first = at + count, first + site.racks
    rows["limit"] = np.concatenate([row_limits(s, spec) for s in spec.sites])
    rows["most"] = np.concatenate([row_most(s, spec) for s in spec.sites])
    at = 0
    for site, count in zip(spec.sites, counts, strict=True):
        near = near_rows(site, spec)
        if near > 1:
            own = np.arange(count)
            rows["near"][at : at + count] = at + own // near * near
            rows["near_n"][at : at + count] = np.minimum(near, count - own // near * near)
        at += count
    rows["bucket"] = rows["next"] = rows["prev"] = -1
    return rows, np.concatenate(row_of)


def _sites(spec: FleetSpec) -> st.Records:
    site = np.zeros(len(spec.sites), st.SITE)
    site["racks"] = [s.racks for s in spec.sites]
    site["first"] = np.cumsum([0, *(s.racks for s in spec.sites)])[:-1]
    site["reserve"] = [s.reserve_racks for s in spec.sites]
    site["crews"] = [min(s.crews, st.CREWS) for s in spec.sites]
    site["parts"] = [s.spare_parts for s in spec.sites]
    site["pool_peak"] = [s.pool_peak_racks for s in spec.sites]
    site["hour_shift"] = [s.hour_shift % 168.0 for s in spec.sites]
    site["pool_most"] = [pool_most(s) for s in spec.sites]
    site["young"] = site["pool_head"] = -1
    site["cap_w"] = caps_w(spec)[:, 0]
    site["raw_w"] = site["peak_w"] = site["last_w"] = site["racks"] * spec.idle_w
    return site


def _tiers(spec: FleetSpec) -> st.Records:
    """Tiers of all sites, with their part of the heaps."""
    out = np.zeros((len(spec.sites), st.TIERS), st.TIER)
    first = np.cumsum([0, *(s.racks for s in spec.sites)])[:-1]
    out["heap"] = first[:, None] + spec.racks * np.arange(st.TIERS)
    out["speed"], out["gives"] = 1.0, gives(spec)
    return out


def _kinds(spec: FleetSpec) -> tuple[st.Records, st.Records]:
    """Kinds of job, and the table of their sizes."""
    kinds = np.zeros(max(len(spec.kinds), 1), st.KIND)
    quantiles = max([len(k.racks) for k in spec.kinds], default=1)
    table = np.ones((len(kinds), quantiles), np.int32)
    for i, k in enumerate(spec.kinds):
        at = (np.arange(quantiles) * len(k.racks)) // quantiles
        table[i] = np.asarray(k.racks)[at]
        per_rack = spec.gpus_per_rack / 1000.0
        values = {
            "policy": POLICY_CODES[k.policy], "priority": k.priority, "preempts": k.preempts,
            "preemptible": k.preemptible, "tenant": k.tenant, "site": k.site,
            "rate": k.per_day / SECONDS_PER_DAY, "mu": np.log(k.median_s), "sigma": k.sigma_log,
            "longest": k.longest_s, "own_error": k.own_error_share, "own_error_s": k.own_error_s,
            "limit_factor": k.limit_factor, "stall": k.stall_s, "interval": k.interval_s,
            "restart_base": k.restart_base_s,
            "restart_slope": k.restart_s_per_1000_gpus * per_rack, "start_s": k.start_s,
            "warm_share": k.warm_share, "work_w": spec.work_w, "lost_share": k.lost_share,
            "memory_interval": k.memory_interval_s, "memory_stall": k.memory_stall_s,
            "pause": k.pause_s, "absent": k.absent_s,
            "replicas_per_rack": spec.gpus_per_rack / k.replica_gpus,
            "whole_share": k.whole_share, "gap": k.gap_s, "tier": k.flex_tier,
            "fails": k.restart_failure_share,
        }  # fmt: skip
        for name, value in values.items():
            kinds[name][i] = value
    return kinds, table


def _campaigns(spec: FleetSpec) -> st.Records:
    """Standing jobs, all due at the start; a row that is never due if there is none."""
    kinds = np.repeat(np.arange(len(spec.kinds)), [k.standing for k in spec.kinds])
    out = np.zeros(max(len(kinds), 1), st.CAMPAIGN)
    out["at"] = 1e300
    out["at"][: len(kinds)], out["kind"][: len(kinds)] = 0.0, kinds
    return out


def _extra_max(spec: FleetSpec) -> float:
    """Largest excess of a job's failure rate over its racks in series, of the sizes there are."""
    sizes = np.unique(np.concatenate([np.ones(1), *(k.racks for k in spec.kinds)]))
    nodes = sizes * spec.nodes_per_rack
    factor = size_factor(nodes, spec.service_factor, spec.service_nodes, spec.size_exponent)
    return float(factor.max()) - 1.0


def _trays_first(spec: FleetSpec) -> list[FailureClass]:
    """Failure classes in the order of the arrays: those of trays stand first."""
    return sorted(spec.failures, key=lambda c: c.blast != "tray")


def failure_names(spec: FleetSpec) -> list[str]:
    """Names in the order of `Fleet.failure`; shared services, its last row, have none."""
    return [c.name for c in _trays_first(spec)]


def _failures(spec: FleetSpec) -> st.Records:
    """Failure classes with rates by rack; shared services are the last."""
    out = np.zeros(len(spec.failures) + 1, st.CLASS)
    for i, c in enumerate(_trays_first(spec)):
        blast = {"tray": st.TRAY, "rack": st.RACK}.get(str(c.blast), c.blast)
        rate = c.per_1000_node_days * spec.nodes_per_rack / (1000.0 * SECONDS_PER_DAY)
        if isinstance(c.blast, int):
            rate = c.per_domain_year / (c.blast * DAYS_PER_YEAR * SECONDS_PER_DAY)
        out[i] = (
            blast, c.ages, c.needs_part, c.needs_crew, rate, c.detection_s, c.diagnosis_h * HOUR,
            c.rollback_s, c.repair_share, c.repair_h * HOUR, c.hands_h * HOUR, 0.0,
            0.0,
        )  # fmt: skip
    last = out[-1]
    last["blast"], last["ages"] = st.JOB, 1
    last["rate"] = node_rate_per_rack(spec) * _extra_max(spec)
    rates = out["rate"][:-1] * (out["blast"][:-1] <= st.RACK)
    if rates.sum() > 0.0:
        last["detect"] = np.average(out["detect"][:-1], weights=rates)
    return out


def _config(spec: FleetSpec, until: float, bin_s: float, log: int, slots: int) -> st.Records:
    c = np.zeros(1, st.CONFIG)
    rate = node_rate_per_rack(spec)
    lemons = round(spec.lemon_share * spec.racks)
    values = {
        "spare_trays": spec.spare_trays, "backfill": spec.backfill, "depth": spec.depth,
        "power_aware": spec.power_aware,
        "tiers": 1 + max([k.flex_tier for k in spec.kinds], default=0),
        "lemons": lemons, "lemon_strikes": spec.lemon_strikes,
        "log": log > 0, "free_slots": slots, "packed": spec.packed, "held_head": -1,
        "held_site": -1, "node_rate": rate, "kappa": spec.service_factor,
        "service_racks": spec.service_nodes / spec.nodes_per_rack,
        "large_racks": LARGE_JOB_NODES / spec.nodes_per_rack,
        "size_exponent": spec.size_exponent, "extra_max": _extra_max(spec),
        "lemon_extra": rate * (spec.lemon_factor - 1.0), "lemon_new": spec.lemon_new,
        "cap_exponent": spec.cap_exponent, "rest_w": spec.rest_w, "idle_w": spec.idle_w,
        "bin_s": bin_s, "until": until, "maintenance_s": spec.maintenance_h * HOUR,
        "serve_w": spec.serve_w - spec.idle_w, "serve_restart_s": spec.serve_restart_s,
        "headroom": spec.headroom,
        "idle_failures": spec.idle_failure_share,
        "total_rate": sum(k.per_day for k in spec.kinds) / SECONDS_PER_DAY,
        "campaign_next": 0.0 if any(k.standing for k in spec.kinds) else 1e300,
        "drop_above_w": 20e6, "tick_s": HOUR if bin_s >= HOUR else TICK_S,
    }  # fmt: skip
    if spec.maintenance_per_year > 0.0:
        values["maintenance_every"] = (
            HOURS_PER_YEAR * HOUR / (spec.maintenance_per_year * spec.racks)
        )
    for name, value in values.items():
        c[name] = value
    return c


def _pace(spec: FleetSpec, days: float) -> Array:
    """Failure rate over the mature one by site and day: early life and season."""
    day = np.arange(int(np.ceil(days)) + 1)
    age = np.array([s.age_years for s in spec.sites])[:, None] + day / DAYS_PER_YEAR
    young = 1.0 + (spec.infant_factor - 1.0) * np.exp(-age / spec.infant_years)
    swing = np.array([s.season_share for s in spec.sites])[:, None]
    out: Array = young * (1.0 - swing * np.cos(2.0 * np.pi * day / DAYS_PER_YEAR))
    return out


def _seat_all(f: st.Fleet) -> None:
    """Put every row into the list of its free racks."""
    f.row["free"] = f.row["racks"]
    f.rack["place"] = np.arange(len(f.rack)) - f.row["first"][f.rack["row"]]
    f.site["free"] = f.site["racks"]
    for w in range(len(f.row) - 1, -1, -1):
        s, usable = f.row["site"][w], min(f.row["racks"][w], f.row["limit"][w])
        after = f.bucket[s, usable]
        f.row["bucket"][w], f.row["next"][w], f.row["prev"][w] = usable, after, -1
        if after >= 0:
            f.row["prev"][after] = w
        f.bucket[s, usable] = w
        f.site["usable"][s] += usable


def _place_lemons(spec: FleetSpec, f: st.Fleet, seed: int) -> None:
    count = int(f.config["lemons"][0])
    chosen = np.random.default_rng(seed).permutation(spec.racks)[:count]
    f.cold["lemons"][:count] = chosen
    f.cold["lemon"][chosen] = np.arange(count)
