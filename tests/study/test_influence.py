"""Rank regression: against closed forms, against SALib, and where it must say that it can't."""

from __future__ import annotations

import json

import numpy as np
import pytest
from click.testing import CliRunner

from gigawatt.cli.influence import command
from gigawatt.errors import InputError
from gigawatt.program.load import load_program
from gigawatt.study.archive.folder import open_run
from gigawatt.study.reasons.influence import influence, noise_level, standard_ranks
from gigawatt.study.reasons.input_names import InputNames
from gigawatt.study.reasons.run_influence import run_influence
from gigawatt.study.run import Settings, simulate, write_run
from gigawatt.uncertainty.streams import Streams


def uniforms(draws: int, count: int, seed: int = 1) -> dict[str, np.ndarray]:
    streams = Streams(seed, draws)
    return {f"x{i}": streams.uniform(f"x{i}") for i in range(count)}


def test_coefficients_of_a_sum_are_its_weights():
    """Sum of normals of correlation r: ranks correlate by 6/pi asin(r/2)."""
    streams = Streams(1, 4000)
    weights = (0.8, 0.5, -0.3, 0.1)
    x = {f"x{i}": streams.normal(f"x{i}") for i in range(40)}
    y = sum(w * x[f"x{i}"] for i, w in enumerate(weights))
    found = influence(x, y)
    scale = np.sqrt(np.sum(np.square(weights)))
    got = {d.name: d for d in found.drivers}
    for i, w in enumerate(weights):
        expected = 6.0 / np.pi * np.arcsin(w / scale / 2.0)
        assert got[f"x{i}"].coefficient == pytest.approx(expected, abs=0.02)
    assert [d.name for d in found.drivers[:4]] == ["x0", "x1", "x2", "x3"]
    assert sum(d.share for d in found.drivers) == pytest.approx(found.r2, abs=1e-9)
    assert found.r2 > 0.95


def test_only_ranks_count():
    x = uniforms(500, 3)
    y = x["x0"] + 0.5 * x["x1"]
    a = influence(x, y)
    b = influence({**x, "x0": np.exp(9.0 * x["x0"])}, np.exp(20.0 * y))
    assert [d.coefficient for d in a.drivers] == pytest.approx([d.coefficient for d in b.drivers])


def test_never_ranks_last():
    x = uniforms(400, 2)
    y = np.where(x["x0"] > 0.7, np.inf, x["x0"])
    found = influence(x, y)
    assert found.drivers[0].name == "x0"
    assert found.drivers[0].coefficient > 0.95
    assert found.never_share == pytest.approx(0.3, abs=0.01)
    assert standard_ranks(np.array([[np.inf], [1.0], [2.0]]))[:, 0].argmax() == 0


def test_more_inputs_than_draws_and_none_that_matters():
    """500 noises on 100 draws: no input stands out, nor does the regression claim much."""
    x = uniforms(100, 500)
    y = np.random.default_rng(3).random(100)
    found = influence(x, y)
    assert len(found.drivers) == 12
    assert not any(d.clear for d in found.drivers)
    assert found.noise == pytest.approx(noise_level(100, 500))
    strong = influence(x, 3.0 * x["x7"] + y)
    assert [d.name for d in strong.drivers if d.clear] == ["x7"]


def test_the_stated_error_is_the_spread_of_the_coefficient():
    """Over 60 seeds of plain samples; stratified ones are a little better."""
    rng = np.random.default_rng(2)
    got, told = [], []
    for _ in range(60):
        x = {f"x{i}": rng.normal(size=200) for i in range(3)}
        y = x["x0"] + 0.6 * x["x1"] + rng.normal(size=200)
        driver = next(d for d in influence(x, y).drivers if d.name == "x0")
        got.append(driver.coefficient)
        told.append(driver.error)
    assert np.std(got) == pytest.approx(np.mean(told), rel=0.35)


def test_inputs_that_go_together_are_named_together():
    x = uniforms(300, 4)
    x["twin"] = x["x0"] ** 3
    found = influence(x, 2.0 * x["x0"] + x["x1"])
    top = found.drivers[0]
    assert {top.name, *top.same_as} == {"x0", "twin"}
    assert abs(top.coefficient) < 1.05
    assert len(found.drivers) == 4


