"""Pictures of a dispatch: what they draw adds up, and a source has one colour in all of them."""

from __future__ import annotations

import numpy as np
import pytest

from gigawatt.energy.dispatch.problem import Capacity, YearProblem, battery, offer
from gigawatt.energy.least_cost import least_cost
from gigawatt.report.supply_page import pictures, write_page

HOURS = 8760


@pytest.fixture(scope="module")
def solved():
    sun = np.maximum(np.sin((np.arange(HOURS) % 24 - 6) / 12 * np.pi), 0.0)
    capacities = (Capacity("pv", 60e3), Capacity("gas", 60e3), Capacity("bat", 250e3))
    offers = (
        offer("pv", HOURS, capacity=0, per_mw=sun),
        offer("gas", HOURS, 40.0, capacity=1, co2_t_per_mwh=0.4),
        offer("grid", HOURS, 55.0, limit_mw=40.0, co2_t_per_mwh=0.3),
        offer("shed", HOURS, 3000.0, limit_mw=100.0),
    )
    problem = YearProblem(
        np.full(HOURS, 100.0), capacities, offers, (battery("bat", 2, 4.0, 0.95, 0.95),)
    )
    return problem, least_cost(problem, 1e-4)


def colours(picture):
    out = {}
    for t in picture.traces:
        name = t.get("name", "").removesuffix(" in").removesuffix(" out")
        colour = t.get("fillcolor") or t.get("marker", t.get("line", {})).get("color")
        if name:
            out[name] = colour
    return out


def test_a_source_has_one_colour_in_all_charts(solved):
    told = {}
    for picture in pictures(*solved):
        for name, colour in colours(picture).items():
            assert told.setdefault(name, colour) == colour, (picture.title, name)
    assert {"pv", "gas", "load"} <= set(told)


def test_stacks_add_up_to_the_cost_of_a_megawatt_hour(solved):
    problem, solution = solved
    cost = next(p for p in pictures(*solved) if p.title == "Cost per MWh")
    fixed, running, whole = np.sum([t["y"] for t in cost.traces], axis=0)
    assert fixed + running == pytest.approx(whole, rel=1e-4)
    assert whole == pytest.approx(solution.objective_usd / problem.load_mwh, rel=1e-3)


def test_weeks_meet_the_load(solved):
    weeks = [p for p in pictures(*solved) if p.title.startswith("A week")]
    assert [p.title for p in weeks] == ["A week of January", "A week of July"]
    for week in weeks:
        *parts, load = week.traces
        assert np.sum([t["y"] for t in parts], axis=0) == pytest.approx(load["y"], abs=0.1)


def test_carbon_has_every_hour_of_the_year(solved):
    carbon = next(p for p in pictures(*solved) if p.title == "Carbon by hour of year")
    grid = np.array(carbon.traces[0]["z"])
    assert grid.shape == (24, 365)
    assert 0.0 < grid.max() <= 400.0 + 1e-6


def test_page_loads_nothing(solved, tmp_path):
    write_page(*solved, tmp_path / "page.html", "<b>site</b>")
    text = (tmp_path / "page.html").read_text("utf-8")
    assert "&lt;b&gt;site" in text
    assert 'src="http' not in text
