"""A run folder as questions read it: answers, tables, manifest, and the catalog beside them."""

from __future__ import annotations

import datetime as dt
import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from gigawatt.catalog import Catalog, load_catalog
from gigawatt.errors import InputError, unknown_name
from gigawatt.quantity.arrays import Array
from gigawatt.study.questions.result import Part
from gigawatt.uncertainty.streams import Streams

if TYPE_CHECKING:
    import polars as pl

DRAWS = 2000  # of facts that the run itself did not draw
BANDS = ("p10", "p50", "p90")


@dataclass(slots=True)
class RunData:
    """A run that is read, not run.

    Attributes
    ----------
    folder : its folder.
    manifest : as written.
    answers : named results by name.
    catalog : the bundled facts; a fact that the programme replaces keeps its bundled value here.
    """

    folder: Path
    manifest: dict[str, Any]
    answers: dict[str, dict[str, Any]]
    catalog: Catalog
    _tables: dict[str, pl.DataFrame] = field(default_factory=dict)

    @property
    def streams(self) -> Streams:
        """Streams of the run's seed, for facts that the run did not draw."""
        return Streams(int(self.manifest["seed"]), DRAWS)

    @property
    def horizon(self) -> dt.date:
        """Last day of the programme's calendar."""
        return dt.date.fromisoformat(self.manifest["horizon"])

    def answer(self, name: str) -> dict[str, Any]:
        """Return a named result, or raise an error with the nearest name."""
        if name not in self.answers:
            raise unknown_name(f"result of {self.folder}", name, self.answers)
        return self.answers[name]

    def table(self, name: str) -> pl.DataFrame:
        """Return a table of the run.

        Raises
        ------
        InputError : the run has no such table (it is of another version).
        """
        import polars as pl

        if name not in self._tables:
            path = self.folder / "tables" / f"{name}.parquet"
            if not path.is_file():
                raise InputError(
                    f"{self.folder}: no table {name!r}; the run is of version "
                    f"{self.manifest.get('gigawatt_version', 'unknown')}, run it again"
                )
            self._tables[name] = pl.read_parquet(path)
        return self._tables[name]

    def party(self, party: str) -> str:
        """Display name of a party."""
        return str(self.manifest["program"].get("parties", {}).get(party, party))

    def yearly(self, metric: str) -> dict[int, tuple[float, float, float]]:
        """P10, P50 and P90 of an impact metric by year."""
        rows = self.table("impact").filter(self.table("impact")["metric"] == metric)
        return {int(r["year"]): (r["p10"], r["p50"], r["p90"]) for r in rows.iter_rows(named=True)}

    def spread(self, name: str, band: tuple[float, float, float]) -> Array:
        """Draws (DRAWS,) that have these percentiles: linear between them, level beyond."""
        return np.asarray(
            np.interp(self.streams.uniform(f"question/{name}"), (0.1, 0.5, 0.9), band)
        )

    def part(self, name: str) -> Part:
        """Return a named result of the run as a part of an answer."""
        row = self.answer(name)
        data = f"answers.json: {name}"
        base = (row["name"], row["title"])
        if row["kind"] in ("number", "date"):
            kind, unit = row["kind"], row["unit"]
            text = "" if row.get("status") == "reached" else row.get("status", "")
            p10, p50, p90 = (row[b] for b in BANDS)
            return Part(*base, kind, unit, row["definition"], data, p10, p50, p90, text)
        if row["kind"] == "by_year":
            keys = (*BANDS, "mean")
            columns = (("year", ""), *((k, row["unit"]) for k in keys))
            rows = tuple((y, *(v[k] for k in keys)) for y, v in row["by_year"].items())
        else:
            columns = (("year", ""), ("what", ""), ("share", "share"))
            rows = tuple(
                (year, what, share)
                for year, shares in row["by_year"].items()
                for what, share in sorted(shares.items(), key=lambda item: -item[1])
            )
        return Part(
            *base, "table", row["unit"], row["definition"], data, columns=columns, rows=rows
        )


def read_run_data(folder: Path) -> RunData:
    """Read a run folder.

    Raises
    ------
    InputError : it is not a run, or a file of it is broken.
    """
    read = {}
    for name in ("manifest.json", "answers.json"):
        path = folder / name
        if not path.is_file():
            raise InputError(
                f"{folder} is not a run folder: it has no {name}. "
                "Give the folder that `gigawatt run` wrote."
            )
        try:
            read[name] = json.loads(path.read_text(encoding="utf-8"))
        except ValueError as error:
            raise InputError(f"{path} is not valid JSON: {error}") from error
    try:
        answers = {row["name"]: row for row in read["answers.json"]["answers"]}
    except (KeyError, TypeError) as error:
        raise InputError(f"{folder / 'answers.json'} is not a list of named answers") from error
    return RunData(folder, read["manifest.json"], answers, load_catalog())


def newest_run(parent: Path) -> Path:
    """Return the newest run folder in `parent`.

    Raises
    ------
    InputError : there is none.
    """
    found = [p.parent for p in parent.glob("[!.]*/manifest.json")] if parent.is_dir() else []
    if not found:
        raise InputError(
            f"there is no run in {parent}/; make one with `gigawatt run`, or name a run folder"
        )
    return max(found, key=lambda run: (run / "manifest.json").stat().st_mtime)
