"""Named results: the numbers that a reader quotes, each with unit, range and definition."""

from __future__ import annotations

import datetime as dt
from typing import Any

import numpy as np

from gigawatt.quantity.arrays import Array, BoolArray
from gigawatt.quantity.calendar import MonthAxis
from gigawatt.quantity.units import MWH_PER_TWH
from gigawatt.schedule.result import Binding
from gigawatt.study.frame import Frame
from gigawatt.study.tables.token_tables import yearly_ratio
from gigawatt.uncertainty.summary import bands

END_OF_2026 = dt.date(2027, 1, 1)


def answers(frame: Frame) -> list[dict[str, Any]]:
    """All named results, in the order in which a reader asks."""
    return [*_dates(frame), *_one_gigawatt(frame), *_programme(frame)]


def _dates(frame: Frame) -> list[dict[str, Any]]:
    d = frame.kept.draws
    return [
        _gigawatt(frame, 1),
        _probability(
            "probability_first_gw_by_2026_12_31",
            "Odds of a whole gigawatt in service by the end of 2026",
            d["gw_dates"][:, 0] < frame.axis.position(END_OF_2026),
            "Share of draws in which 1,000 MW of facility power are in service (racks accepted, "
            "power firm) before 1 January 2027.",
        ),
        _gigawatt(frame, 10),
        _binding(frame),
        _year_end_gw(frame),
    ]


def _one_gigawatt(frame: Frame) -> list[dict[str, Any]]:
    d = frame.kept.draws
    return [
        _number(
            "packages_per_gw", "Accelerator packages per gigawatt", "packages/GW",
            d["packages_per_gw"],
            "Packages of all blocks over their facility power; a package is one module "
            "(two dies in Vera Rubin, four in Rubin Ultra).",
        ),
        *(
            _number(
                f"packages_per_gw_{system}", f"Packages per gigawatt of {system}", "packages/GW",
                d[f"packages_per_gw/{system}"],
                f"The same for the blocks with {system} alone.",
            )
            for system in frame.blocks.systems
        ),
        _number(
            "racks_per_week_peak", "Racks a week at the peak", "racks/week",
            d["racks_per_week_peak"],
            "Largest number of racks that reach the docks per week, averaged over three months.",
        ),
        _number(
            "capex_usd_per_gw", "Capital cost per gigawatt", "USD/GW", capex_usd_per_gw(frame),
            "Dollars of the as-of date per facility GW, with IT: systems, network, storage and CPU "
            "nodes, shell, power and cooling, soft costs; weighted by megawatts. On-site power "
            "plants and interest during construction are not in it.",
        ),
        _work(
            frame, ("serve",), "tokens_per_day_per_gw", "Output tokens a day of one gigawatt",
            "tokens/day",
            "Output tokens a day if all packages of one facility GW of the main system served the "
            "serving workloads, in the month in which the first GW (or all of a smaller "
            "programme) is in service (the last month where it never is); failures and head-room "
            "taken off. The conditions (model, "
            "precision, lengths, speed per user) stand in the table of rates.",
        ),
        _work(
            frame, ("train", "research"), "training_flop_100_days_per_gw",
            "Training compute of one gigawatt in 100 days", "FLOP",
            "Model FLOP if all packages of one facility GW of the main system trained for 100 "
            "days, in the same month, at the rates of the training and research workloads; "
            "failures and restarts taken off, recomputation not counted.",
        ),
    ]  # fmt: skip


def _programme(frame: Frame) -> list[dict[str, Any]]:
    return [
        _by_year(
            frame, "tranche_released_usd", "Milestone equity released", "USD",
            frame.kept.draws["tranche_released_usd"],
            "Equity paid under milestone instruments in the year, the month after the programme's "
            "in-service facility power reaches each step.",
        ),
        _yearly(
            frame, "energy_twh_per_year", "Electricity", "TWh", "energy_twh",
            "Energy at the sites' meters in the calendar year.",
        ),
        _yearly(
            frame, "co2_mt_per_year", "Operational carbon", "Mt CO2", "co2_mt",
            "CO2 of grid power at average intensity and of on-site plants at the stack.",
        ),
        _number(
            "funding_gap_peak_usd", "Peak funding gap", "USD",
            frame.kept.draws["gap_usd"].max(axis=1),
            "Largest sum outstanding at the bridge: capital spent that no named instrument of the "
            "programme covers.",
        ),
        _load_factor(frame),
        *_tokens(frame),
        _yearly(
            frame, "share_of_world_stock", "Share of the world's AI compute", "share",
            "share_of_world_stock",
            "Programme's stock over the world's with it, in H100 equivalents, at year end.",
        ),
    ]  # fmt: skip


