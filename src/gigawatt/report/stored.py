"""The run as studies read it, for sections that ask a study (explain, influence, questions)."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

from gigawatt.errors import InputError
from gigawatt.report.view import View
from gigawatt.study.archive.folder import StoredRun, open_run


def stored_run(view: View) -> StoredRun | None:
    """Return the view's run for studies; None for one of another version or without inputs.

    Formulas belong to a version: what another one wrote is shown, but not explained.
    """
    manifest = view.run.folder / "manifest.json"
    return _opened(view.run.folder, manifest.stat().st_mtime_ns)


@lru_cache(maxsize=1)
def _opened(folder: Path, stamp: int) -> StoredRun | None:
    del stamp  # part of the key: a run that is written again is read again
    try:
        return open_run(folder)
    except InputError:
        return None
