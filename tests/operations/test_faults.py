"""Programme, cases and events mean the same job: one set of closed forms, one catalog."""

from __future__ import annotations

from dataclasses import fields, replace

import numpy as np
import pytest

from gigawatt.catalog import load_catalog
from gigawatt.catalog.sampling import sample_assumptions
from gigawatt.operations.assumptions import OperationsAssumptions
from gigawatt.operations.cases import Case, CaseReader
from gigawatt.operations.causes import failure_classes
from gigawatt.operations.faults import BY_RANK, central_policy, policy_codes, sample_faults
from gigawatt.operations.jobs import time_shares
from gigawatt.operations.policies import POLICIES
from gigawatt.operations.recovery import mixed, waterfall
from gigawatt.operations.reliability import node_rate_per_s
from gigawatt.operations.site_fleet import central_assumptions
from gigawatt.performance.result import TrainRate
from gigawatt.program.model import Workload
from gigawatt.uncertainty.distributions import Point
from gigawatt.uncertainty.streams import Streams

CATALOG = load_catalog()
STREAMS = Streams(1, 400)
A = sample_assumptions(CATALOG, STREAMS, "operations", OperationsAssumptions)
FAULTS = sample_faults(CATALOG, STREAMS)
RATE = TrainRate(
    model="m", system="s", setting="test", packages=16384, tokens_per_s_per_package=1.0,
    flop_per_token=1.0, mfu=0.3, step_time_s=3.0, power_compute_w=1.0, power_communication_w=1.0,
    power_idle_w=1.0, compute_share=0.7, communication_share=0.2, checkpoint_bytes=0.0,
    sigma_log=0.1,
)  # fmt: skip


def _constant(into, values):
    """Assumptions with one value each, (1,)."""
    return type(into)(**{f.name: np.array([values[f.name]]) for f in fields(into)})


@pytest.mark.parametrize("policy", POLICIES)
@pytest.mark.parametrize("gpus", [1024, 16384, 98304])
def test_programme_and_reliability_command_agree(policy, gpus):
    """With the same numbers in, `time_shares` gives what `operate reliability` prints."""
    reader = CaseReader(CATALOG, draws=1)
    rate, write, restart = 2.4, 5.0, 300.0
    same = {f.name: float(getattr(A, f.name)[0]) for f in fields(A)} | {
        "checkpoint_stall_s": write, "detection_s": 0.0, "restart_base_s": restart,
        "restart_s_per_1000_packages": 0.0, "restart_failure_share": 0.0, "train_use_share": 1.0,
        "spare_share": 0.0, "maintenance_share": 0.0, "repair_hours": 0.0,
        "warm_restart_share": 1.0,  # what a case gives is the restart of its policy
        "service_factor": float(reader.any.service_factor[0]),
        "service_nodes": float(reader.any.service_nodes[0]),
        "size_exponent": float(reader.any.size_exponent[0]),
    }  # fmt: skip
    a = _constant(A, same)
    quiet = replace(
        sample_faults(CATALOG, Streams(1, 1)), policies=reader.any,
        domain_per_year=np.zeros((3, 1)), silent_share=np.zeros(1),
    )  # fmt: skip
    work = Workload("t", "train", Point(1.0), "m", "fp8", gpus, 1, 1.0, 0.0, 0.0, 0.0, policy)
    node = node_rate_per_s(rate) * reader.any.rate_spread_factor
    mine = time_shares(
        work, RATE, np.full((1, 1), float(gpus)), node[:, None], a, quiet, np.array([72.0])
    )
    told = reader.answer(Case(gpus, 8, rate, write, None, restart, policy, "full"))
    assert mine.useful[0, 0] == pytest.approx(told.ettr[0], rel=1e-9)


def test_waterfalls_sum_to_one_and_policies_are_ranked():
    work = {}
    for policy in BY_RANK:
        w = Workload("t", "train", Point(1.0), "m", "fp8", 98304, 1, 1.0, 0.0, 0.0, 0.0, policy)
        packages = np.full((400, 2), 2e5)
        node = node_rate_per_s(A.failures_per_1000_node_days)[:, None] * np.ones((1, 2))
        shares = time_shares(w, RATE, packages, node, A, FAULTS, np.full(400, 72.0))
        total = shares.useful + sum(shares.lost.values())
        assert np.abs(total - 1.0).max() < 1e-9
        assert min(v.min() for v in shares.lost.values()) > -1e-12
        work[policy] = float(np.median(shares.useful))
    print(work)
    assert work["sync"] < work["memory"] < work["elastic"]


def test_workload_overrules_assumption_and_research_stops_as_a_whole():
    train = Workload("t", "train", Point(1.0), "m", "fp8", 64, 1, 1.0, 0.0, 0.0, 0.0)
    codes = policy_codes(train, A)
    counts = np.bincount(codes, minlength=4) / 400
    assert counts[POLICIES.index("sync")] == pytest.approx(0.3, abs=0.05)
    assert counts.min() > 0.1
    assert set(policy_codes(replace(train, policy="memory"), A)) == {POLICIES.index("memory")}
    assert set(policy_codes(replace(train, kind="research"), A)) == {0}
    numbers = central_assumptions(CATALOG)
    assert central_policy(train, numbers) == "spares"
    assert central_policy(replace(train, kind="research"), numbers) == "sync"


def test_classes_mean_what_the_closed_forms_assume():
    """Means over the classes lie in the P10-P90 of the same quantity for the whole fleet."""
    classes = [c for c in failure_classes(CATALOG, 1.0) if isinstance(c.blast, str)]
    repaired = sum(c.per_1000_node_days * c.repair_share for c in classes)
    means = {
        "detection_s": sum(c.per_1000_node_days * c.detection_s for c in classes),
        "repair_share": repaired,
        "repair_hours": sum(
            c.per_1000_node_days * (c.repair_share * c.repair_h + c.diagnosis_h) for c in classes
        ) / repaired,
    }  # fmt: skip
    for name, mean in means.items():
        low, high = np.quantile(getattr(A, name), [0.1, 0.9])
        assert low < mean < high, name


def test_domains_and_silent_corruption_by_hand():
    one = replace(
        FAULTS, domain_racks=np.full((1, 400), 8.0), domain_per_year=np.full((1, 400), 0.1),
        domain_out_hours=np.full((1, 400), 8.766),
    )  # fmt: skip
    year_s = 365.25 * 86400
    assert one.domain_rate_per_s(np.full((400, 1), 80.0))[0, 0] * year_s == pytest.approx(1.0)
    assert one.domain_rate_per_s(np.full((400, 1), 1.0))[0, 0] * year_s == pytest.approx(0.1)
    assert one.domain_out_share[0] == pytest.approx(1e-4)
    assert 0.01 < float(np.median(FAULTS.silent_share)) < 0.08


def test_mixed_is_each_policy_by_itself():
    codes = np.arange(400) % 4
    rates = np.full((400, 3), 1e-4)
    from gigawatt.operations.jobs import _recovery

    r = _recovery(RATE, np.full((400, 3), 16384.0), A, FAULTS.policies)
    together = mixed(codes, rates, r)
    for code, policy in enumerate(POLICIES):
        alone = waterfall(policy, rates, r)
        assert together.work[codes == code] == pytest.approx(alone.work[codes == code])
