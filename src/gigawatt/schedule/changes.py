"""Changes of plan that have not happened yet: a tenant leaves, work pauses, a source is switched.

Each kind of change is a record of the catalog's table ``changes`` with a rate per site and year,
counted from recorded cases, and a delay. For each site and kind the first change after the as-of
date is drawn,

    T = as_of + 12 E / rate,  E exponential with mean 1

and from first power of the site on the clock runs slower (`after_power_factor`). It moves what is
not ready by then:

    effect "delay"   hall and power of the site's blocks come `delay_months` later
    effect "power"   power of blocks with on-site plant comes that much later
    effect "leaves"  the blocks are lost to the programme; with the probability `replaced_share`
                     as much is found elsewhere, `delay_months` later

A change binds a block where its delay is longer than what bound the block before. Recorded events
of a programme (`Site.events`) are history: what followed from them stands in the site's numbers.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields
from functools import reduce

import numpy as np

from gigawatt.catalog import Catalog, Record
from gigawatt.errors import unknown_name
from gigawatt.program.blocks import Blocks
from gigawatt.program.model import Program
from gigawatt.quantity.arrays import Array, BoolArray, IntArray
from gigawatt.quantity.units import MONTHS_PER_YEAR
from gigawatt.schedule.result import Binding
from gigawatt.uncertainty.streams import Streams

EFFECTS = ("delay", "power", "leaves")


@dataclass(frozen=True, slots=True)
class Plan:
    """Dates of all blocks while they are being worked out; (D, B), months since the start.

    Attributes
    ----------
    hall_ready, energised : inf = never.
    hall_cause, power_cause : `Binding`.
    hall_weight, power_weight : months that the cause took on the longest path to the date.
    open : (D, B) whether the block is not known to be in service.
    """

    hall_ready: Array
    energised: Array
    hall_cause: IntArray
    power_cause: IntArray
    hall_weight: Array
    power_weight: Array
    open: BoolArray


@dataclass(frozen=True, slots=True)
class Change:
    """One kind of change of plan; facts are drawn per site."""

    record: Record
    effect: str
    binding: Binding


def read_changes(catalog: Catalog) -> tuple[Change, ...]:
    """Kinds of change of the catalog.

    Raises
    ------
    InputError : an effect or a binding does not exist.
    """
    changes = []
    for record in catalog.records.get("changes", {}).values():
        effect, binding = record.text("effect"), record.text("binding")
        names = [b.name.lower() for b in Binding]
        if effect not in EFFECTS:
            raise unknown_name(f"effect of changes/{record.id}", effect, EFFECTS)
        if binding not in names:
            raise unknown_name(f"binding of changes/{record.id}", binding, names)
        changes.append(Change(record, effect, Binding[binding.upper()]))
    return tuple(changes)


def with_changes(
    plan: Plan,
    program: Program,
    blocks: Blocks,
    changes: Sequence[Change],
    streams: Streams,
    as_of: float,
) -> Plan:
    """`plan` with one possible change of each kind at each site."""
    rates = {c.record.id: _sampled(c, "rate_per_site_year", streams) for c in changes}
    slower = {c.record.id: _sampled(c, "after_power_factor", streams) for c in changes}
    replaced = {c.record.id: _sampled(c, "replaced_share", streams)
                for c in changes if c.effect == "leaves"}  # fmt: skip
    dates = Plan(**{f.name: np.empty_like(getattr(plan, f.name)) for f in fields(Plan)})
    for number, site in enumerate(program.sites):
        here = np.flatnonzero(blocks.site == number)
        onsite = np.array([blocks.phases[b].route == "onsite" for b in here], dtype=np.bool_)
        inside = slice(here[0], here[-1] + 1)  # blocks of a site stand together
        # Copied out and in: rows of one site are near each other in memory then, a third faster.
        own = Plan(**{f.name: getattr(plan, f.name)[:, inside].copy() for f in fields(Plan)})
        first_power = reduce(np.minimum, own.energised.T[1:], own.energised[:, 0].copy())
        last = _last(own.hall_ready, own.energised)
        for change in changes:
            concerned = onsite if change.effect == "power" else np.ones_like(onsite)
            if not concerned.any():
                continue
            key = f"change/{change.record.id}/{site.id}"
            rate = rates[change.record.id]
            at = _first(streams, key, rate, slower[change.record.id], first_power, as_of)
            rows = np.flatnonzero(at < last)  # few: most changes come after all is ready
            if not rows.size:
                continue
            law = change.record.fact("delay_months").distribution
            delay = law.ppf(streams.uniform(f"{key}/delay_months")[rows])
            if change.effect == "leaves":
                back = (streams.uniform(f"{key}/replaced") < replaced[change.record.id])[rows]
                delay = np.where(back, delay, np.inf)
            _move(own, change, concerned, rows, at[rows, None], delay[:, None])
            last[rows] = _last(own.hall_ready[rows], own.energised[rows])
        for f in fields(Plan):
            getattr(dates, f.name)[:, inside] = getattr(own, f.name)
    return dates


def _first(
    streams: Streams, key: str, rate: Array, slower: Array, first_power: Array, as_of: float
) -> Array:
    """Month of the first change at one site, (D,); inf where the rate is 0."""
    u = streams.uniform(f"{key}/when")
    streams.record[f"{key}/when"] = u
    wait = -np.log(u)
    with np.errstate(divide="ignore"):
        since = np.where(rate > 0.0, MONTHS_PER_YEAR * wait / rate, np.inf)
    at = as_of + since
    powered = np.maximum(first_power, as_of)
    with np.errstate(divide="ignore", invalid="ignore"):
        late = powered + (at - powered) / slower
    return np.where(at > powered, np.where(slower > 0.0, late, np.inf), at)


def _last(halls: Array, powers: Array) -> Array:
    """Last date of a site that is not "never", (D,); -inf where there is none."""
    dates = (np.where(np.isfinite(d), d, -np.inf) for d in (*halls.T, *powers.T))
    return reduce(np.maximum, dates)


def _move(
    own: Plan, change: Change, concerned: BoolArray, rows: IntArray, when: Array, delay: Array
) -> None:
    """Move the blocks of one site, in `own`, by one change at month `when` by `delay` months.

    `concerned` (K,) are the blocks that it can concern; `when` and `delay` are (rows, 1).
    """
    halls, powers = own.hall_ready[rows], own.energised[rows]
    hit = own.open[rows] & concerned & (np.maximum(halls, powers) > when)
    shift = np.where(hit, delay, 0.0)
    moved = [(shift, own.energised, own.power_cause, own.power_weight)]
    if change.effect != "power":
        to_hall = np.where(halls > when, shift, 0.0)
        moved.append((to_hall, own.hall_ready, own.hall_cause, own.hall_weight))
    for by, ready, cause, weight in moved:
        held = weight[rows]
        binds = by > held
        ready[rows] += by
        cause[rows] = np.where(binds, change.binding, cause[rows])
        weight[rows] = np.where(binds, by, held)


def _sampled(change: Change, key: str, streams: Streams) -> Array:
    fact = change.record.fact(key)
    return streams.sample(fact.path, fact.distribution)
