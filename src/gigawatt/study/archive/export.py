"""A run's tables for other programs: one workbook, or a folder of CSV or Parquet files.

Each carries what a number needs to be read without the model at hand: units, definitions of all
columns, the named results with theirs, and the facts used with their sources.
"""

from __future__ import annotations

import contextlib
import os
import shutil
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from gigawatt.errors import InputError
from gigawatt.study.archive.columns import TEXT, Column, column, units_of
from gigawatt.study.archive.folder import Folder
from gigawatt.study.archive.workbook import Sheet, write_sheets

if TYPE_CHECKING:
    import polars as pl

UNKNOWN = Column("", "Not described by this version of gigawatt.")
FORMATS = ("csv", "parquet")
ADDED = ("answers", "definitions", "facts", "sources", "about")


MATRICES = ("draws", "stock")  # a row a draw: in a workbook summed up unless asked for
LEVELS = {"p5": 0.05, "p10": 0.1, "p50": 0.5, "p90": 0.9, "p95": 0.95}


def sheets(run: Folder, tables: Sequence[str] = (), *, whole: bool = True) -> list[Sheet]:
    """Everything that is exported of a run: its tables, then answers, definitions and sources.

    Parameters
    ----------
    run : an opened run folder.
    tables : names of the tables wanted; empty = all.
    whole : whether tables with a row a draw come as they are, where `tables` does not name them;
        else as one row a column with percentiles and mean.

    Raises
    ------
    InputError : a table is not in the run; the message has the nearest name.
    """
    units = units_of(run.manifest)
    own = []
    for name in tables or run.tables():
        data = run.table(name)
        described = tuple(column(name, c, units) or UNKNOWN for c in data.columns)
        if name in MATRICES and not (whole or tables):
            own.append(_summed_up(name, data, described))
            continue
        own.append(Sheet(f"table_{name}" if name in ADDED else name, data, described))
    return [_answers(run), *own, _definitions(own), _facts(run), _sources(run), _about(run)]


def _summed_up(name: str, data: pl.DataFrame, described: Sequence[Column]) -> Sheet:
    """One row a column of a table with a row a draw."""
    import numpy as np
    import polars as pl

    rows = []
    for title, about in zip(data.columns, described, strict=True):
        values = data[title].cast(pl.Float64).to_numpy()
        finite = values[np.isfinite(values)]
        rows.append({
            "column": title,
            # An order statistic: percentiles of dates hold draws that never get there (inf).
            **{k: float(np.quantile(values, q, method="lower")) for k, q in LEVELS.items()},
            "mean": float(finite.mean()) if finite.size == values.size else None,
            "unit": about.unit, "definition": about.definition,
        })  # fmt: skip
    columns = (
        Column(TEXT, f"Column of the table {name}; its rows are the draws."),
        *(Column("see the row", f"{k[1:]}th percentile of the draws.") for k in LEVELS),
        Column("see the row", "Mean of the draws; empty where one is never reached."),
        Column(TEXT, "Unit of the row's values."), Column(TEXT, "What the column holds."),
    )  # fmt: skip
    return Sheet(f"{name}_summary", pl.DataFrame(rows, infer_schema_length=None), columns)


def check_target(target: Path, replace: bool) -> None:
    """Find out before the work whether the export can be written.

    Raises
    ------
    InputError : the target exists and may not be replaced, or is not what an export may replace.
    """
    if target.exists() and not replace:
        raise InputError(f"{target} exists; choose another name, or add --force to replace it.")
    if target.is_dir() and not (target / "definitions.csv").is_file():
        raise InputError(f"{target} is not an export (no definitions.csv); it is not replaced.")
    parent = target.absolute().parent
    try:
        parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise InputError(f"{parent} can't be made: {error.strerror}.") from error
    if not os.access(parent, os.W_OK):
        raise InputError(f"{parent} can't be written to.")


def write_folder(
    run: Folder, target: Path, form: str, tables: Sequence[str] = (), *, replace: bool = False
) -> Path:
    """Write one file a table into a folder, and ``definitions.csv`` beside them.

    Parameters
    ----------
    run : an opened run folder.
    target : folder to make.
    form : "csv" or "parquet". A CSV file has one header row of names, so that any program reads
        it; units stand in ``definitions.csv``.
    tables : names of the tables wanted; empty = all.
    replace : whether an earlier export may be replaced.

    Raises
    ------
    InputError : as of `sheets` and `check_target`; or an unknown form.
    """
    if form not in FORMATS:
        raise InputError(f"{form!r} is no form of export; known: {', '.join(FORMATS)}.")
    if target.is_file():
        raise InputError(f"{target} is a file; give the name of a folder.")
    check_target(target, replace)
    content = sheets(run, tables)
    partial = target.absolute().parent / f".{target.name}.{os.getpid()}.partial"
    try:
        partial.mkdir()
        for sheet in content:
            if form == "csv" or sheet.name == "definitions":
                sheet.data.write_csv(partial / f"{sheet.name}.csv")
            else:
                sheet.data.write_parquet(partial / f"{sheet.name}.parquet", compression="zstd")
        if target.is_dir():
            shutil.rmtree(target)
        partial.rename(target)
    except BaseException:
        shutil.rmtree(partial, ignore_errors=True)
        raise
    return target


def write_workbook(
    run: Folder, target: Path, tables: Sequence[str] = (), *, replace: bool = False
) -> Path:
    """Write one workbook: a sheet a table, with names, units below them, and frozen headers.

    Tables with a row a draw are summed up, unless `tables` names them.

    Parameters and errors as of `write_folder`.
    """
    if target.suffix.lower() != ".xlsx":
        raise InputError(f"{target}: the name of a workbook ends in .xlsx.")
    if target.is_dir():
        raise InputError(f"{target} is a folder; give the name of a file.")
    check_target(target, replace)
    content = sheets(run, tables, whole=False)
    with _temporary(target) as partial:
        write_sheets(partial, content)
        partial.replace(target)
    return target


