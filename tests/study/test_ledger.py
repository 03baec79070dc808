"""The ledger command, its workbook whose formulas are computed here, and the stress tests."""

from __future__ import annotations

import csv
import io
import json
import math
import re
import xml.etree.ElementTree as ET
import zipfile
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner

from gigawatt.cli.ledger import command
from gigawatt.errors import InputError
from gigawatt.money.capex import capex_per_gw
from gigawatt.program.load import load_program
from gigawatt.study.books.capex_bases import capex_bases
from gigawatt.study.books.ledger_books import account_rows
from gigawatt.study.books.ledger_view import (
    cost_table,
    ledger_view,
    matrix,
    net_of_parties,
    rows,
)
from gigawatt.study.books.resale import loan_to_value_table, resale_table
from gigawatt.study.books.stress import SCENARIOS, losses_usd, run_scenario, scenario, stress
from gigawatt.study.books.tranche_account import FROM, USES, tranche_table
from gigawatt.study.chain import run_chain
from gigawatt.uncertainty.streams import Streams

CAMPUS = str(Path(__file__).parents[2] / "examples/financed-campus.toml")
MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
NS = {"m": MAIN}


@pytest.fixture(scope="module")
def campus():
    return ledger_view(load_program(CAMPUS), 40, 3)


@pytest.fixture(scope="module")
def outcomes():
    return {o.scenario.name: o for o in stress(load_program(CAMPUS), 40, 3)}


def test_matrix_and_net_cash_agree_by_quarter(campus):
    net = net_of_parties(campus)
    total = {p: np.zeros(len(campus.periods)) for p in net}
    for (payer, payee, _), amount in matrix(campus).items():
        total[payer] -= amount
        total[payee] += amount
    for party, cash in net.items():
        np.testing.assert_allclose(total[party], cash, atol=1.0)
    assert np.abs(np.sum(list(net.values()), axis=0)).max() < 1.0


def test_rows_are_the_ledger(campus):
    total = sum(r["usd_mean"] for r in rows(campus))
    booked = sum(e.amount_usd.sum(axis=1).mean() for e in campus.chain.ledger.entries)
    assert total == pytest.approx(booked)
    assert campus.periods[0] == "2026-Q1"
    assert campus.periods[-1] == "2040-Q4"


def test_uses_of_each_tranche_have_their_sources(campus):
    """Equity of all rows is what the account of the whole build-out has."""
    table = tranche_table(campus)
    for row in table:
        uses, money = (sum(row[f"{n}_usd"] for n in names) for names in (USES, FROM))
        assert uses == pytest.approx(money)
        assert row["loans_usd"] >= 0.0
    whole = {r["line"]: r["usd_mean"] for r in account_rows(campus) if r["side"] == "sources"}
    for name in ("equity", "loans", "unnamed"):
        assert sum(r[f"{name}_usd"] for r in table) == pytest.approx(whole[name], rel=1e-6), name


def test_capital_cost_on_other_bases_is_one_cost(campus):
    """Whichever gigawatt divides it, the site and the systems keep their parts of the whole."""
    found = {(r["system"], r["gigawatt"], r["covers"]): r["usd_per_gw_mean"]
             for r in capex_bases(campus)}  # fmt: skip
    total = capex_per_gw(campus.chain.money).total_usd_per_gw.mean(axis=0)
    for g, system in enumerate(campus.chain.blocks.systems):
        assert found[system, "facility", "site_and_systems"] == pytest.approx(total[g])
        for gigawatt in ("facility", "it", "chip"):
            whole, site, systems = (found[system, gigawatt, c]
                                    for c in ("site_and_systems", "site", "systems"))  # fmt: skip
            assert whole == pytest.approx(site + systems)
        # Of a facility's power a part is IT, and of that a part reaches the accelerators.
        assert (found[system, "facility", "site"] < found[system, "it", "site"]
                < found[system, "chip", "site"])  # fmt: skip


def test_cost_of_a_package_hour_sums_and_tokens_follow(campus):
    cost = cost_table(campus)
    hour = cost["usd_per_package_hour"]
    assert hour["total"] == pytest.approx(sum(v for k, v in hour.items() if k != "total"))
    assert 1.0 < hour["total"] < 20.0
    tokens = cost["usd_per_million_output_tokens"]["serve"]
    assert tokens["energy"] / tokens["total"] == pytest.approx(hour["energy"] / hour["total"])


# Stress


