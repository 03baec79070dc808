"""The funding sweep is causal, and money that is unlimited never waits."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from factories import small_program

from gigawatt.catalog import load_catalog
from gigawatt.catalog.sampling import sample_assumptions
from gigawatt.money.funding import gap_usd
from gigawatt.money.inputs import money_inputs
from gigawatt.program.blocks import make_blocks
from gigawatt.program.load import load_program
from gigawatt.quantity.calendar import MonthAxis
from gigawatt.schedule.assumptions import ScheduleAssumptions
from gigawatt.schedule.build import build_times
from gigawatt.schedule.racks import equip, rack_arrivals
from gigawatt.study.chain import run_chain
from gigawatt.study.sweep import funded_months
from gigawatt.uncertainty.distributions import Point
from gigawatt.uncertainty.streams import Streams


@pytest.fixture(scope="module")
def parts():
    program, catalog = small_program(), load_catalog()
    streams = Streams(seed=5, draws=64)
    axis = MonthAxis.between(program.start, program.horizon)
    blocks = make_blocks(program, catalog, streams)
    a = sample_assumptions(catalog, streams, "schedule", ScheduleAssumptions)
    build = build_times(program, catalog, blocks, axis, streams, a)
    arrivals = rack_arrivals(program, blocks, axis, streams)
    inputs = money_inputs(program, catalog, blocks, axis, streams)
    return build, blocks, arrivals, inputs, axis


def funded(parts, limit_usd):
    build, blocks, arrivals, inputs, axis = parts
    limit = np.full(64, limit_usd)
    return funded_months(build, blocks, arrivals, inputs, limit, axis.count)


def test_without_a_limit_orders_are_funded_when_due(parts):
    np.testing.assert_array_equal(funded(parts, np.inf), parts[0].order_due)


def test_a_limit_that_never_binds_changes_nothing(parts):
    due = parts[0].order_due
    got = funded(parts, 1e15)
    inside = due < parts[4].count
    np.testing.assert_allclose(got[inside], np.maximum(due, got.min())[inside])


def test_a_tighter_limit_never_funds_earlier(parts):
    loose, tight = funded(parts, 8e9), funded(parts, 4e9)
    assert (tight.min(axis=1) >= loose.min(axis=1)).all()
    assert np.isinf(tight).sum() > np.isinf(loose).sum()


def systems_gap(parts, funded_at, month):
    """Gap of a month less what it is when no systems are ordered: site money never waits."""
    build, blocks, arrivals, inputs, _ = parts
    none = equip(build, blocks, arrivals, np.full_like(build.order_due, np.inf))
    some = equip(build, blocks, arrivals, funded_at)
    return gap_usd(inputs, some, month) - gap_usd(inputs, none, month)


def test_systems_are_ordered_only_within_the_limit(parts):
    limit, months = 6e9, range(0, parts[4].count, 3)
    gated, free = funded(parts, limit), parts[0].order_due
    most = max(systems_gap(parts, gated, m).max() for m in months)
    assert most <= 1.1 * limit  # costs are asked at as-of prices, paid at those of the order
    # The bound means something: without the gate the same programme passes it.
    assert max(systems_gap(parts, free, m).max() for m in months) > 1.5 * limit


def test_the_sweep_on_its_own_result_changes_nothing(parts):
    build, blocks, arrivals, inputs, axis = parts
    first = funded(parts, 6e9)
    again = replace(build, order_due=np.where(np.isfinite(first), first, build.order_due))
    limit = np.full(64, 6e9)
    second = funded_months(again, blocks, arrivals, inputs, limit, axis.count)
    np.testing.assert_array_equal(np.isfinite(second), np.isfinite(first))
    np.testing.assert_allclose(second[np.isfinite(second)], first[np.isfinite(first)])


def with_bridge(limit_usd, share):
    """The campus example, its bridge limited and repaid out of operating cash."""
    loaded = load_program("single-campus")
    terms = {"limit_usd": Point(limit_usd), "repay_from_operations_share": Point(share)}
    instruments = tuple(
        replace(i, terms=terms)
        if i.kind == "bridge" else i
        for i in loaded.program.instruments
    )  # fmt: skip
    assert any(i.kind == "bridge" for i in instruments)
    return replace(loaded, program=replace(loaded.program, instruments=instruments))


def test_what_was_earned_funds_earlier_and_the_chain_agrees_with_its_own_gate():
    streams = Streams(seed=2, draws=16)
    kept, paid = (run_chain(with_bridge(6e9, share), streams) for share in (0.0, 1.0))
    assert (paid.schedule.funded <= kept.schedule.funded).all()
    assert np.isfinite(paid.schedule.funded).sum() > np.isfinite(kept.schedule.funded).sum()
    loaded = with_bridge(6e9, 1.0)
    a = sample_assumptions(loaded.catalog, streams, "schedule", ScheduleAssumptions)
    build = build_times(loaded.program, loaded.catalog, paid.blocks, paid.axis, streams, a)
    arrivals = rack_arrivals(loaded.program, paid.blocks, paid.axis, streams)
    again = funded_months(
        build, paid.blocks, arrivals, paid.money, np.full(16, 6e9), paid.axis.count,
        paid.ledger.repaid_usd,
    )  # fmt: skip
    np.testing.assert_array_equal(again, paid.schedule.funded)


LEARNT = """
extends = "{campus}"
name = "learnt"
[[instrument]]
id = "system-loan"
terms = {{ most_loan_to_value_share = 0.6 }}
[[instrument]]
id = "funding-gap"
terms = {{ limit_usd = "$5 bn", repay_from_operations_share = 0.5 }}
[assumptions.money]
site_learning_share = 0.05
system_learning_share = 0.1
learning_base_gw = 0.5
"""


def test_orders_agree_with_the_ledger_where_cost_is_learnt_and_draws_stop_at_value(tmp_path):
    path = tmp_path / "learnt.toml"
    campus = Path(__file__).parents[2] / "examples/financed-campus.toml"
    path.write_text(LEARNT.format(campus=campus.as_posix()))
    chain = run_chain(load_program(str(path)), Streams(3, 16))
    repaid = chain.ledger.repaid_usd
    for month in (5, 30, 60, 100):
        seen = gap_usd(chain.money, chain.schedule, month, repaid)
        np.testing.assert_allclose(seen, chain.ledger.gap_usd[:, month - 1], rtol=1e-9, atol=1.0)
    assert np.isinf(chain.schedule.funded).any()  # the limit binds
