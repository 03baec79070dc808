"""Twenty questions with their answers, and the market: concentration, access and prices."""

from __future__ import annotations

from typing import Any

from gigawatt.errors import InputError
from gigawatt.quantity.format import shown_unit
from gigawatt.report import figures
from gigawatt.report.page import Cell, Column, Figure, Fold, Listing, Section, Table
from gigawatt.report.sections import yearly
from gigawatt.report.stored import stored_run
from gigawatt.report.texts import texts_of
from gigawatt.report.view import View
from gigawatt.study.questions import QUESTIONS, answer, question, read_run_data
from gigawatt.study.questions.part import Part as Result
from gigawatt.study.questions.part import Value
from gigawatt.study.questions.result import Found, Question

MOST_ROWS = 40
VIEWS = {
    "owner": ("market.by_owner", "market.table_owner"),
    "user": ("market.by_user", "market.table_user"),
}  # view → words of its bars and its table
MEASURE = "HHI LOW"
LONG = 60
SINGLE = ("number", "date")
LABELLED = {"what": "constraint", "component": "component"}  # column → kind of its labels


def section(view: View) -> Section | None:
    """All questions; each answer is behind its question."""
    found = _answers(view, QUESTIONS)
    if not found:
        return None
    say = view.say
    folds = tuple(_fold(view, one, result) for one, result in found)
    return Section("questions", say("questions.title"), say("questions.intro"), folds)


def market_section(view: View) -> Section | None:
    """Concentration before and after, public access, and prices."""
    found = _answers(view, (question("concentration"), question("unit-price")))
    parts = [p for _, result in found for p in result.parts]
    if not parts:
        return None
    say = view.say
    charts = _concentration(view, {p.name: p for p in parts})
    shown: tuple[Figure | Table, ...] = (*charts, *_tables(view, tuple(parts)))
    return Section("market", say("market.title"), say("market.intro"), shown)


def _answers(view: View, asked: tuple[Question, ...]) -> list[tuple[Question, Found]]:
    """Answers of a run of this version; one that lacks what a question needs is passed over."""
    if stored_run(view) is None:
        return []
    try:
        run = read_run_data(view.run.folder)
    except InputError:
        return []
    out = []
    for one in asked:
        try:
            out.append((one, answer(one, run)))
        except (InputError, ValueError):
            continue
    return out


def _fold(view: View, one: Question, found: Found) -> Fold:
    texts = tuple(Cell(_sentence(p.title, p.text)) for p in found.parts if p.kind == "text")
    needs = tuple(Cell(f"{str(n)[0].upper()}{str(n)[1:]}.") for n in found.needs)
    parts: tuple[Table | Listing, ...] = tuple(_tables(view, found.parts))
    listings = tuple(Listing(items) for items in (texts, needs) if items)
    return Fold(
        f"{one.number}. {view.say.question(one.number, one.text)}",
        found.status.replace(" ", "-"),
        view.say.label("answer", found.status.replace(" ", "_")),
        (*listings[:1], *parts, *listings[1:]) if texts else (*parts, *listings),
    )


def _tables(view: View, parts: tuple[Result, ...]) -> list[Table]:
    """One table of all single values, then the tables."""
    single = [p for p in parts if p.kind in SINGLE]
    out = [_singles(view, single)] if single else []
    return out + [_table(view, p) for p in parts if p.kind == "table"]


def _sentence(title: str, text: str) -> str:
    """Title and text; a question mark is stop enough."""
    return f"{title}{'' if title.endswith('?') else ':'} {text}"


def _singles(view: View, parts: list[Result]) -> Table:
    rows = tuple(
        (
            Cell(p.title, p.definition),
            *(Cell(_text(view, v, shown_unit(p.name, p.unit)), strong=i == 1)
              for i, v in enumerate((p.p10, p.p50, p.p90))),
            Cell("" if p.unit in ("date", "share") else view.unit(p.unit)),
        )
        for p in parts
    )  # fmt: skip
    say = view.say
    columns = (*view.percentile_columns(say("headline.result")), Column(say("word.unit")))
    return Table(say("questions.values"), columns, rows, cards=True)


def _text(view: View, value: Value, unit: str) -> str:
    if unit == "date":
        return view.month(None if value is None else str(value))
    return view.quantity(value, unit, short=True)


