"""Shared slots, calendars, changes of plan, haircuts and pace, each by itself."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest
from factories import small_phase, small_program, small_site
from hypothesis import given, settings
from hypothesis import strategies as st

from gigawatt.catalog import load_catalog
from gigawatt.catalog.facts import Status
from gigawatt.catalog.sampling import sample_assumptions
from gigawatt.errors import InputError
from gigawatt.program.blocks import make_blocks
from gigawatt.program.model import Program, SharedLimit
from gigawatt.quantity.calendar import MonthAxis
from gigawatt.schedule.assumptions import ScheduleAssumptions
from gigawatt.schedule.build import build_times
from gigawatt.schedule.calendars import Winter, next_meeting
from gigawatt.schedule.pace import Prior, Stretch, paces
from gigawatt.schedule.queue import from_slots, from_stock
from gigawatt.schedule.result import Binding, BuildTimes
from gigawatt.uncertainty.distributions import Point
from gigawatt.uncertainty.streams import Streams

DRAWS = 400
KEYS = st.lists(st.floats(0.0, 60.0), min_size=1, max_size=12)


def plain_slots(keys: list[float], amount: float, rate: float) -> list[float]:
    """One server after another, as it reads."""
    out = [0.0] * len(keys)
    free = -np.inf
    for k in sorted(range(len(keys)), key=lambda n: keys[n]):
        free = max(keys[k], free + amount / rate)
        out[k] = free
    return out


@settings(max_examples=60, deadline=None)
@given(KEYS, st.floats(1.0, 300.0), st.floats(5.0, 200.0))
def test_slots_equal_a_plain_loop(keys: list[float], amount: float, rate: float):
    got = from_slots(
        np.array([keys]), np.full((1, len(keys)), amount), np.array([[rate]]), np.array([[-1.0]])
    )
    assert np.allclose(got[0], plain_slots(keys, amount, rate))
    assert np.all(got[0] >= np.array(keys) - 1e-9)


def test_what_takes_no_slot_is_not_moved_and_delays_nobody():
    keys = np.array([[1.0, 1.0, np.inf, 2.0]])
    amount = np.array([[0.0, 100.0, 100.0, 100.0]])
    got = from_slots(keys, amount, np.array([[50.0]]), np.array([[0.0]]))
    assert np.allclose(got, [[1.0, 1.0, np.inf, 3.0]])


def test_stock_is_kept_for_the_late():
    keys = np.array([[0.0, 10.0]])
    got = from_stock(keys, np.array([[1.0, 1.0]]), lambda amount: amount * 4.0)
    assert np.allclose(got, [[4.0, 10.0]])


# ------------------------------------------------------------------------------------- calendars


@settings(max_examples=80, deadline=None)
@given(st.floats(-5.0, 60.0), st.floats(0.0, 30.0), st.floats(0.2, 1.0))
def test_winter_finish_inverts_the_work_done(start: float, months: float, rate: float):
    winter = Winter.of(np.array([[rate]]), 45.0, 9)
    finish = winter.finish(np.array([[start]]), np.array([[months]]))
    assert winter.worked(np.array([[start]]), finish) == pytest.approx(months, abs=1e-9)
    assert months - 1e-9 <= finish[0, 0] - start <= months / rate + 1e-9


def test_winter_is_where_it_should_be():
    half = np.array([[0.5]])
    north = Winter.of(half, 45.0, 9)  # the axis starts in September; December is month 3
    assert north.worked(np.array([[0.0]]), np.array([[3.0]])) == pytest.approx(3.0)
    assert north.worked(np.array([[3.0]]), np.array([[6.0]])) == pytest.approx(1.5)
    south = Winter.of(half, -45.0, 9)
    assert south.worked(np.array([[3.0]]), np.array([[6.0]])) == pytest.approx(3.0)
    assert np.isinf(north.finish(np.array([[np.inf]]), half)).all()


def test_next_meeting():
    assert np.allclose(next_meeting(np.array([0.0, 0.2, 1.0, 1.1]), np.array(1.0)), [0, 1, 1, 2])


# -------------------------------------------------------------------------- through build_times


def build_of(program: Program, rates: float | None = None, seed: int = 3) -> BuildTimes:
    """Build times; `rates` sets the rate of every change of plan."""
    catalog = load_catalog()
    if rates is not None:
        paths = [f"changes/{c}/rate_per_site_year" for c in catalog.records["changes"]]
        facts = [replace(catalog.fact(p), distribution=Point(rates)) for p in paths]
        catalog = catalog.with_facts(facts, [])
    streams = Streams(seed, DRAWS)
    axis = MonthAxis.between(program.start, program.horizon)
    blocks = make_blocks(program, catalog, streams)
    a = sample_assumptions(catalog, streams, "schedule", ScheduleAssumptions)
    return build_times(program, catalog, blocks, axis, streams, a)


def program_with(**changes: object) -> Program:
    phase = small_phase(power_contracted=False, framework_orders=False, buildings=2)
    sites = tuple(small_site(n, phases=(phase,)) for n in ("a", "b"))
    return replace(small_program(sites=sites), horizon=dt.date(2040, 12, 1), **changes)


def test_more_changes_of_plan_are_never_sooner():
    builds = [build_of(program_with(), rate) for rate in (0.0, 0.1, 0.5)]
    for few, many in pairwise(builds):
        assert np.all(few.hall_ready <= many.hall_ready)
        assert np.all(few.energised <= many.energised)
        assert np.all(few.order_due <= many.order_due + 1e-9)
    assert np.isfinite(builds[0].energised).all()
    lost = np.isinf(builds[2].energised).mean()
    assert 0.05 < lost < 0.6


def test_what_is_lost_binds_on_the_tenant():
    build = build_of(program_with(), 0.5)
    lost = np.isinf(build.hall_ready)
    assert np.all(build.hall_cause[lost] == Binding.TENANT)


@pytest.mark.parametrize("resource", ["crews", "transformers"])
def test_slots_only_delay_and_more_of_them_delay_less(resource: str):
    def limited(rate: float) -> BuildTimes:
        limit = SharedLimit("x", resource, Point(rate), dt.date(2026, 1, 1), Status.ASSUMED)
        return build_of(program_with(limits=(limit,)), 0.0)

    free, many, few = build_of(program_with(), 0.0), limited(1000.0), limited(40.0)
    name = "hall_ready" if resource == "crews" else "energised"
    assert np.all(getattr(free, name) <= getattr(many, name) + 1e-9)
    assert np.all(getattr(many, name) <= getattr(few, name) + 1e-9)
    assert np.median(getattr(few, name)) > np.median(getattr(free, name)) + 3.0


def test_haircut_keeps_a_share_of_what_is_not_contracted():
    cut = build_of(program_with(haircuts=("ercot-large-load",)), 0.0)
    plain = build_of(program_with(), 0.0)
    kept = np.isfinite(cut.energised[:, 0])
    assert kept.mean() == pytest.approx(0.498, abs=0.07)
    late = (cut.energised - plain.energised)[kept]
    assert np.all(late > 3.5)
    assert np.median(late) == pytest.approx(180 / 30.44, rel=0.15)
    contracted = replace(
        program_with(), sites=(small_site("a", phases=(small_phase(buildings=2),)),)
    )
    assert np.array_equal(
        build_of(replace(contracted, haircuts=("ercot-large-load",)), 0.0).energised,
        build_of(contracted, 0.0).energised,
    )


def test_unknown_haircut_tells_the_nearest():
    with pytest.raises(InputError, match=r"'ercot-large-lod'.*'ercot-large-load'"):
        build_of(program_with(haircuts=("ercot-large-lod",)))


def test_preorders_bring_equipment_sooner():
    def early(months: float) -> BuildTimes:
        program = program_with()
        sites = tuple(
            replace(s, phases=tuple(replace(p, preorder_months=Point(months)) for p in s.phases))
            for s in program.sites
        )
        return build_of(replace(program, sites=sites), 0.0)

    assert np.all(early(8.0).hall_ready <= early(0.0).hall_ready + 1e-9)
    assert np.median(early(0.0).hall_ready - early(8.0).hall_ready) > 1.0


# ------------------------------------------------------------------------------------------ pace


def prior(draws: int = 2000) -> tuple[Prior, np.ndarray, dict[str, np.ndarray]]:
    ones = np.ones(draws)
    streams = Streams(5, draws)
    z = {s: streams.normal(f"z/{s}") for s in ("a", "b")}
    return Prior(0.1 * ones, 0.15 * ones, 0.2 * ones), streams.normal("z"), z


def test_pace_without_progress_is_the_prior():
    p, common, own = prior()
    got = paces(p, {}, common, own)
    assert np.allclose(got["a"], np.exp(0.1 + 0.15 * common + 0.2 * own["a"]))


def test_pace_agrees_with_the_gaussian_posterior():
    """One finished stretch: mean and variance of ln F against the closed form."""
    p, common, own = prior(20000)
    seen = Stretch(months=12.0, mean_log=float(np.log(8.0)), var_log=0.04, finished=True)
    got = {s: np.log(f) for s, f in paces(p, {"a": [seen]}, common, own).items()}
    var = 0.15**2 + 0.2**2
    gain = var / (var + 0.04)
    mean = 0.1 + gain * (np.log(1.5) - 0.1)
    assert got["a"].mean() == pytest.approx(mean, abs=0.01)
    assert got["a"].var() == pytest.approx(var * 0.04 / (var + 0.04), rel=0.05)
    # The other site learns through the common factor alone.
    shared = 0.15**2 / (var + 0.04)
    assert got["b"].mean() == pytest.approx(0.1 + shared * (np.log(1.5) - 0.1), abs=0.01)


def test_a_late_site_makes_the_others_later_not_itself_twice():
    p, common, own = prior()
    late = Stretch(months=20.0, mean_log=float(np.log(8.0)), var_log=0.04, finished=False)
    early = Stretch(months=1.0, mean_log=float(np.log(8.0)), var_log=0.04, finished=False)
    before, after = paces(p, {}, common, own), paces(p, {"a": [late]}, common, own)
    assert np.median(after["b"]) > np.median(before["b"]) * 1.02
    assert np.allclose(after["a"], before["a"])
    nothing = paces(p, {"a": [early]}, common, own)
    assert np.allclose(nothing["b"], before["b"], rtol=1e-3)


def test_progress_at_one_site_moves_the_others():
    def second(months: int) -> float:
        cleared = dt.date(2026, 3, 1)
        roof = dt.date(2026, 3 + months, 1)
        fitted = roof + dt.timedelta(days=165)
        progress = {"cleared": cleared, "roof": roof, "fitted": fitted}
        fast = small_phase(buildings=1, cleared=cleared, progress=progress)
        other = small_phase(buildings=1, cleared=dt.date(2027, 8, 1))
        program = small_program(
            as_of=dt.date(2027, 6, 1), horizon=dt.date(2040, 12, 1),
            sites=(small_site("a", phases=(fast,)), small_site("b", phases=(other,))),
        )  # fmt: skip
        return float(np.median(build_of(program, 0.0).hall_ready[:, 1]))

    assert second(3) < second(9) - 0.3
