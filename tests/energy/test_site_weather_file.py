"""Weather files that a site names: all layouts, in PUE, yields and plan; what is wrong is told."""

from __future__ import annotations

import gzip

import numpy as np
import pytest
import weather_files as files
from click.testing import CliRunner

from gigawatt.cli.main import cli
from gigawatt.energy.climate_hours import file_hours
from gigawatt.energy.cooling import monthly_course, site_climate
from gigawatt.energy.facility import facility_hours, plant_of
from gigawatt.energy.site_inputs import site_weather
from gigawatt.energy.solar import Array1Axis, pv_yield, sun_of
from gigawatt.energy.weather.site_file import site_file_year
from gigawatt.energy.weather_check import check_weather
from gigawatt.errors import ProblemsError
from gigawatt.program.load import load_program

LAYOUTS = {
    "own.epw": files.epw_file,
    "own_nsrdb.csv": files.nsrdb_file,
    "own_pvgis.csv": files.pvgis_file,
    "own_pvgis.json": files.pvgis_json,
    "own_tmy3.csv": files.tmy3_file,
    "own_columns.csv.gz": files.columns_file,
}
NEAR_DALLAS = "lat = 32.9\nlon = -97.0\n"


def programme(folder, name, keys=NEAR_DALLAS):
    file = folder / "own.toml"
    file.write_text(
        f'extends = "single-campus"\nname = "own"\n[[site]]\nid = "plains"\n{keys}'
        f'weather_file = "weather/{name}"\n'
    )
    return str(file)


def written(folder, name, lines):
    (folder / "weather").mkdir(exist_ok=True)
    raw = ("\n".join(lines) + "\n").encode()
    (folder / "weather" / name).write_bytes(gzip.compress(raw) if name.endswith(".gz") else raw)


@pytest.fixture(autouse=True)
def _own_cache(tmp_path, monkeypatch):
    monkeypatch.setenv("GIGAWATT_CACHE", str(tmp_path / "cache"))


@pytest.mark.parametrize("name", LAYOUTS)
def test_every_layout_gives_air_yields_and_pue(name, tmp_path):
    written(tmp_path, name, LAYOUTS[name]())
    zone = "weather_tz_hours = -6\n" if "columns" in name else ""
    loaded = load_program(programme(tmp_path, name, NEAR_DALLAS + zone))
    (site,) = loaded.program.sites
    assert site_climate(site, loaded.catalog).climate == f"weather/{name}"
    assert not [w for w in check_weather(loaded) if "km" in w]
    year, hours = files.year(), site_weather(site, loaded.catalog)
    whole = slice(24, -24)  # files in UTC join the ends of the year
    assert hours.drybulb_c[whole] == pytest.approx(year.drybulb_c[whole], abs=0.06)
    sun = pv_yield(year, sun_of(year.place, year.sun_minute), Array1Axis())
    assert hours.pv_per_dc.sum() == pytest.approx(sun.sum(), rel=0.01)
    plant = plant_of(loaded.catalog, site.cooling)
    pue = facility_hours(plant, year.drybulb_c, year.wetbulb_c(), 1.0, year.pressure_pa).pue
    assert monthly_course(site, loaded.catalog).pue.mean() == pytest.approx(pue.mean(), abs=2e-4)


def test_another_file_is_another_programme_and_other_hours(tmp_path):
    digests, found = [], []
    for warmer in (0.0, 5.0):
        lines = files.columns_file()
        rows = [r.split(",") for r in lines[1:]]
        for r in rows:
            r[3] = f"{float(r[3]) + warmer:.3f}"
        written(tmp_path, "own.csv", [lines[0], *(",".join(r) for r in rows)])
        loaded = load_program(
            programme(tmp_path, "own.csv", NEAR_DALLAS + "weather_tz_hours = -6\n")
        )
        digests.append(loaded.program.sha256)
        site = loaded.program.sites[0]
        found.append(file_hours(site))
        kept = file_hours(site)  # out of the cache
        assert np.array_equal(kept.pv_per_dc, found[-1].pv_per_dc)
    assert digests[0] != digests[1]
    assert found[1].drybulb_c - found[0].drybulb_c == pytest.approx(np.full(8760, 5.0))


