"""Case directories: the shared campus, all that can be wrong, what can't be kept."""

from __future__ import annotations

import gzip
import json

import numpy as np
import pytest
from click.testing import CliRunner

from gigawatt.cli.supply import command
from gigawatt.energy.case import read_case
from gigawatt.energy.case_problem import must_serve, year_problem
from gigawatt.energy.feasible import broken, reliefs
from gigawatt.energy.least_cost import least_cost, summary
from gigawatt.energy.lp import solve_lp
from gigawatt.errors import InfeasibleError, InputError

HOURS = 8760
TECHNOLOGIES = {
    "pv_usd_per_mw_yr": 119e3, "wind_usd_per_mw_yr": 172e3, "gas_usd_per_mw_yr": 169e3,
    "gas_var_usd_per_mwh": 39.6, "gas_t_co2_per_mwh": 0.47, "bat_usd_per_mw_yr": 128e3,
    "bat_hours": 4, "bat_eta_charge": 0.94, "bat_eta_discharge": 0.94, "voll_usd_per_mwh": 1e4,
}  # fmt: skip
SETTINGS = {"grid_limit_mw": 50, "co2_cap_t": None}


def _rows():
    rng = np.random.default_rng(0)
    start = np.datetime64("2022-01-01T00")
    times = [f"{np.datetime_as_string(start + k, unit='m')}Z" for k in range(HOURS)]
    hours = np.arange(HOURS)
    sun = np.clip(np.sin((hours % 24 - 6) / 12 * np.pi), 0, None).round(4)
    wind = rng.uniform(0.0, 1.0, HOURS).round(4)
    price = rng.uniform(-5.0, 120.0, HOURS).round(2)
    columns = (times, [100.0] * HOURS, sun, wind, price, [0.4] * HOURS)
    return [list(map(str, row)) for row in zip(*columns, strict=True)]


HEADER = ["utc", "load_mw", "pv_pu", "wind_pu", "price_usd_mwh", "grid_ci_t_per_mwh"]
ROWS = _rows()


def _write(folder, technologies=(), settings=(), rows=None, header=None, **top):
    folder.mkdir(exist_ok=True)
    t = {**TECHNOLOGIES, **dict(technologies)}
    s = {**SETTINGS, **dict(settings)}
    data = {"name": "test", "technologies": t, "settings": s, **top}
    (folder / "case.json").write_text(json.dumps(data, indent=1))
    lines = [",".join(r) for r in (header or HEADER, *(rows or ROWS))]
    with gzip.open(folder / "timeseries.csv.gz", "wt") as stream:
        stream.write("\n".join(lines) + "\n")
    return folder


def _solve(folder):
    case = read_case(folder)
    problem = year_problem(case)
    return case, problem, least_cost(problem)


def test_the_shared_campus_to_a_millionth(shared):
    folder = shared / "reference" / "energy" / "case_campus_ercot2022_base"
    expected = json.loads((folder / "answer.json").read_text())
    _, problem, found = _solve(folder)
    got = summary(problem, found)
    error = got.objective_usd_per_yr / expected["objective_usd_per_yr"] - 1.0
    print(f"objective {error:+.1e}, gap {got.gap:.1e}")
    assert abs(error) <= 1e-6
    assert got.gap <= 1e-6
    for name, mw in expected["capacity_mw"].items():
        assert got.capacity_mw[name] == pytest.approx(mw, abs=2.0)
    for name, mwh in expected["energy_mwh"].items():
        assert got.energy_mwh[name] == pytest.approx(mwh, rel=2e-3, abs=5.0)
    assert got.co2_t["gas"] == pytest.approx(expected["co2_t"]["gas"], rel=1e-3)
    assert got.usd_per_mwh_load == pytest.approx(expected["usd_per_mwh_load"], rel=1e-6)


def test_storage_chain_of_the_pypsa_example(shared):
    """Battery and hydrogen of PyPSA's example network: the whole LP gives its optimum."""
    from energy_examples import model_energy

    problem, expected = model_energy(shared / "reference" / "energy" / "case_pypsa_model_energy")
    found = solve_lp(problem)
    print(f"{found.objective_usd:,.4f} against {expected:,.4f}")
    assert found.objective_usd == pytest.approx(expected, rel=1e-9)


