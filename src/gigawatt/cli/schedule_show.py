"""`gigawatt schedule PROGRAM`: table, Gantt and burn-down; with `--cases` dates of single sites."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from pathlib import Path

    from gigawatt.program.model import Program
    from gigawatt.study.schedule_run import ScheduleRun
    from gigawatt.study.tables.schedule_tables import Dates, PhaseRow

DEFAULT_PROGRAM = "openai-nvidia-2025-09"
GANTT_COLUMNS = 60
LEVER_DRAWS = 500


@click.command()
@click.argument("program", required=False)
@click.option("--draws", default=2000, show_default=True, help="Number of draws.")
@click.option("--seed", default=1, show_default=True, help="Seed of all random streams.")
@click.option("--as-of", help="Forget what became known after this date (YYYY-MM-DD).")
@click.option("--haircut", "haircuts", multiple=True, help="Apply a haircut of the catalog.")
@click.option("--tasks", type=click.Path(), help="TOML with tasks of your own network.")
@click.option("--json", "as_json", is_flag=True, help="Print all tables as JSON.")
@click.option("--csv", "csv_dir", type=click.Path(), help="Folder for the tables as CSV.")
@click.option("--html", type=click.Path(), help="File for the page with charts.")
@click.option("--lang", type=click.Choice(("en", "fr")), default="en", help="Of the page.")
@click.option("--cases", type=click.Path(), help="CSV of single sites.")
@click.option("--out", type=click.Path(), help="CSV for the dates of --cases.")
def command(
    program: str | None,
    draws: int,
    seed: int,
    as_of: str | None,
    haircuts: tuple[str, ...],
    tasks: str | None,
    as_json: bool,
    csv_dir: str | None,
    html: str | None,
    lang: str,
    cases: str | None,
    out: str | None,
) -> None:
    """Forecast the dates of PROGRAM, a bundled name or a TOML file.

    With --cases: first power, 200 MW and 1,000 MW of single sites, P5, P50 and P95. Columns: site,
    clearing_date, route, builder, power_contracted, framework_orders, buildings, mw, as_of.
    """
    from pathlib import Path

    from gigawatt.errors import InputError

    if draws < 1:
        raise InputError(f"--draws {draws}: must be at least 1")
    if cases or out:
        if (
            not (cases and out)
            or program
            or as_of
            or haircuts
            or tasks
            or csv_dir
            or html
            or as_json
        ):
            raise InputError(
                "--cases FILE.csv goes with --out FILE.csv and nothing else but --seed"
            )
        _cases(Path(cases), Path(out), seed)
        return
    run = _run(program or DEFAULT_PROGRAM, draws, seed, as_of, haircuts, tasks)
    if csv_dir:
        _write_csv(run, Path(csv_dir))
    if html:
        _write_page(run, seed, Path(html), lang)
    if as_json:
        _print_json(run, seed)
    else:
        click.echo(_text(run))


def _run(
    program: str, draws: int, seed: int, as_of: str | None, haircuts: tuple[str, ...],
    tasks: str | None,
) -> ScheduleRun:  # fmt: skip
    from dataclasses import replace
    from pathlib import Path

    from gigawatt.cli.memory import keep_freed_memory
    from gigawatt.program.load import load_program
    from gigawatt.study.schedule_run import schedule_run

    keep_freed_memory()
    loaded = load_program(program, as_of=iso_date(as_of, "--as-of"))
    if haircuts:
        loaded = replace(loaded, program=replace(loaded.program, haircuts=haircuts))
    if tasks:
        from gigawatt.schedule.own_tasks import with_own_tasks

        loaded = replace(loaded, catalog=with_own_tasks(loaded.catalog, Path(tasks)))
    return schedule_run(loaded, draws, seed)


def iso_date(text: str | None, option: str) -> dt.date | None:
    """Date of an option, or None where it was not given."""
    from gigawatt.errors import InputError

    if text is None:
        return None
    try:
        return dt.date.fromisoformat(text)
    except ValueError:
        raise InputError(f"{option} {text}: write a date as year-month-day") from None


def _print_json(run: ScheduleRun, seed: int) -> None:
    import json

    from gigawatt.study.tables.schedule_tables import schedule_tables

    program = run.loaded.program
    head = {
        "program": program.name, "as_of": program.as_of.isoformat(), "draws": run.draws,
        "seed": seed,
    }  # fmt: skip
    click.echo(json.dumps({**head, **schedule_tables(run)}, indent=2, ensure_ascii=False))


def _write_csv(run: ScheduleRun, folder: Path) -> None:
    from gigawatt.cli.case_files import write_rows
    from gigawatt.study.tables.schedule_tables import schedule_tables

    folder.mkdir(parents=True, exist_ok=True)
    for name, rows in schedule_tables(run).items():
        columns = list(dict.fromkeys(key for row in rows for key in row))
        write_rows(folder / f"{name}.csv", columns, rows)
    click.echo(f"Tables: {folder}", err=True)


def _write_page(run: ScheduleRun, seed: int, path: Path, lang: str) -> None:
    """Page with charts; levers on few draws, for the first and the last likely gigawatt."""
    from gigawatt import __version__
    from gigawatt.report.schedule_page import write_schedule_page
    from gigawatt.study.reasons.levers import lever_rows, pull_all
    from gigawatt.study.schedule_run import schedule_run
    from gigawatt.study.tables.schedule_tables import likely_gigawatts, plain, schedule_tables

    program = run.loaded.program
    draws = min(run.draws, LEVER_DRAWS)
    chosen = likely_gigawatts(run)
    base = schedule_run(run.loaded, draws, seed)
    levers = lever_rows(base, pull_all(base, draws, seed), chosen) if chosen else []
    head = {
        "title": program.title, "as_of": program.as_of.isoformat(), "draws": run.draws,
        "start": program.start.isoformat(), "horizon": program.horizon.isoformat(), "seed": seed,
        "version": __version__,
    }  # fmt: skip
    write_schedule_page(schedule_tables(run), plain(levers), head, path, lang)
    click.echo(f"Page: {path}", err=True)


def _cases(source: Path, target: Path, seed: int) -> None:
    from gigawatt.catalog import load_catalog
    from gigawatt.cli.case_files import read_rows, write_rows
    from gigawatt.errors import InputError
    from gigawatt.schedule.cases import COLUMNS, NOTE, RESULTS, case_dates, read_case

    cut: dict[int, str] = {}
    header, rows = read_rows(source, ("clearing_date",), COLUMNS, cut)
    for name, column in misspelt(header, COLUMNS):
        click.echo(f"{source}: column {name!r} is not read; {column!r} is near", err=True)
    catalog = load_catalog()
    done = []
    for index, row in enumerate(rows):
        found: dict[str, str] = dict.fromkeys((*RESULTS, NOTE), "")
        problem = cut.get(index, "")
        try:
            found |= {} if problem else case_dates(read_case(row), catalog, seed)
        except InputError as error:
            problem = str(error)
        done.append({**row, **found, "problem": problem})
    write_rows(target, [*header, *RESULTS, NOTE, "problem"], done)
    bad = sum(bool(r["problem"]) for r in done)
    noted = sum(bool(r[NOTE]) for r in done)
    click.echo(
        f"{len(done)} sites → {target}"
        + (f"; {noted} with a note" if noted else "")
        + (f"; {bad} with a problem" if bad else ""),
        err=True,
    )


def misspelt(header: list[str], known: tuple[str, ...]) -> list[tuple[str, str]]:
    """Columns of a header that are not read, with the absent one that each is near to."""
    from gigawatt.errors import nearest

    absent = [name for name in known if name not in header]
    near = ((name, nearest(name, absent)) for name in header if name not in known)
    return [(name, column) for name, column in near if column]


# ------------------------------------------------------------------------------------- terminal


def _text(run: ScheduleRun) -> str:
    from gigawatt.study.tables.schedule_tables import burn_down, gigawatt_rows, phase_rows

    program = run.loaded.program
    lines = [
        f"{program.title}",
        f"as of {program.as_of}, {run.draws:,} draws; P10 / P50 / P90 of dates in service",
        "",
    ]
    gigawatts = gigawatt_rows(run)
    unit, scale, shown = ("GW", 1e3, ".1f") if gigawatts else ("MW", 1.0, ".0f")
    if gigawatts:
        lines.append("  GW  P10       P50       P90       reached  " + _years(program))
    else:
        lines += [f"  {name}: {dates_text(dates)}" for name, dates in _ends(run).items()]
    for row in gigawatts:
        odds = "".join(f"{100 * p:5.0f}" for p in row.by_year_end.values())
        dates = "  ".join(_month(d) for d in (row.date.p10, row.date.p50, row.date.p90))
        lines.append(f"  {row.number:2}  {dates}  {100 * row.reached_share:5.0f} %  {odds}")
    lines += [
        "",
        *_gantt(run, phase_rows(run)),
        "",
        f"  {unit} by the end of the year, P50 (P10–P90)",
    ]
    stages = [r for r in burn_down(run) if r.date.month == 12]
    names = list(dict.fromkeys(r.stage for r in stages))
    lines.append("  year  " + "".join(f"{n.replace('_', ' '):>18}" for n in names))
    for year in dict.fromkeys(r.date.year for r in stages):
        cells = "".join(
            f"{f'{r.p50 / scale:{shown}} ({r.p10 / scale:{shown}}–{r.p90 / scale:{shown}})':>18}"
            for r in stages if r.date.year == year
        )  # fmt: skip
        lines.append(f"  {year}  {cells}")
    return "\n".join(lines)


def _ends(run: ScheduleRun) -> dict[str, Dates]:
    """First and last building in service, for programmes below a gigawatt."""
    from gigawatt.study.tables.schedule_tables import Dates

    months = {"first building": run.in_service.min(axis=1), "all": run.in_service.max(axis=1)}
    return {name: Dates.of(m, run.axis) for name, m in months.items()}


def _years(program: Program) -> str:
    years = range(program.as_of.year, program.horizon.year + 1)
    return "".join(f"{year:5}" for year in years) + "  by the end of, %"


def _month(date: dt.date | None) -> str:
    return f"{date:%b %Y}" if date else "never   "


def _gantt(run: ScheduleRun, rows: list[PhaseRow]) -> list[str]:
    """Bars from clearing (P50) over first power to last building in service, with its P10–P90."""
    program = run.loaded.program
    span = run.axis.count / GANTT_COLUMNS
    years = range(program.start.year + 1, program.horizon.year + 1)
    ruler = [" "] * GANTT_COLUMNS
    for year in years:
        at = int(run.axis.position(dt.date(year, 1, 1)) / span)
        for offset, char in enumerate(f"'{str(year)[2:]}"):
            if at + offset < GANTT_COLUMNS:
                ruler[at + offset] = char
    width = max(len(f"{r.site} {r.phase}") for r in rows)
    lines = [f"  {'':{width}}  {''.join(ruler)}  MW     binds"]
    for r in rows:
        bar = [" "] * GANTT_COLUMNS
        _fill(bar, run, span, r.cleared.p50, r.last_in_service.p50, "·")
        _fill(bar, run, span, r.first_power.p50, r.last_in_service.p50, "━")
        _fill(bar, run, span, r.last_in_service.p10, r.last_in_service.p90, "░", over=False)
        cause = next(iter(r.causes), "–")
        name = f"{r.site} {r.phase}"
        lines.append(f"  {name:{width}}  {''.join(bar)}  {r.facility_mw:5.0f}  {cause}")
    lines.append(
        f"  {'':{width}}  · cleared to first power   ━ to last in service (P50)   ░ its P10–P90"
    )
    return lines


def _fill(
    bar: list[str], run: ScheduleRun, span: float, first: dt.date | None, last: dt.date | None,
    char: str, over: bool = True,
) -> None:  # fmt: skip
    if first is None:
        return
    begin = max(0, int(run.axis.position(first) / span))
    end = len(bar) if last is None else min(len(bar), int(run.axis.position(last) / span) + 1)
    for k in range(begin, end):
        if over or bar[k] == " ":
            bar[k] = char


def dates_text(dates: Dates) -> str:
    """P10 / P50 / P90 as months."""
    return " / ".join(_month(d).strip() for d in (dates.p10, dates.p50, dates.p90))
