"""The twenty questions, answered from runs; the command that asks them."""

from __future__ import annotations

import json
import os
import shutil
from dataclasses import replace
from datetime import date

import numpy as np
import pytest
from click.testing import CliRunner

from gigawatt.cli.ask import command
from gigawatt.errors import InputError
from gigawatt.program.load import load_program
from gigawatt.study.books.stress import DISCOUNT
from gigawatt.study.questions import QUESTIONS, answer, as_dict, newest_run, question, read_run_data
from gigawatt.study.questions.claim import Claim, claim_of, readings
from gigawatt.study.questions.market import added_by_party
from gigawatt.study.questions.part import KINDS
from gigawatt.study.questions.worth import LIFE_YEARS, _margin, present_value
from gigawatt.study.run import Settings, simulate, write_run
from gigawatt.uncertainty.streams import Streams

PLAN = "openai-nvidia-2025-09"


@pytest.fixture(scope="module")
def runs(tmp_path_factory):
    """Run folders of a small programme and of the announced plan."""
    parent = tmp_path_factory.mktemp("runs")
    out = {}
    for name, draws in (("single-campus", 30), (PLAN, 20)):
        out[name] = write_run(simulate(load_program(name), Settings(draws)), parent / name)
    return {name: read_run_data(folder) for name, folder in out.items()}


@pytest.fixture(scope="module")
def plan(runs):
    return runs[PLAN]


def parts(run, number):
    return {p.name: p for p in answer(question(str(number)), run).parts}


def test_there_are_twenty_in_order_with_their_own_ids():
    assert [q.number for q in QUESTIONS] == list(range(1, 21))
    assert len({q.id for q in QUESTIONS}) == 20
    assert all(q.text.endswith("?") and set(q.users) <= set("UPLRJI, ") for q in QUESTIONS)


@pytest.mark.parametrize("name", ["single-campus", PLAN])
@pytest.mark.parametrize("one", QUESTIONS, ids=lambda q: q.id)
def test_every_answer_is_whole_or_says_what_it_needs(runs, name, one):
    run = runs[name]
    found = answer(one, run)
    assert found.parts or found.needs
    assert all(need.what for need in found.needs)
    json.dumps(as_dict(one, found, run), allow_nan=False)  # no NaN, no array
    names = [p.name for p in found.parts]
    assert len(set(names)) == len(names)
    for part in found.parts:
        assert part.kind in KINDS
        assert part.title and part.definition and part.data, part.name
        assert all(len(row) == len(part.columns) for row in part.rows), part.name
        if part.kind in ("number", "date"):
            assert part.unit, part.name
            known = [v for v in (part.p10, part.p50, part.p90) if v is not None]
            assert known == sorted(known), part.name
        if part.kind == "text":
            assert part.text


def test_first_and_tenth_gigawatt_are_those_of_the_run(plan):
    first = parts(plan, 1)["first_gw_in_service_date"]
    tenth = parts(plan, 2)["tenth_gw_in_service_date"]
    assert first.p50 == plan.answer("first_gw_in_service_date")["p50"]
    assert date.fromisoformat(first.p50) > date(2026, 12, 31)
    assert tenth.p50 is None or tenth.p50 > first.p50


def test_what_binds_sums_to_one_in_each_year(plan):
    sums: dict[str, float] = {}
    rows = parts(plan, 3)["binding_constraints_by_year"].rows
    for year, _, share in rows:
        sums[year] = sums.get(year, 0.0) + share
    assert all(total == pytest.approx(1.0) for total in sums.values())
    assert max(sum(1 for r in rows if r[0] == y) for y in sums) <= 4


def test_racks_by_phase_sum_to_the_packages_of_the_plan(plan):
    by_phase = sum(row[5] for row in parts(plan, 6)["racks_by_phase"].rows)
    per_gw = float(np.median(plan.table("draws")["result:racks_per_gw"].to_numpy()))
    gw = float(np.median(plan.table("draws")["result:programme_gw"].to_numpy()))
    assert by_phase == pytest.approx(per_gw * gw, rel=0.03)


