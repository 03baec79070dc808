"""A run folder as questions read it: answers, tables, manifest, and the catalog beside them."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from gigawatt.catalog import Catalog, load_catalog
from gigawatt.errors import InputError, unknown_name
from gigawatt.quantity.arrays import Array
from gigawatt.study.archive.folder import open_folder
from gigawatt.study.archive.manifest import distribution_of
from gigawatt.study.questions.part import Part
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
    catalog : the bundled facts, with those that the run's programme replaced.
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
    def schedule(self) -> dict[str, Any]:
        """Tables and levers of the run's schedule; empty where the run has none."""
        path = self.folder / "schedule.json"
        found: dict[str, Any] = {}
        if path.is_file():
            found = json.loads(path.read_text(encoding="utf-8"))
        return found

    @property
    def horizon(self) -> dt.date:
        """Last day of the programme's calendar."""
        return dt.date.fromisoformat(self.manifest["horizon"])

    def answer(self, name: str) -> dict[str, Any]:
        """Return a named result, or raise an error with the nearest name."""
        if name not in self.answers:
            raise unknown_name(f"result of {self.folder}", name, self.answers)
        return self.answers[name]

    def has(self, name: str) -> bool:
        """Whether the run holds a table; older ones may lack it."""
        return (self.folder / "tables" / f"{name}.parquet").is_file()

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

    def drawn(self, name: str, band: tuple[float, float, float]) -> Array:
        """Draws (DRAWS,) of a result: the run's own, repeated or cut; else as of `spread`."""
        table = self.table("draws")
        column = f"result:{name}"
        if column not in table.columns:
            return self.spread(name, band)
        return np.resize(table[column].to_numpy(), DRAWS)

    def stock(self, year: int) -> Array:
        """Programme's H100 equivalents at the end of a year, the run's own draws, (DRAWS,)."""
        return np.resize(self.table("stock")[str(year)].to_numpy(), DRAWS)

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
    opened = open_folder(folder)
    held = {str(row["name"]): dict(row) for row in opened.answers}
    return RunData(folder, dict(opened.manifest), held, _catalog(opened.manifest))


def _catalog(manifest: Mapping[str, Any]) -> Catalog:
    """Bundled facts with those that the programme of the run replaced."""
    catalog = load_catalog()
    changed = [
        replace(catalog.fact(row["path"]), distribution=distribution_of(row["distribution"]))
        for row in manifest.get("replaced", ())
    ]
    return catalog.with_facts(changed)


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
