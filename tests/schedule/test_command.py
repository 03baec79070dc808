"""`gigawatt schedule` as a user types it."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from gigawatt.cli.schedule import command
from gigawatt.errors import InputError


def run(*args: str) -> str:
    result = CliRunner().invoke(command, args, catch_exceptions=False)
    assert result.exit_code == 0, result.output
    return result.stdout


def test_show_is_the_default_and_tells_dates_odds_and_stages():
    text = run("openai-nvidia-2025-09", "--draws", "100")
    assert "shackelford p1" in text
    assert "in service" in text
    data = json.loads(run("--draws", "100", "--json"))
    first = data["gigawatts"][0]
    assert first["date_p10"] < first["date_p50"] < first["date_p90"]
    stages = {r["stage"]: r["p50"] for r in data["burn_down_mw"] if r["date"] == "2029-12-31"}
    assert stages["announced"] >= stages["contracted"] >= stages["cleared"]
    assert stages["cleared"] >= stages["powered"] >= stages["in_service"] > 0.0
    for year in {r["year"] for r in data["binding"]}:
        shares = [r["share"] for r in data["binding"] if r["year"] == year]
        assert sum(shares) == pytest.approx(1.0)


def test_tables_as_csv(tmp_path: Path):
    run("--draws", "50", "--csv", str(tmp_path / "out"))
    assert {p.name for p in (tmp_path / "out").iterdir()} == {
        "gigawatts.csv", "phases.csv", "burn_down_mw.csv", "binding.csv",
    }  # fmt: skip


def test_levers_gain_and_cost():
    rows = json.loads(run("levers", "--draws", "100", "--gigawatt", "1", "--json"))
    by_id = {r["lever"]: r for r in rows}
    assert by_id["contracted"]["gw_months"] > 0.0
    assert by_id["order-earlier"]["cost_usd"] > 0.0
    assert by_id["platform"]["cost_usd"] is None
    with pytest.raises(InputError, match="--gigawatt 40"):
        run("levers", "--draws", "50", "--gigawatt", "40")


def test_a_programme_is_scored_against_its_own_progress(tmp_path: Path):
    own = tmp_path / "own.toml"
    own.write_text(
        'extends = "single-campus"\n[[site]]\nid = "plains"\n[[site.phase]]\nid = "p1"\n'
        "[site.phase.progress]\nfitted = 2026-11-10\npower = 2026-11-15\n"
    )
    data = json.loads(run("score", str(own), "--as-of", "2026-10-01", "--draws", "200", "--json"))
    seen = {s["name"].rpartition(": ")[2]: s["seen"] for s in data["scored"]
            if s["about"] == "progress/plains/p1"}  # fmt: skip
    assert seen == {"fitted and powered": "2026-11-15", "in service": None}
    assert data["dates"] == 1
    with pytest.raises(InputError, match="nothing to score: neither the catalog's"):
        run("score", str(own), "--as-of", "2026-11-20", "--draws", "50")


def test_what_was_known_on_the_day_of_the_forecast_is_not_scored():
    later = ("score", "openai-nvidia-2025-09", "--as-of", "2026-06-01", "--draws", "50", "--json")
    data = json.loads(run(*later))
    assert data["changes_seen"] == 0
    assert all(s["seen"] is None or s["seen"] > "2026-06-01" for s in data["scored"])


def test_score_replays_from_the_announcement():
    data = json.loads(run("score", "--draws", "400", "--json"))
    assert data["as_of"] == "2025-09-22"
    by_name = {s["about"]: s for s in data["scored"]}
    assert by_name["gigawatt/1"]["probability"] < 0.01
    assert by_name["platform/vr200-nvl72"]["verdict"] == "inside"
    assert 0.0 <= data["brier"] < 0.25
    assert data["changes_seen"] == 3


def test_cases_keep_every_row(tmp_path: Path):
    source, target = tmp_path / "in.csv", tmp_path / "out.csv"
    source.write_text(
        "site,clearing_date,route,builder,power_contracted,framework_orders,buildings,mw,as_of\n"
        "one,2025-01-15,grid,developer,yes,yes,4,800,\n"
        "two,soon,grid,,,,,,\n"
        "three,2024-06-01,onsite,self,yes,,10,1500,2025-06-01\n"
        "four, Texas,2024-06-01,onsite,self,yes,,10,1500,2025-06-01\n"
    )
    run("--cases", str(source), "--out", str(target))
    rows = list(csv.DictReader(target.read_text().splitlines()))
    assert [r["site"] for r in rows] == ["one", "two", "three", "four"]
    assert "row 5 has 10 cells, the header 9" in rows[3]["problem"]
    assert "clearing_date = 'soon'" in rows[1]["problem"]
    assert rows[1]["first_power_p50"] == ""
    assert rows[0]["mw1000_p50"] == ""
    assert rows[2]["first_power_p05"] < rows[2]["first_power_p50"] < rows[2]["first_power_p95"]


def test_cases_without_a_file_or_column(tmp_path: Path):
    with pytest.raises(InputError, match="goes with --out"):
        run("--cases", "x.csv")
    with pytest.raises(InputError, match="there is no such file"):
        run("--cases", str(tmp_path / "no.csv"), "--out", str(tmp_path / "o.csv"))
    (tmp_path / "in.csv").write_text("site,clearing\na,2025-01-01\n")
    with pytest.raises(InputError, match="column 'clearing_date' is missing; 'clearing' is near"):
        run("--cases", str(tmp_path / "in.csv"), "--out", str(tmp_path / "o.csv"))
