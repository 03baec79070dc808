"""Values that a run holds of the quantities of a derivation.

`held_values` reads the reference ``table:what`` of a node (`derivations.node.Node.held`):

| reference | read from | one value for |
|---|---|---|
| answers | the named result itself | the result, or each year |
| schedule:column | schedule table | the first and the last block, by P50 |
| capacity:column | capacity table, all sites | the last month of each year |
| capex:component | capex table | each system |
| impact:metric | impact table | each year |
| performance:metric | performance table | each workload and system |
| operations:cause | operations table | each year (share of installed package-hours) |
| energy:column | energy table | each year (mean) |
| draws:column | draw matrix, results | the quantity |
| gap:column | gap table | the month with the largest P50 |
| ledger:kind | ledger table | each year (mean) |
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from gigawatt.study.archive.folder import StoredRun
from gigawatt.uncertainty.summary import bands

if TYPE_CHECKING:
    import polars as pl

Scalar = float | str | None


@dataclass(frozen=True, slots=True)
class Value:
    """A value of a run with its range; `label` says of what (a year, a system)."""

    label: str
    p10: Scalar
    p50: Scalar
    p90: Scalar
    mean: Scalar = None


def held_values(run: StoredRun, name: str, held: str) -> tuple[Value, ...]:
    """Values of the node `name` in a run; none where the run does not hold them."""
    if held == "answers":
        return _of_answer(run.answers[name]) if name in run.answers else ()
    table_name, _, what = held.partition(":")
    table = run.table(table_name) if table_name in _READERS else None
    if table is None or table.is_empty():
        return ()
    return tuple(_READERS[table_name](table, what))


def _of_answer(answer: Mapping[str, Any]) -> tuple[Value, ...]:
    by_year = answer.get("by_year")
    if not by_year:
        reached = answer.get("p50") is not None or answer.get("mean") is not None
        return (_value("" if reached else str(answer.get("status", "")), answer),)
    if answer["kind"] == "shares_by_year":
        return tuple(
            Value(f"{year}, {cause}", None, share, None)
            for year, shares in by_year.items()
            for cause, share in shares.items()
        )
    return tuple(_value(year, stats) for year, stats in by_year.items())


def _value(label: str, row: Mapping[str, Any], prefix: str = "") -> Value:
    p10, p50, p90, mean = (row.get(f"{prefix}{k}") for k in ("p10", "p50", "p90", "mean"))
    return Value(label, p10, p50, p90, mean)


def _schedule(table: pl.DataFrame, what: str) -> Iterable[Value]:
    if what in table.columns:  # one number a block
        column = table[what]
        low, mid, high = (column.quantile(q) for q in (0.1, 0.5, 0.9))
        return [Value("over the blocks", low, mid, high, column.mean())]  # type: ignore[arg-type]
    rows = table.sort(f"{what}_p50", nulls_last=True).to_dicts()
    return [
        _value(f"{place} block, {row['block']}", row, f"{what}_")
        for place, row in (("first", rows[0]), ("last", rows[-1]))
    ]


def _capacity(table: pl.DataFrame, what: str) -> Iterable[Value]:
    rows = [r for r in table.to_dicts() if r["site"] == "all" and r["month"].endswith("-12")]
    return [_in_gw(_value(r["month"][:4], r, f"{what}_")) for r in rows]


def _in_gw(v: Value) -> Value:
    parts = (None if x is None else float(x) / 1e3 for x in (v.p10, v.p50, v.p90, v.mean))
    return Value(v.label, *parts)


def _capex(table: pl.DataFrame, what: str) -> Iterable[Value]:
    rows = [r for r in table.to_dicts() if r["component"] == what]
    return [Value(r["system"], r["p10"], r["p50"], r["p90"], r["usd_per_gw_mean"]) for r in rows]


def _impact(table: pl.DataFrame, what: str) -> Iterable[Value]:
    return [_value(r["year"], r) for r in table.to_dicts() if r["metric"] == what]


def _performance(table: pl.DataFrame, what: str) -> Iterable[Value]:
    return [
        Value(f"{r['workload']} on {r['system']}", None, r["value"], None)
        for r in table.to_dicts()
        if r["metric"] == what
    ]


def _operations(table: pl.DataFrame, what: str) -> Iterable[Value]:
    rows = [r for r in table.to_dicts() if r["cause"] == what and r["share"] > 0.0]
    return [Value(f"{r['year']}, of installed hours", None, None, None, r["share"]) for r in rows]


def _energy(table: pl.DataFrame, what: str) -> Iterable[Value]:
    return _yearly(r for r in table.to_dicts() if r["source"] == "all")(f"{what}_mean")


def _ledger(table: pl.DataFrame, what: str) -> Iterable[Value]:
    kept = [r for r in table.to_dicts() if r["investment"] == (what == "investment")]
    return _yearly(kept)("amount_usd_mean")


def _yearly(rows: Iterable[Mapping[str, Any]]) -> Callable[[str], list[Value]]:
    """Sum over the months of each year of a column of means."""
    kept = list(rows)

    def of(column: str) -> list[Value]:
        sums: dict[str, float] = {}
        for row in kept:
            year = str(row["month"])[:4]
            sums[year] = sums.get(year, 0.0) + float(row[column] or 0.0)
        return [Value(year, None, None, None, total) for year, total in sorted(sums.items())]

    return of


def _draws(table: pl.DataFrame, what: str) -> Iterable[Value]:
    if f"result:{what}" not in table.columns:
        return []
    values = table[f"result:{what}"].to_numpy()
    low, mid, high = (float(v) if np.isfinite(v) else None for v in bands(values))
    return [Value("", low, mid, high)]


def _gap(table: pl.DataFrame, what: str) -> Iterable[Value]:
    rows = table.to_dicts()
    top = max(rows, key=lambda r: float(r[f"{what}_p50"]))
    return [_value(top["month"], top, f"{what}_")]


_READERS: dict[str, Callable[[Any, str], Iterable[Value]]] = {
    "schedule": _schedule, "capacity": _capacity, "capex": _capex, "impact": _impact,
    "performance": _performance, "operations": _operations, "energy": _energy,
    "ledger": _ledger, "gap": _gap, "draws": _draws,
}  # fmt: skip
