"""A site of a programme as a fleet: load, failure classes, the week, the command."""

from __future__ import annotations

import json
import math
from dataclasses import replace

import numpy as np
import pytest
from click.testing import CliRunner

from gigawatt.catalog import load_catalog
from gigawatt.cli.operate import command
from gigawatt.errors import InputError
from gigawatt.operations.account import account, call_account, power_account, site_account
from gigawatt.operations.causes import failure_classes
from gigawatt.operations.events.simulate import simulate
from gigawatt.operations.events.spec import FleetSpec, JobKind, SiteSpec
from gigawatt.operations.events.state import CAUSES
from gigawatt.operations.grid import Smoothing
from gigawatt.operations.site_fleet import central_assumptions, demand_curve, site_fleet
from gigawatt.operations.site_mean import fluid_mean_mw
from gigawatt.operations.step_swing import step_swing
from gigawatt.operations.week import most_usual, representative_week, typical_week
from gigawatt.program.load import load_program
from gigawatt.study.sites.kept_weeks import kept_week
from gigawatt.study.sites.operate import site_input, site_week, site_weeks

PROGRAM = "openai-nvidia-2025-09"


@pytest.fixture(scope="module")
def loaded():
    return load_program(PROGRAM)


@pytest.fixture(scope="module")
def spec(loaded):
    site = site_input(loaded, "abilene-expansion")
    return site_fleet(site, loaded.catalog, central_assumptions(loaded.catalog))


@pytest.fixture(scope="module")
def run(loaded, spec):
    curve = demand_curve(central_assumptions(loaded.catalog))
    return simulate(spec, 120.0, 1, 60.0, curve=curve, warm_days=28)


def test_classes_share_the_rate_of_a_node():
    classes = failure_classes(load_catalog(), 2.4)
    assert math.isclose(sum(c.per_1000_node_days for c in classes), 2.4)
    assert {c.blast for c in classes} == {"tray", "rack", 8, 16, 256}


def test_demand_has_the_mean_that_the_closed_forms_take(loaded):
    a = central_assumptions(loaded.catalog)
    curve = demand_curve(a)
    assert math.isclose(curve.mean(), a["serve_use_share"], rel_tol=1e-6)
    assert curve.max() <= 1.0 + 1e-9


def test_a_site_stands_for_its_megawatts(loaded):
    site = site_input(loaded, "abilene-expansion")
    assert site.racks > 100
    assert math.isclose(sum(u.share for u in site.uses), 1.0, abs_tol=0.3)
    with pytest.raises(InputError, match="Did you mean 'abilene-expansion'"):
        site_input(loaded, "abilene-expansio")


def test_hours_and_money_add_up(run):
    told = account(run, 3.0)
    assert math.isclose(sum(w["share"] for w in told["waterfall"]), 1.0)
    usd = sum(w["usd"] for w in told["waterfall"])
    assert math.isclose(usd, 3.0 * told["gpu_hours"])
    assert 0.6 < told["useful_share"] < 0.95


def test_power_of_a_site(run):
    told = power_account(run, Smoothing(ramp_mw_per_min=2.0, storage_mwh=5.0, storage_mw=20.0))
    assert told["mean_mw"] < told["peak_mw"] <= told["installed_mw"]
    assert told["smoothed"]["ramp_up_mw_per_min"] <= 2.0 + 1e-9
    assert told["smoothed"]["ramp_up_mw_per_min"] < told["ramp_up_mw_per_min"]
    call = call_account(run, 2.0, 60.0, 4.0)
    assert call["missing_mw"] == 0.0
    assert call["gpu_hours_lost"] > 0.0


def test_representative_week(loaded, spec):
    curve = demand_curve(central_assumptions(loaded.catalog))
    week = representative_week(spec, curve, seed=2)
    assert week.it_shape_pu.shape == (168,)
    assert math.isclose(week.it_shape_pu.mean(), 1.0)
    assert 0.0 < week.mean_it_mw < spec.racks * spec.work_w / 1e6
    assert week.drop_mw > 1.0
    day = week.it_shape_pu.reshape(7, 24).mean(axis=0)
    assert day.argmax() in range(10, 20)  # the pool's afternoon


def test_large_jobs_follow_each_other(loaded):
    """A week of a site shows its training gang at work, and what the closed forms offer."""
    a = central_assumptions(loaded.catalog)
    site = site_input(loaded, "lordstown")
    spec = site_fleet(site, loaded.catalog, a)
    large = next(k for k in spec.kinds if k.name == "train-large")
    assert (large.standing, large.per_day) == (1, 0.0)
    assert 90 < int(large.racks[0]) < site.racks * 0.3
    run = simulate(spec, 364.0, 3, curve=demand_curve(a), warm_days=56)
    held = sum(v for cause, v in run.goodput().items() if cause in CAUSES)
    offered = sum(k.offered_racks for k in spec.kinds) / spec.racks
    print(held, offered)
    assert held == pytest.approx(offered, rel=0.05)


