"""`gigawatt infer`: a point, a file of cases, what is wrong."""

from __future__ import annotations

import json

import pytest
from click.testing import CliRunner

from gigawatt.cli.infer import command
from gigawatt.errors import InfeasibleError, InputError

POINT = ["--model", "llama-3.1-70b", "--gpu", "H200", "--precision", "fp8"]


def run(*words):
    result = CliRunner().invoke(command, list(words))
    if result.exception is not None and not isinstance(result.exception, SystemExit):
        raise result.exception
    return result


def data(*words):
    return json.loads(run(*POINT, *words, "--json").stdout)


def test_a_point_tells_all_of_its_outputs():
    point = data("--tp", "4", "--concurrency", "32")
    tok_s = point["output_tok_s_per_gpu"]["value"]
    assert point["tok_s_per_user"]["value"] == pytest.approx(1e3 / point["tpot_ms"]["value"])
    drawn = point["drawn_w_per_gpu"] * point["pue"]
    assert point["output_tok_s_per_mw"]["value"] == pytest.approx(tok_s * 1e6 / drawn)
    assert point["j_per_output_token"] == pytest.approx(drawn / tok_s)
    assert point["wh_per_output_token"] == pytest.approx(drawn / tok_s / 3600)
    parts = ("systems", "site", "energy", "opex")
    hours = sum(point["cost"][f"{p}_usd_per_hour"] for p in parts)
    assert point["cost"]["usd_per_package_hour"] == pytest.approx(hours)
    text = run(*POINT, "--tp", "4", "--concurrency", "32").stdout
    for words in ("Time to first token", "PUE 1.2", "USD", "Wh", "90 % bands"):
        assert words in text


def test_the_parts_of_a_tokens_cost_add_up():
    cost = data("--tp", "4", "--concurrency", "32")["cost"]
    for kind in ("input", "output"):
        parts = cost[f"{kind}_parts_usd_per_million"]
        assert set(parts) == {"systems", "site", "energy", "opex"}
        assert sum(parts.values()) == pytest.approx(cost[f"{kind}_usd_per_million"])
    half = data("--tp", "4", "--concurrency", "32", "--utilisation", "0.4")["cost"]
    assert (cost["utilisation_share"], half["utilisation_share"]) == (0.8, 0.4)
    assert half["output_usd_per_million"] == pytest.approx(2 * cost["output_usd_per_million"])


@pytest.mark.parametrize("gpu", ["tpu7x", "MI455X"])
def test_a_system_without_public_power_has_an_estimate_of_it(gpu):
    words = ["--model", "llama-3.1-70b", "--gpu", gpu, "--precision", "fp8", "--tp", "8"]
    point = json.loads(run(*words, "--json").stdout)
    assert point["output_tok_s_per_gpu"]["value"] > 0
    assert 300 < point["drawn_w_per_gpu"] < point["provisioned_w_per_gpu"] < 4000
    assert any(text.startswith("power estimated") for text in point["assumed"])
    assert point["cost"] is None
    assert "power estimated" in run(*words).stdout
    front = ["frontier", *words[:6], "--gpus", "8"]
    assert "power estimated" in run(*front, "--by", "mw").stdout
    plan = ["plan", *words[:6], "--gpus", "8", "--speed", "20", "--rate", "50"]
    low, high = json.loads(run(*plan, "--json").stdout)["power_range_share"]
    assert low < 1.0 < high
    assert "estimated:" in run(*plan).stdout


def test_a_rate_finds_its_clients():
    point = data("--tp", "4", "--rate", "3")
    assert point["request_rate_per_s"] == pytest.approx(3.0, rel=1e-3)
    with pytest.raises(InfeasibleError, match="at most"):
        run(*POINT, "--tp", "4", "--rate", "1e6")


def test_a_prefill_pool_and_speculation():
    words = ["--model", "deepseek-v3", "--gpu", "GB300", "--precision", "fp4", "--input", "8000",
             "--concurrency", "256", "--dp", "8", "--json"]  # fmt: skip
    one = json.loads(run(*words).stdout)
    two = json.loads(run(*words, "--prefill-workers", "2", "--prefill-dp", "4").stdout)
    fast = json.loads(run(*words, "--speculation", "mtp").stdout)
    assert two["packages"] == 16
    assert two["tpot_ms"]["value"] < one["tpot_ms"]["value"]
    assert fast["tpot_ms"]["value"] < one["tpot_ms"]["value"]
    three, named = (json.loads(run(*words, "--speculation", *w).stdout)["tpot_ms"] for w in (
        ("mtp", "--draft", "3"), ("MTP3",)))  # fmt: skip
    assert three == named


def test_cases_keep_their_rows(tmp_path):
    header = "gpu,model_path,precision,backend,mean_isl,mean_osl,concurrency,tp,note"
    rows = ["H200,llama-3.1-70b,fp8,vllm,1000,1000,8,2,good", "H200,nobody,fp8,vllm,1,1,1,1,bad"]
    source, out = tmp_path / "in.csv", tmp_path / "out.csv"
    source.write_text("\n".join([header, *rows]) + "\n")
    result = run("--cases", str(source), "--out", str(out))
    lines = out.read_text().splitlines()
    assert len(lines) == 3
    assert lines[0].startswith(header + ",predicted_ttft_ms,predicted_ttft_ms_low")
    assert "good" in lines[1]
    assert "Unknown model" in lines[2]
    assert "1 of 2 rows" in result.stderr


def test_mistakes_of_a_user():
    with pytest.raises(InputError, match="--model and --gpu"):
        run()
    with pytest.raises(InputError, match="choose one"):
        run(*POINT, "--rate", "1", "--concurrency", "2")
    with pytest.raises(InputError, match="--output is -5"):
        run(*POINT, "--output", "-5")
    with pytest.raises(InputError, match="no such file"):
        run("--cases", "/no/such/file.csv")
    with pytest.raises(InfeasibleError, match="does not fit"):
        run("--model", "deepseek-v3", "--gpu", "H100", "--tp", "8")
    with pytest.raises(InputError, match="prefix_hit_share"):
        run(*POINT, "--tp", "4", "--prefix-hit", "1.5")
    with pytest.raises(InputError, match="method of speculation"):
        run(*POINT, "--tp", "4", "--draft", "2")
    with pytest.raises(InputError, match="replicas is 0"):
        run(*POINT, "--tp", "4", "--replicas", "0")
    with pytest.raises(InputError, match="draft of 9"):
        run(*POINT, "--tp", "4", "--speculation", "mtp", "--draft", "9")


def test_no_cell_stops_the_other_rows(tmp_path):
    header = "gpu,model_path,precision,backend,isl,osl,concurrency,tp,gpus"
    rows = [
        "H200,llama-3.1-70b,fp8,vllm,1000,1000,8,2,many",  # a word where a number is due
        "H200,llama-3.1-70b,fp8,vllm,1000,1000,1e99,2,2",  # no machine serves so many
        "H200,llama-3.1-70b,fp8,vllm,1000,1000,8,2,unknown",  # says that nobody knows
    ]
    source, out = tmp_path / "in.csv", tmp_path / "out.csv"
    source.write_text("\n".join([header, *rows]) + "\n")
    result = run("--cases", str(source), "--out", str(out))
    lines = out.read_text().splitlines()
    assert "gpus is 'many'" in lines[1]
    assert "nan" not in lines[2]
    assert lines[3].endswith(",")  # no problem
    assert "RuntimeWarning" not in result.stderr
