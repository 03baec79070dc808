"""Published failures and effective times that no constant was fitted to, and what must always hold.

Sizes and rates are in the catalog table `reliability` with their sources.
"""

from __future__ import annotations

import itertools
import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gigawatt.catalog import load_catalog
from gigawatt.operations.cases import Case, CaseReader
from gigawatt.operations.policies import POLICIES

CATALOG = load_catalog()
HOURS = {  # record: measured mean time to failure of a job, h
    r.id: (r.value("packages_count"), r.value("job_mttf_hours"))
    for r in CATALOG.records["reliability"].values() if "job_mttf_hours" in r.facts
}  # fmt: skip


@pytest.fixture(scope="module")
def reader():
    return CaseReader(CATALOG)


@pytest.mark.parametrize("name", sorted(HOURS))
def test_measured_times_to_failure_lie_within_the_range(reader, name):
    """Without a rate, and where the owner published one, with it."""
    gpus, measured = HOURS[name]
    rates = [None] + ([6.50] if name.startswith("rsc-1-") else [])
    for rate in rates:
        middle, low, high = reader.answer(
            Case(gpus, 8, rate, 5.0, 3600.0, 300.0, "sync", "full")
        ).mttf_h
        print(f"{name} rate {rate}: measured {measured:.1f} h, model {middle:.1f} "
              f"({low:.1f} to {high:.1f})")  # fmt: skip
        assert low <= measured <= high


def test_small_jobs_fail_several_times_more_than_the_series_says(reader):
    for name, times in (("rsc-1-8", 3.2), ("rsc-1-1024", 3.6)):
        gpus, measured = HOURS[name]
        series = reader.answer(Case(gpus, 8, 6.5, 5.0, 3600.0, 300.0, "sync", "series")).mttf_h[0]
        assert series / measured == pytest.approx(times, rel=0.05)
        full = reader.answer(Case(gpus, 8, 6.5, 5.0, 3600.0, 300.0, "sync", "full")).mttf_h[0]
        assert 2.0 < series / full < 4.0


def test_the_longest_published_training_reaches_its_effective_time(reader):
    """97 % over three months on 9,600 GPUs, restarting from copies in memory."""
    record = CATALOG.record("reliability", "byterobust-9600")
    _, low, high = reader.answer(
        Case(record.value("packages_count"), 8, None, 5.0, None, 120.0, "memory", "full")
    ).ettr
    assert low <= record.value("effective_share") <= high


@given(
    st.integers(1, 25_000), st.floats(0.1, 20.0), st.floats(1.0, 300.0), st.floats(10.0, 3e4),
    st.floats(10.0, 3600.0),
)  # fmt: skip
def test_series_is_the_published_formula(nodes, rate, write, interval, restart):
    got = CaseReader(CATALOG, 10).answer(
        Case(8.0 * nodes, 8, rate, write, interval, restart, "sync", "series")
    )
    lam = nodes * rate / 1000.0 / 86400.0
    assert got.mttf_h[0] == pytest.approx(1.0 / lam / 3600.0, rel=1e-12)
    ettr = (1.0 - lam * (restart + interval / 2.0)) / (1.0 + write / interval)
    assert got.ettr[0] == pytest.approx(max(ettr, 0.0), rel=1e-12, abs=1e-15)
    assert got.best_interval_s == pytest.approx(math.sqrt(2.0 * write / lam), rel=1e-12)
    assert bool(got.problem) == (ettr <= 0.0)


@pytest.mark.parametrize("gpus", [512, 16_384, 65_536])
def test_effective_time_moves_as_it_must(reader, gpus):
    """Less with size, rate, restart and write; no policy is worse than a whole restart."""

    def ettr(gpus=gpus, rate=3.0, write=10.0, restart=300.0, policy="sync"):
        return reader.answer(Case(gpus, 8, rate, write, None, restart, policy, "full")).ettr

    for policy in POLICIES:
        for key, values in (
            ("gpus", (gpus, 1.5 * gpus, 3 * gpus)), ("rate", (1.0, 3.0, 6.0)),
            ("write", (1.0, 10.0, 100.0)), ("restart", (60.0, 300.0, 1200.0)),
        ):  # fmt: skip
            found = [ettr(policy=policy, **{key: v}) for v in values]
            for one, two in itertools.pairwise(found):
                assert all(a >= b - 1e-9 for a, b in zip(one, two, strict=True)), (policy, key)
        middle, low, high = ettr(policy=policy)
        assert 0.0 <= low <= middle <= high <= 1.0
    if gpus >= 16_384:  # copies and elasticity have pauses of their own, which small jobs feel
        assert ettr(policy="elastic")[0] > ettr(policy="memory")[0] > ettr()[0]
    assert ettr(policy="spares")[0] >= ettr()[0]
