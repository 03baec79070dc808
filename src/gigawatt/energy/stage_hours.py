"""What the hours of a stage tell, folded so that it can be kept with the plan.

Weeks, duration curves and carbon are for pictures; the rest are the accounts of a year at one load
(`site_accounts`) and what the grid sees. The area's peak hours are the months and the hour of the
table "areas": its load by the hour is not known.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from gigawatt.energy.dispatch.problem import YearProblem
from gigawatt.energy.dispatch.solution import Dispatch
from gigawatt.energy.grid_view import longest_run
from gigawatt.energy.site_accounts import (
    Grid,
    SiteYear,
    Source,
    carbon,
    covered_mwh,
    indicators,
    own_clean_mwh,
)
from gigawatt.quantity.arrays import Array, IntArray
from gigawatt.quantity.units import KG_PER_T

DAYS = (31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)
DAY_H, WEEK_H, YEAR_MONTHS = 24, 168, 12
WEEK_STARTS = (14 * DAY_H, 195 * DAY_H)  # middle of January and of July
SHARES = np.linspace(0.0, 1.0, 101)
AT_CONTRACT = 0.999  # of it: the contract binds
LEAST_MW = 0.05
BATTERY, LOAD = "battery", "load"


@dataclass(frozen=True, slots=True)
class Area:
    """Balancing area of a site.

    Attributes
    ----------
    carbon_free_share : of its generation.
    peak_first_month, peak_last_month : 1 to 12, in which its peaks fall; may pass the year's end.
    peak_hour : local standard time, from 0.
    """

    carbon_free_share: float = 0.0
    peak_first_month: int = 6
    peak_last_month: int = 9
    peak_hour: int = 16


NO_AREA = Area()


@dataclass(frozen=True, slots=True)
class Contract:
    """Clean power from elsewhere that the site's load is matched with.

    Attributes
    ----------
    name : of the contract.
    energy_mwh : (H,) what it gives by the hour.
    renewable : counts for REF.
    by_hour : False = certificates, which match the year alone.
    """

    name: str
    energy_mwh: Array
    renewable: bool
    by_hour: bool


@dataclass(frozen=True, slots=True)
class StageHours:
    """Hours of one stage, folded; rows of series: the K offers, the battery, the load.

    Attributes
    ----------
    weeks_mw : (2, K + 2, 168) in January and July.
    durations_mw : (K + 2, 101) reached or passed in a share of the hours, `SHARES`.
    carbon_kg_per_mwh : (12, 24) over the load, by month and hour of the day.
    figures : (len(FIGURES),) see `FIGURES`.
    months : (len(MONTHLY), 12) MWh, see `MONTHLY`.
    """

    weeks_mw: Array
    durations_mw: Array
    carbon_kg_per_mwh: Array
    figures: Array
    months: Array

    def figure(self, name: str) -> float:
        """One of `FIGURES`."""
        return float(self.figures[FIGURES.index(name)])


FIGURES = (
    "coincident_mw",  # mean import in the peak hours of the area
    "contract_hours",  # hours with import at the contract
    "waiting_hours", "waiting_mwh", "waiting_longest_h",  # compute waits, or load is shed
    "scope1_t", "scope2_location_t", "scope2_market_t", "scope2_market_hourly_t",
    "matched_annual_share", "matched_hourly_share", "cfe_share", "ref",
)  # fmt: skip
MONTHLY = (
    "own_clean",  # used by the load in its hour, through the battery too
    "covered",  # import that contracts cover within its hour
    "hourly_contracts",  # what contracts give that have hours
)


def fold_stage(
    problem: YearProblem,
    dispatch: Dispatch,
    contract_mw: float,
    area: Area,
    *,
    grid: str,
    unserved: Sequence[str],
    contracts: Sequence[Contract] = (),
) -> StageHours:
    """Fold the hours of a stage.

    Parameters
    ----------
    problem, dispatch : of the stage, by the hour.
    contract_mw : contracted from the grid.
    area : of the grid.
    grid, unserved : names of the offers that are import, and load that is not served.
    contracts : for clean power.
    """
    served = dispatch.served_mw
    battery = (dispatch.discharge_mw - dispatch.charge_mw).sum(axis=1)
    series = np.vstack([served.T, battery, problem.load_mw])
    co2 = (problem.co2_t_per_mwh * served).sum(axis=1) * KG_PER_T
    weeks = [series[:, start : start + WEEK_H] for start in WEEK_STARTS]
    durations = np.quantile(series, 1.0 - SHARES, axis=1).T
    by_hour = _month_hour(co2) / np.maximum(_month_hour(problem.load_mw), 1e-9)
    imported = served[:, problem.offer_number(grid)]
    lost = sum(served[:, problem.offer_number(name)] for name in unserved)
    waits = np.asarray(lost) > LEAST_MW
    year = site_year(problem, dispatch, area, grid=grid, unserved=unserved, contracts=contracts)
    c = carbon(year)
    told = {
        "coincident_mw": float(imported[peak_hours(area, problem.load_mw)].mean()),
        "contract_hours": float(
            (imported >= AT_CONTRACT * contract_mw).sum() if contract_mw > 0.0 else 0
        ),
        "waiting_hours": float(waits.sum()), "waiting_mwh": float(np.sum(lost)),
        "waiting_longest_h": float(longest_run(waits)),
        "scope1_t": c.scope1_t, "scope2_location_t": c.scope2_location_t,
        "scope2_market_t": c.scope2_market_annual_t,
        "scope2_market_hourly_t": c.scope2_market_hourly_t,
        "matched_annual_share": c.matched_annual_share,
        "matched_hourly_share": c.matched_hourly_share, "cfe_share": c.cfe_share,
        "ref": indicators(year).ref,
    }  # fmt: skip
    return StageHours(
        np.array(weeks), durations, by_hour, np.array([told[n] for n in FIGURES]),
        _months(year, contracts),
    )  # fmt: skip


def _months(year: SiteYear, contracts: Sequence[Contract]) -> Array:
    """What matching counts by month, (len(MONTHLY), 12)."""
    zero = np.zeros_like(year.facility_mwh)
    hourly = {
        "own_clean": np.minimum(own_clean_mwh(year), year.facility_mwh),
        "covered": covered_mwh(year),
        "hourly_contracts": sum((c.energy_mwh for c in contracts if c.by_hour), zero),
    }
    return np.array([_month_hour(hourly[name]).sum(axis=1) for name in MONTHLY])


def site_year(
    problem: YearProblem,
    dispatch: Dispatch,
    area: Area,
    *,
    grid: str,
    unserved: Sequence[str],
    contracts: Sequence[Contract] = (),
) -> SiteYear:
    """A stage's year as the accounts take it: load that is served, sources by the hour.

    What is curtailed does not count. A battery takes clean power first; what it gives counts as
    clean by the share that it took so, in the hours in which it gives.
    """
    served = dispatch.served_mw
    lost = sum(served[:, problem.offer_number(name)] for name in unserved)
    load = problem.load_mw - np.asarray(lost)
    clean = np.zeros_like(load)
    sources: dict[str, Source] = {}
    for k, o in enumerate(problem.offers):
        if o.name == grid or o.name in unserved:
            continue
        rate = float(o.co2_t_per_mwh.mean()) * KG_PER_T
        free = rate == 0.0
        clean += served[:, k] * free
        sources[o.name] = Source(served[:, k], on_site=True, renewable=free, carbon_free=free,
                                 co2_kg_per_mwh=rate)  # fmt: skip
    imported = served[:, problem.offer_number(grid)]
    share = area.carbon_free_share
    if dispatch.charge_mw.size:
        sources = _through_storage(sources, dispatch, clean, load)
    for c in contracts:
        sources[c.name] = Source(c.energy_mwh, on_site=False, renewable=c.renewable,
                                 carbon_free=True, by_hour=c.by_hour)  # fmt: skip
    intensity = problem.offers[problem.offer_number(grid)].co2_t_per_mwh * KG_PER_T
    return SiteYear(
        it_mwh=load, facility_mwh=load, water_m3=np.zeros_like(load), reused_heat_mwh=0.0,
        grid=Grid(imported, intensity, intensity, np.full_like(load, share), np.zeros_like(load)),
        sources=sources,
    )  # fmt: skip


def _through_storage(
    sources: dict[str, Source], dispatch: Dispatch, clean: Array, load: Array
) -> dict[str, Source]:
    """Move what the battery takes from the clean sources to the hours in which it gives."""
    charge, discharge = dispatch.charge_mw.sum(axis=1), dispatch.discharge_mw.sum(axis=1)
    taken = np.minimum(charge, clean)  # what is stored is clean where there is clean power
    whole = float(charge.sum())
    part = float(taken.sum()) / whole if whole > 0.0 else 0.0
    out: dict[str, Source] = {}
    for name, s in sources.items():
        if not s.carbon_free:
            out[name] = s
            continue
        direct = s.energy_mwh * (1.0 - np.divide(taken, clean, out=np.zeros_like(clean),
                                                 where=clean > 0.0))  # fmt: skip
        out[name] = Source(direct, on_site=True, renewable=True, carbon_free=True)
    out[BATTERY] = Source(np.minimum(discharge * part, load), on_site=True, renewable=True,
                          carbon_free=True)  # fmt: skip
    return out


def peak_hours(area: Area, load_mw: Array) -> IntArray:
    """Hours of a year without 29 February in which the area peaks: one a month of its season.

    The site's weather stands for the area's: the day is that of the site's largest load at the peak
    hour (heat drives both), and where the season is winter that of its least (cold does).
    """
    month = np.repeat(np.arange(1, YEAR_MONTHS + 1), np.array(DAYS))
    first, last = area.peak_first_month, area.peak_last_month
    winter = first > last
    hours = np.arange(len(month)) * DAY_H + area.peak_hour
    at = load_mw[hours] * (-1.0 if winter else 1.0)
    out = []
    for m in range(1, YEAR_MONTHS + 1):
        if (m >= first or m <= last) if winter else (first <= m <= last):
            days = np.flatnonzero(month == m)
            out.append(int(hours[days[np.argmax(at[days])]]))
    return np.array(out, dtype=np.int64)


def _month_hour(values: Array) -> Array:
    """Sums by month of the year and hour of the day, (12, 24)."""
    edges = np.concatenate([[0], np.cumsum(DAYS)[:-1]])
    return np.asarray(np.add.reduceat(values.reshape(-1, DAY_H), edges, axis=0))
