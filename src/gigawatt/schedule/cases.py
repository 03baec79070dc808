"""Single sites in a table: dates of first power, 200 MW and 1,000 MW from what is known of each.

A site follows the fast chain (power in hand and framework orders), or the network of its route.
What the row says of power, orders and builder gives the odds of the fast chain (`FAST_ODDS`): a
record of twelve campuses has four of four developer-built ones on it and none of eight that a
hyperscaler built for itself, which is evidence about builders as much as about contracts. The dates
are a mixture.

First power is the first building fitted and energised. From there on capacity grows in proportion
to time: with m0 megawatts at first power (lognormal) and R months until the whole is there,

    t(M) = first power + R (M - m0) / (mw - m0)          m0 < M <= mw

R is that of the builder; campuses cleared before the demand for whole AI campuses start smaller and
grow by the year (`stepwise_before`).

A forecast is made on the day `as_of` of what has not come by then, as in a programme: where `as_of`
is after clearing, dates are those of the draws without first power by `as_of`, and no date lies
before it. The one exception is a silence longer than the model can believe. With S the share of the
draws that last until `as_of` and u the odds that a row leaves out what has come
(`unreported_share`), it is likelier that power came where

    S < u (1 - S)

Dates then follow from clearing alone, and a note says it. Changes of plan, shared slots and
haircuts play no part here.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np

from gigawatt.catalog import Catalog, Record, Status
from gigawatt.catalog.sampling import sample_assumptions
from gigawatt.errors import InputError, nearest
from gigawatt.program.blocks import make_blocks
from gigawatt.program.model import ROUTES, Declared, Phase, Program, Site
from gigawatt.quantity.arrays import Array
from gigawatt.quantity.blank import is_blank
from gigawatt.quantity.calendar import MonthAxis
from gigawatt.quantity.units import DAYS_PER_MONTH
from gigawatt.schedule.assumptions import ScheduleAssumptions
from gigawatt.schedule.build import build_times
from gigawatt.uncertainty.distributions import Distribution, Point, Triangular, normal_ppf
from gigawatt.uncertainty.streams import Streams

COLUMNS = (
    "site", "clearing_date", "route", "builder", "power_contracted", "framework_orders",
    "buildings", "mw", "as_of",
)  # fmt: skip
LEVELS = (0.05, 0.50, 0.95)
TARGETS_MW = {"first_power": 0.0, "mw200": 200.0, "mw1000": 1000.0}
RESULTS = tuple(f"{t}_p{round(100 * q):02d}" for t in TARGETS_MW for q in LEVELS)
NOTE = "as_of_note"  # column beside the results: where the dates don't follow `as_of`
BUILDERS = ("developer", "self", "")
DRAWS = 4000
KEPT_DRAWS = 1000  # at least so many, as far as MOST_DRAWS allows, where `as_of` cuts draws off
MOST_DRAWS = 80_000
HORIZON_YEARS = 30
YEARS = (1980, 2100)  # of the dates in a row
ONSITE_TECHNOLOGIES = ("recip-engine", "aeroderivative", "mobile-turbine", "fuel-cell")
PLANNED_SLIP_MONTHS = Triangular(0.0, 2.0, 9.0)  # of a clearing that lies after `as_of`

# (power contracted, framework orders) → probability of the fast chain by builder; None = not known.
FAST_ODDS: Mapping[tuple[bool | None, bool | None], Mapping[str, float]] = {
    (True, True): {"developer": 0.95, "self": 0.50, "": 0.85},
    (True, None): {"developer": 0.85, "self": 0.15, "": 0.45},
    (None, True): {"developer": 0.85, "self": 0.25, "": 0.50},
    (None, None): {"developer": 0.80, "self": 0.10, "": 0.35},
    (True, False): {"developer": 0.15, "self": 0.05, "": 0.10},
    (None, False): {"developer": 0.10, "self": 0.05, "": 0.05},
}


# Power contracted → probability that a standing hall has the power it needs.
REFIT_POWER_ODDS: Mapping[bool | None, float] = {True: 1.0, None: 0.6, False: 0.0}


@dataclass(frozen=True, slots=True)
class SiteCase:
    """What is known of one site; None and "" = not known.

    Attributes
    ----------
    cleared : ground cleared, or planned to be where later than `as_of`.
    as_of : day of the forecast, first power is not there by then; by default the clearing date.
    """

    cleared: dt.date
    route: str = ""
    builder: str = ""
    power_contracted: bool | None = None
    framework_orders: bool | None = None
    buildings: int | None = None
    mw: float | None = None
    as_of: dt.date | None = None


@dataclass(frozen=True, slots=True)
class CaseDraws:
    """Months after clearing at which one site reaches each target.

    Attributes
    ----------
    months : target → (N,), of equal weight; inf = not with this many megawatts.
    note : what the row says that the dates don't follow; mostly empty.
    """

    months: Mapping[str, Array]
    note: str = ""

    def quantile(self, target: str, level: float) -> float:
        """Quantile of the months to a target; inf where it is never reached."""
        months = self.months[target]
        at = max(int(np.ceil(level * len(months))) - 1, 0)
        return float(np.partition(months, at)[at])


def read_case(row: Mapping[str, str]) -> SiteCase:
    """One row of a case file.

    Raises
    ------
    InputError : a value is none of what the column takes; the message names column and value.
    """
    cleared = _date(row, "clearing_date")
    if cleared is None:
        raise InputError("clearing_date is empty; write a date as year-month-day")
    as_of = _date(row, "as_of")
    if as_of is not None and abs((as_of - cleared).days) > HORIZON_YEARS * 365:
        raise InputError(
            f"as_of = {as_of}, clearing_date = {cleared}: they may lie {HORIZON_YEARS} years apart "
            "at most"
        )
    return SiteCase(
        cleared=cleared,
        route=_one_of(row, "route", ROUTES),
        builder=_one_of(row, "builder", BUILDERS[:2]),
        power_contracted=_yes_no(row, "power_contracted"),
        framework_orders=_yes_no(row, "framework_orders"),
        buildings=_whole(row, "buildings"),
        mw=_positive(row, "mw"),
        as_of=as_of,
    )


def case_draws(case: SiteCase, catalog: Catalog, seed: int = 1, draws: int = DRAWS) -> CaseDraws:
    """Draws of the months from clearing to each target, for one site."""
    months = _from_clearing(case, catalog, seed, draws)
    if case.as_of is None or case.as_of <= case.cleared:
        return CaseDraws(months)
    age = (case.as_of - case.cleared).days / DAYS_PER_MONTH
    unreported = catalog.record("assumptions", "schedule_cases").value("unreported_share")
    lasting = float(np.mean(months["first_power"] > age))
    if lasting < unreported * (1.0 - lasting):
        return CaseDraws(months, _silence(case, age, lasting))
    if lasting * draws < KEPT_DRAWS < draws:
        more = min(int(np.ceil(KEPT_DRAWS / lasting)), MOST_DRAWS)
        months = _from_clearing(case, catalog, seed, more)
    kept = months["first_power"] > age
    return CaseDraws({target: values[kept] for target, values in months.items()})


def _silence(case: SiteCase, age: float, lasting: float) -> str:
    return (
        f"as_of = {case.as_of} is {age:.0f} months after clearing, and {100.0 * lasting:.0f} % of "
        "such sites wait so long for power: it is read as power that came and is not in the row; "
        "dates are those seen from clearing"
    )


def _from_clearing(case: SiteCase, catalog: Catalog, seed: int, draws: int) -> dict[str, Array]:
    """Months to each target as seen on the day of clearing."""
    streams = Streams(seed, draws)
    a = catalog.record("assumptions", "schedule_cases")
    own = _route_months(case, catalog, seed, draws, fast=False)
    if case.route == "brownfield":
        first = _refitted(case, catalog, own, streams)
    elif case.power_contracted is False:
        first = own
    else:
        odds = FAST_ODDS[case.power_contracted, case.framework_orders][case.builder]
        fast = _route_months(case, catalog, seed, draws, fast=True)
        first = np.where(streams.uniform("case/fast") < odds, fast, own)
    block, ramp = (
        streams.sample(f"case/{k}", a.fact(k).distribution) for k in _growth_facts(case, a)
    )
    return _ramp(case, first, block, ramp)


def _growth_facts(case: SiteCase, assumptions: Record) -> tuple[str, str]:
    """Names of the facts for the first block and for the months from it to the whole site."""
    if case.route == "brownfield":
        return "first_block_mw", "ramp_developer_months"
    if case.cleared < dt.date.fromisoformat(assumptions.text("stepwise_before")):
        return "first_block_stepwise_mw", "ramp_stepwise_months"
    return "first_block_mw", f"ramp_{case.builder or 'unknown'}_months"


def _refitted(case: SiteCase, catalog: Catalog, hall: Array, streams: Streams) -> Array:
    """Months to first power of a hall that stands: its refit, or power that is not in hand.

    The refit is known from two sites, so that its spread is wider than that of new halls. Power
    that is not in hand comes from plant on site, which can be ordered when work begins. A standing
    hall is taken for speed, so the sooner of two offers of plant is taken too.
    """
    a = catalog.record("assumptions", "schedule_cases")
    spread = a.value("refit_sd_log")
    hall = hall * np.exp(spread * normal_ppf(streams.uniform("case/refit")))
    waits = streams.uniform("case/refit_power") >= REFIT_POWER_ODDS[case.power_contracted]
    plants = [
        streams.sample(
            f"case/plant/{t}", catalog.fact(f"technologies/{t}/lead_time_months").distribution
        )
        for t in ONSITE_TECHNOLOGIES
    ]
    offers = [
        np.choose((streams.uniform(name) * len(plants)).astype(int), plants)
        for name in ("case/plant", "case/second_plant")
    ]
    plant = np.minimum(*offers)
    return np.where(waits, np.maximum(hall, plant), hall)


def case_dates(case: SiteCase, catalog: Catalog, seed: int = 1) -> dict[str, str]:
    """Result columns of one site and `NOTE`: ISO dates, empty without so many megawatts."""
    drawn = case_draws(case, catalog, seed)
    out = {NOTE: drawn.note}
    for target in TARGETS_MW:
        for level in LEVELS:
            months = drawn.quantile(target, level)
            days = months * DAYS_PER_MONTH
            date = case.cleared + dt.timedelta(days=days) if np.isfinite(months) else None
            out[f"{target}_p{round(100 * level):02d}"] = date.isoformat() if date else ""
    return out


def _ramp(case: SiteCase, first: Array, block_mw: Array, ramp: Array) -> dict[str, Array]:
    """Months to each target; `block_mw` is there at first power, the rest `ramp` months later."""
    whole = case.mw if case.mw is not None else np.inf
    block = np.minimum(block_mw, whole)
    out = {}
    for target, wanted in TARGETS_MW.items():
        if wanted > whole:
            out[target] = np.full_like(first, np.inf)
            continue
        # A site of unknown size grows as one that is twice the target.
        end = whole if np.isfinite(whole) else max(2.0 * wanted, 1.0)
        share = np.clip((wanted - block) / np.maximum(end - block, 1e-9), 0.0, 1.0)
        out[target] = first + ramp * share
    return out


def _route_months(case: SiteCase, catalog: Catalog, seed: int, draws: int, *, fast: bool) -> Array:
    """Months from clearing to first power on one route, (N,)."""
    technologies: tuple[str, ...] = ("recip-engine",)
    if case.route == "onsite" and not fast:
        technologies = ONSITE_TECHNOLOGIES
    parts = []
    for number, technology in enumerate(technologies):
        rows = slice(number, None, len(technologies))
        parts.append((rows, _first_power(case, catalog, seed, draws, technology, fast=fast)[rows]))
    months = np.empty(draws)
    for rows, values in parts:
        months[rows] = values
    return months


def _first_power(
    case: SiteCase, catalog: Catalog, seed: int, draws: int, technology: str, *, fast: bool
) -> Array:
    planned = case.as_of is not None and case.as_of < case.cleared
    contracted = fast or case.power_contracted is not False
    phase = Phase(
        id="case", power_mw=Point(100.0), buildings=1, system="vr200-nvl72",
        route=case.route or "grid", onsite_technology=technology, cleared=case.cleared,
        cleared_spread_months=PLANNED_SLIP_MONTHS if planned else Point(0.0),
        power_contracted=contracted, framework_orders=fast or case.framework_orders is True,
        contract="", status=Status.ASSUMED,
    )  # fmt: skip
    if case.route != "brownfield" and not fast:
        # Both in hand is the fast chain; off it the orders are what is missing.
        phase = replace(phase, framework_orders=phase.framework_orders and not contracted)
    program = _program(phase, case)
    bare = replace(catalog, records={**catalog.records, "changes": {}})
    streams = Streams(seed, draws)
    axis = MonthAxis.between(program.start, program.horizon)
    blocks = make_blocks(program, bare, streams)
    a = sample_assumptions(bare, streams, "schedule", ScheduleAssumptions)
    build = build_times(program, bare, blocks, axis, streams, a)
    ready = np.maximum(build.hall_ready[:, 0], build.energised[:, 0])
    return np.asarray(ready - axis.position(case.cleared))


def _program(phase: Phase, case: SiteCase) -> Program:
    """Programme of one site, seen on the day of its clearing or before."""
    as_of = min(case.cleared, case.as_of or case.cleared)
    start = as_of.replace(day=1)
    one: Distribution = Point(1.0)
    site = Site(
        id="case", name="case", country="US", region="", lat=35.0, lon=-100.0, grid="ercot",
        cooling="closed-loop-dry", landlord="", cloud="", tenant="", mw_basis="facility",
        deal_share=one, status=Status.ASSUMED, status_date=None, source="", note="",
        phases=(phase,),
    )  # fmt: skip
    horizon = start.replace(year=start.year + HORIZON_YEARS)
    return Program(
        name="case", title="case", description="", start=start, as_of=as_of, horizon=horizon,
        declared=Declared(), parties={}, sites=(site,), workloads=(), supplies=(),
        instruments=(), origin=("case",), sha256="",
    )  # fmt: skip


MIDDLE = "-15"  # day that stands for a month


def _date(row: Mapping[str, str], column: str) -> dt.date | None:
    """Date of a cell; a month alone stands for its middle."""
    text = (row.get(column) or "").strip()
    if is_blank(text):
        return None
    try:
        date = dt.date.fromisoformat(text + MIDDLE if re.fullmatch(r"\d{4}-\d\d", text) else text)
    except ValueError:
        raise InputError(
            f"{column} = {text!r}: write a date as year-month-day, such as 2024-05-31"
        ) from None
    if not YEARS[0] <= date.year <= YEARS[1]:
        raise InputError(f"{column} = {text!r}: years from {YEARS[0]} to {YEARS[1]} are read")
    return date


def _one_of(row: Mapping[str, str], column: str, valid: tuple[str, ...]) -> str:
    text = (row.get(column) or "").strip().lower()
    text = "" if is_blank(text) else text
    if text and text not in valid:
        hint = nearest(text, valid)
        meant = f". Did you mean {hint!r}?" if hint else ""
        raise InputError(f"{column} = {text!r}: must be one of {', '.join(valid)} or empty{meant}")
    return text


def _yes_no(row: Mapping[str, str], column: str) -> bool | None:
    text = (row.get(column) or "").strip().lower()
    if is_blank(text):
        return None
    if text in ("yes", "true", "y", "1"):
        return True
    if text in ("no", "false", "n", "0"):
        return False
    raise InputError(f"{column} = {text!r}: must be yes, no or empty")


def _positive(row: Mapping[str, str], column: str) -> float | None:
    text = (row.get(column) or "").strip()
    if is_blank(text):
        return None
    try:
        value = float(text)
    except ValueError:
        value = np.nan
    if not (np.isfinite(value) and value > 0.0):
        raise InputError(f"{column} = {text!r}: must be a number above 0")
    return value


def _whole(row: Mapping[str, str], column: str) -> int | None:
    value = _positive(row, column)
    if value is not None and value != int(value):
        raise InputError(f"{column} = {row[column]!r}: must be a whole number")
    return None if value is None else int(value)
