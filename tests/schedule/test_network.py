"""The task network: order by predecessors, routes, and what is wrong with a table."""

from __future__ import annotations

from dataclasses import replace

import pytest

from gigawatt.catalog import load_catalog
from gigawatt.catalog.facts import Catalog
from gigawatt.errors import InputError
from gigawatt.schedule.network import RESULTS, ROUTES, on_route, read_tasks


def changed(task: str, **attributes: object) -> Catalog:
    """Return the catalog with attributes of one task replaced (None = taken out)."""
    catalog = load_catalog()
    record = catalog.record("tasks", task)
    merged = {**record.attributes, **attributes}
    kept = {k: v for k, v in merged.items() if v is not None}
    tasks = {**catalog.records["tasks"], task: replace(record, attributes=kept)}
    return replace(catalog, records={**catalog.records, "tasks": tasks})


def test_every_task_stands_after_its_predecessors_on_every_route():
    tasks = read_tasks(load_catalog())
    assert len(tasks) == 20
    for some in (tasks, *(on_route(tasks, route).dated for route in ROUTES)):
        done: set[str] = set()
        for task in some:
            assert {link.task for link in task.links} <= done
            done.add(task.id)


def test_order_does_not_come_from_the_file():
    catalog = load_catalog()
    backwards = dict(reversed(catalog.records["tasks"].items()))
    other = replace(catalog, records={**catalog.records, "tasks": backwards})
    assert {t.id: t for t in read_tasks(other)} == {t.id: t for t in read_tasks(catalog)}
    done: set[str] = set()
    for task in read_tasks(other):
        assert {link.task for link in task.links} <= done
        done.add(task.id)


def test_predecessors_off_the_route_are_passed_over():
    tasks = read_tasks(load_catalog())
    brownfield = {t.id: t for t in on_route(tasks, "brownfield").dated}
    assert {link.task for link in brownfield["MEP"].links} >= {"CIVL"}  # there is no shell to build
    assert "SHEL" not in brownfield
    onsite = {t.id for t in on_route(tasks, "onsite").dated}
    assert {"GENQ", "GENI"} <= onsite
    assert not {"LLIS", "GRID", "HVTX"} & onsite


def test_each_route_gives_every_result():
    tasks = read_tasks(load_catalog())
    for route in ROUTES:
        network = on_route(tasks, route)
        given = {r for t in network.dated for r in t.gives} | set(network.lengths)
        assert set(RESULTS) - given <= {"support_ready"}


def test_order_of_a_transformer_counts_from_the_start_of_the_study():
    tasks = {t.id: t for t in read_tasks(load_catalog())}
    (link,) = tasks["HVTX"].links
    assert (link.task, link.from_start, link.lag_months) == ("LLIS", True, 6.0)


@pytest.mark.parametrize(
    ("task", "attributes", "message"),
    [
        ("MEP", {"predecessors": ["SHEL", "LVMW"]}, r"tasks/MEP 'LVMW'.*Did you mean 'LVMV'"),
        ("LAND", {"predecessors": ["COMM"]}, r"cycle: .*LAND.* → .*"),
        ("GRID", {"predecessors": ["GRID"]}, r"cycle: GRID → GRID"),
        ("GRID", {"predecessors": ["LLIS:FF+2"]}, r"tasks/GRID: predecessor 'LLIS:FF\+2'"),
        ("GRID", {"predecessors": "LLIS"}, r"tasks/GRID: predecessors = 'LLIS' is not a list"),
        ("GRID", {"routes": ["gird"]}, r"routes of tasks/GRID 'gird'.*'grid'"),
        ("GRID", {"cause": "utilities"}, r"cause of tasks/GRID 'utilities'.*'utility'"),
        ("GRID", {"binding": "grids"}, r"binding of tasks/GRID 'grids'.*'grid'"),
        ("SHEL", {"milestone": "rooff"}, r"milestone of tasks/SHEL 'rooff'.*'roof'"),
        ("SHEL", {"per": "hall"}, r"per of tasks/SHEL 'hall'"),
        ("COMM", {"gives": ["acept"]}, r"gives of tasks/COMM 'acept'.*'accept'"),
    ],
)
def test_a_malformed_table_is_told_by_task_and_key(
    task: str, attributes: dict[str, object], message: str
):
    with pytest.raises(InputError, match=message):
        read_tasks(changed(task, **attributes))


@pytest.mark.parametrize(
    ("task", "attributes", "message"),
    [
        ("COMM", {"gives": None}, r"no task on route 'grid' gives 'accept'"),
        ("CIVL", {"starts_at": None}, r"starts at 'cleared'; there are 0 \(none\)"),
        ("SHEL", {"milestone": "fitted"}, r"ends at 'fitted'; there are 2 \(SHEL, MEP\)"),
    ],
)
def test_a_route_that_misses_a_part_is_refused(
    task: str, attributes: dict[str, object], message: str
):
    with pytest.raises(InputError, match=message):
        on_route(read_tasks(changed(task, **attributes)), "grid")
