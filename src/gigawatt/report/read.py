"""Reading a run folder: manifest, named answers and tables, as they were written by `study`.

The report knows a run only through its folder, so that a run made elsewhere, or years ago, can be
reported again. Tables are optional: a section whose table is absent is left out.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from gigawatt.errors import InputError
from gigawatt.quantity.format import shown_unit

if TYPE_CHECKING:
    import polars as pl

Row = dict[str, Any]
NOT_IN_PROGRAMME = "not in programme"
NOT_WITHIN_HORIZON = "not within horizon"
BAND = ("p10", "p50", "p90")

COLUMNS: dict[str, tuple[str, ...]] = {
    "capacity": (
        "month", "site", "facility_mw_p10", "facility_mw_p50", "facility_mw_p90",
        "facility_mw_mean",
    ),
    "schedule": (
        "block", "site", "site_name", "phase", "system", "route", "status", "facility_mw",
        "energised_p10", "energised_p50", "energised_p90", "in_service_p10", "in_service_p50",
        "in_service_p90", "never_share", "binding", "binding_share",
    ),
    "binding": ("year", "constraint", "share", "weight_mw"),
    "events": ("site", "site_name", "date", "kind", "note", "source", "status"),
    "ledger": ("month", "payer", "payee", "instrument", "leg", "investment", "amount_usd_mean"),
    "gap": ("month", "gap_usd_p10", "gap_usd_p50", "gap_usd_p90", "gap_usd_mean"),
    "parties": (
        "party", "npv_usd_p10", "npv_usd_p50", "npv_usd_p90", "irr_share_p50",
        "share_of_draws_with_one_irr", "peak_need_usd_p50",
    ),
    "cover": (
        "borrower", "least_dscr_p10", "least_dscr_p50", "least_dscr_p90", "peak_debt_usd_mean",
        "probability_below_lockup", "probability_below_default",
    ),
    "exposure": ("holder", "debtor", "peak_usd", "end_usd"),
    "expected_loss": (
        "party", "probability", "unpaid_usd_mean", "covered_usd_mean", "loss_usd_mean",
        "loss_usd_p90",
    ),
    "loan_to_value": (
        "borrower", "year", "loan_to_value_share_p10", "loan_to_value_share_p50",
        "loan_to_value_share_p90", "above_covenant_share",
    ),
    "stress": ("scenario", "party", "loss_usd_mean"),
    "tranche_uses": (
        "tranches_released", "capacity_usd", "energy_usd", "other_usd", "equity_usd", "loans_usd",
        "unnamed_usd", "own_cash_usd",
    ),
    "peak_funding": ("instrument", "from", "to", "usd_mean"),
    "peak_need": (
        "need", "peak_month", "peak_usd_p10", "peak_usd_p50", "peak_usd_p90", "party",
        "party_usd_mean",
    ),
    "operations": ("year", "cause", "package_hours_mean", "share"),
    "load_shape": (
        "site", "stage", "phases", "engine", "hour", "it_shape_pu", "mean_it_mw",
        "ramp_mw_per_min", "drop_mw",
    ),
    "energy": (
        "month", "site", "source", "supply_mwh_mean", "energy_cost_usd_mean", "co2_t_mean",
        "water_m3_mean",
    ),
    "supply": (
        "site", "number", "phases", "source", "facility_mw", "capacity_mw", "fixed_usd_per_mwh",
        "running_usd_per_mwh", "co2_t_per_mwh", "deliverable_share", "contract_mw",
        "import_peak_mw", "import_ramp_mw", "ramp_mw_per_min", "drop_mw",
    ),
    "site_years": (
        "site", "year", "metric", "unit", "mean", "p10", "p50", "p90", "draws_share",
    ),
    "source_costs": (
        "site", "year", "source", "supply_mwh", "usd_per_mwh", "usd_per_mwh_p10",
        "usd_per_mwh_p90", "nameplate_mw", "standby_usd_per_kw_year",
    ),
    "water_days": ("site", "year", "water_m3", "plant_m3"),
    "indicators": ("site", "year", "erf", "nox_class", "standby_usd_per_kw_year"),
    "other_customers": (
        "site", "case", "year", "contract_mw", "requirement_usd", "paid_usd", "resold_usd",
        "shortfall_usd", "usd_per_mwh", "stranded_usd",
    ),
    "grid_view": (
        "site", "phases", "firm_mw", "non_firm_mw", "import_peak_mw", "coincident_mw",
        "area_share", "curtailed_hours", "curtailed_mwh", "waiting_hours", "import_ramp_mw",
        "ramp_mw_per_min",
    ),
    "supply_weeks": ("site", "week", "hour", "source", "mw"),
    "supply_durations": ("site", "source", "share_of_year", "mw"),
    "supply_carbon": ("site", "month_of_year", "hour", "co2_kg_per_mwh"),
    "rules": (
        "site", "name", "applies", "met", "value", "limit", "unit", "short_by", "stage", "says",
        "size", "size_value", "threshold", "size_unit",
    ),
    "impact": ("year", "metric", "unit", "p10", "p50", "p90", "mean"),
    "performance": ("workload", "kind", "model", "system", "setting", "metric", "unit", "value"),
    "serving": (
        "workload", "system", "in_programme", "model", "precision", "input_tokens", "output_tokens",
        "packages", "ttft_p99_limit_s", "speculation", "engine", "software", "pue",
        "programme_tok_s_per_user", "at_programme_speed", "tok_s_per_user",
        "output_tok_s_per_gpu", "output_tok_s_per_gpu_low", "output_tok_s_per_gpu_high",
        "output_tok_s_per_mw", "drawn_w_per_gpu", "ttft_ms", "ttft_p99_ms", "plan",
    ),
    "token_prices": (
        "workload", "year", "model", "precision", "input_tokens", "output_tokens",
        "tok_s_per_user", "market_systems", "sold_output_tokens_p50", "price_usd_per_million_p50",
        "cost_usd_per_million_p50", "capacity_price_usd_per_million_p50",
        "market_tokens_per_gw_year_p50", "margin_share_p50",
    ),
    "phase_tokens": (
        "site", "phase", "system", "year", "in_service_share", "sold_output_tokens_p50",
        "price_usd_per_million_p50", "cost_usd_per_million_p50", "token_revenue_usd_p50",
        "capacity_revenue_usd_p50", "sold_output_tokens_mean", "sold_input_tokens_mean",
        "margin_share_p50",
    ),
    "conversion": (
        "name", "unit", "declared_low", "declared_high", "computed_p10", "computed_p50",
        "computed_p90", "agrees", "reading",
    ),
    "capex": ("system", "component", "usd_per_gw_mean", "p10", "p50", "p90"),
    "capex_bases": (
        "system", "gigawatt", "covers", "usd_per_gw_p10", "usd_per_gw_p50", "usd_per_gw_p90",
    ),
    "sites": (
        "site", "name", "status", "mw_basis", "power_mw", "deal_share", "facility_mw", "route",
        "source", "note", "landlord", "cloud", "tenant", "country", "export_rule",
    ),
}  # fmt: skip
"""Columns of each table that the report reads; a table may have more."""


@dataclass(frozen=True, slots=True)
class Answer:
    """One named result.

    Attributes
    ----------
    name : identifier ("capex_usd_per_gw").
    title, definition : for people.
    kind : "date", "number", "by_year" or "shares_by_year".
    unit : of the values; "date" for dates, "odds" for shares of draws.
    p10, p50, p90 : ISO text of a date, a number, or None where the level is not reached.
    mean : mean over draws, where it has a meaning.
    probability : of being reached, for dates.
    status : "reached", "not in programme" or "not within horizon"; "" where it plays no part.
    by_year : year → {p10, p50, p90, mean} of kind "by_year", {name: share} of "shares_by_year".
    """

    name: str
    title: str
    kind: str
    unit: str
    definition: str
    p10: float | str | None
    p50: float | str | None
    p90: float | str | None
    mean: float | None
    probability: float | None
    status: str
    by_year: Mapping[str, Mapping[str, float | None]]

    @classmethod
    def of(cls, row: Row) -> Answer:
        """Answer from its JSON object; what is not given is None or empty."""
        name = str(row["name"])
        return cls(
            name=name,
            title=str(row.get("title") or name),
            kind=str(row.get("kind") or "number"),
            unit=shown_unit(name, str(row.get("unit") or "")),
            definition=str(row.get("definition") or ""),
            p10=row.get("p10"),
            p50=row.get("p50"),
            p90=row.get("p90"),
            mean=row.get("mean"),
            probability=row.get("probability"),
            status=str(row.get("status") or ""),
            by_year=row.get("by_year") or {},
        )

    @property
    def central(self) -> float | str | None:
        """Median, else mean, else probability: the one value that stands for the answer."""
        if self.p50 is not None or self.kind == "date":
            return self.p50
        return self.mean if self.mean is not None else self.probability


@dataclass(frozen=True, slots=True)
class Run:
    """What a run folder holds.

    Attributes
    ----------
    folder : where it is.
    manifest : versions, programme, seed, draws, warnings, facts and sources.
    answers : named results, in the order of the file.
    tables : name → table; absent tables are not in it.
    """

    folder: Path
    manifest: Mapping[str, Any]
    answers: tuple[Answer, ...]
    tables: Mapping[str, pl.DataFrame]

    def answer(self, name: str) -> Answer | None:
        """Return the answer called `name`, or None."""
        return next((a for a in self.answers if a.name == name), None)

    def table(self, name: str) -> pl.DataFrame | None:
        """Return a table, or None where the run has none or an empty one."""
        table = self.tables.get(name)
        return None if table is None or table.is_empty() else table

    def rows(self, name: str) -> list[Row]:
        """Rows of a table; none where it is absent."""
        table = self.table(name)
        return [] if table is None else table.to_dicts()


def read_run(folder: Path) -> Run:
    """Read a run folder.

    Raises
    ------
    InputError : the folder, its manifest or its answers are missing or broken, or a table lacks a
        column that the report reads.
    """
    import polars as pl

    manifest = _read_json(folder / "manifest.json")
    answers = _read_json(folder / "answers.json")
    tables = {}
    for name, needed in COLUMNS.items():
        path = folder / "tables" / f"{name}.parquet"
        if path.is_file():
            tables[name] = pl.read_parquet(path)
            _check_columns(path, tables[name].columns, needed)
    try:
        named = tuple(Answer.of(row) for row in answers["answers"])
    except (KeyError, TypeError) as error:
        raise InputError(f"{folder / 'answers.json'} is not a list of named answers.") from error
    return Run(folder, manifest, named, tables)


def _read_json(path: Path) -> Any:  # noqa: ANN401 - JSON has no narrower type
    if not path.is_file():
        raise InputError(
            f"{path.parent} is not a run folder: it has no {path.name}. "
            "Give the folder that `gigawatt run` wrote."
        )
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except ValueError as error:
        raise InputError(f"{path} is not valid JSON: {error}.") from error


def _check_columns(path: Path, columns: list[str], needed: tuple[str, ...]) -> None:
    lacking = [c for c in needed if c not in columns]
    if lacking:
        raise InputError(
            f"{path} lacks {', '.join(lacking)}; it was written by another version of gigawatt. "
            "Run the programme again."
        )
