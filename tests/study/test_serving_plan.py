"""From a promise and a demand to a deployment."""

from __future__ import annotations

import math

import pytest

from gigawatt.catalog import load_catalog
from gigawatt.errors import InfeasibleError, InputError
from gigawatt.performance.inference.services import asked_service
from gigawatt.study.serving.serving_plan import Demand, Promise, checked, daily_demand, serving_plan
from gigawatt.study.serving.unit_cost import cost_inputs

CATALOG = load_catalog()
COSTS = cost_inputs(CATALOG)


def service(**more):
    words = {"model": "deepseek-v3", "gpu": "GB300", "precision": "fp4", "input_tokens": 4000.0}
    return asked_service(CATALOG, [], **{**words, **more})


def plan(rate=100.0, speed=50.0, ttft=3.0, cycle=0.816, room=0.1, **more):
    demand = daily_demand(rate, cycle, room)
    return serving_plan(service(**more), Promise(speed, ttft), demand, 72, CATALOG, COSTS)


def test_a_day_has_the_mean_and_the_peak_that_were_asked_for():
    demand = daily_demand(10.0, 0.816, 0.1)
    assert demand.mean == pytest.approx(10.0)
    assert demand.mean / demand.peak == pytest.approx(0.816)
    assert min(demand.requests_per_s) > 0.0


def test_capacity_covers_the_peak_with_its_head_room():
    found = plan(rate=300.0)
    assert found.capacity_requests_per_s >= found.peak_requests_per_s * 1.1
    one_less = (found.units - 1) * found.unit_requests_per_s
    assert one_less < found.peak_requests_per_s * 1.1
    assert found.packages == found.units * found.unit_packages == max(found.packages_by_hour)
    assert found.unit["tok_s_per_user"] >= 50.0
    assert found.unit["ttft_p99_ms"] <= 3000.0
    assert found.facility_mw == pytest.approx(found.it_mw * COSTS.pue)
    assert found.mean_facility_mw < found.facility_mw


def test_the_cost_of_a_day_is_that_of_its_tokens():
    found = plan(rate=300.0)
    cost = found.cost
    tokens = (
        cost.input_usd_per_million * found.input_tok_per_day
        + cost.output_usd_per_million * found.output_tok_per_day
    ) / 1e6
    assert tokens == pytest.approx(found.usd_per_day, rel=1e-6)


def test_harder_promises_take_more():
    packages = [plan(rate=500.0, speed=s).packages for s in (20.0, 60.0, 120.0)]
    assert packages == sorted(packages)
    assert packages[0] < packages[-1]
    assert plan(rate=500.0, room=0.3).packages >= plan(rate=500.0).packages
    assert plan(rate=500.0, cycle=0.6).packages > plan(rate=500.0, cycle=1.0).packages


def test_a_small_demand_takes_a_small_unit():
    found = plan(rate=0.5, speed=20.0)
    assert found.packages <= 8


def test_what_cannot_be():
    with pytest.raises(InfeasibleError, match="too fast"):
        plan(speed=5000.0)
    with pytest.raises(InputError, match="positive"):
        daily_demand(0.0, 0.8, 0.1)
    with pytest.raises(InputError, match="average over peak"):
        daily_demand(1.0, 1.8, 0.1)
    with pytest.raises(InputError, match="head-room"):
        daily_demand(1.0, 0.8, -0.1)
    with pytest.raises(InputError, match="0 in all hours"):
        checked(Demand((0.0,) * 24, 0.1))
    with pytest.raises(InputError, match="hour 3"):
        checked(Demand((1.0, 1.0, 1.0, math.nan), 0.1))
