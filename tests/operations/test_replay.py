"""Replay of job lists: RAPS' own day, queues with known waits, order and conservation."""

from __future__ import annotations

import csv
import gzip
import json
import math

import numpy as np
import pytest
from click.testing import CliRunner
from hypothesis import given, settings
from hypothesis import strategies as st

from gigawatt.cli.operate import command
from gigawatt.errors import InputError, ProblemsError
from gigawatt.operations.cluster import named_cluster
from gigawatt.operations.events.replay import POLICIES, replay
from gigawatt.operations.traces.fields import elapsed_s
from gigawatt.operations.traces.read import read_trace, stated_size
from gigawatt.operations.traces.replayed import replay_trace, summary

DAY = 86400.0


@pytest.fixture(scope="module")
def raps(shared):
    return shared / "traces" / "jobs"


def test_raps_day_to_the_second_and_the_watt(raps):
    path = raps / "raps_frontier_24h_jobs.csv.gz"
    with pytest.raises(ProblemsError) as told:
        read_trace(path)
    assert [p.line for p in told.value.problems] == [388, 639, 704, 785]
    trace = read_trace(path, skip_bad=True)
    result = replay_trace(trace, named_cluster("frontier"), "raps", horizon_s=DAY, sample_s=15.0)
    known = np.isfinite(trace.end_s)
    assert known.sum() == 28 == (result.done.end_s <= DAY).sum()
    np.testing.assert_array_equal(result.done.end_s[known], trace.end_s[known])
    np.testing.assert_array_equal(result.done.start_s[known], trace.start_s[known])
    with gzip.open(raps / "raps_frontier_24h_power.csv.gz", "rt") as file:
        theirs = np.array([float(r["power_kw"]) for r in csv.DictReader(file)])
    ours = result.power.sample_kw
    worst = np.abs(ours - theirs).max() / theirs.max()
    print(f"largest error of {len(ours)} samples: {worst:.2e} of the peak")
    assert len(ours) == 5760
    assert worst < 1e-4
    assert np.isclose(ours.mean(), theirs.mean(), rtol=1e-6)


def test_power_integral_is_the_sum_over_jobs(raps):
    trace = read_trace(raps / "raps_frontier_24h_jobs.csv.gz", skip_bad=True)
    cluster = named_cluster("frontier")
    result = replay_trace(trace, cluster, "easy", horizon_s=DAY)
    done = result.done
    hold = np.clip(np.minimum(done.end_s, DAY) - np.minimum(done.start_s, DAY), 0, None)
    work = trace.size * cluster.work_w(trace.cpu_use, trace.gpu_use) * cluster.meter_per_work
    joules = cluster.meter_w(0.0) * DAY + (hold * work).sum()
    assert math.isclose(result.power.energy_mwh * 3.6e9, joules, rel_tol=1e-12)


def erlang_c(servers: int, load: float) -> float:
    b = 1.0
    for k in range(1, servers + 1):
        b = load * b / (k + load * b)
    return b / (1 - load / servers * (1 - b))


