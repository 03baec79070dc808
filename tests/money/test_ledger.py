"""Invariants of the ledger for random dates, and that the gate and the ledger agree."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from factories import small_program
from hypothesis import given, settings
from hypothesis import strategies as st

from gigawatt.money.funding import committed_usd, gap_usd
from gigawatt.money.inputs import racks_usd
from gigawatt.money.returns import cumulative_by_party, funding_peak_usd, net_by_party, npv_usd
from gigawatt.uncertainty.distributions import Point

SEEDS = st.integers(0, 10**6)
CENT = 1e-2


@given(SEEDS)
@settings(max_examples=25, deadline=None)
def test_cash_sums_to_zero_and_no_amount_is_negative(case_of, seed):
    ledger = case_of(seed).settle()
    assert all(np.all(e.amount_usd >= 0.0) for e in ledger.entries)
    for investment in (None, True, False):
        net = net_by_party(ledger, investment)
        assert np.abs(np.sum(list(net.values()), axis=0)).max() < CENT
    assert np.all(ledger.gap_usd >= 0.0)


@given(SEEDS)
@settings(max_examples=25, deadline=None)
def test_the_gate_sees_the_gap_of_the_month_before(case_of, seed):
    case = case_of(seed)
    ledger = case.settle()
    assert np.all(gap_usd(case.inputs, case.schedule, 0) == 0.0)
    for month in (1, 2, 13, 40, case.inputs.axis.count):
        seen = gap_usd(case.inputs, case.schedule, month)
        np.testing.assert_allclose(seen, ledger.gap_usd[:, month - 1], rtol=1e-9, atol=CENT)


@given(SEEDS, st.integers(1, 60))
@settings(max_examples=25, deadline=None)
def test_the_gate_does_not_look_ahead(case_of, seed, month):
    """Orders, deliveries and service at or after the month may move without effect."""
    case = case_of(seed)
    s = case.schedule

    def later(date):
        return np.where(date >= month, date + 17.0, date)

    moved = replace(
        s,
        funded=later(s.funded),
        ordered=later(s.ordered),
        delivered=later(s.delivered),
        in_service=later(s.in_service),
    )
    for of in (gap_usd, committed_usd):
        np.testing.assert_allclose(of(case.inputs, moved, month), of(case.inputs, s, month))


@given(SEEDS)
@settings(max_examples=25, deadline=None)
def test_bridge_legs_make_the_gap_and_bridged_parties_never_go_below_zero(case_of, seed):
    case = case_of(seed)
    ledger = case.settle()
    moved = np.zeros_like(ledger.gap_usd)
    for e in ledger.entries:
        if e.instrument == "gap":
            moved += e.amount_usd if e.leg == "draw" else -e.amount_usd
    np.testing.assert_allclose(np.cumsum(moved, axis=1), ledger.gap_usd, rtol=1e-9, atol=CENT)
    net = net_by_party(ledger, investment=True)
    for party in ("cloud", "builder", "lab"):
        assert np.cumsum(net[party], axis=1).min() > -CENT


@given(SEEDS)
@settings(max_examples=25, deadline=None)
def test_tranches_are_released_once_and_within_the_commitment(case_of, seed):
    case = case_of(seed)
    released = np.cumsum(case.settle().tranche_released_usd, axis=1)
    assert np.all(np.diff(released, axis=1) >= 0.0)
    assert released.max() <= 1.0e9 + CENT


@given(SEEDS)
@settings(max_examples=25, deadline=None)
def test_no_rent_bill_or_revenue_before_service(case_of, seed):
    case = case_of(seed)
    ledger = case.settle()
    first = np.floor(case.schedule.in_service.min(axis=1))
    early = np.arange(case.inputs.axis.count) < first[:, None]
    for e in ledger.entries:
        if e.leg in ("rent", "capacity", "renewal", "revenue", "interest", "principal"):
            assert np.all(e.amount_usd[early] == 0.0), e.leg


def test_entries_do_not_depend_on_the_draws(case_of):
    def labels(case):
        return [(e.payer, e.payee, e.instrument, e.leg) for e in case.settle().entries]

    assert labels(case_of(1)) == labels(case_of(2))
    assert len(set(labels(case_of(1)))) == len(labels(case_of(1)))


def test_two_bridges_share_the_gap_in_their_order(case_of):
    program = small_program()
    gap = program.instruments[-1]
    limited = replace(
        gap, id="first", terms={"limit_usd": replace(gap.terms["limit_usd"], value=2e9)}
    )
    case = case_of(
        5, program=replace(program, instruments=(*program.instruments[:-1], limited, gap))
    )
    ledger = case.settle()
    held = {"first": 0.0, "gap": 0.0}
    for e in ledger.entries:
        if e.instrument in held:
            held[e.instrument] = held[e.instrument] + (
                e.amount_usd if e.leg == "draw" else -e.amount_usd
            )
    first = np.cumsum(held["first"], axis=1)
    np.testing.assert_allclose(first, np.minimum(ledger.gap_usd, 2e9), atol=1.0)
    assert ledger.gap_usd.max() > 2e9
    total = first + np.cumsum(held["gap"], axis=1)
    np.testing.assert_allclose(total, ledger.gap_usd, atol=1.0)


def test_without_a_bridge_the_gap_is_unfunded(case_of):
    program = small_program()
    case = case_of(5, program=replace(program, instruments=program.instruments[:-1]))
    ledger = case.settle()
    assert "unfunded" in ledger.parties
    assert ledger.parties.index("unfunded") > ledger.parties.index("bank")
    np.testing.assert_allclose(funding_peak_usd(ledger), ledger.gap_usd.max(axis=1))


def test_committed_is_what_open_orders_still_cost(case_of, dates_of):
    case = case_of(3)
    shape = case.inputs.blocks.racks.shape
    schedule = dates_of(shape, cleared=0, ready=20, ordered=10, delivered=18.5, in_service=24)
    case = replace(case, schedule=schedule)
    racks = sum(e.amount_usd.sum(axis=1) for e in case.settle().entries
                if e.leg in ("deposit", "delivery"))  # fmt: skip
    deposit = sum(e.amount_usd.sum(axis=1) for e in case.settle().entries if e.leg == "deposit")
    assert np.all(committed_usd(case.inputs, schedule, 10) == 0.0)
    np.testing.assert_allclose(committed_usd(case.inputs, schedule, 11), racks - deposit)
    np.testing.assert_allclose(committed_usd(case.inputs, schedule, 18), racks - deposit)
    assert np.all(committed_usd(case.inputs, schedule, 19) == 0.0)


def test_what_is_due_at_acceptance_stays_committed_until_service(case_of, dates_of):
    program = small_program()
    late = tuple(replace(i, terms={**i.terms, "acceptance_share": Point(0.2)})
                 if i.id == "systems" else i for i in program.instruments)  # fmt: skip
    case = case_of(program=replace(program, instruments=late))
    shape = case.inputs.blocks.racks.shape
    schedule = dates_of(shape, cleared=12, ready=30, ordered=10, delivered=18.5, in_service=30)
    racks = racks_usd(case.inputs, schedule.ordered).sum(axis=1)
    np.testing.assert_allclose(committed_usd(case.inputs, schedule, 19), 0.2 * racks)
    np.testing.assert_allclose(committed_usd(case.inputs, schedule, 30), 0.2 * racks)
    assert np.all(committed_usd(case.inputs, schedule, 31) == 0.0)


def test_cumulative_and_present_value(case_of):
    ledger = case_of(2).settle()
    net = net_by_party(ledger)["lab"]
    np.testing.assert_allclose(cumulative_by_party(ledger)["lab"][:, -1], net.sum(axis=1))
    np.testing.assert_allclose(npv_usd(net, 0.0), net.sum(axis=1))
    rate = 0.08
    months = np.arange(net.shape[1])
    by_hand = (net * (1 + rate) ** (-(months + 0.5) / 12)).sum(axis=1)
    np.testing.assert_allclose(npv_usd(net, np.full(net.shape[0], rate)), by_hand)


def test_present_value_agrees_with_pyxirr():
    pyxirr = pytest.importorskip("pyxirr")
    net = np.random.default_rng(0).normal(0.0, 1e9, (1, 60))
    monthly = 1.08 ** (1 / 12) - 1
    theirs = pyxirr.npv(monthly, net[0], start_from_zero=True) / (1 + monthly) ** 0.5
    assert npv_usd(net, 0.08)[0] == pytest.approx(theirs, rel=1e-10)


def test_draws_do_not_depend_on_the_chunk_that_they_are_in(case_of):
    whole = case_of(7, draws=6)
    first = rows(whole, slice(0, 2))
    for a, b in zip(whole.settle().entries, first.settle().entries, strict=True):
        assert np.array_equal(a.amount_usd[:2], b.amount_usd), a.leg
    for month in (5, 30):
        seen = gap_usd(whole.inputs, whole.schedule, month)[:2]
        assert np.array_equal(seen, gap_usd(first.inputs, first.schedule, month))


def rows(case, part):
    """Cut every array of draws that a case holds."""

    def cut(x):
        if isinstance(x, np.ndarray):
            return x[part] if x.ndim > 1 or x.size == case.inputs.draws else x
        if isinstance(x, dict):
            return {k: cut(v) for k, v in x.items()}
        if isinstance(x, tuple):
            return tuple(cut(v) for v in x)
        return replace(x, **{n: cut(getattr(x, n)) for n in x.__slots__}) if known(x) else x

    blocks, kept = case.inputs.blocks, ("site", "system", "building")
    cut_blocks = replace(cut(blocks), **{n: getattr(blocks, n) for n in kept})
    inputs = replace(cut(case.inputs), blocks=cut_blocks, cover=case.inputs.cover)
    return replace(case, inputs=inputs, schedule=cut(case.schedule), capacity=cut(case.capacity),
                   energy_cost_usd=case.energy_cost_usd[part], done=cut(case.done))  # fmt: skip


def known(x):
    return type(x).__module__.startswith("gigawatt.") and hasattr(x, "__dataclass_fields__")


def repaying(share: float, limit_usd: float = float("inf")):
    """The small programme with a bridge that operating cash repays."""
    program = small_program()
    gap = program.instruments[-1]
    one = gap.terms["limit_usd"]
    terms = {"limit_usd": replace(one, value=limit_usd),
             "repay_from_operations_share": replace(one, value=share)}  # fmt: skip
    return replace(program, instruments=(*program.instruments[:-1], replace(gap, terms=terms)))


@given(SEEDS, st.sampled_from([0.3, 1.0]))
@settings(max_examples=15, deadline=None)
def test_operating_cash_repays_no_more_than_was_earned(case_of, seed, share):
    plain, case = case_of(seed), case_of(seed, program=repaying(share))
    ledger = case.settle()
    assert np.all(ledger.gap_usd <= plain.settle().gap_usd + CENT)
    moved, earned = np.zeros_like(ledger.gap_usd), {}
    operating = {p: np.zeros_like(ledger.gap_usd) for p in ("cloud", "builder", "lab")}
    for e in ledger.entries:
        if e.instrument == "gap":
            moved += e.amount_usd if e.leg == "draw" else -e.amount_usd
        if e.leg == "cash_sweep":
            earned[e.payer] = np.cumsum(e.amount_usd, axis=1)
        elif not e.investment:
            for party, sign in ((e.payer, -1.0), (e.payee, 1.0)):
                if party in operating:
                    operating[party] += sign * e.amount_usd
    np.testing.assert_allclose(np.cumsum(moved, axis=1), ledger.gap_usd, rtol=1e-9, atol=CENT)
    assert sum(x.sum() for x in earned.values()) > 0.0
    for party, paid in earned.items():
        best = np.maximum.accumulate(np.cumsum(operating[party], axis=1), axis=1)
        assert np.all(paid <= share * np.maximum(best, 0.0) + CENT)
    net = net_by_party(ledger, investment=True)
    for party in earned:
        assert np.cumsum(net[party], axis=1).min() > -CENT


@given(SEEDS)
@settings(max_examples=10, deadline=None)
def test_the_gate_sees_the_gap_that_operating_cash_left(case_of, seed):
    case = case_of(seed, program=repaying(1.0))
    ledger = case.settle()
    for month in (1, 13, 40, case.inputs.axis.count):
        seen = gap_usd(case.inputs, case.schedule, month, ledger.repaid_usd)
        np.testing.assert_allclose(seen, ledger.gap_usd[:, month - 1], rtol=1e-9, atol=CENT)
