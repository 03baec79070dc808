"""A run: all draws of a programme through all layers, into a folder.

Draws go in chunks of 250, the unit of parallel work and of reproducibility: a chunk's numbers
depend on the seed, the number of draws and its place, never on how many processes share the work.
"""

from __future__ import annotations

import datetime as dt
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from gigawatt.errors import InputError
from gigawatt.program.load import Loaded
from gigawatt.study.answers import answers
from gigawatt.study.archive.manifest import manifest
from gigawatt.study.archive.store import check_target, run_folder, write_json, write_tables
from gigawatt.study.chain import Chain, run_chain
from gigawatt.study.frame import Frame
from gigawatt.study.outputs import ChunkOutput, chunk_output, merge
from gigawatt.study.sites.site_supply import site_plans
from gigawatt.study.sites.site_years import with_accounts
from gigawatt.study.workers import mapped
from gigawatt.uncertainty.streams import Streams

if TYPE_CHECKING:
    from gigawatt.energy.site_plan import SitePlan
    from gigawatt.performance.result import RateTable
    from gigawatt.program.blocks import Blocks
    from gigawatt.quantity.calendar import MonthAxis

CHUNK = 250
MAX_DRAWS = 1_000_000
Progress = Callable[[int, int], None]  # draws done, draws in all


@dataclass(frozen=True, slots=True)
class Settings:
    """How to run: number of draws, seed, and processes (1 = in this process)."""

    draws: int = 2000
    seed: int = 1
    workers: int = 1

    def __post_init__(self) -> None:
        """Refuse settings that mean nothing."""
        if not 1 <= self.draws <= MAX_DRAWS:
            raise InputError(f"draws = {self.draws}: must be between 1 and {MAX_DRAWS:,}")
        if self.seed < 0:
            raise InputError(f"seed = {self.seed}: must not be negative")
        if self.workers < 1:
            raise InputError(f"workers = {self.workers}: must be at least 1")


@dataclass(frozen=True, slots=True)
class Static:
    """What is the same for all chunks: calendar, blocks, rates, sources and plans of supply."""

    axis: MonthAxis
    blocks: Blocks
    rates: RateTable
    sources: tuple[str, ...]
    plans: Mapping[str, SitePlan]


@dataclass(frozen=True, slots=True)
class Simulated:
    """All draws of a programme, before anything is written."""

    loaded: Loaded
    settings: Settings
    static: Static
    kept: ChunkOutput

    @property
    def frame(self) -> Frame:
        """What answers and tables are computed from."""
        return Frame(self.loaded.program, self.static.axis, self.static.blocks, self.kept)


def simulate(
    loaded: Loaded, settings: Settings, progress: Progress = lambda done, total: None
) -> Simulated:
    """Run all draws; `progress` is called after each chunk."""
    starts = range(0, settings.draws, CHUNK)
    plans = site_plans(loaded)  # once, so that all chunks see the same
    tasks = [(loaded, settings, plans, s, min(s + CHUNK, settings.draws)) for s in starts]
    outputs: list[ChunkOutput] = []
    static: Static | None = None
    for (*_, stop), (output, own) in zip(
        tasks, mapped(_chunk, tasks, settings.workers), strict=True
    ):
        outputs.append(output)
        static = static or own
        progress(stop, settings.draws)
    if static is None:
        raise RuntimeError("no chunk was run")
    return Simulated(loaded, settings, static, merge(outputs))


def _chunk(
    task: tuple[Loaded, Settings, Mapping[str, SitePlan], int, int],
) -> tuple[ChunkOutput, Static | None]:
    loaded, settings, plans, start, stop = task
    streams = Streams(settings.seed, settings.draws, start, stop)
    chain: Chain = run_chain(loaded, streams, plans=plans)
    static = Static(chain.axis, chain.blocks, chain.rates, chain.energy.sources, plans)
    output = with_accounts(chunk_output(chain, streams.record), chain, loaded, plans)
    return output, static if start == 0 else None


def write_run(
    simulated: Simulated,
    folder: Path,
    *,
    warnings: Sequence[str] = (),
    started: float | None = None,
    replace: bool = False,
    finish: Callable[[Path], object] = lambda folder: None,
) -> Path:
    """Write a run's folder.

    Parameters
    ----------
    simulated : result of `simulate`.
    folder : final name; it appears only when the run is whole.
    warnings : what the reader must know before the numbers.
    started : `time.time()` at the start of the work, for the duration in the manifest.
    replace : whether an existing run may be replaced.
    finish : called with the temporary folder when all data stand in it (the report is written
        here, so that a folder without its report never looks whole).
    """
    from gigawatt.study.sites.load_shape import load_shape_table
    from gigawatt.study.tables.grid_tables import grid_view_table
    from gigawatt.study.tables.money_tables import money_tables
    from gigawatt.study.tables.run_tables import all_tables

    check_target(folder, replace)
    loaded, settings = simulated.loaded, simulated.settings
    static = simulated.static
    tables = all_tables(simulated.frame, loaded, static.rates, static.sources, static.plans)
    tables |= money_tables(loaded, settings.seed, static.plans)
    tables["load_shape"] = load_shape_table(loaded)
    tables["grid_view"] = grid_view_table(simulated.frame, loaded.catalog, static.plans,
                                          tables["load_shape"])  # fmt: skip
    began = started or time.time()
    with run_folder(folder, replace) as partial:
        write_tables(partial, tables)
        write_json(partial / "answers.json", {"answers": answers(simulated.frame)})
        run = {
            "seed": settings.seed,
            "draws": settings.draws,
            "chunk": CHUNK,
            "workers": settings.workers,
            "started": dt.datetime.fromtimestamp(began, dt.UTC).isoformat(timespec="seconds"),
            "duration_s": round(time.time() - began, 2),
            "warnings": list(warnings),
            "tables": sorted(tables),
        }
        write_json(partial / "manifest.json", manifest(loaded, run))
        finish(partial)
    return folder
