"""Single sites in a table: dated campuses, odds of the routes, soft evidence, bad input."""

from __future__ import annotations

import csv
import datetime as dt
from pathlib import Path

import numpy as np
import pytest

from gigawatt.catalog import load_catalog
from gigawatt.errors import InputError
from gigawatt.schedule.cases import SiteCase, case_dates, case_draws, read_case

CATALOG = load_catalog()
CLEARED = dt.date(2025, 3, 1)


def median(target: str = "first_power", **known: object) -> float:
    return case_draws(SiteCase(CLEARED, **known), CATALOG).quantile(target, 0.5)  # type: ignore[arg-type]


def test_what_is_in_hand_brings_first_power_nearer():
    fast = median(builder="developer", power_contracted=True, framework_orders=True)
    unknown = median()
    slow = median(builder="self", power_contracted=True, framework_orders=False)
    never = median(power_contracted=False, framework_orders=False, route="grid")
    assert fast < unknown < slow < never
    assert median(route="brownfield") < fast


def test_targets_are_in_order_and_none_beyond_the_site():
    row = case_dates(SiteCase(CLEARED, mw=600.0, route="grid"), CATALOG)
    assert row["first_power_p50"] <= row["mw200_p50"]
    assert row["mw1000_p50"] == row["mw1000_p95"] == ""
    big = case_dates(SiteCase(CLEARED, mw=2000.0), CATALOG)
    assert big["first_power_p05"] < big["mw200_p50"] <= big["mw1000_p50"] < big["mw1000_p95"]


DEVELOPER = {"builder": "developer", "power_contracted": True, "framework_orders": True}


@pytest.mark.parametrize("months", [1, 9, 15, 19])
@pytest.mark.parametrize("known", [{}, DEVELOPER, {"power_contracted": False}])
def test_no_date_lies_before_the_day_of_the_forecast(months: int, known: dict[str, object]):
    as_of = CLEARED + dt.timedelta(days=round(30.44 * months))
    row = case_dates(SiteCase(CLEARED, mw=800.0, as_of=as_of, **known), CATALOG)  # type: ignore[arg-type]
    assert row["as_of_note"] == ""
    dates = [v for k, v in row.items() if k != "as_of_note" and v]
    assert len(dates) == 6
    assert min(dates) >= as_of.isoformat()
    assert row["first_power_p05"] < row["first_power_p50"] < row["first_power_p95"]


def test_waiting_is_what_a_forecast_from_clearing_says_of_the_sites_that_wait():
    age = dt.timedelta(days=450)
    clearing = case_draws(SiteCase(CLEARED, **DEVELOPER), CATALOG).months["first_power"]  # type: ignore[arg-type]
    late = clearing[clearing > age.days / 30.436875]
    waiting = case_draws(SiteCase(CLEARED, as_of=CLEARED + age, **DEVELOPER), CATALOG)  # type: ignore[arg-type]
    for q in (0.05, 0.5, 0.95):
        assert waiting.quantile("first_power", q) == pytest.approx(np.quantile(late, q), abs=0.1)


def test_a_standing_hall_without_power_takes_the_sooner_plant():
    none, some = (median(route="brownfield", power_contracted=known) for known in (False, True))
    assert some + 1.0 < none < some + 6.0


def test_few_draws_last_so_that_more_are_made():
    waiting = case_draws(SiteCase(CLEARED, as_of=dt.date(2027, 2, 1), **DEVELOPER), CATALOG)  # type: ignore[arg-type]
    assert len(waiting.months["first_power"]) > 800


def test_a_silence_of_ten_years_is_a_gap_in_the_record():
    silent = case_dates(SiteCase(CLEARED, as_of=dt.date(2035, 3, 1), **DEVELOPER), CATALOG)  # type: ignore[arg-type]
    plain = case_dates(SiteCase(CLEARED, **DEVELOPER), CATALOG)  # type: ignore[arg-type]
    assert "120 months after clearing" in silent["as_of_note"]
    assert {**silent, "as_of_note": ""} == plain


def test_a_planned_clearing_may_slip():
    early = case_draws(SiteCase(CLEARED, as_of=CLEARED - dt.timedelta(days=200)), CATALOG)
    assert early.quantile("first_power", 0.5) > median() + 1.0


