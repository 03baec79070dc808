"""The market's fleet: shares of generations, and what a gigawatt of it serves."""

from __future__ import annotations

import datetime as dt

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gigawatt.catalog import load_catalog
from gigawatt.errors import InputError
from gigawatt.quantity.calendar import MonthAxis
from gigawatt.study.serving.market_fleet import (
    installed_share,
    market_axis,
    market_fleet,
    market_systems,
    power_growth,
)
from gigawatt.uncertainty.streams import Streams

CATALOG = load_catalog()


def growing(factor: float):
    return lambda months: factor ** (months / 12.0)


@given(
    factor=st.floats(1.1, 3.0), life=st.floats(24.0, 120.0),
    gaps=st.lists(st.floats(1.0, 40.0), min_size=1, max_size=6),
)  # fmt: skip
def test_shares_are_shares(factor, life, gaps):
    entries = np.cumsum([0.0, *gaps])[None]
    share = installed_share(entries, np.arange(0.5, 150.0), np.array([life]), growing(factor))
    assert share.min() > -1e-9
    np.testing.assert_allclose(share.sum(axis=1), 1.0, rtol=1e-4)
    last = share[0, -1]
    assert (np.diff(last[: int(entries[0, -1])]) >= -1e-9).all()
    assert last[0] == pytest.approx(0.0, abs=1e-9) or entries[0, -1] < 0.5


def test_shares_by_hand():
    """Doubling every year, lives longer than the past: half is a year old at most."""
    entries = np.array([[0.0, 12.0]])
    share = installed_share(entries, np.array([12.0, 24.0]), np.array([1e4]), growing(2.0))
    np.testing.assert_allclose(share[0], [[1.0, 0.5], [0.0, 0.5]], atol=1e-12)


def test_what_reaches_its_end_is_bought_again():
    """Bought since the entry: (1 - g^-1) / (1 - g^-2) after half a life, all after one."""
    entries = np.array([[-100.0, 0.0]])
    share = installed_share(
        entries, np.array([0.0, 12.0, 24.0, 30.0]), np.array([24.0]), growing(1.1)
    )
    half = (1.0 - 1.1**-1) / (1.0 - 1.1**-2)
    np.testing.assert_allclose(share[0, 1], [0.0, half, 1.0, 1.0], atol=1e-5)


def test_power_grows_from_the_base():
    own = {
        "power_growth_2025_factor": np.array([2.0]), "power_yearly_factor": np.array([3.0]),
        "power_decay_share": np.array([0.5]),
    }  # fmt: skip
    years = np.array([[-2.0, 0.0, 1.0, 2.0]])
    np.testing.assert_allclose(power_growth(years, own)[0], [0.25, 1.0, 3.0, 3.0**1.5])


def test_generations_come_in_order_and_the_axis_reaches_the_counts():
    axis = market_axis(MonthAxis(dt.date(2027, 3, 1), 60))
    assert axis.start == dt.date(2025, 1, 1) and axis.first_day(axis.count - 1).year == 2032
    fleet = market_fleet(CATALOG, Streams(1, 30), axis, np.full(30, 5.0))
    assert (np.diff(fleet.entry_month, axis=1) > 0.0).all()
    assert fleet.entry_month[:, -1].max() <= axis.count + 24.0
    np.testing.assert_allclose(fleet.share.sum(axis=1), 1.0, rtol=1e-6)
    names = market_systems(CATALOG)
    assert fleet.systems[: len(names)] == names and set(fleet.systems) == set(names)
    early, late = fleet.share[:, 0, 0], fleet.share[:, 0, -1]
    assert early.min() > 0.8 and late.max() < 0.05


def test_market_systems_must_be_in_order():
    from dataclasses import replace

    records = {k: dict(v) for k, v in CATALOG.records.items()}
    record = records["world"]["market-fleet"]
    wrong = replace(record, attributes={**record.attributes, "systems": "vr200-nvl72, h100-sxm"})
    records["world"]["market-fleet"] = wrong
    with pytest.raises(InputError, match="in order of first_available"):
        market_systems(replace(CATALOG, records=records))
