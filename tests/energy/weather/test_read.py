"""Every layout gives the same year; every mistake of a file is told in one message."""

from __future__ import annotations

import gzip
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import weather_files as files

from gigawatt.energy.solar import Array1Axis, ArrayFixed, pv_yield, sun_of
from gigawatt.energy.weather.read import read_weather
from gigawatt.energy.weather.rows import PlaceOptions
from gigawatt.energy.weather.year import Place, check_sun
from gigawatt.errors import InputError

DALLAS = PlaceOptions(32.898, -97.019, -6.0, 170.7)


def write(tmp_path: Path, lines: list[str], name: str = "w.csv") -> Path:
    path = tmp_path / name
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


LAYOUTS: dict[str, Callable[[], list[str]]] = {
    "columns": files.columns_file,
    "epw": files.epw_file,
    "nsrdb": files.nsrdb_file,
    "nsrdb in UTC": lambda: files.nsrdb_file(utc=True),
    "pvgis": files.pvgis_file,
    "pvgis json": files.pvgis_json,
    "tmy3": files.tmy3_file,
    "sam": lambda: ["lat,lon,tz,elev", "32.898,-97.019,-6,170.7", *files.nsrdb_file()[2:]],
}


@pytest.mark.parametrize("layout", LAYOUTS)
def test_layouts_give_the_same_year(layout, tmp_path):
    given = DALLAS if layout == "columns" else PlaceOptions()
    found = read_weather(write(tmp_path, LAYOUTS[layout]()), given)
    wanted = files.year()
    assert found.place.lat == pytest.approx(32.898)
    assert found.place.tz_hours == -6.0
    for name in ("drybulb_c", "rh_pct", "ghi_w_m2", "dni_w_m2", "dhi_w_m2", "wind_ms"):
        assert getattr(found, name) == pytest.approx(getattr(wanted, name), abs=6e-3), name
    assert found.pressure_pa == pytest.approx(wanted.pressure_pa, rel=1e-4)
    assert found.sun_minute == 30.0


def test_gzip_and_leap_day(tmp_path):
    path = tmp_path / "w.csv.gz"
    path.write_bytes(gzip.compress("\n".join(files.columns_file(leap=True)).encode()))
    found = read_weather(path, DALLAS)
    assert found.drybulb_c == pytest.approx(files.year().drybulb_c, abs=6e-3)
    assert any("29 February" in n for n in found.notes)


def change(row: int, cell: int, value: str) -> Callable[[list[str]], list[str]]:
    def apply(lines: list[str]) -> list[str]:
        cells = lines[row].split(",")
        cells[cell] = value
        return [*lines[:row], ",".join(cells), *lines[row + 1 :]]

    return apply


def scale(cell: int, factor: float, offset: float = 0.0) -> Callable[[list[str]], list[str]]:
    def apply(lines: list[str]) -> list[str]:
        out = [lines[0]]
        for line in lines[1:]:
            cells = line.split(",")
            cells[cell] = f"{float(cells[cell]) * factor + offset:.3f}"
            out.append(",".join(cells))
        return out

    return apply


BAD = {
    "a gap": (change(100, 3, ""), r"w\.csv:101: drybulb_c is missing"),
    "no number": (change(100, 4, "wet"), r"w\.csv:101: rh_pct = 'wet' is no number"),
    "an hour missing": (lambda x: x[:50] + x[51:], r"w\.csv:51: 3 January 02:00 where .* 01:00"),
    "too short": (lambda x: x[:-24], "8736 hours, 8760 are wanted"),
    "too long": (lambda x: x + x[1:25], "8784 hours, 8760 are wanted"),
    "cut off": (lambda x: [*x[:-1], x[-1][:10]], r"w\.csv:8761: \d cells, 10 are wanted"),
    "Fahrenheit": (scale(3, 1.8, 32.0), "degrees Fahrenheit"),
    "kelvin": (scale(3, 1.0, 273.15), "kelvin"),
    "humidity as share": (scale(4, 0.01), "a share"),
    "hPa": (scale(5, 0.01), "hPa"),
    "kJ": (scale(6, 3.6), "kJ"),
    "kW": (scale(6, 1e-3), "kW/m2"),
    "km/h": (scale(9, 5.0), "km/h"),
    "no wind": (lambda x: [",".join(y.split(",")[:-1]) for y in x], "columns are missing: wind_ms"),
    "other layout": (lambda x: ["a;b", *x[1:]], "layout is not known"),
    "a bad hour": (change(3, 2, "two"), "whole numbers are wanted"),
}


@pytest.mark.parametrize("mistake", BAD)
def test_mistakes_are_told(mistake, tmp_path):
    spoil, message = BAD[mistake]
    with pytest.raises(InputError, match=message) as told:
        read_weather(write(tmp_path, spoil(files.columns_file())), DALLAS)
    assert "\n" not in str(told.value)


@pytest.mark.parametrize(
    ("given", "message"),
    [
        (PlaceOptions(), "--lat, --lon, --tz"),
        (PlaceOptions(32.9, 97.0, -6.0), "sign of the longitude"),
        (PlaceOptions(32.9, -97.0, 0.0), "time zone"),
        (PlaceOptions(-32.9, -97.0, -6.0), "sign of the latitude"),
        (PlaceOptions(132.9, -97.0, -6.0), "degrees north"),
        (PlaceOptions(32.9, -97.0, -600.0), "hours ahead of UTC"),
    ],
)
def test_a_wrong_place_is_told(given, message, tmp_path):
    with pytest.raises(InputError, match=message):
        read_weather(write(tmp_path, files.columns_file()), given)