def test_components_sum_to_the_total_and_years_to_their_sum(plan):
    found = parts(plan, 7)
    by_system: dict[str, dict[str, float]] = {}
    for system, component, mean, *_ in found["capex_by_component"].rows:
        by_system.setdefault(system, {})[component] = mean
    for components in by_system.values():
        total = components.pop("total")
        assert sum(components.values()) == pytest.approx(total, rel=1e-6)
    *years, (label, total) = found["capex_by_year"].rows
    assert label == "all" and sum(v for _, v in years) == pytest.approx(total)


def test_ledger_by_quarter_sums_to_the_matrix(plan):
    found = parts(plan, 8)
    matrix = sum(row[2] for row in found["ledger_matrix"].rows)
    quarters = sum(row[4] for row in found["ledger_by_quarter"].rows)
    assert matrix == pytest.approx(quarters)
    assert max(row[0] for row in found["ledger_by_quarter"].rows) <= "2032-Q4"


def test_released_to_date_grows_to_the_commitment_at_most(plan):
    to_date = [row[5] for row in parts(plan, 9)["tranche_released_to_date"].rows]
    assert to_date == sorted(to_date)
    assert to_date[-1] <= 100e9 * (1 + 1e-9)


def test_all_equity_of_the_plan_at_the_known_valuation_is_an_eighth(plan):
    rows = parts(plan, 9)["equity_to_date"].rows
    last = max(rows, key=lambda row: row[0])
    assert last[4] == pytest.approx(sum(row[3] for row in rows))
    assert last[5] == pytest.approx(last[4] / 840e9)  # 730 before the round, 110 in it


def test_vendor_finances_about_a_third_of_its_sales(plan):
    (row,) = parts(plan, 10)["circularity"].rows
    assert row[0] == "NVIDIA"
    assert 0.2 < row[3] < 0.45  # 10 bn a gigawatt over some 30 bn of racks
    assert row[5] < row[3]


def test_a_programme_in_which_no_vendor_invests(plan):
    ledger = plan.table("ledger")
    silent = replace(plan, _tables={"ledger": ledger.filter(ledger["leg"] != "tranche")})
    assert "vendor_equity" in parts(silent, 10)


def test_price_of_2027_may_lie_above_and_below_that_of_now(plan):
    price = parts(plan, 13)["gpu_hour_price_2027"]
    now = plan.catalog.fact("prices/h100-gpu-hour/contract_2026_usd_per_gpu_hour").value
    assert price.p10 < now < price.p90


def test_trained_model_lies_between_the_named_budgets(plan):
    rows = {r[0]: r for r in parts(plan, 14)["compute_optimal_models"].rows}
    assert rows["named run"][1] < rows["one gigawatt, p50"][1] < rows["feasible 2030"][1]
    assert rows["named run"][5] > rows["one gigawatt, p50"][5] > rows["feasible 2030"][5]
    rules = [r[0] for r in parts(plan, 14)["rules_met"].rows]
    assert any(name.startswith("EU AI Act") for name in rules)


def test_the_programmes_stock_is_split_between_its_clouds_and_tenants(plan):
    year = 2034
    clouds, tenants = (added_by_party(plan, view, year) for view in ("owner", "user"))
    assert set(clouds) == {"oracle", "microsoft", "stargate"} and set(tenants) == {"openai"}
    assert np.allclose(sum(clouds.values()), sum(tenants.values()))
    low, _, high = plan.yearly("h100_equivalents_end")[year]
    total = sum(clouds.values())
    assert np.percentile(total, 10) == pytest.approx(low, rel=0.02)
    assert np.percentile(total, 90) == pytest.approx(high, rel=0.02)


def test_concentration_before_is_the_published_one_and_users_are_less_concentrated(plan):
    found = parts(plan, 19)
    before = {
        view: {
            row[2]: row[4] for row in found[f"concentration_by_{view}"].rows if row[1] == "before"
        }
        for view in ("owner", "user")
    }
    assert before["owner"]["CR4"] == pytest.approx(0.677, abs=0.01)
    assert 1_300 < before["owner"]["HHI LOW"] < 1_400 < before["owner"]["HHI HIGH"] < 1_720
    assert before["user"]["HHI LOW"] < before["owner"]["HHI LOW"]


def test_held_others_bound_what_the_programme_can_do(plan):
    rows = parts(plan, 19)["concentration_by_user"].rows
    last = max(r[0] for r in rows)
    at = {r[1]: r[4] for r in rows if r[0] == last and r[2] == "HHI LOW"}
    assert at["after, others held"] > 2 * at["after, others grown"]


