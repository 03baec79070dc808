"""What several parts of the report need from a run: its main figures and its sentence."""

from __future__ import annotations

from dataclasses import dataclass

from gigawatt.report.read import BAND, NOT_IN_PROGRAMME, Answer, Row
from gigawatt.report.view import View

KW_UNITS_IN_MW = {"kw": 1e-3, "mw": 1.0, "gw": 1e3}
ALL_SITES = "all"


@dataclass(frozen=True, slots=True)
class YearEnd:
    """Facility power in service at the end of a year's last month, MW."""

    year: str
    month: str
    p10: float
    p50: float
    p90: float
    mean: float


def capacity_months(view: View) -> list[Row]:
    """Capacity of all sites together, by month, in order."""
    rows = [r for r in view.run.rows("capacity") if r["site"] == ALL_SITES]
    return sorted(rows, key=lambda r: str(r["month"]))


def year_ends(view: View) -> list[YearEnd]:
    """Capacity of all sites at the last month of each calendar year."""
    last = {str(r["month"])[:4]: r for r in capacity_months(view)}
    return [
        YearEnd(year, str(r["month"]), *(float(r[f"facility_mw_{k}"]) for k in (*BAND, "mean")))
        for year, r in last.items()
    ]


def declared_power_mw(view: View) -> float | None:
    """Announced facility power, from the comparison of declared and computed totals."""
    for row in view.run.rows("conversion"):
        factor = KW_UNITS_IN_MW.get(str(row["unit"]).lower())
        if factor and row["declared_high"] is not None and "power" in str(row["name"]).lower():
            return factor * float(row["declared_high"])
    return None


def binding_by_power(view: View) -> list[tuple[str, float]]:
    """(constraint, share of all megawatts for which it was last to be ready), the largest first."""
    weight: dict[str, float] = {}
    for row in view.run.rows("binding"):
        size = float(row["weight_mw"] or 0.0)
        weight[row["constraint"]] = weight.get(row["constraint"], 0.0) + size
    total = sum(weight.values()) or 1.0
    ranked = sorted(weight.items(), key=lambda item: -item[1])
    return [(name, size / total) for name, size in ranked]


def verdict(view: View) -> str:
    """One sentence on dates, capacity and what holds it back, from the run's own numbers."""
    clauses = [
        *_first_gigawatt(view),
        *_capacity(view),
        *_binding(view),
    ]
    if not clauses:
        return view.say("verdict.none")
    sentence = view.locale.joint.join(clauses)
    return f"{sentence[0].upper()}{sentence[1:]}."


def _first_gigawatt(view: View) -> list[str]:
    answer = view.run.answer("first_gw_in_service_date")
    if answer is None:
        return []
    if answer.status == NOT_IN_PROGRAMME:
        return [view.say("verdict.not_in_programme")]
    if answer.p50 is None:
        return [view.say("verdict.first_gw_never", horizon=view.month(view.horizon))]
    p10, p50, p90 = (view.month(_text(v)) for v in (answer.p10, answer.p50, answer.p90))
    clauses = [view.say("verdict.first_gw", p10=p10, p50=p50, p90=p90)]
    early = view.run.answer("probability_first_gw_by_2026_12_31")
    if early is not None and isinstance(early.central, int | float):
        share = view.quantity(early.central, "odds")
        clauses.append(view.say("verdict.by_2026", share=share))
    return clauses


def _capacity(view: View) -> list[str]:
    end = next(reversed(year_ends(view)), None)
    if end is None or end.p90 <= 0.0:
        return []
    values = {k: view.power(getattr(end, k)) for k in BAND}
    when = view.month(end.month)
    declared = declared_power_mw(view)
    if declared:
        return [
            view.say("verdict.capacity_of", month=when, declared=view.power(declared), **values)
        ]
    return [view.say("verdict.capacity", month=when, **values)]


def _binding(view: View) -> list[str]:
    ranked = binding_by_power(view)
    if not ranked:
        return []
    name, share = ranked[0]
    cause = view.say.label("constraint", name)
    return [view.say("verdict.binding", constraint=cause, share=view.percent(share))]


def _text(value: float | str | None) -> str | None:
    return None if value is None else str(value)


def peak_year(answer: Answer) -> str | None:
    """Year with the largest median of an answer by year; None where there is none."""
    known = {y: v.get("p50") for y, v in answer.by_year.items()}
    sized = {y: float(v) for y, v in known.items() if v is not None}
    return max(sized, key=lambda y: sized[y]) if sized else None
