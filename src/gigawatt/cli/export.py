"""`gigawatt export`: a run's tables as a workbook, CSV or Parquet."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from pathlib import Path


@click.command()
@click.argument("run")
@click.option("--xlsx", type=click.Path(), metavar="FILE", help="Write one workbook.")
@click.option("--csv", type=click.Path(), metavar="DIR", help="Write a folder of CSV files.")
@click.option("--parquet", type=click.Path(), metavar="DIR", help="Write Parquet files.")
@click.option("--table", "tables", multiple=True, metavar="NAME", help="This table only (again).")
@click.option("--force", is_flag=True, help="Replace what an earlier export wrote.")
def command(
    run: str,
    xlsx: str | None,
    csv: str | None,
    parquet: str | None,
    tables: tuple[str, ...],
    force: bool,
) -> None:
    """Export the tables of RUN, a run folder, with units, definitions and sources.

    A workbook has a sheet a table, with the units below the names. CSV and Parquet folders have a
    file a table and definitions.csv beside them. All have the named results, facts and sources.
    """
    from pathlib import Path

    from gigawatt.errors import InputError
    from gigawatt.study.archive.export import check_target, write_folder, write_workbook
    from gigawatt.study.archive.folder import open_folder, version_warning

    targets = {"xlsx": xlsx, "csv": csv, "parquet": parquet}
    wanted = {form: Path(name) for form, name in targets.items() if name}
    if not wanted:
        raise InputError("Say what to write: --xlsx FILE, --csv DIR or --parquet DIR.")
    opened = open_folder(Path(run))
    warning = version_warning(opened.path, opened.version)
    if warning:
        click.echo(f"Warning: {warning}", err=True)
    for target in wanted.values():
        check_target(target, force)
    _refuse_same(wanted)
    only = tuple(dict.fromkeys(tables))
    for form, target in wanted.items():
        if form == "xlsx":
            write_workbook(opened, target, only, replace=force)
        else:
            write_folder(opened, target, form, only, replace=force)
        click.echo(str(target))


def _refuse_same(wanted: dict[str, Path]) -> None:
    from gigawatt.errors import InputError

    places = [p.absolute() for p in wanted.values()]
    if len(set(places)) < len(places):
        raise InputError("Two exports can't be written to the same place; name another folder.")
