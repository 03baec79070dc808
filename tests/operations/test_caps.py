"""Caps by domain: rows, halls, buildings, the site's feed; who is slowed first; who may start."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from click.testing import CliRunner

from gigawatt.cli.operate import command
from gigawatt.errors import InputError
from gigawatt.operations.events.caps import row_limits, slowed_kinds
from gigawatt.operations.events.simulate import simulate
from gigawatt.operations.events.spec import DomainCap, FailureClass, FleetSpec, JobKind, SiteSpec
from gigawatt.operations.grid import TOLERATED

DAY = 86400.0
IDLE, WORK = 40e3, 140e3


def endless(tier, racks=10, **more):
    """One job of a tier for ever."""
    return JobKind(f"tier-{tier}", 0.0, np.array([racks]), 1e9, 0.0, longest_s=1e9, standing=1,
                   flex_tier=tier, start_s=1.0, stall_s=0.001, **more)  # fmt: skip


def speeds(cap_mw, kinds, pool=0.0, power_aware=False, racks=60):
    """Work of each kind over its rack-seconds, and the pool's over its demand."""
    site = SiteSpec("a", racks, pool_peak_racks=pool, cap_mw=np.array([cap_mw]))
    spec = FleetSpec((site,), kinds, idle_w=IDLE, work_w=WORK, serve_w=WORK, rest_w=IDLE,
                     power_aware=power_aware, headroom=0.0)  # fmt: skip
    run = simulate(spec, 20.0, 1, curve=np.ones(168), warm_days=2)
    assert sum(run.goodput().values()) == pytest.approx(1.0, rel=1e-9)
    assert run.peak_mw()[0] <= cap_mw + 1e-9
    out = [float(run.fleet.lost[i, 0]) / (k.racks.max() * 20.0 * DAY) for i, k in enumerate(kinds)]
    served = run.goodput()["serving"] * racks / pool if pool else 1.0
    return [*out, served]


ALL = tuple(endless(tier) for tier in range(4))


def test_the_most_flexible_work_is_slowed_first_and_as_far_as_it_tolerates():
    """60 racks idle at 2.4 MW; four jobs and the pool of 10 racks draw 1 MW each above that."""
    *free, _ = speeds(8.0, ALL, pool=10.0)
    assert free == pytest.approx([1.0] * 4, abs=1e-3)
    give = [1.0 - (1.0 - t) ** 2.5 for t in TOLERATED]  # of dynamic power, at exponent 0.4
    some = speeds(7.4 - 0.5, ALL, pool=10.0)
    assert some == pytest.approx([1.0, 1.0, 1.0, 0.5**0.4, 1.0], abs=2e-3)  # tier 3 alone
    two = speeds(7.4 - give[3] - 0.2, ALL, pool=10.0)
    assert two == pytest.approx([1.0, 1.0, 0.8**0.4, 0.5, 1.0], abs=2e-3)
    three = speeds(7.4 - sum(give), ALL, pool=10.0)
    assert three == pytest.approx([1.0, 0.9, 0.75, 0.5, 1.0], abs=2e-3)
    beyond = speeds(7.4 - sum(give) - 0.1, ALL, pool=10.0)  # tier 3 again, below what it tolerates
    assert beyond[:3] == pytest.approx([1.0, 0.9, 0.75], abs=2e-3)
    assert beyond[3] == pytest.approx((1.0 - give[3] - 0.1) ** 0.4, abs=2e-3)
    hard = speeds(7.4 - 4.0, ALL, pool=10.0)  # 1 MW for all: the pool and tier 0 come last
    assert hard[3] == pytest.approx(0.05**0.4, abs=2e-3)
    assert hard[0] == hard[4] or hard[0] == pytest.approx(hard[4], abs=2e-3)
    assert hard[0] > hard[1]


def test_a_gang_larger_than_the_cap_runs_at_reduced_clocks():
    """It does not wait for ever behind small jobs that fit, and is slowed as its tier tolerates."""
    gang = JobKind("gang", 0.15, np.array([50]), 1.5 * DAY, 0.2, priority=0, flex_tier=2)
    small = JobKind("small", 500.0, np.array([1]), 3600.0, 0.3, flex_tier=1, priority=1)
    spec = FleetSpec((SiteSpec("a", 100, cap_mw=np.array([7.0])),), (gang, small), idle_w=IDLE,
                     work_w=WORK, rest_w=IDLE)  # fmt: skip
    assert slowed_kinds(spec, 0.5) == {"gang": pytest.approx(0.6**0.4)}
    run = simulate(spec, 100.0, 1, slots=1 << 18)
    rows = {k.name: k for k in run.kinds()}
    print(rows)
    assert rows["gang"].started >= rows["gang"].arrived - 2 > 8
    assert rows["small"].done > 10_000
    assert run.peak_mw()[0] <= 7.0 + 1e-9
    assert run.goodput()["throttled"] > 0.01


