"""Levers on the dates: what each brings forward, what it costs, and dollars per month gained.

A lever changes the programme everywhere it applies; the schedule is made again on the same draws.
Nobody can pull it in the past: orders, contracts and plant are moved where ground is expected to be
cleared after the as-of date, earlier orders by no more than the time until then. (Moved in the past
they would also change what the progress of a site says of its pace.)

Costs are the direct ones that the catalog can price, in today's dollars; where nothing is known of
a cost it says so. Costs are of pulling the lever, not what earlier income is worth.

    order earlier      carrying cost: power and cooling equipment of the affected sites, so many
                       months sooner at the cost of capital
    on-site plant      the plant's capital cost; it stays as back-up when the grid comes
    contracted power   what the catalog knows no price for: a site with power in hand
    crews, racks       no published price of one more
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np

from gigawatt.program.load import Loaded
from gigawatt.program.model import Phase, Program, RackSupply, SharedLimit
from gigawatt.quantity.arrays import Array
from gigawatt.quantity.units import DAYS_PER_MONTH, KW_PER_MW, MONTHS_PER_YEAR, MW_PER_GW
from gigawatt.study.schedule_run import ScheduleRun, schedule_run
from gigawatt.uncertainty.distributions import Point
from gigawatt.uncertainty.summary import quantiles_with_never

EARLIER_MONTHS = 8.0
QUARTER_MONTHS = 3.0
SHARE_FACTOR = 1.5
WHOLE = 0  # in place of a gigawatt's number: the last building of the programme
LEAST_GW_MONTHS = 0.05
ONE_MORE = 4.0 / 3.0  # a fourth crew beside three


@dataclass(frozen=True, slots=True)
class Lever:
    """Something that would bring dates forward.

    Attributes
    ----------
    id, title : its name, and as a phrase.
    change : program → the programme with the lever pulled.
    applies : whether the lever moves a phase, and its megawatts pay for it, as of a date.
    cost_usd_per_mw : of the affected megawatts; None where no price is known.
    cost_note : what the cost is, or why there is none.
    cost_share : part of that cost which falls on a phase that the lever moves, as of a date.
    """

    id: str
    title: str
    change: Callable[[Loaded], Program]
    applies: Callable[[Phase, dt.date], bool]
    cost_usd_per_mw: Callable[[Loaded], float | None]
    cost_note: str
    cost_share: Callable[[Phase, dt.date], float] = lambda *_: 1.0


@dataclass(frozen=True, slots=True)
class LeverRow:
    """What one lever does to one gigawatt.

    Attributes
    ----------
    lever, title, gigawatt : which; `WHOLE` is the last building of the programme.
    days_p50, days_p80 : earlier at P50 and P80; inf = only reached with the lever, nan = neither.
    gw_months : months gained by all capacity within the horizon, GW x months, mean over draws.
    cost_usd : direct cost, None where not known.
    usd_per_month : cost over the months gained by this gigawatt at P50; None where not defined.
    usd_per_gw_month : cost over `gw_months`; None where not defined.
    cost_note : what the cost is.
    """

    lever: str
    title: str
    gigawatt: int
    days_p50: float
    days_p80: float
    gw_months: float
    cost_usd: float | None
    usd_per_month: float | None
    usd_per_gw_month: float | None
    cost_note: str


@dataclass(frozen=True, slots=True)
class Pulled:
    """The schedule with one lever pulled everywhere.

    Attributes
    ----------
    lever, run : which, and the dates with it.
    gw_months : capacity times time gained within the horizon, mean over draws.
    cost_usd : direct cost, None where not known.
    """

    lever: Lever
    run: ScheduleRun
    gw_months: float
    cost_usd: float | None

    @property
    def usd_per_gw_month(self) -> float | None:
        """Cost over what is gained; None where the cost is not known or nothing is gained."""
        if self.cost_usd is None or self.gw_months <= LEAST_GW_MONTHS:
            return None
        return self.cost_usd / self.gw_months


def pull_all(base: ScheduleRun, draws: int, seed: int) -> list[Pulled]:
    """Schedules with each lever that changes something, on the same draws.

    Parameters
    ----------
    base : schedule without a lever, made with the same `draws` and `seed`.
    """
    out = []
    for lever in LEVERS:
        changed = lever.change(base.loaded)
        if changed != base.loaded.program:
            run = schedule_run(replace(base.loaded, program=changed), draws, seed)
            out.append(Pulled(lever, run, _gw_months(base, run), _cost(lever, base)))
    return out


def lever_rows(
    base: ScheduleRun, pulled: Sequence[Pulled], gigawatts: Sequence[int]
) -> list[LeverRow]:
    """Every lever on each of `gigawatts` (from 1), the largest gain of the first one on top."""
    rows = [_row(p, base, g) for p in pulled for g in gigawatts]
    first = gigawatts[0] if gigawatts else 0
    rank = {r.lever: _sortable(r.days_p50) for r in rows if r.gigawatt == first}
    return sorted(rows, key=lambda r: (-rank.get(r.lever, 0.0), r.lever, r.gigawatt))


def _sortable(days: float) -> float:
    return -1e9 if np.isnan(days) else days


def _row(pulled: Pulled, base: ScheduleRun, gigawatt: int) -> LeverRow:
    lever, cost = pulled.lever, pulled.cost_usd
    before, after = (
        quantiles_with_never(_months(r, gigawatt), (0.5, 0.8)) for r in (base, pulled.run)
    )
    with np.errstate(invalid="ignore"):  # never minus never
        days = (before - after) * DAYS_PER_MONTH
    months = days[0] / DAYS_PER_MONTH
    per_month = None
    if cost is not None and np.isfinite(months) and months > 0.05:
        per_month = cost / float(months)
    return LeverRow(
        lever.id, lever.title, gigawatt, float(days[0]), float(days[1]), pulled.gw_months, cost,
        per_month, pulled.usd_per_gw_month, lever.cost_note,
    )  # fmt: skip


def _months(run: ScheduleRun, gigawatt: int) -> Array:
    """Date of a gigawatt, or of the last building for `WHOLE`, (D,)."""
    if gigawatt != WHOLE:
        return run.gigawatts[:, gigawatt - 1]
    last = run.in_service.max(axis=1)
    return np.where(last < run.axis.count, last, np.inf)


def _gw_months(base: ScheduleRun, run: ScheduleRun) -> float:
    """Capacity times time gained within the horizon, GW x months, mean over draws."""
    end = base.axis.count
    before, after = (
        (np.maximum(end - np.where(np.isfinite(r.in_service), r.in_service, end), 0.0)
         * r.facility_mw).sum(axis=1)
        for r in (base, run)
    )  # fmt: skip
    return float(np.mean(after - before) / MW_PER_GW)


def _cost(lever: Lever, base: ScheduleRun) -> float | None:
    per_mw = lever.cost_usd_per_mw(base.loaded)
    if per_mw is None:
        return None
    as_of = base.loaded.program.as_of
    shares = {
        (s.id, p.id): lever.cost_share(p, as_of)
        if lever.applies(p, as_of) and "in_service" not in p.progress else 0.0
        for s in base.loaded.program.sites for p in s.phases
    }  # fmt: skip
    here = np.array([shares[k] for k in zip(base.sites, base.phases, strict=True)])
    return float(np.median((base.facility_mw * here).sum(axis=1))) * per_mw


# ------------------------------------------------------------------------------------ the levers


def _phases(program: Program, change: Callable[[Phase], Phase]) -> Program:
    sites = tuple(replace(s, phases=tuple(map(change, s.phases))) for s in program.sites)
    return replace(program, sites=sites)


def _supplies(loaded: Loaded, change: Callable[[RackSupply], RackSupply]) -> Program:
    return replace(loaded.program, supplies=tuple(map(change, loaded.program.supplies)))


def _ahead_months(phase: Phase, as_of: dt.date) -> float:
    """Months until ground is expected to be cleared; at most 0 where it is, inf without a date."""
    if {"cleared", "roof", "fitted", "power", "in_service"} & set(phase.progress):
        return 0.0
    if phase.cleared is None:
        return np.inf
    slip = phase.cleared_spread_months.central
    return (phase.cleared - as_of).days / DAYS_PER_MONTH + slip


def _ahead(phase: Phase, as_of: dt.date) -> bool:
    """Whether orders are still to be placed when a lever is pulled."""
    return _ahead_months(phase, as_of) > 0.0


def _orders_late(phase: Phase, as_of: dt.date) -> bool:
    late = not phase.framework_orders and phase.preorder_months is None
    return late and _ahead(phase, as_of)


def _uncontracted(phase: Phase, as_of: dt.date) -> bool:
    return not phase.power_contracted and _ahead(phase, as_of)


def _on_grid(phase: Phase, as_of: dt.date) -> bool:
    """Plant is ordered ahead of clearing, or now where no contract with a utility is in hand."""
    open_ = not {"power", "in_service"} & set(phase.progress)
    may = _ahead(phase, as_of) or not phase.power_contracted
    return open_ and phase.route == "grid" and may


def _earlier_months(phase: Phase, as_of: dt.date) -> float:
    """Months by which orders can still move: no further back than `as_of`."""
    return min(EARLIER_MONTHS, _ahead_months(phase, as_of))


def _earlier(loaded: Loaded) -> Program:
    as_of = loaded.program.as_of

    def change(phase: Phase) -> Phase:
        if not _orders_late(phase, as_of):
            return phase
        return replace(phase, preorder_months=Point(_earlier_months(phase, as_of)))

    return _phases(loaded.program, change)


def _contracted(loaded: Loaded) -> Program:
    as_of = loaded.program.as_of
    return _phases(
        loaded.program,
        lambda p: replace(p, power_contracted=True) if _uncontracted(p, as_of) else p,
    )


def _onsite(loaded: Loaded) -> Program:
    as_of, technology = loaded.program.as_of, quickest_technology(loaded)
    return _phases(
        loaded.program,
        lambda p: replace(p, route="onsite", onsite_technology=technology)
        if _on_grid(p, as_of) else p,
    )  # fmt: skip


def _crew(loaded: Loaded) -> Program:
    def more(limit: SharedLimit) -> SharedLimit:
        crews = limit.resource == "crews"
        return replace(limit, mw_per_year=limit.mw_per_year.scaled(ONE_MORE)) if crews else limit

    return replace(loaded.program, limits=tuple(map(more, loaded.program.limits)))


def _sooner(supply: RackSupply) -> RackSupply:
    days = round(QUARTER_MONTHS * DAYS_PER_MONTH)
    return replace(supply, first_racks=supply.first_racks - dt.timedelta(days=days))


def quickest_technology(loaded: Loaded) -> str:
    """On-site technology of the catalog with the shortest lead time."""
    table = loaded.catalog.records["technologies"]
    known = [t for t, record in table.items() if "lead_time_months" in record.facts]
    return min(known, key=lambda t: table[t].value("lead_time_months"))


def _carrying_usd_per_mw(loaded: Loaded) -> float:
    """Interest on power and cooling equipment that is paid `EARLIER_MONTHS` sooner."""
    a = loaded.catalog.record("assumptions", "money")
    equipment = a.value("power_cooling_usd_per_gw") / MW_PER_GW
    rate = loaded.catalog.fact("assumptions/levers/capital_cost_share").value
    return equipment * rate * EARLIER_MONTHS / MONTHS_PER_YEAR


def _plant_usd_per_mw(loaded: Loaded) -> float:
    technology = loaded.catalog.record("technologies", quickest_technology(loaded))
    return technology.value("capex_usd_per_kw") * KW_PER_MW


LEVERS: tuple[Lever, ...] = (
    Lever(
        "order-earlier", "transformers and switchgear up to 8 months earlier", _earlier,
        _orders_late, _carrying_usd_per_mw, "interest on equipment that is paid sooner",
        lambda phase, as_of: _earlier_months(phase, as_of) / EARLIER_MONTHS,
    ),
    Lever(
        "contracted", "power contracted by clearing where that lies ahead", _contracted,
        _uncontracted, lambda _: None, "no published price of power in hand",
    ),
    Lever(
        "onsite", "on-site plant in place of the grid", _onsite, _on_grid, _plant_usd_per_mw,
        "capital cost of the plant; it stays as back-up when the grid comes; fuel not counted",
    ),
    Lever(
        "crew", "one crew in three more", _crew, lambda *_: True, lambda _: None,
        "no published price of crews",
    ),
    Lever(
        "rack-share", "half as large a share of the racks again",
        lambda x: _supplies(
            x, lambda s: replace(s, programme_share=s.programme_share.scaled(SHARE_FACTOR))
        ),
        lambda *_: True, lambda _: None, "no published price of a place in the queue",
    ),
    Lever(
        "platform", "the platform one quarter earlier", lambda x: _supplies(x, _sooner),
        lambda *_: True, lambda _: None, "not for sale",
    ),
)  # fmt: skip
