"""Difference of two values of a named result, within each draw."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

import numpy as np

from gigawatt.quantity.arrays import Array
from gigawatt.study.named import Named
from gigawatt.uncertainty.summary import bands

BANDS = ("p10", "p50", "p90")
META = ("name", "title", "kind", "unit", "definition")
ROUND_OFF = 1e-12
Z_80 = 1.2816  # normal quantile of an 80 % interval

Row = dict[str, Any]


def compared(a: Named | None, b: Named | None) -> Row:
    """Both values of a named result and their difference, B minus A.

    Returns
    -------
    The result's name, title, kind, unit and definition; `a` and `b` with their percentiles (None
    where the programme has no such result); `difference`, `difference_unit` and, by year, the same
    under `by_year`. `paired` says whether the difference was taken within each draw.
    """
    shown = b if a is None else a
    if shown is None:
        raise ValueError("a result of neither programme")
    row = {key: shown.answer.get(key, "") for key in META}
    row |= {"difference_unit": difference_unit(shown.answer), "paired": False, "difference": None}
    row |= {"a": _side(a), "b": _side(b)}
    if a is None or b is None:
        return row
    if a.draws is not None and b.draws is not None:
        is_odds = row["name"].startswith("probability_")
        taken = odds_difference(a.draws, b.draws) if is_odds else difference(a.draws, b.draws)
        return {**row, "paired": True, "difference": taken}
    if a.by_year and b.by_year:
        return {**row, "paired": True, "by_year": _by_year(a, b)}
    return unpaired(row, a.answer, b.answer)


def unpaired(row: Row, a: Mapping[str, Any], b: Mapping[str, Any]) -> Row:
    """Add to a row what can be said without draws: the difference of central values."""
    if a.get("kind") == "shares_by_year":
        return {**row, "by_year": _shares(a["by_year"], b["by_year"])}
    if a.get("kind") == "by_year":
        years = [y for y in a["by_year"] if y in b["by_year"]]
        by_year = {
            y: {
                "a": _percentiles(a["by_year"][y]),
                "b": _percentiles(b["by_year"][y]),
                "difference": _of_medians(a["by_year"][y], b["by_year"][y]),
            }
            for y in years
        }
        return {**row, "by_year": by_year}
    return {**row, "difference": _of_medians(a, b)}


def difference(a: Array, b: Array) -> Row:
    """Percentiles and mean of ``b - a`` over the draws in which both are finite.

    Parameters
    ----------
    a, b : (D,) values of the same draws; inf or nan = not reached, not known.

    Returns
    -------
    p10, p50, p90, mean (None where no draw has both); share_both, share_only_a, share_only_b of
    all draws.
    """
    in_a, in_b = np.isfinite(a), np.isfinite(b)
    both = in_a & in_b
    values = b[both] - a[both]
    # Sums in another order differ in the last digits: that is no difference.
    values[np.abs(values) <= ROUND_OFF * np.maximum(np.abs(a[both]), np.abs(b[both]))] = 0.0
    known = values.size > 0
    spread = dict(zip(BANDS, map(float, bands(values)), strict=True)) if known else {}
    return {
        **{name: spread.get(name) for name in BANDS},
        "mean": float(values.mean()) if known else None,
        "share_both": float(both.mean()),
        "share_only_a": float((in_a & ~in_b).mean()),
        "share_only_b": float((in_b & ~in_a).mean()),
    }


def odds_difference(a: Array, b: Array) -> Row:
    """Difference of two probabilities; its range is the 80 % interval of the sampling error.

    Parameters
    ----------
    a, b : (D,) 1 where it happens, else 0, of the same draws; pairing narrows the interval.
    """
    values = b - a
    mean = float(values.mean())
    half = Z_80 * float(values.std()) / math.sqrt(len(values))
    return {
        "p10": mean - half, "p50": mean, "p90": mean + half, "mean": mean,
        "share_both": float((a * b).mean()),
        "share_only_a": float((a * (1.0 - b)).mean()),
        "share_only_b": float((b * (1.0 - a)).mean()),
    }  # fmt: skip


def difference_unit(answer: Mapping[str, Any]) -> str:
    """Unit of a difference: months for dates, else that of the result."""
    return "months" if answer.get("kind") == "date" else str(answer.get("unit", ""))


def _by_year(a: Named, b: Named) -> dict[str, Row]:
    return {
        year: {
            "a": _percentiles(a.answer["by_year"][year]),
            "b": _percentiles(b.answer["by_year"][year]),
            "difference": difference(values, b.by_year[year]),
        }
        for year, values in a.by_year.items()
        if year in b.by_year
    }


def _shares(a: Mapping[str, Any], b: Mapping[str, Any]) -> dict[str, Row]:
    """Year → {name: {a, b, difference}} of shares over all draws; a name not there counts 0."""
    out: dict[str, Row] = {}
    for year in dict.fromkeys((*a, *b)):
        left, right = a.get(year, {}), b.get(year, {})
        out[year] = {
            name: {
                "a": left.get(name, 0.0),
                "b": right.get(name, 0.0),
                "difference": right.get(name, 0.0) - left.get(name, 0.0),
            }
            for name in dict.fromkeys((*left, *right))
        }
    return out


def _side(named: Named | None) -> Row | None:
    return None if named is None else side(named.answer)


def side(answer: Mapping[str, Any]) -> Row:
    """Percentiles, status and probability of a result, as far as it has them."""
    keys = (*BANDS, "mean", "status", "probability")
    return {key: answer[key] for key in keys if answer.get(key) is not None}


def _percentiles(values: Mapping[str, Any]) -> Row:
    return {key: values.get(key) for key in (*BANDS, "mean")}


def _of_medians(a: Mapping[str, Any], b: Mapping[str, Any]) -> Row | None:
    low, high = a.get("p50"), b.get("p50")
    if isinstance(low, int | float) and isinstance(high, int | float):
        return {"p50": float(high) - float(low)}
    return None
