"""Tokens: price against cost by year, revenue on both bases, and every phase's own."""

from __future__ import annotations

from collections.abc import Sequence

from gigawatt.report import figures
from gigawatt.report.page import Cell, Figure, Part, Section, Table
from gigawatt.report.read import BAND, Row
from gigawatt.report.view import USD_PER_BN, View

PARTS = {
    "systems": "tokens.part_systems", "site": "tokens.part_site",
    "upkeep": "tokens.part_upkeep", "energy": "tokens.part_energy",
}  # fmt: skip
LEAST_SHARE = 0.5  # of the draws that have a phase in service, for a row of its own
BASES = ("token_revenue_per_gw_year", "capacity_revenue_per_gw_year")


def section(view: View) -> Section | None:
    """Price, cost and revenue of tokens, as far as the run holds them."""
    prices, phases = view.run.rows("token_prices"), view.run.rows("phase_tokens")
    if not prices:
        return None
    parts: list[Part] = []
    for workload in dict.fromkeys(str(r["workload"]) for r in prices):
        held = [r for r in prices if r["workload"] == workload]
        parts += [_figure(view, workload, held), _prices(view, workload, held)]
    parts.append(_bases(view))
    if phases:
        parts += [_phases(view, phases), _margins(view, phases), _parts(view, phases)]
    say = view.say
    by_tokens = _choice(view, "revenue_basis", "gw_year") == "tokens"
    by_market = _choice(view, "late_systems", "declared") == "market"
    basis = say("tokens.basis_tokens") if by_tokens else say("tokens.basis_gw_year")
    late = say("tokens.late_market") if by_market else say("tokens.late_declared")
    intro = say("tokens.intro", basis=f"{basis} {late}")
    return Section("tokens", say("tokens.title"), intro, tuple(parts))


def _choice(view: View, key: str, default: str) -> str:
    """What the programme chose."""
    inputs = view.run.manifest.get("inputs") or ()
    found = [r["value"] for r in inputs if r["path"] == f"programme/{key}"]
    return str(found[0]) if found else default


def _conditions(view: View, rows: Sequence[Row]) -> str:
    r = rows[0]
    return view.say(
        "tokens.conditions", model=r["model"], precision=str(r["precision"]).upper(),
        input_tokens=view.fixed(r["input_tokens"], 0),
        output_tokens=view.fixed(r["output_tokens"], 0), speed=view.number(r["tok_s_per_user"]),
        system=r["market_systems"],
    )  # fmt: skip


def _figure(view: View, workload: str, rows: Sequence[Row]) -> Figure:
    """P50 of price and cost with P10 to P90, and the price that capacity implies."""
    say = view.say
    years = [str(r["year"]) for r in rows]
    lines = {
        say("tokens.price"): "price_usd_per_million",
        say("tokens.cost"): "cost_usd_per_million",
        say("tokens.implied"): "capacity_price_usd_per_million",
    }
    data = []
    for k, (name, key) in enumerate(lines.items()):
        low, middle, high = ([r[f"{key}_{b}"] for r in rows] for b in BAND)
        data.append({
            "type": "scatter", "mode": "lines+markers", "name": name, "x": years,
            "y": figures.finite(middle), "line": {"color": f"@c{k}", "width": 2},
            "error_y": {
                "type": "data", "symmetric": False, "thickness": 1,
                "array": [None if a is None else b - a for a, b in zip(middle, high, strict=True)],
                "arrayminus": [
                    None if a is None else a - b for a, b in zip(middle, low, strict=True)
                ],
            },
        })  # fmt: skip
    unit = say("unit.usd_per_million")
    layout = {
        "xaxis": {"type": "category"},
        "yaxis": {"type": "log", "dtick": "D2", "title": {"text": unit}},
    }
    body = tuple(
        (
            Cell(str(r["year"])),
            *(Cell(view.number(r[f"{key}_{b}"])) for key in lines.values() for b in BAND),
        )
        for r in rows
    )
    heads = [(name, b.upper()) for name in lines for b in BAND]
    title = say("tokens.figure", workload=workload)
    return Figure(
        f"tokens-{workload}", title, unit, _conditions(view, rows), data, layout,
        Table(title, view.columns(say("word.year"), *heads), body), 360,
    )  # fmt: skip


def _prices(view: View, workload: str, rows: Sequence[Row]) -> Table:
    """Prices and costs of prompts and answers by year."""
    say = view.say

    def cell(r: Row, key: str) -> Cell:
        low, middle, high = (view.number(r[f"{key}_{b}"]) for b in BAND)
        return Cell(middle, say("word.range", low=low, high=high))

    keys = (
        "price_input_usd_per_million", "price_output_usd_per_million", "cost_input_usd_per_million",
        "cost_output_usd_per_million", "capacity_price_usd_per_million",
    )  # fmt: skip
    unit = say("unit.usd_per_million")
    columns = view.columns(
        say("word.year"), (say("tokens.sold"), say("tokens.sold_unit")),
        (say("tokens.price_input"), unit), (say("tokens.price_output"), unit),
        (say("tokens.cost_input"), unit), (say("tokens.cost_output"), unit),
        (say("tokens.implied"), unit), (say("tokens.market"), say("tokens.sold_unit")),
    )  # fmt: skip
    body = tuple(
        (
            Cell(str(r["year"])),
            Cell(view.quantity(r["sold_output_tokens_p50"], "", short=True)),
            *(cell(r, key) for key in keys),
            Cell(view.quantity(r["market_tokens_per_gw_year_p50"], "", short=True)),
        )
        for r in rows
    )
    title = say("tokens.table", workload=workload)
    return Table(title, columns, body, _conditions(view, rows), cards=True)


