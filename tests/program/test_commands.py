"""`gigawatt check`, `gigawatt new` and `gigawatt schema`, as a person calls them."""

from __future__ import annotations

import datetime as dt
import json
import subprocess
import sys
import tomllib
from importlib.resources import files
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from gigawatt.errors import InputError
from gigawatt.program.json_schema import json_schema
from gigawatt.program.load import load_program
from gigawatt.program.read import bundled_names
from gigawatt.program.template import template_text

HERE = Path(__file__).parent
EXAMPLES = HERE.parents[1] / "examples"


def gigawatt(*args: str, cwd: Path) -> subprocess.CompletedProcess[str]:
    """Call the command in a folder of its own."""
    call = [sys.executable, "-m", "gigawatt.cli.main", *args]
    return subprocess.run(call, cwd=cwd, capture_output=True, text=True, check=False)


def test_new_then_check_from_another_folder(tmp_path: Path) -> None:
    assert gigawatt("new", "my-campus.toml", cwd=tmp_path).returncode == 0
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    done = gigawatt("check", "../my-campus.toml", cwd=elsewhere)
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith("my-campus: My programme")
    assert done.stdout.rstrip().endswith("ok: no mistakes")
    assert done.stderr == ""


def test_new_refuses_to_overwrite(tmp_path: Path) -> None:
    (tmp_path / "a.toml").write_text("mine")
    done = gigawatt("new", "a.toml", cwd=tmp_path)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == "Error: a.toml exists already; --force replaces it\n"
    assert (tmp_path / "a.toml").read_text() == "mine"
    assert gigawatt("new", "a.toml", "--force", cwd=tmp_path).returncode == 0
    assert "format = 1" in (tmp_path / "a.toml").read_text()


@pytest.mark.parametrize(
    ("path", "message"),
    [("no/such/a.toml", "There is no folder no/such; make it first"), (".", "is a folder")],
)
def test_new_says_in_one_line_why_it_cannot_write(path: str, message: str, tmp_path: Path) -> None:
    done = gigawatt("new", path, cwd=tmp_path)
    assert done.returncode == 2
    assert message in done.stderr
    assert done.stderr.count("\n") == 1


def test_new_from_a_bundled_programme(tmp_path: Path) -> None:
    assert (
        gigawatt("new", "ten.toml", "--from", "openai-nvidia-2025-09", cwd=tmp_path).returncode == 0
    )
    assert load_program("ten.toml", base=tmp_path).program.name == "ten"
    wrong = gigawatt("new", "x.toml", "--from", "single-campos", cwd=tmp_path)
    assert wrong.returncode == 2
    assert "Did you mean 'single-campus'?" in wrong.stderr


def test_template_shows_every_key_of_a_site(tmp_path: Path) -> None:
    """What the template leaves out as a comment is a key of the format, with its default."""
    text = template_text()
    tables = json_schema()["$defs"]
    for table in ("SiteTable", "PhaseTable", "SupplyTable", "WorkloadTable", "DeclaredTable"):
        for key in tables[table]["properties"]:
            assert f"{key} = " in text or f"[site.{key}]" in text or f"[[site.{key}]]" in text, key


def test_template_with_its_choices_made_is_sound(tmp_path: Path) -> None:
    """Every commented line can be taken in."""
    lines = []
    for line in template_text().splitlines():
        bare = line.strip()
        taken = bare.removeprefix("# ")
        wanted = bare.startswith("# ") and "…" not in taken and "extends" not in taken
        wanted = wanted and not taken.startswith("weather_")  # stands in place of `climate`
        is_choice = wanted and (taken.split(" = ")[0].replace("_", "").isalnum() and " = " in taken)
        is_fact = wanted and taken.startswith(("[assumptions", "[facts", '"systems'))
        lines.append(taken if is_choice or is_fact else line)
    (tmp_path / "all.toml").write_text("\n".join(lines))
    (tmp_path / "prices.csv").write_text("\n".join(["price_usd_mwh", *["50"] * 8760]))
    program = load_program("all.toml", base=tmp_path).program
    assert program.sites[0].pue_annual is not None
    assert program.sites[0].phases[0].contract == "offtake"


def test_check_tells_everything_and_exits_with_two(tmp_path: Path) -> None:
    done = gigawatt("check", str(HERE / "broken" / "many-at-once.toml"), cwd=tmp_path)
    assert done.returncode == 2
    assert done.stdout == ""
    assert done.stderr.startswith("Errors:\n")
    for part in ("colour", "'ercot'", "'lab'", "GWh", "gb300-nvl72", "rent_usd_per_kw_month"):
        assert part in done.stderr
    assert "Traceback" not in done.stderr