def test_a_campaign_keeps_so_many_jobs():
    """Two standing jobs without gaps hold their racks all the time; arrivals come besides."""
    kind = JobKind("gang", 0.0, np.array([4]), 36000.0, 0.5, standing=2, start_s=0.0)
    run = simulate(FleetSpec((SiteSpec("a", 8),), (kind,)), 30.0, 1)
    assert run.availability()["busy"] == pytest.approx(1.0, abs=1e-9)
    spaced = replace(kind, gap_s=kind.mean_s)
    run = simulate(FleetSpec((SiteSpec("a", 8),), (spaced,)), 3000.0, 1)
    assert run.availability()["busy"] == pytest.approx(0.5, abs=0.02)


def test_the_warm_up_is_not_counted(spec):
    run = simulate(spec, 20.0, 1, warm_days=10)
    assert math.isclose(sum(run.availability().values()), 1.0)
    assert math.isclose(sum(run.goodput().values()), 1.0, rel_tol=1e-9)
    assert run.power_mw().shape == (1, 480)
    energy = run.power_mw().sum() * 3600e6
    assert math.isclose(energy, run.fleet.site["joule"].sum(), rel_tol=1e-9)


def operate(*argv):
    return CliRunner().invoke(command, [PROGRAM, *argv], catch_exceptions=False)


def test_the_command_tells_a_site(tmp_path):
    log = tmp_path / "log.parquet"
    done = operate("--days", "5", "--warm-days", "2", "--json", "--shed", "1", "60", "2",
                   "--log", str(log))  # fmt: skip
    assert done.exit_code == 0
    told = json.loads(done.stdout)
    assert told["sites"] == ["abilene-expansion"]
    assert told["power"]["mean_mw"] > 0.0
    assert log.stat().st_size > 1000
    text = operate("--days", "2", "--warm-days", "1").stdout
    assert "GPU-hours are useful work" in text


def test_mistakes_are_told():
    with pytest.raises(InputError, match="Did you mean 'elastic'"):
        operate("--policy", "elastc")
    with pytest.raises(InputError, match="--days"):
        operate("--days", "0")
    assert "Did you mean 'replay'" in CliRunner().invoke(command, ["replya"]).output


def test_a_power_cap_costs_throughput(loaded):
    a = central_assumptions(loaded.catalog)
    site = site_input(loaded, "abilene-expansion")
    free = simulate(site_fleet(site, loaded.catalog, a), 30.0, 1, curve=demand_curve(a))
    cap = 0.85 * float(free.peak_mw()[0])
    tight = site_fleet(site, loaded.catalog, a, cap_mw=np.array([cap]))
    capped = simulate(tight, 30.0, 1, curve=demand_curve(a))
    assert capped.peak_mw()[0] <= cap + 1e-9
    assert capped.goodput()["work"] < free.goodput()["work"]


def test_stages_of_a_site_grow(loaded):
    site = loaded.program.sites[0]
    weeks = site_weeks(loaded, site.id)
    assert [len(stage) for stage, _ in weeks] == list(range(1, len(site.phases) + 1))
    assert np.all(np.diff([w.mean_it_mw for _, w in weeks]) > 0)


@pytest.mark.parametrize("site", ["abilene-expansion", "shackelford", "lordstown", "unnamed-4"])
def test_the_week_has_the_energy_of_the_closed_forms(loaded, site):
    """Mean power of `fluid` and of events within 1 %; what a run takes is that of `fluid`."""
    a = central_assumptions(loaded.catalog)
    one = site_input(loaded, site)
    spec = site_fleet(one, loaded.catalog, a)
    means = [representative_week(spec, demand_curve(a), seed=n).mean_it_mw for n in range(1, 5)]
    fluid = fluid_mean_mw(one, loaded.catalog)
    print(site, fluid, [m / fluid - 1.0 for m in means])
    assert float(np.mean(means)) == pytest.approx(fluid, rel=0.01)
    week = site_week(loaded, site, events=True)
    assert (week.it_shape_pu * week.mean_it_mw).mean() == pytest.approx(fluid, rel=1e-12)


