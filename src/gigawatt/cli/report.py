"""`gigawatt report`: the report of a finished run, written again or in another language."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from pathlib import Path


@click.command()
@click.argument("run")
@click.option(
    "--lang", type=click.Choice(("en", "fr")), default="en", show_default=True, help="Language."
)
@click.option("--out", type=click.Path(), metavar="FILE", help="Write here [RUN/report.html].")
def command(run: str, lang: str, out: str | None) -> None:
    """Write the report of RUN, a run folder, again."""
    from pathlib import Path

    from gigawatt.report.html import write_report
    from gigawatt.study.archive.folder import open_folder, version_warning

    target = None if out is None else _file(out)
    opened = open_folder(Path(run))
    if warning := version_warning(opened.path, opened.version):
        click.echo(f"Warning: {warning}", err=True)
    click.echo(str(write_report(Path(run), lang, target)))


def _file(name: str) -> Path:
    """Path of a file that can be written; an error where it is none."""
    from pathlib import Path

    from gigawatt.errors import InputError

    path = Path(name)
    if not name.strip() or path.is_dir():
        raise InputError(f"--out {name!r} is not a file; name one, such as report.fr.html")
    if not path.parent.is_dir():
        raise InputError(f"--out {name!r}: the folder {path.parent} does not exist; make it first")
    return path
