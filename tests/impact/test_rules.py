"""Rules by threshold and by destination."""

from __future__ import annotations

import datetime as dt

import pytest

from gigawatt.catalog import Status, load_catalog
from gigawatt.errors import InputError
from gigawatt.impact.rules import (
    export_rule,
    rules_for_training,
    total_processing_performance,
)

CATALOG = load_catalog()
TODAY = dt.date(2026, 11, 25)


def names(flop: float, day: dt.date) -> list[str]:
    return [rule.id for rule in rules_for_training(CATALOG, flop, day)]


def test_the_eu_threshold_is_1e25_and_holds_from_august_2025():
    assert names(0.99e25, TODAY) == []
    assert names(1e25, TODAY) == ["eu-ai-act-systemic-risk"]
    assert names(1e25, dt.date(2025, 8, 1)) == []


def test_the_order_of_2023_ended_and_california_began():
    assert "us-eo-14110" in names(1e26, dt.date(2024, 6, 1))
    assert "us-eo-14110" not in names(1e26, dt.date(2025, 1, 20))
    assert names(1e26, TODAY) == ["eu-ai-act-systemic-risk", "california-sb-53"]


def test_performance_is_the_largest_of_the_formats():
    h100 = CATALOG.record("systems", "h100-sxm")
    found = total_processing_performance(CATALOG, "h100-sxm")
    assert found >= 8 * h100.value("fp8_dense_tflops")
    assert found == pytest.approx(15_832, rel=0.01)  # 1,979 TFLOP/s times 8 bits


@pytest.mark.parametrize(
    ("country", "system", "day", "says"),
    [
        ("US", "vr200-nvl72", TODAY, "none"),
        ("NO", "gb300-nvl72", TODAY, "none"),
        ("AE", "gb300-nvl72", TODAY, "licence"),
        ("AE", "gb300-nvl72", dt.date(2023, 6, 1), "none"),
        ("CN", "h100-sxm", dt.date(2024, 1, 1), "denied"),
        ("CN", "h200-sxm", TODAY, "case"),
        ("CN", "vr200-nvl72", TODAY, "denied"),
        ("CN", "h100-sxm", dt.date(2022, 1, 1), "none"),
    ],
)
def test_export_by_destination_system_and_date(country, system, day, says):
    assert export_rule(CATALOG, country, system, day).says == says


def test_every_rule_says_how_it_is_known():
    for kind in ("rules", "exports"):
        for record in CATALOG.records[kind].values():
            assert record.text("source") in CATALOG.sources, record.id
            assert record.text("status") in list(Status), record.id
            assert isinstance(record.attributes["begins"], dt.date), record.id


def test_destinations_keep_one_of_four_requirements():
    for record in CATALOG.records["exports"].values():
        assert record.text("requirement") in ("none", "licence", "denied", "case"), record.id
        assert len(record.text("country")) == 2


def test_unknown_country_is_told_with_those_known():
    with pytest.raises(InputError, match="Known: AE, CN"):
        export_rule(CATALOG, "XX", "vr200-nvl72", TODAY)
