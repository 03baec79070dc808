"""Every rule at its threshold, its limit and its dates: who is in, who is out, by how much."""

from __future__ import annotations

import datetime as dt
from dataclasses import fields, replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gigawatt.catalog import load_catalog
from gigawatt.energy.rules.check import SiteFacts, check_rule, rules_at

CATALOG = load_catalog()
RULES = CATALOG.records["siterules"]
MEASURED = [r.id for r in RULES.values() if r.text("sense") != "duty"]
DUTY = [r.id for r in RULES.values() if r.text("sense") == "duty"]
BARE = SiteFacts("XX", "", "")
SHARE = st.floats(1e-6, 0.5)


def dates_of(rule):
    """A start and a day on which the rule holds for a site that large."""
    own = RULES[rule].attributes
    first, last = own.get("started_from"), own.get("started_before")
    started = first or (last - dt.timedelta(days=400) if last else dt.date(2026, 6, 1))
    years = int(RULES[rule].value("grace_years")) if "grace_years" in RULES[rule].facts else 0
    begins = max(own["begins"], started)
    day = begins.replace(year=begins.year + years, day=min(begins.day, 28)) + dt.timedelta(days=1)
    if own.get("ends"):
        day = min(day, own["ends"] - dt.timedelta(days=1))
    return started, max(day, own["begins"])


def site_at(rule, factor=1.0, **more):
    """A site whose deciding size is the threshold times a factor."""
    record = RULES[rule]
    started, day = dates_of(rule)
    size = {record.text("size"): record.value("threshold") * factor}
    return replace(BARE, started=started, **(size | more)), day


@pytest.mark.parametrize("rule", RULES)
@given(off=SHARE)
def test_size_decides_from_the_threshold_on(rule, off):
    for factor, wanted in ((1.0, True), (1.0 + off, True), (1.0 - off, False)):
        site, day = site_at(rule, factor)
        assert check_rule(RULES[rule], site, day).applies is wanted
    unknown, day = site_at(rule)
    unknown = replace(unknown, **{RULES[rule].text("size"): None})
    assert check_rule(RULES[rule], unknown, day).applies is None


@pytest.mark.parametrize("rule", MEASURED)
@given(off=SHARE)
def test_limit_is_met_up_to_itself_and_missed_by_what_lacks(rule, off):
    record = RULES[rule]
    limit, least = record.value("limit"), record.text("sense") == "at least"
    step = off * (abs(limit) or 1.0)
    bad = limit - step if least else limit + step
    good = limit + step if least else limit - step
    for value, met, short in ((limit, True, 0.0), (good, True, 0.0), (bad, False, step)):
        site, day = site_at(rule, 2.0, **{record.text("quantity"): value})
        found = check_rule(record, site, day)
        assert found.applies is True
        assert found.met is met
        assert found.short_by == pytest.approx(short, abs=1e-9)


@pytest.mark.parametrize("rule", DUTY)
def test_a_duty_is_open_until_it_is_told(rule):
    quantity = RULES[rule].text("quantity")
    for told, met in ((None, None), (True, True), (False, False)):
        site, day = site_at(rule, 1.5, **{quantity: told})
        assert check_rule(RULES[rule], site, day).met is met


@pytest.mark.parametrize("rule", RULES)
def test_dates_open_and_close_a_rule(rule):
    site, day = site_at(rule, 2.0)
    own = RULES[rule].attributes
    before = min(own["begins"], site.started) - dt.timedelta(days=1)
    assert check_rule(RULES[rule], site, before).applies is False
    if own.get("ends"):
        assert check_rule(RULES[rule], site, own["ends"]).applies is False
    if own.get("started_from"):
        early = replace(site, started=own["started_from"] - dt.timedelta(days=1))
        assert check_rule(RULES[rule], early, day).applies is False
    if own.get("started_before"):
        late = replace(site, started=own["started_before"])
        assert check_rule(RULES[rule], late, dt.date(2040, 1, 1)).applies is False


@pytest.mark.parametrize("rule", RULES)
def test_place_decides(rule):
    where = RULES[rule].attributes["where"]
    assert where
    for place in where:
        country, _, region = place.partition("-")
        site = {
            "all": BARE, "EU": replace(BARE, country="FR"),
        }.get(place, replace(BARE, country=country, region=region))  # fmt: skip
        if place.startswith("grid:"):
            site = replace(BARE, grid=place.removeprefix("grid:"))
        if place.startswith("ozone:"):
            site = replace(BARE, country="US", ozone_area=place.removeprefix("ozone:"))
        assert RULES[rule] in rules_at(CATALOG, site), place
    if where != ["all"]:
        assert RULES[rule] not in rules_at(CATALOG, BARE)


def test_records_tell_how_sure_they_are():
    names = {f.name for f in fields(SiteFacts)}
    for record in RULES.values():
        assert record.text("confidence") in ("high", "medium", "low"), record.id
        assert {record.text("size"), record.text("quantity")} <= names, record.id


def test_short_tons_of_the_clean_air_act():
    tons = {"us-title-v": 100, "us-psd": 250, "us-psd-steam": 100, "us-nnsr-marginal": 100,
            "us-nnsr-moderate": 100, "us-nnsr-serious": 50, "us-nnsr-severe": 25,
            "us-nnsr-extreme": 10, "us-title-v-serious": 50, "us-title-v-severe": 25,
            "us-title-v-extreme": 10}  # fmt: skip
    for rule, short in tons.items():
        assert RULES[rule].value("threshold") == pytest.approx(short * 0.90718474, abs=0.005), rule


def test_ozone_areas_have_their_rules():
    severe = replace(BARE, country="US", ozone_area="severe", nox_t_per_year=30.0)
    found = {r.id for r in rules_at(CATALOG, severe)}
    assert {"us-nnsr-severe", "us-title-v-severe", "us-title-v"} <= found
    assert "us-nnsr-serious" not in found
    elsewhere = replace(severe, country="DE")
    assert "us-nnsr-severe" not in {r.id for r in rules_at(CATALOG, elsewhere)}
