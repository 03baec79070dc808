"""`gigawatt new`: a commented programme file to start from."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    import datetime as dt
    from pathlib import Path


@click.command()
@click.argument("path", default="programme.toml", type=click.Path())
@click.option("--from", "source", metavar="NAME", help="Copy this bundled programme instead.")
@click.option(
    "--sites",
    "tables",
    metavar="FILE.csv",
    multiple=True,
    type=click.Path(),
    help="Take the sites from a table; may be given twice, to join sites and timelines.",
)
@click.option(
    "--as-of",
    metavar="DATE",
    help="With --sites: rows up to this date count as reached [default: today].",
)
@click.option("--force", is_flag=True, help="Replace the file if it exists.")
def command(
    path: str, source: str | None, tables: tuple[str, ...], as_of: str | None, force: bool
) -> None:
    """Write a commented programme file to PATH [default: programme.toml].

    It passes `gigawatt check` as it is. With --sites it holds the sites of a table (CSV): one row a
    site, or one row a site and date, as Epoch AI publishes them. What the table does not say is
    guessed, and each guess is said in a comment.
    """
    from pathlib import Path

    from gigawatt.errors import InputError
    from gigawatt.program.template import write_programme, write_template

    target = Path(path)
    if tables and source:
        raise InputError("--from and --sites exclude each other; give one of them")
    if as_of and not tables:
        raise InputError("--as-of belongs to --sites; without it, write as_of into the file")
    if tables:
        text = _from_tables([Path(t) for t in tables], _date(as_of))
        write_programme(target, text, replace=force)
    else:
        write_template(target, source, replace=force)
    click.echo(f"Wrote {target}. Check it with: gigawatt check {target}", err=True)


def _date(as_of: str | None) -> dt.date:
    import datetime as dt

    from gigawatt.errors import InputError
    from gigawatt.program.schema_values import read_date

    if as_of is None:
        return dt.datetime.now(tz=dt.UTC).date()
    try:
        return read_date(as_of)
    except ValueError as error:
        raise InputError(f"--as-of {as_of!r}: {error}.") from error


def _from_tables(paths: list[Path], as_of: dt.date) -> str:
    from gigawatt.catalog import load_catalog
    from gigawatt.program.sites_csv import read_sites
    from gigawatt.program.sites_programme import programme_text

    tables = read_sites(paths)
    for warning in tables.warnings:
        click.echo(f"Warning: {warning}", err=True)
    return programme_text(tables, "imported-sites", as_of, load_catalog())
