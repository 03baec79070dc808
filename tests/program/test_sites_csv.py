"""`gigawatt new --sites`: tables of sites become sound programmes that say what they guess."""

from __future__ import annotations

import csv
import datetime as dt
import io
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from gigawatt.catalog import load_catalog
from gigawatt.errors import InputError
from gigawatt.program.load import load_program
from gigawatt.program.model import Program
from gigawatt.program.sites_csv import read_sites
from gigawatt.program.sites_guess import GRID_MIDDLE, STATE_GRID, STATES, system_at
from gigawatt.program.sites_programme import programme_text

AS_OF = dt.date(2026, 11, 1)
CATALOG = load_catalog()
PLAIN = """name,power_mw,lat,lon,country,grid,cleared,owner,users,colour
Big Prairie,1.2 GW,32.5,-99.8,US,ercot,2026-03-01,Landco,OpenAI #confident,red
Fjord,"1,230",,,Norway,,2027-02-01,Nscale,Microsoft,
Ohio Hall,200,,,US,,,,,
"""
EPOCH_SITES = """Name,Owner,Users,Current power (MW),Current H100 equivalents,Country,Latitude,Long
Abilene,Oracle #likely,OpenAI #confident,295,100000,United States of America,32.5,-99.8
"""
EPOCH_TIMELINES = """Data center,Date,Power (MW),Buildings operational,Construction status
Abilene,2024-05-31,0,0,Land clearing begins
Abilene,2025-06-28,147,1,Building 1 operational
Abilene,2025-08-01,147,1,"Nothing new, confirmed"
Abilene,2025-09-26,295,2,Building 2 operational
Abilene,2027-07-01,1180,8,All operational
"""


def files(folder: Path, *texts: str) -> list[Path]:
    paths = [folder / f"table-{n}.csv" for n in range(len(texts))]
    for path, text in zip(paths, texts, strict=True):
        path.write_text(text, encoding="utf-8")
    return paths


def imported(folder: Path, *texts: str, as_of: dt.date = AS_OF) -> Program:
    text = programme_text(read_sites(files(folder, *texts)), "imported", as_of, CATALOG)
    (folder / "out.toml").write_text(text, encoding="utf-8")
    return load_program("out.toml", base=folder).program


def message(folder: Path, *texts: str) -> str:
    with pytest.raises(InputError) as caught:
        imported(folder, *texts)
    return str(caught.value).replace(f"{folder}/", "")


def test_plain_table(tmp_path: Path) -> None:
    prairie, fjord, hall = imported(tmp_path, PLAIN).sites
    assert prairie.phases[0].power_mw.central == 1200
    assert fjord.phases[0].power_mw.central == 1230
    assert (prairie.tenant, prairie.cloud, prairie.landlord) == ("openai", "landco", "landco")
    assert prairie.phases[0].progress == {"cleared": dt.date(2026, 3, 1)}
    assert fjord.phases[0].progress == {}
    assert fjord.phases[0].cleared == dt.date(2027, 2, 1)
    assert (fjord.country, fjord.grid) == ("NO", "norway-no4")
    assert (hall.region, hall.grid) == ("OH", "pjm")
    assert hall.phases[0].cleared is None


def test_every_guess_is_said(tmp_path: Path) -> None:
    imported(tmp_path, PLAIN)
    lines = (tmp_path / "out.toml").read_text().splitlines()
    grids = [line for line in lines if line.startswith("grid = ")]
    assert ["guess" in line for line in grids] == [False, True, True]
    for key in ("cooling", "mw_basis", "  system", "  route", "  power_contracted"):
        assert all("guess" in line for line in lines if line.startswith(f"{key} = ")), key


def test_epochs_two_tables_are_joined(tmp_path: Path) -> None:
    program = imported(tmp_path, EPOCH_SITES, EPOCH_TIMELINES)
    (site,) = program.sites
    assert [p.power_mw.central for p in site.phases] == [147, 148, 885]
    assert [p.buildings for p in site.phases] == [1, 1, 6]
    assert site.phases[0].progress == {"in_service": dt.date(2025, 6, 28)}
    assert site.phases[2].progress == {}
    assert site.phases[2].cleared == dt.date(2025, 7, 1)  # 24 months before the date told
    assert (site.cloud, site.tenant, site.country, site.grid) == ("oracle", "openai", "US", "ercot")


