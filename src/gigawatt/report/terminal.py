"""Summary of a run for the terminal: the sentence, the headline, capacity and what binds."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from gigawatt.quantity.units import MW_PER_GW
from gigawatt.report.facts import verdict, year_ends
from gigawatt.report.read import read_run
from gigawatt.report.sections.binding import constraint_order, shares_by_year, year_label
from gigawatt.report.sections.headline import percentiles, remark, single_values, unit_of
from gigawatt.report.sections.yearly import row_scale
from gigawatt.report.texts import texts_of
from gigawatt.report.view import View

if TYPE_CHECKING:
    from rich.console import Console
    from rich.table import Table

MOST_ANSWERS = 14
MOST_YEARS = 10
CAPACITY_ANSWER = "facility_gw_in_service_by_year_end"  # has a table of its own
MOST_CONSTRAINTS = 5


def print_summary(folder: Path, console: Console, lang: str = "en") -> None:
    """Print the summary of a run folder on a rich console, at most 60 lines at 100 columns.

    Raises
    ------
    InputError : the folder is not a run.
    """
    from rich.text import Text

    view = View.of(read_run(folder), lang)
    program = view.run.manifest.get("program") or {}
    title = str(program.get("title") or program.get("name") or folder.name)
    text = texts_of(lang)
    console.print(Text(text(title), style="bold"))
    console.print(Text(verdict(view)))
    for table in (_headline(view), _capacity(view), _yearly(view), _binding(view)):
        if table is not None:
            console.print()
            console.print(table)
    console.print()
    warnings = view.run.manifest.get("warnings") or []
    if warnings:
        key = "terminal.warning" if len(warnings) == 1 else "terminal.warnings"
        told = view.say(key, count=len(warnings), first=text(str(warnings[0])))
        console.print(Text(told), overflow="ellipsis", no_wrap=True)
    # The path is not cut or wrapped: it is there to be copied.
    console.print(Text(view.say("terminal.folder", folder=folder)), soft_wrap=True, highlight=False)


def _grid(title: str) -> Table:
    from rich import box
    from rich.table import Table
    from rich.text import Text

    return Table(
        title=Text(title, style="bold"),
        title_justify="left",
        box=box.SIMPLE_HEAD,
        pad_edge=False,
        collapse_padding=True,
        show_edge=False,
    )


def _headline(view: View) -> Table | None:
    answers = single_values(view)
    if not answers:
        return None
    say = view.say
    rows = [
        (a.title, *percentiles(view, a), remark(view, a) or view.unit(unit_of(a)))
        for a in answers[:MOST_ANSWERS]
    ]
    table = _grid(say("terminal.headline"))
    table.add_column(say("headline.result"))
    for index, name in enumerate(("P10", "P50", "P90"), start=1):
        # Values keep their width; where a line is short of room, titles and units wrap.
        widest = max(len(row[index]) for row in rows)
        table.add_column(name, justify="right", no_wrap=True, min_width=max(widest, len(name)))
    table.add_column(say("word.unit"))
    for row in rows:
        table.add_row(*_plain(row))
    return table


def _capacity(view: View) -> Table | None:
    ends = year_ends(view)[-MOST_YEARS:]
    if not ends:
        return None
    table = _grid(f"{view.say('terminal.capacity')}, {view.say('unit.gw')}")
    table.add_column("")
    for end in ends:
        table.add_column(end.year, justify="right")
    for name in ("p10", "p50", "p90"):
        values = (view.fixed(getattr(end, name) / MW_PER_GW, 2) for end in ends)
        table.add_row(name.upper(), *values)
    return table


def _yearly(view: View) -> Table | None:
    """Answers by year that are not capacity or shares of a whole, P50 of the last years."""
    answers = [a for a in view.run.answers if a.kind == "by_year" and a.name != CAPACITY_ANSWER]
    years = sorted({y for a in answers for y in a.by_year})[-MOST_YEARS:]
    if not years:
        return None
    table = _grid(view.say("terminal.yearly"))
    table.add_column("")
    for year in years:
        table.add_column(year, justify="right")
    for answer in answers:
        values = (answer.by_year.get(y, {}).get("p50") for y in years)
        factor, scale = row_scale(view, answer.unit, answer.by_year)
        cells = tuple(_cell(view, v, factor, answer.unit) for v in values)
        bare = "%" if answer.unit == "share" else f"{scale} {view.unit(answer.unit)}".strip()
        table.add_row(*_plain((f"{answer.title}, {bare}", *cells)))
    return table


def _cell(view: View, value: float | None, factor: float, unit: str) -> str:
    if value is None:
        return ""
    return view.fixed(100.0 * value, 0) if unit == "share" else view.number(value / factor)


def _binding(view: View) -> Table | None:
    """Shares by year; the constraints that matter least are summed as "others"."""
    shares = dict(list(shares_by_year(view).items())[-MOST_YEARS:])
    if not shares:
        return None
    weight = {n: sum(s.get(n, 0.0) for s in shares.values()) for n in constraint_order(shares)}
    names = sorted(weight, key=lambda n: -weight[n])
    shown = names[:MOST_CONSTRAINTS]
    table = _grid(view.say("terminal.binding"))
    table.add_column("")
    for year in shares:
        table.add_column(year_label(view, year), justify="right")
    for name in shown:
        values = (_percent(view, s.get(name, 0.0)) for s in shares.values())
        table.add_row(*_plain((view.say.label("short", name), *values)))
    if names[MOST_CONSTRAINTS:]:
        rest = (sum(s.get(n, 0.0) for n in names[MOST_CONSTRAINTS:]) for s in shares.values())
        table.add_row(view.say("terminal.others"), *(_percent(view, v) for v in rest))
    return table


def _percent(view: View, share: float) -> str:
    """Whole per cent without its mark, which the title of the table says; empty for nothing."""
    return view.fixed(100.0 * share, 0) if share else ""


def _plain(texts: tuple[str, ...]) -> list[str]:
    """Texts in which rich finds no markup."""
    from rich.markup import escape

    return [escape(t) for t in texts]
