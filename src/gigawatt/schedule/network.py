"""The task network of a phase, as the catalog's table ``tasks`` states it.

Keys of a task:

    predecessors            "A" (after A is finished) or "A:SS+6" (six months after A's start)
    routes                  on which of `ROUTES` it occurs
    per                     "phase" or "building"
    binding                 name of the `Binding` that it stands for
    cause                   which shared factor acts on it ("" = none)
    at_site_pace            whether the pace of the site acts on it
    milestone               the milestone that its finish is; not finished while it is not reached
    if_not_reported         "unknown": unless its milestone is seldom reported
    starts_at               the milestone that its start is; predecessors are done where it is known
    observed_by, _after     not finished while the first milestone is not reached, which can be told
                            once the second one is
    calendar                "winter": work is slow in winter; "meetings": decided when a board meets
    framework_order         an order that framework contracts place ahead of time
    duration_from           "technology": the lead time of the phase's on-site plant
    gives                   results that it yields (`RESULTS`)
    duration_months         fact; brownfield_factor: fact, share of the work left in a standing hall

A predecessor that is not on a route counts as its own predecessors.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from gigawatt.catalog import Catalog, Fact, Record
from gigawatt.errors import InputError, unknown_name
from gigawatt.program.model import MILESTONES
from gigawatt.schedule.result import Binding

ROUTES = ("grid", "onsite", "brownfield", "fast")
CALENDARS = ("winter", "meetings")
CAUSES = ("utility", "turbine", "equipment", "permit", "platform")
DATES = ("hall_ready", "energised", "support_ready")  # results that are dates
LENGTHS = ("system_lead", "install", "accept")  # results that are durations
RESULTS = DATES + LENGTHS

_LINK = re.compile(r"^(?P<task>\w+)(?::SS(?P<lag>[+-]\d+(?:\.\d+)?))?$")


@dataclass(frozen=True, slots=True)
class Link:
    """One predecessor: its finish, or its start plus `lag_months`."""

    task: str
    from_start: bool = False
    lag_months: float = 0.0


@dataclass(frozen=True, slots=True)
class Task:
    """One task; fields are the keys of the module's header."""

    id: str
    links: tuple[Link, ...]
    routes: tuple[str, ...]
    per_building: bool
    binding: Binding
    cause: str
    at_site_pace: bool
    milestone: str
    seldom_reported: bool
    starts_at: str
    observed_by: str
    observed_after: str
    calendar: str
    framework_order: bool
    technology_lead: bool
    gives: tuple[str, ...]
    duration: Fact
    brownfield_factor: Fact | None


def read_tasks(catalog: Catalog) -> tuple[Task, ...]:
    """Tasks of the catalog, each after its predecessors.

    Raises
    ------
    InputError : a predecessor, route, milestone, cause or result does not exist, or the tasks form
        a cycle; the message names the task.
    """
    tasks = {task_id: _task(record) for task_id, record in catalog.records["tasks"].items()}
    for task in tasks.values():
        for link in task.links:
            if link.task not in tasks:
                raise unknown_name(f"predecessor of tasks/{task.id}", link.task, tasks)
    return tuple(_in_order(tasks))


@dataclass(frozen=True, slots=True)
class Route:
    """Tasks of one route, each after its predecessors.

    Attributes
    ----------
    dated : those that the results which are dates depend on.
    to_fit_out : the part of them that the fit-out of a hall depends on, itself last.
    lengths : result that is a duration → the task that gives it.
    cleared : id of the task that starts when the ground is cleared.
    done_at_clearing : ids of the tasks that precede it.
    """

    dated: tuple[Task, ...]
    to_fit_out: tuple[Task, ...]
    lengths: Mapping[str, Task]
    cleared: str
    done_at_clearing: frozenset[str]


def on_route(tasks: Sequence[Task], route: str) -> Route:
    """Tasks of a route, with predecessors off the route passed over.

    Raises
    ------
    InputError : no task of the route gives one of the results that a building needs, or not
        exactly one starts at clearing and one ends at fit-out.
    """
    by_id = {t.id: t for t in tasks}
    here = {t.id: replace(t, links=tuple(_links(t, route, by_id)))
            for t in tasks if route in t.routes}  # fmt: skip
    needed = {t.id for t in here.values() if set(t.gives) & set(DATES)}
    for task in reversed(here.values()):
        if task.id in needed:
            needed |= {link.task for link in task.links}
    dated = tuple(t for t in here.values() if t.id in needed)
    given = {result: t for t in here.values() for result in t.gives}
    for result in RESULTS:
        if result not in given and result != "support_ready":
            raise InputError(f"catalog tasks: no task on route {route!r} gives {result!r}")
    cleared = _only([t.id for t in dated if t.starts_at == "cleared"], route, "starts at 'cleared'")
    fitted = _only([t.id for t in dated if t.milestone == "fitted"], route, "ends at 'fitted'")
    return Route(
        dated=dated,
        to_fit_out=tuple(t for t in dated if t.id in {fitted, *_before(dated, fitted)}),
        lengths={result: given[result] for result in LENGTHS},
        cleared=cleared,
        done_at_clearing=_before(dated, cleared),
    )


