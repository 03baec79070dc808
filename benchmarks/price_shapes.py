"""Fits the statistics of the table "priceshapes" to a year of a market, and tells the error.

    python benchmarks/price_shapes.py fit MARKET.csv.gz HOURS_AHEAD_OF_UTC [HOURS_LATE]
    python benchmarks/price_shapes.py check CASE_DIR MARKET.csv.gz HOURS_AHEAD_OF_UTC

MARKET has 8,760 hours in UTC with `price_usd_mwh`, `drybulb_c`, `wind_10m_ms`. HOURS_LATE: hours by
which its prices lag behind their time (series in which the offset from UTC stands twice). `check`
solves the case on the true prices and on synthesised ones of the same mean, twenty seeds, fitted to
the same market; then with flat prices; and with the shape of the catalog for ERCOT.
"""

from __future__ import annotations

import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import polars as pl

from gigawatt.catalog import load_catalog
from gigawatt.energy.case import read_case
from gigawatt.energy.case_problem import year_problem
from gigawatt.energy.dispatch.year import compile_kernel
from gigawatt.energy.least_cost import least_cost
from gigawatt.energy.price_hours import (
    COLD_MONTHS,
    HOT_MONTHS,
    MONTH,
    PROBABILITIES,
    SCALARS,
    SEASON,
    SEASONS,
    STEPS,
    PriceShape,
    cell_means,
    departure,
    price_hours,
    price_shape,
    weather_score,
)

SEEDS = 20


def local(path: str, ahead: int, late: int = 0) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Price, dry bulb and wind in local standard time."""
    data = pl.read_csv(path)
    price, heat, wind = (data[c].to_numpy() for c in ("price_usd_mwh", "drybulb_c", "wind_10m_ms"))
    return np.roll(price, ahead - late), np.roll(heat, ahead), np.roll(wind, ahead)


def fit(price: np.ndarray, heat: np.ndarray, wind: np.ndarray) -> PriceShape:
    """Statistics of a year."""
    over = price / price.mean()
    months = np.bincount(MONTH, over) / np.bincount(MONTH)
    within = over / months[MONTH]
    hours = np.stack([within[s == SEASON].reshape(-1, 24).mean(axis=0) for s in range(4)])
    ratio = within / hours[SEASON, np.tile(np.arange(24), 365)]
    quantiles = np.quantile(over, PROBABILITIES)
    spread = float(np.log(np.maximum(ratio, 0.1)).std())
    rank = (np.argsort(np.argsort(ratio)) + 0.5) / STEPS
    z = _normal(rank)
    t, w = departure(heat), departure(wind)
    sides = np.stack([np.isin(MONTH, m) * t for m in (HOT_MONTHS, COLD_MONTHS)] + [w], axis=1)
    weights = np.linalg.lstsq(sides, z - cell_means(z), rcond=None)[0]
    shape = PriceShape(months, hours, quantiles, spread, *weights.tolist())
    rest = z - weather_score(shape, heat, wind)
    days = rest.reshape(-1, 24).mean(axis=1)
    inner = rest - np.repeat(days, 24)
    return replace(
        shape, day_share=float(days.var() / rest.var()), day_memory=_lag(days),
        hour_memory=_lag(inner),
    )  # fmt: skip


def _normal(rank: np.ndarray) -> np.ndarray:
    from scipy.special import ndtri

    return ndtri(rank)


def _lag(values: np.ndarray) -> float:
    return float(np.corrcoef(values[:-1], values[1:])[0, 1])


def record(shape: PriceShape) -> str:
    """Lists and numbers as the catalog holds them."""
    rows = {"months": shape.months, "quantiles": shape.quantiles}
    rows |= {f"hours_{s}": h for s, h in zip(SEASONS, shape.hours, strict=True)}
    lines = [f"{k} = [{', '.join(f'{v:.3g}' for v in values)}]" for k, values in rows.items()]
    return "\n".join(lines + [f"{k} = {getattr(shape, k):.2f}" for k in SCALARS])


def check(folder: Path, price: np.ndarray, heat: np.ndarray, wind: np.ndarray, ahead: int) -> None:
    """Least cost on true and on synthesised prices."""
    compile_kernel()
    problem = year_problem(read_case(folder))
    grid = problem.offer_number("grid")
    true = np.asarray(problem.offers[grid].usd_per_mwh)

    def solved(prices: np.ndarray) -> tuple[float, np.ndarray, float]:
        offers = list(problem.offers)
        offers[grid] = replace(offers[grid], usd_per_mwh=prices)
        found = least_cost(replace(problem, offers=tuple(offers)), 1e-5)
        mwh = float(found.dispatch.served_mw[:, grid].sum())
        return found.objective_usd, found.capacity_mw, mwh

    base, mw, mwh = solved(true)
    print("capacities:", [c.name for c in problem.capacities])
    print(f"true prices: {base / 1e6:.1f} M USD, MW {mw.round(0)}, import {mwh / 1e3:.0f} GWh")
    catalog = price_shape("ercot", load_catalog())
    cases = {"own statistics": fit(price, heat, wind)}
    own_wind = np.roll(read_case(folder).series.columns["wind_pu"], ahead)
    winds = {"wind of the case's series": own_wind}
    cases["wind of the case's series"] = fit(price, heat, own_wind)
    cases["own statistics, weather left out"] = replace(
        cases["own statistics"], hot_weight=0.0, cold_weight=0.0, wind_weight=0.0
    )
    if catalog is not None:
        cases["catalog's ERCOT"] = catalog
    for name, shape in cases.items():
        found = [
            solved(
                np.roll(price_hours(shape, true.mean(), heat, winds.get(name, wind), seed), -ahead)
            )
            for seed in range(SEEDS)
        ]
        error = np.array([f[0] for f in found]) / base - 1.0
        mw = np.mean([f[1] for f in found], 0).round(0)
        print(f"{name}: {error.mean():+.2%} (P10 {np.quantile(error, 0.1):+.2%}, "
              f"P90 {np.quantile(error, 0.9):+.2%}), MW {mw}, "
              f"import {np.mean([f[2] for f in found]) / 1e3:.0f} GWh")  # fmt: skip
    usd, mw, mwh = solved(np.full(STEPS, true.mean()))
    print(f"flat: {usd / base - 1.0:+.2%}, MW {mw.round(0)}, import {mwh / 1e3:.0f} GWh")


if __name__ == "__main__":
    if sys.argv[1] == "fit":
        print(record(fit(*local(sys.argv[2], *map(int, sys.argv[3:])))))
    else:
        check(Path(sys.argv[2]), *local(sys.argv[3], int(sys.argv[4])), int(sys.argv[4]))
