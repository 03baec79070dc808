"""`gigawatt weather`: the keys that others read, and mistakes."""

from __future__ import annotations

import json

import pytest
from click.testing import CliRunner

from gigawatt.cli.weather import command
from gigawatt.errors import InputError


def run(*argv: str):
    done = CliRunner().invoke(command, argv)
    if done.exception is not None and not isinstance(done.exception, SystemExit):
        raise done.exception
    return done


def test_json_has_the_keys():
    found = json.loads(run("dallas-tx", "--json").stdout)
    for key in ("drybulb_mean_c", "drybulb_p99_c", "wetbulb_p99_c", "ghi_kwh_per_m2"):
        assert isinstance(found[key], float), key
    for key in ("pv_fixed20_kwh_per_kwdc", "pv_tracked_kwh_per_kwdc"):
        assert len(found[key]["month"]) == 12
        assert sum(found[key]["month"]) == pytest.approx(found[key]["year"], rel=1e-4)
    assert set(found["pue"]) >= {"closed-loop-dry", "closed-loop-chiller", "evaporative"}
    assert all(1.0 < v < 1.5 for v in found["pue"].values())
    assert len(found["by_month"]["pue"]["evaporative"]) == 12


def test_hours_can_be_read_back(tmp_path):
    path = tmp_path / "hours.csv"
    path.write_text(run("seattle-wa", "--hours").stdout, encoding="utf-8")
    place = ("--lat", "47.444", "--lon", "-122.314", "--tz", "-8")
    again = json.loads(run(str(path), *place, "--json").stdout)
    first = json.loads(run("seattle-wa", "--json").stdout)
    assert again["ghi_kwh_per_m2"] == pytest.approx(first["ghi_kwh_per_m2"], rel=1e-4)
    assert again["pue"]["evaporative"] == pytest.approx(first["pue"]["evaporative"], abs=1e-4)
    assert again["pv_tracked_kwh_per_kwdc"]["year"] == pytest.approx(
        first["pv_tracked_kwh_per_kwdc"]["year"], rel=2e-3
    )


def test_table_is_printed_and_notes_go_to_stderr():
    done = run("abilene")
    assert "PUE dry" in done.stdout
    assert "km from abilene" in done.stderr


def test_unknown_site():
    with pytest.raises(InputError, match="Did you mean"):
        run("seatle-wa")