def test_as_of_and_forecasts_decide_what_is_reached(tmp_path: Path) -> None:
    early = imported(tmp_path, EPOCH_TIMELINES, as_of=dt.date(2025, 7, 15)).sites[0]
    assert [bool(p.progress) for p in early.phases] == [True, False, False]
    rows = [
        "site,date,kind,facility_power_mw",
        "A,2025-01-01,past,100",
        "A,2026-01-01,forecast,300",
    ]
    late = imported(tmp_path, "\n".join(rows)).sites[0]
    assert [bool(p.progress) for p in late.phases] == [True, False]


def test_a_clearing_date_belongs_to_what_is_still_to_come(tmp_path: Path) -> None:
    rows = "name,current_mw,power_mw,cleared\nA,100,300,2027-02-01\n"
    stands, planned = imported(tmp_path, rows).sites[0].phases
    assert (stands.progress, planned.progress) == ({"in_service": AS_OF}, {})
    assert planned.cleared == dt.date(2027, 2, 1)


def test_clearing_of_a_new_site_is_progress(tmp_path: Path) -> None:
    rows = (
        "site,date,facility_power_mw,status\nA,2025-05-19,0,Land clearing begins\nA,2027-06-15,130,"
    )
    phase = imported(tmp_path, rows).sites[0].phases[0]
    assert phase.progress == {"cleared": dt.date(2025, 5, 19)}


def test_reference_table_of_epoch(shared: Path, tmp_path: Path) -> None:
    table = (shared / "reference/buildout/site_milestones.csv").read_text(encoding="utf-8")
    program = imported(tmp_path, table)
    assert len(program.sites) == 14
    total = sum(p.power_mw.central for s in program.sites for p in s.phases)
    assert total == pytest.approx(17_487.5, abs=1)  # the sum of each site's highest power
    assert {s.grid for s in program.sites} >= {"ercot", "pjm", "miso", "uae-ewec"}


def test_columns_not_known_are_warned_of(tmp_path: Path) -> None:
    (warning,) = read_sites(files(tmp_path, PLAIN)).warnings
    assert "column 'colour' is not known and not used" in warning
    (misspelt,) = read_sites(files(tmp_path, "name,power_mw,latitud\nA,5,3\n")).warnings
    assert "Did you mean 'latitude'?" in misspelt


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("name,lat,power_mw\nA,95,3\n", "table-0.csv:2: column 'lat' = '95': must be between"),
        ("name,power_mw\nA,3\nB,12 GWh\n", "table-0.csv:3: column 'power_mw' = '12 GWh': 'GWh'"),
        ("site,planned_mw\nA,-3\n", "table-0.csv:2: column 'planned_mw' = '-3': must be"),
        (
            "name,power_mw,cleared\nA,3,2026-13-01\n",
            "column 'cleared' = '2026-13-01': write a date",
        ),
        ("name,lat\nA,3\n", "table-0.csv:2: column 'power_mw': is needed"),
        ("name,power_mw\n,3\n", "table-0.csv:2: column 'name': is empty"),
        ("nme,power_mw\nA,3\n", "no column names the sites"),
        ("", "no column names the sites"),
        ("name,power_mw\n\n", "there is no row below the header"),
        ('name,power_mw\n"' + "a" * 200_000 + '",3\n', "this is no CSV: field larger than"),
        ("name,power_mw\nA,3\nA,4\n", "table-0.csv:3: column 'name' = 'A': occurs twice"),
        ("name,power_mw,grid\nA,3,erkot\n", "Did you mean 'ercot'?"),
        ("name,power_mw,system\nA,3,vr200-nvl27\n", "Did you mean 'vr200-nvl72'?"),
        ("name,power_mw,system\nA,3,mi355x\n", "no rack supply is known for it"),
        ("name,power_mw,country\nA,3,Utopia\n", "is not a country that is known"),
        ("name,power_mw,country\nA,3,Norwai\n", "Did you mean 'norway'?"),
        ("name,power_mw,route\nA,3,rail\n", "must be one of brownfield, grid, onsite"),
        ("name,lat,latitude,power_mw\nA,1,1,3\n", "says the same as 'lat'"),
        ("name,power_mw\nA,3,4\n", "the row has 3 cells, the header 2"),
        ("site,date,power_mw\nA,2099-01-01,100\n", "lies too far after"),
    ],
)
def test_what_is_wrong_is_told_in_one_line(text: str, told: str, tmp_path: Path) -> None:
    said = message(tmp_path, text)
    print(said)
    assert told in said
    assert said.count("\n") == 0


