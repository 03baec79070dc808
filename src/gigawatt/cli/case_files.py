"""Writing of case files: the rows of the input with columns added."""

from __future__ import annotations

from collections.abc import Mapping, Sequence


def write_cases(
    rows: Sequence[Mapping[str, str]],
    header: Sequence[str],
    added: Sequence[Mapping[str, str]],
    columns: Sequence[str],
    out: str | None,
) -> None:
    """Write each row followed by its added columns, to `out` or to stdout.

    Columns of the input that have the name of an added one are replaced.
    """
    import csv
    import io
    from pathlib import Path

    import click

    from gigawatt.errors import InputError

    names = [h for h in header if h not in columns] + list(columns)
    buffer = io.StringIO()
    writer = csv.DictWriter(buffer, names, lineterminator="\n", extrasaction="ignore")
    writer.writeheader()
    for row, more in zip(rows, added, strict=True):
        writer.writerow({**row, **more})
    if out is None:
        click.echo(buffer.getvalue(), nl=False)
        return
    try:
        Path(out).write_text(buffer.getvalue(), encoding="utf-8")
    except OSError as error:
        raise InputError(f"{out}: can't be written ({error}).") from error
