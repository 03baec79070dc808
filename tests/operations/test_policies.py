"""Policies after a failure: limits, published runs, cases from a table."""

from __future__ import annotations

import csv
import math

import numpy as np
import pytest
from click.testing import CliRunner
from hypothesis import given
from hypothesis import strategies as st

from gigawatt.catalog import load_catalog
from gigawatt.cli.operate import command
from gigawatt.errors import InputError
from gigawatt.operations.cases import Case, CaseReader
from gigawatt.operations.goodput import synchronous_restart
from gigawatt.operations.policies import elastic, erlang_b, in_memory, with_spares

DAY = 86400.0


@pytest.fixture(scope="module")
def reader():
    return CaseReader(load_catalog())


def case(gpus=16384.0, rate=3.79, write=5.0, interval=600.0, restart=233.0, policy="sync",
         model="full", per_node=8.0):  # fmt: skip
    return Case(gpus, per_node, rate, write, interval, restart, policy, model)


def test_series_is_the_published_formula(reader):
    got = reader.answer(case(model="series", write=300.0, interval=3600.0, restart=600.0))
    rate = 2048 * 3.79 / 1000 / DAY
    assert math.isclose(got.mttf_h[0], 1000 * 24 / (2048 * 3.79))
    expected = (1 - rate * (600 + 1800)) / (1 + 300 / 3600)
    assert math.isclose(got.ettr[0], expected)
    assert math.isclose(got.best_interval_s, math.sqrt(2 * 300 / rate))


@pytest.mark.parametrize("rate", [3.79, None])
def test_llama_3_lies_in_the_range(reader, rate):
    """419 interruptions in 54 days, more than 90 % effective."""
    got = reader.answer(case(rate=rate))
    measured_h = 54 * 24 / 419
    print(f"MTTF {got.mttf_h} h, measured {measured_h:.2f}; ETTR {got.ettr}")
    assert got.mttf_h[1] < measured_h < got.mttf_h[2]
    assert got.ettr[0] > 0.9
    assert got.ettr[2] < 1.0


@pytest.mark.parametrize(
    ("gpus", "rate", "measured_per_1000"),
    [(32768, 2.3, 2.3), (992, None, 4.70), (504, None, 6.06), (16384, None, 3.79),
     (32768, None, 2.3)],
)  # fmt: skip
def test_published_runs_lie_in_the_range(reader, gpus, rate, measured_per_1000):
    got = reader.answer(case(gpus=gpus, rate=rate))
    measured_h = 24_000 / (gpus / 8 * measured_per_1000)
    assert got.mttf_h[1] < measured_h < got.mttf_h[2]


def test_small_and_largest_jobs_fail_more_than_in_series(reader):
    ratio = {}
    for gpus in (8, 1024, 16384, 98304):
        full = reader.answer(case(gpus=gpus)).mttf_h[0]
        ratio[gpus] = reader.answer(case(gpus=gpus, model="series")).mttf_h[0] / full
    assert ratio[8] > 2.5
    assert ratio[8] > ratio[1024] > ratio[16384] > 1.0
    assert ratio[98304] > ratio[16384]


def test_rates_of_other_nodes_are_the_same_job(reader):
    """A node of 4 with half the rate is the same machine."""
    eight = reader.answer(case()).mttf_h
    four = reader.answer(case(per_node=4.0, rate=3.79 / 2)).mttf_h
    np.testing.assert_allclose(eight, four)


@given(
    st.floats(1e-7, 1e-3), st.floats(0.02, 0.3), st.floats(1.0, 60.0), st.floats(30.0, 900.0),
)  # fmt: skip
def test_in_memory_falls_back_to_restart_when_all_copies_are_lost(rate, lost, write, restart):
    tau = 3600.0
    sync = synchronous_restart(rate, write, 30.0, restart, interval_s=tau).work
    both = in_memory(rate, 1.0, 60.0, 0.0, 1.0, tau, write, restart, 30.0).work
    assert math.isclose(sync, both, rel_tol=1e-6, abs_tol=1e-12)
    some = float(in_memory(rate, lost, 60.0, 0.0, restart, tau, write, restart, 30.0).work)
    assert sync * 0.98 - 1e-9 <= some <= 1.0


@given(st.floats(1e-7, 2e-3), st.integers(2, 128), st.floats(0, 240), st.floats(0, 1e5))
def test_elastic_shares_are_shares(rate, replicas, pause, absent):
    w = elastic(rate, replicas, pause, absent, 10.0)
    total = w.work + w.checkpoint + w.redo + w.detection + w.restart
    assert math.isclose(total, 1.0)
    assert 0.0 <= w.work <= 1.0


