"""What binds each gigawatt, and what would bring it in sooner.

For each gigawatt and draw the block that completes it is known, and so is what was last to be
ready there (`schedule.result.Binding`). Over the draws this gives a date with its range, the share
of each cause, and the sites where it occurs.

Relief: the schedule is made again on the same draws with one lever changed everywhere. Months
gained is the difference of the P50 dates. What a lever costs is not known yet, so the largest gain
stands where the cheapest relief should stand, and the report says so. A run keeps its notes in
``gigawatts.json``.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from gigawatt.catalog.sampling import sample_assumptions
from gigawatt.money.inputs import money_inputs
from gigawatt.program.blocks import make_blocks
from gigawatt.program.load import Loaded
from gigawatt.program.model import Phase, Program
from gigawatt.quantity.arrays import NEVER, Array, BoolArray, IntArray
from gigawatt.quantity.calendar import MonthAxis
from gigawatt.quantity.units import MW_PER_GW
from gigawatt.schedule.assumptions import ScheduleAssumptions
from gigawatt.schedule.build import build_times
from gigawatt.schedule.racks import equip, rack_arrivals
from gigawatt.schedule.result import Binding
from gigawatt.study.chain import bridge_limit_usd
from gigawatt.study.gigawatts import gigawatt_dates
from gigawatt.study.run import CHUNK, Settings, Simulated
from gigawatt.study.store import write_json
from gigawatt.study.sweep import funded_months
from gigawatt.uncertainty.distributions import Point
from gigawatt.uncertainty.streams import Streams
from gigawatt.uncertainty.summary import bands

MOST_SITES = 3
SUPPLY_FACTOR = 1.5
FILE_NAME = "gigawatts.json"


@dataclass(frozen=True, slots=True)
class Dates:
    """Schedule of a programme alone; D draws, B blocks.

    Attributes
    ----------
    axis : calendar.
    sites : (B,) site of each block.
    in_service, facility_mw : (D, B) months since the start (inf = never), MW.
    binding : (D, B) `Binding`.
    gigawatts : (D, K) date of each whole gigawatt; inf = never, or after the horizon.
    """

    axis: MonthAxis
    sites: tuple[str, ...]
    in_service: Array
    facility_mw: Array
    binding: IntArray
    gigawatts: Array


@dataclass(frozen=True, slots=True)
class Relief:
    """What one lever does to one gigawatt.

    Attributes
    ----------
    lever : what is changed, a key of `LEVERS`.
    months_gained : P50 of today less P50 with the lever; inf where only the lever reaches it within
        the horizon, nan where neither does.
    p50 : ISO date with the lever, None where not within the horizon.
    """

    lever: str
    months_gained: float
    p50: str | None


@dataclass(frozen=True, slots=True)
class GigawattNote:
    """Why a gigawatt comes when it comes.

    Attributes
    ----------
    number : which gigawatt, from 1.
    p10, p50, p90 : ISO dates in service; None = not within the horizon.
    reached_share : share of draws in which it is within the horizon.
    causes : cause (small name of `Binding`) → share of these draws in which it was last to be
        ready, the largest first.
    sites : sites that complete it for the main cause, the most frequent first.
    reliefs : levers, the largest gain first; empty where none was asked for.
    """

    number: int
    p10: str | None
    p50: str | None
    p90: str | None
    reached_share: float
    causes: Mapping[str, float]
    sites: tuple[str, ...]
    reliefs: tuple[Relief, ...]

    def data(self) -> dict[str, Any]:
        """Plain values for JSON; a gain without bound is None."""
        out = asdict(self)
        for row in out["reliefs"]:
            if not np.isfinite(row["months_gained"]):
                row["months_gained"] = None
        return out


def schedule_dates(loaded: Loaded, settings: Settings) -> Dates:
    """Schedule of all draws of a programme, as the whole chain computes it, and nothing else."""
    program = loaded.program
    axis = MonthAxis.between(program.start, program.horizon)
    parts = []
    for start in range(0, settings.draws, CHUNK):
        stop = min(start + CHUNK, settings.draws)
        streams = Streams(settings.seed, settings.draws, start, stop)
        blocks = make_blocks(program, loaded.catalog, streams)
        a = sample_assumptions(loaded.catalog, streams, "schedule", ScheduleAssumptions)
        build = build_times(program, loaded.catalog, blocks, axis, streams, a)
        arrivals = rack_arrivals(program, blocks, axis, streams)
        inputs = money_inputs(program, loaded.catalog, blocks, axis, streams)
        limit = bridge_limit_usd(program, streams)
        funded = funded_months(build, blocks, arrivals, inputs, limit, axis.count)
        done = equip(build, blocks, arrivals, funded)
        parts.append((done.in_service, blocks.facility_power_mw, done.binding))
    in_service, power = (np.concatenate([p[k] for p in parts]) for k in (0, 1))
    binding = np.concatenate([p[2] for p in parts])
    dates = gigawatt_dates(in_service, power)
    inside = np.where(dates < axis.count, dates, NEVER)
    sites = tuple(blocks.sites[s] for s in blocks.site)
    return Dates(axis, sites, in_service, power, binding, inside)


def simulated_dates(simulated: Simulated) -> Dates:
    """Schedule of a run that is made already."""
    static, draws = simulated.static, simulated.kept.draws
    gigawatts = draws["gw_dates"]
    return Dates(
        static.axis,
        tuple(static.blocks.sites[s] for s in static.blocks.site),
        draws["in_service"],
        draws["block_facility_mw"],
        draws["binding"].astype(np.int64),
        np.where(gigawatts < static.axis.count, gigawatts, NEVER),
    )


# ------------------------------------------------------------------------------------------- levers


def _phases(program: Program, change: Callable[[Phase], Phase]) -> Program:
    sites = tuple(replace(s, phases=tuple(map(change, s.phases))) for s in program.sites)
    return replace(program, sites=sites)


def _framework(loaded: Loaded) -> Program:
    return _phases(loaded.program, lambda p: replace(p, framework_orders=True))


def _contracted(loaded: Loaded) -> Program:
    return _phases(loaded.program, lambda p: replace(p, power_contracted=True))


def _supply(loaded: Loaded) -> Program:
    supplies = tuple(
        replace(s, programme_share=s.programme_share.scaled(SUPPLY_FACTOR))
        for s in loaded.program.supplies
    )
    return replace(loaded.program, supplies=supplies)


def _no_slip(loaded: Loaded) -> Program:
    supplies = tuple(replace(s, slip_months=Point(0.0)) for s in loaded.program.supplies)
    return replace(loaded.program, supplies=supplies)


def _onsite(loaded: Loaded) -> Program:
    technology = quickest_technology(loaded)
    return _phases(
        loaded.program,
        lambda p: (
            replace(p, route="onsite", onsite_technology=technology)
            if p.route == "grid" and "power" not in p.progress
            else p
        ),
    )


LEVERS: dict[str, Callable[[Loaded], Program]] = {
    "framework": _framework,
    "contracted": _contracted,
    "supply": _supply,
    "no_slip": _no_slip,
    "onsite": _onsite,
}
"""Lever → the programme with it pulled everywhere."""


def quickest_technology(loaded: Loaded) -> str:
    """On-site technology of the programme with the shortest lead time, else of the catalog."""
    own = [p.onsite_technology for s in loaded.program.sites for p in s.phases]
    table = loaded.catalog.records["technologies"]
    known = [t for t in dict.fromkeys(own) if t in table] or [
        t for t, record in table.items() if "lead_time_months" in record.facts
    ]
    return min(known, key=lambda t: table[t].value("lead_time_months"))


def relief(
    loaded: Loaded, settings: Settings, base: Dates | None = None
) -> dict[str, tuple[Relief, ...]]:
    """What each lever gains for each gigawatt, lever → one `Relief` a gigawatt.

    Parameters
    ----------
    loaded, settings : as of the run; the same draws are used with each lever.
    base : schedule without a lever, if it is known already.
    """
    today = base or schedule_dates(loaded, settings)
    out = {}
    for lever, change in LEVERS.items():
        changed = schedule_dates(replace(loaded, program=change(loaded)), settings)
        out[lever] = _gains(lever, today, changed)
    return out


def _gains(lever: str, today: Dates, changed: Dates) -> tuple[Relief, ...]:
    before, after = bands(today.gigawatts)[1], bands(changed.gigawatts)[1]
    rows = []
    for k, was in enumerate(before):
        now = float(after[k]) if k < len(after) else NEVER
        gained = float("nan") if np.isinf(was) and np.isinf(now) else float(was) - now
        rows.append(Relief(lever, gained, _iso(today.axis, now)))
    return tuple(rows)


# -------------------------------------------------------------------------------------------- notes


def gigawatt_notes(
    loaded: Loaded, settings: Settings, with_relief: bool = True, base: Dates | None = None
) -> list[GigawattNote]:
    """One note for each whole gigawatt that at least one draw of the programme holds.

    Parameters
    ----------
    loaded : the programme.
    settings : draws and seed; with those of a run the dates are the run's.
    with_relief : whether to make the schedule again with each lever.
    base : schedule without a lever, if it is known already.
    """
    base = base or schedule_dates(loaded, settings)
    held = base.facility_mw.sum(axis=1).max() / MW_PER_GW
    gains = relief(loaded, settings, base) if with_relief else {}
    names = {s.id: s.name for s in loaded.program.sites}
    count = min(int(held + 1e-9), base.gigawatts.shape[1])
    return [
        _note(base, k, [rows[k] for rows in gains.values() if k < len(rows)], names)
        for k in range(count)
    ]


def _note(base: Dates, k: int, reliefs: Sequence[Relief], names: Mapping[str, str]) -> GigawattNote:
    reached = np.isfinite(base.gigawatts[:, k])
    last = completing_block(base, k)
    cause = base.binding[np.arange(len(last)), last]
    count = np.bincount(cause[reached], minlength=len(Binding))
    total = max(1, int(count.sum()))
    order = np.argsort(-count, kind="stable")
    causes = {Binding(c).name.lower(): float(count[c] / total) for c in order.tolist() if count[c]}
    sites = _sites(base, last[reached & (cause == order[0])], names)
    p10, p50, p90 = (_iso(base.axis, float(v)) for v in bands(base.gigawatts[:, k]))
    ranked = tuple(sorted(reliefs, key=lambda r: (np.isnan(r.months_gained), -r.months_gained)))
    return GigawattNote(k + 1, p10, p50, p90, float(reached.mean()), causes, sites, ranked)


def completing_block(base: Dates, k: int) -> IntArray:
    """Block that completes the gigawatt number k + 1 in each draw, (D,); see `gigawatt_dates`."""
    order = np.argsort(base.in_service, axis=1, kind="stable")
    reached = np.cumsum(np.take_along_axis(base.facility_mw, order, axis=1), axis=1)
    enough: BoolArray = reached / MW_PER_GW >= k + 1 - 1e-9
    first = np.where(enough.any(axis=1), np.argmax(enough, axis=1), enough.shape[1] - 1)
    return np.asarray(np.take_along_axis(order, first[:, None], axis=1)[:, 0])


def _sites(base: Dates, blocks: IntArray, names: Mapping[str, str]) -> tuple[str, ...]:
    of_block = np.array(base.sites)
    found, count = np.unique(of_block[blocks], return_counts=True)
    order = np.argsort(-count, kind="stable")[:MOST_SITES]
    return tuple(names[str(s)] for s in found[order])


def _iso(axis: MonthAxis, position: float) -> str | None:
    date = axis.date(position)
    return date.isoformat() if date else None


def write_notes(simulated: Simulated, folder: Path) -> None:
    """Write the notes of a run that is made already into its folder."""
    base = simulated_dates(simulated)
    notes = gigawatt_notes(simulated.loaded, simulated.settings, base=base)
    write_json(folder / FILE_NAME, {"notes": [n.data() for n in notes]})
