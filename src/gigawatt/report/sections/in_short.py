"""Six answers in a sentence each: on time, what binds, cost, risk, grid and market, how sure."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from gigawatt.report.facts import binding_by_power, peak_year
from gigawatt.report.page import Cell, Section, Table
from gigawatt.report.read import NOT_IN_PROGRAMME, Answer, Row
from gigawatt.report.texts import texts_of
from gigawatt.report.view import USD_PER_BN, View
from gigawatt.study.questions.cash import CAPITAL_LEGS

MOST = 3
SHOWN_USD = 0.05 * USD_PER_BN  # less is 0.0 bn in print
ALL, GRID = "all", "grid"
WEAK = ("assumed", "estimated")


def section(view: View) -> Section | None:
    """One row a question that the run can answer; each leads to the section behind it."""
    say = view.say
    rows = []
    for name, answer in ANSWERS.items():
        text = view.locale.joint.join(answer(view))
        if text:
            head, target = say(f"short_answer.{name}"), TARGETS[name]
            rows.append((Cell(head, href=f"#{target}"), Cell(f"{text[0].upper()}{text[1:]}.")))
    if not rows:
        return None
    columns = view.columns(say("short_answer.question"), say("short_answer.answer"), text=2)
    table = Table(say("short_answer.caption"), columns, tuple(rows), cards=True)
    return Section("in-short", say("short_answer.title"), say("short_answer.intro"), (table,))


def _band(view: View, answer: Answer) -> str:
    """P50 with its range in brackets."""
    is_date = answer.kind == "date"
    low, middle, high = (
        view.month(None if v is None else str(v)) if is_date
        else view.quantity(v, answer.unit, short=True)
        for v in (answer.p10, answer.p50, answer.p90)
    )  # fmt: skip
    return view.say("short_answer.band", p50=middle, p10=low, p90=high)


def _on_time(view: View) -> Iterator[str]:
    dated = {}
    for name in ("first_gw_in_service_date", "tenth_gw_in_service_date"):
        found = view.run.answer(name)
        if found is not None and found.status != NOT_IN_PROGRAMME:
            dated[name] = view.say(f"short_answer.{name}", band=_band(view, found))
    yield from list(dated.values())[:1]
    early = view.run.answer("probability_first_gw_by_2026_12_31")
    if early is not None and dated:
        yield view.say("verdict.by_2026", share=view.quantity(early.central, "odds"))
    yield from list(dated.values())[1:]
    last = view.run.answer("tenth_gw_in_service_date")
    if last is not None and last.status != NOT_IN_PROGRAMME and last.probability is not None:
        share = view.percent(last.probability)
        yield view.say("short_answer.reached", share=share, horizon=view.month(view.horizon))


def _binds(view: View) -> Iterator[str]:
    say, ranked = view.say, binding_by_power(view)[:MOST]
    told = (
        say("gigawatts.cause", cause=say.label("constraint", name), share=view.percent(share))
        for name, share in ranked
    )
    if ranked:
        yield say("short_answer.binding", causes=", ".join(told))


def _cost(view: View) -> Iterator[str]:
    found = view.run.answer("capex_usd_per_gw")
    if found is not None:
        yield view.say("short_answer.capex", band=_band(view, found))
    spent = sum(
        float(r["amount_usd_mean"])
        for r in view.run.rows("ledger")
        if r["investment"] and r["leg"] in CAPITAL_LEGS
    )
    if spent:
        total, end = view.quantity(spent, "USD"), view.month(view.horizon)
        yield view.say("short_answer.spent", total=total, horizon=end)


def _risk(view: View) -> Iterator[str]:
    gap = view.run.answer("funding_gap_peak_usd")
    if gap is not None:
        yield view.say("short_answer.gap", band=_band(view, gap))
    named = set((view.run.manifest.get("program") or {}).get("parties") or ())
    need = {
        r["party"]: float(r["peak_need_usd_p50"] or 0.0)
        for r in view.run.rows("parties")
        if r["party"] in named
    }
    if told := _largest(view, need, MOST):
        yield view.say("short_answer.deepest", parties=told)
    losses = _worst_losses(view, view.run.rows("stress"), named)
    if losses:
        yield view.say("short_answer.stress", losses=", ".join(losses))


def _largest(view: View, usd: dict[str, float], most: int) -> str:
    """Parties with the largest sums, "Name $1 bn"."""
    text = texts_of(view.say.lang)
    return ", ".join(
        f"{text(view.party(p))} {view.quantity(usd[p], 'USD')}"
        for p in sorted(usd, key=lambda p: -usd[p])[:most]
        if usd[p] > SHOWN_USD
    )


def _worst_losses(view: View, rows: list[Row], named: set[str]) -> list[str]:
    """The largest loss of a named party in each of the stress tests that hit different ones."""
    text, told = texts_of(view.say.lang), dict[str, str]()
    for r in sorted(rows, key=lambda r: -float(r["loss_usd_mean"] or 0.0)):
        party, loss = r["party"], float(r["loss_usd_mean"] or 0.0)
        if party in named and party not in told and loss > SHOWN_USD and len(told) < MOST:
            told[party] = view.say(
                "short_answer.loss", party=text(view.party(party)),
                value=view.quantity(loss, "USD"),
                scenario=view.say.label("scenario", str(r["scenario"])),
            )  # fmt: skip
    return list(told.values())


def _effects(view: View) -> Iterator[str]:
    for name in ("energy_twh_per_year", "co2_mt_per_year", "share_of_world_stock"):
        found = view.run.answer(name)
        year = peak_year(found) if found is not None else None
        if found is not None and year is not None:
            value = view.quantity(found.by_year[year].get("p50"), found.unit)
            yield view.say(f"short_answer.{name}", value=value, year=year)
    energy = view.run.rows("energy")
    whole = sum(float(r["supply_mwh_mean"] or 0.0) for r in energy if r["source"] == ALL)
    grid = sum(float(r["supply_mwh_mean"] or 0.0) for r in energy if r["source"] == GRID)
    if whole:
        yield view.say("short_answer.grid", share=view.percent(grid / whole))


def _sure(view: View) -> Iterator[str]:
    sites = view.run.rows("sites")
    assumed = sum(r["status"] == "assumed" for r in sites)
    if sites:
        yield view.say("short_answer.sites", assumed=assumed, count=len(sites))
    facts = view.run.manifest.get("facts_used") or ()
    weak = sum(f.get("status") in WEAK for f in facts)
    if facts:
        yield view.say("short_answer.facts", weak=weak, count=len(facts))
    yield view.say("short_answer.sure")


ANSWERS: dict[str, Callable[[View], Iterator[str]]] = {
    "on_time": _on_time, "binds": _binds, "cost": _cost, "risk": _risk, "effects": _effects,
    "how_sure": _sure,
}  # fmt: skip
TARGETS = {
    "on_time": "schedule", "binds": "binding", "cost": "capex", "risk": "risk",
    "effects": "footprint", "how_sure": "limits",
}  # fmt: skip
