"""Traces with legal but awkward content, and slips that must be told with their line."""

# ruff: noqa: E501 - rows of traces are as long as they are

from __future__ import annotations

import csv
import json
import re

import pytest
from click.testing import CliRunner

from gigawatt.cli.operate import command
from gigawatt.errors import InputError
from gigawatt.operations.traces.read import read_trace

SACCT = """State,JobID,AllocTRES,Submit,Start,End,Elapsed,Timelimit,NNodes,Partition
COMPLETED,100,"billing=64,cpu=64,gres/gpu=8,mem=512G,node=1",2026-03-01T00:00:00,2026-03-01T00:01:00,2026-03-02T02:04:03,1-02:03:03,2-00:00:00,1,gpu
COMPLETED,100.batch,"cpu=64,gres/gpu=8,node=1",2026-03-01T00:01:00,2026-03-01T00:01:00,2026-03-02T02:04:03,1-02:03:03,,1,
COMPLETED,100.extern,"cpu=64,gres/gpu=8,node=1",2026-03-01T00:01:00,2026-03-01T00:01:00,2026-03-02T02:04:03,1-02:03:03,,1,
CANCELLED by 1234,101_7,"billing=8,cpu=8,gres/gpu:h100=4,gres/gpu=4,node=1",2026-03-01T00:00:30,2026-03-01T01:00:00,2026-03-01T01:30:00,00:30:00,UNLIMITED,1,gpu
CANCELLED by 55,102,"billing=8,cpu=8,gres/gpu:h100=4",2026-03-01T00:00:30,None,2026-03-01T01:30:00,00:00:00,04:00:00,1,gpu
PENDING,103,,2026-03-01T00:00:30,Unknown,Unknown,00:00:00,Partition_Limit,2,gpu
RUNNING,104,"cpu=128,gres/gpu:a100=2,gres/gpu:h100=6,node=2",2026-03-01T02:00:00,2026-03-01T02:00:05,Unknown,5-00:00:00,7-00:00:00,2,gpu
NODE_FAIL,105,"cpu=128,gres/gpu:a100=2,gres/gpu:h100=6,node=2",2026-03-01T02:00:00,2026-03-01T02:00:05,2026-03-01T03:00:05,01:00:00,7-00:00:00,2,gpu
TIMEOUT,106+0,"cpu=128,gres/gpu=16,node=2",2026-03-01T02:00:00,2026-03-01T02:00:05,2026-03-01T03:00:05,01:00:00,01:00:00,2,gpu
COMPLETED,107,"cpu=128,node=2",2026-03-01T02:00:00,2026-03-01T02:00:05,2026-03-01T03:00:05,01:00:00,01:00:00,2,cpu
"""
SLIPS = """JobID|State|Submit|Start|End|Elapsed|ReqTRES|
200|COMPLETED|1772323200|1772323260|1772326860|3600|billing=1,cpu=1,gres/gpu=2,node=1|
201|COMPLETD|1772323200|1772323260|1772326860|3600|cpu=1,gres/gpu=2|
202|FAILED|1772323200000|1772323260000|1772326860000|3600|cpu=1,gres/gpu=2|
203|COMPLETED|1772323200|1772329260|1772326860|3600|cpu=1,gres/gpu=2|
204|COMPLETED|1772323200|1772323260|1772326860|3600|cpu=1,gres/gpu=2000|
205|OUT_OF_MEMORY|1772323200|1772323260|1772326860|60|cpu=1,gres/gpu=2|
206|COMPLETED|1772323200|1772323260|1772326860|3600000|cpu=1,gres/gpu=2|
"""
ALIGNED = """JobID             State              Submit               Start                 End    Elapsed   NNodes  AllocGRES
------------ ---------- ------------------- ------------------- ------------------- ---------- -------- ----------
300           COMPLETED 2026-03-01T00:00:00 2026-03-01T00:01:00 2026-03-01T01:01:00   01:00:00        2 gpu:h100:4
301          CANCELLED+ 2026-03-01T00:00:00 2026-03-01T00:01:00 2026-03-01T01:01:00   01:00:00        1      gpu:1
"""
SWF = """; Version: 2.2
; Computer: Test
;MaxNodes: 16
; MaxProcs: 128
  1  0  5  3600  64 -1 -1 64 7200 -1 1 3 1 -1 1 -1 -1 -1
  2  10 -1 -1 -1 -1 -1 32 3600 -1 5 3 1 -1 1 -1 -1 -1
  3  10 -1 600 -1 -1 -1 32 3600 -1 0 3 1 -1 1 -1 -1 -1
  4  12 100 600.5 128 12.5 -1 128 -1 -1 1 3 1 -1 1 -1 -1 -1
"""
OPENB = """deletion_time,name,scheduled_time,creation_time,pod_phase,num_gpu,gpu_milli,qos
1000,p1,10,0,Succeeded,1,500,LS
1000,p2,10,0,Running,1,460,BE
,p3,10,0,Running,8,1000,LS
,p4,,0,Pending,1,1000,LS
900,p5,20,10,Failed,0,0,LS
900,p6,20,10,Failed,4,1000,LS
"""
PLAIN = """gpus,job_id,duration_s,submit_s,power_w
8,a,3600,0,5.6
4,b,-5,0,
12,c,100,1700000000000,
12.5,d,100,0,
40,e,100,0,
4,f,100,0,2000
4,f,100,0,2000
4,g,0,0,
4,h,1 h,0,
"""


