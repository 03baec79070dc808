"""Sources and uses of the money, cash by party over time, and margin by layer."""

from __future__ import annotations

from gigawatt.catalog.loader import load_catalog
from gigawatt.quantity.units import MW_PER_GW
from gigawatt.report import figures
from gigawatt.report.figures import Trace
from gigawatt.report.page import Cell, Figure, Part, Section, Table
from gigawatt.report.view import USD_PER_BN, View
from gigawatt.study.books import value_chain as chain

PARTIES = 8  # curves in one chart: as many as there are colours
LINE_WIDTH = 2.2
SHOWN_USD = 0.05 * USD_PER_BN  # less is 0.0 bn in print


def section(view: View) -> Section | None:
    """Parts as far as the run holds ledger, capital cost and capacity."""
    ledger, capex, capacity = (view.run.rows(t) for t in ("ledger", "capex", "capacity"))
    if not ledger or not capex:
        return None
    parts: list[Part] = []
    account = chain.sources_and_uses(ledger, capex, capacity)
    if account is not None:
        parts += _account(view, account)
    parts.append(_curves(view, chain.cumulative_net(ledger)))
    system = str(capex[0]["system"])
    layers = chain.margins(load_catalog(), ledger, capex, capacity, system)
    parts += _layers(view, layers, system)
    return Section("value-chain", view.say("chain.title"), view.say("chain.intro"), tuple(parts))


def _account(view: View, account: chain.SourcesUses) -> list[Table]:
    """Uses with the note on what counts, then sources with the note on equity."""
    say = view.say
    columns = view.columns(
        say("chain.line"),
        (say("chain.per_gw"), say("unit.bn_usd")),
        (say("chain.in_all"), say("unit.bn_usd")),
        say("chain.part"),
    )
    equity = ""
    if account.equity_kept_usd >= SHOWN_USD:
        whole, kept = (
            view.fixed(v / USD_PER_BN) for v in (account.equity_usd, account.equity_kept_usd)
        )
        equity = say("chain.equity_note", whole=whole, kept=kept)
    uses_note = say("chain.account_note", gw=view.power(MW_PER_GW * account.gw))
    out = []
    for title, prefix, lines, note in (
        ("chain.uses", "component", account.uses, uses_note),
        ("chain.sources", "source", account.sources, equity),
    ):
        total = sum(lines.values())
        named = [(say.label(prefix, n), usd, False) for n, usd in lines.items() if usd]
        rows = tuple(
            (
                Cell(name, strong=strong),
                Cell(view.bn(usd / account.gw, 2)),
                Cell(view.bn(usd)),
                Cell(view.percent(usd / total)),
            )
            for name, usd, strong in (*named, (say("word.total"), total, True))
        )
        out.append(Table(say(title), columns, rows, note))
    return out


def _curves(view: View, net: dict[str, dict[str, float]]) -> Figure:
    say = view.say
    parties = list(net)
    years = list(net[parties[0]])
    data: list[Trace] = [
        {
            "mode": "lines",
            "x": [f"{y}-12-31" for y in years],
            "y": figures.finite([net[p][y] / USD_PER_BN for y in years]),
            "name": view.party(p),
            "line": {"color": f"@c{i}", "width": LINE_WIDTH},
            "hovertemplate": "%{y:.3~g}",
        }
        for i, p in enumerate(parties[:PARTIES])
    ]
    rows = tuple((Cell(view.party(p)), *(Cell(view.bn(net[p][y])) for y in years)) for p in parties)
    return Figure(
        id="value-chain-cash",
        title=say("chain.cash"),
        unit=say("unit.bn_usd"),
        note=say("chain.cash_note"),
        data=data,
        layout=figures.time_layout(say("unit.bn_usd")),
        table=Table(
            f"{say('chain.cash')}, {say('unit.bn_usd')}",
            view.columns(say("money.party"), *years),
            rows,
        ),
    )


def _layers(view: View, layers: tuple[chain.Margin, ...], system: str) -> list[Table]:
    say = view.say
    out = []
    for yearly in (False, True):
        chosen = [m for m in layers if m.yearly is yearly]
        rows = [_layer(view, m) for m in chosen]
        profit = _range(view, *(sum(m.profit_usd[i] for m in chosen) for i in (0, 1)))
        rows.append(
            (
                Cell(say("chain.all_layers"), strong=True),
                *(Cell("") for _ in range(2)),
                Cell(profit, strong=True),
                *(Cell("") for _ in range(3)),
            )
        )
        unit = say("chain.unit_year") if yearly else say("unit.bn_usd_gw")
        columns = view.columns(
            say("chain.layer"), (say("chain.revenue"), unit), say("chain.margin"),
            (say("chain.profit"), unit), say("chain.revenue_of"), say("word.status"),
            say("word.source"), text=1,
        )  # fmt: skip
        columns = (*columns[:4], *view.columns(*(c.title for c in columns[4:]), text=3))
        caption = say("chain.yearly") if yearly else say("chain.once", system=system)
        note = say("chain.margin_note") if yearly else say("chain.overlap_note")
        out.append(Table(caption, columns, tuple(rows), note, cards=True))
    return out


def _layer(view: View, m: chain.Margin) -> tuple[Cell, ...]:
    say = view.say
    low, high = chain.ends(m.margin)
    return (
        Cell(say.label("party", f"layer_{m.layer}")),
        Cell(_range(view, *m.revenue_usd)),
        Cell(say("word.range", low=view.percent(low), high=view.percent(high))),
        Cell(_range(view, *m.profit_usd)),
        Cell(say("chain.of_run") if m.of_run else say("chain.of_catalog")),
        Cell(say.label("mark", str(m.margin.status)), mark=str(m.margin.status)),
        Cell(m.margin.source),
    )


def _range(view: View, low_usd: float, high_usd: float) -> str:
    low, high = (view.fixed(v / USD_PER_BN, 2) for v in (low_usd, high_usd))
    return low if low == high else view.say("word.range", low=low, high=high)