def test_keys_of_the_json_and_the_answer_is_not_read(tmp_path):
    folder = _write(tmp_path / "case", answer={"objective_usd_per_yr": "nonsense"})
    result = CliRunner().invoke(command, [str(folder), "--json"])
    assert result.exit_code == 0, result.output
    data = json.loads(result.stdout)
    for key in ("objective_usd_per_yr", "capacity_mw", "energy_mwh", "co2_t", "usd_per_mwh_load",
                "gap", "route"):  # fmt: skip
        assert key in data
    assert set(data["capacity_mw"]) == {"pv", "wind", "gas", "bat"}
    assert set(data["energy_mwh"]) == {"pv", "wind", "gas", "grid", "shed"}
    assert set(data["co2_t"]) == {"gas", "grid"}
    served = sum(data["energy_mwh"].values())
    lost = data["storage_mwh"]["bat"] * (1 / 0.94**2 - 1)
    assert served - lost == pytest.approx(data["load_mwh"], rel=1e-6)


def test_islanded_needs_neither_price_nor_intensity(tmp_path):
    rows = [r[:4] for r in ROWS]
    folder = _write(tmp_path / "c", settings={"grid_limit_mw": 0}, rows=rows, header=HEADER[:4])
    _, problem, found = _solve(folder)
    assert summary(problem, found).energy_mwh["grid"] == 0.0
    assert found.gap <= 1e-6


def test_carbon_cap_price_and_matching(tmp_path):
    _, p0, free = _solve(_write(tmp_path / "a"))
    used = sum(summary(p0, free).co2_t.values())
    _, p1, capped = _solve(_write(tmp_path / "b", settings={"co2_cap_t": used / 2}))
    s1 = summary(p1, capped)
    assert sum(s1.co2_t.values()) <= used / 2 * (1 + 1e-6)
    assert capped.objective_usd > free.objective_usd
    _, p2, priced = _solve(_write(tmp_path / "c", settings={"co2_price_usd_per_t": 80.0}))
    assert sum(summary(p2, priced).co2_t.values()) < used
    _, p3, matched = _solve(_write(tmp_path / "d", settings={"hourly_matching_share": 0.9}))
    s3 = summary(p3, matched)
    assert s3.energy_mwh["gas"] + s3.energy_mwh["grid"] <= 0.1 * s3.load_mwh * (1 + 1e-6)


def test_further_plants_charges_and_curtailable_compute(tmp_path):
    top = {
        "plants": [{"name": "nuclear", "usd_per_mw_yr": 9e5, "var_usd_per_mwh": 12.0,
                    "max_mw": 30.0, "availability": 0.9},
                   {"name": "ppa", "usd_per_mw_yr": 9e4, "min_mw": 10.0, "max_mw": 10.0,
                    "availability_column": "ppa_pu"}],
        "curtailable": [{"load_share": 0.2, "usd_per_mwh": 300.0}],
    }  # fmt: skip
    rows = [[*r, r[3]] for r in ROWS]
    folder = _write(tmp_path / "c", settings={"demand_charge_usd_per_mw_month": 5e3,
                                              "minimum_take_mwh": 5e4,
                                              "minimum_take_usd_per_mwh": 15.0},
                    technologies={"gas_block_mw": 12.0, "gas_spare_blocks": 1},
                    rows=rows, header=[*HEADER, "ppa_pu"], **top)  # fmt: skip
    _, problem, found = _solve(folder)
    got = summary(problem, found)
    assert got.capacity_mw["ppa"] == pytest.approx(10.0)
    assert got.capacity_mw["gas"] / 12.0 == pytest.approx(round(got.capacity_mw["gas"] / 12.0))
    assert got.energy_mwh["curtailed compute"] > 0.0
    assert found.gap <= 1e-6


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"technologies": {"pv_usd_mw_yr": 1.0}}, "'pv_usd_per_mw_yr'"),
        ({"settings": {"co2_cap": 1.0}}, "'co2_cap_t'"),
        ({"settings": {"grid_limit_mw": -1}}, "must lie in 0 to inf"),
        ({"settings": {"grid_limit_mw": "500 MW"}}, "must be a number"),
        ({"settings": {"grid_limit_mw": True}}, "must be a number"),
        ({"technologies": {"bat_eta_charge": 94}}, "must lie in 0.01 to 1"),
        ({"technologies": {"bat_hours": None}}, "missing beside bat_usd_per_mw_yr"),
        ({"technologies": {"gas_min_mw": 5, "gas_max_mw": 2}}, "above gas_max_mw"),
        ({"settings": {"export_limit_mw": 5}}, "export is not modelled"),
        ({"plant": []}, "'plants'"),
        ({"plants": [{"name": "pv", "usd_per_mw_yr": 1}]}, "taken"),
        ({"plants": [{"name": "x"}]}, "usd_per_mw_yr: is missing"),
        ({"curtailable": [{"load_share": 0.7}]}, "needs load_share and usd_per_mwh"),
    ],
)
def test_wrong_keys_are_told_with_line_and_value(tmp_path, change, message):
    with pytest.raises(InputError, match=r"case\.json") as error:
        read_case(_write(tmp_path / "c", **change))
    assert message in str(error.value)