def test_value_moves_between_parties_and_the_base_loses_nothing(outcomes):
    base = outcomes["base"]
    assert all(not x.any() for x in losses_usd(base, base).values())
    loss = {n: {p: float(x.mean()) for p, x in losses_usd(base, o).items()}
            for n, o in outcomes.items()}  # fmt: skip
    assert loss["it-life-3"]["cloud"] > 0.0 > loss["it-life-3"]["vendor"]
    assert loss["rates-up-300"]["bank"] < 0.0 < loss["rates-up-300"]["cloud"]
    assert loss["price-down-40"]["lab"] > 0.0
    assert loss["tenant-defaults"]["cloud"] > 0.0
    assert loss["tenant-leaves"]["guarantor"] > 0.0
    assert loss["grid-late-12"]["users"] < 0.0  # they pay for less
    for name, by_party in loss.items():
        if name in ("lender", "downside"):
            assert by_party["cloud"] > 0.0, name
    assert loss["downside"]["cloud"] > loss["lender"]["cloud"]


def test_a_default_leaves_bills_unpaid_and_breaches_covenants(outcomes):
    base, hit = outcomes["base"], outcomes["tenant-defaults"]
    assert ("lab", "cloud") in hit.unpaid_usd
    assert ("lab", "cloud") not in base.unpaid_usd
    assert hit.breach_probability("cloud") > base.breach_probability("cloud")


def test_scenarios_are_named():
    names = [s.name for s in SCENARIOS]
    assert len(set(names)) == len(names)
    with pytest.raises(InputError, match="it-life-3"):
        scenario("it-life-33")


# Command


def test_csv_and_json_of_the_command(tmp_path):
    run = CliRunner().invoke(command, ["single-campus", "--draws", "10", "--csv"])
    found = list(csv.DictReader(io.StringIO(run.stdout)))
    assert {"payer", "payee", "instrument", "leg", "period", "usd_mean"} <= set(found[0])
    run = CliRunner().invoke(
        command, ["single-campus", "--draws", "10", "--json", "--stress", "it-life-3"]
    )
    data = json.loads(run.stdout)
    assert data["stress"][0]["scenario"] == "it-life-3"
    assert data["parties"]
    assert data["cost"]["usd_per_package_hour"]["total"] > 0.0
    assert {r["layer"] for r in data["margins"]} >= {"Landlord", "Cloud", "Lab"}
    assert (data["rates"][0]["rate"], data["rates"][0]["when"]) == ("base rate", "2026")
    assert data["contracts_by_block"][0]["compute_offtake"] == "offtake"
    assert {"guarantees_usd_mean", "unpaid_usd_mean", "loss_usd_p90"} <= set(data["stress"][0])
    sides = {side: sum(r["usd_mean"] for r in data["sources_and_uses"] if r["side"] == side)
             for side in ("sources", "uses")}  # fmt: skip
    assert sides["sources"] == pytest.approx(sides["uses"])
    for year in ("2027", "2029", "2031"):
        books = {r["line"]: r[year] for r in data["statements"]
                 if (r["party"], r["statement"]) == ("landlord", "balance")}  # fmt: skip
        owed = ("debt", "prepayments_received", "held_in_trust", "paid_in", "retained")
        held = sum(v for k, v in books.items() if k not in owed)
        assert held == pytest.approx(sum(books[k] for k in owed), rel=1e-9, abs=1.0)


def test_months_add_up_to_quarters_and_cash_to_zero():
    net, total = {}, {}
    for period in ("month", "quarter"):
        run = CliRunner().invoke(
            command, ["single-campus", "--draws", "5", "--csv", "--period", period]
        )
        for row in csv.DictReader(io.StringIO(run.stdout)):
            usd = float(row["usd_mean"])
            total[period] = total.get(period, 0.0) + usd
            for party, sign in ((row["payee"], 1.0), (row["payer"], -1.0)):
                net[period, party] = net.get((period, party), 0.0) + sign * usd
    assert total["month"] == pytest.approx(total["quarter"])
    for period in total:
        assert sum(v for (p, _), v in net.items() if p == period) == pytest.approx(0.0, abs=1.0)


def test_text_of_a_programme_and_of_one_party():
    run = CliRunner().invoke(command, [CAMPUS, "--draws", "50"])
    for words in ("Sources and uses", "Expected loss", "Exposure", "over their resale value",
                  "Margin by layer", "Cover of debt service", "Circularity",
                  "from one tranche"):  # fmt: skip
        assert words in run.stdout, words
    run = CliRunner().invoke(command, [CAMPUS, "--draws", "10", "--party", "landlord"])
    for words in ("Income", "Cash flow", "Balance sheet"):
        assert words in run.stdout
    run = CliRunner().invoke(command, [CAMPUS, "--party", "lanlord"])
    assert "Did you mean 'landlord'" in str(run.exception)


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--draws", "0"], "at least 1"),
        (["--discount", "2"], "between"),
        (["--discount", "ten"], "--discount"),
        (["--stress", "grid-late"], "grid-late-12"),
        (["--csv", "--json"], "choose one"),
    ],
)
def test_bad_input_is_told(arguments, words):
    run = CliRunner().invoke(command, ["single-campus", *arguments])
    assert isinstance(run.exception, InputError)
    assert words in str(run.exception)