def _table(view: View, part: Result) -> Table:
    for name in VIEWS:
        if part.name == f"concentration_by_{name}":
            return _cases(view, name, part)
    numeric = [any(isinstance(r[i], float | int) for r in part.rows)
               for i in range(len(part.columns))]  # fmt: skip
    columns = tuple(
        Column(name, "" if unit in ("date", "share", "text") else view.unit(unit), is_number)
        for (name, unit), is_number in zip(part.columns, numeric, strict=True)
    )
    rows = tuple(
        tuple(
            Cell(_cell(view, _labelled(view, v, name), unit))
            for v, (name, unit) in zip(row, part.columns, strict=True)
        )
        for row in part.rows[:MOST_ROWS]
    )
    left = len(part.rows) - len(rows)
    more = " " + view.say("questions.more", count=left) if left > 0 else ""
    wide = any(len(c.text) > LONG for row in rows for c in row)
    told = texts_of(view.say.lang)(part.definition)
    return Table(part.title, columns, rows, f"{told}{more}", cards=wide)


def _labelled(view: View, value: Value, column: str) -> Value:
    """Words for an id of the run's tables, where the column holds such."""
    kind = LABELLED.get(column)
    return view.say.label(kind, value) if kind and isinstance(value, str) else value


def _cell(view: View, value: Value, unit: str) -> str:
    if isinstance(value, str):
        return view.month(value) if unit == "date" else value
    if value is None:
        return ""
    if unit == "share":
        return view.percent(value)
    if unit:
        return view.quantity(value, unit, short=True)
    factor, name = yearly.row_scale(view, "", {"": {"p50": value}})
    return f"{view.number(value / factor)} {name}".strip()


def _cases(view: View, name: str, part: Result) -> Table:
    """Measures of concentration side by side, one row a case."""
    held: dict[str, dict[str, Cell]] = {}
    for when, what, measure, p10, p50, p90 in part.rows:
        shown = [
            view.percent(float(v)) if str(measure).startswith("CR") else view.fixed(float(v), 0)
            for v in (p10, p50, p90)
            if v is not None
        ]
        cell = Cell(shown[1], view.say("word.range", low=shown[0], high=shown[2]))
        held.setdefault(f"{what}, {when}", {})[str(measure)] = cell
    measures = list(dict.fromkeys(m for cells in held.values() for m in cells))
    rows = tuple(
        (Cell(case), *(cells.get(m, Cell("")) for m in measures)) for case, cells in held.items()
    )
    columns = view.columns(view.say("market.case"), *measures)
    return Table(view.say(VIEWS[name][1]), columns, rows, part.definition)


def _concentration(view: View, parts: dict[str, Result]) -> tuple[Figure, ...]:
    """Herfindahl index by owner and by user: before, and after in each year and case."""
    text = texts_of(view.say.lang)  # ticks are wrapped, so they are in the language before
    held: dict[str, dict[str, tuple[Any, ...]]] = {}
    for name in VIEWS:
        part = parts.get(f"concentration_by_{name}")
        rows = [r for r in part.rows if r[2] == MEASURE] if part else []
        if rows:
            held[name] = {text(f"{r[1]}, {r[0]}"): tuple(r[3:6]) for r in rows}
    if not held:
        return ()
    say = view.say
    cases = list(dict.fromkeys(case for values in held.values() for case in values))
    traces = []
    for index, (name, values) in enumerate(held.items()):
        low, middle, high = (
            [None if c not in values else float(values[c][k]) for c in cases] for k in range(3)
        )
        title = say(VIEWS[name][0])
        bar = figures.bars(cases, {title: middle}, {title: index})[0]
        traces.append(figures.whiskers(bar, low, middle, high))
    body = tuple(
        (Cell(say(VIEWS[n][0]), case), *(Cell(view.number(float(v), 4)) for v in values[case]))
        for n, values in held.items()
        for case in values
    )
    layout = {
        **figures.bar_layout(say("market.hhi_unit")), "barmode": "group",
        "xaxis": {"type": "category", "tickangle": 0, "tickvals": cases,
                  "ticktext": [c.replace(",", "").replace(" ", "<br>") for c in cases]},
    }  # fmt: skip
    return (
        Figure(
            id="market-hhi", title=say("market.figure"), unit=say("market.hhi_unit"),
            note=say("market.note"), data=traces, layout=layout,
            table=Table(say("market.figure"), view.percentile_columns(say("market.view")), body),
            height_px=380,
        ),
    )  # fmt: skip
