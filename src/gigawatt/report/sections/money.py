"""Who pays whom: matrix and net of the parties, tranches by year, funding gap."""

from __future__ import annotations

from gigawatt.report import figures
from gigawatt.report.page import Cell, Figure, Part, Section, Table
from gigawatt.report.read import BAND, Row
from gigawatt.report.sections import peak
from gigawatt.report.sections.capacity import month_end
from gigawatt.report.view import USD_PER_BN, View, years_of

TRANCHES = "tranche_released_usd"


def section(view: View) -> Section | None:
    """Ledger by party, tranches and gap, as far as the run holds them."""
    flows = [r for r in view.run.rows("ledger") if r["amount_usd_mean"]]
    parts: list[Part] = []
    if flows:
        parts += [_matrix(view, flows), _net(view, flows), _instruments(view, flows)]
    parts += [*_tranches(view), *_gap(view), *peak.tables(view)]
    if not parts:
        return None
    return Section("money", view.say("money.title"), view.say("money.intro"), tuple(parts))


def totals(flows: list[Row], *keys: str) -> dict[tuple[str, ...], float]:
    """Sum of the mean amounts by the values of some columns."""
    out: dict[tuple[str, ...], float] = {}
    for row in flows:
        key = tuple(row[k] for k in keys)
        out[key] = out.get(key, 0.0) + float(row["amount_usd_mean"])
    return out


def net_by_year(flows: list[Row]) -> dict[str, dict[str, float]]:
    """Party → year → received less paid, mean USD; each year sums to zero over the parties."""
    out: dict[str, dict[str, float]] = {}
    for row in flows:
        year, amount = str(row["month"])[:4], float(row["amount_usd_mean"])
        for party, sign in ((row["payee"], 1.0), (row["payer"], -1.0)):
            held = out.setdefault(party, {})
            held[year] = held.get(year, 0.0) + sign * amount
    return out


def _matrix(view: View, flows: list[Row]) -> Table:
    say = view.say
    pairs = totals(flows, "payer", "payee")
    payers = list(dict.fromkeys(p for p, _ in pairs))
    payees = list(dict.fromkeys(p for _, p in pairs))
    paid = {p: v for (p,), v in totals(flows, "payer").items()}
    received = {p: v for (p,), v in totals(flows, "payee").items()}
    payers.sort(key=lambda p: -paid[p])
    payees.sort(key=lambda p: -received[p])
    body = [
        (
            Cell(view.party(payer)),
            *(Cell(view.bn(pairs.get((payer, payee)))) for payee in payees),
            Cell(view.bn(paid[payer]), strong=True),
        )
        for payer in payers
    ]
    total = (
        Cell(say("word.total"), strong=True),
        *(Cell(view.bn(received[payee]), strong=True) for payee in payees),
        Cell(view.bn(sum(paid.values())), strong=True),
    )
    heads = [say("money.payer"), *(f"→ {view.party(p)}" for p in payees), say("word.total")]
    caption = f"{say('money.matrix')}, {say('unit.bn_usd')}"
    return Table(caption, view.columns(*heads), (*body, total), say("money.matrix_note"))


def _net(view: View, flows: list[Row]) -> Table:
    say = view.say
    net = net_by_year(flows)
    years = years_of(str(r["month"]) for r in flows)
    ordered = sorted(net, key=lambda p: -sum(net[p].values()))
    body = tuple(
        (
            Cell(view.party(party)),
            *(Cell(view.bn(net[party].get(y))) for y in years),
            Cell(view.bn(sum(net[party].values())), strong=True),
        )
        for party in ordered
    )
    caption = f"{say('money.net')}, {say('unit.bn_usd')}"
    columns = view.columns(say("money.party"), *years, say("word.total"))
    return Table(caption, columns, body, say("money.net_note"))


def _instruments(view: View, flows: list[Row]) -> Table:
    say = view.say
    sums = totals(flows, "instrument", "leg", "payer", "payee", "investment")
    body = tuple(
        (
            Cell(instrument.replace("_", " ")),
            Cell(say.label("leg", leg)),
            Cell(f"{view.party(payer)} → {view.party(payee)}"),
            Cell(say("money.capital" if investment else "money.operating")),
            Cell(view.bn(amount, 2)),
        )
        for (instrument, leg, payer, payee, investment), amount in sorted(
            sums.items(), key=lambda item: -item[1]
        )
    )
    columns = view.columns(
        say("money.instrument"),
        say("money.leg"),
        say("money.from_to"),
        say("money.nature"),
        (say("word.total"), say("unit.bn_usd")),
        text=4,
    )
    return Table(say("money.instruments"), columns, body, folded=True)


def _tranches(view: View) -> list[Figure]:
    say = view.say
    answer = view.run.answer(TRANCHES)
    if answer is None or not answer.by_year:
        return []
    years = sorted(answer.by_year)
    values = {k: [_in_bn(answer.by_year[y].get(k)) for y in years] for k in BAND}
    if not any(v for column in values.values() for v in column):
        return []
    trace = figures.bars(years, {"P50": values["p50"]})[0]
    rows = tuple(
        (Cell(y), *(Cell(view.fixed(values[k][i])) for k in BAND)) for i, y in enumerate(years)
    )
    return [
        Figure(
            id="money-tranches",
            title=say("money.tranches"),
            unit=say("unit.bn_usd"),
            note=f"{say('money.tranches_note')} {answer.definition}".strip(),
            data=[
                figures.whiskers(
                    {**trace, "showlegend": False}, values["p10"], values["p50"], values["p90"]
                )
            ],
            layout=figures.bar_layout(say("unit.bn_usd")),
            table=Table(say("money.tranches"), view.percentile_columns(say("word.year")), rows),
            height_px=320,
        )
    ]


def _gap(view: View) -> list[Figure]:
    say = view.say
    rows = sorted(view.run.rows("gap"), key=lambda r: str(r["month"]))
    if not any(r["gap_usd_p90"] or r["gap_usd_mean"] for r in rows):
        return []
    months = [str(r["month"]) for r in rows]
    low, middle, high = ([_in_bn(r[f"gap_usd_{k}"]) for r in rows] for k in BAND)
    last = {m[:4]: i for i, m in enumerate(months)}
    body = tuple(
        (Cell(year), *(Cell(view.fixed(v[i])) for v in (low, middle, high)))
        for year, i in last.items()
    )
    names = (say("capacity.band"), say("capacity.median"))
    return [
        Figure(
            id="money-gap",
            title=say("money.gap"),
            unit=say("unit.bn_usd"),
            note=say("money.gap_note"),
            data=figures.band([month_end(m) for m in months], low, middle, high, names),
            layout=figures.time_layout(say("unit.bn_usd")),
            table=Table(say("money.gap_table"), view.percentile_columns(say("word.year")), body),
            height_px=320,
        )
    ]


def _in_bn(value_usd: float | None) -> float | None:
    return None if value_usd is None else value_usd / USD_PER_BN
