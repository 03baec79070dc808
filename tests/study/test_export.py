"""An export says the unit, the definition and the source of everything in it."""

from __future__ import annotations

import json
import re
import shutil
import zipfile
from pathlib import Path
from xml.etree import ElementTree

import polars as pl
import pytest
from click.testing import CliRunner

from gigawatt.cli.export import command
from gigawatt.errors import InputError
from gigawatt.program.load import load_program
from gigawatt.study.archive.columns import COLUMNS, column, units_of
from gigawatt.study.archive.export import sheets, write_folder, write_workbook
from gigawatt.study.archive.folder import open_folder, version_warning
from gigawatt.study.archive.workbook import number_format
from gigawatt.study.run import Settings, simulate, write_run

MAIN = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    folder = tmp_path_factory.mktemp("runs") / "campus"
    simulated = simulate(load_program("single-campus"), Settings(draws=40, seed=3))
    return open_folder(write_run(simulated, folder))


def workbook(path: Path) -> dict[str, dict[str, str]]:
    """Cells of a workbook, sheet → address → text; read without any spreadsheet library."""
    with zipfile.ZipFile(path) as book:
        texts = ElementTree.fromstring(book.read("xl/sharedStrings.xml"))
        shared = ["".join(t.text or "" for t in si.iter(f"{MAIN}t")) for si in texts]
        names = [
            s.attrib["name"]
            for s in ElementTree.fromstring(book.read("xl/workbook.xml")).iter(f"{MAIN}sheet")
        ]
        out: dict[str, dict[str, str]] = {}
        for number, name in enumerate(names, start=1):
            page = ElementTree.fromstring(book.read(f"xl/worksheets/sheet{number}.xml"))
            cells = {}
            for c in page.iter(f"{MAIN}c"):
                value = c.find(f"{MAIN}v")
                text = "" if value is None else value.text or ""
                cells[c.attrib["r"]] = shared[int(text)] if c.attrib.get("t") == "s" else text
            cells["pane"] = next(iter(p.attrib["ySplit"] for p in page.iter(f"{MAIN}pane")), "")
            out[name] = cells
        return out


def test_every_column_of_every_table_has_a_unit_and_a_definition(run):
    units = units_of(run.manifest)
    for table in run.tables():
        for name in run.table(table).columns:
            described = column(table, name, units)
            assert described is not None, f"{table}.{name}: describe it in study/archive/columns.py"
            assert described.unit, f"{table}.{name}"
            assert described.definition.endswith("."), f"{table}.{name}"


def test_no_column_is_described_that_no_table_has(run):
    for table, described in COLUMNS.items():
        held = set(run.table(table).columns)
        assert {n for n in described if not n.endswith("mean")} <= held, table


def test_units_of_inputs_are_those_of_their_facts(run):
    units = units_of(run.manifest)
    path = "grids/ercot/price_usd_per_mwh"
    assert column("draws", f"input:{path}", units).unit == "USD/MWh"
    assert column("draws", "input:site/plains/p2/power_mw", units).unit == "MW"
    assert column("draws", "input:schedule/common_pace", units).unit == "standard deviations"
    assert column("draws", "input:site/plains/p1/task/COMM", units).unit == "probability"
    assert "vr200-nvl72" in column("draws", "result:racks_per_gw/vr200-nvl72").definition
    assert column("schedule", "colour") is None


def test_workbook_has_units_below_names_and_all_sheets(run, tmp_path):
    path = write_workbook(run, tmp_path / "run.xlsx")
    book = workbook(path)
    own = {f"{t}_summary" if t in ("draws", "stock") else t for t in run.tables()}
    assert set(book) == {*own, "answers", "definitions", "facts", "sources", "about"}
    assert path.stat().st_size < 2e6
    assert next(iter(book)) == "answers"
    capacity = book["capacity"]
    assert (capacity["A1"], capacity["C1"]) == ("month", "facility_mw_p10")
    assert (capacity["A2"], capacity["C2"]) == ("month", "MW")
    assert capacity["A3"] == "2026-01"
    assert all(cells["pane"] == "2" for cells in book.values())


def test_workbook_holds_the_numbers_of_the_table(run, tmp_path):
    cells = workbook(write_workbook(run, tmp_path / "run.xlsx", ["gap"]))["gap"]
    values = run.table("gap")["gap_usd_p50"].to_list()
    letter = "ABCDE"[run.table("gap").columns.index("gap_usd_p50")]
    assert [float(cells[f"{letter}{k + 3}"]) for k in range(len(values))] == pytest.approx(
        values, rel=1e-14
    )


