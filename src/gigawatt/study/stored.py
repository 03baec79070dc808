"""A run folder of this version, for studies that start from what a run wrote."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from gigawatt import __version__
from gigawatt.errors import InputError
from gigawatt.study.folder import Folder, open_folder

if TYPE_CHECKING:
    import polars as pl

NEEDED = ("facts_used", "sources", "inputs", "program", "seed", "draws")


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
        """Manifest as written, see `study.manifest`."""
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