def broken(text):
    def change(lines):
        return [*lines[:100], *text(lines[100:])]

    return change


MISTAKES = {
    "a gap": (broken(lambda rows: rows[1:]), "where .* is due"),
    "too short": (lambda lines: lines[:-5], "8755 hours, 8760 are wanted"),
    "kelvin": (
        lambda lines: [lines[0], *(
            ",".join([*r[:3], str(float(r[3]) + 273.15), *r[4:]])
            for r in (x.split(",") for x in lines[1:])
        )],
        "degrees Fahrenheit or kelvin",
    ),
    "no layout": (lambda lines: ["hello", *lines[1:]], "layout is not known"),
}  # fmt: skip


@pytest.mark.parametrize("command", ["check", "run", "supply"])
def test_a_mistake_is_told_once_with_both_lines(command, tmp_path):
    change, _ = MISTAKES["a gap"]
    written(tmp_path, "own.csv", change(files.columns_file()))
    path = programme(tmp_path, "own.csv", NEAR_DALLAS + "weather_tz_hours = -6\n")
    more = ["--site", "plains"] if command == "supply" else []
    result = CliRunner().invoke(cli, [command, path, *more])
    assert isinstance(result.exception, ProblemsError)  # exit code 2
    told = str(result.exception)
    assert told.count("own.csv:101") == 1
    assert "own.toml:8: site.plains.weather_file" in told


@pytest.mark.parametrize("name", MISTAKES)
def test_mistakes_in_the_file(name, tmp_path):
    change, message = MISTAKES[name]
    written(tmp_path, "own.csv", change(files.columns_file()))
    loaded = load_program(programme(tmp_path, "own.csv", NEAR_DALLAS + "weather_tz_hours = -6\n"))
    with pytest.raises(ProblemsError, match=message):
        check_weather(loaded)


def test_a_table_without_a_zone_asks_for_it_and_a_wrong_one_is_told(tmp_path):
    written(tmp_path, "own.csv", files.columns_file())
    with pytest.raises(ProblemsError, match="give weather_tz_hours"):
        check_weather(load_program(programme(tmp_path, "own.csv")))
    wrong = load_program(programme(tmp_path, "own.csv", NEAR_DALLAS + "weather_tz_hours = 6\n"))
    with pytest.raises(ProblemsError, match="sun's noon"):
        check_weather(wrong)


def test_keys_are_checked_with_the_programme(tmp_path):
    with pytest.raises(ProblemsError, match=r"there is no such file .*weather/none\.csv"):
        load_program(programme(tmp_path, "none.csv"))
    written(tmp_path, "own.epw", files.epw_file())
    with pytest.raises(ProblemsError, match="leave one of them out"):
        load_program(programme(tmp_path, "own.epw", 'climate = "dallas-tx"\n'))
    alone = tmp_path / "own.toml"
    alone.write_text('extends = "single-campus"\n[[site]]\nid = "plains"\nweather_tz_hours = -6\n')
    with pytest.raises(ProblemsError, match="goes with a weather_file"):
        load_program(str(alone))


def test_a_file_from_far_away_and_a_site_without_a_climate_are_told(tmp_path):
    written(tmp_path, "own.epw", files.epw_file())
    far = load_program(programme(tmp_path, "own.epw", "lat = 41.9\nlon = -87.9\n"))
    assert site_file_year(far.program.sites[0]).place.lat == pytest.approx(32.9, abs=0.1)
    (warning,) = check_weather(far)
    assert "taken 1,2" in warning
    assert "km from the site" in warning
    nowhere = tmp_path / "far.toml"
    nowhere.write_text(
        'extends = "single-campus"\n[[site]]\nid = "plains"\nlat = -33.0\nlon = 18.0\n'
    )
    (warning,) = check_weather(load_program(str(nowhere)))
    assert "no climate is known within 600 km" in warning
    assert "Name a weather_file" in warning
