"""What binds each gigawatt, and what would bring it in sooner.

For each gigawatt and draw the block that completes it is known, and so is what was last to be
ready there (`schedule.result.Binding`). Over the draws this gives a date with its range, the share
of each cause, and the sites where it occurs.

Relief: the schedule is made again on the same draws with one lever pulled everywhere
(`study.reasons.levers`). Months gained is the difference of the P50 dates. Where a lever has a
price the cheapest a month is known beside the largest. A run keeps its notes in
``gigawatts.json``, and the tables of its schedule in ``schedule.json``.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np

from gigawatt.quantity.arrays import NEVER, BoolArray, IntArray
from gigawatt.quantity.calendar import MonthAxis
from gigawatt.quantity.units import MW_PER_GW
from gigawatt.schedule.result import Binding
from gigawatt.study.archive.store import write_json
from gigawatt.study.reasons.levers import Pulled, lever_rows, pull_all
from gigawatt.study.run import Simulated
from gigawatt.study.schedule_run import ScheduleRun, schedule_run
from gigawatt.study.tables.schedule_tables import likely_gigawatts, plain, schedule_tables
from gigawatt.uncertainty.summary import bands

MOST_SITES = 3
FILE_NAME = "gigawatts.json"
SCHEDULE_FILE = "schedule.json"


@dataclass(frozen=True, slots=True)
class Relief:
    """What one lever does to one gigawatt.

    Attributes
    ----------
    lever : what is changed, id of one of `levers.LEVERS`.
    months_gained : P50 of today less P50 with the lever; inf where only the lever reaches it within
        the horizon, nan where neither does.
    p50 : ISO date with the lever, None where not within the horizon.
    usd_per_gw_month : direct cost of the lever over capacity times time gained; None = not known.
    """

    lever: str
    months_gained: float
    p50: str | None
    usd_per_gw_month: float | None


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


# -------------------------------------------------------------------------------------------- notes


def gigawatt_notes(base: ScheduleRun, pulled: Sequence[Pulled] = ()) -> list[GigawattNote]:
    """One note for each whole gigawatt that at least one draw of the programme holds.

    Parameters
    ----------
    base : schedule of the programme.
    pulled : the same with each lever pulled, see `levers.pull_all`; empty = no relief is told.
    """
    held = base.facility_mw.sum(axis=1).max() / MW_PER_GW
    names = {s.id: s.name for s in base.loaded.program.sites}
    gains = [_gains(p, base) for p in pulled]
    count = min(int(held + 1e-9), base.gigawatts.shape[1])
    return [
        _note(base, k, [rows[k] for rows in gains if k < len(rows)], names) for k in range(count)
    ]


def _gains(pulled: Pulled, base: ScheduleRun) -> tuple[Relief, ...]:
    """What one lever does to every gigawatt."""
    before, after = bands(base.gigawatts)[1], bands(pulled.run.gigawatts)[1]
    rows = []
    for k, was in enumerate(before):
        now = float(after[k]) if k < len(after) else NEVER
        gained = float("nan") if np.isinf(was) and np.isinf(now) else float(was) - now
        date = _iso(base.axis, now)
        rows.append(Relief(pulled.lever.id, gained, date, pulled.usd_per_gw_month))
    return tuple(rows)


def _note(
    base: ScheduleRun, k: int, reliefs: Sequence[Relief], names: Mapping[str, str]
) -> GigawattNote:
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


def completing_block(base: ScheduleRun, k: int) -> IntArray:
    """Block that completes the gigawatt number k + 1 in each draw, (D,); see `gigawatt_dates`."""
    order = np.argsort(base.in_service, axis=1, kind="stable")
    reached = np.cumsum(np.take_along_axis(base.facility_mw, order, axis=1), axis=1)
    enough: BoolArray = reached / MW_PER_GW >= k + 1 - 1e-9
    first = np.where(enough.any(axis=1), np.argmax(enough, axis=1), enough.shape[1] - 1)
    return np.asarray(np.take_along_axis(order, first[:, None], axis=1)[:, 0])


def _sites(base: ScheduleRun, blocks: IntArray, names: Mapping[str, str]) -> tuple[str, ...]:
    of_block = np.array(base.sites)
    found, count = np.unique(of_block[blocks], return_counts=True)
    order = np.argsort(-count, kind="stable")[:MOST_SITES]
    return tuple(names[str(s)] for s in found[order])


def _iso(axis: MonthAxis, position: float) -> str | None:
    date = axis.date(position)
    return date.isoformat() if date else None


def write_notes(simulated: Simulated, folder: Path) -> None:
    """Write the notes and the schedule's tables of a run that is made already into its folder."""
    settings = simulated.settings
    base = schedule_run(simulated.loaded, settings.draws, settings.seed)
    pulled = pull_all(base, settings.draws, settings.seed)
    notes = gigawatt_notes(base, pulled)
    write_json(folder / FILE_NAME, {"notes": [n.data() for n in notes]})
    rows = lever_rows(base, pulled, likely_gigawatts(base))
    levers = [{k: _finite(v) for k, v in row.items()} for row in plain(rows)]
    write_json(folder / SCHEDULE_FILE, {**schedule_tables(base), "levers": levers})


def _finite(value: object) -> object:
    """JSON has no inf and no nan: "only" for a gigawatt reached with the lever alone, else null."""
    if isinstance(value, float) and not np.isfinite(value):
        return "only" if value > 0.0 else None
    return value
