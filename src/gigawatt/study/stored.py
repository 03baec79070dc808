"""A run folder read again by studies that start from what a run wrote."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from gigawatt import __version__
from gigawatt.errors import InputError

if TYPE_CHECKING:
    import polars as pl

NEEDED = ("facts_used", "sources", "inputs", "program", "seed", "draws")


@dataclass(frozen=True, slots=True)
class StoredRun:
    """A run folder of this version.

    Attributes
    ----------
    folder : where it is.
    manifest : as written, see `study.manifest`.
    answers : named results by name, in the order of the file.
    """

    folder: Path
    manifest: Mapping[str, Any]
    answers: Mapping[str, Mapping[str, Any]]
    _tables: dict[str, pl.DataFrame | None] = field(default_factory=dict)

    def table(self, name: str) -> pl.DataFrame | None:
        """Table of the run, read once; None where it has no such table."""
        if name not in self._tables:
            import polars as pl

            path = self.folder / "tables" / f"{name}.parquet"
            self._tables[name] = pl.read_parquet(path) if path.is_file() else None
        return self._tables[name]


def open_run(folder: Path) -> StoredRun:
    """Open a run folder.

    Raises
    ------
    InputError : it is not a run, is broken, or was written by another version.
    """
    manifest = _json(folder, "manifest.json")
    version = manifest.get("gigawatt_version") if isinstance(manifest, dict) else None
    lacking = [key for key in NEEDED if not isinstance(manifest, dict) or key not in manifest]
    if version != __version__ or lacking:
        raise InputError(
            f"{folder} was written by gigawatt {version or 'of an unknown version'}"
            f"{' in another state' if version == __version__ else ''}, this is {__version__}. "
            "Run the programme again, or use the version that wrote it."
        )
    content = _json(folder, "answers.json")
    try:
        answers = {str(a["name"]): a for a in content["answers"]}
    except (KeyError, TypeError) as error:
        raise InputError(f"{folder / 'answers.json'} is not a list of named answers.") from error
    return StoredRun(folder, manifest, answers)


def _json(folder: Path, name: str) -> Any:  # noqa: ANN401 - JSON has no narrower type
    path = folder / name
    if not path.is_file():
        raise InputError(
            f"{folder} is not a run folder: it has no {name}. "
            "Give the folder that `gigawatt run` wrote."
        )
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except ValueError as error:
        raise InputError(f"{path} is not valid JSON: {error}.") from error
