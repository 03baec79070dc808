"""The fleet: conservation of hours and power, limits, chunks, speed."""

from __future__ import annotations

import datetime as dt
import time
from dataclasses import fields, replace

import numpy as np
import pytest
from factories import small_phase, small_program, small_site
from hypothesis import given, settings
from hypothesis import strategies as st

from gigawatt.catalog.loader import load_catalog
from gigawatt.catalog.sampling import sample_assumptions
from gigawatt.operations.assumptions import OperationsAssumptions
from gigawatt.operations.faults import sample_faults
from gigawatt.operations.fluid import (
    catalog_package_w,
    deliver,
    demand,
    full_package_w,
    workload_shares,
)
from gigawatt.operations.jobs import CAUSES
from gigawatt.performance.result import RateTable, ServeRate, TrainRate
from gigawatt.program.blocks import make_blocks
from gigawatt.program.model import Workload
from gigawatt.quantity.calendar import MonthAxis
from gigawatt.schedule.result import Capacity
from gigawatt.uncertainty.distributions import Point
from gigawatt.uncertainty.streams import Streams

TRAIN = TrainRate(
    model="deepseek-v3", system="vr200-nvl72", setting="test", packages=8192,
    tokens_per_s_per_package=4000.0, flop_per_token=2.4e11, mfu=0.3, step_time_s=3.0,
    power_compute_w=2800.0, power_communication_w=1500.0, power_idle_w=1000.0,
    compute_share=0.7, communication_share=0.2, checkpoint_bytes=9.4e12, sigma_log=0.1,
)  # fmt: skip
SERVE = ServeRate(
    model="deepseek-v3", system="vr200-nvl72", setting="test", input_tokens=4000.0,
    output_tokens=1000.0, output_tokens_per_s_per_package=3000.0,
    input_tokens_per_s_per_package=12000.0, tokens_per_s_per_user=50.0, ttft_ms=500.0,
    tpot_ms=20.0, power_w=2300.0, sigma_log=0.2,
)  # fmt: skip


def _rates(program, blocks, streams, months):
    by_kind = {"train": TRAIN, "research": TRAIN, "serve": SERVE}
    table = tuple(tuple(by_kind[w.kind] for _ in blocks.systems) for w in program.workloads)
    shape = (streams.size, len(program.workloads), len(blocks.systems), months)
    return RateTable(tuple(w.id for w in program.workloads), blocks.systems, table, np.ones(shape))


def _capacity(blocks, months, ramp=12.0):
    """All blocks come in over `ramp` months."""
    grow = np.clip((np.arange(months) + 0.5) / ramp, 0.0, 1.0)
    d = blocks.packages.shape[0]
    packages = np.zeros((d, len(blocks.sites), len(blocks.systems), months))
    it = np.zeros((d, len(blocks.sites), months))
    for b in range(blocks.count):
        packages[:, blocks.site[b], blocks.system[b]] += blocks.packages[:, b, None] * grow
        it[:, blocks.site[b]] += blocks.it_power_mw[:, b, None] * grow
    return Capacity(packages, packages, it, it, np.zeros((d, len(blocks.systems), months)))


def _case(draws=20, start=0, stop=0, **changes):
    program = small_program(**changes)
    catalog, streams = load_catalog(), Streams(seed=7, draws=draws, start=start, stop=stop)
    axis = MonthAxis.between(program.start, program.horizon)
    blocks = make_blocks(program, catalog, streams)
    capacity = _capacity(blocks, axis.count)
    a = sample_assumptions(catalog, streams, "operations", OperationsAssumptions)
    rates = _rates(program, blocks, streams, axis.count)
    return program, catalog, streams, axis, blocks, capacity, a, rates


def _demand(case, scaled=True):
    program, catalog, streams, axis, blocks, capacity, a, rates = case
    reference = catalog_package_w(catalog, blocks) if scaled else None
    faults = sample_faults(catalog, streams)
    return demand(program, blocks, capacity, rates, axis, streams, a, reference, faults=faults)


@pytest.fixture(scope="module")
def case():
    return _case()


@pytest.fixture(scope="module")
def wanted(case):
    return _demand(case)


def test_shares_of_every_workload_sum_to_one(wanted):
    total = wanted.useful_share + sum(wanted.lost_share.values())
    assert set(wanted.lost_share) == set(CAUSES)
    assert np.abs(total - 1.0).max() < 1e-9
    assert min(v.min() for v in wanted.lost_share.values()) >= -1e-12


@settings(deadline=None, max_examples=30)
@given(st.floats(0.0, 1.5), st.floats(0.0, 1.0), st.integers(0, 2**32 - 1))
def test_delivered_and_lost_are_the_installed_hours(wanted, level, spread, seed):
    noise = np.random.default_rng(seed).random(wanted.it_power_avg_mw.shape)
    deliverable = wanted.it_power_avg_mw.max() * level * (1.0 - spread * noise)
    done = deliver(wanted, deliverable, 1.0 - 0.01 * noise)
    total = done.delivered_package_hours.sum(axis=(2, 3)) + sum(done.lost_package_hours.values())
    installed = wanted.installed_package_hours.sum(axis=2)
    assert np.abs(total - installed).max() <= 1e-9 * installed.max()
    assert np.all(done.it_power_avg_mw <= deliverable * (1 + 1e-12) + 1e-12)
    assert np.all(done.it_power_avg_mw <= wanted.it_power_avg_mw * (1 + 1e-12))