@contextlib.contextmanager
def _temporary(target: Path) -> Iterator[Path]:
    """Name beside the target to write to; nothing is left under it."""
    partial = target.absolute().parent / f".{target.stem}.{os.getpid()}.partial.xlsx"
    try:
        yield partial
    finally:
        partial.unlink(missing_ok=True)


def _text_columns(*described: tuple[str, str]) -> tuple[Column, ...]:
    return tuple(Column(unit, what) for unit, what in described)


def _answers(run: Folder) -> Sheet:
    """Named results: one row a single value, one row a year of those by year."""
    import polars as pl

    rows: list[dict[str, Any]] = []
    for answer in run.answers:
        base = {"name": answer["name"], "title": answer.get("title", ""), "year": ""}
        tail = {"unit": answer.get("unit", ""), "definition": answer.get("definition", "")}
        by_year = answer.get("by_year")
        if not isinstance(by_year, dict):
            rows.append({**base, **_levels(answer), **tail})
            continue
        for year, entry in by_year.items():
            if answer.get("kind") == "shares_by_year":
                rows += [
                    {**base, "year": f"{year}, {part}", **_levels({"p50": value}), **tail}
                    for part, value in entry.items()
                ]
            else:
                rows.append({**base, "year": year, **_levels(entry), **tail})
    names = ("name", "title", "year", "p10", "p50", "p90", "unit", "definition")
    data = pl.DataFrame(rows, schema=dict.fromkeys(names, pl.String))
    described = _text_columns(
        (TEXT, "Name of the result."), (TEXT, "Title of the result."),
        ("year", "Year, with the name of the share where there are several; empty for one value."),
        *[("see the row", f"{q}th percentile of the draws; a date or a number.")
          for q in (10, 50, 90)],
        (TEXT, "Unit of the values."), (TEXT, "What the result is."),
    )  # fmt: skip
    return Sheet("answers", data, described)


def _levels(entry: Any) -> dict[str, str | None]:  # noqa: ANN401 - JSON
    """Percentiles as text: dates and numbers stand in one column."""
    found = {q: entry.get(q) for q in ("p10", "p50", "p90")}
    if found["p50"] is None and entry.get("status") not in (None, "reached"):
        found["p50"] = entry["status"]
    return {q: None if v is None else str(v) for q, v in found.items()}


def _definitions(own: Sequence[Sheet]) -> Sheet:
    import polars as pl

    rows = [
        {"table": s.name, "column": c, "unit": d.unit, "definition": d.definition}
        for s in own
        for c, d in zip(s.data.columns, s.columns, strict=True)
    ]
    names = ("table", "column", "unit", "definition")
    data = pl.DataFrame(rows, schema=dict.fromkeys(names, pl.String))
    described = _text_columns(
        (TEXT, "Table of the run."), (TEXT, "Column of the table."),
        (TEXT, "Unit of its values."), (TEXT, "What it holds."),
    )  # fmt: skip
    return Sheet("definitions", data, described)


def _facts(run: Folder) -> Sheet:
    import polars as pl

    schema = {
        "path": pl.String, "value": pl.Float64, "low": pl.Float64, "high": pl.Float64,
        "unit": pl.String, "source": pl.String, "status": pl.String, "as_of": pl.String,
    }  # fmt: skip
    rows = [{k: f.get(k) for k in schema} for f in run.manifest.get("facts_used") or ()]
    data = pl.DataFrame(rows, schema=schema)
    described = _text_columns(
        (TEXT, "Fact of the catalog."), ("see the row", "Central value."),
        ("see the row", "Low end of its range."), ("see the row", "High end of its range."),
        (TEXT, "Unit."), (TEXT, "Id of its source, see the sheet of sources."),
        (TEXT, "How it is known."), ("date", "At which date it held."),
    )  # fmt: skip
    return Sheet("facts", data, described)


def _sources(run: Folder) -> Sheet:
    import polars as pl

    names = ("id", "title", "date", "url", "kind")
    rows = [{k: str(s.get(k) or "") for k in names} for s in run.manifest.get("sources") or ()]
    data = pl.DataFrame(rows, schema=dict.fromkeys(names, pl.String))
    described = _text_columns(
        (TEXT, "Id of the source."), (TEXT, "What it is, with its publisher."),
        ("date", "When it was published."), (TEXT, "Where it is."),
        (TEXT, "primary, secondary, digest or judgement."),
    )  # fmt: skip
    return Sheet("sources", data, described)


def _about(run: Folder) -> Sheet:
    """What the run was made of, to cite it and to make it again."""
    import polars as pl

    program = run.manifest.get("program") or {}
    told = {
        "programme": program.get("name"), "title": program.get("title"),
        "programme_sha256": program.get("sha256"),
        **{k: run.manifest.get(k) for k in (
            "gigawatt_version", "catalog_sha256", "as_of", "start", "horizon", "seed", "draws",
            "started")},
        "warnings": "; ".join(map(str, run.manifest.get("warnings") or ())),
    }  # fmt: skip
    rows = [{"key": k, "value": "" if v is None else str(v)} for k, v in told.items()]
    data = pl.DataFrame(rows, schema={"key": pl.String, "value": pl.String})
    return Sheet("about", data, _text_columns((TEXT, "What is told."), (TEXT, "Its value.")))
