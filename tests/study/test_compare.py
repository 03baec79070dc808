"""Comparing gives differences within each draw, and causes that add up to them."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import polars as pl
import pytest
from click.testing import CliRunner
from hypothesis import given
from hypothesis import strategies as st

from gigawatt.cli.compare import command
from gigawatt.errors import InputError
from gigawatt.program.load import load_program
from gigawatt.study.comparison.causes import causes
from gigawatt.study.comparison.compare import (
    causes_table,
    compare_programs,
    differences_table,
    write_comparison,
)
from gigawatt.study.comparison.compare_runs import compare_runs
from gigawatt.study.comparison.difference import difference, odds_difference
from gigawatt.study.comparison.hybrids import groups_of, path_states
from gigawatt.study.comparison.mixture import hybrid
from gigawatt.study.named import named_results
from gigawatt.study.run import Settings, simulate, write_run

CHANGED = """
extends = "single-campus"
name = "changed"
title = "Changed"

[[supply]]
system = "vr200-nvl72"
slip_months = { low = 12, mode = 18, high = 24 }

[[workload]]
id = "serve"
output_tokens = 500

[[site]]
id = "plains"
[[site.phase]]
id = "p1"
power_mw = 250

[[instrument]]
id = "lease"
terms = { rent_usd_per_kw_month = 100, escalator_share = 0.02, term_years = 15 }

[assumptions.money]
inflation_yearly_factor = 1.08

[facts]
"grids/ercot/outage_share" = 0.05
"""


def programme(folder: Path, text: str, name: str = "b"):
    path = folder / f"{name}.toml"
    path.write_text(text, encoding="utf-8")
    return load_program(str(path))


@pytest.fixture(scope="module")
def a():
    return load_program("single-campus")


@pytest.fixture(scope="module")
def b(tmp_path_factory):
    return programme(tmp_path_factory.mktemp("programmes"), CHANGED)


@pytest.fixture(scope="module")
def comparison(a, b):
    return compare_programs(a, b, Settings(draws=120, seed=3), causes_draws=60)


def by_name(found) -> dict[str, dict]:
    return {r["name"]: r for r in found.results}


def test_every_named_result_is_compared(a, comparison):
    named = named_results(simulate(a, Settings(draws=20)).frame)
    assert {n.name for n in named} <= set(by_name(comparison))
    for row in comparison.results:
        assert row["title"] and row["unit"] and row["definition"] and row["difference_unit"]
        assert row["difference"] is not None or "by_year" in row, row["name"]


@pytest.mark.parametrize(
    "name",
    [
        "first_gw_in_service_date", "probability_first_gw_by_2026_12_31", "packages_per_gw",
        "packages_per_gw_vr200-nvl72", "racks_per_week_peak", "capex_usd_per_gw",
        "tokens_per_day_per_gw", "training_flop_100_days_per_gw", "funding_gap_peak_usd",
        "energy_twh_per_year", "co2_mt_per_year", "tranche_released_usd",
        "facility_gw_in_service_by_year_end", "share_of_world_stock", "load_factor_by_year",
    ],
)  # fmt: skip
def test_the_draws_of_a_result_have_the_percentiles_of_its_answer(a, name):
    """What differences are taken of is what the answers are made of."""
    frame = simulate(a, Settings(draws=80, seed=4)).frame
    named = {n.name: n for n in named_results(frame)}[name]
    if named.draws is not None and named.answer["kind"] == "number":
        share = named.answer["unit"] == "share"
        middle = named.draws.mean() if share else np.median(named.draws)
        assert named.answer["p50"] == pytest.approx(middle, rel=1e-12)
    elif named.draws is not None:
        assert np.isfinite(named.draws).mean() == named.answer["probability"]
    else:
        assert set(named.by_year) == set(named.answer["by_year"])
        for year, values in named.by_year.items():
            assert named.answer["by_year"][year]["p50"] == pytest.approx(np.nanmedian(values))


def test_a_programme_does_not_differ_from_itself(a):
    found = compare_programs(a, a, Settings(draws=60, seed=2))
    for row in found.results:
        entries = [row, *row.get("by_year", {}).values()]
        for entry in entries:
            d = entry.get("difference")
            if isinstance(d, dict) and d["p50"] is not None:
                assert {d[q] for q in ("p10", "p50", "p90", "mean")} == {0.0}
    assert found.causes.groups == ()
    assert all(w.effects == () and w.a == w.b for w in found.causes.waterfalls)
    assert any("do not differ" in note for note in found.notes)


def test_differences_are_taken_within_the_draw(comparison):
    """A campus with 70 MW more needs more packages, and the packages of Rubin stay the same."""
    rows = by_name(comparison)
    assert rows["packages_per_gw_vr200-nvl72"]["difference"]["p90"] == 0.0
    d = rows["packages_per_gw"]["difference"]
    spread_of_a = rows["packages_per_gw"]["a"]["p90"] - rows["packages_per_gw"]["a"]["p10"]
    assert 0 < d["p10"] <= d["p50"] <= d["p90"]
    assert d["p90"] - d["p10"] < 0.2 * spread_of_a  # common chance is gone


def test_effects_sum_to_the_whole_difference(comparison):
    found = comparison.causes
    assert [g.label for g in found.groups] == [
        "sites of both changed", "rack supplies", "workloads", "instruments",
        "assumptions: money", "facts: grids",
    ]  # fmt: skip
    assert found.groups[0].changed == ("plains changed (power_mw)",)
    names = {w.name for w in found.waterfalls}
    assert {"capex_usd_per_gw", "packages_per_gw", "tokens_per_day_per_gw", "energy_twh_2034",
            "funding_gap_peak_usd", "facility_gw_in_service_end_2028"} <= names  # fmt: skip
    for w in found.waterfalls:
        for kind in ("forward", "reverse", "mean"):
            total = sum(getattr(e, kind) for e in w.effects)
            assert total == pytest.approx(w.b - w.a, rel=1e-9, abs=1e-12 * max(1, abs(w.a)))


def test_a_cause_acts_where_it_must_and_nowhere_else(comparison):
    effects = {w.name: {e.group: e.mean for e in w.effects} for w in comparison.causes.waterfalls}
    packages = effects["packages_per_gw"]
    assert [g for g, v in packages.items() if v != 0.0] == ["sites of both changed"]
    assert effects["capex_usd_per_gw"]["assumptions: money"] > 0
    assert effects["capex_usd_per_gw"]["facts: grids"] == 0
    assert effects["energy_twh_2034"]["facts: grids"] < 0
    assert effects["tokens_per_day_per_gw"]["workloads"] != 0


def test_all_groups_moved_give_the_other_programme(a, b):
    parts = {p for g in groups_of(a, b) for p in g.parts}
    mixed = simulate(hybrid(a, b, parts), Settings(draws=40)).kept.draws
    other = simulate(b, Settings(draws=40)).kept.draws
    for name, values in other.items():
        np.testing.assert_allclose(mixed[name], values, rtol=1e-12, err_msg=name)


def test_shared_slots_are_a_cause(a, tmp_path):
    crews = """
