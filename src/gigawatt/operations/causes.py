"""Failure classes of a fleet from the catalog (table "failures")."""

from __future__ import annotations

from gigawatt.catalog.facts import Catalog, Record
from gigawatt.operations.events.spec import FailureClass


def failure_classes(catalog: Catalog, per_1000_node_days: float) -> tuple[FailureClass, ...]:
    """All classes by central values.

    Parameters
    ----------
    catalog : holds the table "failures".
    per_1000_node_days : mature rate of a node, divided over the classes by share.
    """
    records = catalog.records["failures"].values()
    shares = sum(r.value("share", 0.0) for r in records if "share" in r.facts)
    return tuple(_class(r, per_1000_node_days / shares) for r in records)


def _class(record: Record, rate: float) -> FailureClass:
    domain = "domain_racks_count" in record.facts
    return FailureClass(
        name=record.id,
        blast=int(record.value("domain_racks_count")) if domain else record.text("blast", "tray"),
        per_1000_node_days=0.0 if domain else rate * record.value("share"),
        per_domain_year=record.value("domain_failures_per_year") if domain else 0.0,
        detection_s=record.value("detection_s"),
        diagnosis_h=record.value("diagnosis_hours"),
        repair_share=record.value("repair_share"),
        repair_h=record.value("repair_hours"),
        hands_h=record.value("hands_hours"),
        rollback_s=record.value("rollback_s", 0.0) if "rollback_s" in record.facts else 0.0,
        needs_part=bool(record.attributes.get("part", False)),
        ages=not domain,
    )
