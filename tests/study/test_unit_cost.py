"""What a package-hour and a token cost."""

from __future__ import annotations

import pytest

from gigawatt.catalog import load_catalog
from gigawatt.errors import InputError
from gigawatt.study.serving.unit_cost import CostInputs, annuity_share, cost_inputs, unit_cost

INPUTS = CostInputs(1.2, 60.0, 0.2, 15e6, 5.0, 15.0, 0.10, 0.03, 0.8)


def test_an_annuity_repays_its_principal():
    rate, years = 0.08, 5
    paid = annuity_share(rate, years)
    assert sum(paid / (1 + rate) ** k for k in range(1, years + 1)) == pytest.approx(1.0)
    assert annuity_share(0.0, 4.0) == 0.25


def test_parts_by_hand():
    cost = unit_cost(INPUTS, 50e3, 2000.0, 1500.0, 3000.0, 1000.0, 0.25)
    assert cost.systems_usd_per_hour == pytest.approx(60e3 * annuity_share(0.1, 5) / 8760)
    assert cost.site_usd_per_hour == pytest.approx(36e3 * annuity_share(0.1, 15) / 8760)
    assert cost.energy_usd_per_hour == pytest.approx(1.5e-3 * 1.2 * 60)
    assert cost.opex_usd_per_hour == pytest.approx(96e3 * 0.03 / 8760)
    hours = cost.usd_per_hour
    assert cost.input_usd_per_million == pytest.approx(hours * 0.25 / (3000 * 3600 * 0.8) * 1e6)
    assert cost.output_usd_per_million == pytest.approx(hours * 0.75 / (1000 * 3600 * 0.8) * 1e6)


def test_all_money_is_in_the_tokens():
    cost = unit_cost(INPUTS, 50e3, 2000.0, 1500.0, 3000.0, 1000.0, 0.25)
    busy = 3600 * 0.8 / 1e6
    both = cost.input_usd_per_million * 3000 + cost.output_usd_per_million * 1000
    assert both * busy == pytest.approx(cost.usd_per_hour)
    assert cost.total_usd_per_million * 4000 * busy == pytest.approx(cost.usd_per_hour)


def test_what_is_given_replaces_the_catalog():
    catalog = load_catalog()
    assert cost_inputs(catalog, pue=1.1).pue == 1.1
    assert cost_inputs(catalog, pue=None).pue == catalog.fact("assumptions/serving/pue").value
    with pytest.raises(InputError, match="utilisation"):
        cost_inputs(catalog, utilisation_share=0.0)
    with pytest.raises(InputError, match="PUE"):
        cost_inputs(catalog, pue=0.9)
