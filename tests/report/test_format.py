"""Numbers and dates as people read them."""

from __future__ import annotations

import datetime as dt
import doctest

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gigawatt.errors import InputError
from gigawatt.quantity import format as fmt
from gigawatt.quantity.units import UNITS, parse_quantity


def test_examples_of_the_docstrings():
    assert doctest.testmod(fmt).failed == 0


@pytest.mark.parametrize(
    ("value", "unit", "text"),
    [
        (55.2e9, "usd_per_gw", "$55.2 bn/GW"),
        (-1.25e9, "usd", "-$1.25 bn"),
        (10_200.0, "mw", "10.2 GW"),
        (0.21, "MW", "210 kW"),
        (10.2, "GW", "10.2 GW"),
        (0.0, "TWh", "0 TWh"),
        (87.6, "TWh", "87.6 TWh"),
        (297_000.0, "packages/GW", "297 k packages/GW"),
        (999_600.0, "count", "1 mn"),
        (9.3e13, "tokens/day", "93 tn tokens/day"),
        (1.27e27, "FLOP", "1.3e27 FLOP"),
        (0.00004, "share", "< 0.1 %"),
        (1.0, "share", "100 %"),
        (0.996, "share", "99.6 %"),
        (1200.0, "per_week", "1,200 per week"),
        ("2027-10-14", "date", "Oct 2027"),
        (None, "mw", "–"),
        (None, "date", "–"),
        (float("nan"), "TWh", "–"),
        (float("inf"), "packages/GW", "–"),
    ],
)
def test_quantity(value, unit, text):
    assert fmt.quantity(value, unit) == text


def test_span_writes_the_unit_once():
    assert fmt.span(50e9, 55e9, 61e9, "USD/GW") == "$50 bn … $55 bn … $61 bn/GW"
    assert fmt.span(3.0, 3.0, 3.0, "TWh") == "3 TWh"
    assert fmt.span("2027-06-01", None, None, "date") == "Jun 2027 … – … –"


def test_dates():
    assert fmt.month(dt.date(2026, 1, 31)) == "Jan 2026"
    assert fmt.month("2027-12") == "Dec 2027"
    assert fmt.day("2026-11-05") == "5 Nov 2026"


FRENCH_MONTHS = (
    "janv", "févr", "mars", "avr", "mai", "juin", "juil", "août", "sept", "oct", "nov", "déc",
)  # fmt: skip


def test_a_locale_changes_marks_and_words():
    other = fmt.Locale(
        ",", " ", FRENCH_MONTHS,
        ((1e9, "Md"), (1e6, "M")), "{sign}{amount} $", "–", " à ",
    )  # fmt: skip
    assert fmt.money(55.2e9, locale=other) == "55,2 Md $"
    assert fmt.number(12_345.6, 6, other) == "12 345,6"
    assert fmt.span("2027-02-01", "2027-03-01", "2027-08-01", "date", locale=other) == (
        "févr 2027 à mars 2027 à août 2027"
    )


def test_unknown_language_names_the_nearest():
    with pytest.raises(InputError, match="Unknown language 'eng'"):
        fmt.locale_of("eng")


@given(st.floats(1e-3, 9e14), st.integers(1, 6))
def test_scaled_keeps_its_digits(value, digits):
    """Read back, the text is the value but for half a unit of its last digit."""
    text, _, scale = fmt.scaled(value, digits).partition(" ")
    factor = {"tn": 1e12, "bn": 1e9, "mn": 1e6, "k": 1e3, "": 1.0}[scale]
    read = float(text.replace(",", "")) * factor
    assert abs(read - value) <= 0.5001 * value * 10.0 ** (1 - digits)


@given(st.floats(1e-6, 1e6))
def test_power_reads_back(value_mw):
    back = parse_quantity(fmt.power(value_mw, 6), UNITS["mw"])
    assert back == pytest.approx(value_mw, rel=1e-5)


@given(st.floats(1e6, 1e13))
def test_money_reads_back(value_usd):
    back = parse_quantity(fmt.money(value_usd, 6), UNITS["usd"])
    assert back == pytest.approx(value_usd, rel=1e-5)


@given(st.floats(0.0, 1.0))
def test_only_nothing_is_zero_and_only_all_is_a_hundred(share):
    text = fmt.percent(share)
    assert (text == "0 %") == (share == 0.0)
    assert (text == "100 %") == (share == 1.0)
