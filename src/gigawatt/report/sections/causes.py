"""What accounts for the difference of two programmes: one waterfall a result.

From ``comparison.json``, on the page of a comparison and in the report of a run that holds one.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from gigawatt.report import figures
from gigawatt.report.page import Cell, Figure, Listing, Section, Table
from gigawatt.report.sections.side_by_side import PERCENT, has_comparison, read_comparison
from gigawatt.report.sections.yearly import row_scale
from gigawatt.report.texts import texts_of
from gigawatt.report.view import USD_PER_BN, View

BAR_PX, FRAME_PX = 40, 110
ROUNDING = 1e-9  # what sums in another order leave of a zero, relative to the result
IN_REPORT = ("first_gw_in_service_month", "capex_usd_per_gw", "funding_gap_peak_usd")
YEAR_END = "facility_gw_in_service_end_"


def section(view: View) -> Section | None:
    """Section of a run's report: the headline results, and the year end that differs most."""
    held = read_comparison(view.run.folder) if has_comparison(view.run.folder) else {}
    told = held.get("causes")
    if not told:
        return None
    ends = [w for w in told["waterfalls"] if w["name"].startswith(YEAR_END)]
    chosen = [w for w in told["waterfalls"] if w["name"] in IN_REPORT]
    if ends:
        chosen.append(max(ends, key=lambda w: abs(w["b"] - w["a"])))
    return causes_section(view, {**held, "causes": {**told, "waterfalls": chosen}})


def causes_section(view: View, held: Mapping[str, Any]) -> Section | None:
    """One waterfall a result that differs, from A by groups of inputs to B."""
    told = held.get("causes")
    if not told:
        return None
    chosen = [w for w in told["waterfalls"] if any(e["effect"] for e in w["effects"])]
    if not chosen:
        return None
    say = view.say
    text = texts_of(say.lang)
    groups = Listing(
        tuple(
            Cell(text(g["group"]), sub=", ".join(map(text, g["changed"]))) for g in told["groups"]
        )
    )
    start = str(held["setting"]["start"])
    charts = tuple(_waterfall(view, w, start) for w in chosen)
    intro = say("compare.causes_intro", draws=view.fixed(float(told["draws"]), 0))
    return Section("causes", say("compare.causes"), intro, (*charts, groups))


def _waterfall(view: View, w: Mapping[str, Any], start: str) -> Figure:
    say = view.say
    factor, unit = _scale(view, w)
    ends = max(abs(w["a"]), abs(w["b"]))
    names = ["A", *(str(e["group"]) for e in w["effects"]), "B"]
    effects = [0.0 if abs(e["effect"]) < ROUNDING * ends else e["effect"] for e in w["effects"]]
    steps = [v / factor for v in effects]
    values = [w["a"] / factor, *steps, w["b"] / factor]
    texts = [view.number(values[0]), *(_plus(view, v) for v in steps), view.number(values[-1])]
    if w["unit"] == "months":
        texts[0], texts[-1] = (
            _calendar(view, start, w[k], t) for k, t in (("a", texts[0]), ("b", texts[-1]))
        )
    measures = ["absolute", *("relative" for _ in steps), "total"]
    rows = tuple((Cell(n), Cell(t)) for n, t in zip(names, texts, strict=True))
    note = say("compare.capped") if w.get("capped") else say("compare.causes_note")
    layout = figures.lying_layout(unit)
    layout["xaxis"] = {**layout["xaxis"], "range": _window(values, steps)}
    return Figure(
        id=f"cause-{w['name']}",
        title=str(w["title"]),
        unit=unit,
        note=note,
        data=[figures.waterfall(names, values, measures, texts)],
        layout=layout,
        table=Table(str(w["title"]), view.columns("", unit), rows),
        height_px=FRAME_PX + BAR_PX * len(names),
        numbers=(("step", unit), *zip(names, values, strict=True)),
    )


def _calendar(view: View, start: str, months: float, text: str) -> str:
    """Months since the start, with the calendar month that they reach."""
    position = 12 * int(start[:4]) + int(start[5:7]) - 1 + int(months)
    return f"{text} ({view.month(f'{position // 12}-{position % 12 + 1:02d}-01')})"


def _window(values: list[float], steps: list[float]) -> list[float]:
    """Part of the axis that shows the steps: from zero only where they are not small beside it."""
    reached = [values[0], values[-1]]
    for step in steps:
        reached.append(reached[-1] + step if len(reached) > 2 else values[0] + step)
    low, high = min(reached), max(reached)
    margin = 0.6 * (high - low)  # room for the number beside a bar, on a phone too
    start = low - margin if low > high - low else min(0.0, low - margin)
    return [start, high + margin]


def _plus(view: View, value: float) -> str:
    return "0" if value == 0.0 else f"{'+' if value > 0.0 else '−'}{view.number(abs(value))}"


def _scale(view: View, w: Mapping[str, Any]) -> tuple[float, str]:
    """Divisor and name of the unit of a chart."""
    say, unit = view.say, str(w["unit"])
    if unit in ("USD", "USD/GW"):
        return USD_PER_BN, say("unit.bn_usd" if unit == "USD" else "unit.bn_usd_gw")
    if unit == "months":
        return 1.0, say("compare.months_since")
    if unit == "share":
        return 1.0 / PERCENT, say("unit.percent")
    factor, name = row_scale(view, unit, {"": {"p50": max(abs(w["a"]), abs(w["b"]))}})
    return factor, f"{name} {view.unit(unit)}".strip()
