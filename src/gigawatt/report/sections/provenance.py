"""What the run rests on: declared totals, sites, facts, warnings, limits, sources, manifest."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from gigawatt.report.page import Cell, Column, Listing, Part, Section, Table
from gigawatt.report.read import Row
from gigawatt.report.view import View

LINKED = ("https://", "http://")  # other schemes are shown, never linked


def conversion_section(view: View) -> Section | None:
    """Declared beside computed totals."""
    rows = view.run.rows("conversion")
    if not rows:
        return None
    say = view.say
    body = tuple(
        (
            Cell(say.label("total", str(r["name"]))),
            Cell(_declared(view, r)),
            Cell(view.quantity(r["computed_p50"], r["unit"]), _computed_range(view, r)),
            _agrees(view, r["agrees"]),
            Cell(str(r["reading"] or "")),
        )
        for r in rows
    )
    columns = (
        Column(say("conversion.quantity")),
        Column(say("conversion.declared"), numeric=True),
        Column(say("conversion.computed"), numeric=True),
        Column(say("conversion.agrees")),
        Column(say("conversion.reading")),
    )
    table = Table(say("conversion.table"), columns, body, cards=True)
    return Section("conversion", say("conversion.title"), say("conversion.intro"), (table,))


def sites_section(view: View) -> Section | None:
    """Sites with their status, and every fact that the run used."""
    parts = (*_sites(view), *_facts(view))
    if not parts:
        return None
    return Section("sites", view.say("sites.title"), view.say("sites.intro"), parts)


def warnings_section(view: View) -> Section | None:
    """What the run noticed about its inputs."""
    found = view.run.manifest.get("warnings") or []
    if not found:
        return None
    listing = Listing(tuple(Cell(str(w)) for w in found))
    return Section("warnings", view.say("warnings.title"), view.say("warnings.intro"), (listing,))


def limits_section(view: View) -> Section:
    """What is not modelled."""
    listing = Listing(tuple(Cell(text) for text in view.say.numbered("limits")))
    return Section("limits", view.say("limits.title"), view.say("limits.intro"), (listing,))


def reading_section(view: View) -> Section:
    """How to read percentiles."""
    after = view.after_horizon()
    texts = (text.replace("{after}", after) for text in view.say.numbered("reading"))
    listing = Listing(tuple(Cell(text) for text in texts))
    return Section("reading", view.say("reading.title"), "", (listing,))


def sources_section(view: View) -> Section | None:
    """Where the facts come from."""
    sources = view.run.manifest.get("sources") or []
    if not sources:
        return None
    say = view.say
    body = tuple(
        (
            Cell(str(s.get("title") or s["id"]), s["id"], href=_link(s.get("url"))),
            Cell(str(s.get("date") or "")),
            Cell(say.label("kind", str(s.get("kind") or ""))),
        )
        for s in sources
    )
    columns = view.columns(say("word.source"), say("sources.date"), say("sources.kind"), text=3)
    table = Table(say("sources.table", count=len(body)), columns, body, cards=True, folded=True)
    return Section("sources", say("sources.title"), say("sources.intro"), (table,))


def run_section(view: View) -> Section:
    """What is needed to run it again."""
    say, manifest = view.say, view.run.manifest
    program: Mapping[str, Any] = manifest.get("program") or {}
    packages = manifest.get("packages") or {}
    origin = program.get("origin") or ""
    pairs = {
        "run.program": program.get("name"),
        "run.origin": origin if isinstance(origin, str) else ", ".join(map(str, origin)),
        "run.program_sha256": program.get("sha256"),
        "run.catalog_sha256": manifest.get("catalog_sha256"),
        "run.seed": manifest.get("seed"),
        "run.draws": manifest.get("draws"),
        "run.workers": manifest.get("workers"),
        "run.duration": _seconds(view, manifest.get("duration_s")),
        "run.python": manifest.get("python"),
        "run.packages": ", ".join(f"{name} {version}" for name, version in packages.items()),
    }
    rows = tuple(
        (Cell(say(key)), Cell(str(value)))
        for key, value in pairs.items()
        if value not in (None, "")
    )
    columns = view.columns(say("run.key"), say("run.value"), text=2)
    table = Table(say("run.table"), columns, rows, cards=True)
    return Section("run", say("run.title"), say("run.intro"), (table,))


def _declared(view: View, row: Row) -> str:
    low, high = row["declared_low"], row["declared_high"]
    if low is None or high is None or low == high:
        return view.quantity(high if low is None else low, row["unit"])
    ends = [view.quantity(v, row["unit"], short=True) for v in (low, high)]
    return view.say("word.to", low=ends[0], high=ends[1])


def _computed_range(view: View, row: Row) -> str:
    low, high = row["computed_p10"], row["computed_p90"]
    return "" if low == high else view.range(low, high, row["unit"])


def _agrees(view: View, agrees: bool | None) -> Cell:
    if agrees is None:
        return Cell("")
    mark = "yes" if agrees else "no"
    return Cell(view.say(f"page.{mark}"), mark=mark)


def _status(view: View, status: object) -> Cell:
    name = str(status or "")
    return Cell(view.say.label("mark", name), mark=name)


def _sites(view: View) -> list[Table]:
    rows = view.run.rows("sites")
    if not rows:
        return []
    say = view.say
    body = tuple(
        (
            Cell(str(r["name"] or r["site"])),
            Cell(str(r["country"] or ""), _export(view, r)),
            _status(view, r["status"]),
            Cell(
                view.power(r["power_mw"]),
                say("sites.counted", basis=say.label("basis", str(r["mw_basis"]))),
            ),
            Cell(view.percent(r["deal_share"])),
            Cell(view.power(r["facility_mw"])),
            Cell(say.label("route", str(r["route"] or ""))),
            Cell(
                " / ".join(view.party(str(r[k])) for k in ("landlord", "cloud", "tenant") if r[k])
            ),
            Cell(str(r["note"] or ""), str(r["source"] or "")),
        )
        for r in rows
    )
    columns = (
        Column(say("word.site")),
        Column(say("sites.country")),
        Column(say("word.status")),
        Column(say("sites.power"), numeric=True),
        Column(say("sites.deal_share"), numeric=True),
        Column(say("sites.facility"), numeric=True),
        Column(say("word.route")),
        Column(say("sites.roles")),
        Column(say("sites.note")),
    )
    return [Table(say("sites.table"), columns, body, cards=True)]


def _export(view: View, row: Row) -> str:
    """What US export control asks for the systems there."""
    asked = str(row["export_rule"] or "")
    if not asked:
        return ""
    words = (view.say.label("export", one) for one in asked.split(", "))
    return view.say("sites.export", rule=", ".join(words))


def _facts(view: View) -> list[Part]:
    facts = view.run.manifest.get("facts_used") or []
    if not facts:
        return []
    say = view.say
    body = tuple(
        (
            Cell(str(f["path"])),
            Cell(view.number(f.get("value"), 4)),
            Cell(_ends(view, f)),
            Cell(str(f.get("unit") or "")),
            _status(view, f.get("status")),
            Cell(str(f.get("source") or "")),
            Cell(str(f.get("as_of") or "")),
        )
        for f in facts
    )
    columns = (
        Column(say("sites.fact")),
        Column(say("sites.value"), numeric=True),
        Column(say("sites.low_high"), numeric=True),
        Column(say("word.unit")),
        Column(say("word.status")),
        Column(say("word.source")),
        Column(say("sites.as_of")),
    )
    return [Table(say("sites.facts", count=len(body)), columns, body, folded=True)]


def _ends(view: View, fact: Row) -> str:
    low, high = fact.get("low"), fact.get("high")
    if low is None or high is None or low == high:
        return ""
    return view.say("word.range", low=view.number(low), high=view.number(high))


def _link(url: object) -> str:
    text = str(url or "")
    return text if text.startswith(LINKED) else ""


def _seconds(view: View, seconds: float | None) -> str:
    return f"{view.number(seconds)} s" if seconds else ""
