"""What time, a stake and collateral are worth: values behind questions 5, 9 and 11.

Each is a plain valuation of results that the run holds; its judgements are facts of the catalog,
`assumptions/answers`.
"""

from __future__ import annotations

import datetime as dt
from typing import Any

import numpy as np

from gigawatt.quantity.arrays import Array
from gigawatt.quantity.units import DAYS_PER_YEAR, MW_PER_GW
from gigawatt.study.books.stress import DISCOUNT
from gigawatt.study.questions.part import Part, Value
from gigawatt.study.questions.rundata import RunData
from gigawatt.uncertainty.summary import bands

JUDGED = "assumptions/answers"
LIFE_YEARS = 15.0  # of a site on either route, as of the sculpted debt
RUNNING = ("cost_of_sales", "opex", "refresh")  # instruments that a gigawatt costs beside energy


def _judged(run: RunData, key: str) -> Array:
    """Draws of a judgement, (DRAWS,)."""
    fact = run.catalog.fact(f"{JUDGED}/{key}")
    return run.streams.sample(fact.path, fact.distribution)


# --- question 5: the route of power


def route_value(run: RunData) -> Part | None:
    """Net present value of a gigawatt on either route; None where a route has no date."""
    rows = list(run.table("supply_routes").iter_rows(named=True))
    if len(rows) < 2 or any(not r["first_power"] or not r["last_power"] for r in rows):
        return None
    margin, energy_mwh, gw_years = _margin(run)
    if gw_years <= 0.0:
        return None
    capital = float(run.answer("capex_usd_per_gw")["p50"])
    start = dt.date.fromisoformat(str(run.manifest["as_of"]))
    out: list[tuple[Value, ...]] = []
    for row in rows:
        years = _years_to(row, start)
        cash = margin - row["usd_per_mwh"] * energy_mwh
        out.append((row["route"], years, cash, present_value(years, capital, cash)))
    grid, onsite = (next(r for r in out if r[0] == route) for route in ("grid", "onsite"))
    gain = float(onsite[3] or 0.0) - float(grid[3] or 0.0)
    return Part(
        "route_net_present_value", "What the earlier power is worth", "table", "USD/GW",
        f"Net present value of a gigawatt at {DISCOUNT:.0%} a year on the as-of date: capital cost "
        "halfway between first and last power, then for "
        f"{LIFE_YEARS:.0f} years the run's mean cash of a gigawatt-year (revenue less its cost, "
        "upkeep and renewal of systems) less energy at the route's price. On-site plant is in that "
        "price. Builder, cloud and user together, before tax. Where a gigawatt is worth less than "
        "nothing, the later route loses less: then speed has no value at this revenue.",
        "tables supply_routes, ledger, capacity, energy; answers.json: capex_usd_per_gw",
        columns=(("route", ""), ("years to power", "years"), ("cash", "USD/GW-year"),
                 ("net present value", "USD/GW")),
        rows=(*out, ("onsite - grid", None, None, gain)),
    )  # fmt: skip


def _years_to(row: dict[str, Any], start: dt.date) -> float:
    """Years from `start` to halfway between first and last power."""
    first, last = (dt.date.fromisoformat(str(row[k])) for k in ("first_power", "last_power"))
    return ((first - start).days + (last - start).days) / 2.0 / DAYS_PER_YEAR


def present_value(years: float, capital_usd: float, cash_usd_per_year: float) -> float:
    """Value today of a gigawatt that costs `capital_usd` in `years` and earns from then on.

    Cash comes evenly over `LIFE_YEARS`; discounting is continuous at ln(1 + `DISCOUNT`).
    """
    rate = np.log1p(DISCOUNT)
    annuity = (1.0 - np.exp(-rate * LIFE_YEARS)) / rate
    return float(np.exp(-rate * years) * (cash_usd_per_year * annuity - capital_usd))


def _margin(run: RunData) -> tuple[float, float, float]:
    """Mean cash of a GW-year before energy, USD; its energy, MWh; GW-years of the run."""
    import polars as pl

    whole = run.table("capacity").filter(pl.col("site") == "all")
    gw_years = float(whole["facility_mw_mean"].sum()) / MW_PER_GW / 12.0
    if gw_years <= 0.0:
        return 0.0, 0.0, 0.0
    lines = run.table("ledger")

    def paid(*instruments: str) -> float:
        return float(lines.filter(pl.col("instrument").is_in(instruments))["amount_usd_mean"].sum())

    energy = run.table("energy").filter(pl.col("source") == "all")["supply_mwh_mean"].sum()
    return (paid("revenue") - paid(*RUNNING)) / gw_years, float(energy) / gw_years, gw_years


