"""One training run of a round size (10^26 FLOP) on each phase: days, MWh, dollars.

The model is that of the programme's first training workload (else its first research one). The job
takes a step of one ladder of sizes that the phase holds: the smallest whose duration is within a
tenth of the shortest. A very large job that restarts as a whole loses much of its time to
failures, and the workload's batch can't feed it. Its plan is searched at that size. Cost is the
owner's: capital cost a package over the life of its systems, in a straight line, upkeep, and energy
at the programme's mean price; return on capital, staff of the model maker and idle time are left
out.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from gigawatt.errors import GigawattError
from gigawatt.performance.hardware import load_system
from gigawatt.performance.shapes import load_shape
from gigawatt.performance.training.cases import Case
from gigawatt.performance.training.rate import programme_case, setting_words
from gigawatt.quantity.units import HOURS_PER_YEAR, MW_PER_GW
from gigawatt.study.training.training_run import Band, RunAsk, TrainingRun, training_run

if TYPE_CHECKING:
    from gigawatt.catalog import Catalog
    from gigawatt.program.load import Loaded
    from gigawatt.program.model import Workload
    from gigawatt.study.frame import Frame

Job = tuple[Case, TrainingRun]

KIND = "named run"
FLOP = "scaling/frontier/named_run_flop"
MONEY = "assumptions/money"
SIZES = sorted(m * 2**k for m in (2, 3) for k in range(2, 21))
"""Packages of the jobs tried, one ladder for all phases: sizes that divide well train fastest, and
a larger phase can then do all that a smaller one can."""
STEPS = 14  # of the ladder, from the largest that a phase holds: down to a 90th of it
NEAR = 1.1
DIGITS = 2  # a job's size is rounded to so many digits, so that like phases share a search


def named_runs(frame: Frame, loaded: Loaded) -> list[dict[str, Any]]:
    """Rows of the table "performance" for every phase; empty without a training workload."""
    workloads = [w for w in loaded.program.workloads if w.kind in ("train", "research")]
    if not workloads:
        return []
    workload = min(workloads, key=lambda w: w.kind != "train")
    rows: list[dict[str, Any]] = []
    known: dict[tuple[str, str, int], Job | None] = {}
    cooling = {site.id: site.cooling for site in loaded.program.sites}
    for (site, phase, system), packages in _packages(frame).items():
        sizes = [size for size in SIZES if size <= packages][-STEPS:]
        keys = [(cooling[site], system, size) for size in sizes]
        for key in keys:
            if key not in known:
                known[key] = _job(frame, loaded.catalog, workload, *key)
        found = _best([job for key in keys if (job := known[key])])
        if found is None:
            continue  # the phase can't train that model: nothing to tell
        case, run = found
        held: dict[str, tuple[float, str]] = {
            "packages": (float(run.gpus), ""),
            **_banded("run_days", run.days, "days"),
            **_banded("run_mwh", run.facility_mwh, "MWh"),
            **(_banded("run_usd", run.cost_usd, "USD") if run.cost_usd else {}),
        }
        rows += [
            {"workload": f"{site}/{phase}", "kind": KIND, "model": case.shape.id, "system": system,
             "setting": setting_words(case.plan, case.system), "metric": metric, "unit": unit,
             "value": value}
            for metric, (value, unit) in held.items()
        ]  # fmt: skip
    return rows


def _banded(name: str, band: Band, unit: str) -> dict[str, tuple[float, str]]:
    return {
        f"{name}_p10": (band.low, unit),
        f"{name}_p50": (band.median, unit),
        f"{name}_p90": (band.high, unit),
    }


def _packages(frame: Frame) -> dict[tuple[str, str, str], int]:
    """Median packages of each phase, by site, phase and system."""
    blocks, kept = frame.blocks, frame.kept.draws
    found: dict[tuple[str, str, str], float] = {}
    for b, phase in enumerate(blocks.phases):
        system = blocks.systems[blocks.system[b]]
        each = kept[f"packages_per_gw/{system}"] * kept["block_facility_mw"][:, b] / MW_PER_GW
        key = (blocks.sites[blocks.site[b]], phase.id, system)
        found[key] = found.get(key, 0.0) + float(np.median(each))
    return {k: _rounded(v) for k, v in found.items() if v >= 1.0}


def _rounded(packages: float) -> int:
    scale = 10.0 ** (int(np.floor(np.log10(packages))) - DIGITS + 1)
    return int(max(1.0, np.floor(packages / scale) * scale))


def _best(jobs: list[Job]) -> Job | None:
    """The smallest of the jobs whose duration is within a tenth of the shortest."""
    shortest = min((run.days.median for _, run in jobs), default=0.0)
    near = [job for job in jobs if job[1].days.median <= NEAR * shortest]
    return min(near, key=lambda job: job[1].gpus, default=None)


def _job(
    frame: Frame, catalog: Catalog, workload: Workload, cooling: str, system: str, packages: int
) -> Job | None:
    """The run on so many packages; None where they are too few or no split of them is allowed."""
    ask = RunAsk(
        flop=catalog.fact(FLOP).value,
        usd_per_gpu_hour=usd_per_package_hour(frame, catalog, system),
        usd_per_mwh=_usd_per_mwh(frame),
        cooling=cooling,
        percentiles=(10.0, 50.0, 90.0),
    )
    shape, held = load_shape(catalog, workload.model), load_system(catalog, system)
    try:
        case = programme_case(
            shape, held, catalog, packages,
            workload.seq_len_tokens, workload.batch_tokens, workload.precision,
        )  # fmt: skip
        return case, training_run(case, ask, catalog)
    except GigawattError:
        return None


def usd_per_package_hour(frame: Frame, catalog: Catalog, system: str = "") -> float:
    """Owner's cost of a package-hour without energy, from the run's own capital cost.

    Of one system, or of the mean package of the programme.
    """
    capex = float(np.median(frame.kept.draws["capex_total_usd_per_gw"]))
    upkeep = sum(
        catalog.fact(f"{MONEY}/{key}_opex_usd_per_gw_year").value for key in ("facility", "it")
    )
    life = catalog.fact(f"{MONEY}/it_life_years").value
    per_gw = float(np.median(frame.kept.draws[f"packages_per_gw/{system}".rstrip("/")]))
    return (capex / life + upkeep) / HOURS_PER_YEAR / per_gw


def _usd_per_mwh(frame: Frame) -> float | None:
    """Mean price of energy over the horizon."""
    energy = float(frame.kept.sums["supply_mwh"].sum())
    cost = float(frame.kept.sums["energy_cost_usd"].sum())
    return cost / energy if energy > 0.0 else None
