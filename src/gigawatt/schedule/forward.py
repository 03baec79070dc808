"""Dates of a phase's tasks in one pass through its network, and what lay on the longest path.

A task starts when its last predecessor allows it, or at the milestone that it starts at where that
date is known. It ends at its milestone where that is known; else its duration is drawn, and if the
task is known to be running at the as-of date it is drawn from what lies beyond its age.

Building k of a phase follows the first one by k staggers: every task of a building whose
predecessors are all tasks of the phase begins that much later.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import reduce

import numpy as np

from gigawatt.quantity.arrays import Array, BoolArray, IntArray
from gigawatt.schedule.calendars import Winter, next_meeting
from gigawatt.schedule.durations import Chain, Law
from gigawatt.schedule.network import Link, Task

Path = Mapping[int, Array]  # `Binding` → months; what is not in it took none
_MARK_MONTHS = 1e-9  # weight of a task that takes no time, so that its label is not lost


@dataclass(frozen=True, slots=True)
class Drawn:
    """Random part of one task of one phase: T = scale x law(u).

    Attributes
    ----------
    law : distribution before pace.
    scale : (D, 1) pace of the site, factor of the cause, share of work left.
    u : (D, 1) probabilities.
    """

    law: Law
    scale: Array
    u: Array

    def months(self, age_months: Array | None = None) -> Array:
        """Durations, given an age if there is one, months; (D, 1), or the shape of the age."""
        age = None if age_months is None else age_months / self.scale
        return self.scale * self.law.sample(self.u, age)


@dataclass(frozen=True, slots=True)
class Running:
    """A chain of tasks that is observed as a whole only.

    Attributes
    ----------
    start : (D, 1) date of the milestone that it starts at, for the first building.
    chain : what is known of its length.
    """

    start: Array
    chain: Chain


@dataclass(frozen=True, slots=True)
class Case:
    """What is known of one phase; D draws, K buildings, months since the start.

    Attributes
    ----------
    as_of : what is not known to be reached lies after it.
    known : milestone → (D, 1) date, reached, planned or contracted, of the first building.
    offsets : (D, K) how much later than the first each building begins.
    early_order : (D, 1) how far ahead framework contracts place orders; 0 without them.
    done_at_clearing : tasks that precede a known clearing date.
    draw : task → its random part.
    running : the chain from the building's last known milestone to its fit-out, if it may have
        begun by the as-of date; None = it has not, or its end is known.
    winter : calendar of outdoor work; None = work goes on all year.
    meeting_months : (D, 1) how often permits are decided; None = at any time.
    looks_back : whether what is not known to be reached is drawn so that it lies after the as-of
        date.
    """

    as_of: float
    known: Mapping[str, Array]
    offsets: Array
    early_order: Array
    done_at_clearing: frozenset[str]
    draw: Callable[[Task], Drawn]
    running: Running | None = None
    looks_back: bool = True
    winter: Winter | None = None
    meeting_months: Array | None = None


@dataclass(frozen=True, slots=True)
class Moment:
    """A date with the time that each constraint took on the longest path to it.

    Attributes
    ----------
    month : (D, 1) or (D, K).
    path : `Binding` → months on the path, broadcasting against (D, K); what is absent took none.
    """

    month: Array
    path: Path


@dataclass(frozen=True, slots=True)
class Span:
    """Start and finish of a task."""

    start: Moment
    finish: Moment


def forward(tasks: Sequence[Task], case: Case) -> dict[str, Span]:
    """Start and finish of every task, by id; `tasks` stand in topological order."""
    spans: dict[str, Span] = {}
    per_building = {t.id for t in tasks if t.per_building}
    start_used = {link.task for t in tasks for link in t.links if link.from_start}
    for task in tasks:
        if task.id in case.done_at_clearing:
            spans[task.id] = _done(task, case, tasks)
            continue
        start = _start(task, case, spans)
        if task.per_building and not any(link.task in per_building for link in task.links):
            start = Moment(start.month + case.offsets, start.path)
        spans[task.id] = _span(task, case, start, task.id in start_used)
    return spans


def cause_of(moment: Moment, shape: tuple[int, ...]) -> IntArray:
    """`Binding` that took most of the longest path to a date, (D, K); of equals the first."""
    labels = sorted(moment.path)
    if not labels:
        return np.zeros(shape, dtype=np.int64)
    cause = np.full(shape, labels[0], dtype=np.int64)
    most: Array = moment.path[labels[0]]
    for label in labels[1:]:
        months = moment.path[label]
        cause[np.broadcast_to(months > most, shape)] = label
        most = np.maximum(most, months)
    return cause


def weight_of(moment: Moment, shape: tuple[int, ...]) -> Array:
    """Months that the cause of `cause_of` took on the longest path to a date, (D, K)."""
    if not moment.path:
        return np.zeros(shape)
    return np.broadcast_to(reduce(np.maximum, moment.path.values()), shape)


def later(first: Moment, second: Moment) -> Moment:
    """The later of two dates, with its path; the first where they are equal."""
    is_later: BoolArray = second.month > first.month
    labels = first.path.keys() | second.path.keys()
    return Moment(
        np.where(is_later, second.month, first.month),
        {k: np.where(is_later, second.path.get(k, 0.0), first.path.get(k, 0.0)) for k in labels},
    )


def _prepared(tasks: Sequence[Task], case: Case) -> Array | float:
    """Months from land in hand to clearing, where a task hangs on it: the longest of those between.

    Returns 0 where no task that is open at clearing starts from the land, so that nothing is drawn
    for it.
    """
    done = case.done_at_clearing
    roots = {t.id for t in tasks if t.id in done and not t.links}
    waits = any(
        not roots.isdisjoint(link.task for link in t.links)
        for t in tasks
        if t.id not in done and not t.starts_at and t.milestone not in case.known
    )
    between = [case.draw(t).months() for t in tasks if t.id in done and t.links] if waits else []
    return np.max(between, axis=0) if between else 0.0


def _done(task: Task, case: Case, tasks: Sequence[Task]) -> Span:
    """Task before clearing: at its milestone if known, a root before the others, else at clearing.

    Land is under control before permits and design, and by the as-of date at the latest, so that a
    utility can be asked before the ground is cleared.
    """
    cleared = case.known["cleared"]
    month = case.known.get(task.milestone)
    if month is None:
        month = cleared if task.links else np.minimum(case.as_of, cleared - _prepared(tasks, case))
    moment = Moment(month, {})
    return Span(moment, moment)


def _start(task: Task, case: Case, spans: Mapping[str, Span]) -> Moment:
    if task.starts_at in case.known:
        start = Moment(case.known[task.starts_at], {})
    elif not task.links:
        start = Moment(np.full_like(case.early_order, case.as_of), {})
    else:
        edges = [_edge(spans[link.task], link) for link in task.links]
        start = edges[0]
        for edge in edges[1:]:
            start = later(start, edge)
    if task.starts_at and task.starts_at not in case.known:
        # The milestone that it starts at is not reached.
        start = Moment(np.maximum(start.month, case.as_of), start.path)
    if task.framework_order:
        start = Moment(start.month - case.early_order, start.path)
    return start


def _edge(span: Span, link: Link) -> Moment:
    """What a predecessor allows: its finish, or its start and the lag."""
    edge = span.start if link.from_start else span.finish
    return Moment(edge.month + link.lag_months, edge.path) if link.lag_months else edge


def _span(task: Task, case: Case, start: Moment, start_used: bool) -> Span:
    known = case.known.get(task.milestone)
    if known is not None:
        month = known + case.offsets if task.per_building else known
        begun = month - case.draw(task).months() if start_used else np.minimum(start.month, month)
        return Span(Moment(begun, start.path), Moment(month, _mark(task, 0.0, start.path)))
    running = case.running if task.milestone == "fitted" else None
    observed = running is None and case.looks_back and _is_running(task, case)
    finish, months = _drawn_finish(task, case, start.month, observed)
    if running is not None:
        begun = running.start + case.offsets
        finish = begun + running.chain.given(finish - begun, case.as_of - begun)
    if task.observed_by in case.known:
        finish = np.minimum(finish, case.known[task.observed_by])
    return Span(start, Moment(finish, _mark(task, months, start.path)))


def _drawn_finish(task: Task, case: Case, start: Array, observed: bool) -> tuple[Array, Array]:
    """Date at which a task ends by its draw and calendar, and the months it took."""
    winter = case.winter if task.calendar == "winter" else None
    age = None
    if observed:
        age = case.as_of - start if winter is None else winter.worked(start, case.as_of)
    months = case.draw(task).months(age)
    finish = start + months if winter is None else winter.finish(start, months)
    if task.calendar == "meetings" and case.meeting_months is not None:
        finish = next_meeting(finish, case.meeting_months)
    return finish, finish - start


def _is_running(task: Task, case: Case) -> bool:
    """Whether a task that has started is known not to be finished at the as-of date."""
    if task.milestone:
        return not task.seldom_reported
    return bool(
        task.observed_by
        and task.observed_by not in case.known
        and task.observed_after in case.known
    )


def _mark(task: Task, months: Array | float, path: Path) -> Path:
    """Path to the finish: that to the start with the task's own time under its label."""
    taken = np.asarray(months) + _MARK_MONTHS
    label = int(task.binding)
    return {**path, label: path[label] + taken if label in path else taken}
