"""Tables of whole training runs: each row's time, package-hours and energy, none dropped."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping

from gigawatt.catalog import Catalog
from gigawatt.errors import GigawattError, InputError
from gigawatt.performance.shapes import train_flop_per_token
from gigawatt.performance.training.case_input import (
    Said,
    number_of,
    shape_of,
    system_of,
    text_of,
)
from gigawatt.performance.training.cases import resolve_case, table_row
from gigawatt.performance.training.defaults import FUSED_ATTENTION, software_month
from gigawatt.performance.training.facts import months_since_2000
from gigawatt.quantity.units import SECONDS_PER_DAY
from gigawatt.study.training.training_run import (
    Band,
    RunAsk,
    TrainingRun,
    training_run,
    whole_run_row,
)
from gigawatt.study.training.training_run_batch import with_batch

ADDED = (
    "predicted_days", "predicted_days_low", "predicted_days_high",
    "predicted_gpu_hours", "predicted_gpu_hours_low", "predicted_gpu_hours_high",
    "predicted_mfu_pct",
    "predicted_tdp_mwh", "predicted_tdp_mwh_low", "predicted_tdp_mwh_high",
    "predicted_gpu_mwh", "predicted_gpu_mwh_low", "predicted_gpu_mwh_high",
    "predicted_it_mwh", "predicted_it_mwh_low", "predicted_it_mwh_high",
    "predicted_facility_mwh", "predicted_facility_mwh_low", "predicted_facility_mwh_high",
    "predicted_cost_usd", "predicted_loss", "assumed", "problem",
)  # fmt: skip
_TOKENS = re.compile(
    r"^~?\s*(\d+(?:\.\d+)?)\s*([tbm])(?:rillion|illion|n)?\s*(?:tokens?)?$", re.IGNORECASE
)
EARLY = ("volta", "ampere", "tpu", "cdna2")  # generations in use before fused attention
USUAL_DAYS = 30.0
USUAL_MFU = 0.4


def run_columns(row: Mapping[str, str], catalog: Catalog) -> dict[str, str]:
    """The columns `ADDED` of one row; a row that can't be answered has only its `problem`.

    Beside the columns of single steps a row may have `tokens_t` (10^12 tokens; or `tokens_b`,
    `tokens`), `flop`, `loss`, `gpus_peak` (for `gpus`), `usd_per_gpu_hour`, `pue` and `gpu_hours`
    (known ones: energy and cost are then of these, and the predicted hours are not).
    """
    try:
        known, words = _with_gpus(row, catalog)
        known, dated = _with_date(known, catalog)
        ask = RunAsk(
            tokens=tokens_of(row),
            flop=number_of(row, "flop"),
            loss=number_of(row, "loss"),
            usd_per_gpu_hour=number_of(row, "usd_per_gpu_hour"),
            pue=number_of(row, "pue"),
            gpu_hours=_known_hours(row),
        )
        known, more = with_batch(whole_run_row(known), ask, catalog)
        case = resolve_case(known, catalog)
        run = training_run(case, ask, catalog, more)
    except GigawattError as error:
        return {**dict.fromkeys(ADDED, ""), "problem": " ".join(str(error).split())}
    return _cells(run, (*words, *dated))


def tokens_of(row: Mapping[str, str]) -> float | None:
    """Tokens of a row: `tokens_t` (10^12), `tokens_b` (10^9), or `tokens`, also as "15.6T"."""
    for column, unit in (("tokens_t", 1e12), ("tokens_b", 1e9)):
        value = number_of(row, column)
        if value is not None:
            return value * unit
    found = _TOKENS.match(text_of(row, "tokens").replace(",", ""))
    if found is None:
        return number_of(row, "tokens")
    return float(found.group(1)) * {"t": 1e12, "b": 1e9, "m": 1e6}[found.group(2).lower()]


def _with_date(row: dict[str, str], catalog: Catalog) -> tuple[dict[str, str], tuple[str, ...]]:
    """The row with the month of an early model where it has no date: tables tell of past runs.

    Only of models before fused attention, whose software was another: not of a later model for
    which such a shape stands, and not on packages that came after (Hopper and later).
    """
    if software_month(text_of(row, "release"), text_of(row, "source"))[0] > 0.0:
        return row, ()
    said = Said([])
    shape = shape_of(row, catalog, said)
    later = system_of(row, catalog, Said([])).generation not in EARLY
    if said.words or later:
        return row, ()
    record = catalog.records["models"].get(shape.id)
    as_of = record.facts["layers"].as_of if record else ""
    if "-" not in as_of or months_since_2000(as_of) >= FUSED_ATTENTION:
        return row, ()
    source = f"{row.get('source', '')}; {as_of}".lstrip("; ")
    return {**row, "source": source}, (f"software of {as_of}, when the model came out",)


def _known_hours(row: Mapping[str, str]) -> float | None:
    """Package-hours that a row states, for its energy and cost; a text of another kind is none."""
    try:
        return number_of(row, "gpu_hours") or None
    except InputError:
        return None


def predict_runs(rows: Iterable[Mapping[str, str]], catalog: Catalog) -> Iterator[dict[str, str]]:
    """Each row with the columns `ADDED`."""
    for row in rows:
        kept = {k: v or "" for k, v in row.items() if k}
        yield {**kept, **run_columns(table_row(kept), catalog)}


def _with_gpus(row: Mapping[str, str], catalog: Catalog) -> tuple[dict[str, str], tuple[str, ...]]:
    """The row with its number of packages: its own, its peak, or one that gives a usual run."""
    known = dict(row)
    if text_of(row, "gpus"):
        return known, ()
    if text_of(row, "gpus_peak"):
        known["gpus"] = text_of(row, "gpus_peak")
        return known, ()
    tokens, flop = tokens_of(row), number_of(row, "flop")
    if flop is None and tokens is not None:
        flop = tokens * train_flop_per_token(shape_of(row, catalog, Said([])), 4096)
    peak = system_of(row, catalog, Said([])).bf16_tflops * 1e12 or 1e15
    wanted = (flop or 0.0) / (USUAL_DAYS * SECONDS_PER_DAY * USUAL_MFU * peak)
    gpus = 2 ** max(3, min(17, round(wanted).bit_length()))
    known["gpus"] = str(gpus)
    return known, (f"{gpus:,} packages (not given: a run of about a month)",)


def _cells(run: TrainingRun, words: tuple[str, ...]) -> dict[str, str]:
    out: dict[str, str] = {}
    bands: dict[str, Band] = {
        "days": run.days,
        "gpu_hours": run.gpu_hours,
        "tdp_mwh": run.tdp_mwh,
        "gpu_mwh": run.gpu_mwh,
        "it_mwh": run.it_mwh,
        "facility_mwh": run.facility_mwh,
    }
    for name, band in bands.items():
        out[f"predicted_{name}"] = f"{band.median:.6g}"
        out[f"predicted_{name}_low"] = f"{band.low:.6g}"
        out[f"predicted_{name}_high"] = f"{band.high:.6g}"
    out["predicted_mfu_pct"] = f"{run.mfu * 100.0:.4g}"
    out["predicted_cost_usd"] = "" if run.cost_usd is None else f"{run.cost_usd.median:.6g}"
    out["predicted_loss"] = f"{run.loss:.5g}"
    out["assumed"] = "; ".join((*words, *run.assumed))
    out["problem"] = ""
    return {name: out[name] for name in ADDED}
