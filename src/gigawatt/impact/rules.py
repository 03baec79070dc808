"""Rules that begin at a threshold: of training compute, or of a chip by country of destination.

Dated records of the catalog's tables "rules" and "exports". Export control is simplified to one
requirement by country and date; who owns the buyer, end use, exceptions and thresholds of
performance density are left out. Not legal advice.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from gigawatt.catalog import Catalog, Record
from gigawatt.errors import InputError, unknown_name

FORMATS = (("bf16_dense_tflops", 16), ("fp8_dense_tflops", 8), ("fp4_dense_tflops", 4))
EXPORT_RULE = "us-export-advanced-chips"


@dataclass(frozen=True, slots=True)
class Rule:
    """A rule in force, with how it is known.

    Attributes
    ----------
    id, name : of the catalog's record.
    says : duty, or requirement by destination.
    threshold : where it begins.
    source, status, as_of : how it is known.
    """

    id: str
    name: str
    says: str
    threshold: float
    source: str
    status: str
    as_of: str


def rules_for_training(catalog: Catalog, training_flop: float, day: dt.date) -> list[Rule]:
    """Rules that a model of this training compute meets on `day`, the lowest threshold first."""
    found = [
        _rule(r, r.text("duty"), r.value("threshold_flop"))
        for r in catalog.records["rules"].values()
        if "threshold_flop" in r.facts and _holds(r, day)
    ]
    met = [rule for rule in found if training_flop >= rule.threshold]
    return sorted(met, key=lambda rule: rule.threshold)


def total_processing_performance(catalog: Catalog, system: str) -> float:
    """Largest dense TFLOP/s times bits of a package of `system`, over the known formats."""
    record = catalog.record("systems", system)
    found = [record.value(key) * bits for key, bits in FORMATS if key in record.facts]
    if not found:
        raise InputError(f"systems/{system}: no dense rate, so no total processing performance")
    return max(found)


def export_rule(catalog: Catalog, country: str, system: str, day: dt.date) -> Rule:
    """What US export control asks for packages of `system` in `country` on `day`.

    Raises
    ------
    InputError : the country has no record; the message says which have.
    """
    table = list(catalog.records["exports"].values())
    countries = {r.text("country") for r in table}
    if country not in countries:
        raise unknown_name("country of export control", country, countries)
    threshold = catalog.fact(f"rules/{EXPORT_RULE}/threshold_tpp_count").value
    performance = total_processing_performance(catalog, system)
    begun = [r for r in table if r.text("country") == country and _holds(r, day)]
    if not begun or performance < threshold:
        return _rule(catalog.record("rules", EXPORT_RULE), "none", threshold)
    last = max(begun, key=_begins)
    return _rule(last, _requirement(catalog, last, performance), threshold)


def _requirement(catalog: Catalog, record: Record, performance: float) -> str:
    """Requirement of a record; above its own upper limit the export is denied."""
    best = record.text("up_to")
    if best and performance > total_processing_performance(catalog, best):
        return "denied"
    return record.text("requirement")


def _holds(record: Record, day: dt.date) -> bool:
    ends = record.attributes.get("ends")
    return _begins(record) <= day and (not isinstance(ends, dt.date) or day < ends)


def _begins(record: Record) -> dt.date:
    begins = record.attributes.get("begins")
    if not isinstance(begins, dt.date):
        raise InputError(f"{record.kind}/{record.id}: begins must be a date")
    return begins


def _rule(record: Record, says: str, threshold: float) -> Rule:
    a = record.attributes
    return Rule(
        record.id, record.name, says, threshold,
        str(a.get("source", "")), str(a.get("status", "")), str(a.get("as_of", "")),
    )  # fmt: skip
