"""`gigawatt ask`: the questions that readers bring, answered from a run."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from rich.console import Console

    from gigawatt.report.speech import Speech
    from gigawatt.study.questions.part import Part, Value
    from gigawatt.study.questions.result import Found, Question
    from gigawatt.study.questions.rundata import RunData

SCALED_FROM = 1e4  # smaller numbers are written out
SELF_TOLD = ("", "share", "date", "USD", "USD/GW", "USD/GPU", "MW", "GW", "TWh")  # cells say it
FILE_WIDTH = 120  # of lines where the output is no terminal
WORD = 18  # longest word that keeps its line
MOST_ROWS = 30  # of a table in the terminal; --json gives all


@click.command()
@click.argument("question", required=False)
@click.argument("run", required=False, type=click.Path())
@click.option(
    "--lang", type=click.Choice(("en", "fr")), default="en", show_default=True, help="Language."
)
@click.option("--json", "as_json", is_flag=True, help="Print everything as JSON (in English).")
def command(question: str | None, run: str | None, lang: str, as_json: bool) -> None:
    """Answer QUESTION (number or id) from the folder RUN; without QUESTION list them all.

    RUN defaults to the newest run in ./runs.
    """
    import json
    from pathlib import Path

    from gigawatt.report.speech import Speech
    from gigawatt.study.archive.folder import version_warning
    from gigawatt.study.questions import answer, as_dict, newest_run, read_run_data
    from gigawatt.study.questions import question as question_called

    if question is None:
        _list(as_json, lang)
        return
    asked = question_called(question)
    folder = Path(run) if run else newest_run(Path("runs"))
    if not run:
        click.echo(Speech.of(lang).say("ask.newest", folder=folder), err=True)
    data = read_run_data(folder)
    if warning := version_warning(data.folder, str(data.manifest.get("gigawatt_version"))):
        click.echo(f"Warning: {warning}", err=True)
    found = answer(asked, data)
    if as_json:
        click.echo(
            json.dumps(as_dict(asked, found, data), indent=2, ensure_ascii=False, allow_nan=False)
        )
    else:
        _print(asked, found, data, Speech.of(lang, int(data.manifest["draws"])))


def _list(as_json: bool, lang: str) -> None:
    import json

    from gigawatt.report.strings import strings_of
    from gigawatt.study.questions import QUESTIONS

    rows = [
        {"question": q.number, "id": q.id, "asked_by": q.users, "text": q.text} for q in QUESTIONS
    ]
    if as_json:
        click.echo(json.dumps(rows, indent=2, ensure_ascii=False))
        return
    say = strings_of(lang)
    for one in QUESTIONS:
        click.echo(f"{one.number:>2}  {one.id:<14} {say.question(one.number, one.text)}")


def _print(asked: Question, found: Found, data: RunData, speech: Speech) -> None:
    from rich.console import Console
    from rich.markup import escape

    console = Console(highlight=False)
    if not console.is_terminal:
        console = Console(highlight=False, width=FILE_WIDTH)
    say, text = speech.say, speech.text
    asks = say.question(asked.number, asked.text)
    console.print(f"[bold]{asked.number}. {escape(asks)}[/bold]")
    state = say.label("answer", found.status.replace(" ", "_"))
    title = text(data.manifest["program"]["title"])
    console.print(escape(say("ask.status", title=title, status=state)))
    for part in found.parts:
        console.print()
        _print_part(part, console, speech)
    if found.needs:
        console.print()
    for need in found.needs:
        console.print(escape(text(f"{str(need)[0].upper()}{str(need)[1:]}.")))


def _print_part(part: Part, console: Console, speech: Speech) -> None:
    from rich.markup import escape

    from gigawatt.quantity.format import shown_unit

    text = speech.text
    title = speech.say.titled(part.name, text(part.title))
    console.print(f"[bold]{escape(title)}[/bold]")
    if part.kind in ("date", "number"):
        shown = speech.span(part.p10, part.p50, part.p90, shown_unit(part.name, part.unit))
        console.print(escape(f"{shown}   (P10 … P50 … P90)"))
    if part.text:
        console.print(escape(text(part.text)))
    if part.kind == "table":
        _print_table(part, console, speech)
    said = speech.say("ask.from", definition=text(part.definition), data=part.data)
    console.print(f"[dim]{escape(said)}[/dim]")


def _print_table(part: Part, console: Console, speech: Speech) -> None:
    from rich.box import SIMPLE_HEAD
    from rich.markup import escape
    from rich.table import Table

    table = Table(box=SIMPLE_HEAD, pad_edge=False)
    for index, (name, unit) in enumerate(part.columns):
        numeric = any(isinstance(row[index], float) for row in part.rows)
        heading = speech.text(name)
        if unit not in SELF_TOLD:
            heading += f"\n{speech.unit(unit)}"
        words = [
            w for row in part.rows if isinstance(row[index], str) for w in str(row[index]).split()
        ]
        widest = min(max(map(len, words), default=0), WORD)
        table.add_column(
            escape(heading), justify="right" if numeric else "left", no_wrap=numeric,
            overflow="fold", min_width=widest,
        )  # fmt: skip
    for row in part.rows[:MOST_ROWS]:
        cells = zip(row, part.columns, strict=True)
        table.add_row(*(escape(_cell(value, unit, speech)) for value, (_, unit) in cells))
    console.print(table)
    if (more := len(part.rows) - MOST_ROWS) > 0:
        console.print(escape(speech.say("ask.more", count=more)))


def _cell(value: Value, unit: str, speech: Speech) -> str:
    from gigawatt.quantity.format import scaled

    if isinstance(value, str):
        return speech.text(value)
    if unit or value is None:
        return speech.quantity(value, unit, short=True)
    is_large = abs(value) >= SCALED_FROM
    return scaled(value, locale=speech.locale) if is_large else speech.number(value)