@pytest.mark.parametrize(("servers", "use"), [(1, 0.6), (8, 0.8)])
def test_one_unit_jobs_wait_as_in_an_mmc_queue(servers, use):
    rng = np.random.default_rng(7)
    jobs = 400_000
    submit = np.cumsum(rng.exponential(1.0 / (servers * use), jobs))
    run = rng.exponential(1.0, jobs)
    done = replay(submit, run, np.full(jobs, np.nan), np.ones(jobs), servers, "fifo")
    wait = (done.start_s - submit)[jobs // 10 :].mean()
    expected = erlang_c(servers, servers * use) / (servers * (1 - use))
    assert math.isclose(wait, expected, rel_tol=0.05)


def test_one_unit_waits_as_in_an_mg1_queue():
    rng = np.random.default_rng(8)
    jobs, use = 400_000, 0.7
    submit = np.cumsum(rng.exponential(1.0 / use, jobs))
    run = rng.gamma(0.5, 2.0, jobs)  # mean 1, variance 2
    done = replay(submit, run, np.full(jobs, np.nan), np.ones(jobs), 1, "easy")
    wait = (done.start_s - submit)[jobs // 10 :].mean()
    assert math.isclose(wait, use * (1 + 2.0) / (2 * (1 - use)), rel_tol=0.06)


def jobs_of(seed: int, n: int = 60):
    rng = np.random.default_rng(seed)
    submit = np.sort(rng.integers(0, 200, n)).astype(float)
    run = rng.integers(1, 60, n).astype(float)
    limit = run + rng.integers(0, 30, n)
    return submit, run, limit, rng.integers(1, 17, n).astype(float)


@settings(max_examples=40)
@given(st.integers(0, 10_000), st.sampled_from(sorted(POLICIES)))
def test_never_more_than_the_cluster_and_every_job_runs_once(seed, policy):
    submit, run, limit, size = jobs_of(seed)
    done = replay(submit, run, limit, size, 16, policy)
    assert (done.start_s >= submit).all()
    hold = run + (1.0 if policy == "raps" else 0.0)
    np.testing.assert_allclose(done.end_s, done.start_s + hold)
    at = np.concatenate([done.end_s, done.start_s])
    change = np.concatenate([-size, size])
    order = np.lexsort((change, at))
    assert np.cumsum(change[order]).max() <= 16 + 1e-9


@settings(max_examples=30)
@given(st.integers(0, 10_000))
def test_easy_never_delays_the_first_in_line(seed):
    """With limits kept exactly, the first job of the queue starts no later than under FIFO."""
    submit, run, _, size = jobs_of(seed)
    submit[:] = 0.0
    fifo = replay(submit, run, run, size, 16, "fifo")
    easy = replay(submit, run, run, size, 16, "easy")
    blocked = np.flatnonzero(fifo.start_s > 0)
    if len(blocked):
        assert easy.start_s[blocked[0]] <= fifo.start_s[blocked[0]]
    assert easy.start_s.mean() <= fifo.start_s.mean() + 1e-9


def test_priority_goes_first():
    done = replay(
        np.array([0.0, 1.0, 2.0]), np.array([10.0, 5.0, 5.0]), np.full(3, np.nan), np.ones(3), 1,
        "fifo", priority=np.array([0.0, 0.0, 9.0]),
    )  # fmt: skip
    assert done.start_s.tolist() == [0.0, 15.0, 10.0]


def write(folder, name, text):
    path = folder / name
    path.write_text(text)
    return path


@pytest.mark.parametrize(
    ("name", "text", "size", "run"),
    [
        ("plain.csv", "job_id,submit_s,duration_s,gpus,power_w\na,5,100,8,5600\n", 8, 100),
        ("openb.csv", "name,cpu_milli,memory_mib,num_gpu,gpu_milli,gpu_spec,qos,pod_phase,"
         "creation_time,deletion_time,scheduled_time\np,1,1,1,250,,LS,Succeeded,3,70,10\n",
         0.25, 60),
        ("swf.txt", "; MaxProcs: 64\n1 0 10 300 32 -1 -1 32 600 -1 1 1 1 -1 1 1 -1 -1\n", 32, 300),
        ("sacct.txt", "JobID|State|Submit|Start|End|Elapsed|AllocTRES|Timelimit\n"
         "7|COMPLETED|2026-01-01T00:00:00|2026-01-01T01:00:00|2026-01-02T03:00:00|1-02:00:00|"
         "billing=1,cpu=8,gres/gpu=16,node=2|2-00:00:00\n"
         "7.batch|COMPLETED|2026-01-01T00:00:00|2026-01-01T01:00:00|2026-01-02T03:00:00|"
         "1-02:00:00|cpu=8|\n", 16, 93600),
        ("acme.csv", "job_id,user,node_num,gpu_num,cpu_num,type,state,submit_time,start_time,"
         "end_time,duration,queue,gpu_time\nj,u,1,8,1,x,COMPLETED,2023-03-01 00:00:00+08:00,"
         "2023-03-01 00:00:05+08:00,2023-03-01 00:01:05+08:00,60,5,480\n", 8, 60),
    ],
)  # fmt: skip
def test_layouts(tmp_path, name, text, size, run):
    trace = read_trace(write(tmp_path, name, text))
    assert trace.size.tolist() == [size]
    assert trace.duration_s.tolist() == [run]


def test_gavel_steps_need_a_speed(tmp_path):
    path = write(tmp_path, "g.trace", "A (batch 1)\tcmd\t-n\t1\t600\t5.0\t2\n")
    with pytest.raises(InputError, match="steps-per-s"):
        read_trace(path)
    trace = read_trace(path, steps_per_s=lambda job, gpus: 2.0)
    assert (trace.duration_s[0], trace.size[0], trace.submit_s[0]) == (300.0, 2.0, 5.0)


SACCT = "JobID,State,Submit,Start,End,ElapsedRaw,AllocTRES\n"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("job_id,submit_s,duration_s,gpus\na,0,-5,8\n", r":2: duration_s.*before it starts"),
        ("job_id,submit_s,duration_s,gpus\na,0,3600000000,8\n", r":2: duration_s.*millisec"),
        ("job_id,submit_s,duration_s,gpus\na,1767225600000,60,8\n", r":2: submit_s.*millisec"),
        ("job_id,submit_s,duration_s,gpus\na,0,60,eight\n", r":2: gpus.*number"),
        ("job_id,submit_s,duration_s,gpus\na,0,60,800\n", r":2: size.*cluster has .64"),
        ("job_id,submit_s,duration_s,gpus,power_w\na,0,60,8,5.6\n", r":2: power_w.*kW"),
        ("job_id,submit_s,duration_s,gpus\na,0,60,8\na,1,60,8\n", r":3: job_id.*twice"),
        ("job_id,submit,duration_s,gpus\na,0,60,8\n", r"closest is plain.*submit_s"),
        (SACCT + "1,COMPLETE,2026-01-01T00:00:00,2026-01-01T00:00:00,2026-01-01T01:00:00,3600,"
         "gres/gpu=8\n", r":2: State.*COMPLETED"),
        (SACCT + "1,COMPLETED,2026-01-01T00:00:00,2026-01-01T02:00:00,2026-01-01T01:00:00,3600,"
         "gres/gpu=8\n", r":2: End.*before Start"),
        (SACCT + "1,COMPLETED,2026-01-01T00:00:00,2026-01-01T00:00:00,2026-01-01T01:00:00,"
         "3600000,gres/gpu=8\n", r":2: elapsedraw.*unit seconds"),
        ("job_id,submit_s,duration_s,gpus\na,0,60,8.5\n", r":2: gpus.*whole"),
        (SACCT.replace("ElapsedRaw", "Elapsed")
         + "1,COMPLETED,2026-01-01T00:00:00,2026-01-01T00:00:00,2026-01-01T01:00:00,1:0:0,"
         "gres/gpu=8\n", r":2: elapsed.*HH:MM:SS"),
    ],
)  # fmt: skip
def test_bad_rows_are_told_with_line_and_column(tmp_path, text, message):
    path = write(tmp_path, "t.csv", text)
    with pytest.raises(InputError, match=message):
        read_trace(path, capacity=lambda counts: 64.0)


