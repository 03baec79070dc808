"""Site rules: place, date, size, limit; what is not told stays open."""

from __future__ import annotations

import datetime as dt
from dataclasses import fields, replace

import pytest

from gigawatt.catalog import load_catalog
from gigawatt.energy.rules.check import (
    SENSES,
    Finding,
    SiteFacts,
    check_rule,
    check_rules,
    missed,
)
from gigawatt.errors import InputError
from gigawatt.program.model import DUTIES

CATALOG = load_catalog()
TODAY = dt.date(2026, 11, 25)
STAGES = ("in force", "adopted", "proposed", "precedent")
TEXAS = SiteFacts(
    "US", "TX", "ercot", dt.date(2026, 6, 1), it_mw=300.0, facility_mw=340.0, grid_mw=340.0,
    onsite_mw=0.0, pue_annual=1.1, nox_t_per_year=0.0,
)  # fmt: skip
FRANKFURT = replace(
    TEXAS, country="DE", region="Hessen", grid="germany", pue_annual=1.25, erf=0.06,
    started=dt.date(2026, 9, 1),
)  # fmt: skip


def by_rule(site: SiteFacts, day: dt.date = TODAY) -> dict[str, Finding]:
    return {f.rule: f for f in check_rules(CATALOG, site, day)}


def test_records_are_whole():
    for record in CATALOG.records["siterules"].values():
        check_rule(record, TEXAS, TODAY)
        assert record.text("sense") in SENSES
        assert record.text("stage") in STAGES, record.id
        assert record.attributes["begins"].year > 1970
        assert (record.text("sense") == "duty") == ("limit" not in record.facts), record.id


def test_texas():
    found = by_rule(TEXAS)
    assert found["tx-sb6-disconnect"].applies is True
    assert found["tx-sb6-disconnect"].met is None  # the plan does not tell
    assert "eu-report" not in found
    assert "de-pue-new" not in found
    assert found["us-title-v"].applies is False
    small = by_rule(replace(TEXAS, grid_mw=74.0))
    assert small["tx-sb6-disconnect"].applies is False
    early = by_rule(replace(TEXAS, started=dt.date(2025, 6, 1)))
    assert early["tx-sb6-disconnect"].applies is False
    assert early["ercot-ride-through"].applies is False


def test_ride_through_is_missed_by_a_share():
    rule = by_rule(replace(TEXAS, ride_through_share=0.7))["ercot-ride-through"]
    assert rule.stage == "proposed"
    assert rule.met is False
    assert rule.short_by == pytest.approx(0.3)


def test_germany_by_date_of_start():
    in_two_years = dt.date(2028, 10, 1)
    assert by_rule(FRANKFURT)["de-pue-new"].applies is False  # two years of grace
    new = by_rule(FRANKFURT, in_two_years)["de-pue-new"]
    assert new.met is False
    assert new.short_by == pytest.approx(0.05)
    assert by_rule(FRANKFURT)["de-erf-2026"].applies is False  # two years of grace here too
    assert by_rule(FRANKFURT, in_two_years)["de-erf-2026"].short_by == pytest.approx(0.04)
    ahead = {f.rule: f for f in check_rules(CATALOG, FRANKFURT, TODAY, dt.date(2034, 12, 31))}
    assert ahead["de-pue-new"].short_by == pytest.approx(0.05)
    assert ahead["de-pue-new"].begins == "2028-09-01"
    assert ahead["de-renewable-2024"].applies is True  # till the end of this year
    assert ahead["de-renewable-2027"].applies is True
    assert by_rule(FRANKFURT)["de-erf-2028"].applies is False
    old = replace(FRANKFURT, started=dt.date(2020, 1, 1))
    assert by_rule(old, dt.date(2028, 1, 1))["de-pue-2027"].met is True
    assert by_rule(old, dt.date(2031, 1, 1))["de-pue-2030"].met is True
    assert by_rule(old, dt.date(2031, 1, 1))["de-pue-new"].applies is False
    assert by_rule(old, TODAY)["de-renewable-2024"].applies is True
    assert by_rule(old, dt.date(2027, 1, 1))["de-renewable-2024"].applies is False
    assert by_rule(replace(old, reports_to_eu=True))["eu-report"].met is True


def test_air_permits_by_tonnes():
    engines = replace(TEXAS, onsite_mw=700.0, grid_mw=0.0, nox_t_per_year=613.0)
    found = by_rule(engines)
    assert found["us-title-v"].applies is True
    assert found["us-psd"].applies is True
    assert found["tx-sb6-disconnect"].applies is False  # no grid
    assert by_rule(replace(engines, permit_psd=False))["us-psd"] in missed(
        check_rules(CATALOG, replace(engines, permit_psd=False), TODAY)
    )
    mobile = replace(TEXAS, portable_mw=100.0, portable_months=18.0)
    assert by_rule(mobile)["us-portable"].short_by == pytest.approx(6.0)


def test_unknown_sizes_stay_open_and_applying_rules_come_first():
    unknown = check_rules(CATALOG, SiteFacts("US", "TX", "ercot"), TODAY)
    assert all(f.applies is not True for f in unknown)
    order = [f.applies for f in check_rules(CATALOG, TEXAS, TODAY)]
    assert order == sorted(order, key=lambda a: (a is not True, a is False))


def test_a_record_with_a_wrong_quantity_is_told():
    record = CATALOG.record("siterules", "eu-report")
    wrong = replace(record, attributes={**record.attributes, "quantity": "pue_anual"})
    with pytest.raises(InputError, match="Did you mean 'pue_annual'"):
        check_rule(wrong, TEXAS, TODAY)


def test_what_decides_is_told_and_duties_are_facts_of_a_site():
    site = SiteFacts("US", "TX", "ercot", nox_t_per_year=500.0, permit_psd=True)
    found = {f.rule: f for f in check_rules(load_catalog(), site, dt.date(2028, 1, 1))}
    psd = found["us-psd"]
    assert (psd.applies, psd.met, psd.short_by) == (True, True, 0.0)
    assert (psd.size, psd.size_value, psd.size_unit) == ("nox_t_per_year", 500.0, "t/year")
    assert psd.threshold == pytest.approx(226.8, abs=0.1)
    names = {f.name for f in fields(SiteFacts)}
    assert names >= {*DUTIES}