def replay(folder, text, *argv, name="t.csv"):
    path = folder / name
    path.write_text(text)
    out = folder / "jobs.csv"
    done = CliRunner().invoke(
        command, ["replay", str(path), "--json", "--jobs-out", str(out), "--rejected",
                  str(folder / "bad.csv"), *argv],
    )  # fmt: skip
    rows = list(csv.DictReader(out.read_text().splitlines())) if done.exit_code == 0 else []
    return done, {r["job_id"]: float(r["size"]) for r in rows}


def told(folder):
    return [r["problem"] for r in csv.DictReader((folder / "bad.csv").read_text().splitlines())]


AUTUMN = """JobID,State,Submit,Start,End,Elapsed,AllocTRES
1,COMPLETED,2026-10-25T00:00:00,2026-10-25T02:10:00,2026-10-25T03:05:00,01:55:00,gres/gpu=8
2,COMPLETED,2026-10-25T00:00:00,2026-10-25T02:50:00,2026-10-25T02:20:00,00:30:00,gres/gpu=8
3,COMPLETED,2026-03-29T00:00:00,2026-03-29T01:00:00,2026-03-29T04:00:00,02:00:00,gres/gpu=8
4,COMPLETED,2026-10-25T00:00:00,2026-10-25T02:50:00,2026-10-25T02:20:00,00:31:00,gres/gpu=8
"""


def test_a_job_that_runs_while_clocks_are_set_back_is_sound(tmp_path):
    path = tmp_path / "autumn.csv"
    path.write_text(AUTUMN)
    trace = read_trace(path, skip_bad=True)
    assert trace.duration_s.tolist() == [6900.0, 1800.0, 7200.0]
    assert len(trace.rejected) == 1  # job 4 ran for no time that fits


def test_sacct_with_steps_arrays_types_days_and_states(tmp_path):
    done, sizes = replay(tmp_path, SACCT, "--gpus", "64")
    assert sizes == {"100": 8.0, "101_7": 4.0, "105": 8.0, "106+0": 16.0}
    out = json.loads(done.stdout)
    assert out["left_out_rows"] == {
        "step of a job": 2, "never started": 2, "still running": 1, "asks for no GPU": 1,
    }  # fmt: skip
    assert out["horizon_h"] == pytest.approx(26.0 + 3.0 / 60 + 3.0 / 3600.0)


def test_slips_of_sacct_are_told_by_line(tmp_path):
    done, _ = replay(tmp_path, SLIPS, "--gpus", "64")
    assert done.exit_code != 0
    done, sizes = replay(tmp_path, SLIPS, "--gpus", "64", "--skip-bad")
    assert sizes == {"200": 2.0, "205": 2.0}
    found = told(tmp_path)
    for line, words in zip(
        (3, 4, 5, 6, 8),
        ("no state of Slurm; nearest is COMPLETED", "milliseconds", "is before Start",
         "more GPUs than the cluster", "is the unit seconds"),
        strict=True,
    ):  # fmt: skip
        assert any(f":{line}:" in p and words in p for p in found), (line, words, found)


def test_aligned_columns_of_sacct(tmp_path):
    _, sizes = replay(tmp_path, ALIGNED, "--gpus", "64")
    assert sizes == {"300": 8.0, "301": 1.0}


def test_a_list_of_resources_out_of_quotes_is_told(tmp_path):
    text = ("JobID,State,Submit,Start,End,AllocTRES\n"
            "1,COMPLETED,0,60,3600,billing=1,gres/gpu=2\n")  # fmt: skip
    done, _ = replay(tmp_path, text, "--gpus", "64")
    assert ":2:" in str(done.exception)
    assert "not in quotes" in str(done.exception)


def test_swf_with_head_and_blanks(tmp_path):
    done, sizes = replay(tmp_path, SWF, name="t.swf")
    assert sizes == {"1": 64.0, "3": 32.0, "4": 128.0}
    assert json.loads(done.stdout)["capacity"] == 128.0


