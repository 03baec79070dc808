"""Realism haircuts that grid operators and trackers apply to announced dates, as optional priors.

A haircut is a record of the catalog's table ``haircuts``: the share of announced megawatts that is
kept, and a delay of what is kept. None is applied unless the programme names it (`haircuts`).

    applies_to    "all", or "uncontracted": phases without contracted power only
    grid          balancing area that it is stated for; "" = any
    replaces_pace true where it counts the same lateness as the mean of the common pace factor,
                  which is then taken as 0

The part that is not kept is dropped by whole phases, with one draw a phase.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace

import numpy as np

from gigawatt.catalog import Catalog, Record
from gigawatt.errors import InputError, unknown_name
from gigawatt.program.blocks import Blocks
from gigawatt.program.model import Phase, Program, Site
from gigawatt.quantity.units import DAYS_PER_MONTH
from gigawatt.schedule.changes import Plan
from gigawatt.uncertainty.streams import Streams

SCOPES = ("all", "uncontracted")


def read_haircuts(catalog: Catalog, names: Iterable[str]) -> tuple[Record, ...]:
    """Records of the haircuts that a programme names.

    Raises
    ------
    InputError : there is none of a name, or its scope is not one of `SCOPES`.
    """
    table = catalog.records.get("haircuts", {})
    found = []
    for name in names:
        if name not in table:
            raise unknown_name("haircut", name, table)
        scope = table[name].text("applies_to")
        if scope not in SCOPES:
            raise InputError(f"catalog haircuts/{name}: applies_to {scope!r} is none of {SCOPES}")
        found.append(table[name])
    return tuple(found)


def replaces_pace(haircuts: Sequence[Record]) -> bool:
    """Whether one of the haircuts stands in place of the mean of the common pace."""
    return any(h.attributes.get("replaces_pace") is True for h in haircuts)


def with_haircuts(
    plan: Plan, program: Program, blocks: Blocks, haircuts: Sequence[Record], streams: Streams
) -> Plan:
    """`plan` with every haircut applied to the phases that it is for."""
    pairs = [(n, s, p) for n, s in enumerate(program.sites) for p in s.phases]
    for record in haircuts:
        for number, site, phase in pairs:
            if not _concerns(record, site, phase):
                continue
            of_phase = np.array([p.id == phase.id for p in blocks.phases])
            here = of_phase & (blocks.site == number) & plan.open
            key = f"haircut/{record.id}/{site.id}/{phase.id}"
            keep, delay = (record.fact(k) for k in ("kept_share", "delay_days"))
            share = streams.sample(keep.path, keep.distribution)
            u = streams.uniform(f"{key}/kept")
            streams.record[f"{key}/kept"] = u
            days = streams.sample(f"{key}/delay_days", delay.distribution)
            late = np.where(u < share, days / DAYS_PER_MONTH, np.inf)[:, None]
            late = np.where(here, late, 0.0)
            plan = replace(plan, hall_ready=plan.hall_ready + late, energised=plan.energised + late)
    return plan


def _concerns(record: Record, site: Site, phase: Phase) -> bool:
    grid = record.text("grid")
    if grid and grid != site.grid:
        return False
    return record.text("applies_to") == "all" or not phase.power_contracted
