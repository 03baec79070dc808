"""What people read of a schedule: gigawatts, phases, burn-down and what binds, with ranges."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from gigawatt.quantity.arrays import Array, BoolArray, IntArray
from gigawatt.quantity.calendar import MonthAxis
from gigawatt.quantity.units import MONTHS_PER_YEAR
from gigawatt.schedule.result import Binding
from gigawatt.study.schedule_run import ScheduleRun
from gigawatt.uncertainty.summary import quantiles_with_never

LEVELS = (0.05, 0.10, 0.50, 0.80, 0.90, 0.95)
ASSUMED = "assumed"
STAGES = ("announced", "contracted", "cleared", "powered", "in_service")


@dataclass(frozen=True, slots=True)
class Dates:
    """Percentiles of a date; None = not within the horizon in so many draws."""

    p05: dt.date | None
    p10: dt.date | None
    p50: dt.date | None
    p80: dt.date | None
    p90: dt.date | None
    p95: dt.date | None

    @classmethod
    def of(cls, months: Array, axis: MonthAxis) -> Dates:
        """Percentiles of months since the start, (D,); what is after the horizon is never."""
        inside = np.where(months < axis.count, months, np.inf)
        return cls(*(axis.date(float(m)) for m in quantiles_with_never(inside, LEVELS)))


@dataclass(frozen=True, slots=True)
class GigawattRow:
    """One whole gigawatt in service: its date, and the odds by the end of years."""

    number: int
    date: Dates
    reached_share: float
    by_year_end: dict[int, float]


@dataclass(frozen=True, slots=True)
class PhaseRow:
    """One phase of a site.

    Attributes
    ----------
    facility_mw : P50.
    cleared, first_power, first_in_service, last_in_service : dates with ranges.
    lost_share : share of draws in which the whole phase is lost to the programme.
    causes : what bound its blocks, as share of those in service, the largest first.
    """

    site: str
    phase: str
    buildings: int
    facility_mw: float
    cleared: Dates
    first_power: Dates
    first_in_service: Dates
    last_in_service: Dates
    lost_share: float
    causes: dict[str, float]


@dataclass(frozen=True, slots=True)
class StageRow:
    """Facility megawatts that have passed a stage by the end of a quarter."""

    date: dt.date
    stage: str
    p10: float
    p50: float
    p90: float


@dataclass(frozen=True, slots=True)
class CauseRow:
    """Share of the megawatts that came into service in a year, by what bound them."""

    year: int
    cause: str
    share: float


def gigawatt_rows(run: ScheduleRun) -> list[GigawattRow]:
    """One row for each whole gigawatt that some draw holds."""
    years = range(run.loaded.program.as_of.year, run.loaded.program.horizon.year + 1)
    ends = {y: run.axis.position(dt.date(y, 12, 31)) for y in years}
    rows = []
    for k in range(run.gigawatts.shape[1]):
        months = run.gigawatts[:, k]
        reached = np.isfinite(months)
        if reached.any():
            odds = {y: float(np.mean(months <= end)) for y, end in ends.items()}
            rows.append(GigawattRow(k + 1, Dates.of(months, run.axis), float(reached.mean()), odds))
    return rows


def phase_rows(run: ScheduleRun) -> list[PhaseRow]:
    """One row for each phase, in the order of the programme."""
    rows = []
    for site in run.loaded.program.sites:
        for phase in site.phases:
            here = _of(run, site.id, phase.id)
            service = run.in_service[:, here]
            lost = np.isinf(run.powered[:, here]).all(axis=1)
            rows.append(
                PhaseRow(
                    site.id, phase.id, int(here.sum()),
                    float(np.median(run.facility_mw[:, here].sum(axis=1))),
                    Dates.of(run.cleared[:, here].min(axis=1), run.axis),
                    Dates.of(run.powered[:, here].min(axis=1), run.axis),
                    Dates.of(service.min(axis=1), run.axis),
                    Dates.of(service.max(axis=1), run.axis),
                    float(lost.mean()),
                    cause_shares(run.binding[:, here][service < run.axis.count]),
                )
            )  # fmt: skip
    return rows


def burn_down(run: ScheduleRun) -> list[StageRow]:
    """Announced → contracted → cleared → powered → in service, by quarter.

    A phase counts as contracted from the as-of date on where power of a known site is contracted,
    else from its clearing on: what an assumed site holds is not a contract that anybody signed.
    """
    as_of = run.axis.position(run.loaded.program.as_of)
    contracted = np.minimum(run.cleared, np.where(_contracted(run), as_of, np.inf))
    stages = dict(
        zip(
            STAGES,
            (np.zeros_like(run.cleared), contracted, run.cleared, run.powered, run.in_service),
            strict=True,
        )
    )
    rows = []
    for date in _quarters(run.loaded.program.as_of, run.loaded.program.horizon):
        at = run.axis.position(date)
        for stage, months in stages.items():
            there = np.where(months <= at, run.facility_mw, 0.0).sum(axis=1)
            p10, p50, p90 = quantiles_with_never(there, (0.1, 0.5, 0.9))
            rows.append(StageRow(date, stage, float(p10), float(p50), float(p90)))
    return rows


def causes_by_year(run: ScheduleRun) -> list[CauseRow]:
    """What bound the megawatts that came into service, by year."""
    start = run.loaded.program.start
    first = run.axis.position(dt.date(start.year, 1, 1))
    rows = []
    for year in range(start.year, run.loaded.program.horizon.year + 1):
        begin = first + MONTHS_PER_YEAR * (year - start.year)
        inside = (run.in_service >= begin) & (run.in_service < begin + MONTHS_PER_YEAR)
        if inside.any():
            shares = cause_shares(run.binding[inside], run.facility_mw[inside])
            rows += [CauseRow(year, cause, share) for cause, share in shares.items()]
    return rows


def cause_shares(causes: IntArray, weights: Array | None = None) -> dict[str, float]:
    """Share of each `Binding` by name, the largest first; empty where there is none."""
    count = np.bincount(causes, weights=weights, minlength=len(Binding))
    total = count.sum()
    order = np.argsort(-count, kind="stable")
    return {Binding(c).name.lower(): float(count[c] / total) for c in order if count[c] > 0.0}


def likely_gigawatts(run: ScheduleRun) -> tuple[int, ...]:
    """First, middle and last gigawatt that half of the draws reach; else of what any reaches."""
    reached = {r.number: r.reached_share for r in gigawatt_rows(run)}
    likely = [g for g, share in reached.items() if share >= 0.5] or list(reached)
    return tuple(sorted({likely[0], likely[len(likely) // 2], likely[-1]})) if likely else ()


def schedule_tables(run: ScheduleRun) -> dict[str, list[dict[str, Any]]]:
    """All tables of a schedule as plain values."""
    return {
        "gigawatts": plain(gigawatt_rows(run)),
        "phases": plain(phase_rows(run)),
        "burn_down_mw": plain(burn_down(run)),
        "binding": plain(causes_by_year(run)),
    }


def plain(rows: Sequence[Any]) -> list[dict[str, Any]]:
    """Rows as plain values for JSON and CSV; dates as ISO text, nested values flattened."""
    return [_flat(asdict(row)) for row in rows]


def _flat(data: dict[str, Any]) -> dict[str, Any]:
    out: dict[str, Any] = {}
    for key, value in data.items():
        if isinstance(value, dict):
            out |= {f"{key}_{k}": v for k, v in _flat(value).items()}
        else:
            out[key] = value.isoformat() if isinstance(value, dt.date) else value
    return out


def _of(run: ScheduleRun, site: str, phase: str) -> BoolArray:
    pairs = zip(run.sites, run.phases, strict=True)
    return np.array([pair == (site, phase) for pair in pairs], dtype=np.bool_)


def _contracted(run: ScheduleRun) -> BoolArray:
    """Whether power of each block is contracted at the as-of date, (B,)."""
    known = {
        (s.id, p.id): (p.power_contracted and s.status != ASSUMED) or "power_contract" in p.progress
        for s in run.loaded.program.sites for p in s.phases
    }  # fmt: skip
    return np.array([known[k] for k in zip(run.sites, run.phases, strict=True)], dtype=np.bool_)


def _quarters(first: dt.date, last: dt.date) -> list[dt.date]:
    """Last days of quarters from the one of `first` on."""
    out = []
    for year in range(first.year, last.year + 1):
        for month, day in ((3, 31), (6, 30), (9, 30), (12, 31)):
            date = dt.date(year, month, day)
            if first <= date <= last:
                out.append(date)
    return out
