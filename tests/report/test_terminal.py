"""The terminal summary: compact, plain when piped, and free of markup from data."""

from __future__ import annotations

import io

import pytest
from rich.console import Console

from gigawatt.errors import InputError
from gigawatt.report.terminal import print_summary


def printed(folder, width=100):
    out = io.StringIO()
    print_summary(folder, Console(file=out, width=width))
    return out.getvalue()


@pytest.mark.parametrize("width", [80, 100, 140])
def test_fits(run_folder, width):
    text = printed(run_folder, width)
    lines = text.splitlines()
    assert len(lines) <= 60
    assert all(len(line) <= width for line in lines if "Run folder" not in line)
    assert "\x1b" not in text  # no colours in a pipe


def test_says_the_main_things(run_folder):
    text = printed(run_folder)
    for part in (
        "The first gigawatt is in service around Oct 2027",
        "Jun 2027", "Apr 2028", "$55.2 bn", "not in programme", "reached in 14 % of draws",
        "after 2030", "GPU platform", "2 warnings, the first:",
    ):  # fmt: skip
        assert part in text, part
    assert f"Run folder: {run_folder}\n" in text  # in one piece, to be copied


def test_values_are_never_cut(run_folder):
    text = printed(run_folder, 80)
    assert "after Dec 2030" in text
    assert "$55.2 bn" in text


def test_many_answers_and_years_stay_within_sixty_lines(make):
    folder = make()
    import json

    path = folder / "answers.json"
    answers = json.loads(path.read_text())["answers"]
    many = answers + [{**answers[3], "title": "A rather long title for a result " * 2}] * 30
    path.write_text(json.dumps({"answers": many}))
    assert len(printed(folder).splitlines()) <= 60


def test_markup_in_names_is_shown_not_obeyed(make):
    import json

    folder = make()
    path = folder / "manifest.json"
    manifest = json.loads(path.read_text())
    manifest["program"]["title"] = "[red]Ten[/red] [gigawatts]"
    manifest["warnings"] = ["[bold]odd[/bold]"]
    path.write_text(json.dumps(manifest))
    text = printed(folder)
    assert "[red]Ten[/red] [gigawatts]" in text
    assert "1 warning: [bold]odd[/bold]" in text


def test_never_and_missing_tables(make):
    text = printed(make(never=True, without=("capacity", "binding")))
    assert "in no draw" in text
    assert "In service at year end" not in text


def test_no_run(tmp_path):
    with pytest.raises(InputError, match="is not a run folder"):
        print_summary(tmp_path, Console(file=io.StringIO()))