# --- question 9: what the tranches buy


def stake_later(run: RunData, round_id: str, valued: str) -> Part | None:
    """Stake that the milestone equity buys if the value moves on from the last round."""
    import polars as pl

    paid = (
        run.table("ledger")
        .filter((pl.col("leg") == "tranche") & (pl.col("payee") == valued))
        .group_by(pl.col("month").str.slice(0, 4).cast(pl.Int64).alias("year"), maintain_order=True)
        .agg(pl.col("amount_usd_mean").sum())
        .sort("year")
    )
    if paid.is_empty():
        return None
    deal = run.catalog.record("deals", round_id)
    last = deal.value("pre_money_usd") + deal.value("round_usd")
    day = dt.date.fromisoformat(str(deal.fact("pre_money_usd").as_of))
    growth = _judged(run, "valuation_growth_share")
    stake, total, rows = np.zeros_like(growth), 0.0, []
    for year, amount in paid.iter_rows():
        years = (dt.date(year, 7, 1) - day).days / DAYS_PER_YEAR
        value = last * (1.0 + growth) ** max(years, 0.0)  # before this year's money
        stake = 1.0 - (1.0 - stake) * value / (value + amount)  # new shares thin out old ones
        total += amount
        rows.append(
            (str(year), amount, total, *map(float, bands(value)), *map(float, bands(stake)))
        )
    return Part(
        "tranche_stake", "Stake that the milestone equity buys", "table", "share",
        "Mean money of the year and to date; value before it, from the round of "
        f"{day} on at a yearly change that is a judgement (assumptions/answers, from a fall of a "
        "fifth to a rise by a half); stake held at the year's end, thinned by these tranches "
        "alone: rounds with other investors would thin it more.",
        f"table ledger: leg tranche; catalog: deals/{round_id}, {JUDGED}/valuation_growth_share",
        columns=(
            ("year", ""), ("mean", "USD"), ("to date", "USD"),
            ("value p10", "USD"), ("value p50", "USD"), ("value p90", "USD"),
            ("stake p10", "share"), ("stake p50", "share"), ("stake p90", "share"),
        ),
        rows=tuple(rows),
    )  # fmt: skip


# --- question 11: what lenders get back


def recovery(run: RunData) -> Part | None:
    """Share of the largest debt that the estate of each borrower pays back; None without loans."""
    import polars as pl

    lines = run.table("ledger").filter(pl.col("investment") & (pl.col("leg") == "construction"))
    sums = lines.group_by("payer", maintain_order=True).agg(pl.col("amount_usd_mean").sum())
    built = dict(zip(sums["payer"], sums["amount_usd_mean"], strict=True))
    share = _judged(run, "site_resale_share")
    wait = (1.0 + DISCOUNT) ** (-_judged(run, "sale_months") / 12.0)
    rows: list[tuple[Value, ...]] = []
    for row in run.table("cover").iter_rows(named=True):
        debt, cost = row["peak_debt_usd_mean"], built.get(row["borrower"], 0.0)
        if debt <= 0.0 or cost <= 0.0:
            continue
        back = np.minimum(1.0, share * wait * cost / debt)
        odds = row["probability_below_default"]
        rows.append(
            (run.party(row["borrower"]), debt, cost, *map(float, bands(back)),
             odds * float(np.mean(1.0 - back)))
        )  # fmt: skip
    if not rows:
        return None
    return Part(
        "recovery", "What lenders get back from the estate", "table", "share",
        "Largest debt, what the borrower's sites cost, and the share of the debt that their sale "
        "covers: resale over cost and the months it takes are judgements (assumptions/answers), "
        f"discounted at {DISCOUNT:.0%} a year. Systems belong to others and are no collateral "
        "here; guarantees, reserves and principal repaid before default are left out, so it is a "
        "low estimate. Expected loss: odds of a cover below 1.05 times what is not got back.",
        f"tables cover, ledger; catalog: {JUDGED}/site_resale_share, sale_months",
        columns=(("borrower", ""), ("largest debt", "USD"), ("cost of the site", "USD"),
                 ("p10", "share"), ("p50", "share"), ("p90", "share"),
                 ("expected loss", "share of debt")),
        rows=tuple(rows),
    )  # fmt: skip
