"""`gigawatt compare`: two programmes, or two runs, on the same draws."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from pathlib import Path

    from rich.console import Console
    from rich.table import Table

    from gigawatt.report.speech import Speech
    from gigawatt.study.comparison.causes import Causes
    from gigawatt.study.comparison.compare import Comparison, Progress

BANDS = ("p10", "p50", "p90")
NONE = "–"
FILE_WIDTH = 120  # of lines where the output is no terminal


@click.command()
@click.argument("a")
@click.argument("b")
@click.option("--draws", type=int, help="Number of draws [default: 2000].")
@click.option("--seed", type=int, help="Seed of all random streams [default: 1].")
@click.option("--causes-draws", default=500, show_default=True, help="Draws of the waterfall.")
@click.option("--workers", default=0, help="Processes [default: one a core].")
@click.option("--out", type=click.Path(), help="New folder for the page and CSV tables.")
@click.option(
    "--lang", type=click.Choice(("en", "fr")), default="en", show_default=True, help="Language."
)
@click.option("--json", "as_json", is_flag=True, help="Print the comparison as JSON.")
def command(
    a: str,
    b: str,
    draws: int | None,
    seed: int | None,
    causes_draws: int,
    workers: int,
    out: str | None,
    lang: str,
    as_json: bool,
) -> None:
    """Compare A and B: two programmes (bundled names or TOML files), or two run folders.

    Both programmes get the same random numbers, so that differences (B minus A) are taken within
    each draw. A waterfall tells which changed inputs account for how much. Two runs are compared as
    far as what they keep allows.
    """
    from pathlib import Path

    from gigawatt.errors import InputError
    from gigawatt.program.read import bundled_names
    from gigawatt.report.comparison import write_comparison_page
    from gigawatt.report.speech import Speech
    from gigawatt.study.comparison.compare import check_new, write_comparison
    from gigawatt.study.comparison.compare_runs import compare_runs

    folder = Path(out) if out else None
    if folder is not None:
        check_new(folder)
    runs = [name not in bundled_names() and Path(name).is_dir() for name in (a, b)]
    if any(runs):
        if draws is not None or seed is not None:
            raise InputError("--draws and --seed belong to programmes; a run has its own.")
        if not all(runs):
            _refuse_mixed(a if runs[1] else b, b if runs[1] else a)
        found = compare_runs(Path(a), Path(b))
    else:
        found = _programs(a, b, draws, seed, causes_draws, workers)
    if folder is not None:
        write_comparison(found, folder)
        write_comparison_page(folder, lang)
    _show(found, folder, as_json, Speech.of(lang, int(found.setting["draws"])))


def _refuse_mixed(other: str, run: str) -> None:
    """Say that a run and something else can't be compared, unless the latter is a lost run."""
    from pathlib import Path

    from gigawatt.errors import InputError
    from gigawatt.program.read import bundled_names
    from gigawatt.study.archive.folder import open_folder

    if other not in bundled_names() and not other.endswith(".toml"):
        open_folder(Path(other))  # tells what is wrong with it, and the nearest run
    raise InputError(
        f"{run} is a run folder and {other} a programme: give two programmes, or run {other} with "
        "the same --seed and --draws and give two runs."
    )


def _programs(
    a: str, b: str, draws: int | None, seed: int | None, causes_draws: int, workers: int
) -> Comparison:
    import os

    from gigawatt.errors import InputError
    from gigawatt.program.load import load_program
    from gigawatt.study.comparison.compare import compare_programs
    from gigawatt.study.run import Settings

    if causes_draws < 1:
        raise InputError(f"--causes-draws {causes_draws}: must be at least 1")
    settings = Settings(
        2000 if draws is None else draws,
        1 if seed is None else seed,
        workers or os.cpu_count() or 1,
    )
    first, second = load_program(a), load_program(b)
    with _progress() as progress:
        return compare_programs(
            first, second, settings, causes_draws=causes_draws, progress=progress
        )


