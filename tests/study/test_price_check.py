"""The market's prices against what is told, and the tables of the docs."""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np
import pytest

from gigawatt.study.serving.price_check import Check, balance, check_table, make_check, market_table

PAGE = Path(__file__).parents[2] / "docs" / "inference.md"
NEAR = 0.10  # medians of 300 draws against those of the page


@pytest.fixture(scope="module")
def check() -> Check:
    return make_check(draws=300)


def middles(table: str) -> dict[str, list[float]]:
    """Row → middle figures of its bands."""
    out = {}
    for line in table.splitlines():
        found = re.findall(r"[\d.]+ / ([\d.]+) / [\d.]+", line)
        if found:
            out[" ".join(line.split("|")[1:3])] = [float(x) for x in found]
    return out


@pytest.mark.parametrize(("name", "make"), [("market", market_table), ("prices", check_table)])
def test_the_page_tells_what_the_market_gives(check, name, make):
    page = PAGE.read_text(encoding="utf-8")
    start, end = (f"<!-- {name}: {k} -->" for k in ("start", "end"))
    told, found = middles(page.split(start)[1].split(end)[0]), middles(make(check))
    told = {k.split("%")[0].strip(): v for k, v in told.items()}
    found = {k.split("%")[0].strip(): v for k, v in found.items()}
    assert told.keys() == found.keys() and told
    for key, values in told.items():
        np.testing.assert_allclose(found[key], values, rtol=NEAR, atol=0.15, err_msg=key)


def test_the_list_price_of_the_yardsticks_own_model_lies_in_the_band(check):
    record = check.catalog.record("prices", "token-deepseek-v3")
    told = (4.0 * record.value("input_usd_per_million_tokens")
            + record.value("output_usd_per_million_tokens")) / 5.0  # fmt: skip
    low, high = np.quantile(check.price(check.month("2025-02")), [0.1, 0.9])
    assert low < told < high


def test_one_machine_loses_revenue_as_its_rent_and_price_do(check):
    """Within what is told of rents (0.60 to 1.20 a year) and used chips (0.55 to 0.85)."""
    first, last = check.month("2028-07"), check.month("2034-07")
    aged = np.median(
        (check.hour_usd("vr200-nvl72", last) / check.hour_usd("vr200-nvl72", first)) ** (1.0 / 6.0)
    )
    assert 0.60 < aged < 0.85


def test_independent_facts_balance_within_a_factor_of_two_and_a_half(check):
    for year in range(2026, 2035):
        assert 0.4 < np.median(balance(check, year)) < 2.5
