"""`gigawatt run`: a programme through all layers, into a run folder."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from pathlib import Path

    from gigawatt.study.comparison.compare import Comparison
    from gigawatt.study.run import Progress, Simulated

DEFAULT_PROGRAM = "openai-nvidia-2025-09"  # the plan as announced
CAUSES_DRAWS = 250  # of each step of the waterfall
SIGNED_PROGRAM = "openai-nvidia-2026-02"  # what was signed instead: shown beside it by default


@click.command()
@click.argument("program", required=False)
@click.option("--draws", default=2000, show_default=True, help="Number of draws.")
@click.option("--seed", default=1, show_default=True, help="Seed of all random streams.")
@click.option("--out", type=click.Path(), help="Run folder [default: runs/NAME-TIME].")
@click.option("--force", is_flag=True, help="Replace the run in --out.")
@click.option("--workers", type=int, help="Processes [default: one a core].")
@click.option("--as-of", help="Forget what became known after this date (YYYY-MM-DD).")
@click.option(
    "--closed-weeks",
    is_flag=True,
    help="Weeks of load in closed form: the event engine, which compiles once, is not used.",
)
@click.option(
    "--lang", type=click.Choice(("en", "fr")), default="en", help="Language of the report."
)
@click.option("--json", "as_json", is_flag=True, help="Print answers.json instead of the summary.")
def command(
    program: str | None,
    draws: int,
    seed: int,
    out: str | None,
    force: bool,
    workers: int | None,
    as_of: str | None,
    closed_weeks: bool,
    lang: str,
    as_json: bool,
) -> None:
    """Run PROGRAM, a bundled name or a TOML file, and write its run folder.

    Without PROGRAM the plan as announced is run, and what was signed instead is shown beside it.

    The folder holds manifest.json, answers.json, tables/*.parquet and report.html.
    """
    import os
    import time
    from pathlib import Path

    from gigawatt.energy.weather_check import check_weather
    from gigawatt.errors import InputError
    from gigawatt.program.check import declared_against_computed, warnings_of
    from gigawatt.program.load import load_program
    from gigawatt.report.html import write_report
    from gigawatt.study.archive.store import check_target, write_json
    from gigawatt.study.declared import computed_capex_usd_per_gw
    from gigawatt.study.reasons.gigawatt_notes import write_notes
    from gigawatt.study.run import Settings, simulate, write_run
    from gigawatt.study.sites.kept_weeks import take_closed_forms

    started = time.time()
    if closed_weeks:
        take_closed_forms()
    settings = Settings(draws, seed, os.cpu_count() or 1 if workers is None else workers)
    loaded = load_program(program or DEFAULT_PROGRAM, as_of=_date(as_of))
    if out is not None and not out.strip():
        raise InputError("--out is empty; name a folder")
    stamp = dt.datetime.now().strftime("%Y%m%d-%H%M%S")
    folder = Path(out) if out else Path("runs") / f"{loaded.program.name}-{stamp}"
    check_target(folder, force)
    of_weather = check_weather(loaded)
    with _progress(draws) as progress:
        simulated = simulate(loaded, settings, progress)
    found = _beside(simulated, as_of) if program is None else None
    compared = declared_against_computed(loaded, computed_capex_usd_per_gw(loaded))

    def finish(partial: Path) -> None:
        """Write what is read by people into the folder before it gets its name."""
        if found is not None:
            write_json(partial / "comparison.json", found.as_dict())
        write_notes(simulated, partial)
        write_report(partial, lang)

    write_run(
        simulated,
        folder,
        warnings=[*warnings_of(loaded, compared), *of_weather],
        started=started,
        replace=force,
        finish=finish,
    )
    _show(folder, as_json, lang)
    if found is not None and not as_json:
        _show_beside(found, lang)


def _beside(announced: Simulated, as_of: str | None) -> Comparison:
    """Compare the plan as announced with what was signed, on the same draws."""
    from gigawatt.program.load import load_program
    from gigawatt.study.comparison.compare import side_by_side
    from gigawatt.study.run import simulate

    signed = load_program(SIGNED_PROGRAM, as_of=_date(as_of))
    with _progress(announced.settings.draws) as progress:
        other = simulate(signed, announced.settings, progress)
    return side_by_side(announced, other, CAUSES_DRAWS)


def _show_beside(found: Comparison, lang: str) -> None:
    from rich.console import Console

    from gigawatt.cli.compare import print_side_by_side
    from gigawatt.report.strings import strings_of

    console = Console()
    print_side_by_side(found, console, lang)
    console.print(strings_of(lang)("compare.where", a=DEFAULT_PROGRAM, b=SIGNED_PROGRAM))


def _date(text: str | None) -> dt.date | None:
    from gigawatt.errors import InputError

    if text is None:
        return None
    try:
        return dt.date.fromisoformat(text)
    except ValueError as error:
        raise InputError(f"--as-of {text!r} is not a date; write it as 2026-11-20") from error


@contextmanager
def _progress(total: int) -> Iterator[Progress]:
    """Progress bar on stderr; silent where stderr is not a terminal."""
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

    columns = (TextColumn("draws"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("draws", total=total)
        yield lambda done, _: bar.update(task, completed=done)


def _show(folder: Path, as_json: bool, lang: str) -> None:
    if as_json:
        click.echo((folder / "answers.json").read_text(encoding="utf-8"), nl=False)
        click.echo(f"Run folder: {folder}", err=True)
        return
    from rich.console import Console

    from gigawatt.report.terminal import print_summary

    print_summary(folder, Console(), lang)
