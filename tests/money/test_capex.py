from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from gigawatt.catalog import load_catalog
from gigawatt.errors import InputError
from gigawatt.money.capex import capex_per_gw
from gigawatt.money.inputs import money_inputs, order_cost_usd
from gigawatt.quantity.money import level_payment_factor, price_factor
from gigawatt.uncertainty.distributions import Point
from gigawatt.uncertainty.streams import Streams


def test_vera_rubin_comes_near_the_public_figures(case_of):
    """NVIDIA and Barclays: 50 to 60 bn USD per facility GW; Morgan Stanley: 41 without the site."""
    capex = capex_per_gw(case_of(1, draws=400).inputs)
    median = {k: float(np.median(v)) / 1e9 for k, v in capex.components.items()}
    total = float(np.median(capex.total_usd_per_gw)) / 1e9
    site = median["shell"] + median["power_cooling"] + median["soft"]
    assert 50.0 < total < 60.0, (total, median)
    assert 12.0 < site < 17.0
    it = median["systems"] + median["network"] + median["storage_cpu"]
    assert it == pytest.approx(41.0, rel=0.2)


def test_the_total_is_the_sum_of_the_components(case_of):
    capex = capex_per_gw(case_of(2).inputs)
    np.testing.assert_allclose(sum(capex.components.values()), capex.total_usd_per_gw, rtol=1e-12)
    assert list(capex.components) == [
        "systems", "network", "storage_cpu", "shell", "power_cooling", "soft",
    ]  # fmt: skip


def test_systems_cost_what_their_racks_cost(case_of):
    inputs = case_of(3).inputs
    capex = capex_per_gw(inputs)
    racks = inputs.blocks.racks.sum(axis=1)
    price = inputs.prices.rack[0].at(np.array([inputs.as_of_month]))[:, 0]
    gw = inputs.facility_gw.sum(axis=1)
    np.testing.assert_allclose(capex.components["systems"][:, 0], racks * price / gw)
    it = capex.components
    per_gw = it["systems"] + it["network"] + it["storage_cpu"]
    np.testing.assert_allclose(order_cost_usd(inputs).sum(axis=1), per_gw[:, 0] * gw)


def test_money_facts_name_their_price_year():
    record = load_catalog().record("assumptions", "money")
    dollars = [f for f in record.facts.values() if f.unit.startswith("usd")]
    assert dollars
    assert all(f.price_year == 2025 for f in dollars)
    systems = load_catalog().records["systems"]
    assert all(r.fact("rack_price_usd").price_year for r in systems.values())


@pytest.mark.parametrize(
    ("name", "value"), [("inflation_yearly_factor", 0.025), ("it_life_years", 0.0),
                        ("anchor_use_share", 0.0)],
)  # fmt: skip
def test_assumptions_out_of_bounds_are_refused(case_of, name, value):
    catalog = load_catalog()
    fact = catalog.record("assumptions", "money").fact(name)
    changed = catalog.with_facts([replace(fact, distribution=Point(value))])
    case = case_of(1)
    with pytest.raises(InputError, match=f"assumptions/money/{name} = {value:g}: must be between"):
        money_inputs(case.program, changed, case.inputs.blocks, case.inputs.axis, Streams(1, 6))


def test_price_moves_by_the_year_and_never_is_no_time():
    assert price_factor(1.03, 12.0) == pytest.approx(1.03)
    assert price_factor(1.03, -6.0) == pytest.approx(1.03**-0.5)
    assert price_factor(1.03, np.inf) == 1.0


def test_level_payment_without_interest_is_the_share():
    np.testing.assert_allclose(
        level_payment_factor(np.array([0.0, 0.005]), np.array([10.0, 360.0])),
        [0.1, 0.00599551],
        rtol=1e-6,
    )
