"""Uses and sources by tranche, and who pays for the build-out by the month of the largest need."""

from __future__ import annotations

from gigawatt.report.page import Cell, Part, Table
from gigawatt.report.view import View

USES = ("capacity_usd", "energy_usd", "other_usd")
SOURCES = ("equity_usd", "loans_usd", "unnamed_usd", "own_cash_usd")
NEEDS = ("investment_gap", "gap_with_operation")


def tables(view: View) -> list[Part]:
    """As far as the run holds them."""
    made = (_tranches(view), _paid_by(view), _needs(view))
    return [table for table in made if table is not None]


def _tranches(view: View) -> Table | None:
    say = view.say
    rows = view.run.rows("tranche_uses")
    if not rows:
        return None
    body = tuple(
        (
            Cell(view.fixed(float(r["tranches_released"]), 0)),
            *(Cell(view.bn(r[use])) for use in USES),
            Cell(view.bn(sum(float(r[use]) for use in USES)), strong=True),
            *(Cell(view.bn(r[source])) for source in SOURCES),
        )
        for r in sorted(rows, key=lambda r: float(r["tranches_released"]))
    )
    heads = [say("peak.after"), *(say(f"peak.{use}") for use in USES), say("word.total"),
             *(say(f"peak.{source}") for source in SOURCES)]  # fmt: skip
    caption = f"{say('peak.tranches')}, {say('unit.bn_usd')}"
    return Table(caption, view.columns(*heads), body, say("peak.tranches_note"))


def _paid_by(view: View) -> Table | None:
    say = view.say
    rows = view.run.rows("peak_funding")
    if not rows:
        return None
    total = sum(float(r["usd_mean"]) for r in rows)
    body = tuple(
        (
            Cell(str(r["instrument"]).replace("_", " ")),
            Cell(f"{view.party(r['from'])} → {view.party(r['to'])}"),
            Cell(view.bn(r["usd_mean"])),
            Cell(view.percent(float(r["usd_mean"]) / total)),
        )
        for r in sorted(rows, key=lambda r: -float(r["usd_mean"]))
    )
    columns = view.columns(
        say("money.instrument"), say("money.from_to"), (say("word.total"), say("unit.bn_usd")),
        say("peak.share"), text=2,
    )  # fmt: skip
    return Table(say("peak.paid_by"), columns, body, say("peak.paid_by_note"))


def _needs(view: View) -> Table | None:
    say = view.say
    rows = view.run.rows("peak_need")
    if not rows:
        return None
    body: list[tuple[Cell, ...]] = []
    for need in NEEDS:
        own = [r for r in rows if r["need"] == need]
        for k, r in enumerate(sorted(own, key=lambda r: -float(r["party_usd_mean"]))):
            whole = (
                say(f"peak.{need}"),
                view.month(str(r["peak_month"])),
                *(view.bn(r[f"peak_usd_{b}"]) for b in ("p10", "p50", "p90")),
            )
            body.append((
                *(Cell("" if k else text) for text in whole),  # told once
                Cell(view.party(r["party"])),
                Cell(view.bn(r["party_usd_mean"])),
            ))  # fmt: skip
    columns = view.columns(
        say("peak.need"), say("peak.month"), "P10", "P50", "P90", say("money.party"),
        say("peak.own"), text=2,
    )  # fmt: skip
    caption = f"{say('peak.needs')}, {say('unit.bn_usd')}"
    return Table(caption, columns, tuple(body), say("peak.needs_note"))
