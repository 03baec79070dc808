"""Several sites in one queue, batch that fills what is free, where free racks come from, charts."""

from __future__ import annotations

import json
import math
from dataclasses import replace

import pytest
from click.testing import CliRunner

from gigawatt.cli.operate import command
from gigawatt.errors import InputError
from gigawatt.operations.account import account
from gigawatt.operations.events.simulate import simulate
from gigawatt.operations.site_fleet import central_assumptions, demand_curve, site_fleet
from gigawatt.operations.step_swing import step_swing
from gigawatt.operations.week import closed_week
from gigawatt.program.load import load_program
from gigawatt.study.sites.operate import site_input

PROGRAM = "openai-nvidia-2025-09"


@pytest.fixture(scope="module")
def loaded():
    return load_program(PROGRAM)


def run_of(loaded, *names, **options):
    a = central_assumptions(loaded.catalog)
    sites = [site_input(loaded, name) for name in names]
    spec = site_fleet(sites, loaded.catalog, a, **options)
    return simulate(spec, 14.0, 1, 60.0, curve=demand_curve(a), warm_days=28)


def shares(run):
    return {w["cause"]: w["share"] for w in account(run)["waterfall"]}


def test_free_racks_have_reasons_and_backfill_takes_them(loaded):
    plain, filled = (run_of(loaded, "lordstown", backfill=b) for b in (False, True))
    one, two = shares(plain), shares(filled)
    for run, found in ((plain, one), (filled, two)):
        assert math.isclose(sum(found.values()), 1.0, rel_tol=1e-9)
        free = sum(found[k] for k in ("spare", "unassigned", "pool_trough", "gaps"))
        assert free == pytest.approx(run.goodput()["free"])
        assert min(found.values()) > -1e-9
    assert one["unassigned"] == pytest.approx(0.08, abs=1e-3)  # shares of the programme: 92 %
    assert two["gaps"] < 0.01
    assert two["unassigned"] < 0.02
    assert two["work"] > one["work"] + 0.15
    assert two["serving"] == pytest.approx(one["serving"], abs=0.005)
    waits = {k.name: k.mean_wait_h for k in filled.kinds()}
    assert waits["train-small"] < 0.05


def test_sites_share_a_queue(loaded):
    run = run_of(loaded, "lordstown", "abilene-expansion")
    told = account(run)
    assert told["sites"] == ["lordstown", "abilene-expansion"]
    assert told["racks"] == 546 + 312
    each = [run_of(loaded, name) for name in told["sites"]]
    useful = sum(account(r)["useful_share"] * r.spec.racks for r in each) / told["racks"]
    assert told["useful_share"] == pytest.approx(useful, rel=0.06)
    with pytest.raises(InputError, match="equal racks"):
        run_of(loaded, "lordstown", "unnamed-4")


def test_the_command_runs_a_fleet_and_draws_it(tmp_path):
    page = tmp_path / "charts.html"
    argv = [PROGRAM, "--site", "lordstown", "--site", "abilene-expansion", "--days", "7",
            "--warm-days", "7"]  # fmt: skip
    run = CliRunner().invoke(
        command, [*argv, "--together", "--json", "--plot", str(page)], catch_exceptions=False
    )
    told = json.loads(run.stdout)
    assert told["gpus"] == 72 * (546 + 312)
    text = page.read_text()
    for title in ("million GPU-hours", "MW of IT", "GPUs of a job", "class of job", "racks"):
        assert title in text
    apart = CliRunner().invoke(command, argv, catch_exceptions=False).stdout
    assert "all                     61,776" in apart


