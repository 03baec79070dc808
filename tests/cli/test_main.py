"""The command line: help is light, mistakes are told in one message."""

from __future__ import annotations

import subprocess
import sys

HEAVY = ("numpy", "pydantic", "polars", "plotly", "jinja2", "scipy", "rich", "numba")


def gigawatt(*argv: str) -> subprocess.CompletedProcess[str]:
    code = "from gigawatt.cli.main import main; main()"
    return subprocess.run(
        [sys.executable, "-c", code, *argv], capture_output=True, text=True, check=False
    )


def test_help_imports_nothing_heavy():
    code = (
        "import sys\nfrom gigawatt.cli.main import cli\n"
        "try:\n    cli.main(['--help'], standalone_mode=False)\nfinally:\n"
        f"    print('HEAVY', sorted(set({HEAVY!r}) & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert "HEAVY []" in done.stdout
    for name in ("run", "check", "new", "schema", "catalog"):
        assert f"  {name} " in done.stdout


def test_misspelt_command_gets_the_nearest():
    done = gigawatt("chekc")
    assert done.returncode == 2
    assert "Did you mean 'check'?" in done.stderr


def test_misspelt_programme_gets_the_nearest():
    done = gigawatt("run", "openai-nvidia-2025-9")
    assert done.returncode == 2
    assert "openai-nvidia-2025-09" in done.stderr
    assert "Traceback" not in done.stderr
    assert done.stdout == ""


def test_a_date_that_is_none_is_told():
    done = gigawatt("run", "--as-of", "2026-13-01")
    assert done.returncode == 2
    assert "--as-of" in done.stderr and "2026-13-01" in done.stderr
