"""Every system of the catalog serves a dense model and a mixture, by point, front and plan."""

import json

import pytest
from click.testing import CliRunner

from gigawatt.catalog import load_catalog
from gigawatt.cli.infer import command
from gigawatt.performance.hardware import system_records

SYSTEMS = sorted(system_records(load_catalog()))
MODELS = ("llama-3.3-70b", "deepseek-v3")


def run(*words):
    result = CliRunner().invoke(command, [*words, "--json"], catch_exceptions=False)
    assert result.exit_code == 0, result.output
    return json.loads(result.stdout)


@pytest.mark.parametrize("model", MODELS)
@pytest.mark.parametrize("system", SYSTEMS)
def test_point_front_and_plan(system, model):
    what = ["--model", model, "--gpu", system]
    point = run(*what)
    for key in ("ttft_ms", "tpot_ms", "output_tok_s_per_gpu"):
        assert 0.0 < point[key]["low"] < point[key]["value"] < point[key]["high"], key
    assert 50.0 < point["drawn_w_per_gpu"] < point["provisioned_w_per_gpu"] < 5000.0
    front = next(iter(run("frontier", *what, "--gpus", "64")["fronts"].values()))
    speeds = [row["tok_s_per_user"] for row in front]
    rates = [row["output_tok_s_per_gpu"] for row in front]
    order = sorted(range(len(front)), key=speeds.__getitem__)
    assert [rates[i] for i in order] == sorted(rates, reverse=True)
    assert max(rates) >= point["output_tok_s_per_gpu"]["value"] * 0.9
    plan = run("plan", *what, "--gpus", "64", "--speed", "10", "--rate", "100")
    assert plan["packages"] > 0
    assert plan["capacity_requests_per_s"] >= plan["peak_requests_per_s"] * 1.1 - 1e-9
    assert 0.0 < plan["mean_facility_mw"] < plan["facility_mw"]
