"""Replay of a forecast: what a programme seen from an earlier date said, against what came.

Observations are records of the catalog's table ``observations`` where the programme has all the
sites that they name, else the programme's own progress after the day of the forecast. Each has a
probability by the forecast, so that it can be wrong:

    happened on a date    percentile of that date in the forecast; inside P5 to P95 or not
    not by a date         probability that the forecast gave to that (1 is best)
    a change of plan      probability by the date of what is known; a single site's is small, so
                          the expected number over all sites stands beside the number seen

The Brier score is the mean square of (probability - outcome) over the first two, 0 is best, 0.25 is
a coin; changes of plan are listed because they happened, so they have no part in it.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from gigawatt.catalog import Record
from gigawatt.errors import InputError, unknown_name
from gigawatt.program.model import Program
from gigawatt.quantity.arrays import Array
from gigawatt.quantity.units import MONTHS_PER_YEAR
from gigawatt.schedule.racks import rack_arrivals
from gigawatt.study.schedule_run import ScheduleRun
from gigawatt.uncertainty.streams import Streams

ABOUT = ("platform", "power", "gigawatt", "site", "change")
INSIDE = (0.05, 0.95)
# Dates of `ScheduleRun` that progress can tell: what the first building of a phase has reached.
OWN = {"cleared": "ground cleared", "powered": "fitted and powered", "in_service": "in service"}


@dataclass(frozen=True, slots=True)
class Scored:
    """One observation against the forecast.

    Attributes
    ----------
    name, about : what was observed.
    seen : date on which it happened, or None.
    known : until when it is known.
    probability : that the forecast gave to its having happened by `known`.
    percentile : share of draws at or before `seen`; None where it has not happened.
    p05, p50, p95 : forecast dates; None = not within the horizon, or a change of plan.
    verdict : "inside", "outside", "as expected", "missed", or "a chance" for a change of plan.
    why : what explains it.
    """

    name: str
    about: str
    seen: dt.date | None
    known: dt.date
    probability: float
    percentile: float | None
    p05: dt.date | None
    p50: dt.date | None
    p95: dt.date | None
    verdict: str
    why: str


@dataclass(frozen=True, slots=True)
class Score:
    """A replay: its observations, and what they come to.

    Attributes
    ----------
    as_of : date that the forecast is seen from.
    scored : all observations.
    inside : number of dates that happened inside P5 to P95; dates : number that happened.
    brier : mean over what is not a change of plan.
    changes_expected, changes_seen : over all sites and kinds, from `as_of` to the last `known`.
    """

    as_of: dt.date
    scored: tuple[Scored, ...]
    inside: int
    dates: int
    brier: float
    changes_expected: float
    changes_seen: int


def schedule_score(run: ScheduleRun, seed: int, full: Program | None = None) -> Score:
    """Score a forecast against the observations of its catalog, or the progress of its programme.

    Parameters
    ----------
    run : forecast of the programme as it was known on an earlier day.
    full : the programme as it is known today; None = the catalog's observations alone.

    Raises
    ------
    InputError : nothing became known after the day of the forecast, or an observation is malformed.
    """
    as_of = run.loaded.program.as_of
    records = list(run.loaded.catalog.records.get("observations", {}).values())
    named = {site for r in records if (site := _site_of(r.text("about")))}
    if full is not None and not named <= {s.id for s in full.sites}:
        scored = tuple(_own_progress(full, run))
    else:
        scored = tuple(_scored(r, run, seed) for r in records if _came_later(r, as_of))
    if not scored:
        raise InputError(
            "nothing to score: neither the catalog's observations nor [site.progress] say what "
            f"came after {as_of}"
        )
    events = [s for s in scored if not s.about.startswith("change/")]
    outcomes = np.array([s.seen is not None for s in events], dtype=float)
    given = np.array([s.probability for s in events])
    dated = [s for s in scored if s.percentile is not None]
    changes = [s for s in scored if s.about.startswith("change/")]
    until = max(s.known for s in scored)
    return Score(
        as_of=run.loaded.program.as_of,
        scored=scored,
        inside=sum(s.verdict == "inside" for s in dated),
        dates=len(dated),
        brier=float(np.mean((given - outcomes) ** 2)),
        changes_expected=_expected_changes(run, until, seed),
        changes_seen=sum(s.seen is not None for s in changes),
    )


def _site_of(about: str) -> str:
    """Site that an observation names; empty where it is of the whole programme."""
    kind, _, which = about.partition("/")
    return {"site": which, "change": which.rpartition("/")[2]}.get(kind, "")


def _came_later(record: Record, as_of: dt.date) -> bool:
    """Whether an observation was not known yet on the day of the forecast."""
    at = record.text("seen") or record.text("known")
    return dt.date.fromisoformat(at) > as_of


def _own_progress(full: Program, run: ScheduleRun) -> Iterator[Scored]:
    """Milestones of first buildings that came after the day of the forecast, or have not come."""
    as_of = run.loaded.program.as_of
    if full.as_of <= as_of:
        return
    for site in full.sites:
        for phase in site.phases:
            here = [s == site.id and p == phase.id
                    for s, p in zip(run.sites, run.phases, strict=True)]  # fmt: skip
            reached = dict(phase.progress)
            if {"fitted", "power"} <= reached.keys():
                reached["powered"] = max(reached["fitted"], reached["power"])
            for milestone, what in OWN.items():
                seen = reached.get(milestone)
                if (seen is None and milestone != "in_service") or (seen and seen <= as_of):
                    continue
                months = getattr(run, milestone)[:, here].min(axis=1)
                why = "by its progress" if seen else "not in its progress"
                yield _dated(
                    f"{site.name}, {phase.id}: {what}", f"progress/{site.id}/{phase.id}", seen,
                    full.as_of, months, run, why,
                )  # fmt: skip


def _scored(record: Record, run: ScheduleRun, seed: int) -> Scored:
    about, known = record.text("about"), dt.date.fromisoformat(record.text("known"))
    seen = dt.date.fromisoformat(record.text("seen")) if record.text("seen") else None
    kind, _, which = about.partition("/")
    if kind not in ABOUT:
        raise unknown_name(f"about of observations/{record.id}", kind, ABOUT)
    at = run.axis.position(known)
    if kind == "change":
        change, _, site = which.partition("/")
        probability = _change_probability(run, change, site, at, seed)
        return Scored(
            record.name, about, seen, known, probability, None, None, None, None, "a chance",
            record.text("why"),
        )  # fmt: skip
    months = _forecast(kind, which, run, seed)
    return _dated(record.name, about, seen, known, months, run, record.text("why"))


def _dated(
    name: str, about: str, seen: dt.date | None, known: dt.date, months: Array, run: ScheduleRun,
    why: str,
) -> Scored:  # fmt: skip
    """Score of a date, or of its not having come by `known`; `months` (D,) is the forecast."""
    inside = np.where(months < run.axis.count, months, np.inf)
    levels = np.quantile(inside, (INSIDE[0], 0.5, INSIDE[1]), method="higher")
    p05, p50, p95 = (run.axis.date(float(m)) for m in levels)
    probability = float(np.mean(months <= run.axis.position(known)))
    if seen is None:
        verdict = "as expected" if probability < 0.5 else "missed"
        percentile = None
    else:
        percentile = float(np.mean(months <= run.axis.position(seen)))
        verdict = "inside" if INSIDE[0] <= percentile <= INSIDE[1] else "outside"
    return Scored(name, about, seen, known, probability, percentile, p05, p50, p95, verdict, why)


def _forecast(kind: str, which: str, run: ScheduleRun, seed: int) -> Array:
    """Months since the start that the forecast gives, (D,)."""
    if kind == "platform":
        return _first_racks(which, run, seed)
    if kind == "gigawatt":
        return run.gigawatts[:, int(which) - 1]
    if kind == "site":
        here = np.array([s == which for s in run.sites])
        if not here.any():
            raise unknown_name("site of an observation", which, set(run.sites))
        return np.asarray(run.in_service[:, here].min(axis=1))
    order = np.argsort(run.in_service, axis=1, kind="stable")
    power = np.cumsum(np.take_along_axis(run.facility_mw, order, axis=1), axis=1)
    enough = power >= float(which)
    at = np.take_along_axis(run.in_service, order, axis=1)
    first = at[np.arange(len(at)), np.argmax(enough, axis=1)]
    return np.where(enough.any(axis=1), first, np.inf)


def _first_racks(system: str, run: ScheduleRun, seed: int) -> Array:
    from gigawatt.program.blocks import make_blocks

    streams = Streams(seed, run.draws)
    blocks = make_blocks(run.loaded.program, run.loaded.catalog, streams)
    if system not in blocks.systems:
        raise unknown_name("system of an observation", system, blocks.systems)
    arrivals = rack_arrivals(run.loaded.program, blocks, run.axis, streams)
    return arrivals.first_month[:, blocks.systems.index(system)]


def _change_probability(run: ScheduleRun, change: str, site: str, until: float, seed: int) -> float:
    """Probability of a change of plan by a month: one less the mean of exp(-rate t)."""
    changes = run.loaded.catalog.records.get("changes", {})
    if change not in changes:
        raise unknown_name("change of an observation", change, changes)
    run.loaded.program.site(site)
    fact = changes[change].fact("rate_per_site_year")
    rate = Streams(seed, run.draws).sample(fact.path, fact.distribution)
    years = (until - run.axis.position(run.loaded.program.as_of)) / MONTHS_PER_YEAR
    return float(np.mean(-np.expm1(-rate * years)))


def _expected_changes(run: ScheduleRun, until: dt.date, seed: int) -> float:
    """Expected number of changes at named sites; sites without a name can't be seen to change."""
    named = [s for s in run.loaded.program.sites if not s.id.startswith("unnamed")]
    at = run.axis.position(until)
    total = 0.0
    for change in run.loaded.catalog.records.get("changes", {}).values():
        onsite_only = change.text("effect") == "power"
        for site in named:
            if not onsite_only or any(p.route == "onsite" for p in site.phases):
                total += _change_probability(run, change.id, site.id, at, seed)
    return total
