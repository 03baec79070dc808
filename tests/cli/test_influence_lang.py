"""The influence of a run is told in the reader's language."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner

from gigawatt.cli import influence, run


@pytest.fixture(scope="module")
def run_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("influence") / "run"
    words = ["single-campus", "--draws", "120", "--workers", "1", "--out", str(folder)]
    done = CliRunner().invoke(run.command, words)
    assert done.exit_code == 0, done.output
    return folder


def test_french_numbers_and_words_stand_for_the_english_ones(run_folder: Path) -> None:
    words = [str(run_folder), "capex_usd_per_gw", "--top", "3", "--lang"]
    said = [CliRunner().invoke(influence.command, [*words, lang]) for lang in ("en", "fr")]
    assert all(s.exit_code == 0 for s in said), [s.output for s in said]
    english, french = (s.output.splitlines() for s in said)
    assert "rank variance explained, 120 draws" in english[1]
    assert "variance des rangs expliqués, 120 tirages" in french[1]
    streams = [[line.rpartition("(")[2] for line in lines[3:6]] for lines in (english, french)]
    assert streams[0] == streams[1]
    assert "," in french[3].split("±", maxsplit=1)[0]
    assert "." in english[3].split("±", maxsplit=1)[0]