def _tokens(frame: Frame) -> list[dict[str, Any]]:
    """Price and cost of tokens, and what a gigawatt-year earns on both bases."""
    return [
        _ratio(
            frame, "token_price_by_year", "Price of a million tokens", "USD/million tokens",
            "Prompts and answers together: what the market earns on a gigawatt-year over the "
            "tokens that a gigawatt-year of its own fleet sells, by the same serving model; it "
            "falls as that fleet gets better. Conditions (model, lengths, speed per user) are "
            "those of the serving workloads.",
        ),
        _ratio(
            frame, "token_cost_by_year", "Cost of a million tokens", "USD/million tokens",
            "Whole cost of the programme's serving capacity over the tokens sold, prompts and "
            "answers together: systems and site as annuities, upkeep, energy; idle time and "
            "failures included.",
        ),
        _ratio(
            frame, "token_revenue_per_gw_year", "Revenue of a gigawatt-year by tokens",
            "USD/GW-year",
            "Tokens sold x price over facility GW in service, training capacity included, which "
            "sells nothing. The ledger books it unless the programme's revenue_basis is gw_year.",
        ),
        _ratio(
            frame, "capacity_revenue_per_gw_year", "Revenue of a gigawatt-year by capacity",
            "USD/GW-year",
            "The anchor, 8 to 13 bn USD a GW-year as one company earned from 2023 to 2025, times "
            "use over the use at which it was earned. The ledger books it where the programme's "
            "revenue_basis is gw_year.",
        ),
    ]  # fmt: skip


def _ratio(frame: Frame, name: str, title: str, unit: str, definition: str) -> dict[str, Any]:
    found = yearly_ratio(frame, name)
    return {
        **_answer(name, title, "by_year", unit, definition),
        "by_year": {year: _stats(v[np.isfinite(v)]) for year, v in found.items()},
    }


def _answer(name: str, title: str, kind: str, unit: str, definition: str) -> dict[str, Any]:
    return {"name": name, "title": title, "kind": kind, "unit": unit, "definition": definition}


def _gigawatt(frame: Frame, number: int) -> dict[str, Any]:
    word = {1: "first", 10: "tenth"}[number]
    dates = frame.kept.draws["gw_dates"][:, number - 1]
    inside = dates < frame.axis.count
    enough = frame.kept.draws["programme_gw"] >= number - 1e-9
    shown = [_iso(frame.axis, v) for v in bands(np.where(inside, dates, np.inf))]
    if inside.any():
        status = "reached"
    else:
        status = "not within horizon" if enough.any() else "not in programme"
    return {
        **_answer(
            f"{word}_gw_in_service_date",
            f"{word.capitalize()} gigawatt in service",
            "date",
            "date",
            f"Day on which {number:,} GW of the programme's facility power are in service: racks "
            "accepted and power firm. Percentiles count draws that never get there as later than "
            "any date.",
        ),
        **dict(zip(("p10", "p50", "p90"), shown, strict=True)),
        "status": status,
        "probability": float(inside.mean()),
        "probability_not_in_programme": float((~enough).mean()),
        "probability_not_within_horizon": float((enough & ~inside).mean()),
    }


def _work(
    frame: Frame, kinds: tuple[str, ...], name: str, title: str, unit: str, definition: str
) -> dict[str, Any]:
    """Work per gigawatt; no number where the programme has no workload of these kinds."""
    if not any(w.kind in kinds for w in frame.program.workloads):
        nothing = dict.fromkeys(("p10", "p50", "p90", "mean"))
        status = "no such workload in the programme"
        return {**_answer(name, title, "number", unit, definition), **nothing, "status": status}
    return _number(name, title, unit, frame.kept.draws[name], definition)


def _number(name: str, title: str, unit: str, values: Array, definition: str) -> dict[str, Any]:
    known = values[np.isfinite(values)]
    return {
        **_answer(name, title, "number", unit, definition),
        **_band(values),
        "mean": float(known.mean()) if known.size else None,
    }


def _probability(name: str, title: str, hit: BoolArray, definition: str) -> dict[str, Any]:
    """One number, so all percentiles are it; how well the draws know it stands beside."""
    p = float(np.mean(hit))
    return {
        **_answer(name, title, "number", "share", definition),
        "p10": p, "p50": p, "p90": p, "mean": p,
        "standard_error": float(np.sqrt(p * (1.0 - p) / len(hit))),
        "draws": len(hit),
    }  # fmt: skip


def _by_year(
    frame: Frame, name: str, title: str, unit: str, monthly: Array, definition: str
) -> dict[str, Any]:
    years = frame.axis.years()
    out = {str(y): _stats(monthly[:, years == y].sum(axis=1)) for y in np.unique(years)}
    return {**_answer(name, title, "by_year", unit, definition), "by_year": out}


