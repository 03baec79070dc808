"""Opening a run folder that was written before.

`open_folder` takes any run (to compare and export it), `open_run` only one of this version, for
studies whose formulas belong to the version.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from gigawatt import __version__
from gigawatt.errors import InputError, nearest, unknown_name

if TYPE_CHECKING:
    import polars as pl


NEEDED = ("facts_used", "sources", "inputs", "program", "seed", "draws")


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


def version_warning(path: Path, version: str) -> str:
    """What to tell of a run of another version; "" where it is of this one."""
    if version == __version__:
        return ""
    return (
        f"{path} was written by gigawatt {version}, this is {__version__}: columns that "
        "this version does not know have no unit, and definitions may have changed since."
    )


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


@dataclass(frozen=True, slots=True)
class StoredRun:
    """A run folder of this version.

    Attributes
    ----------
    folder : the folder as opened.
    answers : named results by name, in the order of the file.
    """

    folder: Folder
    answers: Mapping[str, Mapping[str, Any]]
    _tables: dict[str, pl.DataFrame | None] = field(default_factory=dict)

    @property
    def manifest(self) -> Mapping[str, Any]:
        """Manifest as written, see `study.archive.manifest`."""
        return self.folder.manifest

    def table(self, name: str) -> pl.DataFrame | None:
        """Table of the run, read once; None where it has no such table."""
        if name not in self._tables:
            known = name in self.folder.tables()
            self._tables[name] = self.folder.table(name) if known else None
        return self._tables[name]


def open_run(path: Path) -> StoredRun:
    """Open a run folder.

    Raises
    ------
    InputError : it is not a run, is broken, or was written by another version.
    """
    folder = open_folder(path)
    lacking = any(key not in folder.manifest for key in NEEDED)
    if folder.version != __version__ or lacking:
        state = " in another state" if folder.version == __version__ else ""
        raise InputError(
            f"{path} was written by gigawatt {folder.version}{state}, this is {__version__}. "
            "Run the programme again, or use the version that wrote it."
        )
    return StoredRun(folder, {str(a["name"]): a for a in folder.answers})
