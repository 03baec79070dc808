"""Jobs on nodes: what a pool cannot see, and what must be the same as in a pool."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gigawatt.errors import InputError
from gigawatt.operations.events.nodes import node_sizes, parts_of
from gigawatt.operations.events.packed import replay_packed
from gigawatt.operations.events.replay import replay

NAN = np.nan


def run(jobs, nodes, policy="easy", named=None):
    """Jobs as (submit, run, limit, size)."""
    submit, length, limit, size = (np.array(c, dtype=float) for c in zip(*jobs, strict=True))
    named = np.full(len(jobs), NAN) if named is None else np.array(named, dtype=float)
    return replay_packed(submit, length, limit, size, named, np.array(nodes), policy)


def test_jobs_of_five_do_not_share_a_node_of_eight():
    done = run([(0, 100, 100, 5)] * 4, [8, 8], "fifo")
    assert done.start_s.tolist() == [0.0, 0.0, 100.0, 100.0]


def test_small_jobs_fill_nodes_so_that_whole_ones_stay_free():
    """Two jobs of 4 share a node; a job of 8 then finds a whole one."""
    done = run([(0, 100, 100, 4), (0, 100, 100, 4), (1, 10, 10, 8)], [8, 8], "fifo")
    assert done.start_s.tolist() == [0.0, 0.0, 1.0]


def test_large_jobs_take_whole_nodes_and_a_part():
    assert parts_of(np.array([20.0, 12.0, 0.5, 3.0]), np.array([NAN, 3.0, NAN, 2.0]), 8).tolist() \
        == [[8, 2, 4], [4, 3, 0], [0, 1, 0], [3, 1, 0]]  # fmt: skip
    done = run([(0, 50, 50, 20), (0, 50, 50, 4), (0, 50, 50, 1)], [8, 8, 8], "fifo")
    assert done.start_s.tolist() == [0.0, 0.0, 50.0]


def test_shares_of_a_gpu_meet_on_one():
    done = run([(0, 10, 10, 0.5), (0, 20, 20, 0.5), (0, 5, 5, 1), (1, 5, 5, 0.5)], [2], "fifo")
    assert done.start_s.tolist() == [0.0, 0.0, 0.0, 5.0]


def test_easy_keeps_the_time_of_the_head_on_nodes():
    """The head needs a whole node; a job that would break one up may not start, a short one may."""
    jobs = [(0, 100, 100, 8), (0, 50, 50, 6), (1, 10, 10, 8), (2, 200, 200, 1), (3, 40, 40, 2)]
    done = run(jobs, [8, 8])
    assert done.start_s.tolist() == [0.0, 0.0, 50.0, 60.0, 3.0]


def test_a_job_that_fits_no_node_is_told():
    with pytest.raises(InputError, match="4 on each of 3"):
        run([(0, 1, 1, 12)], [8, 8], named=[3])
    with pytest.raises(InputError, match="counts nodes only"):
        run([(0, 1, 1, 12)], [8, 8], policy="raps")


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 10_000), st.sampled_from(["fifo", "easy", "first-fit"]))
def test_nodes_of_one_gpu_are_a_pool(seed, policy):
    rng = np.random.default_rng(seed)
    n = 60
    submit = np.sort(rng.uniform(0, 500, n)).round()
    length = rng.integers(1, 80, n).astype(float)
    limit = length * rng.uniform(1.0, 2.0, n).round(1)
    size = rng.integers(1, 12, n).astype(float)
    one = replay_packed(submit, length, limit, size, np.full(n, NAN), node_sizes(16, 1), policy)
    pool = replay(submit, length, limit, size, 16.0, policy)
    np.testing.assert_allclose(one.start_s, pool.start_s)


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 10_000), st.sampled_from(["fifo", "easy", "first-fit"]))
def test_no_node_is_overfull_and_the_head_is_never_delayed_by_backfill(seed, policy):
    rng = np.random.default_rng(seed)
    n = 80
    submit = np.sort(rng.uniform(0, 300, n)).round()
    length = rng.integers(1, 60, n).astype(float)
    size = rng.choice([0.25, 0.5, 1, 2, 3, 4, 5, 8, 12, 16], n)
    done = replay_packed(submit, length, np.full(n, NAN), size, np.full(n, NAN),
                         node_sizes(28, 8), policy)  # fmt: skip
    assert np.isfinite(done.end_s).all()
    assert (done.start_s >= submit).all()
    for t in np.unique(done.start_s):
        on = (done.start_s <= t) & (done.end_s > t)
        assert size[on].sum() <= 28.0 + 1e-9
        assert (size[on] >= 5.0).sum() <= 3  # one a node of 8
    if policy == "easy":  # perfect limits: the first that waits is no later than in strict order
        strict = replay_packed(submit, length, np.full(n, NAN), size, np.full(n, NAN),
                               node_sizes(28, 8), "fifo")  # fmt: skip
        waits = np.flatnonzero(strict.start_s > submit)
        if len(waits):
            assert done.start_s[waits[0]] <= strict.start_s[waits[0]] + 1e-9