def test_a_week_of_several_half_years_has_the_middle_of_their_extremes(spec):
    curve = demand_curve(central_assumptions(load_catalog()))
    each = [representative_week(spec, curve, seed) for seed in (1, 2, 3)]
    week = typical_week(spec, curve, (1, 2, 3))
    assert week.drop_mw == sorted(w.drop_mw for w in each)[1]
    assert week.ramp_mw_per_min == sorted(w.ramp_mw_per_min for w in each)[1]
    assert week.mean_it_mw == pytest.approx(np.mean([w.mean_it_mw for w in each]), rel=1e-12)
    assert all(w.ramp_mw_per_min >= w.drop_mw for w in each)


def test_the_most_usual_week_is_the_one_in_the_middle():
    weeks = np.array([np.full(168, level) for level in (1.0, 5.0, 2.0, 2.5, 9.0)])
    assert most_usual(weeks) == 3


def test_a_kept_week_is_the_week_that_was_made(loaded, spec, tmp_path):
    curve = demand_curve(central_assumptions(loaded.catalog))
    made, found = kept_week(spec, curve, tmp_path), kept_week(spec, curve, tmp_path)
    assert len(list(tmp_path.glob("week-*.npz"))) == 1
    np.testing.assert_array_equal(made.it_shape_pu, found.it_shape_pu)
    assert (made.mean_it_mw, made.drop_mw) == (found.mean_it_mw, found.drop_mw)
    kept_week(replace(spec, headroom=0.2), curve, tmp_path)
    assert len(list(tmp_path.glob("week-*.npz"))) == 2


def test_weeks_without_the_event_engine(loaded, monkeypatch):
    monkeypatch.setenv("GIGAWATT_WEEKS", "closed")
    closed = site_week(loaded, "lordstown", events=False)
    np.testing.assert_array_equal(site_week(loaded, "lordstown").it_shape_pu, closed.it_shape_pu)
    monkeypatch.setenv("GIGAWATT_WEEKS", "close")
    with pytest.raises(InputError, match="must be 'events' or 'closed'"):
        site_week(loaded, "lordstown")


def test_the_closed_week_is_near_the_week_of_events(loaded):
    """Hours within 6 % (rms), mean within 2 %."""
    for site in ("shackelford", "milam"):
        both = (site_weeks(loaded, site, events=engine) for engine in (False, True))
        for (_, closed), (_, week) in zip(*both, strict=True):
            rms = float(np.sqrt(((closed.it_shape_pu - week.it_shape_pu) ** 2).mean()))
            print(site, rms, closed.mean_it_mw, week.mean_it_mw)
            assert closed.it_shape_pu.mean() == pytest.approx(1.0)
            assert rms < 0.06
            assert closed.mean_it_mw == pytest.approx(week.mean_it_mw, rel=0.02)


@pytest.mark.parametrize("site", ["shackelford", "saline", "lordstown", "unnamed-4"])
def test_closed_drops_and_ramps_are_near_the_median_of_half_years(loaded, site):
    closed = site_week(loaded, site, events=False)
    a = central_assumptions(loaded.catalog)
    spec = site_fleet(site_input(loaded, site), loaded.catalog, a)
    weeks = [representative_week(spec, demand_curve(a), seed=seed) for seed in range(2, 7)]
    drop = float(np.median([w.drop_mw for w in weeks]))
    ramp = float(np.median([w.ramp_mw_per_min for w in weeks]))
    print(site, closed.drop_mw, drop, closed.ramp_mw_per_min, ramp)
    assert drop / 1.8 < closed.drop_mw < 1.8 * drop
    assert ramp / 1.8 < closed.ramp_mw_per_min < 1.8 * ramp


def test_the_meter_and_the_swing_within_a_step(loaded, spec, run):
    site = site_input(loaded, "abilene-expansion")
    swing = step_swing(site, spec)
    assert swing is not None
    told = site_account(power_account(run), site, swing)
    assert told["meter"]["mean_mw"] == pytest.approx(
        power_account(run)["mean_mw"] * site.facility_over_it
    )
    assert 1.02 < site.facility_over_it < 1.6
    assert 0.0 < told["step_swing"]["it_mw"] < site.racks * site.rack_power_w / 1e6


@pytest.mark.parametrize(
    "options",
    [("--seed", "-1"), ("--cap-mw", "nan"), ("--shed", "nan", "60", "4"),
     ("--shed", "-5", "60", "4"), ("--ramp-mw-per-min", "nan"), ("--plot", "/no/such/x.html")],
)  # fmt: skip
def test_options_that_mean_nothing_are_refused_at_once(options):
    with pytest.raises(InputError, match=options[0]):
        CliRunner().invoke(command, [PROGRAM, *options], catch_exceptions=False)
