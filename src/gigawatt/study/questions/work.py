"""Questions 14 and 15: what a gigawatt trains and serves, and whether anybody asks for it."""

from __future__ import annotations

import datetime as dt

import numpy as np

from gigawatt.impact.rules import rules_for_training
from gigawatt.impact.scaling import Optimum, compute_optimal, frontier_flop, scaling_law
from gigawatt.impact.tokens import fill_share, token_demand
from gigawatt.quantity.units import DAYS_PER_YEAR, HOURS_PER_DAY
from gigawatt.study.questions.part import Part, Value, number_part, text_part
from gigawatt.study.questions.result import Found
from gigawatt.study.questions.rundata import BANDS, RunData
from gigawatt.uncertainty.summary import bands

DAYS = 100.0  # of the question
LAW = "scaling/besiroglu-refit"
EARNED = ("token_price_by_year", "token_revenue_per_gw_year", "capacity_revenue_per_gw_year")
NAMED_RUN = (
    "packages", "run_days_p10", "run_days_p50", "run_days_p90", "run_mwh_p50", "run_usd_p50",
)  # fmt: skip


def training(run: RunData) -> Found:
    """14: what one gigawatt trains in 100 days."""
    budget = run.part("training_flop_100_days_per_gw")
    if not budget.p50:
        return Found((budget,))
    named = _named_run(run)
    return Found((
        budget, _models(run, budget), _frontier(run), *((named,) if named else ()),
        *_rules(run, budget),
    ))  # fmt: skip


def _named_run(run: RunData) -> Part | None:
    """Days, energy and cost of one run of a round size on each phase; None without training."""
    import polars as pl

    held = run.table("performance").filter(pl.col("kind") == "named run")
    if held.is_empty():
        return None
    rows: list[tuple[Value, ...]] = []
    for (phase,), own in held.group_by("workload", maintain_order=True):
        value = dict(zip(own["metric"], own["value"], strict=True))
        rows.append((str(phase), *(value.get(k) for k in NAMED_RUN)))
    flop = run.catalog.fact("scaling/frontier/named_run_flop").value
    models = ", ".join(sorted(set(held["model"])))
    return Part(
        "named_run", f"A run of {flop:.0e} FLOP on each phase", "table", "days",
        f"Of {models}. Days with failures and restarts, energy at the meter of the site, and the "
        "owner's cost: capital in a straight line over the life of the systems, upkeep, energy. "
        "Staff, return on capital and idle time are left out. The smallest job whose days are "
        "within a tenth of the shortest.",
        "table performance: named run",
        columns=(
            ("phase", ""), ("packages", ""), ("p10", "days"), ("p50", "days"), ("p90", "days"),
            ("energy", "MWh"), ("cost", "USD"),
        ),
        rows=tuple(rows),
    )  # fmt: skip


def _models(run: RunData, budget: Part) -> Part:
    law = scaling_law(run.catalog)
    named = {f"one gigawatt, {b}": float(getattr(budget, b)) for b in BANDS}
    for path in ("scaling/frontier/named_run_flop", "world/largest-runs/feasible_2030_flop"):
        named[path.split("/")[2].removesuffix("_flop").replace("_", " ")] = run.catalog.fact(
            path
        ).value
    rows = tuple(_model(what, flop, compute_optimal(law, flop)) for what, flop in named.items())
    return Part(
        "compute_optimal_models", "Model that a budget trains best", "table", "FLOP",
        "Parameters and tokens of least loss for the model FLOP, 6 x parameters x tokens, of a "
        "dense model; beyond the budgets that the law was fitted on it is an extrapolation.",
        f"answers.json: {budget.name}; catalog: {LAW}",
        columns=(
            ("budget", ""), ("compute", "FLOP"), ("parameters", "parameters"),
            ("tokens", "tokens"), ("tokens per parameter", ""), ("loss", "nats per token"),
        ),
        rows=rows,
    )  # fmt: skip


def _model(what: str, flop: float, best: Optimum) -> tuple[Value, ...]:
    return (
        what, flop, float(best.parameters), float(best.tokens),
        float(best.tokens_per_parameter), float(best.loss),
    )  # fmt: skip


def _reference_day(run: RunData) -> dt.date:
    """Median date of the first gigawatt, or the horizon where it never comes."""
    date = run.answer("first_gw_in_service_date")["p50"]
    return dt.date.fromisoformat(date) if date else run.horizon