extends = "single-campus"
name = "crews"
title = "Crews"

[[limit]]
id = "crews"
resource = "crews"
mw_per_year = 60
opens = 2027-01-01
status = "assumed"
source = "test"
"""
    slow = programme(tmp_path, crews, "crews")
    (group,) = groups_of(a, slow)
    assert group.parts == ("shared slots and haircuts",) and group.changed == ("crews added",)
    mixed = simulate(hybrid(a, slow, set(group.parts)), Settings(draws=40)).kept.draws
    other = simulate(slow, Settings(draws=40)).kept.draws
    before = simulate(a, Settings(draws=40)).kept.draws
    for name, values in other.items():
        np.testing.assert_allclose(mixed[name], values, rtol=1e-12, err_msg=name)
    assert np.all(other["in_service"] >= before["in_service"] - 1e-9)  # crews are waited for
    assert np.any(other["in_service"] > before["in_service"])


def test_contracts_follow_their_sites():
    """They differ in a site and its contracts; all mixtures are sound, in both directions."""
    one = load_program("openai-nvidia-2025-09")
    two = load_program("examples/slower-racks.toml", base=Path(__file__).parents[2])
    groups = groups_of(one, two)
    assert [g.label for g in groups] == ["sites added or removed", "rack supplies", "instruments"]
    for x, y in ((one, two), (two, one)):
        for moved in path_states(groups_of(x, y)):
            mixed = hybrid(x, y, moved).program
            ids = {s.id for s in mixed.sites}
            assert {s for i in mixed.instruments for s in i.sites} <= ids
            leases = [i.id for i in mixed.instruments if i.id == "lease-crusoe"]
            assert leases == (["lease-crusoe"] if "abilene-expansion" in ids else [])


def test_groups_that_make_no_sense_alone_move_together(a):
    """Another tenant's contract lists the site: site and contract can't move one by one."""
    program = a.program
    lease = next(i for i in program.instruments if i.kind == "colocation_lease")
    site = program.sites[0]
    listed = replace(lease, sites=(site.id,))
    rest = tuple(i for i in program.instruments if i.id != lease.id)
    one = replace(a, program=replace(program, instruments=(*rest, listed)))
    moved = replace(listed, parties={**lease.parties, "landlord": "bank"})
    two = replace(
        a,
        program=replace(
            program,
            sites=(replace(site, landlord="bank"),),
            instruments=(*rest, moved),
        ),
    )
    (group,) = groups_of(one, two)
    assert group.parts == ("sites of both changed", "instruments")
    assert site.id in group.reason
    found = causes(one, two, Settings(draws=20))
    assert len(found.groups) == 1


def test_progress_after_the_as_of_date_moves_with_it(a):
    import datetime as dt

    site = a.program.sites[0]
    later = dt.date(2026, 11, 19)
    phase = replace(site.phases[0], progress={**site.phases[0].progress, "land": later})
    earlier = replace(a, program=replace(a.program, as_of=dt.date(2026, 3, 1), sites=(
        replace(site, phases=tuple(replace(p, progress={}) for p in site.phases)),)))  # fmt: skip
    known = replace(a, program=replace(a.program, sites=(
        replace(site, phases=(phase, *site.phases[1:])),)))  # fmt: skip
    assert [g.parts for g in groups_of(earlier, known)] == [("as-of date", "sites of both changed")]
    before = replace(phase, progress={"land": dt.date(2026, 2, 1)})
    known = replace(a, program=replace(a.program, sites=(
        replace(site, phases=(before, *site.phases[1:])),)))  # fmt: skip
    assert [g.parts for g in groups_of(earlier, known)] == [
        ("as-of date",), ("sites of both changed",),
    ]  # fmt: skip


@given(
    st.lists(
        st.tuples(st.floats(0, 100) | st.just(np.inf), st.floats(0, 100) | st.just(np.inf)),
        min_size=1,
        max_size=40,
    )
)
def test_shares_of_a_difference_sum_to_what_is_reached(pairs):
    first, second = (np.array(column) for column in zip(*pairs, strict=True))
    d = difference(first, second)
    back = difference(second, first)
    reached = np.isfinite(first) | np.isfinite(second)
    total = d["share_both"] + d["share_only_a"] + d["share_only_b"]
    assert total == pytest.approx(reached.mean())
    assert (d["share_only_a"], d["share_only_b"]) == (back["share_only_b"], back["share_only_a"])
    if d["p50"] is not None:
        assert d["p10"] <= d["p50"] + 1e-9
        assert d["p50"] <= d["p90"] + 1e-9
        assert d["mean"] == pytest.approx(-back["mean"])


def test_a_difference_is_not_that_of_the_percentiles():
    d = difference(np.array([0.0, 10.0, 20.0]), np.array([21.0, 11.0, 1.0]))
    assert (d["p10"], d["p50"], d["p90"]) == pytest.approx((-15.0, 1.0, 17.0))


def test_dates_that_only_one_side_reaches_are_counted_not_subtracted():
    d = difference(np.array([10.0, 20.0, np.inf, 30.0]), np.array([12.0, np.inf, 5.0, 34.0]))
    assert (d["p10"], d["p90"]) == (pytest.approx(2.2), pytest.approx(3.8))
    assert (d["share_both"], d["share_only_a"], d["share_only_b"]) == (0.5, 0.25, 0.25)


def test_odds_on_the_same_draws_are_sharper_than_apart():
    hits = np.zeros(100)
    hits[:40] = 1
    more = hits.copy()
    more[40:45] = 1
    d = odds_difference(hits, more)
    assert d["p50"] == pytest.approx(0.05)
    apart = 1.2816 * np.sqrt((0.4 * 0.6 + 0.45 * 0.55) / 100)
    assert d["p90"] - d["p50"] < 0.5 * apart


def test_other_calendars_are_refused_with_both_values(a, tmp_path):
    text = 'extends = "single-campus"\nname = "short"\nhorizon = 2031-12-31\n'
    with pytest.raises(InputError, match=r"2034-12-31 .*2031-12-31 .*extends") as told:
        compare_programs(a, programme(tmp_path, text), Settings(draws=10))
    assert "start" not in str(told.value)


def test_comparison_folder_is_whole_and_not_overwritten(comparison, tmp_path):
    folder = write_comparison(comparison, tmp_path / "out")
    content = json.loads((folder / "comparison.json").read_text())
    assert set(content) == {"a", "b", "setting", "notes", "results", "causes"}
    table = pl.read_csv(folder / "causes.csv")
    assert table.height == causes_table(comparison.causes).height > 0
    assert differences_table(comparison).height > len(comparison.results)
    with pytest.raises(InputError, match="exists"):
        write_comparison(comparison, folder)


@pytest.fixture(scope="module")
def runs(a, b, tmp_path_factory):
    folder = tmp_path_factory.mktemp("runs")
    for name, loaded in (("one", a), ("two", b)):
        write_run(simulate(loaded, Settings(draws=120, seed=3)), folder / name)
    return folder


def test_runs_are_compared_as_their_programmes(runs, comparison):
    found = by_name(compare_runs(runs / "one", runs / "two"))
    asked = by_name(comparison)
    paired = {n for n, r in found.items() if r["paired"]}
    assert {"packages_per_gw", "funding_gap_peak_usd", "tokens_per_day_per_gw",
            "first_gw_in_service_date", "packages_per_gw_vr200-nvl72",
            "capex_usd_per_gw"} <= paired  # fmt: skip
    for name in paired:
        assert found[name]["difference"] == pytest.approx(asked[name]["difference"])


def test_dates_of_a_run_beyond_its_calendar_are_not_reached(runs, tmp_path):
    import shutil

    for name, months in (("one", [40.0] * 120), ("two", [43.0] * 60 + [1000.0] * 60)):
        shutil.copytree(runs / name, tmp_path / name)
        file = tmp_path / name / "tables" / "draws.parquet"
        column = pl.Series("result:first_gw_in_service_month", months)
        pl.read_parquet(file).with_columns(column).write_parquet(file)
    row = by_name(compare_runs(tmp_path / "one", tmp_path / "two"))["first_gw_in_service_date"]
    assert (row["difference"]["p50"], row["difference"]["share_only_a"]) == (3.0, 0.5)
    assert row["difference_unit"] == "months"


@pytest.mark.parametrize(
    ("key", "value"),
    [("seed", 4), ("draws", 99), ("gigawatt_version", "0.0.1"), ("horizon", "2030-12-31"),
     ("start", "2025-01-01")],
)  # fmt: skip
def test_runs_that_do_not_share_their_draws_are_refused(runs, tmp_path, key, value):
    import shutil

    other = tmp_path / "other"
    shutil.copytree(runs / "two", other)
    manifest = json.loads((other / "manifest.json").read_text())
    (other / "manifest.json").write_text(json.dumps({**manifest, key: value}))
    with pytest.raises(InputError, match=f"{key} is .*{value}"):
        compare_runs(runs / "one", other)


def invoke(*argv: object) -> tuple[object, str]:
    result = CliRunner(env={"COLUMNS": "200"}).invoke(command, [str(a) for a in argv])
    return result.exception, result.stdout


def test_command_prints_and_gives_json(runs, tmp_path):
    error, out = invoke(runs / "one", runs / "two")
    assert error is None
    assert "of the medians" in out and "packages/GW" in out
    (tmp_path / "b.toml").write_text(CHANGED)
    argv = ("single-campus", tmp_path / "b.toml", "--draws", 30, "--workers", 1)
    error, out = invoke(*argv, "--json")
    assert error is None
    assert json.loads(out)["causes"]["draws"] == 30
    error, out = invoke(*argv, "--out", tmp_path / "made")
    assert error is None and "Causes" in out
    assert (tmp_path / "made" / "comparison.json").is_file()


def test_bad_input_of_the_command_is_told_in_one_message(runs, tmp_path):
    cases = {
        ("single-campos", "single-campus"): "single-campus",
        (runs / "one", runs / "twoo"): "two'",
        (runs / "one", "single-campus"): "a programme",
        (runs / "one", tmp_path): "no manifest.json",
        (runs / "one", runs / "two", "--seed", 3): "--seed",
        ("single-campus", "single-campus", "--draws", 0): "draws",
        ("single-campus", "single-campus", "--causes-draws", 0): "causes-draws",
        ("single-campus", "single-campus", "--out", tmp_path): "exists",
    }
    for argv, expected in cases.items():
        error, _ = invoke(*argv)
        assert isinstance(error, InputError), argv
        assert expected in str(error), argv