# ---------------------------------------------------------------------------- question 20


@pytest.fixture(scope="module")
def reading():
    loaded = load_program(PLAN)
    claim = claim_of(loaded)
    found = readings(loaded.catalog, claim, "closed-loop-chiller", Streams(1, 500))
    return claim, {(r.system, r.counted, r.basis): r for r in found}


def test_the_claim_implies_the_published_watts_and_dollars(plan):
    rows = {r[0]: r[1:3] for r in parts(plan, 20)["claim_implied"].rows}
    assert rows["power per GPU"] == (2000.0, 2500.0)
    assert rows["investment per GPU"] == (20e3, 25e3)


def test_twelve_readings_and_which_of_them_reconcile(reading):
    _, found = reading
    assert len(found) == 12
    good = {key for key, r in found.items() if r.reconciles}
    assert ("gb200-nvl72", "package", "facility") in good
    assert not any(system == "rubin-ultra-nvl144" for system, _, _ in good)
    assert not any(r.reconciles for k, r in found.items() if k[:2] == ("vr200-nvl72", "package"))
    # what 100 bn pay of the racks: a part in every reading
    assert all(r.funded_share[2] < 1.0 for r in found.values())


def test_dies_are_packages_times_dies_and_it_power_carries_more(reading):
    _, found = reading
    for system, dies in (("gb200-nvl72", 2), ("vr200-nvl72", 2), ("rubin-ultra-nvl144", 4)):
        package = found[system, "package", "facility"]
        die = found[system, "die", "facility"]
        assert die.count[1] == pytest.approx(dies * package.count[1])
        assert die.rack_usd_per_gpu[1] == pytest.approx(package.rack_usd_per_gpu[1] / dies)
        assert found[system, "package", "it"].count[1] > package.count[1]


def test_the_verdict_follows_the_claim_and_not_the_text(reading):
    claim, _ = reading
    catalog = load_program(PLAN).catalog
    rubin = Claim(claim.power_mw, (2.5e6, 3.0e6), claim.investment_usd)
    found = readings(catalog, rubin, "closed-loop-chiller", Streams(1, 200))
    good = {(r.system, r.counted, r.basis) for r in found if r.reconciles}
    assert ("vr200-nvl72", "package", "facility") in good
    assert not any(r[0] == "gb200-nvl72" for r in good)


def test_a_programme_that_claims_nothing_is_refused():
    loaded = load_program(PLAN)
    silent = replace(loaded.program, declared=replace(loaded.program.declared, packages=None))
    with pytest.raises(ValueError, match="does not declare"):
        claim_of(replace(loaded, program=silent))


# ------------------------------------------------------------------------------- bad input


@pytest.mark.parametrize(("name", "told"), [("21", "1 to 20"), ("capx", "Did you mean 'capex'")])
def test_unknown_question(name, told):
    with pytest.raises(InputError, match=told):
        question(name)


def test_folder_that_is_no_run(tmp_path):
    with pytest.raises(InputError, match="not a run folder"):
        read_run_data(tmp_path)
    with pytest.raises(InputError, match="there is no run in"):
        newest_run(tmp_path / "runs")


def test_broken_and_old_runs(runs, tmp_path):
    copy = tmp_path / "old"
    shutil.copytree(runs["single-campus"].folder, copy)
    (copy / "tables" / "ledger.parquet").unlink()
    with pytest.raises(InputError, match=r"no table 'ledger'.*run it again"):
        answer(question("8"), read_run_data(copy))
    (copy / "manifest.json").write_text('{"gigawatt_version": "0.0.1"}', encoding="utf-8")
    with pytest.raises(InputError, match=r"version 0\.0\.1.*run the programme again"):
        answer(question("2"), read_run_data(copy))
    (copy / "answers.json").write_text("{", encoding="utf-8")
    with pytest.raises(InputError, match="can't be read as JSON"):
        read_run_data(copy)


# --------------------------------------------------------------------------------- command


