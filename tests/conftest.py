"""Fixtures that all tests share."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from hypothesis import settings

# A slow machine is no failure. What lands must not hinge on the luck of a draw: with CI set the
# examples are the same each time, elsewhere they go on searching.
settings.register_profile("here", deadline=None)
settings.register_profile("ci", deadline=None, derandomize=True)
settings.load_profile("ci" if os.environ.get("CI") else "here")


def shared_folder() -> Path | None:
    """Folder of reference tables and traces that tests may read; None where it is absent."""
    default = Path(__file__).resolve().parents[2] / "shared"
    folder = Path(os.environ.get("GIGAWATT_SHARED", str(default)))
    return folder if (folder / "reference").is_dir() else None


@pytest.fixture(scope="session")
def shared() -> Path:
    """Reference folder, or skip: the project must stand without it."""
    folder = shared_folder()
    if folder is None:
        pytest.skip("the folder of reference tables is not here (set GIGAWATT_SHARED)")
    return folder
