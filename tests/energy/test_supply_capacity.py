"""Least-cost capacities: closed forms, and equal to the whole LP with every kind of limit."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from gigawatt.energy.capacity.solve import solve_year
from gigawatt.energy.dispatch.problem import (
    Capacity,
    Storage,
    YearlyLimit,
    YearProblem,
    battery,
    offer,
)
from gigawatt.energy.dispatch.solution import residuals
from gigawatt.energy.least_cost import least_cost
from gigawatt.energy.lp import solve_lp
from gigawatt.errors import InputError
from supply_cases import random_problem

YEAR = 8760


def test_screening_curve():
    """Two plants on a straight duration curve: each covers the hours in which it is cheapest."""
    load = np.linspace(400.0, 1000.0, YEAR)
    base, peak, voll = (200e3, 20.0), (80e3, 70.0), 5000.0
    offers = (
        offer("base", YEAR, base[1], capacity=0), offer("peak", YEAR, peak[1], capacity=1),
        offer("shed", YEAR, voll, limit_mw=load),
    )  # fmt: skip
    problem = YearProblem(load, (Capacity("base", base[0]), Capacity("peak", peak[0])), offers)
    found = solve_year(problem, 1e-9)
    hours_base = (base[0] - peak[0]) / (peak[1] - base[1])  # 2,400 h
    hours_peak = peak[0] / (voll - peak[1])
    at = np.sort(load)[::-1]
    assert found.capacity_mw[0] == pytest.approx(at[round(hours_base)], abs=0.2)
    assert found.capacity_mw.sum() == pytest.approx(at[round(hours_peak)], abs=0.2)


@pytest.mark.parametrize("cost", [50e3, 400e3])
def test_battery_against_a_square_wave_of_prices(cost):
    """Four cheap, four dear hours: a battery of four hours pays if the spread does."""
    low, high, eta_c, eta_d, load = 20.0, 120.0, 0.95, 0.9, 100.0
    price = np.where(np.arange(YEAR) // 4 % 2 == 0, low, high)
    offers = (
        offer("grid", YEAR, price, limit_mw=1000.0), offer("shed", YEAR, 1e4, limit_mw=load),
    )  # fmt: skip
    problem = YearProblem(np.full(YEAR, load), (Capacity("bat", cost),), offers,
                          (battery("bat", 0, 4.0, eta_c, eta_d),))  # fmt: skip
    found = solve_year(problem, 1e-8)
    worth = YEAR / 2 * (eta_c * eta_d * high - low)
    if cost < worth:
        size = load / (eta_c * eta_d)  # until the dear hours are served from storage alone
        expected = cost * size + YEAR / 2 * low * (load + size)
    else:
        size, expected = 0.0, float(price.sum()) * load
    print(f"worth {worth:,.0f} USD/MW-yr, cost {cost:,.0f}: {found.capacity_mw[0]:.2f} MW")
    assert found.objective_usd == pytest.approx(expected, rel=1e-6)
    assert found.capacity_mw[0] == pytest.approx(size, abs=0.05)


def _with_limits(problem, names):
    rates = {o.name: o.co2_t_per_mwh for o in problem.offers}
    load = float(problem.load_mw.sum())
    zero = np.zeros(problem.steps)
    out = []
    if "co2" in names:
        per = np.stack([rates[o.name] for o in problem.offers], axis=1)
        out.append(YearlyLimit("co2_cap_t", per, 0.15 * load))
    if "match" in names:
        per = np.stack([zero + (o.name in ("gas", "grid")) for o in problem.offers], axis=1)
        out.append(YearlyLimit("hourly_matching_share", per, 0.45 * load))
    if "take" in names:
        per = np.stack([zero - (o.name == "grid") for o in problem.offers], axis=1)
        out.append(YearlyLimit("minimum_take_mwh", per, -0.25 * load, 25.0))
    return replace(problem, limits=tuple(out))


@pytest.mark.parametrize(
    ("seed", "names"),
    [(1, ("co2",)), (2, ("match",)), (3, ("take",)), (4, ("co2", "take")), (5, ("co2", "match")),
     (6, ("co2", "match", "take"))],
)  # fmt: skip
def test_yearly_limits_equal_the_whole_lp(seed, names):
    problem = _with_limits(random_problem(seed, 240, negative=seed % 2 == 0), names)
    found, whole = solve_year(problem, 1e-6), solve_lp(problem)
    print(f"{names}: {found.objective_usd / whole.objective_usd - 1:+.1e}, gap {found.gap:.1e}")
    assert found.gap <= 1e-6
    assert found.objective_usd == pytest.approx(whole.objective_usd, rel=1.1e-6)
    assert found.lower_bound_usd <= whole.objective_usd * (1 + 1e-8)
    assert max(residuals(problem, found.capacity_mw, found.dispatch).values()) < 1e-5


@pytest.mark.parametrize("seed", [1, 2])
def test_monthly_demand_charges(seed):
    base = random_problem(seed, 240)
    month = np.arange(240) // 80
    caps = (*base.capacities, *(Capacity(f"grid demand {m}", 300.0) for m in range(3)))
    offers = tuple(replace(o, capacity=4 + month) if o.name == "grid" else o for o in base.offers)
    problem = replace(base, capacities=caps, offers=offers)
    assert solve_year(problem, 1e-7).objective_usd == pytest.approx(
        solve_lp(problem).objective_usd, rel=2e-7
    )


@pytest.mark.parametrize("spares", [0, 2])
def test_blocks_equal_the_mixed_integer_programme(spares):
    base = random_problem(4, 120, islanded=True)
    gas = replace(base.capacities[2], block_mw=17.0, spare_blocks=spares)
    problem = replace(base, capacities=(*base.capacities[:2], gas, base.capacities[3]))
    found, whole = solve_year(problem, 1e-6), solve_lp(problem)
    units = found.capacity_mw[2] / 17.0
    print(f"{units:.6f} units, {found.objective_usd / whole.objective_usd - 1:.1e}")
    assert units == pytest.approx(round(units), abs=1e-6)
    assert round(units) > 0 or spares  # two spares make wind and sun cheaper
    assert found.objective_usd == pytest.approx(whole.objective_usd, rel=2e-6)


def test_bounds_hold_and_energy_can_have_its_own_size():
    base = random_problem(7, 240, islanded=True)
    caps = (replace(base.capacities[0], max_mw=20.0), replace(base.capacities[1], min_mw=70.0),
            base.capacities[2], base.capacities[3], Capacity("bat MWh", 300.0))  # fmt: skip
    store = replace(base.storages[0], energy=4, hours=1.0)
    problem = replace(base, capacities=caps, storages=(store,))
    found = solve_year(problem, 1e-7)
    assert found.capacity_mw[0] <= 20.0 + 1e-6
    assert found.capacity_mw[1] >= 70.0 - 1e-6
    assert found.objective_usd == pytest.approx(solve_lp(problem).objective_usd, rel=2e-7)


def test_what_the_kernel_cant_hold_goes_to_highs_and_says_so():
    base = random_problem(3, 168, cap=True)
    caps = (*base.capacities, Capacity("long", 300.0))
    second = Storage("long", 4, 4, 4, 12.0, 0.8, 0.9, 1.0, 0.001)
    offers = tuple(replace(o, ramp_share_per_h=0.2) if o.name == "gas" else o for o in base.offers)
    problem = replace(base, capacities=caps, storages=(*base.storages, second), offers=offers)
    found = least_cost(problem, 1e-6)
    assert found.objective_usd == pytest.approx(solve_lp(problem).objective_usd, rel=1.1e-6)
    assert "2 storages, standing loss, ramps" in found.route
    with pytest.raises(InputError, match="2 storages"):
        least_cost(problem, route="kernel")


def test_commitment_is_a_bound_and_costs_more_than_none():
    base = random_problem(2, 120)
    offers = tuple(
        replace(o, min_load_share=0.5, start_usd_per_mw=40.0) if o.name == "gas" else o
        for o in base.offers
    )
    assert least_cost(replace(base, offers=offers)).objective_usd >= least_cost(
        base
    ).objective_usd * (1 - 1e-6)
