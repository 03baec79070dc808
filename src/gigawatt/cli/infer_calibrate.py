"""`gigawatt infer calibrate`: the constants of the serving model from a folder of measured rows."""

from __future__ import annotations

import click


@click.command()
@click.argument("folder", type=click.Path())
@click.option("--out", type=click.Path(), default=None, help="Catalog file; default: stdout.")
@click.option("--errors", type=click.Path(), default=None, help="File (.npz) for the errors.")
def command(folder: str, out: str | None, errors: str | None) -> None:
    """Fit the constants on measured_serving_agg.csv of FOLDER and print them as a catalog file.

    Groups of rows are left out in turn for the bands; this takes some two minutes. The errors of
    all tests go to --errors, from which `infer validate` writes its page.
    """
    from pathlib import Path

    import numpy as np

    from gigawatt.catalog import load_catalog
    from gigawatt.performance.inference.calibration.run import calibrate
    from gigawatt.performance.inference.calibration.write import catalog_text

    found = calibrate(Path(folder), load_catalog(), lambda text: click.echo(text, err=True))
    text = catalog_text(found.fitted, found.bands)
    if errors:
        np.savez(errors, **found.errors)  # type: ignore[arg-type]
    if out:
        Path(out).write_text(text, encoding="utf-8")
    else:
        click.echo(text)
