"""`gigawatt check`: all that is wrong with a programme file, and what it comes to."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from gigawatt.errors import Problem
    from gigawatt.program.check import Comparison, PhaseTotal
    from gigawatt.program.load import Loaded


@click.command()
@click.argument("program")
@click.option("--json", "as_json", is_flag=True, help="Print the result as JSON.")
def command(program: str, as_json: bool) -> None:
    """Check PROGRAM, a bundled name or a TOML file.

    Tells all mistakes at once, with their lines. A sound programme is summed up by the central
    value of every input, and what it declares stands beside what it comes to. Exit code 2 if
    anything is wrong.
    """
    from gigawatt.energy.weather_check import check_weather
    from gigawatt.errors import InputError, ProblemsError
    from gigawatt.program.check import declared_against_computed, phase_totals, warnings_of
    from gigawatt.program.load import load_program
    from gigawatt.study.declared import computed_capex_usd_per_gw

    try:
        loaded = load_program(program)
        of_weather = check_weather(loaded)
    except ProblemsError as error:
        if as_json:
            _print_json({"ok": False, "problems": [_problem(p) for p in error.problems]})
        raise
    except InputError as error:  # no such file, or it can't be read
        if as_json:
            _print_json({"ok": False, "error": str(error), "problems": []})
        raise
    totals = phase_totals(loaded.program, loaded.catalog)
    comparisons = declared_against_computed(loaded, computed_capex_usd_per_gw(loaded))
    warnings = [*warnings_of(loaded, comparisons), *of_weather]
    if as_json:
        _print_json(_as_data(loaded, totals, comparisons, warnings))
    else:
        _print_text(loaded, totals, comparisons, warnings)


def _problem(problem: Problem) -> dict[str, Any]:
    from dataclasses import asdict

    return {**asdict(problem), "value": None if problem.value is None else str(problem.value)}


def _print_json(data: dict[str, Any]) -> None:
    import json

    click.echo(json.dumps(data, indent=2, ensure_ascii=False))


def _as_data(
    loaded: Loaded,
    totals: list[PhaseTotal],
    comparisons: list[Comparison],
    warnings: list[str],
) -> dict[str, Any]:
    from dataclasses import asdict

    program = loaded.program
    return {
        "ok": True,
        "name": program.name,
        "title": program.title,
        "origin": list(program.origin),
        "sha256": program.sha256,
        "start": program.start.isoformat(),
        "as_of": program.as_of.isoformat(),
        "horizon": program.horizon.isoformat(),
        "phases": [asdict(t) for t in totals],
        "events": [
            {"site": s.id, **asdict(e), "date": e.date.isoformat(), "status": e.status.value}
            for s in program.sites
            for e in s.events
        ],
        "comparisons": [asdict(c) for c in comparisons],
        "replaced_facts": list(loaded.replaced),
        "warnings": warnings,
    }


def _print_text(
    loaded: Loaded,
    totals: list[PhaseTotal],
    comparisons: list[Comparison],
    warnings: list[str],
) -> None:
    program = loaded.program
    click.echo(f"{program.name}: {program.title}")
    click.echo(f"from {' extends '.join(program.origin)}")
    click.echo(f"{program.start} to {program.horizon}, known as of {program.as_of}\n")
    click.echo(_table(_site_rows(loaded, totals), right_from=2))
    click.echo("Central values, the programme's share of each site only.")
    if any(site.events for site in program.sites):
        click.echo("\nChanges of plan on record; they do not move the schedule by themselves\n")
        click.echo(_table(_event_rows(loaded), right_from=4))
    if comparisons:
        click.echo("\n" + _table(_comparison_rows(comparisons), right_from=1))
    if loaded.replaced:
        click.echo(f"\nReplaces {len(loaded.replaced)} facts: {', '.join(loaded.replaced)}")
    if warnings:
        click.echo(f"\n{len(warnings)} warning{'s' if len(warnings) > 1 else ''}")
        for warning in warnings:
            click.echo(f"- {warning}")
    click.echo("\nok: no mistakes")


def _site_rows(loaded: Loaded, totals: list[PhaseTotal]) -> list[list[str]]:
    head = ["site", "megawatts are", "phases", "as written MW", "facility MW", "IT MW", "racks",
            "packages"]  # fmt: skip
    rows = [head]
    for site in loaded.program.sites:
        own = [t for t in totals if t.site == site.id]
        written = f"{sum(t.written_mw for t in own):,.0f}"
        rows.append([site.id, site.mw_basis, str(len(own)), written, *_sums(own)])
    rows.append(["all", "", str(len(totals)), "", *_sums(totals)])
    return rows


def _event_rows(loaded: Loaded) -> list[list[str]]:
    events = [(e.date, site.id, e) for site in loaded.program.sites for e in site.events]
    rows = [["date", "site", "what", "note"]]
    for date, site, event in sorted(events, key=lambda row: row[:2]):
        rows.append([date.isoformat(), site, event.kind.replace("_", " "), event.note])
    return rows


def _sums(totals: list[PhaseTotal]) -> list[str]:
    names = ("facility_mw", "it_mw", "racks", "packages")
    return [f"{sum(getattr(t, name) for t in totals):,.0f}" for name in names]


def _comparison_rows(comparisons: list[Comparison]) -> list[list[str]]:
    from gigawatt.program.check import declared_text
    from gigawatt.quantity.format import quantity

    rows = [["", "declared", "computed", "ratio", ""]]
    for c in comparisons:
        verdict = "agrees" if c.agrees else "differs"
        rows.append(
            [c.name, declared_text(c), quantity(c.computed, c.unit), f"{c.ratio:.2f}", verdict]
        )
    return rows


def _table(rows: list[list[str]], right_from: int) -> str:
    """Columns under each other; numbers, from column `right_from` on, flush right."""
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    lines = []
    for row in rows:
        cells = [
            cell.rjust(width) if k >= right_from else cell.ljust(width)
            for k, (cell, width) in enumerate(zip(row, widths, strict=True))
        ]
        lines.append("  ".join(cells).rstrip())
    return "\n".join(lines)
