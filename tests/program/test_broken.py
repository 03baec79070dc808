"""A folder of broken programmes, each with the message that a person gets.

A line of an ``.expected`` file that ends in "…" stands for its beginning only: what follows is
Python's own wording or grows with the bundled programmes.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from gigawatt.errors import InputError, ProblemsError
from gigawatt.program.load import load_program

BROKEN = Path(__file__).parent / "broken"
FILES = sorted(BROKEN.glob("*.toml"))


def test_folder_is_large_enough() -> None:
    assert len(FILES) >= 36
    assert {f.stem for f in FILES} == {f.stem for f in BROKEN.glob("*.expected")}


@pytest.mark.parametrize("file", FILES, ids=lambda f: f.stem)
def test_message(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(BROKEN)
    with pytest.raises(ProblemsError) as caught:
        load_program(file.name)
    told = str(caught.value).splitlines()
    expected = file.with_suffix(".expected").read_text(encoding="utf-8").splitlines()
    assert len(told) == len(expected), "\n".join(told)
    for line, right in zip(told, expected, strict=True):
        if right.endswith(" …"):
            assert line.startswith(right.removesuffix(" …")), line
        else:
            assert line == right


@pytest.mark.parametrize("file", FILES, ids=lambda f: f.stem)
def test_place_is_in_the_file(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Every problem has a key; its line, where it has one, holds the key or its table."""
    monkeypatch.chdir(BROKEN)
    with pytest.raises(ProblemsError) as caught:
        load_program(file.name)
    for problem in caught.value.problems:
        assert problem.key
        assert problem.expected
        if problem.line and problem.key != "TOML":
            line = Path(problem.where).read_text(encoding="utf-8").splitlines()[problem.line - 1]
            parts = problem.key.replace("/", ".").split(".")
            assert any(part in line for part in parts), (problem, line)


def test_no_such_programme_suggests_the_bundled_one() -> None:
    with pytest.raises(InputError, match=r"'single-campos' does not exist.*'single-campus'"):
        load_program("single-campos")


def test_folder_in_place_of_a_file(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="is a folder, not a file"):
        load_program(str(tmp_path))


def test_file_that_is_not_text(tmp_path: Path) -> None:
    (tmp_path / "bad.toml").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(InputError, match="not UTF-8 text"):
        load_program("bad.toml", base=tmp_path)
