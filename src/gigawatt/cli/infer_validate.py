"""`gigawatt infer validate`: how wrong the serving model is, as a page."""

from __future__ import annotations

import click


@click.command()
@click.argument("folder", type=click.Path())
@click.option("--errors", type=click.Path(), default=None, help="From `infer calibrate --errors`.")
@click.option("--out", type=click.Path(), default=None, help="Markdown file; default: stdout.")
def command(folder: str, errors: str | None, out: str | None) -> None:
    """Score the model on the measured rows of FOLDER and write the page.

    Without --errors only what the bundled constants give is shown; the file adds the tests with
    groups left out.
    """
    from pathlib import Path

    import numpy as np

    from gigawatt.catalog import load_catalog
    from gigawatt.errors import InputError
    from gigawatt.performance.inference.calibration.page import page_text

    held = None
    if errors:
        try:
            held = dict(np.load(errors))
        except (OSError, ValueError) as error:
            raise InputError(f"{errors}: can't be read ({error}).") from error
    text = page_text(Path(folder), load_catalog(), held)
    if out:
        Path(out).write_text(text, encoding="utf-8")
    else:
        click.echo(text, nl=False)