def test_what_never_happens_is_text_in_a_workbook(run, tmp_path):
    cells = workbook(write_workbook(run, tmp_path / "run.xlsx", ["draws"]))["draws"]
    head = {v: k for k, v in cells.items() if re.fullmatch(r"[A-Z]+1", k)}
    address = head["result:first_gw_in_service_month"][:-1] + "3"
    assert cells[address] == "never"


def test_csv_folder_reads_back(run, tmp_path):
    folder = write_folder(run, tmp_path / "csv", "csv")
    for name in run.tables():
        assert pl.read_csv(folder / f"{name}.csv").shape == run.table(name).shape
    definitions = pl.read_csv(folder / "definitions.csv")
    assert definitions.height == sum(run.table(n).width for n in run.tables())
    assert definitions["unit"].null_count() == definitions["definition"].null_count() == 0


def test_parquet_folder_is_the_table(run, tmp_path):
    folder = write_folder(run, tmp_path / "parquet", "parquet", ["schedule"])
    assert pl.read_parquet(folder / "schedule.parquet").equals(run.table("schedule"))
    names = {p.name for p in folder.iterdir()}
    assert {"definitions.csv", "answers.parquet", "sources.parquet"} <= names
    assert "capacity.parquet" not in names


def test_each_fact_has_its_source_and_each_answer_its_definition(run):
    content = {s.name: s.data for s in sheets(run)}
    assert set(content["facts"]["source"]) <= set(content["sources"]["id"])
    assert content["answers"]["definition"].null_count() == 0
    assert set(content["answers"]["name"]) == {a["name"] for a in run.answers}


def test_a_run_of_another_version_is_exported_with_a_warning(run, tmp_path):
    other = tmp_path / "old"
    shutil.copytree(run.path, other)
    manifest = json.loads((other / "manifest.json").read_text())
    (other / "manifest.json").write_text(json.dumps({**manifest, "gigawatt_version": "0.0.9"}))
    table = pl.read_parquet(other / "tables" / "gap.parquet")
    table.rename({"gap_usd_p10": "gone"}).write_parquet(other / "tables" / "gap.parquet")
    assert version_warning(run.path, run.version) == ""
    assert "0.0.9" in version_warning(other, open_folder(other).version)
    result = CliRunner().invoke(command, [str(other), "--csv", str(tmp_path / "c")])
    assert result.exit_code == 0
    assert "0.0.9" in result.stderr
    assert "Not described" in (tmp_path / "c" / "definitions.csv").read_text()


def test_bad_input_is_told_in_one_message(run, tmp_path):
    there = tmp_path / "there.xlsx"
    there.write_text("mine")
    own = tmp_path / "own"
    own.mkdir()
    broken = tmp_path / "broken"
    shutil.copytree(run.path, broken)
    (broken / "tables" / "gap.parquet").write_text("no table")
    cases = {
        (run.path,): "--xlsx",
        (run.path.with_name("campos"), "--csv", tmp_path / "x"): f"Did you mean '{run.path}'",
        (tmp_path, "--csv", tmp_path / "x"): "manifest.json",
        (there, "--csv", tmp_path / "x"): "is a file",
        (run.path, "--xlsx", there): "--force",
        (run.path, "--xlsx", tmp_path / "a.xls"): ".xlsx",
        (run.path, "--csv", own, "--force"): "not an export",
        (run.path, "--csv", there, "--force"): "is a file",
        (run.path, "--csv", tmp_path / "x", "--parquet", tmp_path / "x"): "same place",
        (run.path, "--csv", tmp_path / "x", "--table", "capacty"): "'capacity'",
        (broken, "--csv", tmp_path / "x"): "Parquet",
    }
    for argv, expected in cases.items():
        error = CliRunner().invoke(command, [str(a) for a in argv]).exception
        assert isinstance(error, InputError), argv
        assert expected in str(error), argv
    assert there.read_text() == "mine"
    assert not (tmp_path / "x").exists()
    assert not list(tmp_path.glob(".*partial*"))


def test_force_replaces_an_earlier_export(run, tmp_path):
    for _ in range(2):
        write_folder(run, tmp_path / "c", "csv", ["gap"], replace=True)
        write_workbook(run, tmp_path / "c.xlsx", ["gap"], replace=True)
    assert (tmp_path / "c" / "gap.csv").is_file()


@pytest.mark.parametrize(
    ("unit", "values", "expected"),
    [("share", [0.1], "0.0%"), ("USD", [2e9, None], "#,##0"), ("FLOP", [4e27], "0.00E+00"),
     ("months", [12.0, float("inf")], "#,##0.00"), ("text", ["a"], "General")],
)  # fmt: skip
def test_number_formats(unit, values, expected):
    assert number_format(unit, values) == expected
