"""Questions 1 to 6: when, what binds, what speeds it up, and how many racks."""

from __future__ import annotations

import numpy as np

from gigawatt.quantity.units import DAYS_PER_YEAR
from gigawatt.study.questions.part import Part, number_part, text_part
from gigawatt.study.questions.result import Found, Need
from gigawatt.study.questions.rundata import RunData
from gigawatt.study.questions.worth import route_value

RACKS_2026 = "supply/packaging/rubin_racks_2026_count"
WEEKS_PER_YEAR = DAYS_PER_YEAR / 7.0
EARLY, ON_SITE = "order-earlier", "onsite"  # levers of `study.reasons.levers`
VERA_RUBIN = "vr200-nvl72"


def first_gigawatt(run: RunData) -> Found:
    """1: odds and date of the first gigawatt, and what binds in the year it comes."""
    date = run.part("first_gw_in_service_date")
    parts = [run.part("probability_first_gw_by_2026_12_31"), date]
    if isinstance(date.p50, str):
        parts.append(_binding_of(run, date.p50[:4]))
    systems = sorted(set(run.table("schedule")["system"]))
    parts.append(
        text_part(
            "systems_of_the_programme", "Which systems these gigawatts are",
            ", ".join(systems), "Systems of all blocks; the dates count all of them together.",
            "table schedule: system",
        )
    )  # fmt: skip
    return Found(tuple(parts))


def _binding_of(run: RunData, year: str) -> Part:
    shares = run.answer("binding_constraint_share")["by_year"].get(year, {})
    rows = tuple(sorted(shares.items(), key=lambda item: -item[1]))
    return Part(
        f"binding_constraint_share_{year}", f"What binds in {year}", "table", "share",
        "Share of the megawatts that come into service in the year of the median first gigawatt, "
        "over all draws, for which this was the last thing to be ready.",
        "answers.json: binding_constraint_share",
        columns=(("what", ""), ("share", "share")), rows=rows,
    )  # fmt: skip


def tenth_gigawatt(run: RunData) -> Found:
    """2: date of the tenth gigawatt and capacity by year end, in this run's programme."""
    this = run.manifest["program"]["title"]
    other = text_part(
        "programme_of_this_run", "Which of the two plans this is",
        f"This run is of {this!r}. Ask the same of a run of the other plan.",
        "A run holds one programme; each plan has its own dates.", "manifest.json: program",
    )  # fmt: skip
    return Found(
        (
            run.part("tenth_gw_in_service_date"),
            run.part("facility_gw_in_service_by_year_end"),
            other,
        )
    )


def binding(run: RunData) -> Found:
    """3: the three constraints that bind most, by year; the rest as one."""
    rows: list[tuple[str, str, float]] = []
    for year, shares in run.answer("binding_constraint_share")["by_year"].items():
        ranked = sorted(shares.items(), key=lambda item: -item[1])
        rows += [(year, cause, share) for cause, share in ranked[:3]]
        if rest := sum(share for _, share in ranked[3:]):
            rows.append((year, "all others", rest))
    table = Part(
        "binding_constraints_by_year", "What binds, by year", "table", "share",
        "Share of the megawatts that come into service in a year, over all draws, for which this "
        "was the last thing to be ready: the three largest of each year, the others summed; each "
        "year sums to 1.",
        "answers.json: binding_constraint_share",
        columns=(("year", ""), ("what", ""), ("share", "share")), rows=tuple(rows),
    )  # fmt: skip
    return Found((table,))


def ordering_early(run: RunData) -> Found:
    """4: days gained by ordering equipment 8 months earlier, and what that costs."""
    table = _lever(
        run, EARLY, "gained_by_early_orders",
        "What ordering transformers and switchgear earlier gains",
        "Transformers and switchgear ordered up to 8 months earlier at every phase without "
        "framework orders that is still to be cleared, on the same draws: days by which a gigawatt "
        "(0 = the last building) comes earlier at P50 and P80, capacity times time gained over the "
        "calendar, and the interest on equipment that is paid sooner.",
    )  # fmt: skip
    return Found((table,)) if table else _no_levers()


def power_route(run: RunData) -> Found:
    """5: grid or on-site power: days gained and their cost, price and carbon of both routes."""
    table = _lever(
        run, ON_SITE, "gained_by_on_site_power", "What on-site plant in place of the grid gains",
        "On-site plant at every phase on the grid that is still to be cleared or has no contract, "
        "on the same draws: days by which a gigawatt (0 = the last building) comes earlier at P50 "
        "and P80, capacity times time gained over the calendar, and the capital cost of the plant, "
        "which stays as back-up; without fuel.",
    )  # fmt: skip
    return Found(tuple(p for p in (_one_site(run), table, route_value(run)) if p))


