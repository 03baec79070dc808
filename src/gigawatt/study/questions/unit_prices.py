"""Question 13: what a GPU-hour and a million tokens cost, to buyers and to the owner."""

from __future__ import annotations

import datetime as dt

from gigawatt.impact.prices import price_outlook
from gigawatt.quantity.units import DAYS_PER_YEAR, HOURS_PER_YEAR, MONTHS_PER_YEAR
from gigawatt.study.questions.part import Part, number_part
from gigawatt.study.questions.result import Found
from gigawatt.study.questions.rundata import RunData

MIDDLE_OF_2027 = dt.date(2027, 7, 1)
GPU_HOUR = "prices/h100-gpu-hour/contract_2026_usd_per_gpu_hour"
TOKEN = "prices/token-gpt-5/output_usd_per_million_tokens"
LEAST_PACKAGE_HOURS = 1e6  # of a year whose cost is shown


def unit_prices(run: RunData) -> Found:
    """13: price of a GPU-hour and of tokens in 2027."""
    facts = run.catalog.record("prices", "gpu-hour-cost").facts.values()
    costs = Part(
        "gpu_hour_cost_published", "Cost of a GPU-hour to a large owner, as published", "table",
        "USD/GPU-hour", "Figures of one analyst for four years of life; not computed from the run.",
        "catalog: prices/gpu-hour-cost", columns=(("chip", ""), ("cost", "USD/GPU-hour")),
        rows=tuple((f.path.split("/")[2].split("_")[0], f.value) for f in facts),
    )  # fmt: skip
    return Found(
        (
            _outlook(run, "gpu_hour_price_2027", "Rent of an H100 for an hour, middle of 2027",
                     GPU_HOUR, "gpu-hour-outlook", "USD/GPU-hour"),
            _outlook(run, "token_price_2027", "A million output tokens of the best models, "
                     "middle of 2027", TOKEN, "token-outlook", "USD/million tokens"),
            costs,
            _own_hour(run),
            *_own_tokens(run),
        ),
    )  # fmt: skip


def _own_hour(run: RunData) -> Part:
    """Cost of a package-hour of the programme by year."""
    import polars as pl

    packages = (
        run.table("capacity")
        .filter(pl.col("site") == "all")
        .with_columns(
            year=pl.col("month").str.slice(0, 4),
            hours=pl.col("packages_mean") * (HOURS_PER_YEAR / MONTHS_PER_YEAR),
        )
        .group_by("year", maintain_order=True)
        .agg(pl.col("hours").sum())
    )
    spent = (
        run.table("phase_tokens")
        .group_by("year", maintain_order=True)
        .agg((pl.col("serving_cost_usd_mean") + pl.col("other_cost_usd_mean")).sum().alias("usd"))
        .join(packages, on="year")
        .filter(pl.col("hours") > LEAST_PACKAGE_HOURS)
        .sort("year")
    )
    return Part(
        "gpu_hour_cost_own", "Cost of an installed package-hour of the programme", "table",
        "USD/package-hour",
        "Annuities of systems, network, storage and site at the run's cost of capital, upkeep and "
        "energy, over all package-hours in service, used or not; means over the draws.",
        "tables phase_tokens, capacity",
        columns=(("year", ""), ("cost", "USD/GPU-hour")),
        rows=tuple((r["year"], r["usd"] / r["hours"]) for r in spent.iter_rows(named=True)),
    )  # fmt: skip


def _own_tokens(run: RunData) -> tuple[Part, ...]:
    """Price and cost of prompt and answer tokens of each serving workload by year."""
    table = run.table("token_prices")
    keys = ("price_input", "price_output", "cost_input", "cost_output")
    heads = tuple((k.replace("_", ", "), "USD/million tokens") for k in keys)
    parts = []
    for name in dict.fromkeys(table["workload"] if not table.is_empty() else ()):
        held = [r for r in table.iter_rows(named=True) if r["workload"] == name]
        r = held[0]
        parts.append(Part(
            f"token_cost_{name}", f"A million tokens of workload {name}", "table",
            "USD/million tokens",
            f"{r['model']} in {r['precision'].upper()}, {r['input_tokens']:,.0f} tokens in and "
            f"{r['output_tokens']:,.0f} out, at least {r['tok_s_per_user']:g} tokens/s per user; "
            "medians over the draws. Cost: the programme's own; price: what a gigawatt-year "
            "earns over the tokens that the market's fleet sells a gigawatt-year. Table "
            "token_prices has the ranges.",
            "table token_prices", columns=(("year", ""), *heads),
            rows=tuple(
                (x["year"], *(x[f"{k}_usd_per_million_p50"] for k in keys)) for x in held
            ),
        ))  # fmt: skip
    return tuple(parts)


def _outlook(run: RunData, name: str, title: str, now: str, outlook: str, unit: str) -> Part:
    fact = run.catalog.fact(now)
    since = dt.date.fromisoformat((fact.as_of + "-01")[:10])
    years = (MIDDLE_OF_2027 - since).days / DAYS_PER_YEAR
    values = price_outlook(run.catalog, run.streams, now, outlook, years)
    rises = float((values > fact.value).mean())
    return number_part(
        name, title, unit, values,
        "Price paid, not cost: the last known price on a random walk whose drift is uncertain; "
        f"it is above the last known price ({fact.value:g} in {fact.as_of}) in {rises:.0%} of "
        "draws.",
        f"catalog: {now}; prices/{outlook}",
    )  # fmt: skip
