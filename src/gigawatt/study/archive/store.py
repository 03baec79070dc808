"""A run is a folder: written under a temporary name, renamed when it is whole.

A folder that carries its final name is complete. What an interrupted run leaves behind starts with
a dot and ends in ``.partial``; it is removed where the process lives long enough to do so.
"""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from gigawatt.errors import InputError

if TYPE_CHECKING:
    import polars as pl


def check_target(folder: Path, replace: bool = False) -> None:
    """Find out before the work whether a run can be written to `folder`.

    Raises
    ------
    InputError : it exists (and may not be replaced), or its parent cannot be written.
    """
    parent = folder.absolute().parent
    try:
        if folder.exists() and not replace:
            raise InputError(f"{folder} exists; choose another --out, or add --force to replace it")
        if folder.exists() and not (folder / "manifest.json").is_file():
            raise InputError(f"{folder} is not a run (it has no manifest.json); it is not replaced")
        parent.mkdir(parents=True, exist_ok=True)
        _clear_strays(parent)
        probe = parent / f".{folder.name}.{os.getpid()}.partial"
        probe.mkdir()
        probe.rmdir()
    except OSError as error:
        shown = str(folder) if len(str(folder)) < 120 else f"{str(folder)[:119]}…"
        raise InputError(f"{shown} can't be written: {error.strerror}") from error


def _clear_strays(parent: Path) -> None:
    """Remove partial folders whose process is gone (it was killed before it could)."""
    for stray in parent.glob(".*.partial"):
        process = stray.name.split(".")[-2]
        if process.isdigit() and not _lives(int(process)):
            shutil.rmtree(stray, ignore_errors=True)


def _lives(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


@contextmanager
def run_folder(folder: Path, replace: bool = False) -> Iterator[Path]:
    """Give a temporary folder to write to; rename it to `folder` when the block ends well."""
    partial = folder.absolute().parent / f".{folder.name}.{os.getpid()}.partial"
    partial.mkdir()
    try:
        yield partial
    except BaseException:
        shutil.rmtree(partial, ignore_errors=True)
        raise
    if replace and folder.exists():
        shutil.rmtree(folder)
    partial.rename(folder)


def write_json(path: Path, content: Mapping[str, Any]) -> None:
    """Write a JSON file that a person can read; keys keep their order."""
    path.write_text(json.dumps(content, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")


def write_tables(folder: Path, tables: Mapping[str, pl.DataFrame]) -> None:
    """Write each table as ``tables/NAME.parquet``."""
    target = folder / "tables"
    target.mkdir()
    for name, table in tables.items():
        table.write_parquet(target / f"{name}.parquet", compression="zstd")
