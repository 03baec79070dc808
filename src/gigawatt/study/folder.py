"""Opening a run folder that was written before, for `compare` and `export`."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from gigawatt.errors import InputError, nearest, unknown_name

if TYPE_CHECKING:
    import polars as pl


@dataclass(frozen=True, slots=True)
class Folder:
    """A whole run folder.

    Attributes
    ----------
    path : where it is.
    manifest : versions, programme, seed, draws, facts and sources.
    answers : named results as they stand in ``answers.json``.
    """

    path: Path
    manifest: Mapping[str, Any]
    answers: tuple[Mapping[str, Any], ...]

    @property
    def version(self) -> str:
        """Version of gigawatt that wrote it."""
        return str(self.manifest.get("gigawatt_version", "unknown"))

    def tables(self) -> list[str]:
        """Names of its tables."""
        return sorted(p.stem for p in (self.path / "tables").glob("*.parquet"))

    def table(self, name: str) -> pl.DataFrame:
        """Read one table.

        Raises
        ------
        InputError : there is none of this name (the nearest one is told), or it can't be read.
        """
        import polars as pl

        if name not in self.tables():
            raise unknown_name("table", name, self.tables())
        file = self.path / "tables" / f"{name}.parquet"
        try:
            return pl.read_parquet(file)
        except (OSError, pl.exceptions.PolarsError) as error:
            raise InputError(f"{file} can't be read: it is no whole Parquet file.") from error


def open_folder(path: Path) -> Folder:
    """Open a run folder.

    Raises
    ------
    InputError : it is not there (the nearest run is told), is not a run, or is broken.
    """
    if not (path / "manifest.json").is_file():
        raise InputError(_not_a_run(path))
    manifest, content = (_json(path / name) for name in ("manifest.json", "answers.json"))
    found = content.get("answers")
    if not isinstance(found, list) or not all(isinstance(a, dict) and "name" in a for a in found):
        raise InputError(f"{path / 'answers.json'} is not a list of named answers.")
    return Folder(path, manifest, tuple(found))


def _json(path: Path) -> dict[str, Any]:
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError as error:
        raise InputError(f"{path.parent} is not a whole run: it has no {path.name}.") from error
    except (OSError, ValueError) as error:
        raise InputError(f"{path} can't be read as JSON: {error}.") from error
    if not isinstance(content, dict):
        raise InputError(f"{path} is not a JSON object.")
    return content


def _not_a_run(path: Path) -> str:
    if path.is_dir():
        what = "is not a run folder: it has no manifest.json"
    elif path.exists():
        what = "is a file, not a run folder"
    else:
        what = "does not exist"
    known = {p.name: p for p in _runs_near(path)}
    hint = nearest(path.name, known)
    did = f" Did you mean {str(known[hint])!r}?" if hint and known[hint] != path else ""
    return f"{path} {what}.{did} Give a folder that `gigawatt run` wrote."


def _runs_near(path: Path) -> Iterator[Path]:
    for place in dict.fromkeys((path.parent, Path("runs"), path)):
        try:
            yield from sorted(p.parent for p in place.glob("*/manifest.json"))
        except OSError:
            continue