def test_missing_marks_of_epw_are_gaps(tmp_path):
    lines = files.epw_file()
    cells = lines[500].split(",")
    cells[13] = "9999"
    lines[500] = ",".join(cells)
    with pytest.raises(InputError, match=r"w\.epw:501: ghi_w_m2 is missing"):
        read_weather(write(tmp_path, lines, "w.epw"))


@pytest.mark.parametrize("per_hour", [2, 4, 12])
def test_parts_of_the_hour_are_averaged(per_hour, tmp_path):
    lines = files.nsrdb_file()
    more = lines[:3]
    for line in lines[3:]:
        cells = line.split(",")
        minutes = (str(60 * k // per_hour) for k in range(per_hour))
        more += [",".join([*cells[:4], m, *cells[5:]]) for m in minutes]
    found = read_weather(write(tmp_path, more))
    assert np.sum(found.ghi_w_m2) == pytest.approx(files.total_w_m2(files.year()), rel=1e-4)
    assert found.sun_minute == pytest.approx(30.0)
    more[5], more[5 + per_hour] = more[5 + per_hour], more[5]
    with pytest.raises(InputError, match=r"hour 0\d of 1\.1\. has not"):
        read_weather(write(tmp_path, more))


def test_epw_without_any_pressure_has_that_of_its_elevation(tmp_path):
    lines = files.epw_file()
    gone = [",".join([*c[:9], "999999", *c[10:]]) for c in (t.split(",") for t in lines[8:])]
    found = read_weather(write(tmp_path, [*lines[:8], *gone], "w.epw"))
    assert found.pressure_pa[0] == pytest.approx(99_290.0, rel=2e-3)
    assert any("standard pressure at 170.7 m" in n for n in found.notes)


@pytest.mark.parametrize(
    "text", ["{", '{"outputs": {"hourly": []}}', '{"inputs": {"location": 3}}']
)
def test_json_that_is_no_typical_year(text, tmp_path):
    with pytest.raises(InputError, match="tmy_hourly"):
        read_weather(write(tmp_path, [text], "w.json"))


def test_no_file():
    with pytest.raises(InputError, match="cannot be read"):
        read_weather(Path("/nowhere/at-all.epw"))


def without(lines: list[str], *names: str) -> list[str]:
    keep = [i for i, n in enumerate(lines[0].split(",")) if n not in names]
    return [",".join(line.split(",")[i] for i in keep) for line in lines]


@pytest.mark.parametrize(
    "absent", [("dni_wh_m2", "dhi_wh_m2"), ("dni_wh_m2",), ("dhi_wh_m2",), ("ghi_wh_m2",)]
)
def test_parts_of_the_irradiance_that_a_file_lacks_are_computed(absent, tmp_path):
    found = read_weather(write(tmp_path, without(files.columns_file(), *absent)), DALLAS)
    wanted = files.year()
    assert any("computed from" in n for n in found.notes)
    for mount in (ArrayFixed(), Array1Axis()):
        got, right = (pv_yield(w, sun_of(w.place), mount).sum() for w in (found, wanted))
        assert got == pytest.approx(right, rel=0.06 if len(absent) > 1 else 0.025)


def test_a_file_without_any_whole_irradiance_is_told(tmp_path):
    lines = without(files.columns_file(), "ghi_wh_m2", "dni_wh_m2")
    with pytest.raises(InputError, match="missing: ghi_w_m2, dni_w_m2"):
        read_weather(write(tmp_path, lines), DALLAS)


@pytest.mark.parametrize("layout", ["nsrdb in UTC", "pvgis"])
def test_half_hours_of_a_time_zone_do_not_move_the_sun(layout, tmp_path):
    path = write(tmp_path, LAYOUTS[layout]())
    whole = read_weather(path, PlaceOptions())
    found = read_weather(path, PlaceOptions(tz_hours=-5.5))
    assert found.place.tz_hours == -5.0
    assert any("rounded" in n for n in found.notes)
    got, right = (pv_yield(w, sun_of(w.place), Array1Axis()).sum() for w in (found, whole))
    assert got == pytest.approx(right, rel=1e-3)


def test_parts_that_an_epw_marks_as_missing_throughout_are_computed(tmp_path):
    lines = files.epw_file()
    for row in range(8, len(lines)):
        cells = lines[row].split(",")
        cells[14] = cells[15] = "9999"
        lines[row] = ",".join(cells)
    found = read_weather(write(tmp_path, lines, "w.epw"))
    assert any("computed from ghi_w_m2" in n for n in found.notes)
    assert found.ghi_w_m2 == pytest.approx(files.year().ghi_w_m2, abs=6e-3)


def test_places_across_the_date_line_have_their_noon():
    """Samoa counts its hours from the other side of the date line."""
    sun = np.maximum(np.cos((np.arange(8760) % 24 + 0.5 - 12.45) * np.pi / 12.0), 0.0) * 800.0
    check_sun("apia.epw", Place("Apia", -13.8, -171.8, 13.0, 2.0), sun)
    with pytest.raises(InputError, match="it is due at"):
        check_sun("apia.epw", Place("Apia", -13.8, -171.8, 10.0, 2.0), sun)
