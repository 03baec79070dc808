"""Named results: tiles, the table of single values and the table of values by year."""

from __future__ import annotations

from gigawatt.report.facts import peak_year
from gigawatt.report.page import Cell, Column, Section, Table, Tile
from gigawatt.report.read import NOT_IN_PROGRAMME, Answer
from gigawatt.report.sections import yearly
from gigawatt.report.sections.derivations import anchor, explained
from gigawatt.report.view import View

TILES = (
    "first_gw_in_service_date",
    "tenth_gw_in_service_date",
    "capex_usd_per_gw",
    "packages_per_gw",
    "tokens_per_day_per_gw",
    "energy_twh_per_year",
)
SINGLE = ("date", "number")
SHOWN_ELSEWHERE = ("binding_constraint_share",)  # has a section of its own


def section(view: View) -> Section | None:
    """Tables of all named results."""
    parts = [t for t in (_single(view), *_by_year(view), *_shares(view)) if t is not None]
    if not parts:
        return None
    say = view.say
    return Section("headline", say("headline.title"), say("headline.intro"), tuple(parts))


def tiles(view: View) -> tuple[Tile, ...]:
    """The few results that a reader wants first, as far as the run holds them."""
    found = (view.run.answer(name) for name in TILES)
    made = (_tile(view, a) for a in found if a is not None)
    return tuple(t for t in made if t is not None)


def single_values(view: View) -> list[Answer]:
    """Answers of one value: dates, numbers and probabilities."""
    return [a for a in view.run.answers if a.kind in SINGLE]


def percentiles(view: View, answer: Answer) -> tuple[str, str, str]:
    """P10, P50 and P90 in words; one text in the middle where the answer is a single value."""
    if answer.status == NOT_IN_PROGRAMME or _of_no_gigawatt(view, answer):
        return "", view.say("word.not_in_programme"), ""
    if answer.kind == "date":
        p10, p50, p90 = (
            view.month(None if v is None else str(v)) for v in (answer.p10, answer.p50, answer.p90)
        )
        return p10, p50, p90
    if answer.p10 is None and answer.p90 is None:
        return "", view.quantity(answer.central, answer.unit, short=True), ""
    p10, p50, p90 = (
        view.quantity(v, answer.unit, short=True) for v in (answer.p10, answer.p50, answer.p90)
    )
    return ("", p50, "") if p10 == p50 == p90 else (p10, p50, p90)


def _of_no_gigawatt(view: View, answer: Answer) -> bool:
    """Whether it is the odds of a gigawatt that the programme does not hold."""
    first = view.run.answer("first_gw_in_service_date")
    none = first is not None and first.status == NOT_IN_PROGRAMME
    return none and answer.name.startswith("probability_first_gw")


def remark(view: View, answer: Answer) -> str:
    """In what share of the draws a date is reached, where that is not certain."""
    doubtful = answer.kind == "date" and answer.probability is not None and answer.probability < 1.0
    if not doubtful or answer.status == NOT_IN_PROGRAMME:
        return ""
    if not answer.probability:
        return view.say("word.never")
    return view.say("word.reached", share=view.percent(answer.probability))


def unit_of(answer: Answer) -> str:
    """Unit as it stands in a column of its own; a date and a share need none."""
    return "" if answer.unit in ("date", "share", "odds") else answer.unit


def _single(view: View) -> Table | None:
    answers = single_values(view)
    if not answers:
        return None
    say = view.say
    columns = (
        Column(say("headline.result")),
        Column("P10", numeric=True),
        Column("P50", numeric=True),
        Column("P90", numeric=True),
        Column(say("word.unit")),
        Column(say("headline.note")),
    )
    known = explained(view)
    rows = []
    for answer in answers:
        p10, p50, p90 = percentiles(view, answer)
        rows.append(
            (
                _name(answer, known),
                Cell(p10),
                Cell(p50, strong=True),
                Cell(p90),
                Cell(view.unit(unit_of(answer))),
                Cell(remark(view, answer)),
            )
        )
    return Table(
        say("headline.caption"), columns, tuple(rows), say("headline.note_source"), cards=True
    )


def _name(answer: Answer, known: tuple[str, ...]) -> Cell:
    """Title with its definition, linked to the derivation where there is one."""
    href = f"#{anchor(answer.name)}" if answer.name in known else ""
    return Cell(answer.title, answer.definition, href=href)


def _by_year(view: View) -> list[Table]:
    """One table for all answers by year."""
    answers = [a for a in view.run.answers if a.kind == "by_year" and a.by_year]
    years = sorted({y for a in answers for y in a.by_year})
    if not years:
        return []
    say = view.say
    known = explained(view)
    rows = tuple(yearly.row(view, _name(a, known), a.unit, a.by_year, years) for a in answers)
    columns = view.columns(say("headline.result"), say("word.unit"), *years, text=2)
    return [Table(say("headline.by_year"), columns, rows, say("headline.by_year_note"))]


def _shares(view: View) -> list[Table]:
    """One table for each answer that splits a whole by year."""
    tables = []
    for answer in view.run.answers:
        if answer.kind != "shares_by_year" or answer.name in SHOWN_ELSEWHERE or not answer.by_year:
            continue
        names = list(dict.fromkeys(n for shares in answer.by_year.values() for n in shares))
        rows = tuple(
            (Cell(year), *(Cell(view.percent(shares.get(n))) for n in names))
            for year, shares in sorted(answer.by_year.items())
        )
        columns = view.columns(view.say("word.year"), *(n.replace("_", " ") for n in names))
        tables.append(Table(answer.title, columns, rows, answer.definition))
    return tables


def _tile(view: View, answer: Answer) -> Tile | None:
    label = view.say(f"tile.{answer.name}")
    if answer.kind == "by_year":
        year = peak_year(answer)
        if year is None:
            return None
        values = answer.by_year[year]
        below = view.range(values.get("p10"), values.get("p90"), answer.unit)
        text = view.quantity(values.get("p50"), answer.unit, short=True)
        return Tile(f"{label} {view.say('tile.peak', year=year)}", text, below)
    p10, p50, p90 = percentiles(view, answer)
    below = view.say("word.range", low=p10, high=p90) if p10 or p90 else remark(view, answer)
    return Tile(label, p50, "" if p10 == p50 == p90 else below)