def test_the_order_is_that_of_sobol_indices():
    """SALib's first-order indices of an additive model with curves: same order, same sizes."""
    from SALib.analyze import sobol as analyse
    from SALib.sample import sobol as sample

    weights = np.array([3.0, 2.0, 1.4, 0.8, 0.3])

    def model(points):
        return (weights * (points + 0.5 * points**2)).sum(axis=1)

    problem = {"num_vars": 5, "names": [f"x{i}" for i in range(5)], "bounds": [[0.0, 1.0]] * 5}
    indices = analyse.analyze(problem, model(sample.sample(problem, 512, seed=1)), seed=1)
    x = uniforms(2000, 5)
    found = influence(x, model(np.stack(list(x.values()), axis=1)))
    order = [d.name for d in found.drivers]
    assert order == [problem["names"][i] for i in np.argsort(-indices["S1"])]
    shares = {d.name: d.share for d in found.drivers}
    for i, name in enumerate(problem["names"]):
        assert shares[name] == pytest.approx(indices["S1"][i], abs=0.03)


def test_what_is_not_monotone_shows_as_a_low_r2():
    """Ishigami: first-order indices 0.31 and 0.44, but sin^2 has no trend: the second is missed."""
    from SALib.test_functions import Ishigami

    x = {k: np.pi * (2.0 * v - 1.0) for k, v in uniforms(2000, 3).items()}
    found = influence(x, Ishigami.evaluate(np.stack(list(x.values()), axis=1)))
    assert found.drivers[0].name == "x0"
    assert [d.name for d in found.drivers if d.clear] == ["x0"]
    assert 0.1 < found.r2 < 0.31


def test_results_that_do_not_differ_have_no_influence():
    x = uniforms(100, 3)
    for y in (np.full(100, 5.0), np.full(100, np.inf)):
        assert influence(x, y).drivers == ()
    assert influence({"fixed": np.ones(100)}, x["x0"]).drivers == ()


def test_bad_input():
    x = uniforms(20, 2)
    with pytest.raises(InputError, match="at least 40"):
        influence(x, x["x0"])
    x = uniforms(50, 2)
    with pytest.raises(InputError, match="not a number"):
        influence(x, np.where(x["x0"] < 0.5, np.nan, 1.0))


# ----------------------------------------------------------------------------------- on a real run


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    simulated = simulate(load_program("single-campus"), Settings(draws=300, seed=2))
    return open_run(write_run(simulated, tmp_path_factory.mktemp("runs") / "campus"))


def test_what_moves_packages_per_gw_is_its_formula(run):
    (result,) = run_influence(run, "packages_per_gw")
    clear = [d for d in result.found.drivers if d.clear]
    names = {d.name for d in clear}
    assert {"assumptions/conversion/overhead_share", "cooling/closed-loop-dry/pue_design"} <= names
    assert all(d.coefficient < 0.0 for d in clear if "power_kw" in d.name or "pue" in d.name)
    assert result.found.r2_adjusted > 0.9


def test_names_are_for_people(run):
    names = InputNames(run)
    assert names.title("systems/vr200-nvl72/rack_price_usd") == "Rack price, Vera Rubin NVL72"
    assert names.title("site/plains/p1/task/BGEN").endswith(", Plains campus p1")
    assert names.title("schedule/common_pace") == "Pace of building, all sites"
    assert names.title("supply/vr200-nvl72/slip_months").startswith("Slip of the first racks")
    assert names.title("performance/error/serve/vr200-nvl72").startswith("Error of the rate model")
    assert names.title("something/new") == "something/new"
    inputs = [c.removeprefix("input:") for c in run.table("draws").columns if "input:" in c]
    assert all(names.title(i) != i for i in inputs)


def test_the_command(run):
    def told(*argv):
        return CliRunner().invoke(command, [str(run.folder.path), *argv]).output

    text = told("racks_per_week_peak", "--top", "3")
    assert "rank variance explained, 300 draws" in text
    rows = json.loads(told("--json"))
    by_metric = {r["metric"]: r for r in rows}
    assert by_metric["first_gw_in_service_date"]["drivers"] == []
    assert len(by_metric["packages_per_gw"]["drivers"]) == 10
    assert all(d["title"] for d in by_metric["funding_gap_peak_usd"]["drivers"])


def test_mistakes_are_told(run):
    with pytest.raises(InputError, match="'racks_per_week_peak'"):
        run_influence(run, "racks_per_week")
    with pytest.raises(InputError, match="no single value a draw"):
        run_influence(run, "co2_mt_per_year")
    raised = CliRunner().invoke(command, [str(run.folder.path), "--top", "0"]).exception
    assert isinstance(raised, InputError)