def test_command_lists_and_answers(runs, tmp_path, monkeypatch):
    listed = CliRunner().invoke(command, [])
    assert listed.exit_code == 0 and len(listed.stdout.splitlines()) == 20
    folder = str(runs["single-campus"].folder)
    told = CliRunner().invoke(command, ["consistent", folder])
    assert told.exit_code == 0 and "gb200-nvl72" in told.stdout
    data = json.loads(CliRunner().invoke(command, ["4", folder, "--json"]).stdout)
    assert data["status"] == "not yet" and data["needs"] == ["levers; run it again"]


def test_command_takes_the_newest_run_and_says_so(runs, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    for age, name in enumerate(("newer", "older")):
        shutil.copytree(runs["single-campus"].folder, tmp_path / "runs" / name)
        os.utime(tmp_path / "runs" / name / "manifest.json", (1e9 - age, 1e9 - age))
    told = CliRunner().invoke(command, ["3"])
    assert told.exit_code == 0
    assert "runs/newer" in told.stderr and "runs" not in told.stdout.split("\n")[0]


def test_a_gigawatt_is_worth_its_annuity_less_its_cost():
    rate = np.log(1.0 + DISCOUNT)
    years = (np.arange(LIFE_YEARS * 12) + 0.5) / 12
    monthly = float(np.sum(4e9 / 12 * np.exp(-rate * years)))  # the integral as a sum
    assert present_value(0.0, 30e9, 4e9) == pytest.approx(monthly - 30e9, rel=1e-3)
    # at the break-even cash nothing depends on the date; above it earlier is better
    even = 30e9 * rate / (1.0 - np.exp(-rate * LIFE_YEARS))
    assert present_value(3.0, 30e9, even) == pytest.approx(0.0, abs=1.0)
    assert present_value(1.0, 30e9, 2 * even) > present_value(4.0, 30e9, 2 * even) > 0.0
    assert present_value(1.0, 30e9, 0.5 * even) < present_value(4.0, 30e9, 0.5 * even) < 0.0


def test_cash_of_a_gigawatt_year_is_that_of_the_ledger(plan):
    ledger, capacity = plan.table("ledger"), plan.table("capacity")
    sums = ledger.group_by("instrument").agg("amount_usd_mean")
    usd = {name: float(np.sum(values)) for name, values in sums.iter_rows()}
    gw_years = capacity.filter(capacity["site"] != "all")["facility_mw_mean"].sum() / 12e3
    before = usd["revenue"] - usd["cost_of_sales"] - usd["opex"] - usd["refresh"]
    margin, energy_mwh, years = _margin(plan)
    assert years == pytest.approx(gw_years)
    assert margin == pytest.approx(before / gw_years)
    assert 4e6 < energy_mwh < 8.77e6  # a gigawatt, not always at full load


def test_a_stake_grows_with_the_money_and_less_than_at_a_standing_value(plan):
    table = parts(plan, 9)["tranche_stake"]
    p50 = [row[7] for row in table.rows]
    assert p50 == sorted(p50)
    deal = plan.catalog.record("deals", "nvidia-openai-equity")
    standing = table.rows[-1][2] / (deal.value("pre_money_usd") + deal.value("round_usd"))
    assert 0.0 < p50[-1] < standing  # the middle value rises, and later shares thin earlier ones


def test_lenders_get_back_no_more_than_their_debt(plan):
    for _, debt, _, *back, expected in parts(plan, 11)["recovery"].rows:
        assert debt > 0.0
        assert 0.0 < back[0] <= back[1] <= back[2] <= 1.0
        assert 0.0 <= expected <= 1.0


def test_mixes_hold_the_energy_of_the_run(plan):
    rows = parts(plan, 18)["carbon_and_water_of_mixes"].rows
    energy = plan.table("energy")
    whole = energy.filter(energy["source"] == "all")["supply_mwh_mean"].sum()
    assert sum(row[1] for row in rows) == pytest.approx(whole / 1e6)
    assert all(row[4] >= row[3] for row in rows)  # engines emit more than today's grids
    assert all(row[6] >= row[5] for row in rows)


def test_a_named_run_has_days_energy_and_dollars_on_each_phase(plan):
    rows = parts(plan, 14)["named_run"].rows
    assert {row[0].split("/")[0] for row in rows} <= set(plan.table("sites")["site"])
    assert all(low <= middle <= high for _, _, low, middle, high, _, _ in rows)
    assert all(row[5] > 0.0 and row[6] > 0.0 for row in rows)
