"""`gigawatt infer replay`, `frontier` and `plan` from the command line."""

from __future__ import annotations

import csv
import json

import pytest
from click.testing import CliRunner

from gigawatt.cli.infer import command
from gigawatt.errors import InputError

MODEL = ["--model", "deepseek-v3", "--gpu", "GB300", "--precision", "fp4"]


def run(*words):
    result = CliRunner().invoke(command, [str(w) for w in words])
    if result.exception is not None and not isinstance(result.exception, SystemExit):
        raise result.exception
    return result


@pytest.fixture
def trace(tmp_path):
    path = tmp_path / "trace.csv"
    lines = [f"{i * 0.5},{1000 + i % 7},{50 + i % 11}" for i in range(200)]
    path.write_text("\n".join(["arrival_s,input_tokens,output_tokens", *lines]))
    return path


def test_a_replay_in_words_data_and_rows(trace, tmp_path):
    out = tmp_path / "requests.csv"
    words = ["replay", trace, *MODEL, "--tp", "4", "--replicas", "2", "--slo-ttft", "1"]
    text = run(*words, "--out", out).stdout
    for part in ("p99", "Time to first token", "Within the limits", "Cache in use", "round"):
        assert part in text or part == "round"
    data = json.loads(run(*words, "--json").stdout)
    assert data["requests"] == 200
    assert data["ttft"]["p50"] <= data["ttft"]["p90"] <= data["ttft"]["p99"]
    assert data["packages"] == 8
    rows = list(csv.DictReader(out.read_text().splitlines()))
    assert len(rows) == 200
    assert float(rows[0]["ttft_s"]) > 0.0


def test_bad_options_of_a_replay(trace):
    for words, message in (
        (["--chunk", "0"], "chunk"),
        (["--speed-up", "-1"], "--speed-up"),
        (["--routing", "leest-loaded"], "least-loaded"),
        (["--replicas", "0"], "--replicas"),
        (["--concurrency", "-2"], "--concurrency"),
    ):
        with pytest.raises(InputError, match=message):
            run("replay", trace, *MODEL, "--tp", "4", *words)


def test_a_front_in_words_data_rows_and_a_page(tmp_path):
    page, table = tmp_path / "front.html", tmp_path / "front.csv"
    words = ["frontier", *MODEL, "--gpu", "VR200", "--ttft", "3", "--speculation", "auto"]
    text = run(*words, "--html", page, "--csv", table).stdout
    assert "tok/s/user" in text
    assert "plans" in text
    data = json.loads(run(*words, "--json").stdout)
    assert len(data["fronts"]) == 2
    rows = list(csv.DictReader(table.read_text().splitlines()))
    assert {r["system"] for r in rows} == {"gb300-nvl72", "vr200-nvl72"}
    assert all(float(r["ttft_p99_ms"]) <= 3000.0 for r in rows)
    html = page.read_text()
    assert "serving-output-tok-s-per-mw" in html
    assert "mtp" in html


def test_the_page_of_a_front_in_french(tmp_path):
    page = tmp_path / "front.html"
    run("frontier", *MODEL, "--html", page, "--lang", "fr")
    assert "Jetons de sortie par seconde" in page.read_text()


def test_all_commands_take_the_chunk_and_the_makers_usual_engine():
    words = ["frontier", "--model", "llama-3.3-70b", "--gpu", "MI355X", "--precision", "fp8",
             "--input", "16000", "--one-pool", "--json"]  # fmt: skip
    coarse, fine = (json.loads(run(*words, "--chunk", n).stdout) for n in ("8192", "512"))
    assert coarse["conditions"]["engine"] == "vllm"

    def first(data):
        return min(row["ttft_ms"] for row in next(iter(data["fronts"].values())))

    assert first(fine) > 1.2 * first(coarse)
    for name in ("frontier", "plan", "replay", ""):
        text = run(*([name] if name else []), "--help").stdout
        for option in ("--chunk", "--engine", "--kv-precision", "--date", "--precision"):
            assert option in text, (name, option)


def test_a_plan_in_words_and_data(tmp_path):
    words = ["plan", *MODEL, "--input", "4000", "--speed", "50", "--ttft", "2"]
    text = run(*words, "--tokens-per-day", "1e12").stdout
    for part in ("GPUs by hour", "MW", "USD", "average over peak 0.816", "head-room 10%"):
        assert part in text
    curve = tmp_path / "day.csv"
    curve.write_text("hour,requests_per_s\n" + "\n".join(f"{h},{100 + 10 * h}" for h in range(24)))
    data = json.loads(run(*words, "--demand", curve, "--json").stdout)
    assert data["peak_requests_per_s"] == 330.0
    assert data["packages_by_hour"][0] <= data["packages_by_hour"][-1]
    assert data["cost"]["usd_per_package_hour"] > 0.0


def test_bad_questions_of_a_plan(tmp_path):
    curve = tmp_path / "day.csv"
    curve.write_text("hour,requests_per_s\n0,5\n0,6\n")
    for words, message in (
        (["--rate", "5"], "--speed"),
        (["--speed", "20"], "--rate"),
        (["--speed", "20", "--rate", "5", "--tokens-per-day", "5"], "one of them"),
        (["--tpot", "-1", "--rate", "5"], "--tpot"),
        (["--speed", "20", "--rate", "-5"], "positive"),
        (["--speed", "20", "--demand", str(curve)], ":3: hour 0"),
    ):
        with pytest.raises(InputError, match=message):
            run("plan", *MODEL, *words)


def test_what_a_front_takes_for_granted_is_told():
    words = ["frontier", "--model", "llama-3.1-8b", "--gpus", "1"]
    assert "was made for 131,072" in run(*words, "--gpu", "H200", "--input", "300000").stdout
    assert "taken as a100" in run(*words, "--gpu", "A100").stdout
    with pytest.raises(InputError, match="finite"):
        run(*words, "--gpu", "H200", "--input", "inf")