def _frontier(run: RunData) -> Part:
    day = _reference_day(run)
    anchor = run.catalog.fact("scaling/frontier/anchor_flop")
    trend = run.catalog.fact("world/compute-trends/training_compute_factor")
    since = dt.date.fromisoformat(f"{anchor.as_of}-15")
    years = (day - since).days / DAYS_PER_YEAR
    flop, growth = (run.streams.sample(f.path, f.distribution) for f in (anchor, trend))
    own = run.answer("training_flop_100_days_per_gw")
    band = (own["p10"], own["p50"], own["p90"])
    values = run.drawn("training_flop_100_days_per_gw", band) / frontier_flop(flop, growth, years)
    return number_part(
        "gigawatt_over_frontier", "100 days of one gigawatt over the largest run on trend",
        "share", values,
        f"Model FLOP of 100 days over the training compute of the largest run expected on {day}, "
        "by the trend of 4.6 to 5 times a year from GPT-4; whether the trend holds so long is not "
        "known.",
        f"answers.json: training_flop_100_days_per_gw; catalog: {anchor.path}, {trend.path}",
    )  # fmt: skip


def _rules(run: RunData, budget: Part) -> tuple[Part, ...]:
    rules = rules_for_training(run.catalog, float(budget.p50 or 0.0), _reference_day(run))
    table = Part(
        "rules_met", "Rules that such a model meets", "table", "FLOP",
        "Rules in force on the median date of the first gigawatt (else at the horizon) whose "
        "threshold the median budget passes, if one model takes all of it; and the days of one "
        "gigawatt that reach the threshold.",
        "catalog: rules",
        columns=(("rule", ""), ("threshold", "FLOP"), ("days of one gigawatt", "days"),
                 ("duty", ""), ("status", "")),
        rows=tuple(
            (r.name, r.threshold, DAYS * r.threshold / float(budget.p50 or 1.0), r.says, r.status)
            for r in rules
        ),
    )  # fmt: skip
    energy = text_part(
        "energy_of_100_days", "Energy of 100 days at full power",
        f"{DAYS * HOURS_PER_DAY / 1e3:.1f} TWh at most",
        "One facility gigawatt for 100 days without a pause: an upper bound.", "arithmetic",
    )  # fmt: skip
    return table, energy


def serving(run: RunData) -> Found:
    """15: tokens of one gigawatt, demand for them, what they earn, and the revenue anchor."""
    revenue = run.catalog.fact("assumptions/money/revenue_usd_per_gw_year")
    anchor = number_part(
        "revenue_anchor", "Revenue of a gigawatt-year, anchor", "USD/GW-year",
        run.streams.sample(revenue.path, revenue.distribution),
        "What one large user earned per GW of capacity in three years; input, not result.",
        f"catalog: {revenue.path}",
    )  # fmt: skip
    per_day = run.part("tokens_per_day_per_gw")
    earned = [run.part(name) for name in EARNED]
    return Found((per_day, _demand(run), *earned, anchor))


def _demand(run: RunData) -> Part:
    out, prompt = run.yearly("output_tokens"), run.yearly("input_tokens")
    rows: list[tuple[Value, ...]] = []
    for year in sorted(out):
        served = np.array([out[year][k] + prompt[year][k] for k in range(3)])
        wanted = token_demand(run.catalog, run.streams, year)
        supply = run.spread(f"tokens/{year}", (served[0], served[1], served[2]))
        low, middle, high = (float(v) for v in bands(wanted))
        share = float(np.median(supply / wanted))
        fill = float(np.median(fill_share(wanted, supply))) if share else None
        rows.append((str(year), *map(float, served), low, middle, high, share, fill))
    return Part(
        "token_supply_and_demand", "Tokens served against tokens asked for", "table", "tokens",
        "Prompt and answer tokens in the year. Served: by the programme, as its load assumes. "
        "Asked for: by the world, from the providers' counts of 2025 on a slowing trend, whatever "
        "their models. Fill: median part of the served tokens that the world asks for if it asks "
        "only here; what the run sells is measured in tokens of its own workload instead.",
        "table impact: output_tokens, input_tokens; catalog: world/tokens, access/token-demand",
        columns=(
            ("year", ""), ("served p10", "tokens"), ("served p50", "tokens"),
            ("served p90", "tokens"), ("asked p10", "tokens"), ("asked p50", "tokens"),
            ("asked p90", "tokens"), ("served over asked", "share"), ("fill", "share"),
        ),
        rows=tuple(rows),
    )  # fmt: skip
