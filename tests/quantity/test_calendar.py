"""The month axis: dates there and back."""

from __future__ import annotations

import datetime as dt

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gigawatt.quantity.calendar import MonthAxis

AXIS = MonthAxis.between(dt.date(2025, 9, 22), dt.date(2034, 12, 31))


@given(st.dates(dt.date(2020, 1, 1), dt.date(2050, 12, 31)))
def test_a_date_comes_back(date):
    # A position just below midnight may fall on the day before: half a day settles it.
    assert AXIS.date(AXIS.position(date) + 0.5 / 31) == date


@given(st.dates(), st.dates())
def test_positions_keep_the_order(a, b):
    assert (AXIS.position(a) < AXIS.position(b)) == (a < b)


def test_the_axis_starts_on_the_first_and_holds_both_ends():
    assert (AXIS.start, AXIS.count) == (dt.date(2025, 9, 1), 112)
    assert AXIS.labels()[0] == "2025-09" and AXIS.labels()[-1] == "2034-12"


def test_hours_are_true_to_the_calendar():
    by_year = {y: AXIS.hours()[AXIS.years() == y].sum() for y in (2027, 2028)}
    assert by_year == {2027: 8760.0, 2028: 8784.0}
    assert AXIS.months_of_year()[:5] == pytest.approx(np.array([8, 9, 10, 11, 0]))


def test_never_has_no_date():
    assert AXIS.date(float("inf")) is None
