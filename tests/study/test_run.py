"""A run is whole or absent, the same for any number of workers, and answers what it promises."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gigawatt.errors import InputError
from gigawatt.program.load import load_program
from gigawatt.study.gigawatts import gigawatt_dates
from gigawatt.study.run import Settings, simulate, write_run

NAMED = [
    "first_gw_in_service_date", "probability_first_gw_by_2026_12_31", "tenth_gw_in_service_date",
    "packages_per_gw", "racks_per_week_peak", "capex_usd_per_gw", "tranche_released_usd",
    "binding_constraint_share", "tokens_per_day_per_gw", "training_flop_100_days_per_gw",
    "energy_twh_per_year", "co2_mt_per_year",
]  # fmt: skip


@pytest.fixture(scope="module")
def simulated():
    return simulate(load_program("single-campus"), Settings(draws=300, seed=3))


@pytest.fixture(scope="module")
def folder(simulated, tmp_path_factory):
    return write_run(simulated, tmp_path_factory.mktemp("runs") / "campus")


def by_name(folder: Path) -> dict[str, dict]:
    content = json.loads((folder / "answers.json").read_text())
    return {a["name"]: a for a in content["answers"]}


def test_all_named_results_are_there_with_unit_and_definition(folder):
    got = by_name(folder)
    assert set(NAMED) <= set(got)
    for answer in got.values():
        assert answer["unit"] and answer["definition"] and answer["title"]
        if answer["kind"] == "number":
            assert answer["p10"] <= answer["p50"] <= answer["p90"]


def test_a_campus_below_a_gigawatt_says_so(folder):
    answer = by_name(folder)["first_gw_in_service_date"]
    assert answer["status"] == "not in programme"
    assert answer["p50"] is None
    assert answer["probability_not_in_programme"] == 1.0


def test_binding_shares_of_a_year_sum_to_one(folder):
    for shares in by_name(folder)["binding_constraint_share"]["by_year"].values():
        assert sum(shares.values()) == pytest.approx(1.0)


def test_the_ledger_table_nets_to_zero_over_parties(folder):
    ledger = pl.read_parquet(folder / "tables" / "ledger.parquet")
    paid = ledger.group_by("payer").agg(pl.col("amount_usd_mean").sum()).rename({"payer": "party"})
    got = ledger.group_by("payee").agg(pl.col("amount_usd_mean").sum()).rename({"payee": "party"})
    net = got.join(paid, on="party", how="full", coalesce=True).fill_null(0.0)
    total = (net["amount_usd_mean"] - net["amount_usd_mean_right"]).sum()
    assert abs(total) < 1e-9 * ledger["amount_usd_mean"].sum()
    assert (ledger["amount_usd_mean"] >= 0).all()


def test_installed_hours_are_delivered_or_lost(simulated):
    sums, axis = simulated.kept.sums, simulated.static.axis
    lost = sum(v for k, v in sums.items() if k.startswith("lost/"))
    installed = sums["packages_avg"].sum(axis=0) * axis.hours()
    np.testing.assert_allclose(sums["delivered_package_hours"] + lost, installed, rtol=1e-9)


@pytest.mark.parametrize("workers", [2])
def test_same_numbers_for_any_number_of_workers(workers):
    loaded = load_program("single-campus")
    one = simulate(loaded, Settings(draws=510, seed=9, workers=1)).kept
    more = simulate(loaded, Settings(draws=510, seed=9, workers=workers)).kept
    for name in one.draws:
        assert one.draws[name].tobytes() == more.draws[name].tobytes(), name
    for key in one.ledger:
        assert one.ledger[key].tobytes() == more.ledger[key].tobytes(), key


def test_manifest_says_how_to_make_the_run_again(folder):
    manifest = json.loads((folder / "manifest.json").read_text())
    assert (manifest["seed"], manifest["draws"]) == (3, 300)
    assert len(manifest["program"]["sha256"]) == 64
    known = {s["id"] for s in manifest["sources"]}
    assert {f["source"] for f in manifest["facts_used"]} <= known


def test_an_existing_folder_is_not_overwritten(simulated, folder):
    with pytest.raises(InputError, match="exists"):
        write_run(simulated, folder)


def test_a_failure_while_writing_leaves_nothing(simulated, tmp_path):
    def fail(_: Path) -> None:
        raise RuntimeError("disk full")

    with pytest.raises(RuntimeError):
        write_run(simulated, tmp_path / "run", finish=fail)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write anywhere")
def test_an_unwritable_folder_is_said_in_one_line(simulated, tmp_path):
    tmp_path.chmod(0o500)
    with pytest.raises(InputError, match="can't be written"):
        write_run(simulated, tmp_path / "run")


def test_a_parent_that_is_a_file_is_said_in_one_line(simulated, tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(InputError, match="can't be written"):
        write_run(simulated, tmp_path / "file" / "run")


@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGKILL])
def test_an_interrupted_run_leaves_no_folder_that_looks_whole(how, tmp_path):
    out = tmp_path / "run"
    code = (  # a job in the background of a shell inherits that interrupts are ignored
        "import signal; signal.signal(signal.SIGINT, signal.default_int_handler); "
        "from gigawatt.cli.main import main; main()"
    )
    argv = ["run", "single-campus", "--draws", "200000", "--workers", "1", "--out", str(out)]
    process = subprocess.Popen([sys.executable, "-c", code, *argv], stderr=subprocess.PIPE)
    time.sleep(4.0)
    process.send_signal(how)
    _, err = process.communicate(timeout=60)
    assert process.returncode != 0
    assert not out.exists()
    assert b"Traceback" not in err


@pytest.mark.parametrize("bad", [{"draws": 0}, {"seed": -1}, {"workers": 0}])
def test_settings_that_mean_nothing_are_refused(bad):
    with pytest.raises(InputError, match=next(iter(bad))):
        Settings(**bad)


@given(st.lists(st.tuples(st.floats(0, 100), st.floats(1, 900)), min_size=1, max_size=30))
def test_gigawatt_dates_are_ordered_and_complete(blocks):
    when, mw = (np.array([list(column)]) for column in zip(*blocks, strict=True))
    dates = gigawatt_dates(when, mw)[0]
    assert (np.diff(dates[np.isfinite(dates)]) >= 0).all()
    assert np.isfinite(dates).sum() == int(np.floor(mw.sum() / 1e3 + 1e-9))
    for k, date in enumerate(dates[np.isfinite(dates)]):
        assert mw[when <= date].sum() >= (k + 1) * 1e3 - 1e-6
