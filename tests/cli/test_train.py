"""`gigawatt train`: data on stdout, messages on stderr, exit codes, no dropped row."""

from __future__ import annotations

import csv
import json
from pathlib import Path

from click.testing import CliRunner, Result

from gigawatt.cli.train import command
from gigawatt.errors import GigawattError

PLAN = ["--model", "llama-3.1-70b", "--gpu", "H100 SXM", "--gpus", "64", "--tp", "4", "--pp", "4",
        "--gbs", "128", "--seq-len", "8192"]  # fmt: skip


def call(*args: str) -> Result:
    return CliRunner().invoke(command, args)


def failed(*args: str) -> GigawattError:
    error = call(*args).exception
    assert isinstance(error, GigawattError), error
    return error


def test_one_plan_in_words_and_as_json() -> None:
    told = call(*PLAN)
    assert told.exit_code == 0 and "where the time goes" in told.stdout and "fits" in told.stdout
    data = json.loads(call(*PLAN, "--json").stdout)
    assert data["gpus"] == 64 and data["plan"]["dp"] == 4
    assert data["step_time_low_s"] < data["step_time_s"] < data["step_time_high_s"]
    assert data["plan"]["precision"] == "BF16"


def test_a_table_comes_back_whole(tmp_path: Path) -> None:
    table, out = tmp_path / "in.csv", tmp_path / "out.csv"
    table.write_text(
        "id,model,gpu,gpus,tp,pp,gbs\n1,llama-3.1-8b,H100,8,1,1,64\n2,nothing,H100,8,,,\n"
    )
    told = call("--cases", str(table), "--out", str(out))
    assert told.exit_code == 0 and "2 rows, 1 with a problem" in told.stderr and not told.stdout
    rows = list(csv.DictReader(out.read_text().splitlines()))
    assert [r["id"] for r in rows] == ["1", "2"]
    assert float(rows[0]["predicted_iter_time_s"]) > 0 and "Unknown model" in rows[1]["problem"]
    assert call("--cases", str(table)).stdout.splitlines() == out.read_text().splitlines()


def test_search_says_its_space_and_what_binds() -> None:
    ask = ["search", "--model", "llama-3.1-8b", "--gpu", "H100", "--gpus", "8", "--gbs", "64"]
    told = call(*ask, "--space", "practical")
    assert told.exit_code == 0
    for words in ("searched", "space:", "recommended", "what binds", "what would relieve it"):
        assert words in told.stdout
    data = json.loads(call(*ask, "--space", "practical", "--json").stdout)
    assert data["feasible"] <= data["searched"] and data["pareto"] and data["reason"]


def test_a_search_over_several_counts_tells_the_fastest_of_each() -> None:
    told = call("search", "--model", "llama-3.1-8b", "--gpu", "H100", "--gpus", "32,64", "--gbs",
                "256", "--space", "practical").stdout  # fmt: skip
    part = told.split("fastest by number of packages")[1].split("trade-offs")[0]
    assert " 64 packages" in part and " 32 packages" in part


def test_a_run_has_days_energy_and_cost() -> None:
    told = call("run", *PLAN, "--tokens", "1e12", "--usd-per-gpu-hour", "2")
    assert told.exit_code == 0
    for words in ("days", "package-hours", "MWh", "USD"):
        assert words in told.stdout
    data = json.loads(call("run", *PLAN, "--tokens", "1T", "--json").stdout)
    assert data["tokens"] == 1e12
    assert data["days"]["low"] < data["days"]["median"] < data["days"]["high"]


def test_mistakes_are_one_message_with_an_exit_code(tmp_path: Path) -> None:
    assert failed("--model", "llama-3.1-70b", "--gpu", "H100", "--gpus", "63", "--tp", "4",
                  "--pp", "1").exit_code == 2  # fmt: skip
    assert "Did you mean" in str(failed("--model", "llama-3.1-77b", "--gpu", "H100", "--gpus", "8"))
    assert "there is no such file" in str(failed("--cases", str(tmp_path / "none.csv")))
    (tmp_path / "bad.csv").write_text("a,b\n1,2\n")
    assert "column 'model' is missing" in str(failed("--cases", str(tmp_path / "bad.csv")))
    assert "after 'train run'" in str(failed("--model", "x", "run", "--tokens", "1"))
    assert failed("run", *PLAN, "--loss", "1.82").exit_code == 3
    assert "drop --tokens" in str(failed("run", "--cases", "x.csv", "--tokens", "1e12"))
    assert call().exit_code == 0