def test_it_power_never_passes_what_the_halls_hold(case, wanted):
    capacity = case[5]
    load = wanted.it_power_avg_mw.sum(axis=(1, 2)) / capacity.it_mw_avg.sum(axis=(1, 2))
    print(f"IT load over IT power in service, P10/P50/P90: {np.quantile(load, [0.1, 0.5, 0.9])}")
    assert np.all(wanted.it_power_avg_mw <= capacity.it_mw_avg * (1 + 1e-9))
    assert 0.5 < np.median(load) < 0.95


def test_watts_follow_the_drawn_rack_power(case, wanted):
    blocks, a, catalog = case[4], case[6], case[1]
    alone = _demand(case, scaled=False).it_power_avg_mw.sum(axis=(1, 2))
    scaled = wanted.it_power_avg_mw.sum(axis=(1, 2))
    rack_kw = blocks.it_power_mw[:, 0] / blocks.racks[:, 0]
    # As they stand, watts do not fall where the rack was drawn small; scaled they do.
    per_package = scaled / wanted.installed_package_hours.sum(axis=(1, 2, 3))
    as_stand = alone / wanted.installed_package_hours.sum(axis=(1, 2, 3))
    assert np.corrcoef(per_package, rack_kw)[0, 1] > np.corrcoef(as_stand, rack_kw)[0, 1]
    assert catalog_package_w(catalog, blocks)[0] == pytest.approx(210e3 / 72)
    assert len(a.idle_power_share) == full_package_w(blocks).shape[0]


def test_useful_share_falls_with_job_size_and_failures(case, wanted):
    program, catalog, streams, axis, blocks, capacity, a, rates = case
    faults = sample_faults(catalog, streams)
    big = tuple(
        replace(w, packages_per_job=100_000) if w.kind == "train" else w for w in program.workloads
    )
    worse = replace(a, failures_per_1000_node_days=3.0 * a.failures_per_1000_node_days)
    for other_program, other in ((replace(program, workloads=big), a), (program, worse)):
        result = demand(other_program, blocks, capacity, rates, axis, streams, other, faults=faults)
        gap = wanted.useful_share[:, :, 0, -1] - result.useful_share[:, :, 0, -1]
        assert np.all(gap > 0.0)


def test_useful_shares_are_of_the_size_that_operators_report(wanted):
    train, serve = (np.median(wanted.useful_share[:, 0, w, -1]) for w in (0, 1))
    print(f"useful share in year 6: training {train:.3f}, serving {serve:.3f}")
    assert 0.7 < train < 0.92
    assert 0.65 < serve < 0.85


def test_without_power_everything_is_lost_to_power(wanted):
    done = deliver(wanted, np.zeros_like(wanted.it_power_avg_mw))
    on = wanted.it_power_avg_mw > 0.0
    installed = wanted.installed_package_hours.sum(axis=2)
    assert np.all(done.it_power_avg_mw == 0.0)
    assert done.lost_package_hours["power"][on] == pytest.approx(installed[on])


def test_shares_drawn_above_one_are_scaled():
    workloads = tuple(
        Workload(n, "serve", Point(s), "m", "fp8", 72, 0, 0.0, 1.0, 1.0, 50.0)
        for n, s in (("a", 0.9), ("b", 0.3))
    )
    streams = Streams(seed=1, draws=3)
    share = workload_shares(small_program(workloads=workloads), streams)
    assert share[0] == pytest.approx([0.75, 0.25])
    assert workload_shares(small_program(workloads=()), streams).shape == (3, 0)


def test_a_fleet_without_workloads_idles():
    case = _case(draws=4, workloads=())
    wanted = _demand(case)
    done = deliver(wanted, np.full_like(wanted.it_power_avg_mw, 1e9))
    load = wanted.it_power_avg_mw.sum(axis=(1, 2)) / case[5].it_mw_avg.sum(axis=(1, 2))
    assert load == pytest.approx(case[6].idle_power_share)
    assert done.lost_package_hours["idle"] == pytest.approx(
        wanted.installed_package_hours.sum(axis=2)
    )


def test_results_do_not_depend_on_the_cut_into_chunks(wanted):
    parts = [_demand(_case(20, s, s + 10)) for s in (0, 10)]
    for f in fields(wanted):
        whole = getattr(wanted, f.name)
        if isinstance(whole, dict):
            for cause, values in whole.items():
                joined = np.concatenate([p.lost_share[cause] for p in parts])
                assert np.array_equal(joined, values)
        else:
            joined = np.concatenate([getattr(p, f.name) for p in parts])
            assert joined == pytest.approx(whole, rel=1e-13)


def test_speed_of_a_chunk_is_printed():
    research = Workload(
        "research", "research", Point(0.1), "deepseek-v3", "fp8", 512, 4096, 6e7, 0.0, 0.0, 0.0
    )
    phases = tuple(small_phase(f"p{g}", system=g) for g in ("gb300-nvl72", "vr200-nvl72"))
    sites = tuple(small_site(f"s{k}", phases=phases) for k in range(14))
    base = small_program()
    case = _case(
        250, sites=sites, workloads=(*base.workloads, research), horizon=dt.date(2035, 4, 30)
    )
    _demand(case)
    began = time.perf_counter()
    wanted = _demand(case)
    done = deliver(wanted, 0.9 * wanted.it_power_avg_mw)
    print(
        f"chunk {done.delivered_package_hours.shape}: {1e3 * (time.perf_counter() - began):.0f} ms"
    )
    assert done.delivered_package_hours.shape == (250, 14, 2, 3, 112)
