"""`gigawatt supply PROGRAM --site NAME`: what it prints and writes."""

from __future__ import annotations

import json

import pytest
from click.testing import CliRunner

from gigawatt.cli.supply import command
from gigawatt.errors import InputError

SITE = ("single-campus", "--site", "plains")


def run(*words):
    return CliRunner().invoke(command, [*SITE, *words], catch_exceptions=False)


def test_a_stage_is_written_with_the_capacities_of_the_plan(tmp_path):
    files = {"csv": tmp_path / "h.csv", "html": tmp_path / "p.html", "pypsa": tmp_path / "net"}
    words = [w for name, path in files.items() for w in (f"--{name}", str(path))]
    result = run("--json", "--stage", "p1", *words)
    stage = json.loads(result.stdout)["stages"][0]
    assert stage["grid_view"]["contract_mw"] == pytest.approx(stage["grid_mw"])
    assert stage["accounts"]["usd_per_mwh"] > 30.0
    rows = files["csv"].read_text().splitlines()
    assert len(rows) == 1 + 8760
    at = rows[0].split(",").index("grid_mw")
    imported = max(float(r.split(",")[at]) for r in rows[1:])
    assert imported == pytest.approx(stage["capacity_mw"]["grid demand"], rel=1e-4)
    assert "Supply of plains p1" in files["html"].read_text()
    held = (files["pypsa"] / "generators.csv").read_text()
    assert "grid" in held


def test_accounts_at_part_loads_and_what_others_pay():
    data = json.loads(run("--json").stdout)
    for stage in data["stages"]:
        parts = stage["accounts_at_part_load"]
        assert [p["load_share"] for p in parts] == [0.25, 0.5, 0.75]
        loads = [p["scope1_t"] + p["scope2_location_t"] for p in (*parts, stage["accounts"])]
        assert loads == sorted(loads)
    cases = {r["case"] for r in data["other_customers"]}
    assert cases == {
        "as planned",
        "two years late",
        "leaves after 5 years",
        "leaves after 10 years",
    }
    assert len(data["other_customers"]) == 20 * len(cases)
    text = run().stdout
    assert "other customers, load leaves after 5 years" in text


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["--gap", "1e-3"], "--gap and --route go with a case directory only"),
        (["--stage", "p1"], "--stage goes with --csv"),
        (["--stage", "p9", "--csv", "x.csv"], "Known: p1, p2"),
    ],
)
def test_wrong_options_are_told(words, told):
    with pytest.raises(InputError, match=told):
        run(*words)