def test_spares_approach_a_job_that_never_waits():
    rate = 98304 / 8 * 2.3 / 1000 / DAY
    never = synchronous_restart(rate, 60.0, 30.0, 600.0).work
    few = [with_spares(rate, 60.0, 30.0, 600.0, n, 0.3, DAY).work for n in (0, 5, 20, 60)]
    assert np.all(np.diff(few) > 0)
    assert math.isclose(few[-1], never, rel_tol=1e-6)


def test_erlang():
    assert math.isclose(erlang_b(1, 1.0), 0.5)
    np.testing.assert_allclose(erlang_b([0, 1, 2], 1.0), [1.0, 0.5, 0.2])


def test_a_job_that_never_finishes_is_told(reader):
    got = reader.answer(case(gpus=1e6, rate=20.0, write=600.0, interval=None, restart=3600.0))
    assert "never finishes" in got.problem
    assert "GPUs it would" in got.problem


ROWS = """name,gpus,gpus_per_node,failures_per_1000_node_days,checkpoint_write_s,\
checkpoint_interval_s,restart_s,policy,model
good,16384,8,3.79,5,600,233,sync,series
blank,16384,8,,5,,233,,
word,many,8,3.79,5,,233,sync,full
policy,8,8,3.79,5,,233,synk,full
negative,8,8,-1,5,,233,sync,full
short,8
never,1e6,8,20,600,,3600,elastic,
long,16,384,8,3.79,5,600,233,sync,series
costs,16384,8,2.3,,,,memory,
mttf,16384,8,2.3,,,,sync,series
"""


def test_no_row_of_a_table_is_dropped(tmp_path):
    cases, out = tmp_path / "in.csv", tmp_path / "out.csv"
    cases.write_text(ROWS)
    done = CliRunner().invoke(
        command, ["reliability", "--cases", str(cases), "--out", str(out)],
        catch_exceptions=False,
    )  # fmt: skip
    assert done.exit_code == 0
    rows = {r["name"]: r for r in csv.DictReader(out.read_text().splitlines())}
    names = "good blank word policy negative short never long costs mttf"
    assert list(rows) == names.split()
    assert not rows["good"]["problem"]
    assert not rows["blank"]["problem"]
    assert float(rows["blank"]["mttf_h_low"]) < float(rows["blank"]["mttf_h"])
    assert not rows["costs"]["problem"]
    assert rows["mttf"]["ettr"] == ""
    assert float(rows["mttf"]["mttf_h"]) == pytest.approx(1e3 * 24 / (2048 * 2.3), rel=1e-5)
    words = {
        "word": "number", "policy": "sync", "negative": "from 0", "short": "gpus_per",
        "long": "10 cells", "mttf": "checkpoint_write_s: needed for ettr",
    }  # fmt: skip
    for name, word in words.items():
        assert word in rows[name]["problem"], name


def test_a_missing_column_is_told(tmp_path):
    cases = tmp_path / "in.csv"
    cases.write_text("gpu,gpus_per_node,checkpoint_write_s,restart_s\n8,8,5,100\n")
    with pytest.raises(InputError, match=r"'gpus' is missing.*'gpu'"):
        CliRunner().invoke(command, ["reliability", "--cases", str(cases)], catch_exceptions=False)


def test_a_job_that_never_fails_has_no_best_interval(reader):
    for policy in ("sync", "spares", "elastic"):
        got = reader.answer(case(rate=0.0, policy=policy, interval=None))
        assert got.mttf_h == (math.inf,) * 3
        assert got.ettr[0] == pytest.approx(1.0, abs=1e-6)
    row = reader.row({
        "gpus": "16384", "gpus_per_node": "8", "failures_per_1000_node_days": "0",
        "checkpoint_write_s": "5", "checkpoint_interval_s": "", "restart_s": "1",
    })  # fmt: skip
    assert (row["ettr"], row["mttf_h"], row["problem"]) == ("1", "", "")


def test_a_series_that_never_fails_still_writes_its_checkpoints(reader):
    got = reader.answer(case(rate=0.0, write=10.0, interval=600.0, model="series"))
    assert got.ettr[0] == pytest.approx(600.0 / 610.0)
    assert reader.answer(case(rate=0.0, interval=None, model="series")).ettr[0] == 1.0


def test_blank_costs_are_drawn(reader):
    """More than 90 % on 16,384 lies in the range; a colder restart costs more."""
    _, low, high = reader.answer(Case(16_384, 8, None, None, None, None, "sync", "full")).ettr
    assert low <= 0.9 <= high
    cold, warm, going = (
        reader.answer(Case(98_304, 8, 2.3, None, None, None, p, "full")).ettr
        for p in ("sync", "spares", "elastic")
    )
    assert cold[0] < warm[0] < going[0]
    assert cold[2] - cold[1] > 0.2  # write and restart are drawn as well


def test_an_interval_too_short_is_told_as_the_cause(reader):
    got = reader.answer(case(write=600.0, interval=10.0))
    assert "with a checkpoint each" in got.problem
