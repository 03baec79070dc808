"""Arrays kept on disk between runs: found whole, or not at all."""

from __future__ import annotations

import contextlib
import os
import zipfile
import zlib
from pathlib import Path

import numpy as np

from gigawatt.quantity.arrays import Array

UNREADABLE = (OSError, ValueError, KeyError, EOFError, zipfile.BadZipFile, zlib.error)
"""What a missing, cut or foreign file raises."""


def cache_folder() -> Path:
    """Folder of what is kept between runs; it need not exist."""
    own = os.environ.get("GIGAWATT_CACHE")
    if own:
        return Path(own)
    home = os.environ.get("XDG_CACHE_HOME")
    return (Path(home) if home else Path.home() / ".cache") / "gigawatt" / "supply"


def read_arrays(path: Path) -> dict[str, Array]:
    """Read all arrays of a kept file by name; none where there is no sound one."""
    try:
        with path.open("rb") as stream, np.load(stream, allow_pickle=False) as data:
            return {name: data[name] for name in data.files}
    except UNREADABLE:
        return {}


def save_arrays(path: Path, arrays: dict[str, Array]) -> None:
    """Write arrays in one move, so that no half file is ever found. A full disk is no failure."""
    part = path.with_suffix(f".{os.getpid()}.part")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with part.open("wb") as stream:
            np.savez(stream, allow_pickle=False, **arrays)
        part.replace(path)
    except OSError:
        with contextlib.suppress(OSError):
            part.unlink(missing_ok=True)
