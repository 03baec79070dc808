"""`gigawatt new`: a commented programme file to start from."""

from __future__ import annotations

import click


@click.command()
@click.argument("path", default="programme.toml", type=click.Path())
@click.option("--from", "source", metavar="NAME", help="Copy this bundled programme instead.")
@click.option("--force", is_flag=True, help="Replace the file if it exists.")
def command(path: str, source: str | None, force: bool) -> None:
    """Write a commented programme file to PATH [default: programme.toml].

    It passes `gigawatt check` as it is.
    """
    from pathlib import Path

    from gigawatt.program.template import write_template

    target = Path(path)
    write_template(target, source, replace=force)
    click.echo(f"Wrote {target}. Check it with: gigawatt check {target}", err=True)