# Workbook


@pytest.fixture(scope="module", params=["single-campus", CAMPUS])
def sheets(request, tmp_path_factory):
    path = tmp_path_factory.mktemp("ledger") / "ledger.xlsx"
    run = CliRunner().invoke(command, [request.param, "--draws", "10", "--xlsx", str(path)])
    assert run.exit_code == 0, run.exception
    return read_workbook(path)


def read_workbook(path):
    """Sheet → cell → (formula or "", value)."""
    out = {}
    with zipfile.ZipFile(path) as z:
        texts = [
            "".join(t.text or "" for t in s.iter(f"{{{MAIN}}}t"))
            for s in ET.fromstring(z.read("xl/sharedStrings.xml"))
        ]
        names = [
            s.get("name") for s in ET.fromstring(z.read("xl/workbook.xml")).find("m:sheets", NS)
        ]
        for k, name in enumerate(names, start=1):
            cells = {}
            page = ET.fromstring(z.read(f"xl/worksheets/sheet{k}.xml"))
            for c in page.iter(f"{{{MAIN}}}c"):
                formula, value = c.find("m:f", NS), c.find("m:v", NS)
                text = "" if value is None else value.text
                if c.get("t") == "s":
                    text = texts[int(text)]
                cells[c.get("r")] = ("" if formula is None else formula.text, text)
            out[name] = cells
    return out


class Sheet:
    """Computes the formulas of a sheet anew, from its plain cells alone."""

    def __init__(self, cells):
        self.cells, self.known = cells, {}

    def value(self, name):
        if name not in self.known:
            formula, text = self.cells.get(name, ("", "0"))
            self.known[name] = self.compute(formula) if formula else _plain(text)
        return self.known[name]

    def compute(self, formula):
        text = formula.replace("$", "").replace("^", "**").replace("=", "==")
        text = re.sub(r"([<>])==", r"\1=", text)
        text = re.sub(r"([A-Z]+)(\d+):([A-Z]+)(\d+)", r"RANGE('\1',\2,\4)", text)
        text = re.sub(r"(?<![A-Z'\"])([A-Z]{1,2})(\d+)(?![\d'(])", r"V('\1\2')", text)
        names = {
            "V": self.value, "MAX": _most, "MIN": min, "LN": math.log, "ABS": abs,
            "IF": lambda test, a, b: a if test else b, "AND": lambda *x: all(x),
            "INT": math.floor, "SUM": sum, "INDEX": lambda values, k: values[int(k) - 1],
            "RANGE": lambda c, a, b: [self.value(f"{c}{k}") for k in range(a, b + 1)],
        }  # fmt: skip
        return eval(text, {"__builtins__": {}}, names)


def _most(*values):
    return max(x for v in values for x in (v if isinstance(v, list) else [v]))


def _plain(text):
    try:
        return float(text)
    except ValueError:
        return text


def test_debt_sheet_computes_to_the_ledgers_own_figures(sheets):
    sheet = Sheet(sheets["Debt"])
    assert sheet.value("E4") == "agrees"
    assert sheet.value("E3") < 0.01
    assert sheets["Debt"]["E4"][1] == "agrees"
    paid = [sheet.value(f"F{14 + m}") for m in range(100)]
    assert max(paid) > 0.0
    # The stored values, for readers that don't compute, are those of the formulas.
    for m in range(0, 100, 7):
        for column in "CDEFGH":
            stored = float(sheets["Debt"][f"{column}{14 + m}"][1])
            assert stored == pytest.approx(sheet.value(f"{column}{14 + m}"), rel=1e-9, abs=1e-3)


def test_the_check_of_the_debt_sheet_can_fail(sheets):
    cells = dict(sheets["Debt"])
    cells["B3"] = ("", str(float(cells["B3"][1]) + 0.01))
    assert Sheet(cells).value("E4") == "DIFFERS"