def test_a_gang_that_fits_under_the_cap_is_not_starved_by_small_jobs():
    gang = JobKind("gang", 0.5, np.array([25]), 4 * 3600.0, 0.2, priority=0)
    small = JobKind("small", 3000.0, np.array([1]), 3600.0, 0.3, priority=1)
    spec = FleetSpec((SiteSpec("a", 100, cap_mw=np.array([7.0])),), (gang, small), idle_w=IDLE,
                     work_w=WORK, rest_w=IDLE)  # fmt: skip
    run = simulate(spec, 40.0, 1, slots=1 << 18)
    row = run.kinds()[0]
    assert row.started >= row.arrived - 1 > 5
    assert row.p90_wait_h < 24.0
    assert run.goodput()["throttled"] == 0.0  # all of it at full speed


def test_a_gang_that_no_cap_can_feed_is_told_before_the_start():
    gang = endless(1, racks=50)
    for cap in (1.0, 4.2):
        spec = FleetSpec((SiteSpec("a", 100, cap_mw=np.array([cap])),), (gang,), idle_w=IDLE,
                         work_w=WORK)  # fmt: skip
        with pytest.raises(InputError, match="it could never start"):
            simulate(spec, 2.0)
    night = replace(spec.sites[0], cap_mw=np.array([4.2] * 12 + [9.0] * 12))
    assert simulate(replace(spec, sites=(night,)), 5.0).kinds()[0].started == 1  # waits for the day


def broken(hall_cap, **more):
    """A site of two halls of 64 racks, most of whose first rows are often out."""
    cause = FailureClass("tray", "tray", 25.0, repair_share=1.0, repair_h=48.0)
    fill = JobKind("fill", 400.0, np.array([1]), 12 * 3600.0, 0.1, priority=1)
    site = SiteSpec("a", 128, hall_cap_mw=hall_cap, hall_racks=64, season_share=0.0)
    return FleetSpec((site,), (fill,), (cause,), idle_w=IDLE, work_w=WORK, rest_w=IDLE,
                     serve_w=WORK, **more)  # fmt: skip


def test_halls_and_buildings_carry_what_their_caps_allow():
    spec = broken(5.56)  # 64 x 0.04 idle and 30 at work
    limit = row_limits(spec.sites[0], spec)
    assert limit.sum() == 60
    assert limit.reshape(2, 4).sum(axis=1).tolist() == [30, 30]
    both = replace(spec.sites[0], domain_caps=(DomainCap(128, 9.12), DomainCap(16, 1.44)))
    limit = row_limits(both, spec)  # rows 8, halls 30, the building 40
    assert limit.sum() == 40
    assert limit.max() <= 8
    run = simulate(replace(spec, sites=(both,)), 20.0, 1)
    assert run.peak_mw()[0] <= 9.12 + 1e-9
    with pytest.raises(InputError, match="a multiple of a row"):
        row_limits(replace(both, domain_caps=(DomainCap(20, 1.0),)), spec)


def test_a_hall_gives_the_power_of_broken_racks_to_other_rows():
    """With racks out all the time a hall still has nearly all that its cap carries at work."""
    run = simulate(broken(5.56), 60.0, 1, warm_days=5)
    out = run.fleet.site["t_out"].sum() / (128 * 60.0 * DAY)
    busy = run.fleet.site["t_busy"].sum() / (60.0 * DAY)
    print(out, busy)
    assert out > 0.25
    assert busy > 0.97 * 60.0
    rows = run.fleet.row
    assert (rows["busy"] <= rows["limit"]).all()
    assert rows["limit"].reshape(2, 4).sum(axis=1).tolist() == [30, 30]
    assert run.peak_mw()[0] <= 2 * 5.56 + 1e-9


def test_the_command_tells_who_is_slowed():
    done = CliRunner().invoke(
        command, ["openai-nvidia-2025-09", "--site", "lordstown", "--days", "2", "--warm-days", "1",
                  "--cap-mw", "60", "--domain-cap", "256", "60"], catch_exceptions=False,
    )  # fmt: skip
    assert done.exit_code == 0
    assert "at reduced clocks under the cap: train-large" in done.output
