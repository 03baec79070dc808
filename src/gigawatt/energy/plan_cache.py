"""Kept plans of sites, by the fingerprint of their inputs: equal inputs are solved once.

A file a plan in ``$GIGAWATT_CACHE``, else ``gigawatt`` in the user's cache folder. A file that
can't be read counts as absent; nothing else decides what is found.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import fields, replace
from pathlib import Path
from typing import Any

import numpy as np

from gigawatt.energy.site_plan import PART_LOADS, SiteInputs, SitePlan, StageResult, plan_site
from gigawatt.energy.stage_hours import FIGURES, StageHours
from gigawatt.quantity.arrays import Array
from gigawatt.quantity.kept_arrays import cache_folder, read_arrays, save_arrays

ARRAYS = (
    "capacity_mw",
    "supply_mwh",
    "co2_t",
    "cost_usd",
    "unserved_mwh",
    "deliverable_mw",
    "load_mwh",
    "part_supply_mwh",
    "fixed_usd",
    "running_usd",
    "price_factor",
    "peak_share",
)
HOURS = tuple(f.name for f in fields(StageHours))
LEVELS = ("", *(f"at {part:g}/" for part in PART_LOADS))
HEAD = ("name", "start_month", "years", "facility_mw", "grid_mw", "import_peak_mw",
        "import_ramp_mw", "ramp_mw_per_min", "drop_mw")  # fmt: skip


def planned(inputs: SiteInputs, folder: Path | None = None) -> SitePlan:
    """Plan of a site: out of the cache, or solved and kept.

    Parameters
    ----------
    inputs : of the site.
    folder : where plans are kept; None = `cache_folder`.
    """
    path = (folder or cache_folder()) / f"{inputs.fingerprint()}.npz"
    found = load_plan(path)
    if found is None:
        found = plan_site(inputs)
        store_plan(found, path)
    return found


def load_plan(path: Path) -> SitePlan | None:
    """Read a kept plan; None where there is none or it is broken."""
    held = read_arrays(path)
    try:
        head = json.loads(str(held["head"]))
        stages = tuple(_stage(held, n, one) for n, one in enumerate(head.pop("stages")))
    except (ValueError, KeyError):
        return None
    return SitePlan(
        head["site"], tuple(head["capacities"]), tuple(head["sources"]), stages,
        head["objective_usd"], head["gap"], head["fingerprint"],
    )  # fmt: skip


def _stage(data: Mapping[str, Array], n: int, head: list[Any]) -> StageResult:
    full, *parts = (StageHours(*(data[f"{n}/{level}{name}"] for name in HOURS)) for level in LEVELS)
    stage = StageResult(*head, *(data[f"{n}/{name}"] for name in ARRAYS))
    return replace(stage, hours=full, part_hours=tuple(parts))


def store_plan(plan: SitePlan, path: Path) -> None:
    """Write a plan."""
    head = {f.name: getattr(plan, f.name) for f in fields(plan)}
    head["stages"] = [[getattr(s, name) for name in HEAD] for s in plan.stages]
    arrays = {f"{n}/{name}": getattr(s, name) for n, s in enumerate(plan.stages) for name in ARRAYS}
    arrays |= {
        f"{n}/{level}{name}": getattr(hours, name)
        for n, s in enumerate(plan.stages)
        for level, hours in zip(LEVELS, (s.hours, *s.part_hours), strict=True)
        for name in HOURS
    }
    save_arrays(path, {"head": np.array(json.dumps(head)), **arrays})


def as_data(plan: SitePlan) -> dict[str, object]:
    """A plan as plain data: by stage, capacities in MW and months of a year by source."""
    return {
        "site": plan.site,
        "objective_usd": plan.objective_usd,
        "gap": plan.gap,
        "fingerprint": plan.fingerprint,
        "stages": [
            {
                **{name: getattr(s, name) for name in HEAD},
                "capacity_mw": dict(zip(plan.capacities, s.capacity_mw.tolist(), strict=True)),
                "supply_mwh": dict(zip(plan.sources, s.supply_mwh.tolist(), strict=True)),
                **{name: getattr(s, name).tolist() for name in ARRAYS[2:-5]},
                **(
                    {}
                    if s.hours is None
                    else dict(zip(FIGURES, s.hours.figures.tolist(), strict=True))
                ),
            }
            for s in plan.stages
        ],
    }
