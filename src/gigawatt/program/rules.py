"""Checks across the entries of a programme: calendar, progress, events, rack supply, workloads.

Each rule takes the sound parts of a file and yields what is wrong; `RULES` is the list of all.
"""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Callable, Iterator, Mapping

from gigawatt.errors import Problem
from gigawatt.program.lines import entry_name
from gigawatt.program.model import Phase
from gigawatt.program.parts import Parts, entries, named_entries
from gigawatt.program.quantities import support
from gigawatt.program.read import KeyPath, RawProgram
from gigawatt.program.schema_values import read_date
from gigawatt.quantity.units import DAYS_PER_MONTH

MAX_YEARS = 60  # of the calendar: longer ones are slips of the pen

# A milestone in the first place can't come after one in the second.
PRECEDES = (
    ("land", "cleared"),
    ("permits", "cleared"),
    ("cleared", "roof"),
    ("roof", "fitted"),
    ("power_contract", "power"),
    ("cleared", "in_service"),
    ("fitted", "in_service"),
    ("power", "in_service"),
    ("first_racks", "in_service"),
)

Rule = Callable[[Parts, RawProgram], Iterator[Problem]]
Placed = Mapping[str, tuple[dt.date, KeyPath]]  # milestone → date, where it is written


def calendar_rule(parts: Parts, raw: RawProgram) -> Iterator[Problem]:
    """``start <= as_of <= horizon``, and not too long."""
    start, as_of, horizon = parts.start, parts.as_of, parts.horizon
    if start and as_of and as_of < start:
        yield raw.problem(("as_of",), as_of, f"must not be before start, {start}")
    if as_of and horizon and horizon < as_of:
        yield raw.problem(("horizon",), horizon, f"must not be before as_of, {as_of}")
    elif start and horizon and horizon < start:
        yield raw.problem(("horizon",), horizon, f"must not be before start, {start}")
    if start and horizon and horizon.year - start.year > MAX_YEARS:
        yield raw.problem(("horizon",), horizon, f"must be within {MAX_YEARS} years of start")


def progress_rule(parts: Parts, raw: RawProgram) -> Iterator[Problem]:
    """Progress is past, in order, and said once."""
    for site in parts.sites:
        base: KeyPath = ("site", site.id)
        of_site = _placed(site.progress, base)
        for number, phase in enumerate(site.phases):
            own = _placed(phase.progress, (*base, "phase", phase.id))
            if number == 0:
                yield from _twice(of_site, own, raw)
            placed = {**of_site, **own} if number == 0 else own
            yield from _in_order(placed, raw)
            yield from _planned(placed, phase, (*base, "phase", phase.id, "cleared"), raw)
            yield from _past(placed, parts.as_of, raw)


def _placed(progress: Mapping[str, dt.date], base: KeyPath) -> Placed:
    return {m: (date, (*base, "progress", m)) for m, date in progress.items()}


def _twice(of_site: Placed, own: Placed, raw: RawProgram) -> Iterator[Problem]:
    for milestone, (date, path) in own.items():
        if milestone in of_site and of_site[milestone][0] != date:
            other = of_site[milestone][0]
            yield raw.problem(path, date, "differs from the site's progress, which holds for its "
                                          f"first phase and says {other}")  # fmt: skip


def _in_order(placed: Placed, raw: RawProgram) -> Iterator[Problem]:
    """Tell, for each milestone, the nearest listed one that must precede it and does not."""
    for after, (date, path) in placed.items():
        for before in _listed_before(after, placed):
            if placed[before][0] > date:
                yield raw.problem(path, date, f"can't be before {before}, {placed[before][0]}")


def _listed_before(milestone: str, placed: Placed) -> dict[str, None]:
    """Listed milestones that must precede one, looking through those that are not listed."""
    found: dict[str, None] = {}
    for before, after in PRECEDES:
        if after == milestone:
            found |= {before: None} if before in placed else _listed_before(before, placed)
    return found


def _planned(placed: Placed, phase: Phase, path: KeyPath, raw: RawProgram) -> Iterator[Problem]:
    """Tell where a phase's planned clearing can't stand beside what its progress says."""
    if phase.cleared is None or "cleared" in placed:
        return
    low, high = (m * DAYS_PER_MONTH for m in support(phase.cleared_spread_months))
    low, high = low - DAYS_PER_MONTH, high + DAYS_PER_MONTH  # plans are told by the month
    for after in ("roof", "fitted", "in_service"):
        if after in placed and (placed[after][0] - phase.cleared).days < low:
            yield raw.problem(path, phase.cleared, f"can't be after {after}, {placed[after][0]}; "
                              "write under progress when ground was cleared")  # fmt: skip
            return
    for before in ("land", "permits"):
        if before in placed and (placed[before][0] - phase.cleared).days > high:
            yield raw.problem(path, phase.cleared, f"can't be before {before}, "
                              f"{placed[before][0]}")  # fmt: skip


