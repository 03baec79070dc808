"""What a person may write wherever a number stands."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gigawatt.program.instruments import KINDS
from gigawatt.program.quantities import (
    Exact,
    Quantity,
    examples,
    read_quantity,
    support,
    unit_named,
)
from gigawatt.program.truncated import Truncated, cdf, cut
from gigawatt.quantity.units import UNITS
from gigawatt.uncertainty.distributions import (
    Choices,
    LogNormal,
    Normal,
    Point,
    Triangular,
    Uniform,
)

MW, SHARE = UNITS["mw"], UNITS["share"]
U = np.linspace(1e-9, 1 - 1e-9, 2001)


@pytest.mark.parametrize(
    ("text", "unit", "value"),
    [
        ("1.2 GW", "mw", 1200.0),
        ("350 kW", "mw", 0.35),
        ("1,400 MW", "mw", 1400.0),
        ("210 kW", "kw", 210.0),
        ("$35 bn/GW", "usd_per_gw", 35e9),
        ("$17 m/MW", "usd_per_gw", 17e9),
        ("$100 bn", "usd", 1e11),
        ("13.3 bn USD/GW-year", "usd_per_gw_year", 13.3e9),
        ("$13.3 bn/GW-year", "usd_per_gw_year", 13.3e9),
        ("$65/MWh", "usd_per_mwh", 65.0),
        ("$150/kW-month", "usd_per_kw_month", 150.0),
        ("$150/kW/month", "usd_per_kw_month", 150.0),
        ("18 months", "months", 18.0),
        ("1.5 years", "months", 18.0),
        ("15 years", "years", 15.0),
        ("85 %", "share", 0.85),
        ("1200 racks/week", "per_week", 1200.0),
        ("4.5 million", "count", 4.5e6),
        ("67 million tokens", "tokens", 67e6),
        ("31.5°", "degrees", 31.5),
    ],
)
def test_text_with_unit(text: str, unit: str, value: float) -> None:
    read = read_quantity(text, unit_named(unit), -math.inf)
    assert read.central == pytest.approx(value, rel=1e-12)


@pytest.mark.parametrize(
    "name", [*sorted(UNITS), "usd_per_kw_month", "usd_per_mmbtu", "degrees", "gb_s"]
)
def test_example_of_every_unit_can_be_read(name: str) -> None:
    unit = unit_named(name)
    for raw in examples(unit) or [float(unit.example)]:
        assert math.isfinite(read_quantity(raw, unit, -math.inf).central)


@pytest.mark.parametrize(
    ("raw", "distribution"),
    [
        (1200, Point(1200.0)),
        ("1.2 GW", Point(1200.0)),
        ({"low": 1, "mode": 2, "high": 4}, Triangular(1.0, 2.0, 4.0)),
        ({"low": "1 GW", "high": 2000}, Uniform(1000.0, 2000.0)),
        ({"median": 2, "sd_log": 0.3}, LogNormal(2.0, 0.3)),
        ({"mean": 200, "sd": 5}, Normal(200.0, 5.0)),
        ({"choices": [1, "2 GW"], "weights": [3, 1]}, Choices((1.0, 2000.0), (0.75, 0.25))),
        ({"choices": [1, 2]}, Choices((1.0, 2.0), (0.5, 0.5))),
    ],
)
def test_forms(raw: object, distribution: object) -> None:
    assert read_quantity(raw, MW) == distribution


def test_percentiles_are_what_was_written() -> None:
    read = read_quantity({"p05": 100, "p95": "0.4 GW"}, MW)
    assert isinstance(read, LogNormal)
    assert read.ppf(np.array([0.05, 0.5, 0.95])) == pytest.approx([100, 200, 400])


@pytest.mark.parametrize(
    "raw",
    [
        True, None, [1], "", "GW", "1.2 GWh", "1.2 bananas", math.inf, math.nan, "nan",
        {}, {"low": 1}, {"low": 2, "high": 1}, {"low": 1, "mode": 5, "high": 4},
        {"lo": 1, "high": 2},
        {"p05": 2, "p95": 1}, {"median": 0, "sd_log": 0.3}, {"median": 1, "sd_log": -1},
        {"median": 1, "sd_log": "0.3"}, {"mean": 1, "sd": -1}, {"choices": []}, {"choices": 3},
        {"choices": [1, 2], "weights": [1]}, {"choices": [1, 2], "weights": [0, 0]},
        {"choices": [1, 2], "weights": [1, math.inf]}, {"low": True, "high": 2},
        {"low": 1, "high": 2, "mean": 3},
    ],
)  # fmt: skip
def test_nonsense_is_refused(raw: object) -> None:
    with pytest.raises(ValueError, match=r"."):
        read_quantity(raw, MW)


@pytest.mark.parametrize(
    ("raw", "low", "high"),
    [
        (1.2, 0, 1), (-0.1, 0, 1), ({"low": 0.5, "high": 1.1}, 0, 1), ("120 %", 0, 1),
        ({"choices": [0.5, 2]}, 0, 1), ({"median": 0.9, "sd_log": 0.5}, 0, 1),
        ({"mean": 0.1, "sd": 0.2}, 0, 1),
    ],
)  # fmt: skip
def test_bounds_hold_for_every_form(raw: object, low: float, high: float) -> None:
    with pytest.raises(ValueError, match="must be between 0 and 1"):
        read_quantity(raw, SHARE, low, high)


def test_share_of_a_lognormal_never_exceeds_one() -> None:
    """The supply share of the reference programme: median 0.2, sd 0.5 of the logarithm."""
    read = read_quantity({"median": 0.2, "sd_log": 0.5}, SHARE, 0.0, 1.0)
    assert isinstance(read, Truncated)
    assert read.ppf(U).max() <= 1.0
    assert LogNormal(0.2, 0.5).ppf(U).max() > 1.0  # what the cut is for
    assert read.central == 0.2
    assert read.ppf(np.array([0.05, 0.5, 0.95])) == pytest.approx(
        LogNormal(0.2, 0.5).ppf(np.array([0.05, 0.5, 0.95])), rel=0.01
    )


def test_cut_leaves_alone_what_hardly_reaches_beyond() -> None:
    assert cut(LogNormal(0.2, 0.1), 0.0, 1.0) == LogNormal(0.2, 0.1)
    assert cut(Normal(10.0, 1.0), 0.0, math.inf) == Normal(10.0, 1.0)
    assert cut(LogNormal(2.0, 0.0), 0.0, 5.0) == LogNormal(2.0, 0.0)


@given(st.floats(0.05, 0.9), st.floats(0.05, 0.6), st.floats(0.5, 4.0))
def test_truncated_is_the_conditional_distribution(median: float, sd: float, factor: float) -> None:
    inner = LogNormal(median, sd)
    cut_at = Truncated(inner, 0.0, 1.0)
    values = cut_at.ppf(U)
    assert np.all(np.diff(values) >= 0)
    assert values.max() <= 1.0
    total = cdf(inner, 1.0)
    for u, value in zip(U[::200], values[::200], strict=True):
        assert cdf(inner, value) / total == pytest.approx(u, abs=1e-6)
    assert cut_at.scaled(factor).ppf(U) == pytest.approx(values * factor)


finite = st.floats(0.001, 1e6)


@st.composite
def written(draw: st.DrawFn) -> dict[str, object] | float:
    """Any valid quantity of a field without an upper bound."""
    a, b, c = sorted(draw(st.tuples(finite, finite, finite)))
    form = draw(st.sampled_from(["point", "low-high", "triangle", "p", "choices", "median"]))
    forms: dict[str, dict[str, object] | float] = {
        "point": a,
        "low-high": {"low": a, "high": c},
        "triangle": {"low": a, "mode": b, "high": c},
        "p": {"p05": a, "p95": c},
        "choices": {"choices": [a, b, c], "weights": [1, 2, 3]},
        "median": {"median": b, "sd_log": 0.4},
    }
    return forms[form]


@given(written())
def test_round_trip(raw: dict[str, object] | float) -> None:
    """Reading gives what was written, in any unit, and reading again changes nothing."""
    read = read_quantity(raw, MW)
    assert read_quantity(read, MW) == read
    low, high = support(read)
    assert low <= read.central <= high
    assert np.all(read.ppf(U) >= 0)
    in_gw = _scaled(raw, 1e-3, " GW")
    again = read_quantity(in_gw, MW)
    assert type(again) is type(read)
    # A mode at the low end takes differences of large numbers: exact to the width, not the value.
    assert again.ppf(U) == pytest.approx(read.ppf(U), rel=1e-9, abs=1e-12 * high)


def _scaled(raw: object, factor: float, unit: str) -> object:
    if isinstance(raw, dict):
        plain = ("weights", "sd_log")
        return {k: v if k in plain else _scaled(v, factor, unit) for k, v in raw.items()}
    if isinstance(raw, list):
        return [_scaled(v, factor, unit) for v in raw]
    assert isinstance(raw, float)
    return f"{raw * factor!r}{unit}"


@pytest.mark.parametrize(
    ("raw", "message"),
    [
        ({"low": 1, "high": 2}, "must be a whole number; a range is not possible here"),
        (2.5, "must be a whole number"),
        (0, "must be between 1 and 200"),
        (201, "must be between 1 and 200"),
        (True, "must be a whole number, such as"),
        ([2], "must be a whole number, such as"),
        ("two", "is not a quantity"),
    ],
)
def test_exact_numbers_say_so(raw: object, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        Exact("count", 1, 200, whole=True).read(raw)


def test_exact_numbers_are_whole() -> None:
    value = Exact("count", 1, 1e5, whole=True).read("8 k")
    assert value == 8000
    assert isinstance(value, int)
    assert Exact("count", 1, 200, whole=True).read(3.0) == 3


def test_json_schema_of_a_quantity_names_its_unit() -> None:
    schema = Quantity("usd_per_gw").json_schema()
    assert "$35 bn/GW" in schema["examples"]
    assert schema["x-quantity"] == "usd_per_gw"


@pytest.mark.parametrize("kind", KINDS)
def test_every_term_has_a_unit_and_a_readable_default(kind: str) -> None:
    for term in KINDS[kind].terms.values():
        assert unit_named(term.unit).factors
        assert term.help
        assert term.default is None or term.default >= 0
