"""A user's own task network: changes to the tasks of the catalog, and tasks that it lacks.

A file has one table a task. What stands in it replaces what the catalog says of the task of this
name; a new name is a new task, which needs `REQUIRED`. Keys are those of `network`::

    [SHEL]
    duration_months = { low = 3, mode = 5, high = 9 }

    [WALL]
    name = "Sound wall"
    predecessors = ["CIVL"]
    routes = ["grid", "onsite"]
    per = "building"
    binding = "building"
    duration_months = { low = 1, mode = 2, high = 4 }

    [ENER]
    predecessors = ["MEP", "GRID", "HVTX", "GENI", "WALL"]
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import replace
from importlib.resources import files
from pathlib import Path

from gigawatt.catalog import Catalog, Record
from gigawatt.catalog.loader import read_record
from gigawatt.errors import InputError, nearest
from gigawatt.program.quantities import support
from gigawatt.schedule.network import ROUTES, on_route, read_tasks

REQUIRED = ("predecessors", "routes", "per", "binding", "duration_months")
KEYS = (
    "name", *REQUIRED, "cause", "at_site_pace", "milestone", "if_not_reported", "starts_at",
    "observed_by", "observed_after", "calendar", "framework_order", "duration_from", "gives",
    "brownfield_factor", "confidence", "source", "as_of", "status", "basis", "note",
)  # fmt: skip
NUMBERS = {"duration_months", "brownfield_factor"}
OWN = {"source": "gigawatt-judgement", "as_of": "2026-11", "status": "assumed"}


def with_own_tasks(catalog: Catalog, path: Path) -> Catalog:
    """`catalog` with the tasks of a file in place of its own.

    Raises
    ------
    InputError : the file cannot be read, a key or value is wrong, a predecessor does not exist, or
        tasks form a cycle; the message names file and task.
    """
    bundled = tomllib.loads((files("gigawatt.catalog") / "data" / "tasks.toml").read_text("utf-8"))
    known: dict[str, Mapping[str, object]] = {r["id"]: r for r in bundled["record"]}
    tasks = dict(catalog.records["tasks"])
    try:
        for task_id, changes in _tables(path).items():
            tasks[task_id] = _record(task_id, changes, known.get(task_id))
        found = replace(catalog, records={**catalog.records, "tasks": tasks})
        network = read_tasks(found)
        for route in ROUTES:
            on_route(network, route)
    except InputError as error:
        raise InputError(f"{path}: {error}") from None
    return found


def _tables(path: Path) -> Mapping[str, object]:
    try:
        return tomllib.loads(path.read_text("utf-8"))
    except FileNotFoundError:
        raise InputError("there is no such file") from None
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise InputError(f"cannot be read as TOML: {error}") from None


def _record(task_id: str, changes: object, bundled: Mapping[str, object] | None) -> Record:
    if not isinstance(changes, dict):
        raise InputError(f"{task_id} = {changes!r}: write a table, [{task_id}]")
    for key in changes:
        if key not in KEYS:
            hint = nearest(key, KEYS)
            meant = f" Did you mean {hint!r}?" if hint else ""
            raise InputError(f"[{task_id}] has no key {key!r}.{meant}")
    absent = [key for key in REQUIRED if bundled is None and key not in changes]
    if absent:
        raise InputError(f"[{task_id}] is a new task and needs {', '.join(absent)}")
    entry = {**(OWN if bundled is None else bundled), "id": task_id, **changes}
    record = read_record("tasks", entry, f"[{task_id}]")
    for key in NUMBERS & changes.keys():
        if key not in record.facts or support(record.fact(key).distribution)[0] < 0.0:
            raise InputError(
                f"[{task_id}] {key} = {changes[key]!r}: write a number from 0 on, or a range such "
                "as { low = 3, mode = 5, high = 9 }"
            )
    return record
