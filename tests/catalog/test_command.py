"""`gigawatt catalog`: data to stdout, mistakes in one message with exit code 2."""

from __future__ import annotations

import csv
import io
import json
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from gigawatt.catalog import load_catalog
from gigawatt.cli.catalog import command
from gigawatt.errors import InputError

CATALOG = load_catalog()


def run(*argv: str) -> Result:
    done = CliRunner().invoke(command, argv)
    if done.exception is not None and not isinstance(done.exception, InputError | SystemExit):
        raise done.exception
    return done


def test_without_arguments_it_lists_the_tables():
    done = run()
    assert done.stdout == run("list").stdout
    rows = {line.split()[0]: line.split()[1:] for line in done.stdout.splitlines()[1:]}
    assert list(rows) == CATALOG.kinds()
    assert int(rows["systems"][0]) == len(CATALOG.records["systems"])


def test_list_of_a_table_is_aligned():
    lines = run("list", "systems").stdout.splitlines()
    assert len(lines) == 1 + len(CATALOG.records["systems"])
    column = lines[0].index("name")
    assert all(line[column - 1] == " " and line[column] != " " for line in lines)


def test_list_as_json_and_csv_say_the_same():
    as_json = json.loads(run("list", "deals", "--json").stdout)
    as_csv = list(csv.DictReader(io.StringIO(run("list", "deals", "--csv").stdout)))
    assert [r["id"] for r in as_json] == [r["id"] for r in as_csv] == list(CATALOG.records["deals"])


def test_all_facts_come_out_as_csv():
    rows = list(csv.DictReader(io.StringIO(run("list", "--facts", "--csv").stdout)))
    assert [r["path"] for r in rows] == [f.path for f in CATALOG.facts()]
    for row, fact in zip(rows, CATALOG.facts(), strict=True):
        assert float(row["value"]) == fact.value
        assert float(row["low"]) <= fact.value <= float(row["high"])
        assert json.loads(row["distribution"])["type"]


def test_show_prints_each_fact_with_its_source():
    record = CATALOG.record("systems", "vr200-nvl72")
    text = run("show", "vr200-nvl72").stdout
    assert text == run("show", "systems/vr200-nvl72").stdout
    for key, fact in record.facts.items():
        line = next(line for line in text.splitlines() if line.startswith(key + " "))
        assert fact.source in line and fact.as_of in line and fact.status in line
        assert f"[{fact.source}]" in text
    assert "190 … 230" in text and "7.8 mn" in text and "in dollars of 2026" in text
    assert "Max-Q" in text


def test_show_one_fact():
    text = run("show", "vr200-nvl72/system_power_kw").stdout
    assert text == run("show", "systems/vr200-nvl72/system_power_kw").stdout
    assert "190 … 230" in text and "hbm_gb" not in text


def test_show_as_json_holds_the_distribution():
    data = json.loads(run("show", "vr200-nvl72", "--json").stdout)
    assert data["attributes"]["vendor"] == "NVIDIA"
    assert data["facts"]["system_power_kw"]["distribution"] == {
        "type": "triangular", "low": 190.0, "mode": 210.0, "high": 230.0,
    }  # fmt: skip
    assert data["facts"]["hbm_gb"]["low"] == data["facts"]["hbm_gb"]["value"] == 288.0


def test_every_record_can_be_shown():
    for kind, table in CATALOG.records.items():
        for record_id in table:
            assert run("show", f"{kind}/{record_id}").exit_code == 0


def test_sources_are_counted():
    rows = json.loads(run("sources", "--json").stdout)
    assert sum(r["facts"] for r in rows) == len(list(CATALOG.facts()))
    assert {r["id"] for r in rows} == set(CATALOG.sources)
    assert len(run("sources").stdout.splitlines()) == 1 + len(rows)


def test_one_source_lists_its_facts():
    source = "owners-epoch-ai-chip-counts-2026-04"
    text = run("sources", source).stdout
    assert "CC-BY 4.0" in text and "owners/google/h100e" in text
    data = json.loads(run("sources", source, "--json").stdout)
    assert data["facts"] == len(data["paths"]) > 30


@pytest.mark.parametrize(
    ("argv", "message"),
    [
        (("show", "vr200-nvl27"), "Did you mean 'vr200-nvl72'?"),
        (("show", "systems/vr200-nvl27"), "Did you mean 'vr200-nvl72'?"),
        (("show", "vr200-nvl72/hbm"), "Did you mean 'hbm_gb'?"),
        (("show", "systems"), "is a table"),
        (("show", "a/b/c/d"), "No record 'a'"),
        (("show", "systems/vr200-nvl72/hbm_gb/x"), "write kind/id or kind/id/key"),
        (("list", "system"), "Did you mean 'systems'?"),
        (("list", "--json", "--csv"), "choose one"),
        (("sources", "capex-bernstein"), "Did you mean 'capex-bernstein-2025-10'?"),
    ],
)
def test_mistakes_are_told(argv, message):
    with pytest.raises(InputError) as error:
        CliRunner().invoke(command, argv, catch_exceptions=False, standalone_mode=False)
    assert message in str(error.value)
    assert error.value.exit_code == 2


def test_an_id_of_two_tables_asks_which(monkeypatch):
    from dataclasses import replace

    from gigawatt.cli import catalog as module

    twice = {**CATALOG.records, "sites": {**CATALOG.records["sites"]}}
    twice["sites"]["stargate"] = replace(CATALOG.record("sites", "abilene"), id="stargate")
    monkeypatch.setattr(module, "_catalog", lambda: replace(CATALOG, records=twice))
    with pytest.raises(InputError, match="deals/stargate, sites/stargate"):
        CliRunner().invoke(command, ["show", "stargate"], catch_exceptions=False)


def test_it_works_from_any_folder_and_is_plain_in_a_pipe(tmp_path: Path):
    code = "from gigawatt.cli.main import main; main()"
    call = [sys.executable, "-c", code, "catalog"]
    good = subprocess.run(
        [*call, "show", "mi355x"], cwd=tmp_path, capture_output=True, text=True, check=True
    )
    assert good.stderr == "" and "\x1b[" not in good.stdout
    bad = subprocess.run(
        [*call, "show", "mi355y"], cwd=tmp_path, capture_output=True, text=True, check=False
    )
    assert bad.returncode == 2 and bad.stdout == ""
    assert bad.stderr.splitlines() == [
        "Error: No record 'mi355y' in the catalog. Did you mean 'mi355x'? "
        "See `gigawatt catalog list`."
    ]