def test_dated_campuses(shared: Path):
    """Coverage of the recorded greenfield sites; what is in sample is said in the docs."""
    developer = ("Abilene", "Goodnight", "Helios", "Abu Dhabi")
    covered, widths = 0, []
    with (shared / "reference/buildout/site_durations.csv").open() as file:
        rows = [r for r in csv.DictReader(file) if "Colossus" not in r["site"]]
    for row in rows:
        built = "developer" if any(n in row["site"] for n in developer) else "self"
        case = SiteCase(
            dt.date.fromisoformat(row["land_clearing"]), "grid", built, True, built == "developer"
        )
        drawn = case_draws(case, CATALOG)
        low, high = (drawn.quantile("first_power", q) for q in (0.05, 0.95))
        covered += low <= float(row["days_to_first_power"]) / 30.437 <= high
        widths.append(high - low)
    print(f"covered {covered} of {len(rows)}, median width {np.median(widths):.1f} months")
    assert covered >= 9
    assert np.median(widths) < 45.0


@pytest.mark.parametrize(
    ("row", "message"),
    [
        ({"clearing_date": ""}, "clearing_date is empty"),
        ({"clearing_date": "March"}, "clearing_date = 'March'"),
        ({"route": "gird"}, "Did you mean 'grid'"),
        ({"builder": "hyperscaler"}, "builder = 'hyperscaler'"),
        ({"power_contracted": "maybe"}, "must be yes, no or empty"),
        ({"mw": "-3"}, "must be a number above 0"),
        ({"buildings": "2.5"}, "must be a whole number"),
    ],
)
def test_bad_cells(row: dict[str, str], message: str):
    with pytest.raises(InputError, match=message):
        read_case({"clearing_date": "2025-03-01", **row})


def test_lateness_acts_on_what_is_left_of_contracted_power(monkeypatch: pytest.MonkeyPatch):
    """A slow utility that has done its work by clearing delays nothing."""
    drawn = case_draws(SiteCase(CLEARED, "grid", "self", True, False), CATALOG)
    width = drawn.quantile("first_power", 0.95) - drawn.quantile("first_power", 0.05)
    monkeypatch.setattr("gigawatt.schedule.milestones._power_pace", lambda *_: 1.0)
    twice = case_draws(SiteCase(CLEARED, "grid", "self", True, False), CATALOG)
    assert width < 0.9 * (twice.quantile("first_power", 0.95) - twice.quantile("first_power", 0.05))


def test_power_without_a_contract_is_asked_for_before_clearing(monkeypatch: pytest.MonkeyPatch):
    asked = median(power_contracted=False, route="grid")
    monkeypatch.setattr("gigawatt.schedule.forward._prepared", lambda *_: 0.0)
    assert asked < median(power_contracted=False, route="grid") - 3.0


def test_campuses_before_the_demand_for_whole_ones_grow_by_the_year():
    old, new = (
        case_draws(SiteCase(dt.date(year, 3, 1), "grid", "self", True, False, mw=800.0), CATALOG)
        for year in (2019, 2024)
    )
    wait = [d.quantile("mw200", 0.5) - d.quantile("first_power", 0.5) for d in (old, new)]
    assert wait[0] > 2.0 * wait[1]


@pytest.mark.parametrize(
    ("row", "message"),
    [
        ({"clearing_date": "9999-05-31"}, "years from 1980 to 2100"),
        ({"as_of": "1985-05-31"}, "30 years apart at most"),
        ({"clearing_date": "31/05/2024"}, "year-month-day, such as"),
    ],
)
def test_dates_that_cannot_be_are_told(row: dict[str, str], message: str):
    with pytest.raises(InputError, match=message):
        read_case({"clearing_date": "2025-03-01", **row})


def test_ground_is_not_cleared_years_ahead_of_power(monkeypatch: pytest.MonkeyPatch):
    asked = median(power_contracted=False, route="grid")
    monkeypatch.setattr("gigawatt.schedule.phase_case.UTILITY_WORK", "")
    assert asked < median(power_contracted=False, route="grid") - 3.0


def test_a_month_stands_for_its_middle_and_words_for_nothing():
    written = {"clearing_date": "2024-05", "builder": "unknown", "framework_orders": "n/a"}
    whole = {"clearing_date": "2024-05-15", "builder": "", "framework_orders": ""}
    assert read_case(written) == read_case(whole)
