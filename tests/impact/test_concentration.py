"""Concentration by owner and user against published counts; bounds that must hold."""

from __future__ import annotations

import csv

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gigawatt.catalog import load_catalog
from gigawatt.impact.access import share_after, share_by_date
from gigawatt.impact.concentration import (
    concentration,
    moved,
    owners,
    users,
    with_programme,
)
from gigawatt.uncertainty.streams import Streams

CATALOG = load_catalog()
STOCKS = st.lists(st.floats(1.0, 1e7), min_size=2, max_size=12)


def test_end_of_2025_and_2024_are_those_of_the_counts(shared):
    with (shared / "reference/impact/concentration.csv").open(encoding="utf-8") as file:
        known = {row["quarter"]: row for row in csv.DictReader(file)}
    for year in (2024, 2025):
        row, found = known[f"Q4 {year}"], concentration(owners(CATALOG, year=year))
        for name, key, tolerance in (
            ("cr1", "CR1", 5e-4), ("cr4", "CR4", 5e-4), ("cr5", "CR5", 5e-4),
            ("hhi_low", "HHI_low", 0.6), ("hhi_high", "HHI_high", 0.6),
        ):  # fmt: skip
            error = float(getattr(found, name)) - float(row[key])
            print(year, key, row[key], f"error {error:+.5f}")
            assert abs(error) < tolerance, (year, key)


@given(STOCKS, st.floats(0.0, 1e7))
def test_bounds_hold_for_any_stock(values, other):
    stock = {f"f{k}": np.array(v) for k, v in enumerate(values)} | {"other": np.array(other)}
    c = concentration(stock)
    assert c.cr1 <= c.cr4 + 1e-12 and c.cr4 <= c.cr5 + 1e-12 and c.cr5 <= 1.0 + 1e-9
    assert 0.0 <= c.hhi_low <= c.hhi_high <= 10_000.0 * (1 + 1e-9)
    # Even shares are the least that so many firms can have.
    named = sum(values) / (sum(values) + other)
    assert c.hhi_low >= 10_000.0 * named**2 / len(values) * (1 - 1e-9)


@given(STOCKS, st.floats(0.1, 100.0))
def test_growth_of_all_changes_no_share(values, growth):
    stock = {f"f{k}": np.array(v) for k, v in enumerate(values)}
    before, after = concentration(stock), concentration(with_programme(stock, {}, growth))
    assert np.isclose(before.hhi_low, after.hhi_low) and np.isclose(before.cr4, after.cr4)


def test_programme_of_the_largest_concentrates_and_of_a_newcomer_need_not():
    stock = owners(CATALOG)
    before = concentration(stock)
    largest = concentration(with_programme(stock, {"google": np.array(3e6)}, 1.0))
    new = concentration(with_programme(stock, {"newcomer": np.array(1e6)}, 1.0))
    assert largest.hhi_low > before.hhi_low + 100.0
    assert new.hhi_low < before.hhi_low


def test_a_very_large_newcomer_takes_the_market():
    stock = owners(CATALOG)
    after = concentration(with_programme(stock, {"newcomer": np.array(1e12)}, 1.0))
    assert after.hhi_high > 9_990.0


def test_moving_to_users_keeps_the_total_and_no_host_goes_below_zero():
    stock = {"a": np.array([10.0, 10.0]), "b": np.array([5.0, 5.0]), "other": np.array([1.0, 1.0])}
    after = moved(stock, {"a": np.array([4.0, 40.0]), "b": np.array([1.0, 1.0])}, "lab")
    assert np.allclose(sum(after.values()), sum(stock.values()))
    assert np.allclose(after["lab"], [5.0, 11.0])
    assert all((v >= 0.0).all() for v in after.values())


def test_openai_uses_a_few_per_cent_and_owns_nothing():
    streams = Streams(1, 400)
    owned = owners(CATALOG, streams)
    used = users(owned, CATALOG, streams)
    assert "openai" not in owned
    share = used["openai"] / sum(used.values())
    # 1.9 GW of some 12 GW of chips with their cooling, on chips of more than one generation
    assert 0.03 < np.median(share) < 0.15
    assert np.allclose(sum(used.values()), sum(owned.values()))
    assert np.median(concentration(used).hhi_low) < np.median(concentration(owned).hhi_low)


def test_nothing_at_all_is_refused():
    with pytest.raises(ValueError, match="nor all of them zero"):
        concentration({"a": np.array(0.0)})
    with pytest.raises(ValueError, match="negative"):
        concentration({"a": np.array(-1.0), "b": np.array(3.0)})


def test_public_share_shrinks_with_the_programme_and_with_slow_growth():
    assert share_after(0.09, 20e6, 0.0) == pytest.approx(0.09)
    assert share_after(0.09, 20e6, 20e6) == pytest.approx(0.045)
    assert share_by_date(0.09, 1.18, 1.78, 1.0) == pytest.approx(0.09 * 1.18 / 1.78)
    assert share_by_date(0.09, 1.5, 1.5, 7.0) == pytest.approx(0.09)