def test_halls_keep_their_caps(loaded):
    """No hall ever draws more than it may; what that strands has a name."""
    a = central_assumptions(loaded.catalog)
    site = site_input(loaded, "lordstown")
    free = site_fleet(site, loaded.catalog, a)
    cap = 0.9 * 256 * max(free.work_w, free.serve_w) / 1e6
    spec = site_fleet(site, loaded.catalog, a, hall_cap_mw=cap, backfill=True)
    run = simulate(spec, 14.0, 1, 60.0, curve=demand_curve(a), warm_days=28)
    rows = run.fleet.row
    most_w = max(spec.work_w, spec.serve_w)
    for first in range(0, len(rows), 16):
        hall = rows[first : first + 16]
        racks, limit = int(hall["racks"].sum()), int(hall["limit"].sum())
        assert racks * spec.idle_w + limit * (most_w - spec.idle_w) <= cap * 1e6 + 1e-6
        assert (hall["busy"] <= hall["limit"]).all()
    assert run.goodput()["stranded"] > 0.02
    with pytest.raises(InputError, match="lacks the power"):
        simulate(site_fleet(site, loaded.catalog, a, hall_cap_mw=0.2 * cap), 2.0)


def test_swing_within_a_step_follows_the_phases(loaded):
    a = central_assumptions(loaded.catalog)
    site = site_input(loaded, "saline")
    swing = step_swing(site, site_fleet(site, loaded.catalog, a))
    assert 0.0 < swing.at_step_mw <= swing.mw * 2.0 / math.pi
    assert 0.0 < swing.rms_mw <= swing.mw / 2.0  # no wave of that height has more
    assert swing.site_rms_mw == pytest.approx(2.0 * swing.rms_mw)  # four jobs, out of step
    rate = next(u.rate for u in site.uses if u.workload.kind == "train")
    half = replace(rate, compute_share=0.5, communication_share=0.5)
    uses = tuple(replace(u, rate=half) if u.workload.kind == "train" else u for u in site.uses)
    even = step_swing(replace(site, uses=uses), site_fleet(site, loaded.catalog, a))
    assert even.rms_mw == pytest.approx(even.mw / 2.0)
    assert even.at_step_mw == pytest.approx(2.0 / math.pi * even.mw)


@pytest.mark.parametrize("racks", [1, 2, 5, 13, 40])
@pytest.mark.parametrize("backfill", [False, True])
def test_small_sites_run_as_well(loaded, racks, backfill):
    """A first phase may be a few racks, or one that the serving pool holds alone."""
    a = central_assumptions(loaded.catalog)
    site = replace(site_input(loaded, "saline"), racks=racks)
    spec = site_fleet(site, loaded.catalog, a, backfill=backfill)
    run = simulate(spec, 14.0, 1, 3600.0, curve=demand_curve(a), warm_days=14)
    assert sum(shares(run).values()) == pytest.approx(1.0)
    closed = closed_week(spec, demand_curve(a)).mean_it_mw
    assert run.power_mw().mean() == pytest.approx(closed, rel=0.25)


@pytest.mark.parametrize(("option", "told"), [
    (["--cap-mw", "1"], "draw .* MW when idle"),
    (["--floor-mw", "1000"], "MW of IT installed"),
    (["--ramp-mw-per-min", "0"], "must be above 0"),
    (["--storage-mwh", "10"], "needs both"),
    (["--storage-mwh", "10", "--storage-mw", "5"], "smooths only with"),
])  # fmt: skip
def test_what_no_site_can_do_is_refused(option, told):
    with pytest.raises(InputError, match=told):
        CliRunner().invoke(
            command, [PROGRAM, "--site", "lordstown", "--days", "2", "--warm-days", "1", *option],
            catch_exceptions=False,
        )  # fmt: skip


def test_waits_by_class_are_told(loaded):
    run = CliRunner().invoke(
        command, [PROGRAM, "--site", "lordstown", "--days", "7", "--warm-days", "7"],
        catch_exceptions=False,
    )  # fmt: skip
    lines = run.output.splitlines()
    at = next(i for i, line in enumerate(lines) if line.startswith("jobs by class"))
    assert lines[at + 1].split()[0] == "train-large"
    assert "never drawn" in run.output