def test_durations_in_milliseconds_are_seen_by_the_whole_trace(tmp_path):
    rows = "".join(f"j{i},{i * 60},{3_600_000 + 300_000 * i},1\n" for i in range(30))
    path = write(tmp_path, "ms.csv", "job_id,submit_s,duration_s,gpus\n" + rows)
    with pytest.raises(InputError, match="milliseconds"):
        read_trace(path)


def test_skip_bad_keeps_them_apart(tmp_path):
    path = write(tmp_path, "t.csv", "job_id,submit_s,duration_s,gpus\na,0,0,8\nb,0,60,8\n")
    trace = read_trace(path, skip_bad=True)
    assert [r.problem.line for r in trace.rejected] == [2]
    told = summary(trace, replay_trace(trace, named_cluster("hgx-h100"), "fifo"))
    assert told["rejected_rows"] == 1
    assert told["completed"] == 1


def test_swf_names_its_processors(tmp_path):
    line = "1 0 10 300 32 -1 -1 32 600 -1 1 1 1 -1 1 1 -1 -1\n"
    path = write(tmp_path, "a.swf", "; MaxNodes: 8\n; MaxProcs: 64\n" + line)
    assert stated_size(path) == 64.0
    done = CliRunner().invoke(command, ["replay", str(path), "--json"], catch_exceptions=False)
    told = json.loads(done.stdout)
    assert (told["capacity"], told["completed"], told["counts"]) == (64.0, 1, "processor")


def test_the_command_writes_what_it_is_asked_for(tmp_path):
    path = write(tmp_path, "t.csv", "job_id,submit_s,duration_s,gpus\na,0,0,8\nb,5,60,8\n")
    out = {name: tmp_path / f"{name}.csv" for name in ("bad", "jobs", "power")}
    done = CliRunner().invoke(
        command,
        ["replay", str(path), "--gpus", "8", "--skip-bad", "--rejected", str(out["bad"]),
         "--jobs-out", str(out["jobs"]), "--power-out", str(out["power"])],
        catch_exceptions=False,
    )  # fmt: skip
    assert done.exit_code == 0
    assert "1 bad rows left out" in done.stdout
    assert out["bad"].read_text().splitlines()[1].startswith("2,")
    assert out["jobs"].read_text().splitlines()[1] == "b,5,5,65,8"
    assert len(out["power"].read_text().splitlines()) == 5


def test_lengths_of_time_as_slurm_writes_them():
    for text, seconds in (
        ("30:00.123", 1800.0), ("01:02:03", 3723.0), ("2-02:00:00", 180_000.0),
        ("1-06:30", 109_800.0), ("90", 90.0),
    ):  # fmt: skip
        assert elapsed_s({"x": text}, "x") == seconds