def test_all_wrong_cells_are_told_at_once(tmp_path: Path) -> None:
    said = message(tmp_path, "name,power_mw,lat\nA,much,95\nB,more,3\n")
    assert said.count("\n") == 2


def test_tables_of_guesses_fit_the_catalog() -> None:
    assert set(GRID_MIDDLE) == set(CATALOG.records["grids"])
    assert set(STATES.values()) | {"DC"} == set(STATE_GRID)
    for year in (2010, 2025, 2027, 2040):
        assert system_at(dt.date(year, 1, 1)) in CATALOG.records["systems"]


NAMES = st.text(st.characters(codec="utf-8"), min_size=1, max_size=20).filter(
    lambda name: any(c.isprintable() and not c.isspace() for c in name)
)


def plain(name: str) -> str:
    return " ".join("".join(c if c.isprintable() else " " for c in name).split())


ROWS = st.lists(
    st.tuples(
        NAMES,
        st.floats(0.2, 15_000.0),
        st.one_of(st.none(), st.dates(dt.date(2016, 1, 1), dt.date(2040, 1, 1))),
        st.sampled_from(["", "US", "China", "Norway", "fr"]),
    ),
    min_size=1,
    max_size=4,
    unique_by=lambda row: plain(row[0]).casefold(),
)


@settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(rows=ROWS)
def test_any_sound_table_gives_a_sound_programme(
    rows: list[tuple[str, float, dt.date | None, str]], tmp_path: Path
) -> None:
    text = io.StringIO()
    table = csv.writer(text)
    table.writerow(["name", "power_mw", "in_service", "country"])
    table.writerows([name, power, date or "", country] for name, power, date, country in rows)
    program = imported(tmp_path, text.getvalue())
    total = sum(p.power_mw.central for s in program.sites for p in s.phases)
    assert total == pytest.approx(sum(power for _, power, _, _ in rows), abs=0.01)


def gigawatt(*args: str, cwd: Path) -> subprocess.CompletedProcess[str]:
    call = [sys.executable, "-m", "gigawatt.cli.main", *args]
    return subprocess.run(call, cwd=cwd, capture_output=True, text=True, check=False)


def test_the_command(tmp_path: Path) -> None:
    files(tmp_path, PLAIN)
    done = gigawatt("new", "mine.toml", "--sites", "table-0.csv", cwd=tmp_path)
    assert (done.returncode, done.stdout) == (0, "")
    assert done.stderr.startswith("Warning: table-0.csv:1: column 'colour'")
    check = gigawatt("check", "mine.toml", cwd=tmp_path)
    assert check.returncode == 0, check.stderr
    assert check.stdout.startswith("mine: Sites of table-0.csv")
    both = gigawatt(
        "new", "x.toml", "--sites", "table-0.csv", "--from", "single-campus", cwd=tmp_path
    )
    assert both.returncode == 2
    assert "exclude each other" in both.stderr
    lost = gigawatt("new", "x.toml", "--sites", "nothing.csv", cwd=tmp_path)
    assert (lost.returncode, lost.stderr.count("\n")) == (2, 1)
    assert gigawatt("new", "x.toml", "--as-of", "2026-01-01", cwd=tmp_path).returncode == 2