def _row(n, column, value):
    rows = [*ROWS]
    rows[n] = [*rows[n]]
    rows[n][HEADER.index(column)] = value
    return rows


@pytest.mark.parametrize(
    ("rows", "message"),
    [
        (_row(99, "load_mw", ""), "csv.gz:101: load_mw = '': is no number; fill the gap"),
        (_row(99, "load_mw", "nan"), "is no number"),
        (_row(99, "pv_pu", "43.0"), "likely per cent"),
        (_row(99, "grid_ci_t_per_mwh", "347"), "likely g/kWh"),
        (_row(99, "load_mw", "1e6"), "likely kW"),
        (_row(99, "utc", "2022-01-05T03:00-06:00"), "must be UTC"),
        (_row(99, "utc", "5 January"), "must be a time like"),
        (_row(99, "utc", "2024-02-29T03:00Z"), "29 February"),
        (_row(99, "utc", "2022-01-05T02:00Z"), "hours must rise by one"),
        (_row(99, "utc", "2022-01-05T09:00Z"), "hours between are missing"),
        (ROWS[:-24], "must be 8760 hours"),
        ([*ROWS, *ROWS[:24]], "leave out 29 February"),
        ([*ROWS[:5], ROWS[5][:4], *ROWS[6:]], "has 4 cells"),
    ],
)  # fmt: skip
def test_wrong_series_are_told_with_line_and_value(tmp_path, rows, message):
    with pytest.raises(InputError) as error:
        read_case(_write(tmp_path / "c", rows=rows))
    assert message in str(error.value)


def test_missing_parts_are_told(tmp_path):
    with pytest.raises(InputError, match="no such case directory"):
        read_case(tmp_path / "none")
    (tmp_path / "empty").mkdir()
    with pytest.raises(InputError, match=r"has no case\.json"):
        read_case(tmp_path / "empty")
    folder = _write(tmp_path / "c", rows=[r[:4] for r in ROWS], header=HEADER[:4])
    with pytest.raises(InputError, match="price_usd_mwh: column is missing"):
        read_case(folder)
    (folder / "timeseries.csv.gz").unlink()
    with pytest.raises(InputError, match="is missing"):
        read_case(folder)
    (folder / "case.json").write_text("{")
    with pytest.raises(InputError, match="not valid JSON"):
        read_case(folder)


def test_infeasible_says_which_limit_and_by_how_much(tmp_path):
    limits = {"gas_max_mw": 20.0, "pv_max_mw": 0.0, "wind_max_mw": 0.0, "bat_max_mw": 0.0,
              "voll_usd_per_mwh": None}  # fmt: skip
    folder = _write(tmp_path / "c", technologies=limits)
    case, problem, found = _solve(folder)
    assert must_serve(case)
    assert broken(problem, found, must_serve=True)
    named = {r.name: r.needed for r in reliefs(problem, must_serve=True)}
    assert named["grid_limit_mw"] == pytest.approx(80.0, rel=1e-3)
    assert named["gas_max_mw"] == pytest.approx(50.0, rel=1e-3)
    result = CliRunner().invoke(command, [str(folder)])
    assert isinstance(result.exception, InfeasibleError)
    assert result.exception.exit_code == 3
    assert "grid_limit_mw = 50 MW: must be 80" in str(result.exception)


