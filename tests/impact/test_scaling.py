"""Compute-optimal models, why the refit and not the printed law; frontier, tokens, prices."""

from __future__ import annotations

import csv
import datetime as dt

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.optimize import minimize_scalar

from gigawatt.catalog import load_catalog
from gigawatt.impact.prices import price_after, price_outlook
from gigawatt.impact.scaling import compute_optimal, frontier_flop, loss, scaling_law
from gigawatt.impact.tokens import fill_share, token_demand, yearly_factor
from gigawatt.uncertainty.streams import Streams

CATALOG = load_catalog()
REFIT = scaling_law(CATALOG)
CHINCHILLA_FLOP = 5.76e23
CHINCHILLA_RATIO = 20.0  # 1.4e12 tokens on 70e9 parameters, as trained
LAWS = {
    "Hoffmann 2022 approach 3, as printed": "hoffmann-printed",
    "Hoffmann 2022 approach 3, unrounded (TeX)": "hoffmann-unrounded",
    "Besiroglu 2024 refit": "besiroglu-refit",
}


def test_optimum_of_every_law_in_the_table(shared):
    with (shared / "reference/impact/scaling_laws.csv").open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    assert len(rows) == 4
    for row in rows:
        best = compute_optimal(scaling_law(CATALOG, LAWS[row["law"]]), float(row["check_C_flop"]))
        pairs = (
            (best.parameters, "check_N_opt"), (best.tokens, "check_D_opt"),
            (best.tokens_per_parameter, "check_D_over_N"), (best.loss, "check_loss"),
        )  # fmt: skip
        for value, key in pairs:
            error = float(value) / float(row[key]) - 1.0
            print(row["law"], key, f"error {error:+.2%}")
            assert abs(error) < 0.005, (row["law"], key, error)


def test_why_not_the_printed_constants():
    refit = compute_optimal(REFIT, CHINCHILLA_FLOP).tokens_per_parameter
    printed = scaling_law(CATALOG, "hoffmann-printed")
    wrong = compute_optimal(printed, CHINCHILLA_FLOP).tokens_per_parameter
    assert refit == pytest.approx(18.4, abs=0.3)
    assert wrong == pytest.approx(93.0, abs=1.0)
    assert abs(refit / CHINCHILLA_RATIO - 1.0) < 0.15
    assert wrong / CHINCHILLA_RATIO > 4.0


@given(st.floats(1e20, 1e30))
def test_closed_form_is_the_minimum(flop):
    def at(log_n: float) -> float:
        n = np.exp(log_n)
        return float(loss(REFIT, n, flop / 6.0 / n))

    best = compute_optimal(REFIT, flop)
    found = minimize_scalar(at, bounds=(np.log(1e6), np.log(1e16)), method="bounded",
                            options={"xatol": 1e-7})  # fmt: skip
    assert float(best.loss) <= found.fun + 1e-12
    assert np.log(float(best.parameters)) == pytest.approx(found.x, abs=2e-3)
    assert float(6.0 * best.parameters * best.tokens) == pytest.approx(flop, rel=1e-9)


@given(st.floats(1e21, 1e28), st.floats(1.1, 100.0))
def test_more_compute_never_loses(flop, factor):
    less, more = compute_optimal(REFIT, flop), compute_optimal(REFIT, flop * factor)
    assert more.loss < less.loss
    assert more.parameters > less.parameters and more.tokens > less.tokens
    assert more.loss > REFIT.irreducible_loss


def test_no_budget_is_refused():
    with pytest.raises(ValueError, match="positive"):
        compute_optimal(REFIT, 0.0)


def test_trend_from_gpt_4_meets_the_largest_run_of_2025_within_a_factor_of_three():
    anchor, check = (CATALOG.fact(f"scaling/frontier/{k}_flop") for k in ("anchor", "check"))
    growth = CATALOG.fact("world/compute-trends/training_compute_factor").value
    first, then = (dt.date.fromisoformat(f.as_of + "-15") for f in (anchor, check))
    expected = frontier_flop(anchor.value, growth, (then - first).days / 365.25)
    print(f"trend over known run: {expected / check.value:.2f}")
    assert 1 / 3 < expected / check.value < 3


def test_frontier_grows_fivefold_a_year():
    assert frontier_flop(1e26, 5.0, 2.0) == pytest.approx(2.5e27)
    assert frontier_flop(1e26, 5.0, 0.0) == pytest.approx(1e26)


def test_token_trend_of_the_counts(shared):
    with (shared / "reference/impact/tokens.csv").open(encoding="utf-8") as file:
        rows = [r for r in csv.DictReader(file) if r["scope"] == "all surfaces"]
    counts = {r["date"]: float(r["tokens_per_month"]) for r in rows if r["provider"] == "Google"}
    whole = yearly_factor(counts["2024-04"], counts["2025-09"], 17 / 12)
    late = yearly_factor(counts["2025-07"], counts["2025-09"], 2 / 12)
    assert whole > 25.0  # thirty times a year on the whole, yet
    low, high = CATALOG.fact("access/token-demand/demand_yearly_factor").distribution.ppf(
        np.array([0.0, 1.0])
    )
    assert low < late < high  # much less of late, which is what the assumption starts from


def test_token_demand_grows_and_slows():
    streams = Streams(1, 500)
    years = range(2026, 2034)
    middle = [float(np.median(token_demand(CATALOG, streams, y))) for y in years]
    growth = np.diff(np.log(middle))
    assert (growth > 0.0).all() and (np.diff(growth) < 0.0).all()


def test_fill_is_a_share():
    demand, supply = np.array([1.0, 5.0, 1.0]), np.array([2.0, 2.0, 0.0])
    assert np.allclose(fill_share(demand, supply), [0.5, 1.0, 1.0])


def test_prices_may_rise_as_well_as_fall():
    now = "prices/h100-gpu-hour/contract_2026_usd_per_gpu_hour"
    for years in (0.5, 1.0, 3.0):
        after = price_outlook(CATALOG, Streams(1, 4000), now, "gpu-hour-outlook", years)
        rises = (after > CATALOG.fact(now).value).mean()
        assert 0.1 < rises < 0.6, (years, rises)
    tokens = price_outlook(
        CATALOG, Streams(1, 4000), "prices/token-gpt-5/output_usd_per_million_tokens",
        "token-outlook", 1.0,
    )  # fmt: skip
    assert 0.02 < (tokens > 10.0).mean() < 0.5


def test_observed_fall_and_rise_lie_inside_the_outlook():
    record = CATALOG.record("prices", "h100-gpu-hour")
    fallen = record.value("contract_2025_usd_per_gpu_hour")
    risen = record.value("contract_2026_usd_per_gpu_hour")
    assert risen > fallen  # a curve that only falls would be wrong
    outlook = CATALOG.record("prices", "gpu-hour-outlook")
    z, drift = (
        Streams(1, 4000).normal("z"),
        Streams(1, 4000).sample("d", outlook.fact("drift_yearly_factor").distribution),
    )
    five_months = price_after(fallen, drift, outlook.value("volatility_sd_log"), 5 / 12, z)
    assert np.quantile(five_months, 0.80) < risen < np.quantile(five_months, 0.999)


def test_price_now_is_the_price_and_the_past_is_refused():
    assert price_after(2.0, 0.5, 0.4, 0.0, np.zeros(3)) == pytest.approx(2.0)
    with pytest.raises(ValueError, match="negative"):
        price_after(2.0, 0.5, 0.4, -1.0, np.zeros(3))
