"""Failure rates against published clusters, and the ageing of a fleet."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from gigawatt.catalog.loader import load_catalog
from gigawatt.catalog.sampling import sample_assumptions
from gigawatt.operations.assumptions import OperationsAssumptions
from gigawatt.operations.reliability import (
    fleet_excess,
    job_rate_per_s,
    node_rate_per_s,
    repair_share,
    size_factor,
)
from gigawatt.uncertainty.streams import Streams

DAY = 86400.0


@pytest.fixture(scope="module")
def drawn() -> OperationsAssumptions:
    streams = Streams(seed=1, draws=2000)
    return sample_assumptions(load_catalog(), streams, "operations", OperationsAssumptions)


@pytest.mark.parametrize(
    ("name", "age_years"),  # ages of the halls are judgement
    [("llama3-405b", 0.6), ("ft-hsdp-32k", 1.5), ("dgx-b200-504", 0.7), ("opt-175b", 1.0)],
)
def test_published_job_rates_lie_in_the_band(drawn, name, age_years):
    record = load_catalog().record("reliability", name)
    packages = record.value("packages_count")
    if "rate_per_1000_node_days" in record.facts:
        published = record.value("rate_per_1000_node_days")
    else:
        node_days = packages / 8 * record.value("window_days")
        published = record.value("interruptions_count") / node_days * 1000.0
    maturity = 1.0 + (drawn.infant_factor - 1.0) * np.exp(-age_years / drawn.infant_years)
    node = node_rate_per_s(drawn.failures_per_1000_node_days) * maturity
    job = job_rate_per_s(
        packages, node, drawn.service_factor, drawn.service_nodes, drawn.size_exponent
    )
    band = np.quantile(job * 1000.0 * DAY / (packages / 8), [0.1, 0.5, 0.9])
    print(f"{name}: published {published:.2f}, model P10/P50/P90 {band.round(2)}")
    assert band[0] < published < band[2]


@pytest.mark.parametrize("name", ["rsc-1", "rsc-2"])
def test_published_node_rates_lie_in_the_band(drawn, name):
    published = load_catalog().record("reliability", name).value("rate_per_1000_node_days")
    maturity = 1.0 + (drawn.infant_factor - 1.0) * np.exp(-2.0 / drawn.infant_years)
    # P05 to P95: RSC-1 is the worst cluster that is public and lies just above the P90
    band = np.quantile(drawn.failures_per_1000_node_days * maturity, [0.05, 0.5, 0.95])
    print(f"{name}: published {published:.2f}, model P05/P50/P95 {band.round(2)}")
    assert band[0] < published < band[2]


def test_llama_3_counts_turn_into_the_rate_that_is_quoted():
    # 419 / (54 d x 2,048 nodes) = 3.79 per 1,000 node-days, one interruption per 3.1 h
    rate = job_rate_per_s(16384, node_rate_per_s(3.79), 0.0, 200.0, 0.0)
    assert 1.0 / float(rate) / 3600.0 == pytest.approx(54 * 24 / 419, rel=2e-3)


@pytest.mark.parametrize(("packages", "p50"), [(256, 2.6), (1024, 2.1), (4096, 1.5), (16384, 1.16)])
def test_size_factor_against_the_fit(packages, p50):
    found = float(size_factor(packages / 8, 1.75, 200.0, 0.1))  # centre of the fit
    print(f"rho({packages}) = {found:.2f}, fit {p50}")
    assert found == pytest.approx(p50, rel=0.04)


def test_shared_services_saturate():
    # kappa r m N_b: one failure a day for kappa 2, N_b 200, r m 2.8 (Llama 3: 54 in 54 days)
    node = node_rate_per_s(2.8)
    nodes = 1e6
    extra = job_rate_per_s(8 * nodes, node, 2.0, 200.0, 0.0) - nodes * node
    assert float(extra) * DAY == pytest.approx(1.12, rel=1e-3)


def test_a_hall_that_opens_at_once_ages_as_one():
    packages = np.concatenate([np.zeros(3), np.full(30, 1000.0)])[None, None]
    left = fleet_excess(packages, np.array([0.75]))[0, 0]
    assert np.all(left[:3] == 1.0)
    assert left[3:] == pytest.approx(np.exp(-np.arange(30) / 9.0))


def test_growth_keeps_a_fleet_young_and_retirement_does_not():
    steady = np.full(24, 500.0)
    growing = np.linspace(500.0, 5000.0, 24)
    shrinking = np.linspace(500.0, 100.0, 24)
    years = np.array([0.75])
    old = fleet_excess(steady[None, None], years)[0, 0, -1]
    assert fleet_excess(growing[None, None], years)[0, 0, -1] > 3.0 * old
    assert fleet_excess(shrinking[None, None], years)[0, 0, -1] == pytest.approx(old)


@settings(deadline=None)
@given(arrays(float, (2, 2, 20), elements=st.floats(0.0, 1e6)), st.floats(0.1, 3.0))
def test_excess_is_a_share(packages, years):
    left = fleet_excess(packages, np.array([years, years]))
    assert np.all(left >= 0.0)
    assert np.all(left <= 1.0 + 1e-12)


def test_repair_share_by_hand():
    # 0.3 of 3 failures per 1,000 node-days, 2 nodes out for a day each: 0.18 %
    u = 0.3 * 3.0 / 1000.0 * 2.0
    assert float(repair_share(node_rate_per_s(3.0), 0.3, 24.0, 2.0)) == pytest.approx(u / (1 + u))