def _yearly(
    frame: Frame, name: str, title: str, unit: str, metric: str, definition: str
) -> dict[str, Any]:
    values = frame.kept.draws[f"impact/{metric}"]
    years = np.unique(frame.axis.years())
    out = {str(y): _stats(values[:, k]) for k, y in enumerate(years)}
    return {**_answer(name, title, "by_year", unit, definition), "by_year": out}


def _year_end_gw(frame: Frame) -> dict[str, Any]:
    total = frame.kept.draws["facility_mw_end"].sum(axis=1) / 1e3
    years = frame.axis.years()
    last = {str(y): int(np.flatnonzero(years == y)[-1]) for y in np.unique(years)}
    return {
        **_answer(
            "facility_gw_in_service_by_year_end",
            "Facility power in service at year end",
            "by_year",
            "GW",
            "Facility power of all blocks that are in service on 31 December.",
        ),
        "by_year": {y: _stats(total[:, m]) for y, m in last.items()},
    }


def load_factor(frame: Frame) -> dict[str, Array]:
    """Energy over that of the facility power in service at full load, by year, (D,) each.

    nan in draws without capacity in the year; years in which most draws have none are left out.
    """
    hours, years = frame.axis.hours(), frame.axis.years()
    end = frame.kept.draws["facility_mw_end"].sum(axis=1)
    middle = 0.5 * (end + np.pad(end, ((0, 0), (1, 0)))[:, :-1])
    out = {}
    for k, year in enumerate(np.unique(years)):
        possible = (middle * hours)[:, years == year].sum(axis=1)
        used = frame.kept.draws["impact/energy_twh"][:, k] * MWH_PER_TWH
        some = possible > 0.0
        if some.mean() >= 0.5:
            out[str(year)] = np.where(some, used / np.where(some, possible, 1.0), np.nan)
    return out


def _load_factor(frame: Frame) -> dict[str, Any]:
    return {
        **_answer(
            "load_factor_by_year",
            "Load factor",
            "by_year",
            "share",
            "Energy at the meters over that of the facility power in service at full load; below "
            "1 by head-room of serving, idle time, phases of the work, and a mean PUE below the "
            "design value. Draws with capacity in service only.",
        ),
        "by_year": {y: _stats(v[np.isfinite(v)]) for y, v in load_factor(frame).items()},
    }


def binding_weights(frame: Frame) -> dict[str, tuple[float, dict[str, float]]]:
    """Megawatts by year in service (mean over draws), and each constraint's share of them."""
    when, cause = frame.kept.draws["in_service"], frame.kept.draws["binding"].astype(int)
    weight = frame.kept.draws["block_facility_mw"]
    years = frame.axis.years()
    inside = when < frame.axis.count
    month = np.clip(np.where(inside, when, 0.0), 0, frame.axis.count - 1).astype(int)
    year = np.where(inside, years[month], 0)
    out: dict[str, tuple[float, dict[str, float]]] = {}
    for y in (*np.unique(years), 0):
        here = year == y
        total = float(weight[here].sum())
        if total > 0:
            sums = np.bincount(cause[here], weights=weight[here], minlength=len(Binding))
            label = "not within horizon" if y == 0 else str(y)
            shares = {b.name.lower(): float(sums[b] / total) for b in Binding if sums[b] > 0}
            out[label] = (total / frame.count, shares)
    return out


def binding_shares(frame: Frame) -> dict[str, dict[str, float]]:
    """Share of the megawatts that each constraint was last to release, by year in service."""
    return {year: shares for year, (_, shares) in binding_weights(frame).items()}


def _binding(frame: Frame) -> dict[str, Any]:
    return {
        **_answer(
            "binding_constraint_share",
            "What binds",
            "shares_by_year",
            "share",
            "Share of the megawatts that come into service in a year, over all draws, for which "
            "this was the last thing to be ready.",
        ),
        "by_year": binding_shares(frame),
    }


def capex_usd_per_gw(frame: Frame) -> Array:
    """Capital cost per facility GW over all systems, weighted by their megawatts, (D,) USD."""
    power = frame.kept.draws["block_facility_mw"]
    total = frame.kept.draws["capex_total_usd_per_gw"]
    weights = np.stack(
        [power[:, frame.blocks.system == g].sum(axis=1) for g in range(total.shape[1])], axis=1
    )
    return np.asarray((total * weights).sum(axis=1) / weights.sum(axis=1))


def _stats(values: Array) -> dict[str, float | None]:
    return {**_band(values), "mean": float(values.mean())}


def _band(values: Array) -> dict[str, float | None]:
    return {
        name: float(v) if np.isfinite(v) else None
        for name, v in zip(("p10", "p50", "p90"), bands(values), strict=True)
    }


def _iso(axis: MonthAxis, position: float) -> str | None:
    date = axis.date(float(position))
    return date.isoformat() if date else None