def _no_levers() -> Found:
    return Found(needs=(Need("levers; run it again"),))


def _lever(run: RunData, lever: str, name: str, title: str, definition: str) -> Part | None:
    """What one lever of the run gains; None where the run has none."""
    rows = [r for r in run.schedule.get("levers", ()) if r["lever"] == lever]
    if not rows:
        return None
    return Part(
        name, title, "table", "", definition, "schedule.json: levers",
        columns=(("gigawatt", ""), ("days earlier, P50", "days"), ("days earlier, P80", "days"),
                 ("gained", "GW-months"), ("cost", "USD"), ("cost a GW-month", "USD")),
        rows=tuple(
            (str(r["gigawatt"]), r["days_p50"], r["days_p80"], r["gw_months"], r["cost_usd"],
             r["usd_per_gw_month"])
            for r in rows
        ),
    )  # fmt: skip


def _one_site(run: RunData) -> Part:
    """The largest site on either route."""
    rows = run.table("supply_routes")
    return Part(
        "grid_or_onsite", "All of the largest site on the grid, or on site", "table", "",
        "The run's largest site with all its phases on one route, on the same draws of the "
        "schedule: median days on which its first and last stage have power, then cost and "
        "operational CO2 of the last stage's least-cost supply at full load, central values, "
        "dollars of the price year. Sun, wind, a battery and rented turbines may join either.",
        "table supply_routes",
        columns=(("site", ""), ("route", ""), ("on-site technology", ""), ("first power", "date"),
                 ("last power", "date"), ("cost", "USD/MWh"), ("CO2", "t/MWh")),
        rows=tuple(
            (r["site"], r["route"], r["technology"], r["first_power"], r["last_power"],
             r["usd_per_mwh"], r["co2_t_per_mwh"])
            for r in rows.iter_rows(named=True)
        ),
    )  # fmt: skip


def racks(run: RunData) -> Found:
    """6: racks by phase, racks a week, and the share of the world's supply."""
    parts = [_racks_by_phase(run), run.part("racks_per_week_peak")]
    if VERA_RUBIN in set(run.table("schedule")["system"]):
        parts.append(_share_of_supply(run))
    return Found(tuple(parts))


def _racks_by_phase(run: RunData) -> Part:
    blocks, draws = run.table("schedule"), run.table("draws")
    megawatts: dict[tuple[str, str, str], float] = {}
    for row in blocks.iter_rows(named=True):
        key = (row["site_name"], row["phase"], row["system"])
        megawatts[key] = megawatts.get(key, 0.0) + row["facility_mw"]
    rows = []
    for (site, phase, system), mw in megawatts.items():
        own = f"result:racks_per_gw/{system}"
        per_gw = draws[own if own in draws.columns else "result:racks_per_gw"].to_numpy()
        low, middle, high = (float(v) for v in np.percentile(mw / 1e3 * per_gw, (10, 50, 90)))
        rows.append((site, phase, system, mw, low, middle, high))
    return Part(
        "racks_by_phase", "Racks of each phase", "table", "racks",
        "Median facility power of the phase (the programme's share of it) times the racks per "
        "facility GW of its system.",
        "tables schedule and draws",
        columns=(
            ("site", ""), ("phase", ""), ("system", ""), ("power", "MW"),
            ("p10", "racks"), ("p50", "racks"), ("p90", "racks"),
        ),
        rows=tuple(rows),
    )  # fmt: skip


def _share_of_supply(run: RunData) -> Part:
    peak = run.answer("racks_per_week_peak")
    fact = run.catalog.fact(RACKS_2026)
    world = run.streams.sample(fact.path, fact.distribution) / WEEKS_PER_YEAR
    share = run.drawn("racks_per_week_peak", (peak["p10"], peak["p50"], peak["p90"])) / world
    return number_part(
        "share_of_rubin_supply", "Peak over the world's Rubin racks of 2026", "share", share,
        "Racks a week at the programme's peak over the racks a week of Rubin that analysts "
        "expected for 2026; above 1 the programme asks for more than that year's whole output. "
        "Supply grows later, so the share at the programme's own peak is smaller.",
        f"answers.json: racks_per_week_peak; {RACKS_2026}",
    )  # fmt: skip