def test_limits_that_stand_against_each_other_are_told(tmp_path):
    against = {"minimum_take_mwh": 300e3, "co2_cap_t": 100e3}  # import emits 0.4 t/MWh
    result = CliRunner().invoke(command, [str(_write(tmp_path / "c", settings=against))])
    assert isinstance(result.exception, InfeasibleError)
    text = str(result.exception)
    assert "co2_cap_t = 100,000 t: must be 120,000 (+2e+04 t)" in text
    assert "minimum_take_mwh = 300,000 MWh: must be 250,000 (-5e+04 MWh)" in text
    share = {"hourly_matching_share": 1.0, "grid_limit_mw": None}
    none = {"pv_max_mw": 100.0, "wind_max_mw": 0.0, "bat_max_mw": 0.0, "voll_usd_per_mwh": None}
    folder = _write(tmp_path / "d", settings=share, technologies=none)
    case = read_case(folder)
    named = {r.name: r for r in reliefs(year_problem(case), must_serve=True)}
    sun = np.minimum(np.array([float(r[2]) for r in ROWS]), 1.0).mean()
    assert named["hourly_matching_share"].limit == pytest.approx(1.0)
    assert named["hourly_matching_share"].needed == pytest.approx(sun, abs=1e-4)


def test_series_wrong_throughout_are_one_error(tmp_path):
    kilowatts = [[r[0], "1000000", *r[2:]] for r in ROWS]
    zone = [[r[0].replace("Z", "-06:00"), *r[1:]] for r in ROWS]
    for rows, told in (
        (kilowatts, "so are 8,759 more values"), (zone, "convert the whole series"),
        (ROWS[:100] + ROWS[103:], "first at line 102: 2022-01-05T07:00Z follows 2022-01-05T03:00Z"),
    ):  # fmt: skip
        folder = _write(tmp_path / "c", rows=rows)
        with pytest.raises(InputError) as error:
            read_case(folder)
        assert told in str(error.value)
        assert len(str(error.value).splitlines()) == 1
    folder = _write(tmp_path / "c")
    (folder / "timeseries.csv.gz").unlink()
    (folder / "timeseries.csv").write_text("utc;load_mw\n2022-01-01T00:00Z;5\n")
    with pytest.raises(InputError, match="must have commas"):
        read_case(folder)


def test_blocks_that_fail_tell_the_loss_of_load(tmp_path):
    units = {"gas_block_mw": 20.0, "gas_outage_share": 0.05}
    lole = []
    for spares in (0, 2):
        folder = _write(tmp_path / str(spares), settings={"grid_limit_mw": 0},
                        technologies={**units, "gas_spare_blocks": spares, "pv_max_mw": 0.0,
                                      "wind_max_mw": 0.0, "bat_max_mw": 0.0})  # fmt: skip
        result = CliRunner().invoke(command, [str(folder), "--json"])
        assert result.exit_code == 0, result.output
        data = json.loads(result.stdout)
        assert data["capacity_mw"]["gas"] == pytest.approx(100.0)
        lole.append(data["reliability"]["lole_hours_without_storage"])
        assert data["reliability"]["lole_hours"] == pytest.approx(lole[-1], rel=0.3)
    assert lole[0] == pytest.approx(8760 * (1 - 0.95**5), rel=1e-6)
    assert lole[1] < 0.05 * lole[0]


def test_import_limit_by_the_hour(tmp_path):
    rows = [[*r, "0" if n < 4380 else "60"] for n, r in enumerate(ROWS)]
    folder = _write(tmp_path / "c", rows=rows, header=[*HEADER, "grid_limit_mw"])
    _, problem, found = _solve(folder)
    served = found.dispatch.served_mw[:, problem.offer_number("grid")]
    assert served[:4380].max() == 0.0
    assert 0.0 < served.max() <= 50.0 + 1e-9