def _bases(view: View) -> Table:
    """Revenue of a gigawatt-year on both bases, and the cost of one."""
    say = view.say
    answers = [view.run.answer(name) for name in BASES]
    years = sorted({y for a in answers if a is not None and a.by_year for y in a.by_year})

    def cell(which: int, year: str) -> Cell:
        found = answers[which]
        values = (found.by_year or {}).get(year) if found is not None else None
        if not values:
            return Cell("")
        low, middle, high = (view.bn(values[b]) for b in BAND)
        return Cell(middle, say("word.range", low=low, high=high))

    unit = say("unit.bn_usd_per_gw_year")
    columns = view.columns(
        say("word.year"), (say("tokens.by_tokens"), unit), (say("tokens.by_capacity"), unit)
    )
    body = tuple((Cell(y), cell(0, y), cell(1, y)) for y in years)
    return Table(say("tokens.bases"), columns, body, say("tokens.bases_note"))


def _phases(view: View, rows: Sequence[Row]) -> Table:
    """Each phase in the last year of the calendar in which most draws have it in service."""
    say = view.say
    last = str(max(str(r["year"]) for r in rows))
    held = [r for r in rows if r["year"] == last and r["in_service_share"] >= LEAST_SHARE]

    def per_million(r: Row, key: str) -> Cell:
        low, middle, high = (view.number(r[f"{key}_{b}"]) for b in BAND)
        return Cell(middle, say("word.range", low=low, high=high))

    def usd(r: Row, key: str) -> Cell:
        low, middle, high = (view.fixed(r[f"{key}_{b}"] / USD_PER_BN, 2) for b in BAND)
        return Cell(middle, say("word.range", low=low, high=high))

    def percent(r: Row, key: str) -> Cell:
        low, middle, high = (view.fixed(100.0 * r[f"{key}_{b}"], 0) for b in BAND)
        return Cell(middle, say("word.range", low=low, high=high))

    unit, bn = say("unit.usd_per_million"), say("unit.bn_usd")
    columns = view.columns(
        say("tokens.phase"), say("word.system"), (say("tokens.sold"), say("tokens.sold_unit")),
        (say("tokens.price"), unit), (say("tokens.cost"), unit),
        (say("tokens.margin"), "%"), (say("tokens.by_tokens"), bn),
        (say("tokens.by_capacity"), bn), text=2,
    )  # fmt: skip
    body = tuple(
        (
            Cell(f"{r['site']}/{r['phase']}"),
            Cell(str(r["system"])),
            Cell(view.quantity(r["sold_output_tokens_p50"], "", short=True)),
            per_million(r, "price_usd_per_million"),
            per_million(r, "cost_usd_per_million"),
            percent(r, "margin_share"),
            usd(r, "token_revenue_usd"),
            usd(r, "capacity_revenue_usd"),
        )
        for r in held
    )
    title = say("tokens.phases", year=last)
    return Table(title, columns, body, say("tokens.phases_note"), cards=True)


def _margins(view: View, rows: Sequence[Row]) -> Table:
    """Margin of serving by phase and year, medians of the draws."""
    say = view.say
    held = [r for r in rows if r["in_service_share"] >= LEAST_SHARE]
    years = sorted({str(r["year"]) for r in held})
    of = {(r["site"], r["phase"], r["system"], str(r["year"])): r["margin_share_p50"] for r in held}
    body = []
    for key in dict.fromkeys((r["site"], r["phase"], r["system"]) for r in held):
        found = [of.get((*key, year)) for year in years]
        values = (Cell("" if v is None else view.fixed(100.0 * v, 0)) for v in found)
        body.append((Cell(f"{key[0]}/{key[1]}"), Cell(str(key[2])), *values))
    columns = view.columns(
        say("tokens.phase"), say("word.system"), *((y, "%") for y in years), text=2
    )
    return Table(say("tokens.margins"), columns, tuple(body), say("tokens.margins_note"))


def _parts(view: View, rows: Sequence[Row]) -> Table:
    """Cost of a million tokens by part, means by system over the calendar."""
    say = view.say
    body = []
    for system in dict.fromkeys(str(r["system"]) for r in rows):
        held = [r for r in rows if r["system"] == system]
        tokens = sum(r["sold_output_tokens_mean"] + r["sold_input_tokens_mean"] for r in held)
        if tokens <= 0.0:
            continue
        usd = [sum(r[f"cost_{p}_usd_mean"] for r in held) / tokens * 1e6 for p in PARTS]
        body.append((
            Cell(system), *(Cell(view.number(v)) for v in usd),
            Cell(view.number(sum(usd)), strong=True),
        ))  # fmt: skip
    heads = [(say(word), say("unit.usd_per_million")) for word in PARTS.values()]
    columns = view.columns(say("word.system"), *heads, say("word.total"))
    return Table(say("tokens.parts"), columns, tuple(body), say("tokens.parts_note"))
