"""Published failures and effective times that no constant was fitted to, and what must always hold.

Sizes and rates are in the catalog table `reliability` with their sources.
"""

from __future__ import annotations

import itertools
import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.optimize import least_squares

from gigawatt.catalog import load_catalog
from gigawatt.operations.cases import Case, CaseReader
from gigawatt.operations.policies import POLICIES

CATALOG = load_catalog()


def _counted(record):
    """Mean time to failure, h, of a run whose interruptions or whose rate are published."""
    if "window_days" in record.facts:
        return record.value("window_days") * 24.0 / record.value("interruptions_count")
    nodes = record.value("packages_count") / 8.0
    return 1000.0 * 24.0 / (nodes * record.value("rate_per_1000_node_days"))


RUNS = {  # dedicated runs that the range of the node rate was fitted to, beside RSC
    name: (record.value("packages_count"), _counted(record))
    for name in ("llama3-405b", "ft-hsdp-32k", "dgx-b200-504", "opt-175b")
    for record in [CATALOG.record("reliability", name)]
}
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


@pytest.mark.parametrize("name", sorted(RUNS))
def test_whole_runs_lie_within_the_range(reader, name):
    gpus, measured = RUNS[name]
    middle, low, high = reader.answer(Case(gpus, 8, None, 5.0, None, None, "sync", "full")).mttf_h
    print(f"{name} rate None: measured {measured:.1f} h, model {middle:.1f} "
          f"({low:.1f} to {high:.1f})")  # fmt: skip
    assert low <= measured <= high


def test_shared_services_are_near_the_best_that_all_published_jobs_allow():
    """Excess of job failures over those of nodes, by size: least squares of logs, eight jobs.

    Where no node rate is published it is the median of halls of middling age. The two jobs of the
    shared cluster RSC-1 lie above the curve and dedicated runs below it: which kind of cluster it
    is matters as much as size, and a case does not say it.
    """
    record = CATALOG.record("assumptions", "reliability")
    a = CATALOG.record("assumptions", "operations")
    age = record.fact("hall_age_years").distribution.central
    young = 1.0 + (a.value("infant_factor") - 1.0) * math.exp(-age / a.value("infant_years"))
    node = a.value("failures_per_1000_node_days") * young
    jobs = {**RUNS, **{n: v for n, v in HOURS.items() if n != "rsc-1-16384"}}  # that is projected
    nodes = np.array([gpus / 8.0 for gpus, _ in jobs.values()])
    rates = np.array([6.5 if n.startswith("rsc-1") else node for n in jobs])
    excess = np.array([1000.0 * 24.0 / h for _, h in jobs.values()]) / nodes / rates

    def miss(x):
        model = 1.0 + np.exp(x[0]) / (1.0 + nodes / np.exp(x[1]))
        return np.log(model / excess)

    own = np.log([record.value("service_factor"), record.value("service_nodes")])
    best = least_squares(miss, own)
    for n, e, m in zip(jobs, excess, np.exp(miss(own)) * excess, strict=True):
        print(f"{n:14} excess measured {e:.2f}, model {m:.2f}")
    print("best", np.exp(best.x), "rms of logs", np.sqrt((best.fun**2).mean()),
          "own", np.sqrt((miss(own) ** 2).mean()))  # fmt: skip
    assert np.sqrt((miss(own) ** 2).mean()) < 1.1 * np.sqrt((best.fun**2).mean())


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