def test_openb_shares_and_pods_that_run_on(tmp_path):
    done, sizes = replay(tmp_path, OPENB, "--gpus", "16")
    assert sizes == {"p1": 0.5, "p2": 0.46, "p6": 4.0}
    assert json.loads(done.stdout)["left_out_rows"]["still running"] == 1


def test_plain_rows_that_cannot_be(tmp_path):
    done, sizes = replay(tmp_path, PLAIN, "--gpus", "16", "--skip-bad")
    assert sizes == {"f": 4.0}
    assert json.loads(done.stdout)["rejected_rows"] == len(told(tmp_path)) == 8
    slip = PLAIN.replace("power_w", "power_kw", 1)
    done, _ = replay(tmp_path, slip, "--gpus", "16")
    assert "'power_kw' is not read; 'power_w' is" in str(done.exception)


def test_a_name_that_begins_with_a_mark_does_not_swallow_its_row(tmp_path):
    """`sacct -P` does not quote."""
    rows = SLIPS.splitlines()[:2]
    rows[0] = "JobName|" + rows[0]
    path = tmp_path / "names.txt"
    path.write_text("\n".join([rows[0], '"odd|' + rows[1], '5" run|' + rows[1].replace("200", "9", 1),
                               '"whole"|' + rows[1].replace("200", "8", 1)]) + "\n")  # fmt: skip
    told = CliRunner().invoke(command, ["replay", str(path), "--gpus", "8", "--json"])
    assert told.exit_code == 0
    assert json.loads(told.stdout)["jobs"] == 3


@pytest.mark.parametrize(("times", "limit"), [(1000.0, 7200.0), (1.0, 7.2), (1.0, 120.0)])
def test_durations_and_limits_in_two_units_are_told(tmp_path, times, limit):
    rows = [f"{i},{100 * i},{(600 + 60 * i) * times},8,{limit}" for i in range(40)]
    path = tmp_path / "units.csv"
    path.write_text("job_id,submit_s,duration_s,gpus,limit_s\n" + "\n".join(rows) + "\n")
    run = CliRunner().invoke(command, ["replay", str(path), "--gpus", "64"])
    if limit == 120.0:  # late, as jobs with a grace are
        assert run.exit_code == 0
    else:
        assert "times their limit" in str(run.exception)


def test_the_head_of_an_swf_file_is_the_cluster_and_nothing_else_is_said(tmp_path):
    path = tmp_path / "jobs.swf"
    path.write_text(SWF.splitlines()[3] + "\n" + SWF.splitlines()[4] + "\n")
    run = CliRunner().invoke(command, ["replay", str(path), "--json"])
    assert json.loads(run.stdout)["capacity"] == 128
    assert "assumed" not in run.stderr


def test_a_trace_without_a_sound_row_says_why(tmp_path):
    path = tmp_path / "jobs.csv"
    for rows, told in (
        ("a,0,100,16\nb,1,5,16\n", "2 bad rows, the first: .*jobs.csv:2"),
        ("", "no rows"),
    ):
        path.write_text("job_id,submit_s,duration_s,gpus\n" + rows)
        run = CliRunner().invoke(command, ["replay", str(path), "--gpus", "8", "--skip-bad"])
        assert re.search(told, str(run.exception))


def test_a_job_on_more_nodes_than_there_are_is_a_bad_row(tmp_path):
    """Sixteen GPUs fit the cluster, but not as two on each of eight nodes."""
    path = tmp_path / "wide.txt"
    row = "COMPLETED|1772323200|1772323260|1772326860|3600|gres/gpu=16|"
    path.write_text(
        f"JobID|State|Submit|Start|End|Elapsed|AllocTRES|NNodes\n1|{row}2\n2|{row}8\n3|{row}4\n"
    )
    argv = ["replay", str(path), "--nodes", "4", "--json"]
    assert "wide.txt:3" in str(CliRunner().invoke(command, argv).exception)
    bad = tmp_path / "bad.csv"
    run = CliRunner().invoke(command, [*argv, "--skip-bad", "--rejected", str(bad)])
    told = json.loads(run.stdout)
    assert (told["jobs"], told["rejected_rows"]) == (2, 1)
    assert "2 on each of 8" in bad.read_text()


@pytest.mark.parametrize("option", [
    ["--nodes", "1e11"], ["--gpus", "0.5", "--packed"], ["--turnaround-s", "nan"],
    ["--sample-s", "0"], ["--sample-s", "1e-7", "--power-out", "p.csv"],
])  # fmt: skip
def test_numbers_that_mean_nothing_are_told(tmp_path, option, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "jobs.csv").write_text("job_id,submit_s,duration_s,gpus\na,0,3600,0.5\n")
    size = [] if option[0] in ("--nodes", "--gpus") else ["--gpus", "8"]
    run = CliRunner().invoke(command, ["replay", "jobs.csv", *size, *option])
    assert isinstance(run.exception, InputError)