def _past(placed: Placed, as_of: dt.date | None, raw: RawProgram) -> Iterator[Problem]:
    for date, path in placed.values():
        if as_of and date > as_of:
            yield raw.problem(path, date, f"lies after as_of, {as_of}; progress is what was "
                                          "reached by then")  # fmt: skip


def event_rule(parts: Parts, raw: RawProgram) -> Iterator[Problem]:
    """Recorded events are past: what is expected has no place among them."""
    for site_path, site in named_entries(raw, "site"):
        for number, event in enumerate(entries(site, "event")):
            try:
                date = read_date(event.get("date"))
            except ValueError:
                continue  # told by the schema
            if parts.as_of and date > parts.as_of:
                path = (*site_path, "event", entry_name(event, number), "date")
                yield raw.problem(path, date, f"lies after as_of, {parts.as_of}; an event is what "
                                              "was known by then")  # fmt: skip


def share_rule(parts: Parts, raw: RawProgram) -> Iterator[Problem]:
    """A site carries something."""
    for site in parts.sites:
        if support(site.deal_share)[1] <= 0.0:
            yield raw.problem(("site", site.id, "deal_share"), 0, "must be above 0; leave out a "
                              "site that carries nothing (remove = true)")  # fmt: skip


def supply_rule(parts: Parts, raw: RawProgram) -> Iterator[Problem]:
    """Every phase's system has a rack supply."""
    supplied = [e.get("system") for e in entries(raw.data, "supply")]
    shown = ", ".join(sorted(s for s in supplied if isinstance(s, str))) or "none"
    for site_path, site in named_entries(raw, "site"):
        for number, phase in enumerate(entries(site, "phase")):
            system = phase.get("system")
            known = isinstance(system, str) and system in parts.systems
            if known and system not in supplied:
                path = (*site_path, "phase", entry_name(phase, number), "system")
                text = f"no [[supply]] says when its racks arrive; there is one for: {shown}"
                yield raw.problem(path, system, text)


def workload_rule(parts: Parts, raw: RawProgram) -> Iterator[Problem]:
    """Workloads together get no more than the whole fleet."""
    central = math.fsum(w.share.central for w in parts.workloads)
    least = math.fsum(support(w.share)[0] for w in parts.workloads)
    total, which = (least, "low ends of the") if least > 1.0 else (central, "central")
    if total > 1.0 + 1e-9:
        last = parts.workloads[-1]
        yield raw.problem(
            ("workload", last.id, "share"), None,
            f"the {which} shares of all workloads sum to {total:.3g}; they must stay within 1 "
            "(what is left is idle head-room)",
        )  # fmt: skip


def clean_power_rule(parts: Parts, raw: RawProgram) -> Iterator[Problem]:
    """Contracts for clean power end after they begin, and have one name a site."""
    for site in parts.sites:
        names: set[str] = set()
        for c in site.clean_power:
            path: KeyPath = ("site", site.id, "clean_power", c.id)
            if c.start and c.end and c.end <= c.start:
                yield raw.problem((*path, "end"), c.end, f"must be after start, {c.start}")
            if c.id in names:
                yield raw.problem(path, c.id, "two contracts of a site have this id")
            names.add(c.id)
            if c.price_usd_per_mwh is None and "escalation_share" in _keys(raw, site.id, c.id):
                text = "rises a price that is not there: give price_usd_per_mwh too"
                yield raw.problem((*path, "escalation_share"), None, text)


def _keys(raw: RawProgram, site: str, contract: str) -> Mapping[str, object]:
    for path, entry in named_entries(raw, "site"):
        if path[-1] == site:
            for one in entries(entry, "clean_power"):
                if one.get("id") == contract:
                    return one
    return {}


def revenue_rule(parts: Parts, raw: RawProgram) -> Iterator[Problem]:
    """Tokens can be paid for only where some are served."""
    if raw.data.get("revenue_basis") != "tokens" or not parts.workloads:
        return
    if not any(w.kind == "serve" for w in parts.workloads):
        yield raw.problem(
            ("revenue_basis",), "tokens",
            'no workload is of kind "serve", so no token is sold; must be "gw_year"',
        )  # fmt: skip


RULES: tuple[Rule, ...] = (
    calendar_rule, progress_rule, event_rule, share_rule, supply_rule, workload_rule, revenue_rule,
    clean_power_rule,
)  # fmt: skip
