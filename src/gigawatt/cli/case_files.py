"""CSV files of cases: one row a case in, the same rows with results out, none dropped."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any, TextIO

import click

from gigawatt.errors import InputError, nearest


def read_rows(
    path: Path,
    required: Sequence[str] = (),
    known: Sequence[str] = (),
    problems: dict[int, str] | None = None,
) -> tuple[list[str], list[dict[str, str]]]:
    """Header and rows of a CSV file; blank cells are empty texts.

    Parameters
    ----------
    required : columns that must be there.
    known : columns that are read; only used to suggest the nearest for a missing one.
    problems : takes what is wrong with a row, by its index, instead of an error.

    Raises
    ------
    InputError : the file is missing, is not text, has no header or rows, lacks a column, or has a
        row that is longer than its header.
    """
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            lines = list(csv.reader(file))
    except FileNotFoundError:
        raise InputError(f"{path}: there is no such file") from None
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise InputError(f"{path}: cannot be read as CSV: {error}") from None
    lines = [line for line in lines if any(cell.strip() for cell in line)]
    if len(lines) < 2:
        raise InputError(f"{path}: needs a header and at least one row")
    header = [name.strip() for name in lines[0]]
    for name in required:
        if name not in header:
            hint = nearest(name, header)
            meant = f"; {hint!r} is near" if hint else ""
            columns = ", ".join(known or required)
            raise InputError(f"{path}: column {name!r} is missing{meant}; columns are {columns}")
    for number, line in enumerate(lines[1:], start=2):
        if any(cell.strip() for cell in line[len(header) :]):
            told = f"row {number} has {len(line)} cells, the header {len(header)}"
            if problems is None:
                raise InputError(f"{path}: {told}")
            problems[number - 2] = f"{told}: put a text with commas into quotes"
    return header, [
        dict(zip(header, [*line, *[""] * (len(header) - len(line))], strict=False))
        for line in lines[1:]
    ]


def write_rows(
    path: Path | None, columns: Sequence[str], rows: Iterable[Mapping[str, Any]]
) -> None:
    """Write rows as CSV, to stdout without a path; a file appears when it is whole.

    Raises
    ------
    InputError : the file cannot be written.
    """
    if path is None:
        buffer = io.StringIO()
        _write(buffer, columns, rows)
        click.echo(buffer.getvalue(), nl=False)
        return
    unfinished = path.with_name(f".{path.name}.part")
    try:
        with unfinished.open("w", encoding="utf-8", newline="") as file:
            _write(file, columns, rows)
        unfinished.replace(path)
    except OSError as error:
        raise InputError(f"{path}: cannot be written: {error.strerror}") from None


def _write(file: TextIO, columns: Sequence[str], rows: Iterable[Mapping[str, Any]]) -> None:
    names = list(dict.fromkeys(columns))
    writer = csv.DictWriter(file, names, extrasaction="ignore", lineterminator="\n")
    writer.writeheader()
    for row in rows:
        writer.writerow({k: "" if v is None else v for k, v in row.items()})
