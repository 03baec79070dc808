"""Content of nested dataclasses, tuples and arrays in a hash: equal contents, equal hashes."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import fields
from pathlib import Path

import numpy as np


def feed(digest: hashlib._Hash, value: object) -> None:
    """Add the content of nested dataclasses, tuples and arrays to a hash."""
    if isinstance(value, np.ndarray):
        digest.update(str(value.shape).encode() + np.ascontiguousarray(value).tobytes())
    elif value is None or isinstance(value, str | int | float | bool):
        digest.update(repr(value).encode())
    elif isinstance(value, Sequence):
        digest.update(str(len(value)).encode())
        for item in value:
            feed(digest, item)
    else:
        for f in fields(value):  # type: ignore[arg-type]
            digest.update(f.name.encode())
            feed(digest, getattr(value, f.name))


def file_sha256(path: Path) -> str:
    """SHA-256 of a file's content.

    Raises
    ------
    OSError : it can't be read.
    """
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()