@contextmanager
def _progress() -> Iterator[Progress]:
    """Progress bars on stderr; silent where stderr is not a terminal."""
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, TextColumn, TimeElapsedColumn
    from rich.progress import Progress as Bars

    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
    )
    with Bars(*columns, console=Console(stderr=True), transient=True) as bars:
        tasks: dict[str, Any] = {}

        def told(what: str, done: int, total: int) -> None:
            if what not in tasks:
                tasks[what] = bars.add_task(what, total=total)
            bars.update(tasks[what], completed=done)

        yield told


def _show(found: Comparison, folder: Path | None, as_json: bool, speech: Speech) -> None:
    import json

    from rich.console import Console
    from rich.text import Text

    from gigawatt.quantity.format import fixed

    if as_json:
        click.echo(json.dumps(found.as_dict(), indent=2, ensure_ascii=False))
    else:
        console = Console()
        if not console.is_terminal:
            console = Console(width=FILE_WIDTH)
        for letter, side in (("A", found.a), ("B", found.b)):
            console.print(
                Text(f"{letter}  {side['name']}: {speech.text(side['title'])}", style="bold")
            )
        setting = found.setting
        draws = fixed(float(setting["draws"]), 0, speech.locale)
        console.print(Text(speech.say("compare.setting", draws=draws, seed=setting["seed"])))
        _print_headline(found, console, speech)
        _print_by_year(found, console, speech)
        if found.causes is not None and found.causes.waterfalls:
            _print_causes(found.causes, console, speech)
        console.print()
        for note in found.notes:
            console.print(Text(speech.say("compare.note", note=speech.text(note))))
    if folder is not None:
        click.echo(f"Comparison folder: {folder}", err=True)


def print_side_by_side(found: Comparison, console: Console, lang: str = "en") -> None:
    """Print P50 of two programmes and the middle difference: what fits beside a summary."""
    from gigawatt.report.speech import Speech

    speech = Speech.of(lang, int(found.setting["draws"]))
    table = _grid(speech.say("compare.beside"), "")
    for key in ("compare.announced", "compare.signed", "compare.difference_word", "compare.of_it"):
        table.add_column(speech.say(key), justify="right", no_wrap=True)
    table.add_column("P90", justify="right", no_wrap=True)
    for r in found.results:
        if r["kind"] in ("date", "number") and r["a"] and r["b"]:
            a, b, low, middle, high = _row(r["a"], r["b"], r["difference"], r, speech)
            table.add_row(_title(r, speech), a, b, middle, low, high)
    _put(table, console)


def _title(r: dict[str, Any], speech: Speech) -> str:
    return speech.say.titled(str(r["name"]), speech.text(str(r["title"])))


def _print_headline(found: Comparison, console: Console, speech: Speech) -> None:
    """Print the single results of two programmes side by side."""
    single = [r for r in found.results if r["kind"] in ("date", "number")]
    table = _grid(speech.say("compare.named"), "")
    for name in ("A P50", "B P50", "P10", "P50", "P90"):
        table.add_column(name, justify="right")
    table.add_column(speech.say("word.unit"))
    for r in single:
        cells = _row(r["a"], r["b"], r["difference"], r, speech)
        table.add_row(_title(r, speech), *cells, _remark(r, speech))
    _put(table, console)


def _print_by_year(found: Comparison, console: Console, speech: Speech) -> None:
    for r in found.results:
        if r["kind"] == "by_year" and r.get("by_year"):
            by_year = _grid(f"{_title(r, speech)}, {speech.unit(r['unit'])}", speech.text("year"))
            for name in ("A P50", "B P50", "P10", "P50", "P90"):
                by_year.add_column(name, justify="right")
            for year, entry in r["by_year"].items():
                if _central(entry["a"]) or _central(entry["b"]):
                    cells = _row(entry["a"], entry["b"], entry["difference"], r, speech)
                    by_year.add_row(year, *cells)
            if by_year.row_count:
                _put(by_year, console)


