"""The event engine against closed forms, against itself, and its books."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gigawatt.errors import GigawattError, InputError
from gigawatt.operations.events.simulate import _wait_quantile, event_log, simulate
from gigawatt.operations.events.spec import (
    FailureClass,
    FleetSpec,
    JobKind,
    SiteSpec,
    two_peaked_sizes,
)
from gigawatt.operations.policies import with_spares
from gigawatt.operations.recovery import Recovery, waterfall
from gigawatt.operations.reliability import job_rate_per_s, node_rate_per_s

DAY = 86400.0
LOST, STALL, DETECT = 0.08, 60.0, 30.0


def endless(gpus, rate, policy, kappa=0.0, spares=0, repair=0.0, interval=0.0, failures=120_000,
            whole=0.0, again=0.0, warm=1.0):  # fmt: skip
    """One job for ever; returns the simulated work share, and the failure rate and restart."""
    racks = math.ceil(gpus / 72)
    restart = 63 + 8.54 * racks * 72 / 1000
    cause = FailureClass(
        "x", "rack" if repair else "tray", rate, detection_s=DETECT, repair_share=repair,
        diagnosis_h=0.0, needs_crew=False, ages=False,
    )  # fmt: skip
    kind = JobKind(
        "j", 2.0, np.array([racks]), 3e9, 0.0, longest_s=3e9, policy=policy, stall_s=STALL,
        restart_base_s=restart, restart_s_per_1000_gpus=0.0, start_s=1.0, warm_share=warm,
        lost_share=LOST, interval_s=interval, whole_share=whole, restart_failure_share=again,
    )  # fmt: skip
    spec = FleetSpec(
        (SiteSpec("a", racks + spares, season_share=0.0),), (kind,), (cause,),
        service_factor=kappa, idle_failure_share=0.0,
    )  # fmt: skip
    lam = float(job_rate_per_s(racks * 72, node_rate_per_s(rate), kappa, 200.0, 0.0))
    run = simulate(spec, min(failures / (lam * DAY), 36_000.0), 3, slots=1 << 17)
    return run.goodput()["work"] * run.spec.racks / racks, lam, restart, racks * 72


GRID = [(g, r, k) for g in (1024, 16384, 98304) for r in (2.4, 6.5) for k in (0.0, 2.0)]
LOW = [(98304, 20.0, 0.0), (98304, 35.0, 0.0), (50000, 60.0, 0.0), (16384, 150.0, 2.0)]


@pytest.mark.parametrize(("gpus", "rate", "kappa"), GRID + LOW)
def test_fluid_and_events_agree_within_one_per_cent(gpus, rate, kappa):
    """The forms that the programme takes; also where little work is left.

    The noise of 1.5 million failures is 0.0003 of the time where less than a tenth of it is work.
    """
    whole, again, warm = 0.03, 0.08, 0.67
    for policy in ("sync", "memory", "elastic"):
        got, lam, restart, n = endless(gpus, rate, policy, kappa, whole=whole, again=again,
                                       failures=1_500_000 if rate > 10.0 else 120_000,
                                       warm=warm)  # fmt: skip
        r = Recovery(
            stall_s=STALL, detection_s=DETECT, restart_s=restart, restart_failure_share=again,
            warm_share=warm, hard_restart_s=restart + STALL, absent_s=900.0,
            replicas=max(2.0, n / 1024), repair_share=0.0, repair_s=0.0, elastic_pause_s=90.0,
            elastic_redo_s=0.0, elastic_whole_share=whole, memory_lost_share=LOST,
            memory_interval_s=60.0, memory_stall_s=1.0,
        )  # fmt: skip
        form = float(waterfall(policy, lam, r).work)
        print(f"{gpus} {rate} {kappa} {policy:8} events {got:.5f} closed form {form:.5f}")
        if got == 0.0:  # refused: it would never finish
            assert form < 0.025
        elif form < 0.1:
            assert got == pytest.approx(form, rel=0.01, abs=3e-4)
        else:
            assert got == pytest.approx(form, rel=0.01)


@pytest.mark.parametrize(("gpus", "spares", "error"), [
    (1024, 0, 0.01), (16384, 0, 0.01), (16384, 1, 0.01), (16384, 3, 0.01), (16384, 20, 0.01),
    (98304, 20, 0.01), (98304, 5, 0.025),
])  # fmt: skip
def test_spares_agree_also_where_they_run_out(gpus, spares, error):
    got, lam, restart, _ = endless(gpus, 2.4, "spares", spares=spares, repair=0.3,
                                   failures=300_000)  # fmt: skip
    form = float(with_spares(lam, STALL, DETECT, restart, spares, 0.3, DAY).work)
    print(f"{gpus} {spares} spares: events {got:.4f} closed form {form:.4f}")
    assert got == pytest.approx(form, rel=error)


def test_jobs_of_one_rack_wait_as_in_an_mmc_queue():
    use, racks, mean = 0.8, 8, 3600.0
    kind = JobKind("one", use * racks * DAY / mean, np.array([1]), 1.0, 0.0, longest_s=1e9,
                   own_error_share=1.0, own_error_s=mean, start_s=0.0, stall_s=0.001)  # fmt: skip
    kind = replace(kind, median_s=1e9)
    run = simulate(FleetSpec((SiteSpec("a", racks),), (kind,)), 2500.0, 5)
    b = 1.0
    for k in range(1, racks + 1):
        b = use * racks * b / (k + use * racks * b)
    waits = b / (1 - use * (1 - b)) * mean / (racks * (1 - use))
    assert math.isclose(run.kinds()[0].mean_wait_h * 3600.0, waits, rel_tol=0.05)


def everything(seed=0, **changes):
    """A fleet with all that the engine knows switched on."""
    rng = np.random.default_rng(seed)
    kinds = (
        JobKind("research", 400.0, two_peaked_sizes(((0.8, 1, 1), (0.2, 2, 16)), 256), 4 * 3600.0,
                1.4, own_error_share=0.25),
        JobKind("batch", 150.0, two_peaked_sizes(((1.0, 1, 4),), 64), 3 * 3600.0, 1.0, priority=2,
                preemptible=True, tenant=1, flex_tier=3),
        JobKind("train", 8.0, two_peaked_sizes(((0.9, 8, 64), (0.1, 64, 200)), 64), 20 * 3600.0,
                1.0, policy=str(rng.choice(["elastic", "memory", "spares", "sync"])), priority=0,
                preempts=True, tenant=2),
    )  # fmt: skip
    causes = (
        FailureClass("gpu", "tray", 6.0, needs_part=True),
        FailureClass("switch", "rack", 1.0),
        FailureClass("silent", "tray", 0.5, detection_s=600.0, rollback_s=3600.0),
        FailureClass("cooling", 8, per_domain_year=4.0, repair_share=1.0, repair_h=8.0),
        FailureClass("hall", 128, per_domain_year=2.0, repair_share=0.7, repair_h=3.0),
    )
    sites = tuple(
        SiteSpec(f"s{i}", 300 + 41 * i, reserve_racks=3, crews=3, spare_parts=40,
                 pool_peak_racks=60.0, hour_shift=3.0 * i,
                 cap_mw=np.array([40.0] * 20 + [float(rng.uniform(25, 40))] * 4))
        for i in range(3)
    )  # fmt: skip
    spec = FleetSpec(
        sites, kinds, causes, spare_trays=1, infant_factor=2.5, service_factor=1.0,
        size_exponent=0.1, lemon_share=0.02, lemon_new=0.01, maintenance_per_year=6.0,
        quota_racks=(800, 200, 500), row_racks_powered=15, idle_w=60e3, work_w=130e3,
    )  # fmt: skip
    return replace(spec, **changes)


@settings(max_examples=12)
@given(st.integers(0, 10_000), st.booleans(), st.booleans())
def test_all_hours_and_all_energy_are_accounted_for(seed, backfill, power_aware):
    run = simulate(everything(seed, backfill=backfill, power_aware=power_aware), 40.0, seed)
    assert math.isclose(sum(run.availability().values()), 1.0, rel_tol=1e-9)
    assert math.isclose(sum(run.goodput().values()), 1.0, rel_tol=1e-9)
    assert all(v >= -1e-9 for v in run.goodput().values())
    site = run.fleet.site
    np.testing.assert_allclose(run.fleet.energy.sum(axis=1), site["joule"], rtol=1e-9)
    busy = site["t_busy"].sum() - site["t_throttled"].sum()
    assert math.isclose(run.fleet.lost.sum(), busy, rel_tol=1e-9)
    _no_rack_is_lost(run)


def _no_rack_is_lost(run):
    f = run.fleet
    owner, where = f.rack["owner"], f.cold["site"]
    for s, site in enumerate(f.site):
        here = owner[where == s]
        counts = {"free": -1, "out": -2, "pool": -3}
        for key, code in counts.items():
            assert (here == code).sum() == site[key]
        assert (here >= 0).sum() == site["busy"]
        usable = np.minimum(f.row["free"], f.row["limit"] - f.row["busy"])[f.row["site"] == s]
        assert usable.sum() == site["usable"]
        assert (usable >= 0).all()
    running = f.job["phase"] >= 2
    assert f.job["racks"][running].sum() == f.site["busy"].sum()
    assert (f.tenant["used"] <= f.tenant["quota"]).all()


def test_power_never_exceeds_the_cap():
    spec = everything(1, power_aware=False)
    run = simulate(spec, 30.0, 1)
    cap = np.array([np.resize(s.cap_mw, 720) for s in spec.sites])
    assert (run.power_mw() <= cap + 1e-9).all()
    assert run.goodput()["throttled"] > 0.0


def test_the_same_seed_gives_the_same_run_and_arrivals_do_not_hang_on_policy():
    a, b = simulate(everything(3), 20.0, 7), simulate(everything(3), 20.0, 7)
    np.testing.assert_array_equal(a.fleet.energy, b.fleet.energy)
    c = simulate(everything(3, backfill=False), 20.0, 7)
    assert [k.arrived for k in a.kinds()] == [k.arrived for k in c.kinds()]


def test_backfill_shortens_waits_on_the_same_jobs():
    spec = everything(5, quota_racks=())
    kinds = tuple(replace(k, per_day=k.per_day / 5.0) for k in spec.kinds)
    bare = tuple(replace(site, cap_mw=np.zeros(0)) for site in spec.sites[:1])
    tight = replace(spec, sites=bare, kinds=kinds)
    easy, fifo = simulate(tight, 60.0, 2), simulate(replace(tight, backfill=False), 60.0, 2)
    assert easy.kinds()[0].mean_wait_h < fifo.kinds()[0].mean_wait_h


def test_a_job_that_can_never_finish_is_refused_at_once():
    kind = JobKind("hopeless", 1.0, np.array([3000]), 30 * DAY, 0.0, restart_base_s=7200.0)
    spec = FleetSpec((SiteSpec("a", 3000),), (kind,), (FailureClass("x", per_1000_node_days=10.0),))
    row = simulate(spec, 60.0, 1).kinds()[0]
    assert row.refused == row.arrived > 30


def test_demand_without_end_is_told():
    kind = JobKind("flood", 50_000.0, np.array([1]), DAY, 0.5)
    with pytest.raises(GigawattError, match="more work arrives"):
        simulate(FleetSpec((SiteSpec("a", 100),), (kind,)), 30.0, 1, slots=1 << 14)
    with pytest.raises(InputError, match="fit no site"):
        simulate(FleetSpec((SiteSpec("a", 4),), (replace(kind, racks=np.array([5])),)), 1.0)


def test_the_log_tells_every_start_and_end():
    run = simulate(everything(2), 5.0, 1, log_lines=200_000)
    log = event_log(run)
    done = sum(k.done for k in run.kinds())
    assert (log["what"] == "end").sum() == done
    assert (np.diff(log["t_s"]) >= 0).all()


def test_tight_placement_spans_fewer_rows():
    spec = everything(4)
    rows = {}
    for packed in (True, False):
        c = simulate(replace(spec, packed=packed), 30.0, 1).fleet.config[0]
        rows[packed] = c["rows_used"] / c["rows_least"]
    assert rows[True] <= rows[False]


def test_priority_0_goes_first_and_gangs_clear_backfill_away():
    """Endless one-rack jobs of priority 2 fill a site; a gang of priority 0 gets its racks."""
    fill = JobKind("fill", 0.0, np.array([1]), 7200.0, 0.5, standing=40, priority=2,
                   preemptible=True)  # fmt: skip
    gang = JobKind("gang", 0.0, np.array([16]), 36000.0, 0.3, standing=1, gap_s=3600.0,
                   priority=0, preempts=True)  # fmt: skip
    waits = {}
    for name, kind in (("preempts", gang), ("waits", replace(gang, preempts=False))):
        run = simulate(FleetSpec((SiteSpec("a", 32),), (fill, kind)), 60.0, 1)
        assert run.availability()["busy"] > 0.97
        rows = {k.name: k for k in run.kinds()}
        assert rows["gang"].done > 60
        waits[name] = rows["gang"].mean_wait_h
        assert rows["fill"].mean_wait_h > waits[name]
    print(waits)
    assert waits["preempts"] < 0.01 < waits["waits"]


def test_a_cap_slows_the_pool_and_the_jobs_and_never_is_passed():
    """Power at the cap exactly; what is not served is counted; a cap below idle is not held."""
    kind = JobKind("work", 0.0, np.array([10]), 20 * 3600.0, 0.3, standing=4, gap_s=0.0)
    site = SiteSpec("a", 100, pool_peak_racks=40.0)
    spec = FleetSpec((site,), (kind,), idle_w=40e3, work_w=140e3, serve_w=140e3,
                     power_aware=False)  # fmt: skip

    def of(cap):
        capped = site if cap is None else replace(site, cap_mw=np.array([cap]))
        run = simulate(replace(spec, sites=(capped,)), 20.0, 1, curve=np.ones(24))
        assert math.isclose(sum(run.goodput().values()), 1.0, rel_tol=1e-9)
        return run.goodput(), run.power_mw()[0, 48:].max(), run.power_mw()[0, 48:].min()

    free, most, _ = of(None)
    assert 11.0 < most <= 12.4 + 1e-9  # 4 MW idle, 40 racks of jobs, 40 of pool at 0.1 MW more
    assert free["serving"] == pytest.approx(0.4, rel=1e-9)
    assert free["throttled"] == 0.0
    held, most, _ = of(8.0)  # jobs of tier 1 give all 4 MW but the last twentieth, the pool 0.2 MW
    assert most == pytest.approx(8.0)
    assert held["serving"] == pytest.approx(0.4, rel=0.01)  # from its head-room of 10 %
    assert held["work"] == pytest.approx(free["work"] * 0.05**0.4, rel=0.03)
    below, _, least = of(2.0)
    assert least == pytest.approx(4.0 + 0.05 * 8.0, rel=0.02)
    assert below["serving"] == pytest.approx(0.44 * 0.05**0.4, rel=0.01)


def test_the_log_begins_with_the_days_that_are_counted():
    log = event_log(simulate(everything(2), 5.0, 1, log_lines=200_000, warm_days=3))
    assert 0.0 <= log["t_s"][0] < 3600.0
    assert log["t_s"][-1] <= 5.0 * DAY


def test_a_class_that_never_starts_has_no_end_of_waiting():
    """Jobs of 60 racks behind others without end that hold the site."""
    first = JobKind("first", 0.0, np.array([50]), 1e9, 0.0, longest_s=1e9, standing=1, priority=0)
    kind = JobKind("large", 0.0, np.array([60]), 3600.0, 0.0, standing=1)
    site = SiteSpec("a", 100)
    row = simulate(FleetSpec((site,), (first, kind)), 10.0, 1).kinds()[1]
    assert (row.started, row.waiting) == (0, 1)
    assert row.mean_wait_h == row.p90_wait_h == math.inf


@pytest.mark.parametrize("share", [0.1, 0.5, 0.9, 0.99])
def test_quantiles_of_waits_out_of_bins(share):
    waits = np.random.default_rng(1).lognormal(8.0, 1.5, 50_000)
    bins = 1 + np.floor(3.0 * np.log2(waits)).astype(int)
    got = _wait_quantile(np.bincount(bins, minlength=64), share) * 3600.0
    assert got == pytest.approx(np.quantile(waits, share), rel=0.03)
    assert _wait_quantile(np.zeros(64, int), share) == 0.0
    assert _wait_quantile(np.array([9, 1]), 0.5) == 0.0