def test_check_as_json(tmp_path: Path) -> None:
    done = gigawatt("check", "openai-nvidia-2025-09", "--json", cwd=tmp_path)
    data = json.loads(done.stdout)
    assert data["ok"] is True
    assert len(data["phases"]) == 20
    assert {c["name"] for c in data["comparisons"]} >= {"facility_power_mw", "packages"}
    assert data["warnings"]
    wrong = gigawatt("check", str(HERE / "broken" / "wrong-unit.toml"), "--json", cwd=tmp_path)
    told = json.loads(wrong.stdout)
    assert (wrong.returncode, told["ok"]) == (2, False)
    assert told["problems"][0]["line"] == 6
    assert told["problems"][0]["value"] == '"200 GWh"'


def test_check_of_a_missing_file(tmp_path: Path) -> None:
    done = gigawatt("check", "nothing.toml", cwd=tmp_path)
    assert done.returncode == 2
    assert "does not exist" in done.stderr
    assert done.stderr.count("\n") == 1


def plain(value: object) -> Any:
    """TOML data as JSON has it."""
    if isinstance(value, dict):
        return {k: plain(v) for k, v in value.items()}
    if isinstance(value, list):
        return [plain(v) for v in value]
    return value.isoformat() if isinstance(value, dt.date) else value


@pytest.fixture(scope="module")
def validator() -> jsonschema.Draft202012Validator:
    schema = json_schema()
    jsonschema.Draft202012Validator.check_schema(schema)
    return jsonschema.Draft202012Validator(schema)


def sound_files() -> list[Path]:
    folder = Path(str(files("gigawatt.program")))
    return [
        *(folder / "reference" / f"{name}.toml" for name in bundled_names()),
        folder / "template.toml", HERE / "base.toml", *sorted(EXAMPLES.glob("*.toml")),
    ]  # fmt: skip


@pytest.mark.parametrize("file", sound_files(), ids=lambda f: f.name)
def test_schema_accepts_what_is_sound(
    file: Path, validator: jsonschema.Draft202012Validator
) -> None:
    errors = list(validator.iter_errors(plain(tomllib.loads(file.read_text(encoding="utf-8")))))
    assert errors == []


SEEN_BY_SCHEMA = (
    "unknown-key-top", "unknown-key-site", "range-misspelt", "range-mixed-forms", "flag-as-text",
    "text-as-number", "id-with-blanks", "country-name", "choice-route", "choice-basis",
    "count-not-whole", "count-zero", "latitude", "unknown-instrument-kind", "format-of-the-future",
    "progress-unknown", "empty", "table-instead-of-list", "number-as-list",
)  # fmt: skip


@pytest.mark.parametrize("name", SEEN_BY_SCHEMA)
def test_schema_refuses_what_is_broken(
    name: str, validator: jsonschema.Draft202012Validator
) -> None:
    data = tomllib.loads((HERE / "broken" / f"{name}.toml").read_text(encoding="utf-8"))
    assert list(validator.iter_errors(plain(data)))


def test_schema_knows_the_terms_of_each_kind(validator: jsonschema.Draft202012Validator) -> None:
    data = plain(tomllib.loads((HERE / "base.toml").read_text(encoding="utf-8")))
    del data["instrument"][0]["terms"]["rent_usd_per_kw_month"]
    assert list(validator.iter_errors(data))


def test_schema_command_prints_the_schema(tmp_path: Path) -> None:
    done = gigawatt("schema", cwd=tmp_path)
    assert json.loads(done.stdout) == json_schema()


@pytest.mark.parametrize("file", sorted(EXAMPLES.glob("*.toml")), ids=lambda f: f.name)
def test_examples_are_sound(file: Path) -> None:
    assert load_program(str(file)).program.name == file.stem


def test_commands_import_nothing_heavy_until_called() -> None:
    code = (
        "import sys, gigawatt.cli.check, gigawatt.cli.new, gigawatt.cli.schema\n"
        "print([m for m in ('numpy', 'pydantic', 'polars', 'rich') if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_a_limit_that_lacks_keys_is_told_by_key(tmp_path: Path) -> None:
    file = tmp_path / "limited.toml"
    file.write_text('extends = "single-campus"\n[[limit]]\nid = "crews"\n', encoding="utf-8")
    with pytest.raises(InputError, match=r"limit.crews.mw_per_year: is missing; \[\[limit\]\]"):
        load_program(str(file))
