"""A user's own task network: it moves dates, and each mistake is told with file and task."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from gigawatt.catalog import load_catalog
from gigawatt.errors import InputError
from gigawatt.program.load import load_program
from gigawatt.schedule.own_tasks import with_own_tasks
from gigawatt.study.schedule_run import schedule_run

WALL = """
[WALL]
predecessors = ["SHEL"]
routes = ["grid", "onsite"]
per = "building"
binding = "building"
duration_months = { low = 10, mode = 20, high = 40 }

[MEP]
predecessors = ["SHEL", "LVMV", "WALL"]
"""


def write(folder: Path, text: str) -> Path:
    path = folder / "own.toml"
    path.write_text(text, encoding="utf-8")
    return path


def test_a_new_task_delays_what_waits_for_it(tmp_path: Path):
    loaded = load_program("single-campus")
    plain = schedule_run(loaded, 100, 1)
    own = replace(loaded, catalog=with_own_tasks(loaded.catalog, write(tmp_path, WALL)))
    later = schedule_run(own, 100, 1)
    last = [np.median(r.powered.max(axis=1)) for r in (plain, later)]
    assert last[1] > last[0] + 6.0


def test_what_is_not_written_stays(tmp_path: Path):
    loaded = load_program("single-campus")
    same = with_own_tasks(loaded.catalog, write(tmp_path, '[SHEL]\nnote = "ours"\n'))
    runs = [schedule_run(x, 50, 1) for x in (loaded, replace(loaded, catalog=same))]
    assert np.array_equal(runs[0].in_service, runs[1].in_service)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ('[SHEL]\npredecessors = ["COMM"]', r"own\.toml: .*cycle: SHEL → MEP → INST → COMM → SHEL"),
        ('[SHEL]\npredecessors = ["CIVIL"]', r"own\.toml: .*'CIVIL'\. Did you mean 'CIVL'"),
        ("[SHEL]\nduration_months = { low = 9, mode = 3, high = 4 }", "not in order"),
        ('[WALL]\npredecessors = ["CIVL"]', r"\[WALL\] is a new task and needs routes, per"),
        ("[SHEL]\nduration = 3", "no key 'duration'"),
        ("[SHEL]\nduration_months = -3", r"\[SHEL\] duration_months = -3: write a number from 0"),
        ('[SHEL]\nduration_months = "six"', r"duration_months = 'six': write a number from 0"),
        ("SHEL = 3", r"write a table, \[SHEL\]"),
        ('[MEP]\nroutes = ["grid"]', "no task on route 'onsite' gives 'hall_ready'"),
        ("[SHEL", "cannot be read as TOML"),
    ],
)
def test_mistakes_name_file_and_task(text: str, message: str, tmp_path: Path):
    with pytest.raises(InputError, match=message) as told:
        with_own_tasks(load_catalog(), write(tmp_path, text))
    assert "\n" not in str(told.value)


def test_a_fixed_or_lognormal_duration_will_do(tmp_path: Path):
    for text in ("6", "{ median = 6, sd_log = 0.2 }", "0"):
        with_own_tasks(load_catalog(), write(tmp_path, f"[SHEL]\nduration_months = {text}\n"))


def test_no_file(tmp_path: Path):
    with pytest.raises(InputError, match="there is no such file"):
        with_own_tasks(load_catalog(), tmp_path / "none.toml")