def _row(
    a: Any,  # noqa: ANN401 - JSON
    b: Any,  # noqa: ANN401
    difference: Any,  # noqa: ANN401
    r: dict[str, Any],
    speech: Speech,
) -> list[str]:
    from gigawatt.quantity.format import shown_unit

    d, unit = difference or {}, shown_unit(str(r["name"]), r["unit"])
    return [
        _value(a, unit, speech),
        _value(b, unit, speech),
        *(_signed(d.get(q), r["difference_unit"], speech) for q in BANDS),
    ]


def _central(side: dict[str, Any] | None) -> float | str | None:
    return (side or {}).get("p50")


def _value(side: dict[str, Any] | None, unit: str, speech: Speech) -> str:
    if side is None:
        return NONE
    middle = side.get("p50")
    if middle is not None:
        return speech.quantity(middle, unit, short=True)
    if side.get("status") == "not in programme":
        return speech.say("word.not_in_programme")
    return speech.say("compare.not_in_time") if unit == "date" else NONE


def _signed(value: float | None, unit: str, speech: Speech) -> str:
    """Difference with its sign, "0" where there is none; of shares in percentage points (pp)."""
    if value is None:
        return NONE
    if value == 0.0:
        return "0"
    sign = "+" if value > 0 else "−"
    size = abs(value)
    if unit == "months":
        return f"{sign}{speech.number(size, 2)}"
    if unit == "share":
        return f"{sign}{speech.number(100.0 * size, 2)} {speech.say('compare.pp')}"
    return f"{sign}{speech.quantity(size, unit, short=True)}"


def _remark(r: dict[str, Any], speech: Speech) -> str:
    """Unit of the difference, and in how many draws only one side has a value."""
    d = r["difference"] or {}
    parts = [] if r["difference_unit"] == "share" else [speech.unit(r["difference_unit"])]
    if not r["paired"] and r["difference"]:
        parts.append(speech.say("compare.of_medians"))
    if not r["name"].startswith("probability_"):
        for letter in ("a", "b"):
            share = d.get(f"share_only_{letter}")
            if share:
                told = speech.percent(share)
                parts.append(speech.say("compare.only", side=letter.upper(), share=told))
    return speech.locale.joint.join(parts)


def _print_causes(causes: Causes, console: Console, speech: Speech) -> None:
    """Waterfalls, a column each: from A, group by group, to B."""
    from rich.text import Text

    chosen = [w for w in causes.waterfalls if not w.name.startswith("facility_gw")]
    ends = [w for w in causes.waterfalls if w.name.startswith("facility_gw") and w.a != w.b]
    if ends:  # the year in which they differ most
        chosen.append(max(ends, key=lambda w: abs(w.b - w.a)))
    table = _grid(speech.say("compare.causes_grid", draws=causes.draws), "")
    for w in chosen:
        table.add_column(speech.text(w.title), justify="right")
    table.add_row("A", *(_plain(w.a, w.unit, speech) for w in chosen))
    for number, group in enumerate(causes.groups):
        effects = (_signed(w.effects[number].mean, w.unit, speech) for w in chosen)
        table.add_row(speech.text(group.label), *effects)
    table.add_row("B", *(_plain(w.b, w.unit, speech) for w in chosen))
    _put(table, console)
    for group in causes.groups:
        console.print(Text(f"{speech.text(group.label)}: {_listed(group.changed, speech)}"))


def _plain(value: float, unit: str, speech: Speech) -> str:
    if unit == "months":
        return speech.say("compare.month", number=speech.number(value))
    return speech.quantity(value, unit, short=True)


def _listed(changed: Sequence[str], speech: Speech, most: int = 8) -> str:
    shown = ", ".join(map(speech.text, changed[:most]))
    left = len(changed) - most
    return f"{shown} {speech.say('compare.more', count=left)}" if left > 0 else shown


def _put(table: Table, console: Console) -> None:
    console.print()
    console.print(table)


def _grid(title: str, first: str) -> Table:
    from rich import box
    from rich.table import Table
    from rich.text import Text

    table = Table(
        title=Text(title, style="bold"),
        title_justify="left",
        box=box.SIMPLE_HEAD,
        pad_edge=False,
        show_edge=False,
    )
    table.add_column(first)
    return table