def test_sculpted_sheet_computes_debt_and_service_from_the_cash_flow(sheets):
    if "Sculpted debt" not in sheets:
        pytest.skip("the programme has no sculpted loan")
    cells = sheets["Sculpted debt"]
    sheet = Sheet(cells)
    assert sheet.value("E4") == cells["E4"][1] == "agrees"
    assert sheet.value("E3") < 0.01
    for name in ("B11", "B12", "B13", "Q16", "P20", "F70", "H90", "G100"):
        assert float(cells[name][1]) == pytest.approx(sheet.value(name), rel=1e-9, abs=1e-3)
    assert sheet.value("B12") > 0.0
    first = int(sheet.value("B7"))
    assert sheet.value(f"H{16 + first - 1}") == pytest.approx(sheet.value("B12"), rel=1e-9)
    for name in ("B3", "N18"):  # another rate, another cash flow in year 3
        other = {**cells, name: ("", str(1.1 * float(cells[name][1])))}
        assert Sheet(other).value("E4") == "DIFFERS"


def test_sheets_have_units_and_sources(sheets):
    assert {"Ledger", "Parties", "Matrix", "Statements", "Sources", "Debt"} <= set(sheets)
    assert sheets["Ledger"]["G2"][1] == "USD"
    assert sheets["Matrix"]["D2"][1] == "USD"
    shown = [v for _, v in sheets["Sources"].values()]
    assert "assumptions/money/it_life_years" in shown
    assert any("instrument/loan/rate_share" in str(v) for v in shown)
    cells = sheets["Sources"]
    rows = {cells[name][1]: name[1:] for name in cells if name.startswith("A")}
    assert cells["E" + rows["instrument/lease/rent_usd_per_kw_month"]][1] == "usd_per_kw_month"
    assert all(cells[f"H{k}"][1] for path, k in rows.items() if "/" in path)
    assert {"Capital cost", "Tranches"} <= set(sheets)
    assert sheets["Capital cost"]["E2"][1] == "USD/GW"


def test_a_cloud_in_default_takes_landlord_and_lenders_with_it(outcomes):
    base, hit = outcomes["base"], outcomes["cloud-defaults"]
    loss = {p: float(x.mean()) for p, x in losses_usd(base, hit).items()}
    assert loss["bank"] > 0.0
    assert ("landlord", "bank") in hit.unpaid_usd
    assert ("cloud", "landlord") in hit.unpaid_usd
    assert hit.guarantees_usd["guarantor"].mean() > base.guarantees_usd["guarantor"].mean()


def test_the_gain_of_a_party_in_default_is_its_creditors_estate(outcomes):
    base, hit = outcomes["base"], outcomes["cloud-defaults"]
    loss = losses_usd(base, hit)
    assert np.all(loss["cloud"] >= 0.0)
    assert np.all(loss["estate-of-cloud"] <= 0.0)
    plain = sum(base.npv_usd.values()) - sum(hit.npv_usd.values())
    np.testing.assert_allclose(sum(loss.values()), plain, atol=1.0)


@pytest.mark.parametrize("party", ["landlord", "chip-company", "lab"])
def test_any_party_may_default(outcomes, party):
    loaded, streams = load_program(CAMPUS), Streams(1, 40)
    hit = run_scenario(loaded, streams, scenario(f"defaults:{party}"))
    assert hit.defaulted == (party,)
    assert {payer for payer, _ in hit.unpaid_usd} >= {party}


def test_a_party_in_default_must_be_one_of_the_programme():
    run = CliRunner().invoke(command, [CAMPUS, "--stress", "defaults:lendlord"])
    assert "Did you mean 'landlord'" in str(run.exception)


def test_settling_anew_gives_what_the_whole_chain_gives():
    loaded, streams = load_program("single-campus"), Streams(3, 12)
    base = run_chain(loaded, streams)
    for name in ("it-life-3", "rates-up-300", "cloud-defaults"):
        whole = run_scenario(loaded, streams, scenario(name))
        quick = run_scenario(loaded, streams, scenario(name), base=base)
        assert whole.npv_usd.keys() == quick.npv_usd.keys()
        for party, value in whole.npv_usd.items():
            np.testing.assert_array_equal(value, quick.npv_usd[party])


def test_used_systems_lose_value_and_loans_on_them_are_told(campus):
    value = [r["value_share_p50"] for r in resale_table(campus)]
    assert value[0] == 1.0
    assert value == sorted(value, reverse=True)
    table = loan_to_value_table(campus)
    assert {r["borrower"] for r in table} == {"cloud", "chip-company"}
    for r in table:
        assert r["balance_usd_mean"] > 0.0
        assert 0.0 < r["loan_to_value_share_p50"] < 3.0
