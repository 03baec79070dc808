"""Tables of tokens: price, cost and revenue by workload and year, and by phase and year."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from gigawatt.quantity.arrays import Array
from gigawatt.study.serving.market_fleet import market_systems
from gigawatt.study.serving.token_sales import PARTS
from gigawatt.uncertainty.summary import bands

if TYPE_CHECKING:
    from gigawatt.program.load import Loaded
    from gigawatt.study.frame import Frame

BANDS = ("p10", "p50", "p90")
MILLION = 1e6
LEAST_SHARE = 0.5  # of the draws that must sell in a year for a range to mean something
Rows = list[dict[str, Any]]


def price_rows(frame: Frame, loaded: Loaded) -> Rows:
    """One row a serving workload and year in which most draws sell."""
    kept = _kept(frame, "workload_tokens")
    serving = [w for w in frame.program.workloads if w.kind == "serve"]
    capacity = _kept(frame, "phase_tokens")["capacity_revenue_usd"].sum(axis=1)
    whole = (kept["output_tokens"] + kept["input_tokens"]).sum(axis=1)
    rows: Rows = []
    for v, workload in enumerate(serving):
        of = {name: values[:, v] for name, values in kept.items()}
        tokens = of["output_tokens"] + of["input_tokens"]
        for y, year in enumerate(np.unique(frame.axis.years())):
            sells = tokens[:, y] > 0.0
            if sells.mean() < LEAST_SHARE:
                continue
            at = {name: values[sells, y] for name, values in of.items()}
            rows.append({
                "workload": workload.id, "year": str(year), "model": workload.model,
                "precision": workload.precision, "input_tokens": workload.input_tokens,
                "output_tokens": workload.output_tokens,
                "tok_s_per_user": workload.tokens_per_s_per_user,
                "market_systems": ", ".join(market_systems(loaded.catalog)),
                **_banded("sold_output_tokens", at["output_tokens"]),
                **_banded("price_input_usd_per_million", at["input_usd_per_million"]),
                **_banded("price_output_usd_per_million", at["output_usd_per_million"]),
                **_banded("price_usd_per_million", _per(at["revenue_usd"], tokens[sells, y])),
                **_banded("cost_input_usd_per_million",
                          _per(at["prompt_cost_usd"], at["input_tokens"])),
                **_banded("cost_output_usd_per_million",
                          _per(at["cost_usd"] - at["prompt_cost_usd"], at["output_tokens"])),
                **_banded("cost_usd_per_million", _per(at["cost_usd"], tokens[sells, y])),
                **_banded("capacity_price_usd_per_million",
                          _per(capacity[sells, y], whole[sells, y])),
                **_banded("market_tokens_per_gw_year", at["market_tokens_per_gw_year"]),
                **_banded("margin_share", _margin(at)),
                **_banded("revenue_usd", at["revenue_usd"]),
            })  # fmt: skip
    return rows


def phase_rows(frame: Frame) -> Rows:
    """One row a phase and year in which any draw has it in service."""
    kept = _kept(frame, "phase_tokens")
    parts = {part: frame.kept.sums[f"tokens/{part}"] for part in PARTS}
    rows: Rows = []
    for p, (site, phase, system) in enumerate(_phases(frame)):
        for y, year in enumerate(np.unique(frame.axis.years())):
            at = {name: values[:, p, y].astype(float) for name, values in kept.items()}
            if not at["gw_years"].any():
                continue
            tokens = at["output_tokens"] + at["input_tokens"]
            sells = tokens > 0.0
            held = {name: values[sells] for name, values in at.items()}
            sold = tokens[sells]
            rows.append({
                "site": site, "phase": phase, "system": system, "year": str(year),
                "in_service_share": float((at["gw_years"] > 0.0).mean()),
                "gw_years_mean": float(at["gw_years"].mean()),
                **_banded("sold_output_tokens", at["output_tokens"]),
                "sold_output_tokens_mean": float(at["output_tokens"].mean()),
                "sold_input_tokens_mean": float(at["input_tokens"].mean()),
                **_banded("price_usd_per_million", _per(held["revenue_usd"], sold)),
                **_banded("cost_usd_per_million", _per(held["cost_usd"], sold)),
                **_banded("cost_input_usd_per_million",
                          _per(held["prompt_cost_usd"], held["input_tokens"])),
                **_banded("cost_output_usd_per_million",
                          _per(held["cost_usd"] - held["prompt_cost_usd"], held["output_tokens"])),
                **_banded("margin_share", _margin(held)),
                **{f"cost_{part}_usd_mean": float(usd[p, y] / frame.count)
                   for part, usd in parts.items()},
                **_banded("token_revenue_usd", at["revenue_usd"]),
                "token_revenue_usd_mean": float(at["revenue_usd"].mean()),
                **_banded("capacity_revenue_usd", at["capacity_revenue_usd"]),
                "capacity_revenue_usd_mean": float(at["capacity_revenue_usd"].mean()),
                "serving_cost_usd_mean": float(at["cost_usd"].mean()),
                "other_cost_usd_mean": float(at["other_cost_usd"].mean()),
            })  # fmt: skip
    return rows


@dataclass(frozen=True, slots=True)
class Ratio:
    """A result by year: sum over the phases of one kept quantity over that of others.

    Attributes
    ----------
    above, below : names of what is kept by phase and year.
    factor : on the ratio.
    """

    above: str
    below: tuple[str, ...]
    factor: float = 1.0


_TOKENS, _GW = ("output_tokens", "input_tokens"), ("gw_years",)
RATIOS = {
    "token_price_by_year": Ratio("revenue_usd", _TOKENS, MILLION),
    "token_cost_by_year": Ratio("cost_usd", _TOKENS, MILLION),
    "token_revenue_per_gw_year": Ratio("revenue_usd", _GW),
    "capacity_revenue_per_gw_year": Ratio("capacity_revenue_usd", _GW),
}


def yearly_ratio(frame: Frame, name: str) -> dict[str, Array]:
    """One of `RATIOS` by year, (D,) each.

    nan in draws without any of what it is divided by; years in which these are most draws are left
    out.
    """
    ratio = RATIOS[name]
    kept = _kept(frame, "phase_tokens")
    top = ratio.factor * kept[ratio.above].sum(axis=1, dtype=float)
    bottom = np.sum([kept[part].sum(axis=1, dtype=float) for part in ratio.below], axis=0)
    out = {}
    for y, year in enumerate(np.unique(frame.axis.years())):
        some = bottom[:, y] > 0.0
        if some.mean() >= LEAST_SHARE:
            whole = np.where(some, bottom[:, y], 1.0)
            out[str(year)] = np.where(some, top[:, y] / whole, np.nan)
    return out


def _kept(frame: Frame, group: str) -> dict[str, Array]:
    start = f"{group}/"
    draws = frame.kept.draws
    return {k.removeprefix(start): v for k, v in draws.items() if k.startswith(start)}


def _phases(frame: Frame) -> list[tuple[str, str, str]]:
    """Site, phase and system of each phase, in the order of the blocks (as `phase_tokens`)."""
    blocks = frame.blocks
    return list(dict.fromkeys(
        (blocks.sites[blocks.site[b]], phase.id, blocks.systems[blocks.system[b]])
        for b, phase in enumerate(blocks.phases)
    ))  # fmt: skip


def _margin(at: dict[str, Array]) -> Array:
    """Price less whole cost of serving, over the price."""
    revenue = np.asarray(at["revenue_usd"], dtype=float)
    return np.asarray(1.0 - at["cost_usd"] / np.where(revenue > 0.0, revenue, np.nan))


def _per(usd: Array, tokens: Array) -> Array:
    return np.asarray(MILLION * usd / np.where(tokens > 0.0, tokens, 1.0))


def _banded(name: str, values: Array) -> dict[str, float | None]:
    if not values.size:
        return {f"{name}_{b}": None for b in BANDS}
    found = bands(np.asarray(values, dtype=float))
    return {f"{name}_{b}": float(v) for b, v in zip(BANDS, found, strict=True)}