def _only(ids: Sequence[str], route: str, what: str) -> str:
    if len(ids) != 1:
        raise InputError(
            f"catalog tasks: on route {route!r} exactly one task must be one that {what}; "
            f"there are {len(ids)} ({', '.join(ids) or 'none'})"
        )
    return ids[0]


def _before(tasks: Sequence[Task], task_id: str) -> frozenset[str]:
    """Ids of all tasks that precede a task, by any path."""
    found: set[str] = set()
    for task in reversed(tasks):
        if task.id == task_id or task.id in found:
            found |= {link.task for link in task.links}
    return frozenset(found)


def _links(task: Task, route: str, by_id: Mapping[str, Task]) -> Iterator[Link]:
    for link in task.links:
        if route in by_id[link.task].routes:
            yield link
        else:
            yield from _links(by_id[link.task], route, by_id)


def _in_order(tasks: Mapping[str, Task]) -> list[Task]:
    """Topological order; ties in the order of the file."""
    done: dict[str, Task] = {}
    waiting = dict(tasks)
    while waiting:
        ready = [t for t in waiting.values() if all(link.task in done for link in t.links)]
        if not ready:
            raise InputError(f"catalog tasks: predecessors form a cycle: {_cycle(waiting)}")
        for task in ready:
            done[task.id] = waiting.pop(task.id)
    return list(done.values())


def _cycle(waiting: Mapping[str, Task]) -> str:
    """One cycle among tasks that all wait for each other, as "A → B → A"."""
    path = [next(iter(waiting))]
    while True:
        held = next(link.task for link in waiting[path[-1]].links if link.task in waiting)
        if held in path:
            return " → ".join(reversed([*path[path.index(held) :], held]))
        path.append(held)


def _task(record: Record) -> Task:
    return Task(
        id=record.id,
        links=tuple(_link(record, text) for text in _names(record, "predecessors")),
        routes=_checked(record, "routes", _names(record, "routes"), ROUTES),
        per_building=_one(record, "per", ("phase", "building")) == "building",
        binding=Binding[_one(record, "binding", [b.name.lower() for b in Binding]).upper()],
        cause=_one(record, "cause", CAUSES, optional=True),
        at_site_pace=record.attributes.get("at_site_pace", True) is True,
        milestone=_one(record, "milestone", MILESTONES, optional=True),
        seldom_reported=_one(record, "if_not_reported", ("unknown",), optional=True) != "",
        starts_at=_one(record, "starts_at", MILESTONES, optional=True),
        observed_by=_one(record, "observed_by", MILESTONES, optional=True),
        observed_after=_one(record, "observed_after", MILESTONES, optional=True),
        calendar=_one(record, "calendar", CALENDARS, optional=True),
        framework_order=record.attributes.get("framework_order") is True,
        technology_lead=_one(record, "duration_from", ("technology",), optional=True) != "",
        gives=_checked(record, "gives", _names(record, "gives"), RESULTS),
        duration=record.fact("duration_months"),
        brownfield_factor=record.facts.get("brownfield_factor"),
    )


def _link(record: Record, text: str) -> Link:
    match = _LINK.match(text)
    if match is None:
        raise InputError(
            f"catalog tasks/{record.id}: predecessor {text!r} is not a task id, "
            'nor "ID:SS+6" for six months after its start'
        )
    return Link(match["task"], match["lag"] is not None, float(match["lag"] or 0.0))


def _names(record: Record, key: str) -> list[str]:
    value = record.attributes.get(key, [])
    if not isinstance(value, list):
        raise InputError(f"catalog tasks/{record.id}: {key} = {value!r} is not a list of names")
    return [str(v) for v in value]


def _checked(
    record: Record, key: str, names: Sequence[str], valid: Sequence[str]
) -> tuple[str, ...]:
    for name in names:
        if name not in valid:
            raise unknown_name(f"{key} of tasks/{record.id}", name, valid)
    return tuple(names)


def _one(record: Record, key: str, valid: Sequence[str], *, optional: bool = False) -> str:
    name = record.text(key)
    return "" if optional and not name else _checked(record, key, [name], valid)[0]
