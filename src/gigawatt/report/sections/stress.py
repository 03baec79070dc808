"""Who carries the risk: what each party gets, cover of loans, who loses what under stress."""

from __future__ import annotations

from gigawatt.report.page import Cell, Part, Section, Table
from gigawatt.report.read import Row
from gigawatt.report.view import USD_PER_BN, View

MOST_CLAIMS = 15
SHOWN_CLAIM_USD = 0.05 * USD_PER_BN
SHOWN_USD = 0.3 * USD_PER_BN  # a party whose largest loss is smaller is left out


def section(view: View) -> Section | None:
    """Tables as far as the run holds them."""
    parts: list[Part] = []
    for name, made in (
        ("parties", _parties), ("cover", _cover), ("loan_to_value", _value),
        ("exposure", _exposure), ("expected_loss", _losses), ("stress", _stress),
    ):  # fmt: skip
        rows = view.run.rows(name)
        if rows:
            parts.append(made(view, rows))
    if not parts:
        return None
    say = view.say
    return Section("risk", say("risk.title"), say("risk.intro"), tuple(parts))


def _parties(view: View, rows: list[Row]) -> Table:
    say = view.say
    body = tuple(
        (
            Cell(view.party(r["party"])),
            *(Cell(view.bn(r[f"npv_usd_{b}"])) for b in ("p10", "p50", "p90")),
            Cell(view.percent(r["irr_share_p50"]) if r["irr_share_p50"] is not None else ""),
            Cell(view.percent(r["share_of_draws_with_one_irr"])),
            Cell(view.bn(r["peak_need_usd_p50"])),
        )
        for r in sorted(rows, key=lambda r: -float(r["npv_usd_p50"]))
    )
    unit = say("unit.bn_usd_present")
    columns = view.columns(
        say("money.party"), ("P10", unit), ("P50", unit), ("P90", unit), say("risk.irr"),
        say("risk.one_irr"), (say("risk.need"), say("unit.bn_usd")),
    )  # fmt: skip
    return Table(say("risk.parties"), columns, body, say("risk.parties_note"))


def _cover(view: View, rows: list[Row]) -> Table:
    say = view.say
    body = tuple(
        (
            Cell(view.party(r["borrower"])),
            *(Cell(view.fixed(r[f"least_dscr_{b}"], 2)) for b in ("p10", "p50", "p90")),
            Cell(view.bn(r["peak_debt_usd_mean"])),
            Cell(view.percent(r["probability_below_lockup"])),
            Cell(view.percent(r["probability_below_default"])),
        )
        for r in rows
    )
    columns = view.columns(
        say("risk.borrower"), "P10", "P50", "P90", (say("risk.debt"), say("unit.bn_usd")),
        say("risk.lockup"), say("risk.default"),
    )  # fmt: skip
    return Table(say("risk.cover"), columns, body, say("risk.cover_note"))


def _value(view: View, rows: list[Row]) -> Table:
    say = view.say
    body = tuple(
        (
            Cell(view.party(r["borrower"])),
            Cell(str(r["year"])),
            *(Cell(view.percent(r[f"loan_to_value_share_{b}"])) for b in ("p10", "p50", "p90")),
            Cell("" if r["above_covenant_share"] is None
                 else view.percent(r["above_covenant_share"])),
        )
        for r in rows
    )  # fmt: skip
    columns = view.columns(
        say("risk.borrower"), say("word.year"), "P10", "P50", "P90", say("risk.covenant")
    )
    return Table(say("risk.value"), columns, body, say("risk.value_note"))


def _exposure(view: View, rows: list[Row]) -> Table:
    say = view.say
    body = tuple(
        (
            Cell(f"{view.party(r['holder'])} → {view.party(r['debtor'])}"),
            Cell(view.bn(r["peak_usd"])), Cell(view.bn(r["end_usd"])),
        )
        for r in rows[:MOST_CLAIMS]
        if float(r["peak_usd"]) >= SHOWN_CLAIM_USD
    )  # fmt: skip
    unit = say("unit.bn_usd")
    columns = view.columns(say("risk.holder"), (say("risk.largest"), unit), (say("risk.end"), unit))
    return Table(say("risk.exposure"), columns, body, say("risk.exposure_note"))


def _losses(view: View, rows: list[Row]) -> Table:
    say = view.say
    body = tuple(
        (
            Cell(view.party(r["party"])), Cell(view.percent(r["probability"])),
            *(Cell(view.bn(r[f"{n}_usd_mean"], 2)) for n in ("unpaid", "covered", "loss")),
            Cell(view.bn(r["loss_usd_p90"], 2)),
        )
        for r in rows
    )  # fmt: skip
    unit = say("unit.bn_usd")
    columns = view.columns(
        say("money.party"), say("risk.in_draws"), (say("risk.unpaid"), unit),
        (say("risk.covered"), unit), (say("risk.lost"), unit), ("P90", unit),
    )  # fmt: skip
    return Table(say("risk.expected"), columns, body, say("risk.expected_note"))


def _stress(view: View, rows: list[Row]) -> Table:
    say = view.say
    names = list(dict.fromkeys(str(r["scenario"]) for r in rows))
    loss: dict[str, dict[str, float]] = {}
    for r in rows:
        loss.setdefault(str(r["party"]), {})[str(r["scenario"])] = float(r["loss_usd_mean"])
    size = {p: max(map(abs, by.values())) for p, by in loss.items()}
    parties = [p for p in sorted(size, key=lambda p: -size[p]) if size[p] >= SHOWN_USD]
    body = tuple(
        (Cell(view.party(p)), *(Cell(view.bn(loss[p].get(n))) for n in names)) for p in parties
    )
    columns = view.columns(say("money.party"), *(say.label("scenario", n) for n in names))
    caption = f"{say('risk.stress')}, {say('unit.bn_usd_present')}"
    return Table(caption, columns, body, say("risk.stress_note"))
