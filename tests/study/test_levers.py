"""Levers move what lies ahead, and nothing else."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

import numpy as np
import pytest

from gigawatt.program.load import load_program
from gigawatt.program.model import Phase
from gigawatt.quantity.units import DAYS_PER_MONTH
from gigawatt.study.reasons.levers import EARLIER_MONTHS, LEVERS, pull_all
from gigawatt.study.schedule_run import schedule_run
from gigawatt.uncertainty.distributions import Point

LOADED = load_program("single-campus")
BEFORE, AFTER = (LOADED.program.as_of + dt.timedelta(days=d) for d in (-90, 91))


def phases(*changes: dict[str, object]) -> tuple[Phase, ...]:
    """Grid phases without orders and contract, changed."""
    plain = replace(
        LOADED.program.sites[0].phases[0], route="grid", power_contracted=False,
        framework_orders=False, preorder_months=None, progress={}, cleared=None,
    )  # fmt: skip
    return tuple(replace(plain, id=f"p{k}", **c) for k, c in enumerate(changes))  # type: ignore[arg-type]


def pulled(lever: str, *changes: dict[str, object]) -> tuple[Phase, ...]:
    site = replace(LOADED.program.sites[0], phases=phases(*changes))
    program = replace(LOADED.program, sites=(site,))
    change = next(x.change for x in LEVERS if x.id == lever)
    return change(replace(LOADED, program=program)).sites[0].phases


def test_orders_are_placed_earlier_only_from_now_on():
    done, soon, late = pulled(
        "order-earlier", {"progress": {"cleared": BEFORE}}, {"cleared": AFTER}, {"cleared": None}
    )
    assert done.preorder_months is None
    assert late.preorder_months is not None
    assert late.preorder_months.central == EARLIER_MONTHS
    assert soon.preorder_months is not None
    slip = soon.cleared_spread_months.central
    assert soon.preorder_months.central == pytest.approx(min(91 / DAYS_PER_MONTH + slip, 8.0))


def test_contracts_and_plant_where_they_can_still_be_had():
    done, ahead = pulled("contracted", {"progress": {"cleared": BEFORE}}, {"cleared": AFTER})
    assert not done.power_contracted
    assert ahead.power_contracted
    waits, signed = pulled(
        "onsite",
        {"progress": {"cleared": BEFORE}},
        {"progress": {"cleared": BEFORE}, "power_contracted": True},
    )
    assert (waits.route, signed.route) == ("onsite", "grid")


def test_what_has_begun_is_not_made_later_by_an_earlier_order():
    """An order that is moved into the past would read as a slow site."""
    begun = {"progress": {"cleared": BEFORE - dt.timedelta(days=300), "fitted": BEFORE}}
    site = replace(LOADED.program.sites[0], phases=phases(begun, {"cleared": AFTER}))
    loaded = replace(LOADED, program=replace(LOADED.program, sites=(site,), limits=()))
    base = schedule_run(loaded, 200, 1)
    run = next(p.run for p in pull_all(base, 200, 1) if p.lever.id == "order-earlier")
    first = np.array([p == "p0" for p in base.phases])
    assert np.array_equal(base.powered[:, first], run.powered[:, first])
    assert np.all(run.powered[:, ~first] <= base.powered[:, ~first] + 1e-9)


def test_orders_cost_interest_for_the_months_that_they_can_still_move():
    loaded = load_program("openai-nvidia-2025-09")
    as_of = loaded.program.as_of
    lever = next(one for one in LEVERS if one.id == "order-earlier")
    moved = [p for s in loaded.program.sites for p in s.phases if lever.applies(p, as_of)]
    shares = {p.id: lever.cost_share(p, as_of) for p in moved}
    assert moved and all(0.0 < share <= 1.0 for share in shares.values())
    far = max(moved, key=lambda p: p.cleared or as_of)
    near = replace(far, cleared=as_of + dt.timedelta(days=61), cleared_spread_months=Point(0.0))
    assert lever.cost_share(far, as_of) == 1.0
    assert lever.cost_share(near, as_of) == pytest.approx(61 / DAYS_PER_MONTH / EARLIER_MONTHS)
